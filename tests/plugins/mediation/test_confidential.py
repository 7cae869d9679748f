"""What must never fail: nothing of a case reaches anybody but its mediators, the head and the clerk.

Marked words are planted in every field of cases in all stages; then everything every other role can reach is read for them.
"""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass, field, replace

import pytest

from core.actor import Actor, command
from core.civic import sheets
from core.civic.attachments import keep_upload
from core.civic.inbox import todos
from core.clock import today
from core.errors import Refused
from core.people import account_list, accounts, permissions
from core.people.permissions import ROLES
from core.people.sessions import open_session
from core.plugin.registry import active
from core.store.audit import AuditDetail, AuditEntry
from core.store.db import database, now
from core.testing import WEST_HILL, Browser, sign_in_as
from core.web.gate import SESSION_COOKIE
from plugins.mediation import service
from plugins.mediation.models import Case, CaseView, Session
from plugins.rooms import service as rooms
from tests import town as towns

pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")
# Names, telephone numbers, doors, reasons, words of both sides: each is found in whatever it leaks into.
PLANTED = {
    "name": "隐名甲某", "other": "隐名乙某", "phone": "13911112222", "other_phone": "13933334444", "door": "隐门9-9-909",
    "other_door": "隐门8-8-808", "facts": "隐事漏水打架", "request": "隐求赔偿", "wish": "隐时周末", "answer": "隐答不认",
    "words": "隐录双方说话", "terms": "隐协分期", "duty": "隐务还钱", "note": "隐记上门", "job": "隐业木匠", "guardian": "隐护父亲",
    "ending": "隐终不谈", "followup": "隐访满意", "recorder": "隐书记录", "invitee": "隐邀舅舅", "court": "隐院法院", "issues": "隐焦点",
    "asked": "隐证邻居", "asked_place": "隐查楼道", "said": "隐查听见", "relation": "隐系亲戚", "piece": "隐据照片", "giver": "隐据交人",
    "taker": "隐据取人", "office": "隐报派出所", "danger": "隐报扬言", "answered": "隐报出警", "source": "隐源网格员",
    "told": "隐源答复", "explanation": "隐明补件", "rest": "隐停鉴定", "changed": "隐改协议",
}  # fmt: skip
MARKS = tuple(word.encode() for word in PLANTED.values())
BASE = f"/c/{WEST_HILL}"


@dataclass
class Planted:
    """The cases with the marks, and who may see them."""

    town: towns.Town
    head: Actor
    mediator: Actor
    browsers: dict[str, Browser] = field(default_factory=dict)
    cases: list[int] = field(default_factory=list)
    code: str = ""


def opened(app, name: str, label: str) -> tuple[Actor, Browser]:
    """A colleague with the role of a mediator, and the browser that one uses."""
    account_list.open_staff(command(WEST_HILL), name, label, ["mediator"])
    account = accounts.account_named(name)
    actor = permissions.actor_of(account.id, WEST_HILL)
    browser = Browser(app)
    browser.set_cookie(SESSION_COOKIE, open_session(account, opened_with="password", address="127.0.0.1", agent="t"))
    return actor, browser


@pytest.fixture
def planted(app) -> Planted:
    """A town with the head's and a mediator's cases in every stage, full of marks."""
    town = towns.build(app, WEST_HILL, "显")
    office = command(WEST_HILL)
    head, head_browser = opened(app, "hidden1", "隐藏主任")
    mediator, own_browser = opened(app, "hidden2", "隐藏调解")
    _stranger, strange_browser = opened(app, "hidden3", "路人调解")
    # The town has a head already; this one is a clerk, who sees every case as well.
    service.enter(office, head.account, "", "clerk")
    mine = service.enter(office, mediator.account, "", "mediator")
    stranger = service.enter(office, _stranger.account, "", "mediator")
    assert stranger.office == "mediator"
    made = Planted(town, head, mediator, {"clerk": head_browser, "own": own_browser, "other mediator": strange_browser})
    made.cases = [_applied(head), _ended(head), _meeting(head, mine.id), _agreed(head, mine.id)]
    heard = service.hear_of(head, [service.Person(PLANTED["name"])], service.Told(PLANTED["facts"]))
    made.cases.append(heard.id)
    at_door = service.settled_at_the_door(
        head, [service.Person(PLANTED["name"])], service.Told(PLANTED["facts"]), PLANTED["ending"]
    )
    made.cases.append(at_door.id)
    _print_and_sign(head, made.cases[0])
    held = list(Session.of(WEST_HILL).where(Session.occurrence_id.is_null(False)))
    town.values["occurrence_id"] += [each.occurrence_id for each in held]
    town.values["ref"] += [f"rooms.occurrence:{each.occurrence_id}" for each in held]
    return made


