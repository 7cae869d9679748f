"""Proposals to allocate received dues or to spend from a fund: what was decided, who signed, what was published and paid.

That the people are different, that nothing is paid without their signatures or beyond what was decided, and that nothing is closed
without both publications holds here, whatever the program does. Names under a proposal belong to the books: they are kept.
"""

from core import add_guard, create_index, create_table, is_postgresql, keep_rows, make_append_only

STATES = (
    "'proposed', 'decided', 'pre_published', 'answered', 'signed', 'verified', 'approved', 'paying', 'paid', 'allocated', "
    "'post_published', 'locked', 'returned', 'void'"
)
AFTER_SIGN = "'signed', 'verified', 'approved', 'paying', 'paid', 'allocated', 'post_published', 'locked'"
AFTER_VERIFY = "'verified', 'approved', 'paying', 'paid', 'allocated', 'post_published', 'locked'"
AFTER_PAY = "'paying', 'paid', 'allocated', 'post_published', 'locked'"
# A signature that stands: nobody named by it has contested it.
STANDS = "NOT EXISTS (SELECT 1 FROM revenue_signature_void v WHERE v.community = s.community AND v.signature_id = s.id)"


def up(migrator, db):
    _make_proposals(db)
    _make_signatures(db)
    _make_publications(db)
    _make_payments(db)
    _guard_states(db)


def _make_proposals(db):
    create_table(
        db,
        "revenue_proposal",
        f"""
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL REFERENCES community (code),
        state TEXT NOT NULL,
        workflow_version INTEGER NOT NULL DEFAULT 0,
        proposal_kind TEXT NOT NULL,
        year INTEGER NOT NULL,
        number INTEGER NOT NULL,
        title TEXT NOT NULL,
        words TEXT NOT NULL,
        fund TEXT NOT NULL,
        amount INTEGER NOT NULL,
        round INTEGER NOT NULL DEFAULT 1,
        proposed_on TEXT NOT NULL,
        decided_on TEXT,
        publish_by TEXT,
        after_by TEXT,
        hold_id INTEGER,
        done_on TEXT,
        score_until TEXT,
        ended_on TEXT,
        ended_words TEXT NOT NULL DEFAULT '',
        CONSTRAINT revenue_proposal_state_known CHECK (state IN ({STATES})),
        CONSTRAINT revenue_proposal_kind_known CHECK (proposal_kind IN ('allocation', 'project', 'emergency')),
        CONSTRAINT revenue_proposal_amount CHECK (amount > 0),
        CONSTRAINT revenue_proposal_round CHECK (round >= 1),
        CONSTRAINT revenue_proposal_titled CHECK (length(title) BETWEEN 1 AND 100),
        UNIQUE (community, id),
        UNIQUE (community, year, number)
        """,
    )
    create_index(db, "revenue_proposal_listed", "revenue_proposal", "community, id, state")
    # What was decided is changed only for a new round, which is published and signed anew; nothing is voided once it was paid.
    keep_rows(
        db,
        "revenue_proposal",
        "NEW.community <> OLD.community OR NEW.proposal_kind <> OLD.proposal_kind OR NEW.year <> OLD.year OR NEW.number <> OLD.number "
        "OR NEW.fund <> OLD.fund OR NEW.proposed_on <> OLD.proposed_on OR NEW.round < OLD.round OR NEW.title <> OLD.title "
        "OR (NEW.amount <> OLD.amount AND (NEW.round = OLD.round OR NEW.amount > OLD.amount)) "
        "OR (NEW.round <> OLD.round AND OLD.state IN ('paying', 'paid', 'allocated', 'post_published', 'locked', 'void')) "
        "OR (NEW.state <> OLD.state AND OLD.state IN ('locked', 'void')) "
        "OR (NEW.state = 'void' AND OLD.state IN ('paying', 'paid', 'allocated', 'post_published', 'locked'))",
    )
    create_table(
        db,
        "revenue_target",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        proposal_id INTEGER NOT NULL,
        round INTEGER NOT NULL,
        due_id INTEGER NOT NULL,
        due_title TEXT NOT NULL,
        fund TEXT NOT NULL,
        amount INTEGER NOT NULL,
        CONSTRAINT revenue_target_amount CHECK (amount > 0),
        UNIQUE (community, proposal_id, round, due_id, fund),
        CONSTRAINT revenue_target_proposal FOREIGN KEY (community, proposal_id) REFERENCES revenue_proposal (community, id)
        """,
    )
    make_append_only(db, "revenue_target")
    create_table(
        db,
        "revenue_decision",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        proposal_id INTEGER NOT NULL,
        round INTEGER NOT NULL,
        body TEXT NOT NULL,
        held_on TEXT NOT NULL,
        words TEXT NOT NULL,
        persons_total INTEGER,
        persons_part INTEGER,
        persons_yes INTEGER,
        area_total INTEGER,
        area_part INTEGER,
        area_yes INTEGER,
        at INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        CONSTRAINT revenue_decision_body_known CHECK (body IN ('meeting', 'joint', 'owners')),
        CONSTRAINT revenue_decision_votes CHECK (body <> 'owners' OR (persons_total > 0 AND area_total > 0
            AND persons_yes BETWEEN 0 AND persons_part AND persons_part <= persons_total
            AND area_yes BETWEEN 0 AND area_part AND area_part <= area_total)),
        CONSTRAINT revenue_decision_passed CHECK (body <> 'owners' OR (3 * persons_part >= 2 * persons_total
            AND 3 * area_part >= 2 * area_total AND 2 * persons_yes > persons_part AND 2 * area_yes > area_part)),
        UNIQUE (community, id),
        CONSTRAINT revenue_decision_proposal FOREIGN KEY (community, proposal_id) REFERENCES revenue_proposal (community, id)
        """,
    )
    create_index(db, "revenue_decision_of", "revenue_decision", "community, proposal_id")
    make_append_only(db, "revenue_decision")


