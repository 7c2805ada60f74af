"""From names in a text or table to a crosswalk of codes, with the evidence of each row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from geo_merge.units.crosswalk import COLUMNS
from geo_merge.vietnam import gazetteer
from geo_merge.vietnam.matching import Match, Unit, Units
from geo_merge.vietnam.names import PARENT_TYPES, bare_key
from geo_merge.vietnam.provinces import PROVINCES
from geo_merge.vietnam.resolutions.sentences import Member, Mode, clause_references

EVIDENCE = ("clause", "mode", "matched_by", "words")
_WHOLE = frozenset({Mode.WHOLE, Mode.AREA})
_SHOWN = 10
PIECE = "land that is no unit"
DISTRICT = "a whole district"


@dataclass(frozen=True)
class Statement:
    """One new unit and what it is made of, as a text or a row of a table says.

    Attributes
    ----------
    clause
        Where it is said: a clause, or a row.
    words
        What is said, word for word.
    unit_type, name, code
        The new unit; the code is empty if it is not said.
    members
        What it is made of; none means that it stayed as it was.
    district
        The district that the members are in, if that is said for all of them.
    """

    clause: str
    words: str
    unit_type: str
    name: str
    code: str = ""
    members: tuple[Member, ...] = ()
    district: str = ""


@dataclass
class Plan:
    """A crosswalk with its evidence, and what could not be settled, one sentence each."""

    crosswalk: pd.DataFrame
    problems: list[str] = field(default_factory=list)


@cache
def old_units(province: str | None = None) -> Units:
    """Return the communes before July 2025 of the country, or of what is now a province."""
    if province is None:
        return Units.of(gazetteer.old_communes())
    return old_units().within({old for old, _, new, _ in PROVINCES if new == province})


@cache
def new_units(province: str | None = None) -> Units:
    """Return the units since July 2025 of the country, or of a province."""
    if province is None:
        return Units.of(gazetteer.new_units())
    return new_units().within({province})


def make_plan(
    statements: Sequence[Statement], province: str, source: str, *, says_parts: bool
) -> Plan:
    """Match old and new units of a province by their names, and write the rows of a crosswalk.

    Parameters
    ----------
    statements
        What is said.
    province
        Code of one of the 34 provinces.
    source
        Where it is said, for messages.
    says_parts
        Whether a unit that is divided is said to be: then one that is joined to several new units
        as a whole is a contradiction, otherwise it is divided.

    Returns
    -------
    Plan
        The columns of crosswalks and `EVIDENCE`. An old unit that is not found keeps its name, a
        blank code, and a problem.
    """
    old, new = old_units(province), new_units(province)
    plan = Plan(pd.DataFrame())
    rows: list[dict[str, str]] = []
    for statement in statements:
        target = _new_unit(statement, new)
        where = f"{source} {statement.clause}"
        if target.unit is None:
            wanted = f"new unit {statement.unit_type} {statement.name}"
            plan.problems.append(f"{where}: {target.problem(wanted)} [K04]; {_SAY}: "
                                 f"{statement.words[:300]}")  # fmt: skip
        rows += _rows(statement, target.unit, old, where, plan.problems)
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *EVIDENCE], dtype=object)
    plan.problems += _named_twice(frame, old, source) if says_parts else _mark_parts(frame)
    plan.problems += _unnamed(frame, old, source)
    plan.problems += _lost_references(statements, frame, source)
    plan.crosswalk = frame.sort_values(["new_code", "old_code"], kind="stable", ignore_index=True)
    return plan


_SAY = "correct the name, or add its district"


def _new_unit(statement: Statement, new: Units) -> Match:
    if statement.code and statement.code in new.by_code:
        unit = new.by_code[statement.code]
        if bare_key(unit.name) == bare_key(statement.name):
            return Match(unit, "code")
    return new.find(statement.name, unit_type=statement.unit_type)


def _rows(
    statement: Statement, target: Unit | None, old: Units, where: str, problems: list[str]
) -> list[dict[str, str]]:
    to = {
        "new_code": target.code if target else "",
        "new_name": target.name if target else statement.name,
        "new_type": target.unit_type if target else statement.unit_type,
        "clause": statement.clause,
        "words": statement.words,
    }
    rows = []
    for member in statement.members or (_itself(statement),):
        match = _old_unit(member, statement, target, old)
        if match.unit is None and match.how not in {PIECE, DISTRICT}:
            wanted = f"{member.unit_type} {member.name} {member.district}".strip()
            problems.append(f"{where}: {match.problem(wanted)} [K04]; {_SAY}: "
                            f"{statement.words[:300]}")  # fmt: skip
        rows.append(_row(member, match) | to)
    _place_pieces(rows)
    return rows


def _itself(statement: Statement) -> Member:
    return Member(statement.unit_type, statement.name)


def _old_unit(member: Member, statement: Statement, target: Unit | None, old: Units) -> Match:
    if member.is_piece:
        return Match(None, PIECE)
    if member.unit_type in PARENT_TYPES:
        return Match(None, DISTRICT)
    if not statement.members and target is not None:
        same = old.by_code.get(target.code)  # who stays keeps name and code
        if same is not None and bare_key(same.name) == bare_key(member.name):
            return Match(same, "unchanged: code and name")
    return old.find(
        member.name,
        unit_type=member.unit_type,
        parents=(member.district,),
        behind=member.behind or statement.district,
    )


def _row(member: Member, match: Match) -> dict[str, str]:
    unit = match.unit or Unit("", member.name, member.unit_type, district=member.district)
    return {
        "old_code": unit.code,
        "old_name": unit.name,
        "old_type": unit.unit_type,
        "old_district_code": unit.district_code,
        "old_district": unit.district,
        "old_province_code": unit.province_code,
        "old_province": unit.province,
        "share": "",
        "mode": str(member.mode) + (f", {member.note}" if member.note else ""),
        "matched_by": match.how,
    }


def _place_pieces(rows: list[dict[str, str]]) -> None:
    """Put land that is no unit into the district that the units named with it share."""
    parents = ("old_district_code", "old_district", "old_province_code", "old_province")
    places = {tuple(row[p] for p in parents) for row in rows if row["old_code"]}
    for row in rows:
        if row["matched_by"] == PIECE and len(places) == 1:
            row.update(zip(parents, next(iter(places)), strict=True))


def _joined_as_a_whole(frame: pd.DataFrame) -> pd.Series:
    """Tell which rows join an old unit as a whole that is joined to another new unit too."""
    found = frame["old_code"] != ""
    whole = frame["mode"].isin(_WHOLE)
    return found & whole & frame[found]["old_code"].duplicated(keep=False).reindex(frame.index)


def _mark_parts(frame: pd.DataFrame) -> list[str]:
    """Call old units that several new ones have in their compositions parts of them."""
    frame.loc[_joined_as_a_whole(frame), "mode"] = f"{Mode.PART}, since several rows name it"
    return []


def _named_twice(frame: pd.DataFrame, old: Units, source: str) -> list[str]:
    doubled = frame[_joined_as_a_whole(frame)]
    return [
        f"{source} {', '.join(frame.loc[frame['old_code'] == code, 'clause'])}: "
        f"{old.by_code[code]} is joined to one new unit as a whole, and to another [W02]; correct "
        "the text."
        for code in dict.fromkeys(doubled["old_code"])
    ]


def _unnamed(frame: pd.DataFrame, old: Units, source: str) -> list[str]:
    named = set(frame["old_code"]) - {""}
    districts = set(frame.loc[frame["matched_by"] == DISTRICT, "old_name"].map(bare_key))
    missing = [
        str(unit)
        for unit in old.all
        if unit.code not in named and bare_key(unit.district) not in districts
    ]
    if not missing or not named:
        return []
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    listed = "; ".join(missing[:_SHOWN]) + more
    return [f"{source}: {len(missing)} old units are not named: {listed} [K05]; add them."]


def _lost_references(
    statements: Sequence[Statement], frame: pd.DataFrame, source: str
) -> list[str]:
    """Return rests of units whose other parts are not in the clauses that they refer to."""
    clauses: dict[str, set[str]] = defaultdict(set)
    for code, clause in zip(frame["old_code"], frame["clause"], strict=True):
        clauses[code].add(clause)
    problems = []
    by_clause = {s.clause: s for s in statements}
    for row in frame[frame["mode"].str.startswith(Mode.REST)].to_dict("records"):
        note = row["mode"].partition(", ")[2]
        wanted = {f"clause {n}" for n in clause_references(note)}
        lost = sorted(wanted - clauses[row["old_code"]] - {row["clause"]})
        if row["old_code"] and lost and row["clause"] in by_clause:
            problems.append(f"{source} {row['clause']}: the rest of {row['old_type']} "
                            f"{row['old_name']} refers to {', '.join(lost)}, where no part of it "
                            "is named [W05]; check the text.")  # fmt: skip
    return problems


def count_by_type(statements: Iterable[Statement]) -> Counter[str]:
    """Return how many new units of each type are made."""
    made = {(s.unit_type.casefold(), bare_key(s.name)) for s in statements}
    return Counter(kind for kind, _ in made)