def _print_and_sign(actor: Actor, case: int) -> None:
    """A form with its number and the signed sheet, whose file is called after a party."""
    sheets.number_form(actor, "mediation.application", case)
    scan = keep_upload(actor, f"{PLANTED['name']}.png", towns.PIXEL, ("picture",))
    (use,) = sheets.add_signed(actor, "mediation.application", case, [(scan.token, "")])
    sheets.remove_signed(actor, "mediation.application", case, use)


def _applied(actor: Actor) -> int:
    case = service.apply(
        actor, service.Person(PLANTED["name"], PLANTED["phone"], PLANTED["door"]),
        service.Person(PLANTED["other"], PLANTED["other_phone"], PLANTED["other_door"]),
        service.Told(PLANTED["facts"], PLANTED["request"], PLANTED["wish"], "neighbours"),
    )  # fmt: skip
    service.contact(actor, case.id)
    service.describe(
        actor,
        case.id,
        facts=PLANTED["facts"],
        answer=PLANTED["answer"],
        dispute="neighbours",
        request=PLANTED["request"],
        wished_time=PLANTED["wish"],
    )
    service.prevent(actor, case.id, "brawl", 12, PLANTED["note"])
    _papers(actor, case.id)
    for party in service.parties_of(case):
        person = service.Person(party.name, party.phone, party.address)
        service.edit_party(
            actor, case.id, party.id, person, age=17, guardian=PLANTED["guardian"], occupation=PLANTED["job"]
        )
        service.answer_of(actor, case.id, party.id, consents=True, rights_told=True, identity_seen=True)
    return int(case.id)


def _papers(actor: Actor, key: int) -> None:
    asked = service.Asked(
        PLANTED["asked"], PLANTED["asked_place"], PLANTED["said"], PLANTED["recorder"], PLANTED["relation"]
    )
    service.sign_interview(actor, key, service.interview(actor, key, asked).id)
    piece = service.receive(actor, key, service.Piece(PLANTED["piece"], PLANTED["giver"], is_original=True, pages=2))
    service.give_back(actor, key, piece.id, PLANTED["taker"])
    alarm = service.Alarm("crime", PLANTED["office"], PLANTED["recorder"], PLANTED["danger"], PLANTED["answered"])
    service.report_danger(actor, key, alarm)
    service.reply(actor, key, PLANTED["source"], PLANTED["told"])
    service.explain(actor, key, PLANTED["explanation"])


def _ended(actor: Actor) -> int:
    key = _applied(actor)
    service.not_accept(actor, key, "refused", PLANTED["ending"])
    return key


def _accepted(actor: Actor, mediator: int) -> int:
    key = _applied(actor)
    service.accept(actor, key)
    service.assign(actor, key, mediator, "committee", True, in_spite=True)
    return key


def _meeting(actor: Actor, mediator: int) -> int:
    key = _accepted(actor, mediator)
    service.suspend(actor, key, today() + datetime.timedelta(days=2), PLANTED["rest"])
    room, second = (each.id for each in rooms.rooms(WEST_HILL)[:2])
    meeting = service.Meeting(room, today() + datetime.timedelta(days=3), 540, 600, second_room=second, stagger=15)
    service.schedule(actor, key, meeting)
    party = service.parties_of(Case.get_by_id(key))[0]
    service.issue_code(actor, key, party.id)
    return key


