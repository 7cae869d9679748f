"""Makes an uploaded picture safe in a process of its own: `python -m core.picture_reader FORMAT`, bytes in, bytes out.

The picture is decoded and written anew as JPEG, upright and without anything else that stood in the file (place, time,
camera, hidden data). Only `core.store.media` starts this; the limits it keeps are set here.
"""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

from core.child import limit_memory

if TYPE_CHECKING:
    from PIL import Image

LONGEST_SIDE = 2000
THUMB_SIDE = 400
# What telephones take at their most: 108 million pixels as JPEG, which is decoded smaller at once. Others are unpacked whole.
MAX_PIXELS = {"JPEG": 120_000_000, "PNG": 50_000_000, "WEBP": 50_000_000}
_MAX_MEMORY = 1024**3
_QUALITY, _THUMB_QUALITY = 85, 80


def read(data: bytes, form: str) -> tuple[dict[str, Any], bytes, bytes]:
    """What was found (`size`, `thumb_size` as (width, height); or `refused`: pixels, damaged), the picture, its thumbnail."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limits hold, before anything is decoded
    try:
        with Image.open(io.BytesIO(data), formats=[form]) as picture:
            if picture.width * picture.height > MAX_PIXELS[form] or not picture.width * picture.height:
                return {"refused": "pixels"}, b"", b""
            if form == "JPEG":
                picture.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
            picture.load()
            upright = _plain(ImageOps.exif_transpose(picture))
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError, MemoryError):
        return {"refused": "damaged"}, b"", b""
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    thumb = upright.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    sizes = {"size": upright.size, "thumb_size": thumb.size}
    return sizes, _jpeg(upright, _QUALITY), _jpeg(thumb, _THUMB_QUALITY)


def _plain(picture: Image.Image) -> Image.Image:
    """The picture in the colours of the web, what is transparent in it white."""
    from PIL import Image

    picture = _in_srgb(picture)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        white = Image.new("RGB", layered.size, "white")
        white.paste(layered, mask=layered.getchannel("A"))
        return white
    return picture if picture.mode in ("RGB", "L") else picture.convert("RGB")


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The picture with the colours its profile means (those of a telephone are wider than the web's)."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK"):
        return picture
    from PIL import ImageCms

    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        found = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return found if found is not None else picture


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    from PIL import Image

    # A new picture: what the decoder kept beside the pixels (EXIF, comments, profiles) stays behind.
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    written = io.BytesIO()
    clean.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
    return written.getvalue()


def main() -> None:
    """Read a picture from standard input; write a line of JSON, the picture and its thumbnail to standard output."""
    limit_memory(_MAX_MEMORY)
    found, picture, thumb = read(sys.stdin.buffer.read(), sys.argv[1])
    found["lengths"] = [len(picture), len(thumb)]
    sys.stdout.buffer.write(json.dumps(found).encode() + b"\n" + picture + thumb)


if __name__ == "__main__":
    main()
