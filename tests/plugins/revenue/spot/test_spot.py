"""Spot checks: nobody chooses what is drawn, nobody who keeps the books draws, and what residents found is published without names."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace

import peewee
import pytest

from core import NoticeWording, draft_notice, publish_notice
from core.actor import Actor, command
from core.civic.notices.records import Notice
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people.account_records import Account
from core.plugin.settings import set_setting
from core.store.community import find_community
from core.store.db import database, execute, rows, transaction
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.revenue import persons
from plugins.revenue.ledger import periods
from plugins.revenue.ledger.chain import record_head
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.reports import verification
from plugins.revenue.shares import deadlines
from plugins.revenue.spot import announcing, checking, demo, drawing, front, lots, privacy
from plugins.revenue.spot.models import Announced, Lot, Result, Spot, Voucher
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


def found(**more) -> checking.Found:
    told = {"outcome": "matches", "words": "", "role": "resident", "inspector": "李阿姨", "inspected_on": today()}
    return checking.Found(**{**told, **more})


@pytest.fixture
def drawer(house) -> Actor:
    """A member of the supervision committee; the books of West Hill are locked up to March."""
    kept(house.store.west)
    locked(house.store.west)
    return house.actor("supervisor")


def only_lot(community: str) -> Lot:
    [found] = Lot.of(community)
    return found


def thrown(number: str = "361452", **more) -> drawing.Thrown:
    told = {"number": number, "thrown_on": today(), "occasion": "居民议事会上六位居民各报一个数字"}
    return drawing.Thrown(**{**told, **more})


def announced(drawer: Actor, **more) -> Lot:
    lot = only_lot(str(drawer.community))
    announcing.announce(drawer, lot.id, meeting(**more))
    return lot


def meeting(**more) -> announcing.Meeting:
    told = {"on_day": today(), "place": "服务大厅会议室，19:00", "responsible": "监督委员会"}
    return announcing.Meeting(**{**told, **more})


def drawn(drawer: Actor, number: str = "361452") -> Spot:
    return drawing.begin(drawer, announced(drawer).id, thrown(number))


# --------------------------------------------------------------------------- the draw


def test_the_draw_is_repeated_from_the_digest_alone():
    digest, pool = "ab" * 32, [3, 5, 8, 13, 21]
    first = drawing.draw(digest, pool, 3)
    assert first == drawing.draw(digest, pool, 3) and len(set(first)) == 3 and set(first) <= set(pool)
    assert sorted(drawing.draw(digest, pool, 9)) == pool
    assert drawing.draw("cd" * 32, list(range(1000)), 5) != drawing.draw("ce" * 32, list(range(1000)), 5)


def test_only_vouchers_with_papers_of_the_period_are_drawn(house):
    set_setting(command(house.store.west), COUNT, 50)
    kept(house.store.west)
    locked(house.store.west)
    spot = drawn(house.actor("supervisor"))
    entries = [each.entry for each in checking.vouchers(spot)]
    assert len(entries) == spot.pool == 9
    assert all(each.evidence and spot.first_day <= each.day <= spot.last_day for each in entries)


def test_what_can_be_drawn_is_fixed_with_the_lock(drawer, house):
    community = house.store.west
    lot = only_lot(community)
    newest = rows("SELECT seq, digest FROM revenue_entry WHERE community = ? ORDER BY seq DESC LIMIT 1", community)[0]
    assert (lot.first_day, lot.last_day, lot.wanted, lot.pool) == (QUARTER, LAST, 5, 9)
    assert (lot.seq, lot.last) == tuple(newest)
    set_setting(command(community), COUNT, 1)
    set_setting(command(community), deadlines.CYCLE, "month")
    spend(community, 99, day=today())
    spot = drawn(drawer)
    assert len(checking.vouchers(spot)) == 5 and drawing.lot_of(spot).seq == newest[0]


def test_nothing_posted_or_published_after_the_lock_changes_the_draw(drawer, house):
    community = house.store.west
    lot = only_lot(community)
    [(secret,)] = rows("SELECT secret FROM revenue_spot_secret WHERE community = ?", community)
    expected = drawing.draw(drawing.seed(lot.last, secret, "361452"), lots.pool_of(lot), lot.wanted)
    for number in range(3):
        spend(community, 90 + number, day=today())
        record_head(command(community))
    assert [each.entry.seq for each in checking.vouchers(drawn(drawer))] == expected


def test_the_digits_are_entered_once_and_the_secret_stays_closed_until_then(drawer):
    lot = announced(drawer)
    with pytest.raises(NotFound):
        lots.secret_of(lot)
    spot = drawing.begin(drawer, lot.id, thrown("111111"))
    assert lots.fingerprint(lots.secret_of(lot)) == lot.fingerprint
    again = drawing.begin(drawer, lot.id, thrown("222222"))
    assert again.id == spot.id and again.number == "111111"
    assert Spot.of(spot.community).count() == 1 and lots.waiting(spot.community) == []


def test_other_digits_draw_others(drawer):
    lot = only_lot(str(drawer.community))
    [(secret,)] = rows("SELECT secret FROM revenue_spot_secret WHERE community = ?", lot.community)
    pool = list(range(1000))
    drawn_by = {tuple(drawing.draw(drawing.seed(lot.last, secret, f"{each:06}"), pool, 5)) for each in range(50)}
    assert len(drawn_by) == 50


def test_nothing_is_drawn_before_a_notice_told_of_it(drawer):
    lot = only_lot(str(drawer.community))
    with pytest.raises(Refused):
        drawing.begin(drawer, lot.id, thrown())
    announced(drawer)
    told = lots.announced_of(lot)
    notice = Notice.get_by_id(told.notice_id)
    assert lot.fingerprint in notice.body and lot.last in notice.body
    assert announcing.announce(drawer, lot.id, meeting()).id == told.id


def test_residents_do_not_throw_before_the_day_that_was_told(drawer, house):
    lot = announced(drawer, on_day=today() + datetime.timedelta(days=2))
    with pytest.raises(Invalid):
        drawing.begin(drawer, lot.id, thrown())
    house.clock.on(2)
    assert drawing.begin(drawer, lot.id, thrown()).number == "361452"


@pytest.mark.parametrize(
    "wrong", [{"number": "36145"}, {"number": "36145x"}, {"occasion": " "}, {"thrown_on": QUARTER}]
)
def test_a_throw_says_what_is_missing(drawer, wrong):
    lot = announced(drawer)
    with pytest.raises(Invalid):
        drawing.begin(drawer, lot.id, thrown(**wrong))


def test_digits_of_a_chinese_keyboard_are_digits(drawer):
    assert drawn(drawer, "３６１ ４５２").number == "361452"


@pytest.mark.parametrize("wrong", [{"on_day": QUARTER}, {"place": ""}, {"place": "长" * 101}])
def test_a_notice_says_what_is_missing(drawer, wrong):
    with pytest.raises(Invalid):
        announced(drawer, **wrong)
    assert Announced.of(str(drawer.community)).count() == 0


def test_days_between_two_cycles_are_covered(house):
    """A month was covered alone, then the cycle became a quarter: the quarter's lot goes on with its second month."""
    community = house.store.west
    kept(community)
    spend(community, 50, day=QUARTER.replace(month=2))
    set_setting(command(community), deadlines.CYCLE, "month")
    periods.lock(command(community), f"{YEAR}-01")
    set_setting(command(community), deadlines.CYCLE, "quarter")
    spend(community, 51, day=QUARTER.replace(month=3))
    periods.lock(command(community), f"{YEAR}-02")
    assert Lot.of(community).count() == 1
    periods.lock(command(community), MARCH)
    found = [(each.first_day, each.last_day, each.pool) for each in Lot.of(community).order_by(Lot.first_day)]
    assert found == [(QUARTER, QUARTER.replace(day=31), 9), (QUARTER.replace(month=2), LAST, 2)]


