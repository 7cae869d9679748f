"""Sums of money as people write and read them: yuan with two decimals, and the capital figures 大写 of vouchers. Stored are 分.

No database and no HTTP here; accounts and their rules belong to modules.
"""

from __future__ import annotations

import re
from decimal import Decimal

_YUAN = re.compile(r"^[¥￥]?(\d{1,10})(?:\.(\d{1,2}))?元?$", re.ASCII)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def yuan(fen: int | None) -> str:
    """分 as yuan with two decimals and thousands: `1,234.50`."""
    if fen is None:
        return ""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{rest // 100:,}.{rest % 100:02d}"


def exact_yuan(fen: int) -> Decimal:
    """分 as a number of yuan for files: `1234.50`, exact in Excel, CSV and JSON (where it is text, as JSON knows floats only)."""
    return Decimal(fen).scaleb(-2)


def fen_of(text: str) -> int | None:
    """A typed amount in yuan, with at most two decimals, as 分: `1,234.5`, `1200 元`; None for an empty one.

    Raises `ValueError` for anything else; amounts end below ten thousand million yuan.
    """
    plain = re.sub(r"[,，\s]", "", text)
    if not plain:
        return None
    found = _YUAN.match(plain)
    if found is None:
        raise ValueError(f"no amount in yuan: {text[:40]}")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def capital_figures(fen: int) -> str:
    """分 in the capital figures of vouchers (中国人民银行《正确填写票据和结算凭证的基本规定》): `壹仟零贰元零伍分`, `柒佰元整`.

    What ends with 元 or 角 is closed by 整, so that nothing can be added. Raises `ValueError` for less than nothing and from
    10¹⁸ 分 on.
    """
    if not 0 <= fen < 10**18:
        raise ValueError(f"no sum for a voucher: {fen}")
    whole, rest = divmod(fen, 100)
    tens, ones = divmod(rest, 10)
    words = _whole(whole) + "元" if whole or not rest else ""
    if tens:
        words += _DIGITS[tens] + "角"
    elif ones and whole:
        words += "零"
    return words + (_DIGITS[ones] + "分" if ones else "整")


def _whole(number: int) -> str:
    """A whole number; a run of noughts inside it is one 零."""
    if number == 0:
        return _DIGITS[0]
    words = ""
    for place in range(len(_GROUPS) - 1, -1, -1):
        group = number // 10 ** (4 * place) % 10_000
        if group == 0:
            continue
        skipped = words and (number // 10 ** (4 * place + 4) % 10_000 == 0 or group < 1000)
        words += (_DIGITS[0] if skipped else "") + _group(group) + _GROUPS[place]
    return words


def _group(number: int) -> str:
    """Up to four digits."""
    words = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            gap = words and number // 10 ** (place + 1) % 10 == 0
            words += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _PLACES[place]
    return words
