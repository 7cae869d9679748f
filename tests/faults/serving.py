"""A real installation for tests: set up and served by the `linli` command in processes of its own."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]
CODE = "330481001009"
PASSWORD = "correct horse battery"
_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')


def linli(instance: Path, *arguments: str, typed: str = "", check: bool = False) -> subprocess.CompletedProcess[str]:
    """Run `linli --instance … …` as a process; `check` fails the test when it exits with anything but 0."""
    done = subprocess.run(
        [sys.executable, "-m", "core", "--instance", str(instance), *arguments],
        input=typed, cwd=ROOT, env=environment(), capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert not check or done.returncode == 0, (arguments, done.returncode, done.stdout, done.stderr)
    return done


def environment() -> dict[str, str]:
    """The surroundings of an office PC: not strict, this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINLI_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def set_up(instance: Path, database: str = "") -> None:
    """西山社区 with its rooms, by the set-up command; `database` is a PostgreSQL URL or empty."""
    instance.mkdir(parents=True, exist_ok=True)
    if database:
        (instance / "config.toml").write_text(f'database = "{database}"\n', encoding="utf-8")
    linli(
        instance, "setup", "--community", "西山社区", "--code", CODE, "--owner", "admin", "--password-stdin",
        "--plugins", "rooms", typed=PASSWORD + "\n", check=True,
    )  # fmt: skip


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(instance: Path, processes: int = 1) -> Iterator[list[int]]:
    """The ports of `linli serve` processes over one instance, answering; ended when the block is left."""
    started = []
    try:
        for _number in range(processes):
            port = free_port()
            log = (instance / f"serve-{port}.log").open("wb")
            command = [sys.executable, "-m", "core", "--instance", str(instance), "serve", "--host", "127.0.0.1"]
            process = subprocess.Popen(
                [*command, "--port", str(port)], cwd=ROOT, env=environment(), stdout=log, stderr=subprocess.STDOUT
            )
            log.close()
            started.append((process, port))
        for process, port in started:
            _wait_for(process, port, instance / f"serve-{port}.log")
        yield [port for _process, port in started]
    finally:
        for process, _port in started:
            process.send_signal(signal.SIGINT)
        for process, _port in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if Visitor(port).get("/login").status < 400:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


@dataclass
class Answer:
    """What came back."""

    status: int
    location: str
    text: str
    headers: dict[str, str]


@dataclass
class Visitor:
    """A browser on a connection of its own: keeps cookies, sends the token it was given. `session` signs it in."""

    port: int
    session: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if self.session:
            self.cookies["linli_session"] = self.session

    def get(self, path: str) -> Answer:
        """Fetch a page and remember its form token."""
        answer = self._ask("GET", path, None)
        if found := _TOKEN.search(answer.text):
            self.token = found[1]
        return answer

    def fetch(self, path: str, headers: dict[str, str]) -> Answer:
        """Fetch a page with further headers."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, **fields: object) -> Answer:
        """Send a form with the token and, unless one is given, a new request key."""
        sent = {"csrf_token": self.token, "idempotency_key": secrets.token_urlsafe(18), **fields}
        return self._ask("POST", path, urlencode(sent).encode())

    def same(self) -> Visitor:
        """The same browser on another connection."""
        return Visitor(self.port, cookies=dict(self.cookies), token=self.token)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None, more: dict[str, str] | None = None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(more or {})}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        got = self._connection.getresponse()
        for line in got.headers.get_all("Set-Cookie") or ():
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        text = got.read().decode("utf-8", "replace")
        return Answer(got.status, got.headers.get("Location", ""), text, dict(got.headers))
