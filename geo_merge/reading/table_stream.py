"""Tables of any length, block by block: CSV, XLSX, Parquet and folders of it."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Protocol

from geo_merge.errors import TableError
from geo_merge.reading.encodings import known_codec, texts_of
from geo_merge.reading.parquet_blocks import blocks_of
from geo_merge.reading.parquet_pieces import SUFFIXES, Piece, parts_of
from geo_merge.reading.table_csv import delimiter_of, kept_text, read_csv
from geo_merge.reading.table_headings import find_headings
from geo_merge.reading.table_rows import refuse_wide
from geo_merge.reading.tables import read_table
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.memory import findings_of, sources_of
from geo_merge.vocabulary.sentence import sentence

BLOCK = 20_000  # rows at once
_HEAD = 2**20  # bytes in which the headings of a long CSV are looked for
Block = tuple[list[int], list[list[str]]]


class _Blocks(Protocol):
    def __call__(self) -> Iterator[Block]: ...


@dataclass(frozen=True)
class Table:
    """A table whose rows are read when they are asked for, every time anew.

    Attributes
    ----------
    name
        File and sheet, for messages.
    headings
        One a column.
    blocks
        Returns the rows, each with the number that a spreadsheet or editor shows.
    findings
        What was noticed in reading.
    types
        Columns that hold numbers in a file that says so, and the types as Parquet calls them.
    pieces
        Rows that stand together, each of which may be read elsewhere; of Parquet alone.
    ratio
        How many times as large as its files the rows may be; of Parquet alone.
    """

    name: str
    headings: tuple[str, ...]
    blocks: _Blocks
    findings: tuple[Finding, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    pieces: tuple[Piece, ...] = ()
    ratio: float = math.inf

    def of_piece(self, piece: Piece) -> Table:
        """Return the table with the rows of a piece alone, and the numbers that they have in it."""
        blocks = partial(blocks_of, (piece,), self.headings, BLOCK, self.ratio)
        return replace(self, blocks=blocks, pieces=(piece,))


def open_table(
    path: Path,
    *,
    encoding: str | None = None,
    sizes: Sizes | None = None,
    country: Country = PLAIN,
) -> Table:
    """Open a table to be read in blocks.

    Tables up to ``table_mb`` are read as `tables.read_table` reads them; a longer CSV has to be in
    UTF-8, UTF-16 or the encoding that is named, with its headings in the first MB.

    Raises
    ------
    TableError
        As `tables.read_table`; of a long CSV, a row that is wrong is told when it is reached.
    """
    sizes = sizes or Sizes()
    if path.suffix.lower() in SUFFIXES or path.is_dir():
        return _open_parquet(path, sizes)
    is_csv = path.suffix.lower() in {".csv", ".tsv", ".txt"}
    if is_csv and path.is_file() and path.stat().st_size > sizes.table_mb * 2**20:
        return _open_csv(path, encoding, sizes, country)
    frame = read_table(path, encoding=encoding, sizes=replace(sizes, table_rows=float("inf")),
                       country=country)  # fmt: skip
    source = str(sources_of(frame)[0]["source"])
    numbers, rows = [int(n) for n in frame.index], frame.to_numpy(dtype=object).tolist()
    whole = partial(_cut, numbers, rows)
    return Table(source, tuple(map(str, frame.columns)), whole, tuple(findings_of(frame)))


def _cut(numbers: list[int], rows: list[list[str]]) -> Iterator[Block]:
    for k in range(0, len(rows), BLOCK):
        yield numbers[k : k + BLOCK], rows[k : k + BLOCK]


def _open_csv(path: Path, encoding: str | None, sizes: Sizes, country: Country) -> Table:
    head, codec = _head(path, encoding)
    text = head.decode(codec)
    sheet = read_csv(path, head, texts_of(country, codec if encoding else None), sizes)
    _, headings, body = find_headings(sheet)
    if not body:
        raise TableError(sentence("W07.no_rows_in_mb", name=path.name))
    skipped = text[:4].lower() == "sep="
    delimiter = text[4:5] if skipped else delimiter_of(text)
    first = body[0][0]
    read = partial(_csv_blocks, path, codec, delimiter, first, len(headings))
    return Table(path.name, tuple(headings), read, tuple(sheet.findings))


def _head(path: Path, encoding: str | None) -> tuple[bytes, str]:
    """Return the first lines of a long CSV, whole records of them, and its encoding."""
    with path.open("rb") as file:
        data = file.read(_HEAD)
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise TableError(sentence("F05.long_utf16", name=path.name))
    lines, quotes, end = data.split(b"\n")[:-1], 0, 0
    for k, line in enumerate(lines, start=1):
        quotes += line.count(b'"')
        end = k if quotes % 2 == 0 else end
    head = b"\n".join([*lines[:end], b""])
    asked = None if encoding is None else known_codec(encoding)
    try:
        head.decode("utf-8-sig")
    except UnicodeDecodeError:
        if asked is None:
            raise TableError(sentence("F05.long_not_utf8", name=path.name)) from None
        return head, asked
    return head, "utf-8-sig"


def _csv_blocks(
    path: Path, codec: str, delimiter: str, first: int, width: int
) -> Iterator[Block]:  # fmt: skip
    with path.open(encoding=codec, newline="") as file:
        numbers = count(1)
        reader = zip(csv.reader(file, delimiter=delimiter, strict=True), numbers, strict=False)
        kept = ((number, cells) for cells, number in reader if number >= first)
        try:
            while block := list(islice(kept, BLOCK)):
                rows = [(n, cells) for n, cells in block if any(map(str.strip, cells))]
                yield [n for n, _ in rows], [_of_width(path, n, c, width) for n, c in rows]
        except csv.Error as error:
            raise TableError(
                sentence("W08.quote", source=path.name, row=str(next(numbers)))
            ) from error
        except UnicodeDecodeError as error:
            raise TableError(sentence("F05.throughout", name=path.name, codec=codec.upper(),
                                      byte=error.object[error.start])) from error  # fmt: skip


def _of_width(path: Path, number: int, cells: list[str], width: int) -> list[str]:
    if len(cells) != width:
        if len(cells) > width and not any(map(str.strip, cells[width:])):
            return cells[:width]
        raise TableError(sentence("W08.cells", name=path.name, row=number, n=len(cells),
                                  columns=width, told=" | ".join(cells)[:80]))  # fmt: skip
    return [kept_text(cell) if cell.startswith("=") else cell for cell in cells]


def _open_parquet(path: Path, sizes: Sizes) -> Table:
    parts = parts_of(path)
    refuse_wide(path.name, len(parts.headings), sizes)
    ratio = sizes.archive_ratio
    blocks = partial(blocks_of, parts.pieces, parts.headings, BLOCK, ratio)
    return Table(
        path.name, parts.headings, blocks, parts.findings, parts.types, parts.pieces, ratio
    )


def first_rows(table: Table, most: int) -> tuple[list[int], list[list[str]]]:
    """Return the first rows of a table, with their numbers."""
    numbers: list[int] = []
    rows: list[list[str]] = []
    for its_numbers, its_rows in table.blocks():
        numbers += its_numbers
        rows += its_rows
        if len(rows) >= most:
            break
    return numbers[:most], rows[:most]


def columns_of(rows: Iterable[list[str]], width: int) -> list[list[str]]:
    """Return rows column by column."""
    found = [list(column) for column in zip(*rows, strict=True)]
    return found or [[] for _ in range(width)]
