"""Crosswalks from what new units are said to be made of, in tables and in resolutions."""

from __future__ import annotations

import re
from functools import reduce
from pathlib import Path

import pandas as pd

from geo_merge.errors import TableError, UsageError
from geo_merge.reading.tables import read_table
from geo_merge.vietnam.files.encodings import texts
from geo_merge.vietnam.names import bare_key, split_type
from geo_merge.vietnam.provinces import PROVINCES, find_province
from geo_merge.vietnam.resolutions import resolution
from geo_merge.vietnam.resolutions.blanks import put_back
from geo_merge.vietnam.resolutions.claims import Statement, clause_told
from geo_merge.vietnam.resolutions.earlier import earlier_plan
from geo_merge.vietnam.resolutions.grammar import NotUnderstoodError, read_composition
from geo_merge.vietnam.resolutions.plan import Plan, count_by_type, make_plan, new_units
from geo_merge.vietnam.resolutions.sentences import PARTS, Member, Mode, Sentence
from geo_merge.vocabulary.codes import clean_code
from geo_merge.vocabulary.country import Country
from geo_merge.vocabulary.fields import COMPOSITION, fold_field
from geo_merge.vocabulary.sentence import sentence

# Headings, folded, of compositions_2025.csv, of published statistics, and of the statistics
# office's export (Xã: code, Tên Xã: name, Cấp: type, Ghi Chú: composition).
_HEADINGS = {
    "composition": (*COMPOSITION, "oldname", "tencu", "tenxacu", "membernames"),
    "name": ("newname", "tenxa", "tenphuongxa", "tenmoi", "ten"),
    "type": ("newtype", "cap", "loai", "loaixa"),
    "code": ("newcode", "xa", "maxa", "maphuongxa", "ma"),
    "province": ("province", "tentinh", "tinh", "tinhthanhpho", "newprovince"),
}
_NEEDED = ("name", "composition")
_COUNT = re.compile(r"(\d+)\s+(xã|phường|đặc khu|thị trấn)", re.IGNORECASE)
_TOTAL = re.compile(
    r"có\s+(\d+)\s+đơn vị hành chính cấp xã,?\s*gồm:?\s*(.*?)(?=;|$)", re.IGNORECASE
)
Problems = list[str]


def plan_from_compositions(
    path: Path, *, province: str | None = None, encoding: str | None = None
) -> Plan:
    """Make the crosswalk of a table of new units with what each was made of.

    Parameters
    ----------
    path
        CSV, XLSX or Parquet with a name (``new_name``, ``Tên Xã``) and a composition
        (``composition``, ``Ghi Chú``), and a type, code and province where known; headings may be
        repeated.
    province
        Read only rows of this province, by code or name; needed if the table does not say.
    encoding
        See `read_table`.

    Returns
    -------
    Plan
        The crosswalk, and every row that was not understood.

    Raises
    ------
    TableError
        If a needed column is missing (W07).
    UsageError
        If the province is not said.
    """
    table = read_table(path, encoding=encoding, country=Country(texts=texts))
    columns = _columns(table, path.name)
    wanted = None if province is None else find_province(province).code
    by_province: dict[str, list[Statement]] = {}
    problems: Problems = []
    for number, values in table.iterrows():
        cells = {role: str(values[c]).strip() for role, c in columns.items()}
        if not cells["name"] or all(fold_field(v) in _HEADINGS[r] for r, v in cells.items() if v):
            continue  # a blank line, or the headings again
        where = _province_of(cells, wanted)
        if where is None:
            raise UsageError(
                sentence("usage.row_province", file=path.name, row=number, name=cells["name"])
            )
        if wanted in {None, where}:
            statement = _statement(cells, f"row {number}", path.name, problems)
            by_province.setdefault(where, []).extend(statement)
    if not by_province:
        of = province or sentence("W07.any_province")
        raise TableError(sentence("W07.no_rows_of", file=path.name, province=of))
    plans = [
        make_plan(found, code, path.name, says_parts=False) for code, found in by_province.items()
    ]
    frame = pd.concat([plan.crosswalk for plan in plans], ignore_index=True)
    notes = [note for plan in plans for note in plan.notes]
    return Plan(frame, [*problems, *(p for plan in plans for p in plan.problems)], notes)


def _columns(table: pd.DataFrame, source: str) -> dict[str, str]:
    folded = {fold_field(str(c)): str(c) for c in reversed(table.columns)}
    found = {
        role: next(folded[n] for n in names if n in folded)
        for role, names in _HEADINGS.items()
        if any(n in folded for n in names)
    }
    missing = [role for role in _NEEDED if role not in found]
    if missing:
        kinds = {"name": "W07.new_name", "composition": "W07.made_of"}
        what = reduce(lambda one, other: sentence("words.and", one=one, other=other),
                      (sentence(kinds[role]) for role in missing))  # fmt: skip
        raise TableError(sentence("W07.compositions_lack", source=source, what=what,
                                  columns=list(map(str, table.columns))))  # fmt: skip
    return found


