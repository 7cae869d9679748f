"""Linking records of one community with one another: which relations there are, and which records may be joined.

What follows from a record itself (the notice to which somebody objected) is no link; its kind tells it
(`RecordKind.related`). The rows are in `core.store.links`; what is made of them in `threads`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.actor import Actor, community_of
from core.civic.threads.records import Reader
from core.errors import Invalid, NotFound, Refused
from core.store import audit, links
from core.store.db import transactional
from core.store.links import Link
from core.store.ref import Ref
from core.text import Label, LazyText, _, is_storable

LINK = "core.threads.link"
LONGEST_REASON = 500


@dataclass(frozen=True)
class Relation:
    """What a record is to the `other` one: said of the one the relation goes out from, and of the one it leads to."""

    out: LazyText
    back: LazyText


RELATIONS: Mapping[str, Relation] = {
    "related": Relation(_("has to do with “%(other)s”"), _("has to do with “%(other)s”")),
    "about": Relation(_("is about “%(other)s”"), _("what “%(other)s” is about")),
    "follows": Relation(_("came from “%(other)s”"), _("from it came “%(other)s”")),
    "answers": Relation(_("answers “%(other)s”"), _("answered by “%(other)s”")),
    "objects_to": Relation(_("objects to “%(other)s”"), _("what “%(other)s” objects to")),
    "corrects": Relation(_("corrects “%(other)s”"), _("corrected by “%(other)s”")),
    "second_of": Relation(_("second publication after “%(other)s”"), _("first publication before “%(other)s”")),
    "replaces": Relation(_("asks for another time instead of “%(other)s”"), _("to be replaced by “%(other)s”")),
}
# The same without the other record, for the log of what was done.
WORDS: Mapping[str, Label] = {
    "related": _("has to do with"),
    "about": _("is about"),
    "follows": _("came from"),
    "answers": _("answers"),
    "objects_to": _("objects to"),
    "corrects": _("corrects"),
    "second_of": _("second publication after"),
    "replaces": _("asks for another time instead of"),
}
# What staff choose from when they link by hand: the others follow from the records themselves.
CHOICES: Mapping[str, Label] = {
    "related": _("The two have to do with each other"),
    "follows": _("This came from the chosen one"),
    "answers": _("This answers the chosen one"),
    "about": _("This is about the chosen one"),
}


@transactional
def link(actor: Actor, src: Ref, rel: str, dst: Ref) -> Link:
    """Link two records of the actor's community; the link there is, when they are linked so already.

    For modules: whether the actor may do that is theirs to decide. Raises `NotFound` for a record that does not exist, is of
    another community or of a kind nobody declares, `Invalid` for a relation there is not, `Refused` for one record twice.
    """
    _check(actor, src, rel, dst)
    found = links.find_open(src, rel, dst)
    return found if found is not None else _add(actor, src, rel, dst, "")


@transactional
def link_by_hand(actor: Actor, src: Ref, rel: str, dst: Ref) -> Link:
    """The same by staff, between records they may see. Raises like `link`, `Forbidden`, and `Refused` where it is there."""
    actor.require(LINK)
    reader = Reader(actor)
    if rel not in CHOICES or dst not in reader:
        raise Invalid({"target" if rel in CHOICES else "rel": [_("Please choose one of the given answers.")]})
    reader.find(src)
    _check(actor, src, rel, dst)
    if links.find_open(src, rel, dst) is not None:
        raise Refused(_("These two are linked already."))
    return _add(actor, src, rel, dst, LINK)


def _check(actor: Actor, src: Ref, rel: str, dst: Ref) -> None:
    reader = Reader(actor)
    if rel not in RELATIONS:
        raise Invalid({"rel": [_("Please choose one of the given answers.")]})
    if not all(reader.exists(ref) and reader.is_told(ref) for ref in (src, dst)):
        raise NotFound
    if src == dst:
        raise Refused(_("A record cannot be linked with itself."))


def _add(actor: Actor, src: Ref, rel: str, dst: Ref, permission: str) -> Link:
    made = links.add(actor, src, rel, dst)
    audit.record(actor, "core.link.added", src, after={"rel": rel, "record": str(dst)}, permission=permission)
    return made


@transactional
def unlink(actor: Actor, src: Ref, rel: str, dst: Ref, reason: str) -> bool:
    """End the open link between two records, for modules; the history keeps it. False where there was none."""
    if src.community != community_of(actor) or dst.community != actor.community:
        raise NotFound
    found = links.find_open(src, rel, dst)
    return found is not None and _end(actor, found, _reason(reason), "")


@transactional
def end_by_hand(actor: Actor, link_id: int, reason: str) -> Link:
    """The same by staff who may see both records; raises `Invalid` without a reason, `Refused` when it is over, `NotFound`."""
    found = link_for(actor, link_id)
    if not _end(actor, found, _reason(reason), LINK):
        raise Refused(_("This link is over already."))
    return found


def link_for(actor: Actor, link_id: int) -> Link:
    """A link by its number, for staff who may end it; raises `Forbidden`, and `NotFound` unless they may see both records."""
    actor.require(LINK)
    found: Link = Link.get_of(community_of(actor), link_id)
    reader = Reader(actor)
    if not all(ref in reader for ref in found.ends):
        raise NotFound
    return found


def _reason(words: str) -> str:
    said = " ".join(words.split())
    if not said or len(said) > LONGEST_REASON or not is_storable(said):
        raise Invalid({"reason": [_("Please say in a sentence why they are no longer linked.")]})
    return said


def _end(actor: Actor, found: Link, reason: str, permission: str) -> bool:
    if not links.end(actor, found, reason):
        return False
    told = {"rel": found.rel, "record": found.dst}
    src, _dst = found.ends
    audit.record(actor, "core.link.ended", src, before=told, after={"reason": reason}, permission=permission)
    return True


def links_of(ref: Ref) -> list[Link]:
    """The open links of a record, from it and to it, the oldest first, whoever may see the other ends."""
    return links.open_links(str(ref.community), [ref])
