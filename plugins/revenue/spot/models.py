"""The records of spot checks: fields only. What can be drawn is in `lots`, what is drawn in `drawing`, what follows in `checking`."""

from __future__ import annotations

from core import CommunityModel, Day, Integer, Text, Utc, now


class Lot(CommunityModel):
    """封存: what can be drawn of the days from `first_day` to `last_day`, fixed with the lock `period_id` (its row of the register).

    `wanted` of the `pool` entries with evidence up to `seq`, whose digest is `last`. `fingerprint` is the SHA-256 of the secret that
    lies in a table of its own. Never changed.
    """

    kind = "revenue.spot_lot"
    period_id = Integer()
    first_day = Day()
    last_day = Day()
    wanted = Integer()
    pool = Integer()
    seq = Integer()
    last = Text()
    fingerprint = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_spot_lot"


class Announced(CommunityModel):
    """A notice that told residents when (`on_day`) and where they throw for a lot; the newest holds. Never changed."""

    kind = "revenue.spot_announced"
    lot_id = Integer()
    notice_id = Integer()
    on_day = Day()
    place = Text()
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_spot_announced"


class Spot(CommunityModel):
    """抽查: a draw of `wanted` vouchers from the `pool` of those with evidence whose day lies from `first_day` to `last_day`.

    `number` are the six digits residents threw for the lot; `head_id` is the head on the notice that told of it (its row of the
    register). A draw from before there were lots has none, and its head drew. `notice_id` is set once the results are published.
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
    lot_id = Integer(null=True)
    number = Text(default="")
    occasion = Text(default="")
    thrown_on = Text(default="")
    notice_id = Integer(null=True)
    published_by = Integer(null=True)
    published_person = Integer(null=True)
    published_label = Text(default="")

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
    by_account = Integer(null=True)
    by_person = Integer(null=True)
    by_label = Text()
    at = Utc(default=now)

    class Meta:
        table_name = "revenue_spot_result"
