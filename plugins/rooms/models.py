"""The records of the module: fields only. Times are UTC minutes (half-open), opening hours local minutes of a day."""

from __future__ import annotations

import peewee

from core import CommunityModel, Day, Flag, Integer, Json, Text, Utc, now


class Venue(CommunityModel):
    """阵地: a house or floor with rooms. `open_on_holidays` says whether its weekly hours hold on statutory holidays."""

    kind = "rooms.venue"
    name = Text()
    address = Text(default="")
    area_m2 = Integer(null=True)
    owner = Text(default="")
    contact_name = Text(default="")
    contact_phone = Text(default="")
    note = Text(default="")
    open_on_holidays = Flag(default=True)
    removed_at = Utc(null=True)

    class Meta:
        table_name = "rooms_venue"


class Resource(CommunityModel):
    """Whatever can be taken for a time: a room, a person (a mediator) or equipment (a projector).

    `subject` is the text form of the `Ref` a person or piece of equipment stands for in another plugin.
    """

    kind = "rooms.resource"
    resource_kind = Text(column_name="kind")
    name = Text()
    subject = Text(null=True)

    class Meta:
        table_name = "rooms_resource"


class Room(CommunityModel):
    """房间. Its key is its resource's. A room with parts (a hall) has no slots of its own: booking it books each part."""

    kind = "rooms.room"
    id = Integer(primary_key=True)
    venue_id = Integer()
    part_of = Integer(null=True)
    name = Text()
    floor = Text(default="")
    area_m2 = Integer(null=True)
    seats = Integer(null=True)
    features = Json(default=list)
    accessibility = Text(default="")
    contact_name = Text(default="")
    contact_phone = Text(default="")
    tags = Json(default=list)
    note = Text(default="")
    bookable_by = Text(default="anyone")
    needs_approval = Flag(default=False)
    confidential = Flag(default=False)
    buffer_before = Integer(default=0)
    buffer_after = Integer(default=0)
    min_minutes = Integer(default=15)
    max_minutes = Integer(default=480)
    ahead_days = Integer(default=90)
    removed_at = Utc(null=True)

    class Meta:
        table_name = "rooms_room"


class Pin(CommunityModel):
    """Where a room is on a plan of its venue (`plan`: the use of a file), in thousandths from the left and from the top."""

    kind = "rooms.pin"
    room_id = Integer(primary_key=True)
    plan = Integer()
    x = Integer()
    y = Integer()

    class Meta:
        table_name = "rooms_pin"


class Quota(CommunityModel):
    """How much of a room one `person` or `organisation` may take per `week` or `month`: bookings, minutes or both."""

    kind = "rooms.quota"
    room_id = Integer()
    holder = Text()
    period = Text()
    bookings = Integer(null=True)
    minutes = Integer(null=True)

    class Meta:
        table_name = "rooms_quota"
        primary_key = peewee.CompositeKey("room_id", "holder", "period")


class Opening(CommunityModel):
    """One interval of opening hours, every week (`weekday`, 0 = Monday) or on one date (`day`); 0–0 is a closed date.

    Without a `room_id` it holds for the whole venue; hours of a room replace those of its venue. Weekly hours hold from
    `from_day` (None: ever since) and, once others took their place, until the day before `until_day`; `on_holidays` then
    keeps whether the venue opened on holidays at that time.
    """

    kind = "rooms.opening"
    venue_id = Integer()
    room_id = Integer(null=True)
    weekday = Integer(null=True)
    day = Day(null=True)
    start_min = Integer()
    end_min = Integer()
    reason = Text(default="")
    from_day = Day(null=True)
    until_day = Day(null=True)
    on_holidays = Flag(null=True)

    class Meta:
        table_name = "rooms_opening"


