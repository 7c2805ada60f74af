"""What GDAL does not say of a broken Shapefile: missing parts, lost and shifted records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo_merge.errors import LayerError

_HEADER = 100  # bytes, of .shp and .shx (ESRI Shapefile Technical Description, 1998)
_MAGIC = 9994
_DELETED = 0x2A
_MAX_LISTED = 10


@dataclass(frozen=True)
class Shapefile:
    """The parts of a Shapefile, found whatever the case of their extensions."""

    shp: Path
    shx: Path
    dbf: Path
    prj: Path | None
    cpg: Path | None


def find_parts(shp: Path) -> Shapefile:
    """Return the parts beside a .shp.

    Raises
    ------
    LayerError
        If the .shx or the .dbf is missing (F02).
    """
    beside = {p.suffix.lower(): p for p in sorted(shp.parent.glob(f"{_escape(shp.stem)}.*"))}
    missing = [ext for ext in (".shx", ".dbf") if ext not in beside]
    if missing:
        what = {".shx": "the index of the shapes", ".dbf": "the attributes"}
        raise LayerError(
            f"{shp.name}: {shp.stem}{ext} ({what[ext]}) is missing [F02]; "
            "copy all parts of the Shapefile (.shp, .shx, .dbf, .prj, .cpg) into one folder."
            for ext in missing
        )
    return Shapefile(shp, beside[".shx"], beside[".dbf"], beside.get(".prj"), beside.get(".cpg"))


def _escape(stem: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)


def check(parts: Shapefile) -> int:
    """Check that the parts belong together and nothing is cut off; return the number of records.

    Raises
    ------
    LayerError
        F03 if a file is truncated, F04 if the parts disagree.
    """
    shp, shx = parts.shp.read_bytes(), parts.shx.read_bytes()
    for path, data in ((parts.shp, shp), (parts.shx, shx)):
        _check_length(path, data)
    index = np.frombuffer(shx, dtype=">i4", offset=_HEADER)
    index = index[: len(index) // 2 * 2].reshape(-1, 2).astype(np.int64) * 2  # 16-bit words
    offset, length = index[:, 0], index[:, 1]
    lost = np.flatnonzero(offset + 8 + length > len(shp))
    if len(lost):
        raise LayerError(
            f"{parts.shp.name}: {len(lost)} of {len(index)} records lie beyond the end of the "
            "file [F03]; it was cut off, so copy or download it again."
        )
    head = np.frombuffer(shp, dtype=np.uint8)
    number = _big_endian(head, offset)
    stated = _big_endian(head, offset + 4) * 2
    wrong = np.flatnonzero((number != np.arange(1, len(index) + 1)) | (stated != length))
    if len(wrong):
        rows = ", ".join(str(row + 1) for row in wrong[:_MAX_LISTED])
        raise LayerError(
            f"{parts.shx.name}: records {rows} point to other shapes than their own [F04]; the "
            f"index does not belong to {parts.shp.name}, so restore both from the same export."
        )
    _check_table(parts, len(index))
    return len(index)


def _check_length(path: Path, data: bytes) -> None:
    if len(data) < _HEADER or int.from_bytes(data[:4], "big") != _MAGIC:
        raise LayerError(
            f"{path.name} is {'empty' if not data else 'not a Shapefile'} [F01]; "
            "export the layer again."
        )
    stated = int.from_bytes(data[24:28], "big") * 2
    if stated > len(data):
        raise LayerError(
            f"{path.name} has {len(data)} bytes, but its header says {stated} [F03]; it was cut "
            "off, so copy or download it again."
        )


def _big_endian(
    data: np.ndarray[tuple[int], np.dtype[np.uint8]], at: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    four = data[at[:, None] + np.arange(4)].astype(np.int64)
    return np.asarray((four << np.array([24, 16, 8, 0])).sum(axis=1))


def _check_table(parts: Shapefile, shapes: int) -> None:
    dbf = parts.dbf.read_bytes()
    if len(dbf) < 32:  # noqa: PLR2004 - the header of a dBASE table
        raise LayerError(f"{parts.dbf.name} is empty or cut off [F03]; export the layer again.")
    records = int.from_bytes(dbf[4:8], "little")
    header, width = int.from_bytes(dbf[8:10], "little"), int.from_bytes(dbf[10:12], "little")
    if records != shapes:
        raise LayerError(
            f"{parts.dbf.name} has {records} records, but {parts.shp.name} has {shapes} shapes "
            "[F04]; codes would land on wrong polygons, so restore both from the same export."
        )
    if header + records * width > len(dbf):
        raise LayerError(
            f"{parts.dbf.name} has {len(dbf)} bytes, but its {records} records need "
            f"{header + records * width} [F03]; it was cut off, so copy it again."
        )
    marks = np.frombuffer(dbf, dtype=np.uint8, offset=header)[: records * width : width]
    deleted = np.flatnonzero(marks == _DELETED)
    if len(deleted):
        rows = ", ".join(str(row + 1) for row in deleted[:_MAX_LISTED])
        raise LayerError(
            f"{parts.dbf.name}: {len(deleted)} records are marked as deleted (rows {rows}) [F04]; "
            "they would vanish without a word, so undelete or remove them, shapes included."
        )


def text_columns(dbf: Path) -> list[list[bytes]]:
    """Return the bytes of all texts: the names of the fields, then the values of each text field.

    An encoding must be able to decode them all.
    """
    data = dbf.read_bytes()
    header, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    records = int.from_bytes(data[4:8], "little")
    table = np.frombuffer(data, dtype=np.uint8, offset=header)[: records * width]
    table = table.reshape(records, width)
    names: list[bytes] = []
    columns = [names]
    position, at = 1, 32
    while at + 32 < header and data[at] != 0x0D:  # noqa: PLR2004 - the end of the field list
        names.append(data[at : at + 11].split(b"\0")[0])
        size = data[at + 16]
        if data[at + 11 : at + 12] == b"C":
            values = np.ascontiguousarray(table[:, position : position + size])
            columns.append([bytes(row).rstrip(b" \0") for row in values])
        position += size
        at += 32
    return columns
