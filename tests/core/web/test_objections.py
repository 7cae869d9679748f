"""Pages of objections: filed from a phone or on paper, the code, the public answer; nobody sees another's."""

import io
import re
from html import unescape

import pytest

from core.actor import command
from core.civic.notices.records import NoticePair
from core.civic.objections import filing as objections
from core.civic.objections.records import Objection, ObjectionDraft, Objector
from core.clock import today
from core.people import accounts
from core.store.db import transaction
from core.store.files import FileUse
from core.testing import SOUTH_GARDEN, WEST_HILL, Browser
from tests.core.civic.objection_cases import WORDS, day, notice
from tests.core.web.office_cases import HERE, THERE, person, text
from tests.pictures import picture

pytestmark = pytest.mark.usefixtures("app")
GUEST = {"words": WORDS, "name": "王桂英", "phone": "138 0013 8000"}
ANSWER = {"wording": WORDS, "outcome": "amended", "answer": "第 3 行已更正。"}


@pytest.fixture
def about(app):
    """A notice that takes objections."""
    return notice(WEST_HILL)


def send(browser, about, **fields):
    """A form of an objection as a phone without scripts sends it; the page that follows."""
    return browser.send(f"{HERE}/notices/{about.id}/object", **{**GUEST, **fields})


def filed(browser, about, **fields):
    """The id of an objection that a guest has filed."""
    answer = send(browser, about, **fields)
    assert answer.status_code == 303, text(answer)
    return int(re.search(r"/objections/(\d+)/thanks", answer.headers["Location"])[1])


def code_on(page):
    """The code that a page shows."""
    return re.search(r"(?:objection|slip)-code[^>]*>([A-Z0-9]{4} [A-Z0-9]{4})<", page)[1]


def visible(page):
    """The words of a page, without the keys and digests in its attributes, where any three digits may stand by chance."""
    return re.sub(r"<[^>]*>", " ", page)


def entered(about, **fields):
    """The id of an objection that came on paper."""
    given = {"channel": "paper", "asked_on": day(-9), "name": "陈阿婆", **fields}
    return objections.enter_objection(command(WEST_HILL), about.id, WORDS, **given).objection_id


# --------------------------------------------------------------------------- from a phone


def test_a_guest_objects_in_three_fields_and_reads_before_them_what_happens_with_the_name(client, about):
    page = text(client.get(f"{HERE}/notices/{about.id}/object"))
    assert page.index("您的姓名不会公开") < page.index('name="words"')
    assert re.findall(r'<(?:textarea|input)[^>]* name="(words|name|phone)"', page) == ["words", "name", "phone"]
    assert len(re.findall(r'class="input', page)) == 3
    key = filed(client, about)
    thanks = text(client.get(f"{HERE}/objections/{key}/thanks"))
    code = code_on(thanks)
    assert "第 1 号" in thanks and "最迟" in thanks
    assert code_on(text(client.get(f"{HERE}/objections/{key}/slip"))) == code
    other = Browser(client.application)
    for path in ("", "/thanks", "/slip", "/take-back"):
        assert other.get(f"{HERE}/objections/{key}{path}").status_code == 404
    answer = other.send(f"{HERE}/objections/code", code=code.lower().replace(" ", "-"))
    assert answer.headers["Location"].endswith(f"/objections/{key}")
    assert WORDS in text(other.get(f"{HERE}/objections/{key}"))
    assert "第 1 号" in text(other.get(f"{HERE}/objections/mine"))


def test_a_call_is_promised_only_where_the_office_has_a_number(client, about, as_role):
    """On the page and on the slip: a guest with and without a number, a resident by the register, a letter on paper."""
    pages = []
    for number in ("13800138000", ""):
        answer = client.send(f"{HERE}/notices/{about.id}/object", words=WORDS, name="陈阿婆", phone=number)
        thanks = answer.headers["Location"]
        pages.append((text(client.get(thanks)), text(client.get(thanks.replace("/thanks", "/slip"))), bool(number)))
    for who in (person(), person("李四", "", "3-2-502")):
        resident = as_role("resident", person=who.id)
        thanks = resident.send(f"{HERE}/notices/{about.id}/object", words=WORDS).headers["Location"]
        pages.append(
            (text(resident.get(thanks)), text(resident.get(thanks.replace("/thanks", "/slip"))), bool(who.phone))
        )
    staff = as_role("staff")
    slip = text(staff.get(f"{HERE}/objections/{entered(about, channel='paper')}/slip"))
    for *found, promised in [*pages, (slip, slip, False)]:
        for page in found:
            assert ("打电话告诉您。" in page, "没有您的电话" in page) == (promised, not promised)


