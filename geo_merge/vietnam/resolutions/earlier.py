"""Resolutions of 2019 to 2024, which changed communes that are not listed any more."""

from __future__ import annotations

import pandas as pd

from geo_merge.errors import UsageError
from geo_merge.units.crosswalk import COLUMNS
from geo_merge.vietnam.matching import Match, Units
from geo_merge.vietnam.names import bare_key
from geo_merge.vietnam.provinces import PROVINCES
from geo_merge.vietnam.resolutions.plan import EVIDENCE, Plan, old_units
from geo_merge.vietnam.resolutions.resolution import Resolution, Statement
from geo_merge.vietnam.resolutions.sentences import PARTS, Member, Mode, Sentence
from geo_merge.vocabulary.places import Unit
from geo_merge.vocabulary.sentence import sentence


def earlier_plan(text: Resolution, province: str | None) -> Plan:
    """Make the crosswalk of a resolution before 2025.

    Its new units are matched with the communes of 2025 before July. Its old units are gone from
    the lists, so they keep their names and district and a blank code, to be matched by name with a
    layer of their time. A unit that others are joined to, or that loses a part, goes to itself.

    Parameters
    ----------
    text
        The resolution.
    province
        One of the 63 provinces, by code or name; by default the one that the text names.

    Raises
    ------
    UsageError
        If the province is not said or unknown.
    """
    code = _old_province(province or text.province, text.source)
    units = old_units().within({code})
    plan = Plan(pd.DataFrame(), list(text.problems))
    rows: list[dict[str, str]] = []
    for said in text.statements:
        if said.sentence.kind not in {"arranged", "joined"}:
            continue
        match = _find(said.sentence.unit_type, said.sentence.name, said.district, units)
        if match.unit is None:
            wanted = f"{said.sentence.unit_type} {said.sentence.name}"
            plan.problems.append(sentence("K04.left_blank", source=text.source, clause=said.clause,
                                          problem=match.problem(wanted),
                                          words=said.words[:300]))  # fmt: skip
        unit = match.unit or Unit("", said.sentence.name, said.sentence.unit_type)
        rows += [_row(m, said, unit, match.how) for m in _members(said.sentence)]
    rows += _remainders(rows, units)
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *EVIDENCE], dtype=object)
    plan.crosswalk = frame.drop_duplicates(ignore_index=True)
    return plan


def _old_province(named: str, source: str) -> str:
    for code, name, _, _ in PROVINCES:
        if named and (named.strip() == code or bare_key(named) == bare_key(name)):
            return code
    raise UsageError(sentence("usage.earlier_province", source=source,
                              named=named or sentence("words.no_province")))  # fmt: skip


def _find(unit_type: str, name: str, district: str, units: Units) -> Match:
    return units.find(name, unit_type=unit_type, behind=district)


def _members(sentence: Sentence) -> tuple[Member, ...]:
    if sentence.kind == "arranged":
        return sentence.members
    return (*sentence.members, Member(sentence.unit_type, sentence.name))


def _row(member: Member, said: Statement, unit: Unit, how: str) -> dict[str, str]:
    stays = said.sentence.kind == "joined" and (member.unit_type, member.name) == (
        said.sentence.unit_type,
        said.sentence.name,
    )
    return {
        "old_code": unit.code if stays else "",
        "old_name": member.name,
        "old_type": member.unit_type,
        "old_district": member.district or said.district or unit.district,
        "new_code": unit.code,
        "new_name": unit.name,
        "new_type": unit.unit_type,
        "share": "",
        "clause": f"clause {said.clause}",
        "mode": str(member.mode),
        "matched_by": f"new unit: {how}" if unit.code else "",
        "words": said.words,
    }


def _remainders(rows: list[dict[str, str]], units: Units) -> list[dict[str, str]]:
    """Return what is left of units that lose a part: it stays where it was."""
    result = []
    for row in rows:
        same = [
            r for r in rows if (r["old_name"], r["old_type"]) == (row["old_name"], row["old_type"])
        ]
        if row["mode"] not in PARTS or any(r["mode"] not in PARTS for r in same):
            continue
        match = _find(row["old_type"], row["old_name"], row["old_district"], units)
        if match.unit is not None:
            left = {"old_code": match.unit.code, "new_code": match.unit.code, "mode": Mode.REST}
            named = {"new_name": match.unit.name, "new_type": match.unit.unit_type}
            result.append(row | left | named | {"matched_by": "what is left of it stays"})
    return result