def _make_signatures(db):
    create_table(
        db,
        "revenue_signature",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        proposal_id INTEGER NOT NULL,
        round INTEGER NOT NULL,
        step TEXT NOT NULL,
        agreed INTEGER NOT NULL,
        words TEXT NOT NULL DEFAULT '',
        account INTEGER NOT NULL,
        person INTEGER,
        name TEXT NOT NULL,
        signed_on TEXT NOT NULL,
        entered_account INTEGER,
        entered_person INTEGER,
        entered_name TEXT,
        contest_until TEXT,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_signature_step_known CHECK (step IN ('propose', 'decide', 'sign', 'verify', 'approve', 'pay')),
        CONSTRAINT revenue_signature_agreed_known CHECK (agreed IN (0, 1)),
        CONSTRAINT revenue_signature_named CHECK (length(name) > 0),
        CONSTRAINT revenue_signature_paper CHECK ((entered_account IS NULL) = (entered_name IS NULL)
            AND (entered_account IS NULL) = (contest_until IS NULL)),
        CONSTRAINT revenue_signature_on_paper CHECK (entered_account IS NULL OR step IN ('sign', 'verify', 'approve')),
        CONSTRAINT revenue_signature_own CHECK (entered_account IS NULL OR (entered_account <> account
            AND (entered_person IS NULL OR person IS NULL OR entered_person <> person))),
        UNIQUE (community, id),
        CONSTRAINT revenue_signature_proposal FOREIGN KEY (community, proposal_id) REFERENCES revenue_proposal (community, id)
        """,
    )
    create_index(db, "revenue_signature_of", "revenue_signature", "community, proposal_id, step")
    make_append_only(db, "revenue_signature")
    create_table(
        db,
        "revenue_signature_void",
        """
        signature_id INTEGER NOT NULL,
        community TEXT NOT NULL,
        words TEXT NOT NULL,
        contested INTEGER NOT NULL,
        by_account INTEGER,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (signature_id),
        CONSTRAINT revenue_signature_void_of FOREIGN KEY (community, signature_id) REFERENCES revenue_signature (community, id)
        """,
    )
    make_append_only(db, "revenue_signature_void", key="signature_id")
    _refuse(
        db,
        "revenue_signature_people",
        "revenue_signature",
        f"EXISTS (SELECT 1 FROM revenue_signature s WHERE s.community = NEW.community AND s.proposal_id = NEW.proposal_id AND {STANDS} "
        f"AND ((s.step <> NEW.step AND {_same('s.account', 's.person', 's.name', 'NEW.account', 'NEW.person', 'NEW.name')}) "
        f"OR {_same('s.account', 's.person', 's.name', 'NEW.entered_account', 'NEW.entered_person', 'NEW.entered_name')} "
        f"OR {_same('s.entered_account', 's.entered_person', 's.entered_name', 'NEW.account', 'NEW.person', 'NEW.name')} "
        "OR (s.step <> NEW.step AND "
        f"{_same('s.entered_account', 's.entered_person', 's.entered_name', 'NEW.entered_account', 'NEW.entered_person', 'NEW.entered_name')})))",
    )
    _refuse(
        db,
        "revenue_signature_once",
        "revenue_signature",
        "EXISTS (SELECT 1 FROM revenue_signature s WHERE s.community = NEW.community AND s.proposal_id = NEW.proposal_id "
        f"AND s.round = NEW.round AND s.step = NEW.step AND (NEW.step <> 'pay' OR s.account = NEW.account) AND {STANDS})",
    )


def _same(account, person, name, other_account, other_person, other_name):
    """Two who are one: the same account, the same resident, or one name where a resident is not known."""
    return (
        f"({account} = {other_account} OR {person} = {other_person} "
        f"OR (({person} IS NULL OR {other_person} IS NULL) AND {name} = {other_name}))"
    )


def _make_publications(db):
    create_table(
        db,
        "revenue_publication",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        proposal_id INTEGER NOT NULL,
        round INTEGER NOT NULL,
        stage TEXT NOT NULL,
        notice_id INTEGER NOT NULL,
        amount INTEGER NOT NULL,
        published_on TEXT NOT NULL,
        over_on TEXT NOT NULL,
        was_late INTEGER NOT NULL DEFAULT 0,
        withdrawn_on TEXT,
        CONSTRAINT revenue_publication_stage_known CHECK (stage IN ('before', 'after')),
        UNIQUE (community, id),
        UNIQUE (community, notice_id),
        CONSTRAINT revenue_publication_proposal FOREIGN KEY (community, proposal_id) REFERENCES revenue_proposal (community, id)
        """,
    )
    create_index(db, "revenue_publication_of", "revenue_publication", "community, proposal_id, stage")
    keep_rows(
        db,
        "revenue_publication",
        "OLD.withdrawn_on IS NOT NULL OR NEW.withdrawn_on IS NULL OR NEW.community <> OLD.community OR NEW.proposal_id <> OLD.proposal_id "
        "OR NEW.round <> OLD.round OR NEW.stage <> OLD.stage OR NEW.notice_id <> OLD.notice_id OR NEW.amount <> OLD.amount "
        "OR NEW.published_on <> OLD.published_on OR NEW.over_on <> OLD.over_on OR NEW.was_late <> OLD.was_late",
    )


