"""Tables in Parquet: one file, or a folder of parts as Dask, Spark and pandas write them.

Everything is told by the metadata; rows are read piece by piece, whoever reads them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from geo_merge.errors import TableError
from geo_merge.reading.library_words import said_by_library
from geo_merge.vocabulary.codes import text_of
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import Sentence, sentence

SUFFIXES = (".parquet", ".geoparquet")
PIECE = 250_000  # rows that are worth a task of their own
_PARTITION = re.compile(r"([^/=]+)=([^/]*)")
_BLANK = "__HIVE_DEFAULT_PARTITION__"  # the folder of rows without a value, as Hive calls it


@dataclass(frozen=True)
class Piece:
    """Rows of a table that stand together in one file.

    Attributes
    ----------
    path
        The file, from the root.
    first
        The number of its first row within the whole table, from 1.
    rows
        How many they are.
    groups
        The row groups of the file that they fill; None for all of it.
    folders
        Columns whose value is in the names of folders (``province=24/``), and the value.
    """

    path: Path
    first: int
    rows: int
    groups: tuple[int, ...] | None
    folders: tuple[tuple[str, str], ...] = ()

    def own(self, headings: tuple[str, ...]) -> tuple[str, ...]:
        """Return the columns that the file itself has."""
        told = dict(self.folders)
        return tuple(heading for heading in headings if heading not in told)

    def blocks(
        self, headings: tuple[str, ...], size: int
    ) -> Iterator[tuple[list[int], list[list[str]]]]:
        """Yield rows as texts, `size` at once, with their numbers.

        Raises
        ------
        TableError
            If the file is damaged where it is read.
        """
        import pyarrow as pa  # noqa: PLC0415 - only Parquet needs it
        import pyarrow.parquet as pq  # noqa: PLC0415

        told, own = dict(self.folders), self.own(headings)
        number = self.first
        try:
            with pq.ParquetFile(
                self.path, memory_map=True, page_checksum_verification=True
            ) as file:
                for batch in file.iter_batches(size, row_groups=self.groups, columns=list(own)):
                    count = batch.num_rows
                    cells = {h: list(map(_text, batch.column(h).to_pylist())) for h in own}
                    columns = [cells[h] if h in cells else [told[h]] * count for h in headings]
                    yield (list(range(number, number + count)),
                           list(map(list, zip(*columns, strict=True))))  # fmt: skip
                    number += count
        except (pa.ArrowException, OSError, OverflowError, ValueError) as error:
            raise _unreadable(self.path, error) from error  # also of days that no calendar has
        if number - self.first != self.rows:
            raise TableError(sentence("F04.parquet_rows", name=self.path.name, n=self.rows,
                                      there=number - self.first))  # fmt: skip


@dataclass(frozen=True)
class Parts:
    """A table as the metadata of its files tell it.

    Attributes
    ----------
    headings
        One a column, those in names of folders last.
    pieces
        Its rows, in their order.
    types
        Columns that hold numbers, and their types as Parquet calls them.
    findings
        What is left out.
    """

    headings: tuple[str, ...]
    pieces: tuple[Piece, ...]
    types: Mapping[str, str]
    findings: tuple[Finding, ...]


def parts_of(path: Path) -> Parts:
    """Return what a file, or all files of a folder in the order of their names, say of themselves.

    Names that start with a dot or an underscore are marks of the program that wrote the folder.

    Raises
    ------
    TableError
        If there is none, one cannot be read, the parts have different columns, or no rows.
    """
    if not path.exists():
        raise TableError(sentence("F01.no_table", path=path))
    files = sorted(_files(path), key=_natural) if path.is_dir() else [path]
    filled = [each for file in files if (each := _about(file, path)).rows]
    if not filled:
        raise TableError(sentence("W07.no_rows", name=path.name))
    first = filled[0]
    problems = [
        _differs(each.path, first.path, path, told)
        for each in filled[1:] if (told := _differences(first.names, each.names))
    ]  # fmt: skip
    if problems:
        raise TableError(problems)
    bytes_in = {f.name for each in filled for f in each.schema if _is_bytes(f.type)}
    headings = tuple(name for name in first.names if name not in bytes_in)
    if not headings:
        raise TableError(sentence("W07.no_rows", name=path.name))
    lost = sentence("W07.bytes", name=path.name, columns=sorted(bytes_in), n=len(bytes_in))
    return Parts(headings, tuple(_pieces(filled)), _numbers([each.schema for each in filled]),
                 (Finding.of(lost),) if bytes_in else ())  # fmt: skip


def _files(folder: Path) -> Iterator[Path]:
    """Yield the parts of a folder and of those within it."""
    there = [p for p in folder.iterdir() if not p.name.startswith((".", "_"))]
    for path in there:
        if path.is_dir():
            yield from _files(path)
        elif path.suffix.lower() in SUFFIXES:
            yield path
        else:
            raise TableError(sentence("F01.no_parquet_beside", name=folder.name, other=path.name))


def _natural(path: Path) -> list[tuple[int, str]]:
    """Return a key that sorts numbers in names by value: part.2 before part.10."""
    parts = re.split(r"([0-9]+)", path.as_posix())
    return [(int(t), "") if t.isdigit() else (-1, t) for t in parts]


def _folders(file: Path, root: Path) -> tuple[tuple[str, str], ...]:
    """Return the columns that the names of folders below the root hold, as texts."""
    within = file.relative_to(root).parts[:-1] if file != root else ()
    told = [(unquote(m[1]), unquote(m[2])) for m in map(_PARTITION.fullmatch, within) if m]
    return tuple((name, "" if value == _BLANK else value) for name, value in told)


@dataclass(frozen=True)
class _File:
    path: Path
    schema: Any
    groups: tuple[int, ...]  # rows of each row group
    folders: tuple[tuple[str, str], ...]

    @property
    def rows(self) -> int:
        return sum(self.groups)

    @property
    def names(self) -> list[str]:
        return [*self.schema.names, *(name for name, _ in self.folders)]


def _about(file: Path, root: Path) -> _File:
    """Return what the metadata of a file say."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with pq.ParquetFile(file) as opened:
            header, schema = opened.metadata, opened.schema_arrow
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(file, error) from error
    doubled = [name for name, count in Counter(schema.names).items() if count > 1]
    if doubled:
        raise TableError(sentence("F04.doubled_columns", name=file.name, columns=doubled))
    rows = tuple(header.row_group(k).num_rows for k in range(header.num_row_groups))
    folders = [(n, value) for n, value in _folders(file, root) if n not in schema.names]
    return _File(file.resolve(), schema, rows, tuple(folders))


