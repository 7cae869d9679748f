"""Contracts from the draft to the end, and the versions of their rule. What falls due by them is in `declaring` and on."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from core import (
    Actor,
    Invalid,
    NotFound,
    Ref,
    Refused,
    advance,
    attach,
    begin,
    deadline,
    files_of,
    get_service,
    next_number,
    record,
    today,
    transactional,
)  # fmt: skip
from plugins.revenue.dues import books
from plugins.revenue.dues.access import CONTRACTS, by
from plugins.revenue.dues.models import Contract, ContractScan, Due, Operator, RuleVersion
from plugins.revenue.dues.spans import spans
from plugins.revenue.dues.words import APPROVALS, HOLDERS, OWNER_CLASSES, PERIODS
from plugins.revenue.ledger.funds import funds
from plugins.revenue.shares.rules import Rule
from plugins.revenue.shares.votes import THREE_QUARTERS, Vote, owners_vote
from plugins.revenue.texts import _

FIELDS = (
    "operator_id", "business", "place", "room", "owner_class", "starts_on", "ends_on", "period", "declare_days", "pay_days",
    "evidence", "approval", "approval_kind", "vote", "deposit_fen", "estimate_fen", "holder",
)  # fmt: skip
ENDS_SOON = 60  # days
SCAN = "scan"
COUNTS = ("persons", "area")


def _checked(community: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft says, in order; raises `Invalid` at the fields."""
    given = {name: values.get(name) for name in FIELDS}
    wrong: dict[str, list[Any]] = {}
    for name, words in (
        ("owner_class", OWNER_CLASSES),
        ("period", PERIODS),
        ("holder", HOLDERS),
        ("approval_kind", APPROVALS),
    ):
        if given[name] not in words:
            wrong[name] = [_("Please choose one of these answers.")]
    if not Operator.of(community).where(Operator.id == given["operator_id"]).exists():
        wrong["operator_id"] = [_("Please choose the operator.")]
    for name in ("business", "place"):
        given[name] = str(given[name] or "").strip()
        if not given[name]:
            wrong[name] = [_("Please write this down.")]
    starts, ends = given["starts_on"], given["ends_on"]
    if starts is None or ends is None or ends < starts:
        wrong["ends_on"] = [_("The contract ends before it begins.")]
    elif (ends - starts).days > 366 * 20:
        wrong["ends_on"] = [_("A contract runs for 20 years at most (《民法典》 §705).")]
    for name in ("declare_days", "pay_days"):
        if not isinstance(days := given[name], int) or not 1 <= days <= 120:
            wrong[name] = [_("From 1 to 120 days.")]
    wrong |= vote_errors(given["vote"])
    for name in ("room", "evidence", "approval"):
        given[name] = str(given[name] or "").strip()
    given["deposit_fen"] = given["deposit_fen"] or 0
    if wrong:
        raise Invalid(wrong)
    return given


def vote_errors(vote: Mapping[str, Sequence[int]] | None) -> dict[str, list[Any]]:
    """What cannot be right about the counts of a vote, at the field `vote`; nothing where none are given."""
    try:
        for how in COUNTS if vote is not None else ():
            Vote(*(vote or {})[how])
    except Invalid as error:
        return {"vote": [each for texts in error.errors.values() for each in texts]}
    return {}


@transactional
def save_draft(actor: Actor, contract_id: int | None, values: Mapping[str, Any], renews: int | None = None) -> Contract:
    """Enter a draft or change it; raises `Refused` once it is signed, `Invalid` at the fields."""
    actor.require(CONTRACTS)
    community = str(actor.community)
    given = _checked(community, values)
    if contract_id is None:
        if renews is not None:
            Contract.get_of(community, renews)
        return begin(actor, Contract(community=community, state="draft", renews_id=renews, **given))
    found: Contract = Contract.get_of(community, contract_id)
    if found.state != "draft":
        raise Refused(
            _("A contract that is signed is not changed any more."),
            advice=_("Propose a new rule with the signed supplement, or enter a new contract."),
        )
    before = {name: getattr(found, name) for name in FIELDS}
    Contract.update(**given).where(Contract.community == community, Contract.id == contract_id).execute()
    changed = [name for name in FIELDS if before[name] != given[name]]
    record(
        actor, "revenue.contract.changed", found.ref, before={name: _plain(before[name]) for name in changed},
        after={name: _plain(given[name]) for name in changed}, permission=CONTRACTS,
    )  # fmt: skip
    return Contract.get_of(community, contract_id)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


