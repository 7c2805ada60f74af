"""What GDAL does not say of a broken Shapefile: missing parts, lost and shifted records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geo_merge.errors import LayerError

_HEADER = 100  # bytes, of .shp and .shx (ESRI Shapefile Technical Description, 1998)
_MAGIC = 9994
_DELETED = 0x2A
_MAX_LISTED = 10
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


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


@dataclass(frozen=True)
class Shapes:
    """The bytes of a .shp, and where its records begin (behind their heads) and how long they are.

    All lie within the file and are numbered as they should be.
    """

    data: Bytes
    offset: Ints
    length: Ints

    def __len__(self) -> int:
        return len(self.offset)

    def take(self, rows: Ints) -> Shapes:
        """Return some of the records."""
        return Shapes(self.data, self.offset[rows], self.length[rows])


def check(parts: Shapefile) -> Shapes:
    """Check that the parts belong together and nothing is cut off; return the records.

    Raises
    ------
    LayerError
        F03 if a file is truncated, F04 if the parts disagree.
    """
    shp, shx = _bytes(parts.shp), _bytes(parts.shx)
    index = shx[_HEADER : len(shx) // 4 * 4].view(">i4")
    index = index[: len(index) // 2 * 2].reshape(-1, 2).astype(np.int64) * 2  # 16-bit words
    offset, length = index[:, 0], index[:, 1]
    lost = np.flatnonzero(offset + 8 + length > len(shp))
    if len(lost):
        raise LayerError(
            f"{parts.shp.name}: {len(lost)} of {len(index)} records lie beyond the end of the "
            "file [F03]; it was cut off, so copy or download it again."
        )
    number = _big_endian(shp, offset)
    stated = _big_endian(shp, offset + 4) * 2
    wrong = np.flatnonzero((number != np.arange(1, len(index) + 1)) | (stated != length))
    if len(wrong):
        rows = ", ".join(str(row + 1) for row in wrong[:_MAX_LISTED])
        raise LayerError(
            f"{parts.shx.name}: records {rows} point to other shapes than their own [F04]; the "
            f"index does not belong to {parts.shp.name}, so restore both from the same export."
        )
    _check_table(parts, len(index))
    return Shapes(shp, offset + 8, length)


def _bytes(path: Path) -> Bytes:
    """Return a file with a Shapefile's head, mapped: only what is looked at is read."""
    size = path.stat().st_size
    data = np.memmap(path, dtype=np.uint8, mode="r") if size else np.empty(0, dtype=np.uint8)
    head = data[:_HEADER].tobytes()
    if len(head) < _HEADER or int.from_bytes(head[:4], "big") != _MAGIC:
        raise LayerError(
            f"{path.name} is {'empty' if not size else 'not a Shapefile'} [F01]; "
            "export the layer again."
        )
    stated = int.from_bytes(head[24:28], "big") * 2
    if stated > size:
        raise LayerError(
            f"{path.name} has {size} bytes, but its header says {stated} [F03]; it was cut "
            "off, so copy or download it again."
        )
    return data


def _big_endian(data: Bytes, at: Ints) -> Ints:
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
