"""The people of one community cannot read or change the records of another by any address, nor neighbours each other's."""

from __future__ import annotations

import re

import pytest

from core.testing import SOUTH_GARDEN, WEST_HILL, Browser, sign_in_as
from tests import town as towns
from tests.town import Town

pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")

# What strangers send with every form: fields that many forms have, so that they come as far as they can.
FORM = {"note": "补记", "reason": "误", "label": "新人", "name": "新人", "secret": "x", "outcome": "reached", "verb": "answer",
        "date": "2027-03-08", "start": "09:00", "end": "10:00", "phone": "13900139000", "yes": "1", "sure": "1"}  # fmt: skip


@pytest.fixture
def west(app) -> Town:
    """西山社区, whose records the others try to reach."""
    return towns.build(app, WEST_HILL, "西隐")


@pytest.fixture
def south(app) -> Town:
    """南苑社区, whose people try."""
    return towns.build(app, SOUTH_GARDEN, "南隐")


@pytest.fixture
def strangers(app, south) -> dict[str, Browser]:
    """A director who also mediates, a member of staff and a resident of 南苑社区, and nobody in particular."""
    return {
        "director": sign_in_as(app, "director", "secretary", "mediator", community=SOUTH_GARDEN),
        "staff": sign_in_as(app, "staff", "grid_officer", community=SOUTH_GARDEN),
        "resident": towns.resident(app, south, 0),
        "anonymous": Browser(app),
    }


def ask(browser: Browser, method: str, path: str, token: str):
    """Fetch a page or send a form there."""
    if method == "GET":
        return follow(browser, browser.get(path))
    form = {**FORM, "csrf_token": token, "idempotency_key": f"isolation-{hash(path)}"}
    return follow(browser, browser.post(path, data=form))


def follow(browser: Browser, answer):
    """The answer a person ends up with: one step further for a page that only points at another."""
    location = answer.headers.get("Location", "")
    return browser.get(location) if answer.status_code == 303 and location.startswith("/c/") else answer


def leaks(answer, *marks: str) -> bool:
    """Whether an answer holds somebody's private text, in its body or its headers."""
    whole = answer.get_data() + repr(list(answer.headers)).encode()
    return any(mark.encode() in whole for mark in marks)


def test_every_record_of_another_community_does_not_exist_in_ones_own(app, west, south, strangers):
    """The keys of 西山 under the address of 南苑: 404, or 403 and the sign-in page for those without the permission."""
    before = towns.rows_of(WEST_HILL)
    wrong, asked = [], 0
    for who, browser in strangers.items():
        token = browser.token()
        for rule in filter(towns.is_about_a_record, towns.community_rules(app)):
            for nth in range(towns.count_for(rule, west)):
                path = towns.address(app, rule, SOUTH_GARDEN, towns.values_for(rule, west, nth))
                for method in towns.methods(rule):
                    answer, asked = ask(browser, method, path, token), asked + 1
                    if not _is_refused(answer, who) or leaks(answer, west.mark):
                        wrong.append((who, method, path, answer.status_code, answer.headers.get("Location")))
    assert wrong == []
    assert asked > 300
    assert towns.rows_of(WEST_HILL) == before


def test_a_record_of_one_community_mixed_into_the_address_of_another_s_does_not_exist(app, west, south, strangers):
    """Addresses with two keys, one's own and a stranger's: neither order opens anything."""
    wrong, asked = [], 0
    browser = strangers["director"]
    token = browser.token()
    for rule in towns.community_rules(app):
        keys = rule.arguments & set(west.values)
        for foreign in keys if len(keys) > 1 else ():
            values = {**towns.values_for(rule, south), foreign: towns.values_for(rule, west)[foreign]}
            path = towns.address(app, rule, SOUTH_GARDEN, values)
            for method in towns.methods(rule):
                answer, asked = ask(browser, method, path, token), asked + 1
                if answer.status_code != 404 or leaks(answer, west.mark):
                    wrong.append((method, path, answer.status_code))
    assert wrong == []
    assert asked > 0


def test_the_pages_of_another_community_show_strangers_only_what_is_public(app, west, south, strangers):
    """The whole portal and desk of 西山 as 南苑's people: no private word, and nothing but public pages answers."""
    before = towns.rows_of(WEST_HILL)
    wrong, asked = [], 0
    for who, browser in strangers.items():
        token = browser.token()
        for rule in towns.community_rules(app):
            public = app.view_functions[rule.endpoint].access.public
            path = towns.address(app, rule, WEST_HILL, towns.values_for(rule, west))
            for method in towns.methods(rule):
                if public and method == "POST":
                    continue  # visitors may book a room anywhere
                answer, asked = ask(browser, method, path, token), asked + 1
                if leaks(answer, west.mark) or not (public or _is_refused(answer, who)):
                    wrong.append((who, method, path, answer.status_code, answer.headers.get("Location")))
    assert wrong == []
    assert asked > 300
    assert towns.rows_of(WEST_HILL) == before


