"""A new rule for a contract in force: proposed with the signed supplement by one person, decided by another, never for days past."""

from dataclasses import replace
from types import SimpleNamespace

import peewee
import pytest

from core import CLEARED, DataSubject
from core.actor import command
from core.civic.attachments import content_of
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.people import accounts, residents
from core.store.db import database, transaction
from core.store.files import FileUse
from core.store.violations import violated
from plugins.revenue.dues import contracts, declaring, operators, privacy, public, rule_changes
from plugins.revenue.dues.models import Contract, Due, RuleChange, RuleChangeScan, RuleVersion
from tests.plugins.revenue.dues.conftest import TO_OWNERS, VOTE, month

NEXT = {"persons": [300, 260, 220], "area": [240_000, 210_000, 170_000]}


def rates(town, contract):
    versions = contracts.rule_versions(town.community, contract.id)
    return [each.rule["components"][0]["rate"] for each in versions]


# --------------------------------------------------------------------------- proposing and deciding


def test_a_new_rule_holds_once_a_second_person_has_approved_it(town, later):
    contract = town.contract()
    change = rule_changes.propose(town.clerk, contract.id, town.wish(month(1)))
    assert rates(town, contract) == ["0.10"] and rule_changes.waiting_for(contract).id == change.id
    approved = rule_changes.approve(town.director, change.id)
    assert (approved.state, approved.version, approved.decided_by) == ("approved", 2, town.director.account)
    made = contracts.rule_versions(town.community, contract.id)[-1]
    assert (made.from_day, made.by_account, made.reason) == (month(1), town.clerk.account, "营业额上升")
    assert contracts.rule_on(town.community, contract.id, month(0)).version == 1
    ahead = month(2)
    later((ahead - today()).days)
    contracts.open_periods(town.clerk, contract)
    due = town.due(contract, 4)
    assert due.first_day < ahead
    assert town.reviewed(town.due(contract, 3), 100_000).due_fen == 10_000
    assert town.reviewed(due, 100_000).due_fen == 20_000


def test_what_is_not_approved_leaves_the_rule_and_says_why(town):
    contract = town.contract()
    change = rule_changes.propose(town.clerk, contract.id, town.wish(month(1)))
    with pytest.raises(Invalid):
        rule_changes.refuse(town.director, change.id, "  ")
    refused = rule_changes.refuse(town.director, change.id, "签字页缺一页")
    assert (refused.state, refused.refusal, rates(town, contract)) == ("refused", "签字页缺一页", ["0.10"])
    with pytest.raises(Refused):
        rule_changes.approve(town.director, change.id)
    assert rule_changes.propose(town.clerk, contract.id, town.wish(month(1))).state == "asked"


def test_a_new_rule_says_why_with_minutes_and_the_signed_supplement(town):
    contract = town.contract()
    for missing in ({"reason": " "}, {"approval": ""}, {"scans": []}):
        with pytest.raises(Invalid) as found:
            rule_changes.propose(town.clerk, contract.id, town.wish(month(1), **missing))
        assert set(found.value.errors) == {"files" if "scans" in missing else next(iter(missing))}
    assert RuleChange.of(town.community).count() == 0
    rule_changes.propose(town.clerk, contract.id, town.wish(month(1)))
    with pytest.raises(Refused):
        rule_changes.propose(town.secretary, contract.id, town.wish(month(2)))


def test_a_new_rule_never_holds_for_a_day_that_is_over_or_declared(town):
    contract = town.contract()
    for day in (month(-1), month(0) if month(0) < today() else month(-2), contract.starts_on, month(60)):
        with pytest.raises(Invalid) as found:
            rule_changes.propose(town.clerk, contract.id, town.wish(day))
        assert "from_day" in found.value.errors
    Due.update(state="computed").where(Due.id == town.due(contract, 3).id).execute()
    with pytest.raises(Invalid) as found:
        rule_changes.propose(town.clerk, contract.id, town.wish(today()))
    assert "from_day" in found.value.errors
    assert rule_changes.propose(town.clerk, contract.id, town.wish(month(1))).state == "asked"


def test_what_waited_too_long_is_not_approved_any_more(town, later):
    contract = town.contract()
    change = rule_changes.propose(town.clerk, contract.id, town.wish(month(1)))
    later((month(2) - today()).days)
    with pytest.raises(Refused):
        rule_changes.approve(town.director, change.id)
    assert rule_changes.refuse(town.director, change.id, "过期").state == "refused"