def _agreed(actor: Actor, mediator: int) -> int:
    key = _accepted(actor, mediator)
    yesterday = now() // 60_000 - 1440
    service.meet_elsewhere(actor, key, yesterday, yesterday + 60, "甲方家里")
    case = Case.get_by_id(key)
    came = [service.Attended(party.id, True, True) for party in service.parties_of(case)]
    service.write_record(
        actor,
        key,
        came,
        PLANTED["words"],
        recorder=PLANTED["recorder"],
        invitees=PLANTED["invitee"],
        invitees_agreed=True,
    )
    owed = service.Owed(service.parties_of(case)[0].id, PLANTED["duty"], today() + datetime.timedelta(days=5))
    service.agree_orally(
        actor, key, service.Wording(PLANTED["facts"], PLANTED["terms"], PLANTED["issues"], duties=(owed,))
    )
    service.confirm_step(actor, key, "apply", court=PLANTED["court"])
    service.confirm_step(actor, key, "reject")
    service.amend(actor, key, service.Wording(PLANTED["facts"], PLANTED["changed"]))
    service.refuse_to_sign(actor, key)
    service.keep_agreement(actor, key)
    service.follow_up(
        actor, key, performance="whole", satisfaction="satisfied", hidden_risk=True, words=PLANTED["followup"]
    )
    return key


def leaked(answer) -> list[str]:
    """The marks an answer holds, in its body or its headers."""
    whole = answer.get_data() + repr(list(answer.headers)).encode()
    return [mark.decode() for mark in MARKS if mark in whole]


def everybody_else(app, planted: Planted) -> dict[str, Browser]:
    """One browser for each other role, all roles of the office together, the owner, a resident, nobody."""
    found = {role: sign_in_as(app, role) for role, kind in ROLES.items() if kind.grantable}
    office = [name for name, role in ROLES.items() if role.grantable and name != "mediator"]
    found["whole office"] = sign_in_as(app, *office)
    found["owner"] = sign_in_as(app, "owner")
    found["resident"] = towns.resident(app, planted.town, 0)
    found["other mediator"] = planted.browsers["other mediator"]
    found["nobody"] = Browser(app)
    return found


def addresses(app, planted: Planted) -> list[tuple[str, list[str]]]:
    """Every address of the community about every record, those of the planted cases, their forms, threads and files."""
    town = planted.town
    found: dict[str, list[str]] = {}
    for rule in towns.community_rules(app):
        for nth in range(towns.count_for(rule, town)):
            values = towns.values_for(rule, town, nth)
            found[towns.address(app, rule, WEST_HILL, values)] = towns.methods(rule)
            for case in planted.cases if "case_id" in rule.arguments else ():
                found[towns.address(app, rule, WEST_HILL, {**values, "case_id": case})] = towns.methods(rule)
    for case in planted.cases:
        for kind in ("case", "session", "agreement", "arrival", "interview", "office_report"):
            found[f"{BASE}/threads/mediation.{kind}:{case}"] = ["GET"]
        for _plugin, sheet in active().declared("sheets"):
            found[f"{BASE}/forms/{sheet.name}/{case}"] = ["GET"]
            found[f"{BASE}/forms/{sheet.name}/{case}/signed"] = ["GET"]
    return list(found.items())


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nothing_of_a_case_is_on_any_page_of_anybody_else(app, planted, caplog):
    caplog.set_level(logging.DEBUG)
    wrong, asked = [], 0
    pages = addresses(app, planted)
    for who, browser in everybody_else(app, planted).items():
        for path, methods in pages:
            if "GET" in methods:
                answer, asked = browser.get(path), asked + 1
                if found := leaked(answer):
                    wrong.append((who, path, answer.status_code, found))
    assert wrong == []
    assert asked > 2000
    assert [mark for mark in PLANTED.values() if mark in caplog.text] == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_form_and_no_export_gives_anything_of_a_case_away(app, planted, caplog):
    caplog.set_level(logging.DEBUG)
    wrong = []
    form = {
        "note": "补记",
        "reason": "误",
        "words": "试",
        "kind": "note",
        "verb": "fulfil",
        "why": "kin",
        "wanted": "1",
    }
    chosen = ("director", "staff", "mediator", "other mediator", "resident", "nobody")
    everybody = everybody_else(app, planted)
    before = {each.id: each.__data__ for each in Case.select()}
    for who in chosen:
        browser = everybody[who]
        for path, methods in addresses(app, planted):
            if "POST" in methods and ("/mediation/" in path or "/exports/" in path or "/forms/" in path):
                answer = browser.send(path, **form)
                if found := leaked(answer):
                    wrong.append((who, path, answer.status_code, found))
    assert wrong == []
    assert {each.id: each.__data__ for each in Case.select() if each.id in before} == before
    assert [mark for mark in PLANTED.values() if mark in caplog.text] == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_searching_for_what_one_knows_finds_no_case(app, planted):
    wrong = []
    for who, browser in everybody_else(app, planted).items():
        for name, words in PLANTED.items():
            for place in ("search", "people", "calls"):
                answer = browser.get(f"{BASE}/{place}", query_string={"q": words[:-1]})
                # What was typed may stand in the box; the word as it is planted is longer.
                if words.encode() in answer.get_data():
                    wrong.append((who, name, place))
    assert wrong == []


