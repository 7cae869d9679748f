"""Donations: pledged, received by instalments, in kind, given back or re-purposed by two people, thanked for as the donor wished."""

import datetime

import peewee
import pytest

from core.actor import command
from core.clock import today
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.store.db import database, transaction
from core.store.violations import violated
from plugins.revenue.giving import changes, pledges, thanks
from plugins.revenue.giving.models import Gift, GiftChange, Pledge
from plugins.revenue.giving.pledges import IN_KIND, Thing, Told
from plugins.revenue.giving.receipts import receipt
from plugins.revenue.ledger.balances import available, balance
from plugins.revenue.ledger.chain import verify
from plugins.revenue.ledger.posting import Line, entry, post

TODAY = today()


def money(office, pledge, amount, account="1002", **more):
    return pledges.receive_money(office.bookkeeper, pledge.id, amount, account, TODAY, **more)


def test_a_pledge_is_received_by_instalments_into_its_restricted_fund(office):
    pledge = office.pledged(100_000)
    assert pledge.state == "pledged"
    first = money(office, pledge, 60_000, papers=[office.paper("bookkeeper")])
    assert pledges.find_pledge(office.bookkeeper, pledge.id).state == "part_received"
    money(office, pledge, 40_000, "1001")
    found = pledges.find_pledge(office.bookkeeper, pledge.id)
    assert (found.state, found.received) == ("received", 100_000)
    posted = entry(office.community, first.seq)
    assert list(posted.lines) == [Line(60_000, pledges.income_of(pledge), "1002", pledge.fund, pledge.fund)]
    assert len(posted.evidence) == 1 and posted.record == pledge.ref
    assert (balance(office.community, "1002", pledge.fund), balance(office.community, "1001", pledge.fund)) == (
        60_000,
        40_000,
    )
    assert verify(office.community) is None


def test_the_ledger_names_no_donor(office):
    pledge = office.pledged(100_000, name="欧阳无迹")
    gift = money(office, pledge, 100_000)
    posted = entry(office.community, gift.seq)
    assert "欧阳" not in f"{posted.purpose}{posted.approvals}{posted.reason}"


@pytest.mark.parametrize("amount", [0, -1, 100_001])
def test_more_than_was_pledged_is_not_received(office, amount):
    pledge = office.pledged(100_000)
    with pytest.raises(Invalid) as error:
        money(office, pledge, amount)
    assert list(error.value.errors) == ["amount"]


def test_what_cannot_be_is_named_at_its_field(office):
    pledge = office.pledged()
    with pytest.raises(Invalid) as error:
        pledges.receive_money(office.bookkeeper, pledge.id, 1, "2601", TODAY + datetime.timedelta(days=1))
    assert set(error.value.errors) == {"account", "on"}
    with pytest.raises(Invalid) as error:
        pledges.pledge(office.bookkeeper, Told("stranger", " ", "operating", "", shown="loud"))
    assert set(error.value.errors) == {"donor_kind", "name", "purpose", "amount", "fund", "shown"}


def test_only_funds_of_donors_and_give_back_take_donations(office):
    for fund in ("operating", "owners", "deposits", IN_KIND):
        with pytest.raises(Invalid):
            office.pledged(fund=fund)
    assert office.pledged(fund="give_back").fund == "give_back"


def test_a_pledge_can_be_taken_back_until_something_arrived(office):
    gone, kept = office.pledged(), office.pledged()
    assert pledges.cancel_pledge(office.bookkeeper, gone.id, "公司搬走了").state == "cancelled"
    with pytest.raises(Refused):
        money(office, gone, 1)
    money(office, kept, 10_000)
    with pytest.raises(Refused):
        pledges.cancel_pledge(office.bookkeeper, kept.id, "公司搬走了")
    assert pledges.end_pledge(office.bookkeeper, kept.id, "公司搬走了").state == "ended"


