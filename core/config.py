"""Where the instance lies and how it is set: the folder and its `config.toml`. No database and no HTTP here.

What the office changes in the interface is a setting in the database (`core.plugin.settings`), not here.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigError, InstanceError
from core.text import _

VERSION = "0.1.0"
# The version of what `core` offers to plugins; a plugin's `Meta.api` is a range over it.
API = "1.0"

DEFAULT_INSTANCE = Path("instance")
DATABASE_FILE = "linli.db"
_NETWORK_FILESYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs"})


@dataclass(frozen=True)
class Config:
    """The settings one process starts with.

    `database` is a `postgresql://` URL or empty for SQLite in the instance folder. `trusted_hosts` adds host names to
    those of the machine itself. `proxies` is how many reverse proxies stand in front (0: forwarded headers are ignored).
    `timezone` is an IANA name; times are stored in UTC.
    """

    instance: Path
    database: str = ""
    host: str = "0.0.0.0"  # noqa: S104 - phones on the LAN are whom it serves
    port: int = 0
    timezone: str = "Asia/Shanghai"
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0
    strict: bool = False
    safe: bool = False
    testing: bool = False

    @property
    def engine(self) -> str:
        """`sqlite` or `postgresql`."""
        return "postgresql" if self.database else "sqlite"

    @property
    def database_path(self) -> Path:
        """The SQLite file (also when it is not used)."""
        return self.instance / DATABASE_FILE

    def folder(self, name: str) -> Path:
        """A folder of the instance, made when it is missing."""
        path = self.instance / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def secret_key(self) -> bytes:
        """The key that signs form tokens; made at first use, kept out of backups and of `config.toml`."""
        path = self.instance / "secret"
        try:
            key = path.read_bytes()
        except FileNotFoundError:
            self.instance.mkdir(parents=True, exist_ok=True)
            key = secrets.token_bytes(32)
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                return path.read_bytes()
            with os.fdopen(descriptor, "wb") as file:
                file.write(key)
        if len(key) < 16:
            raise InstanceError(_("The file “secret” in %(folder)s is damaged.", folder=str(self.instance)))
        return key


_FIELDS: dict[str, type] = {
    "database": str,
    "host": str,
    "port": int,
    "timezone": str,
    "trusted_hosts": list,
    "proxies": int,
}


def load_config(instance: Path | str | None = None, **overrides: Any) -> Config:
    """Read `config.toml` of an instance folder (which need not exist yet).

    The folder is `instance`, else the environment's `LINLI_INSTANCE`, else `./instance`. Raises `ConfigError` for a file
    that cannot be read or a setting that is unknown or of the wrong type, `InstanceError` for a folder that cannot hold
    an instance.
    """
    folder = Path(instance or os.environ.get("LINLI_INSTANCE") or DEFAULT_INSTANCE).absolute()
    check_folder(folder)
    values = _read(folder / "config.toml")
    values.update({key: value for key, value in overrides.items() if value is not None})
    values.setdefault("strict", os.environ.get("LINLI_STRICT") == "1")
    if "trusted_hosts" in values:
        values["trusted_hosts"] = tuple(values["trusted_hosts"])
    config = Config(instance=folder, **values)
    _check(config)
    return config


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(_("%(file)s cannot be read: %(reason)s", file=str(path), reason=str(error))) from error
    try:
        values = tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(_("%(file)s is not valid TOML: %(reason)s", file=str(path), reason=str(error))) from error
    for key, value in values.items():
        wanted = _FIELDS.get(key)
        if wanted is None:
            known = ", ".join(sorted(_FIELDS))
            raise ConfigError(
                _("%(file)s: unknown setting “%(key)s”. Known: %(known)s", file=str(path), key=key, known=known)
            )
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise ConfigError(_("%(file)s: the setting “%(key)s” has the wrong type.", file=str(path), key=key))
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise ConfigError(_("%(file)s: the setting “%(key)s” has the wrong type.", file=str(path), key=key))
    return values


def _check(config: Config) -> None:
    if config.database and not config.database.startswith(("postgresql://", "postgres://")):
        raise ConfigError(_("The setting “database” must start with postgresql://"))
    if not 0 <= config.port <= 65535:
        raise ConfigError(_("The port must lie between 1 and 65535."))
    if config.proxies < 0:
        raise ConfigError(_("The setting “proxies” is a number of reverse proxies, 0 or more."))
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(config.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(_("Unknown time zone “%(name)s”.", name=config.timezone)) from error


def check_folder(folder: Path) -> None:
    """Refuse a folder that is a file, cannot be written, or lies on a network share (SQLite corrupts there)."""
    if folder.exists() and not folder.is_dir():
        raise InstanceError(_("%(folder)s is a file, not an instance folder.", folder=str(folder)))
    existing = next((path for path in (folder, *folder.parents) if path.exists()), None)
    if existing is None or not os.access(existing, os.W_OK):
        raise InstanceError(_("The folder %(folder)s cannot be written.", folder=str(folder)))
    if _filesystem(existing.resolve()) in _NETWORK_FILESYSTEMS or str(folder).startswith(("\\\\", "//")):
        raise InstanceError(
            _("%(folder)s lies on a network share. The database would be damaged there.", folder=str(folder)),
            advice=_("Put the instance on a disk of this computer."),
        )


def _filesystem(path: Path) -> str:
    """The file-system type of `path` from /proc/mounts; empty where that does not exist (Windows, macOS)."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in mounts:
        parts = line.split(" ")
        point = parts[1].replace("\\040", " ")
        inside = str(path) == point or str(path).startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind
