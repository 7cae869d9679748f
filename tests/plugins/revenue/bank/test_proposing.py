"""Which postings a line may be: amount, day, names and numbers, and sums of several."""

import datetime

from plugins.revenue.bank.proposing import Line, Posting, propose


def day(number: int) -> datetime.date:
    return datetime.date(2026, 1, number)


def found(lines, postings):
    return [(each.lines, each.entries) for each in propose(lines, postings)]


def test_the_same_amount_near_in_time_is_proposed():
    assert found([Line(1, day(5), 100)], [Posting(7, day(4), 100)]) == [((1,), (7,))]


def test_another_amount_or_far_away_is_not():
    assert (
        found([Line(1, day(5), 100)], [Posting(7, day(5), 101), Posting(8, day(31), 100), Posting(9, day(5), -100)])
        == []
    )


def test_of_two_of_the_same_amount_the_name_decides_then_the_day():
    lines = [Line(1, day(5), 100, "好味道食堂"), Line(2, day(5), 100, "停车场管理公司")]
    postings = [Posting(7, day(5), 100, "停车场管理 一月"), Posting(8, day(3), 100, "食堂好味道食堂有限公司")]
    assert sorted(found(lines, postings)) == [((1,), (8,)), ((2,), (7,))]


def test_a_number_both_name_is_stronger_than_the_day():
    lines = [Line(1, day(5), 100, "回单 20260105009")]
    assert found(lines, [Posting(7, day(5), 100), Posting(8, day(9), 100, "凭证20260105009")]) == [((1,), (8,))]


def test_words_every_firm_has_are_no_name_in_common():
    sure = propose([Line(1, day(5), 100, "甲有限公司"), Line(2, day(5), 100)], [Posting(7, day(5), 100, "乙有限公司")])
    assert "name" not in sure[0].reasons and not sure[0].is_sure


def test_one_line_may_be_several_postings_and_the_other_way_round():
    postings = [Posting(7, day(5), 30), Posting(8, day(5), 70), Posting(9, day(5), -70)]
    assert found([Line(1, day(6), 100)], postings) == [((1,), (7, 8))]
    assert found([Line(1, day(6), 60), Line(2, day(6), 40)], [Posting(7, day(5), 100)]) == [((1, 2), (7,))]


def test_a_sum_that_fits_in_two_ways_is_left_to_people():
    postings = [Posting(number, day(5), 50) for number in (7, 8, 9)]
    assert found([Line(1, day(6), 100)], postings) == []


def test_nothing_is_proposed_twice():
    lines = [Line(number, day(5), 100) for number in range(1, 6)]
    postings = [Posting(number, day(5), 100) for number in range(11, 14)]
    pairs = found(lines, postings)
    assert len(pairs) == 3
    assert len({pair[0] for pair in pairs}) == len({pair[1] for pair in pairs}) == 3


def test_a_single_candidate_near_in_time_is_sure():
    assert propose([Line(1, day(5), 100)], [Posting(7, day(5), 100)])[0].is_sure
