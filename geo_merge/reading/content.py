"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import re
from pathlib import Path

from geo_merge.errors import LayerError
from geo_merge.reading import foreign, kinds
from geo_merge.reading.encodings import marked_codec, utf16_without_mark
from geo_merge.reading.geojson_text import is_geojson
from geo_merge.vocabulary.sentence import sentence

_MAGIC = {
    b"SQLite format 3\0": "GeoPackage",
    b"PK\x03\x04": "zip archive",
    b"PK\x05\x06": "zip archive",
    b"fgb\x03": "FlatGeobuf",
    b"PAR1": "GeoParquet",
    (9994).to_bytes(4, "big"): "Shapefile",
}
_TEXTS = {
    "MapInfo TAB": re.compile(rb"\s*!table\b", re.IGNORECASE),
    "MapInfo MIF": re.compile(rb"\s*version\s+\d", re.IGNORECASE),
    "KML": re.compile(rb"<(\w+:)?(kml|Document|Folder|Placemark)[\s>]"),
    "GML": re.compile(rb"<(\w+:)?\w+[^>]*(opengis\.net/(gml|wfs)|:gml\s*=)", re.DOTALL),
}
_NAMES = {"text": sentence("F01.is_text"), "zip archive": sentence("F01.is_zip"),
          "unknown": sentence("F01.is_other")}  # fmt: skip
# What a service of OGC answers instead of features (OWS Common, WFS 1.0).
_EXCEPTION = re.compile(
    rb"<(?:\w+:)?(?:Service)?ExceptionReport\b.*?<(?:\w+:)?(?:ExceptionText|ServiceException)\b[^>]*>"
    rb"(?:<!\[CDATA\[)?([^<\]]*)",
    re.DOTALL,
)
_SHOWN = 200  # characters
_WIDE = ("utf-16", "utf-32")


def check_content(path: Path) -> None:
    """Compare the first bytes of a file with what its ending promises.

    Raises
    ------
    LayerError
        F01 if it is something else, F03 if a service says in it what failed, F05 if it is in an
        encoding that its readers do not know.
    """
    with path.open("rb") as file:
        head = file.read(foreign.HEAD)
    if not head:
        raise LayerError(sentence("F01.empty", file=path.name))
    failed = _EXCEPTION.search(head)
    if failed:
        why = " ".join(failed[1].decode("utf-8", "replace").split())
        raise LayerError(sentence("F03.refused", source=path.name, why=why[:_SHOWN]))
    other = foreign.foreign(head)
    if other and not (kinds.is_table(path.suffix) and other in foreign.BOOKS):
        kind = "F01.packed" if other in foreign.ARCHIVES else "F01.no_layer_but"
        raise LayerError(sentence(kind, file=path.name, what=foreign.named(other)))
    said = kinds.kind_of(path.name, path.suffix)
    codec = marked_codec(head) or utf16_without_mark(head[: len(head) & ~1]) or ""
    if said in {kinds.GEOJSON, kinds.TAB, kinds.MIF} and codec.startswith(_WIDE):
        raise LayerError(sentence("F05.wide", file=path.name, codec=codec[:6].upper()))
    found = _found(path, head, said)
    if found == said.name or (path.suffix.lower() == ".kmz" and found == "zip archive"):
        return
    raise LayerError(
        sentence("F01.content", file=path.name, said=said.called, found=_NAMES.get(found, found))
    )


def _found(path: Path, head: bytes, said: kinds.Kind) -> str:
    for start, name in _MAGIC.items():
        if head.startswith(start):
            return name
    if said is kinds.GEOJSON:
        return said.name if b"\0" not in head and is_geojson(path) else _text_or_not(head)
    codec = marked_codec(head)
    if codec in _WIDE:  # XML may be
        head = head.decode(codec, "ignore").encode()
    if said.name in _TEXTS and _TEXTS[said.name].search(head):
        return said.name
    return next((n for n, form in _TEXTS.items() if form.match(head)), _text_or_not(head))


def _text_or_not(head: bytes) -> str:
    return "unknown" if b"\0" in head else "text"
