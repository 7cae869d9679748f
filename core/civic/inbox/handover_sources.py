"""What can be open under somebody's name: calls, standing in for others, roles nobody else holds, notices, to-dos by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.actor import Actor, community_of
from core.civic.inbox import deputies, handovers, todos
from core.civic.inbox.deputies import Deputy
from core.civic.inbox.handovers import HandoverItem, Item, Source
from core.civic.notices.records import Notice
from core.civic.objections.records import Objection
from core.civic.reaching import calls
from core.civic.reaching.calls import CallTask
from core.clock import day_text, today
from core.people import permissions, reach, roles, staff
from core.people.account_records import Account, RoleGrant
from core.people.accounts import MANAGE
from core.people.grids import Grid
from core.people.permissions import ROLES
from core.plugin.current import find_active
from core.store.ref import Ref
from core.text import Label, LazyText, _, ngettext

# Roles that somebody should hold at any time, whether or not something waits.
_LEADS = ("secretary", "director")
_NAMED = 5


def _others(community: str, account: Account) -> list[tuple[int, str]]:
    """The colleagues who work here today and can sign in."""
    known = ((each.account or 0, each.label) for each in staff.colleagues(community) if each.account != account.id)
    return [(key, label) for key, label in known if staff.is_active(key)]


def _number(subject: str) -> int:
    return int(subject.partition(":")[2])


# --------------------------------------------------------------------------- calls


def _calls(actor: Actor, account: Account) -> Iterator[Item]:
    """Every open call that was given to the account, also those whose day is still to come."""
    community = community_of(actor)
    makers = set(calls.callers(community))
    takers = tuple((key, label) for key, label in _others(community, account) if key in makers)
    query = CallTask.of(community).where(CallTask.assigned_to == account.id, CallTask.state == "open")
    for task in list(query.order_by(CallTask.due_day, CallTask.id)):
        yield Item(
            "calls",
            str(task.ref),
            _call_words(actor, task),
            _("to everybody who makes calls"),
            detail=_("should know by %(day)s", day=day_text(task.due_day)),
            href=f"/c/{community}/calls/today/{task.id}",
            takers=takers,
        )


def _call_words(actor: Actor, task: CallTask) -> Label:
    """The call with the name of whom to call, for those who may see it."""
    known = actor.can(calls.WORK) and (task.person_id is None or reach.covers(actor, task.person_id))
    if not known:
        return _("Call no. %(number)d", number=task.id)
    return _("Call %(name)s: %(why)s", name=task.name, why=task.why)


def _call(actor: Actor, subject: str) -> Label:
    return _call_words(actor, CallTask.get_of(community_of(actor), _number(subject)))


def _give_call(actor: Actor, item: Item, taker: int | None) -> None:
    task: CallTask = CallTask.get_of(community_of(actor), _number(item.subject))
    calls.pass_on(actor, task, taker, permission=MANAGE)


def _leave_call(actor: Actor, item: Item) -> None:
    _give_call(actor, item, None)


# --------------------------------------------------------------------------- standing in


def _stands_in(actor: Actor, account: Account) -> Iterator[Item]:
    """For whom the account stands in, or will."""
    community = community_of(actor)
    for each in deputies.absences(community):
        if each.deputy == account.id:
            yield Item(
                "deputies",
                str(Ref(Deputy.kind, community, each.id)),
                _("Stands in for %(name)s until %(day)s", name=each.label, day=day_text(each.until_day)),
                _("nobody stands in; the director sees the work"),
                href=f"/c/{community}/away",
                takers=tuple((key, label) for key, label in _others(community, account) if key != each.account),
            )


def _own_absence(actor: Actor, account: Account) -> Iterator[Item]:
    """When the account itself was to be away: that ends with it."""
    community = community_of(actor)
    for each in deputies.absences_of(community, account.id):
        yield Item(
            "absences",
            str(Ref(Deputy.kind, community, each.id)),
            _("Away until %(day)s, deputy: %(name)s", day=day_text(each.until_day), name=each.deputy_label),
            _("ends"),
            must=False,
        )


def _deputy(actor: Actor, subject: str) -> Label:
    row: Deputy = Deputy.get_of(community_of(actor), _number(subject))
    names: dict[int, str] = dict(
        Account.select(Account.id, Account.label).where(Account.id.in_((row.account_id, row.deputy_id))).tuples()
    )
    return _(
        "%(name)s away until %(day)s, deputy: %(deputy)s",
        name=names[row.account_id],
        day=day_text(row.until_day),
        deputy=names[row.deputy_id],
    )


def _pass_on(actor: Actor, item: Item, taker: int) -> None:
    deputies.pass_on(actor, deputies.get_absence(actor, _number(item.subject)), taker, permission=MANAGE)


def _end_absence(actor: Actor, item: Item) -> None:
    deputies.end_now(actor, deputies.get_absence(actor, _number(item.subject)), permission=MANAGE)


# --------------------------------------------------------------------------- roles


def _roles(actor: Actor, account: Account) -> Iterator[Item]:
    """Roles in force that nobody else holds: the leads', a grid's, and those without which open work has nobody."""
    community = community_of(actor)
    held = [each for each in roles.grants_of(community) if each.is_current]
    shared = {(each.role, each.grid) for each in held if each.account != account.id and staff.is_active(each.account)}
    alone = [each for each in held if each.account == account.id and (each.role, each.grid) not in shared]
    if not alone:
        return
    waiting = [each.permission for each in _only_for(community, account) if each.account is None]
    takers = _staff(community, account)
    overrides = permissions.overrides_of(community)
    for each in alone:
        can = permissions.current().held(frozenset({each.role}), overrides)
        needed = [name for name in waiting if name in can]
        if needed or each.role in _LEADS or ROLES[each.role].by_grid:
            yield Item(
                "roles",
                f"core.role_grant:{each.grant}",
                _role_words(each.role, each.grid),
                _("stays without anybody"),
                detail=_waiting_words(needed),
                takers=tuple(takers),
                must=bool(needed),
            )


def _only_for(community: str, account: Account) -> list[todos.Waiting]:
    """What waits for the account alone; nothing where no modules are loaded that could tell."""
    return todos.only_for(community, account.id) if find_active() is not None else []


def _staff(community: str, account: Account) -> list[tuple[int, str]]:
    """Who could be given a role: staff accounts of the community that can sign in, also those without a role yet."""
    working = {key for key, _label in _others(community, account)}
    query = Account.select(Account.id, Account.label).where(
        Account.kind == "staff",
        Account.status == "active",
        Account.id != account.id,
        (Account.community == community) | Account.id.in_(working or {0}),
    )
    return list(query.order_by(Account.label, Account.id).tuples())


def _waiting_words(needed: list[str]) -> Label:
    if not needed:
        return _("Nobody else holds it.")
    known = permissions.current().permissions
    what = "、".join(str(known[name].label) for name in list(dict.fromkeys(needed))[:_NAMED] if name in known)
    return ngettext(
        "Nobody else holds it, and %(num)d piece of work waits for it: %(what)s",
        "Nobody else holds it, and %(num)d pieces of work wait for it: %(what)s",
        len(needed),
        what=what,
    )


def _role_words(role: str, grid: str) -> LazyText:
    label = ROLES[role].label
    return _("Role “%(role)s” (%(grid)s)", role=label, grid=grid) if grid else _("Role “%(role)s”", role=label)


def _grant(subject: str) -> RoleGrant:
    return RoleGrant.get_by_id(_number(subject))


def _role(actor: Actor, subject: str) -> Label:
    grant = _grant(subject)
    grid = Grid.of(grant.community).where(Grid.id == grant.grid_id).first() if grant.grid_id else None
    return _role_words(grant.role, grid.name if grid is not None else "")


def _give_role(actor: Actor, item: Item, taker: int) -> None:
    grant = _grant(item.subject)
    roles.grant_role(actor, taker, grant.role, today(), grant.until_day, grant.grid_id)


# --------------------------------------------------------------------------- notices


def _notices(actor: Actor, account: Account) -> Iterator[Item]:
    """Drafts, and notices that take objections or have unanswered ones, which name the account as responsible.

    A notice names people, not accounts: it is whoever works here under the same name, or took it over from somebody. A
    resident who merely has that name is somebody else.
    """
    community = community_of(actor)
    waiting = Objection.of(community, Objection.notice_id).where(Objection.state == "submitted")
    is_open = (Notice.state == "draft") | (
        (Notice.state == "published") & ((Notice.objections_until >= today()) | Notice.id.in_(waiting))
    )
    mine = Notice.id.in_(_taken_over(community, account.id) or {0})
    if account.kind != "resident" or roles.open_grants(account.id):
        mine |= Notice.responsible == account.label
    query = Notice.of(community).where(is_open, mine)
    for notice in list(query.order_by(Notice.id)):
        last = handovers.taken_over(community, "notices", str(notice.ref))
        if last is not None and last.to_account != account.id:
            continue
        yield Item(
            "notices",
            str(notice.ref),
            _("Responsible for the notice “%(title)s”", title=notice.title),
            _("whoever answers objections"),
            detail=_("a draft: write another name into it")
            if notice.state == "draft"
            else _("published: objections come in or wait for an answer"),
            href=f"/c/{community}/notices/desk/{notice.id}",
            takers=tuple(_others(community, account)),
        )


def _taken_over(community: str, account_id: int) -> set[int]:
    query = HandoverItem.of(community, HandoverItem.subject).where(
        HandoverItem.source == "notices", HandoverItem.to_account == account_id
    )
    return {_number(subject) for (subject,) in query.tuples()}


def _notice(actor: Actor, subject: str) -> Label:
    notice: Notice = Notice.get_of(community_of(actor), _number(subject))
    return _("Responsible for the notice “%(title)s”", title=notice.title)


# --------------------------------------------------------------------------- to-dos by name


def _todos(actor: Actor, account: Account) -> Iterator[Item]:
    """To-dos that name the account, of whatever module; calls are told above."""
    community = community_of(actor)
    named = {each.href: each for each in _only_for(community, account) if each.account == account.id}
    for each in named.values():
        if each.href.startswith(f"/c/{community}/calls/today/"):
            continue
        may_read = not each.permission or actor.can(each.permission)
        yield Item(
            "todos",
            each.href,
            each.title if may_read else _("A to-do by name"),
            _("nobody; settle it first where it can be settled"),
            href=each.href,
            takers=tuple(_others(community, account)),
        )


def _todo(actor: Actor, subject: str) -> Label:
    return _("A to-do by name: %(address)s", address=subject)


LABELS: Mapping[str, LazyText] = {
    "calls": _("Call to make"),
    "todos": _("To-do"),
    "notices": _("Notice"),
    "deputies": _("Standing in"),
    "roles": _("Role"),
    "absences": _("Absence"),
}


def install() -> None:
    """Make these sources known, in the order in which they stand on the list."""
    for source in (
        Source("calls", LABELS["calls"], _calls, _call, _give_call, _leave_call),
        Source("todos", LABELS["todos"], _todos, _todo, of_roles=True),
        Source("notices", LABELS["notices"], _notices, _notice),
        Source("deputies", LABELS["deputies"], _stands_in, _deputy, _pass_on, _end_absence),
        Source("roles", LABELS["roles"], _roles, _role, _give_role, of_roles=True),
        Source(
            "absences", LABELS["absences"], _own_absence, _deputy, None, _end_absence, of_roles=True, left=_("ends")
        ),
    ):
        handovers.add_source(source)
