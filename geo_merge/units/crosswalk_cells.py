"""The cells of a crosswalk: what is no value is none, codes and names as they are meant."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable

import pandas as pd

from geo_merge.units.crosswalk_report import Report, ranges
from geo_merge.units.unnamed import lost_letters, without_letters
from geo_merge.vocabulary.codes import (
    clean_code,
    clean_text,
    fold_name,
    is_scientific,
    ungrouped,
)
from geo_merge.vocabulary.no_values import NoValue, may_be_a_place, no_value
from geo_merge.vocabulary.sentence import sentence

CODES = ("old_code", "new_code")
# Cells that must be a name or code where they are filled.
_NAMING = ("old_code", "old_name", "new_code", "new_name", "new_type")
_FREE = ("share", "clause", "words", "evidence")
_NEEDED = ("new_code", "new_name")
_SAYS = {"new_code": "W01.join", "new_name": "W01.give_name"}
_INSTEAD = {NoValue.ABOVE: "W01.write_out", NoValue.FATE: "W01.write_own"}
_ZERO = re.compile(r"0(?:[.,]0+)?|0{4,}")  # also as 00000 shows it; 00 may be one of a hundred
_FLOAT = re.compile(r"([0-9]+)[.,]0+")
# How a row begins that adds up those above it, with a count behind it: Tổng Cọt is a commune.
_SUM = re.compile(
    r"((grand |sub)?total|totaux|sum|summe|insgesamt|i alt|celkem|合計|総数|計"
    r"|tổng( cộng| số)?|cộng)[\s:.,()0-9–-]*",
    re.IGNORECASE,
)
# I. or 1) before a name; not P. or X., which are types.
_NUMBERED = re.compile(r"(?:I{1,3}|I?V|VI{1,3}|IX|X[IVX]+|[A-E]|[0-9]{1,2})[.)] ?[^\W\d]")
_POINT = re.compile(r"[0-9]+[.,][0-9]+")


def cleaned(
    rows: pd.DataFrame, report: Report, names: Iterable[str], above: Iterable[str] = ()
) -> pd.DataFrame:
    """Return a crosswalk with its codes and names as they are meant; report what was done.

    Parameters
    ----------
    rows
        See `crosswalk.as_crosswalk`.
    report
        Gets the cells that are no names or codes, and what was changed.
    names
        Names of the old units: where one is called None, Nan or Ibid, that is a name.
    above
        Names of their districts and provinces, which head groups of rows.
    """
    known = Counter(names)
    rows = _without_sums(rows, report, known)
    rows = _without_headings(rows, report, known, _only_above(above, known))
    rows = _without_nothing(_without_notes(rows, report), report, known)
    _refuse_zeros(rows, report)
    result = rows.copy()
    changed = 0
    for column in CODES:
        for row, code in rows[column].items():
            if is_scientific(code):
                report.wrong_in(row, "K02.scientific", column=column, code=code)
        codes = rows[column].map(clean_code)
        changed += int((codes != rows[column]).sum())
        result[column] = _without_groups(_without_point(codes, column, report), column, report)
    for column in rows.columns.drop(list(CODES)):
        result[column] = rows[column].map(clean_text)
    for column in ("old_name", "new_name"):
        result[column] = _without_point(result[column], column, report)
        report.findings += lost_letters(result[column], column, report.source)
        report.findings += without_letters(result[column], column, report.source)
    result["new_name_written"] = rows["new_name"]
    if changed:
        told = sentence("K02.cleaned", source=report.source, n=changed)
        report.note(told, value=float(changed), unit_of_value="codes")
    return result


def _without_sums(rows: pd.DataFrame, report: Report, names: Counter[str]) -> pd.DataFrame:
    """Report rows in which a table adds its figures up, and return the others."""
    sums = []
    columns = ("old_code", "old_name", "new_name", "new_code")
    cells = (rows[column].tolist() for column in columns)
    for row, *texts in zip(rows.index, *cells, strict=True):
        said = next((t for t in texts if _SUM.fullmatch(clean_text(t)) and not names[t]), None)
        if said is not None and not all(map(clean_text, texts)):
            report.wrong_in(row, "K04.total", text=clean_text(said))
            sums.append(row)
    return rows.drop(index=sums)


def _only_above(above: Iterable[str], names: Iterable[str]) -> frozenset[str]:
    """Return names of districts and provinces, folded, that are not those of units as well."""
    return frozenset(map(fold_name, above)) - {"", *map(fold_name, names)}


def _without_headings(
    rows: pd.DataFrame, report: Report, names: Counter[str], above: frozenset[str]
) -> pd.DataFrame:
    """Report rows that head a group, as ``II. HUYỆN VIỆT YÊN`` alone or in merged cells."""
    behind = tuple(f" {name}" for name in above)
    cells = rows[[*_NAMING, "old_type"]].map(clean_text)
    heads = []
    for row, texts in zip(rows.index, cells.itertuples(index=False), strict=True):
        filled = [text for text in texts if text]
        text = filled[0] if len(set(filled)) == 1 else ""
        if " " not in text or names[text]:
            continue
        # A name alone may be a unit whose row is not filled in yet, and no unit has its own type.
        alone = len(filled) == 1 and text == texts.old_code and text.isupper()
        folded = fold_name(text)
        if (alone or text in (texts.old_type, texts.new_type) or _NUMBERED.match(text)
                or folded in above or folded.endswith(behind)):  # fmt: skip
            report.wrong_in(row, "K04.heading", text=text)
            heads.append(row)
    return rows.drop(index=heads)


def _without_notes(rows: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Report rows with neither an old unit nor a whole new one: notes and names of who signs."""
    cells = rows[["old_code", "old_name", *_NEEDED]].map(clean_text) != ""
    notes = ~(cells["old_code"] | cells["old_name"]) & ~cells[list(_NEEDED)].all(axis=1)
    if notes.any():
        report.wrong("K01.notes", rows=ranges(rows.index[notes]), n=int(notes.sum()))
    return rows[~notes]


