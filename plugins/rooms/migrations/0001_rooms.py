"""Venues, rooms, hours, closures, bookings and the slot table, with the guard that makes double booking impossible.

The columns of an occurrence that check-in and recurrence fill (checked_in_at, finished_at, people_came, rule) exist
from the start, because tables are not rebuilt later. Times are UTC minutes, half-open; hours are local minutes of a day.
"""

from core import add_guard, create_index, create_table, is_postgresql


def up(migrator, db):
    _make_places(db)
    _make_hours(db)
    _make_bookings(db)
    _make_slots(db)


def _make_places(db):
    create_table(
        db,
        "rooms_venue",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        name TEXT NOT NULL,
        address TEXT NOT NULL DEFAULT '',
        area_m2 INTEGER,
        owner TEXT NOT NULL DEFAULT '',
        contact_name TEXT NOT NULL DEFAULT '',
        contact_phone TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        open_on_holidays INTEGER NOT NULL DEFAULT 1,
        removed_at INTEGER,
        CONSTRAINT rooms_venue_name_given CHECK (length(name) BETWEEN 1 AND 60),
        UNIQUE (community, id)
        """,
    )
    create_index(
        db,
        "rooms_venue_name_unique",
        "rooms_venue",
        "community, COALESCE(name, '')",
        unique=True,
        where="removed_at IS NULL",
    )
    create_table(
        db,
        "rooms_resource",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        subject TEXT,
        CONSTRAINT rooms_resource_kind_known CHECK (kind IN ('room', 'person', 'equipment')),
        CONSTRAINT rooms_resource_name_given CHECK (length(name) BETWEEN 1 AND 60),
        UNIQUE (community, id),
        UNIQUE (community, subject)
        """,
    )
    create_table(
        db,
        "rooms_room",
        """
        id INTEGER NOT NULL,
        community TEXT NOT NULL REFERENCES community (code),
        venue_id INTEGER NOT NULL,
        part_of INTEGER,
        name TEXT NOT NULL,
        floor TEXT NOT NULL DEFAULT '',
        area_m2 INTEGER,
        seats INTEGER,
        features TEXT NOT NULL DEFAULT '[]',
        accessibility TEXT NOT NULL DEFAULT '',
        contact_name TEXT NOT NULL DEFAULT '',
        contact_phone TEXT NOT NULL DEFAULT '',
        tags TEXT NOT NULL DEFAULT '[]',
        note TEXT NOT NULL DEFAULT '',
        bookable_by TEXT NOT NULL DEFAULT 'anyone',
        needs_approval INTEGER NOT NULL DEFAULT 0,
        confidential INTEGER NOT NULL DEFAULT 0,
        buffer_before INTEGER NOT NULL DEFAULT 0,
        buffer_after INTEGER NOT NULL DEFAULT 0,
        min_minutes INTEGER NOT NULL DEFAULT 15,
        max_minutes INTEGER NOT NULL DEFAULT 480,
        ahead_days INTEGER NOT NULL DEFAULT 90,
        removed_at INTEGER,
        CONSTRAINT rooms_room_name_given CHECK (length(name) BETWEEN 1 AND 60),
        CONSTRAINT rooms_room_bookable_by_known
            CHECK (bookable_by IN ('anyone', 'residents', 'organisations', 'staff')),
        CONSTRAINT rooms_room_buffers CHECK (buffer_before BETWEEN 0 AND 240 AND buffer_after BETWEEN 0 AND 240),
        CONSTRAINT rooms_room_lengths CHECK (min_minutes > 0 AND max_minutes BETWEEN min_minutes AND 1440),
        CONSTRAINT rooms_room_ahead CHECK (ahead_days BETWEEN 0 AND 731),
        CONSTRAINT rooms_room_not_part_of_itself CHECK (part_of <> id),
        PRIMARY KEY (id),
        UNIQUE (community, id),
        CONSTRAINT rooms_room_resource FOREIGN KEY (community, id) REFERENCES rooms_resource (community, id),
        CONSTRAINT rooms_room_venue FOREIGN KEY (community, venue_id) REFERENCES rooms_venue (community, id),
        CONSTRAINT rooms_room_hall FOREIGN KEY (community, part_of) REFERENCES rooms_room (community, id)
        """,
    )
    create_index(
        db,
        "rooms_room_name_unique",
        "rooms_room",
        "venue_id, COALESCE(name, '')",
        unique=True,
        where="removed_at IS NULL",
    )
    create_index(db, "rooms_room_hall", "rooms_room", "part_of", where="part_of IS NOT NULL")
    create_table(
        db,
        "rooms_quota",
        """
        community TEXT NOT NULL,
        room_id INTEGER NOT NULL,
        holder TEXT NOT NULL,
        period TEXT NOT NULL,
        bookings INTEGER,
        minutes INTEGER,
        CONSTRAINT rooms_quota_holder_known CHECK (holder IN ('person', 'organisation')),
        CONSTRAINT rooms_quota_period_known CHECK (period IN ('week', 'month')),
        CONSTRAINT rooms_quota_given CHECK (bookings > 0 OR minutes > 0),
        PRIMARY KEY (room_id, holder, period),
        CONSTRAINT rooms_quota_room FOREIGN KEY (community, room_id) REFERENCES rooms_room (community, id)
        """,
    )


