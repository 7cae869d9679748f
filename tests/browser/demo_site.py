"""A real installation for browser tests: `linli demo` and `linli serve` as their own processes, and visitors who speak
plain HTTP to it (what a browser without scripts would send). Nothing here drives a browser."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import text

ROOT = Path(__file__).resolve().parents[2]
CODE = "330481001009"
OWNER, DIRECTOR, STAFF, MEDIATOR = "admin", "zhuren", "shequ", "tiaowei"
BOOKKEEPER, CASHIER, OPERATOR = "baozhang", "chuna", "shitang"
SUPERVISOR = "jiandu"
RESIDENTS = ("resident", "neighbour", "third")
_PATIENCE = 60
# Staff are locked out after 15 minutes without a page; a slow run may pause one of them for longer.
_IDLE = 10 * 60


@dataclass(frozen=True)
class Resident:
    """A resident of the demo who has an account."""

    name: str
    phone: str
    pin: str


@dataclass
class Answer:
    """What came back: the status, where it went, the text."""

    status: int
    url: str
    kind: str
    text: str


@dataclass
class Site:
    """An instance folder and the server in front of it, whose clock may be some days ahead."""

    folder: Path
    password: str = ""
    residents: list[Resident] = field(default_factory=list)
    port: int = 0
    host: str = "127.0.0.1"
    printed: str = ""
    days_ahead: int = 0
    _server: subprocess.Popen[str] | None = None
    _known: dict[str, Visitor] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address without a final slash."""
        return f"http://{self.host}:{self.port}"

    @property
    def home(self) -> str:
        """The address of the demo community's first page, with a final slash."""
        return f"{self.url}/c/{CODE}/"

    def start(self) -> Site:
        """Start the server, on the same port as before if there was one, and wait until it answers."""
        self.port = self.port or free_port(self.host)
        log = self.folder.parent / f"{self.folder.name}.log"
        command = [*_linli(self.folder, self.days_ahead), "serve", "--host", self.host, "--port", str(self.port)]
        with log.open("w") as output:
            self._server = subprocess.Popen(
                command, cwd=ROOT, env=_environment(), stdout=output, stderr=output, text=True
            )
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if self._server.poll() is not None:
                break
            try:
                with socket.create_connection((self.host, self.port), timeout=1):
                    self.printed = log.read_text("utf-8")
                    return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{log.read_text('utf-8')}")

    def stop(self) -> None:
        """Stop the server as a service manager does."""
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None

    def turn_pages(self, days: int) -> None:
        """Start the server again with its clock `days` further ahead; everybody signs in anew."""
        self.stop()
        self.days_ahead += days
        self._known.clear()
        self.start()

    def visitor(self, who: str) -> Visitor:
        """Somebody signed in, for all tests until the session has idled for long: `""` is nobody, `resident` and
        `neighbour` have accounts by phone, everybody else is a user name of the staff."""
        known = self._known.get(who)
        if known is None or (who and time.monotonic() - known.asked_for > _IDLE):
            known = Visitor(self)
            self._known[who] = known.sign_in(*self.credentials(who)) if who else known
        known.asked_for = time.monotonic()
        return known

    def credentials(self, who: str) -> tuple[str, str]:
        """Name and secret with which somebody signs in."""
        if who in RESIDENTS:
            person = self.residents[RESIDENTS.index(who)]
            return person.phone, person.pin
        return who, self.password

    def linli(self, *arguments: str) -> str:
        """Run a command on this instance; returns what it printed."""
        return run_linli(self.folder, *arguments, days_ahead=self.days_ahead)


def _linli(folder: Path, days_ahead: int = 0) -> list[str]:
    linli = ["tests.browser.another_day", str(days_ahead)] if days_ahead else ["core"]
    return [sys.executable, "-m", *linli, "--instance", str(folder)]


def _environment() -> dict[str, str]:
    # Faults of plugins are part of some tests, so the server is not strict, whatever the test run is.
    return {
        **{name: value for name, value in os.environ.items() if name != "LINLI_STRICT"},
        "PYTHONIOENCODING": "utf-8",
    }


