"""The forms in which households rate something (`core.civic.scores`): five answers in words, and a word of one's own."""

from __future__ import annotations

from core.civic.scores import LONGEST_WORDS, VALUES
from core.text import _
from core.web.forms import DayField, Form, RadioField, StringField


class ScoreForm(Form):
    """What somebody with an account gives; show it with `ui.score_fields(form, question)`."""

    value = RadioField(
        _("Your answer"),
        required=True,
        coerce=int,
        choices=[(value, VALUES[value]) for value in sorted(VALUES, reverse=True)],
    )
    words = StringField(_("Anything to add?"), longest=LONGEST_WORDS)


class PaperScoreForm(ScoreForm):
    """The same from a paper, entered by staff."""

    asked_on = DayField(_("Day on the paper"), required=True)
