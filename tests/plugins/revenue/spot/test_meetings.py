"""The meeting where residents throw: told soon, moved while nothing is drawn, and what was fixed at the lock stays what it is."""

from __future__ import annotations

import datetime

import peewee
import pytest

from core.civic.notices.records import Notice
from core.clock import today
from core.errors import Invalid, Refused
from core.store.db import transaction
from core.store.violations import violated
from core.testing import WEST_HILL
from plugins.revenue.spot import announcing, drawing, lots
from plugins.revenue.spot.models import Announced, Spot
from tests.core.web.office_cases import HERE, text
from tests.plugins.revenue.spending.conftest import clock, give_money, house
from tests.plugins.revenue.spot.test_spot import announced, drawer, kept, locked, meeting, only_lot, thrown

__all__ = ["clock", "drawer", "house"]


def ahead(days: int) -> datetime.date:
    return today() + datetime.timedelta(days=days)


def moved(drawer, lot, on_day, **more) -> Announced:
    known = lots.announced_of(lot)
    return announcing.announce(drawer, lot.id, meeting(on_day=on_day, **more), known.id)


@pytest.mark.parametrize("days", [-1, 61, 365, 60_000])
def test_a_day_long_ahead_is_refused_at_the_field(drawer, days):
    with pytest.raises(Invalid) as refused:
        announced(drawer, on_day=ahead(days))
    assert set(refused.value.errors) == {"on_day"} and "60" in str(refused.value.errors["on_day"][0])
    assert Announced.of(str(drawer.community)).count() == 0
    assert announced(drawer, on_day=ahead(60)).id


@pytest.mark.parametrize("days", [-2, 63, 60_000])
def test_the_database_takes_no_meeting_long_ahead(drawer, monkeypatch, days):
    monkeypatch.setattr(announcing, "_wrong", lambda *_: {})
    with pytest.raises(peewee.IntegrityError) as refused:
        announced(drawer, on_day=ahead(days))
    assert violated(refused.value) == "revenue_spot_announced_soon"


def test_a_meeting_is_moved_to_an_earlier_day_and_the_lot_stays(drawer):
    lot = announced(drawer, on_day=ahead(50))
    [first] = lots.notices_of(lot)
    new = moved(drawer, lot, today(), place="物业楼前")
    assert [each.id for each in lots.notices_of(lot)] == [first.id, new.id]
    assert lots.announced_of(lot).on_day == today()
    assert only_lot(lot.community).fingerprint == lot.fingerprint
    notice = Notice.get_by_id(new.notice_id)
    assert lot.fingerprint in notice.body and lot.last in notice.body and first.place in notice.body
    assert Notice.get_by_id(first.notice_id).state == "published"
    assert drawing.begin(drawer, lot.id, thrown()).number == "361452"


def test_a_meeting_is_moved_to_a_later_day_and_digits_thrown_before_it_draw_nothing(drawer, house, monkeypatch):
    lot = announced(drawer)
    first = lots.announced_of(lot)
    moved(drawer, lot, ahead(3))
    house.clock.on(1)
    with pytest.raises(Invalid) as refused:
        drawing.begin(drawer, lot.id, thrown())
    assert set(refused.value.errors) == {"thrown_on"}
    with monkeypatch.context() as patched, pytest.raises(peewee.IntegrityError) as broken:
        patched.setattr(lots, "announced_of", lambda _lot: first)
        drawing.begin(drawer, lot.id, thrown())
    assert violated(broken.value) == "revenue_spot_head"
    house.clock.on(2)
    assert drawing.begin(drawer, lot.id, thrown()).id


def test_digits_thrown_before_the_notice_that_moved_the_meeting_are_refused(drawer, house):
    lot = announced(drawer, on_day=ahead(20))
    house.clock.on(5)
    moved(drawer, lot, today())
    with pytest.raises(Invalid):
        drawing.begin(drawer, lot.id, thrown(thrown_on=ahead(-1)))
    assert drawing.begin(drawer, lot.id, thrown()).thrown_on == str(today())


