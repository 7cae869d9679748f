"""A slip opens an account once, for one named person, and shows nobody's records."""

import pytest

from core.actor import command
from core.errors import Forbidden, Invalid, NotFound, Refused, Throttled
from core.people import accounts, areas, permissions, residents, secrets, sign_in, slips
from core.people.account_records import Account, AccountSlip
from core.store import audit
from tests.core.people.account_cases import OTHER_PIN, PHONE, PIN, person, resident

PRINT = "core.slips.print"


@pytest.fixture
def printer(store):
    return store.actor(PRINT)


@pytest.fixture
def estate(store):
    return areas.add_estate(store.actor("core.people.edit", "core.community.edit"), "海城名家")


def living(store, name, estate, door, **fields):
    return person(store, name, estate_id=estate, door=door, **fields)


def one(store, printer, name="张三丰", **fields):
    who = person(store, name, **fields)
    return slips.issue(printer, slips.prepare(printer, [who.public_id]))[0]


def test_a_slip_opens_the_account_of_its_person_and_signs_in(store, printer):
    slip = one(store, printer)
    holder = slips.redeem(slip.code, PHONE)
    assert (holder.masked_name, holder.community, holder.secret) == ("张*丰", store.west, "pin")
    signed_in = slips.open_with_slip(slip.code, PIN, PHONE, "browser")
    actor = permissions.actor_for(signed_in.token, store.west, PHONE)
    assert actor.label == "张三丰" and actor.roles == {"resident"}
    assert sign_in.sign_in(store.west, "张三丰", PIN, PHONE, "browser")


def test_looking_at_a_slip_uses_nothing_up_and_tells_little(store, printer):
    slip = one(store, printer, phone="13812345678")
    for _time in range(3):
        holder = slips.redeem(slip.code, PHONE)
    assert "三" not in str(holder) and "138" not in str(holder)
    assert AccountSlip.get().used_at is None


def test_a_slip_is_used_once(store, printer):
    slip = one(store, printer)
    slips.open_with_slip(slip.code, PIN, PHONE, "browser")
    for attempt in (lambda: slips.redeem(slip.code, PHONE), lambda: slips.open_with_slip(slip.code, PIN, PHONE, "b")):
        with pytest.raises(Invalid) as refused:
            attempt()
        assert list(refused.value.errors) == ["code"]


def test_of_two_browsers_with_one_slip_one_opens_the_account(store, printer, monkeypatch):
    slip = one(store, printer)
    found = slips._find(slip.code, PHONE)
    monkeypatch.setattr(slips, "_find", lambda *arguments: found)
    slips.open_with_slip(slip.code, PIN, PHONE, "browser")
    with pytest.raises((Invalid, Refused)):
        slips.open_with_slip(slip.code, OTHER_PIN, PHONE, "browser")
    with pytest.raises(Invalid):
        slips._use_up(found[0])
    assert Account.select().count() == 1


def test_a_guessable_pin_leaves_the_slip_usable(store, printer):
    slip = one(store, printer, phone="13835906174")
    for pin in ("123456", "906174"):
        with pytest.raises(Invalid) as refused:
            slips.open_with_slip(slip.code, pin, PHONE, "browser")
        assert list(refused.value.errors) == ["pin"]
    assert slips.open_with_slip(slip.code, PIN, PHONE, "browser")


def test_a_slip_expires_after_sixty_days(store, printer, monkeypatch):
    slip = one(store, printer)
    later = AccountSlip.get().expires_at
    assert later - AccountSlip.get().issued_at == 60 * 86_400_000
    monkeypatch.setattr(slips, "now", lambda: later)
    with pytest.raises(Invalid):
        slips.redeem(slip.code, PHONE)


def test_printing_again_makes_the_first_sheet_worthless(store, printer):
    who = person(store)
    first = slips.issue(printer, slips.prepare(printer, [who.public_id]))[0]
    second = slips.issue(printer, slips.prepare(printer, [who.public_id]))[0]
    with pytest.raises(Invalid):
        slips.redeem(first.code, PHONE)
    assert slips.redeem(second.code, PHONE)


def test_a_lost_printing_is_made_worthless(store, printer):
    slip = one(store, printer)
    assert slips.revoke_batch(store.actor(PRINT, community=store.south), slip.batch) == 0
    assert slips.revoke_batch(printer, slip.batch) == 1
    with pytest.raises(Invalid):
        slips.redeem(slip.code, PHONE)


def test_the_database_and_the_audit_chain_hold_no_code(store, printer):
    slip = one(store, printer)
    assert slip.code not in AccountSlip.get().code_digest
    payloads = [row[0] for row in audit.AuditDetail.select(audit.AuditDetail.payload).tuples()]
    assert any(slip.public_id in payload for payload in payloads)
    assert not any(slip.code in payload for payload in payloads)


def test_codes_are_read_in_small_letters_with_blanks(store, printer):
    slip = one(store, printer)
    assert slips.redeem(f"{slip.code[:4].lower()} {slip.code[4:]}", PHONE)


def test_guessing_codes_is_throttled_by_address(store, printer):
    slip = one(store, printer)
    for guess in ["", "x", "中文", "0" * 8, *(secrets.new_code() for _time in range(4))]:
        with pytest.raises(Invalid):
            slips.redeem(guess, PHONE)
    with pytest.raises(Throttled):
        slips.redeem(slip.code, PHONE)
    assert slips.redeem(slip.code, "192.168.1.200")


