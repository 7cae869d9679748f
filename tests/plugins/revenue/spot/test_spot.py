"""Spot checks: nobody chooses what is drawn, nobody who keeps the books draws, and what residents found is published without names."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace

import peewee
import pytest

from core.actor import Actor, command
from core.civic.notices.records import Notice
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.plugin.settings import set_setting
from core.store.community import find_community
from core.store.db import database, transaction
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.revenue.ledger import periods
from plugins.revenue.ledger.chain import heads, record_head
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.reports import verification
from plugins.revenue.spot import checking, demo, drawing, front, privacy
from plugins.revenue.spot.models import Result, Spot, Voucher
from plugins.revenue.spot.words import COUNT, SPOT
from tests.core.web.office_cases import HERE, text
from tests.plugins.revenue.reports.test_verification import run
from tests.plugins.revenue.spending.conftest import clock, give_money, house

__all__ = ["clock", "house"]
YEAR = today().year - 1
QUARTER = datetime.date(YEAR, 1, 1)
LAST = datetime.date(YEAR, 3, 31)
MARCH = f"{YEAR}-03"


def spend(community: str, number: int, papers: bool = True, day: datetime.date = QUARTER) -> int:
    evidence = [f"{number:064x}"] if papers else []
    line = Line(100 + number, "4301", "1121", "unallocated", "unallocated")
    key = f"voucher:{number}"
    return post(command(community), key=key, day=day, purpose=f"凭证 {number}", lines=[line], evidence=evidence).seq


def kept(community: str, number: int = 12) -> None:
    """Books with vouchers in the first quarter, every fourth without papers."""
    for each in range(number):
        spend(community, each + 1, papers=each % 4 != 3)


def locked(community: str) -> None:
    periods.lock(command(community), MARCH)
    record_head(Actor(kind="staff", community=community, label="周主任", account=None))


def found(**more) -> checking.Found:
    told = {"outcome": "matches", "words": "", "role": "resident", "inspector": "李阿姨", "inspected_on": today()}
    return checking.Found(**{**told, **more})


@pytest.fixture
def drawer(house) -> Actor:
    """A member of the supervision committee; the books of West Hill are locked up to March and published."""
    kept(house.store.west)
    locked(house.store.west)
    return house.actor("supervisor")


def drawn(drawer: Actor) -> Spot:
    return drawing.begin(drawer, str(QUARTER))


# --------------------------------------------------------------------------- the draw


def test_the_draw_is_repeated_from_the_digest_alone():
    digest, pool = "ab" * 32, [3, 5, 8, 13, 21]
    first = drawing.draw(digest, pool, 3)
    assert first == drawing.draw(digest, pool, 3) and len(set(first)) == 3 and set(first) <= set(pool)
    assert sorted(drawing.draw(digest, pool, 9)) == pool
    assert drawing.draw("cd" * 32, list(range(1000)), 5) != drawing.draw("ce" * 32, list(range(1000)), 5)


def test_only_vouchers_with_papers_of_the_period_are_drawn(drawer, house):
    set_setting(command(house.store.west), COUNT, 50)
    spot = drawn(drawer)
    entries = [each.entry for each in checking.vouchers(spot)]
    assert len(entries) == spot.pool == 9
    assert all(each.evidence and spot.first_day <= each.day <= spot.last_day for each in entries)


def test_a_period_is_drawn_once_and_by_the_first_head_after_its_lock(drawer, house):
    first = heads(house.store.west)[0]
    spend(house.store.west, 99, day=today())
    record_head(command(house.store.west))
    spot = drawn(drawer)
    assert spot.head_id == first.number and len(checking.vouchers(spot)) == 5
    assert drawn(drawer).id == spot.id
    assert drawing.drawable(house.store.west) == []


def test_no_other_head_draws_whatever_the_program_does(drawer, house):
    community = house.store.west
    spend(community, 99, day=today())
    second = record_head(command(community))
    values = {
        "community": community,
        "first_day": QUARTER,
        "last_day": LAST,
        "wanted": 5,
        "pool": 9,
        "drawn_label": "某",
    }
    with pytest.raises(peewee.IntegrityError), transaction(community):
        Spot.create(head_id=second.number, drawn_by=drawer.account, **values)


def test_nothing_is_drawn_before_the_lock_or_before_a_head_is_published(house):
    kept(house.store.west)
    supervisor = house.actor("supervisor")
    assert drawing.drawable(house.store.west) == []
    with pytest.raises(Refused):
        drawn(supervisor)
    periods.lock(command(house.store.west), MARCH)
    [waiting] = drawing.drawable(house.store.west)
    assert waiting.head is None
    with pytest.raises(Refused):
        drawn(supervisor)


def test_a_voucher_outside_of_the_pool_cannot_be_added(drawer, house):
    spot = drawn(drawer)
    without = 4 + 4  # four entries of the fixture, then every fourth of ours without papers
    with pytest.raises(peewee.IntegrityError), transaction(spot.community):
        Voucher.create(community=spot.community, spot_id=spot.id, place=5, seq=without)


# --------------------------------------------------------------------------- people


def test_whoever_keeps_the_books_does_not_draw(drawer, house):
    for name in ("director", "secretary", "cashier"):
        with pytest.raises((Forbidden, Refused)):
            drawn(house.actor(name))
    with pytest.raises(Refused):
        drawn(drawer.with_rights("revenue.post"))
    with pytest.raises(Refused):
        drawn(command(house.store.west))


def test_the_database_refuses_who_entered_a_posting_of_the_period(drawer, house):
    community = house.store.west
    with transaction(community):
        database.execute_sql(
            "INSERT INTO revenue_journal (community, state, day, purpose, lines, at, asked_by, asked_label) "
            f"VALUES ('{community}', 'drafted', '{YEAR}-02-02', 'x', '[]', 1, {drawer.account}, 'x')"
        )
    with pytest.raises(Refused):
        drawn(drawer)


def test_another_community_has_no_such_draw(drawer, house):
    spot = drawn(drawer)
    with pytest.raises(NotFound):
        checking.spot_of(house.store.south, spot.id)
    elsewhere = replace(drawer, community=house.store.south, permissions=frozenset({SPOT}))
    with pytest.raises(NotFound):
        checking.enter_result(elsewhere, spot.id, 1, found())


# --------------------------------------------------------------------------- results


def looked(drawer: Actor, spot: Spot, **last) -> None:
    drawn_ = checking.vouchers(spot)
    for each in drawn_[:-1]:
        checking.enter_result(drawer, spot.id, each.entry.seq, found())
    checking.enter_result(drawer, spot.id, drawn_[-1].entry.seq, found(**last))


def test_the_results_are_published_with_roles_and_without_names(drawer, house):
    spot = drawn(drawer)
    with pytest.raises(Refused):
        checking.publish(drawer, spot.id, "监督委员会")
    looked(drawer, spot, outcome="differs", words="发票少一张", role="owner")
    done = checking.publish(drawer, spot.id, "监督委员会")
    assert checking.publish(drawer, spot.id, "监督委员会").notice_id == done.notice_id
    notice = Notice.get_by_id(done.notice_id)
    assert "发票少一张" in notice.body and "业主" in notice.body and "李阿姨" not in notice.body
    with pytest.raises(Refused):
        checking.enter_result(drawer, spot.id, checking.vouchers(spot)[0].entry.seq, found())


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "perhaps"}, {"outcome": "differs"}, {"role": "nobody"}, {"inspector": " "}, {"words": "李阿姨看过"},
        {"inspected_on": QUARTER},
    ],
)  # fmt: skip
def test_a_result_says_what_is_missing(drawer, wrong):
    spot = drawn(drawer)
    with pytest.raises(Invalid):
        checking.enter_result(drawer, spot.id, checking.vouchers(spot)[0].entry.seq, found(**wrong))


def test_a_difference_that_was_found_is_published_whatever_is_entered_after_it(drawer):
    spot = drawn(drawer)
    seq = checking.vouchers(spot)[0].entry.seq
    checking.enter_result(drawer, spot.id, seq, found())
    checking.enter_result(drawer, spot.id, seq, found(outcome="differs", words="少盖章"))
    checking.enter_result(drawer, spot.id, seq, found())
    assert checking.vouchers(spot)[0].result.words == "少盖章"
    assert Result.of(spot.community).count() == 3


def test_nothing_drawn_or_found_is_changed_afterwards(drawer):
    spot = drawn(drawer)
    looked(drawer, spot)
    for statement in (
        "UPDATE revenue_spot SET wanted = 1",
        "DELETE FROM revenue_spot_voucher",
        "UPDATE revenue_spot_result SET outcome = 'differs', words = 'x'",
        "UPDATE revenue_spot_result SET inspector = '别人'",
    ):
        with pytest.raises(peewee.IntegrityError), transaction(spot.community):
            database.execute_sql(statement)


def test_results_are_not_published_by_the_database_while_one_is_missing(drawer):
    spot = drawn(drawer)
    with pytest.raises(peewee.IntegrityError), transaction(spot.community):
        database.execute_sql("UPDATE revenue_spot SET notice_id = 1")


def test_the_name_of_an_inspector_goes_with_the_person(drawer, house):
    from core.people.person_data import DataSubject

    spot = drawn(drawer)
    looked(drawer, spot)
    person = DataSubject.__new__(DataSubject)
    object.__setattr__(person, "names", ("李阿姨",))
    community = find_community(house.store.west)
    [table] = privacy.data_about(community, person)
    assert len(table.rows) == 5
    assert len(list(privacy.erase_person(community, person))) == 5
    assert {each.inspector for each in Result.of(house.store.west)} == {"—"}
    assert list(privacy.data_about(community, person)) == []


def test_to_dos_until_the_results_are_public(drawer, house):
    community = find_community(house.store.west)

    def titles(actor=drawer):
        return [str(each.title) for each in front.todo_items(community, actor)]

    assert any("抽取" in each for each in titles()) and titles(house.actor("director")) == []
    spot = drawn(drawer)
    assert any("5" in each for each in titles())
    looked(drawer, spot)
    assert any("公布" in each for each in titles())
    checking.publish(drawer, spot.id, "监督委员会")
    assert titles() == []


# --------------------------------------------------------------------------- without trusting this computer


def test_the_verifier_repeats_the_draw_and_finds_another(drawer, house, tmp_path):
    drawn(drawer)
    lines = list(verification.ledger_file(house.store.west, "西山社区"))
    assert run(lines, tmp_path)[0] == 0
    first = json.loads(lines[0])
    [spot] = first["spot_checks"]
    other = next(number for number in range(1, 20) if number not in spot["drawn"])
    for change in ({"drawn": [other, *spot["drawn"][1:]]}, {"digest": "0" * 64}, {"count": 4}):
        changed = {**first, "spot_checks": [{**spot, **change}]}
        code, said = run([json.dumps(changed) + "\n", *lines[1:]], tmp_path)
        assert code == 1 and "抽查" in said


# --------------------------------------------------------------------------- pages and demo


def test_the_pages_draw_inspect_and_publish(app, as_role, client):
    give_money(WEST_HILL, {"give_back": 500_000})
    kept(WEST_HILL)
    locked(WEST_HILL)
    desk, supervisor = f"{HERE}/revenue/desk/spot", as_role("supervisor")
    assert as_role("staff").get(desk).status_code == 403
    assert f"{YEAR}-01" in text(supervisor.get(desk))
    assert supervisor.send(f"{desk}/draw", first_day=str(QUARTER)).status_code == 303
    spot = Spot.of(WEST_HILL).get()
    fields = {"outcome": "matches", "role": "resident", "inspector": "李阿姨", "inspected_on": str(today())}
    assert supervisor.send(f"{desk}/{spot.id}", responsible="监督委员会").status_code == 409
    for each in checking.vouchers(spot):
        page = f"{desk}/{spot.id}/vouchers/{each.place}"
        assert supervisor.get(page).status_code == 200
        wrong = supervisor.send(page, **{**fields, "inspector": ""}, words="核对无误")
        assert wrong.status_code == 422 and "核对无误" in text(wrong)
        assert supervisor.send(page, **fields).status_code == 303
    assert supervisor.get(f"{desk}/{spot.id}/vouchers/77").status_code == 404
    assert supervisor.send(f"{desk}/{spot.id}", responsible="监督委员会").status_code == 303
    public = text(client.get(f"{HERE}/revenue/spot/{spot.id}"))
    assert "相符" in public and "李阿姨" not in public and drawing.head_of(spot).code in public
    assert client.get(f"{HERE}/revenue/spot").status_code == 200
    assert client.get(f"/c/{SOUTH_GARDEN}/revenue/spot/{spot.id}").status_code == 404
    assert "公示" in text(supervisor.get(f"{desk}/{spot.id}"))


def test_the_demo_draws_looks_and_publishes_once(house):
    kept(house.store.west)
    community = find_community(house.store.west)
    assert len(list(demo.fill(community))) == 1
    [spot] = checking.spots(house.store.west)
    assert spot.notice_id is not None and checking.is_complete(checking.vouchers(spot))
    assert list(demo.fill(community)) == []
