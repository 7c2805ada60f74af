"""A table as its file has it, before its headings are known."""

from __future__ import annotations

from dataclasses import dataclass, field

from geo_merge.errors import TableError
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

Row = tuple[int, list[str]]


@dataclass
class Sheet:
    """Rows of text, each with the number that a spreadsheet or editor shows.

    Attributes
    ----------
    name
        File and sheet, for messages.
    rows
        Number and cells of each row.
    findings
        What was noticed in reading.
    """

    name: str
    rows: list[Row]
    findings: list[Finding] = field(default_factory=list)


def refuse_wide(name: str, columns: int, sizes: Sizes) -> None:
    """Raise TableError (S05) if a table has more columns than it may have."""
    if columns > sizes.table_columns:
        raise TableError(sentence("S05.wide", name=name, columns=columns, most=sizes.table_columns))
