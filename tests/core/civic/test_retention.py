"""What is over its time loses names and words, and nothing is cleared after the clock has jumped."""

from unittest.mock import patch

import pytest

from core.actor import Actor, system
from core.civic import intake
from core.civic.intake import CallIntake
from core.civic.privacy import retention
from core.civic.reaching import calls, messages
from core.civic.reaching.calls import CallTask
from core.civic.reaching.message_records import Message
from core.errors import Forbidden
from core.people import view_log
from core.people.permissions import PRIVACY
from core.people.view_log import PersonView
from core.store import audit
from core.store.db import now, transaction
from core.testing import SOUTH_GARDEN, WEST_HILL
from plugins.rooms.models import Booking, Occurrence
from tests.core.web.office_cases import HERE, person, text

DAY = 86_400_000
REAL = now


@pytest.fixture
def clock(app, monkeypatch):
    """Sets the clock of the job so many days ahead, and nobody else's."""

    def put(days: float) -> None:
        monkeypatch.setattr(retention, "now", lambda: REAL() + int(days * DAY))

    return put


def job(community=WEST_HILL):
    return retention.run(system(community, "job core.retention"))


def chief() -> Actor:
    return Actor(kind="staff", account=1, community=WEST_HILL, label="主任", permissions=frozenset({PRIVACY}))


def old_and_young(days: int) -> None:
    """A call, a call that was made, a message, a look and a guest's booking: each once as old as told, and once of today."""
    from core.actor import command
    from plugins.rooms import service

    actor, past = command(WEST_HILL), now() - days * DAY
    venue = service.add_venue(actor, name="邻里中心")
    room = service.add_room(actor, venue.id, name="书画室")
    for name, moment in (("老王", past), ("小李", now())):
        call = intake.take_call(actor, who=name, what=f"{name}的事", phone="13800138000")
        intake.finish_intake(actor, call.id, "answer", f"{name}说好了")
        task = calls.ask_to_call(actor, call.ref, "x", name=name, why=f"告诉{name}", phone="13800138000")
        calls.set_aside(actor, task.id, f"{name}来过")
        with patch.object(messages, "now", return_value=moment):
            told = messages.tell(actor, call.ref, call.ref, "x", f"{name}的事办好了", name=name, phone="13800138000")
        messages.withdraw(actor, told.id, f"{name}来过")
        with transaction(WEST_HILL):
            CallIntake.update(finished_at=moment).where(CallIntake.id == call.id).execute()
            CallTask.update(created_at=moment).where(CallTask.id >= task.id).execute()
            PersonView.create(
                community=WEST_HILL, at=moment, account=1, by_label=name, way="list", people="p1", shown=1
            )
            booking = Booking.create(
                community=WEST_HILL, title=f"{name}聚会", organiser_kind="guest", organiser=name,
                guest_phone="13800138000", code_digest=name, requested_on="2026-01-01",
            )  # fmt: skip
            minute = moment // 60_000
            Occurrence.create(
                community=WEST_HILL, booking_id=booking.id, room_id=room.id, start_min=minute - 60, end_min=minute,
                state="finished", finished_at=minute * 60_000,
            )  # fmt: skip


def names() -> set[str]:
    """Whose names still stand anywhere among the records."""
    found = {row.caller for row in CallIntake.select()} | {row.name for row in CallTask.select()}
    found |= {row.name for row in Message.select()}
    return (found | {row.organiser for row in Booking.select()} | {row.by_label for row in PersonView.select()}) - {"—"}


def test_what_is_over_its_time_goes_and_the_rest_stays(clock):
    old_and_young(800)
    clock(0)
    assert {str(each.rule.name): each.records for each in retention.dry_run(chief())} == {
        "core.calls": 1, "core.calls_to_make": 2, "core.messages": 1, "core.person_views": 1, "core.follows": 0, "rooms.guests": 1,
        "rooms.keys": 0, "rooms.unmet": 0, "mediation.files": 0, "revenue.uploads": 0,
    }  # fmt: skip
    assert names() == {"老王", "小李"}
    assert "6" in str(job())
    assert names() == {"小李"}
    assert not [row for row in audit.AuditDetail.select() if "老王" in row.payload]
    assert [row for row in audit.AuditDetail.select() if "小李" in row.payload]
    assert audit.verify(WEST_HILL) is None
    assert CallIntake.select().count() == Message.select().count() == Booking.select().count() == 2
    assert {each.records for each in retention.dry_run(chief())} == {0}
    assert job() is None


def test_nothing_goes_before_its_time(clock):
    old_and_young(360)
    clock(0)
    assert job() is None and names() == {"老王", "小李"}


@pytest.mark.parametrize("jump", [400, 31, -730, -2])
def test_nothing_is_cleared_after_the_clock_jumped_until_somebody_says_it_is_right(clock, jump):
    old_and_young(800)
    clock(jump)
    for days in (jump, jump + 1):
        clock(days)
        assert "电脑日期跳变" in str(job()) and names() == {"老王", "小李"}
    assert retention.rests(WEST_HILL) and not retention.rests(SOUTH_GARDEN)
    with pytest.raises(Forbidden):
        retention.trust_date(system(WEST_HILL, "x").__class__(kind="staff", community=WEST_HILL))
    clock(0)
    assert "电脑日期跳变" in str(job())
    retention.trust_date(chief())
    assert job() is not None and names() == {"小李"}
    assert audit.verify(WEST_HILL) is None


def test_a_long_holiday_is_no_jump(clock):
    old_and_young(800)
    clock(0)
    job()
    for days in (20, 45, 74):
        clock(days)
        assert "跳变" not in str(job())


def test_looks_of_today_are_kept_by_the_database_whatever_the_job_thinks(clock):
    view_log.seen(Actor(kind="staff", account=1, community=WEST_HILL, label="小李"), view_log.LIST, ["p1"])
    clock(0)
    job()
    assert PersonView.select().count() == 1


def test_the_page_says_what_would_go_and_takes_the_word_for_the_date(clock, as_role):
    person()
    old_and_young(800)
    director = as_role("director")
    page = text(director.get(f"{HERE}/admin/privacy/retention"))
    assert "来电登记" in page and "730" in page and "跳变" not in page
    clock(400)
    job()
    assert "日期跳变了" in text(director.get(f"{HERE}/admin/privacy/retention"))
    assert director.send(f"{HERE}/admin/privacy/retention").status_code == 303
    assert not retention.rests(WEST_HILL)
    assert as_role("staff").get(f"{HERE}/admin/privacy/retention").status_code == 403


def test_one_run_clears_more_than_one_batch(app, monkeypatch):
    monkeypatch.setattr(retention, "_AT_ONCE", 3)
    with transaction(WEST_HILL):
        for _number in range(8):
            PersonView.create(
                community=WEST_HILL, at=now() - 400 * DAY, account=1, by_label="x", way="list", people="p1", shown=1
            )
    job()
    assert PersonView.select().count() == 0
