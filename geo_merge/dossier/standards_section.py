"""What the law asks of the size of units, and what each new one has of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from geo_merge.dossier.content import Block, Column, Paragraph, Section, Table
from geo_merge.dossier.form import A4
from geo_merge.dossier.material import Material
from geo_merge.texts import TEXTS

_WIDTHS = {"code": 2.4, "clause": 3.6, "verdict": 1.3}
_FIGURES = ("value", "standard", "percent")
_WHOLE = "population"  # people are counted, land is measured


def standards_section(m: Material) -> Section:
    """Return each unit against each standard, or that no standards were held against them."""
    table, title = m.tables.get("standards"), m.t("section_standards")
    if table is None or not len(table):
        return Section("standards", title, (Paragraph(m.t("no_standards")),))
    heads = [c for c in ("code", "measure", "value", "standard", "percent", "verdict", "clause")
             if c in table]  # fmt: skip
    columns = [Column(m.t("col_unit" if h == "code" else f"col_{h}"), _WIDTHS.get(h, 1.2),
                      "right" if h in _FIGURES else "left") for h in heads]  # fmt: skip
    rows = [[_cell(m, h, row) for h in heads] for row in table.to_dict("records")]
    blocks: list[Block] = [Table.of(columns, rows)]
    if "verdict" in table:
        counts = table["verdict"].value_counts()
        told = "; ".join(f"{m.word('standing', str(v))}: {m.n(n)}" for v, n in counts.items())
        blocks.insert(0, Paragraph(m.t("standards_counts", told=told)))
    return Section("standards", title, tuple(blocks), A4.across)


def _cell(m: Material, head: str, row: Mapping[Any, Any]) -> str:
    text = str(row[head])
    if head in _FIGURES:
        people = head != "percent" and row.get("measure") == _WHOLE
        return m.n(text, 0 if people else 2)
    if head == "code":
        return f"{m.name_of(text)} ({text})" if m.name_of(text) != text else text
    return {"verdict": m.word("standing", text), "measure": measure(m, text)}.get(head, text)


def measure(m: Material, name: str) -> str:
    """Return what a standard measures, in words; the name itself if there are none."""
    key = f"standard_{name}"
    return m.t(key) if f"dossier.{key}" in TEXTS else name


def shares(m: Material) -> tuple[dict[str, str], str]:
    """Return per cent of each standard by new unit, and the law, if all are of one.

    Of one law a share bears the class alone: ``phường: dân số 584,9 %, diện tích 422,4 %``.
    """
    table = m.tables.get("standards")
    if table is None or not {"code", "measure", "percent", "clause"} <= set(table):
        return {}, ""
    laws = {str(clause).partition(" (")[0] for clause in table["clause"]}
    law = next(iter(laws)) if len(laws) == 1 else ""
    return {str(code): "; ".join(_of_unit(m, rows, law)) for code, rows in
            table.groupby("code", sort=False)}, law  # fmt: skip


def _of_unit(m: Material, rows: pd.DataFrame, law: str) -> Iterator[str]:
    for clause, of_clause in rows.groupby("clause", sort=False):
        name = str(clause).removeprefix(law).strip().removeprefix("(").removesuffix(")")
        told = [f"{measure(m, str(row['measure']))} {m.n(row['percent'], 1)}\u00a0%"
                for row in of_clause.to_dict("records")]  # fmt: skip
        yield f"{(name if law else str(clause)) or law}: {', '.join(told)}"
