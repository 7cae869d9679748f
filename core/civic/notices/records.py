"""The records of notices 公示 and of their pairs (双公示). What may happen to them is in `publishing`."""

from __future__ import annotations

import peewee

from core.store.community import CommunityModel
from core.store.db import BaseModel, Day, Flag, Integer, Text, Utc, now


class Notice(CommunityModel):
    """A notice. From its publication on everything it says is kept as it was, by the database.

    `category` is one of those of `categories`; `subject` the text form of the `Ref` it is about, or empty; `body`
    Markdown. `days` and `objection_days` are how long it is up and takes objections (0: takes none); from them the
    publication makes the last days. `publish_from` is the first day (None in a draft: the day of its publication),
    `publish_until` the last. `submitted_at`: a draft waits for the signature since then. `year` and `serial` make its number, `code`
    is what its A4 sheet prints, `digest` the SHA-256 of everything it says, `chain_seq` and `chain_digest` the last entry
    of the community's audit chain before the publication: a sheet on the wall attests all that was written until then.
    `pair_id` and `stage` (`before`, `after`) place it in a double publication; `replaces` is the notice it corrects.
    """

    kind = "core.notice"

    category = Text()
    title = Text()
    body = Text()
    responsible = Text()
    subject = Text(default="")
    state = Text(default="draft")
    days = Integer()
    objection_days = Integer(default=0)
    publish_from = Day(null=True)
    publish_until = Day(null=True)
    takes_objections = Flag(default=False)
    objections_until = Day(null=True)
    pair_id = Integer(null=True)
    stage = Text(default="")
    replaces = Integer(null=True)
    year = Integer(null=True)
    serial = Integer(null=True)
    code = Text(null=True)
    digest = Text(null=True)
    chain_seq = Integer(null=True)
    chain_digest = Text(null=True)
    published_at = Utc(null=True)
    published_by = Text(null=True)
    withdrawn_at = Utc(null=True)
    withdrawn_by = Text(null=True)
    withdrawn_reason = Text(default="")
    submitted_at = Utc(null=True)
    created_at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "notice"


class NoticePair(CommunityModel):
    """A double publication 双公示: the notice before, objections and answers, the notice after.

    `subject` is the text form of the `Ref` it is about, or empty.
    """

    kind = "core.notice_pair"

    title = Text()
    subject = Text(default="")
    created_at = Utc(default=now)
    by_account = Integer(null=True)
    by_label = Text()

    class Meta:
        table_name = "notice_pair"


class NoticeRead(BaseModel):
    """How often a notice was opened on a day, by nobody in particular."""

    community = Text()
    notice_id = Integer()
    day = Day()
    count = Integer()

    class Meta:
        table_name = "notice_read"
        primary_key = peewee.CompositeKey("community", "notice_id", "day")
