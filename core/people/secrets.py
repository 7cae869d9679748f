"""Secrets of accounts: how PINs and passwords are kept (scrypt) and which are refused. Whose secret it is, is not known here.

Secrets are compared after NFKC, because an input method may type full-width digits.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from core.errors import Invalid, Unavailable
from core.people.names import pinyin
from core.store.db import in_transaction
from core.text import LazyText, _

PIN_LENGTH = 6
SHORTEST_PASSWORD = 12
LONGEST_SECRET = 200

_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
# A one-time code has 35 bits and is looked up by its digest, so it gets no salt of its own and a cheaper function.
_CODE_COST = 2**10
# Printed, read aloud and typed by old hands: nothing that looks like another (0OQD 1IL 2Z 5S 8B 6G UV).
CODE_ALPHABET = "ACEFHJKMNPRTUWXY34679"
CODE_LENGTH = 8
_WAIT_SECONDS = 10

# One at a time: a computation takes a tenth of a second and 16 MB, and there are two cores and four web threads.
_one_at_a_time = threading.Lock()


def normal(secret: str) -> str:
    """The form in which secrets are hashed and compared: half-width, no blanks around it."""
    return unicodedata.normalize("NFKC", secret[:LONGEST_SECRET]).strip()


# --------------------------------------------------------------------------- keeping


def hash_secret(secret: str) -> str:
    """The text to store: `scrypt$n$r$p$salt$digest`. Takes about 0.1 s; never call it inside a transaction.

    Raises `Unavailable` when too many are waiting.
    """
    salt = secrets.token_bytes(16)
    digest = _scrypt(normal(secret).encode(), salt, _COST, _BLOCK, _PARALLEL)
    parts = (str(_COST), str(_BLOCK), str(_PARALLEL), _text(salt), _text(digest))
    return "$".join(("scrypt", *parts))


def verify(stored: str | None, secret: str) -> bool:
    """Whether `secret` is the stored one. Without a stored one it takes as long and is always false."""
    if stored is None:
        dummy_verification(secret)
        return False
    name, cost, block, parallel, salt, digest = stored.split("$")
    if name != "scrypt":
        raise ValueError("a secret that was not stored by this program")
    found = _scrypt(normal(secret).encode(), _bytes(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(found, _bytes(digest))


def dummy_verification(secret: str) -> None:
    """Spend the time of a verification, so that nobody learns from the clock who has an account."""
    _scrypt(normal(secret).encode(), b"nobody has this!", _COST, _BLOCK, _PARALLEL)


def new_code() -> str:
    """A random one-time code of eight characters."""
    return "".join(secrets.choice(CODE_ALPHABET) for _position in range(CODE_LENGTH))


def normal_code(typed: str) -> str | None:
    """What was typed as a code, in its one form; None if it cannot be one."""
    code = re.sub(r"[\s-]", "", normal(typed)).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) else None


def code_digest(code: str) -> str:
    """Under what a one-time code is stored and looked up (codes themselves are never stored); about 3 ms."""
    return _scrypt(code.encode(), b"linli one-time code", _CODE_COST, _BLOCK, _PARALLEL).hex()


def token_digest(token: str) -> str:
    """Under what a random token of 256 bits is stored and looked up."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _scrypt(secret: bytes, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    if in_transaction():
        raise RuntimeError("hash before the transaction begins: inside it everybody else who saves would wait")
    if not _one_at_a_time.acquire(timeout=_WAIT_SECONDS):
        raise Unavailable
    try:
        return hashlib.scrypt(secret, salt=salt, n=cost, r=block, p=parallel, dklen=32)
    finally:
        _one_at_a_time.release()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return base64.b64decode(value)


# --------------------------------------------------------------------------- what is refused

# Six digits that people choose again and again: keyboard paths, lucky numbers, "I love you".
_COMMON_PINS = frozenset(
    (  # noqa: SIM905
        "112233 332211 123321 321123 123654 147258 258147 147369 159357 357159 159753 520131 131420 201314 520184 "
        "168888 888168 666888 888666 118118 518888 100200 112358 314159 789456 456789 102030 110119 110120"
    ).split()
)

