"""`linli serve`: waitress, the addresses residents type, and the thread that runs jobs."""

from __future__ import annotations

import errno
import logging
import logging.handlers
import socket
import sys
import threading
from typing import Any

import click
from flask import Flask

from core.config import Config
from core.errors import InstanceError
from core.lan import addresses
from core.operate.core_jobs import core_jobs
from core.plugin import jobs
from core.store import db
from core.text import _

THREADS = 4
JOB_SECONDS = 20
_M_ARENA_MAX = -8  # of <malloc.h>
log = logging.getLogger("linli")


def serve(app: Flask, config: Config) -> None:
    """Serve until interrupted. Raises `InstanceError` when no port can be had."""
    import waitress

    _share_one_heap()
    listener = listen(config)
    connections = _raise_file_limit()
    _log_to_file(config)
    stop = threading.Event()
    runner = threading.Thread(target=_run_jobs, args=(app, stop), name="linli-jobs", daemon=True)
    server: Any = waitress.create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        connection_limit=connections,
        asyncore_use_poll=sys.platform != "win32",
        ident=None,
        # Beyond the application's own limit, so that the person gets its page instead of a line in English.
        max_request_body_size=4 * app.config["MAX_CONTENT_LENGTH"],
        channel_timeout=120,
        **_proxy(config),
    )
    runner.start()
    _announce(*listener.getsockname())
    try:
        server.run()
    finally:
        stop.set()
        server.close()
        runner.join(timeout=5)
        db.close_database()


def listen(config: Config) -> socket.socket:
    """A listening socket: the port asked for, else 80, 8080 and the next free one."""
    wanted = [config.port] if config.port else [80, 8080, *range(8081, 8100)]
    for port in wanted:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((config.host, port))
            listener.listen(1024)
            return listener
        except OSError as error:
            listener.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES) and len(wanted) == 1:
                raise InstanceError(
                    _("Cannot listen on %(host)s: %(reason)s", host=config.host, reason=str(error))
                ) from error
    raise InstanceError(
        _("Port %(port)d is already in use.", port=wanted[0]),
        advice=_("Stop the other program, or choose a port: linli serve --port 8090"),
    )


def _announce(host: str, port: int) -> None:
    suffix = "" if port == 80 else f":{port}"
    here = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104
    click.echo(str(_("Linli is running. On this computer: %(url)s", url=f"http://{here}{suffix}/")))
    for address in addresses() if host == "0.0.0.0" else ():  # noqa: S104
        click.echo(str(_("On phones in the same Wi-Fi: %(url)s", url=f"http://{address}{suffix}/")))
    click.echo(str(_("Stop with Ctrl-C.")))
    sys.stdout.flush()


def _proxy(config: Config) -> dict[str, Any]:
    if not config.proxies:
        return {"clear_untrusted_proxy_headers": True}
    return {
        "trusted_proxy": "*",
        "trusted_proxy_count": config.proxies,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        "clear_untrusted_proxy_headers": True,
    }


def _raise_file_limit() -> int:
    """Allow 5,000 open browsers on Linux; Windows' select takes 400. Returns the connection limit."""
    if sys.platform == "win32":
        return 400
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 6_000
    ceiling = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < ceiling:
        resource.setrlimit(resource.RLIMIT_NOFILE, (ceiling, hard))
        soft = ceiling
    return max(100, min(5_000, soft - 200))


def _share_one_heap() -> None:
    """Let all threads take memory from one place.

    glibc gives each a heap of its own, where what a first page needed for a moment stays: 18 MiB with four threads. Python
    runs one thread at a time, so they do not wait for each other.
    """
    if sys.platform != "linux":
        return
    import ctypes

    set_option = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if set_option is not None:
        set_option(_M_ARENA_MAX, 1)


def _log_to_file(config: Config) -> None:
    handler = logging.handlers.RotatingFileHandler(
        config.folder("logs") / "linli.log", maxBytes=2_000_000, backupCount=5, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)


def _run_jobs(app: Flask, stop: threading.Event) -> None:
    registry = app.extensions["linli_registry"]
    while not stop.wait(JOB_SECONDS):
        try:
            jobs.run_due(registry, core_jobs=core_jobs())
        except Exception:  # the thread must outlive any single failure
            log.exception("jobs")
        finally:
            if db.engine_name() == "postgresql" and not db.database.obj.is_closed():
                db.database.obj.close()
