"""Runs one of our own reading modules in a process of its own, which a damaged file may break without harm to the server.

What is read, and within which limits, is in `core.workbook_reader` and `core.picture_reader`.
"""

from __future__ import annotations

import os
import subprocess
import sys


class ChildFailed(Exception):
    """The process ended without an answer: the file broke it, or it took too long."""


def ask(module: str, data: bytes, *arguments: str, seconds: int) -> bytes:
    """The answer of `python -m MODULE [ARGUMENT…]` to `data` on its standard input; raises `ChildFailed`."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the file's content goes in by standard input
            [sys.executable, "-m", module, *arguments],
            input=data,
            capture_output=True,
            timeout=seconds,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise ChildFailed from error
    return done.stdout


def limit_memory(most: int) -> None:
    """In the child: take at most `most` bytes of memory and leave no core file behind."""
    try:
        import resource
    except ImportError:  # Windows, which refuses an impossible allotment by itself
        return
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
