"""The register of personal data of residents, rosters and accounts: which column holds what, why, and for how long.

Those of calls, procedures, notices and files are in `core.civic.privacy.personal_fields`; what is made of the register in
`core.civic.privacy.register`.
"""

from __future__ import annotations

from typing import Any

from core.people.account_records import Account, AccountSlip, Session, SignInAttempt
from core.people.children import TurnedFourteen
from core.people.consent_records import SeparateConsent
from core.people.person import FormerName, Person, PersonHome
from core.people.privacy_notice import PrivacyConsent, PrivacyNotice
from core.people.roster_records import RosterChange
from core.people.sessions import KEEP_DAYS as KEEP_SESSIONS
from core.people.throttle import KEEP_DAYS as KEEP_ATTEMPTS
from core.people.view_log import PersonView
from core.plugin.declarations import PersonalField
from core.store.import_batches import KEEP_FILE_DAYS, ImportBatch
from core.text import LazyText, _

WHILE_NEEDED = _("While you live here or have a home here; afterwards until it is erased at your request.")
REACH = _("To reach the people of a home and to do what the law gives the committee to do for them.")
WORK = _("So that it stays known who at the office did what.")


def signed(model: type[Any], *fields: str, group: LazyText) -> PersonalField:
    """The columns with the name of whoever at the office entered or decided something."""
    return PersonalField(
        model, fields, _("Name of the member of staff who entered or decided it"), WORK, "duty",
        _("As long as the record."), group, stays=_("Who worked on a record at the office stays known."),
    )  # fmt: skip


_PEOPLE = _("Residents' register")
_ACCOUNTS = _("Accounts")
_ROSTERS = _("Imported registers and lists")

PERSONAL: tuple[PersonalField, ...] = (
    PersonalField(
        Person, ("name", "sort_key", "search_text"), _("Name, and what it is found by"), REACH, "duty", WHILE_NEEDED,
        _PEOPLE,
    ),
    PersonalField(Person, ("phone", "phone_2"), _("Telephone numbers"), REACH, "duty", WHILE_NEEDED, _PEOPLE),
    PersonalField(
        Person, ("sex", "birth_year"), _("Sex and year of birth"),
        _("To know who may need care or has a right to a service: children, the elderly."), "duty", WHILE_NEEDED, _PEOPLE,
        sensitive=True,
    ),
    PersonalField(
        Person, ("note",), _("Remarks of the office, nothing on health"), _("What must be known to find and reach this person."),
        "duty", WHILE_NEEDED, _PEOPLE,
    ),
    PersonalField(
        TurnedFourteen, ("said_on",), _("That a child turned 14 this year, and when that was said"),
        _("So that a guardian is asked for children under 14, and nobody's birthday need be kept."), "duty",
        _("As long as the record."), _PEOPLE,
    ),
    PersonalField(
        SeparateConsent, ("question", "way", "guardian", "relation"),
        _("What you were asked to agree to, what you said, and for a child the name of the guardian who said it"),
        _("So that it can be shown what you were asked and what you said."), "duty", _("As long as the record."), _PEOPLE,
    ),
    signed(SeparateConsent, "by_label", group=_PEOPLE),
    signed(TurnedFourteen, "by_label", group=_PEOPLE),
    PersonalField(
        Person, ("status",), _("Whether somebody lives here, moved away or has died"),
        _("So that nobody is written to or called in vain."), "duty", WHILE_NEEDED, _PEOPLE,
    ),
    PersonalField(
        FormerName, ("name", "until_day"), _("Former names"), _("To find people by the name they used to have."), "duty",
        WHILE_NEEDED, _PEOPLE,
    ),
    PersonalField(
        PersonHome, ("person_id", "home_id", "relation", "from_day", "until_day"),
        _("Homes, as owner, tenant or family, and since when"), REACH, "duty", WHILE_NEEDED, _PEOPLE,
    ),
    PersonalField(
        PersonView, ("by_label", "way", "person", "people"), _("Who of the office opened whose record, and when"),
        _("So that nobody looks without a reason, and you can see who did."), "security",
        _("1 year; it is never changed."), _PEOPLE,
    ),
    PersonalField(
        PrivacyConsent, ("way",), _("Whether you agreed to the privacy notice, when and how"),
        _("So that it can be shown what you were asked and what you said."), "duty", _("As long as the record."), _PEOPLE,
    ),
    PersonalField(
        PrivacyConsent, ("by_label",), _("Who entered what you said"), WORK, "duty", _("As long as the record."), _PEOPLE,
    ),
    signed(PrivacyNotice, "by_label", group=_PEOPLE),
    PersonalField(
        ImportBatch, ("content", "filename"), _("The file of a register or list as it was handed in"),
        _("To compare and to take an import back."), "duty",
        _("The file %(days)d days, its name as long as the import is listed.", days=KEEP_FILE_DAYS), _ROSTERS,
    ),
    PersonalField(
        RosterChange, ("before",), _("What stood in the register before an import"), _("To take an import back."), "duty",
        _("As long as the import can be taken back."), _ROSTERS,
    ),
    PersonalField(
        ImportBatch, ("written",), _("What stood in a list before an import, and after it"), _("To take an import back."),
        "duty", _("As long as the import can be taken back."), _ROSTERS,
    ),
    signed(ImportBatch, "by_label", group=_ROSTERS),
    PersonalField(
        Account, ("label", "username"), _("Name of the account"), _("To sign in, and so that acts have a name."),
        "request", _("Until the account is closed."), _ACCOUNTS,
    ),
    PersonalField(
        Account, ("secret", "pin"), _("PIN or password, scrambled so that nobody can read it"),
        _("To keep others out of your account."), "security", _("Until the account is closed."), _ACCOUNTS,
    ),
    PersonalField(
        Session, ("address", "agent"), _("From which device you signed in and when"),
        _("So that you can see and end it, and to find out about misuse."), "security",
        _("%(days)d days.", days=KEEP_SESSIONS), _ACCOUNTS,
    ),
    PersonalField(
        SignInAttempt, ("key", "address"), _("Attempts to sign in, the name made unreadable"),
        _("To keep guessers out."), "security", _("%(days)d days.", days=KEEP_ATTEMPTS), _ACCOUNTS,
    ),
    PersonalField(
        AccountSlip, ("code_digest",), _("Codes on slips, made unreadable"), _("To open an account for the right person."),
        "security", _("As long as it is listed which slips were printed; a code itself is worth nothing once used."), _ACCOUNTS,
    ),
)  # fmt: skip
