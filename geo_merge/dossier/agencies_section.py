"""What a paper says of agencies."""

from __future__ import annotations

import pandas as pd

from geo_merge.dossier.agencies import COUNTS
from geo_merge.dossier.content import Column, Paragraph, Section, Table
from geo_merge.dossier.material import NOTHING, Material
from geo_merge.texts import change


def agencies_section(m: Material) -> Section:
    """Return the table of agencies, with the sum of each body; or that there is none."""
    title, agencies = m.t("section_agencies"), m.agencies
    if agencies is None:
        return Section("agencies", title, (Paragraph(m.t("no_agencies")),))
    rows = agencies.rows
    heads = ("level", "body", "agency", *COUNTS, "difference", "change")
    widths = (1.4, 2.2, 3.4, 1, 1, 1.2, 1.4)
    columns = [Column(m.t(f"col_{h}"), w, "right" if k > 2 else "left")  # noqa: PLR2004
               for k, (h, w) in enumerate(zip(heads, widths, strict=True))]  # fmt: skip
    texts = []
    for (level, body), group in rows.groupby(["level", "body"], sort=False):
        texts += [_row(m, (r["level"], r["body"], r["name"]), r["before"], r["after"])
                  for r in group.to_dict("records")]  # fmt: skip
        if len(group) > 1:
            texts.append(_row(m, (str(level), str(body), m.t("subtotal")), *_sums(group)))
    texts.append(_row(m, (m.t("all"), "", ""), *_sums(rows)))
    before, after = _sums(rows)
    key = "agencies_answer" if after <= before else "agencies_more"
    lead = m.t(key, before=m.n(before), after=m.n(after), fewer=m.n(abs(before - after)))
    key = "totals_checked" if agencies.checked else "totals_absent"
    note = Paragraph(m.t(key, count=m.n(agencies.checked)), "note")
    table = Table.of(columns, texts, total=True)
    return Section("agencies", title, (Paragraph(lead, "lead"), note, table))


def _sums(rows: pd.DataFrame) -> tuple[float, float]:
    return float(rows["before"].sum()), float(rows["after"].sum())


def _row(m: Material, names: tuple[str, str, str], before: float, after: float) -> tuple[str, ...]:
    return (*names, m.n(before), m.n(after), m.n(after - before),
            change(before, after, m.language) or NOTHING)  # fmt: skip
