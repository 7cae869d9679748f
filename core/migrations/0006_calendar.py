"""The holiday lists that were loaded, for the whole installation. Each loading adds one: the newest of a year holds."""

from core.store.schema import create_index, create_table, make_append_only


def up(migrator, db):
    create_table(
        db,
        "holiday_list",
        """
        id INTEGER PRIMARY KEY,
        year INTEGER NOT NULL,
        built_in INTEGER NOT NULL,
        notice TEXT NOT NULL DEFAULT '',
        by_account INTEGER,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT holiday_list_year_known CHECK (year BETWEEN 2001 AND 2199),
        CONSTRAINT holiday_list_built_in_flag CHECK (built_in IN (0, 1)),
        CONSTRAINT holiday_list_notice_short CHECK (length(notice) <= 100),
        UNIQUE (id, year)
        """,
    )
    create_index(db, "holiday_list_of_year", "holiday_list", "year, id")
    make_append_only(db, "holiday_list")
    create_table(
        db,
        "holiday_day",
        """
        list_id INTEGER NOT NULL,
        year INTEGER NOT NULL,
        day TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        CONSTRAINT holiday_day_form CHECK (length(day) = 10),
        CONSTRAINT holiday_day_in_year CHECK (
            substr(day, 1, 5) = CAST(year AS TEXT) || '-' OR substr(day, 1, 8) = CAST(year - 1 AS TEXT) || '-12-'
        ),
        CONSTRAINT holiday_day_kind_known CHECK (kind IN ('off', 'work')),
        CONSTRAINT holiday_day_name_given CHECK (kind = 'work' OR length(name) > 0),
        CONSTRAINT holiday_day_name_short CHECK (length(name) <= 40),
        CONSTRAINT holiday_day_of_list FOREIGN KEY (list_id, year) REFERENCES holiday_list (id, year),
        PRIMARY KEY (list_id, day)
        """,
        without_rowid=True,
    )
    make_append_only(db, "holiday_day", key="list_id, day")
