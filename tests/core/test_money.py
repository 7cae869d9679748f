"""Sums as people write and read them: yuan typed and shown, and the capital figures of vouchers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import capital_figures, fen_of, yuan

DIGITS = {word: digit for digit, word in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    "fen, words",
    [
        # The examples of 《正确填写票据和结算凭证的基本规定》, and the edges around them.
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元叁角贰分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (100, "壹元整"),
        (1_000, "壹拾元整"),
        (100_000_00, "壹拾万元整"),
        (100_010_00, "壹拾万零壹拾元整"),
        (1_0000_0001_00, "壹亿零壹元整"),
        (1_0001_0000_00, "壹亿零壹万元整"),
        (1_0000_0000_0000_00, "壹万亿元整"),
    ],
)
def test_capital_figures_as_the_bank_prescribes(fen, words):
    assert capital_figures(fen) == words


@pytest.mark.parametrize("fen", [-1, 10**18])
def test_no_capital_figures_for_what_no_voucher_holds(fen):
    with pytest.raises(ValueError, match="no sum"):
        capital_figures(fen)


def read(words: str) -> int:
    """Capital figures read back, by place: 分."""
    whole, _yuan, rest = words.partition("元") if "元" in words else ("", "", words)
    total = section = digit = 0
    for sign in whole:
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif sign in UNITS:
            section, digit = section + digit * UNITS[sign], 0
        elif sign == "万":
            section, digit = (section + digit) * 10_000, 0
            if "亿" in whole[whole.index(sign) + 1 :][:1]:
                continue
            total, section = total + section, 0
        else:
            total, section, digit = total + (section + digit) * 10**8, 0, 0
    fen = (total + section + digit) * 100
    for sign, unit in (("角", 10), ("分", 1)):
        if sign in rest:
            fen += DIGITS[rest[rest.index(sign) - 1]] * unit
    return fen


@given(st.integers(0, 10**14 - 1))
def test_capital_figures_are_read_back_as_the_same_sum(fen):
    words = capital_figures(fen)
    assert read(words) == fen
    assert "零零" not in words and words[-1] in "整分"


@pytest.mark.parametrize(
    "text, fen",
    [
        ("1200", 120_000),
        (" 1,234.5 元", 123_450),
        ("￥0.05", 5),
        ("", None),
        ("   ", None),
        ("9999999999.99", 999_999_999_999),
    ],
)
def test_a_typed_amount_is_read(text, fen):
    assert fen_of(text) == fen


@pytest.mark.parametrize("text", ["一百", "-5", "1.234", "1e3", "12345678901", "1.", "٣", "元", "5 5元元"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match="no amount"):
        fen_of(text)


@given(st.integers(0, 10**12 - 1))
def test_what_is_shown_can_be_typed_again(fen):
    assert fen_of(yuan(fen)) == fen


def test_yuan_below_nothing_keep_their_sign():
    assert (yuan(-123_405), yuan(None)) == ("-1,234.05", "")
