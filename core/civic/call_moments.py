"""What threads tell of the telephone: that somebody was called about a record, and told. Calls themselves are in `calls`."""

from __future__ import annotations

from collections.abc import Iterator

from core.actor import Actor, name_of
from core.civic.calls import OUTCOMES, WORK, CallAttempt, CallTask, seen_by
from core.plugin.declarations import Moment
from core.store.ref import Ref
from core.text import _

_REACHED = ("told", "told_in_person")


def about(actor: Actor, ref: Ref) -> Iterator[Moment]:
    """Calls about a record: every try for whoever works through the list, of people within reach; one's own when told."""
    if not actor.can(WORK) and actor.person is None:
        return
    tasks = CallTask.of(str(ref.community)).where(CallTask.subject == str(ref))
    tasks = (
        tasks.where(seen_by(actor, CallTask)) if actor.can(WORK) else tasks.where(CallTask.person_id == actor.person)
    )
    for task in list(tasks.order_by(CallTask.id)):
        yield from _tries(actor, task)


def _tries(actor: Actor, task: CallTask) -> Iterator[Moment]:
    inside = actor.can(WORK)
    for each in list(CallAttempt.of(task.community).where(CallAttempt.task_id == task.id).order_by(CallAttempt.id)):
        reached = each.outcome in _REACHED
        if inside:
            text = _("Call to %(name)s: %(outcome)s", name=task.name, outcome=OUTCOMES[each.outcome])
            yield Moment(each.at, text, each.note or task.why, name_of(each.by_label), "ok" if reached else "")
        elif reached:
            yield Moment(each.at, _("The office told you"), task.why)
