"""Several reforms, one after the other, as one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo_merge.recoding.reform import Reform
from geo_merge.units.lineage import LINKS, chain
from geo_merge.vocabulary.places import Side


def chained(reforms: Sequence[Reform]) -> Reform:
    """Return the reform from the units of the first to those of the last.

    A unit that a later reform does not name stays as it is; one that only a later one names was
    there before. See `units.lineage.chain`.
    """
    result = reforms[0]
    for later in reforms[1:]:
        ways = chain(_links(result), _links(later))
        back = _back(result, later, ways)
        old = {**later.units[Side.OLD], **result.units[Side.OLD]}
        new = {**result.units[Side.NEW], **later.units[Side.NEW]}
        units = {
            Side.OLD: {key: old[key] for key in ways["old_code"]},
            Side.NEW: {key: new[key] if key in new else old[key] for key in ways["new_code"]},
        }
        links = [
            (before, after, None if pd.isna(share) else float(share), back.get((before, after)))
            for before, after, share in zip(
                ways["old_code"], ways["new_code"], ways["share"], strict=True
            )
        ]
        result = Reform(units, links, f"{result.source} and {later.source}",
                        [*result.findings, *later.findings])  # fmt: skip
    return result


def _links(reform: Reform, side: Side = Side.OLD) -> pd.DataFrame:
    """Return the links from the units of a side to those of the other."""
    rows = [
        (key, part.key, part.share, "")
        for key in reform.units[side]
        for part in reform.parts(side, key)
    ]
    return pd.DataFrame(rows, columns=list(LINKS)).astype({"share": float})


def _back(first: Reform, later: Reform, ways: pd.DataFrame) -> dict[tuple[str, str], float | None]:
    """Return the share of each last unit that each first one is, where it is known.

    It is followed back as the ways are followed forward. Where a reform leaves out that a unit goes
    on, the two do not name the same units, and no share of this unit is known.
    """
    back = chain(_links(later, Side.NEW), _links(first, Side.NEW))
    shares = {after: dict(zip(group["new_code"], group["share"], strict=True))
              for after, group in back.groupby("old_code")}  # fmt: skip
    found: dict[tuple[str, str], float | None] = {}
    for after, members in ways.groupby("new_code")["old_code"]:
        told = shares.get(after, {})
        if len(members) == 1:
            told = {members.iloc[0]: 1.0}
        for before in members:
            share = told.get(before) if set(told) == set(members) else None
            found[before, str(after)] = None if share is None or pd.isna(share) else float(share)
    return found
