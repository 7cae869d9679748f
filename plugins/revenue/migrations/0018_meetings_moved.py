"""The meeting at which residents throw the lot can be moved while nothing is drawn; namesakes who are known apart are two people.

Every notice of a meeting stays, and the newest one holds: it is no longer than 60 days ahead, none comes after the draw, and digits
count from the day it tells. SQLite cannot drop a UNIQUE, so the table is made again there with its rows and guards.
"""

from core import add_guard, create_table, is_postgresql, make_append_only

DIGITS = 6
# The days a meeting is told ahead, as in `spot/announcing.py`, and one more: the local day may be a day before or after that of UTC.
MOST_AHEAD = 60 + 1
COLUMNS = "id, community, lot_id, notice_id, on_day, place, by_label, at"
_IN_PUBLIC = (
    "NOT EXISTS (SELECT 1 FROM revenue_spot_lot l JOIN notice n ON n.community = l.community AND n.id = NEW.notice_id "
    "JOIN revenue_seal s ON s.community = l.community AND s.notice_id = n.id JOIN revenue_head h ON h.community = s.community "
    "AND h.id = s.head_id WHERE l.community = NEW.community AND l.id = NEW.lot_id AND n.published_at >= l.at "
    "AND h.records >= l.period_id AND n.body LIKE '%' || l.fingerprint || '%')"
)


def up(migrator, db):
    if is_postgresql(db):
        db.execute_sql(
            "ALTER TABLE revenue_spot_announced DROP CONSTRAINT revenue_spot_announced_community_lot_id_unique"
        )
    else:
        _make_announced_again(db)
    _keep_meetings(db)
    _tell_namesakes_apart(db)


def _make_announced_again(db):
    db.execute_sql(f"CREATE TEMP TABLE revenue_spot_announced_rows AS SELECT {COLUMNS} FROM revenue_spot_announced")
    db.execute_sql("DELETE FROM schema_guard WHERE relation = 'revenue_spot_announced'")
    db.execute_sql("DROP TABLE revenue_spot_announced")
    create_table(
        db,
        "revenue_spot_announced",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        lot_id INTEGER NOT NULL,
        notice_id INTEGER NOT NULL,
        on_day TEXT NOT NULL,
        place TEXT NOT NULL,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_spot_announced_place CHECK (length(place) BETWEEN 1 AND 100),
        UNIQUE (community, notice_id),
        CONSTRAINT revenue_spot_announced_lot FOREIGN KEY (community, lot_id) REFERENCES revenue_spot_lot (community, id)
        """,
    )
    db.execute_sql(
        f"INSERT INTO revenue_spot_announced ({COLUMNS}) SELECT {COLUMNS} FROM revenue_spot_announced_rows ORDER BY id"
    )
    db.execute_sql("DROP TABLE revenue_spot_announced_rows")
    make_append_only(db, "revenue_spot_announced")
    _refuse(db, "revenue_spot_announced_in_public", "revenue_spot_announced", _IN_PUBLIC)


def _keep_meetings(db):
    """A meeting is told for soon, before anything is drawn; digits thrown before the day that holds now draw nothing."""
    first, last = (_day_of_notice(db, days) for days in (-1, MOST_AHEAD))
    _refuse(
        db,
        "revenue_spot_announced_soon",
        "revenue_spot_announced",
        "NOT EXISTS (SELECT 1 FROM notice n WHERE n.community = NEW.community AND n.id = NEW.notice_id "
        f"AND NEW.on_day BETWEEN {first} AND {last})",
    )
    _refuse(
        db,
        "revenue_spot_announced_before_draw",
        "revenue_spot_announced",
        "EXISTS (SELECT 1 FROM revenue_spot s WHERE s.community = NEW.community AND s.lot_id = NEW.lot_id)",
    )
    _say_anew(
        db,
        "revenue_spot_head",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM revenue_spot_lot l JOIN revenue_spot_announced a ON a.community = l.community AND a.lot_id = l.id "
        "JOIN revenue_seal s ON s.community = a.community AND s.notice_id = a.notice_id "
        "WHERE l.community = NEW.community AND l.id = NEW.lot_id AND s.head_id = NEW.head_id AND l.first_day = NEW.first_day "
        "AND l.last_day = NEW.last_day AND l.wanted = NEW.wanted AND l.pool = NEW.pool AND NEW.thrown_on >= a.on_day "
        "AND a.id = (SELECT max(b.id) FROM revenue_spot_announced b WHERE b.community = l.community AND b.lot_id = l.id) "
        f"AND length(NEW.number) = {DIGITS} AND NEW.occasion <> '')",
    )


def _day_of_notice(db, days):
    """The day in UTC of the notice `n`, and so many days more, as YYYY-MM-DD."""
    if is_postgresql(db):
        moment = f"to_timestamp(n.published_at / 1000) AT TIME ZONE 'UTC' + interval '{days} days'"
        return f"to_char({moment}, 'YYYY-MM-DD')"
    return f"strftime('%Y-%m-%d', n.published_at / 1000, 'unixepoch', '{days:+} days')"


def _tell_namesakes_apart(db):
    """Who publishes entered nothing of it: by account, by resident, and by name unless both are residents that are known."""
    entered, looked, worked, publishes = (
        _plain(db, each) for each in ("r.by_label", "r.inspector", "w.name", "NEW.published_label")
    )
    _say_anew(
        db,
        "revenue_spot_publisher",
        "UPDATE",
        "NEW.notice_id IS NOT NULL AND (NEW.published_by IS NULL OR NEW.published_label = '' "
        "OR EXISTS (SELECT 1 FROM revenue_spot_result r WHERE r.community = NEW.community AND r.spot_id = NEW.id "
        "AND (r.by_account = NEW.published_by OR r.by_person = NEW.published_person "
        f"OR ((r.by_person IS NULL OR NEW.published_person IS NULL) AND {entered} = {publishes}) OR {looked} = {publishes})) "
        "OR EXISTS (SELECT 1 FROM revenue_worked w WHERE w.community = NEW.community AND w.first_day <= NEW.last_day "
        "AND w.last_day >= NEW.first_day AND (w.account = NEW.published_by OR w.person = NEW.published_person "
        f"OR ((w.person IS NULL OR NEW.published_person IS NULL) AND {worked} = {publishes}))))",
    )


def _plain(db, name):
    """A signature without whom somebody stands in for: 李四（代张三） is 李四."""
    if is_postgresql(db):
        return f"split_part({name}, '（代', 1)"
    until = f"instr({name} || '（代', '（代')"
    return f"substr({name}, 1, {until} - 1)"


# --------------------------------------------------------------------------- triggers on both engines


def _refuse(db, name, table, condition):
    """Refuse as `name` every new row for which the condition holds."""
    add_guard(
        db, name, table,
        sqlite=(f"CREATE TRIGGER {name}_row BEFORE INSERT ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END",),
        postgresql=(
            f"CREATE {_raising(name, condition)}",
            f"CREATE TRIGGER {name}_row BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )  # fmt: skip


def _say_anew(db, name, event, condition):
    """Let a guard of 0012 on draws, under the same name, refuse what this condition holds for."""
    if is_postgresql(db):
        db.execute_sql(f"CREATE OR REPLACE {_raising(name, condition)}".replace("%", "%%"))
    else:
        db.execute_sql(f"DROP TRIGGER {name}_row")
        db.execute_sql(
            f"CREATE TRIGGER {name}_row BEFORE {event} ON revenue_spot WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END"
        )


def _raising(name, condition):
    return (
        f"FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
        f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$"
    )