def _named_by_a_mark(rows: pd.DataFrame) -> set[str]:
    """Return the codes of new units that have one quotation mark for their name in every row.

    That is a name, if a bad one: a mark for the row above stands below the name that it repeats.
    """
    names: dict[str, set[str]] = defaultdict(set)
    for code, name in zip(rows["new_code"].tolist(), rows["new_name"].tolist(), strict=True):
        names[code].add(name)
    return {code for code, called in names.items() if called in ({"'"}, {'"'})}


def _without_nothing(rows: pd.DataFrame, report: Report, names: Counter[str]) -> pd.DataFrame:
    """Blank what is no value, and report it, and blanks, where a name or code is wanted."""
    result = rows.copy()
    labels = _labels(rows)
    blanked: dict[str, list[Hashable]] = {}
    own = set(rows.index[rows["new_code"].isin(_named_by_a_mark(rows))])
    for column in rows.columns.drop([c for c in _FREE if c in rows]):
        cells = []
        is_named = column.endswith("_name")
        for row, text in zip(rows.index, rows[column].tolist(), strict=True):
            reason = no_value(text)
            if reason is NoValue.ABOVE and column == "new_name" and row in own:
                reason = None
            doubt = reason in {NoValue.NOTHING, NoValue.ABOVE}
            is_name = doubt and is_named and names[text] == 1 and may_be_a_place(text)
            cells.append(text if reason is None or is_name else "")
            if column in _NEEDED and not clean_text(text):
                kind = "W01.code" if column == "new_code" else "W01.name"
                report.wrong_in(row, kind, label=_cell(column, labels[row]))
            elif reason is None or is_name:  # None in Piedmont, Nan in Siam, Ibid in Luzon
                continue
            elif (
                column in _NEEDED
                or reason is NoValue.ABOVE
                or (column in _NAMING and reason is not NoValue.NOTHING)
            ):
                cell = _cell(column, labels[row])
                _refuse(report, row, column, {"cell": cell, "text": text}, reason)
            else:
                blanked.setdefault(column, []).append(row)
        result[column] = cells
    for column, where in blanked.items():
        told = sentence("W01.cells", source=report.source, n=len(where), column=column,
                        rows=ranges(where))  # fmt: skip
        report.note(told, value=float(len(where)), unit_of_value="cells")
    return result


def _refuse_zeros(rows: pd.DataFrame, report: Report) -> None:
    """Report a 0 for a new code or name: a lookup that found a blank cell shows one."""
    labels = _labels(rows)
    for column in _NEEDED:
        zero = rows[column].map(lambda text: _ZERO.fullmatch(clean_text(text)) is not None)
        others = rows.loc[~zero & (rows[column] != ""), column].map(len)
        if others.empty or others.median() < 2:  # noqa: PLR2004 - as short as 0 itself
            continue
        for row in rows.index[zero]:
            report.wrong_in(row, "W01.refused", cell=_cell(column, labels[row]),
                            text=clean_text(rows.at[row, column]), why=sentence("W01.zero"),
                            advice=sentence(_SAYS[column]))  # fmt: skip


def _labels(rows: pd.DataFrame) -> dict[Hashable, str]:
    """Return what the old unit of each row is called in messages."""
    called = map(_label, rows["old_code"].tolist(), rows["old_name"].tolist())
    return dict(zip(rows.index, called, strict=True))


def _label(code: str, name: str) -> str:
    return code or name or sentence("W01.nameless")


def _cell(column: str, unit: str) -> str:
    """Return what messages call a cell: by its unit, where it is about the new one."""
    is_new = column.startswith("new")
    return sentence("W01.column_of", column=column, unit=unit) if is_new else column


def _refuse(
    report: Report, row: Hashable, column: str, told: dict[str, str], reason: NoValue
) -> None:
    """Report a cell that must be a name or code and is none."""
    kind, advice = "W01.refused", _INSTEAD.get(reason) or _SAYS.get(column, "W01.correct")
    if reason in {NoValue.DAY, NoValue.TRUTH}:
        kind, advice = "W11.refused", "W11.code" if column in CODES else "W11.name"
    text = clean_text(told["text"])
    report.wrong_in(
        row, kind, cell=told["cell"], text=text, why=reason.told, advice=sentence(advice)
    )


def _without_groups(values: pd.Series, column: str, report: Report) -> pd.Series:
    """Take what stands between thousands (``9,010``) from codes, if all of them are numbers."""
    plain = values.map(ungrouped)
    grouped = values[plain != values]
    if grouped.empty or not all(code.isdigit() for code in plain if code):
        return values
    told = sentence("K02.separators", source=report.source, n=len(grouped), column=column,
                    example=grouped.iloc[0])  # fmt: skip
    report.note(told, value=float(len(grouped)), unit_of_value="cells")
    return plain


def _without_point(values: pd.Series, column: str, report: Report) -> pd.Series:
    """Take ``.0`` from numbers, if no number of the column has other decimals."""
    pointed = [v for v in values.tolist() if _POINT.fullmatch(v)]
    if not pointed or not all(map(_FLOAT.fullmatch, pointed)):
        return values
    told = sentence("K02.point", source=report.source, n=len(pointed), column=column,
                    example=pointed[0])  # fmt: skip
    report.note(told, value=float(len(pointed)), unit_of_value="cells")
    return values.map(lambda v: _FLOAT.sub(r"\1", v) if _FLOAT.fullmatch(v) else v)