@transactional
def add_rule(actor: Actor, contract_id: int, rule: object, from_day: datetime.date) -> RuleVersion:
    """A version of the rule of a draft, for periods that begin on `from_day` or later; earlier versions stay as they are.

    Raises `Invalid` for a rule that cannot be computed or names a fund that is not there, `Refused` once the contract is signed:
    from then on a version comes from a change that a second person approves (`rule_changes`).
    """
    actor.require(CONTRACTS)
    community = str(actor.community)
    contract: Contract = Contract.get_of(community, contract_id)
    check_rule(contract, rule)
    if contract.state in ("ended", "dropped"):
        raise Refused(_("The contract has ended."))
    if contract.state != "draft":
        raise Refused(
            _("The contract is in force: nobody changes its rule alone."),
            advice=_("Propose the new rule with the signed supplement; it holds once a second person has approved it."),
        )
    versions = rule_versions(community, contract_id)
    if from_day > contract.starts_on and not versions:
        raise Invalid({"from_day": [_("The first version holds from the first day of the contract.")]})
    made: RuleVersion = RuleVersion.create(
        community=community, contract_id=contract_id, version=len(versions) + 1, from_day=from_day, rule=rule, **by(actor)
    )  # fmt: skip
    rule_added(actor, contract, made, CONTRACTS)
    return made


def check_rule(contract: Contract, rule: object) -> Rule:
    """The rule as it is computed; raises `Invalid` for one that cannot be, that names a fund that is not there, or that would
    split money which is not the community's.
    """
    parsed = Rule.parse(rule)
    if told := books.split_obstacle(contract, parsed):
        raise Invalid({"rule": [told]})
    known = {each.code for each in funds(contract.community) if each.is_open}
    missing = [part.to for part in parsed.split if part.to not in known]
    if missing:
        raise Invalid({"rule": [_("There is no fund %(code)s.", code=missing[0])]})
    return parsed


def rule_added(actor: Actor, contract: Contract, made: RuleVersion, permission: str) -> None:
    """The audit entry of a new version."""
    after = {"version": made.version, "from_day": made.from_day.isoformat(), "rule": made.rule}
    record(actor, "revenue.rule.added", contract.ref, after=after, permission=permission)


def rule_versions(community: str, contract_id: int) -> list[RuleVersion]:
    """Every version of a contract's rule, the first one first."""
    found = RuleVersion.of(community).where(RuleVersion.contract_id == contract_id)
    return list(found.order_by(RuleVersion.version))


def rule_on(community: str, contract_id: int, day: datetime.date) -> RuleVersion | None:
    """The version for a period that begins on this day: the newest that holds by then; before all, the first."""
    versions = rule_versions(community, contract_id)
    holding = [each for each in versions if each.from_day <= day]
    known = holding or versions
    return known[-1] if known else None


@transactional
def add_scans(actor: Actor, contract_id: int, files: Sequence[tuple[str, str]]) -> Contract:
    """Keep scans of the signed paper with the contract, each with its digest; also annexes that come later.

    `files` are tokens of uploads with captions. Raises `Invalid` without one, `Refused` for a draft that was dropped.
    """
    actor.require(CONTRACTS)
    community = str(actor.community)
    contract: Contract = Contract.get_of(community, contract_id)
    if contract.state == "dropped":
        raise Refused(_("The draft is dropped."))
    if not files:
        raise Invalid({"files": [_("Add a scan or photos of the signed paper.")]})
    added = set(attach(actor, contract.ref, SCAN, files, permission=CONTRACTS))
    for file in scans_of(contract):
        if file.id in added:
            ContractScan.create(community=community, contract_id=contract_id, file_use=file.id, sha256=file.sha256)
    return contract


def scans_of(contract: Contract) -> list[Any]:
    """The scans of the signed paper, for those who keep the books; each says its SHA-256."""
    return list(files_of(contract.ref, SCAN))


@transactional
def sign(actor: Actor, contract_id: int, signed_on: datetime.date, files: Sequence[tuple[str, str]] = ()) -> Contract:
    """The contract is in force: it gets its number without gaps, its account of income, and its first periods.

    `files` are scans of the signed paper, where none is there yet. Raises `Invalid`, `Refused`.
    """
    actor.require(CONTRACTS)
    community = str(actor.community)
    contract: Contract = Contract.get_of(community, contract_id)
    if signed_on > today():
        raise Invalid({"signed_on": [_("This day is still to come.")]})
    year = signed_on.year
    values: dict[str, Any] = {"signed_on": signed_on, "year": year, "number": 0}
    # The guards speak before a number is taken.
    from plugins.revenue.dues.states import has_rule, has_scan, is_approved, is_split_rightly

    if files:
        add_scans(actor, contract_id, files)
    for guard in (has_rule, is_split_rightly, is_approved, has_scan):
        reason = guard(actor, contract, values)
        if contract.state == "draft" and reason:
            raise Refused(reason)
    values["number"] = next_number(community, year, "revenue.contract")
    contract = advance(actor, contract, "sign", **values)
    books.open_accounts(actor.with_rights("revenue.post"), contract)
    open_periods(actor, contract)
    return contract


