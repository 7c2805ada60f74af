"""The crosswalk: what became of every old unit, complete before anything is dissolved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo_merge.codes import (
    clean_code,
    clean_text,
    code_key,
    fold_name,
    has_odd_characters,
    is_scientific,
)
from geo_merge.errors import CrosswalkError, TableError
from geo_merge.fields import fold_field
from geo_merge.models import Finding, Severity
from geo_merge.provenance import attach, findings_of, sources_of

COLUMNS = (
    "old_code", "old_name", "old_type", "old_district_code", "old_district", "old_province_code",
    "old_province", "new_code", "new_name", "new_type", "share",
)  # fmt: skip
# What a row rests on, where a table says: the clause of a resolution and its words.
EVIDENCE = ("clause", "words", "evidence")
REQUIRED = ("old_code", "new_code", "new_name")
SHARE_TOLERANCE = 1e-9
_SHOWN = 10
NameKey = Callable[[str], str]


@dataclass(frozen=True)
class Resolved:
    """A crosswalk matched with the old units, and what was noticed on the way."""

    rows: pd.DataFrame
    codes: dict[str, str]
    findings: tuple[Finding, ...]


def as_crosswalk(table: pd.DataFrame) -> pd.DataFrame:
    """Check a table's columns and return it with those of the vocabulary.

    Parameters
    ----------
    table
        At least ``old_code, new_code, new_name``; indexed by row number if it was read from a
        file.

    Raises
    ------
    TableError
        If a needed column is missing (W07); the message lists the columns that were found.
    """
    by_fold = {fold_field(str(c)): c for c in table.columns}
    known = (*COLUMNS, *EVIDENCE)
    found = {name: by_fold[fold_field(name)] for name in known if fold_field(name) in by_fold}
    missing = [name for name in REQUIRED if name not in found]
    source = _source(table)
    if missing:
        columns = ", ".join(map(str, table.columns))
        raise TableError(
            f"{source}: the columns {', '.join(missing)} are missing [W07]; the table has "
            f"{columns}; rename its headings."
        )
    text = {
        name: ["" if pd.isna(v) else str(v) for v in table[column]]
        for name, column in found.items()
    }
    kept = (*COLUMNS, *(name for name in EVIDENCE if name in found))
    result = pd.DataFrame({name: text.get(name, "") for name in kept}, index=table.index)
    if table.index.name != "row":
        result.index = pd.RangeIndex(2, len(result) + 2, name="row")
    return attach(result, findings=findings_of(table), sources=sources_of(table))


def _source(table: pd.DataFrame) -> str:
    sources = sources_of(table)
    return str(sources[0]["source"]) if sources else "crosswalk"


class _Report:
    """All problems and findings of one crosswalk, so that a planner mends them in one go."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.problems: list[str] = []
        self.findings: list[Finding] = []

    def error(self, row: Hashable, text: str) -> None:
        self.problems.append(f"{self.source} row {row}: {text}")

    def warn(self, check: str, message: str, *, units: tuple[str, ...] = (), hint: str = "",
             value: float | None = None, unit_of_value: str = "") -> None:  # fmt: skip
        self.findings.append(
            Finding(check=check, severity=Severity.WARNING, message=f"{self.source}: {message}",
                    units=units, hint=hint, value=value, unit_of_value=unit_of_value)
        )  # fmt: skip


def resolve(
    old: gpd.GeoDataFrame, table: pd.DataFrame, *, name_key: NameKey = fold_name
) -> Resolved:
    """Match every row of a crosswalk with an old unit, and every old unit with one row.

    Old codes are compared with old codes only: that a new unit takes the code of an old one is
    normal, and means nothing.

    Parameters
    ----------
    old
        Unit layer, indexed by code.
    table
        Crosswalk; see `as_crosswalk`.
    name_key
        Returns names in the form in which they are compared.

    Returns
    -------
    Resolved
        ``rows``: the crosswalk in the order of the units, indexed by their codes, with ``row``
        and ``matched_by``; ``codes``: units whose code lost its leading zeros in the layer, and
        the code that the crosswalk gives them.

    Raises
    ------
    CrosswalkError
        With all problems: rows that name no unit (K04), units without a row (K05), units with
        several (W02, W05), blank new codes (W01), conflicting names (W03), bad shares (W04).
    """
    rows = as_crosswalk(table)
    report = _Report(_source(rows))
    rows = _clean(rows, report)
    unit_of_row, how = _match(old, rows, report, name_key)
    units = pd.Series(unit_of_row, index=rows.index, dtype=object)
    rows = rows.assign(unit=units, matched_by=how, row=rows.index)
    _check_new(rows, report)
    rows = _check_once(old, rows, report)
    _check_names(old, rows, report, name_key)
    if report.problems:
        raise CrosswalkError(report.problems)
    _note_reused_codes(rows, report)
    recoded = {
        str(unit): str(code)
        for unit, code in zip(rows["unit"], rows["old_code"], strict=True)
        if code and code != unit and len(code) > len(str(unit))
    }
    ordered = rows.set_index("unit").loc[old.index].rename(index=recoded)
    return Resolved(ordered.rename_axis("unit"), recoded, (*findings_of(table), *report.findings))