def _make_hours(db):
    # An opening belongs to a whole venue (room_id NULL) or replaces the venue's hours for one room; it holds every week
    # (weekday, 0 = Monday) or on one date (day). A date that is closed altogether has one row 0–0.
    create_table(
        db,
        "rooms_opening",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        venue_id INTEGER NOT NULL,
        room_id INTEGER,
        weekday INTEGER,
        day TEXT,
        start_min INTEGER NOT NULL,
        end_min INTEGER NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        CONSTRAINT rooms_opening_when CHECK ((weekday IS NULL) <> (day IS NULL)),
        CONSTRAINT rooms_opening_weekday CHECK (weekday BETWEEN 0 AND 6),
        CONSTRAINT rooms_opening_order CHECK (
            (start_min >= 0 AND end_min > start_min AND end_min <= 1440)
            OR (day IS NOT NULL AND start_min = 0 AND end_min = 0)),
        CONSTRAINT rooms_opening_venue FOREIGN KEY (community, venue_id) REFERENCES rooms_venue (community, id),
        CONSTRAINT rooms_opening_room FOREIGN KEY (community, room_id) REFERENCES rooms_room (community, id)
        """,
    )
    create_index(db, "rooms_opening_of", "rooms_opening", "community, venue_id, room_id")
    create_table(
        db,
        "rooms_closure",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        room_id INTEGER NOT NULL,
        start_min INTEGER NOT NULL,
        end_min INTEGER NOT NULL,
        reason TEXT NOT NULL,
        entered_at INTEGER NOT NULL,
        entered_by INTEGER,
        lifted_at INTEGER,
        CONSTRAINT rooms_closure_order CHECK (end_min > start_min),
        CONSTRAINT rooms_closure_reason_given CHECK (length(reason) > 0),
        CONSTRAINT rooms_closure_room FOREIGN KEY (community, room_id) REFERENCES rooms_room (community, id)
        """,
    )
    create_index(db, "rooms_closure_of", "rooms_closure", "room_id, start_min", where="lifted_at IS NULL")


def _make_bookings(db):
    create_table(
        db,
        "rooms_booking",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        title TEXT NOT NULL,
        purpose TEXT NOT NULL DEFAULT '',
        people INTEGER,
        organiser_kind TEXT NOT NULL,
        organiser TEXT NOT NULL,
        organisation TEXT NOT NULL DEFAULT '',
        person INTEGER,
        account INTEGER,
        guest_phone TEXT NOT NULL DEFAULT '',
        code_digest TEXT,
        subject TEXT,
        confidential INTEGER NOT NULL DEFAULT 0,
        rule TEXT NOT NULL DEFAULT '',
        requested_on TEXT NOT NULL,
        entered_at INTEGER NOT NULL,
        entered_by INTEGER,
        CONSTRAINT rooms_booking_organiser_known
            CHECK (organiser_kind IN ('resident', 'organisation', 'staff', 'guest')),
        CONSTRAINT rooms_booking_guest_has_code CHECK ((organiser_kind = 'guest') = (code_digest IS NOT NULL)),
        CONSTRAINT rooms_booking_people CHECK (people > 0),
        UNIQUE (community, id),
        UNIQUE (community, code_digest)
        """,
    )
    create_index(db, "rooms_booking_person", "rooms_booking", "community, person", where="person IS NOT NULL")
    create_index(db, "rooms_booking_account", "rooms_booking", "community, account", where="account IS NOT NULL")
    create_index(db, "rooms_booking_subject", "rooms_booking", "community, subject", where="subject IS NOT NULL")
    create_table(
        db,
        "rooms_occurrence",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        booking_id INTEGER NOT NULL,
        room_id INTEGER NOT NULL,
        start_min INTEGER NOT NULL,
        end_min INTEGER NOT NULL,
        buffer_before INTEGER NOT NULL DEFAULT 0,
        buffer_after INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        replaces INTEGER,
        held_until INTEGER,
        decided_at INTEGER,
        decided_by INTEGER,
        checked_in_at INTEGER,
        finished_at INTEGER,
        people_came INTEGER,
        CONSTRAINT rooms_occurrence_order CHECK (end_min > start_min),
        CONSTRAINT rooms_occurrence_buffers CHECK (buffer_before >= 0 AND buffer_after >= 0),
        CONSTRAINT rooms_occurrence_state_known CHECK (state IN ('requested', 'held', 'confirmed', 'checked_in',
            'finished', 'unattended', 'refused', 'withdrawn', 'expired', 'lapsed', 'cancelled', 'displaced')),
        CONSTRAINT rooms_occurrence_held_until CHECK ((state <> 'held') OR (held_until IS NOT NULL)),
        UNIQUE (community, id),
        CONSTRAINT rooms_occurrence_booking FOREIGN KEY (community, booking_id)
            REFERENCES rooms_booking (community, id),
        CONSTRAINT rooms_occurrence_room FOREIGN KEY (community, room_id) REFERENCES rooms_room (community, id),
        CONSTRAINT rooms_occurrence_replaces FOREIGN KEY (community, replaces)
            REFERENCES rooms_occurrence (community, id)
        """,
    )
    create_index(db, "rooms_occurrence_when", "rooms_occurrence", "community, start_min")
    create_index(db, "rooms_occurrence_of_room", "rooms_occurrence", "room_id, start_min")
    create_index(db, "rooms_occurrence_of_booking", "rooms_occurrence", "community, booking_id, start_min")
    create_index(
        db,
        "rooms_occurrence_waiting",
        "rooms_occurrence",
        "community, state, start_min",
        where="state IN ('requested', 'held')",
    )
    create_index(db, "rooms_occurrence_replaced", "rooms_occurrence", "replaces", where="replaces IS NOT NULL")
    create_table(
        db,
        "rooms_occurrence_resource",
        """
        community TEXT NOT NULL,
        occurrence_id INTEGER NOT NULL,
        resource_id INTEGER NOT NULL,
        PRIMARY KEY (occurrence_id, resource_id),
        CONSTRAINT rooms_occurrence_resource_occurrence FOREIGN KEY (community, occurrence_id)
            REFERENCES rooms_occurrence (community, id),
        CONSTRAINT rooms_occurrence_resource_resource FOREIGN KEY (community, resource_id)
            REFERENCES rooms_resource (community, id)
        """,
        without_rowid=True,
    )


