"""What every printed sheet of this module carries at its foot: the head of the books that was published last."""

from __future__ import annotations

from typing import Any

from core import absolute_url, current_community, qr_svg
from plugins.revenue.ledger import seals


def paper_seal() -> dict[str, Any] | None:
    """The mark and its QR for `_seal.html`; None as long as no head was published. What is not published nobody could compare."""
    mark = seals.newest_mark(current_community().code)
    return {"mark": mark, "matrix": qr_svg(absolute_url(mark.href))} if mark is not None else None