def test_a_double_tap_makes_one_objection_and_shows_the_same_code(client, about):
    tap = {"idempotency_key": "one and the same tap"}
    assert filed(client, about, **tap) == filed(client, about, **tap)
    assert Objection.select().count() == 1


def test_bad_input_keeps_what_was_typed(client, about):
    answer = send(client, about, name="", phone="12")
    assert answer.status_code == 422
    page = unescape(text(answer))
    assert WORDS in page and 'value="12"' in page and "error-summary" in page
    assert send(client, about, words="长" * 40_000).status_code == 422
    assert Objection.select().count() == 0


def test_a_notice_that_is_over_says_so_instead_of_asking(client):
    over = notice(WEST_HILL, since=-30, until=-1)
    page = text(client.get(f"{HERE}/notices/{over.id}/object"))
    assert "已经结束" in page and 'name="words"' not in page
    assert send(client, over).status_code == 409
    assert client.get(f"{HERE}/notices/99999/object").status_code == 404
    assert client.get(f"{THERE}/notices/{over.id}/object").status_code == 404


def test_guests_who_write_without_end_have_to_wait(client, about):
    statuses = [send(client, about, words=f"第 {number} 条").status_code for number in range(42)]
    assert statuses[:40] == [303] * 40 and statuses[-1] == 429


def test_guessing_codes_has_to_wait(client):
    page = client.send(f"{HERE}/objections/code", code="ACDE 3467")
    assert page.status_code == 422 and "逐字核对" in text(page)
    statuses = [client.send(f"{HERE}/objections/code", code="ACDE 3467").status_code for _try in range(8)]
    assert statuses[-1] == 429


def test_adds_a_word_and_takes_the_objection_back(client, about):
    key = filed(client, about)
    assert client.send(f"{HERE}/objections/{key}/word", words=" ").status_code == 422
    assert client.send(f"{HERE}/objections/{key}/word", words="附上照片在门卫").status_code == 303
    assert "附上照片在门卫" in text(client.get(f"{HERE}/objections/{key}"))
    assert "撤回第 1 号" in text(client.get(f"{HERE}/objections/{key}/take-back")).replace("要", "")
    assert client.send(f"{HERE}/objections/{key}/take-back").status_code == 303
    assert "本人已撤回" in text(client.get(f"{HERE}/notices/{about.id}"))
    assert client.send(f"{HERE}/objections/{key}/take-back").status_code == 409
    assert "不能再撤回" in text(client.get(f"{HERE}/objections/{key}/take-back"))


# --------------------------------------------------------------------------- with an account


def test_a_resident_keeps_a_draft_that_nobody_else_sees(as_role, about):
    resident = as_role("resident", person=person().id)
    neighbour = as_role("resident", person=person("李四", "13900139000", "1-1-101").id)
    assert "王桂英" not in text(resident.get(f"{HERE}/notices/{about.id}/object"))
    assert resident.send(f"{HERE}/notices/{about.id}/object", words="写了一半", do="draft").status_code == 303
    assert "写了一半" in text(resident.get(f"{HERE}/notices/{about.id}/object"))
    assert about.title in text(resident.get(f"{HERE}/objections/mine"))
    office = as_role("director", "secretary", "staff", "supervisor")
    for browser, path in (
        (neighbour, f"notices/{about.id}/object"), (neighbour, "objections/mine"), (office, "objections"),
        (office, "objections/mine"), (office, "admin/audit"), (office, f"notices/{about.id}/object"),
    ):  # fmt: skip
        page = browser.get(f"{HERE}/{path}", follow_redirects=True)
        assert page.status_code == 200 and "写了一半" not in text(page), path
    assert resident.send(f"{HERE}/notices/{about.id}/object", words=WORDS, do="send").status_code == 303
    assert ObjectionDraft.select().count() == 0 and Objection.select().count() == 1
    assert WORDS in text(resident.get(f"{HERE}/objections/{Objection.get().id}"))
    assert neighbour.get(f"{HERE}/objections/{Objection.get().id}").status_code == 404


# --------------------------------------------------------------------------- the office


