"""MapInfo tables (TAB, MIF): a plain one alone, whole, in the encoding that its texts are in.

A .tab can also be a view of others, a seamless table or a picture, and then names further files:
those are refused. What is read is a copy of its parts under names of our own.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd

from geo_merge.errors import LayerError
from geo_merge.reading import kinds
from geo_merge.reading.encoded import BYTEWISE, UNSAID, decide_texts, recode
from geo_merge.reading.encodings import Texts
from geo_merge.reading.gdal import read_layer
from geo_merge.reading.parts import beside
from geo_merge.reading.plain.dbf import refuse_misshapen, sizes_of
from geo_merge.reading.raw import RawLayer, refuse_larger
from geo_merge.system.scratch import scratch
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

_HEAD = 2**16  # bytes in which a header has long ended
_CHARSET = re.compile(
    rb'(^!?charset\s+"?|\bnative\s+charset\s+"?)([A-Za-z0-9_-]+)', re.IGNORECASE | re.MULTILINE
)
_TYPE = re.compile(rb"^\s*Type\s+(\w+)", re.IGNORECASE | re.MULTILINE)
_ELSEWHERE = re.compile(
    rb'^\s*(?:open\s+table|create\s+view|raster|file\s+")|IsSeamless"\s*=\s*"TRUE',
    re.IGNORECASE | re.MULTILINE,
)
# MapInfo's names of character sets; "Neutral" says nothing.
_CODECS = {"neutral": "", "utf-8": "utf-8", "windowslatin1": "cp1252", "windowslatin2": "cp1250",
           "windowsvietnamese": "cp1258", "windowscyrillic": "cp1251", "iso8859_1": "iso-8859-1",
           "windowsgreek": "cp1253", "windowsturkish": "cp1254", "windowsthai": "cp874",
           "windowsbalticrim": "cp1257", "windowsjapanese": "cp932", "windowskorean": "cp949",
           "windowssimpchinese": "cp936", "windowstradchinese": "cp950",
           "codepage437": "cp437", "codepage850": "cp850"}  # fmt: skip
_DBF_HEAD = 12  # bytes up to the width of a record


def read_mapinfo(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a TAB or MIF table of polygons."""
    del layer
    kind = kinds.BY_ENDING[path.suffix.lower()]
    parts = beside(path, kind)
    for part in parts.values():
        refuse_larger(part, "mb", part.stat().st_size / 2**20, sizes.file_mb, "file_mb")
    head = path.read_bytes()[:_HEAD]
    if kind is kinds.TAB:
        _check_header(path.name, head)
    rows = _rows_of_tab(parts) if kind is kinds.TAB else _rows_of_mid(parts[".mid"])
    charset = _CHARSET.search(head)
    said = charset[2].decode().lower() if charset else "neutral"
    with scratch() as folder:
        copy = _copy(path, parts, folder)
        raw = read_layer(copy, path.name, None, sizes, apart=True, encoding=BYTEWISE)
    if len(raw.frame) != rows:
        raise LayerError(
            sentence("F04.attributes", name=path.name, shapes=len(raw.frame), rows=rows)
        )
    frame, codec, findings = _decoded(raw.frame, path.name, said, texts)
    hint = sentence("R01.plane", name=path.name)
    return replace(raw, frame=frame, findings=(*raw.findings, *findings), encoding=codec,
                   crs_hint=hint)  # fmt: skip


def _check_header(name: str, head: bytes) -> None:
    kind = _TYPE.search(head)
    stored = kind[1].decode().upper() if kind else sentence("words.nothing")
    if stored != "NATIVE" or _ELSEWHERE.search(head):
        raise LayerError(sentence("S03.tables", name=name, stored=stored))


def _rows_of_tab(parts: dict[str, Path]) -> int:
    """Return the rows of a .dat, which is a dBASE table; it must be whole and as long as the .id.

    Raises
    ------
    LayerError
        F03 if the table is cut off, F04 if the parts disagree.
    """
    table, index = parts[".dat"], parts[".id"]
    data = table.read_bytes()
    rows, header, width = sizes_of(data)
    if len(data) < max(header + rows * width, _DBF_HEAD):
        raise LayerError(sentence("F03.records", name=table.name, size=len(data), records=rows,
                                  needed=header + rows * width))  # fmt: skip
    refuse_misshapen(table.name, data)
    shapes = index.stat().st_size // 4  # the place of each shape in the .map
    if shapes != rows:
        raise LayerError(sentence("F04.table_shapes", name=table.name, records=rows,
                                  other=index.name, shapes=shapes))  # fmt: skip
    marks = data[header : header + rows * width : width]
    deleted = marks.count(b"*")
    if deleted:
        raise LayerError(sentence("F04.deleted_table", name=table.name, n=deleted))
    return rows


def _rows_of_mid(path: Path) -> int:
    return sum(1 for line in path.read_bytes().splitlines() if line.strip())


def _copy(path: Path, parts: dict[str, Path], folder: Path) -> Path:
    """Copy the parts under names of our own, with texts that GDAL leaves as they are."""
    for ending, part in parts.items():
        target = folder / f"layer{ending}"
        if part == path:
            data = path.read_bytes()
            head = _CHARSET.sub(rb"\1Neutral", data[:_HEAD])
            target.write_bytes(head + data[_HEAD:])
        else:
            shutil.copyfile(part, target)
    return folder / f"layer{path.suffix.lower()}"


def _decoded(
    frame: gpd.GeoDataFrame, name: str, said: str, texts: Texts
) -> tuple[gpd.GeoDataFrame, str, tuple[Finding, ...]]:
    declared = _CODECS.get(said, "")
    words = sentence("F05.charset", encoding=said) if declared else sentence("F05.no_charset")
    codec, findings = decide_texts(frame, name, declared or UNSAID, words, texts.at(frame))
    return recode(frame, codec, texts), codec, findings
