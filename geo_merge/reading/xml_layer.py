"""KML, KMZ and GML as layers: what is in the file itself, and all of it."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.parsers import expat

import geopandas as gpd
import pandas as pd

from geo_merge.errors import CRSError, LayerError
from geo_merge.reading import archive
from geo_merge.reading.complete import refuse_part
from geo_merge.reading.encodings import Texts
from geo_merge.reading.gdal import count_rows, list_layers, read_layer
from geo_merge.reading.raw import RawLayer, refuse_larger
from geo_merge.reading.xml_text import as_xml, read_xml
from geo_merge.vocabulary import fields
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

_PLACEMARK = re.compile(r"<(?:\w+:)?Placemark[\s>]")
_KML = re.compile(r"<kml\b[^>]*>(.*)</kml>", re.DOTALL)
_UNNAMED = re.compile(r"(<Document\b[^>]*(?<!/)>)(?!\s*<name\b)")
# What a placemark says of itself: a field for each name.
_FIELD = re.compile(r"<(?:\w+:)?(?:Data|SimpleData|SimpleField)\b([^<>]*)>")
_NAME = re.compile(r"\bname\s*=\s*[\"']([^\"']*)")
_LINK = re.compile(r"<(?:\w+:)?NetworkLink[\s>]")
# Columns in which GDAL keeps how a placemark looks; nothing was said if they hold only these.
_LOOKS = {"timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility",
          "drawOrder", "icon", "description", "snippet", "id", "Name"}  # fmt: skip
_NOTHING_SAID = {-1, 0, ""}
_ROOT = re.compile(r"<(?:[\w.-]+:)?FeatureCollection\b([^>]*)>")
_ATTRIBUTE = re.compile(r"([\w.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_REFERENCE = re.compile(
    r"<(?:[\w.-]+:)?(?:\w*[mM]embers?|exterior|interior|baseSurface|baseCurve|directed\w+|patches)"
    r"\b[^>]*\bhref\s*=\s*[\"']([^\"']*)"
)
_SRS = re.compile(r"\bsrsName\s*=\s*[\"']\s*([^\"']*)")
_CODE = re.compile(
    r"(?:EPSG:|urn:(?:x-)?ogc:def:crs:(?:EPSG|OGC):(?:[\d.]*:)?|https?://www\.opengis\.net/def/crs/"
    r"(?:EPSG|OGC)/[\d.]+/|https?://www\.opengis\.net/gml/srs/epsg\.xml#|CRS:|OGC:)(?:\d+|CRS\d+)"
    r"|urn:ogc:def:crs,crs:EPSG:[\d.]*:\d+(?:,crs:EPSG:[\d.]*:\d+)*",
    re.IGNORECASE,
)
_ARC = re.compile(r"<(?:[\w.-]+:)?(?:Arc\w*|Circle\w*|Bezier|BSpline|CubicSpline)[\s>]")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(\.\d+)?")


def read_kml(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a KML file, or the first one in a KMZ archive.

    Raises
    ------
    LayerError
        F03 if it points to other files for its content, or not all of it can be read.
    """
    del texts
    packed = zipfile.is_zipfile(path)
    data = archive.read_member(path, ".kml", sizes) if packed else path.read_bytes()
    text = read_xml(path.name, data)
    if _LINK.search(text):
        raise LayerError(sentence("S03.network", name=path.name))
    # GDAL looks for each value of a placemark among all fields, so that many would take hours.
    refuse_larger(path, "fields", _count_fields(text), sizes.fields, "fields")
    source = as_xml(_named(text))
    placemarks = len(_PLACEMARK.findall(text))
    if not placemarks:
        raise LayerError(sentence("F07.none", source=path.name))
    layers = list_layers(source)
    refuse_larger(path, "layers", len(layers), sizes.layers, "layers")
    read = sum(count_rows(source, name) for name, _ in layers)
    if read != placemarks:
        raise LayerError(sentence("F03.placemarks", name=path.name, n=placemarks, read=read))
    raw = read_layer(source, path.name, layer, sizes)
    return replace(raw, frame=_numbered(_without_looks(raw.frame)))