def _is_refused(answer, who: str) -> bool:
    to_sign_in = answer.status_code == 303 and answer.headers["Location"].startswith("/login?")
    return answer.status_code in (403, 404) or (who == "anonymous" and (to_sign_in or answer.status_code == 401))


def test_their_own_office_sees_what_the_others_must_not(app, west):
    """The control of the tests above: the private words do stand on these pages, and the addresses do open."""
    office = sign_in_as(app, "director", "secretary", "staff", community=WEST_HILL)
    seen = opened = 0
    for rule in filter(towns.is_about_a_record, towns.community_rules(app)):
        if "GET" in towns.methods(rule):
            answer = follow(office, office.get(towns.address(app, rule, WEST_HILL, towns.values_for(rule, west))))
            opened += answer.status_code == 200
            seen += leaks(answer, west.mark)
    assert opened > 25
    assert seen > 15


QUERIES = ["?q=西隐", "?q=13800138001", "?estate={area_id}", "?for={key}", "?person={key}", "?home={home_id}", "?name=西隐居民1",
           "?after={task_id}", "?after=zzz.{task_id}", "?before={call_id}", "?grid={grid_id}", "?account={account_id}",
           "?venue={venue_id}", "?venue_id={venue_id}", "?room={room_id}", "?room_id={room_id}", "?by={account_id}",
           "?subject=core.person:{key}", "?area={area_id}", "?batch={batch_id}"]  # fmt: skip


def test_no_filter_of_a_list_reaches_into_another_community(app, west, south, strangers):
    browser, wrong = strangers["director"], []
    fields = {name: keys[0] for name, keys in west.values.items()}
    for rule in towns.community_rules(app):
        if "GET" not in towns.methods(rule):
            continue
        own = towns.address(app, rule, SOUTH_GARDEN, towns.values_for(rule, south))
        queries = (
            QUERIES if not towns.is_about_a_record(rule) else [QUERIES[0], "?" + "&".join(q[1:] for q in QUERIES[2:])]
        )
        for query in queries:
            answer = browser.get(own + query.format(**fields))
            asked_back = "q=" in query or "name=" in query
            if answer.status_code >= 500 or (leaks(answer, west.mark) and not (asked_back and _only_echoes(answer))):
                wrong.append((own + query, answer.status_code))
    assert wrong == []


def _only_echoes(answer) -> bool:
    """Whether the mark stands there only as what was typed: `西隐` and `西隐居民1`, never another word with it."""
    from urllib.parse import unquote

    words = set(re.findall(r"西隐\w*", unquote(answer.get_data(as_text=True))))
    return words <= {"西隐", "西隐居民1"}


# The fields by which forms name records, so that a director could try to draw a stranger's record into a form.
FIELDS = {"estate_id": "area_id", "area_id": "area_id", "area": "area_id", "areas": "area_id", "area_ids": "area_id",
          "estate": "area_id", "home_id": "home_id", "home": "home_id", "person": "key", "person_id": "key", "for": "key",
          "key": "key", "keep": "key", "other": "key", "people": "key", "grid_id": "grid_id", "parent_id": "grid_id",
          "room_id": "room_id", "venue_id": "venue_id", "part_of": "room_id", "account": "account_id",
          "account_id": "account_id", "batch": "batch_id", "call_id": "call_id", "task_id": "task_id",
          "message": "message_id"}  # fmt: skip
# Where a row of one community names a record of another: column -> (table, its key).
REFERENCES = {"person_id": "person", "person": "person", "home_id": "home", "estate_id": "area", "area_id": "area",
              "grid_id": "grid", "room_id": "rooms_room", "venue_id": "rooms_venue", "part_of": "rooms_room",
              "booking_id": "rooms_booking", "occurrence_id": "rooms_occurrence", "task_id": "call_task", "file_id": "file"}  # fmt: skip


def test_no_form_draws_a_record_of_another_community_in(app, west, south, strangers):
    """Every form of one's own desk, sent with the keys of another community's records."""
    before = towns.rows_of(WEST_HILL)
    browser, wrong = strangers["director"], []
    token = browser.token()
    foreign = {name: west.values[kind][0] for name, kind in FIELDS.items()}
    for rule in towns.community_rules(app):
        if "POST" not in towns.methods(rule):
            continue
        path = towns.address(app, rule, SOUTH_GARDEN, towns.values_for(rule, south))
        key = f"foreign-{abs(hash(path))}"
        answer = browser.post(path, data={**FORM, **foreign, "csrf_token": token, "idempotency_key": key})
        if answer.status_code >= 500 or leaks(answer, west.mark):
            wrong.append((path, answer.status_code))
    assert wrong == []
    assert towns.rows_of(WEST_HILL) == before
    assert _crossing_rows() == []


