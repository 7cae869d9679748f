"""What may be uploaded and what becomes of it: names, endings, first bytes, sizes, pixels, and everything beside the pixels."""

import io

import pytest
from PIL import Image

from core.store.media import (
    DOCUMENT,
    LONGEST_NAME,
    MAX_DOCUMENT_BYTES,
    MAX_PICTURE_BYTES,
    PICTURE,
    FileRefused,
    accepted,
    clean_name,
    prepare,
)  # fmt: skip
from tests.pictures import PDF, docx, package, picture, png_bomb, telephone_photo

BOTH = (PICTURE, DOCUMENT)


def opened(data: bytes) -> Image.Image:
    made = Image.open(io.BytesIO(data))
    made.load()
    return made


# --------------------------------------------------------------------------- pictures


@pytest.mark.parametrize("form, name", [("JPEG", "房间.JPG"), ("JPEG", "a.jpeg"), ("PNG", "a.png"), ("WEBP", "a.webp")])
def test_every_picture_becomes_a_jpeg_with_a_thumbnail(form, name):
    made = prepare(name, picture(form), (PICTURE,))
    assert (made.media_type, made.extension, made.size, made.thumb_size) == (
        "image/jpeg",
        "jpg",
        (640, 480),
        (400, 300),
    )
    assert opened(made.data).format == opened(made.thumb).format == "JPEG"
    assert opened(made.data).size == (640, 480) and opened(made.thumb).size == (400, 300)


def test_the_place_the_time_and_the_camera_are_gone_and_the_picture_stands_upright():
    raw = telephone_photo()
    assert opened(raw).getexif().get_ifd(0x8825) and b"SecretPhone" in raw and b"SecretComment" in raw
    made = prepare("IMG_1.jpg", raw, (PICTURE,))
    assert made.size == (480, 640)
    for data in (made.data, made.thumb):
        assert not opened(data).getexif()
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(opened(data).info)
        assert b"Secret" not in data and b"Exif" not in data


def test_a_large_picture_becomes_two_thousand_pixels_long_a_small_one_stays():
    assert prepare("a.jpg", picture(size=(4000, 1000)), (PICTURE,)).size == (2000, 500)
    assert prepare("a.png", picture("PNG", size=(30, 20)), (PICTURE,)).thumb_size == (30, 20)


def test_what_is_transparent_becomes_white():
    written = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(written, "PNG")
    assert opened(prepare("a.png", written.getvalue(), (PICTURE,)).data).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK"])
def test_pictures_in_other_colours_are_taken(mode):
    form = "JPEG" if mode in ("L", "CMYK") else "PNG"
    written = io.BytesIO()
    Image.new("RGB", (50, 40), (10, 200, 30)).convert(mode).save(written, form)
    made = prepare("a.jpg" if form == "JPEG" else "a.png", written.getvalue(), (PICTURE,))
    assert opened(made.data).mode in ("RGB", "L")


def test_what_hangs_behind_a_picture_stays_behind():
    script = b"<html><script>alert(1)</script></html>PK\x03\x04"
    made = prepare("polyglot.jpg", picture() + script, (PICTURE,))
    assert b"script" not in made.data and not made.data.endswith(script)


