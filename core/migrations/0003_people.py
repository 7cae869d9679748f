"""People: administrative codes, the area tree with grids over it, homes, residents and the imports they came from.

`import_id` says which roster import added a row, so that one act can take a whole import back.
"""

from core.store.schema import create_index, create_table


def up(migrator, db):
    _make_areas(db)
    _make_imports(db)
    _make_homes(db)
    _make_people(db)


def _make_areas(db):
    create_table(
        db,
        "division",
        """
        code TEXT NOT NULL,
        name TEXT NOT NULL,
        level TEXT NOT NULL,
        parent_code TEXT REFERENCES division (code),
        CONSTRAINT division_level_known CHECK (level IN ('province', 'city', 'county', 'street', 'community')),
        CONSTRAINT division_code_length CHECK (length(code) = CASE level WHEN 'province' THEN 2 WHEN 'city' THEN 4
            WHEN 'county' THEN 6 WHEN 'street' THEN 9 ELSE 12 END),
        CONSTRAINT division_parent_given CHECK ((parent_code IS NULL) = (level = 'province')),
        PRIMARY KEY (code)
        """,
    )
    create_index(db, "division_parent", "division", "parent_code, code")
    create_index(db, "division_level", "division", "level, code")


def _make_imports(db):
    create_table(
        db,
        "roster_import",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        filename TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        content BLOB,
        estate TEXT NOT NULL DEFAULT '',
        columns TEXT NOT NULL,
        signature TEXT NOT NULL,
        state TEXT NOT NULL,
        summary TEXT NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        imported_at INTEGER,
        taken_back_at INTEGER,
        CONSTRAINT roster_import_state_known CHECK (state IN ('previewed', 'imported', 'taken_back', 'discarded')),
        CONSTRAINT roster_import_when CHECK ((imported_at IS NULL) = (state IN ('previewed', 'discarded'))),
        UNIQUE (community, id)
        """,
    )
    create_table(
        db,
        "roster_change",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        import_id INTEGER NOT NULL,
        record TEXT NOT NULL,
        record_id INTEGER NOT NULL,
        before TEXT NOT NULL,
        CONSTRAINT roster_change_record_known CHECK (record IN ('person', 'person_home')),
        UNIQUE (community, import_id, record, record_id),
        CONSTRAINT roster_change_import FOREIGN KEY (community, import_id) REFERENCES roster_import (community, id)
        """,
    )
    create_table(
        db,
        "roster_mapping",
        """
        community TEXT NOT NULL REFERENCES community (code),
        signature TEXT NOT NULL,
        columns TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (community, signature)
        """,
    )


