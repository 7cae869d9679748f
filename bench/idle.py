"""Open browsers that ask for nothing: how long the next visitor waits, against the same visitor alone.

A browser keeps its connection open after a page. Each connection here has asked for one small file and then stays.
"""

from __future__ import annotations

import resource
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack

from bench import client
from core.app import open_instance
from core.config import load_config
from core.operate import demo
from core.store.db import close_database

WANTED, SPARE, VISITS = 3_000, 100, 40
_PATIENCE = 20.0


def figures() -> Iterator[str]:
    """Milliseconds of the next visitor's first page with thousands of idle connections; fewer where the system allows fewer."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED + SPARE if hard == resource.RLIM_INFINITY else min(WANTED + SPARE, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    with tempfile.TemporaryDirectory() as folder:
        for _sentence in demo.build(open_instance(load_config(folder)), residents=False):
            pass
        close_database()
        with client.linli(folder) as (port, _process), ExitStack() as open_browsers:
            _visit(port)
            alone = _visits(port)
            for _browser in range(most - SPARE):
                open_browsers.enter_context(_idle(port))
            crowded = _visits(port)
    usual, late = statistics.median(crowded) * 1000, max(crowded) * 1000
    yield (
        f"next visitor with {most - SPARE} open idle browsers: {usual:.1f} ms, at worst {late:.1f} ms of {VISITS} "
        f"(goal < 100 ms), ratio {usual / 1000 / statistics.median(alone):.2f} to the same visitor alone"
    )


def _visits(port: int) -> list[float]:
    return [_visit(port) for _visit_number in range(VISITS)]


def _visit(port: int) -> float:
    """Seconds from connecting to the last byte of the portal's first page."""
    begun = time.perf_counter()
    request = f"GET /c/{demo.CODE}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer[:200].decode("latin-1"))
    return time.perf_counter() - begun


def _idle(port: int) -> socket.socket:
    """A connection that was answered once and stays open."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
    connection.sendall(b"GET /static/0/mark.svg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    if not connection.recv(1 << 16).startswith(b"HTTP/1.1 200"):
        raise RuntimeError("an idle browser was not let in")
    return connection
