"""The sections of a paper that are drawn: the whole land, and a sheet for each new unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import get_args

import pandas as pd

from geo_merge.dossier.content import (
    Block,
    Column,
    Heading,
    PageBreak,
    Paragraph,
    Section,
    Table,
)
from geo_merge.dossier.form import A3, A4, SMALL, Paper
from geo_merge.dossier.material import NOTHING, Material
from geo_merge.dossier.offices.after import MIDDLE
from geo_merge.dossier.offices_section import facts
from geo_merge.dossier.sections import measure
from geo_merge.dossier.sheets.atlas import (
    Atlas,
    Side,
    map_of_all,
    map_of_offices,
    map_of_unit,
    paper_for,
)
from geo_merge.dossier.sheets.svg import text_width
from geo_merge.vocabulary.sentence import title_of
from geo_merge.vocabulary.shown import shown

# Checks that speak of new units: codes of old ones mean something else.
_OF_NEW = ("D", "P", "C06", "C08", "G11")
_NOTE = SMALL * 25.4 / 72  # millimetres: letters of a note


def atlas_of(m: Material, *, borders: bool = True) -> Atlas:
    """Return what the maps of a paper are drawn from; sheets of a view need no common borders."""
    files = dict.fromkeys(str(s.get("source", "")) for s in m.manifest.get("sources", []))
    source = m.t("map_source", files=shown(", ".join(filter(None, files)) or NOTHING))
    seats = {} if m.offices is None else m.offices.places
    neighbours = m.neighbours if borders else {}
    return Atlas(m.result, m.language, m.date, source, neighbours, seats, m.outside)


def maps(m: Material, atlas: Atlas, scale: float | None) -> Iterator[Section]:
    """Yield the land before, after and both, on A4 and A3, or at one scale on what it needs."""
    title = m.t("section_maps")
    sides: tuple[Side, ...] = get_args(Side)
    for paper in (A4, A3) if scale is None else (A4,):
        held = paper_for(atlas, scale, paper)
        for side in sides:
            figure, missed = map_of_all(atlas, side, held, scale)
            note = _without_place(m, missed, paper, scale)
            if missed and scale is None:  # a note that has no room stands alone on the next page
                figure, missed = map_of_all(atlas, side, held, below=_height(note, held))
                note = _without_place(m, missed, paper, scale)
            notes = [Paragraph(note, "note")] if missed else []
            starts = [] if side == sides[0] else [PageBreak()]
            yield Section("maps", title, (*starts, figure, *notes), held)
            title = ""


def _without_place(m: Material, names: Sequence[str], paper: Paper, scale: float | None) -> str:
    """Return which names a map has no room for, or that they stand on the larger map behind it."""
    if scale is None and paper is not A3:
        return m.t("no_place_here", count=m.n(len(names)))
    return m.t("no_place", names="; ".join(names))


def _height(note: str, paper: Paper) -> float:
    """Return how many millimetres of a page a note takes at most."""
    return (ceil(text_width(note, _NOTE) / paper.inner[0]) + 1) * _NOTE * 1.5


def offices_map(m: Material, atlas: Atlas) -> Iterator[Section]:
    """Yield what becomes of the offices on a map, where anything is known of them."""
    if m.offices is None:
        return
    paper = paper_for(atlas, None, A3)
    figure, missed = map_of_offices(atlas, m.offices.table, paper)
    notes = [Paragraph(m.t("no_place", names="; ".join(missed)), "note")] if missed else []
    table = m.offices.table
    counts = {"offices_middle": (table["place"] == MIDDLE).sum(),
              "offices_nowhere": table["lon"].isna().sum()}  # fmt: skip
    notes += [Paragraph(m.t(key, count=m.n(n)), "note") for key, n in counts.items() if n]
    yield Section("offices", "", (figure, *notes), paper)


def unit_sheets(m: Material, atlas: Atlas) -> Iterator[Section]:
    """Yield a sheet for each new unit: map, figures, members, neighbours, seat, findings."""
    title = m.t("section_sheets")
    for code in map(str, m.result.new.index):
        figure, missed = map_of_unit(atlas, code, A4.inner[0])
        blocks: list[Block] = [
            PageBreak(), Heading(shown(f"{m.name_of(code)} ({code})")), figure,
            *([Paragraph(m.t("no_place", names="; ".join(missed)), "note")] if missed else []),
            Table.of_facts(_facts(m, code)), *_neighbours(m, code), *_findings(m, code),
        ]  # fmt: skip
        yield Section("sheets", title, tuple(blocks[1 if title else 0 :]))
        title = ""


def _facts(m: Material, code: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each figure of a unit that is known."""
    row = m.result.statistics.loc[code]
    yield m.t("col_members"), f"{m.listed(row['member_names'])} ({m.n(row['member_count'])})"
    inside = [f"{m.below[c]} {name}" for c, name in zip(row["members"], row["member_names"],
              strict=True) if c in m.below]  # fmt: skip
    if inside:
        yield m.t("col_inside"), m.listed(inside)
    if row.get("pieces"):
        yield m.t("pieces"), m.listed(row["pieces"])
    yield m.t("area"), m.n(row["area_km2"], 2)
    if "population" in row:
        yield m.people_of, m.n(row["population"])
    if "density" in row:
        yield m.t("density"), m.n(row["density"], 1)
    if pd.notna(row.get("declared_area_km2")):
        difference = m.percent(row.get("area_km2_difference_percent"))
        yield m.t("col_declared_area"), f"{m.n(row['declared_area_km2'], 2)} ({difference})"
    if pd.notna(row.get("declared_population")):
        yield m.t("col_declared_people"), m.n(row["declared_population"])
    if m.offices is not None:
        yield from facts(m, m.offices, code)
    if code in m.notes:
        yield m.t("col_notes"), shown("; ".join(m.notes[code]))


def _neighbours(m: Material, code: str) -> Iterator[Block]:
    rows = m.borders[m.borders["one"] == code]
    if not len(rows):
        yield Paragraph(m.t("no_neighbours"), "note")
        return
    columns = (Column(m.t("col_neighbour"), 3), Column(m.t("col_border"), 1.4, "right"))
    texts = [(m.name_of(r["other"]), m.n(r["length_km"], 2)) for r in rows.to_dict("records")]
    total = (m.t("all"), m.n(rows["length_km"].sum(), 2))
    yield Table.of(columns, [*texts, total], total=True)


def _findings(m: Material, code: str) -> Iterator[Block]:
    found = m.result.findings
    of_new = found["check"].astype(str).str.startswith(_OF_NEW)
    rows = found[of_new & found["units"].map(lambda units: code in units)]
    if not len(rows):
        yield Paragraph(m.t("no_findings_here"), "note")
    for row in rows.to_dict("records"):
        value = measure(m, row["value"], row["unit_of_value"])
        severity = m.word("severity", row["severity"])
        name = title_of(row["check"], m.language)
        told = f"{severity} {row['check']}: {name}" + (f" ({value})" if value else "")
        yield Paragraph(shown(told), "note")
