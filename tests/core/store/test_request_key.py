"""The same form sent twice makes one record, also when both copies arrive together."""

import threading

import pytest

from core.errors import Invalid, Refused
from core.store import audit, db
from core.store.ref import Ref
from core.store.request_key import KEEP_DAYS, RequestKey, digest_of, forget_old, is_used, once

KEY = "request-0001"


def acts(store, made):
    """An act that leaves one audit entry and counts how often it ran."""

    def act():
        made.append(1)
        number = audit.record(store.actor(), "garden.made", Ref("garden.plot", store.west, len(made)))
        return {"number": number}

    return act


def test_the_second_copy_gets_the_stored_result(store):
    made = []
    first = once(store.west, KEY, digest_of("/book", 7), acts(store, made))
    again = once(store.west, KEY, digest_of("/book", 7), acts(store, made))
    assert first == again == {"number": 1}
    assert len(made) == 1


def test_the_same_key_with_other_contents_is_refused(store):
    made = []
    once(store.west, KEY, digest_of("/book", 7), acts(store, made))
    with pytest.raises(Refused) as caught:
        once(store.west, KEY, digest_of("/book", 8), acts(store, made))
    assert caught.value.status == 409
    assert len(made) == 1


def test_whether_a_key_was_used_is_known_before_the_act_is_prepared(store):
    assert not is_used(store.west, KEY, "d")
    once(store.west, KEY, "d", lambda: None)
    assert is_used(store.west, KEY, "d")
    assert not is_used(store.south, KEY, "d") and not is_used(None, KEY, "d")
    with pytest.raises(Refused):
        is_used(store.west, KEY, "other")
    with pytest.raises(Invalid):
        is_used(store.west, "short", "d")


def test_communities_and_the_site_do_not_share_keys(store):
    results = [once(scope, KEY, "d", lambda scope=scope: scope) for scope in (store.west, store.south, None)]
    assert results == [store.west, store.south, None]


def test_a_failed_act_frees_its_key_and_leaves_nothing(store):
    def fail():
        audit.record(store.actor(), "garden.made", Ref("garden.plot", store.west, 1))
        raise Refused

    with pytest.raises(Refused):
        once(store.west, KEY, "d", fail)
    assert audit.head(store.west) == (0, audit.GENESIS)
    assert once(store.west, KEY, "d", lambda: "done") == "done"


def test_twenty_copies_in_parallel_make_one_record(store):
    made, results, barrier = [], [], threading.Barrier(20)
    act = acts(store, made)

    def send():
        barrier.wait()
        results.append(once(store.west, KEY, "d", act))
        db.database.close()

    threads = [threading.Thread(target=send) for _number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == [{"number": 1}] * 20
    assert audit.head(store.west)[0] == 1


@pytest.mark.parametrize("key", ["", "short", "x" * 101, "nul\x00nul\x00"])
def test_refuses_keys_that_no_form_carries(store, key):
    with pytest.raises(Invalid):
        once(store.west, key, "d", lambda: "done")


def test_forgets_keys_after_a_week(store):
    once(store.west, KEY, "d", lambda: "old")
    with db.transaction():
        RequestKey.update(at=db.now() - (KEEP_DAYS + 1) * 86_400_000).execute()
    once(store.west, "request-0002", "d", lambda: "new")
    assert forget_old() == 1
    assert once(store.west, KEY, "d", lambda: "again") == "again"
