"""Two residents of one community: whatever one of them wrote, was told or keeps here, the other one never sees."""

from __future__ import annotations

import pytest
from flask import Flask

from core.actor import command
from core.civic.attachments import keep_upload
from core.civic.objections import filing as objections
from core.civic.privacy import care_notes, consents
from core.civic.privacy import requests as privacy_requests
from core.civic.reaching import messages
from core.people import accounts, permissions
from core.store.ref import Ref
from core.testing import WEST_HILL, Browser
from tests import town as towns
from tests.test_isolation import leaks
from tests.town import PIXEL, Town

MARK = "不告诉邻居"


@pytest.fixture
def west(app: Flask) -> Town:
    """西山社区, whose first resident has something private of every kind; addresses lead to her records."""
    town = towns.build(app, WEST_HILL, "甲")
    resident, office = town.people[0], command(WEST_HILL)
    account = accounts.account_of_person(WEST_HILL, resident.id)
    assert account is not None
    her = permissions.actor_of(account.id, WEST_HILL)
    assert her is not None
    notice, booking = town.values["notice_id"][1], town.booking_of[resident.id]
    filed = objections.file_objection(her, notice, f"{MARK}：已经提了")
    objections.save_draft(her, notice, f"{MARK}：还没写完")
    about = Ref("rooms.occurrence", WEST_HILL, booking)
    told = messages.tell(
        office,
        resident.id,
        about,
        "private",
        f"{MARK}：请来领药",
        title="领药",
        start_min=30_000_000,
        end_min=30_000_060,
    )
    consents.answer(her, care_notes.CARE, True)
    care_notes.write_care(office, resident.public_id, f"{MARK}：听力不好")
    asked = privacy_requests.ask(her, "correct", f"{MARK}：名字写错")
    photo = keep_upload(her, f"{MARK}.png", PIXEL, ("picture",))
    town.values.update(
        key=[resident.public_id],
        notice_id=[notice],
        occurrence_id=[booking],
        objection_id=[filed.objection_id],
        message_id=[told.id],
        request_id=[asked.id],
        upload=[photo.token],
        ref=[f"core.objection:{filed.objection_id}", f"core.notice:{notice}", str(about)],
    )
    return town


def shown_to(app: Flask, west: Town, browser: Browser) -> set[str]:
    """The endpoints that show something of hers to whoever looks; every address of the community is opened."""
    found = set()
    for rule in towns.community_rules(app):
        if "GET" not in (rule.methods or ()):
            continue
        for nth in range(towns.count_for(rule, west)):
            answer = browser.get(towns.address(app, rule, WEST_HILL, towns.values_for(rule, west, nth)))
            assert answer.status_code < 500, rule
            if leaks(answer, MARK):
                found.add(rule.endpoint)
    return found


def test_a_neighbour_and_a_visitor_see_nothing_that_is_hers(app, west):
    for browser in (towns.resident(app, west, 1), Browser(app)):
        assert shown_to(app, west, browser) == set()
        assert {browser.get(path).status_code for path in hers(west)} <= {303, 404}


def test_she_herself_reads_it_all(app, west):
    """The same crawl finds it where it stands, so that finding nothing means something."""
    browser = towns.resident(app, west, 0)
    places = {"c.own_messages.index", "c.objections.file", "c.objections.status", "c.my_data.index"}
    assert shown_to(app, west, browser) >= places
    assert {browser.get(path).status_code for path in hers(west)} == {200}


def hers(west: Town) -> list[str]:
    """Addresses of what is only hers: the file she chose, the appointment to keep in a calendar."""
    here = f"/c/{WEST_HILL}"
    return [
        f"{here}/files/uploads/{west.values['upload'][0]}",
        f"{here}/mine/messages/{west.values['message_id'][0]}.ics",
    ]
