"""Sending the files of records: one address for all of them, open to whom the record's module says, and no path in it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from core.civic import attachments
from core.civic.attachments import Content, FileOf
from core.store.files import FileUse
from core.web import ui
from core.web.gate import current_actor, view

pages = Blueprint("files", __name__)
# Also when somebody opens one by itself: it is a document without rights, whatever is in it.
_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
_WEEK = "public, max-age=604800, immutable"


@pages.get("/files/<int:use_id>/<any(full,thumb):size>/<name>")
@view(public=True, kind=FileUse, key="use_id")
def show(use: FileUse, size: str, name: str) -> Response:
    """A file of a record, or its thumbnail. `name` is for people only."""
    return _send(attachments.content_of(current_actor(), use, thumb=size == "thumb"))


@pages.get("/files/uploads/<upload>")
@view(signed_in=True)
def upload(upload: str) -> Response:
    """The thumbnail of a picture that this account chose and has not added yet."""
    return _send(attachments.pending_content(current_actor(), upload))


def _send(content: Content) -> Response:
    response = Response(content.data, content_type=content.media_type)
    response.headers["Content-Disposition"] = ui.disposition("inline" if content.inline else "attachment", content.name)
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = _WEEK if content.for_everyone else "no-store"
    response.set_etag(content.digest)
    response.make_conditional(request)
    return response


@pages.app_template_global()
def file_url(file: FileOf, size: str = "full") -> str:
    """The address of a file of a record; `size` is full or thumb."""
    return f"/c/{file.community}/files/{file.id}/{size}/{file.id}.{file.extension}"


@pages.app_template_global()
def upload_url(token: str) -> str:
    """The address of the thumbnail of an upload that waits."""
    return ui.url("c.files.upload", upload=token)
