"""Times that no law fixes: settings of the community, each with its source, and what is asked of them."""

from __future__ import annotations

from core import Setting, get_setting
from plugins.mediation.texts import _

ANSWER_DAYS = "mediation.answer_days"
MONTHS = "mediation.months"
FOLLOW_UP_DAYS = "mediation.follow_up_days"
KEEP_YEARS = "mediation.keep_years"

SETTINGS = (
    Setting(
        ANSWER_DAYS, _("Days until somebody who applies hears whether the case is accepted"), int, 5, minimum=1, maximum=30,
        hint=_("No law says how long; the department of justice may. It only reminds you."),
    ),
    Setting(
        MONTHS, _("Months in which a case should be settled"), int, 1, minimum=1, maximum=6,
        hint=_("《人民调解工作若干规定》 §33: usually within one month. It holds for cases accepted from now on; both sides may extend it."),
    ),
    Setting(
        FOLLOW_UP_DAYS, _("Days after an agreement takes effect until the follow-up visit"), int, 30, minimum=1, maximum=365,
        hint=_("《人民调解法》 §31 asks the committee to see that agreements are kept, and names no day. It only reminds you."),
    ),
    Setting(
        KEEP_YEARS, _("Years for which the files of cases are kept"), int, 30, minimum=10, maximum=100,
        hint=_(
            "No law on mediation says how long. The archives rules (国家档案局令第8号) know 10 and 30 years; ask your archives. Then names and words are cleared."
        ),
    ),
)  # fmt: skip


def keep_days(community: str) -> int:
    """For how many days a file is kept after it was closed."""
    return int(get_setting(KEEP_YEARS, community)) * 365
