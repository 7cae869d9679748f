"""The blueprint of the module, and what several of its pages share: addresses, amounts, and a page with one form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from core import Form, Invalid, current_community, fen_of, page, status_of, submit_once
from plugins.revenue.texts import _

blueprint = Blueprint("revenue", __name__)


def here(tail: str = "") -> str:
    """An address of this module in the community."""
    return f"/c/{current_community().code}/revenue{tail}"


def fen_in(form: Form, name: str) -> int:
    """What was typed into a field in yuan, as 分, 0 for nothing; raises `Invalid` at the field for what is no amount."""
    try:
        return fen_of(form[name].data or "") or 0
    except ValueError:
        raise Invalid({name: [_("Please write the amount in yuan.")]}) from None


def sent(form: Form, act: Callable[[], Any]) -> int | None:
    """The number of the record `act` made or changed when this request sent the form, once however often it is sent; None
    where it did not, or where something in the form is refused and stands at its field now."""
    if not form.is_submitted() or not form.validate():
        return None
    try:
        return int(submit_once(lambda: act().id))
    except Invalid as error:
        form.accept(error)
        return None


def one_form(form: Form, title: Any, button: Any, back: str, advice: Any = "", **more: Any) -> Response:
    """A page with one form and one button; `more` has the `crumb` above it with its `crumb_href`."""
    return page(
        "revenue/desk/one_form.html", form=form, title=title, button=button, back=back, advice=advice,
        status=status_of(form), **{"icon": "check", **more},
    )  # fmt: skip
