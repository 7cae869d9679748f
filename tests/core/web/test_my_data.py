"""My data on the pages: seen, taken along, asked to be put right or erased; staff's pages for it; nobody sees another's."""

import json

import pytest

from core.civic.privacy.requests import PrivacyRequest
from core.people.person import Person
from core.store.audit import AuditEntry
from core.testing import WEST_HILL
from tests.core.web.office_cases import HERE, person, text

pytestmark = pytest.mark.usefixtures("app")
DATA, DESK = f"{HERE}/mine/data", f"{HERE}/admin/privacy"
HOSTILE = "<script>alert(1)</script>\u202e\u2028😀"


@pytest.fixture
def two(as_role):
    """Two neighbours and their browsers."""
    one, other = person(), person("李四", "13900139000", "1-1-101")
    return one, other, as_role("resident", person=one.id), as_role("resident", person=other.id)


def test_a_resident_sees_everything_and_a_neighbour_nothing_of_it(two):
    _one, _other, mine, theirs = two
    page = text(mine.get(DATA))
    assert "张三丰" in page and "138 0013 8000" in page and "3-2-501" in page and "李四" not in page
    assert "张三丰" not in text(theirs.get(DATA))
    assert "我的信息" in text(mine.get(f"{HERE}/mine"))


def test_a_copy_is_the_own_one_not_kept_by_browsers_and_noted(two):
    _one, _other, mine, theirs = two
    answer = mine.send(f"{DATA}/copy.json")
    assert "张三丰" in answer.get_data(as_text=True) and json.loads(answer.data)
    assert answer.headers["Cache-Control"] == "no-store" and "attachment" in answer.headers["Content-Disposition"]
    assert mine.send(f"{DATA}/copy.xlsx").data[:2] == b"PK"
    assert "张三丰" not in theirs.send(f"{DATA}/copy.json").get_data(as_text=True)
    assert [row.action for row in AuditEntry.select()].count("core.person.copied") == 3
    assert mine.get(f"{DATA}/copy.json").status_code == 405
    assert mine.send(f"{DATA}/copy.pdf").status_code == 404


def test_a_correction_is_asked_and_answered(two, as_role):
    one, _other, mine, theirs = two
    assert mine.send(f"{DATA}/correct", wish=" ").status_code == 422
    long = text(mine.send(f"{DATA}/correct", wish=HOSTILE + "长" * 100_000))
    assert "<script>alert" not in long and PrivacyRequest.select().count() == 0
    assert mine.send(f"{DATA}/correct", wish=f"电话错了 {HOSTILE}").status_code == 303
    again = mine.send(f"{DATA}/correct", wish="又一次")
    assert again.status_code == 409
    director = as_role("director")
    desk = text(director.get(DESK))
    assert "张三丰" in desk and "电话错了" in desk and "<script>alert" not in desk
    address = f"{DESK}/requests/{PrivacyRequest.get().id}"
    assert "<script>alert" not in text(director.get(address))
    assert director.send(address, verb="fulfil", answer="").status_code == 422
    assert director.send(address, verb="fulfil", answer="已改成新号码").status_code == 303
    assert "已改成新号码" in text(mine.get(DATA)) and "已改成新号码" not in text(theirs.get(DATA))
    assert director.send(address, verb="refuse", answer="x").status_code == 409
    for browser in (mine, as_role("staff")):
        assert browser.get(DESK).status_code == browser.get(address).status_code == 403
    south = as_role("director", community="330481001012")
    assert south.get(address.replace(WEST_HILL, "330481001012")).status_code == 404
    assert one.name not in text(south.get("/c/330481001012/admin/privacy"))


def test_staff_enter_a_request_from_the_counter_and_hand_the_copy_over(two, as_role):
    one, *_rest = two
    staff, director = as_role("staff"), as_role("director")
    address = f"{HERE}/people/{one.public_id}/data-request"
    assert "个人信息申请" in text(staff.get(f"{HERE}/people/{one.public_id}"))
    wrong = text(staff.send(address, ask="copy", wish="要一份", way="paper", requested_on="2999-01-01"))
    assert "要一份" in wrong and PrivacyRequest.select().count() == 0
    given = {"ask": "copy", "wish": "要一份", "way": "paper", "requested_on": "2026-01-05"}
    assert staff.send(address, **given).status_code == 303
    asked = f"{DESK}/requests/{PrivacyRequest.get().id}"
    assert "张三丰" in director.send(f"{asked}/copy.json").get_data(as_text=True)
    assert staff.send(f"{asked}/copy.json").status_code == 403


def test_erasure_shows_what_goes_asks_for_the_name_and_the_password(two, as_role):
    from core.people import secrets
    from core.people.account_records import Account
    from core.store.db import transaction

    one, _other, mine, _theirs = two
    assert "会怎么样" in text(mine.get(f"{DATA}/erase"))
    assert mine.send(f"{DATA}/erase", wish="").status_code == 303
    director = as_role("director")
    stored = secrets.hash_secret("correct horse battery")
    with transaction():
        chief = Account.select().where(Account.kind == "staff").order_by(Account.id.desc()).get()
        Account.update(secret=stored).where(Account.id == chief.id).execute()
    address = f"{DESK}/requests/{PrivacyRequest.get().id}/erase"
    page = text(director.get(address))
    assert "居民花名册" in page and "操作记录依法要保存" in page
    assert director.send(address, name="张三丰", password="wrong").status_code == 422
    assert director.send(address, name="李四", password="correct horse battery").status_code == 422
    assert Person.get_by_id(one.id).name == "张三丰"
    assert director.send(address, name="张三丰").status_code == 303
    assert Person.get_by_id(one.id).name.startswith("已删除")
    assert mine.get(DATA).status_code == 303
    assert "张三丰" not in text(director.get(DESK)) and director.get(address).status_code == 409


@pytest.mark.parametrize("path", ["", "/correct", "/erase"])
def test_strangers_sign_in_and_staff_without_a_resident_find_nothing(client, as_role, path):
    assert client.get(DATA + path).status_code == 303
    assert as_role("director").get(DATA + path).status_code == 404
