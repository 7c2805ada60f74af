"""What a paper says, whatever it is written as: sections of headings, paragraphs, tables and maps.

Texts are texts: a writer shows every character of them, and none is a command of Word, typst or a
browser. `vocabulary.shown` takes out what no paper can show.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from geo_merge.dossier.form import A4, Paper
from geo_merge.texts import Language
from geo_merge.vocabulary.shown import shown

Align = Literal["left", "right", "centre"]
Style = Literal["body", "note", "lead", "warning"]
MOST_ROWS = 5_000  # of a planner's table on a paper: 150 pages, some seconds of typst or Word


@dataclass(frozen=True)
class Heading:
    """A heading within a section; level 2 stands below the section's own."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; its style says how much it weighs."""

    text: str
    style: Style = "body"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    title
        Its heading; blank in tables of names and values.
    width
        Its part of the width of the table, relative to the others'.
    align
        Where its texts stand; figures stand right.
    """

    title: str
    width: float = 1.0
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """A table, whose headings are repeated on every page.

    Attributes
    ----------
    columns, rows
        A text for each column in each row.
    total
        Whether the last row is a sum.
    caption
        What it shows; blank if the heading above says so.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: bool = False
    caption: str = ""

    @property
    def has_titles(self) -> bool:
        """Whether it has headings to show."""
        return any(column.title for column in self.columns)

    @classmethod
    def of(
        cls, columns: Iterable[Column], rows: Iterable[Iterable[str]], *,
        total: bool = False, caption: str = "",
    ) -> Table:  # fmt: skip
        """Make a table of texts as they come."""
        cells = tuple(tuple(shown(cell) for cell in row) for row in rows)
        return cls(tuple(columns), cells, total, shown(caption))

    @classmethod
    def of_facts(cls, facts: Iterable[tuple[str, str]]) -> Table:
        """Make a table of names and values, without headings."""
        return cls.of((Column("", 2), Column("", 3)), facts)


@dataclass(frozen=True)
class Figure:
    """A map: SVG whose user unit is a millimetre of paper.

    Attributes
    ----------
    svg
        The drawing.
    width, height
        Millimetres; printed so, the map has the scale that it states.
    title
        What it shows, for those who cannot see it.
    """

    svg: str
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Heading | Paragraph | Table | Figure | PageBreak


@dataclass(frozen=True)
class Section:
    """A section of a paper.

    Attributes
    ----------
    key
        What it is chosen by.
    title
        Its heading; blank where it goes on from the section before, on other paper.
    blocks
        What it says, in order.
    paper
        The paper that it is printed on; another than before begins a new page.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]
    paper: Paper = A4


@dataclass(frozen=True)
class Document:
    """A paper.

    Attributes
    ----------
    language
        Of all its words.
    title, subtitle
        What it is, and of what.
    head
        Lines that official papers of the country begin with.
    date
        As it is written in the language.
    page
        The foot of each page, with ``{page}`` and ``{pages}``.
    signatures
        Who signs it: the places to the left and right of its end.
    sections
        What it says, in order.
    has_front
        Whether it begins with head, title and date.
    """

    language: Language
    title: str
    subtitle: str
    date: str
    page: str
    sections: tuple[Section, ...]
    head: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    has_front: bool = True

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its maps, in order."""
        return tuple(
            block
            for section in self.sections
            for block in section.blocks
            if isinstance(block, Figure)
        )
