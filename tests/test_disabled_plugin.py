"""The switches of a plugin hold for every one of its addresses, in one community and not in the other, without a restart."""

from __future__ import annotations

import pytest

from core.actor import command
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser, sign_in_as, switch_off
from tests import town as towns
from tests.town import Town

PLUGIN = "rooms"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


@pytest.fixture
def west(app) -> Town:
    """西山社区, in which the plugin is switched."""
    return towns.build(app, WEST_HILL, "西隐")


@pytest.fixture
def south(app) -> Town:
    """南苑社区, in which it stays as it is."""
    return towns.build(app, SOUTH_GARDEN, "南隐")


def switch(app, **how: bool) -> None:
    """Turn the switches of the plugin in 西山."""
    if how == {"enabled": False}:
        switch_off(command(WEST_HILL), PLUGIN)
    else:
        app.extensions["linli_registry"].switch(command(WEST_HILL), PLUGIN, **how)


def rules_of_plugin(app):
    """Every rule of the plugin."""
    found = [rule for rule in towns.community_rules(app) if rule.endpoint.split(".")[1] == PLUGIN]
    assert len(found) > 10
    return found


def addresses(app, town: Town) -> list[tuple[str, list[str]]]:
    """Every address of the plugin about the records of a community, with the methods it takes."""
    return [
        (towns.address(app, rule, town.code, towns.values_for(rule, town, nth)), towns.methods(rule))
        for rule in rules_of_plugin(app)
        for nth in range(towns.count_for(rule, town))
    ]


def variants(path: str) -> list[str]:
    """Ways to write an address that a router might answer otherwise: slashes, capitals, dots, queries, unknown pages."""
    return [f"{path}/", f"{path}//", path.replace("/rooms/", "/rooms//", 1), f"{path}?x=1", f"{path}/nothing-here"]


def everybody(app, town: Town) -> list[Browser]:
    """People of all kinds."""
    return [
        sign_in_as(app, "owner"),
        sign_in_as(app, "director", "staff", "secretary", community=town.code),
        towns.resident(app, town, 0),
        Browser(app),
    ]


def test_every_address_of_a_disabled_plugin_is_404_here_and_works_there(app, west, south):
    here, there = addresses(app, west), addresses(app, south)
    everyone = everybody(app, west)
    office = sign_in_as(app, "director", "staff", "secretary", community=SOUTH_GARDEN)
    before = {path: everyone[1].get(path).status_code for path, _methods in here}
    switch(app, enabled=False)
    visitor = everyone[-1]
    tried = [(who, method, path) for who in everyone for path, _methods in here for method in ("GET", "POST")]
    tried += [(visitor, method, path) for path, _methods in here for method in METHODS]
    tried += [
        (visitor, method, other) for path, _methods in here for other in variants(path) for method in ("GET", "POST")
    ]
    wrong = [
        (everyone.index(who), method, path, status)
        for who, method, path in tried
        if (status := who.open(path, method=method).status_code) != 404
    ]
    assert wrong == []
    header = {"X-CSRF-Token": office.token()}
    for path, methods in there:
        # A calendar feed is there only for whoever knows its secret.
        by_secret = path.endswith("/calendar.ics") and "/booking/" not in path
        unwanted = (404, 500) if "GET" in methods else (404, 500, 200)
        assert by_secret or office.get(path).status_code not in unwanted, path
        assert office.delete(path, headers=header).status_code == 405, path
    switch(app, enabled=True)
    assert {path: everyone[1].get(path).status_code for path, _methods in here} == before


def test_forms_of_a_disabled_plugin_change_nothing(app, west):
    switch(app, enabled=False)
    people = everybody(app, west)
    before = towns.rows_of(WEST_HILL)
    for browser in people:
        token = browser.token()
        for path, methods in addresses(app, west):
            if "POST" in methods:
                answer = browser.post(path, data={"csrf_token": token, "title": "家宴", "reason": "误"})
                assert answer.status_code == 404, path
    assert towns.rows_of(WEST_HILL) == before


def test_nothing_points_at_a_disabled_plugin(app, west, south):
    """Portal, desk and one's own things: no link into it; next door they are there."""
    director = sign_in_as(app, "director", "staff", community=WEST_HILL)
    neighbour = sign_in_as(app, "director", "staff", community=SOUTH_GARDEN)
    pages = ("/", "/office", "/mine", "/privacy", "/desk", "/search?q=棋牌室", "/people", "/calls/today")
    switch(app, enabled=False)
    for page in pages:
        answer = director.get(f"/c/{WEST_HILL}{page}")
        assert answer.status_code == 200, page
        assert f"/c/{WEST_HILL}/{PLUGIN}/" not in answer.get_data(as_text=True), page
    assert f"/c/{SOUTH_GARDEN}/{PLUGIN}/" in neighbour.get(f"/c/{SOUTH_GARDEN}/").get_data(as_text=True)
    switch(app, enabled=True)
    assert f"/c/{WEST_HILL}/{PLUGIN}/" in director.get(f"/c/{WEST_HILL}/").get_data(as_text=True)


def test_an_unpublished_plugin_is_shut_for_residents_with_the_reason_and_open_for_staff(app, west):
    director = sign_in_as(app, "director", "staff", community=WEST_HILL)
    read = {path: director.get(path).status_code for path, methods in addresses(app, west) if "GET" in methods}
    switch(app, published=False)
    resident, visitor = towns.resident(app, west, 0), Browser(app)
    for path, methods in addresses(app, west):
        for browser in (resident, visitor):
            token = browser.token()
            answer = browser.get(path) if "GET" in methods else browser.post(path, data={"csrf_token": token})
            assert answer.status_code == 403, path
            assert "这项服务还没有对居民开放" in answer.get_data(as_text=True), path
        if "GET" in methods:
            assert director.get(path).status_code == read[path] < 500, path
    assert f"/{PLUGIN}/" not in resident.get(f"/c/{WEST_HILL}/").get_data(as_text=True)


def test_a_paused_plugin_can_be_read_but_not_changed(app, west):
    director = sign_in_as(app, "director", "staff", community=WEST_HILL)
    read = {path: director.get(path).status_code for path, methods in addresses(app, west) if "GET" in methods}
    switch(app, paused=True)
    before = towns.rows_of(WEST_HILL)
    token = director.token()
    for path, methods in addresses(app, west):
        if "GET" in methods:
            assert director.get(path).status_code == read[path], path
        if "POST" in methods:
            answer = director.post(path, data={"csrf_token": token, "title": "家宴", "reason": "误"})
            assert answer.status_code == 409, path
            assert "暂停" in answer.get_data(as_text=True), path
    assert towns.rows_of(WEST_HILL) == before
    switch(app, paused=False)
    room = west.values["room_id"][0]
    assert director.send(f"/c/{WEST_HILL}/rooms/{room}/book", date="").status_code == 422


def test_a_community_that_does_not_exist_has_no_pages(app, west):
    director = sign_in_as(app, "director", "staff", community=WEST_HILL)
    for code in ("330481001999", "西山社区", "330481001009x", "0", "..", "%00", "%F0%9F%98%80"):
        for page in ("/", "/desk", "/rooms/day", "/people", "/nothing"):
            assert director.get(f"/c/{code}{page}").status_code == 404, (code, page)
