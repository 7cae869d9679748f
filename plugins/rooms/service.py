"""Everything pages, commands and jobs may call, by one name each; the first argument of every act is the `Actor`."""

from plugins.rooms.booking.attendance import (
    attest,
    check_in,
    finish,
    finish_due,
    mark_missed,
    may_check_in,
    note_people,
    opens_at,
    undo_check_in,
    undo_missed,
)
from plugins.rooms.booking.changes import approve_at, cancel, move, move_wish
from plugins.rooms.booking.decisions import approve, expire, refuse
from plugins.rooms.booking.displacing import displace, offers_instead
from plugins.rooms.booking.keys import KeyOut, hand_out_key, key_loans, keys_out, take_key_back
from plugins.rooms.booking.making import Who, book, book_wish, check_booking, take_hold
from plugins.rooms.booking.occurrences import Booked, owns
from plugins.rooms.booking.past_use import enter_past_use
from plugins.rooms.booking.series import BookedSeries, Looked, add_back, book_series, look_at_series
from plugins.rooms.booking.series_changes import (
    ChangedDate,
    ChangedSeries,
    cancel_series,
    change_series,
    look_at_change,
)
from plugins.rooms.booking.series_dates import SeriesConflict, SeriesDate
from plugins.rooms.booking.series_decisions import approve_series, refuse_series, waiting_dates
from plugins.rooms.booking.series_goes_on import ask_whether_it_goes_on, goes_on
from plugins.rooms.booking.waiting import (
    Joined,
    WaitingWish,
    note_opened,
)
from plugins.rooms.booking.waiting import (
    join as join_waiting,
)
from plugins.rooms.booking.waiting import (
    leave as leave_waiting,
)
from plugins.rooms.booking.waiting import (
    offer_now as offer_waiting,
)
from plugins.rooms.booking.waiting import (
    remove as remove_waiting,
)
from plugins.rooms.booking.waiting import (
    skip as skip_waiting,
)
from plugins.rooms.booking.waiting import (
    tend as tend_waiting,
)
from plugins.rooms.booking.waiting import (
    told_here as told_waiting,
)
from plugins.rooms.booking.walk_in import free_now
from plugins.rooms.finding.feeds import (
    FeedLine,
    feed_text,
    feeds,
    find_feed,
    make_feed,
    own_feed,
    revoke_feed,
)
from plugins.rooms.finding.find import Alternatives, Found, FreeTime, RoomDay, Taken, day, find_free, week
from plugins.rooms.finding.lists import (
    Line,
    booking_by_code,
    booking_lines,
    booking_of,
    coming_here,
    held_instead,
    my_bookings,
    occurrence_line,
    on_day,
    outside_hours,
    requests,
    unit_request,
    unit_requests,
)
from plugins.rooms.finding.monthly import Monthly, month_of, monthly
from plugins.rooms.finding.screens import Screen, add_screen, door, find_screen, hall, revoke_screen, screens
from plugins.rooms.finding.series_lists import RunningSeries, SeriesPage, running_series, series_page
from plugins.rooms.finding.unmet import Demand, no_room, write_counts
from plugins.rooms.finding.utilisation import Minutes, by_month, measure
from plugins.rooms.finding.utilisation_words import in_hours
from plugins.rooms.finding.waiting_lists import (
    WaitingLine,
    all_waiting,
    before_me,
    for_decision,
    my_waiting,
    offered_line,
    waiting_by_code,
    waiting_line,
    waiting_numbers,
)
from plugins.rooms.places.closure_series import ClosureDates, close_regularly, lift_regular, look_at_closures
from plugins.rooms.places.closures import BookingsInTheWay, close, closures, lift
from plugins.rooms.places.equipment import (
    add_equipment,
    edit_equipment,
    equipment,
    find_equipment,
    needed_by,
    offered_equipment,
    remove_equipment,
)
from plugins.rooms.places.hours import dated_hours, hours_text, load_plan, set_day, set_week, weekly_hours
from plugins.rooms.places.new_venue import FirstHours, start_venue
from plugins.rooms.places.photos import (
    MOST_PHOTOS,
    add_photos,
    describe_photo,
    move_photo,
    photos,
    put_back_photo,
    remove_photo,
)
from plugins.rooms.places.places import (
    add_room,
    add_venue,
    edit_room,
    edit_venue,
    find_room,
    find_venue,
    quotas,
    remove_room,
    remove_venue,
    room_in_use,
    rooms,
    set_quota,
    set_quotas,
    venues,
)
from plugins.rooms.places.units import set_stewards, stewards

