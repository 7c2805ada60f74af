"""Several reforms, one after the other, as one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo_merge.recoding.reform import Part, Reform
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
        back = _back(result, later)
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


def _links(reform: Reform) -> pd.DataFrame:
    rows = [
        (key, part.key, part.share, "")
        for key in reform.units[Side.OLD]
        for part in reform.parts(Side.OLD, key)
    ]
    return pd.DataFrame(rows, columns=list(LINKS)).astype({"share": float})


def _back(first: Reform, later: Reform) -> dict[tuple[str, str], float | None]:
    """Return the share of each last unit that each first one is, where all ways are known."""
    found: dict[tuple[str, str], float | None] = {}
    for key in {*first.units[Side.NEW], *later.units[Side.NEW]}:
        steps = later.parts(Side.NEW, key) or (Part(key, 1.0),)
        for step in steps:
            for part in first.parts(Side.NEW, step.key) or (Part(step.key, 1.0),):
                known = found.get((part.key, key), 0.0)
                unknown = None in {known, step.share, part.share}
                found[part.key, key] = (
                    None if unknown else (known or 0.0) + (step.share or 0.0) * (part.share or 0.0)
                )
    return found