def test_several_periods_locked_at_once_have_a_lot_each(house):
    community = house.store.west
    kept(community)
    spend(community, 50, day=QUARTER.replace(month=8))
    periods.lock(command(community), f"{YEAR}-12")
    found = [
        (each.first_day.month, each.last_day.month, each.pool) for each in Lot.of(community).order_by(Lot.first_day)
    ]
    assert found == [(1, 3, 9), (7, 9, 1)]


def lot_values(lot: Lot, **more) -> dict:
    names = ("community", "period_id", "first_day", "last_day", "wanted", "pool", "seq", "last")
    return {**{name: getattr(lot, name) for name in names}, "fingerprint": "ab" * 32, **more}


def test_the_database_takes_no_lot_but_at_the_lock(drawer, house):
    community = house.store.west
    lot = only_lot(community)
    later = {"first_day": QUARTER.replace(month=4), "last_day": QUARTER.replace(month=4, day=30), "pool": 1}
    for more in ({}, later):
        with pytest.raises(peewee.IntegrityError), transaction(community):
            Lot.create(**lot_values(lot, **more))
    spend(community, 70, day=QUARTER.replace(month=4))
    with pytest.raises(peewee.IntegrityError), transaction(community):
        Lot.create(**lot_values(lot, **later))


def test_the_database_takes_no_draw_without_its_notice_and_no_second_one(drawer, house):
    community = house.store.west
    lot = only_lot(community)
    head = record_head(command(community))
    values = {
        "community": community, "first_day": QUARTER, "last_day": LAST, "wanted": 5, "pool": 9, "lot_id": lot.id, "number": "123456",
        "occasion": "x", "thrown_on": str(today()), "drawn_by": drawer.account, "drawn_label": "某",
    }  # fmt: skip
    with pytest.raises(peewee.IntegrityError), transaction(community):
        Spot.create(head_id=head.number, **values)
    spot = drawn(drawer)
    for statement in (
        "UPDATE revenue_spot SET number = '999999'",
        "UPDATE revenue_spot_lot SET wanted = 1",
        "UPDATE revenue_spot_secret SET secret = fingerprint FROM revenue_spot_lot",
        "DELETE FROM revenue_spot_announced",
    ):
        with pytest.raises(peewee.IntegrityError), transaction(community):
            database.execute_sql(statement)
    with pytest.raises(peewee.IntegrityError), transaction(community):
        Spot.create(head_id=spot.head_id, **values)