def test_a_valued_thing_is_in_the_books_and_its_value_cannot_be_spent(office):
    piano = pledges.pledge(office.bookkeeper, Told("resident", "邵老师", "", "给合唱队", item="钢琴一架"))
    gift = pledges.receive_thing(
        office.bookkeeper, piano.id, Thing("钢琴一架", 600_000, "估价单", "夏老师", "排练厅"), TODAY
    )
    assert balance(office.community, gift.account, IN_KIND) == 600_000
    assert available(office.community, IN_KIND) == 0
    with pytest.raises(Refused):
        post(
            office.bookkeeper,
            key="steal",
            day=TODAY,
            purpose="偷用",
            lines=[Line(1, gift.account, "5201", IN_KIND, IN_KIND)],
        )


def test_a_thing_nobody_can_value_is_only_registered(office):
    book = pledges.pledge(office.bookkeeper, Told("resident", "邵老师", "", "阅览角", item="旧书两箱"))
    gift = pledges.receive_thing(office.bookkeeper, book.id, Thing("旧书一箱", receiver="夏老师", is_all=False), TODAY)
    assert (gift.seq, gift.account, gift.amount) == (None, "", 0)
    with pytest.raises(Invalid) as error:
        pledges.receive_thing(office.bookkeeper, book.id, Thing("", 5, "", ""), TODAY)
    assert set(error.value.errors) == {"item", "valued_by", "receiver"}


def test_a_thing_handed_out_leaves_the_books_when_a_second_person_agrees(office):
    rice = pledges.pledge(office.bookkeeper, Told("firm", "粮油店", "", "重阳节", item="大米二十袋"))
    gift = pledges.receive_thing(office.bookkeeper, rice.id, Thing("大米二十袋", 160_000, "发票", "夏老师"), TODAY)
    asked = changes.ask_change(office.staff, gift.id, changes.Wish("used", "重阳节发给二十户"))
    done = changes.approve_change(office.director, asked.id)
    assert balance(office.community, gift.account, IN_KIND) == 0
    assert balance(office.community, changes.USED, IN_KIND) == 160_000
    assert entry(office.community, done.seq).lines[0].amount == 160_000
    with pytest.raises(Refused):
        changes.ask_change(office.staff, gift.id, changes.Wish("used", "再发一次"))


# --------------------------------------------------------------------------- by two people


def asked_refund(office, amount=30_000, who="bookkeeper"):
    pledge = office.pledged(100_000)
    gift = money(office, pledge, 100_000)
    wish = changes.Wish("refund", "公司有困难", amount, "1002")
    return pledge, gift, changes.ask_change(office.people[who], gift.id, wish)


def test_a_refund_is_posted_only_by_a_second_person(office):
    pledge, _gift, asked = asked_refund(office)
    assert balance(office.community, "1002", pledge.fund) == 100_000
    done = changes.approve_change(office.director, asked.id)
    assert balance(office.community, "1002", pledge.fund) == 70_000
    assert pledges.find_pledge(office.bookkeeper, pledge.id).returned == 30_000
    posted = entry(office.community, done.seq)
    assert list(posted.lines) == [Line(30_000, "1002", pledges.income_of(pledge), pledge.fund, pledge.fund)]
    assert len(posted.approvals) == 2


def test_nobody_decides_what_they_asked_for_with_whatever_role(office):
    _pledge, _gift, asked = asked_refund(office)
    promoted = office.director.with_rights("revenue.give")
    same = office.store.actor(*promoted.permissions, account=office.bookkeeper.account)
    for act in (changes.approve_change, lambda who, key: changes.refuse_change(who, key, "不行")):
        with pytest.raises(Refused):
            act(same, asked.id)
    with pytest.raises(Forbidden):
        changes.approve_change(office.bookkeeper, asked.id)


def test_a_second_account_of_the_same_person_does_not_help(office):
    second = office.same_person("bookkeeper", "director")
    _pledge, _gift, asked = asked_refund(office)
    with pytest.raises(Refused):
        changes.approve_change(second, asked.id)


def test_a_command_at_the_office_pc_decides_nothing(office):
    _pledge, gift, asked = asked_refund(office)
    with pytest.raises(Refused):
        changes.approve_change(command(office.community), asked.id)
    with pytest.raises(Refused):
        changes.ask_change(command(office.community), gift.id, changes.Wish("refund", "试", 1, "1002"))


