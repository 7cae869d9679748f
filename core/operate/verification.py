"""`linli verify`: whether audit chains, stored files and published notices are as they were written. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from core.civic.notices import digest as notice_digest
from core.civic.notices.digest import PROBLEMS, Finding
from core.civic.notices.wording import number_text
from core.errors import NotFound
from core.store import audit, file_check
from core.text import Label, _

Line = Label


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what is not as it was written (nothing, when all is well)."""

    told: tuple[Line, ...]
    broken: tuple[Line, ...]


def verify_all() -> Verified:
    """Read every chain, every file and every notice."""
    told: list[Line] = []
    broken: list[Line] = []
    for chain in audit.chains():
        told.append(_("%(chain)s: %(count)d entries", chain=chain, count=audit.head(chain)[0]))
        if (found := audit.verify(chain)) is not None:
            broken.append(f"{found.chain} #{found.seq}: {found.problem}")
    files = list(file_check.verify())
    told.append(_("Files: %(count)d", count=len(files)))
    broken += [
        f"{file.community} files/{file.digest[:2]}/{file.digest} ({file.name}): {file.problem}"
        for file in files
        if file is not None
    ]
    notices = 0
    for finding in notice_digest.verify():
        notices += 1
        if not finding.is_whole:
            broken.append(_line(finding))
    told.append(_("Notices: %(count)d", count=notices))
    return Verified(tuple(told), tuple(broken))


def verify_code(typed: str) -> Verified:
    """Whether the notice with a printed code is what was published; raises `NotFound` for a code nobody printed here."""
    code = notice_digest.read_code(typed)
    found = notice_digest.find_by_code(code) if code else []
    if not found:
        raise NotFound(_("There is no notice with the code %(code)s here.", code=typed[:40]))
    findings = [notice_digest.check(notice) for notice in found]
    whole = tuple(
        _("This is what was published: %(notice)s", notice=_name(finding)) for finding in findings if finding.is_whole
    )
    return Verified(whole, tuple(_line(finding) for finding in findings if not finding.is_whole))


def _name(finding: Finding) -> str:
    notice = finding.notice
    return f"{notice.community} {number_text(notice.year, notice.serial)} {notice.title}"


def _line(finding: Finding) -> str:
    problems = " ".join(str(PROBLEMS[problem]) for problem in finding.problems)
    return f"{_name(finding)}: {problems}"
