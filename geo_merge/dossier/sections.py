"""The tables of a paper: the answer, new and old units, findings, ledger, sources, glossary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from geo_merge.dossier.content import Block, Column, Heading, Paragraph, Section, Table
from geo_merge.dossier.form import A4
from geo_merge.dossier.material import NOTHING, Material
from geo_merge.dossier.standards_section import shares
from geo_merge.merging.statistics import UNKNOWN_TYPE
from geo_merge.texts import TEXTS, change
from geo_merge.vocabulary.sentence import title_of
from geo_merge.vocabulary.shown import shown

_GLOSSARY = "glossary."
_FIGURES = {"area_km2": 2, "population": 0}
# Units of what findings measure that have a word of their own in every language.
_METRIC = {"m", "m²", "km", "km²", "%", "°", "ha"}


def summary(m: Material) -> Section:
    """Return page one: the answer."""
    before, after = m.result.summary["before"], m.result.summary["after"]
    old, new = before["count"], after["count"]
    percent = (change(old, new, m.language) or NOTHING).replace(" ", "\u00a0")
    key = "answer" if new < old else "answer_more" if new > old else "answer_same"
    lead = m.t(key, before=m.n(old), after=m.n(new), many=m.n(abs(old - new)), percent=percent)
    blocks: list[Block] = [Paragraph(lead, "lead"), *_kept(m), *_state(m)]
    blocks += [Heading(m.t("by_group")), _counts(m, _groups(m)),
               Heading(m.t("by_type")), _counts(m, _types(m)),
               Heading(m.t("conserved")), _conserved(m)]  # fmt: skip
    declared = _declared(m)
    blocks += [Heading(m.t("declared"))]
    blocks += [declared] if declared else [Paragraph(m.t("no_declared"), "note")]
    return Section("summary", m.t("section_summary"), tuple(blocks))


def _kept(m: Material) -> Iterator[Paragraph]:
    """Yield how many units a reform kept as they were, and how many live on inside others."""
    if "kept" in m.result.summary:
        kept, changed = m.result.summary["kept"], m.result.summary["changed"]
        told = {"kept": m.n(kept), "before": m.n(changed["before"]), "after": m.n(changed["after"])}
        yield Paragraph(m.t("kept", **told))
    if below := m.result.summary.get("below"):
        types = ", ".join(f"{kind} {m.n(n)}" for kind, n in below.items())
        yield Paragraph(m.t("live_on", count=m.n(sum(below.values())), types=shown(types)))


def _state(m: Material) -> Iterator[Paragraph]:
    """Yield what stands against the result, and what its lines are."""
    counts = m.result.summary["findings"]
    errors, warnings = counts.get("error", 0), counts.get("warning", 0)
    key = "errors_open" if errors else "no_errors"
    yield Paragraph(m.t(key, errors=m.n(errors), warnings=m.n(warnings)),
                    "warning" if errors else "body")  # fmt: skip
    lost = m.result.ledger[~m.result.ledger["ok"].astype(str).eq("True")]
    if len(lost):
        names = ", ".join(m.word("ledger", str(q)) for q in lost["quantity"])
        yield Paragraph(m.t("ledger_open", names=names), "warning")
    if m.result.schematic:
        yield Paragraph(m.t("schematic"), "warning")
    for note in m.notes.get("", ()):
        yield Paragraph(m.t("plan_note", text=shown(note)))
    yield Paragraph(m.t("sketch"), "note")


def _groups(m: Material) -> Iterator[tuple[str, int, int]]:
    for group in m.result.summary["groups"]:
        yield group["name"], group["before"], group["after"]
    before, after = m.result.summary["before"], m.result.summary["after"]
    yield m.t("all"), before["count"], after["count"]


def _types(m: Material) -> Iterator[tuple[str, int, int]]:
    before, after = (m.result.summary[when] for when in ("before", "after"))
    for kind in dict.fromkeys([*before["by_type"], *after["by_type"]]):
        name = m.t("no_type") if kind == UNKNOWN_TYPE else kind
        yield name, before["by_type"].get(kind, 0), after["by_type"].get(kind, 0)
    yield m.t("all"), before["count"], after["count"]


def _counts(m: Material, rows: Iterator[tuple[str, int, int]]) -> Table:
    heads = ("name", "before", "after", "difference", "change")
    columns = [Column(m.t(f"col_{h}"), 3 if k == 0 else 1.2, "right" if k else "left")
               for k, h in enumerate(heads)]  # fmt: skip
    texts = [
        (name, m.n(old), m.n(new), m.n(new - old),
         change(old, new, m.language) or NOTHING)
        for name, old, new in rows
    ]  # fmt: skip
    return Table.of(columns, texts, total=True)


def _conserved(m: Material) -> Table:
    """Return land, people and levels before and after; a level that nobody named is none."""
    before, after = (m.result.summary[when] for when in ("before", "after"))
    heads = ("quantity", "before", "after", "difference")
    columns = [Column(m.t(f"col_{h}"), 3 if k == 0 else 1.5, "right" if k else "left")
               for k, h in enumerate(heads)]  # fmt: skip
    rows = []
    names = {"area_km2": m.t("area"), "population": m.people_of, "districts": m.t("districts"),
             "provinces": m.t("provinces")}  # fmt: skip
    for key, name in names.items():
        digits, old, new = _FIGURES.get(key, 0), before.get(key), after.get(key)
        if (key in before or key in after) and (old or new or key in _FIGURES):
            known = old is not None and new is not None
            difference = m.n(new - old, digits) if known else NOTHING
            rows.append((name, m.n(old, digits), m.n(new, digits), difference))
    return Table.of(columns, rows)


def _declared(m: Material) -> Table | None:
    """Return the sums of what was declared beside those of the map."""
    statistics, rows = m.result.statistics, []
    names = {"area_km2": m.t("area"), "population": m.t("people")}
    year = m.result.summary.get("population_year")
    for key, digits in _FIGURES.items():
        if f"declared_{key}" not in statistics or key not in statistics:
            continue
        declared = pd.to_numeric(statistics[f"declared_{key}"])
        ours, theirs = pd.to_numeric(statistics[key]).sum(), declared.sum()
        told = m.n(ours, digits)
        if key == "population" and year:  # what was declared is of another year
            told = f"{told} ({year})"
        rows.append((names[key], told, m.n(theirs, digits), m.n(int(declared.notna().sum()))))
    heads = ("quantity", "on_map", "declared", "units_declared")
    columns = [Column(m.t(f"col_{h}"), 3 if k == 0 else 1.5, "right" if k else "left")
               for k, h in enumerate(heads)]  # fmt: skip
    return Table.of(columns, rows) if rows else None


def new_units(m: Material) -> Section:
    """Return the table of new units, across."""
    statistics = m.result.statistics
    told, law = shares(m)
    columns = [
        Column(m.t("col_no"), 0.6, "centre"), Column(m.t("col_code"), 1),
        Column(m.t("col_unit"), 2.2), Column(m.t("col_members"), 4.4),
        Column(m.t("area"), 1.3, "right"), Column(m.people_of, 1.4, "right"),
        Column(m.t("col_declared_area"), 1.3, "right"),
        Column(m.t("col_area_difference"), 1.2, "right"),
        Column(m.t("col_declared_people"), 1.4, "right"),
        *([Column(m.t("col_standard"), 2.4)] if told else []),
    ]  # fmt: skip
    rows = [
        (
            m.n(k + 1), str(code), m.name_of(str(code)), m.listed(row["member_names"]),
            m.n(row["area_km2"], 2), m.n(row.get("population")),
            m.n(row.get("declared_area_km2"), 2),
            m.percent(row.get("area_km2_difference_percent")),
            m.n(row.get("declared_population")),
            *([told.get(str(code), NOTHING)] if told else []),
        )
        for k, (code, row) in enumerate(statistics.iterrows())
    ]  # fmt: skip
    sums = [
        _sum(m, statistics, name, digits)
        for name, digits in (("area_km2", 2), ("population", 0), ("declared_area_km2", 2))
    ]
    people = _sum(m, statistics, "declared_population", 0)
    total = ("", "", m.t("all"), "", *sums, "", people, *([""] if told else []))
    notes = [] if told else [Paragraph(m.t("no_standards"), "note")]
    notes += [Paragraph(m.t("standards_of", law=law), "note")] if law else []
    table = Table.of(columns, [*rows, total], total=True)
    return Section("units", m.t("section_units"), (*notes, table), A4.across)


def _sum(m: Material, table: pd.DataFrame, column: str, digits: int) -> str:
    """Return the sum of a column; a dash if no unit has a figure."""
    if column not in table or not table[column].notna().any():
        return NOTHING
    return m.n(pd.to_numeric(table[column]).sum(), digits)


def old_units(m: Material) -> Section:
    """Return the list of old units: what each became, and by which clause or row."""
    crosswalk = m.result.crosswalk
    ground = next((c for c in ("clause", "row") if c in crosswalk), None)
    divided = crosswalk["share"].ne("1.0").any() if "share" in crosswalk else False
    columns = [
        Column(m.t("col_no"), 0.7, "centre"), Column(m.t("col_code"), 1),
        Column(m.t("col_old_unit"), 2.6), Column(m.t("col_district"), 2.6),
        Column(m.t("col_became"), 2.8),
        *([Column(m.t("col_share"), 1, "right")] if divided else []),
        *([Column(m.t(f"col_{ground}"), 1, "centre")] if ground else []),
    ]  # fmt: skip
    rows = [
        (
            m.n(k + 1), row["old_code"] or NOTHING, f"{row['old_type']} {row['old_name']}",
            row.get("old_district", ""),
            _became(m, row),
            *([m.n(row["share"], 4)] if divided else []),
            *([str(row[ground])] if ground else []),
        )
        for k, row in enumerate(crosswalk.to_dict("records"))
    ]  # fmt: skip
    note = Paragraph(m.t("old_note" if ground != "clause" else "old_note_clause"), "note")
    return Section("old", m.t("section_old"), (note, Table.of(columns, rows)))


def _became(m: Material, row: Mapping[Any, Any]) -> str:
    """Return which unit an old one became part of, and as what it lives on there, if it does."""
    became = f"{row['new_type']} {row['new_name']} ({row['new_code']})".strip()
    kind = m.below.get(row["old_code"], "")
    return f"{became}; {m.t('lives_on', kind=kind)}" if kind else became


def findings(m: Material) -> Section:
    """Return what was found, and what was decided on it and why."""
    title = m.t("section_findings")
    found = m.result.findings
    blocks: list[Block] = []
    if len(found):
        blocks.append(_found(m, found))
    else:
        blocks.append(Paragraph(m.t("no_findings")))
    blocks += [Heading(m.t("decisions")), *_decided(m)]
    return Section("findings", title, tuple(blocks), A4.across)


def _found(m: Material, found: pd.DataFrame) -> Table:
    told = "message" if m.language == "en" else f"message_{m.language}"
    has_words = told in found
    columns = [
        Column(m.t("col_severity"), 1.1), Column(m.t("col_check"), 0.9),
        Column(m.t("col_found"), 3), Column(m.t("col_units"), 3.2),
        Column(m.t("col_value"), 1.6, "right"),
        *([Column(m.t("col_message"), 5)] if has_words else []),
    ]  # fmt: skip
    rows = [
        (
            m.word("severity", str(row["severity"])),
            row["check"],
            title_of(row["check"], m.language),
            ", ".join(map(str, row["units"])),
            measure(m, row["value"], row["unit_of_value"]),
            *([str(row[told])] if has_words else []),
        )
        for row in found.to_dict("records")
    ]
    return Table.of(columns, rows)


def measure(m: Material, value: object, unit: object) -> str:
    """Return what a finding measured, with its unit in the language."""
    known = pd.to_numeric(value, errors="coerce")  # type: ignore[call-overload]
    if pd.isna(known):
        return ""
    digits = 0 if float(known).is_integer() else 2
    name = str(unit or "")
    words = name if name in _METRIC else m.word("measure", name, n=float(known))
    return f"{m.n(known, digits)} {words}".strip()


def _decided(m: Material) -> Iterator[Block]:
    decisions, repairs = m.tables.get("decisions"), m.tables.get("repairs")
    choices = {} if decisions is None else {
        row["id"]: (row["decision"], row.get("reason", ""))
        for row in decisions.to_dict("records")
        if row.get("decision")
    }  # fmt: skip
    if repairs is None:
        yield Paragraph(m.t("no_repairs"), "note")
        if choices:
            yield _choices(m, choices)
        return
    columns = [
        Column(m.t("col_id"), 1.6), Column(m.t("col_kind"), 1.2), Column(m.t("col_units"), 2.4),
        Column(m.t("col_area_m2"), 1.3, "right"), Column(m.t("col_done"), 1.4),
        Column(m.t("col_decision"), 1.2), Column(m.t("col_reason"), 3),
    ]  # fmt: skip
    rows = []
    for row in repairs.to_dict("records"):
        choice, reason = choices.get(row.get("id", ""), ("", ""))
        done = m.t("repaired" if row.get("applied") == "True" else "waits")
        decided = m.word("decision", choice) if choice else NOTHING
        kind, area = m.word("defect", row.get("kind", "")), m.n(row.get("area_m2"), 2)
        rows.append((row.get("id", ""), kind, row.get("units", ""), area, done, decided,
                     reason or NOTHING))  # fmt: skip
    if rows:
        yield Table.of(columns, rows)
    else:
        yield Paragraph(m.t("nothing_to_repair"), "note")


def _choices(m: Material, choices: Mapping[str, tuple[str, str]]) -> Table:
    """Return what was decided on findings of a layer that is not mended."""
    columns = (Column(m.t("col_id"), 1.6), Column(m.t("col_decision"), 1.2),
               Column(m.t("col_reason"), 3))  # fmt: skip
    rows = [(key, m.word("decision", choice), reason or NOTHING)
            for key, (choice, reason) in choices.items()]  # fmt: skip
    return Table.of(columns, rows)


def reconciliation(m: Material) -> Section:
    """Return each new unit against reference and declared figures."""
    table = m.tables.get("reconciliation")
    title = m.t("section_reconciliation")
    if table is None or not len(table):
        return Section("reconciliation", title, (Paragraph(m.t("no_reconciliation")),))
    columns = [
        Column(m.t("col_code"), 0.9), Column(m.t("col_unit"), 2.2),
        Column(m.t("col_verdict"), 1.8), Column(m.t("area"), 1.3, "right"),
        Column(m.t("col_reference_area"), 1.3, "right"),
        Column(m.t("col_declared_area"), 1.3, "right"), Column(m.t("col_gained"), 1.4, "right"),
        Column(m.t("col_lost"), 1.4, "right"), Column(m.t("col_counterparts"), 2),
    ]  # fmt: skip
    rows = [
        (row["code"], m.name_of(row["code"]), m.word("verdict", row["verdict"]),
         *(m.n(row.get(c), 2) for c in ("area_km2", "reference_area_km2", "declared_area_km2",
                                        "gained_m2", "lost_m2")), row.get("counterparts", ""))
        for row in table.to_dict("records")
    ]  # fmt: skip
    verdicts = table["verdict"].value_counts()
    told = "; ".join(f"{m.word('verdict', str(v))}: {m.n(c)}" for v, c in verdicts.items())
    return Section("reconciliation", title, (Paragraph(told), Table.of(columns, rows)), A4.across)


def ledger(m: Material) -> Section:
    """Return what went in and what came out."""
    heads = ("quantity", "before", "after", "difference", "tolerance", "ok")
    columns = [Column(m.t(f"col_{h}"), 3 if k == 0 else 1.5, "right" if 0 < k < 5 else "left")  # noqa: PLR2004
               for k, h in enumerate(heads)]  # fmt: skip
    rows = [
        (m.word("ledger", str(row["quantity"])),
         *(_exact(m, row[h]) for h in heads[1:5]),
         m.t("yes" if str(row["ok"]) == "True" else "no"))
        for row in m.result.ledger.to_dict("records")
    ]  # fmt: skip
    return Section("ledger", m.t("section_ledger"),
                   (Paragraph(m.t("ledger_note"), "note"), Table.of(columns, rows)))  # fmt: skip


def _exact(m: Material, value: object) -> str:
    known = pd.to_numeric(value, errors="coerce")  # type: ignore[call-overload]
    if pd.isna(known):
        return str(value)
    return m.n(known, 0 if float(known).is_integer() else 4)


def sources(m: Material) -> Section:
    """Return the inputs with their SHA-256, how layers were read, and the versions at work."""
    inputs = Table.of(
        (Column(m.t("col_file"), 2), Column("SHA-256", 3.4)),
        ((_file_name(i["file"]), i["sha256"]) for i in m.manifest.get("inputs", [])),
    )
    layers = Table.of(
        (Column(m.t("col_layer"), 3), Column(m.t("col_features"), 1, "right"),
         Column(m.t("col_crs"), 3.4), Column(m.t("col_encoding"), 1)),
        ((_file_name(str(s.get("source", ""))), m.n(s.get("features")), str(s.get("crs", "")),
          str(s.get("encoding", "")).upper()) for s in m.manifest.get("sources", [])),
    )  # fmt: skip
    versions = ", ".join(f"{k} {v}" for k, v in m.manifest.get("versions", {}).items())
    blocks = (
        inputs if inputs.rows else Paragraph(m.t("no_inputs")),
        Heading(m.t("layers")), layers,
        Heading(m.t("versions")), Paragraph(shown(versions)),
        Paragraph(m.t("made", time=_clock(m))),
    )  # fmt: skip
    return Section("sources", m.t("section_sources"), blocks, A4.across)


def _clock(m: Material) -> str:
    return str(m.manifest.get("time", "")).replace("T", " ").replace("+00:00", " UTC")


def _file_name(path: str) -> str:
    """Return the last part of a path: folders of the planner's machine are nobody's business."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def glossary(m: Material) -> Section:
    """Return what the words of the paper mean."""
    words = [key.removeprefix(_GLOSSARY) for key in TEXTS if key.startswith(_GLOSSARY)]
    pairs = [m.word("glossary", word).partition(": ")[::2] for word in words]
    return Section("glossary", m.t("section_glossary"), (Table.of_facts(pairs),))
