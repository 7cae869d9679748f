"""Printing a record's form: numbered by a post, shown by a get, for whom it is."""

import io
import re

import pytest

from core.civic.intake import CallIntake
from core.civic.sheets import Sheet
from tests.core.web.office_cases import HERE, text

pytestmark = pytest.mark.usefixtures("app")


def taken(browser, **fields):
    browser.send(f"{HERE}/calls/new", **{"who": "王阿姨", "what": "楼道灯坏了", "requested_on": "2026-11-02", **fields})
    return CallIntake.get()


def test_a_double_tap_gives_one_number_and_leads_to_the_sheet(as_role):
    browser = as_role("staff")
    call = taken(browser)
    for _tap in range(2):
        answer = browser.send(f"{HERE}/forms/core.call_record/{call.id}", idempotency_key="the very same tap")
        assert answer.status_code == 303
        assert answer.location.endswith(f"/forms/core.call_record/{call.id}")
    assert Sheet.select().count() == 1
    page = text(browser.get(f"{HERE}/forms/core.call_record/{call.id}"))
    assert Sheet.get().number in page
    assert "王阿姨" in page
    assert Sheet.get().number in text(browser.get(f"{HERE}/calls/{call.id}"))


def test_looking_at_a_form_gives_no_number(as_role):
    browser = as_role("staff")
    call = taken(browser)
    assert "这张表还没有编号" in text(browser.get(f"{HERE}/forms/core.call_record/{call.id}"))
    assert Sheet.select().count() == 0


def test_refuses_whoever_may_not_see_the_record(as_role, client):
    call = taken(as_role("staff"))
    assert as_role("supervisor").get(f"{HERE}/forms/core.call_record/{call.id}").status_code == 403
    assert client.get(f"{HERE}/forms/core.call_record/{call.id}").status_code in (303, 401, 403)
    assert as_role("staff").get(f"{HERE}/forms/core.call_record/999").status_code == 404
    assert as_role("staff").get(f"{HERE}/forms/core.nothing/1").status_code == 404


def test_words_of_a_caller_are_shown_as_words(as_role):
    browser = as_role("staff")
    call = taken(browser, who="<script>alert(1)</script>")
    assert "<script>alert" not in text(browser.get(f"{HERE}/forms/core.call_record/{call.id}"))


def send_scan(browser, path, name="scan.pdf", data=b"%PDF-1.7\n%%EOF\n"):
    fields = {
        "csrf_token": browser.token(),
        "idempotency_key": f"scan {path} {name}",
        "files": [(io.BytesIO(data), name)],
    }
    return browser.post(path, data=fields, content_type="multipart/form-data")


def test_the_signed_sheet_comes_back_to_the_record(as_role):
    browser = as_role("staff")
    call = taken(browser)
    path = f"{HERE}/forms/core.call_record/{call.id}"
    assert "请先打印" in text(browser.get(f"{path}/signed"))
    assert send_scan(browser, f"{path}/signed", "early.pdf").status_code == 409
    browser.send(path)
    assert send_scan(browser, f"{path}/signed").status_code == 303
    page = text(browser.get(f"{path}/signed"))
    address = re.search(r'href="([^"]+/files/[^"]+)"', page)[1]
    assert browser.get(address).data == b"%PDF-1.7\n%%EOF\n"
    assert as_role("supervisor").get(address).status_code == 404
    assert as_role("supervisor").get(f"{path}/signed").status_code == 403

    removal = re.search(r'action="([^"]+/signed/\d+/remove)"', page)[1]
    assert as_role("supervisor").send(removal).status_code == 403
    assert browser.send(removal).status_code == 303
    assert "scan.pdf" not in text(browser.get(f"{path}/signed"))


def test_refuses_what_is_no_scan_and_says_why(as_role):
    browser = as_role("staff")
    call = taken(browser)
    path = f"{HERE}/forms/core.call_record/{call.id}"
    browser.send(path)
    answer = send_scan(browser, f"{path}/signed", "scan.html", b"<script>alert(1)</script>")
    assert answer.status_code == 422
    assert "field-error" in text(answer)
