"""The audit log speaks the reader's language: every act has a sentence, every value a name and a word.

What is stored in an entry is the business of each service's own tests.
"""

import ast
import dataclasses
import datetime
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.actor import command
from core.civic import intake
from core.civic.calendar import holiday_list
from core.civic.calendar.days import Period
from core.civic.notices import pairs as notice_pairs
from core.civic.notices import publishing as notices
from core.civic.notices.categories import Lengths, set_lengths
from core.civic.notices.wording import NoticeWording
from core.civic.objections import answers as objection_answers
from core.civic.objections import filing as objections
from core.civic.objections.records import OBJECTION
from core.civic.privacy.requests import REQUEST
from core.civic.reaching import calls
from core.clock import today
from core.operate import audit_log, communities
from core.operate.audit_words import SENTENCES, SUBJECTS
from core.people import accounts, areas, credentials, grids, residents, roles, roster, slips
from core.people.permissions import CORE_PERMISSIONS, set_permission
from core.plugin.settings import set_setting
from core.store.audit import AuditEntry, record
from core.store.db import transaction
from core.text import in_language
from plugins.mediation import PERMISSIONS as MEDIATION_PERMISSIONS
from plugins.mediation.about import audit_words as mediation_words
from plugins.revenue import declare as revenue
from plugins.revenue import describe_audit as revenue_sentence
from plugins.rooms import PERMISSIONS, service
from plugins.rooms.about import audit_words
from tests.core.civic.objection_cases import notice
from tests.plugins.rooms.conftest import house

__all__ = ["house"]
ROOT = Path(__file__).resolve().parent.parent
# Latin letters that are no words of ours: what the test itself typed, a digest, the code of a sheet, an address, a name of a format.
TYPED = re.compile(r"zhangwei|[0-9a-f]{64}|SHA-256|Wi-Fi|Excel|xlsx|csv|m²|[A-Z0-9]{4}(-[A-Z0-9]{4}){2}")


