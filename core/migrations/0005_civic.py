"""What every community has: the history and the overrides of workflows, call intake, and the list of calls to make."""

from core.store.schema import add_guard, create_index, create_table, make_append_only, raising_function

_ENTERED_ONCE = "call_intake_entered_once"
_EVIDENCE = "community, entered_at, by_account, by_label ON call_intake"


def up(migrator, db):
    _make_workflows(db)
    _make_intake(db)
    _make_calls(db)


def _make_workflows(db):
    create_table(
        db,
        "workflow_version",
        """
        community TEXT NOT NULL REFERENCES community (code),
        workflow TEXT NOT NULL,
        version INTEGER NOT NULL,
        overrides TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        by_account INTEGER,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT workflow_version_positive CHECK (version > 0),
        PRIMARY KEY (community, workflow, version)
        """,
    )
    make_append_only(db, "workflow_version", key="community, workflow, version")
    create_table(
        db,
        "workflow_step",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        workflow TEXT NOT NULL,
        subject TEXT NOT NULL,
        source TEXT NOT NULL DEFAULT '',
        target TEXT NOT NULL,
        verb TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        due_day TEXT,
        version INTEGER NOT NULL DEFAULT 0,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        on_behalf_of INTEGER,
        at INTEGER NOT NULL,
        CONSTRAINT workflow_step_begins CHECK ((source = '') = (verb = 'begin')),
        CONSTRAINT workflow_step_target_given CHECK (length(target) > 0),
        CONSTRAINT workflow_step_due_day_form CHECK (length(due_day) = 10),
        CONSTRAINT workflow_step_version_form CHECK (version >= 0)
        """,
    )
    create_index(db, "workflow_step_subject", "workflow_step", "community, subject, id")
    create_index(
        db, "workflow_step_begins_once", "workflow_step", "community, subject", unique=True, where="source = ''"
    )
    make_append_only(db, "workflow_step")


def _make_intake(db):
    create_table(
        db,
        "call_intake",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        caller TEXT NOT NULL,
        matter TEXT NOT NULL,
        place TEXT NOT NULL DEFAULT '',
        phone TEXT NOT NULL DEFAULT '',
        call_back INTEGER NOT NULL,
        person_id INTEGER REFERENCES person (id) ON DELETE SET NULL,
        requested_on TEXT NOT NULL,
        entered_at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        state TEXT NOT NULL,
        note TEXT NOT NULL DEFAULT '',
        finished_at INTEGER,
        CONSTRAINT call_intake_caller_given CHECK (length(caller) BETWEEN 1 AND 100),
        CONSTRAINT call_intake_matter_given CHECK (length(matter) BETWEEN 1 AND 2000),
        CONSTRAINT call_intake_call_back_flag CHECK (call_back IN (0, 1)),
        CONSTRAINT call_intake_requested_on_form CHECK (length(requested_on) = 10),
        CONSTRAINT call_intake_state_known CHECK (state IN ('open', 'answered', 'closed')),
        CONSTRAINT call_intake_finished CHECK ((state = 'open') = (finished_at IS NULL))
        """,
    )
    create_index(db, "call_intake_list", "call_intake", "community, state, requested_on, id")
    create_index(db, "call_intake_finished_list", "call_intake", "community, finished_at, id")
    create_index(db, "call_intake_person", "call_intake", "person_id")
    # Who entered a call, and when, is evidence: the day it was asked for may be earlier, the entry may not be.
    add_guard(
        db,
        _ENTERED_ONCE,
        "call_intake",
        sqlite=(
            f"CREATE TRIGGER {_ENTERED_ONCE} BEFORE UPDATE OF {_EVIDENCE} BEGIN SELECT RAISE(ABORT, '{_ENTERED_ONCE}'); END",
        ),
        postgresql=(
            raising_function(_ENTERED_ONCE),
            f"CREATE TRIGGER {_ENTERED_ONCE} BEFORE UPDATE OF {_EVIDENCE} FOR EACH ROW EXECUTE FUNCTION {_ENTERED_ONCE}()",
            f"ALTER TABLE call_intake ENABLE ALWAYS TRIGGER {_ENTERED_ONCE}",
        ),
    )


def _make_calls(db):
    create_table(
        db,
        "call_task",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        subject TEXT NOT NULL,
        reason_key TEXT NOT NULL,
        person_id INTEGER REFERENCES person (id) ON DELETE SET NULL,
        name TEXT NOT NULL,
        phone TEXT NOT NULL DEFAULT '',
        why TEXT NOT NULL,
        due_day TEXT NOT NULL,
        next_day TEXT NOT NULL,
        state TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0,
        last_outcome TEXT NOT NULL DEFAULT '',
        contacted_at INTEGER,
        note TEXT NOT NULL DEFAULT '',
        created_at INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        CONSTRAINT call_task_name_given CHECK (length(name) > 0),
        CONSTRAINT call_task_why_given CHECK (length(why) > 0),
        CONSTRAINT call_task_due_day_form CHECK (length(due_day) = 10),
        CONSTRAINT call_task_next_day_form CHECK (length(next_day) = 10),
        CONSTRAINT call_task_state_known CHECK (state IN ('open', 'reached', 'set_aside')),
        CONSTRAINT call_task_tries_counted CHECK (tries >= 0),
        CONSTRAINT call_task_contact_recorded CHECK ((state = 'reached') = (contacted_at IS NOT NULL)),
        CONSTRAINT call_task_set_aside_why CHECK (state <> 'set_aside' OR length(note) > 0),
        UNIQUE (community, subject, reason_key),
        UNIQUE (community, id)
        """,
    )
    create_index(db, "call_task_list", "call_task", "community, state, due_day, id")
    create_index(db, "call_task_person", "call_task", "person_id")
    create_table(
        db,
        "call_attempt",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        task_id INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        note TEXT NOT NULL DEFAULT '',
        next_day TEXT,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT call_attempt_outcome_known CHECK (outcome IN ('told', 'no_answer', 'wrong_number', 'told_in_person')),
        CONSTRAINT call_attempt_next_try CHECK ((outcome = 'no_answer') = (next_day IS NOT NULL)),
        CONSTRAINT call_attempt_next_day_form CHECK (length(next_day) = 10),
        CONSTRAINT call_attempt_of_task FOREIGN KEY (community, task_id) REFERENCES call_task (community, id)
        """,
    )
    create_index(db, "call_attempt_task", "call_attempt", "community, task_id, id")
    make_append_only(db, "call_attempt")