def test_the_rule_of_a_draft_or_of_what_has_ended_is_not_changed_in_this_way(town):
    draft, over = town.contract(signed=False), town.contract()
    contracts.end(town.clerk, over.id, today(), "停业")
    for contract in (draft, over):
        with pytest.raises(Refused):
            rule_changes.propose(town.clerk, contract.id, town.wish(month(1)))
    with pytest.raises(Forbidden):
        rule_changes.propose(town.bookkeeper, town.contract().id, town.wish(month(1)))


def test_the_owners_space_takes_a_vote_of_its_own_for_a_new_rule(town):
    contract = town.contract(owner_class="owners", approval_kind="vote", vote=VOTE)
    few = {**NEXT, "persons": [300, 199, 199]}
    wrong = {**NEXT, "persons": [300, 100, 200]}
    for vote in (None, few, wrong):
        with pytest.raises(Invalid):
            rule_changes.propose(town.clerk, contract.id, town.wish(month(1), rule=TO_OWNERS, vote=vote))
    with pytest.raises(Invalid, match="业主共有"):  # the community would promise itself a part of what is not its own
        rule_changes.propose(town.clerk, contract.id, town.wish(month(1), vote=NEXT))
    change = rule_changes.propose(town.clerk, contract.id, town.wish(month(1), rule=TO_OWNERS, vote=NEXT))
    assert rule_changes.approve(town.director, change.id).vote == NEXT


# --------------------------------------------------------------------------- different people


def test_the_proposer_never_decides_with_any_account_or_role(town):
    person = residents.add_person(command(town.community), name="张三丰", phone="13800138000")
    contract = town.contract()
    rights = town.clerk.permissions | town.director.permissions
    change = rule_changes.propose(replace(town.clerk, person=person.id), contract.id, town.wish(month(1)))
    everything = replace(town.clerk, permissions=rights)
    for actor in (
        everything,
        replace(everything, kind="owner"),
        replace(town.director, person=person.id),
        command(town.community),
    ):
        for act in (
            lambda who: rule_changes.approve(who, change.id),
            lambda who: rule_changes.refuse(who, change.id, "不"),
        ):
            with pytest.raises(Refused):
                act(actor)
    with pytest.raises(Forbidden):
        rule_changes.approve(town.reviewer, change.id)
    assert rule_changes.approve(town.secretary, change.id).state == "approved"


def test_an_account_joined_with_its_resident_afterwards_or_of_the_same_name_does_not_decide(town):
    person = residents.add_person(command(town.community), name="张三丰", phone="13800138000")
    change = rule_changes.propose(town.clerk, town.contract().id, town.wish(month(1)))
    with pytest.raises(Refused):
        rule_changes.approve(replace(town.director, label=town.clerk.label), change.id)
    accounts.link_person(command(town.community), town.clerk.account, person.public_id)
    with pytest.raises(Refused):
        rule_changes.approve(replace(town.director, person=person.id), change.id)


def test_nobody_of_the_operator_decides_even_after_leaving_it(town):
    change = rule_changes.propose(town.clerk, town.contract().id, town.wish(month(1)))
    operators.link_accounts(town.clerk, town.operators["boss"].id, [])
    both = replace(town.boss, permissions=town.director.permissions)
    for act in (lambda: rule_changes.approve(both, change.id), lambda: rule_changes.refuse(both, change.id, "不")):
        with pytest.raises(Refused):
            act()


def test_nobody_of_the_operator_proposes_whatever_else_they_may(town):
    contract = town.contract()
    both = replace(town.boss, permissions=town.boss.permissions | town.clerk.permissions)
    with pytest.raises(Refused):
        rule_changes.propose(both, contract.id, town.wish(month(1)))
    assert RuleChange.of(town.community).count() == 0


def test_the_supplement_is_for_those_who_keep_the_books(town):
    change = rule_changes.propose(town.clerk, town.contract().id, town.wish(month(1)))
    (scan,) = rule_changes.papers_of(change)
    kept = RuleChangeScan.of(town.community).get()
    assert (kept.change_id, kept.sha256) == (change.id, scan.sha256)
    use = FileUse.get_of(town.community, scan.id)
    assert content_of(town.reviewer, use) is not None
    for who in (town.boss, town.rival):
        with pytest.raises(NotFound):
            content_of(who, use)


# --------------------------------------------------------------------------- what is shown


