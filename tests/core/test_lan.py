"""Addresses that are printed must be ones a phone can open."""

from __future__ import annotations

import pytest

from core import lan


def test_a_name_only_this_machine_knows_becomes_its_lan_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan, "addresses", lambda: ["192.168.1.20"])
    for url in ("http://127.0.0.1:8080/c/1/", "http://localhost:8080/c/1/", "http://[::1]:8080/c/1/"):
        assert lan.reachable_url(url) == "http://192.168.1.20:8080/c/1/"
    assert lan.reachable_url("http://127.0.0.1/") == "http://192.168.1.20/"


def test_other_addresses_and_machines_without_a_network_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan, "addresses", list)
    assert lan.reachable_url("http://127.0.0.1/") == "http://127.0.0.1/"
    assert lan.reachable_url("http://192.168.1.9:81/") == "http://192.168.1.9:81/"


def test_loopback_is_no_address_for_others() -> None:
    assert not [address for address in lan.addresses() if address.startswith("127.")]
