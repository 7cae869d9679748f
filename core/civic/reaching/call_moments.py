"""What threads tell of reaching people: that somebody was called about a record, or told in person, or has read it here.

Calls are in `calls`, messages in `messages`.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.actor import Actor, name_of
from core.civic.reaching.calls import OUTCOMES, WORK, CallAttempt, CallTask, seen_by
from core.civic.reaching.message_records import Message
from core.civic.reaching.messages import TOLD_HOW
from core.plugin.declarations import Moment
from core.store.ref import Ref
from core.text import _

_REACHED = ("told", "told_in_person")


def about(actor: Actor, ref: Ref) -> Iterator[Moment]:
    """Who was told something about a record: for whoever works through the list every try, of people within reach; for
    residents that they were told."""
    if not actor.can(WORK) and actor.person is None:
        return
    yield from _calls(actor, ref)
    about_it = (Message.subject == str(ref)) & (Message.only_here == False)  # noqa: E712
    of_whom = seen_by(actor, Message) if actor.can(WORK) else Message.person_id == actor.person
    for message in list(Message.of(str(ref.community)).where(about_it, of_whom).order_by(Message.id)):
        if actor.can(WORK):
            yield from _calls(actor, message.ref)
        if message.told_at is None:
            continue
        if not actor.can(WORK):
            yield Moment(message.told_at, _("The office told you"), message.text)
        elif message.told_how != "call":  # a call stands there already
            text = _("%(name)s was told %(how)s", name=message.name, how=TOLD_HOW[message.told_how])
            yield Moment(message.told_at, text, message.text, tone="ok")


def _calls(actor: Actor, ref: Ref) -> Iterator[Moment]:
    tasks = CallTask.of(str(ref.community)).where(CallTask.subject == str(ref))
    inside = actor.can(WORK)
    tasks = tasks.where(seen_by(actor, CallTask) if inside else CallTask.person_id == actor.person)
    for task in list(tasks.order_by(CallTask.id)):
        tries = CallAttempt.of(task.community).where(CallAttempt.task_id == task.id).order_by(CallAttempt.id)
        for each in list(tries):
            reached = each.outcome in _REACHED
            if inside:
                text = _("Call to %(name)s: %(outcome)s", name=task.name, outcome=OUTCOMES[each.outcome])
                yield Moment(each.at, text, each.note or task.why, name_of(each.by_label), "ok" if reached else "")
            elif reached:
                yield Moment(each.at, _("The office told you"), task.why)
