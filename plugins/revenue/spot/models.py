"""The records of spot checks: fields only. What is drawn is in `drawing`, what follows in `checking`."""

from __future__ import annotations

from core import CommunityModel, Day, Integer, Text, Utc, now


class Spot(CommunityModel):
    """抽查: a draw of `wanted` vouchers from the `pool` of those with evidence whose day lies from `first_day` to `last_day`.

    `head_id` is the published head that seeds it (its row of the register). `notice_id` is set once the results are published.
    """

    kind = "revenue.spot"
    head_id = Integer()
    first_day = Day()
    last_day = Day()
    wanted = Integer()
    pool = Integer()
    at = Utc(default=now)
    drawn_by = Integer()
    drawn_person = Integer(null=True)
    drawn_label = Text()
    notice_id = Integer(null=True)

    class Meta:
        table_name = "revenue_spot"


class Voucher(CommunityModel):
    """One voucher of a draw: the entry `seq`, drawn as number `place`. Never changed."""

    kind = "revenue.spot_voucher"
    spot_id = Integer()
    place = Integer()
    seq = Integer()

    class Meta:
        table_name = "revenue_spot_voucher"


class Result(CommunityModel):
    """What somebody found who looked at the papers: `outcome` matches or differs, in `words`; the newest counts. Never changed.

    `inspector` is who it was; the name stays in the office and is blanked with the person. Everybody reads the `role`.
    """

    kind = "revenue.spot_result"
    spot_id = Integer()
    seq = Integer()
    outcome = Text()
    words = Text()
    role = Text()
    inspector = Text()
    inspected_on = Day()
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_spot_result"
