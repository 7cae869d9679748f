"""The papers of money: nothing goes out without a scan, digests stand in the entries, and only the office sees the scans."""

from __future__ import annotations

import datetime
import io
import re
from types import SimpleNamespace

import peewee
import pytest

from core.civic.attachments import keep_upload, remove_file
from core.clock import today
from core.errors import Invalid, Refused
from core.people.account_records import Account
from core.plugin.declarations import DataSubject
from core.store.db import transaction
from core.testing import WEST_HILL
from plugins.revenue.dues import acts, books, privacy, receiving
from plugins.revenue.dues.models import MoneyAct, Operator, Receipt
from plugins.revenue.ledger.chain import verify
from plugins.revenue.ledger.entries import entries_about, entry
from tests import town as towns
from tests.pictures import picture
from tests.plugins.revenue.dues.conftest import rule

BASE = f"/c/{WEST_HILL}/revenue/desk"


def slips(actor, *texts):
    """Scans of bank slips, one for each text."""
    return [(keep_upload(actor, "回单.txt", text.encode(), ("document",)).token, "") for text in texts]


def owed_to_the_operator(town):
    """A period of which the community has to pay 250 yuan out."""
    first = datetime.date(today().year - 1, 1, 1)
    data = rule(
        mode="cumulative", negative="pay", components=[{"kind": "percent", "of": "net_profit_fen", "rate": "0.5"}]
    )
    contract = town.contract(data=data, starts_on=first, ends_on=first.replace(year=first.year + 2), declare_days=120)
    town.reviewed(town.due(contract), 0, figures={"net_profit_fen": 200_000})
    town.paid(100_000)
    return town.reviewed(town.due(contract, 1), 0, figures={"net_profit_fen": -50_000})


@pytest.mark.parametrize("kind", acts.GOES_OUT)
def test_money_goes_out_with_a_paper_only_and_its_digest_stands_in_the_entry(town, kind):
    if kind == "payout":
        due = owed_to_the_operator(town)
        about = {"due_id": due.id, "account": "1002.1"}
    elif kind == "deposit_out":
        contract = town.contract(deposit_fen=50_000)
        town.act("deposit_in", amount=50_000, contract_id=contract.id)
        about = {"contract_id": contract.id, "account": "1002.1", "amount": 50_000}
    else:
        about = {"receipt_id": town.paid(30_000).id}
    before = town.books("1002.1")
    with pytest.raises(Invalid) as error:
        acts.enter(town.bookkeeper, kind, reason="退还", **about)
    assert (
        list(error.value.errors) == ["scans"]
        and MoneyAct.of(town.community).where(MoneyAct.decision == "").count() == 0
    )
    scans = slips(town.bookkeeper, "正面", "反面", "正面")
    made = acts.enter(town.bookkeeper, kind, reason="退还", scans=scans, **about)
    first, second, again = (each.sha256 for each in books.scans_of(made))
    assert first == again != second and town.books("1002.1") == before
    done = acts.decide(town.director, made.id, approved=True)
    assert entry(town.community, done.seq).evidence == (first, second)
    assert town.books("1002.1") < before and verify(town.community) is None


def test_nothing_is_paid_when_its_paper_is_gone_before_the_second_person_decides(town):
    contract = town.contract(deposit_fen=50_000)
    town.act("deposit_in", amount=50_000, contract_id=contract.id)
    made = acts.enter(
        town.bookkeeper, "deposit_out", reason="退押金", amount=50_000, account="1002.1", contract_id=contract.id,
        scans=slips(town.bookkeeper, "回单"),
    )  # fmt: skip
    (paper,) = books.scans_of(made)
    remove_file(town.bookkeeper, made.ref, paper.id, permission="revenue.receive")
    with pytest.raises(Refused):
        acts.decide(town.director, made.id, approved=True)
    assert MoneyAct.get_of(town.community, made.id).decision == "" and town.books("1002.1") == 50_000
    assert acts.decide(town.director, made.id, approved=False).decision == "refused"


def test_what_is_posted_of_a_receipt_rests_on_its_slip(town):
    """Received of nobody known, assigned, set off from the advance: one slip, and its digest in each entry."""
    receipt = town.paid(150_000, None, scans=slips(town.bookkeeper, "回单", "回单"))
    (digest,) = books.digests_of(receipt)
    receiving.recognise(town.bookkeeper, receipt.id, town.operators["boss"].id)
    town.reviewed(town.due(town.contract()), 1_000_000)
    made = entries_about(town.community, Receipt.get_of(town.community, receipt.id).ref)
    assert [each.evidence for each in made] == [(digest,)] * 3
    assert entry(town.community, town.paid(100).seq).evidence == ()


def test_a_deposit_that_comes_in_may_have_its_slip(town):
    contract = town.contract(deposit_fen=50_000)
    done = town.act("deposit_in", amount=50_000, contract_id=contract.id, scans=slips(town.bookkeeper, "回单"))
    assert entry(town.community, done.seq).evidence == books.digests_of(done) != ()


def test_slips_end_with_the_operator_whose_name_is_on_them_not_with_whoever_entered_them(town):
    Operator.update(name="张三丰", operator_kind="person").where(Operator.id == town.operators["boss"].id).execute()
    contract = town.contract(deposit_fen=50_000)
    paid = town.paid(150_000, scans=slips(town.bookkeeper, "收款"))
    act = town.act("deposit_in", amount=50_000, contract_id=contract.id, scans=slips(town.bookkeeper, "押金"))
    other = town.paid(20_000, "rival", scans=slips(town.bookkeeper, "别家"))
    before = [entry(town.community, each.seq).evidence for each in (paid, act, other)]

    def erased(*names):
        with transaction(town.community):
            subject = DataSubject(0, "p1", names, (), "已删除居民")
            return set(privacy.erase_person(SimpleNamespace(code=town.community), subject))

    assert not {paid.ref, act.ref, other.ref} & erased(town.bookkeeper.label, town.director.label)
    assert {paid.ref, act.ref} <= (refs := erased("张三丰")) and other.ref not in refs
    assert [entry(town.community, each.seq).evidence for each in (paid, act, other)] == before