def run_linli(folder: Path, *arguments: str, days_ahead: int = 0) -> str:
    """Run `linli --instance FOLDER …` in a process of its own; raises with its output when it fails."""
    done = subprocess.run(
        [*_linli(folder, days_ahead), *arguments],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=_PATIENCE * 2,
    )
    if done.returncode:
        raise RuntimeError(f"linli {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def demo_site(folder: Path, *options: str) -> Site:
    """Build the demo community in `folder` and serve it."""
    printed = run_linli(folder, "demo", *options)
    password = re.search(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){2,}", printed)
    assert password, printed
    people = re.findall(r"居民(\S+?)用电话 (1\d{10})、6 位密码 (\d{6})", printed)
    assert people or options, printed
    return Site(folder, password[0], [Resident(*each) for each in people]).start()


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class Visitor:
    """Somebody with cookies and no scripts. `get` and `post` follow redirects; errors are answers, not exceptions."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.asked_for = 0.0
        self.jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )

    def get(self, path: str) -> Answer:
        """Fetch a path of the site."""
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.site.url, path)))

    def post(self, path: str, **fields: Any) -> Answer:
        """Send a form with a valid token and a fresh request key."""
        given = {"csrf_token": self.token(), "idempotency_key": secrets.token_urlsafe(18), **fields}
        data = urllib.parse.urlencode(given, doseq=True).encode()
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.site.url, path), data=data))

    def upload(self, path: str, field: str, filename: str, content: bytes, **more: str) -> Answer:
        """Send a form with one file and `more` fields."""
        mark = secrets.token_hex(16)
        fields = {"csrf_token": self.token(), "idempotency_key": secrets.token_urlsafe(18), **more}
        parts = [
            f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()
        ]
        head = f'Content-Disposition: form-data; name="{field}"; filename="{filename}"\r\n\r\n'
        parts.append(head.encode() + content)
        data = b"".join(f"--{mark}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{mark}--\r\n".encode()
        request = urllib.request.Request(urllib.parse.urljoin(self.site.url, path), data=data)
        request.add_header("Content-Type", f"multipart/form-data; boundary={mark}")
        return self._open(request)

    def token(self) -> str:
        """The form token that belongs to this visitor's cookie."""
        if not hasattr(self, "_token"):
            found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', self.get(f"/c/{CODE}/office").text)
            assert found
            self._token = found[1]
        return self._token

    def sign_in(self, name: str, secret: str) -> Visitor:
        """Sign in on the login page."""
        answer = self.post("/login", community=CODE, name=name, secret=secret)
        assert answer.status == 200 and "/login" not in answer.url, answer.text[:3000]
        return self

    def cookies(self) -> list[dict[str, Any]]:
        """The cookies as a browser context takes them."""
        return [{"name": each.name, "value": each.value, "url": self.site.url} for each in self.jar]

    def _open(self, request: urllib.request.Request) -> Answer:
        request.add_header("Accept", "text/html")
        try:
            with self._opener.open(request, timeout=_PATIENCE) as response:
                return _answer(response)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error)


def _answer(response: Any) -> Answer:
    kind = response.headers.get_content_type()
    text = response.read().decode("utf-8", "replace") if kind.startswith("text/") else ""
    return Answer(response.status, response.url, kind, text)


def routes(folder: Path) -> list[dict[str, Any]]:
    """Every address pattern of the application that answers GET, with the endpoint and the permission it asks for."""
    source = (
        "import json, sys\nfrom pathlib import Path\nfrom core.app import create_app\nfrom core.config import load_config\n"
        "app = create_app(load_config(Path(sys.argv[1])))\n"
        "print(json.dumps([[rule.rule, rule.endpoint] for rule in app.url_map.iter_rules() if 'GET' in rule.methods]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", source, str(folder)],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return [{"rule": rule, "endpoint": endpoint} for rule, endpoint in json.loads(done.stdout.splitlines()[-1])]


def zh(message: str, plugin: str = "core") -> str:
    """How a sentence of the source reads on a Chinese page, so that tests name what people see without copying it."""
    if plugin != "core":
        text.add_domain(plugin, ROOT / "plugins" / plugin / "translations")
    with text.in_language("zh_Hans"):
        return text.translate(plugin, message)
