"""Rows that are written piece by piece, by whoever has a piece, and put together in their order."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from geo_merge.errors import UsageError
from geo_merge.recoding.writing import Csv, Parquet, Sheets, beside
from geo_merge.vocabulary.sentence import sentence

SUFFIXES = (".parquet", "", ".csv")
_PART = "part-{:05}.parquet"
_OURS = re.compile(r"part-[0-9]{5,}\.parquet")
_PIECE = "piece"


@contextmanager
def piece(
    folder: Path, headings: Mapping[str, Sequence[str]], types: Mapping[str, str], *, as_csv: bool
) -> Iterator[Sheets]:
    """Give where the rows of a piece go, within a folder that `Joined.take` takes.

    Parameters
    ----------
    folder
        An empty one.
    headings, types
        As in `writing.opened`.
    as_csv
        Whether its rows will stand in a CSV with those of other pieces.
    """
    sheets = (
        Csv(folder / f"{_PIECE}.csv", headings, headed=False) if as_csv
        else Parquet(folder / f"{_PIECE}.parquet", headings, types, headed=False)
    )  # fmt: skip
    try:
        yield sheets
    finally:
        sheets.close()


class Joined(Csv):
    """The sheets of a table whose rows come in pieces: a folder of Parquet, or a CSV.

    Parameters
    ----------
    out
        The folder or the CSV.
    headings
        Of each sheet.
    """

    def __init__(self, out: Path, headings: Mapping[str, Sequence[str]]) -> None:
        super().__init__(out.with_suffix(".csv"), headings)
        self._folder = None if out.suffix.lower() == ".csv" else out
        self._parts = 0
        if self._folder is not None:
            self._folder.mkdir()

    def take(self, folder: Path) -> None:
        """Put the rows of the next piece below those that are there; its folder is emptied."""
        for sheet in self._headings:
            path = beside(folder / f"{_PIECE}.csv", sheet)
            if path.exists():
                self.append(sheet, path)
        if self._folder is not None:
            rows = folder / f"{_PIECE}.parquet"
            rows.replace(self._folder / _PART.format(self._parts))
            self._parts += 1
        shutil.rmtree(folder)


def check_out(out: Path) -> None:
    """Refuse a folder in whose place none of ours may be put.

    Parameters
    ----------
    out
        The folder or the CSV.

    Raises
    ------
    UsageError
        If it ends otherwise, or holds what no run of ours wrote.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise UsageError(sentence("recoding.engine_out"))
    if out.is_dir() and not all(_OURS.fullmatch(path.name) for path in out.iterdir()):
        raise UsageError(sentence("recoding.out_stands", out=out))
