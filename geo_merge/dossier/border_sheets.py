"""The sheet on which two units confirm their border: sketch, words, sections, every point."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd

from geo_merge.dossier.border_sketch import sketch
from geo_merge.dossier.border_words import WINDS, Words, sections
from geo_merge.dossier.content import Block, Column, Document, Heading, Paragraph, Section, Table
from geo_merge.dossier.to_docx import docx
from geo_merge.geometry.projection import describe
from geo_merge.texts import number
from geo_merge.vocabulary.shown import shown as plain


def sheet(words: Words, left: str, right: str, letterhead: tuple[str, ...] = ()) -> bytes:
    """Return the sheet of the border between two units as DOCX.

    Parameters
    ----------
    words
        The records, and the language of the sheet.
    left, right
        Codes of the units, as `border_files.pairs` has them.
    letterhead
        Lines that official papers of the country begin with.

    Raises
    ------
    UsageError
        If python-docx or typst, which draws the sketch, is not installed.
    """
    return docx(document(words, left, right, letterhead))


def document(words: Words, left: str, right: str, letterhead: tuple[str, ...] = ()) -> Document:
    """Return what the sheet of the border between two units says; see `sheet`."""
    names = [plain(words.records.name(code)) for code in (left, right)]
    table = words.records.lines
    lines = table[(table["left_code"] == left) & (table["right_code"] == right)]
    blocks = [*_head(words, lines, names), Heading(words.text("sketch")),
              sketch(words, left, right)]  # fmt: skip
    for k, line in enumerate(map(str, lines.index), start=1):
        blocks += _line(words, line, k if len(lines) > 1 else 0)
    blocks.append(Paragraph(words.text("confirmed")))
    signing = [name.upper() for name in names] if words.language == "vi" else names
    return Document(
        language=words.language,
        title=words.text("sheet_title"),
        subtitle=words.text("between", left=names[0], right=names[1]),
        date=words.text("undated"),
        page=words.text("page"),
        head=letterhead,
        signatures=tuple(words.text("signed", unit=name) for name in signing),
        sections=(Section("border", "", tuple(blocks)),),
    )


def _head(words: Words, lines: gpd.GeoDataFrame, names: list[str]) -> Iterator[Block]:
    records = words.records
    distance = number(records.distance, words.language, 2).rstrip("0").rstrip(".,")
    yield Table.of_facts([
        (words.text("neighbours"), f"{names[0]}; {names[1]}"),
        (words.text("stretches"), ", ".join(map(str, lines.index))),
        (words.text("length"), words.metres(float(lines["length_m"].sum()), 2)),
        (words.text("number_of_points"), number(int(lines["points"].sum()), words.language)),
        (words.text("plane"), describe(records.crs)),
    ])  # fmt: skip
    yield Paragraph(words.text("how", distance=f"{distance} m"), "note")


def _line(words: Words, line: str, stretch: int) -> Iterator[Block]:
    title = words.text("stretch", number=stretch, line=line) if stretch else words.text("course")
    yield Heading(title)
    yield Paragraph(plain(words.description(line)))
    yield _sections(words, line)
    yield _points(words, line)


def _sections(words: Words, line: str) -> Table:
    columns = (
        Column(words.text("from_point"), 2), Column(words.text("to"), 2),
        Column(words.text("direction"), 2), Column(words.text("azimuth"), 2, "right"),
        Column(words.text("length_m"), 2, "right"),
    )  # fmt: skip
    rows = [
        (str(part.first), str(part.last), words.text(WINDS[part.wind]),
         f"{number(part.azimuth, words.language, 1)}°", number(part.length, words.language, 2))
        for part in sections(words.points(line))
    ]  # fmt: skip
    return Table.of(columns, rows, caption=words.text("sections_of", line=line))


def _points(words: Words, line: str) -> Table:
    columns = (
        Column(words.text("point"), 3), Column(words.text("northing"), 4, "right"),
        Column(words.text("easting"), 4, "right"), Column(words.text("latitude"), 4, "right"),
        Column(words.text("longitude"), 4, "right"), Column(words.text("along"), 3, "right"),
    )  # fmt: skip
    metres = ("northing_m", "easting_m"), 3
    degrees = ("latitude", "longitude"), 8
    rows = []
    for row in words.points(line).to_dict("records"):
        figures = [
            number(float(row[name]), words.language, digits)
            for names, digits in (metres, degrees)
            for name in names
        ]
        name = f"{row['point']} ({row['node']})" if row["node"] else str(row["point"])
        rows.append((name, *figures, number(float(row["along_m"]), words.language, 2)))
    return Table.of(columns, rows, caption=words.text("points_of", line=line))
