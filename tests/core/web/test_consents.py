"""Pages of separate consents: one's own, a child's by the guardian, the office's from paper, and what needs them."""

import io
import re

import pytest

from core.actor import command
from core.civic.privacy import care_notes, consents
from core.civic.privacy.care_notes import CARE, CareNote
from core.civic.reaching import calls
from core.clock import today
from core.people import permissions, residents
from core.people.consent_records import CHILD, SeparateConsent
from core.people.privacy_notice import PrivacyConsent
from core.store.files import FileUse
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser, sign_in_as
from tests.core.web.office_cases import HERE, THERE, person, text
from tests.pictures import picture

pytestmark = pytest.mark.usefixtures("app")
YEAR = today().year
WORDS = "听力不好"
HOSTILE = "<script>alert(1)</script>\u202e\u2028😀"


@pytest.fixture
def who():
    return person()


@pytest.fixture
def mine(app, who):
    return sign_in_as(app, "resident", person=who.id)


@pytest.fixture
def child(who):
    return person("小宝", "", birth_year=YEAR - 6)


def test_each_question_stands_by_itself_with_nothing_chosen(mine):
    page = text(mine.get(f"{HERE}/mine/consents"))
    assert "还没有答复" in page and f"{HERE}/mine/consents/{CARE}" in page and CHILD not in page
    page = text(mine.get(f"{HERE}/mine/consents/{CARE}"))
    assert "checked" not in page and 'value="agree"' in page and 'value="decline"' in page
    for words in ("做什么用", "保存多久", "如果不同意", "不影响办事"):
        assert words in page
    assert "我的同意" in text(mine.get(f"{HERE}/mine"))


def test_agreeing_and_taking_back_says_what_follows(mine, who):
    assert mine.send(f"{HERE}/mine/consents/{CARE}", say="agree").status_code == 303
    care_notes.write_care(command(WEST_HILL), who.public_id, WORDS)
    assert WORDS in text(mine.get(f"{HERE}/mine/data"))
    page = text(mine.get(f"{HERE}/mine/consents/{CARE}"))
    assert "立即清除，不能恢复" in page and "收回" in page and 'value="agree"' not in page
    assert mine.send(f"{HERE}/mine/consents/{CARE}", say="decline").status_code == 303
    assert CareNote.select().count() == 0 and WORDS not in text(mine.get(f"{HERE}/mine/data"))


def test_an_answer_that_is_none_is_a_no_and_unknown_questions_are_not_found(mine, client):
    assert mine.send(f"{HERE}/mine/consents/{CARE}").status_code == 303
    assert SeparateConsent.get().given is False
    for name in ("core.nothing", CHILD, "x" * 200, "%00"):
        assert mine.get(f"{HERE}/mine/consents/{name}").status_code == 404
        assert mine.send(f"{HERE}/mine/consents/{name}", say="agree").status_code == 404
    assert client.get(f"{HERE}/mine/consents").status_code == 303


def test_a_double_tap_is_one_answer(mine):
    for _tap in (1, 2):
        mine.send(f"{HERE}/mine/consents/{CARE}", say="agree", idempotency_key="the very same tap")
    assert SeparateConsent.select().count() == 1


def test_a_guardian_answers_for_a_child_of_the_home_and_nobody_else(app, mine, child):
    assert "关于小宝" in text(mine.get(f"{HERE}/mine/consents"))
    address = f"{HERE}/mine/consents/{CHILD}?child={child.public_id}"
    assert "您是孩子的" in text(mine.get(address))
    without = mine.send(address, say="agree", child=child.public_id)
    assert without.status_code == 422 and SeparateConsent.select().count() == 0
    assert mine.send(address, say="agree", child=child.public_id, relation="parent").status_code == 303
    assert SeparateConsent.get().guardian == "张三丰"
    neighbour = sign_in_as(app, "resident", person=person("李四", "13900139000", "1-1-101").id)
    south = sign_in_as(app, "resident", person=person("王五", "", "1-1-101", SOUTH_GARDEN).id, community=SOUTH_GARDEN)
    for browser, base in ((neighbour, HERE), (south, THERE), (mine, THERE)):
        theirs = address.replace(HERE, base)
        assert browser.get(theirs).status_code == 404
        assert browser.send(theirs, say="agree", child=child.public_id, relation="parent").status_code == 404
    assert SeparateConsent.select().count() == 1


def test_the_office_enters_paper_with_its_day_and_scan(as_role, who):
    staff, address = as_role("staff"), f"{HERE}/people/{who.public_id}/consents"
    assert f"{address}/{CARE}" in text(staff.get(address))
    assert "child" not in text(staff.get(f"{address}/{CARE}")) and "监护人" not in text(staff.get(f"{address}/{CARE}"))
    assert staff.send(f"{address}/{CARE}", given="maybe", asked_on="2026-01-05").status_code == 422
    assert staff.send(f"{address}/{CARE}", given="yes", asked_on="2999-01-05").status_code == 422
    scan = (io.BytesIO(picture(seed=3)), "同意书.jpg")
    assert staff.send(f"{address}/{CARE}", given="yes", asked_on="2026-01-05", scans=scan).status_code == 303
    page = text(staff.get(address))
    file = re.search(r'href="([^"]*/files/[^"]+)"', page)[1]
    assert "书面" in page and staff.get(file).status_code == 200
    for browser in (Browser(staff.application), as_role("bookkeeper"), as_role("grid_officer")):
        assert browser.get(file).status_code in (303, 404)
    assert FileUse.select().count() == 1
    for browser, code in ((as_role("grid_officer"), 403), (as_role("bookkeeper"), 403)):
        assert browser.get(address).status_code == code and browser.get(f"{address}/{CARE}").status_code == code
    south = as_role("director", community=SOUTH_GARDEN)
    assert south.get(address.replace(HERE, THERE)).status_code == 404
    assert south.send(f"{address.replace(HERE, THERE)}/{CARE}", given="yes", asked_on="2026-01-05").status_code == 404


