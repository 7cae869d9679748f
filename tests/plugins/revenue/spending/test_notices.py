"""The two notices: withdrawn at the board at any time, objected to, published again. A proposal is never stuck."""

from __future__ import annotations

import pytest

from core.actor import command
from core.civic.notices import publishing as notices
from core.civic.notices.records import Notice
from core.civic.objections import answers, filing
from core.errors import Invalid, Refused
from core.store.community import find_community
from plugins.revenue.ledger.holds import held
from plugins.revenue.spending import paying, proposing, public, publishing, waiting
from plugins.revenue.spending.declared import PART

STATES = ("pre_published", "answered", "signed", "verified", "paying", "paid", "post_published", "locked")


def at_state(house, state: str):
    """A project that got as far as this."""
    ways = {
        "pre_published": house.published, "answered": house.answered, "signed": house.signed, "verified": house.contracted,
        "paying": house.paid, "paid": house.accepted, "post_published": house.shown_again, "locked": house.locked,
    }  # fmt: skip
    return ways[state]()


def take(house, proposal, verb: str) -> None:
    """Take the step that is due."""
    secretary, key = house.actor("secretary"), proposal.id
    if verb == "publish":
        proposing.publish(secretary, key)
        house.clock.on(16)
    elif verb == "answer":
        proposing.answered(house.actor("proposer"), key)
    elif verb == "sign":
        house.signed(proposal)
    elif verb == "verify":
        house.verified(proposal)
    elif verb == "contract":
        house.contracted(proposal)
    elif verb == "pay" and proposal.state != "paying":
        house.paid(proposal)
    elif verb in ("pay", "accept"):
        house.accepted(proposal)
    elif verb == "publish_after":
        paying.publish_after(secretary, key)
    elif verb == "lock":
        paying.lock(house.actor("director"), key)


def onwards(house, proposal):
    """The rest of the way, with the days it takes."""
    for _step in range(14):
        proposal = house.again(proposal)
        due = list(waiting.waits(proposal))
        if not due and proposal.state == "locked":
            return proposal
        if due:
            take(house, proposal, due[0].verb)
        else:
            house.clock.on(16)
    raise AssertionError(f"stuck in {proposal.state}")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("stage", ["before", "after"])
def test_a_notice_withdrawn_at_the_board_is_asked_for_again_and_nothing_is_stuck(house, state, stage):
    proposal = at_state(house, state)
    found = getattr(publishing.standing_notices(proposal), stage)
    if found is None:
        assert stage == "after" and state not in ("post_published", "locked")
        return
    paid = house.again(proposal).state in publishing.PAID_STATES
    notices.withdraw_notice(house.actor("secretary"), found.notice_id, "金额写错了")
    assert getattr(publishing.standing_notices(proposal), stage) is None
    wanted = "publish" if stage == "before" else "publish_after"
    assert wanted in [each.verb for each in waiting.waits(proposal)]
    if state == "post_published":
        house.clock.on(20)
        with pytest.raises(Refused):
            paying.lock(house.actor("director"), proposal.id)
    house.clock.on(30)
    assert public.shown(proposal).late
    assert onwards(house, proposal).state == "locked"
    assert not public.shown(house.again(proposal)).late
    assert paid or house.again(proposal).round == 1


def test_nobody_signs_or_pays_while_it_is_not_public(house):
    proposal = house.contracted()
    first = publishing.standing_notices(proposal).before
    notices.withdraw_notice(house.actor("secretary"), first.notice_id, "错了")
    with pytest.raises(Refused):
        paying.pay(house.actor("cashier"), proposal.id, house.instalment(1_000), key="payment-hidden")
    proposing.publish(house.actor("secretary"), proposal.id)
    with pytest.raises(Refused):  # its days run anew
        paying.pay(house.actor("cashier"), proposal.id, house.instalment(1_000), key="payment-hidden")
    house.clock.on(16)
    paying.pay(house.actor("cashier"), proposal.id, house.instalment(1_000), key="payment-hidden")


def test_the_board_is_heard_and_a_correction_published_there_counts(house):
    proposal = house.paid()
    first = publishing.standing_notices(proposal).before
    notices.withdraw_notice(house.actor("secretary"), first.notice_id, "错字")
    event = notices.NoticeWithdrawn(
        first_ref := Notice.get_of(proposal.community, first.notice_id).ref, str(proposal.ref), "错字"
    )
    for _twice in range(2):
        PART.on_event(find_community(proposal.community), event)
    assert first_ref.kind == "core.notice"
    draft = notices.correct_notice(house.actor("secretary"), first.notice_id)
    notices.publish_notice(house.actor("secretary"), draft.id)
    for _twice in range(2):
        publishing.heard(command(proposal.community), str(proposal.ref))
    assert publishing.standing_notices(proposal).before.notice_id == draft.id
    with pytest.raises(Refused):
        proposing.publish(house.actor("secretary"), proposal.id)


