"""Sessions: a new one at each sign-in, known by digest only, locked or ended when idle, revocable on the server."""

import pytest

from core.people import permissions, sessions
from core.people.account_records import Session
from tests.core.people.account_cases import OFFICE, resident, staff


def open_for(account, **options):
    return sessions.open_session(account, address=OFFICE, agent="browser", opened_with="password", **options)


def is_signed_in(token):
    return permissions.actor_for(token, None, "test").is_signed_in


@pytest.fixture
def wang(store):
    return staff(store)


@pytest.fixture
def zhang(store):
    return resident(store)


def test_the_database_holds_no_token(wang):
    token = open_for(wang)
    stored = Session.get()
    assert len(token) >= 43
    assert token not in [getattr(stored, name) for name in Session._meta.fields]
    assert stored.digest != token


def test_every_session_has_a_token_of_its_own(wang):
    assert open_for(wang) != open_for(wang)


def test_signing_out_kills_the_session_on_the_server(wang):
    token, other = open_for(wang), open_for(wang)
    sessions.sign_out(token)
    sessions.sign_out(None)
    sessions.sign_out("unknown")
    assert not is_signed_in(token) and is_signed_in(other)
    assert sessions.find_session(token) is None


def test_all_sessions_of_an_account_end_at_once(wang, zhang):
    tokens = [open_for(wang) for _time in range(3)]
    neighbour = open_for(zhang)
    assert sessions.revoke_all(wang.id) == 3
    assert not any(is_signed_in(token) for token in tokens)
    assert is_signed_in(neighbour)


def test_staff_are_locked_after_fifteen_idle_minutes_not_signed_out(wang, clock):
    token = open_for(wang)
    clock.forward(minutes=15)
    assert is_signed_in(token)
    clock.forward(minutes=15, seconds=1)
    assert not is_signed_in(token)
    assert sessions.find_session(token).phase == "locked"


def test_residents_are_signed_out_after_thirty_idle_minutes(zhang, clock):
    token = open_for(zhang)
    clock.forward(minutes=29)
    assert is_signed_in(token)
    clock.forward(minutes=30, seconds=1)
    assert not is_signed_in(token)
    assert sessions.find_session(token).phase == "ended"


def test_at_a_kiosk_every_session_ends_after_two_idle_minutes(wang, zhang, clock):
    tokens = [open_for(wang, kiosk=True), open_for(zhang, kiosk=True)]
    clock.forward(minutes=2, seconds=1)
    assert [sessions.find_session(token).phase for token in tokens] == ["ended", "ended"]


def test_nobody_stays_signed_in_for_more_than_twelve_hours(wang, clock):
    token = open_for(wang)
    for _time in range(11 * 6 + 5):
        clock.forward(minutes=10)
        assert is_signed_in(token)
    clock.forward(minutes=10)
    assert not is_signed_in(token)
    assert sessions.find_session(token).phase == "ended"


def test_hiding_the_screen_locks_and_reopening_unlocks(wang):
    token = open_for(wang)
    sessions.lock(token)
    assert not is_signed_in(token)
    sessions.reopen(sessions.find_session(token).digest)
    assert is_signed_in(token)


def test_reading_a_page_writes_nothing_until_the_seen_are_stored(wang, clock):
    sessions.write_seen()
    token = open_for(wang)
    clock.forward(minutes=10)
    before = Session.get().last_seen
    assert is_signed_in(token)
    assert Session.get().last_seen == before
    assert sessions.write_seen() == 1
    assert Session.get().last_seen == clock.at
    assert sessions.write_seen() == 0


def test_what_was_seen_is_kept_when_it_cannot_be_stored(wang, clock, monkeypatch):
    sessions.write_seen()
    token = open_for(wang)
    clock.forward(minutes=10)
    assert is_signed_in(token)

    def full(noted):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(sessions, "_store_seen", full)
        with pytest.raises(OSError):
            sessions.write_seen()
    clock.forward(minutes=10)
    assert is_signed_in(token)
    assert sessions.write_seen() == 1


def test_a_session_opened_under_a_clock_far_ahead_still_ends(wang, clock):
    token = open_for(wang)
    clock.forward(hours=-24 * 400)
    assert is_signed_in(token)
    sessions.write_seen()
    assert Session.get().expires_at == clock.at + sessions.LONGEST


def test_setting_the_clock_of_the_computer_signs_nobody_out(wang, monkeypatch):
    token = open_for(wang)
    monkeypatch.setattr(sessions, "now", lambda: 0)
    monkeypatch.setattr("time.time", lambda: 4_000_000_000)
    assert is_signed_in(token)


def test_lists_where_an_account_is_signed_in(wang, clock):
    first = open_for(wang)
    clock.forward(minutes=1)
    open_for(wang)
    assert [row.address for row in sessions.sessions_of(wang.id)] == [OFFICE, OFFICE]
    sessions.sign_out(first)
    assert len(sessions.sessions_of(wang.id)) == 1
    clock.forward(hours=12)
    assert sessions.sessions_of(wang.id) == []


def test_forgets_sessions_after_sixty_days(wang, clock):
    open_for(wang)
    assert sessions.forget_old() == 0
    clock.forward(hours=24 * 61)
    assert sessions.forget_old() == 1


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "\ud800", "' OR 1=1 --", "中文"])
def test_a_token_nobody_gave_out_is_nobody(store, token):
    assert permissions.actor_for(token, store.west, "test").kind == "anonymous"
    assert sessions.find_session(token) is None
