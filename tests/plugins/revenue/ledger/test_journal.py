"""Two persons: who enters a posting or asks for a reversal never approves it, whatever account they use."""

from __future__ import annotations

import datetime
import io

import peewee
import pytest

from core.actor import Actor, command, system
from core.civic.attachments import keep_upload
from core.errors import Forbidden, Invalid, Refused
from core.people.account_records import Account
from core.store.community import find_community
from core.store.db import transaction
from core.store.violations import violated
from core.testing import WEST_HILL
from plugins.revenue.ledger import journal, nightly
from plugins.revenue.ledger.balances import balance
from plugins.revenue.ledger.entries import entry
from plugins.revenue.ledger.models import Journal
from plugins.revenue.ledger.posting import Line, post
from tests.pictures import picture
from tests.plugins.revenue.ledger.conftest import received
from tests.plugins.revenue.ledger.tampering import run, without_guards

DAY = datetime.date(2026, 3, 5)


def somebody(account, person=None, *permissions):
    return Actor(
        kind="staff",
        account=account,
        person=person,
        community=WEST_HILL,
        label=f"账户{account}",
        permissions=frozenset(permissions),
    )


@pytest.fixture
def keeper(app):
    return somebody(1, 7, "revenue.post", "revenue.approve", "revenue.books")


def slip(actor):
    """A photo of the bank's slip."""
    return [(keep_upload(actor, "回单.jpg", picture(), ("picture",)).token, "")]


@pytest.fixture
def entered(keeper):
    return journal.enter_posting(keeper, day=DAY, purpose="利息", lines=[received(500, "general")], scans=slip(keeper))


def test_a_posting_stands_in_the_books_when_a_second_person_approved_it(entered):
    assert balance(WEST_HILL, "1002") == 0
    done = journal.approve(somebody(2, 8, "revenue.approve"), entered.id)
    assert done.state == "posted"
    assert entry(WEST_HILL, done.seq).approvals == ("录入：账户1", "审核：账户2")
    assert balance(WEST_HILL, "1002") == 500
    with pytest.raises(Refused):
        journal.approve(somebody(3, 9, "revenue.approve"), entered.id)


def test_nobody_approves_their_own_posting_by_role_second_account_or_raw_statement(entered, keeper):
    for actor in (keeper, somebody(2, 7, "revenue.approve"), command(WEST_HILL), system(WEST_HILL, "test")):
        with pytest.raises(Refused):
            journal.approve(actor, entered.id)
    with pytest.raises(Forbidden):
        journal.approve(somebody(2, 8, "revenue.post"), entered.id)
    for change in ("decided_by = 1", "decided_by = 2, decided_person = 7"):
        with pytest.raises(peewee.IntegrityError) as error, transaction():
            run(f"UPDATE revenue_journal SET state = 'refused', {change} WHERE id = {entered.id}")
        assert violated(error.value) == "revenue_journal_two_persons"
    assert Journal.get_by_id(entered.id).state == "drafted"


def test_a_wrong_receipt_is_reversed_by_two_persons_and_posted_anew(app, keeper):
    wrong = post(keeper, key="x", day=DAY, purpose="食堂", lines=[received(1_000)])
    asked = journal.request_reversal(keeper, wrong.seq, "抄错", [received(900)], day=DAY, scans=slip(keeper))
    done = journal.approve(somebody(2, 8, "revenue.approve"), asked.id)
    assert entry(WEST_HILL, done.seq).replaces == wrong.seq
    assert entry(WEST_HILL, wrong.seq).reversed_by is not None
    assert balance(WEST_HILL, fund="unallocated") == 900
    with pytest.raises(Refused):
        journal.request_reversal(keeper, wrong.seq, "再来")


def test_what_is_not_approved_is_not_posted(entered):
    journal.refuse(somebody(2, 8, "revenue.approve"), entered.id, "缺少单据")
    assert Journal.get_by_id(entered.id).refusal == "缺少单据"
    assert balance(WEST_HILL, "1002") == 0


def test_what_cannot_be_posted_is_said_at_once(keeper):
    for lines in ([], [received(0)], [Line(1, "1002", "1002", "general", "general")]):
        with pytest.raises(Invalid):
            journal.enter_posting(keeper, day=DAY, purpose="利息", lines=lines, scans=slip(keeper))
    with pytest.raises(Invalid) as error:
        journal.enter_posting(keeper, day=DAY, purpose="利息", lines=[received(1)])
    assert list(error.value.errors) == ["scans"]
    ahead = datetime.date(2199, 1, 1)
    with pytest.raises(Invalid):
        journal.enter_posting(keeper, day=ahead, purpose="利息", lines=[received(1)], scans=slip(keeper))


