"""Crosswalks one after the other: what became of a unit by any date, and what one was made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from geo_merge.errors import CrosswalkError
from geo_merge.units.undone import Restored, members_again
from geo_merge.vocabulary.sentence import sentence

Narrow = Callable[[pd.DataFrame], pd.DataFrame]
LINKS = ("old_code", "new_code", "share", "evidence")


@dataclass(frozen=True)
class Step:
    """What became of all units on one day.

    Attributes
    ----------
    on
        The first day of the new units.
    links
        ``old_code, new_code, share, evidence``; ``share`` is the part of the old unit that goes to
        the new one, not a number where it is unknown. See `as_links`.
    before, after
        Names of units that the step names, by code, where they are known.
    """

    on: date
    links: pd.DataFrame
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


def as_links(crosswalk: pd.DataFrame, evidence: str = "") -> pd.DataFrame:
    """Return a crosswalk as links.

    Parameters
    ----------
    crosswalk
        At least ``old_code`` and ``new_code``; rows without an old code are no units and are left
        out. A blank ``share`` is 1 for a unit with one row, and unknown for a divided one.
    evidence
        What says so, for rows that do not say it themselves in ``evidence`` or ``words``.
    """
    rows = crosswalk[crosswalk["old_code"] != ""].reset_index(drop=True)
    divided = rows["old_code"].duplicated(keep=False)
    shares = pd.Series(np.where(divided, np.nan, 1.0))
    if "share" in rows:
        shares = pd.to_numeric(rows["share"].replace("", np.nan)).fillna(shares)
    said = next((rows[c] for c in ("evidence", "words") if c in rows), None)
    texts = pd.Series(evidence, index=rows.index, dtype=object)
    if said is not None:
        texts = said.where(said != "", evidence)
    return pd.DataFrame(
        {"old_code": rows["old_code"], "new_code": rows["new_code"], "share": shares,
         "evidence": texts}
    )  # fmt: skip


def chain(first: pd.DataFrame, second: pd.DataFrame, narrow: Narrow | None = None) -> pd.DataFrame:
    """Follow links on: from the old units of the first to the new units of the second.

    Units of several ways from old to new have one row, with the sum of their shares. A unit that
    the second does not name keeps its code; one that only the second names, as lists of changes
    do, had it before.

    Parameters
    ----------
    first, second
        Links (`as_links`); the new codes of the first are the old codes of the second.
    narrow
        Leaves out ways that are none, and knows shares; see `undone.members_again`.
    """
    joined = first.merge(
        second, how="left", left_on="new_code", right_on="old_code", suffixes=("", "_then")
    )
    if narrow is not None:
        joined = narrow(joined)
    goes_on = joined["new_code_then"].notna()
    steps = zip(joined["evidence"], joined["evidence_then"].fillna(""), strict=True)
    followed = pd.DataFrame(
        {
            "old_code": joined["old_code"],
            "new_code": joined["new_code_then"].where(goes_on, joined["new_code"]),
            "share": joined["share"] * joined["share_then"].where(goes_on, 1.0),
            "evidence": ["; ".join(filter(None, said)) for said in steps],
        }
    )
    named = set(first["old_code"]) | set(first["new_code"])
    return _summed(pd.concat([followed, second[~second["old_code"].isin(named)]]))


def _summed(links: pd.DataFrame) -> pd.DataFrame:
    """Join ways of the same ends; a share that is unknown on one of them is unknown in all."""
    ends = ["old_code", "new_code"]
    if not links.duplicated(ends).any():
        return links.sort_values(ends, ignore_index=True)[list(LINKS)]
    grouped = links.groupby(ends, sort=True)
    return _whole(grouped.agg(
        share=("share", lambda s: s.sum(skipna=False)),
        evidence=("evidence", lambda texts: " | ".join(dict.fromkeys(texts))),
    ).reset_index()[list(LINKS)])  # fmt: skip


def _whole(links: pd.DataFrame) -> pd.DataFrame:
    """Know the share of units with one way alone: all of it, whatever its parts were before."""
    alone = ~links["old_code"].duplicated(keep=False)
    return links.assign(share=links["share"].mask(alone & links["share"].isna(), 1.0))


@dataclass(frozen=True)
class Lineage:
    """All steps of a country or province, in the order of their days."""

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        """Check that the days are in order."""
        days = [step.on for step in self.steps]
        if days != sorted(set(days)):
            raise CrosswalkError(sentence("usage.days", days=", ".join(map(str, days))))

    def links(self, since: date, as_of: date) -> pd.DataFrame:
        """Return the links from the units of one day to those of a later one.

        With the days the other way round, the links lead back: ``share`` is then the part of the
        earlier unit (in ``new_code``) that is in the later one (in ``old_code``).
        """
        if since > as_of:
            back = self.links(as_of, since)
            swapped = back.rename(columns={"old_code": "new_code", "new_code": "old_code"})
            return swapped.sort_values(["old_code", "new_code"], ignore_index=True)[list(LINKS)]
        return self.followed(since, as_of)[0]

    def followed(self, since: date, as_of: date) -> tuple[pd.DataFrame, list[Restored]]:
        """Return the links of `links`, and the mergers that were undone on the way."""
        between = [step for step in self.steps if since < step.on <= as_of]
        if not between:
            return pd.DataFrame(columns=list(LINKS)), []
        names, told = self.names(since), []
        result = _summed(between[0].links)
        for step in between[1:]:

            def narrow(ways: pd.DataFrame, step: Step = step) -> pd.DataFrame:
                ways, found = members_again(ways, names, step.before, step.after)
                told.extend(found)
                return ways

            result = chain(result, step.links, narrow)
        return result, told

    def names(self, on: date) -> dict[str, str]:
        """Return what the steps call units on a day, by code."""
        result: dict[str, str] = {}
        for step in reversed([step for step in self.steps if step.on > on]):
            result |= step.before
        for step in self.steps:
            if step.on <= on:
                result |= step.before
                result |= step.after
        return result

    def trace(self, code: str, since: date, as_of: date) -> pd.DataFrame:
        """Return what became of a unit of one day by another, or what it was made of.

        A unit that nothing happened to has one row with its own code.
        """
        links = self.links(since, as_of)
        found = links[links["old_code"] == code].reset_index(drop=True)
        if len(found):
            return found
        return pd.DataFrame([[code, code, 1.0, ""]], columns=list(LINKS))
