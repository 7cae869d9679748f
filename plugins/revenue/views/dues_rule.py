"""The page on which a rule is entered: tried with figures, period after period, before anybody signs it. The rule of a draft is
kept at once; of a contract in force it is proposed with the signed supplement, and a second person decides on the page of the change.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import (
    Invalid,
    Refused,
    after_post,
    current_actor,
    page,
    status_of,
    submit_once,
    toast,
    today,
    url,
    view,
    was_submitted,
)
from plugins.revenue.dues import contracts, lists, rule_changes
from plugins.revenue.dues.access import APPROVE, BOOKS, CONTRACTS
from plugins.revenue.dues.books import OWNERS_FUND
from plugins.revenue.dues.computing import fund_names
from plugins.revenue.dues.models import Contract, RuleChange
from plugins.revenue.dues.rule_states import RULE_STATES, first_period
from plugins.revenue.dues.spans import span_around
from plugins.revenue.shares.rules import Rule
from plugins.revenue.shares.sentences import rule_told
from plugins.revenue.texts import _
from plugins.revenue.views.base import blueprint, one_form, sent
from plugins.revenue.views.dues_forms import SQUARE, VOTE_FIELDS, RefuseForm, vote_in
from plugins.revenue.views.rule_form import (
    DeskSheetForm,
    SupplementSheetForm,
    Tried,
    asked_sheet,
    form_of,
    fund_choices,
    rule_in,
    tried,
)
from plugins.revenue.views.rule_sheet import Sheet

_SPLIT = (("give_back", "60"), ("operating", "25"), ("reserve", "15"))
_OWNERS = ((OWNERS_FUND, "1"),)


@blueprint.route("/desk/contracts/<int:contract_id>/rule", methods=["GET", "POST"])
@view(CONTRACTS, kind=Contract, key="contract_id", uploads=True)
def contract_rule(contract: Contract) -> Response:
    """Take the rule as it is, change it and the figures, see what it comes to; then keep it for the draft, or propose it."""
    if request.form.get("keep") and was_submitted():  # the papers of a second tap have been taken in by the first
        return after_post(url(".contract", contract_id=contract.id))
    code, names, draft = contract.community, fund_names(contract.community), contract.state == "draft"
    sheet, focus = asked_sheet() if request.method == "POST" else (_begun(contract), "")
    sheet.one["from_day"] = sheet.one.get("from_day") or _from_day(contract)
    base = DeskSheetForm if draft else SupplementSheetForm
    form = form_of(sheet, fund_choices(code), base, () if draft else request.form.getlist("files"))
    found: list[Tried] = []
    said: list[str] = []
    if focus is None and form.validate():
        try:
            data = rule_in(form, sheet)
            rule = Rule.parse(data)
            said, found = rule_told(rule, names), tried(form, sheet, rule, names)
            if request.form.get("keep"):
                return _kept(contract, data, form) if draft else _proposed(contract, data, form)
        except (Invalid, Refused) as error:
            form.accept(error if isinstance(error, Invalid) else Invalid(message=error.message))
    elif focus is not None and request.method == "POST" and not draft:
        form.files.validate(form)  # what was chosen stays chosen while a row is added
    return page(
        "revenue/desk/rule.html", block="sheet", form=form, sheet=sheet, focus=focus, found=found, said=said, names=names,
        contract=contract, line=lists.contract_line(contract), votes=VOTE_FIELDS, waiting=rule_changes.waiting_for(contract),
        status=status_of(form),
    )  # fmt: skip


def _kept(contract: Contract, data: dict[str, Any], form: Any) -> Response:
    submit_once(lambda: int(contracts.add_rule(current_actor(), contract.id, data, form.from_day.data).id))
    toast(_("The rule is kept. It cannot be changed any more, only followed by a newer version."))
    return after_post(url(".contract", contract_id=contract.id))


def _proposed(contract: Contract, data: dict[str, Any], form: Any) -> Response:
    wish = rule_changes.Wish(
        rule=data, from_day=form.from_day.data, reason=form.reason.data or "", approval=form.approval.data or "",
        vote=vote_in(form) if contract.is_owners else None, scans=form.files.data or (),
    )  # fmt: skip
    made = submit_once(lambda: int(rule_changes.propose(current_actor(), contract.id, wish).id))
    toast(_("Proposed. It holds once a second person has approved it."))
    return after_post(url(".rule_change", rule_change_id=made))


def _begun(contract: Contract) -> Sheet:
    """The newest version of the contract's rule to go on from, else an empty one; with the first period of the contract."""
    versions = contracts.rule_versions(contract.community, contract.id)
    sheet = Sheet.of_rule(versions[-1].rule) if versions else Sheet()
    if not versions:
        sheet.edited("add:percent")
        sheet.funds = [{"to": fund, "weight": weight} for fund, weight in (_OWNERS if contract.is_owners else _SPLIT)]
    first, last = span_around(contract.starts_on, contract.period)
    sheet.periods = [{"first": max(first, contract.starts_on).isoformat(), "last": last.isoformat()}]
    return sheet