def test_every_version_says_for_which_days_it_holds_and_why_it_changed(town, later):
    contract = town.contract()
    change = rule_changes.propose(town.clerk, contract.id, town.wish(month(1)))
    rule_changes.approve(town.director, change.id)
    new, old = public.versions_shown(contract)
    assert (new.when, new.since, new.until, new.change.reason) == ("later", month(1), None, "营业额上升")
    assert (old.when, old.since, (month(1) - old.until).days, old.change) == ("now", contract.starts_on, 1, None)
    later((month(2) - today()).days)
    assert [each.when for each in public.versions_shown(contract)] == ["now", "before"]


def test_a_version_that_the_draft_replaced_never_held(town):
    draft = town.contract(signed=False)
    contracts.add_rule(town.clerk, draft.id, town.wish(month(1)).rule, draft.starts_on)
    assert [each.when for each in public.versions_shown(draft)] == ["now", "never"]


def test_who_proposed_and_who_approved_are_forgotten_and_the_rule_stays(town):
    asker = residents.add_person(command(town.community), name="张三丰", phone="13800138000")
    change = rule_changes.propose(
        replace(town.clerk, person=asker.id, label="张三丰"), town.contract().id, town.wish(month(1))
    )
    rule_changes.approve(town.director, change.id)
    for person, names in ((asker.id, ("张三丰",)), (0, (town.director.label,))):
        subject = DataSubject(person, "p1", names, (), "已删除居民")
        with transaction(town.community):
            assert change.ref in list(privacy.erase_person(SimpleNamespace(code=town.community), subject))
    left = RuleChange.get_of(town.community, change.id)
    assert (left.asked_label, left.decided_label, left.state, left.version) == (CLEARED, CLEARED, "approved", 2)
    assert contracts.rule_versions(town.community, left.contract_id)[-1].by_label == CLEARED


# --------------------------------------------------------------------------- what the database itself refuses


def refused(statement):
    with pytest.raises(peewee.IntegrityError) as found, transaction():
        database.obj.execute_sql(statement)
    return violated(found.value)


def deciding(town, change, state="approved", **other):
    values = {
        "state": f"'{state}'", "decided_by": town.director.account, "decided_on": f"'{today()}'", "version": 2 if state == "approved" else "NULL",
        "refusal": "''" if state == "approved" else "'不'", **other,
    }  # fmt: skip
    said = ", ".join(f"{name} = {value}" for name, value in values.items())
    return f"UPDATE revenue_rule_change SET {said} WHERE id = {change.id}"


def inserted(town, contract, version=2, day=None, community=None, **other):
    return RuleVersion.insert(
        community=community or town.community, contract_id=contract.id, version=version, from_day=day or month(1),
        rule=town.wish(month(1)).rule, by_account=town.clerk.account, by_label="x", **other,
    )  # fmt: skip


def test_the_database_takes_no_rule_of_a_contract_in_force_past_an_approved_change(town):
    contract = town.contract()
    for _moment in ("before it is proposed", "before it is approved"):
        with pytest.raises(peewee.IntegrityError) as found, transaction(town.community):
            inserted(town, contract).execute()
        assert violated(found.value) == "revenue_rule_agreed"
        change = rule_changes.waiting_for(contract) or rule_changes.propose(
            town.clerk, contract.id, town.wish(month(1))
        )
    rule_changes.approve(town.director, change.id)
    for version, day in ((3, month(1)), (3, month(2))):
        with pytest.raises(peewee.IntegrityError) as found, transaction(town.community):
            inserted(town, contract, version, day).execute()
        assert violated(found.value) == "revenue_rule_agreed"
    dropped = contracts.drop(town.clerk, town.contract(signed=False).id)
    with pytest.raises(peewee.IntegrityError) as found, transaction(town.community):
        inserted(town, dropped).execute()
    assert violated(found.value) == "revenue_rule_agreed"