def _unreadable(file: Path, error: Exception) -> TableError:
    reason = said_by_library((str(error).splitlines() or [""])[0], file.name)
    return TableError(sentence("F01.no_parquet", name=file.name, reason=reason))


def _differs(file: Path, first: Path, root: Path, told: list[Sentence]) -> str:
    where = f"{root.name}/{file.relative_to(root.resolve()).as_posix()}"
    return sentence("F04.columns", where=where, file=first.name, told=told)


def _differences(first: list[str], other: list[str]) -> list[Sentence]:
    missing = [sentence("F04.no_column", column=c) for c in first if c not in other]
    return missing + [sentence("F04.besides", column=c) for c in other if c not in first]


def _is_bytes(kind: Any) -> bool:  # noqa: ANN401 - a type of pyarrow
    import pyarrow as pa  # noqa: PLC0415

    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
                or pa.types.is_fixed_size_binary(kind))  # fmt: skip


def _numbers(schemas: list[Any]) -> dict[str, str]:
    """Return the type of each column that is one of numbers in all parts, wide enough for all."""
    import pyarrow as pa  # noqa: PLC0415

    found = {}
    for name in schemas[0].names:
        kinds = {schema.field(name).type for schema in schemas} - {pa.null()}
        if kinds and all(pa.types.is_integer(k) or pa.types.is_floating(k) for k in kinds):
            whole = all(map(pa.types.is_integer, kinds))
            one = next(iter(kinds)) if len(kinds) == 1 else pa.int64() if whole else pa.float64()
            found[name] = str(one)
    return found


def _pieces(filled: list[_File]) -> Iterator[Piece]:
    """Yield each file, or runs of row groups of one that is long."""
    number = 1
    for file in filled:
        for groups in _runs(file.groups):
            count = sum(file.groups[k] for k in groups)
            whole = len(groups) == len(file.groups)
            yield Piece(file.path, number, count, None if whole else groups, file.folders)
            number += count


def _runs(rows: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield runs of row groups, each of `PIECE` rows or a little more; what is left goes last."""
    left, run, count = sum(rows), [], 0
    for k, its in enumerate(rows):
        run.append(k)
        count += its
        if count >= PIECE and left - count >= PIECE:
            yield tuple(run)
            left, run, count = left - count, [], 0
    if run:
        yield tuple(run)


def _text(value: object) -> str:
    return value if isinstance(value, str) else text_of(value)
