"""What the two notices of a proposal say, in Markdown: before the money moves, and afterwards beside what was announced."""

from __future__ import annotations

from core import Label, day_text, scores, yuan
from plugins.revenue.ledger.funds import funds
from plugins.revenue.shares.votes import MAJORITIES, MATTERS, Vote
from plugins.revenue.spending import lists
from plugins.revenue.spending.models import Decision, Proposal
from plugins.revenue.spending.words import BODIES, KINDS, masked
from plugins.revenue.texts import _


def fund_names(community: str) -> dict[str, str]:
    """The names of the funds by their codes."""
    return {each.code: each.name for each in funds(community)}


def before(proposal: Proposal) -> tuple[str, str]:
    """Title and text of the first publication."""
    title = _("To be made public before: %(title)s", title=proposal.title)
    if proposal.proposal_kind == "emergency":
        title = _("Emergency repair made public: %(title)s", title=proposal.title)
    return _told(title), "\n\n".join([*_head(proposal), *_split(proposal), *_foot(proposal)])


def _told(title: Label) -> str:
    return str(title)[:100]


def _head(proposal: Proposal) -> list[str]:
    names = fund_names(proposal.community)
    facts = [
        (_("Number"), proposal.number_text),
        (_("Kind"), KINDS[proposal.proposal_kind]),
        (_("Sum"), _yuan(proposal.amount)),
        (_("From the fund"), names.get(proposal.fund, proposal.fund)),
    ]
    if proposal.done_on is not None:
        facts.append((_("Repaired on"), day_text(proposal.done_on)))
    return [_plain(proposal.words), _list(facts), *_decided(proposal)]


def _decided(proposal: Proposal) -> list[str]:
    found = lists.decisions(proposal)
    if not found:
        return [str(_("It is put before the next meeting, which decides on it afterwards."))]
    latest: Decision = found[0]
    told = [(_("Which body decided"), BODIES[latest.body]), (_("Day of the decision"), day_text(latest.held_on))]
    if latest.body == "owners":
        told += vote_told(latest)
    return [_list(told)]


def vote_told(decision: Decision) -> list[tuple[Label, Label]]:
    """A vote of the owners: what it was about, how many had to agree, and what was reached."""
    persons = Vote(decision.persons_total, decision.persons_part, decision.persons_yes)
    area = Vote(decision.area_total, decision.area_part, decision.area_yes)
    return [
        (_("What the owners voted on"), MATTERS[decision.matter]),
        (_("Majority it takes"), least(decision.matter, persons, area)),
        (_("Votes"), _votes(decision)),
    ]


def least(matter: str, persons: Vote, area: Vote) -> Label:
    """The majority that a matter takes, in words and in numbers (`area` in 0.01 m²)."""
    return _(
        "%(majority)s, that is %(persons)d owners and %(area)s m²",
        majority=MAJORITIES[matter], persons=persons.least(matter), area=_area(area.least(matter)),
    )  # fmt: skip


def _votes(decision: Decision) -> Label:
    return _(
        "of %(all)d owners %(part)d voted, %(yes)d in favour; by area %(area_yes)s of %(area_part)s m² that voted (%(area_all)s m² in all)",
        all=decision.persons_total, part=decision.persons_part, yes=decision.persons_yes,
        area_yes=_area(decision.area_yes), area_part=_area(decision.area_part), area_all=_area(decision.area_total),
    )  # fmt: skip


def _area(hundredths: int | None) -> str:
    """An area of 0.01 m² as people write it."""
    whole, part = divmod(hundredths or 0, 100)
    return f"{whole:,}.{part:02d}" if part else f"{whole:,}"


def _split(proposal: Proposal) -> list[str]:
    if proposal.proposal_kind != "allocation":
        return []
    names = fund_names(proposal.community)
    lines = [f"| {_('Fund')} | {_('Yuan')} |", "|---|---|"]
    lines += [f"| {names.get(code, code)} | {yuan(fen)} |" for code, fen in lists.by_fund(proposal).items()]
    dues: dict[int, tuple[str, int]] = {}
    for each in lists.targets(proposal):
        dues[each.due_id] = (each.due_title, dues.get(each.due_id, ("", 0))[1] + each.amount)
    told = [f"- {_plain(title)}：{_yuan(fen)}" for title, fen in dues.values()]
    return [str(_("It goes to:")), "\n".join(lines), str(_("It was received as:")), "\n".join(told)]


def _foot(proposal: Proposal) -> list[str]:
    words = _(
        "Whoever lives here may object while this notice is up; every objection gets a public answer before anything is paid."
    )
    if proposal.proposal_kind == "emergency":
        words = _("Whoever lives here may object while this notice is up; every objection gets a public answer.")
    by_owners = any(each.body == "owners" for each in lists.decisions(proposal)[:1])
    doubt = _("That the owners voted on another matter, which takes another majority, is a reason to object.")
    return [str(words), *([str(doubt)] if by_owners else [])]


# --------------------------------------------------------------------------- afterwards


def after(proposal: Proposal) -> tuple[str, str]:
    """Title and text of the second publication: what was announced and what became of it, payment by payment."""
    title = _told(_("Made public after: %(title)s", title=proposal.title))
    spent = lists.spent(proposal)
    facts = [
        (_("Number"), proposal.number_text),
        (_("Announced before"), _yuan(proposal.amount)),
        (_("Allocated") if proposal.proposal_kind == "allocation" else _("Paid so far"), _yuan(spent)),
        (_("Difference"), _difference(proposal.amount, spent)),
    ]
    parts = [_plain(proposal.words), _list(facts), *_decided(proposal)]
    parts += _split(proposal) if proposal.proposal_kind == "allocation" else _paid(proposal)
    return title, "\n\n".join([*parts, *_result(proposal)])


def _difference(announced: int, spent: int) -> Label:
    if announced == spent:
        return _("none: as announced")
    return _("%(sum)s less than announced; it stays in the fund", sum=_yuan(announced - spent))


def _paid(proposal: Proposal) -> list[str]:
    lines = [f"| {_('Paid on')} | {_('To')} | {_('For')} | {_('Yuan')} |", "|---|---|---|---|"]
    lines += [
        f"| {each.paid_on} | {_plain(masked(each.payee, each.payee_kind))} | {_plain(each.purpose)} | {yuan(each.amount)} |"
        for each in lists.payments(proposal)
    ]
    return ["\n".join(lines)]


def _result(proposal: Proposal) -> list[str]:
    told = []
    accepted = lists.acceptance_of(proposal)
    if accepted is not None:
        told.append(str(_("The work was accepted on %(day)s.", day=day_text(accepted.accepted_on))))
        summary = scores.summary(proposal.ref)
        if summary.mean is not None:
            told.append(
                str(_("%(count)d households rated it: %(mean)s of 5.", count=summary.count, mean=f"{summary.mean:.1f}"))
            )
        else:
            told.append(str(_("Fewer than three households rated it.")))
    return told


def _yuan(fen: int) -> str:
    return f"{yuan(fen)} {_('yuan')}"


def _plain(text: str) -> str:
    """Words that were typed, so that they make no table and no heading of their own."""
    return " ".join(text.replace("|", "｜").split())


def _list(facts: list[tuple[Label, object]]) -> str:
    return "\n".join(f"- {label}：{value}" for label, value in facts)
