"""The form field for photos and documents. What was chosen is stored at once and waits in the form until it can be saved,
so that a mistake in another field costs nobody a second upload.
"""

from __future__ import annotations

from typing import Any

import wtforms
from flask import request

from core.civic import attachments
from core.civic.attachments import LONGEST_CAPTION, Pending
from core.store import media
from core.text import _
from core.web.gate import current_actor


class UploadField(wtforms.Field):
    """Files to add, each with its caption; `data` is [(token, caption), …] for `core.attach`.

    `takes` are `picture`, `document` or both, `most` is how many the form may hold (set it on the field when it depends on
    the record). With `captions` each needs one. Its page needs `@view(…, uploads=True)`, its form `upload=true` and
    `ui.uploads(field)`. `waiting` are the files that are kept in the form so far.
    """

    data: Any
    widget = wtforms.widgets.FileInput(multiple=True)

    def __init__(
        self,
        label: Any,
        *,
        takes: tuple[str, ...] = (media.PICTURE,),
        most: int = 6,
        required: bool = False,
        captions: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.takes, self.most, self.required, self.captions = takes, most, required, captions
        self.waiting: list[Pending] = []
        self.words: dict[str, str] = {}
        self.missing: set[str] = set()

    @property
    def accept(self) -> str:
        """What the browser offers to choose."""
        return media.accepted(self.takes)

    @property
    def left(self) -> int:
        """How many more can be chosen."""
        return max(self.most - len(self.waiting), 0)

    @property
    def lines(self) -> list[tuple[Pending, str, str, bool]]:
        """What waits: the file, the name of its caption's input, the caption, whether that must be corrected."""
        return [
            (each, f"{self.name}-{each.token}", self.words.get(each.token, ""), each.token in self.missing)
            for each in self.waiting
        ]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """The tokens of what was chosen before and is still wanted."""
        self.data = [(token, "") for token in dict.fromkeys(text for text in valuelist if isinstance(text, str))]

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Take in what was chosen now; false also without an error as long as captions have not been asked for."""
        self.errors = []
        before = [token for token, _caption in self.data or ()][: self.most * 2]
        self.waiting = attachments.pending(current_actor(), before)
        if len(self.waiting) < len(before):
            self._complain(_("A file that was chosen is not there any more. Please choose it again."))
        chosen = self._take_in()
        self._read_captions()
        new = {each.token for each in chosen}
        self.missing = self.missing - new if chosen else self.missing
        if self.missing:
            self._complain(_("Say in a few words what each photo shows."))
        if self.required and not self.waiting and not self.errors:
            self._complain(_("Choose a file."))
        self.data = [(each.token, self.words.get(each.token, "")) for each in self.waiting]
        return not self.errors and not (self.captions and any(not self.words.get(token) for token in new))

    def _take_in(self) -> list[Pending]:
        chosen = []
        for upload in request.files.getlist(self.name):
            if not upload.filename:
                continue
            if len(self.waiting) >= self.most:
                self._complain(_("At most %(most)d fit here. The others were not taken.", most=self.most))
                break
            try:
                kept = attachments.keep_upload(current_actor(), upload.filename, upload.read(), self.takes)
            except media.FileRefused as error:
                self._complain(_("%(problem)s %(advice)s", problem=error.message, advice=error.advice or ""))
                continue
            self.waiting.append(kept)
            chosen.append(kept)
        return chosen

    def _read_captions(self) -> None:
        for each in self.waiting:
            words = " ".join(request.form.get(f"{self.name}-{each.token}", "").split())
            self.words[each.token] = words
            if self.captions and not words:
                self.missing.add(each.token)
            if len(words) > LONGEST_CAPTION:
                self.missing.add(each.token)
                self._complain(_("At most %(longest)d characters fit here.", longest=LONGEST_CAPTION))

    def _complain(self, sentence: Any) -> None:
        if str(sentence) not in self.errors:
            self.errors = [*self.errors, str(sentence).strip()]