# The commonest beginnings and fillers of passwords, and words of this trade and place.
_COMMON_WORDS = (  # noqa: SIM905
    "1qaz2wsx3edc 1qaz2wsx qwertyuiop qwerty123 qwertyui qwerty asdfghjkl asdfgh zxcvbnm zxcvbn 1q2w3e4r 1q2w3e abcd1234 "
    "abc123 abcdef abcd password passw0rd p@ssw0rd admin123 administrator admin root123 letmein welcome iloveyou woaini "
    "5201314 1314520 1234567890 123456789 12345678 1234567 123456 12345 1234 87654321 654321 0987654321 11223344 112233 "
    "88888888 888888 66666666 666666 00000000 000000 11111111 111111 linli shequ juweihui jiedao wangge gongzuo "
    "jumin community system manager guanliyuan mima test user guest demo china zhongguo beijing shanghai zhejiang"
).split()


def check_pin(pin: str, *, phones: Iterable[str] = (), birth_year: int | None = None) -> None:
    """Refuse a resident's PIN that others would guess; raises `Invalid` with the reason under `pin`.

    Any six digits that read as a birthday are refused, because birthdays are not kept; the year of birth is, if it is
    known. Rules: QUALITY, security 25.
    """
    pin = normal(pin)
    if not re.fullmatch(r"[0-9]{6}", pin):
        raise _invalid("pin", _("The PIN has exactly 6 digits."))
    reason = _pattern_reason(pin)
    if reason is None and _is_date(pin, birth_year):
        reason = _("This PIN looks like a birthday. Please choose six other digits.")
    if reason is None and any(pin in re.sub(r"\D", "", phone) for phone in phones):
        reason = _("This PIN is part of your phone number. Please choose six other digits.")
    if reason is not None:
        raise _invalid("pin", reason)


def _pattern_reason(pin: str) -> LazyText | None:
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps == {0}:
        return _("All six digits are the same. Please choose six other digits.")
    if len(steps) == 1:
        return _("The digits run in order. Please choose six other digits.")
    if pin[:2] * 3 == pin or pin[:3] * 2 == pin:
        return _("The PIN repeats itself. Please choose six other digits.")
    if pin in _COMMON_PINS or (pin[0] * 3 == pin[:3] and pin[5] * 3 == pin[3:]):
        return _("Many people use this PIN. Please choose six other digits.")
    return None


def _is_date(pin: str, birth_year: int | None) -> bool:
    if birth_year and (str(birth_year) in pin or (_is_day(pin[:4]) and pin[4:] == str(birth_year)[2:])):
        return True
    return _is_day(pin[2:]) or (1900 <= int(pin[:4]) <= 2099 and 1 <= int(pin[4:]) <= 12)


def _is_day(digits: str) -> bool:
    """Whether four digits read as month and day."""
    return 1 <= int(digits[:2]) <= 12 and 1 <= int(digits[2:]) <= 31


def check_password(password: str, *, names: Iterable[str] = ()) -> None:
    """Refuse a staff password that others would guess; raises `Invalid` with the reason under `password`.

    At least 12 characters, no composition rules. What is left after taking out common words, runs and `names` (of the
    community, the office, the person; Chinese ones also in pinyin) must still be six characters, four of them different.
    """
    password = normal(password)
    if len(password) < SHORTEST_PASSWORD:
        raise _invalid("password", _("The password needs at least %(length)d characters.", length=SHORTEST_PASSWORD))
    rest = _without_words(password.lower(), names)
    if len(rest) < 6 or len(set(rest)) < 4:
        raise _invalid(
            "password",
            _("This password is easy to guess: it is made of common words, names or runs of digits. Four or five words "
              "that have nothing to do with each other are good."),
        )  # fmt: skip


def _without_words(password: str, names: Iterable[str]) -> str:
    words = set(_COMMON_WORDS)
    for name in names:
        spoken = {"".join(syllables) for syllables in pinyin(name)}
        words |= {word for word in (name.lower(), *spoken) if len(word) >= 3}
    for word in sorted(words, key=lambda each: (-len(each), each)):
        password = password.replace(word, "")
    password = re.sub(r"(.+?)\1+", r"\1", password)
    return _without_runs(password)


def _without_runs(text: str) -> str:
    """Keep the first character of each run such as 3456 or dcba."""
    kept, step = text[:1], 0
    for before, after in pairwise(text):
        now = ord(after) - ord(before)
        if now not in (1, -1) or now != step:
            kept += after
        step = now
    return kept


def _invalid(field: str, reason: LazyText) -> Invalid:
    return Invalid({field: [reason]})


def new_password() -> str:
    """A random first password: four groups of letters and digits without look-alikes (78 bits)."""
    letters = "abcdefghjkmnpqrstuvwxyz346789"
    return "-".join("".join(secrets.choice(letters) for _i in range(4)) for _j in range(4))
