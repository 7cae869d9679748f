"""Cold start and memory of the whole application with every shipped plugin, against Flask's smallest one.

Both start from compiled files, as the second start of an installation does. Without the extra `[postgres]`: where psycopg
is installed, peewee loads it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.client import hello, linli, rate
from core.app import open_instance
from core.config import load_config
from core.operate import demo
from core.store.db import close_database

_HELLO = """
import time; begun = time.perf_counter()
import waitress
from bench.server import hello
hello()
print(time.perf_counter() - begun, time.process_time())
"""
_LINLI = """
import time; begun = time.perf_counter()
from core.cli import loading
with loading():
    import waitress
    from core.app import create_app
    from core.config import load_config
    create_app(load_config({0!r}))
print(time.perf_counter() - begun, time.process_time())
"""
ROUNDS = 9


def figures() -> Iterator[str]:
    """Seconds from the first import to an application that can answer, pair by pair; resident memory after pages."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        for _sentence in demo.build(open_instance(load_config(instance)), residents=False):
            pass
        close_database()
        yield _start(instance, Path(folder) / "compiled")
        yield _memory(instance)


def _start(instance: Path, compiled: Path) -> str:
    programs = (_LINLI.format(str(instance)), _HELLO)
    for program in programs:
        _run(program, compiled)
    pairs = [tuple(_run(program, compiled) for program in programs) for _round in range(ROUNDS)]
    ours, theirs = (statistics.median(run[0] for run in column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in pairs)
    processor = statistics.median(ours[1] / theirs[1] for ours, theirs in pairs)
    return (
        f"cold start: {ours:.3f} s, Flask hello {theirs:.3f} s, ratio {ratio:.2f} (goal ≤ 2.0), "
        f"by processor time with the interpreter {processor:.2f}"
    )


def _run(program: str, compiled: Path) -> tuple[float, float]:
    """Seconds by the clock and of the processor, with compiled modules kept in a folder of the benchmark's own."""
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    settings["PYTHONPYCACHEPREFIX"] = str(compiled)
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=settings)
    clock, processor = answer.stdout.splitlines()[-1].split()
    return float(clock), float(processor)


def _memory(instance: Path) -> str:
    with hello() as (port, process):
        rate(port, "/", 0.5)
        theirs = psutil.Process(process).memory_info().rss
    with linli(instance) as (port, process):
        for path in ("/login", f"/c/{demo.CODE}/", f"/c/{demo.CODE}/rooms/day"):
            rate(port, path, 0.5)
        ours = psutil.Process(process).memory_info().rss
    return (
        f"memory: {ours / 2**20:.0f} MiB, Flask hello {theirs / 2**20:.0f} MiB, ratio {ours / theirs:.2f} (goal ≤ 2.5)"
    )
