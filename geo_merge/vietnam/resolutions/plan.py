"""From names in a text or table to a crosswalk of codes, with the evidence of each row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from geo_merge.units.crosswalk import COLUMNS
from geo_merge.vietnam import gazetteer
from geo_merge.vietnam.matching import Match, Units
from geo_merge.vietnam.names import bare_key
from geo_merge.vietnam.provinces import PROVINCES
from geo_merge.vietnam.resolutions.claims import (
    DISTRICT,
    PIECE,
    SPELLING,
    WHOLE,
    Claim,
    Statement,
    clause_told,
    find_new,
    find_old,
    matches_of,
)
from geo_merge.vietnam.resolutions.differences import differences
from geo_merge.vietnam.resolutions.sentences import Member, Mode, clause_references
from geo_merge.vietnam.resolutions.settling import settle
from geo_merge.vocabulary.places import Unit
from geo_merge.vocabulary.sentence import and_more, sentence

EVIDENCE = ("clause", "mode", "matched_by", "words")
_SHOWN = 10


@dataclass
class Plan:
    """A crosswalk with its evidence.

    Attributes
    ----------
    crosswalk
        Its rows.
    problems
        What could not be settled, one sentence each.
    notes
        What was settled otherwise than a reader may expect, and where others say otherwise.
    """

    crosswalk: pd.DataFrame
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


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
    targets = find_new(statements, new)
    claims = find_old(statements, targets, old)
    settle([claim for of_one in claims for claim in of_one], old, says_parts=says_parts)
    rows: list[dict[str, str]] = []
    for statement, target, members in zip(statements, targets, claims, strict=True):
        _tell(
            plan,
            target,
            sentence("K04.new_unit", unit=f"{statement.unit_type} {statement.name}"),
            statement,
            source,
        )
        for claim in members:
            _tell(plan, claim.match, claim.wanted, statement, source)
        rows += _rows(statement, target.unit, members, old)
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *EVIDENCE], dtype=object)
    plan.problems += _named_twice(frame, old, source) if says_parts else _mark_parts(frame)
    plan.problems += _unnamed(frame, old, source)
    plan.problems += _lost_references(statements, frame, source)
    plan.notes += differences(frame, province, source)
    plan.crosswalk = frame.sort_values(["new_code", "old_code"], kind="stable", ignore_index=True)
    return plan


def _tell(plan: Plan, match: Match, wanted: str, statement: Statement, source: str) -> None:
    where = {"source": source, "clause": clause_told(statement.clause)}
    if match.how == SPELLING:
        plan.notes.append(sentence("K04.like", wanted=wanted, unit=match.unit, **where))
    elif match.unit is None and match.how not in {PIECE, DISTRICT}:
        plan.problems.append(sentence("K04.not_found", problem=match.problem(wanted),
                                      words=statement.words[:300], **where))  # fmt: skip


def _rows(
    statement: Statement, target: Unit | None, claims: Sequence[Claim], old: Units
) -> list[dict[str, str]]:
    to = {
        "new_code": target.code if target else "",
        "new_name": target.name if target else statement.name,
        "new_type": target.unit_type if target else statement.unit_type,
        "clause": statement.clause,
        "words": statement.words,
    }
    rows = [_row(claim.member, match) | to for claim in claims for match in matches_of(claim, old)]
    _place_pieces(rows)
    return rows


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
    whole = frame["mode"].isin(WHOLE)
    return found & whole & frame[found]["old_code"].duplicated(keep=False).reindex(frame.index)


def _mark_parts(frame: pd.DataFrame) -> list[str]:
    """Call old units that several new ones have in their compositions parts of them."""
    frame.loc[_joined_as_a_whole(frame), "mode"] = f"{Mode.PART}, since several rows name it"
    return []


def _named_twice(frame: pd.DataFrame, old: Units, source: str) -> list[str]:
    doubled = frame[_joined_as_a_whole(frame)]
    return [sentence("W02.whole_twice", source=source, unit=old.by_code[code],
                     clauses=[*map(clause_told, frame.loc[frame["old_code"] == code,
                     "clause"])]) for code in dict.fromkeys(doubled["old_code"])]  # fmt: skip


def _unnamed(frame: pd.DataFrame, old: Units, source: str) -> list[str]:
    named = set(frame["old_code"]) - {""}
    missing = [str(unit) for unit in old.all if unit.code not in named]
    if not missing or not named:
        return []
    listed = and_more("; ".join(missing[:_SHOWN]), len(missing) - _SHOWN)
    return [sentence("K05.not_named", source=source, n=len(missing), units=listed)]


def _lost_references(
    statements: Sequence[Statement], frame: pd.DataFrame, source: str
) -> list[str]:
    """Return rests of units whose other parts are not in the clauses that they refer to."""
    clauses: dict[str, set[str]] = defaultdict(set)
    for code, clause in zip(frame["old_code"], frame["clause"], strict=True):
        clauses[code].add(clause)
    problems: list[str] = []
    by_clause = {s.clause: s for s in statements}
    for row in frame[frame["mode"].str.startswith(Mode.REST)].to_dict("records"):
        note = row["mode"].partition(", ")[2]
        wanted = {f"clause {n}" for n in clause_references(note)}
        lost = sorted(wanted - clauses[row["old_code"]] - {row["clause"]})
        if row["old_code"] and lost and row["clause"] in by_clause:
            problems.append(sentence("W05.rest", source=source, clause=clause_told(row["clause"]),
                                     unit=f"{row['old_type']} {row['old_name']}",
                                     lost=[*map(clause_told, lost)]))  # fmt: skip
    return problems


def count_by_type(statements: Iterable[Statement]) -> Counter[str]:
    """Return how many new units of each type are made."""
    made = {(s.unit_type.casefold(), bare_key(s.name)) for s in statements}
    return Counter(kind for kind, _ in made)