def _count_fields(text: str) -> int:
    """Return how many fields the placemarks have together."""
    names = (_NAME.search(each) for each in _FIELD.findall(text))
    return len({name[1] for name in names if name})


def _named(text: str) -> str:
    """Give the placemarks a document with a name: without, GDAL invents another for each look."""
    if "<Document" not in text:
        text = _KML.sub(lambda m: m[0].replace(m[1], f"<Document>{m[1]}</Document>"), text, count=1)
    return _UNNAMED.sub(r"\1<name>layer</name>", text, count=1)


def _without_looks(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    said_nothing = [
        column
        for column in frame.columns.intersection(list(_LOOKS))
        if all(pd.isna(v) or v in _NOTHING_SAID for v in frame[column])
    ]
    return frame.drop(columns=said_nothing)


def read_gml(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a GML file; its schema is not asked for, and its numbers are told by their digits.

    Raises
    ------
    LayerError
        F03 if it is a page of a service, or made of parts that stand elsewhere; CRSError (R01)
        if its CRS is no code.
    """
    del texts
    text = read_xml(path.name, path.read_bytes())
    _check_reference(path.name, text)
    _check_srs(path.name, text)
    source = as_xml(text)
    _check_ends(path.name, source)
    layers = list_layers(source)
    refuse_larger(path, "layers", len(layers), sizes.layers, "layers")
    _check_whole(path.name, text, sum(count_rows(source, name) for name, _ in layers))
    raw = read_layer(source, path.name, layer, sizes)
    findings = raw.findings
    if _ARC.search(text):
        finding = Finding.of(sentence("G03.arcs", name=path.name))
        findings = (*findings, finding)
    return replace(raw, frame=_numbered(raw.frame), findings=findings)


def _check_ends(name: str, source: bytes) -> None:
    """Refuse what breaks off: GDAL takes the elements before that for all."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(source, True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise LayerError(sentence("F03.xml", name=name, line=error.lineno,
                                  character=error.offset + 1,
                                  reason=expat.ErrorString(error.code))) from None  # fmt: skip


def _check_reference(name: str, text: str) -> None:
    reference = _REFERENCE.search(text)
    if reference:
        raise LayerError(sentence("S03.references", name=name, reference=reference[1][:80]))


def _check_srs(name: str, text: str) -> None:
    for srs in dict.fromkeys(_SRS.findall(text)):
        if not _CODE.fullmatch(srs.strip()):
            raise CRSError(sentence("R01.srs", name=name, named=srs[:80]))


def _check_whole(name: str, text: str, features: int) -> None:
    for number, root in enumerate([root[1] for root in _ROOT.finditer(text)] or [""]):
        said = {k: a or b for k, a, b in _ATTRIBUTE.findall(root)}
        if "truncatedResponse" in text:
            said["exceededTransferLimit"] = "true"
        # Of a collection within another, only it knows how many features it has.
        returned = said.get("numberReturned", "")
        refuse_part(name, said, int(returned) if number and returned.isdecimal() else features)


def _numbered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the frame with numbers in columns of plain numbers, but for codes and names."""
    columns = [str(c) for c in frame.columns.drop(frame.geometry.name)]
    roles = {column: role for role, column in fields.find_fields(columns).items()}
    result = frame.copy()
    for column in columns:
        values = [v for v in frame[column] if isinstance(v, str)]
        if roles.get(column, "population") != "population":
            continue
        digits = [_NUMBER.fullmatch(value) for value in values]
        if values and all(digits):
            whole = not any(match[1] for match in digits if match)
            there = frame[column].notna()
            numbers = pd.to_numeric(frame[column][there])
            kind = "float64" if not whole or not there.all() else "int64"
            result[column] = numbers.reindex(frame.index).astype(kind)
    return result
