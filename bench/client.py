"""Servers to measure and the load on them: one keep-alive connection after the other, bounded, on 127.0.0.1 only."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

CONNECTIONS = 4


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*arguments: str) -> Iterator[tuple[int, int]]:
    """A server process (`python -m bench.server …`) that answers; yields its port and process id."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.server", str(port), *arguments], env=dict(os.environ))
    try:
        for _attempt in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError("the server ended by itself") from None
                time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def rate(port: int, path: str, seconds: float = 3.0, cookie: str = "") -> tuple[float, list[float]]:
    """Requests per second over `CONNECTIONS` keep-alive connections, and every latency in seconds."""
    latencies: list[list[float]] = [[] for _i in range(CONNECTIONS)]
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_ask, args=(port, path, cookie, until, latencies[i])) for i in range(CONNECTIONS)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - started
    merged = [value for part in latencies for value in part]
    return len(merged) / taken, merged


def _ask(port: int, path: str, cookie: str, until: float, latencies: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Cookie": cookie} if cookie else {}
    while time.perf_counter() < until:
        begun = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        latencies.append(time.perf_counter() - begun)
    connection.close()


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return statistics.quantiles(values, n=1000)[int(share * 1000) - 1]