def test_the_database_itself_refuses_one_person_for_both(office):
    _pledge, _gift, asked = asked_refund(office)
    for values in (
        {"decided_by": asked.asked_by},
        {"decided_by": asked.asked_by + 1000, "decided_person": 5, "asked_person": 5},
    ):
        with pytest.raises(peewee.IntegrityError), transaction(office.community):
            GiftChange.update(state="refused", refusal="x", **values).where(GiftChange.id == asked.id).execute()


def test_a_change_needs_its_donors_signed_consent(office):
    pledge, other = office.pledged(100_000), pledges.open_purpose(office.bookkeeper, "助老", "加餐")
    gift = money(office, pledge, 100_000)
    wish = changes.Wish("repurpose", "书够了", 40_000, "1002", other, "给老人加餐")
    with pytest.raises(Invalid) as error:
        changes.ask_change(office.bookkeeper, gift.id, wish)
    assert list(error.value.errors) == ["scans"]
    signed = changes.Wish(
        "repurpose", "书够了", 40_000, "1002", other, "给老人加餐", [office.paper("bookkeeper", "同意书")]
    )
    done = changes.approve_change(office.secretary, changes.ask_change(office.bookkeeper, gift.id, signed).id)
    assert (balance(office.community, None, pledge.fund), balance(office.community, None, other)) == (60_000, 40_000)
    assert len(entry(office.community, done.seq).evidence) == 1


def test_no_fen_is_changed_twice(office):
    _pledge, gift, _asked = asked_refund(office, 80_000)
    with pytest.raises(Invalid):
        changes.ask_change(office.bookkeeper, gift.id, changes.Wish("refund", "再退", 20_001, "1002"))
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        GiftChange.create(
            community=office.community, pledge_id=gift.pledge_id, gift_id=gift.id, what="refund", amount=20_001,
            account="1002", reason="x", state="asked", asked_by=1, asked_label="x",
        )  # fmt: skip
    assert violated(error.value) == "revenue_gift_change_covered"


def test_what_was_re_purposed_is_re_purposed_and_given_back_again_up_to_its_amount(office):
    pledge, olders = office.pledged(100_000), pledges.open_purpose(office.bookkeeper, "助老", "加餐")
    gift = money(office, pledge, 100_000)

    def asked(what, amount, fund="", after=None):
        paper = [office.paper("bookkeeper", "同意书", amount)]
        purpose = "给阅览角买书" if fund else ""
        wish = changes.Wish(what, "捐赠人同意", amount, "1002", fund, purpose, paper, after)
        return changes.ask_change(office.bookkeeper, gift.id, wish)

    first = changes.approve_change(office.secretary, asked("repurpose", 40_000, olders).id)
    waiting = asked("repurpose", 15_000, pledge.fund, first.id)
    assert changes.left_of(gift, first) == 25_000
    with pytest.raises(Refused):
        asked("refund", 1_000, after=waiting.id)
    changes.approve_change(office.secretary, waiting.id)
    refund = changes.approve_change(office.secretary, asked("refund", 25_000, after=first.id).id)
    (line,) = entry(office.community, refund.seq).lines
    assert (line.source_fund, line.destination_fund, line.amount) == (olders, olders, 25_000)
    assert (balance(office.community, None, pledge.fund), balance(office.community, None, olders)) == (75_000, 0)
    assert pledges.find_pledge(office.bookkeeper, pledge.id).returned == 25_000
    with pytest.raises(Refused):
        asked("refund", 1, after=first.id)
    # The database counts each step by itself, and keeps what follows what.
    for values in (
        {"amount": 1, "after_change": first.id},
        {"amount": 60_001},
        {"amount": 1, "after_change": refund.id},
    ):
        with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
            GiftChange.create(
                community=office.community, pledge_id=gift.pledge_id, gift_id=gift.id, what="refund", account="1002",
                reason="x", state="asked", asked_by=1, asked_label="x", **values,
            )  # fmt: skip
        assert violated(error.value) == "revenue_gift_change_covered"
    with pytest.raises(peewee.IntegrityError) as error, transaction(office.community):
        GiftChange.update(after_change=None).where(GiftChange.id == refund.id).execute()
    assert violated(error.value) == "revenue_gift_change_after"


