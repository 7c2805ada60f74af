"""Drafting Article 1 of a resolution from a crosswalk, in words that read back to the same.

The words are those of the resolutions of June 2025 (1654 to 1687/NQ-UBTVQH15), one clause a new
unit (``Sắp xếp toàn bộ diện tích tự nhiên, quy mô dân số của ... thành xã mới có tên gọi là ...``),
and a last one with the numbers and the units that stay. With figures each member has its land and
people, and each new unit a sentence on its own and one on its neighbours, as those up to 2024 had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geo_merge.errors import UsageError
from geo_merge.units.crosswalk import COLUMNS
from geo_merge.vietnam.matching import Units
from geo_merge.vietnam.names import bare_key, split_type
from geo_merge.vietnam.provinces import PROVINCES, Province, find_province
from geo_merge.vietnam.resolutions.compositions import plan_from
from geo_merge.vietnam.resolutions.figures import Figures
from geo_merge.vietnam.resolutions.plan import new_units, old_units
from geo_merge.vietnam.resolutions.resolution import parse_resolution
from geo_merge.vietnam.resolutions.sentences import Mode
from geo_merge.vietnam.resolutions.wording import Clause, Member, closing, lower, sentences
from geo_merge.vocabulary.places import Unit
from geo_merge.vocabulary.sentence import sentence

_TYPES = ("Xã", "Phường", "Thị trấn", "Đặc khu")
_SHOWN = 10


@dataclass(frozen=True)
class Draft:
    """A drafted article.

    Attributes
    ----------
    text
        Title and Article 1.
    notes
        What is left open in it, one sentence each.
    problems
        Where reading it back gives another crosswalk, one sentence each; none if it is the same.
    """

    text: str
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def draft(
    crosswalk: pd.DataFrame,
    *,
    province: str | None = None,
    figures: Figures | None = None,
    year: int = 2025,
) -> Draft:
    """Draft Article 1 for the new units of a province, and read it back.

    Parameters
    ----------
    crosswalk
        With ``mode`` (as `make_plan` writes it) where that is known: without it, an old unit that
        goes to several new ones gives a part to each, and its rest to the last.
    province
        One of the 34 provinces, by code or name; needed if the crosswalk has several.
    figures
        Land, people and neighbours: then they are stated too.
    year
        Of the title.

    Raises
    ------
    UsageError
        If the province is not clear.
    """
    rows = crosswalk.reindex(columns=[*COLUMNS, "mode"], fill_value="").fillna("")
    chosen = _province(rows, province)
    rows = rows[[_province_of(row) == chosen.code for row in rows.to_dict("records")]]
    clauses = _clauses(rows, chosen.code)
    made, staying = ([c for c in clauses if c.stays is stays] for stays in (False, True))
    notes: list[str] = []
    said = [sentences(clause, figures, notes) for clause in made]
    said.append(closing(made, staying, _full_name(chosen)))
    text = "\n\n".join(
        [*_head(_full_name(chosen), year), *(f"{k}. {one}" for k, one in enumerate(said, start=1))]
    )
    return Draft(f"{text}\n", notes, _differences(clauses, text, chosen))


def _head(province: str, year: int) -> list[str]:
    what = f"các đơn vị hành chính cấp xã của {province}"
    return [
        "DỰ THẢO NGHỊ QUYẾT",
        f"Về việc sắp xếp {what} năm {year}",
        f"Điều 1. Sắp xếp {what}",
        f"Sắp xếp để thành lập {what} như sau:",
    ]


def _full_name(province: Province) -> str:
    return lower(next(name for _, _, code, name in PROVINCES if code == province.code))


def _province(rows: pd.DataFrame, named: str | None) -> Province:
    if named is not None:
        return find_province(named)
    found = sorted({_province_of(row) for row in rows.to_dict("records")} - {""})
    if len(found) != 1:
        raise UsageError(
            sentence("usage.provinces", n=len(found), provinces=", ".join(found[:_SHOWN]))
        )
    return find_province(found[0])


def _province_of(row: dict[Any, Any]) -> str:
    """Return the province of a row since July 2025, by its old province, else by its new unit."""
    for old, _, new, _ in PROVINCES:
        if row["old_province_code"] == old:
            return new
    known = old_units().by_code.get(row["old_code"])
    if known is not None:
        return next(new for old, _, new, _ in PROVINCES if known.province_code == old)
    unit = new_units().by_code.get(row["new_code"])
    return unit.province_code if unit is not None else ""


def _clauses(rows: pd.DataFrame, province: str) -> list[Clause]:
    """Return the new units, communes first, in the order of the crosswalk."""
    by = ["new_code", "new_type", "new_name"]
    groups: list[tuple[Any, list[dict[Any, Any]]]] = [
        (key, own.to_dict("records")) for key, own in rows.groupby(by, sort=False)
    ]
    order = {kind: k for k, kind in enumerate(_TYPES)}
    groups.sort(key=lambda group: order.get(group[0][1], len(order)))
    wanted = Counter(row["old_code"] for _, own in groups for row in own if row["old_code"])
    clauses: list[Clause] = []
    seen: dict[str, list[int]] = {}
    made = 0
    for key, own in groups:
        code, kind, name = map(str, key)
        members = tuple(_member(row, wanted, seen, old_units(province)) for row in own)
        clauses.append(Clause(code, kind, _capitals(name), members))
        made += not clauses[-1].stays
        for member in members:
            seen.setdefault(member.code, []).append(made)
    return clauses


def _member(
    row: dict[Any, Any], wanted: Counter[str], seen: dict[str, list[int]], units: Units
) -> Member:
    """Return what a row says of an old unit.

    Without a mode, one that goes to several gives a part to each, and to the last what is left.
    """
    code, known = row["old_code"], units.by_code.get(row["old_code"])
    name = row["old_name"] or (known.name if known else "")
    kind = row["old_type"] or (known.unit_type if known else "")
    if not name:  # a district without communes
        kind, name = split_type(row["old_district"])
    kind, name = (kind, name) if not split_type(name)[0] else split_type(name)  # Phường 4
    before = tuple(seen.get(code, ())) if code else ()
    mode = _mode(row["mode"])
    if mode is None:
        last = wanted[code] == len(before) + 1
        mode = Mode.WHOLE if wanted[code] <= 1 else Mode.REST if last else Mode.PART
    same = known is not None and bare_key(known.name) == bare_key(name)
    parent = _parent(known, kind, name, units) if known is not None and same else ""
    elsewhere = before if mode == Mode.REST else ()
    return Member(code, kind, _capitals(name) if code else name, parent, mode, elsewhere)


def _parent(unit: Unit, kind: str, name: str, units: Units) -> str:
    """Return the parent that a unit must be named with to be told from others; mostly none."""
    for parent in ("", unit.district, unit.province):
        found = units.find(name, unit_type=kind, parents=(parent,)).unit
        if found is not None and found.code == unit.code:
            return parent
    return unit.district


def _capitals(name: str) -> str:
    """Return a name with capitals, as law writes it, where a list has none (``Đại áng``)."""
    return " ".join(word[:1].upper() + word[1:] for word in name.split())


def _mode(text: str) -> Mode | None:
    """Return the mode that a row of a plan tells, whose notes stand behind a comma."""
    return next((m for m in sorted(Mode, key=len, reverse=True) if text.startswith(m)), None)


def _differences(clauses: Sequence[Clause], text: str, province: Province) -> list[str]:
    """Read a draft back, and tell the rows that are not those it was made from."""
    read_text = parse_resolution(text, "the draft")
    if find_province(read_text.province).code != province.code:
        return [sentence("draft.province", province=read_text.province)]
    plan = plan_from(read_text, province.code)
    wanted: Counter[tuple[str, ...]] = Counter(
        (c.code if c.code in new_units().by_code else "", bare_key(c.name), *_key(m.code, m))
        for c in clauses
        for m in c.members
    )
    read = Counter(_read_key(row, wanted) for row in plan.crosswalk.to_dict("records"))
    lost, new = wanted - read, read - wanted
    return [
        *(sentence("draft.lost", told=_told(key)) for key in sorted(lost)),
        *(sentence("draft.new", told=_told(key)) for key in sorted(new)),
    ]


def _key(code: str, member: Member) -> tuple[str, str, str]:
    known = code in old_units().by_code
    return code if known else "", "" if known else bare_key(member.name), str(member.mode)


def _read_key(row: dict[Any, Any], wanted: Counter[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the key of a row; a unit whose code the crosswalk does not have goes by its name."""
    new, mode = (row["new_code"], bare_key(row["new_name"])), str(_mode(row["mode"]))
    coded = (*new, row["old_code"], "", mode)
    return coded if coded in wanted else (*new, "", bare_key(row["old_name"]), mode)


def _told(key: tuple[str, ...]) -> str:
    new_code, new_name, old_code, old_name, mode = key
    return f"{old_code or old_name} ({mode}) to {new_code} {new_name}"