def test_the_office_enters_paper_with_its_day_and_a_scan_and_prints_the_slip(as_role, about):
    staff = as_role("staff")
    paper = {
        "notice": str(about.id),
        "channel": "paper",
        "asked_on": day(-2).isoformat(),
        "words": WORDS,
        "name": "陈阿婆",
    }
    given = {**paper, "scans": (io.BytesIO(picture(seed=3)), "异议书.jpg")}
    answer = staff.send(f"{HERE}/objections/new", **given)
    assert answer.status_code == 303, text(answer)
    key = Objection.get().id
    page = text(staff.get(f"{HERE}/objections/{key}/answer"))
    assert "陈阿婆" in page and WORDS in page and "/files/" in page
    assert code_on(text(staff.get(f"{HERE}/objections/{key}/slip")))
    assert staff.get(f"{HERE}/objections/{key}").status_code == 404  # the office is not the objector
    assert staff.send(f"{HERE}/objections/{key}/take-back").status_code == 404
    public = text(Browser(staff.application).get(f"{HERE}/notices/{about.id}"))
    assert "书面" in public and "录入" in public
    scan = f"{HERE}/files/{FileUse.get().id}/full/x.jpg"
    assert staff.get(scan).status_code == 200
    assert Browser(staff.application).get(scan).status_code == 404
    assert as_role("bookkeeper").get(scan).status_code == 404


def test_entering_says_what_is_missing_and_keeps_the_rest(as_role, about):
    staff = as_role("staff")
    answer = staff.send(
        f"{HERE}/objections/new", notice=str(about.id), channel="", asked_on=day(3).isoformat(), words=WORDS
    )
    assert answer.status_code == 422 and WORDS in unescape(text(answer))
    assert staff.send(f"{HERE}/objections/new", notice="99", channel="paper", asked_on="", words="").status_code == 422
    assert Objection.select().count() == 0


def test_a_late_answer_is_late_for_everybody(as_role, about):
    """Handed in on paper nine days ago: the five working days have passed."""
    key = entered(about, asked_on=day(-10))
    visitor, director = Browser(as_role("staff").application), as_role("director")
    late = re.compile(r"已超过期限 \d+ 个工作日，尚未答复")
    assert late.search(text(visitor.get(f"{HERE}/notices/{about.id}")))
    assert late.search(text(director.get(f"{HERE}/objections")))
    assert f"/objections/{key}/answer" in text(director.get(f"{HERE}/inbox"))
    assert "陈阿婆" not in text(visitor.get(f"{HERE}/notices/{about.id}"))
    assert WORDS not in text(visitor.get(f"{HERE}/notices/{about.id}"))
    assert director.send(f"{HERE}/objections/{key}/answer", **ANSWER).status_code == 303
    for path in (f"notices/{about.id}", f"notices/{about.id}/objections/sheet"):
        page = text(visitor.get(f"{HERE}/{path}"))
        assert re.search(r"超过期限 \d+ 个工作日才答复", page) and "第 3 行已更正。" in page and WORDS in page
        assert "陈阿婆" not in page and "调整" in page and "测试员" in page
    assert "陈阿婆" in text(as_role("staff").get(f"{HERE}/calls/today"))


def test_answering_keeps_what_was_typed_and_needs_its_permission(as_role, client, about):
    key = filed(client, about)
    director, staff = as_role("director"), as_role("staff")
    assert staff.send(f"{HERE}/objections/{key}/answer", **ANSWER).status_code == 403
    assert "由主任或书记答复" in text(staff.get(f"{HERE}/objections/{key}/answer"))
    answer = director.send(f"{HERE}/objections/{key}/answer", wording="没有问题", outcome="stands", answer="已核对")
    assert answer.status_code == 422 and "已核对" in text(answer) and "没有问题" in text(answer)
    assert director.send(f"{HERE}/objections/{key}/answer", **{**ANSWER, "outcome": "x"}).status_code == 422
    assert director.send(f"{HERE}/objections/{key}/answer", **ANSWER).status_code == 303
    assert director.send(f"{HERE}/objections/{key}/answer", **ANSWER).status_code == 409
    assert director.send(f"{HERE}/objections/{key}/explain", words="").status_code == 422
    assert director.send(f"{HERE}/objections/{key}/explain", words="明细在门厅").status_code == 303
    assert "明细在门厅" in text(client.get(f"{HERE}/notices/{about.id}"))
    assert "第 3 行已更正。" in text(client.get(f"{HERE}/objections/{key}"))