def test_nothing_is_told_after_the_draw(drawer, monkeypatch):
    lot = announced(drawer)
    drawing.begin(drawer, lot.id, thrown())
    with pytest.raises(Refused):
        moved(drawer, lot, ahead(2))
    monkeypatch.setattr(lots, "is_drawn", lambda _lot: False)
    with pytest.raises(peewee.IntegrityError) as refused:
        moved(drawer, lot, ahead(2))
    assert violated(refused.value) == "revenue_spot_announced_before_draw"
    assert len(lots.notices_of(lot)) == 1


def test_two_who_tell_at_once_do_not_overrule_each_other(drawer, house):
    lot, other = announced(drawer, on_day=ahead(5)), house.actor("second_supervisor")
    first = lots.announced_of(lot)
    with pytest.raises(Refused):
        announcing.announce(other, lot.id, meeting(on_day=ahead(7)))
    new = moved(drawer, lot, ahead(7))
    assert announcing.announce(other, lot.id, meeting(on_day=ahead(7)), first.id).id == new.id
    with pytest.raises(Refused):
        announcing.announce(other, lot.id, meeting(on_day=ahead(9)), first.id)
    with pytest.raises(Invalid) as refused:
        moved(drawer, lot, ahead(7))
    assert set(refused.value.errors) == {"on_day"} and len(lots.notices_of(lot)) == 2


def test_a_notice_counts_for_one_meeting_and_stays(drawer):
    lot = announced(drawer)
    told = lots.announced_of(lot)
    with pytest.raises(peewee.IntegrityError), transaction(lot.community):
        Announced.create(
            community=lot.community, lot_id=lot.id, notice_id=told.notice_id, on_day=ahead(2), place="x", by_label="x"
        )
    for change in (Announced.update(on_day=ahead(9)), Announced.delete()):
        with pytest.raises(peewee.IntegrityError), transaction(lot.community):
            change.where(Announced.id == told.id).execute()


def test_the_pages_move_a_meeting_and_show_both_notices(app, as_role, client):
    give_money(WEST_HILL, {"give_back": 500_000})
    kept(WEST_HILL)
    locked(WEST_HILL)
    supervisor, lot = as_role("supervisor"), only_lot(WEST_HILL)
    page = f"{HERE}/revenue/desk/spot/lots/{lot.id}"
    told = {"on_day": str(ahead(50)), "place": "服务大厅会议室", "responsible": "监督委员会"}
    assert supervisor.get(f"{page}/move").status_code == 404
    wrong = supervisor.send(page, **{**told, "on_day": "2199-01-01"})
    assert wrong.status_code == 422 and "最多提前 60 天" in text(wrong) and "服务大厅会议室" in text(wrong)
    assert supervisor.send(page, **told).status_code == 303
    assert supervisor.send(page, **told).status_code == 303
    known = str(lots.announced_of(lot).id)
    assert f"{page}/move" in text(supervisor.get(page)) and "报数改期" in text(supervisor.get(f"{page}/move"))
    wrong = supervisor.send(f"{page}/move", known=known, **{**told, "on_day": "", "place": "物业楼前"})
    assert wrong.status_code == 422 and "物业楼前" in text(wrong)
    new = {**told, "on_day": str(today()), "place": "物业楼前"}
    assert supervisor.send(f"{page}/move", known=known, **new).status_code == 303
    assert supervisor.send(f"{page}/move", known=known, **new).status_code == 303
    assert supervisor.send(f"{page}/move", known=known, **told).status_code == 409
    assert Announced.of(WEST_HILL).count() == 2
    for shown in (text(client.get(f"{HERE}/revenue/spot")), text(supervisor.get(page))):
        assert "已改期" in shown and "物业楼前" in shown and "原定" in shown and "服务大厅会议室" in shown
    assert supervisor.send(page, number="361452", thrown_on=str(today()), occasion="居民报数").status_code == 303
    spot = Spot.of(WEST_HILL).get()
    public = text(client.get(f"{HERE}/revenue/spot/{spot.id}"))
    for each in lots.notices_of(lot):
        assert f"/notices/{each.notice_id}" in public
    assert "已改期" in public and supervisor.get(f"{page}/move").status_code == 200
