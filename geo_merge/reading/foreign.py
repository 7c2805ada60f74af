"""What a file is that is no layer and no table, by its first bytes: picture, document, archive."""

from __future__ import annotations

import re

from geo_merge.vocabulary.sentence import Sentence, sentence

HEAD = 4096  # bytes that are looked at
# The signatures of their specifications.
_STARTS = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"%PDF-": "pdf",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "office",
    b"{\\rtf": "rtf",
    b"Rar!\x1a\x07": "rar",
    b"7z\xbc\xaf\x27\x1c": "seven",
    b"\x1f\x8b\x08": "gzip",
}
_ZIP = b"PK\x03\x04"
# What is among the first names in a zip that is a file of some program.
_OPEN_XML = b"[Content_Types].xml"
_IN_ZIP = {b"word/": "docx", b"ppt/": "pptx", b"xl/": "xlsx"}
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
_HTML = re.compile(
    rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)


ARCHIVES = ("rar", "seven", "gzip")
WORKBOOK, OLD_WORKBOOK = "xlsx", "office"
BOOKS = (WORKBOOK, "odf", OLD_WORKBOOK)  # what may hold a table


def foreign(head: bytes) -> str:
    """Return what a file is by its first bytes, as ``png``; nothing for what may be meant."""
    kind = next((kind for start, kind in _STARTS.items() if head.startswith(start)), "")
    if head.startswith(_ZIP):
        if _OPEN_XML in head:
            kind = next((kind for name, kind in _IN_ZIP.items() if name in head), "")
        elif _OPEN_DOCUMENT in head[:128]:
            kind = "odf"
    elif not kind and _HTML.match(head):
        kind = "html"
    return kind


def named(kind: str) -> Sentence:
    """Return what people call such a file: a picture (PNG)."""
    return sentence(f"F01.{kind}" if kind in ARCHIVES else f"F01.is_{kind}")