class Closure(CommunityModel):
    """停用: a room cannot be used for a time, and why. Lifted closures stay as history."""

    kind = "rooms.closure"
    room_id = Integer()
    start_min = Integer()
    end_min = Integer()
    reason = Text()
    entered_at = Utc(default=now)
    entered_by = Integer(null=True)
    lifted_at = Utc(null=True)
    series_id = Integer(null=True)

    class Meta:
        table_name = "rooms_closure"


class ClosureSeries(CommunityModel):
    """停用 that comes again and again: its `rule` and the day it starts. Each date is a `Closure` of its own."""

    kind = "rooms.closure_series"
    room_id = Integer()
    rule = Text()
    first_day = Day()
    entered_at = Utc(default=now)
    entered_by = Integer(null=True)

    class Meta:
        table_name = "rooms_closure_series"


class Booking(CommunityModel):
    """预约: who wants a room and what for; when and where is in its occurrences.

    `organiser_kind` is resident, organisation, staff or guest; `organiser` the name as it was when it was entered.
    `person` and `account` are those whose booking it is, `entered_by` the account that typed it; `requested_on` is the day
    it was asked for. `code_digest` belongs to a guest's short code. `rule` is the RFC 5545 rule of a series, else empty.
    """

    kind = "rooms.booking"
    title = Text()
    purpose = Text(default="")
    people = Integer(null=True)
    organiser_kind = Text()
    organiser = Text()
    organisation = Text(default="")
    person = Integer(null=True)
    account = Integer(null=True)
    guest_phone = Text(default="")
    code_digest = Text(null=True)
    subject = Text(null=True)
    confidential = Flag(default=False)
    rule = Text(default="")
    requested_on = Day()
    entered_at = Utc(default=now)
    entered_by = Integer(null=True)

    class Meta:
        table_name = "rooms_booking"


class Series(CommunityModel):
    """What a booking with a `rule` usually is: room and time of day in minutes of the local day, from `first_day` on.

    An occurrence that lies elsewhere was moved singly. `follows` is the booking whose later dates were split off into
    this one. `goes_on_at` is when somebody last said that it goes on (at first when it was booked); `asked_at` and
    `asked_about` (an occurrence) that the question waits for an answer.
    """

    kind = "rooms.series"
    booking_id = Integer(primary_key=True)
    room_id = Integer()
    first_day = Day()
    start_minute = Integer()
    end_minute = Integer()
    follows = Integer(null=True)
    goes_on_at = Utc(default=now)
    asked_at = Utc(null=True)
    asked_about = Integer(null=True)

    class Meta:
        table_name = "rooms_series"


class Skipped(CommunityModel):
    """A day of the rule on which a series does not take place, and why (`series_dates.WHY`); it can be added back.

    `resource_id` is the equipment that was lent out then.
    """

    kind = "rooms.skipped"
    booking_id = Integer()
    day = Day()
    state = Text()
    resource_id = Integer(null=True)

    class Meta:
        table_name = "rooms_skipped"
        primary_key = peewee.CompositeKey("booking_id", "day")


class Occurrence(CommunityModel):
    """场次: one time in one room. States are in `states.py`; buffers are those of the room when it was booked.

    `title` is what this date is for where that is not what its booking says. `replaces` names the confirmed occurrence that this request would move or lengthen; it stays until the request is
    approved. `series_day` is the day of the series' rule it stands for.
    `sequence` is the version by which calendars know it; the database raises it with every change of room or time and when
    it is given up, so that no act can forget to.
    `checked_in_at` and `finished_at` are when they came and left (an occurrence that nobody came to was given to
    others at `finished_at`); `missed_at` is when somebody said that nobody came, which not checking in does not prove.
    """

    kind = "rooms.occurrence"
    booking_id = Integer()
    room_id = Integer()
    start_min = Integer()
    end_min = Integer()
    buffer_before = Integer(default=0)
    buffer_after = Integer(default=0)
    state = Text()
    reason = Text(default="")
    replaces = Integer(null=True)
    held_until = Utc(null=True)
    decided_at = Utc(null=True)
    decided_by = Integer(null=True)
    checked_in_at = Utc(null=True)
    finished_at = Utc(null=True)
    people_came = Integer(null=True)
    sequence = Integer(default=0)
    missed_at = Utc(null=True)
    series_day = Day(null=True)
    title = Text(null=True)

    class Meta:
        table_name = "rooms_occurrence"
        # A record that was loaded before never writes an old `sequence` back.
        only_save_dirty = True


