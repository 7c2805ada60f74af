"""What a workbook holds, counted before a library makes objects of it.

Some bytes of a workbook can stand for millions of cells (a merged range, a cell far away) or take
a reader minutes (formats without end). So all of its parts are gone through once as plain XML.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from geo_merge.errors import TableError
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

Place = tuple[int, int]  # row and column, from 1
# How many elements a cell is made of at most (c, f, v, is, r, rPr, t), and which part of the cells
# there may be of all others: formats, links, widths.
_OF_A_CELL, _OTHERS = 8, 0.2
_CELLS = {"row", "c", "f", "v", "is", "si", "t", "r"}
_DEEPEST = 64  # elements within elements; spreadsheets have some ten
_LONG_TOKEN = 2**20  # bytes; parsers look at a longer one again and again
_LONG = re.compile(rb"<[^<]{%d}" % _LONG_TOKEN)
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_ARCHIVED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # others inflate beyond what is asked for


@dataclass
class Scan:
    """What a part of a workbook holds.

    Attributes
    ----------
    cells, others
        How many cells, and elements that are of no cell.
    last
        Last row and column with a value; (0, 0) if there is none.
    farthest
        Cells in that row and in that column.
    merged
        Ranges, each as first and last cell.
    hidden
        Numbers of rows.
    hidden_columns
        Ranges of columns, each as first and last, from 1.
    unvalued
        Cells with a formula and no stored value.
    """

    cells: int = 0
    others: int = 0
    last: Place = (0, 0)
    farthest: tuple[str, str] = ("", "")
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    unvalued: list[str] = field(default_factory=list)


def scan_workbook(name: str, archive: zipfile.ZipFile, sizes: Sizes) -> dict[str, Scan]:
    """Go through all parts of a workbook.

    Returns
    -------
    dict
        What each part holds, by its name in the archive; parts that are no XML up to where they
        end to be so.

    Raises
    ------
    TableError
        S02 or S05 if it holds more than it may, S03 if it defines entities, F01 if it is made
        like no workbook.
    """
    entries = archive.infolist()
    size = sum(entry.file_size for entry in entries)
    if size > sizes.xlsx_mb * 2**20:
        raise TableError(sentence("S02.workbook", name=name, mb=size / 2**20, most=sizes.xlsx_mb,
                                  asked=size // 2**20 + 1))  # fmt: skip
    if len(entries) > sizes.xlsx_entries:
        raise TableError(
            sentence("S05.workbook_parts", name=name, n=len(entries), most=sizes.xlsx_entries)
        )
    if any(entry.compress_type not in _ARCHIVED for entry in entries):
        raise TableError(sentence("F01.packed_oddly", name=name))
    counted = _Counter(name, sizes.xlsx_cells)
    return {entry.filename: counted.scan(archive.read(entry)) for entry in entries}


def places(reference: str) -> tuple[Place, Place] | None:
    """Return the first and last cell of a range as ``A1:B2`` or of ``A1``; None if it is none."""
    found = [_REFERENCE.fullmatch(part) for part in reference.split(":")]
    ends = [(int(m[2]), _column(m[1])) for m in found if m is not None]
    return (ends[0], ends[-1]) if len(ends) == len(found) and len(ends) in {1, 2} else None


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


class _Counter:
    """Counts over all parts of a workbook."""

    def __init__(self, name: str, most: float) -> None:
        self._name, self._most = name, most
        self._elements = self._cells = self._others = 0
        self._depth = self._row = self._column = 0
        self._value = self._formula = self._text = False
        self._parser = expat.ParserCreate()
        self._scan = Scan()

    def scan(self, data: bytes) -> Scan:
        """Go through a part."""
        self._scan = scan = Scan()
        self._depth = self._row = self._column = 0
        if _LONG.search(data):
            self._refuse_long()
        self._parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.CommentHandler = self._token
        parser.ProcessingInstructionHandler = lambda _, text: self._token(text)
        with suppress(expat.ExpatError):  # pictures; of what should be XML openpyxl says so
            parser.Parse(data, True)  # noqa: FBT003 - it has no name
        return scan

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._cells += 1
            self._scan.cells += 1
            self._value = self._formula = False
            self._text = attributes.get("t") == "str"
            place = attributes.get("r", "")
            self._column = _column(place.rstrip("0123456789")) if place else self._column + 1
        elif tag == "is" or (tag == "v" and self._text):  # the text may be empty
            self._value = True
        elif tag == "v":
            self._parser.CharacterDataHandler = self._valued
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() else self._row + 1
            self._column = 0
            if attributes.get("hidden") in {"1", "true"}:
                self._scan.hidden.append(self._row)
        elif tag not in _CELLS:
            self._no_cell(tag, attributes)
        if (
            self._cells > self._most
            or self._others > _OTHERS * self._most
            or self._elements > _OF_A_CELL * self._most
            or self._depth > _DEEPEST
        ):
            self._refuse()

    def _no_cell(self, tag: str, attributes: dict[str, str]) -> None:
        self._others += 1
        self._scan.others += 1
        if tag == "col" and attributes.get("hidden") in {"1", "true"}:
            ends = attributes.get("min", ""), attributes.get("max", "")
            if all(end.isdecimal() for end in ends):
                self._scan.hidden_columns.append((int(ends[0]), int(ends[1])))
        if tag == "mergeCell" and (span := places(attributes.get("ref", ""))):
            self._scan.merged.append(span)

    def _valued(self, _: str) -> None:
        self._value = True
        self._parser.CharacterDataHandler = None

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._parser.CharacterDataHandler = None
        if tag != "c" and tag.rpartition(":")[2] != "c":
            return
        if self._value:
            scan = self._scan
            row, column = scan.last
            if self._row > row or self._column > column:
                here = cell_name(self._row, self._column)
                low, right = scan.farthest
                scan.farthest = (here if self._row > row else low, here if self._column > column
                                 else right)  # fmt: skip
                scan.last = max(row, self._row), max(column, self._column)
        elif self._formula:
            self._scan.unvalued.append(cell_name(self._row, self._column))

    def _refuse(self) -> NoReturn:
        if self._depth > _DEEPEST:
            raise TableError(sentence("F01.deep", name=self._name, depth=self._depth))
        what = sentence("S05.formats") if self._others > _OTHERS * self._most else (
            sentence("S05.cells") if self._cells > self._most else sentence("S05.rows_and_texts")
        )  # fmt: skip
        raise TableError(sentence("S05.parts_of_table", name=self._name, what=what, most=self._most,
                                  asked=2 * self._most))  # fmt: skip

    def _refuse_long(self) -> NoReturn:
        raise TableError(sentence("W08.long_text", name=self._name))

    def _token(self, text: str) -> None:
        if len(text) > _LONG_TOKEN:
            self._refuse_long()

    def _doctype(self, *_: object) -> NoReturn:
        raise TableError(sentence("S03.workbook", name=self._name))


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell, as ``B7``."""
    return f"{column_letters(column)}{row}"


def column_letters(column: int) -> str:
    """Return the letters of a column, as ``AB``."""
    letters = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def clipped(spans: list[tuple[Place, Place]], last: Place) -> Iterator[tuple[Place, Place]]:
    """Yield those of some ranges that reach into a table, cut at its last row and column."""
    for (top, left), (bottom, right) in spans:
        end = min(bottom, last[0]), min(right, last[1])
        if top <= end[0] and left <= end[1]:
            yield (top, left), end
