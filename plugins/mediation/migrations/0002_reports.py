"""What the committee reports and claims: how cases ended and when, what was prevented, when an agreement was kept; the rates of
the subsidy 以案定补 and what was claimed by them.

Endings and agreements have a day of their own, so that the figures of a month stay as they were however a case goes on.
"""

from core import create_index, create_table, keep_rows, make_append_only


def up(migrator, db):
    db.execute_sql("ALTER TABLE mediation_case ADD COLUMN performed_on TEXT")
    _make_endings(db)
    _make_subsidy(db)


def _make_endings(db):
    create_table(
        db,
        "mediation_ending",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        case_id INTEGER NOT NULL,
        how TEXT NOT NULL,
        ended_on TEXT NOT NULL,
        reopened_on TEXT,
        CONSTRAINT mediation_ending_how_known CHECK (how IN
            ('settled', 'transferred', 'not_accepted', 'withdrawn', 'terminated')),
        CONSTRAINT mediation_ending_order CHECK (reopened_on >= ended_on),
        CONSTRAINT mediation_ending_reopened CHECK (reopened_on IS NULL OR how = 'terminated'),
        CONSTRAINT mediation_ending_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(
        db,
        "mediation_ending_once",
        "mediation_ending",
        "COALESCE(case_id, 0)",
        unique=True,
        where="reopened_on IS NULL",
    )
    create_index(db, "mediation_ending_days", "mediation_ending", "community, ended_on")
    keep_rows(
        db,
        "mediation_ending",
        "OLD.reopened_on IS NOT NULL OR NEW.community <> OLD.community OR NEW.case_id <> OLD.case_id "
        "OR NEW.how <> OLD.how OR NEW.ended_on <> OLD.ended_on",
    )
    create_table(
        db,
        "mediation_prevention",
        """
        case_id INTEGER NOT NULL,
        community TEXT NOT NULL,
        what TEXT NOT NULL,
        people INTEGER NOT NULL,
        prevented_on TEXT NOT NULL,
        CONSTRAINT mediation_prevention_what_known CHECK (what IN
            ('suicide', 'crime', 'brawl', 'petition', 'mass', 'other')),
        CONSTRAINT mediation_prevention_people CHECK (people BETWEEN 1 AND 100000),
        PRIMARY KEY (case_id),
        CONSTRAINT mediation_prevention_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_prevention_days", "mediation_prevention", "community, prevented_on")


def _make_subsidy(db):
    create_table(
        db,
        "mediation_rate",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        simple INTEGER NOT NULL,
        ordinary INTEGER NOT NULL,
        complex INTEGER NOT NULL,
        major INTEGER NOT NULL,
        words TEXT NOT NULL,
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        CONSTRAINT mediation_rate_bounds CHECK (simple BETWEEN 0 AND 10000000 AND ordinary BETWEEN 0 AND 10000000
            AND complex BETWEEN 0 AND 10000000 AND major BETWEEN 0 AND 10000000),
        UNIQUE (community, id)
        """,
    )
    make_append_only(db, "mediation_rate")
    create_table(
        db,
        "mediation_claim",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        number_year INTEGER NOT NULL,
        number INTEGER NOT NULL,
        mediator_id INTEGER NOT NULL,
        rate_id INTEGER NOT NULL,
        period TEXT NOT NULL,
        made_on TEXT NOT NULL,
        by_label TEXT NOT NULL,
        withdrawn_on TEXT,
        UNIQUE (community, id),
        UNIQUE (community, number_year, number),
        CONSTRAINT mediation_claim_mediator FOREIGN KEY (community, mediator_id)
            REFERENCES mediation_mediator (community, id),
        CONSTRAINT mediation_claim_rate FOREIGN KEY (community, rate_id) REFERENCES mediation_rate (community, id)
        """,
    )
    create_index(db, "mediation_claim_listed", "mediation_claim", "community, period, id")
    _keep_until_withdrawn(
        db, "mediation_claim", ("number_year", "number", "mediator_id", "rate_id", "period", "made_on", "by_label")
    )
    create_table(
        db,
        "mediation_claimed",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        claim_id INTEGER NOT NULL,
        case_id INTEGER NOT NULL,
        grade TEXT NOT NULL,
        amount INTEGER NOT NULL,
        withdrawn_on TEXT,
        CONSTRAINT mediation_claimed_grade_known CHECK (grade IN ('simple', 'ordinary', 'complex', 'major')),
        CONSTRAINT mediation_claimed_amount CHECK (amount > 0),
        CONSTRAINT mediation_claimed_claim FOREIGN KEY (community, claim_id) REFERENCES mediation_claim (community, id),
        CONSTRAINT mediation_claimed_case FOREIGN KEY (community, case_id) REFERENCES mediation_case (community, id)
        """,
    )
    create_index(db, "mediation_claimed_by", "mediation_claimed", "community, claim_id")
    # What is claimed once is not claimed twice, by whomever; what was claimed by mistake is free again.
    create_index(
        db,
        "mediation_claimed_once",
        "mediation_claimed",
        "COALESCE(case_id, 0)",
        unique=True,
        where="withdrawn_on IS NULL",
    )
    _keep_until_withdrawn(db, "mediation_claimed", ("claim_id", "case_id", "grade", "amount"))


def _keep_until_withdrawn(db, table, fixed):
    """A claim keeps its cases, grades and amounts; it can be withdrawn, once."""
    changed = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in ("community", *fixed))
    keep_rows(db, table, f"OLD.withdrawn_on IS NOT NULL OR NEW.withdrawn_on IS NULL OR {changed}")
