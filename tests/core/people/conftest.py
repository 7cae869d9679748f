"""A clock that can be moved, and a scrypt that costs nothing."""

import pytest

from core.people import secrets, sessions, sign_in, throttle
from core.store import db


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch):
    """The rules are tested here, not the cost."""
    monkeypatch.setattr(secrets, "_COST", 2)
    monkeypatch.setattr(secrets, "_CODE_COST", 2)


class Clock:
    """The time of sessions and throttles; `forward` moves both."""

    def __init__(self, monkeypatch):
        self.at = db.now()
        for module in (sessions, sign_in, throttle):
            if hasattr(module, "now"):
                monkeypatch.setattr(module, "now", lambda: self.at)
        monkeypatch.setattr(sessions, "moment", lambda: self.at)

    def forward(self, *, seconds=0, minutes=0, hours=0):
        self.at += 1000 * (seconds + 60 * (minutes + 60 * hours))


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)
