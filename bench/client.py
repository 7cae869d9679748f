"""Servers to measure and the load on them: a few keep-alive connections served by one loop, on 127.0.0.1 only.

The load is plain sockets, because `http.client` costs more than the smallest page it would measure.
"""

from __future__ import annotations

import re
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psutil

CONNECTIONS = 4
_PATIENCE = 20.0
_LENGTH = re.compile(rb"^content-length: (\d+)", re.IGNORECASE | re.MULTILINE)


class Measured(NamedTuple):
    """`per_second` answers, each answer's seconds, their usual size in bytes, and the server's processor seconds for one."""

    per_second: float
    latencies: list[float]
    size: int
    processor: float


@dataclass
class _Exchange:
    """One connection: what it has received of the present answer, and since when it waits."""

    socket: socket.socket
    received: bytearray
    since: float = 0.0
    whole: int = 0


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def hello() -> Iterator[tuple[int, int]]:
    """Flask's "hello" in a process of its own; yields its port and process id."""
    port = free_port()
    with _running(port, "bench.server", str(port)) as found:
        yield found


@contextmanager
def linli(instance: str | Path) -> Iterator[tuple[int, int]]:
    """`linli serve` on an instance; yields its port and process id."""
    port = free_port()
    arguments = ("core", "--instance", str(instance), "serve", "--host", "127.0.0.1", "--port", str(port))
    with _running(port, *arguments) as found:
        yield found


@contextmanager
def _running(port: int, *arguments: str) -> Iterator[tuple[int, int]]:
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens; raises `RuntimeError` when the process ends or takes half a minute."""
    for _attempt in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    raise RuntimeError("the server does not answer")


def rate(
    port: int,
    path: str,
    seconds: float = 1.5,
    *,
    cookie: str = "",
    connections: int = CONNECTIONS,
    pid: int | None = None,
) -> Measured:
    """Ask for `path` again and again over keep-alive connections, each waiting for its answer; all must be 200.

    `pid` is the server's process: without it `processor` is 0.
    """
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n" + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n"
    )
    latencies: list[float] = []
    with selectors.DefaultSelector() as waiting:
        exchanges = [_connect(port, waiting) for _connection in range(connections)]
        used = _processor(pid)
        started = time.perf_counter()
        for exchange in exchanges:
            _ask(exchange, request.encode())
        until, size = started + seconds, 0
        while not latencies or time.perf_counter() < until:
            for key, _events in waiting.select(_PATIENCE):
                if _receive(key.data):
                    latencies.append(time.perf_counter() - key.data.since)
                    size = key.data.whole
                    _ask(key.data, request.encode())
        taken = time.perf_counter() - started
        used = _processor(pid) - used
        for exchange in exchanges:
            exchange.socket.close()
    return Measured(len(latencies) / taken, latencies, size, used / len(latencies))


def _connect(port: int, waiting: selectors.BaseSelector) -> _Exchange:
    connection = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
    exchange = _Exchange(connection, bytearray())
    waiting.register(connection, selectors.EVENT_READ, exchange)
    return exchange


def _ask(exchange: _Exchange, request: bytes) -> None:
    exchange.received.clear()
    exchange.whole = 0
    exchange.since = time.perf_counter()
    exchange.socket.sendall(request)


def _receive(exchange: _Exchange) -> bool:
    """Read what is there; true once the answer is whole."""
    part = exchange.socket.recv(1 << 18)
    if not part:
        raise RuntimeError("the server closed the connection")
    exchange.received += part
    if not exchange.whole:
        head, found, _rest = exchange.received.partition(b"\r\n\r\n")
        if not found:
            return False
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise RuntimeError(head.decode("latin-1"))
        exchange.whole = len(head) + 4 + int(length[1])
    return len(exchange.received) >= exchange.whole


def _processor(pid: int | None) -> float:
    if pid is None:
        return 0.0
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return statistics.quantiles(values, n=1000)[int(share * 1000) - 1]