def test_a_draft_of_a_correction_left_at_the_board_is_taken_over_with_the_right_words(house):
    proposal = house.paid()
    first = publishing.standing_notices(proposal).before
    notices.withdraw_notice(house.actor("secretary"), first.notice_id, "错字")
    draft = notices.correct_notice(house.actor("secretary"), first.notice_id)
    proposing.publish(house.actor("secretary"), proposal.id)
    assert publishing.standing_notices(proposal).before.notice_id == draft.id


def test_a_second_notice_published_at_the_board_before_the_payment_does_not_count(house):
    from core.civic.notices.pairs import draft_after, open_pair

    proposal = house.answered()
    first = publishing.standing_notices(proposal).before
    secretary = house.actor("secretary")
    early = draft_after(secretary, open_pair(secretary, first.notice_id).id)
    notices.publish_notice(secretary, early.id)
    publishing.heard(command(proposal.community), str(proposal.ref))
    assert publishing.standing_notices(proposal).after is None
    house.clock.on(1)
    proposal = house.shown_again(house.accepted(house.paid(house.contracted(house.verified(house.signed(proposal))))))
    assert publishing.standing_notices(proposal).after.notice_id != early.id


def objection(house, proposal, outcome: str | None) -> None:
    first = publishing.standing_notices(proposal).before
    visitor = house.store.actor(kind="anonymous")
    filed = filing.file_objection(visitor, first.notice_id, "太贵了", name="陈阿姨", phone="13600130006")
    if outcome:
        answers.answer_objection(
            command(proposal.community), filed.objection_id, wording="太贵了", answer="重新询价", outcome=outcome
        )


def test_an_open_objection_holds_the_signatures_up(house):
    proposal = house.published()
    objection(house, proposal, None)
    house.clock.on(16)
    with pytest.raises(Refused):
        proposing.answered(house.actor("proposer"), proposal.id)
    assert publishing.counted(proposal) == (1, 0)


def test_an_objection_that_changes_nothing_lets_it_go_on(house):
    proposal = house.published()
    objection(house, proposal, "stands")
    assert house.answered(proposal).state == "answered"


def test_an_upheld_objection_ends_it(house):
    proposal = house.published()
    objection(house, proposal, "withdrawn")
    house.clock.on(16)
    with pytest.raises(Refused):
        proposing.answered(house.actor("proposer"), proposal.id)
    assert [each.verb for each in waiting.waits(proposal)] == ["object"]
    assert proposing.end(house.actor("director"), proposal.id, "异议成立").state == "void"
    assert held(proposal.community, "give_back") == 0


def test_partly_upheld_it_is_computed_anew_and_published_again(house):
    proposal = house.published()
    first = publishing.standing_notices(proposal).before
    objection(house, proposal, "amended")
    house.clock.on(16)
    with pytest.raises(Refused):
        proposing.answered(house.actor("proposer"), proposal.id)
    for wrong in (300_001, 0, None):
        with pytest.raises(Invalid):
            proposing.recompute(house.actor("director"), proposal.id, "重新询价", wrong)
    with pytest.raises(Invalid):
        proposing.recompute(house.actor("director"), proposal.id, " ", 200_000)
    proposal = proposing.recompute(house.actor("director"), proposal.id, "重新询价,便宜了", 200_000)
    assert (proposal.state, proposal.round, proposal.amount) == ("decided", 2, 200_000)
    assert held(proposal.community, "give_back") == 0
    proposal = house.published(proposal)
    second = publishing.standing_notices(proposal).before
    assert second.notice_id != first.notice_id and held(proposal.community, "give_back") == 200_000
    assert Notice.get_of(proposal.community, second.notice_id).replaces == first.notice_id
    proposal = house.contracted(house.verified(house.signed(house.answered(proposal))))
    with pytest.raises(Invalid):
        paying.pay(house.actor("cashier"), proposal.id, house.instalment(200_001), key="payment-too-much")
    assert house.locked(house.shown_again(house.accepted(house.paid(proposal, 200_000)))).state == "locked"


def test_an_allocation_is_computed_anew_from_its_dues(house, dues):
    wish = proposing.Wish("分配", "食堂")
    proposal = house.published(house.decided(proposing.propose_allocation(house.actor("proposer"), wish, [3, 4])))
    objection(house, proposal, "amended")
    proposal = proposing.recompute(house.actor("director"), proposal.id, "四月还有争议", due_ids=[3])
    assert proposal.amount == 100_001 and set(dues.free) == {4}
    proposal = house.verified(house.signed(house.answered(house.published(proposal))))
    paying.allocate(house.actor("cashier"), proposal.id, key="allocate-again")
    assert dues.done == [3]
