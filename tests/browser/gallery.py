"""The design system on show: a small Flask app that renders every part of `_ui.html` in the four shells with invented
data. It knows neither the store nor the gate, so that the look can be tested, and looked at, alone.

`python -m tests.browser.gallery [PORT]` serves it for people; size and theme come from the query (?size=large&theme=dark).
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import segno
from flask import Flask, Response, render_template, request, send_from_directory
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, NumberRange

from core import text
from core.web import i18n

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "portal",
    "day",
    "form",
    "wizard",
    "confirm",
    "error",
    "desk",
    "table",
    "record",
    "paper",
    "slips",
    "hall",
)

COMMUNITY = SimpleNamespace(
    code="330481001009",
    name="西山社区居民委员会",
    office_name="海宁市硖石街道西山社区居民委员会",
    address="西山路 218 号邻里中心一楼",
    duty_phone="0573-8700 1234",
    office_hours="周一至周日 8:30–17:00",
)
URLS = dict.fromkeys(
    (
        "home",
        "portal",
        "desk",
        "search",
        "login",
        "logout",
        "me",
        "switch_user",
        "hide",
        "calls_new",
        "prefs",
        "privacy",
    ),
    "/",
)


def _item(label: str, icon: str, current: bool = False, count: int = 0, group: str = "") -> SimpleNamespace:
    return SimpleNamespace(label=label, href="/", icon=icon, current=current, count=count, group=group)


PORTAL_NAV = [
    _item("首页", "house", current=True),
    _item("预约", "calendar-days"),
    _item("公告", "megaphone", count=3),
    _item("我的", "user"),
]
DESK_NAV = [
    _item("今日工作", "list-todo", current=True, count=7, group="今天"),
    _item("今日要打的电话", "phone-call", count=4, group="今天"),
    _item("今日房间", "door-open", group="今天"),
    _item("来电登记", "phone-incoming", group="今天"),
    _item("居民", "users", group="人和房"),
    _item("房屋与网格", "building-2", group="人和房"),
    _item("账号与凭条", "key-round", group="人和房"),
    _item("房间预约", "calendar-days", group="业务"),
    _item("通知公告", "megaphone", group="业务"),
    _item("插件", "puzzle", group="管理"),
    _item("角色与权限", "shield-check", group="管理"),
    _item("操作记录", "history", group="管理"),
    _item("备份", "hard-drive", group="管理"),
]


class BookingForm(Form):
    """One field of every kind; empty data shows every error."""

    title = StringField(
        "用途",
        [InputRequired("请写明用途，例如“合唱排练”。")],
        description="写几个字即可，只有工作人员看得到。",
    )
    day = DateField("日期", [InputRequired("请选择日期。")])
    start = TimeField("开始")
    people = IntegerField(
        "人数",
        [NumberRange(1, 40, "请填 1 到 40 之间的数字。")],
        description="这间房最多坐 40 人。",
    )
    phone = TelField("联系电话", description="例如 138 0013 8000，可以不填。")
    room = SelectField(
        "房间",
        choices=[("1", "调解室一（二楼，12 座）"), ("2", "多功能厅（一楼，80 座）")],
    )
    who = RadioField(
        "以谁的名义",
        [InputRequired("请选一项。")],
        choices=[
            ("me", "我自己"),
            ("club", "夕阳红合唱队"),
            ("estate", "海城名家业委会"),
        ],
    )
    note = TextAreaField("还有什么要说明的")
    paper = FileField("附件", description="照片或 PDF，不超过 10 MB。")
    agree = BooleanField("我已看过使用须知，用完会关灯、锁门。")


def create_app() -> Flask:
    """The gallery: `/<page>` for each name in PAGES, core's static files under /static/."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.jinja_loader.searchpath.append(str(ROOT / "tests" / "browser" / "gallery_pages"))  # type: ignore[union-attr]
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.trim_blocks = env.lstrip_blocks = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: text.translate("core", message),
        lambda one, many, num: text.translate_plural("core", one, many, num),
        newstyle=True,
    )
    env.globals.update(
        asset=lambda path: f"/static/{path}",
        csrf_token=lambda: "t",
        new_request_key=lambda: secrets.token_hex(8),
        kept=lambda macro, *given: macro(*given),
    )
    env.filters.update(i18n.filters())
    env.globals["ui"] = env.get_template("_ui.html").module

    @app.get("/static/<path:path>")
    def static_file(path: str) -> Response:
        return send_from_directory(ROOT / "core" / "static", path)

    @app.get("/<page>")
    def show(page: str) -> Response:
        answer = Response(render_template(f"gallery_{page}.html", **context(page)))
        answer.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
        return answer

    @app.post("/")
    def received() -> Response:
        return Response("ok")

    return app


def context(page: str) -> dict[str, Any]:
    """What `ui.page` gives to every template, with the reader's choices from the query."""
    staff = page in ("desk", "table", "record")
    form = BookingForm(data={"room": "1"}) if page == "form" else None
    if form is not None:
        form.validate()
    return {
        "actor": SimpleNamespace(
            is_signed_in=staff,
            is_staff=staff,
            label="陈晓燕（社工）",
            kind="account",
            can=lambda _: True,
        ),
        "community": COMMUNITY,
        "prefs": SimpleNamespace(
            size=request.args.get("size", "standard"),
            theme=request.args.get("theme", "light"),
            lang="zh_Hans",
        ),
        "nav": DESK_NAV if staff else PORTAL_NAV,
        "flashes": [
            SimpleNamespace(
                kind="ok",
                text="已取消 11 月 24 日的预约。",
                undo_url="/",
                undo_label=None,
            )
        ]
        if page in ("record", "day")
        else [],
        "here": f"/{page}",
        "urls": URLS,
        "version": "0.1",
        "reference": "7F3K-20",
        "form": form,
        "matrix": segno.make("http://192.168.1.20/s/ABCD2345", error="m").matrix,
        "hours": [f"{hour:02}:00" for hour in range(8, 21)],
        "status": 500,
        "title": "这一步没有办成，您填的内容没有丢",
        "advice": "请按浏览器的“返回”再试一次；仍不行，请打值班电话，我们替您办。",
        "today": "11 月 21 日　星期五",
        "now": "09:12",
    }


if __name__ == "__main__":
    create_app().run("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8099)