def test_a_notice_that_does_not_carry_the_fingerprint_announces_nothing(drawer, house):
    community = house.store.west
    lot = only_lot(community)
    other = announced_notice(drawer)
    with pytest.raises(peewee.IntegrityError), transaction(community):
        Announced.create(community=community, lot_id=lot.id, notice_id=other, on_day=today(), place="x", by_label="x")


def announced_notice(actor: Actor) -> int:
    """A published notice about something else."""
    allowed = actor.with_rights(*announcing.NOTICES)
    draft = draft_notice(allowed, NoticeWording("money", "别的事", "与抽查无关", "周主任", objection_days=0))
    return publish_notice(allowed, draft.id).id


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
    assert Spot.of(house.store.west).count() == 0
    with pytest.raises(Refused):
        drawn(command(house.store.west))


JOURNAL = (
    "INSERT INTO revenue_journal (community, state, day, purpose, lines, at, asked_by, asked_label, asked_person) "
    f"VALUES (?, 'drafted', '{YEAR}-02-02', 'x', '[]', 1, ?, ?, ?)"
)
RECEIPT = (
    "INSERT INTO revenue_receipt (community, source, owner_class, amount, arrived_on, account, at, by_account, by_label, by_person) "
    f"VALUES (?, 'money', 'community', 5, '{YEAR}-02-02', '1002', 1, ?, ?, ?)"
)


@pytest.mark.parametrize("statement", [JOURNAL, RECEIPT], ids=["journal", "receipt"])
def test_who_worked_in_the_period_neither_draws_nor_enters_nor_looks(drawer, house, statement):
    community, other = house.store.west, house.actor("second_supervisor")
    spot = drawn(drawer)
    with transaction(community):
        execute(statement, community, other.account, other.label, None)
    seq = checking.vouchers(spot)[0].entry.seq
    with pytest.raises(Refused):
        checking.enter_result(other, spot.id, seq, found())
    with pytest.raises(Invalid):
        checking.enter_result(drawer, spot.id, seq, found(inspector=other.label))
    for who in (
        {"by_account": other.account, "inspector": "李阿姨"},
        {"by_account": drawer.account, "inspector": other.label},
    ):
        with pytest.raises(peewee.IntegrityError), transaction(community):
            Result.create(
                community=community, spot_id=spot.id, seq=seq, outcome="matches", words="", role="resident",
                inspected_on=today(), by_label="某", **who,
            )  # fmt: skip
    assert Result.of(community).count() == 0


@pytest.mark.parametrize("statement", [JOURNAL, RECEIPT], ids=["journal", "receipt"])
def test_the_database_refuses_a_draw_by_who_worked_in_the_period(drawer, house, statement, monkeypatch):
    lot = announced(drawer)
    with transaction(lot.community):
        execute(statement, lot.community, drawer.account, "另一个名字", None)
    with pytest.raises(Refused):
        drawing.begin(drawer, lot.id, thrown())
    monkeypatch.setattr(drawing, "why_not_here", lambda *_: None)
    with pytest.raises(Refused):
        drawing.begin(drawer, lot.id, thrown())
    assert Spot.of(lot.community).count() == 0


