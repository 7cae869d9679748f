"""西山社区 through one year, day by day: everybody takes the steps that are theirs with the product's own services.

`Year.live()` walks the diary of `test_year`; what it comes to is reckoned in `year_numbers`, which knows nothing of the product.
"""

from __future__ import annotations

import base64
import csv
import datetime
import io
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from core import scores
from core.actor import Actor, command, system
from core.civic.attachments import keep_upload
from core.civic.workflow.engine import install
from core.clock import today
from core.people import accounts, permissions
from core.people.areas import add_estate
from core.people.residents import add_person
from core.plugin.current import set_active
from core.plugin.registry import Registry
from core.testing import Store
from plugins.revenue.bank import accounts as banks
from plugins.revenue.bank import booking, cash, matching, reconciling, statements
from plugins.revenue.bank.models import BankAccount
from plugins.revenue.dues import acts, contracts, declaring, operators, receiving, reviewing
from plugins.revenue.dues.models import Contract, Due
from plugins.revenue.giving import opening, petty, pledges, vouchers
from plugins.revenue.ledger.accounts import open_account
from plugins.revenue.ledger.balances import balance
from plugins.revenue.shares import parking as tariffs
from plugins.revenue.spending import lists, paying, proposing, signing
from plugins.revenue.spending.models import Proposal
from plugins.revenue.spending.received import allocatable
from tests.plugins.revenue import year_numbers as numbers
from tests.plugins.revenue.year_numbers import D

ROLES = {
    "clerk": "staff", "reviewer": "staff", "proposer": "staff", "decider": "staff", "bookkeeper": "bookkeeper",
    "director": "director", "secretary": "secretary", "supervisor": "supervisor", "cashier": "cashier",
    "canteen": "operator", "care": "operator", "group": "operator", "parking": "operator",
}  # fmt: skip
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=")
NAMES = {"canteen": "好味餐饮服务部", "care": "小芽托育中心", "group": "邻家优选", "parking": "安泊停车管理公司"}
VOTE = {"persons": [612, 455, 398], "area": [5_508_000_000, 4_102_000_000, 3_644_000_000]}
TITLES = ("交易日期", "摘要", "借方发生额", "贷方发生额", "余额", "对方户名", "交易流水号")


def _rule(*components: dict[str, object], split: dict[str, int], **other: object) -> dict[str, object]:
    return {
        "mode": "standalone", "loss": "none", "combine": "sum", "negative": "credit", "components": list(components),
        "minimum": None, "cap": None, "split": [{"to": to, "weight": weight} for to, weight in split.items()], **other,
    }  # fmt: skip


# Business, place, whose space, period, the day it begins, its rule.
CONTRACTS = {
    "canteen": ("社区食堂", "community", "quarter", D(2024, 10, 1), _rule(
        {"kind": "percent", "of": "net_profit_fen", "rate": "0.35"}, loss="carry", minimum={"annual_fen": 1_200_000},
        split=numbers.CANTEEN_SPLIT,
    )),
    "care": ("社区托育", "community", "quarter", D(2024, 10, 1), _rule(
        {"kind": "fixed", "annual_fen": 3_600_000},
        {"kind": "tiered", "of": "turnover_fen", "style": "marginal", "tiers": [{"up_to_fen": 10_000_000, "rate": "0.02"}, {"rate": "0.03"}]},
        split=numbers.CARE_SPLIT,
    )),
    "group": ("社区团购", "community", "month", D(2024, 12, 1), _rule(
        {"kind": "percent", "of": "turnover_fen", "rate": "0.015"}, {"kind": "per_unit", "of": "orders", "fen_per_unit": "50.25"},
        split=numbers.GROUP_SPLIT,
    )),
    "parking": ("小区公共车位停车", "owners", "quarter", D(2024, 10, 1), _rule(
        {"kind": "percent", "of": "turnover_fen", "rate": "0.6"}, {"kind": "per_unit", "of": "stays", "fen_per_unit": "20.5"},
        split={"owners": 1},
    )),
}  # fmt: skip


