"""`linli revenue compute FILE`: the same dues from a file, and one reason for what cannot be computed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.cli import main
from tests.plugins.revenue.shares.test_vectors import VECTORS

RULE = VECTORS["share"][0]["rule"]
PERIODS = VECTORS["share"][0]["periods"]


@pytest.fixture
def compute(tmp_path):
    """Runs the command over a text in a folder where no instance is, and where none may be made."""

    def run(text: str):
        file = tmp_path / "dues.json"
        file.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(main, ["--instance", str(tmp_path / "nowhere"), "revenue", "compute", str(file)])
        assert not (tmp_path / "nowhere").exists()
        return result

    return run


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in VECTORS["share"]])
def test_every_worked_case_is_printed_as_worked(compute, case):
    result = compute(json.dumps({"rule": case["rule"], "periods": case["periods"]}))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"results": case["expect"]}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="no-json"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"rule": {}, "rule": {}, "periods": []}', id="twice"),
        pytest.param(json.dumps({"rule": {**RULE, "mode": "cumulative", "loss": "carry"}, "periods": PERIODS}), id="carry"),
        pytest.param(json.dumps({"rule": {**RULE, "tax": 1}, "periods": PERIODS}), id="unknown-key"),
        pytest.param(json.dumps({"rule": RULE, "periods": [{**PERIODS[0], "figures": {}}]}), id="figure-lacks"),
        pytest.param('{"rule": ' + json.dumps(RULE) + ', "periods": [{"from": "2025-01-01", "to": "2025-01-02", "figures": {"net_profit_fen": 1.0}}]}', id="float"),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_one_reason_and_exit_code_2(compute, text):
    result = compute(text)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr


def test_it_runs_as_a_process_of_its_own_from_an_empty_folder(tmp_path):
    (tmp_path / "dues.json").write_text(json.dumps({"rule": RULE, "periods": PERIODS}), encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "core", "revenue", "compute", "dues.json"],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
    )  # fmt: skip
    assert json.loads(found.stdout)["results"] == VECTORS["share"][0]["expect"]
    assert [path.name for path in tmp_path.iterdir()] == ["dues.json"]
