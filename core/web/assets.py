"""Static files: read once, served from memory under hashed addresses that never change, compressed for the LAN.

A page asks `asset("base.css")` or `asset("rooms/day.css")` for the address. Plugins put theirs into `static/`.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from pathlib import Path

from flask import Response, request

from core.errors import NotFound

CORE = Path(__file__).parent.parent / "static"
_COMPRESSED = frozenset({".css", ".js", ".svg", ".html", ".txt"})
_YEAR = "public, max-age=31536000, immutable"


@dataclass
class _File:
    path: Path
    digest: str
    content: bytes
    packed: bytes | None = field(default=None)


class Assets:
    """All static files of core and of the loaded plugins, by their name (`vendor/htmx.min.js`, `rooms/day.css`)."""

    def __init__(self, plugins: dict[str, Path]) -> None:
        self._files: dict[str, _File] = {}
        self._add("", CORE)
        for name, folder in plugins.items():
            self._add(f"{name}/", folder)

    def _add(self, prefix: str, folder: Path) -> None:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and not path.name.startswith("."):
                content = path.read_bytes()
                digest = hashlib.sha256(content).hexdigest()[:12]
                self._files[prefix + path.relative_to(folder).as_posix()] = _File(path, digest, content)

    def url(self, name: str) -> str:
        """The address of a file; raises `KeyError` for a name that does not exist."""
        return f"/static/{self._files[name].digest}/{name}"

    def serve(self, digest: str, name: str) -> Response:
        """Answer a request for a file; an outdated address is answered with the present file, but not cached."""
        file = self._files.get(name)
        if file is None:
            raise NotFound
        response = Response(file.content, mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream")
        if file.path.suffix in _COMPRESSED and re.search(r"\bgzip\b", request.headers.get("Accept-Encoding", "")):
            if file.packed is None:
                file.packed = gzip.compress(file.content, 9, mtime=0)
            response = Response(file.packed, mimetype=response.mimetype, headers={"Content-Encoding": "gzip"})
        response.headers["Cache-Control"] = _YEAR if digest == file.digest else "no-cache"
        response.headers["Vary"] = "Accept-Encoding"
        return response
