"""Accounts and funds opened and closed by people: which codes are theirs, what keeps one open, and what each refusal says."""

from __future__ import annotations

import datetime

import pytest

from core.actor import Actor, command
from core.civic.attachments import keep_upload
from core.errors import Forbidden, Invalid, NotFound, Refused
from core.testing import WEST_HILL
from plugins.revenue.bank import accounts as banks
from plugins.revenue.bank.models import BankAccount
from plugins.revenue.giving import pledges
from plugins.revenue.ledger import chart, journal
from plugins.revenue.ledger.accounts import account, close_account
from plugins.revenue.ledger.funds import close_fund, fund
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.ledger.verification import verify
from tests.pictures import picture

DAY = datetime.date(2026, 1, 5)
CHIEF = Actor(
    kind="staff", account=2, person=8, community=WEST_HILL, label="李主任",
    permissions=frozenset({"revenue.approve", "revenue.post", "revenue.give", "revenue.match", "revenue.books"}),
)  # fmt: skip


@pytest.fixture
def here(app) -> None:
    """The module with all its parts, each of which says what it uses."""


def moved(*lines: Line, key: str = "k", day: datetime.date = DAY) -> None:
    post(command(WEST_HILL), key=key, day=day, purpose="测试", lines=lines)


def opened(code: str = "1002.1", name: str = "农商银行户", holder: str = "community") -> None:
    chart.open_by_hand(CHIEF, code, name, holder)


def refused(act, *args) -> str:
    with pytest.raises(Refused) as error:
        act(*args)
    return f"{error.value} {error.value.advice}"


def test_an_account_is_of_the_kind_above_it_and_kept_by_whom_is_said(here):
    opened("1002.1", "农商银行户", "street")
    opened("4901.1", "利息")
    assert (account(WEST_HILL, "1002.1").kind, account(WEST_HILL, "1002.1").holder) == ("asset", "street")
    assert account(WEST_HILL, "4901.1").kind == "income"
    assert chart.free_code(WEST_HILL, "1002") == "1002.2"
    assert chart.opened(WEST_HILL, "account", "1002.1").by == "李主任"
    assert verify(WEST_HILL) is None


@pytest.mark.parametrize(
    ("code", "name", "holder", "field"),
    [
        ("1002", "银行", "community", "code"),
        ("1002.", "银行", "community", "code"),
        (".1", "银行", "community", "code"),
        ("8888.1", "银行", "community", "code"),
        ("1002.户", "银行", "community", "code"),
        ("1002." + "1" * 40, "银行", "community", "code"),
        ("3101.1", "结余", "community", "code"),
        ("1001.7", "第二只箱子", "community", "code"),
        ("4101.7", "赠款", "community", "code"),
        ("4301.7", "食堂", "community", "code"),
        ("5101.2026-3", "路灯", "community", "code"),
        ("5101.gifts", "物品", "community", "code"),
        ("1002.1", "", "community", "name"),
        ("1002.1", "长" * 121, "community", "name"),
        ("1002.1", "银行存款", "community", "name"),
        ("1002.1", "银行", "bank", "holder"),
        ("1002.1", "银行", "owners", "holder"),
        ("2601.1", "代管", "street", "holder"),
    ],
)
def test_what_cannot_be_opened_is_said_at_its_field(here, code, name, holder, field):
    with pytest.raises(Invalid) as error:
        opened(code, name, holder)
    assert list(error.value.errors) == [field]


def test_a_code_is_taken_once_and_nothing_is_opened_below_what_is_closed(here):
    opened()
    for code in ("1002.1", " 1002.1 "):
        with pytest.raises(Invalid, match=r"1002\.1"):
            opened(code, "另一个")
    chart.close_account_by_hand(CHIEF, "1002.1", "没有用过")
    with pytest.raises(Invalid, match=r"1002\.1"):
        opened("1002.1.1", "下级")
    with pytest.raises(Invalid, match=r"1002\.1"):
        opened("1002.1", "又一个")


