"""What a module says of its records: how they are named and told, their files, scores and A4 forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.text import Label

if TYPE_CHECKING:
    import datetime

    from core.actor import Actor
    from core.store.community import CommunityModel
    from core.store.ref import Ref


@dataclass(frozen=True)
class Moment:
    """Something that happened to a record, `at` ms UTC: a few words, what was said with it, and who did it.

    `tone` is `ok`, `warn`, `bad` or empty.
    """

    at: int
    text: Label
    detail: Label = ""
    who: Label = ""
    tone: str = ""


@dataclass(frozen=True)
class RecordKind:
    """Records of `model` that can be named, opened, linked with others and told in threads (来龙去脉). Keys are numbers.

    `titles(actor, refs)` names them as this actor may read it, without those the actor may not know of; the audit log asks
    for it, also while the plugin is off. `path(actor, ref)` is the address of the actor's page about one, below that of the
    community. Kinds with a `story` stand in threads: what happened to a record, as this actor may read it, asked only
    where `may_see(actor, ref)` is True (an error denies). `related(community, refs)` gives what follows from the records
    themselves and is not stored as a link: every (record, relation, record) in which one of `refs`, of whatever kind, is
    an end. `askers(ref)` are the people who asked for a record, as (person, account): they follow it from the beginning.
    `publishes` says that the module itself writes both notices about a record, so that the board asks nobody for the second.
    """

    model: type[CommunityModel]
    word: Label
    icon: str
    titles: Callable[[Actor, Sequence[Ref]], Mapping[Ref, Label]]
    path: Callable[[Actor, Ref], str]
    may_see: Callable[[Actor, Ref], bool]
    story: Callable[[Actor, Ref], Iterable[Moment]] | None = None
    related: Callable[[str, Sequence[Ref]], Iterable[tuple[Ref, str, Ref]]] | None = None
    askers: Callable[[Ref], Iterable[tuple[int | None, int | None]]] | None = None
    publishes: bool = False


@dataclass(frozen=True)
class ScoreKind:
    """Records of a `kind` (`garden.bed`) that households rate from 1 to 5; `question` stands above the five answers.

    `closes(ref, person_id)` gives the last day on which the household of that person may rate the record or change its
    score; None where it has no say in it.
    """

    kind: str
    question: Label
    closes: Callable[[Ref, int], datetime.date | None]


@dataclass(frozen=True)
class FileKind:
    """Files that records of a `kind` (`garden.bed`) may have, as `photo`, `scan` or `attachment` (the `role`).

    `may_see(actor, ref)` says who may fetch those of a record; anything but True, and an error, denies. It is asked for
    somebody who has not signed in as well, and while the plugin is off nobody may. A record has at most `most` of them;
    `takes` are `picture`, `document` or both. `keep_days` after the last use ended the contents are removed from the disk
    (None: never). `private`: the log does not tell their names and words either.
    """

    kind: str
    role: str
    may_see: Callable[[Actor, Ref], bool]
    most: int = 6
    takes: tuple[str, ...] = ("picture",)
    keep_days: int | None = 30
    private: bool = False


@dataclass(frozen=True)
class SheetContent:
    """What an A4 form says of one record: printed `facts` (label, value), then `remarks` in whole sentences.

    `blanks` are left for handwriting: (label, number of lines). `signatures` name who signs, each with a line and a date.
    """

    facts: tuple[tuple[Label, str], ...]
    remarks: tuple[Label, ...] = ()
    blanks: tuple[tuple[Label, int], ...] = ()
    signatures: tuple[Label, ...] = ()


@dataclass(frozen=True)
class SheetKind:
    """An A4 form about a record of `kind`, numbered when it is first printed and with a code back to the record.

    `word` begins its number: 来访〔2026〕3号. The code leads to the `path` of its `RecordKind`. Only holders of `permission`
    print it; `content(actor, ref)` raises `NotFound` for a record that is not there or that the actor may not see.
    """

    name: str
    kind: str
    title: Label
    word: str
    permission: str
    content: Callable[[Actor, Ref], SheetContent]
