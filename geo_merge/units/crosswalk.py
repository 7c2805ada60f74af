"""The crosswalk: what became of every old unit, complete before anything is dissolved."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo_merge.errors import CrosswalkError, TableError
from geo_merge.reading.tables import StrPath, read_table
from geo_merge.units.called import keys_of
from geo_merge.units.crosswalk_cells import cleaned
from geo_merge.units.crosswalk_match import match, without_codes
from geo_merge.units.crosswalk_new import BELOW, PARENTS_AFTER, settled_new
from geo_merge.units.crosswalk_remarks import remarks_of_parts
from geo_merge.units.crosswalk_report import Report
from geo_merge.units.cut_names import is_cut, width_of
from geo_merge.units.unlisted import Unlisted, without_row
from geo_merge.vocabulary.codes import code_key, has_lost_letters
from geo_merge.vocabulary.country import PLAIN, Country, NameKey
from geo_merge.vocabulary.crosswalk_headings import told_by_headings
from geo_merge.vocabulary.fields import COMPOSITION, fold_field, listed, same_field
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.memory import attach, findings_of, sources_of
from geo_merge.vocabulary.part_of import unit_codes
from geo_merge.vocabulary.sentence import sentence

COLUMNS = (
    "old_code", "old_name", "old_type", "old_district_code", "old_district", "old_province_code",
    "old_province", "new_code", "new_name", "new_type", "share",
)  # fmt: skip
# What a row rests on, where a table says: the clause of a resolution and its words.
EVIDENCE = ("clause", "words", "evidence")
OPTIONAL = (*PARENTS_AFTER, BELOW, *EVIDENCE)
REQUIRED = ("old_code", "new_code", "new_name")
SHARE_TOLERANCE = 1e-9
_ABOVE = ("district", "province")
_SHOWN = 10
_SEVERAL = re.compile(r"[^\W\d][,;\n] ?\s*[^\W\d]")  # names side by side in a cell
# Headings, without a number behind, of tables with several old units in a row.
_OLD = ("old", "macu", "maxacu", "tencu", "tenxacu", "member", "merged", "from")


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
    known = (*COLUMNS, *OPTIONAL)
    found = {name: by_fold[fold_field(name)] for name in known if fold_field(name) in by_fold}
    source = crosswalk_source(table)
    _refuse_side_by_side(table, source)
    findings = findings_of(table)
    if not found.keys() >= set(REQUIRED):
        read, notes = _by_words(table, found, source)
        found |= read
        findings = [*findings, *notes]
    text = {name: _texts(table[column]) for name, column in found.items()}
    kept = (*COLUMNS, *(name for name in OPTIONAL if name in found))
    result = pd.DataFrame({name: text.get(name, "") for name in kept}, index=table.index)
    if table.index.name != "row":
        result.index = pd.RangeIndex(2, len(result) + 2, name="row")
    named = result["old_code"].where(result["old_code"] != "", result["old_name"])
    once = ~named.duplicated(keep=False)
    findings = [*findings, *remarks_of_parts(table, set(found.values()), once, source)]
    return attach(result, findings=findings, sources=sources_of(table))


def _by_words(
    table: pd.DataFrame, found: dict[str, str], source: str
) -> tuple[dict[str, str], list[Finding]]:
    """Return the columns that are missing and whose headings say what they hold; tell them.

    Raises
    ------
    TableError
        If a needed column is missing all the same, or several could be it.
    """
    told = told_by_headings(str(c) for c in table.columns if c not in found.values())
    read = {name: told.columns[name] for name in (*COLUMNS, *OPTIONAL)
            if name in told.columns and name not in found}  # fmt: skip
    unclear = {name: columns for name, columns in told.unclear.items() if name not in found}
    missing = [name for name in REQUIRED if name not in found | read]
    if "old_code" in missing and "old_code" not in unclear and "old_name" in found | read:
        missing.remove("old_code")
    if "old_code" not in found:
        _refuse_compositions(table, read, missing, source)
    asked = [*missing, "old_name"] if "old_code" in missing else missing
    for name in asked:
        if name in unclear:
            both = unclear[name]
            raise TableError(sentence("W07.unclear", source=source, columns=both, name=name,
                                      example=both[0]))  # fmt: skip
    if missing:
        there = listed([str(column) for column in table.columns])
        raise TableError(sentence("W07.columns", source=source, missing=missing, columns=there,
                                  example=missing[0]))  # fmt: skip
    named = [f"{name}={column}" for name, column in read.items()]
    notes = [Finding.of(sentence("W07.by_words", source=source, columns=named))]
    for name, columns in unclear.items():
        said = sentence("W07.left_out", source=source, columns=columns, name=name)
        notes.append(Finding.of(said))
    return read, notes


def _texts(values: pd.Series) -> list[str]:
    """Return the cells of a column as texts, empty where there is nothing."""
    cells = zip(values.tolist(), values.isna().tolist(), strict=True)
    return ["" if nothing else str(cell) for cell, nothing in cells]


def _refuse_side_by_side(table: pd.DataFrame, source: str) -> None:
    """Raise TableError if old units stand side by side, a row a new unit."""
    numbered: dict[str, list[str]] = defaultdict(list)
    for column in table.columns:
        base = re.sub(r"[0-9]+$", "", fold_field(str(column)))
        if base.startswith(_OLD) and table[column].astype(str).str.strip().ne("").any():
            numbered[base].append(str(column))
    wide = next((columns for columns in numbered.values() if len(columns) > 1), None)
    if wide:
        raise TableError(sentence("W07.side_by_side", source=source, columns=wide))


def _refuse_compositions(
    table: pd.DataFrame, read: Mapping[str, str], missing: list[str], source: str
) -> None:
    """Raise TableError if a column says what a new unit was made of, and none names an old one."""
    old = [column for name, column in read.items() if name in {"old_code", "old_name"}]
    for column in map(str, table.columns):
        lists = _lists(table[column])
        if (lists and column in old) or (missing and (lists or fold_field(column) in COMPOSITION)):
            raise TableError(sentence("W07.compositions", source=source, column=column))


def _lists(cells: pd.Series) -> bool:
    """Tell whether most cells name several units: ``Xã A, xã B và thị trấn C``."""
    texts = [text for cell in cells if (text := str(cell).strip())]
    return sum(_SEVERAL.search(text) is not None for text in texts) > len(texts) / 2


def crosswalk_source(table: pd.DataFrame) -> str:
    """Return the file that a crosswalk came from, for messages."""
    sources = sources_of(table)
    return str(sources[0]["source"]) if sources else "crosswalk"


def resolve(
    old: gpd.GeoDataFrame,
    table: pd.DataFrame,
    *,
    country: Country = PLAIN,
    unlisted: Unlisted = Unlisted.REFUSE,
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
    country
        In which the layer lies: the form in which its names are compared, and how their types are
        written.
    unlisted
        What becomes of units without a row: they are refused, or keep code, name and type.

    Returns
    -------
    Resolved
        ``rows``: the crosswalk in the order of the units, indexed by their codes, with ``row``
        and ``matched_by``; ``codes``: units whose code lost its leading zeros in the layer, or that
        have none there, and the code that the crosswalk gives them.

    Raises
    ------
    CrosswalkError
        With all problems: rows that name no unit (K04), units without a row (K05), units with
        several (W02, W05), blank new codes (W01), conflicting names and parents (W03), bad shares
        (W04), and, where units are kept, new units that have their codes (W06).
    """
    name_key = country.name_key
    rows = as_crosswalk(table)
    report = Report(crosswalk_source(rows))
    above = {str(name) for level in _ABOVE if level in old for name in old[level].dropna()}
    written, rows = rows, cleaned(rows, report, old["name"], above)
    matched = match(old, rows, written.loc[rows.index], report, name_key)
    units = pd.Series(matched.units, index=rows.index, dtype=object)
    rows = rows.assign(unit=units, matched_by=matched.how, row=rows.index)
    rows = settled_new(rows, old, report, country, lost_zeros=matched.lost_zeros)
    rows = _check_once(old, rows, report)
    rows = without_row(old, rows, report, Unlisted(unlisted), listed=matched.listed)
    _check_names(old, rows, report, name_key)
    if report.problems:
        raise CrosswalkError(report.problems)
    _note_reused_codes(rows.assign(unit=rows["unit"].map(unit_codes(old))), report)
    uncoded = set(old.index[without_codes(old)])
    recoded = {
        str(unit): str(code)
        for unit, code in zip(rows["unit"].tolist(), rows["old_code"].tolist(), strict=True)
        if code
        and (unit in uncoded
             or (len(code) > len(str(unit)) and code_key(code) == code_key(str(unit))))
    }  # fmt: skip
    ordered = rows.set_index("unit").loc[old.index].rename(index=recoded)
    return Resolved(ordered.rename_axis("unit"), recoded, (*findings_of(written), *report.findings))


