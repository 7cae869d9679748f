"""A reference reads back what it writes, and nothing else is one."""

import pytest

from core.errors import Invalid
from core.store.community import find_community
from core.store.ref import Ref


@pytest.mark.parametrize("key", [1, 17, 2**63 - 1, "p0f3", "a-b_C"])
def test_reads_back_what_it_writes(key):
    ref = Ref("rooms.booking", "330481001009", key)
    assert Ref.parse(str(ref), "330481001009") == ref
    assert ref.owner == "rooms"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rooms.booking",
        "rooms.booking:",
        "booking:17",
        "rooms.booking:17\n",
        "rooms.booking:17 ",
        "Rooms.booking:17",
        "rooms.booking:../17",
        "rooms.booking:１７",
        f"rooms.booking:{2**63}",
        "rooms.booking:" + "9" * 65,
        "rooms.booking:17;DROP TABLE person",
    ],
)
def test_refuses_anything_else(text):
    with pytest.raises(Invalid):
        Ref.parse(text, "330481001009")


def test_a_record_names_itself(store):
    community = find_community(store.west)
    assert str(Ref("core.community", community.code, community.code)) == f"core.community:{store.west}"
