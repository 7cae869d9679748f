"""How other devices reach this machine: its addresses on the LAN, for what is printed and shown as a QR code."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from urllib.parse import urlsplit, urlunsplit


def addresses() -> list[str]:
    """The IPv4 addresses of this machine that others on the LAN can reach, the likeliest first."""
    found: list[str] = []
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # sends nothing: only asks which address would be used
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [address for address in dict.fromkeys(found) if not address.startswith(("127.", "0."))]


def reachable_url(url: str) -> str:
    """`url` as a phone can open it: where it names this machine only to itself (localhost), its LAN address instead."""
    parts = urlsplit(url)
    if not _is_loopback(parts.hostname or ""):
        return url
    found = addresses()
    if not found:
        return url
    return urlunsplit(parts._replace(netloc=found[0] + (f":{parts.port}" if parts.port else "")))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