HOSTILE = {
    "a page named as a picture": ("a.jpg", b"<html><script>alert(1)</script>"),
    "a drawing with scripts": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "a drawing named as a picture": ("a.png", b"<svg onload='alert(1)'/>"),
    "a page": ("a.html", b"<html>"),
    "a page behind magic bytes": ("a.jpg", b"\xff\xd8\xff<script>alert(1)</script>"),
    "a PNG named as JPEG": ("a.jpg", picture("PNG")),
    "half a JPEG": ("a.jpg", picture(size=(1200, 900))[:4000]),
    "half a PNG": ("a.png", picture("PNG")[:200]),
    "900 million pixels": ("a.png", png_bomb()),
    "a script": ("a.jpg.js", b"alert(1)"),
    "a program": ("a.exe", b"MZ"),
    "no ending": ("Makefile", b"all:"),
    "a photo of an iPhone": ("IMG_1.HEIC", b"\x00\x00\x00\x18ftypheic"),
    "nothing": ("a.jpg", b""),
    "a zip named as a picture": ("a.webp", package("x")),
    "a GIF": ("a.gif", b"GIF89a"),
    "a wrong size in the head": ("a.webp", b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff" + b"\x00" * 50),
}


@pytest.mark.parametrize("name, data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pictures_are_refused_in_plain_words(name, data):
    with pytest.raises(FileRefused) as refused:
        prepare(name, data, (PICTURE,))
    assert refused.value.status == 422 and str(refused.value.message) and str(refused.value.advice)


def test_a_picture_of_more_than_12_mb_is_refused():
    with pytest.raises(FileRefused, match="12"):
        prepare("a.jpg", picture() + b"\x00" * MAX_PICTURE_BYTES, (PICTURE,))


# --------------------------------------------------------------------------- documents


def _named(value):
    """What a case is called: a package's bytes hold the time it was made."""
    return value if isinstance(value, str) else "content"


@pytest.mark.parametrize(
    "name, data",
    [("a.pdf", PDF), ("a.docx", docx()), ("a.xlsx", package("xl/workbook.xml", "xl/printerSettings/printerSettings1.bin")),
     ("a.pptx", package("ppt/presentation.xml")), ("a.odt", package("content.xml")), ("a.txt", "会议记录".encode("gbk")),
     ("名单.csv", "姓名,电话\n".encode("utf-8-sig"))],
    ids=_named,
)  # fmt: skip
def test_documents_are_taken_as_they_are(name, data):
    made = prepare(name, data, BOTH)
    assert (made.data, made.size, made.thumb) == (data, None, b"")


@pytest.mark.parametrize(
    "name, data",
    [("a.pdf", b"<html>"), ("a.pdf", PDF[:20]), ("a.docx", PDF), ("a.docx", package("x")), ("a.docx", docx()[:60]),
     ("a.docx", docx(**{"word/vbaProject.bin": b"x"})), ("a.xlsx", docx()), ("a.txt", b"\x00\x01\x02"),
     ("a.txt", b"<script>alert(1)</script>"), ("a.csv", b"  <!DOCTYPE html>"), ("a.docm", docx()), ("a.zip", package("x")),
     ("a.docx", package("word/document.xml", filling=b"\x00" * 60_000_000)),
     ("a.docx", package(*(f"word/{number}" for number in range(2100)), "word/document.xml"))],
    ids=_named,
)  # fmt: skip
def test_hostile_documents_are_refused(name, data):
    with pytest.raises(FileRefused):
        prepare(name, data, BOTH)


def test_a_document_of_more_than_10_mb_is_refused_and_none_is_taken_where_photos_are_asked_for():
    with pytest.raises(FileRefused, match="10"):
        prepare("a.pdf", PDF + b"\x00" * MAX_DOCUMENT_BYTES, BOTH)
    with pytest.raises(FileRefused) as refused:
        prepare("a.pdf", PDF, (PICTURE,))
    assert "JPEG" in str(refused.value.advice)
    assert accepted((PICTURE,)) == ".jpg,.jpeg,.png,.webp" and ".pdf" in accepted(BOTH)


# --------------------------------------------------------------------------- names


NAMES = {
    "照片.jpg": "照片.jpg",
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\a.jpg": "a.jpg",
    "/etc/shadow": "shadow",
    "C:\\a\\b.png": "b.png",
    "con.jpg": "_con.jpg",
    "COM1": "_COM1",
    "nul .txt": "_nul.txt",
    "a\u202egpj.exe": "agpj.exe",
    "a\x00b\n.jpg": "ab.jpg",
    'a<b>:"|?*.jpg': "a b.jpg",
    "": "file",
    "...": "file",
    " .jpg": "jpg",
    "a.jpg. . ": "a.jpg",
    "a/": "file",
}


@pytest.mark.parametrize("typed, kept", NAMES.items())
def test_a_name_is_kept_as_every_system_can_keep_it(typed, kept):
    assert clean_name(typed) == kept


def test_a_long_name_is_cut_and_keeps_its_ending():
    name = clean_name("长" * 300 + ".jpeg")
    assert len(name) <= LONGEST_NAME and name.endswith("长.jpeg")
    assert len(clean_name("a." + "b" * 300)) <= LONGEST_NAME