def _clean(rows: pd.DataFrame, report: _Report) -> pd.DataFrame:
    """Take blanks and invisible characters out of codes, and say so."""
    result = rows.copy()
    changed = 0
    for column in ("old_code", "new_code"):
        for row, code in rows[column].items():
            if is_scientific(code):
                report.error(
                    row, f"{column} {code} is in scientific notation (E+), so digits may be lost "
                    "[K02]; restore the code as text."
                )  # fmt: skip
        cleaned = rows[column].map(clean_code)
        changed += int((cleaned != rows[column]).sum())
        result[column] = cleaned
    for column in COLUMNS:
        if column not in {"old_code", "new_code"}:
            result[column] = rows[column].map(clean_text)
    result["new_name_written"] = rows["new_name"]
    if changed:
        report.warn(
            "K02", f"{changed} codes had blanks, invisible or full-width characters, which were "
            "taken out.", value=float(changed), unit_of_value="codes",
        )  # fmt: skip
    return result


def _match(
    old: gpd.GeoDataFrame, rows: pd.DataFrame, report: _Report, name_key: NameKey
) -> tuple[list[str | None], list[str]]:
    """Return the unit of each row, and how it was found."""
    coded = {str(code) for code in old.index[~old["is_piece"]]}
    by_key: dict[str, list[str]] = defaultdict(list)
    for code in coded:
        by_key[code_key(code)].append(code)
    units: list[str | None] = []
    how: list[str] = []
    padded = 0
    unknown: list[tuple[Hashable, str, str]] = []
    for row, code, name in zip(rows.index, rows["old_code"], rows["old_name"], strict=True):
        unit, step = None, ""
        if not code:
            unit, step = _match_name(old, rows.loc[row], report, name_key)
        elif code in coded:
            unit, step = code, "code"
        elif len(by_key.get(code_key(code), [])) == 1:
            unit, step = by_key[code_key(code)][0], "code without leading zeros"
            padded += 1
        elif not is_scientific(code):
            unknown.append((row, code, name))
        units.append(unit)
        how.append(step)
    if coded - set(filter(None, units)) and coded <= set(rows["new_code"]):
        report.problems.append(
            f"{report.source}: every unit of the layer stands in new_code, but not in old_code "
            "[K04]; the headings old and new seem to be swapped."
        )
    _report_unknown(old, unknown, report, name_key)
    if padded:
        report.warn(
            "K02", f"{padded} old codes agree with the layer but for leading zeros, which were "
            "restored.", value=float(padded), unit_of_value="codes", hint="Store codes as text.",
        )  # fmt: skip
    return units, how


def _report_unknown(
    old: gpd.GeoDataFrame,
    unknown: list[tuple[Hashable, str, str]],
    report: _Report,
    name_key: NameKey,
) -> None:
    """Report codes that the layer has not, and which code it gives to their name."""
    by_name: dict[str, list[str]] = defaultdict(list)
    if any(name for _, _, name in unknown):
        for code, name in old["name"].items():
            by_name[name_key(name)].append(str(code))
    for row, code, name in unknown:
        label = f"{code} ({name})" if name else code
        same = by_name.get(name_key(name), []) if name else []
        other = (
            f"; the layer gives this name the code {same[0]}: is one of another year [K09]?"
            if len(same) == 1
            else ";"
        )
        report.error(
            row, f"old_code {label} is not in the layer [K04]{other} correct the code or remove "
            "the row."
        )  # fmt: skip