def _crossing_rows() -> list[tuple[str, str, int]]:
    """Rows that point at a record of another community than their own."""
    from core.store.db import database

    found = []
    tables = {table: [column.name for column in database.obj.get_columns(table)] for table in database.obj.get_tables()}
    for table, columns in tables.items():
        for column in columns:
            target = REFERENCES.get(column)
            if target is None or "community" not in columns or target not in tables:
                continue
            sql = f'SELECT count(*) FROM "{table}" t JOIN "{target}" o ON CAST(o.id AS TEXT) = CAST(t."{column}" AS TEXT) WHERE o.community <> t.community'
            count = database.execute_sql(sql).fetchone()[0]
            if count:
                found.append((table, column, count))
    return found


# --------------------------------------------------------------------------- neighbours


@pytest.fixture
def neighbour(app, west) -> Browser:
    """The second resident of 西山社区."""
    return towns.resident(app, west, 1)


def test_a_resident_sees_the_own_booking_but_not_a_neighbour_s(app, west, neighbour):
    mine, yours = (west.booking_of[west.people[number].id] for number in (1, 0))
    rules = [rule for rule in towns.community_rules(app) if "occurrence_id" in rule.arguments]
    assert len(rules) >= 5
    assert neighbour.get(f"/c/{WEST_HILL}/rooms/booking/{mine}").status_code == 200
    before = towns.rows_of(WEST_HILL)
    for browser in (neighbour, Browser(app)):
        token = browser.token()
        for rule in rules:
            path = towns.address(app, rule, WEST_HILL, {"occurrence_id": yours})
            for method in towns.methods(rule):
                answer = ask(browser, method, path, token)
                assert answer.status_code in (303, 401, 403, 404), (method, path, answer.status_code)
                assert answer.status_code != 303 or answer.headers["Location"].startswith("/login?"), (method, path)
                assert not leaks(answer, west.mark), (method, path)
    assert towns.rows_of(WEST_HILL) == before


def test_a_resident_reaches_no_page_about_people(app, west, neighbour):
    """People, accounts, calls, rosters: neither a neighbour's nor the resident's own desk record."""
    before = towns.rows_of(WEST_HILL)
    token = neighbour.token()
    for rule in filter(towns.is_about_a_record, towns.community_rules(app)):
        if app.view_functions[rule.endpoint].access.public:
            continue
        path = towns.address(app, rule, WEST_HILL, towns.values_for(rule, west))
        for method in towns.methods(rule):
            answer = ask(neighbour, method, path, token)
            assert answer.status_code in (403, 404), (method, path, answer.status_code)
            assert not leaks(answer, f"{west.mark}居民1", f"{west.mark}居民3"), path
    assert towns.rows_of(WEST_HILL) == before


def test_public_pages_hold_no_name_title_or_phone_of_a_booking(app, west):
    """Visitors see 已占用, also on the hall's screen."""
    visitor = Browser(app)
    day = str(_booked_day(west))
    for path in ("", "office", "privacy", "mine", f"rooms/day?date={day}", "rooms/free", "rooms/now", "rooms/mine",
                 f"rooms/{west.values['room_id'][0]}?date={day}", f"rooms/screen/{west.screen}"):  # fmt: skip
        answer = visitor.get(f"/c/{WEST_HILL}/{path}")
        assert answer.status_code == 200, path
        assert not leaks(answer, west.mark), path


def _booked_day(west: Town):
    from core.clock import local_day
    from plugins.rooms.models import Occurrence

    found = Occurrence.of(west.code).first()
    return local_day(found.start_min * 60_000)


def test_the_token_of_a_screen_opens_nothing_elsewhere(app, west, south):
    assert Browser(app).get(f"/c/{SOUTH_GARDEN}/rooms/screen/{west.screen}").status_code == 404


def test_a_session_of_somebody_else_cannot_be_ended(app, west, south):
    from core.people import sessions
    from core.people.own_account import own_account
    from core.people.permissions import actor_for
    from core.web.gate import SESSION_COOKIE

    victim, attacker = towns.resident(app, west, 0), towns.resident(app, south, 0)
    token = victim.get_cookie(SESSION_COOKIE).value
    key = own_account(actor_for(token, WEST_HILL, "127.0.0.1")).sessions[0].key
    assert attacker.send(f"/me/sessions/{key}/end").status_code == 404
    assert sessions.find_session(token).phase == "open"
