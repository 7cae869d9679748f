"""A vote of the owners says which matter it was about, and the database wants the majority that matter takes (《民法典》 §278).

Decisions from before were ordinary matters, and stay so: more than half, which `revenue_decision_passed` still asks of every vote.
Three quarters of those taking part are asked on top of that, of the owners' vote and of nobody else's decision.
"""

from core import add_guard

# A comparison with a number that is missing is neither true nor false, which a CHECK lets pass: so each has to be there.
_COUNTS = ("persons_total", "persons_part", "persons_yes", "area_total", "area_part", "area_yes")


def up(migrator, db):
    counted = " AND ".join(f"{name} IS NOT NULL" for name in _COUNTS)
    db.execute_sql(
        "ALTER TABLE revenue_decision ADD COLUMN matter TEXT NOT NULL DEFAULT 'more_than_half' "
        "CONSTRAINT revenue_decision_matter_known CHECK (matter IN ('more_than_half', 'three_quarters')) "
        f"CONSTRAINT revenue_decision_three_quarters CHECK (matter <> 'three_quarters' OR (body = 'owners' AND {counted} "
        "AND 4 * persons_yes >= 3 * persons_part AND 4 * area_yes >= 3 * area_part))"
    )
    name = "revenue_decision_counted"
    wrong = f"NEW.body = 'owners' AND NOT ({' AND '.join(f'NEW.{each} IS NOT NULL' for each in _COUNTS)})"
    add_guard(
        db, name, "revenue_decision",
        sqlite=(f"CREATE TRIGGER {name}_insert BEFORE INSERT ON revenue_decision WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{name}'); END",),
        postgresql=(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {wrong} THEN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {name}_row BEFORE INSERT ON revenue_decision FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE revenue_decision ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )  # fmt: skip