def test_the_log_and_the_steps_keep_no_word_of_a_case(planted):
    kept = []
    for entry in AuditEntry.select():
        kept.append(f"{entry.action} {entry.subject} {entry.reason} {entry.actor}")
    kept += [detail.payload for detail in AuditDetail.select()]
    outside = ("workflow_step", "audit_entry", "audit_detail", "message", "call_task", "event_outbox", "link", "rooms_booking",
               "rooms_occurrence", "rooms_resource", "request_key", "search_index", "plugin_failure", "sheet")  # fmt: skip
    for table in outside:
        if table in database.obj.get_tables():
            kept += [repr(row) for row in database.execute_sql(f"SELECT * FROM {table}").fetchall()]
    whole = "\n".join(kept)
    assert [mark for mark in PLANTED.values() if mark in whole] == []
    assert "mediation.case" in whole


def test_a_to_do_names_a_case_by_its_number_and_only_to_those_who_may_see_it(app, planted):
    mine = todos.waiting(replace(planted.mediator, session="own"))
    assert any("登记〔" in each.title for each in mine)
    director = Actor(
        kind="staff", account=999, community=WEST_HILL, label="某主任",
        permissions=permissions.current().held(frozenset({"director", "secretary", "staff"}), ()),
    )  # fmt: skip
    shown = [each.title + each.detail for each in (*todos.waiting(director), *todos.waiting_for_everybody(director))]
    assert [each for each in shown if any(mark in each for mark in PLANTED.values())] == []
    assert [each for each in shown if "登记〔" in each] == []


def test_whoever_may_see_a_case_sees_it_and_the_look_is_kept(app, planted):
    """The control of all the tests above: the marks do stand on the page of the case, for these two alone."""
    first, *_others = planted.cases
    agreed = planted.cases[3]
    page = planted.browsers["own"].get(f"{BASE}/mediation/desk/cases/{agreed}")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    shown_there = set(PLANTED) - {"other_phone", "ending", "rest", "job", "issues", "recorder", "invitee"}
    for name in shown_there:
        shown = text.replace(" ", "") if "phone" in name else text
        assert PLANTED[name] in shown, name
    assert planted.browsers["own"].get(f"{BASE}/mediation/desk/cases/{first}").status_code == 404
    assert planted.browsers["clerk"].get(f"{BASE}/mediation/desk/cases/{first}").status_code == 200
    looked = CaseView.select().where(CaseView.case_id == agreed, CaseView.account == planted.mediator.account)
    assert looked.count() == 1
    assert planted.browsers["other mediator"].get(f"{BASE}/mediation/desk/cases/{agreed}").status_code == 404


def test_a_mediator_who_was_replaced_sees_the_case_no_more(app, planted):
    key = planted.cases[3]
    case = Case.get_by_id(key)
    ((assignment, _mine),) = service.assigned_to(case)
    other = next(each for each, _warnings in service.free_mediators(case) if each.name == "路人调解")
    with pytest.raises(Refused):
        service.replace_mediator(planted.head, key, assignment.id, "kin", "当事人要求")
    service.assign(planted.head, key, other.id, "parties", True, in_spite=True)
    service.replace_mediator(planted.head, key, assignment.id, "kin", "当事人要求")
    assert planted.browsers["own"].get(f"{BASE}/mediation/desk/cases/{key}").status_code == 404
    assert planted.browsers["other mediator"].get(f"{BASE}/mediation/desk/cases/{key}").status_code == 200


