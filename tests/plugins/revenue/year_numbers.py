"""What a year comes to, reckoned from the scenario alone: figures of four businesses, a bank's lines, receipts of petty cash.

Nothing of the product is used here, on purpose: plain integers (分) and fractions, and a book of two columns. `test_year` lets
the product live through the same year and compares.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from fractions import Fraction

D = datetime.date

# --------------------------------------------------------------------------- the scenario

QUARTERS = (
    (D(2024, 10, 1), D(2024, 12, 31)), (D(2025, 1, 1), D(2025, 3, 31)), (D(2025, 4, 1), D(2025, 6, 30)),
    (D(2025, 7, 1), D(2025, 9, 30)),
)  # fmt: skip
# The net profit of the canteen; what it declared for the second quarter first, it corrected later.
CANTEEN = (-412_000, 2_318_650, 3_105_217, 2_876_431)
CANTEEN_CORRECTED = 2_100_001
CARE = (8_640_033, 12_255_017, 9_999_999, 14_003_001)
# Turnover and orders of group-buying from December 2024 to November 2025.
GROUP = (
    (3_011_207, 1_218), (2_804_411, 1_036), (3_200_003, 977), (2_990_990, 1_501), (3_333_333, 1_333), (2_718_281, 828),
    (3_141_592, 653), (2_999_999, 1_000), (3_050_505, 1_111), (2_777_777, 999), (3_456_789, 1_234), (4_004_004, 1_404),
)  # fmt: skip
# Stays on the owners' parking spaces: so many of so many minutes.
STAYS = (
    ((14, 30), (75, 410), (200, 120), (2_000, 9)), ((15, 11), (61, 388), (480, 44)), ((90, 702), (1_441, 3), (5_000, 2)),
    ((30, 91), (119, 600), (721, 25)),
)  # fmt: skip
FREE, FIRST_HOURS, FIRST_PRICE, THEN_PRICE, DAY_CAP = 15, 2, 500, 200, 3_000

OPENING = (
    ("1002.1", "general", 8_650_000), ("1002.1", "operating", 3_120_000), ("1002.1", "give_back", 4_280_035),
    ("1002.1", "deposits", 2_000_000), ("2209.deposits", "deposits", 2_000_000), ("1901.1", "owners", 1_000_000),
)  # fmt: skip
CARE_FIRST_PART = 500_000
DEPOSIT = 300_000
GIFTS = (800_000, 300_001)
ADVANCE = 200_000
VOUCHERS = (("5201", 18_600), ("5101", 32_850), ("5201", 9_001))
PROJECT = (153_333, 102_222)
INTEREST = (321, 345, 366, 402)
OWNERS_INTEREST = (12, 19, 23, 31)
FEE = 500


# --------------------------------------------------------------------------- shares


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2)) if value >= 0 else -int(-value + Fraction(1, 2))


def part_of_year(first: datetime.date, last: datetime.date) -> Fraction:
    """Day by day: each is a part of its own year."""
    found, day = Fraction(0), first
    while day <= last:
        found += Fraction(1, (D(day.year + 1, 1, 1) - D(day.year, 1, 1)).days)
        day += datetime.timedelta(1)
    return found


def canteen(corrected: bool = True) -> list[int]:
    """35 % of the profit after losses of before, at least 12,000 yuan a year."""
    loss, dues = 0, []
    profits = list(CANTEEN)
    if corrected:
        profits[1] = CANTEEN_CORRECTED
    for span, profit in zip(QUARTERS, profits, strict=True):
        base = max(profit - loss, 0)
        loss = max(loss - profit, 0)
        dues.append(half_up(max(Fraction(35, 100) * base, 1_200_000 * part_of_year(*span))))
    return dues


def care() -> list[int]:
    """36,000 yuan a year, 2 % of turnover up to 100,000 yuan and 3 % above."""
    return [
        half_up(
            3_600_000 * part_of_year(*span)
            + Fraction(min(turnover, 10_000_000) * 2 + max(turnover - 10_000_000, 0) * 3, 100)
        )
        for span, turnover in zip(QUARTERS, CARE, strict=True)
    ]


def group() -> list[int]:
    """1.5 % of turnover and 50.25 分 for each order."""
    return [half_up(Fraction(15 * turnover, 1000) + Fraction(5025 * orders, 100)) for turnover, orders in GROUP]


def stay(minutes: int) -> int:
    """What one stay costs, hour by hour, each 24 hours anew."""
    cost = 0
    while minutes > 0:
        stretch = min(minutes, 24 * 60)
        minutes -= stretch
        hours = 0 if stretch <= FREE else -(-stretch // 60)
        cost += min(sum(FIRST_PRICE if hour < FIRST_HOURS else THEN_PRICE for hour in range(hours)), DAY_CAP)
    return cost


def parking() -> list[int]:
    """60 % of what the stays cost, and 20.5 分 for each stay."""
    return [
        half_up(Fraction(60, 100) * sum(stay(each) * times for each, times in stays)
                + Fraction(205, 10) * sum(times for _each, times in stays))
        for stays in STAYS
    ]  # fmt: skip


def shared(total: int, weights: dict[str, int]) -> dict[str, int]:
    """By weight; 分 that are left go to the largest remainders, of equal ones to the first."""
    whole = sum(weights.values())
    parts = {name: total * weight // whole for name, weight in weights.items()}
    rest = sorted(weights, key=lambda name: -(total * weights[name] % whole))
    for name in rest[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


CANTEEN_SPLIT = {"give_back": 6000, "owners": 2500, "operating": 1500}
CARE_SPLIT = {"give_back": 1, "operating": 1, "reserve": 1}
GROUP_SPLIT = {"give_back": 7, "operating": 3}
# Which dues each of the four allocations takes: (business, number of its period).
ALLOCATIONS = (
    (("canteen", 0), ("care", 0), ("group", 0)),
    (("canteen", 1), ("care", 1), ("group", 1), ("group", 2), ("group", 3), ("group", 4)),
    (("canteen", 2), ("care", 2), ("group", 5), ("group", 6), ("group", 7)),
    (("canteen", 3), ("care", 3), ("group", 8), ("group", 9), ("group", 10)),
)
NUMBERS = ("2025-1", "2025-3", "2025-4", "2025-5")
PROJECT_NUMBER = "2025-2"


def allocated(which: int) -> dict[str, int]:
    """What one allocation gives to each fund."""
    dues, found = {"canteen": canteen(), "care": care(), "group": group()}, defaultdict(int)
    splits = {"canteen": CANTEEN_SPLIT, "care": CARE_SPLIT, "group": GROUP_SPLIT}
    for name, number in ALLOCATIONS[which]:
        for fund, fen in shared(dues[name][number], splits[name]).items():
            found[fund] += fen
    return dict(found)


def surplus() -> int:
    """What the canteen had paid too much before it corrected."""
    return canteen(corrected=False)[1] - canteen()[1]


# --------------------------------------------------------------------------- the books at the end of the year


def books() -> dict[tuple[str, str], int]:
    """What stands in every account and fund, debit positive; whatever is not named is nothing."""
    found: dict[tuple[str, str], int] = defaultdict(int)

    def both(amount: int, debit: tuple[str, str], credit: tuple[str, str]) -> None:
        found[debit] += amount
        found[credit] -= amount

    # What there was.
    for account, fund, fen in OPENING:
        against = {"owners": "2601", "deposits": "3102"}.get(fund, "3101")
        if account.startswith("2"):
            both(fen, (against, fund), (account, fund))
        else:
            both(fen, (account, fund), (against, fund))
    # What came in: each due of the community's space in full, once, whatever way it came; parking is the owners'.
    for number, dues in (("2024-1", canteen()), ("2024-2", care()), ("2024-3", group())):
        both(sum(dues), ("1002.1", "unallocated"), (f"4301.{number}", "unallocated"))
    both(sum(parking()), ("1901.1", "owners"), ("2601", "owners"))
    both(DEPOSIT, ("1002.1", "deposits"), ("2209.deposits", "deposits"))
    both(sum(GIFTS), ("1002.1", "gift-1"), ("4101.2025-1", "gift-1"))
    both(sum(INTEREST), ("1002.1", "operating"), ("4901", "operating"))
    both(sum(OWNERS_INTEREST), ("1901.1", "owners"), ("2601", "owners"))
    # What went to the funds: the owners' share leaves the community's account and is owed to them.
    for which, number in enumerate(NUMBERS):
        for fund, fen in allocated(which).items():
            both(fen, ("1901.1" if fund == "owners" else "1002.1", fund), ("1002.1", "unallocated"))
            if fund == "owners":
                both(fen, (f"5101.{number}", "unallocated"), ("2601", "owners"))
    # What was spent.
    both(sum(PROJECT), (f"5101.{PROJECT_NUMBER}", "give_back"), ("1002.1", "give_back"))
    for account, fen in VOUCHERS:
        both(fen, (account, "operating"), ("1002.1", "operating"))
    both(4 * FEE, ("5401", "operating"), ("1002.1", "operating"))
    return {place: fen for place, fen in found.items() if fen}


def bank_lines() -> dict[str, int]:
    """What each bank must have in the end, from its lines alone."""
    owners = sum(allocated(which).get("owners", 0) for which in range(4))
    community = sum(fen for account, _fund, fen in OPENING if account == "1002.1")
    community += sum(canteen()) + sum(care()) + sum(group()) + DEPOSIT + sum(GIFTS) + sum(INTEREST)
    community -= owners + sum(PROJECT) + sum(fen for _account, fen in VOUCHERS) + 4 * FEE
    return {"1002.1": community, "1901.1": 1_000_000 + sum(parking()) + owners + sum(OWNERS_INTEREST)}
