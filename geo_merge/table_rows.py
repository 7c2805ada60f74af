"""A table as its file has it, before its headings are known."""

from __future__ import annotations

from dataclasses import dataclass, field

from geo_merge.finding import Finding

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