def test_a_second_account_of_somebody_who_worked_does_not_draw(drawer, house):
    lot = announced(drawer)
    with transaction(lot.community):
        execute(RECEIPT, lot.community, 999_999, "另一个名字", 77)
    with pytest.raises(Refused):
        drawing.begin(replace(drawer, person=77), lot.id, thrown())


def test_whoever_draws_or_enters_is_not_the_one_who_looks(drawer, house):
    spot, second = drawn(drawer), house.actor("second_supervisor")
    seq = checking.vouchers(spot)[0].entry.seq
    for enters, looks in ((drawer, drawer), (second, second), (second, drawer)):
        with pytest.raises(Invalid):
            checking.enter_result(enters, spot.id, seq, found(inspector=f" {looks.label} "))
        with pytest.raises(peewee.IntegrityError), transaction(spot.community):
            Result.create(
                community=spot.community, spot_id=spot.id, seq=seq, outcome="matches", words="", role="resident",
                inspector=looks.label, inspected_on=today(), by_account=enters.account, by_label=enters.label,
            )  # fmt: skip


def test_what_one_entered_another_publishes(drawer, house):
    spot = drawn(drawer)
    looked(drawer, spot)
    with pytest.raises(Refused):
        checking.publish(drawer, spot.id, "监督委员会")
    notice = announced_notice(drawer)
    for by in (None, drawer.account):
        with pytest.raises(peewee.IntegrityError), transaction(spot.community):
            Spot.update(notice_id=notice, published_by=by, published_label="某").where(Spot.id == spot.id).execute()
    done = checking.publish(house.actor("second_supervisor"), spot.id, "监督委员会")
    assert done.published_label == "second_supervisor某"


def test_two_known_residents_of_one_name_are_two_people(drawer, house):
    spot = drawn(drawer)
    for each in checking.vouchers(spot):
        checking.enter_result(replace(drawer, person=501), spot.id, each.entry.seq, found())
    namesake = replace(drawer, account=98_765, person=502)
    for same in (replace(namesake, person=501), replace(namesake, person=None)):
        assert checking.why_not_publish(same, spot) is not None
        with pytest.raises(Refused):
            checking.publish(same, spot.id, "监督委员会")
    notice = announced_notice(drawer)
    for person in (501, None):
        with pytest.raises(peewee.IntegrityError), transaction(spot.community):
            who = {"published_by": 98_765, "published_person": person, "published_label": f"{drawer.label}（代周主任）"}
            Spot.update(notice_id=notice, **who).where(Spot.id == spot.id).execute()
    assert checking.why_not_publish(namesake, spot) is None
    assert checking.publish(namesake, spot.id, "监督委员会").published_person == 502


def test_a_namesake_of_somebody_unknown_is_told_so_before_publishing(drawer, monkeypatch):
    """Who entered was no known resident then; that they are joined with one later does not change what was written down."""
    spot = drawn(drawer)
    looked(drawer, spot)
    monkeypatch.setattr(persons, "_person_today", lambda *_: 501)
    namesake = replace(drawer, account=98_765, person=502)
    assert checking.why_not_publish(namesake, spot) is not None
    with pytest.raises(Refused):
        checking.publish(namesake, spot.id, "监督委员会")


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
    second = house.actor("second_supervisor")
    done = checking.publish(second, spot.id, "监督委员会")
    assert checking.publish(second, spot.id, "监督委员会").notice_id == done.notice_id
    notice = Notice.get_by_id(done.notice_id)
    assert "发票少一张" in notice.body and "业主" in notice.body and "李阿姨" not in notice.body
    with pytest.raises(Refused):
        checking.enter_result(drawer, spot.id, checking.vouchers(spot)[0].entry.seq, found())


def test_the_notice_fits_however_much_was_written(house):
    set_setting(command(house.store.west), COUNT, 50)
    kept(house.store.west, 70)
    locked(house.store.west)
    drawer = house.actor("supervisor")
    spot = drawn(drawer)
    for each in checking.vouchers(spot):
        words = f"{each.place:02}" + "差" * 498
        checking.enter_result(drawer, spot.id, each.entry.seq, found(outcome="differs", words=words))
    assert len(checking.vouchers(spot)) == 50
    done = checking.publish(house.actor("second_supervisor"), spot.id, "监督委员会")
    body = Notice.get_by_id(done.notice_id).body
    assert 15_000 < len(body) <= 20_000 and body.count("……") == 50 and "全文请看" in body
    assert all(f"：{place:02}差差差" in body for place in range(1, 51))


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

    assert any("告知" in each for each in titles()) and titles(house.actor("director")) == []
    announced(drawer)
    assert any("抽取" in each for each in titles())
    spot = drawn(drawer)
    assert any("5" in each for each in titles())
    looked(drawer, spot)
    second = house.actor("second_supervisor")
    assert titles() == [] and any("公布" in each for each in titles(second))
    checking.publish(second, spot.id, "监督委员会")
    assert titles(second) == []


