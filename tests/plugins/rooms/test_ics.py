"""Calendars read the .ics text back as it was meant."""

from __future__ import annotations

import datetime

import icalendar

from plugins.rooms import service
from plugins.rooms.finding.ics import calendar_text

TITLE = "合唱，排练; 第\\3次\n" + "带谱架" * 20


def test_a_calendar_reads_it_back(house):
    house.book("棋牌室", "14:00", "15:30", title="书法班")
    house.book("会议室", "09:00", "10:00", title=TITLE[:100])
    text = calendar_text(service.my_bookings(house.resident()), name="我的预约")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    calendar = icalendar.Calendar.from_ical(text)
    meeting, class_ = calendar.walk("VEVENT")
    assert str(class_["SUMMARY"]) == "书法班"
    assert str(class_["LOCATION"]) == "党群服务中心，棋牌室"
    assert class_["DTSTART"].dt == datetime.datetime.fromtimestamp(house.at(840) * 60, datetime.UTC)
    assert class_["DTEND"].dt - class_["DTSTART"].dt == datetime.timedelta(minutes=90)
    assert (str(class_["STATUS"]), str(meeting["STATUS"])) == ("CONFIRMED", "TENTATIVE")
    assert str(meeting["SUMMARY"]) == TITLE[:100].strip()


def test_leaves_out_what_is_cancelled_and_the_title_of_what_is_confidential(house):
    house.edit("棋牌室", confidential=True)
    house.book("棋牌室", "14:00", "15:00", title="离婚调解")
    cancelled = house.book("东厅", "14:00", "15:00", title="取消了")
    service.cancel(house.resident(), cancelled.occurrence_id)
    text = calendar_text(service.my_bookings(house.resident()))
    assert text.count("BEGIN:VEVENT") == 1
    assert "离婚" not in text and "取消了" not in text