def _make_homes(db):
    create_table(
        db,
        "area",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        parent_id INTEGER,
        level TEXT NOT NULL,
        name TEXT NOT NULL,
        sort_key TEXT NOT NULL,
        import_id INTEGER,
        CONSTRAINT area_level_known CHECK (level IN ('estate', 'building', 'unit')),
        CONSTRAINT area_name_given CHECK (length(name) BETWEEN 1 AND 60),
        CONSTRAINT area_parent_given CHECK ((parent_id IS NULL) = (level = 'estate')),
        UNIQUE (community, id),
        CONSTRAINT area_parent FOREIGN KEY (community, parent_id) REFERENCES area (community, id),
        CONSTRAINT area_import FOREIGN KEY (community, import_id) REFERENCES roster_import (community, id)
        """,
    )
    create_index(db, "area_name_unique", "area", "community, COALESCE(parent_id, 0), level, name", unique=True)
    create_index(db, "area_children", "area", "community, parent_id, sort_key")
    create_table(
        db,
        "grid",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        parent_id INTEGER,
        name TEXT NOT NULL,
        sort_key TEXT NOT NULL,
        import_id INTEGER,
        CONSTRAINT grid_name_given CHECK (length(name) BETWEEN 1 AND 60),
        UNIQUE (community, id),
        UNIQUE (community, name),
        CONSTRAINT grid_parent FOREIGN KEY (community, parent_id) REFERENCES grid (community, id),
        CONSTRAINT grid_import FOREIGN KEY (community, import_id) REFERENCES roster_import (community, id)
        """,
    )
    create_table(
        db,
        "grid_area",
        """
        community TEXT NOT NULL,
        area_id INTEGER NOT NULL,
        grid_id INTEGER NOT NULL,
        import_id INTEGER,
        PRIMARY KEY (community, area_id),
        CONSTRAINT grid_area_area FOREIGN KEY (community, area_id) REFERENCES area (community, id),
        CONSTRAINT grid_area_grid FOREIGN KEY (community, grid_id) REFERENCES grid (community, id),
        CONSTRAINT grid_area_import FOREIGN KEY (community, import_id) REFERENCES roster_import (community, id)
        """,
    )
    create_index(db, "grid_area_of_grid", "grid_area", "community, grid_id")
    create_table(
        db,
        "home",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        estate_id INTEGER NOT NULL,
        area_id INTEGER NOT NULL,
        building TEXT NOT NULL,
        unit TEXT NOT NULL,
        room TEXT NOT NULL,
        door TEXT NOT NULL,
        sort_key TEXT NOT NULL,
        import_id INTEGER,
        CONSTRAINT home_door_given CHECK (length(building) > 0 AND length(room) > 0 AND length(door) > 2),
        UNIQUE (community, id),
        UNIQUE (community, estate_id, door),
        CONSTRAINT home_estate FOREIGN KEY (community, estate_id) REFERENCES area (community, id),
        CONSTRAINT home_area FOREIGN KEY (community, area_id) REFERENCES area (community, id),
        CONSTRAINT home_import FOREIGN KEY (community, import_id) REFERENCES roster_import (community, id)
        """,
    )
    create_index(db, "home_of_area", "home", "community, area_id")
    create_index(db, "home_order", "home", "community, estate_id, sort_key")


def _make_people(db):
    create_table(
        db,
        "person",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        public_id TEXT NOT NULL,
        name TEXT NOT NULL,
        sex TEXT NOT NULL DEFAULT '',
        birth_year INTEGER,
        phone TEXT NOT NULL DEFAULT '',
        phone_2 TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        status TEXT NOT NULL DEFAULT 'living_here',
        same_as INTEGER,
        sort_key TEXT NOT NULL,
        search_text TEXT NOT NULL,
        import_id INTEGER,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        CONSTRAINT person_name_given CHECK (length(name) BETWEEN 1 AND 60),
        CONSTRAINT person_sex_known CHECK (sex IN ('', 'male', 'female')),
        CONSTRAINT person_birth_year_likely CHECK (birth_year BETWEEN 1850 AND 2200),
        CONSTRAINT person_status_known CHECK (status IN ('living_here', 'moved_away', 'deceased')),
        CONSTRAINT person_second_phone CHECK (phone <> '' OR phone_2 = ''),
        CONSTRAINT person_not_itself CHECK (same_as <> id),
        UNIQUE (public_id),
        UNIQUE (community, id),
        CONSTRAINT person_same_as FOREIGN KEY (community, same_as) REFERENCES person (community, id),
        CONSTRAINT person_import FOREIGN KEY (community, import_id) REFERENCES roster_import (community, id)
        """,
    )
    create_index(db, "person_order", "person", "community, sort_key, public_id")
    create_index(db, "person_name", "person", "community, name")
    create_index(db, "person_phone", "person", "community, phone")
    create_index(db, "person_same_as_index", "person", "community, same_as", where="same_as IS NOT NULL")
    create_table(
        db,
        "former_name",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        person_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        until_day TEXT NOT NULL,
        CONSTRAINT former_name_given CHECK (length(name) BETWEEN 1 AND 60),
        CONSTRAINT former_name_person FOREIGN KEY (community, person_id) REFERENCES person (community, id)
        """,
    )
    create_index(db, "former_name_of_person", "former_name", "community, person_id")
    create_table(
        db,
        "person_home",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        person_id INTEGER NOT NULL,
        home_id INTEGER NOT NULL,
        relation TEXT NOT NULL,
        from_day TEXT,
        until_day TEXT,
        import_id INTEGER,
        CONSTRAINT person_home_relation_known CHECK (relation IN ('owner', 'tenant', 'family', 'unknown')),
        CONSTRAINT person_home_days CHECK (from_day <= until_day),
        CONSTRAINT person_home_person FOREIGN KEY (community, person_id) REFERENCES person (community, id),
        CONSTRAINT person_home_home FOREIGN KEY (community, home_id) REFERENCES home (community, id),
        CONSTRAINT person_home_import FOREIGN KEY (community, import_id) REFERENCES roster_import (community, id)
        """,
    )
    create_index(
        db, "person_home_open_once", "person_home", "community, person_id, home_id",
        unique=True, where="until_day IS NULL",
    )  # fmt: skip
    create_index(db, "person_home_of_person", "person_home", "community, person_id")
    create_index(db, "person_home_of_home", "person_home", "community, home_id")