def _make_slots(db):
    # A row without an occurrence is a closure. The second foreign key keeps a slot to a resource that its occurrence
    # really uses, and so (through rooms_occurrence_resource) inside one community.
    create_table(
        db,
        "rooms_slot",
        """
        resource_id INTEGER NOT NULL REFERENCES rooms_resource (id),
        start_min INTEGER NOT NULL,
        end_min INTEGER NOT NULL,
        occurrence_id INTEGER,
        CONSTRAINT rooms_slot_order CHECK (end_min > start_min),
        PRIMARY KEY (resource_id, start_min),
        CONSTRAINT rooms_slot_occurrence FOREIGN KEY (occurrence_id, resource_id)
            REFERENCES rooms_occurrence_resource (occurrence_id, resource_id)
        """,
        without_rowid=True,
    )
    create_index(db, "rooms_slot_of_occurrence", "rooms_slot", "occurrence_id", where="occurrence_id IS NOT NULL")
    key = "rooms_slot_resource_id_start_min_unique"
    if is_postgresql(db):
        db.execute_sql("CREATE EXTENSION IF NOT EXISTS btree_gist")
        db.execute_sql(f"ALTER TABLE rooms_slot DROP CONSTRAINT {key}")
    # What stands in the table never overlaps, so the last row that starts before the new end is the only one that can
    # collide: if it starts after the new start it is a successor that overlaps, else a predecessor that may.
    last = "SELECT end_min FROM rooms_slot WHERE resource_id = NEW.resource_id AND start_min < NEW.end_min"
    other = "NOT (resource_id = OLD.resource_id AND start_min = OLD.start_min)"
    abort = "SELECT RAISE(ABORT, 'rooms_slot_free')"
    add_guard(
        db,
        "rooms_slot_free",
        "rooms_slot",
        sqlite=(
            "CREATE TRIGGER rooms_slot_free_insert BEFORE INSERT ON rooms_slot "
            f"WHEN ({last} ORDER BY start_min DESC LIMIT 1) > NEW.start_min BEGIN {abort}; END",
            "CREATE TRIGGER rooms_slot_free_update BEFORE UPDATE ON rooms_slot "
            f"WHEN ({last} AND {other} ORDER BY start_min DESC LIMIT 1) > NEW.start_min BEGIN {abort}; END",
        ),
        postgresql=(
            "ALTER TABLE rooms_slot ADD CONSTRAINT rooms_slot_free "
            "EXCLUDE USING gist (resource_id WITH =, int8range(start_min, end_min) WITH &&)",
        ),
    )
    if is_postgresql(db):
        # After the exclusion constraint, because PostgreSQL checks indexes in the order they were made: two slots with
        # the same start are then refused under the same name as any other overlap.
        db.execute_sql(f"ALTER TABLE rooms_slot ADD CONSTRAINT {key} PRIMARY KEY (resource_id, start_min)")