# --------------------------------------------------------------------------- without trusting this computer


def test_the_verifier_repeats_the_draw_and_finds_another(drawer, house, tmp_path):
    drawn(drawer)
    lines = list(verification.ledger_file(house.store.west, "西山社区"))
    assert run(lines, tmp_path)[0] == 0
    first = json.loads(lines[0])
    [spot] = first["spot_checks"]
    other = next(number for number in range(1, 20) if number not in spot["drawn"])
    changes = (
        {"drawn": [other, *spot["drawn"][1:]]}, {"secret": "0" * 64}, {"count": 4}, {"number": "999999"}, {"last": "0" * 64},
        {"seq": spot["seq"] - 1}, {"secret": "0" * 64, "fingerprint": lots.fingerprint("0" * 64)},
    )  # fmt: skip
    for change in changes:
        changed = {**first, "spot_checks": [{**spot, **change}]}
        code, said = run([json.dumps(changed) + "\n", *lines[1:]], tmp_path)
        assert code == 1 and "抽查" in said


# --------------------------------------------------------------------------- pages and demo


def test_the_pages_draw_inspect_and_publish(app, as_role, client):
    give_money(WEST_HILL, {"give_back": 500_000})
    kept(WEST_HILL)
    locked(WEST_HILL)
    desk, supervisor = f"{HERE}/revenue/desk/spot", as_role("supervisor")
    lot = only_lot(WEST_HILL)
    page = f"{desk}/lots/{lot.id}"
    assert as_role("staff").get(desk).status_code == 403
    assert as_role("staff").get(page).status_code == 403
    assert f"{YEAR}" in text(supervisor.get(desk)) and supervisor.get(f"{desk}/lots/77777").status_code == 404
    told = {"on_day": str(today()), "place": "服务大厅会议室", "responsible": "监督委员会"}
    wrong = supervisor.send(page, **{**told, "on_day": str(QUARTER)})
    assert wrong.status_code == 422 and "服务大厅会议室" in text(wrong)
    assert supervisor.send(page, **told).status_code == 303
    assert "服务大厅会议室" in text(client.get(f"{HERE}/revenue/spot"))
    wrong = supervisor.send(page, number="12", thrown_on=str(today()), occasion="居民报数")
    assert wrong.status_code == 422 and "居民报数" in text(wrong)
    assert supervisor.send(page, number="361452", thrown_on=str(today()), occasion="居民报数").status_code == 303
    assert supervisor.send(page, number="999999", thrown_on=str(today()), occasion="居民报数").status_code == 303
    assert supervisor.get(page).status_code == 200
    spot = Spot.of(WEST_HILL).get()
    assert spot.number == "361452"
    fields = {"outcome": "matches", "role": "resident", "inspector": "李阿姨", "inspected_on": str(today())}
    assert supervisor.send(f"{desk}/{spot.id}", responsible="监督委员会").status_code == 409
    for each in checking.vouchers(spot):
        page = f"{desk}/{spot.id}/vouchers/{each.place}"
        assert supervisor.get(page).status_code == 200
        wrong = supervisor.send(page, **{**fields, "inspector": ""}, words="核对无误")
        assert wrong.status_code == 422 and "核对无误" in text(wrong)
        assert supervisor.send(page, **fields).status_code == 303
    assert supervisor.get(f"{desk}/{spot.id}/vouchers/77").status_code == 404
    assert supervisor.send(f"{desk}/{spot.id}", responsible="监督委员会").status_code == 409
    another = as_role("supervisor")
    newest = Account.select().order_by(Account.id.desc()).get()
    Account.update(label="第二位监督委员").where(Account.id == newest.id).execute()
    assert another.send(f"{desk}/{spot.id}", responsible="监督委员会").status_code == 303
    public = text(client.get(f"{HERE}/revenue/spot/{spot.id}"))
    assert "相符" in public and "李阿姨" not in public and lots.secret_of(lot) in public and "361452" in public
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