class Clock:
    """The community's date, wherever it is put."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._ahead = 0.0
        fake = SimpleNamespace(
            time=lambda: time.time() + self._ahead, time_ns=lambda: time.time_ns() + int(self._ahead * 10**9),
            monotonic=time.monotonic, sleep=time.sleep,
        )  # fmt: skip
        patch.setattr("core.store.db.time", fake)
        patch.setattr("core.clock.time", fake)
        self.to(D(2025, 1, 2))

    def to(self, day: datetime.date) -> None:
        """Ten in the morning of a day, in Shanghai."""
        at = datetime.datetime(day.year, day.month, day.day, 2, tzinfo=datetime.UTC)
        self._ahead = at.timestamp() - time.time()


@dataclass
class Year:
    """The people by name, what the banks wrote, and what is known by its day."""

    store: Store
    clock: Clock
    people: dict[str, Actor] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    banks: dict[str, BankAccount] = field(default_factory=dict)
    # What the banks have written and no statement has brought yet: day, amount, other side, and what the bookkeeper makes of it.
    written: dict[str, list[tuple[datetime.date, int, str, Callable[[int], object]]]] = field(default_factory=dict)
    there: dict[str, int] = field(default_factory=dict)
    pledge: int = 0
    _papers: Iterator[int] = field(default_factory=itertools.count)

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def community(self) -> str:
        return self.store.west

    def paper(self, who: str, name: str = "凭据", photo: bool = False) -> list[tuple[str, str]]:
        """A paper or photo nobody else has, kept by somebody."""
        data = PIXEL if photo else f"{name} {next(self._papers)}".encode()
        kept = keep_upload(self.people[who], f"{name}.{'png' if photo else 'txt'}", data, ("picture", "document"))
        return [(kept.token, name if photo else "")]

    # ---------------------------------------------------------------- beginnings

    def begin(self) -> None:
        """People, accounts, what there was, four contracts."""
        for name, role in ROLES.items():
            made = accounts.create_staff(
                command(self.community), name, f"{name}某", None, grants=(role,), must_change=False
            )
            actor = permissions.actor_of(made.id, self.community)
            assert actor is not None
            self.people[name] = replace(actor, session=f"s{made.id}", origin="test")
        for code, name, holder in (("1002.1", "基本户", "community"), ("1901.1", "业主专户", "owners")):
            open_account(command(self.community), code, name, "asset", holder)
        first = opening.start(self.bookkeeper, D(2025, 1, 1))
        for account, fund, fen in numbers.OPENING:
            opening.set_line(self.bookkeeper, first.id, account, fund, fen)
        opening.add_evidence(self.bookkeeper, first.id, self.paper("bookkeeper", "对账单"))
        opening.hand_in(self.bookkeeper, first.id)
        seq = opening.approve(self.director, first.id).seq
        for code in ("1002.1", "1901.1"):
            self.there[code] = sum(fen for account, _fund, fen in numbers.OPENING if account == code)
            self.written[code] = []
            self.banks[code] = banks.register(
                self.bookkeeper, account=code, name=code, opens_on=D(2025, 1, 1), opening=self.there[code]
            )
            matching.match(self.bookkeeper, self.banks[code].id, [], [seq], "opening")
        for name in CONTRACTS:
            self._contract(name)

    def _contract(self, name: str) -> None:
        business, owner_class, period, starts, rule = CONTRACTS[name]
        operator = operators.save_operator(self.clerk, None, {"name": NAMES[name], "operator_kind": "company"})
        operators.link_accounts(self.clerk, operator.id, [int(self.people[name].account or 0)])
        owners = owner_class == "owners"
        draft = contracts.save_draft(self.clerk, None, {
            "operator_id": operator.id, "business": business, "place": "邻里中心", "owner_class": owner_class, "starts_on": starts,
            "ends_on": D(2027, 9, 30), "period": period, "declare_days": 15, "pay_days": 10, "approval": "2024年9月表决",
            "approval_kind": "vote" if owners else "minutes", "vote": VOTE if owners else None,
            "holder": "owners" if owners else "community",
        })  # fmt: skip
        contracts.add_rule(self.clerk, draft.id, rule, starts)
        self.contracts[name] = contracts.sign(self.clerk, draft.id, D(2024, 9, 20), self.paper("clerk", "合同"))

    # ---------------------------------------------------------------- declaring

    def due(self, name: str, number: int) -> Due:
        """A period of a contract, the first one is 0."""
        found = Due.of(self.community).where(Due.contract_id == self.contracts[name].id).order_by(Due.first_day)
        return list(found)[number]

    def figures(self, name: str, number: int) -> dict[str, int]:
        """What the operator declares; parking adds up what its own tariff machine charged."""
        if name == "canteen":
            return {"net_profit_fen": numbers.CANTEEN[number]}
        if name == "care":
            return {"turnover_fen": numbers.CARE[number]}
        if name == "group":
            return dict(zip(("turnover_fen", "orders"), numbers.GROUP[number], strict=True))
        tariff = tariffs.Tariff(
            numbers.FREE, numbers.FIRST_HOURS, numbers.FIRST_PRICE, numbers.THEN_PRICE, numbers.DAY_CAP
        )
        stays = numbers.STAYS[number]
        turnover = sum(tariffs.price(tariff, minutes) * times for minutes, times in stays)
        return {"turnover_fen": turnover, "stays": sum(times for _minutes, times in stays)}

    def declare(self, name: str, number: int) -> None:
        """The operator declares, parking on paper; somebody else reviews, and the share is what the year's numbers say."""
        due, on_paper = self.due(name, number), name == "parking"
        who = "clerk" if on_paper else name
        declaring.declare(
            self.people[who], due.id, self.figures(name, number), self.paper(who, "报表"), on_paper=on_paper
        )
        reviewed = reviewing.approve(self.reviewer, due.id)
        expected = numbers.canteen(corrected=number > 1) if name == "canteen" else getattr(numbers, name)()
        assert reviewed.due_fen == expected[number], (name, number)

    def correct_canteen(self) -> None:
        """The canteen finds a bill it had forgotten: less profit, and less is due of what was paid and locked already."""
        due = self.due("canteen", 1)
        before = receiving.credit(self.community, self.contracts["canteen"].operator_id)
        declaring.declare(
            self.canteen, due.id, {"net_profit_fen": numbers.CANTEEN_CORRECTED}, self.paper("canteen", "补报"), reason="漏记一张进货单"
        )  # fmt: skip
        reviewing.approve(self.reviewer, due.id)
        assert (before, receiving.credit(self.community, self.contracts["canteen"].operator_id)) == (
            0,
            numbers.surplus(),
        )
        # The line of April stands without posting again, beside the one that took the place of the mirrored one.
        (line,), (posting,) = matching.open_lines(self.banks["1002.1"]), matching.open_postings(self.banks["1002.1"])
        matching.match(self.bookkeeper, self.banks["1002.1"].id, [line.id], [posting.seq])

    # ---------------------------------------------------------------- the bank

    def comes(
        self, day: datetime.date, amount: int, payer: str, then: Callable[[int], object], code: str = "1002.1"
    ) -> None:
        """The bank writes a line; `then` is what the bookkeeper does with it once a statement brings it."""
        self.written[code].append((day, amount, payer, then))

    def for_due(self, name: str, number: int) -> Callable[[int], object]:
        return lambda line: booking.as_due(self.bookkeeper, line, self.due(name, number).id)

    def unknown(self, line: int) -> None:
        booking.as_unknown(self.bookkeeper, line)

    def interest(self, line: int) -> None:
        booking.as_interest(self.bookkeeper, line, "operating")

    def fee(self, line: int) -> None:
        asked = booking.ask_fee(self.bookkeeper, line, "operating", "账户管理费")
        booking.decide_fee(self.director, asked.id, True)

    def posted(self, code: str = "1002.1") -> Callable[[int], object]:
        """It is in the books already: the product proposes what it belongs to, and the bookkeeper agrees."""

        def agree(line: int) -> None:
            pairs, _lines, _postings = matching.proposals(self.bookkeeper, self.banks[code].id)
            pair = next(each for each in pairs if [one.id for one in each.lines] == [line])
            seqs = [each.seq for each in pair.postings]
            matching.match(self.bookkeeper, self.banks[code].id, [line], seqs, "proposal")

        return agree

    def statement(self, until: datetime.date) -> None:
        """A statement of each account up to a day, as a file of the bank; every line of it is explained."""
        for code, bank in self.banks.items():
            if bank.is_cash:
                continue
            own = sorted((each for each in self.written[code] if each[0] <= until), key=lambda each: each[0])
            self.written[code] = [each for each in self.written[code] if each[0] > until]
            began = self.there[code]
            data = self._file(code, own)
            taken = statements.take_in(self.bookkeeper, statements.upload(
                self.bookkeeper, bank.id, filename=f"{until}.csv", data=data, last_day=until,
                opening=None if own else began, closing=None if own else began,
            ))  # fmt: skip
            for line, (_day, amount, _payer, then) in zip(
                statements.lines_of(self.bookkeeper, taken.id), own, strict=True
            ):
                assert line.amount == amount
                then(line.id)

    def _file(self, code: str, own: list[tuple[datetime.date, int, str, Callable[[int], object]]]) -> bytes:
        if not own:
            return b""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(TITLES)
        for day, amount, payer, _then in own:
            self.there[code] += amount
            came, went = (_yuan(amount), "") if amount > 0 else ("", _yuan(-amount))
            writer.writerow(
                [day, "转账", went, came, _yuan(self.there[code]), payer, f"{day:%Y%m%d}{next(self._papers)}"]
            )
        return text.getvalue().encode("gbk")

    def close(self, month: str) -> None:
        """The cash is counted by one and seen by another, and the secretary, who matched nothing, closes the month."""
        end = statements.month_end(datetime.date.fromisoformat(f"{month}-01"))
        for bank in self.banks.values():
            if bank.is_cash and bank.opens_on <= end:
                there = balance(self.community, account=bank.account, as_of=end)
                cash.see(self.secretary, cash.count(self.cashier, bank.id, day=end, counted=there).id, True)
        reconciling.close_month(self.secretary, month)

    # ---------------------------------------------------------------- allocating and spending

    def propose_allocation(self, which: int) -> None:
        """Every due that was received and is in no allocation yet: exactly those the year's numbers name."""
        wanted = [self.due(name, number).id for name, number in numbers.ALLOCATIONS[which]]
        assert sorted(each.due_id for each in allocatable(self.community)) == sorted(wanted)
        wish = proposing.Wish(f"第{which + 1}次分配", "各经营项目上缴的款项，按合同分到各项资金。")
        self._decide(proposing.propose_allocation(self.proposer, wish, wanted))

    def propose_project(self) -> None:
        wish = proposing.Wish("楼道灯", "三号楼楼道灯坏了，换成感应灯")
        photos = self.paper("proposer", "换灯以前", photo=True)
        self._decide(proposing.propose_project(self.proposer, wish, "give_back", 300_000, photos))

    def _decide(self, proposal: Proposal) -> None:
        proposing.decide(self.decider, proposal.id, "joint", today(), "一致同意", self.paper("decider", "会议纪要"))
        proposing.publish(self.secretary, proposal.id, "周书记")

    def proposal(self, code: str) -> Proposal:
        year, number = (int(part) for part in code.split("-"))
        return lists.proposal_of(
            self.proposer, Proposal.of(self.community).where(Proposal.year == year, Proposal.number == number).get().id
        )

    def signed(self, code: str) -> Proposal:
        """The days of the first publication are over: three people take their steps."""
        key = self.proposal(code).id
        proposing.answered(self.proposer, key)
        signing.sign(self.director, key)
        return signing.verify(self.supervisor, key, declared=True)

    def allocate(self, which: int) -> None:
        """The cashier posts it; the owners' share is carried to their own bank account."""
        proposal = self.signed(numbers.NUMBERS[which])
        paying.allocate(self.cashier, proposal.id, key=f"allocation-{proposal.id}")
        fen = numbers.allocated(which)["owners"]
        self.comes(today(), -fen, "业主专户", self.posted())
        self.comes(today(), fen, "基本户", self.posted("1901.1"), "1901.1")

    def pay(self, serial: int) -> None:
        key, amount = self.proposal(numbers.PROJECT_NUMBER).id, numbers.PROJECT[serial - 1]
        if serial == 1:
            self.signed(numbers.PROJECT_NUMBER)
            paying.add_contract(self.proposer, key, self.paper("proposer", "合同"))
        wish = paying.Instalment(
            serial, "光明灯具店", "firm", "感应灯", "1002.1", amount, self.paper("cashier", f"发票{serial}")
        )
        paying.pay(self.cashier, key, wish, key=f"payment-{key}-{serial}")
        self.comes(today(), -amount, "光明灯具店", self.posted())

    def accept(self) -> None:
        """The lamps shine, and a household says how satisfied it is."""
        key = self.proposal(numbers.PROJECT_NUMBER).id
        paying.accept(self.proposer, key, today(), "都亮了", self.paper("proposer", "换灯以后", photo=True))
        office = command(self.community)
        resident = add_person(office, name="葛阿婆", phone="", estate_id=add_estate(office, "海城名家"), door="3-2-501")
        actor = Actor(kind="resident", community=self.community, label="葛阿婆", person=resident.id, origin="test")
        scores.rate(actor, self.proposal(numbers.PROJECT_NUMBER).ref, 5, "晚上下楼不怕了")

    def show_after(self, code: str) -> None:
        paying.publish_after(self.secretary, self.proposal(code).id, "周书记")

    def lock(self, code: str) -> None:
        assert paying.lock(self.director, self.proposal(code).id).state == "locked"

    # ---------------------------------------------------------------- giving and petty cash

    def pledged(self) -> None:
        fund = pledges.open_purpose(self.bookkeeper, "阅览角专款", "为社区阅览角添置图书")
        told = pledges.Told("firm", "海城新光印务有限公司", fund, "买书", sum(numbers.GIFTS), shown="name")
        self.pledge = pledges.pledge(self.bookkeeper, told).id

    def given(self, number: int) -> None:
        amount, paper = numbers.GIFTS[number], self.paper("bookkeeper", "回单")
        pledges.receive_money(self.bookkeeper, self.pledge, amount, "1002.1", today(), paper)
        self.comes(today(), amount, "海城新光印务有限公司", self.posted())

    def deposit(self) -> None:
        """Group-buying pays a deposit: entered by one, approved by another."""
        made = acts.enter(
            self.bookkeeper, "deposit_in", reason="合同约定", amount=numbers.DEPOSIT, account="1002.1",
            contract_id=self.contracts["group"].id,
        )  # fmt: skip
        acts.decide(self.director, made.id, approved=True)
        self.comes(today(), numbers.DEPOSIT, NAMES["group"], self.posted())

    def advance(self) -> None:
        """The cashier gets a float, in an account of its own that is counted like any cash."""
        wish = petty.NewFloat("居委会备用金", int(self.cashier.account or 0), "operating", 300_000, 50_000)
        box = petty.open_float(self.director, wish)
        move = petty.ask_advance(self.cashier, box.id, numbers.ADVANCE, "1002.1", "")
        petty.approve_move(self.secretary, move.id)
        self.comes(today(), -numbers.ADVANCE, "现金支取", self.posted())
        self.banks[box.account] = banks.register(
            self.bookkeeper, account=box.account, name="备用金", opens_on=D(2025, 2, 1)
        )

    def spend_cash(self, number: int) -> None:
        account, amount = numbers.VOUCHERS[number]
        (box,) = petty.floats(self.community)
        paid = vouchers.Paid(amount, account, f"用品{number}", today(), "文具店", self.paper("cashier", "小票"))
        vouchers.approve_voucher(self.director, vouchers.enter_voucher(self.cashier, box.id, paid).id)

    def cash_back(self) -> None:
        (box,) = petty.floats(self.community)
        rest = numbers.ADVANCE - sum(fen for _account, fen in numbers.VOUCHERS)
        petty.approve_move(self.secretary, petty.ask_return(self.cashier, box.id, rest, "1002.1", "").id)
        petty.close_float(self.director, box.id)
        self.comes(today(), rest, "现金存入", self.posted())

    def nightly(self) -> None:
        """The jobs of the night: periods that begin are opened, late dues marked."""
        assert declaring.estimate_missing(system(self.community, "test")) == 0
        receiving.mark_overdue(system(self.community, "test"))


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The beginning of 2025."""
    return Clock(monkeypatch)


@pytest.fixture
def year(clock: Clock, store: Store) -> Iterator[Year]:
    """西山社区 on the second of January, with its books open."""
    registry = Registry(store.config).load().activate()
    install(*registry.workflows().values())
    before = permissions.current()
    permissions.use(permissions.PermissionTable(plugins=registry.permissions().values()))
    registry.switch(command(store.west), "revenue", enabled=True, published=True)
    made = Year(store, clock)
    made.begin()
    yield made
    permissions.use(before)
    set_active(None)
