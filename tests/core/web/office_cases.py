"""What the tests of the office's pages start from: people entered by the service, and small registers."""

import io
import re

from core.actor import command
from core.people import residents
from core.people.areas import add_estate, estates
from core.store import db
from core.testing import SOUTH_GARDEN, WEST_HILL

HERE, THERE = f"/c/{WEST_HILL}", f"/c/{SOUTH_GARDEN}"
_RANDOM = re.compile(r"[A-Za-z0-9_-]{17,}")


def estate(name="海城名家", community=WEST_HILL):
    """The id of an estate, made if it is new."""
    known = {row[1]: row[0] for row in estates(community)}
    with db.transaction(community):
        return known.get(name) or add_estate(command(community), name)


def person(name="张三丰", phone="13800138000", door="3-2-501", community=WEST_HILL, **fields):
    """Somebody with a home in 海城名家 (none with door="")."""
    home = {"estate_id": estate(community=community), "door": door} if door else {}
    return residents.add_person(command(community), name=name, phone=phone, **home, **fields)


def text(answer):
    """The page as text."""
    return answer.get_data(as_text=True)


def told(answer):
    """The page without its tokens and the keys of people, which are random and hold any four digits now and then."""
    return _RANDOM.sub("", text(answer))


def csv(*rows, titles="房号,业主姓名,联系电话"):
    """A register as an upload: (name, content)."""
    content = "\n".join([titles, *rows]).encode("utf-8-sig")
    return io.BytesIO(content), "海城名家.csv"
