"""What the tests of links and threads start from: notices, calls and bookings in a store with every module on."""

from dataclasses import replace

from core.actor import Actor, command
from core.civic.intake import CallIntake, take_call
from core.civic.notices.categories import PUBLISH, WRITE
from core.civic.objections.records import ANSWER, ENTER
from core.civic.reaching.calls import TAKE, WORK
from core.civic.threads.links import LINK
from core.store.ref import Ref
from core.testing import WEST_HILL
from plugins.rooms import service
from tests.core.civic.objection_cases import day
from tests.plugins.rooms.test_views_book import ALL_DAY

_HELD = ("core.desk", LINK, TAKE, WORK, WRITE, PUBLISH, ENTER, ANSWER, "rooms.desk", "core.search")


# Somebody of the office in 西山 who may do all of this, and somebody without an account.
OFFICE = Actor(kind="staff", account=7, community=WEST_HILL, permissions=frozenset(_HELD), label="陆敏", origin="test")
VISITOR = Actor(community=WEST_HILL, origin="192.168.1.7")


def call(actor, who="李阿姨", what="楼道灯坏了"):
    """A call that came in, as a Ref."""
    return Ref(CallIntake.kind, str(actor.community), take_call(actor, who=who, what=what).id)


def open_room():
    """A room in 西山 that is open all day."""
    actor = command(WEST_HILL)
    venue = service.add_venue(actor, name="邻里中心")
    service.set_week(actor, venue.id, ALL_DAY)
    return service.add_room(actor, venue.id, name="议事厅", seats=20)


def booking(room, who, hour=9, **fields):
    """A booking of a resident's in three days, as a Ref."""
    actor = replace(command(WEST_HILL), on_behalf_of=who.id)
    wish = {"date": day(3).isoformat(), "start": f"{hour:02d}:00", "end": f"{hour + 1:02d}:00", "title": "商量楼道灯"}
    made = service.book(actor, room.id, service.BookingRequest(**{**wish, "organiser": who.name, **fields}))
    return Ref("rooms.occurrence", WEST_HILL, made.occurrence_id)