def test_the_database_takes_the_decision_of_another_person_only(town):
    person = residents.add_person(command(town.community), name="张三丰", phone="13800138000")
    asker = replace(town.clerk, person=person.id)
    change = rule_changes.propose(asker, town.contract().id, town.wish(month(1)))
    for state in ("approved", "refused"):
        assert refused(deciding(town, change, state, decided_by=town.clerk.account)) == "revenue_rule_change_two"
        assert refused(deciding(town, change, state, decided_person=person.id)) == "revenue_rule_change_two"
        assert refused(deciding(town, change, state, decided_by=town.boss.account)) == "revenue_rule_change_operator"
    assert refused(deciding(town, change, decided_by="NULL")) == "revenue_rule_change_decided"
    with pytest.raises(peewee.IntegrityError) as found, transaction(town.community):
        RuleChange.insert(
            community=town.community, contract_id=change.contract_id, state="approved", from_day=month(1), rule=change.rule, reason="x",
            approval="x", asked_by=1, asked_label="x", asked_on=today(), decided_by=2, decided_on=today(), version=2,
        ).execute()  # fmt: skip
    assert violated(found.value) == "revenue_rule_change_begins"


def test_the_database_keeps_what_was_proposed_and_what_was_decided(town):
    contract = town.contract()
    change = rule_changes.propose(town.clerk, contract.id, town.wish(month(1)))
    for said in ("rule = '{}'", f"from_day = '{month(2)}'", "reason = 'x'", "asked_by = 99", "approval = 'x'"):
        assert refused(f"UPDATE revenue_rule_change SET {said}") == "revenue_rule_change_kept"
    rule_changes.approve(town.director, change.id)
    for said in ("decided_by = 99", "decided_person = 99", "version = 7", f"decided_on = '{month(-1)}'"):
        assert refused(f"UPDATE revenue_rule_change SET {said}") == "revenue_rule_change_kept"
    assert refused("DELETE FROM revenue_rule_change") == "revenue_rule_change_kept"
    assert refused("DELETE FROM revenue_rule_change_scan") == "revenue_rule_change_scan_append_only"


def test_the_database_takes_no_day_that_is_over_declared_or_before_another_version(town):
    contract = town.contract()
    change = rule_changes.propose(town.clerk, contract.id, town.wish(month(1)))
    assert refused(deciding(town, change, decided_on=f"'{month(2)}'")) == "revenue_rule_change_ahead"
    assert refused(deciding(town, change, version=3)) == "revenue_rule_change_in_order"
    with pytest.raises(peewee.IntegrityError) as found, transaction(town.community):
        RuleChange.insert(
            community=town.community, contract_id=town.contract().id, state="asked", from_day=month(-1), rule=change.rule, reason="x",
            approval="x", asked_by=1, asked_label="x", asked_on=today(),
        ).execute()  # fmt: skip
    assert violated(found.value) == "revenue_rule_change_ahead"
    running = town.due(contract, 3)
    Due.update(state="computed", last_day=running.last_day).where(Due.id == running.id).execute()
    inside = rule_changes.refuse(town.director, change.id, "换一天")
    assert inside.state == "refused"
    with transaction(town.community):
        early = RuleChange.create(
            community=town.community, contract_id=contract.id, state="asked", from_day=today(), rule=change.rule, reason="x",
            approval="x", asked_by=1, asked_label="x", asked_on=today(),
        )  # fmt: skip
        RuleChangeScan.create(community=town.community, change_id=early.id, file_use=9_999, sha256="0" * 64)
    assert refused(deciding(town, early)) == "revenue_rule_change_declared"


def test_the_database_wants_the_supplement_and_the_owners_vote(town):
    contract = town.contract(owner_class="owners", approval_kind="vote", vote=VOTE)
    with transaction(town.community):
        change = RuleChange.create(
            community=town.community, contract_id=contract.id, state="asked", from_day=month(1), rule=town.wish(month(1)).rule, reason="x",
            approval="x", asked_by=1, asked_label="x", asked_on=today(),
        )  # fmt: skip
    assert refused(deciding(town, change)) in ("revenue_rule_change_scanned", "revenue_rule_change_voted")
    RuleChangeScan.create(community=town.community, change_id=change.id, file_use=9_999, sha256="0" * 64)
    assert refused(deciding(town, change)) == "revenue_rule_change_voted"


def test_the_database_makes_no_contract_but_a_draft(town):
    signed, draft = town.contract(), town.contract(signed=False)
    for source, state in ((signed, "active"), (signed, "expiring"), (signed, "ended"), (draft, "dropped")):
        values = {**source.__data__, "state": state, "id": 9_000}
        if state == "ended":
            values["ended_on"] = today()
        if source is signed:
            values["number"] = 900
        with pytest.raises(peewee.IntegrityError) as found, transaction(town.community):
            Contract.insert(values).execute()
        assert violated(found.value) == "revenue_contract_begins"
    assert declaring.declaration_of(town.due(signed)) is None
