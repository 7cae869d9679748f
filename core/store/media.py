"""What may be uploaded, and making it safe: name, ending, first bytes, size, pixels. Nothing here touches disk or database.

Pictures are decoded and written anew in a process of their own (`core.picture_reader`); documents stay as they are and are
never shown inside a page.
"""

from __future__ import annotations

import io
import json
import re
import threading
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from core import picture_reader
from core.child import ChildFailed, ask
from core.errors import Refused
from core.spreadsheet import DAMAGED_PACKAGE, SpreadsheetError, check_unpacked, read_text
from core.text import LazyText, _
from core.workbook_reader import clean

PICTURE, DOCUMENT = "picture", "document"
MAX_PICTURE_BYTES = 12 * 1024 * 1024
MAX_DOCUMENT_BYTES = 10 * 1024 * 1024
LONGEST_NAME = 100
JPEG = "image/jpeg"
_MAX_SECONDS = 60
# One picture at a time: decoding takes a processor and up to a gigabyte of memory.
_one_at_a_time = threading.Lock()

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."


@dataclass(frozen=True)
class _Kind:
    """What a file with one ending must be. `part` is what a package of this kind holds, `form` what Pillow calls a picture."""

    media_type: str
    magic: re.Pattern[bytes] | None = None
    part: str = ""
    form: str = ""


_ZIP = re.compile(rb"PK\x03\x04")
_JPEG = _Kind(JPEG, re.compile(rb"\xff\xd8\xff"), form="JPEG")
PICTURES = {
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": _Kind("image/png", re.compile(rb"\x89PNG\r\n\x1a\n"), form="PNG"),
    "webp": _Kind("image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL), form="WEBP"),
}
DOCUMENTS = {
    "pdf": _Kind("application/pdf", re.compile(rb"%PDF-\d")),
    "docx": _Kind(f"{_OFFICE}wordprocessingml.document", _ZIP, "word/document.xml"),
    "xlsx": _Kind(f"{_OFFICE}spreadsheetml.sheet", _ZIP, "xl/workbook.xml"),
    "pptx": _Kind(f"{_OFFICE}presentationml.presentation", _ZIP, "ppt/presentation.xml"),
    "odt": _Kind(f"{_OPEN}text", _ZIP, "content.xml"),
    "ods": _Kind(f"{_OPEN}spreadsheet", _ZIP, "content.xml"),
    "txt": _Kind("text/plain; charset=utf-8"),
    "csv": _Kind("text/csv; charset=utf-8"),
}
_KINDS = {PICTURE: PICTURES, DOCUMENT: DOCUMENTS}
_PARTS_THAT_ACT = re.compile(r"vbaProject|(^|/)(Basic|Scripts|ActiveX)/|\.(exe|dll|js|vbs|bat|ps1)$", re.IGNORECASE)
_PAGE = re.compile(r"\s*<(!doctype|html|head|body|script|svg|\?xml|iframe|style|meta)\b", re.IGNORECASE)
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|\s|$)", re.IGNORECASE)
_HEIC = frozenset({"heic", "heif", "hif", "avif"})


class FileRefused(Refused):
    """A file is not taken; the message says why in plain words, the advice what to do instead."""

    status = 422


@dataclass(frozen=True)
class Prepared:
    """A file that may be stored: its safe bytes, and of a picture the size in pixels and a thumbnail (JPEG)."""

    media_type: str
    extension: str
    data: bytes
    size: tuple[int, int] | None = None
    thumb: bytes = b""
    thumb_size: tuple[int, int] | None = None


def accepted(takes: tuple[str, ...]) -> str:
    """What an `accept` attribute says for a field that takes `PICTURE`, `DOCUMENT` or both."""
    return ",".join(f".{ending}" for kind in takes for ending in _KINDS[kind])


def clean_name(filename: str) -> str:
    """The last part of a file's name as every system can keep it: at most `LONGEST_NAME` characters, its ending kept.

    Folders, invisible and direction marks, and what Windows reserves are gone. Never used as a path.
    """
    name = clean(unicodedata.normalize("NFC", filename.replace("\\", "/"))).rpartition("/")[2]
    name = re.sub(r'[<>:"|?*\s\x7f-\x9f]+', " ", name).strip(" .")
    if _RESERVED.match(name):
        name = f"_{name}"
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix[:10]
    return f"{stem[: LONGEST_NAME - len(ending)].strip() or 'file'}{ending}"


