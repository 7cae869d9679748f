"""The residents' first pages, the reading preferences and the first address."""

import pytest

from core.testing import WEST_HILL

BASE = f"/c/{WEST_HILL}"


@pytest.mark.parametrize("path", ["/", "/office", "/mine", "/privacy"])
def test_public_pages_need_no_account_and_show_the_office(client, path):
    page = client.get(BASE + path)
    assert page.status_code == 200
    for fact in ("西山社区", "硖石街道西山路 1 号", "0573-87000001"):
        assert fact in page.get_data(as_text=True)


@pytest.mark.parametrize("query", ["预约", "hdsyy", "huodong"])
def test_a_service_is_found_by_chinese_and_by_pinyin(client, query):
    page = client.get(f"{BASE}/?q={query}", headers={"HX-Request": "true"})
    assert f"{BASE}/rooms/day" in page.get_data(as_text=True)
    assert "<html" not in page.get_data(as_text=True)


def test_a_search_without_result_says_what_to_do(client):
    page = client.get(f"{BASE}/?q=<script>xyz").get_data(as_text=True)
    assert "没有找到" in page and "值班电话" in page and "<script>xyz" not in page


def test_a_history_restore_gets_the_whole_page(client):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get(f"{BASE}/", headers=headers).get_data(as_text=True)


def test_several_communities_are_offered_at_the_first_address(client):
    page = client.get("/").get_data(as_text=True)
    assert "西山社区" in page and "南苑社区" in page


@pytest.mark.parametrize(
    "field, value, shown",
    [("size", "large", 'data-size="large"'), ("theme", "dark", 'data-theme="dark"'), ("lang", "en", 'lang="en"')],
)
def test_a_preference_is_kept_and_leads_back(client, field, value, shown):
    answer = client.send("/prefs", **{field: value, "next": f"{BASE}/office"})
    assert (answer.status_code, answer.location) == (303, f"{BASE}/office")
    assert shown in client.get(f"{BASE}/office").get_data(as_text=True)


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/x"]
)
def test_a_preference_leads_to_no_other_site(client, target):
    assert client.send("/prefs", size="large", next=target).location == "/"


def test_an_unknown_preference_is_ignored(client):
    client.send("/prefs", size="gigantic", theme="<b>", lang="xx")
    assert 'data-size="standard" data-theme="light"' in client.get(f"{BASE}/").get_data(as_text=True)