class KeyLoan(CommunityModel):
    """A key handed out for an occurrence: to whom, when, and when it came back."""

    kind = "rooms.key_loan"
    occurrence_id = Integer()
    taker = Text()
    out_at = Utc(default=now)
    out_by = Integer(null=True)
    back_at = Utc(null=True)
    back_by = Integer(null=True)

    class Meta:
        table_name = "rooms_key_loan"


class OccurrenceResource(CommunityModel):
    """What an occurrence needs at its time: the room (or each part of a hall), people and equipment."""

    kind = "rooms.occurrence_resource"
    occurrence_id = Integer()
    resource_id = Integer()

    class Meta:
        table_name = "rooms_occurrence_resource"
        primary_key = peewee.CompositeKey("occurrence_id", "resource_id")


class Waiting(CommunityModel):
    """候补: a booking that waits for a time, `minutes` long, anywhere in `from_min`…`until_min` (UTC minutes of one day).

    Without a `room_id` any suitable room does. `number` is what a screen may show. `occurrence_id` is the time that is or
    was held for it, `contacted_at` when the person first knew: their time to answer runs from then. Whoever was skipped
    (`skipped_at`) is not offered anything by itself any more.
    """

    kind = "rooms.waiting"
    number = Integer()
    booking_id = Integer()
    room_id = Integer(null=True)
    from_min = Integer()
    until_min = Integer()
    minutes = Integer()
    features = Json(default=list)
    state = Text()
    reason = Text(default="")
    occurrence_id = Integer(null=True)
    offered_at = Utc(null=True)
    contacted_at = Utc(null=True)
    skipped_at = Utc(null=True)
    entered_at = Utc(default=now)

    class Meta:
        table_name = "rooms_waiting"


class Screen(CommunityModel):
    """A screen in the `hall` (of one venue, or of all) or at the `door` of a room. Of its secret address only a digest."""

    kind = "rooms.screen"
    screen_kind = Text(column_name="kind")
    name = Text()
    venue_id = Integer(null=True)
    room_id = Integer(null=True)
    digest = Text()
    created_at = Utc(default=now)
    created_by = Integer(null=True)
    revoked_at = Utc(null=True)

    class Meta:
        table_name = "rooms_screen"


class Feed(CommunityModel):
    """日历订阅: the secret address of a `room`, a `venue` or somebody's `own` bookings. Of the address only a digest is kept.

    An own feed belongs to an account and the `person` behind it, and shows nothing once the account is closed.
    """

    kind = "rooms.feed"
    feed_kind = Text(column_name="kind")
    room_id = Integer(null=True)
    venue_id = Integer(null=True)
    person = Integer(null=True)
    account = Integer(null=True)
    digest = Text()
    created_at = Utc(default=now)
    created_by = Integer(null=True)
    revoked_at = Utc(null=True)

    class Meta:
        table_name = "rooms_feed"


class Equipment(CommunityModel):
    """设备 that is booked together with a room. Its key is its resource's; `bookable_by` is anyone, residents or staff."""

    kind = "rooms.equipment"
    id = Integer(primary_key=True)
    name = Text()
    kept_at = Text(default="")
    bookable_by = Text(default="staff")
    removed_at = Utc(null=True)

    class Meta:
        table_name = "rooms_equipment"


class Steward(CommunityModel):
    """An account that decides on the requests for the rooms of one venue, which its unit opened."""

    kind = "rooms.steward"
    venue_id = Integer()
    account = Integer()

    class Meta:
        table_name = "rooms_steward"
        primary_key = peewee.CompositeKey("venue_id", "account")