@transactional
def drop(actor: Actor, contract_id: int) -> Contract:
    """A draft that came to nothing."""
    return advance(actor, Contract.get_of(str(actor.community), contract_id), "drop")


@transactional
def end(actor: Actor, contract_id: int, ended_on: datetime.date, reason: str) -> Contract:
    """The contract ends; periods after that day are not opened any more, the one that holds the day ends on it.

    The day may have passed long ago: for periods after it that nobody declared, also those with an estimate, nothing is due, which
    somebody reviews as any share. Raises `Refused` where a later period was declared, paid out or is in an allocation.
    """
    actor.require(CONTRACTS)
    community = str(actor.community)
    contract: Contract = Contract.get_of(community, contract_id)
    if not reason.strip():
        raise Invalid({"reason": [_("Please say why it ends.")]})
    from plugins.revenue.dues.declaring import nothing_due, was_declared

    if not contract.starts_on <= ended_on <= min(contract.ends_on, today()):
        raise Invalid({"ended_on": [_("Choose a day of the term that is not still to come.")]})
    open_periods(actor, contract)
    later = Due.of(community).where(Due.contract_id == contract_id, Due.last_day > ended_on).order_by(Due.first_day)
    after = [due for due in list(later) if due.first_day > ended_on]
    for due in list(later):
        if due in after:
            if due.proposal or due.allocated_fen or due.paid_fen or was_declared(due):
                raise Refused(_("A period after this day is declared already."), advice=_("Choose a later day."))
            continue
        if due.state != "draft":
            raise Refused(
                _("The period with this day is declared already."), advice=_("Choose the last day of that period.")
            )
        Due.update(last_day=ended_on, declare_by=_declare_by(contract, ended_on)).where(
            Due.community == community, Due.id == due.id
        ).execute()
    ended = advance(actor, contract, "end", ended_on=ended_on, ended_why=reason.strip(), reason=reason.strip())
    for due in after:
        nothing_due(
            actor, Due.get_of(community, due.id), str(_("The contract ended on %(day)s", day=ended_on.isoformat()))
        )
    return ended


def _declare_by(contract: Contract, last: datetime.date) -> datetime.date:
    return deadline(last, int(contract.declare_days), working=False)


def open_periods(actor: Actor, contract: Contract) -> int:
    """Open every period that has begun; gives how many are new. Idempotent."""
    if contract.state not in ("active", "expiring"):
        return 0
    there = {day for (day,) in Due.of(contract.community, Due.first_day).where(Due.contract_id == contract.id).tuples()}
    made = 0
    for first, last in spans(contract.starts_on, contract.ends_on, contract.period, today()):
        if first not in there:
            begin(
                actor,
                Due(
                    community=contract.community, state="draft", contract_id=contract.id, first_day=first, last_day=last,
                    declare_by=_declare_by(contract, last),
                ),
            )  # fmt: skip
            made += 1
    return made


def renewal_of(contract: Contract) -> dict[str, Any]:
    """What a contract that follows this one begins with. The owners' space takes a new vote, everything else new minutes."""
    length = contract.ends_on - contract.starts_on
    starts = contract.ends_on + datetime.timedelta(days=1)
    values = {name: getattr(contract, name) for name in FIELDS}
    return {**values, "starts_on": starts, "ends_on": starts + length, "approval": "", "vote": None}


def room_name(community: str, room: str) -> str:
    """The name of the room a contract is about, empty where `rooms` is off or the room is gone."""
    service: Any = get_service("rooms.RoomService/1", community)
    if not room or service is None:
        return ""
    try:
        return str(service.room_name(community, int(Ref.parse(room, community).id)))
    except NotFound:
        return ""


def rooms_to_choose(community: str) -> list[tuple[str, str]]:
    """The rooms of the community as (`Ref`, name), none where `rooms` is off."""
    service: Any = get_service("rooms.RoomService/1", community)
    if service is None:
        return []
    return [(f"rooms.room:{each.room_id}", each.name) for each in service.utilisation(community, today(), today())]


def vote_outcome(found: Any) -> Any:
    """What the owners' vote on a contract, or on a change of its rule, came to; None without one."""
    if not found.vote:
        return None
    return owners_vote(THREE_QUARTERS, *(Vote(*found.vote[how]) for how in COUNTS))
