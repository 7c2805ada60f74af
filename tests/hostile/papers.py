"""Resolutions in Word and PDF that mean harm."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hostile.files import hostile, many


def _word(body: str, **media: bytes) -> bytes:
    """Return a Word document with this inside its text; `media` are bytes of further parts."""
    file = BytesIO()
    pytest.importorskip("docx").Document().save(file)
    packed = BytesIO()
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in whole.namelist():
            data = whole.read(entry)
            if entry == "word/document.xml":
                data = data.replace(b"<w:body>", b"<w:body>" + body.encode(), 1)
            out.writestr(entry, data)
        for name, data in media.items():
            out.writestr(f"word/media/{name}", data)
    return packed.getvalue()


WORD = {
    "word_deep.docx": ("F03", "<w:p>" * 2000 + "</w:p>" * 2000, 0),
    "word_entity.docx": ("F03", "<w:p><w:r><w:t>&a;</w:t></w:r></w:p>", 0),
    "word_paragraphs.docx": ("S02", "<w:p/>" * 2_000_000, 0),
    "word_inflates.docx": ("S02", "", 210),
}
for _name, (_ends, _body, _mb) in WORD.items():
    hostile(_name, _ends)(
        lambda path, body=_body, mb=_mb: path.write_bytes(_word(body, picture=bytes(mb * 2**20)))
    )


def _pdf(content: bytes, *, kids: bytes = b"3 0 R") -> bytes:
    """Return a PDF of a page with this as what is drawn on it."""
    pytest.importorskip("pypdf")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[" + kids + b"]/Count 1>>",
        (b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F<</Type/Font"
        b"/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"), content,
    ]  # fmt: skip
    data, places = b"%PDF-1.7\n", []
    for k, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n" % k + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(data)
    return data + b"xref\n0 5\n0000000000 65535 f \n" + table + end


@hostile("pdf_deep.pdf", "F03")
def _deep(path: Path) -> None:
    path.write_bytes(_pdf(b"[" * 90_000 + b"]" * 90_000))


@hostile("pdf_inflates.pdf", "F03 F01")
def _inflates(path: Path) -> None:
    """A drawing of blanks, which a thousandth of its size says."""
    packed = zlib.compress(b" " * many(10, 400) * 2**20, 9)
    head = b"<</Filter/FlateDecode/Length %d>>" % len(packed)
    path.write_bytes(_pdf(head + b"\nstream\n" + packed + b"\nendstream"))


@hostile("pdf_pages_of_pages.pdf", "F03 F01")
def _around(path: Path) -> None:
    """A tree of pages that hangs from itself."""
    path.write_bytes(_pdf(b"[]", kids=b"2 0 R 2 0 R"))