def test_a_party_s_page_shows_nothing_of_the_other_side(app, planted):
    key = planted.cases[3]
    case = Case.get_by_id(key)
    owing, other = service.parties_of(case)
    for party, owes in ((owing, True), (other, False)):
        code = service.issue_code(planted.head, key, party.id)
        answer = Browser(app).send(f"{BASE}/mediation/own", code=code)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
        assert (PLANTED["duty"] in text) == owes
        hidden = set(PLANTED) - {"duty"}
        assert [name for name in hidden if PLANTED[name] in text] == []
    assert Browser(app).send(f"{BASE}/mediation/own", code="ACDEFHJK").status_code == 422
    old = service.issue_code(planted.head, key, owing.id)
    service.issue_code(planted.head, key, owing.id)
    assert Browser(app).send(f"{BASE}/mediation/own", code=old).status_code == 422


REPORTS = ("/report", "/report/print", "/report?period=2026", "/register", "/subsidy", "/subsidy/rates")


def test_reports_are_for_the_head_and_the_clerk_and_hold_nothing_of_a_case_but_numbers(app, planted):
    clerk, desk = planted.browsers["clerk"], f"{BASE}/mediation/desk"
    mine = service.member(planted.head).id
    claims = [
        "/register/print",
        f"/subsidy/of/{mine}",
        *(f"/subsidy/claims/1{end}" for end in ("", "/print", "/withdraw")),
    ]
    others = {**everybody_else(app, planted), "own": planted.browsers["own"]}
    for path in (*REPORTS, *claims):
        for who, browser in others.items():
            answer = browser.get(desk + path)
            assert answer.status_code in (303, 401, 403, 404) and leaked(answer) == [], (who, path)
        assert clerk.get(desk + path).status_code == 200, path
    for path in (*REPORTS, *claims[1:]):
        assert leaked(clerk.get(desk + path)) == [], path
    for name in ("mediation.report", "mediation.claims"):
        for form in ("xlsx", "csv", "json"):
            for who, browser in others.items():
                answer = browser.send(f"{BASE}/exports/{name}.{form}")
                assert answer.status_code in (303, 401, 403) and leaked(answer) == [], (who, name)
            answer = clerk.send(f"{BASE}/exports/{name}.{form}")
            assert answer.status_code == 200 and leaked(answer) == [], name


def test_the_register_names_the_parties_and_is_a_look_at_each_case(planted):
    """The control of the test above: the register does hold names, and printing it is written down."""
    answer = planted.browsers["clerk"].get(f"{BASE}/mediation/desk/register/print")
    assert {PLANTED["name"], PLANTED["other"], PLANTED["facts"]} <= set(leaked(answer))
    assert not {PLANTED["phone"], PLANTED["door"], PLANTED["words"], PLANTED["terms"]} & set(leaked(answer))
    looked = CaseView.select(CaseView.case_id).where(
        CaseView.page == "register", CaseView.account == planted.head.account
    )
    assert {case_id for (case_id,) in looked.tuples()} >= set(planted.cases)


def test_only_the_head_reads_who_looked(app, planted):
    planted.browsers["own"].get(f"{BASE}/mediation/desk/cases/{planted.cases[3]}")
    newest = CaseView.select().order_by(CaseView.id.desc()).get().id
    for who, browser in {**everybody_else(app, planted), **planted.browsers}.items():
        answer = browser.get(f"{BASE}/mediation/desk/looks")
        assert answer.status_code in (303, 401, 403), who
        assert browser.send(f"{BASE}/mediation/desk/looks/review", up_to=newest).status_code in (303, 401, 403), who
    account = accounts.account_named(f"mediator{WEST_HILL[-3:]}")
    head = Browser(app)
    head.set_cookie(SESSION_COOKIE, open_session(account, opened_with="password", address="127.0.0.1", agent="t"))
    text = head.get(f"{BASE}/mediation/desk/looks").get_data(as_text=True)
    assert "隐藏调解" in text
    assert [mark for mark in PLANTED.values() if mark in text] == []