def test_pages_lead_from_entering_to_the_books(app, as_role):
    clerk = as_role("bookkeeper")
    Account.update(label="王会计").execute()  # Two accounts of one name are taken for one person.
    director = as_role("director")
    base = f"/c/{WEST_HILL}/revenue/desk"
    form = {
        "day": "2026-03-05", "amount": "88.50", "source": "4901", "source_fund": "general", "destination": "1002",
        "destination_fund": "general", "purpose": "利息",
    }  # fmt: skip
    assert clerk.send(f"{base}/journal/new", **{**form, "amount": "x"}).status_code == 422
    assert "scans" in clerk.send(f"{base}/journal/new", **form).get_data(as_text=True)
    paper = (io.BytesIO(picture()), "回单.jpg")
    assert clerk.send(f"{base}/journal/new", **form, scans=paper).status_code == 303
    found = Journal.select().get()
    page = director.get(f"{base}/journal/{found.id}").get_data(as_text=True)
    assert "88.50" in page and "利息" in page
    assert clerk.send(f"{base}/journal/{found.id}/approve").status_code == 403
    assert director.send(f"{base}/journal/{found.id}/approve").status_code == 303
    for path in ("books", "entries", "entries?account=1002", "entries?fund=general", "entries/1", "journal", "locks"):
        assert clerk.get(f"{base}/{path}").status_code == 200, path
    assert clerk.get(f"{base}/entries/99").status_code == 404
    wrong = {"reason": "错", "day": "2026-03-06", "amount": "80"}
    assert clerk.send(f"{base}/entries/1/reverse", **wrong).status_code == 422
    paper = (io.BytesIO(picture()), "回单.jpg")
    assert clerk.send(f"{base}/entries/1/reverse", **wrong, scans=paper).status_code == 303
    refused = clerk.send(f"{base}/entries/1/reverse", reason="错", day="2026-03-06", account="3101")
    assert refused.status_code == 422 and 'name="account"' in refused.get_data(as_text=True)
    assert clerk.send(f"{base}/entries/1/reverse", reason="错", day="2026-03-06", account="4401").status_code == 303
    asked = Journal.select().order_by(Journal.id.desc()).get()
    assert journal.movements(asked) == [Line(8850, "4401", "1002", "general", "general")]
    assert clerk.send(f"{base}/locks", month="2026-01").status_code == 403
    assert director.send(f"{base}/heads").status_code == 303
    assert as_role("staff").get(f"{base}/journal/new").status_code == 403


def test_several_movements_and_papers_are_one_posting(app, as_role):
    clerk = as_role("bookkeeper")
    Account.update(label="王会计").execute()
    director = as_role("director")
    base = f"/c/{WEST_HILL}/revenue/desk"
    form = {
        "day": "2026-03-05", "amount": "88.50", "source": "4901", "source_fund": "general", "destination": "1002",
        "destination_fund": "general", "purpose": "利息",
    }  # fmt: skip
    more = clerk.send(f"{base}/journal/new", **form, step="add").get_data(as_text=True)
    assert 'name="amount_2"' in more and 'value="88.50"' in more and 'name="amount_3"' not in more
    alone = clerk.send(f"{base}/journal/new", htmx=True, **form, step="add").get_data(as_text=True)
    assert 'name="amount_2"' in alone and "<html" not in alone
    assert Journal.select().count() == 0
    second = {"amount_2": "1.50", "source_2": "1002", "source_fund_2": "general", "destination_fund_2": "general"}
    assert clerk.send(f"{base}/journal/new", **form, **second, destination_2="").status_code == 422
    paper = (io.BytesIO(picture()), "回单.jpg")
    both = {**form, **second, "destination_2": "1001", "amount_3": "", "source_3": "4901"}
    assert clerk.send(f"{base}/journal/new", **both, scans=paper).status_code == 303
    found = Journal.select().get()
    assert "回单.jpg" in director.get(f"{base}/journal/{found.id}").get_data(as_text=True)
    digests = [each.sha256 for each in journal.scans_of(found)]
    assert director.send(f"{base}/journal/{found.id}/approve").status_code == 303
    posted = entry(WEST_HILL, 1)
    assert [line.amount for line in posted.lines] == [8850, 150]
    assert list(posted.evidence) == digests and len(digests) == 1
    assert (balance(WEST_HILL, "1002"), balance(WEST_HILL, "1001")) == (8700, 150)


def test_a_month_is_locked_on_its_page(app, as_role):
    director = as_role("director")
    base = f"/c/{WEST_HILL}/revenue/desk/locks"
    assert director.send(base, month="2199-01").status_code == 422
    month = journal.today().replace(day=1) - datetime.timedelta(1)
    assert director.send(base, month=month.isoformat()[:7]).status_code == 303
    assert month.isoformat()[:7] in director.get(base).get_data(as_text=True)


def test_the_nightly_check_tells_who_answers_for_the_books(app, keeper, as_role):
    post(keeper, key="x", day=DAY, purpose="食堂", lines=[received(1_000)])
    actor = system(WEST_HILL, "job revenue.verify")
    assert nightly.check(actor) is None
    with without_guards(), transaction():
        run("UPDATE revenue_movement SET amount = 1001")
    assert nightly.check(actor).seq == 1
    for role, told in (("bookkeeper", True), ("director", True), ("supervisor", True), ("staff", False)):
        who = Actor(
            kind="staff",
            account=5,
            community=WEST_HILL,
            roles=frozenset({role}),
            permissions=frozenset({"revenue.books"}),
        )
        assert bool(list(nightly.todo_items(find_community(WEST_HILL), who))) == told, role
    assert "is-bad" in as_role("bookkeeper").get(f"/c/{WEST_HILL}/revenue/desk/books").get_data(as_text=True)