def test_only_the_secretary_and_the_director_change_the_chart(here):
    keeper = Actor(
        kind="staff", account=3, community=WEST_HILL, label="张会计", permissions=frozenset({"revenue.post"})
    )
    opened()
    for act in (
        lambda: chart.open_by_hand(keeper, "1002.2", "银行", "community"),
        lambda: chart.close_account_by_hand(keeper, "1002.1", "误"),
        lambda: chart.open_fund_by_hand(keeper, "路灯", "community", True, "修路灯"),
        lambda: chart.close_fund_by_hand(keeper, "general", "误"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_an_account_of_the_owners_is_kept_by_the_street_and_never_mixed(here):
    opened("1901.1", "业主专户", "street")
    moved(Line(100_00, "2601", "1901.1", "owners", "owners"))
    slip = keep_upload(CHIEF, "回单.jpg", picture(), ("picture",)).token
    with pytest.raises(Invalid):
        journal.enter_posting(
            CHIEF, day=DAY, purpose="转账", lines=[Line(1_00, "1901.1", "1002", "owners", "owners")], scans=[(slip, "")]
        )


def test_what_every_community_has_and_what_other_parts_opened_stays_open(here):
    told = pledges.Told(donor_kind="resident", name="赵", amount=100_00, fund="give_back", purpose="买书")
    made = pledges.pledge(CHIEF, told)
    for code in ("1002", "4301", pledges.income_of(made)):
        assert chart.why_account_stays(WEST_HILL, code) is not None
        assert refused(chart.close_account_by_hand, CHIEF, code, "不用了")
    assert refused(chart.close_fund_by_hand, CHIEF, "reserve", "不用了")
    for act in (chart.close_account_by_hand, chart.close_fund_by_hand):
        with pytest.raises(NotFound):
            act(CHIEF, "nowhere", "误")


def test_money_an_account_below_and_a_posting_that_waits_keep_an_account_open(here):
    opened()
    opened("1002.1.1", "定期")
    assert "1002.1.1" in refused(chart.close_account_by_hand, CHIEF, "1002.1", "销户")
    chart.close_account_by_hand(CHIEF, "1002.1.1", "到期")
    moved(Line(5_00, "4901", "1002.1", "general", "general"), key="in")
    assert "余额" in refused(chart.close_account_by_hand, CHIEF, "1002.1", "销户")
    moved(Line(5_00, "1002.1", "1002", "general", "general"), key="out")
    slip = keep_upload(CHIEF, "回单.jpg", picture(), ("picture",)).token
    waits = journal.enter_posting(
        CHIEF, day=DAY, purpose="结息", lines=[Line(1, "4901", "1002.1", "general", "general")], scans=[(slip, "")]
    )
    assert "结息" in refused(chart.close_account_by_hand, CHIEF, "1002.1", "销户")
    second = Actor(
        kind="staff",
        account=4,
        person=9,
        community=WEST_HILL,
        label="王书记",
        permissions=frozenset({"revenue.approve"}),
    )
    journal.refuse(second, waits.id, "重复")
    with pytest.raises(Invalid):
        chart.close_account_by_hand(CHIEF, "1002.1", "  ")
    chart.close_account_by_hand(CHIEF, "1002.1", "销户")
    chart.close_account_by_hand(CHIEF, "1002.1", "销户")
    mark = chart.closed(WEST_HILL, "account", "1002.1")
    assert mark is not None and (mark.by, mark.reason) == ("李主任", "销户")
    with pytest.raises(Refused):
        moved(Line(1, "4901", "1002.1", "general", "general"), key="late")
    assert verify(WEST_HILL) is None


def test_the_sums_of_the_years_keep_no_account_of_income_open(here):
    opened("4901.1", "利息")
    moved(Line(5_00, "4901.1", "1002", "general", "general"))
    chart.close_account_by_hand(CHIEF, "4901.1", "改记别的科目")
    assert not account(WEST_HILL, "4901.1").is_open


def test_a_bank_account_ends_with_its_account_once_its_last_month_is_locked(here):
    opened()
    bank = banks.register(CHIEF, account="1002.1", name="社区户", opens_on=DAY, opening=5_00)
    assert "社区户" in refused(chart.close_account_by_hand, CHIEF, "1002.1", "销户")
    banks.rename(CHIEF, bank.id, name="社区户", bank_name="", tail="", opens_on=DAY, opening=0)
    chart.close_account_by_hand(CHIEF, "1002.1", "没有用过")
    assert BankAccount.get_by_id(bank.id).closed_on is not None
    assert [each.account for each in banks.banks(WEST_HILL, also_closed=False)] == []


def test_a_bank_account_in_which_money_moved_waits_for_the_lock(here):
    opened()
    banks.register(CHIEF, account="1002.1", name="社区户", opens_on=DAY)
    moved(Line(5_00, "4901", "1002.1", "general", "general"), Line(5_00, "1002.1", "1002", "general", "general"))
    assert "社区户" in refused(chart.close_account_by_hand, CHIEF, "1002.1", "销户")


def test_a_fund_is_used_up_and_closed(here):
    made = chart.open_fund_by_hand(CHIEF, "路灯专款", "community", True, "修路灯")
    assert made.code == "fund-1" and made.is_restricted
    moved(Line(8_00, "4901", "1002", "fund-1", "fund-1"), key="in")
    assert "余额" in refused(chart.close_fund_by_hand, CHIEF, "fund-1", "完成")
    moved(Line(8_00, "1002", "5101", "fund-1", "fund-1"), key="out")
    chart.close_fund_by_hand(CHIEF, "fund-1", "路灯修好了")
    assert not fund(WEST_HILL, "fund-1").is_open
    assert verify(WEST_HILL) is None


def test_a_fund_of_the_owners_is_always_restricted_and_donors_have_their_own_page(here):
    assert chart.open_fund_by_hand(CHIEF, "二期业主资金", "owners", False, "二期业主共有").is_restricted
    for name, owner, purpose in (
        ("二期业主资金", "owners", "x"),
        ("甲", "donor", "x"),
        ("甲", "", "x"),
        ("甲", "community", " "),
    ):
        with pytest.raises(Invalid):
            chart.open_fund_by_hand(CHIEF, name, owner, False, purpose)


def test_what_still_names_a_fund_keeps_it_open(here):
    made = chart.open_fund_by_hand(CHIEF, "路灯专款", "community", False, "修路灯")
    code = pledges.open_purpose(CHIEF, "阅览角专款", "买书")
    found = pledges.pledge(
        CHIEF, pledges.Told(donor_kind="firm", name="新光", amount=100_00, fund=code, purpose="买书")
    )
    assert pledges.pledge_text(found) in refused(chart.close_fund_by_hand, CHIEF, code, "完成")
    pledges.cancel_pledge(CHIEF, found.id, "不捐了")
    chart.close_fund_by_hand(CHIEF, code, "没有人捐")
    assert chart.why_fund_stays(WEST_HILL, made.code) is None


def test_the_services_below_keep_what_has_money_open_too(here):
    made = chart.open_fund_by_hand(CHIEF, "路灯专款", "community", False, "修路灯")
    moved(Line(8_00, "4901", "1002", made.code, made.code))
    with pytest.raises(Refused):
        close_fund(CHIEF, made.code, "误")
    with pytest.raises(Refused):
        close_account(CHIEF, "1002", "误")
