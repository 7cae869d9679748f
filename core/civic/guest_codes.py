"""The short codes of guests: shown once, stored as digests. With a code somebody without an account sees what is theirs."""

from __future__ import annotations

import hashlib
import secrets

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V: what an elderly reader or a bad printer confuses.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
LENGTH = 8


def new_code() -> str:
    """A random code; 23⁸ possibilities (36 bits), guesses are throttled where codes are typed."""
    return "".join(secrets.choice(ALPHABET) for _position in range(LENGTH))


def normalised(text: str) -> str:
    """A code as typed, without spaces and hyphens, in capitals."""
    return "".join(character for character in text.upper() if character.isalnum())


def is_code(text: str) -> bool:
    """Whether a text, as `normalised` gives it, can be a code."""
    return len(text) == LENGTH and all(character in ALPHABET for character in text)


def grouped(code: str) -> str:
    """A code as it is shown: `ACDE 3467`."""
    return f"{code[:4]} {code[4:]}"


def digest(purpose: str, community: str, code: str) -> str:
    """What is stored instead of the code: SHA-256 over what it opens (`rooms`), the community and the code."""
    return hashlib.sha256(f"{purpose}:{community}:{normalised(code)}".encode()).hexdigest()