def prepare(filename: str, data: bytes, takes: tuple[str, ...]) -> Prepared:
    """Check an upload and make it safe; `takes` are `PICTURE`, `DOCUMENT` or both. Raises `FileRefused`."""
    name = clean_name(filename)
    extension = PurePosixPath(name).suffix[1:].lower()
    kind = next((found for take in takes if (found := _KINDS[take].get(extension))), None)
    if kind is None:
        raise _wrong_kind(name, extension, takes)
    _check_size(name, data, MAX_PICTURE_BYTES if kind.form else MAX_DOCUMENT_BYTES)
    if kind.magic is not None and not kind.magic.match(data):
        raise FileRefused(
            _("“%(name)s” is not what its name says.", name=name),
            advice=_("Open it on your computer and save it anew, then choose the new file."),
        )
    if kind.form:
        return _picture(name, data, kind.form)
    check = _check_package if kind.part else _check_text if kind.magic is None else _check_pdf
    check(name, data, kind)
    return Prepared(kind.media_type, extension, data)


def _wrong_kind(name: str, extension: str, takes: tuple[str, ...]) -> FileRefused:
    if extension in _HEIC and PICTURE in takes:
        return FileRefused(
            _("“%(name)s” is in a format that most computers cannot show.", name=name),
            advice=_("On the phone, set the camera to “most compatible” (JPEG), or send a screenshot of the picture."),
        )
    listed: dict[tuple[str, ...], LazyText] = {
        (PICTURE,): _("Photos may be JPEG, PNG or WebP."),
        (DOCUMENT,): _("Documents may be PDF, Word (.docx), Excel (.xlsx), .pptx, .odt, .ods, .txt or .csv."),
    }
    both = _(
        "It may be a photo (JPEG, PNG, WebP), a PDF, a Word (.docx) or Excel (.xlsx) file, .pptx, .odt, .ods, .txt or .csv."
    )
    return FileRefused(_("“%(name)s” is of a kind that is not taken here.", name=name), advice=listed.get(takes, both))


def _check_size(name: str, data: bytes, most: int) -> None:
    if not data:
        raise FileRefused(_("“%(name)s” is empty.", name=name), advice=_("Choose the file once more."))
    if len(data) > most:
        raise FileRefused(
            _("“%(name)s” is larger than %(limit)d MB.", name=name, limit=most // 1024 // 1024),
            advice=_("Make it smaller on your computer or phone, then choose it again."),
        )


# --------------------------------------------------------------------------- pictures


def _picture(name: str, data: bytes, form: str) -> Prepared:
    """The picture as `core.picture_reader` writes it anew."""
    try:
        with _one_at_a_time:
            answer = ask(picture_reader.__name__, data, form, seconds=_MAX_SECONDS)
        line, _newline, rest = answer.partition(b"\n")
        found = json.loads(line)
    except (ChildFailed, ValueError) as error:
        raise _damaged(name) from error
    if found.get("refused") == "pixels":
        raise FileRefused(
            _("“%(name)s” has too many pixels.", name=name),
            advice=_("Make it smaller on your computer or phone, then choose it again."),
        )
    if found.get("refused"):
        raise _damaged(name)
    length, thumb_length = found["lengths"]
    assert len(rest) == length + thumb_length
    return Prepared(
        JPEG, "jpg", rest[:length], tuple(found["size"]), rest[length:], tuple(found["thumb_size"])
    )  # fmt: skip


def _damaged(name: str) -> FileRefused:
    return FileRefused(
        _("“%(name)s” is damaged and cannot be opened.", name=name),
        advice=_("Open it on your computer and save it anew, then choose the new file."),
    )


# --------------------------------------------------------------------------- documents


def _check_pdf(name: str, data: bytes, kind: _Kind) -> None:
    if b"%%EOF" not in data[-4096:]:
        raise _damaged(name)


def _check_package(name: str, data: bytes, kind: _Kind) -> None:
    """Refuse bombs, other packages under this name, and documents with macros in them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = [part.filename for part in package.infolist()]
            if kind.part not in parts:
                raise FileRefused(
                    _("“%(name)s” is not what its name says.", name=name),
                    advice=_("Open it on your computer and save it anew, then choose the new file."),
                )
            if any(map(_PARTS_THAT_ACT.search, parts)):
                raise FileRefused(
                    _("“%(name)s” holds a program (a macro).", name=name),
                    advice=_("Save it without macros, or as a PDF, then choose the new file."),
                )
            check_unpacked(package)
    except SpreadsheetError as error:
        raise FileRefused(error.message) from error
    except DAMAGED_PACKAGE as error:
        raise _damaged(name) from error


def _check_text(name: str, data: bytes, kind: _Kind) -> None:
    try:
        text = read_text(data, name)
    except SpreadsheetError as error:
        raise _not_text(name) from error
    if _PAGE.match(text):
        raise _not_text(name)


def _not_text(name: str) -> FileRefused:
    return FileRefused(
        _("“%(name)s” is no plain text.", name=name),
        advice=_("Open it on your computer and save it as text or as a PDF, then choose the new file."),
    )