def _match_name(
    old: gpd.GeoDataFrame, row: pd.Series, report: _Report, name_key: NameKey
) -> tuple[str | None, str]:
    """Find the unit of a row without a code by name, district and type; return also the step."""
    wanted = name_key(row["old_name"])
    if not wanted:
        report.error(row.name, "neither old_code nor old_name [K01]; name the old unit.")
        return None, ""
    step = "name"
    same = old[[n == row["old_name"] or name_key(n) == wanted for n in old["name"]]]
    for column, given in (("district_code", row["old_district_code"]),
                          ("district", row["old_district"]),
                          ("province_code", row["old_province_code"]),
                          ("province", row["old_province"])):  # fmt: skip
        if given and (same[column] != "").any():
            same = same[[name_key(v) == name_key(given) for v in same[column]]]
            step = "name and district" if column.startswith("district") else step
    typed = same[[name_key(v) == name_key(row["old_type"]) for v in same["unit_type"]]]
    if len(typed) == 1 < len(same):
        same, step = typed, f"type, {step}"
    if len(same) == 1:
        return str(same.index[0]), step
    where = f" in {row['old_district']}" if row["old_district"] else ""
    if same.empty:
        report.error(row.name, f"no unit called {row['old_name']}{where} is in the layer [K04]; "
                     "correct the name or give its old_code.")  # fmt: skip
    else:
        found = "; ".join(
            f"{code} {u['name']} ({u['district']})" for code, u in same.head(_SHOWN).iterrows()
        )
        report.error(row.name, f"{len(same)} units are called {row['old_name']}{where}: {found} "
                     "[K04]; give the old_code or the district.")  # fmt: skip
    return None, ""


def _check_new(rows: pd.DataFrame, report: _Report) -> None:
    for row, blank in rows[rows["new_code"] == ""].iterrows():
        label = blank["old_code"] or blank["old_name"]
        report.error(row, f"new_code of {label} is blank [W01]; say which new unit it joins.")
    _note_spellings(rows, report)
    for column in ("new_name", "new_type"):
        variants: dict[str, dict[str, str]] = defaultdict(dict)
        for row, code, value in zip(rows.index, rows["new_code"], rows[column], strict=True):
            variants[code].setdefault(fold_name(value), f"row {row} {value}")
        for code, found in sorted(variants.items()):
            if code and len(found) > 1:
                where = ", ".join(found.values())
                report.problems.append(
                    f"{report.source}: new_code {code} has several {column}s: {where} [W03]; make "
                    "them one."
                )
    coded = rows[(rows["new_code"] != "") & (rows["new_name"] != "")]
    pairs = coded.drop_duplicates(["new_name", "new_type", "new_code"])
    doubled = pairs[pairs.duplicated(["new_name", "new_type"], keep=False)]
    for name, group in doubled.groupby("new_name", sort=True):
        report.warn(
            "W03", f"{len(group)} new units are called {name} ({', '.join(group['new_code'])}).",
            units=tuple(group["new_code"]), hint="Check that they are different units.",
        )  # fmt: skip


def _note_spellings(rows: pd.DataFrame, report: _Report) -> None:
    """Note new units whose name is written in different ways that mean the same."""
    spellings: dict[str, set[str]] = defaultdict(set)
    for code, written in zip(rows["new_code"], rows["new_name_written"], strict=True):
        spellings[code].add(written)
    for code, found in sorted(spellings.items()):
        folded = {fold_name(name) for name in found}
        if code and len(found) > len(folded) == 1:
            report.warn(
                "W03", f"the name of new_code {code} is written in {len(found)} ways "
                f"({', '.join(sorted(found))}); they were taken for one.",
                units=(code,), value=float(len(found)), unit_of_value="spellings",
            )  # fmt: skip
    odd = sorted({c for c, names in spellings.items() if any(map(has_odd_characters, names))})
    if odd:
        report.warn(
            "X04", f"the names of {len(odd)} new units ({', '.join(odd[:_SHOWN])}) have line "
            "breaks, control or direction characters, or are longer than 200 characters.",
            units=tuple(odd), value=float(len(odd)), unit_of_value="names",
            hint="Line breaks become blanks; the rest is kept as text.",
        )  # fmt: skip