def _make_payments(db):
    create_table(
        db,
        "revenue_payment",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        proposal_id INTEGER NOT NULL,
        round INTEGER NOT NULL,
        serial INTEGER NOT NULL,
        key TEXT NOT NULL,
        payee TEXT NOT NULL,
        payee_kind TEXT NOT NULL,
        purpose TEXT NOT NULL,
        account_code TEXT NOT NULL,
        amount INTEGER NOT NULL,
        paid_on TEXT NOT NULL,
        by_account INTEGER NOT NULL,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT revenue_payment_amount CHECK (amount > 0),
        CONSTRAINT revenue_payment_payee_known CHECK (payee_kind IN ('firm', 'person', 'funds')),
        UNIQUE (community, id),
        UNIQUE (community, key),
        UNIQUE (community, proposal_id, serial),
        CONSTRAINT revenue_payment_proposal FOREIGN KEY (community, proposal_id) REFERENCES revenue_proposal (community, id)
        """,
    )
    make_append_only(db, "revenue_payment")
    of_proposal = "p.community = NEW.community AND p.id = NEW.proposal_id"
    _refuse(
        db,
        "revenue_payment_within",
        "revenue_payment",
        "NEW.amount + COALESCE((SELECT SUM(o.amount) FROM revenue_payment o WHERE o.community = NEW.community "
        "AND o.proposal_id = NEW.proposal_id), 0) "
        f"> COALESCE((SELECT p.amount FROM revenue_proposal p WHERE {of_proposal} AND p.round = NEW.round "
        "AND p.state IN ('verified', 'approved', 'paying')), 0)",
    )
    # Signed, verified and paid by three people, all standing (what `revenue_signature_people` holds apart).
    stands = (
        "(SELECT COUNT(*) FROM revenue_signature s WHERE s.community = NEW.community AND s.proposal_id = NEW.proposal_id "
        f"AND s.round = NEW.round AND s.agreed = 1 AND (s.step IN ('sign', 'verify') OR (s.step = 'pay' AND s.account = NEW.by_account)) AND {STANDS})"
    )
    _refuse(db, "revenue_payment_signed", "revenue_payment", f"{stands} < 3")
    create_table(
        db,
        "revenue_acceptance",
        """
        id INTEGER PRIMARY KEY,
        community TEXT NOT NULL,
        proposal_id INTEGER NOT NULL,
        accepted_on TEXT NOT NULL,
        words TEXT NOT NULL,
        by_label TEXT NOT NULL,
        at INTEGER NOT NULL,
        UNIQUE (community, id),
        UNIQUE (community, proposal_id),
        CONSTRAINT revenue_acceptance_proposal FOREIGN KEY (community, proposal_id) REFERENCES revenue_proposal (community, id)
        """,
    )
    make_append_only(db, "revenue_acceptance")


def _guard_states(db):
    """A state that needs signatures has them, from the round it is in; a proposal is closed with both publications."""
    for name, states, step in (
        ("revenue_proposal_signed", AFTER_SIGN, "sign"),
        ("revenue_proposal_verified", AFTER_VERIFY, "verify"),
        ("revenue_proposal_approved", "'approved'", "approve"),
        ("revenue_proposal_paid", AFTER_PAY, "pay"),
    ):
        _refuse(
            db,
            name,
            "revenue_proposal",
            f"NEW.state <> OLD.state AND NEW.state IN ({states}) AND NOT EXISTS (SELECT 1 FROM revenue_signature s "
            "WHERE s.community = NEW.community AND s.proposal_id = NEW.id AND s.round = NEW.round "
            f"AND s.step = '{step}' AND s.agreed = 1 AND {STANDS})",
            event="UPDATE",
        )
    in_force = (
        "EXISTS (SELECT 1 FROM revenue_publication b WHERE b.community = NEW.community AND b.proposal_id = NEW.id "
        "AND b.round = NEW.round AND b.stage = '{stage}' AND b.withdrawn_on IS NULL)"
    )
    before, after = (in_force.format(stage=stage) for stage in ("before", "after"))
    _refuse(
        db,
        "revenue_proposal_published_twice",
        "revenue_proposal",
        f"NEW.state <> OLD.state AND NEW.state IN ('post_published', 'locked') AND NOT ({before} AND {after})",
        event="UPDATE",
    )
    # Nobody begins further on than at the beginning.
    _refuse(db, "revenue_proposal_begins", "revenue_proposal", "NEW.state <> 'proposed' OR NEW.round <> 1")


def _refuse(db, name, table, condition, event="INSERT"):
    """Refuse an INSERT or UPDATE for which a condition on NEW (and OLD) holds."""
    if is_postgresql(db):
        db.execute_sql(
            (
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
                f"RAISE EXCEPTION '{name}' USING ERRCODE = '23000', CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$"
            ).replace("%", "%%")
        )
    add_guard(
        db,
        name,
        table,
        sqlite=(
            f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END",
        ),
        postgresql=(
            f"CREATE TRIGGER {name}_row BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_row",
        ),
    )
