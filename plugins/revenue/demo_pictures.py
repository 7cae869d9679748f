"""Drawn pictures for the demo, which has no real papers and photos: a sheet with lines, and what a project looked like."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

_SIZE = (640, 480)


def paper(lines: int) -> bytes:
    """A sheet of paper with a heading and some grey lines, as PNG."""
    sheet = Image.new("RGB", (300, 400), "#f8f8f6")
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((30, 30, 150, 42), fill="#606060")
    for number in range(min(lines, 8) + 2):
        draw.rectangle((30, 80 + number * 30, 270 - number % 3 * 40, 85 + number * 30), fill="#a0a0a0")
    return _png(sheet)


def stairway(*, lit: bool) -> bytes:
    """A stairway whose lamp is broken or shines."""
    picture = Image.new("RGB", _SIZE, "#f0dfb4" if lit else "#3b3d42")
    draw = ImageDraw.Draw(picture)
    for step in range(6):
        left, top = 120 + step * 70, 420 - step * 45
        draw.rectangle((left, top, 640, top + 45), fill="#b8a682" if lit else "#2c2e33")
        draw.line((left, top, 640, top), fill="#8f8063" if lit else "#4a4d54", width=3)
    if lit:
        draw.ellipse((150, 10, 330, 190), fill="#fff3c4")
    draw.ellipse((205, 60, 275, 130), fill="#ffd95a" if lit else "#5b5e66")
    return _png(picture)


def burst_pipe() -> bytes:
    """A wall with a pipe from which water runs."""
    picture = Image.new("RGB", _SIZE, "#cfcac0")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 400, 640, 480), fill="#7fa8c9")
    draw.rectangle((290, 0, 340, 400), fill="#7d8288")
    draw.rectangle((275, 190, 355, 225), fill="#5f646a")
    draw.polygon([(350, 200), (470, 400), (360, 400), (345, 225)], fill="#9cc4e4")
    return _png(picture)


def empty_square() -> bytes:
    """A square between houses, without a bench."""
    picture = Image.new("RGB", _SIZE, "#cfe3ee")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 300, 640, 480), fill="#c9c2b2")
    for left, top, colour in ((30, 90, "#d9b89a"), (430, 60, "#c9a589")):
        draw.rectangle((left, top, left + 180, 300), fill=colour)
        for window in range(6):
            x, y = left + 25 + window % 3 * 50, top + 30 + window // 3 * 80
            draw.rectangle((x, y, x + 28, y + 40), fill="#7c97a8")
    draw.rectangle((312, 210, 328, 310), fill="#7b5d43")
    draw.ellipse((255, 110, 385, 240), fill="#6d9a62")
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
