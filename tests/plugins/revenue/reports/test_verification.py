"""What residents can check: the phone's answers, the downloaded file, and that an edited row is found by both."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.store.db import database, transaction
from core.testing import WEST_HILL
from plugins.revenue.ledger import chain
from plugins.revenue.ledger.accounts import open_chart
from plugins.revenue.ledger.funds import open_funds
from plugins.revenue.reports import verification
from tests.plugins.revenue.ledger.conftest import Books, books, paid, received
from tests.plugins.revenue.reports.test_proofs import is_consistent, is_included

__all__ = ["books"]
VERIFIER = Path(__file__).parents[4] / "plugins" / "revenue" / "static" / "verify_ledger.py"
BASE = f"/c/{WEST_HILL}/revenue"


def fill(books: Books, number: int = 9) -> None:
    for each in range(number):
        books.post(received(1000 + each), approvals=["review 张三"])
    books.post(paid(700), evidence=["ab" * 32])


def run(lines, tmp_path, *more):
    file = tmp_path / "ledger.jsonl"
    file.write_text("".join(lines), encoding="utf-8")
    answer = subprocess.run([sys.executable, VERIFIER, file, *more], capture_output=True, text=True)
    return answer.returncode, answer.stdout


def test_no_name_of_a_person_is_in_the_public_ledger(books):
    fill(books)
    text = "".join(verification.ledger_file(books.community, "西山社区"))
    assert "张三" not in text and "张会计" not in text and "食堂分成" in text


def test_the_verifier_accepts_the_ledger_and_knows_the_codes_on_paper(books, tmp_path):
    fill(books)
    printed = chain.record_head(books.actor).code
    books.post(received(5))
    lines = list(verification.ledger_file(books.community, "西山社区"))
    assert run(lines, tmp_path, "--code", printed.lower())[0] == 0
    code, said = run(lines, tmp_path, "--code", "0000-0000-0000")
    assert code == 1 and "0000-0000-0000" in said


@pytest.mark.parametrize("place", [1, 4, 10])
def test_the_verifier_names_the_first_entry_that_was_changed(books, tmp_path, place):
    fill(books)
    lines = list(verification.ledger_file(books.community, "西山社区"))
    row = json.loads(lines[place])
    row["entry"] = row["entry"].replace("食堂分成", "食堂分红")
    changed = [*lines[:place], json.dumps(row, ensure_ascii=False) + "\n", *lines[place + 1 :]]
    code, said = run(changed, tmp_path)
    assert code == 1 and f"first bad entry: {place}\n" in said


def test_the_verifier_misses_no_entry_taken_out_or_cut_off(books, tmp_path):
    fill(books)
    chain.record_head(books.actor)
    lines = list(verification.ledger_file(books.community, "西山社区"))
    assert "first bad entry: 3\n" in run([*lines[:3], *lines[4:]], tmp_path)[1]
    assert run(lines[:-2], tmp_path)[0] == 1
    assert run(["{}\n"], tmp_path)[0] == 2


def test_the_verifier_says_that_books_were_cut_off_since_an_earlier_download(books, tmp_path):
    """Whoever rewrites the file so that it fits itself is found out by whoever kept an older one."""
    fill(books, 3)
    short = list(verification.ledger_file(books.community, "西山社区"))
    chain.record_head(books.actor)
    fewer = list(verification.ledger_file(books.community, "西山社区"))  # the same entries, one record more
    fill(books, 3)
    old = tmp_path / "old.jsonl"
    for older, newer, code, said in (
        (short, fewer, 0, "没有少"), (fewer, short, 1, "截短"), (verification.ledger_file(books.community, "西"), short, 1, "截短"),
        (short, verification.ledger_file(books.community, "西山社区"), 0, "没有少"),
    ):  # fmt: skip
        old.write_text("".join(older), encoding="utf-8")
        answer = run(list(newer), tmp_path, "--earlier", str(old))
        assert answer[0] == code and said in answer[1]


def test_the_verifier_refuses_a_head_of_fewer_records_than_a_published_one(books, tmp_path):
    fill(books, 3)
    before = chain.head(books.community)
    chain.record_head(books.actor)
    first, *entries = verification.ledger_file(books.community, "西山社区")
    cut = json.loads(first)
    cut["head"] = {"community": books.community, **{name: getattr(before, name) for name in verification.HEAD_FIELDS}}
    code, said = run([json.dumps(cut) + "\n", *entries], tmp_path)
    assert code == 1 and "截短" in said


def test_every_entry_is_proven_and_every_earlier_head_is_the_beginning(books):
    heads = []
    for _number in range(12):
        books.post(received(7))
        heads.append(chain.head(books.community))
    present = heads[-1]
    for head in heads:
        told = verification.proven_entry(books.community, head.seq, present.seq)
        path = [bytes.fromhex(step) for step in told["path"]]
        root = bytes.fromhex(present.root)
        assert is_included(chain.leaf_hash(told["digest"]), head.seq - 1, present.seq, path, root)
        proof = verification.consistency(books.community, head.seq, present.seq)
        steps = [bytes.fromhex(step) for step in proof]
        assert is_consistent(head.seq, bytes.fromhex(head.root), present.seq, root, steps)


def edit_a_row(seq: int) -> None:
    """What somebody with the file does: the guards are taken away, one amount becomes another."""
    with transaction():
        for (name,) in database.execute_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'revenue_movement'"
        ).fetchall():
            database.execute_sql(f"DROP TRIGGER {name}")
        database.execute_sql("UPDATE revenue_movement SET amount = amount + 1 WHERE entry = ?", (seq,))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_edited_row_no_longer_fits_its_digest(books, tmp_path):
    fill(books)
    edit_a_row(4)
    code, said = run(list(verification.ledger_file(books.community, "西山社区")), tmp_path)
    assert code == 1 and "first bad entry: 4\n" in said


def test_everybody_may_look_and_check(app, client):
    from core.actor import system

    actor = system(WEST_HILL, "test")
    open_chart(actor)
    open_funds(actor)
    fill(Books(actor))
    page = client.get(f"{BASE}/money?year=2026").get_data(as_text=True)
    assert "每一元去了哪里" in page and "<svg" in page and " style=" not in page and "90.36" in page
    head = client.get(f"{BASE}/verify/head.json?since=3").json
    assert head["head"]["seq"] == 10 and head["consistency"]
    assert client.get(f"{BASE}/verify/entries/4?size=10").json["seq"] == 4
    assert client.get(f"{BASE}/verify/entries/11?size=10").status_code == 404
    assert len(client.get(f"{BASE}/verify/entries.json?from=9").json["entries"]) == 2
    assert client.get(f"{BASE}/verify/paper.json?code=xyz").json["published"] is None
    assert head["head"]["code"] in client.get(f"{BASE}/verify?code=abc&entry=3").get_data(as_text=True)
    assert client.get(f"{BASE}/ledger.json").get_data(as_text=True).count("\n") == 11


def test_the_desk_prints_the_trial_balance_with_its_period(app, as_role):
    from core.actor import system

    fill(Books(system(WEST_HILL, "test")))
    office = as_role("bookkeeper")
    for place in ("", "/print"):
        page = office.get(f"{BASE}/desk/statements{place}?period=2026-03").get_data(as_text=True)
        assert "2026-03-01 – 2026-03-31" in page and "90.36" in page and "7.00" in page
    assert "83.36" in office.get(f"{BASE}/desk/statements?day=2026-03-05").get_data(as_text=True)
    assert as_role("liaison").get(f"{BASE}/desk/statements").status_code == 403
