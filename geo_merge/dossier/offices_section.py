"""What a paper says of seats and offices."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from geo_merge.dossier.content import (
    MOST_ROWS,
    Block,
    Column,
    Heading,
    Paragraph,
    Section,
    Table,
)
from geo_merge.dossier.form import A4
from geo_merge.dossier.material import NOTHING, Material
from geo_merge.dossier.offices.after import Offices, Status, weighted_mean
from geo_merge.dossier.offices.seats import Reading, Seat

_LONGEST = 10  # distances that are listed


def offices_section(m: Material) -> Section:
    """Return seats, offices and distances; or that nothing is known of seats."""
    title, offices = m.t("section_offices"), m.offices
    if offices is None:
        return Section("offices", title, (Paragraph(m.t("no_seats")),))
    blocks: list[Block] = [
        Paragraph(_answer(m, offices), "lead"), _counts(m, offices),
        Heading(m.t("readings")), _readings(m, offices), *_notes(m, offices),
        Heading(m.t("distances")), *_distances(m, offices),
        Heading(m.t("seats")), _seats(m, offices),
        Heading(m.t("form_01")), _form_01(m, offices),
    ]  # fmt: skip
    return Section("offices", title, tuple(blocks), A4.across)


def _answer(m: Material, offices: Offices) -> str:
    communes = int((offices.table["kind"] == "commune").sum())
    districts = int((offices.table["kind"] == "district").sum())
    above = offices.count("district", Status.FREED)
    return m.t("offices_answer", communes=m.n(communes), freed=m.n(offices.freed),
               districts=m.n(districts), freed_districts=m.n(above))  # fmt: skip


def _counts(m: Material, offices: Offices) -> Table:
    heads = [Column(m.t("col_office_kind"), 2)]
    heads += [Column(m.t(f"status_{s}"), 1, "right") for s in Status]
    kinds = [k for k in ("commune", "district", "other") if (offices.table["kind"] == k).any()]
    rows = [(m.t(f"office_{k}"), *(m.n(offices.count(k, s)) for s in Status)) for k in kinds]
    return Table.of(heads, rows)


def _readings(m: Material, offices: Offices) -> Table:
    columns = (Column(m.t("col_reading"), 4), Column(m.t("col_seats"), 1, "right"))
    rows = [(m.t(f"reading_{r}"), m.n(offices.readings[r])) for r in Reading
            if offices.readings.get(r)]  # fmt: skip
    total = (m.t("all"), m.n(len(offices.seats)))
    return Table.of(columns, [*rows, total], total=True)


def _notes(m: Material, offices: Offices) -> Iterator[Block]:
    """Yield what a planner has to know of how this was counted."""
    if offices.one_of:
        yield Paragraph(m.t("one_of", count=m.n(offices.one_of)), "note")
    for key, codes in (("outside", offices.outside), ("without_office", offices.without)):
        if codes:
            yield Paragraph(m.t(key, count=m.n(len(codes)), codes=", ".join(codes)), "note")
    for key, codes in (
        ("seats_outside", offices.seats_outside),
        ("contradicted", offices.contradicted),
    ):
        if codes:
            names = ", ".join(f"{m.name_of(c)} ({c})" for c in codes)
            yield Paragraph(m.t(key, count=m.n(len(codes)), names=names), "warning")


def _distances(m: Material, offices: Offices) -> Iterator[Block]:
    distances = offices.distances
    missing = [c for c in offices.seats if c not in offices.places]
    if missing:
        yield Paragraph(m.t("no_place_of_seat", count=m.n(len(missing)),
                            names=", ".join(map(m.name_of, missing))), "note")  # fmt: skip
    if not len(distances):
        return
    mean = weighted_mean(distances)
    yield Paragraph(
        m.t("mean_distance", km=m.n(mean, 2), people=m.people_of[:1].lower() + m.people_of[1:])
    )
    unknown = int((~(distances["people"] > 0)).sum())
    if unknown:
        yield Paragraph(m.t("no_people", count=m.n(unknown)), "note")
    longest = distances.sort_values(["km", "old_code"], ascending=[False, True]).head(_LONGEST)
    columns = (Column(m.t("col_old_unit"), 2), Column(m.t("col_unit"), 2),
               Column(m.t("col_km"), 1, "right"))  # fmt: skip
    rows = [(_old_name(m, r["old_code"]), m.name_of(r["new_code"]), m.n(r["km"], 2))
            for r in longest.to_dict("records")]  # fmt: skip
    yield Table.of(columns, rows, caption=m.t("longest"))


def _old_name(m: Material, code: str) -> str:
    rows = m.result.crosswalk[m.result.crosswalk["old_code"] == code]
    return code if not len(rows) else f"{rows.iloc[0]['old_type']} {rows.iloc[0]['old_name']}"


def _seats(m: Material, offices: Offices) -> Table:
    columns = [Column(m.t("col_code"), 0.8), Column(m.t("col_unit"), 2), Column(m.t("seat"), 3),
               Column(m.t("col_reading"), 2.4),
               *([Column(m.t("col_text"), 4)] if m.language == "vi" else [])]  # fmt: skip
    rows = [
        (code, m.name_of(code), _seat(m, seat), m.t(f"reading_{seat.reading}"),
         *([seat.text or NOTHING] if m.language == "vi" else []))
        for code, seat in offices.seats.items()
    ]  # fmt: skip
    return Table.of(columns, rows)


def _seat(m: Material, seat: Seat) -> str:
    """Return whose office a seat is, or what is suggested."""
    if seat.members:
        return ", ".join(_old_name(m, code) for code in seat.members)
    if seat.district:
        return seat.district
    if seat.suggested:
        return m.t("suggested", name=_old_name(m, seat.suggested))
    return m.t("status_unknown")


def _form_01(m: Material, offices: Offices) -> Block:
    """Return the offices one by one; of very many, where they are listed."""
    if len(offices.table) > MOST_ROWS:
        return Paragraph(m.t("offices_listed", count=m.n(len(offices.table))), "warning")
    rows = form_01(m, offices)
    widths = (0.6, 3.2, 1.2, 1.2, 1.2, 2, 2.2)
    aligns = ("centre", "left", "right", "right", "right", "left", "left")
    columns = [Column(h, w, a) for h, w, a in zip(rows.columns, widths, aligns, strict=True)]  # type: ignore[arg-type]
    texts = [
        [m.n(c, 0 if k == 0 else 1) if isinstance(c, int | float) else (c or NOTHING)
         for k, c in enumerate(row)]
        for row in rows.to_numpy().tolist()
    ]  # fmt: skip
    return Table.of(columns, texts)


def form_01(m: Material, offices: Offices) -> pd.DataFrame:
    """Return the offices in the columns of Form 01 of Vietnam's Decree 167/2017/NĐ-CP.

    Unit and address, area of land, built area, floor area, present use, proposal.
    """
    table = offices.table
    use = _or_else(table["use"], table["kind"], lambda kind: m.t(f"office_{kind}"))
    proposal = _or_else(
        table["proposal"], table["status"], lambda status: m.t(f"proposal_{status}")
    )
    pairs = zip(table["name"].tolist(), table["address"].tolist(), strict=True)
    units = ["; ".join(filter(None, pair)) for pair in pairs]
    return pd.DataFrame({
        m.t("col_no"): np.arange(1, len(table) + 1),
        m.t("form_unit"): units,
        m.t("form_land"): table["land_m2"].to_numpy(),
        m.t("form_built"): table["built_m2"].to_numpy(),
        m.t("form_floor"): table["floor_m2"].to_numpy(),
        m.t("form_use"): use,
        m.t("form_proposal"): proposal,
    })  # fmt: skip


def _or_else(own: pd.Series, keys: pd.Series, text_of: Callable[[str], str]) -> list[str]:
    """Return the texts of a column, and those of keys where it is blank."""
    texts = {key: text_of(key) for key in keys.unique()}
    return [text or texts[key] for text, key in zip(own.tolist(), keys.tolist(), strict=True)]


def facts(m: Material, offices: Offices, code: str) -> Iterator[tuple[str, str]]:
    """Yield the seat of a new unit and how far its people have to it."""
    seat = offices.seats[code]
    yield m.t("seat"), _seat(m, seat)
    rows = offices.distances[offices.distances["new_code"] == code]
    if not len(rows):
        yield m.t("distance"), m.t("status_unknown")
        return
    far = rows.sort_values(["km", "old_code"]).to_dict("records")[-1]
    mean, longest = m.n(weighted_mean(rows), 2), m.n(far["km"], 2)
    name = _old_name(m, str(far["old_code"]))
    yield m.t("distance"), m.t("distance_of", mean=mean, longest=longest, name=name)