# --------------------------------------------------------------------------- the pages


@pytest.fixture
def pages(app):
    return towns.build(app, WEST_HILL, "西隐")


def paper(name="回单.jpg"):
    return io.BytesIO(picture()), name


def two_people(as_role):
    """A bookkeeper and a secretary: two accounts of one name would be taken for one person."""
    keeper = as_role("bookkeeper")
    Account.update(label="陈会计").where(Account.id == Account.select(peewee.fn.MAX(Account.id)).scalar()).execute()
    return keeper, as_role("secretary")


def test_a_deposit_goes_back_by_the_form_with_a_scan_that_the_second_person_sees(pages, as_role, client):
    keeper, chief = two_people(as_role)
    contract = pages.values["contract_id"][0]
    for act in pages.values["act_id"][-1:]:
        assert chief.send(f"{BASE}/acts/{act}/approve").status_code == 303
    form = f"{BASE}/acts/new?kind=deposit_out&contract={contract}"
    said = {"amount": "300.00", "on_day": today().isoformat(), "account": "1001", "reason": "合同到期退押金"}
    assert 'name="scans"' in keeper.get(form).get_data(as_text=True)
    count = MoneyAct.of(WEST_HILL).count()
    bare = keeper.send(form, **said)
    text = bare.get_data(as_text=True)
    assert bare.status_code == 422 and "单据" in text and 'value="300.00"' in text and "合同到期退押金" in text
    # What was chosen stays where something else is wrong.
    kept = keeper.send(form, **{**said, "amount": "一百"}, scans=paper())
    (token,) = re.findall(r'name="scans" value="([^"]+)"', kept.get_data(as_text=True))
    assert kept.status_code == 422 and MoneyAct.of(WEST_HILL).count() == count
    for _again in range(2):
        sent = keeper.send(form, **said, scans=token, idempotency_key="0123456789abcd01")
        assert sent.status_code == 303, sent.get_data(as_text=True)[-2000:]
    act = MoneyAct.of(WEST_HILL).order_by(MoneyAct.id.desc()).first()
    assert MoneyAct.of(WEST_HILL).count() == count + 1 and len(books.scans_of(act)) == 1
    shown = chief.get(f"{BASE}/acts").get_data(as_text=True)
    (file,) = re.findall(r'href="([^"]+)">回单\.jpg</a>', shown)
    assert chief.get(file).status_code == 200
    assert client.get(file).status_code in (403, 404) and as_role("operator").get(file).status_code in (403, 404)
    assert chief.send(f"{BASE}/acts/{act.id}/approve").status_code == 303
    done = MoneyAct.get_of(WEST_HILL, act.id)
    assert entry(WEST_HILL, done.seq).evidence == books.digests_of(act) != ()
    assert "回单.jpg" in chief.get(f"{BASE}/contracts/{contract}").get_data(as_text=True)


def test_an_advance_goes_back_by_the_form_and_its_slip_stands_on_the_page_of_the_receipt(pages, as_role):
    keeper, chief = two_people(as_role)
    receipt = pages.values["receipt_id"][0]
    form = f"{BASE}/acts/new?kind=credit_out&receipt={receipt}"
    said = {"amount": "100.00", "on_day": today().isoformat(), "reason": "多缴退回"}
    assert keeper.send(form, **said).status_code == 422
    assert keeper.send(form, **said, scans=paper("退款回单.jpg")).status_code == 303
    act = MoneyAct.of(WEST_HILL).order_by(MoneyAct.id.desc()).first()
    assert chief.send(f"{BASE}/acts/{act.id}/approve").status_code == 303
    assert "退款回单.jpg" in keeper.get(f"{BASE}/receipts/{receipt}").get_data(as_text=True)
    # Nothing is posted anew when a receipt is taken back, and no paper is asked for.
    undo = f"{BASE}/acts/new?kind=receipt_undo&receipt={pages.values['receipt_id'][1]}"
    assert 'name="scans"' not in keeper.get(undo).get_data(as_text=True)
    assert keeper.send(undo, on_day=today().isoformat(), reason="记错").status_code == 303


def test_a_receipt_is_entered_with_or_without_the_slip(pages, as_role):
    keeper = as_role("bookkeeper")
    said = {
        "account": "1001", "arrived_on": today().isoformat(), "amount": "12.50", "payer": "好味",
        "operator_id": str(pages.values["operator_id"][-1]),
    }  # fmt: skip
    made = []
    for more in ({}, {"scans": paper("进账单.jpg")}):
        answer = keeper.send(f"{BASE}/receipts/new", **said, **more)
        assert answer.status_code == 303, answer.get_data(as_text=True)[-2000:]
        made.append(Receipt.of(WEST_HILL).order_by(Receipt.id.desc()).first())
    without, shown = made
    assert entry(WEST_HILL, without.seq).evidence == ()
    assert entry(WEST_HILL, shown.seq).evidence == books.digests_of(shown) != ()
    assert "进账单.jpg" in keeper.get(f"{BASE}/receipts/{shown.id}").get_data(as_text=True)
    wrong = keeper.send(f"{BASE}/receipts/new", **{**said, "amount": "x"}, scans=paper("再一张.jpg"))
    assert wrong.status_code == 422 and "再一张.jpg" in wrong.get_data(as_text=True)
