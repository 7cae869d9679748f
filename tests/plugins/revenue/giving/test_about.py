"""What this part tells others: to-dos, stories, files, lists, its place in the audit log, and what stays when a donor is erased."""

import re

import pytest

from core.actor import Actor, command
from core.civic.attachments import files_of
from core.civic.inbox.todos import waiting
from core.clock import today
from core.operate import audit_log
from core.people import areas, residents
from core.people.staff import colleagues
from core.plugin.declarations import DataSubject
from core.store.audit import AuditEntry
from core.store.community import find_community
from core.store.db import database, transaction
from core.text import in_language
from plugins.revenue.giving import changes, demo, opening, petty, pledges, privacy, records, thanks, vouchers
from plugins.revenue.giving.exports import EXPORTS
from plugins.revenue.giving.journal import journal
from plugins.revenue.giving.models import Donor, Float, Gift, Pledge
from plugins.revenue.giving.vouchers import Paid
from plugins.revenue.ledger.balances import balance, trial_balance
from plugins.revenue.ledger.chain import verify

TODAY = today()
NAME, PHONE = "欧阳无迹", "13812340000"
# A key instead of a word: Latin letters, but for codes of funds and accounts, and the names of this test's people.
WORDS_OF_OURS = re.compile(r"(?<![a-z-])(?!(?:bookkeeper|cashier|director|staff|secretary)某)[a-z]+_[a-z_]+")


def all_of_it(office):
    """Something of every kind, by the people of the office."""
    office.opened((("1002", "operating", 1_000_000), ("1001", "general", 5)))
    pledge = office.pledged(100_000, name=NAME, phone=PHONE, purpose=f"{NAME}给阅览角")
    gift = pledges.receive_money(office.bookkeeper, pledge.id, 40_000, "1002", TODAY)
    pledges.tell_news(office.bookkeeper, pledge.id, f"感谢{NAME}", [])
    asked = changes.ask_change(office.bookkeeper, gift.id, changes.Wish("refund", f"{NAME}有困难", 1_000, "1002"))
    changes.approve_change(office.director, asked.id)
    refused = changes.ask_change(office.bookkeeper, gift.id, changes.Wish("refund", "再退", 1_000, "1002"))
    changes.refuse_change(office.director, refused.id, f"{NAME}没签字")
    book = pledges.pledge(office.bookkeeper, pledges.Told("resident", "邵老师", "", "看", item="旧书"))
    pledges.receive_thing(office.bookkeeper, book.id, pledges.Thing("旧书", receiver=NAME, used_for="阅览角"), TODAY)
    box = office.float(50_000)
    for number, decide in enumerate(
        (vouchers.approve_voucher, lambda who, key: vouchers.return_voucher(who, key, "看不清"))
    ):
        made = vouchers.enter_voucher(
            office.cashier, box.id, Paid(100, "5201", "纸", TODAY, "店", [office.paper("cashier", seed=number)])
        )
        decide(office.director, made.id)
    petty.approve_move(office.director, petty.ask_count(office.cashier, box.id, 49_900, "").id)
    petty.refuse_move(office.director, petty.ask_advance(office.cashier, box.id, 100, "1002", "").id, "够用")
    return pledge, gift, box


def rows_with(*words):
    """Every (table, column) that holds one of the words."""
    found = set()
    for table in database.obj.get_tables():
        for column in database.obj.get_columns(table):
            for (value,) in database.execute_sql(f'SELECT "{column.name}" FROM "{table}"').fetchall():
                if isinstance(value, str) and any(word in value for word in words):
                    found.add((table, column.name))
    return found


# --------------------------------------------------------------------------- a donor's data


def subject_of(person):
    return DataSubject(person.id, person.public_id, (person.name,), (person.phone,), "已删除居民")


def test_a_donor_sees_what_is_kept_and_leaves_only_sums_behind(office):
    actor = command(office.community)
    person = residents.add_person(
        actor, name=NAME, phone=PHONE, estate_id=areas.add_estate(actor, "海城名家"), door="3-2-501"
    )
    pledge = office.pledged(100_000, name="x", fund="give_back")
    Donor.update(donor_kind="resident", name=NAME, phone=PHONE, person=person.id).where(
        Donor.id == pledge.donor_id
    ).execute()
    pledge, _gift, _box = all_of_it(office)
    subject = subject_of(person)
    (table,) = list(privacy.data_about(office.community, subject))
    assert len(table.rows) == 2 and all(NAME in row for row in table.rows)
    before = trial_balance(office.community)
    with transaction(office.community):
        erased = list(privacy.erase_person(office.community, subject))
    assert pledge.ref in erased
    kept = {place for place in rows_with(NAME, PHONE) if place[0].startswith("revenue_")}
    assert kept == set()
    assert trial_balance(office.community) == before and verify(office.community) is None
    assert {each.shown for each in Donor.select().where(Donor.id << [pledge.donor_id])} == {"anonymous"}
    assert all(NAME not in str(each.who) for each in thanks.thanks(office.community).given)


def test_a_namesake_is_somebody_else(office):
    actor = command(office.community)
    person = residents.add_person(
        actor, name=NAME, phone="13900000001", estate_id=areas.add_estate(actor, "海城名家"), door="1-1-101"
    )
    office.pledged(name=NAME, phone=PHONE)
    assert list(privacy.data_about(office.community, subject_of(person))) == []


def test_a_resident_who_gives_is_known_by_name_and_number_together(office):
    actor = command(office.community)
    person = residents.add_person(
        actor, name=NAME, phone=PHONE, estate_id=areas.add_estate(actor, "海城名家"), door="3-2-501"
    )
    told = pledges.Told("resident", NAME, "give_back", "加餐", 100, phone=PHONE)
    assert pledges.donor_of(pledges.pledge(office.bookkeeper, told)).person == person.id


