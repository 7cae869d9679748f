"""Every page declares who may use it, and the gate holds for every page that exists."""

import pytest


def test_every_endpoint_declares_its_access(app):
    undeclared = [
        rule.endpoint for rule in app.url_map.iter_rules() if not hasattr(app.view_functions[rule.endpoint], "access")
    ]
    assert undeclared == []


def test_every_permission_of_a_view_is_declared(app):
    registry = app.extensions["linli_registry"]
    for function in app.view_functions.values():
        if function.access.permission:
            registry.check_permission(function.access.permission)


def test_an_unsafe_request_without_a_token_changes_nothing(app, client):
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and not rule.arguments:
            assert client.post(rule.rule).status_code == 403, rule.rule


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost.evil.example"])
def test_refuses_a_form_from_another_origin(client, origin):
    token = client.token()
    answer = client.post("/prefs", data={"csrf_token": token, "size": "large"}, headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "linli.evil.example:8080", "localhost.evil.example"])
def test_refuses_a_host_that_is_not_this_machine(client, host):
    assert client.get("/office", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "192.168.1.20", "[::1]:8080"])
def test_answers_under_its_own_addresses(client, host):
    assert client.get("/login", headers={"Host": host}).status_code == 200
