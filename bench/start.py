"""Cold start and memory of the whole application with every shipped plugin, against Flask's smallest one."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import psutil

from bench.client import rate, running
from core.app import create_app
from core.config import load_config
from core.store.db import close_database

_HELLO = (
    "import time; t=time.perf_counter(); import bench.server as s, waitress; s.hello(); print(time.perf_counter()-t)"
)
_LINLI = (
    "import time; t=time.perf_counter(); import waitress; from core.app import create_app; "
    "from core.config import load_config; create_app(load_config({0!r})); print(time.perf_counter()-t)"
)


def figures() -> Iterator[str]:
    """Seconds from the first import to an application that can answer, pair by pair; resident memory after a page."""
    with tempfile.TemporaryDirectory() as folder:
        create_app(load_config(folder))
        close_database()
        pairs = [(_seconds(_LINLI.format(folder)), _seconds(_HELLO)) for _round in range(7)]
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        yield f"cold start: {ours:.3f} s, Flask hello {theirs:.3f} s, ratio {ratio:.2f} (goal ≤ 2.0)"
        yield _memory(folder)


def _seconds(program: str) -> float:
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(answer.stdout.splitlines()[-1])


def _memory(folder: str) -> str:
    with running("hello") as (port, process):
        rate(port, "/", 0.5)
        theirs = psutil.Process(process).memory_info().rss
    with running("linli", folder) as (port, process):
        rate(port, "/login", 0.5)
        ours = psutil.Process(process).memory_info().rss
    return (
        f"memory: {ours / 2**20:.0f} MiB, Flask hello {theirs / 2**20:.0f} MiB, ratio {ours / theirs:.2f} (goal ≤ 2.5)"
    )
