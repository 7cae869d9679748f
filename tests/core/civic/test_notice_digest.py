"""What vouches for a notice: a changed word, a changed byte of a file and a cut audit log are each found."""

from __future__ import annotations

import pytest

from core.civic.notices import digest as notice_digest
from core.civic.notices import publishing as notices
from core.civic.notices.digest import check, code_of, code_text, read_code
from core.civic.notices.records import Notice
from core.errors import NotFound
from core.operate import verification
from core.people.secrets import CODE_ALPHABET
from core.store import db
from core.store.files import path_of
from tests.core.civic.test_notices import draft, hang, office, published

__all__ = ["office"]


def behind_the_guards(notice, **values):
    """Change a row as somebody with the database file could."""
    without_guards("notice", lambda: Notice.update(**values).where(Notice.id == notice.id).execute())


def without_guards(table, act):
    """Do something while the guards of a table are away."""
    engine = db.database.obj
    with db.transaction():
        if db.engine_name() == "postgresql":
            engine.execute_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            act()
            engine.execute_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        found = engine.execute_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        ).fetchall()
        for name, _sql in found:
            engine.execute_sql(f"DROP TRIGGER {name}")
        act()
        for _name, sql in found:
            engine.execute_sql(sql)


def problems(notice):
    return check(Notice.get_by_id(notice.id)).problems


@pytest.mark.parametrize(
    "change",
    [
        {"body": "改了"},
        {"title": "改了"},
        {"publish_until": "2199-01-01"},
        {"responsible": "别人"},
        {"published_at": 1},
    ],
)
def test_a_changed_word_is_found(office, change):
    notice = published(office)
    assert problems(notice) == ()
    behind_the_guards(notice, **change)
    assert problems(notice) == ("text",)
    assert "停水通知" in str(verification.verify_all().broken[0]) or "改了" in str(verification.verify_all().broken[0])


def test_a_forged_digest_does_not_fit_the_code_on_the_wall(office):
    notice = published(office)
    forged = Notice.get_by_id(notice.id)
    forged.body = "改了"
    behind_the_guards(notice, body="改了", digest=notice_digest.digest_for(forged))
    assert problems(notice) == ("code",)


def test_a_changed_or_missing_byte_of_a_file_is_found(office):
    notice = draft(office)
    hang(office, notice)
    notices.publish_notice(office, notice.id)
    [file] = notice_digest.attached_to(notice)
    path = path_of(file.sha256)
    path.write_bytes(b"minutez")
    assert problems(notice) == ("changed",)
    path.unlink()
    assert problems(notice) == ("missing",)


def test_a_cut_or_rewritten_audit_log_is_found_by_a_sheet(store, office):
    one, two = published(office), published(office)
    from core.store.audit import AuditDetail, AuditEntry

    def cut():
        AuditDetail.delete().where(AuditDetail.seq >= two.chain_seq).execute()
        AuditEntry.delete().where(AuditEntry.seq >= two.chain_seq).execute()

    without_guards("audit_detail", lambda: without_guards("audit_entry", cut))
    assert problems(one) == ()
    assert problems(two) == ("chain", "entry")
    found = verification.verify_all()
    assert len(found.broken) == 1 and "操作记录" in str(found.broken[0])


def test_only_the_entry_of_the_publication_is_missing(store, office):
    from core.store.audit import AuditEntry

    notice = published(office)
    without_guards(
        "audit_entry",
        lambda: AuditEntry.update(action="core.notice.edited").where(AuditEntry.seq == notice.chain_seq + 1).execute(),
    )
    assert problems(notice) == ("entry",)


def test_a_code_says_whether_its_sheet_is_genuine(office):
    notice = published(office)
    code = code_text(notice.code)
    assert verification.verify_code(code).broken == ()
    assert "停水通知" in str(verification.verify_code(code.replace("-", " ").lower()).told[0])
    with pytest.raises(NotFound):
        verification.verify_code("AAAA-AAAA-AAAA")
    behind_the_guards(notice, body="改了")
    found = verification.verify_code(code)
    assert found.told == () and len(found.broken) == 1


def test_codes_have_one_form_and_no_doubtful_letters():
    code = code_of("0123456789abcdef" * 4)
    assert len(code) == 12 and set(code) <= set(CODE_ALPHABET)
    assert read_code(code_text(code)) == code == read_code(f" {code_text(code).lower()} ")
    assert read_code("".join(chr(ord(char) + 0xFEE0) for char in code)) == code
    assert [read_code(typed) for typed in ("", "AAAA", code + "A", "O" * 12, "甲" * 12, "\x00" * 12)] == [None] * 6
    assert len({code_of(f"{number:064x}") for number in range(500)}) == 500
