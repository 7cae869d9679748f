"""Those who guess wait longer and longer; nobody can make somebody else wait for ever."""

import pytest

from core.errors import Throttled
from core.people import throttle
from core.people.account_records import SignInAttempt
from tests.core.people.account_cases import ELSEWHERE, PHONE

KEY = throttle.claim_key("sign_in", "张三丰")


def fail(times, key=KEY, address=PHONE):
    for _time in range(times):
        throttle.begin(key, address)


def wait_of(key=KEY, address=PHONE):
    with pytest.raises(Throttled) as refused:
        throttle.begin(key, address)
    return refused.value.seconds


def test_five_mistakes_cost_nothing_and_the_sixth_attempt_waits(store, clock):
    fail(5)
    assert wait_of() == 30


def test_a_refused_attempt_does_not_lengthen_the_wait(store, clock):
    fail(5)
    assert wait_of() == wait_of() == 30
    clock.forward(seconds=10)
    assert wait_of() == 20


def test_waits_double_up_to_half_an_hour(store, clock):
    fail(5)
    waits = []
    for _time in range(9):
        waits.append(wait_of())
        clock.forward(seconds=waits[-1])
        fail(1)
    assert waits == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]


def test_success_clears_the_mistakes_made_here(store, clock):
    fail(4)
    throttle.succeeded(throttle.begin(KEY, PHONE))
    fail(5)
    assert wait_of() == 30


def test_parallel_attempts_are_counted_before_they_are_examined(store, clock):
    attempts = [throttle.begin(KEY, PHONE) for _time in range(5)]
    assert len(set(attempts)) == 5
    assert wait_of()


def test_somebody_who_signed_in_here_before_is_not_locked_out_by_a_stranger(store, clock):
    throttle.succeeded(throttle.begin(KEY, PHONE))
    for stranger in range(20):
        throttle.begin(KEY, f"10.0.0.{stranger}")
    with pytest.raises(Throttled):
        throttle.begin(KEY, "10.0.0.99")
    throttle.begin(KEY, PHONE)


def test_guessing_one_name_from_many_addresses_is_slowed_down(store, clock):
    for stranger in range(20):
        throttle.begin(KEY, f"10.0.0.{stranger}")
    assert wait_of(address="10.0.0.99") == 30


def test_guessing_many_names_from_one_address_is_slowed_but_never_locked(store, clock):
    for each in range(30):
        throttle.begin(throttle.claim_key("sign_in", f"n{each}"), PHONE)
    assert wait_of(throttle.claim_key("sign_in", "new")) == 2
    for each in range(40):
        clock.forward(seconds=60)
        throttle.begin(throttle.claim_key("sign_in", f"m{each}"), PHONE)


def test_a_building_behind_one_address_is_served_while_somebody_guesses_there(store, clock):
    neighbour = throttle.claim_key("sign_in", "李四")
    throttle.succeeded(throttle.begin(neighbour, PHONE))
    for each in range(30):
        throttle.begin(throttle.claim_key("sign_in", f"n{each}"), PHONE)
    throttle.begin(neighbour, PHONE)


def test_other_addresses_are_not_concerned(store, clock):
    fail(5)
    throttle.begin(KEY, ELSEWHERE)


def test_a_clock_set_back_makes_nobody_wait_for_the_old_time(store, clock):
    fail(5)
    clock.forward(hours=-48)
    throttle.begin(KEY, PHONE)


def test_an_attempt_that_could_not_be_examined_is_taken_back(store, clock):
    for _time in range(10):
        throttle.withdrawn(throttle.begin(KEY, PHONE))


def test_keeps_no_readable_name_and_forgets_after_a_month(store, clock):
    throttle.begin(throttle.claim_key("sign_in", "my password by mistake"), PHONE)
    assert "password" not in SignInAttempt.get().key
    assert throttle.forget_old() == 0
    clock.forward(hours=24 * 31)
    assert throttle.forget_old() == 1