def test_a_building_is_printed_by_doors_without_those_who_need_none(store, printer, estate):
    late = living(store, "李四", estate, "3-1-101")
    gone = living(store, "王五", estate, "3-1-102")
    actor = store.actor("core.people.edit")
    residents.set_status(actor, late.public_id, "deceased")
    residents.set_status(actor, gone.public_id, "moved_away")
    has_one = living(store, "赵六", estate, "3-1-103")
    accounts.open_account(command(store.west), has_one.public_id, PIN)
    living(store, "陈十", estate, "10-1-101")
    upstairs = living(store, "陈九", estate, "3-2-201")
    downstairs = living(store, "陈八", estate, "3-1-201")
    residents.move_in(actor, upstairs.public_id, estate, "3-2-202", "owner")
    building = areas.Area.get(areas.Area.level == "building", areas.Area.id == _building_of(downstairs))
    sheet = slips.issue(printer, slips.prepare_for_area(printer, building.id))
    assert [slip.public_id for slip in sheet] == [downstairs.public_id, upstairs.public_id]
    assert sheet[0].home == "海城名家 3-1-201"
    assert len({slip.code for slip in sheet}) == 2 and len({slip.batch for slip in sheet}) == 1
    assert [slip.name for slip in slips.issue(printer, slips.prepare_for_area(printer, estate))] == [
        "陈八",
        "陈九",
        "陈十",
    ]


def _building_of(who):
    stay = residents.PersonHome.get(residents.PersonHome.person_id == who.id)
    area = areas.Area.get_by_id(areas.Home.get_by_id(stay.home_id).area_id)
    return area.parent_id if area.level == "unit" else area.id


def test_people_without_a_home_can_have_a_slip_too(store, printer):
    assert one(store, printer).home == ""


def test_printing_needs_the_permission_and_stays_in_the_community(store, printer, estate):
    who = living(store, "陈八", estate, "3-1-201")
    with pytest.raises(Forbidden):
        slips.prepare(store.actor("core.people.view"), [who.public_id])
    southern = store.actor(PRINT, community=store.south)
    assert slips.issue(southern, slips.prepare(southern, [who.public_id])) == []
    with pytest.raises(NotFound):
        slips.issue(southern, slips.prepare_for_area(southern, estate))


def test_too_many_at_once_are_refused_before_any_is_made(store, printer, monkeypatch):
    monkeypatch.setattr(slips, "MOST_AT_ONCE", 1)
    people = [person(store, name).public_id for name in ("张三", "李四")]
    with pytest.raises(Refused):
        slips.issue(printer, slips.prepare(printer, people))
    assert AccountSlip.select().count() == 0


def test_a_slip_whose_person_got_an_account_meanwhile_says_so(store, printer):
    who = person(store)
    slip = slips.issue(printer, slips.prepare(printer, [who.public_id]))[0]
    accounts.open_account(command(store.west), who.public_id, OTHER_PIN)
    with pytest.raises(Refused):
        slips.open_with_slip(slip.code, PIN, PHONE, "browser")


def test_whoever_needs_no_slip_any_more_since_they_were_prepared_gets_none(store, printer):
    people = {name: person(store, name) for name in ("甲一", "乙二", "丙三", "丁四", "戊五")}
    for who in people.values():
        slips.issue(printer, slips.prepare(printer, [who.public_id]))
    printing = slips.prepare(printer, [who.public_id for who in people.values()])
    actor = store.actor("core.people.edit")
    accounts.open_account(command(store.west), people["甲一"].public_id, PIN)
    residents.set_status(actor, people["乙二"].public_id, "deceased")
    residents.set_status(actor, people["丙三"].public_id, "moved_away")
    residents.link_homes(actor, people["戊五"].public_id, people["丁四"].public_id)
    made = slips.issue(printer, printing)
    assert [slip.name for slip in made] == ["戊五"]
    code = dict(zip([row[2] for row in printing.people], printing.codes, strict=True))["戊五"].code
    assert made[0].code == code and slips.redeem(code, PHONE)
    assert AccountSlip.select().where(AccountSlip.batch == made[0].batch).count() == 1
    entry = audit.AuditEntry.select().order_by(audit.AuditEntry.seq.desc()).get()
    detail = audit.AuditDetail.get((audit.AuditDetail.chain == store.west) & (audit.AuditDetail.seq == entry.seq))
    assert f'"people":["{people["戊五"].public_id}"]' in detail.payload.replace(" ", "")


def test_the_slip_of_a_double_opens_the_account_of_the_record_that_is_kept(store, printer):
    kept, double = person(store, "张三丰"), person(store, "张三豐")
    slip = slips.issue(printer, slips.prepare(printer, [double.public_id]))[0]
    residents.Person.update(same_as=kept.id).where(residents.Person.id == double.id).execute()
    account = slips.open_with_slip(slip.code, PIN, PHONE, "browser").account
    assert Account.get_by_id(account).person_id == kept.id


def test_the_slips_of_the_deceased_and_the_deleted_open_nothing(store, printer):
    slip, other = one(store, printer), one(store, printer, "李四")
    residents.set_status(store.actor("core.people.edit"), slip.public_id, "deceased")
    residents.Person.delete().where(residents.Person.public_id == other.public_id).execute()
    for each in (slip, other):
        with pytest.raises(Invalid):
            slips.redeem(each.code, PHONE)


def test_a_slip_for_a_frozen_account_waits(store):
    from core.people import credentials

    account = resident(store)
    code = credentials.reset_secret(command(store.west), account.id)
    accounts.freeze_account(command(store.west), account.id, "")
    with pytest.raises(Invalid):
        slips.redeem(code.code, PHONE)
    accounts.thaw_account(command(store.west), account.id)
    assert slips.redeem(code.code, PHONE)


@pytest.mark.parametrize(
    ("name", "masked"), [("张三", "张*"), ("张三丰", "张*丰"), ("欧阳娜娜", "欧**娜"), ("李", "李*")]
)
def test_masks_names_so_that_only_their_owner_recognises_them(name, masked):
    assert slips.masked_name(name) == masked
