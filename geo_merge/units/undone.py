"""Mergers undone: which parts of a divided unit are the units that it was once made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from geo_merge.vocabulary.codes import fold_name


@dataclass(frozen=True)
class Restored:
    """A part of a divided unit that is taken for a unit that the divided one was made of.

    Attributes
    ----------
    member
        Code of the former unit.
    merged
        Code of the unit that was divided.
    part
        Code of the new unit.
    by
        What they have in common: ``name`` or ``code``.
    """

    member: str
    merged: str
    part: str
    by: str


def members_again(
    ways: pd.DataFrame,
    names: Mapping[str, str],
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> tuple[pd.DataFrame, list[Restored]]:
    """Narrow down where members of a divided unit went, if the division undid their merger.

    A list says that a unit is divided, and not which part is whose. Where a part has the name of a
    member, or its code and no other name, it is that member again. Members that have no part of
    their own went to the part that goes on as the divided unit (it has its code or name), or to
    parts that are no member's.

    Parameters
    ----------
    ways
        ``old_code, new_code, share``, and ``new_code_then, share_then`` of a later step.
    names
        Names of the old units, by code.
    before, after
        Names before and after the later step.
    """
    then = ways.dropna(subset=["new_code_then"])
    counts = then.groupby("new_code").agg(
        old=("old_code", "nunique"), parts=("new_code_then", "nunique")
    )
    divided = counts.index[(counts["old"] > 1) & (counts["parts"] > 1)]
    if divided.empty:
        return ways, []
    ways, told, gone = ways.copy(), [], []
    for merged, group in then[then["new_code"].isin(divided)].groupby("new_code"):
        parts = dict.fromkeys(group["new_code_then"])
        members = dict.fromkeys(group.loc[group["share"] == 1, "old_code"])
        found = {m: hit for m in members if (hit := _again(m, parts, names, after)) is not None}
        same = [p for p in parts if p == merged] or [
            p for p in parts if _alike(after.get(p, ""), before.get(str(merged), ""))
        ]
        own = {part for part, _ in found.values()}
        if not own - set(same):
            continue
        others = [p for p in parts if p not in own]
        for member in members:
            part, by = found.get(member, ("", ""))
            goes = [part] if part and part not in same else [*dict.fromkeys([*same, *others])]
            goes = goes or list(parts)
            rows = group.index[group["old_code"] == member]
            gone += [k for k in rows if group.at[k, "new_code_then"] not in goes]
            if len(goes) == 1:
                ways.loc[rows, "share_then"] = 1.0
            if by and part not in same:
                told.append(Restored(str(member), str(merged), part, by))
    return ways.drop(index=gone), told


def _again(
    member: str, parts: Mapping[str, object], names: Mapping[str, str], after: Mapping[str, str]
) -> tuple[str, str] | None:
    """Return the part that has the name of a member, or its code and no other name."""
    name = names.get(member, "")
    called = [part for part in parts if _alike(name, after.get(part, ""))]
    if len(called) == 1:
        return called[0], "name"
    if member in parts and not (name and after.get(member)):
        return member, "code"
    return None


def _alike(one: str, two: str) -> bool:
    return bool(one) and fold_name(one) == fold_name(two)
