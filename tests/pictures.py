"""Pictures and other files for tests of uploads, made here so that nothing hostile is stored in the tree."""

from __future__ import annotations

import functools
import io
import struct
import zipfile
import zlib

from PIL import Image, ImageDraw

from core.store import media

# Decoding starts a process each time; tests of what comes after it need not wait for that again and again.
prepare_once = functools.cache(media.prepare)


def picture(
    form: str = "JPEG", size: tuple[int, int] = (640, 480), seed: int = 0, mode: str = "RGB", **options
) -> bytes:
    """A picture with a coloured field and a diagonal; another one for every `seed`."""
    made = Image.new(mode, size, (40 + seed * 20 % 200, 90, 140) if mode == "RGB" else 0)
    ImageDraw.Draw(made).line([(0, 0), size], fill=(250, 240, 200) if mode == "RGB" else 255, width=9)
    written = io.BytesIO()
    made.save(written, form, **options)
    return written.getvalue()


def telephone_photo() -> bytes:
    """A JPEG as a telephone takes it: lying on its side, with the place, the time and a comment in it."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90°
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 31.0, 12.0), 3: "E", 4: (120.0, 41.0, 5.0)})
    return picture(size=(640, 480), exif=exif, comment=b"SecretComment")


def png_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that says it has 900 million pixels."""
    row = b"\x00" * (1 + width // 8)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * 200, 9)),
        (b"IEND", b""),
    ]
    packed = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def package(*parts: str, filling: bytes = b"<xml/>", **more: bytes) -> bytes:
    """A zip with these parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for part in parts:
            made.writestr(part, filling)
        for name, content in more.items():
            made.writestr(name, content)
    return written.getvalue()


def docx(**more: bytes) -> bytes:
    """What counts as a Word document."""
    return package("[Content_Types].xml", "word/document.xml", **more)


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