# --------------------------------------------------------------------------- to-dos, stories, files


def titles(actor):
    return [str(each.title) for each in waiting(actor)]


def test_what_waits_is_told_to_who_may_decide_it_and_to_nobody_else(office):
    made = office.written()
    opening.hand_in(office.bookkeeper, made.id)
    with in_language("zh_Hans"):
        assert titles(office.director) == ["审核期初余额"]
        assert "审核期初余额" not in titles(office.bookkeeper.with_rights("revenue.close"))
        opening.approve(office.director, made.id)
        box = office.float()
        petty.ask_advance(office.cashier, box.id, 100, "1002", "")
        assert titles(office.director) == ["审核备用金拨付"]
        assert titles(office.cashier) == []
        assert titles(office.cashier.with_rights("revenue.approve")) == []


def test_a_pledge_that_is_late_is_asked_after(office):
    pledge = office.pledged(pledged_on=TODAY, expected_on=TODAY)
    office.opened()
    with in_language("zh_Hans"):
        (found,) = [each for each in waiting(office.bookkeeper) if "认捐" in str(each.title)]
    assert (found.due, found.href.endswith(f"/giving/{pledge.id}")) == (TODAY, True)


def test_cash_of_somebody_who_left_is_told(office):
    office.opened()
    box = office.float(100)
    Float.update(holder_account=99).where(Float.id == -1).execute()
    database.execute_sql(
        "UPDATE role_grant SET until_day = '2020-01-01', from_day = '2019-01-01' WHERE role = 'cashier'"
    )
    assert all(not each.can("revenue.petty") for each in colleagues(office.community))
    with in_language("zh_Hans"):
        assert any(box.name in title for title in titles(office.director))


def test_every_record_has_a_story_and_a_name(office):
    all_of_it(office)
    for kind in records.RECORDS:
        for record in kind.model.of(office.community):
            assert kind.titles(office.director, [record.ref]), record.ref
            assert kind.path(office.director, record.ref).startswith("revenue/desk/")
            if kind.story is not None:
                assert list(kind.story(office.director, record.ref)), record.ref


def test_residents_hear_of_a_donation_but_not_who_dealt_with_it(office):
    pledge, _gift, box = all_of_it(office)
    resident = office.store.actor(kind="resident")
    kinds = {each.model.kind: each for each in records.RECORDS}
    told = list(kinds["revenue.pledge"].story(resident, pledge.ref))
    assert told and {str(each.who) for each in told} == {""}
    for kind in (
        "revenue.float",
        "revenue.voucher",
        "revenue.float_move",
        "revenue.opening",
        "revenue.gift_change",
        "revenue.gift",
    ):
        for record in kinds[kind].model.of(office.community):
            assert kinds[kind].may_see(resident, record.ref) is False
            assert not kinds[kind].titles(resident, [record.ref])
    assert kinds["revenue.float"].may_see(office.cashier, box.ref)


def test_photos_of_thanks_are_for_everybody_and_papers_for_the_office(office):
    pledge, _gift, _box = all_of_it(office)
    stranger = Actor(community=office.community)
    for kind in records.FILES:
        ref = next(iter(kind_model(kind).of(office.community))).ref
        assert kind.may_see(stranger, ref) is (kind.role == "photo")
    assert files_of(pledge.ref, "scan") == []


def kind_model(kind):
    return next(each.model for each in records.RECORDS if each.model.kind == kind.kind)


# --------------------------------------------------------------------------- lists, the log, the demo


def test_lists_have_every_line(office):
    _pledge, _gift, box = all_of_it(office)
    donations, cash = (list(each.rows(office.bookkeeper, {})) for each in EXPORTS)
    assert len(donations) == Pledge.select().count() == 2
    assert cash == []
    lines = list(EXPORTS[1].rows(office.bookkeeper, {"float": str(box.number), "month": TODAY.isoformat()[:7]}))
    assert len(lines) == len(journal(petty.find_float(office.cashier, box.id), TODAY.isoformat()[:7]).lines) == 2
    for wrong in ("x", "9" * 400, "-1", ""):
        assert list(EXPORTS[1].rows(office.bookkeeper, {"float": wrong})) == []
    assert list(EXPORTS[0].rows(office.bookkeeper, {"state": "ended"})) == []


def test_the_log_says_everything_in_words(office, plugins):
    all_of_it(office)
    actor = command(office.community)
    with in_language("zh_Hans"):
        for entry in list(AuditEntry.select().where(AuditEntry.action.startswith("revenue."))):
            shown = audit_log.log_detail(plugins, actor, entry.seq)
            said = [str(part) for value in shown.values for part in value]
            assert not [text for text in [str(shown.entry.what), *said] if WORDS_OF_OURS.search(text)], entry.action


def test_the_demo_is_whole(office):
    for role in ("bookkeeper", "cashier", "director"):
        assert role in {each for found in colleagues(office.community) for each in found.roles}
    said = list(demo.fill(find_community(office.community), command(office.community)))
    assert len(said) == 1
    assert verify(office.community) is None
    assert sum(fen for _account, _fund, fen in trial_balance(office.community)) == 0
    box = petty.floats(office.community)[0]
    assert (box.balance, box.pending) == (148_550, 9_000)
    assert balance(office.community, box.account, "operating") == box.balance
    assert Gift.select().count() == 4 and opening.current(office.community).seq == 1


@pytest.mark.parametrize("left_out", ["bookkeeper", "cashier"])
def test_the_demo_without_its_people_makes_nothing(office, left_out):
    database.execute_sql(f"DELETE FROM role_grant WHERE role = '{left_out}'")
    assert list(demo.fill(find_community(office.community), command(office.community))) == []