__all__ = [
    "MOST_PHOTOS",
    "Alternatives",
    "Booked",
    "BookedSeries",
    "BookingsInTheWay",
    "ChangedDate",
    "ChangedSeries",
    "ClosureDates",
    "Demand",
    "FeedLine",
    "FirstHours",
    "Found",
    "FreeTime",
    "Joined",
    "KeyOut",
    "Line",
    "Looked",
    "Minutes",
    "Monthly",
    "RoomDay",
    "RunningSeries",
    "Screen",
    "SeriesConflict",
    "SeriesDate",
    "SeriesPage",
    "Taken",
    "WaitingLine",
    "WaitingWish",
    "Who",
    "add_back",
    "add_equipment",
    "add_photos",
    "add_room",
    "add_screen",
    "add_venue",
    "all_waiting",
    "approve",
    "approve_at",
    "approve_series",
    "ask_whether_it_goes_on",
    "attest",
    "before_me",
    "book",
    "book_series",
    "book_wish",
    "booking_by_code",
    "booking_lines",
    "booking_of",
    "by_month",
    "cancel",
    "cancel_series",
    "change_series",
    "check_booking",
    "check_in",
    "close",
    "close_regularly",
    "closures",
    "coming_here",
    "dated_hours",
    "day",
    "describe_photo",
    "displace",
    "door",
    "edit_equipment",
    "edit_room",
    "edit_venue",
    "enter_past_use",
    "equipment",
    "expire",
    "feed_text",
    "feeds",
    "find_equipment",
    "find_feed",
    "find_free",
    "find_room",
    "find_screen",
    "find_venue",
    "finish",
    "finish_due",
    "for_decision",
    "free_now",
    "goes_on",
    "hall",
    "hand_out_key",
    "held_instead",
    "hours_text",
    "in_hours",
    "join_waiting",
    "key_loans",
    "keys_out",
    "leave_waiting",
    "lift",
    "lift_regular",
    "load_plan",
    "look_at_change",
    "look_at_closures",
    "look_at_series",
    "make_feed",
    "mark_missed",
    "may_check_in",
    "measure",
    "month_of",
    "monthly",
    "move",
    "move_photo",
    "move_wish",
    "my_bookings",
    "my_waiting",
    "needed_by",
    "no_room",
    "note_opened",
    "note_people",
    "occurrence_line",
    "offer_waiting",
    "offered_equipment",
    "offered_line",
    "offers_instead",
    "on_day",
    "opens_at",
    "outside_hours",
    "own_feed",
    "owns",
    "photos",
    "put_back_photo",
    "quotas",
    "refuse",
    "refuse_series",
    "remove_equipment",
    "remove_photo",
    "remove_room",
    "remove_venue",
    "remove_waiting",
    "requests",
    "revoke_feed",
    "revoke_screen",
    "room_in_use",
    "rooms",
    "running_series",
    "screens",
    "series_page",
    "set_day",
    "set_quota",
    "set_quotas",
    "set_stewards",
    "set_week",
    "skip_waiting",
    "start_venue",
    "stewards",
    "take_hold",
    "take_key_back",
    "tend_waiting",
    "told_waiting",
    "undo_check_in",
    "undo_missed",
    "unit_request",
    "unit_requests",
    "venues",
    "waiting_by_code",
    "waiting_dates",
    "waiting_line",
    "waiting_numbers",
    "week",
    "weekly_hours",
    "write_counts",
]
