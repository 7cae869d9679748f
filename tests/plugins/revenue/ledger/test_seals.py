"""Each notice carries the head of the books as it stood when it was published: on its page, its A4 sheet and its plain text."""

from __future__ import annotations

import dataclasses

import peewee
import pytest

from core.actor import Actor, command
from core.civic.notices import publishing as notices
from core.civic.notices.wording import NoticeWording
from core.clock import today
from core.plugin.current import active
from core.plugin.registry import Registry
from core.store.community import find_community
from core.store.db import database, transaction
from core.store.ref import Ref
from core.store.violations import violated
from core.testing import WEST_HILL
from plugins.revenue import notice_marks
from plugins.revenue.ledger import seals
from plugins.revenue.ledger.chain import heads, record_head, verify
from plugins.revenue.ledger.models import Seal
from plugins.revenue.ledger.posting import Line, post
from plugins.revenue.reports.verification import published_head
from tests.core.web.office_cases import HERE, text
from tests.plugins.revenue.spending.conftest import clock, give_money, house

__all__ = ["clock", "house"]


def notice(community: str = WEST_HILL, title: str = "停水通知") -> notices.Notice:
    actor = command(community)
    draft = notices.draft_notice(actor, NoticeWording("general", title, "周六上午停水。", "陆敏"))
    return notices.publish_notice(actor, draft.id)


def receive(community: str, amount: int, key: str) -> None:
    line = Line(amount, "4301", "1002", "unallocated", "unallocated")
    post(command(community), key=key, day=today(), purpose="食堂分成", lines=[line])


def marks(community: str, notice_id: int):
    return notice_marks(find_community(community), Ref("core.notice", community, notice_id))


def test_a_notice_keeps_the_head_of_its_day_and_the_next_one_has_the_next(house):
    community = house.store.west
    first = notice(community)
    [before] = marks(community, first.id)
    assert before.code == heads(community, limit=1)[0].code
    assert published_head(community, before.code) is not None
    receive(community, 1_200, "k1")
    second = notice(community)
    assert marks(community, first.id) == [before]
    [after] = marks(community, second.id)
    assert after.code != before.code and "4,000,012.00" not in str(after.words)
    assert verify(community) is None


def test_notices_of_unchanged_books_share_one_head_and_hearing_twice_seals_once(house):
    community = house.store.west
    first, second = notice(community), notice(community, "再次停水")
    assert marks(community, first.id) == marks(community, second.id)
    known = len(heads(community))
    seals.on_notice(find_community(community), first.ref)
    assert len(heads(community)) == known == 1
    assert Seal.of(community).count() == 2


def test_both_publications_of_a_proposal_carry_their_heads(house):
    proposal = house.shown_again()
    first, second = (
        seals.sealed_with(proposal.community, notice_id)
        for notice_id in range(1, 3)
    )  # fmt: skip
    assert first is not None and second is not None
    assert first.seq < second.seq and first.code != second.code


def test_books_without_an_entry_seal_nothing(store, plugins):
    made = notice(store.south)
    assert marks(store.south, made.id) == []


def test_a_neighbour_sees_no_seal_of_ours(house):
    made = notice(house.store.west)
    assert marks(house.store.south, made.id) == []


def test_no_seal_is_changed_or_taken_away(house):
    community = house.store.west
    made = notice(community)
    for statement in (
        "UPDATE revenue_seal SET head_id = head_id + 1",
        "DELETE FROM revenue_seal",
    ):
        with pytest.raises(peewee.IntegrityError), transaction(community):
            database.execute_sql(statement)
    assert len(marks(community, made.id)) == 1


def test_no_notice_is_sealed_before_it_is_published_or_with_a_head_of_before(house, monkeypatch):
    community = house.store.west
    old = heads(community, limit=1) or [record_head(command(community))]
    draft = notices.draft_notice(command(community), NoticeWording("general", "停水通知", "周六上午停水。", "陆敏"))

    def sealed(notice_id: int, head_id: int) -> str | None:
        with pytest.raises(peewee.IntegrityError) as error, transaction(community):
            Seal.create(community=community, notice_id=notice_id, head_id=head_id, at=0)
        return violated(error.value)

    assert sealed(draft.id, old[0].number) == "revenue_seal_published"
    monkeypatch.setattr(seals, "seal", lambda *_: None)  # published, and not sealed yet
    made = notice(community)
    receive(community, 1_200, "k1")
    assert sealed(made.id, old[0].number) == "revenue_seal_newest"
    newest = record_head(command(community))
    assert sealed(made.id, old[0].number) == "revenue_seal_newest"
    Seal.create(community=community, notice_id=made.id, head_id=newest.number, at=0)


def test_a_head_that_only_stands_on_a_notice_is_published_anew_by_the_office(house):
    community = house.store.west
    notice(community)
    [sealed] = heads(community)
    office = dataclasses.replace(command(community), kind="staff", label="周主任")
    assert record_head(office).by == "周主任"
    assert len(heads(community)) == 2
    assert record_head(office).number == heads(community)[0].number
    assert heads(community)[1] == sealed


def test_page_sheet_and_plain_text_show_the_code_and_the_way_to_check_it(app, client):
    give_money(WEST_HILL, {"give_back": 500_000})
    made = notice()
    [mark] = marks(WEST_HILL, made.id)
    page = text(client.get(f"{HERE}/notices/{made.id}"))
    sheet = text(client.get(f"{HERE}/notices/{made.id}/sheet"))
    plain = text(client.get(f"{HERE}/notices/{made.id}/text"))
    assert all(mark.code in each and "5,000.00" in each for each in (page, sheet, plain))
    assert sheet.count('class="qr"') == 2
    assert mark.href in page
    checked = text(client.get(mark.href))
    assert "这个核对码公示过" in checked or mark.code in checked


def test_a_withdrawn_notice_shows_no_seal(app, client):
    give_money(WEST_HILL, {"give_back": 500_000})
    made = notice()
    [mark] = marks(WEST_HILL, made.id)
    notices.withdraw_notice(command(WEST_HILL), made.id, "写错了")
    assert mark.code not in text(client.get(f"{HERE}/notices/{made.id}/sheet"))


def test_hook_notice_marks_is_asked_of_plugins_that_are_on(house):
    made = notice(house.store.west)
    registry: Registry = active()
    asked = registry.call("notice_marks", house.store.west, notice=made.ref)
    assert [plugin for plugin, _found in asked] == ["revenue"]
    registry.switch(command(house.store.west), "revenue", enabled=False)
    assert registry.call("notice_marks", house.store.west, notice=made.ref) == []


@pytest.mark.parametrize("paper", ["desk/statements/print", "desk/statement/print", "money/statement/print"])
def test_printed_statements_carry_the_head_that_was_published_last(as_role, paper):
    give_money(WEST_HILL, {"give_back": 500_000})
    bookkeeper = as_role("bookkeeper")
    assert "sheet-foot" not in text(bookkeeper.get(f"{HERE}/revenue/{paper}"))
    code = record_head(Actor(kind="staff", community=WEST_HILL, label="周主任", account=None)).code
    shown = text(bookkeeper.get(f"{HERE}/revenue/{paper}"))
    assert code in shown and 'class="qr"' in shown