def _check_once(old: gpd.GeoDataFrame, rows: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Return the rows without those that name a unit again; report units with several."""
    shares = [read_share(row, text, report) for row, text in rows["share"].items()]
    rows = rows.assign(share=shares)
    matched = rows[rows["unit"].notna()]
    for unit, group in matched[matched["unit"].duplicated(keep=False)].groupby("unit", sort=True):
        where = ", ".join(map(str, group.index))
        label = f"{unit} ({old.at[unit, 'name']})"
        if len(set(group["new_code"])) > 1:
            targets = [
                f"{n} ({s:g})" for n, s in zip(group["new_code"], group["share"], strict=True)
            ]
            report.wrong("W05.divided", rows=where, unit=label, targets=targets)
        else:
            told = sentence("W02.same", source=report.source, rows=where, unit=label)
            report.note(told, units=(str(unit),), value=float(len(group)), unit_of_value="rows")
    rows = rows[~(rows["unit"].notna() & rows["unit"].duplicated())]
    for row, unit, share in zip(rows.index, rows["unit"], rows["share"], strict=True):
        if unit is not None and 0 < share < 1 - SHARE_TOLERANCE:
            report.wrong_in(row, "W04.part", share=share, unit=str(unit))
    return rows


def read_share(row: Hashable, text: str, report: Report) -> float:
    """Read a share with a point or a comma; blank is the whole unit."""
    try:
        share = float(text.replace(",", ".")) if text else 1.0
    except ValueError:
        parts = text.removesuffix("%").strip().replace(",", ".")
        whole = text.endswith("%") and parts.replace(".", "", 1).isdigit()
        advice = f"{float(parts) / 100:g}" if whole else "0.6"
        report.wrong_in(row, "W04.no_number", text=text, advice=advice)
        return 1.0
    if not 0 < share <= 1:
        kind = "W04.percent" if 1 < share <= 100 else "W04.outside"  # noqa: PLR2004
        report.wrong_in(row, kind, text=text, share=share / 100)
    return share


def _check_names(
    old: gpd.GeoDataFrame, rows: pd.DataFrame, report: Report, name_key: NameKey
) -> None:
    """Warn of rows whose name is not that of the unit with their code."""
    called = zip(old["name"].tolist(), old["unit_type"].tolist(), strict=True)
    layer = dict(zip(old.index.tolist(), called, strict=True))
    _check_districts(old, rows, report, name_key)
    widths = width_of(old["name"].tolist()), width_of(rows["old_name"].tolist())
    shortened: list[tuple[str, str, str]] = []
    told_of = (rows[column].tolist() for column in ("unit", "old_name", "old_type"))
    for row, unit, name, kind in zip(rows.index, *told_of, strict=True):
        if unit is None or not name:
            continue
        in_layer, unit_type = layer[unit]
        if not in_layer or name == in_layer or has_lost_letters(f"{name} {in_layer}"):
            continue
        if not keys_of(in_layer, unit_type, name_key).isdisjoint(keys_of(name, kind, name_key)):
            continue
        if is_cut(in_layer, name, widths[0]) or is_cut(name, in_layer, widths[1]):
            shortened.append((str(unit), in_layer, name))
        else:
            told = sentence("K08.name", source=report.source, row=str(row), unit=str(unit),
                            name=name, there=in_layer)  # fmt: skip
            report.note(told, units=(str(unit),))

    if shortened:
        names = [
            sentence("K08.both", unit=unit, one=a, other=b) for unit, a, b in shortened[:_SHOWN]
        ]
        more = ", ..." if len(shortened) > _SHOWN else ""
        told = sentence("K08.cut", source=report.source, n=len(shortened), names=names, more=more)
        report.note(told, units=tuple(unit for unit, _, _ in shortened),
                    value=float(len(shortened)), unit_of_value="names")  # fmt: skip


def _check_districts(
    old: gpd.GeoDataFrame, rows: pd.DataFrame, report: Report, name_key: NameKey
) -> None:
    """Warn of members that lie in another district than their row declares."""
    actual = dict(zip(old.index.tolist(), old["district"].tolist(), strict=True))
    declared = (rows[column].tolist() for column in ("unit", "old_district"))
    for row, unit, given in zip(rows.index, *declared, strict=True):
        there = actual.get(unit, "")
        if given and there and given != there and not _same_place(given, there, name_key):
            told = sentence("K08.district", source=report.source, row=str(row), given=given,
                            unit=f"{unit} ({old.at[unit, 'name']})", there=there)  # fmt: skip
            report.note(told, units=(str(unit),))


def _same_place(one: str, two: str, name_key: NameKey) -> bool:
    """Tell whether two names are the same but for a type written before one of them."""
    a, b = name_key(one), name_key(two)
    return a == b or a.endswith(f" {b}") or b.endswith(f" {a}")


def _note_reused_codes(rows: pd.DataFrame, report: Report) -> None:
    """Note new units with the code of an old unit that is not among their members, nor a part."""
    new, old = rows["new_code"].tolist(), rows["unit"].tolist()
    members, reused = set(zip(new, old, strict=True)), set(new) & set(old)
    foreign = sorted(code for code in reused if (code, code) not in members)
    if foreign:
        told = sentence("W06.reused", source=report.source, n=len(foreign),
                        codes=foreign[:_SHOWN])  # fmt: skip
        report.note(told, units=tuple(foreign), value=float(len(foreign)), unit_of_value="codes")


def read_crosswalk(
    path: StrPath,
    *,
    encoding: str | None = None,
    sizes: Sizes | None = None,
    columns: Mapping[str, str] | None = None,
    country: Country = PLAIN,
) -> pd.DataFrame:
    """Read a crosswalk and check its columns; see `read_table`.

    `columns` says what the table calls its columns, where it has headings of its own: as
    ``{"old_code": "kommunenr"}``.

    Returns
    -------
    pandas.DataFrame
        The columns of `crosswalk.COLUMNS` as text, indexed by row number.

    Raises
    ------
    TableError
        If it cannot be read, or lacks ``old_code``, ``new_code`` or ``new_name``.
    """
    table = read_table(path, encoding=encoding, sizes=sizes, country=country)
    return as_crosswalk(_renamed(table, columns or {}))


def _renamed(table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a table with the columns that a person named under the names of the vocabulary."""
    found = list(map(str, table.columns))
    headings = {role: same_field(found, wanted) for role, wanted in columns.items()}
    missing = [wanted for role, wanted in columns.items() if headings[role] is None]
    if missing:
        told = sentence("W07.no_heading", source=crosswalk_source(table), headings=missing,
                        columns=listed(found))  # fmt: skip
        raise TableError(told)
    others = [c for c in found if fold_field(c) not in {fold_field(role) for role in headings}]
    named = {role: table[heading] for role, heading in headings.items()}
    if "old_name" in named and fold_field("old_code") not in map(fold_field, [*named, *others]):
        named["old_code"] = pd.Series("", index=table.index)  # names alone may tell old units
    return attach(table[others].assign(**named), findings=findings_of(table),
                  sources=sources_of(table))  # fmt: skip