def _check_once(old: gpd.GeoDataFrame, rows: pd.DataFrame, report: _Report) -> pd.DataFrame:
    """Return the rows with one for each unit; report units with none or several."""
    shares = [_share(row, text, report) for row, text in rows["share"].items()]
    rows = rows.assign(share=shares)
    matched = rows[rows["unit"].notna()]
    for unit, group in matched[matched["unit"].duplicated(keep=False)].groupby("unit", sort=True):
        where = ", ".join(map(str, group.index))
        label = f"{unit} ({old.at[unit, 'name']})"
        if len(set(group["new_code"])) > 1:
            targets = ", ".join(
                f"{n} ({s:g})" for n, s in zip(group["new_code"], group["share"], strict=True)
            )
            report.problems.append(
                f"{report.source} rows {where}: {label} is divided between {targets} [W05]; a "
                "number cannot cut a polygon, so say with --divide what cuts it (pieces, new "
                "boundaries or lines)."
            )
        else:
            report.warn(
                "W02", f"rows {where} say the same of {label}; one was used.",
                units=(str(unit),), value=float(len(group)), unit_of_value="rows",
            )  # fmt: skip
    rows = rows[~(rows["unit"].notna() & rows["unit"].duplicated())]
    for row, unit, share in zip(rows.index, rows["unit"], rows["share"], strict=True):
        if unit is not None and 0 < share < 1 - SHARE_TOLERANCE:
            report.error(
                row, f"only {share:g} of {unit} is assigned [W04]; the shares of a unit must add "
                "up to 1."
            )  # fmt: skip
    new_units = set(zip(rows["new_code"], map(fold_name, rows["new_name"]), strict=True))
    for code, unit in old[~old.index.isin(rows["unit"].dropna())].iterrows():
        label = unit["name"] if unit["is_piece"] else f"{code} ({unit['name']})"
        where = f" in {unit['district']}" if unit["district"] else ""
        vintage = (
            ", but its code and name are those of a new unit: the layer may be of after the merger"
            " [K09]"
            if (code, fold_name(unit["name"])) in new_units
            else ""
        )
        report.problems.append(
            f"{report.source}: {label}{where} has no row [K05]{vintage}; say which new unit it "
            "joins."
        )
    return rows


def _share(row: Hashable, text: str, report: _Report) -> float:
    """Read a share with a point or a comma; blank is the whole unit."""
    try:
        share = float(text.replace(",", ".")) if text else 1.0
    except ValueError:
        report.error(row, f"share {text!r} is no number [W04]; write it as 0.6.")
        return 1.0
    if not 0 < share <= 1:
        report.error(row, f"share {text} is not between 0 and 1 [W04]; correct it.")
    return share


def _check_names(
    old: gpd.GeoDataFrame, rows: pd.DataFrame, report: _Report, name_key: NameKey
) -> None:
    """Warn of rows whose name is not that of the unit with their code."""
    layer = dict(zip(old.index, zip(old["name"], old["unit_type"], strict=True), strict=True))
    _check_districts(old, rows, report, name_key)
    for row, unit, name, kind in zip(
        rows.index, rows["unit"], rows["old_name"], rows["old_type"], strict=True
    ):
        if unit is None or not name:
            continue
        in_layer, unit_type = layer[unit]
        if name == in_layer:
            continue
        accepted = {name_key(in_layer), name_key(f"{unit_type} {in_layer}")}
        if accepted.isdisjoint({name_key(name), name_key(f"{kind} {name}")}):
            report.warn(
                "K08", f"row {row} calls {unit} {name}; in the layer it is {in_layer}.",
                units=(str(unit),), hint="Codes may be swapped or of another year.",
            )  # fmt: skip


def _check_districts(
    old: gpd.GeoDataFrame, rows: pd.DataFrame, report: _Report, name_key: NameKey
) -> None:
    """Warn of members that lie in another district than their row declares."""
    actual = dict(zip(old.index, old["district"], strict=True))
    for row, unit, given in zip(rows.index, rows["unit"], rows["old_district"], strict=True):
        there = actual.get(unit, "")
        if given and there and given != there and not _same_place(given, there, name_key):
            report.warn(
                "K08", f"row {row} puts {unit} ({old.at[unit, 'name']}) in {given}; in the layer "
                f"it lies in {there}.", units=(str(unit),),
                hint="The code or the district of the row is that of another unit.",
            )  # fmt: skip


def _same_place(one: str, two: str, name_key: NameKey) -> bool:
    """Tell whether two names are the same but for a type written before one of them."""
    a, b = name_key(one), name_key(two)
    return a == b or a.endswith(f" {b}") or b.endswith(f" {a}")


def _note_reused_codes(rows: pd.DataFrame, report: _Report) -> None:
    """Note new units with the code of an old unit that is not among their members."""
    members = rows.groupby("new_code")["unit"].agg(set)
    old_codes = set(rows["unit"])
    foreign = [code for code in members.index if code in old_codes and code not in members[code]]
    if foreign:
        report.warn(
            "W06", f"{len(foreign)} new codes are those of old units that go elsewhere "
            f"({', '.join(foreign[:_SHOWN])}); old and new codes are not compared.",
            units=tuple(foreign), value=float(len(foreign)), unit_of_value="codes",
        )  # fmt: skip
