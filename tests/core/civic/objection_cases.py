"""What the tests of objections start from: a notice that takes them, and people who object."""

import datetime
from dataclasses import replace

from core.actor import Actor
from core.civic.notices.records import Notice
from core.civic.objections import answers as objection_answers
from core.civic.objections import filing as objections
from core.civic.objections.records import ANSWER, ENTER
from core.clock import today
from core.store import db

WORDS = "收支表第 3 行的停车费和合同对不上，请说明。"
ANSWERED = {"answer": "已核对合同，第 3 行更正为 1200 元。", "outcome": "amended"}


def day(distance):
    """The day that many days from today."""
    return today() + datetime.timedelta(days=distance)


def notice(community, title="公共收益收支公示", since=-10, until=20, **fields):
    """A notice that is up and takes objections from `since` to `until` days from today."""
    number = Notice.select().count() + 1
    given = {
        "category": "money", "days": 30, "objection_days": 20, "title": title, "body": "收入 1000 元。", "responsible": "沈主任", "state": "published",
        "publish_from": day(since), "publish_until": day(max(until, 30)), "takes_objections": True,
        "objections_until": day(until), "year": today().year, "serial": number, "code": f"CODE{number:04d}",
        "digest": f"{number:064d}", "chain_seq": 1, "chain_digest": "0" * 64, "published_at": db.now(), "published_by": "沈主任",
        "by_label": "沈主任",
    }  # fmt: skip
    with db.transaction(community):
        return Notice.create(community=community, **(given | fields))


def visitor(store, community=None):
    """Somebody at a phone without an account."""
    return Actor(community=community or store.west, origin="192.168.1.7")


def resident(store, person_id, account):
    """A resident signed in with an account."""
    return replace(visitor(store), kind="resident", account=account, person=person_id, label="王桂英")


def office(store, *permissions, **fields):
    """Somebody of the office who may answer and enter objections."""
    return store.actor(ENTER, ANSWER, *permissions, account=7, **fields)


def file(actor, about, words=WORDS, **fields):
    """An objection of a guest."""
    return objections.file_objection(actor, about.id, words, **{"name": "王桂英", "phone": "13800138000", **fields})


def answer(actor, objection_id, wording=WORDS, **fields):
    """An answer that changes what was announced."""
    return objection_answers.answer_objection(actor, objection_id, wording=wording, **{**ANSWERED, **fields})
