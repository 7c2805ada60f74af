"""The table of a Shapefile: its fields, its texts as bytes, and plain columns read at once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geo_merge.errors import LayerError
from geo_merge.reading.plain.ragged import require
from geo_merge.vocabulary.sentence import sentence
from geo_merge.vocabulary.written import read_numbers

_FIELD = 32  # bytes of a field's description, and of what stands before the first
_END = 0x0D
_NAME = 10  # bytes of the name of a field
_LETTER = 4  # bytes of a letter of UTF-8, at most
_BEHIND, _FIRST = 0x80, 0xC0  # least byte within a letter, and at its beginning
_INT_DIGITS = 18  # more do not fit into 64 bits
_INTEGER = re.compile(rb"[-+]?[0-9]+")
_EXPONENT = re.compile(rb"[-+]?[0-9]+\.?[0-9]*[eE][-+]?[0-9]+")
_DECIMAL = re.compile(rb"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Field:
    """A field of a dBASE table: its name, kind (C, N, ...), width, decimals and first byte."""

    name: bytes
    kind: str
    width: int
    decimals: int
    at: int


@dataclass(frozen=True)
class Table:
    """A dBASE table whose size was checked; `records` has one row of bytes a record."""

    fields: tuple[Field, ...]
    records: npt.NDArray[np.uint8]

    def cells(self, field: Field) -> list[bytes]:
        """Return the values of a field as they stand, without blanks behind them."""
        chosen = np.ascontiguousarray(self.records[:, field.at : field.at + field.width])
        if not chosen.size:
            return [b""] * len(self.records)
        return [cell.rstrip(b" \0") for cell in chosen.view(f"S{field.width}").ravel().tolist()]


def read_table(dbf: Path) -> Table:
    """Read a table that `shapefile.check` found whole."""
    data = np.fromfile(dbf, dtype=np.uint8)
    records, header, width = sizes_of(data[:_FIELD].tobytes())
    fields = _fields(data[:header].tobytes())
    return Table(tuple(fields), data[header : header + records * width].reshape(records, width))


def sizes_of(head: bytes) -> tuple[int, int, int]:
    """Return the records of a table, the bytes of its header and those of a record, as it says."""
    return tuple(int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))  # type: ignore[return-value]


def _fields(about: bytes) -> list[Field]:
    """Return the fields that a header tells."""
    fields = []
    at = 1  # after the mark of deletion
    for k in range(_FIELD, len(about) - _FIELD + 1, _FIELD):
        if about[k] == _END:
            break
        kind, size, decimals = chr(about[k + 11]), about[k + 16], about[k + 17]
        fields.append(Field(about[k : k + 11].split(b"\0")[0], kind, size, decimals, at))
        at += size
    return fields


def refuse_misshapen(name: str, data: bytes) -> None:
    """Refuse a table whose fields and records are not as wide as one another.

    Raises
    ------
    LayerError
        F03.
    """
    records, header, width = sizes_of(data)
    fields = _fields(data[:header])
    needed = 1 + sum(field.width for field in fields)
    blank = [field.name.decode("latin-1") for field in fields if not field.width]
    if not fields or needed > width or (blank and needed < width):
        what = (
            sentence("F03.no_room", header=header)
            if not fields
            else sentence("F03.widths", needed=needed, records=records, width=width)
        )
        why = sentence("F03.blank", fields=blank) if blank else ""
        raise LayerError(sentence("F03.misshapen", name=name, what=what, why=why))


def text_columns(table: Table) -> list[list[bytes]]:
    """Return the bytes of all texts: the names of the fields, then the values of each text field.

    An encoding must be able to decode them all.
    """
    names = [field.name for field in table.fields]
    return [names, *(table.cells(field) for field in table.fields if field.kind == "C")]


def whole_letters(table: Table) -> tuple[list[list[bytes]], list[int]]:
    """Return all texts without the half letters that UTF-8 has at the width of its field.

    Returns
    -------
    list of list of bytes, list of int
        As `text_columns`, and the rows with such a text, none if texts are no UTF-8 for other
        reasons.
    """
    names, *columns = text_columns(table)
    fields = [field for field in table.fields if field.kind == "C"]
    cut: set[int] = set()
    whole = [[without_half(n) if len(n) >= _NAME else n for n in names]]
    for field, cells in zip(fields, columns, strict=True):
        kept = [without_half(c) if len(c) == field.width else c for c in cells]
        cut |= {k for k, (a, b) in enumerate(zip(cells, kept, strict=True)) if a != b}
        whole.append(kept)
    try:
        letters = any(not text.decode().isascii() for texts in whole for text in texts)
    except UnicodeDecodeError:
        letters = False
    return whole, sorted(cut) if letters else []


def without_half(text: bytes) -> bytes:
    """Return a text without the first bytes of a letter of UTF-8 at its end."""
    for back in range(1, min(_LETTER, len(text) + 1)):
        first = text[-back]
        if first >= _FIRST:
            size = 2 + (first >= 0xE0) + (first >= 0xF0)  # noqa: PLR2004 - lengths in UTF-8
            return text[:-back] if size > back else text
        if first < _BEHIND:
            return text
    return text


def plain_column(table: Table, field: Field) -> list[Any]:
    """Return a column of texts in UTF-8 or of numbers as GDAL and geopandas would read it.

    A blank is None, and then numbers are floats.

    Raises
    ------
    NotPlainError
        For dates, truth values, numbers that are none.
    """
    cells = table.cells(field)
    if field.kind == "C":
        require(not any(b"\0" in cell or cell[:1].isspace() for cell in cells), "plain texts")
        return [cell.decode() or None for cell in cells]
    require(field.kind == "N", "texts and numbers alone")
    # GDAL writes stars for null (as dBASE does for what is too wide).
    numbers = [b"" if cell.startswith(b"*") else cell.strip() for cell in cells]
    whole = field.decimals == 0
    require(field.width <= _INT_DIGITS or not whole, "integers of 64 bits")
    form = _INTEGER if whole else _DECIMAL
    require(all(form.fullmatch(number) for number in numbers if number), "numbers in digits")
    read = int if whole and all(numbers) else float
    return [read(number) if number else None for number in numbers]


def numbers_as_written(table: Table) -> dict[int, tuple[list[Any], str]]:
    """Return columns of numbers that are not written as dBASE has them, read as they are.

    GDAL reads the digits before a point or comma that it does not expect, and says nothing where
    the field is of whole numbers: ``3.137`` becomes 3. A field of whole numbers has points between
    thousands; if its cells show that they are decimals, it has these.

    Returns
    -------
    dict
        By position of the field: its values (texts as they stand if they are no numbers), and a
        cell of the kind.
    """
    found: dict[int, tuple[list[Any], str]] = {}
    for k, field in enumerate(table.fields):
        if field.kind not in "NF":
            continue
        cells = [b"" if c.startswith(b"*") else c.strip() for c in table.cells(field)]
        whole = field.decimals == 0 and field.kind == "N"
        odd = [c for c in cells if c and not (_INTEGER if whole else _DECIMAL).fullmatch(c)]
        odd = [c for c in odd if not _EXPONENT.fullmatch(c)]
        if not odd:
            continue
        texts = [cell.decode("latin-1") for cell in cells]
        read = read_numbers(texts, whole=whole)
        if read.wrong:
            found[k] = ([text or None for text in texts], odd[0].decode("latin-1"))
            continue
        known = [v for v in read.values if not math.isnan(v)]
        as_int = len(known) == len(cells) and all(v.is_integer() for v in known)
        values = [int(v) if as_int else v for v in read.values]
        found[k] = (values, odd[0].decode("latin-1"))
    return found