def recorded_actions() -> set[str]:
    """Every action that a call of `record` in core or a plugin names in so many words."""
    found = set()
    for path in [*(ROOT / "core").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if name in ("record", "_tell", "_change", "_issue_reset"):
                for each in ast.walk(node):
                    if isinstance(each, ast.Constant) and re.fullmatch(
                        r"(core|rooms|mediation|revenue)(\.[a-z_]+)+", str(each.value)
                    ):
                        found.add(str(each.value))
    # The same call also names the permission it needed and the kind of the record.
    theirs = revenue()
    named = (
        *CORE_PERMISSIONS,
        *PERMISSIONS,
        *MEDIATION_PERMISSIONS,
        *theirs.permissions,
        *theirs.settings,
        *theirs.jobs,
    )
    return (
        found
        - {each.name for each in named}
        - {*SUBJECTS, *theirs.audit.subjects, *(each.model.kind for each in theirs.records)}
    )


def test_every_act_that_is_recorded_has_a_sentence():
    known = {*SENTENCES, *audit_words.SENTENCES, *mediation_words.SENTENCES}
    assert {"core.signed_in", "rooms.booking.moved", "core.role.ended"} <= recorded_actions()
    unknown = {each for each in recorded_actions() - known if not revenue_sentence(SimpleNamespace(action=each))}
    assert sorted(unknown) == []


def test_every_step_of_a_workflow_has_a_sentence(plugins):
    known = {*SENTENCES, *audit_words.SENTENCES, *mediation_words.SENTENCES}
    for workflow in (*plugins.workflows().values(), intake.INTAKE, OBJECTION, REQUEST):
        steps = ["begin", *(transition.verb for transition in workflow.transitions)]
        acts = [f"{workflow.name}.{verb}" for verb in steps]
        assert [act for act in acts if act not in known and not revenue_sentence(SimpleNamespace(action=act))] == []


# --------------------------------------------------------------------------- what is shown


def people_and_accounts(actor):
    """What the office does with residents, grids, accounts, roles and rosters."""
    estate = areas.add_estate(actor, "海城名家")
    one = residents.add_person(actor, name="张三丰", phone="13800138000", estate_id=estate, door="3-2-501", sex="male")
    printed = slips.issue(actor, slips.prepare(actor, [one.public_id]))
    slips.revoke_batch(actor, printed[0].batch)
    two = residents.add_person(actor, name="张三", note="同一个人", birth_year=1950)
    home = residents.move_in(actor, two.public_id, estate, "3-2-502", "tenant", today())
    residents.correct_stay(actor, two.public_id, home, "family", today())
    residents.edit_person(actor, one.public_id, phone_2="0573-87000001", note="电话换了")
    residents.link_homes(actor, one.public_id, two.public_id)
    residents.move_out(actor, one.public_id, home)
    residents.set_status(actor, one.public_id, "moved_away")
    grid = grids.add_grid(actor, "第一网格")
    grids.assign_grid(actor, grid, [estate])
    roster.import_file(
        actor, "海城名家.csv", "房号,姓名,电话\n1-1-101,李四,13900139000\n,王五,\n".encode("utf-8-sig"), "海城名家"
    )
    staff = accounts.create_staff(actor, "zhangwei", "张伟", "correct horse battery", grants=("staff",))
    grant = roles.grant_role(actor, staff.id, "grid_officer", grid_id=grid)
    roles.end_role(actor, grant.id, "调岗")
    set_permission(actor, "staff", "core.export", True)
    set_permission(actor, "staff", "core.export", False)
    credentials.reset_secret(actor, staff.id)
    accounts.freeze_account(actor, staff.id, "休假")
    return one


def calls_and_details(actor, person):
    """What the office does with calls, the community's details and settings."""
    taken = intake.take_call(actor, who="李四", what="楼道灯不亮", where="3幢", call_back=True, phone="13900139000")
    task = calls.ask_to_call(actor, person.ref, "test", name="张三丰", why="改到九点", person_id=person.id)
    calls.correct_phone(actor, task.id, "13700137000")
    calls.record_attempt(actor, task.id, "no_answer", note="明天再打")
    calls.set_aside(actor, task.id, "已当面说过")
    intake.finish_intake(actor, taken.id, "answer", "已派人修")
    communities.change_community(actor, {"duty_phone": "0573-87000001"})
    set_setting(actor, "rooms.step", 30)
    with transaction(actor.community):
        record(actor, "core.signed_in", person.ref, after={"with": "password"})


def objections_of_everybody(actor, person):
    """What happens between an objection to a notice and its answer."""
    about = notice(actor.community)
    visitor = replace(actor, kind="anonymous", label="")
    filed = objections.file_objection(visitor, about.id, "我是张三丰，停车费不对", name="张三丰", phone="13800138000")
    objections.add_word(visitor, filed.objection_id, "附上照片", code=filed.code)
    objection_answers.answer_objection(
        actor, filed.objection_id, wording="……停车费不对", outcome="amended", answer="已更正"
    )
    objection_answers.explain(actor, filed.objection_id, "明细在门厅")
    again = objections.enter_objection(actor, about.id, "同上", channel="paper", person_id=person.id)
    objections.take_back(visitor, again.objection_id, code=again.code)


def bookings(house):
    """What happens in the rooms, on both sides of the counter."""
    date, staff, room = house.day.isoformat(), house.staff, house.rooms["棋牌室"]
    booked = house.book("棋牌室", "14:00", "15:00", house.visitor, guest_name="周阿姨", title="书法", people=3)
    service.move(staff, booked.occurrence_id, date=date, start="15:00", end="16:00")
    service.cancel(staff, booked.occurrence_id, reason="停电")
    asked = house.book("会议室", "14:00", "15:00", house.visitor, guest_name="陈阿姨", guest_phone="13600136000")
    service.refuse(staff, asked.occurrence_id, "另有会议")
    service.approve(staff, house.book("会议室", "16:00", "17:00").occurrence_id)
    closure = service.close(staff, room.id, date=date, start="18:00", end="19:00", reason="维修")
    service.lift(staff, closure.id)
    service.set_week(staff, house.venue, {0: [(480, 720)]}, room_id=room.id)
    service.set_day(staff, house.venue, house.day, [], reason="放假")
    service.edit_room(staff, room.id, bookable_by="residents", seats=24, features=["投影", "音响"], confidential=True)
    service.set_quota(staff, room.id, "person", "week", bookings=2, minutes=120)
    service.edit_venue(staff, house.venue, address="西山路 168 号", open_on_holidays=False)
    service.add_screen(staff, "door", name="", room_id=room.id)


def notices_of(actor):
    """What the office does with notices: one alone, one corrected, and a pair."""
    said = NoticeWording("money", "停车费收支", "收入 1200 元", "顾会计", objection_days=15)
    one = notices.draft_notice(actor, said)
    notices.edit_draft(actor, one.id, dataclasses.replace(said, title="停车费收支公示"))
    notices.submit_draft(actor, one.id)
    notices.submit_draft(actor, one.id, wanted=False)
    notice_pairs.open_pair(actor, one.id)
    notice_pairs.leave_pair(actor, one.id)
    notice_pairs.open_pair(actor, one.id)
    notices.publish_notice(actor, one.id)
    notices.withdraw_notice(actor, one.id, "金额写错")
    notices.discard_draft(actor, notices.correct_notice(actor, one.id).id)
    set_lengths(actor, "general", Lengths(20, 7, 7))


def shown(registry, actor) -> list[tuple[str, str]]:
    """Every text of every entry of the log with the act it belongs to, as Chinese readers see it."""
    found = []
    for entry in AuditEntry.select().where(AuditEntry.chain == actor.community).order_by(AuditEntry.seq):
        detail = audit_log.log_detail(registry, actor, entry.seq)
        line = detail.entry
        texts = [str(line.what), line.about, line.who, line.origin if line.origin != "test" else ""]
        found += [(entry.action, text) for text in [*texts, *(part for value in detail.values for part in value)]]
    return found


@pytest.fixture
def log(house, plugins):
    """The log after a day's work of everybody, as the office PC shows it."""
    actor = command(house.community)
    person = people_and_accounts(actor)
    notices_of(actor)
    calls_and_details(actor, person)
    objections_of_everybody(actor, person)
    bookings(house)
    with in_language("zh_Hans"):
        yield shown(plugins, actor)


def test_no_key_no_code_and_no_name_of_a_record_stands_on_the_page(log):
    assert len({action for action, _text in log}) > 40
    raw = [(action, text) for action, text in log if re.search(r"[A-Za-z]{2,}|\d_|\{|\[", TYPED.sub("", text))]
    assert raw == []


def test_records_and_values_are_named_as_people_know_them(log, house):
    texts = {text for _action, text in log}
    assert {"房间 棋牌室", "阵地 党群服务中心", "本机命令", "密码", "海城名家", "第一网格"} <= texts
    assert any(re.fullmatch(r"预约 棋牌室 \d+月\d+日 周. 15:00–16:00", text) for text in texts)
    assert any(re.fullmatch(r"\d+月\d+日 周. 14:00", text) for text in texts)


def test_what_holds_for_the_whole_installation_is_told_in_words_too(house, plugins):
    site = command(None)
    first = datetime.date(2045, 1, 1)
    holiday_list.load_list(site, 2045, [Period(first, first, "off", "元旦")], "国办发明电〔2044〕1号")
    holiday_list.use_built_in(site, 2045)
    with in_language("zh_Hans"):
        entries = audit_log.log_page(plugins, site, audit_log.LogFilter()).entries
        values = [part for value in audit_log.log_detail(plugins, site, entries[1].seq).values for part in value]
    assert [(entry.what, entry.about) for entry in entries] == [
        ("改回系统自带的放假安排", "放假安排 2045"),
        ("导入了一年的放假安排", "放假安排 2045"),
    ]
    assert values == ["通知文号", "", "国办发明电〔2044〕1号", "放假", "", "2045年1月1日 周日"]