def test_a_change_of_another_gift_is_not_gone_on_from(office):
    one, other = office.pledged(1_000), office.pledged(1_000)
    gifts = [money(office, each, 1_000) for each in (one, other)]
    wish = changes.Wish("repurpose", "书够了", 500, "1002", other.fund, "买书", [office.paper("bookkeeper", "同意书")])
    done = changes.approve_change(office.secretary, changes.ask_change(office.bookkeeper, gifts[0].id, wish).id)
    with pytest.raises(NotFound):
        changes.ask_change(office.bookkeeper, gifts[1].id, changes.Wish("refund", "退", 500, "1002", after=done.id))


def test_a_refused_change_moves_nothing_and_says_why(office):
    pledge, gift, asked = asked_refund(office, 80_000)
    found = changes.refuse_change(office.director, asked.id, "先问捐赠人")
    assert (found.state, found.refusal, found.seq) == ("refused", "先问捐赠人", None)
    assert balance(office.community, "1002", pledge.fund) == 100_000 and changes.left_of(gift) == 100_000


def test_what_was_spent_meanwhile_cannot_be_given_back(office):
    pledge, _gift, asked = asked_refund(office, 80_000)
    post(
        office.bookkeeper,
        key="books",
        day=TODAY,
        purpose="买书",
        lines=[Line(50_000, "1002", "5101", pledge.fund, pledge.fund)],
    )
    with pytest.raises(Refused):
        changes.approve_change(office.director, asked.id)
    assert changes.find_change(office.director, asked.id).state == "asked"


# --------------------------------------------------------------------------- the database, thanks, receipts


@pytest.mark.parametrize("statement", [
    "UPDATE revenue_gift SET amount = 1", "DELETE FROM revenue_gift", "UPDATE revenue_pledge SET received = 0",
    "UPDATE revenue_pledge SET amount = 999999", "DELETE FROM revenue_pledge", "UPDATE revenue_pledge SET returned = 200000",
], ids=["amount", "gift", "received", "pledge", "pledges", "returned"])  # fmt: skip
def test_what_was_given_is_not_changed_behind_the_services(office, statement):
    money(office, office.pledged(100_000), 100_000)
    with pytest.raises(peewee.IntegrityError), transaction(office.community):
        database.execute_sql(statement)
    assert (Gift.get().amount, Pledge.get().received) == (100_000, 100_000)


def test_another_community_has_none_of_it(office):
    pledge = office.pledged()
    stranger = office.store.actor("revenue.give", "revenue.approve", community=office.store.south, account=9)
    for act in (
        lambda: pledges.find_pledge(stranger, pledge.id), lambda: pledges.cancel_pledge(stranger, pledge.id, "x"),
        lambda: pledges.receive_money(stranger, pledge.id, 1, "1002", TODAY),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            act()


def test_donors_are_thanked_as_they_wished(office):
    for shown, name in (("name", "新光印务"), ("anonymous", "葛阿婆")):
        money(office, office.pledged(10_000, name=name, shown=shown, fund="give_back"), 10_000)
    office.pledged(10_000, name="还没到账")
    found = thanks.thanks(office.community)
    assert [str(each.who) for each in found.given] == ["本社区一家单位", "新光印务"]
    assert [(each.name, each.donations, each.amount) for each in found.purposes] == [("反哺资金", 2, 20_000)]


def test_what_became_of_it_is_told_once_something_has_arrived(office):
    pledge = office.pledged(10_000, fund="give_back")
    with pytest.raises(Refused):
        pledges.tell_news(office.bookkeeper, pledge.id, "买了书", [])
    money(office, pledge, 10_000)
    pledges.tell_news(office.bookkeeper, pledge.id, "买了书", [])
    assert thanks.thanked(office.community, pledge.id).became == [(TODAY, "买了书")]


def test_the_receipt_says_the_sum_in_capital_figures(office):
    gift = money(office, office.pledged(123_405), 123_405)
    said = {str(label): text for label, text in receipt(office.bookkeeper, gift.ref).facts}
    assert any("壹仟贰佰叁拾肆元零伍分" in text and "1,234.05" in text for text in said.values())
