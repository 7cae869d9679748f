"""The plugin kernel: switches, failures, events waiting for delivery, settings and the last runs of jobs."""

from core.store.schema import create_index, create_table


def up(migrator, db):
    create_table(
        db,
        "plugin_state",
        """
        community TEXT NOT NULL REFERENCES community (code),
        plugin TEXT NOT NULL,
        enabled INTEGER NOT NULL,
        published INTEGER NOT NULL,
        paused INTEGER NOT NULL,
        changed_by TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT plugin_state_enabled_flag CHECK (enabled IN (0, 1)),
        CONSTRAINT plugin_state_published_flag CHECK (published IN (0, enabled)),
        CONSTRAINT plugin_state_paused_flag CHECK (paused IN (0, enabled)),
        PRIMARY KEY (community, plugin)
        """,
        without_rowid=True,
    )
    create_table(
        db,
        "plugin_failure",
        """
        plugin TEXT NOT NULL,
        community TEXT NOT NULL,
        place TEXT NOT NULL,
        error TEXT NOT NULL,
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        first_at INTEGER NOT NULL,
        at INTEGER NOT NULL,
        count INTEGER NOT NULL,
        CONSTRAINT plugin_failure_counted CHECK (count > 0),
        PRIMARY KEY (plugin, community, place, error)
        """,
    )
    create_table(
        db,
        "event_outbox",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        name TEXT NOT NULL,
        payload TEXT NOT NULL,
        at INTEGER NOT NULL
        """,
    )
    create_index(db, "event_outbox_order", "event_outbox", "community, id")
    create_index(db, "event_outbox_age", "event_outbox", "at")
    create_table(
        db,
        "event_delivery",
        """
        community TEXT NOT NULL REFERENCES community (code),
        plugin TEXT NOT NULL,
        last_event INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        retry_at INTEGER NOT NULL,
        PRIMARY KEY (community, plugin)
        """,
        without_rowid=True,
    )
    create_table(
        db,
        "event_lease",
        """
        community TEXT NOT NULL REFERENCES community (code),
        holder TEXT NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (community)
        """,
        without_rowid=True,
    )
    create_table(
        db,
        "setting",
        """
        scope TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        changed_by TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (scope, name)
        """,
        without_rowid=True,
    )
    create_table(
        db,
        "job_run",
        """
        name TEXT NOT NULL,
        community TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        finished_at INTEGER,
        next_at INTEGER NOT NULL,
        lease_until INTEGER NOT NULL,
        failures INTEGER NOT NULL,
        message TEXT NOT NULL,
        PRIMARY KEY (name, community)
        """,
    )