def _province_of(cells: dict[str, str], wanted: str | None) -> str | None:
    named = cells.get("province", "")
    for _, _, code, name in PROVINCES:
        if named and (bare_key(named) == bare_key(name) or named == code):
            return code
    unit = new_units().by_code.get(clean_code(cells.get("code", "")))
    if wanted is None and unit is not None and bare_key(unit.name) == bare_key(cells["name"]):
        return unit.province_code
    return wanted


def _statement(
    cells: dict[str, str], clause: str, source: str, problems: Problems
) -> list[Statement]:
    written, name = split_type(cells["name"])
    kind = written or cells.get("type", "").capitalize()
    text = cells["composition"]
    try:
        members = read_composition(put_back(text))
    except NotUnderstoodError as error:
        problems.append(sentence("resolution.composition", source=source,
                                 clause=clause_told(clause), kind=kind, name=name, begin=str(error),
                                 text=text))  # fmt: skip
        return []
    words = f"{kind} {name}: {text}"
    return [Statement(clause, words, kind, name, clean_code(cells.get("code", "")), members)]


def plan_from_resolution(path: Path, *, province: str | None = None) -> Plan:
    """Make the crosswalk of Article 1 of a resolution, of 2025 or before (see `earlier_plan`).

    Parameters
    ----------
    path
        The text, as .txt, .docx or .pdf.
    province
        Its province, by code or name; by default the one that Article 1 names.

    Raises
    ------
    TableError
        If the file cannot be read as a resolution.
    UsageError
        If the province is not said.
    """
    text = resolution.read_resolution(path)
    if not text.is_of_2025:
        return earlier_plan(text, province)
    if province is None and not text.province:
        raise UsageError(sentence("usage.whose_province", file=path.name))
    return plan_from(text, find_province(province or text.province).code)


def plan_from(text: resolution.Resolution, province: str) -> Plan:
    """Make the crosswalk of a resolution of 2025 that was read, for a province by its code."""
    statements = list(_statements(text))
    plan = make_plan(statements, province, text.source, says_parts=True)
    plan.problems[:0] = text.problems
    plan.problems += _miscounted(text, statements)
    return plan


def _statements(text: resolution.Resolution) -> list[Statement]:
    result = []
    that_stay = _units_that_others_join(text)
    for said in text.statements:
        clause, means = f"clause {said.clause}", said.sentence
        if means.kind in {"arranged", "joined"}:
            stays = that_stay.pop(_key(means), None) if means.kind == "joined" else None
            result.append(
                Statement(clause, said.words, means.unit_type, means.name,
                          members=(*means.members, *filter(None, [stays])),
                          district=said.district)
            )  # fmt: skip
        elif means.kind == "closing":
            result += [Statement(clause, said.words, m.unit_type, m.name) for m in means.members]
    return result


def _units_that_others_join(text: resolution.Resolution) -> dict[tuple[str, str], Member]:
    """Return the old units that others are joined to ("Nhập xã A vào xã B"): each is a member too.

    One that another clause makes anew is none; of one that another clause takes a part of, the
    rest stays.
    """
    sentences = [said.sentence for said in text.statements]
    made = {_key(s) for s in sentences if s.kind == "arranged"}
    parted = {_key(m) for s in sentences for m in s.members if m.mode in PARTS}
    return {
        _key(s): Member(s.unit_type, s.name, mode=Mode.REST if _key(s) in parted else Mode.WHOLE)
        for s in sentences
        if s.kind == "joined" and _key(s) not in made
    }


def _key(of: Sentence | Member) -> tuple[str, str]:
    return of.unit_type, bare_key(of.name)


def _miscounted(text: resolution.Resolution, statements: list[Statement]) -> Problems:
    """Compare the numbers of new units in the closing clause with those that are made."""
    for said in text.statements:
        total = _TOTAL.search(said.sentence.name) if said.sentence.kind == "closing" else None
        if total is None or not text.is_of_2025:
            continue
        made = count_by_type(statements)
        stated = {kind.casefold(): int(n) for n, kind in _COUNT.findall(total.group(2))}
        wrong = {k: n for k, n in stated.items() if made[k] != n}
        if int(total.group(1)) != made.total() or wrong:
            told = [
                sentence("resolution.where", made=made[k], kind=k, n=n) for k, n in wrong.items()
            ]
            return [sentence("P01.stated_count", source=text.source, clause=said.clause,
                             stated=int(total.group(1)), made=made.total(), told=told)]  # fmt: skip
    return []