def test_what_help_is_needed_with_is_written_only_after_a_yes_and_shown_to_whoever_visits(as_role, who):
    staff, address = as_role("staff"), f"{HERE}/people/{who.public_id}/care"
    assert "还没有同意" in text(staff.get(address)) and "<textarea" not in text(staff.get(address))
    assert staff.send(address, words=WORDS).status_code == 409
    consents.enter(command(WEST_HILL), who.public_id, CARE, True, today())
    assert staff.send(address, words="长" * 100_000).status_code == 422
    assert staff.send(address, words=f"{WORDS}{HOSTILE}").status_code == 303
    page = text(as_role("grid_officer").get(f"{HERE}/people/{who.public_id}"))
    assert WORDS in page and "<script>alert" not in page
    task = calls.ask_to_call(command(WEST_HILL), who.ref, "test", name=who.name, why="体检", person_id=who.id)
    assert WORDS in text(staff.get(f"{HERE}/calls/today/{task.id}"))
    assert as_role("grid_officer").send(address, words="x").status_code == 403
    assert WORDS not in text(as_role("director").get(f"{HERE}/admin/audit"))
    consents.enter(command(WEST_HILL), who.public_id, CARE, False, today())
    assert WORDS not in text(staff.get(f"{HERE}/people/{who.public_id}"))
    assert WORDS not in text(staff.get(f"{HERE}/calls/today/{task.id}"))


def test_the_record_of_a_child_stays_shut_for_others_with_the_reason(as_role, child):
    address = f"{HERE}/people/{child.public_id}"
    shut = as_role("grid_officer").get(address)
    assert shut.status_code == 403 and "未满 14 周岁" in text(shut)
    open_page = text(as_role("staff").get(address))
    assert "父母或其他监护人同意后才能开户" in open_page and "/slips/person/" not in open_page
    refused = as_role("staff").get(f"{HERE}/slips/person/{child.public_id}")
    assert refused.status_code == 409 and "先由父母或其他监护人同意" in text(refused)
    permissions.set_permission(command(WEST_HILL), "staff", "core.people.children", False)
    for path in ("", "/edit", "/consents", "/consents/print", "/care", "/consent", "/data-request"):
        assert as_role("staff").get(address + path).status_code == 403, path
    assert as_role("staff").send(f"{address}/phone", purpose="contact").status_code == 403


def test_thirteen_or_fourteen_is_asked_and_noted(as_role):
    youth = person("小雨", "", birth_year=YEAR - 14)
    staff, address = as_role("staff"), f"{HERE}/people/{youth.public_id}"
    assert "今年 13 或 14 周岁" in text(staff.get(f"{address}/consents"))
    assert staff.send(f"{address}/fourteen").status_code == 303
    page = text(staff.get(f"{address}/consents"))
    assert "今年 13 或 14 周岁" not in page and CHILD not in page
    assert "/slips/person/" in text(staff.get(address))
    assert staff.send(f"{HERE}/people/{person('张三', '').public_id}/fourteen").status_code == 409


def test_a_child_who_signs_in_is_not_asked_but_the_family_is(app, child):
    actor = command(WEST_HILL)
    consents.enter(actor, child.public_id, CHILD, True, today(), guardian="张三丰", relation="parent")
    own = sign_in_as(app, "resident", person=child.id)
    assert "父母或其他监护人替您答复" in text(own.get(f"{HERE}/mine/consents"))
    assert own.get(f"{HERE}/mine/consents/{CARE}").status_code == 404
    assert own.send(f"{HERE}/mine/consents/{CARE}", say="agree").status_code == 404
    assert own.send(f"{HERE}/mine/consent", version="1", say="agree").status_code == 409
    assert "去看看" not in text(own.get(f"{HERE}/mine"))
    assert residents.person_page(actor, child.public_id).name == "小宝"


def test_the_questions_print_with_nothing_ticked_and_a_guardian_s_line_for_a_child(as_role, who, child):
    staff = as_role("staff")
    page = text(staff.get(f"{HERE}/people/{who.public_id}/consents/print"))
    assert page.count("□ 同意") == page.count("□ 不同意") == 1 and "父亲或母亲" not in page and "张三丰" in page
    page = text(staff.get(f"{HERE}/people/{child.public_id}/consents/print"))
    assert page.count("□ 同意") == 2 and "□ 父亲或母亲" in page


def test_a_slip_for_a_child_enters_nothing_in_the_child_s_name(as_role, child):
    consents.enter(command(WEST_HILL), child.public_id, CHILD, True, today(), guardian="张三丰", relation="parent")
    staff, address = as_role("staff"), f"{HERE}/slips/person/{child.public_id}"
    assert 'name="told"' not in text(staff.get(address))
    assert staff.send(address, told="1").status_code == 200
    assert PrivacyConsent.select().count() == 0