def test_the_office_s_list_masks_numbers_and_exports_them_to_whom_may_see_them(as_role, client, about):
    filed(client, about)
    staff = as_role("staff")
    page = text(staff.get(f"{HERE}/objections"))
    assert "138 **** 8000" in page and "13800138000" not in page
    answer = staff.send(f"{HERE}/exports/core.objections.xlsx")
    assert answer.status_code == 200 and answer.data[:2] == b"PK"
    for role in ("bookkeeper", "mediator", "grid_officer"):
        assert as_role(role).get(f"{HERE}/objections").status_code == 403
    assert client.get(f"{HERE}/objections").status_code in (303, 401)
    assert not re.search(r"138[ *0-9]{8}|8000", visible(text(client.get(f"{HERE}/notices/{about.id}"))))


@pytest.mark.parametrize("role, community", [("director", SOUTH_GARDEN), ("resident", WEST_HILL)])
def test_the_office_s_pages_are_for_this_office_only(as_role, client, about, role, community):
    key = filed(client, about)
    who = {"person": person("李四", "13900139000", "1-1-101").id} if role == "resident" else {}
    browser = as_role(role, community=community, **who)
    for path in ("objections", "objections/new", f"objections/{key}/answer"):
        assert browser.get(f"{HERE}/{path}").status_code in (403, 404), path
    assert browser.get(f"{THERE}/objections/{key}/answer").status_code in (403, 404)
    assert Objector.get().words == WORDS


def test_a_withdrawn_notice_takes_no_more_and_keeps_what_was_said(as_role, client, about):
    filed(client, about)
    director = as_role("director")
    answer = director.send(f"{HERE}/notices/desk/{about.id}/withdraw", reason="数字有误")
    assert answer.status_code == 303, text(answer)
    assert "异议 1 号" in text(client.get(f"{HERE}/notices/{about.id}"))
    assert send(client, about).status_code == 409
    assert "撤回" in text(as_role("staff").get(f"{HERE}/calls/today"))


def test_the_second_notice_of_a_pair_leads_to_what_was_said_of_the_first(as_role, client):
    with transaction(WEST_HILL):
        pair = NoticePair.create(community=WEST_HILL, title="公共收益", by_label="沈主任")
    first = notice(WEST_HILL, pair_id=pair.id, stage="before")
    second = notice(WEST_HILL, title="公共收益结果", pair_id=pair.id, stage="after", takes_objections=False,
                    objections_until=None, objection_days=0)  # fmt: skip
    filed(client, first)
    page = text(client.get(f"{HERE}/notices/{second.id}"))
    assert f"/notices/{first.id}#objections" in page and f"/notices/{first.id}/objections/sheet" in page
    assert "我有异议" not in page
    desk = text(as_role("staff").get(f"{HERE}/notices/desk/{first.id}"))
    assert "1 条等待答复" in desk and f"/objections/new?notice={first.id}" in desk


def test_the_office_enters_an_objection_from_a_resident_s_page(as_role, about):
    who, staff = person(), as_role("staff")
    assert f"/objections/new?for={who.public_id}" in text(staff.get(f"{HERE}/people/{who.public_id}"))
    assert who.name in text(staff.get(f"{HERE}/objections/new?for={who.public_id}"))
    paper = {"for": who.public_id, "notice": str(about.id), "channel": "telephone", "words": WORDS}
    assert staff.send(f"{HERE}/objections/new", **paper, asked_on=today().isoformat()).status_code == 303
    assert (Objector.get().person_id, Objector.get().name, Objector.get().phone) == (who.id, who.name, "")


def test_without_objections_the_sheet_says_so(client, about):
    page = text(client.get(f"{HERE}/notices/{about.id}/objections/sheet"))
    assert "公示期间没有人提出异议" in page and str(today().year) in page


def test_whoever_signs_in_next_does_not_get_a_guests_objection(client, about, app):
    key = filed(client, about)
    assert client.get(f"{HERE}/objections/{key}").status_code == 200
    neighbour = person(name="李四", phone="13900000000")
    account = accounts.open_account(command(WEST_HILL), neighbour.public_id, "830174")
    assert account and client.send("/login", name="李四", secret="830174", community=WEST_HILL).status_code == 303
    assert client.get(f"{HERE}/objections/{key}").status_code != 200
    client.send("/logout")
    assert client.get(f"{HERE}/objections/{key}").status_code != 200
