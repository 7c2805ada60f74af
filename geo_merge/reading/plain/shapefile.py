"""What GDAL does not say of a broken Shapefile: missing parts, lost and shifted records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geo_merge.errors import LayerError
from geo_merge.reading.kinds import SHAPEFILE
from geo_merge.reading.parts import beside
from geo_merge.reading.plain.dbf import refuse_misshapen, sizes_of
from geo_merge.vocabulary.sentence import sentence

_HEADER = 100  # bytes, of .shp and .shx (ESRI Shapefile Technical Description, 1998)
_MAGIC = 9994
_DELETED, _THERE = 0x2A, 0x20  # marks before the records of a table
_SHORTEST = 12  # bytes of a record with a null shape
_MAX_LISTED = 10
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shapefile:
    """The parts of a Shapefile, found whatever the spelling of their names."""

    shp: Path
    shx: Path
    dbf: Path
    prj: Path | None
    cpg: Path | None

    @property
    def by_ending(self) -> dict[str, Path]:
        """The files that are there, by the endings that they should have."""
        files = zip(
            SHAPEFILE.parts, (self.shp, self.shx, self.dbf, self.prj, self.cpg), strict=True
        )
        return {ending: file for ending, file in files if file is not None}


def find_parts(shp: Path) -> Shapefile:
    """Return the parts beside a .shp.

    Raises
    ------
    LayerError
        If the .shx or the .dbf is missing (F02).
    """
    found = beside(shp, SHAPEFILE)
    return Shapefile(shp, found[".shx"], found[".dbf"], found.get(".prj"), found.get(".cpg"))


@dataclass(frozen=True)
class Shapes:
    """The bytes of a .shp, and where its records begin (behind their heads) and how long they are.

    All lie within the file, in the order of their numbers; `numbered` tells whether these count
    from 1, as they should.
    """

    data: Bytes
    offset: Ints
    length: Ints
    numbered: bool = True

    def __len__(self) -> int:
        return len(self.offset)

    def take(self, rows: Ints) -> Shapes:
        """Return some of the records."""
        return Shapes(self.data, self.offset[rows], self.length[rows], self.numbered)


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
        raise LayerError(sentence("F03.beyond", name=parts.shp.name, n=len(lost), all=len(index)))
    number = _big_endian(shp, offset)
    stated = _big_endian(shp, offset + 4) * 2
    # Some programs count records from 0, or not at all: then what lies where is what counts.
    from_zero = np.array_equal(number, np.arange(len(index))) or not number.any()
    numbered = not (from_zero and (np.diff(offset) > 0).all()) or not len(index)
    misnumbered = (number != np.arange(1, len(index) + 1)) & numbered
    wrong = np.flatnonzero(misnumbered | (stated != length))
    if len(wrong):
        rows = ", ".join(str(row + 1) for row in wrong[:_MAX_LISTED])
        raise LayerError(sentence("F04.index", name=parts.shx.name, rows=rows, shp=parts.shp.name))
    _check_lost(parts, shp, index, set(number.tolist()) if number.any() else set())
    _check_table(parts, len(index))
    return Shapes(shp, offset + 8, length, numbered)


def _bytes(path: Path) -> Bytes:
    """Return a file with a Shapefile's head, mapped: only what is looked at is read."""
    size = path.stat().st_size
    data = np.memmap(path, dtype=np.uint8, mode="r") if size else np.empty(0, dtype=np.uint8)
    head = data[:_HEADER].tobytes()
    if len(head) < _HEADER or int.from_bytes(head[:4], "big") != _MAGIC:
        raise LayerError(sentence("F01.no_shapefile" if size else "F01.empty_part", name=path.name))
    stated = int.from_bytes(head[24:28], "big") * 2
    if stated > size:
        raise LayerError(sentence("F03.stated", name=path.name, size=size, stated=stated))
    return data


def _big_endian(data: Bytes, at: Ints) -> Ints:
    four = data[at[:, None] + np.arange(4)].astype(np.int64)
    return np.asarray((four << np.array([24, 16, 8, 0])).sum(axis=1))


def _check_lost(parts: Shapefile, shp: Bytes, index: Ints, known: set[int]) -> None:
    """Refuse a .shp with shapes that its index does not know, told by their numbers.

    Between records may lie what a program left behind when it made a shape larger: that has the
    number of a shape which is there.
    """
    order = index[np.argsort(index[:, 0], kind="stable")]
    begins = np.concatenate([[_HEADER], order[:, 0] + 8 + order[:, 1]])
    ends = np.concatenate([order[:, 0], [len(shp)]])
    if (begins > ends).any():
        row = int(np.argmax(begins > ends)) + 1
        raise LayerError(sentence("F04.lie_over", name=parts.shx.name, shp=parts.shp.name, row=row))
    kind = shp[32:36].tobytes()
    for k in np.flatnonzero(ends - begins >= _SHORTEST):
        at, end = int(begins[k]), int(ends[k])
        while at + _SHORTEST <= end:
            number, words = shp[at : at + 8].view(">i4").tolist()
            size = 8 + 2 * words
            is_shape = shp[at + 8 : at + _SHORTEST].tobytes() in {kind, bytes(4)}
            if not is_shape or not _SHORTEST <= size <= end - at or number < 0:
                break
            if number not in known and (number or not known):
                raise LayerError(sentence("F04.not_in_index", name=parts.shx.name, n=len(index),
                                          shp=parts.shp.name, number=number))  # fmt: skip
            at += size


def _check_table(parts: Shapefile, shapes: int) -> None:
    dbf = parts.dbf.read_bytes()
    if len(dbf) < 32:  # noqa: PLR2004 - the header of a dBASE table
        raise LayerError(sentence("F03.empty", name=parts.dbf.name))
    records, header, width = sizes_of(dbf)
    if records != shapes:
        raise LayerError(sentence("F04.wrong_polygons", name=parts.dbf.name, records=records,
                                  other=parts.shp.name, shapes=shapes))  # fmt: skip
    if header + records * width > len(dbf):
        raise LayerError(sentence("F03.records", name=parts.dbf.name, size=len(dbf),
                                  records=records, needed=header + records * width))  # fmt: skip
    refuse_misshapen(parts.dbf.name, dbf)
    end = header + records * width
    if len(dbf) >= end + width and dbf[end] in {_THERE, _DELETED} and width:
        more = (len(dbf) - header) // width
        raise LayerError(
            sentence("F04.more_records", name=parts.dbf.name, records=records, more=more)
        )
    marks = np.frombuffer(dbf, dtype=np.uint8, offset=header)[: records * width : width]
    deleted = np.flatnonzero(marks == _DELETED)
    if len(deleted):
        rows = ", ".join(str(row + 1) for row in deleted[:_MAX_LISTED])
        raise LayerError(sentence("F04.deleted", name=parts.dbf.name, n=len(deleted), rows=rows))