def _from_day(contract: Contract) -> str:
    """The first day of a draft's contract; of one in force the first day of the period that comes next."""
    if contract.state == "draft":
        return str(contract.starts_on.isoformat())
    begins = first_period(contract, today())
    return begins.isoformat() if begins else ""


# --------------------------------------------------------------------------- the second person


@blueprint.get("/desk/rule-changes/<int:rule_change_id>")
@view(BOOKS, kind=RuleChange, key="rule_change_id")
def rule_change(rule_change: RuleChange) -> Response:
    """What was proposed beside what holds, with the supplement; and the two buttons of the second person."""
    actor = current_actor()
    contract: Contract = Contract.get_of(rule_change.community, rule_change.contract_id)
    before = _before(rule_change)
    return page(
        "revenue/desk/rule_change.html", change=rule_change, contract=contract, line=lists.contract_line(contract), state=RULE_STATES[rule_change.state],
        said=lists.rule_words(rule_change.community, rule_change), before=before, said_before=lists.rule_words(rule_change.community, before),
        papers=rule_changes.papers_of(rule_change), outcome=contracts.vote_outcome(rule_change), begins=first_period(contract, rule_change.from_day),
        waits=rule_changes.waits_for(actor, rule_change), may_approve=actor.can(APPROVE),
        counts=_counts(rule_change), may_refuse=rule_changes.waits_for(actor, rule_change, "refuse") is None,
    )  # fmt: skip


def _counts(change: RuleChange) -> list[tuple[Any, str]]:
    """The counts of the owners' vote; areas in m², stored as cm²."""
    vote = change.vote or {"persons": [], "area": []}
    areas = (f"{each // SQUARE:,}.{each % SQUARE // 100:02d}" for each in vote["area"])
    return [
        (_("Owners: all, took part, agreed"), " / ".join(map(str, vote["persons"]))),
        (_("Area in m²: all, took part, agreed"), " / ".join(areas)),
    ]


def _before(change: RuleChange) -> Any:
    """The version that the change takes the place of: the newest, or the one before what was approved."""
    versions = contracts.rule_versions(change.community, change.contract_id)
    return next((each for each in reversed(versions) if change.version is None or each.version < change.version), None)


@blueprint.post("/desk/rule-changes/<int:rule_change_id>/approve")
@view(APPROVE, kind=RuleChange, key="rule_change_id")
def rule_change_approve(rule_change: RuleChange) -> Response:
    """The second person agrees."""
    submit_once(lambda: int(rule_changes.approve(current_actor(), rule_change.id).id))
    toast(_("Approved. The new rule stands on the page of the contract."))
    return after_post(url(".contract", contract_id=rule_change.contract_id))


@blueprint.route("/desk/rule-changes/<int:rule_change_id>/refuse", methods=["GET", "POST"])
@view(APPROVE, kind=RuleChange, key="rule_change_id")
def rule_change_refuse(rule_change: RuleChange) -> Response:
    """The second person does not agree, and says why."""
    form: Any = RefuseForm.from_request()
    back = url(".rule_change", rule_change_id=rule_change.id)
    if sent(form, lambda: rule_changes.refuse(current_actor(), rule_change.id, form.reason.data)) is not None:
        toast(_("Not approved. The rule stays as it is."))
        return after_post(back)
    return one_form(
        form, _("Do not approve the new rule"), _("Do not approve"), back, _("The rule stays as it is. Whoever proposed it and the operator read why."),
        icon="x", kind="danger", crumb=_("Operators and contracts"), crumb_href=url(".contracts"),
    )  # fmt: skip
