"""Tables as separated texts: their encoding, their separator, their cells."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from geo_merge.errors import TableError
from geo_merge.reading.encodings import (
    ADVICE,
    Texts,
    decide,
    holds_utf8,
    kept_utf8,
    known_codec,
    marked_codec,
    utf16_without_mark,
)
from geo_merge.reading.table_headings import SEARCHED, known
from geo_merge.reading.table_rows import Row, Sheet, refuse_wide
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

_DELIMITERS = ",;\t|"
_END = "\x1a"  # as DOS ended files
_LOOKED_AT = 10_000  # characters of a line, for the separator
_AS_FORMULA = re.compile(r'="(.*)"', re.DOTALL)


def read_csv(path: Path, data: bytes, texts: Texts, sizes: Sizes) -> Sheet:
    """Read a CSV table; see `tables.read_table`."""
    text, findings = _decode(path, data, texts, sizes)
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        raise TableError(sentence("W08.nul", name=path.name, row=row))
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix(_END)
    skipped = 0
    delimiter = None
    if text[:4].lower() == "sep=":  # a hint that Excel writes
        hint, _, text = text.partition("\n")
        delimiter, skipped = hint[4:5], 1
    delimiter = delimiter or delimiter_of(text)
    rows: list[Row] = []
    number = skipped
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1 + skipped):
            if cells:
                refuse_wide(path.name, len(cells), sizes)
                rows.append((number, [kept_text(c) for c in cells]))
    except csv.Error as error:
        raise TableError(sentence("W08.quote", source=path.name, row=str(number + 1))) from error
    return Sheet(path.name, rows, list(findings))


def kept_text(cell: str) -> str:
    """Return what ``="09010"`` shows: Excel writes so what shall stay a text."""
    formula = _AS_FORMULA.fullmatch(cell.strip())
    return formula[1].replace('""', '"') if formula else cell


def _decode(path: Path, data: bytes, texts: Texts, sizes: Sizes) -> tuple[str, tuple[Finding, ...]]:
    if data[:4] == b"PK\x03\x04":
        raise TableError(sentence("F01.csv_is_zip", name=path.name))
    marked = marked_codec(data)
    if marked is not None:
        try:
            return data.decode(marked), ()
        except UnicodeDecodeError as error:
            raise TableError(
                sentence("F05.first_bytes", name=path.name, at=error.start, codec=marked.upper())
            ) from error
    asked = known_codec(texts.asked or "utf-8")
    if asked is None:
        raise TableError(sentence("F05.table_codec", name=path.name, encoding=texts.asked))
    wide = utf16_without_mark(data)
    if wide is not None:
        return data.decode(wide), (_unmarked(path, wide),)
    if texts.asked is not None and holds_utf8([_words(data)], asked, texts):
        return data.decode("utf-8"), (kept_utf8(path.name, texts.asked),)
    try:
        return data.decode(asked), ()
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        _check_end(path, row, error)
        wrong = sentence("F05.row", name=path.name, row=row, codec=asked.upper(),
                         byte=data[error.start])  # fmt: skip
    if texts.asked is not None:
        raise TableError(sentence("F05.other_encoding", wrong=wrong))
    found, findings = _found_encoding(path, data, texts, wrong, sizes)
    return texts.decode(data, found), findings


def _check_end(path: Path, row: int, error: UnicodeDecodeError) -> None:
    """Refuse a table in UTF-8 that was cut off within its last character."""
    before = error.object[: error.start]
    if error.reason == "unexpected end of data" and not before.isascii():
        raise TableError(sentence("F03.within_character", name=path.name, row=row))


def _words(data: bytes) -> list[bytes]:
    """Return the cells of a table that are not plain ASCII, whatever separates them."""
    cells = re.split(rb"[,;\t|\r\n]", data)
    return list(dict.fromkeys(cell.strip(b' "') for cell in cells if not cell.isascii()))


def _unmarked(path: Path, codec: str) -> Finding:
    return Finding.of(sentence("F05.no_mark", name=path.name, codec=codec.upper()))


def _found_encoding(
    path: Path, data: bytes, texts: Texts, wrong: str, sizes: Sizes
) -> tuple[str, tuple[Finding, ...]]:
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    delimiter = delimiter_of(lines[0].decode("ascii", "replace")).encode()
    cells = [[cell.strip(b' "') for cell in line.split(delimiter)] for line in lines]
    refuse_wide(path.name, max(map(len, cells)), sizes)
    columns: list[list[bytes]] = [[] for _ in range(max(map(len, cells)))]
    for row in cells:
        for column, cell in zip(columns, row, strict=False):
            column.append(cell)
    decision = decide(columns, path.name, None, sentence("F05.not_utf8"), texts)
    if decision.encoding is None:
        raise TableError(
            sentence("F05.table_unclear", wrong=wrong, tried=decision.scores.told(), advice=ADVICE)
        )
    return decision.encoding, decision.findings


def delimiter_of(text: str) -> str:
    """Return the separator that splits the headings, or else the first line, into most cells."""
    begun = text.split("\n", SEARCHED)[:SEARCHED]
    lines = [line[:_LOOKED_AT] for line in begun if line.strip()]

    def fits(delimiter: str) -> tuple[int, int, int]:
        split = [[cell.strip(' "') for cell in line.split(delimiter)] for line in lines]
        counts = [len(cells) - 1 for cells in split] or [0]
        return max(map(known, split), default=0), counts[0], sum(counts)

    return max(_DELIMITERS, key=fits)
