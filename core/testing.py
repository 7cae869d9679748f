"""What tests of core and of plugins start from: pytest fixtures for stores on both engines, communities, apps and actors.

Use it with `pytest_plugins = ["core.testing"]`. PostgreSQL runs when `LINLI_TEST_POSTGRES` names a database that may be
used freely (its copies get names of their own); without it those tests skip and say so.
"""

from __future__ import annotations

import itertools
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from core.actor import Actor, system
from core.clock import today
from core.config import Config, load_config
from core.plugin.current import set_active
from core.store import db
from core.store.community import Community
from core.store.migrate import CORE, migrate

if TYPE_CHECKING:
    from core.plugin.registry import Registry

REQUIRE_VARIABLE = "LINLI_TEST_REQUIRE"
POSTGRES_VARIABLE = "LINLI_TEST_POSTGRES"
WEST_HILL = "330481001009"
SOUTH_GARDEN = "330481001012"

_counter = itertools.count()


@dataclass(frozen=True)
class Store:
    """An opened store with every schema migrated and two communities (`west` and `south`)."""

    config: Config
    west: str = WEST_HILL
    south: str = SOUTH_GARDEN

    @property
    def engine(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.config.engine

    def actor(self, *permissions: str, community: str | None = None, kind: str = "staff", **fields: object) -> Actor:
        """An actor who holds exactly `permissions` in `community` (西山 unless told)."""
        return Actor(
            kind=kind,
            community=community or self.west,
            permissions=frozenset(permissions),
            label="测试员",
            origin="test",
            **fields,  # type: ignore[arg-type]
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that asks for a store (directly or through `app`) runs once per engine."""
    if "engine" in metafunc.fixturenames and not any(
        "engine" in marker.args[0] for marker in metafunc.definition.iter_markers("parametrize")
    ):
        metafunc.parametrize("engine", ["sqlite", "postgresql"], scope="function", indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of this run; skips PostgreSQL when none is offered."""
    name = str(request.param)
    if name == "postgresql" and not os.environ.get(POSTGRES_VARIABLE):
        do_without("postgresql", f"{POSTGRES_VARIABLE} names no PostgreSQL database")
    return name


def do_without(what: str, reason: str) -> NoReturn:
    """Skip a test for want of `what` (`postgresql`, `browser`, a program), or fail it when `LINLI_TEST_REQUIRE` names that."""
    if what in os.environ.get(REQUIRE_VARIABLE, "").split():
        pytest.fail(f"{what} is required, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def _templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("templates"))
    yield made
    made.drop()


@pytest.fixture
def both_engines(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest, _templates: Templates
) -> Iterator[Config]:
    """The config of a fresh instance whose store is migrated, but not opened, on each engine in turn.

    For a test that takes `plugins` or `app` the shipped plugins are switched on in two communities.
    """
    instance = tmp_path / "instance"
    instance.mkdir()
    config = _templates.begin(engine, instance, not {"plugins", "app"}.isdisjoint(request.fixturenames))
    yield config
    _forget()
    if engine == "postgresql":
        _drop(str(config.database))


@pytest.fixture
def prepared(both_engines: Config, _templates: Templates) -> Callable[[str, object, Callable[[], object]], Any]:
    """`prepared("town", store, build)` is what `build()` returns, with the open store as that leaves it.

    It is built once in a process, a day and an engine; then the store, the other files of the instance and the returned value
    are copied. `build` gets nothing but the open store and `store`, which the copies of the value refer to in place of its own.
    """

    def take(name: str, store: object, build: Callable[[], object]) -> Any:
        return _templates.prepared(both_engines, f"{name} {today()} {both_engines.engine}", store, build)

    return take


class Templates:
    """Stores that tests copy, made at first use: files for SQLite, databases for PostgreSQL.

    `begin` gives an instance with a migrated store, `prepared` replaces an opened one by what a fixture has built before.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._migrated: dict[tuple[str, bool], str] = {}
        self._prepared: dict[str, tuple[str, Path, object, object]] = {}

    def begin(self, engine: str, instance: Path, furnished: bool) -> Config:
        """The config of an instance in that empty folder, with a migrated store; `furnished` with plugins switched on."""
        if (engine, furnished) not in self._migrated:
            url = _create() if engine == "postgresql" else None
            config = load_config(self.folder / f"{engine}-{furnished}", database=url, strict=True)
            _build(config, furnished)
            self._migrated[engine, furnished] = url or str(config.database_path)
        source = self._migrated[engine, furnished]
        if engine == "postgresql":
            return load_config(instance, database=_create(source), strict=True, testing=True)
        config = load_config(instance, strict=True, testing=True)
        shutil.copy(source, config.database_path)
        return config

    def prepared(self, config: Config, key: str, store: object, build: Callable[[], object]) -> object:
        """What `build()` returned, over the store as it left it."""
        if key not in self._prepared:
            value = build()
            copy = deepcopy(value, {id(store): store})
            self._prepared[key] = (*self._keep(config), store, copy)
            return value
        kept, files, its_store, value = self._prepared[key]
        db.close_database()
        if config.engine == "postgresql":
            _drop(str(config.database))
            _create(kept, str(config.database).rpartition("/")[2])
        else:
            for path in config.instance.glob(f"{config.database_path.name}-*"):
                path.unlink()
            shutil.copy(kept, config.database_path)
        shutil.copytree(files, config.instance, dirs_exist_ok=True)
        db.open_database(config)
        return deepcopy(value, {id(its_store): store})

    def _keep(self, config: Config) -> tuple[str, Path]:
        """A copy of the open store, and the folder with the instance's other files."""
        files = self.folder / f"files-{len(self._prepared)}"
        if config.engine == "sqlite":
            kept = str(self.folder / f"kept-{len(self._prepared)}.db")
            db.database.obj.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            db.close_database()
            shutil.copy(config.database_path, kept)
        else:
            db.close_database()
            kept = _create(str(config.database))
        shutil.copytree(config.instance, files, ignore=shutil.ignore_patterns(f"{config.database_path.name}*"))
        db.open_database(config)
        return kept, files

    def drop(self) -> None:
        """Remove the databases; the files go with pytest's folder."""
        for url in (*self._migrated.values(), *(kept for kept, *_rest in self._prepared.values())):
            if "://" in url:
                _drop(url)


def _forget() -> None:
    """Leave nothing of a test in the process: no open store and no registry of plugins."""
    set_active(None)
    db.close_database()


@pytest.fixture
def store(both_engines: Config) -> Store:
    """An opened store with two communities, on each engine in turn."""
    db.open_database(both_engines)
    two_communities()
    return Store(both_engines)


@pytest.fixture
def plugins(store: Store) -> Iterator[Registry]:
    """The shipped plugins, loaded over the store and switched on in both communities."""
    from core.civic.workflow.engine import install
    from core.people import permissions
    from core.plugin.registry import Registry

    registry = Registry(store.config).load().activate()
    install(*registry.workflows().values())
    before = permissions.current()
    permissions.use(permissions.PermissionTable(plugins=registry.permissions().values()))
    yield registry
    permissions.use(before)


def two_communities() -> None:
    """Make 西山社区 and 南苑社区, unless they exist."""
    with db.transaction():
        for code, name in ((WEST_HILL, "西山社区"), (SOUTH_GARDEN, "南苑社区")):
            Community.insert(
                code=code,
                name=name,
                office_name=f"{name}居民委员会",
                address="硖石街道西山路 1 号",
                duty_phone="0573-87000001",
                office_hours="周一至周五 8:30–17:00",
            ).on_conflict_ignore().execute()


def _build(config: Config, furnished: bool) -> None:
    """Migrate a store of its own; `furnished` with both communities and the shipped plugins switched on there."""
    config.instance.mkdir(parents=True, exist_ok=True)
    db.open_database(config)
    migrate("core", CORE)
    for folder in sorted((CORE.parent.parent / "plugins").glob("*/migrations")):
        migrate(folder.parent.name, folder)
    if furnished:
        from core.plugin.registry import Registry

        two_communities()
        registry = Registry(config).load().activate()
        for code in (WEST_HILL, SOUTH_GARDEN):
            for name in registry.plugins:
                registry.switch(system(code, "test"), name, enabled=True, published=True)
        set_active(None)
    if config.engine == "sqlite":
        db.database.obj.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    db.close_database()


def _create(template: str | None = None, name: str | None = None) -> str:
    import psycopg

    base = os.environ[POSTGRES_VARIABLE]
    name = name or f"linli_test_{os.getpid()}_{next(_counter)}"
    with psycopg.connect(base, autocommit=True) as connection:
        source = f' TEMPLATE "{template.rpartition("/")[2]}"' if template else ""
        if template and connection.info.server_version >= 150_000:
            source += " STRATEGY FILE_COPY"  # half the time for a thousand small tables
        connection.execute(f'CREATE DATABASE "{name}"{source}')
    return f"{base.rpartition('/')[0]}/{name}"


def _drop(url: str) -> None:
    import psycopg

    with psycopg.connect(os.environ[POSTGRES_VARIABLE], autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')


# --------------------------------------------------------------------------- the web


class CompiledTemplates(BytecodeCache):
    """Templates compiled once for all applications of this process; Jinja2 keeps them for one application only."""

    def __init__(self) -> None:
        self._compiled: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled from the same text."""
        checksum, code = self._compiled.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was just compiled."""
        if bucket.code is not None:
            self._compiled[bucket.key] = bucket.checksum, bucket.code


_compiled = CompiledTemplates()


@pytest.fixture
def app(both_engines: Config) -> Iterator[Flask]:
    """The application over a store with two communities that have every shipped plugin published."""
    from core.app import create_app

    db.open_database(both_engines)
    two_communities()
    mark_set_up()
    application = create_app(both_engines)
    application.jinja_env.bytecode_cache = _compiled
    yield application


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser nobody has signed in with."""
    return Browser(app)


class Browser(FlaskClient):
    """A test client that keeps cookies, sends our tokens and follows forms as a browser without scripts does."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app, app.response_class, use_cookies=True)

    def token(self) -> str:
        """A CSRF token for this browser's cookie (taken from the office page, which everyone may open)."""
        page = self.get("/login", follow_redirects=True)
        found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page.get_data(as_text=True))
        assert found, page.get_data(as_text=True)[:500]
        return found[1]

    def send(self, url: str, /, htmx: bool = False, **fields: object) -> TestResponse:
        """Post a form with a valid token and a request key of its own (give `idempotency_key` to repeat one)."""
        data = {"csrf_token": self.token(), "idempotency_key": secrets.token_urlsafe(18), **fields}
        return self.post(url, data=data, headers={"HX-Request": "true"} if htmx else {})


def switch_off(actor: Actor, plugin: str) -> None:
    """Switch a plugin off in the actor's community, and first whatever needs it."""
    from core.plugin.registry import active

    registry = active()
    for name, other in registry.plugins.items():
        if plugin in other.meta.requires and registry.states(str(actor.community))[name].enabled:
            switch_off(actor, name)
    registry.switch(actor, plugin, enabled=False)


def mark_set_up() -> None:
    """Say that the first-run wizard is done."""
    from core.people import setup_code

    with db.transaction():
        setup_code.mark_set_up()


@pytest.fixture
def as_role(app: Flask) -> Callable[..., Browser]:
    """`as_role("director")` is a browser signed in with that role in 西山社区 (`community=` for another one)."""
    return lambda *roles, community=WEST_HILL, **person: sign_in_as(app, *roles, community=community, **person)


def sign_in_as(
    app: Flask, *roles: str, community: str = WEST_HILL, person: int | None = None, grid: int | None = None
) -> Browser:
    """A browser with a session of a new account holding `roles`; `resident` needs a `person` living in the community.

    Roles that are given by grid are given for `grid`, or for one that lies over every estate entered so far.
    """
    from core.people.account_records import Account, RoleGrant
    from core.people.permissions import ROLES
    from core.people.sessions import open_session
    from core.web.gate import SESSION_COOKIE

    with db.transaction(community):
        kind = "owner" if "owner" in roles else "resident" if person else "staff"
        name = None if person else f"tester{next(_counter)}"
        account = Account.create(
            kind=kind,
            community=None if kind == "owner" else community,
            username=name,
            person_id=person,
            label="测试员",
            secret=None,
        )
        for role in set(roles) - {"owner", "resident"}:
            grid_id = (grid or grid_over_all(community)) if ROLES[role].by_grid else None
            RoleGrant.create(account_id=account.id, community=community, role=role, from_day=today(), grid_id=grid_id)
        token = open_session(account, opened_with="password", address="127.0.0.1", agent="test")
    browser = Browser(app)
    browser.set_cookie(SESSION_COOKIE, token)
    return browser


def grid_over_all(community: str) -> int:
    """The id of the grid 全部小区, laid over every estate of a community."""
    from core.actor import system
    from core.people import areas, grids

    actor, name = system(community, "test"), "全部小区"
    found = {row.name: row.id for row in grids.grid_rows(community)}
    grid_id = found.get(name) or grids.add_grid(actor, name)
    grids.assign_grid(actor, grid_id, [estate for estate, _name in areas.estate_names(community)])
    return grid_id
