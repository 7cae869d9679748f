"""The first-run pages open with the printed code, once and for a while, and never again after set-up."""

import pytest

from core.errors import Invalid, Refused, Throttled
from core.people import setup_code
from core.people.account_records import Installation
from tests.core.people.account_cases import PHONE


def test_the_printed_code_opens_the_first_run_pages_once(store):
    code = setup_code.new_setup_code()
    token = setup_code.exchange_setup_code(code.lower(), PHONE)
    assert setup_code.may_set_up(token)
    with pytest.raises(Invalid):
        setup_code.exchange_setup_code(code, PHONE)


@pytest.mark.parametrize("token", [None, "", "guess"])
def test_without_the_code_they_stay_shut(store, token):
    assert not setup_code.may_set_up(token)
    setup_code.new_setup_code()
    assert not setup_code.may_set_up(token)


def test_a_new_code_makes_the_one_before_worthless(store):
    first, second = setup_code.new_setup_code(), setup_code.new_setup_code()
    with pytest.raises(Invalid):
        setup_code.exchange_setup_code(first, PHONE)
    assert setup_code.exchange_setup_code(second, PHONE)


def test_code_and_token_expire(store, monkeypatch):
    start = setup_code.now()
    code = setup_code.new_setup_code()
    monkeypatch.setattr(setup_code, "now", lambda: start + 29 * 60_000)
    token = setup_code.exchange_setup_code(code, PHONE)
    late = setup_code.new_setup_code()
    monkeypatch.setattr(setup_code, "now", lambda: start + 90 * 60_000)
    assert not setup_code.may_set_up(token)
    with pytest.raises(Invalid):
        setup_code.exchange_setup_code(late, PHONE)


def test_the_database_holds_neither_code_nor_token(store):
    code = setup_code.new_setup_code()
    assert code not in Installation.get().value
    token = setup_code.exchange_setup_code(code, PHONE)
    assert token not in Installation.get().value


def test_guessing_is_throttled(store):
    code = setup_code.new_setup_code()
    for guess in ("", "x", "ACEFHJKM", "0" * 8) * 2:
        with pytest.raises(Invalid):
            setup_code.exchange_setup_code(guess, PHONE)
    with pytest.raises(Throttled):
        setup_code.exchange_setup_code(code, PHONE)


def test_after_set_up_nothing_opens_them_again(store):
    assert not setup_code.installation_is_set_up()
    code = setup_code.new_setup_code()
    token = setup_code.exchange_setup_code(code, PHONE)
    setup_code.mark_set_up()
    setup_code.mark_set_up()
    assert setup_code.installation_is_set_up() and not setup_code.may_set_up(token)
    for attempt in (setup_code.new_setup_code, lambda: setup_code.exchange_setup_code(code, PHONE)):
        with pytest.raises(Refused):
            attempt()
