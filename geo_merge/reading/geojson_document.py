"""GeoJSON that is no plain collection: lines of features, answers of services, TopoJSON.

GDAL reads most of it, but skips a line that is cut off and follows what a document links to. So
documents are looked through before GDAL sees them.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo_merge.errors import CRSError, LayerError
from geo_merge.reading.complete import failure, refuse_part
from geo_merge.reading.crs_text import refuse_files
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    from pyproj import CRS

_RECORD = b"\x1e"  # before each feature of a sequence (RFC 8142)
_SHOWN = 10
_EXCERPT = 40  # characters
# How often an arc is used in a topology of several levels, and vertices that do no harm.
_REPEATED, _SLACK = 50, 10**6
_USUAL = re.compile(r"urn:ogc:def:crs:OGC:[\d.]*:CRS84|CRS84")


def as_collection(path: Path) -> bytes | None:
    """Return the features of a file that has one a line as a collection; None if it is no such.

    Raises
    ------
    LayerError
        F03 if a line is no whole feature.
    UnicodeDecodeError
        If the text is not UTF-8.
    """
    data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    parted = data.lstrip().startswith(_RECORD)
    records = [r.strip(b" \t\r\n") for r in data.split(_RECORD if parted else b"\n")]
    numbered = [(k, r.decode("utf-8")) for k, r in enumerate(records, not parted) if r]
    if not numbered or not (parted or len(numbered) > 1):
        return None
    first, _ = _feature(numbered[0][1])
    if not parted and not first and not (_by_name(path) and not _is_json(data)):
        return None
    broken = []
    for k, text in numbered:
        whole, why = _feature(text)
        if not whole:
            excerpt = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
            broken.append(sentence("F03.record" if parted else "F03.line", file=path.name,
                                   row=str(k), why=why, excerpt=excerpt))  # fmt: skip
    if broken:
        raise LayerError(broken[:_SHOWN])
    features = ",\n".join(text for _, text in numbered)
    return f'{{"type":"FeatureCollection","features":[{features}]}}'.encode()


def _by_name(path: Path) -> bool:
    return path.suffix.lower() in {".geojsonl", ".geojsons", ".geojsonseq", ".ndjson"}


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _feature(text: str) -> tuple[bool, str]:
    """Tell whether a text is one feature, and if not, what it is."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        return False, sentence("F03.breaks_off", at=error.pos + 1)
    except RecursionError:
        return False, sentence("F03.too_deep")
    if not isinstance(content, dict):
        return False, sentence("F03.is_no_object")
    if "type" in content:
        return content["type"] == "Feature", sentence("F03.is_a", kind=content["type"])
    said = failure(content)
    return False, sentence("F03.error", said=said) if said else sentence("F03.is_untyped")


def check_document(source: str, data: bytes) -> Any:  # noqa: ANN401 - whatever JSON knows
    """Check a document that GDAL is to read, and return it; None if it is not well formed.

    Raises
    ------
    LayerError
        F03 if it says that it is a part or misses what it is made of; CRSError (R01) if its CRS
        is a link or names a file.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None  # GDAL says where
    if not isinstance(document, dict):
        return document
    features = document.get("features")
    refused = failure(document) if features is None and "type" not in document else ""
    if refused:
        raise LayerError(sentence("F03.refused", source=source, why=refused))
    check_crs(source, document)
    if isinstance(features, list):
        about = {k: v for k, v in document.items() if k != "features"}
        refuse_part(source, about, len(features))
        for feature in features:
            if isinstance(feature, dict):
                check_crs(source, feature)
    if document.get("type") == "Topology":
        _check_arcs(source, document)
    return document


def check_crs(source: str, document: dict[str, Any]) -> None:
    """Refuse a CRS that is a link, or a text that names a file.

    Raises
    ------
    CRSError
        R01.
    """
    geometry = document.get("geometry")
    for holder in (document, geometry if isinstance(geometry, dict) else {}):
        crs = holder.get("crs")
        if isinstance(crs, dict) and str(crs.get("type")).lower() in {"link", "url"}:
            about = crs.get("properties")
            where = next(map(str, about.values()), "") if isinstance(about, dict) else ""
            raise CRSError(sentence("R01.link", source=source, named=where[:80]))
        for text in _texts([crs, holder.get("spatialReference")]):
            refuse_files(text, source)
        _check_name(source, crs)


def _check_name(source: str, crs: Any) -> None:  # noqa: ANN401 - whatever JSON knows
    """Refuse a name that is no CRS: GDAL takes the coordinates for WGS 84 then."""
    about = crs.get("properties") if isinstance(crs, dict) else None
    name = about.get("name") if isinstance(about, dict) else None
    if isinstance(name, str) and not _USUAL.fullmatch(name):
        known_crs(source, name)


def known_crs(source: str, name: str) -> CRS:
    """Return the CRS of a name.

    Raises
    ------
    CRSError
        R01 if there is none.
    """
    from pyproj import CRS  # noqa: PLC0415 - slow to load, and seldom needed
    from pyproj.exceptions import ProjError  # noqa: PLC0415

    try:
        return CRS.from_user_input(name)
    except ProjError as error:
        raise CRSError(sentence("R01.unknown_member", source=source, named=name[:80])) from error


def _texts(content: Any) -> Iterator[str]:  # noqa: ANN401 - whatever JSON knows
    """Yield all texts of nested lists and objects."""
    left = [content]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)


def _check_arcs(source: str, topology: dict[str, Any]) -> None:
    """Refuse a topology with geometries made of arcs that it does not have, or of one many times.

    GDAL leaves the first out, and makes of the second whatever they say.

    Raises
    ------
    LayerError
        F03 or S02.
    """
    arcs = topology.get("arcs")
    count = len(arcs) if isinstance(arcs, list) else 0
    left = [topology.get("objects")]
    used: Counter[int] = Counter()
    while left:
        one = left.pop()
        if isinstance(one, dict):
            parts = one.get("geometries", ()) if "geometries" in one else one.values()
            left.extend(one["arcs"] if isinstance(one.get("arcs"), list) else parts)
        elif isinstance(one, list):
            left.extend(one)
        elif isinstance(one, int) and not isinstance(one, bool):
            used[one] += 1
    missing = sorted(k for k in used if not -count <= k < count)
    if missing:
        raise LayerError(sentence("F03.arcs", source=source, n=count, missing=missing[0]))
    held = [len(a) if isinstance(a, list) else 0 for a in arcs or []] if count else []
    made = sum(held[k] * times for k, times in used.items())
    if made > _REPEATED * sum(held) + _SLACK:
        raise LayerError(sentence("S02.arcs", source=source, held=sum(held), made=made))
