"""Which district and province each unit belongs to after: a table says so, or its members do.

Parents are joined only where a table says so: that communes of two counties merge does not merge
the counties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_merge.geometry.rings import Bools, Ints
from geo_merge.vocabulary.country import NameKey, NewProvince
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

LEVELS = ("district", "province")
_Texts = np.ndarray[tuple[int], np.dtype[np.object_]]
_AND = chr(31)  # the ASCII unit separator: in no code and no name


@dataclass(frozen=True)
class Parents:
    """The parent of each unit at a level; code and name are blank where it is not known.

    `above` is what the parent lies in, where that is known: several provinces have a district of
    one name.
    """

    codes: _Texts
    names: _Texts
    above: _Texts | None = None

    @property
    def known(self) -> Bools:
        """Which units have one."""
        return np.asarray((self.codes != "") | (self.names != ""), dtype=bool)

    @property
    def labels(self) -> _Texts:
        """What tells one from another: its code, or without one its name and what it lies in."""
        names = self.names
        if self.above is not None:
            apart = (names != "") & (self.above != "")
            names = np.where(apart, names + _AND + self.above, names)
        return np.asarray(np.where(self.codes != "", self.codes, names).astype(str))

    def take(self, rows: Ints) -> Parents:
        """Return those of some units."""
        above = None if self.above is None else self.above[rows]
        return Parents(self.codes[rows], self.names[rows], above)


def parents_before(old: pd.DataFrame, level: str) -> Parents:
    """Return the parents that the old units have."""
    above = parents_before(old, "province").labels.astype(object) if level == "district" else None
    return Parents(old[f"{level}_code"].to_numpy(object), old[level].to_numpy(object), above)


def parents_after(
    old: gpd.GeoDataFrame,
    rows: pd.DataFrame,
    *,
    new_province: NewProvince,
    ended: bool,
    name_key: NameKey,
) -> dict[str, Parents]:
    """Return the parents of each old unit after, by level.

    Those that the crosswalk gives its new unit; else those that its members have, if these agree;
    else each member's own.

    Parameters
    ----------
    old
        Old units with ``new_code`` and their parents.
    rows
        The crosswalk in their order, with `crosswalk.PARENTS_AFTER` where the table has them.
    new_province
        Returns code and name of the province that an old one became part of; a province of which
        it knows nothing stays as it is.
    ended
        Whether there are no districts any more.
    name_key
        Returns names in the form in which they are compared.
    """
    result: dict[str, Parents] = {}
    for level in reversed(LEVELS):
        own = parents_before(old, level)
        if level == "district" and ended:
            own = Parents(*np.full((2, len(old)), "", dtype=object))
        elif level == "province":
            own = _joined(own, new_province)
        given = _given(rows, level)
        own, given = _completed(own, given, name_key)
        agreed = _agreed(own, old["new_code"].to_numpy())
        codes = np.where(given.known, given.codes, np.where(agreed.known, agreed.codes, own.codes))
        names = np.where(given.known, given.names, np.where(agreed.known, agreed.names, own.names))
        above = result["province"].labels.astype(object) if level == "district" else None
        result[level] = Parents(codes, names, above)
    return {level: result[level] for level in LEVELS}


def _joined(own: Parents, new_province: NewProvince) -> Parents:
    pairs = {pair: new_province(*pair) or pair for pair in zip(own.codes, own.names, strict=True)}
    after = [pairs[pair] for pair in zip(own.codes, own.names, strict=True)]
    return Parents(
        np.array([code for code, _ in after], dtype=object),
        np.array([name for _, name in after], dtype=object),
    )


def _given(rows: pd.DataFrame, level: str) -> Parents:
    """Return the parents that the crosswalk gives; one row of a new unit is enough."""
    blank = pd.Series("", index=rows.index, dtype=object)
    texts = []
    for column in (f"new_{level}_code", f"new_{level}"):
        written = rows.get(column, blank)
        filled = written.where(written != "").groupby(rows["new_code"].to_numpy())
        texts.append(filled.transform("first").fillna("").to_numpy(object))
    return Parents(*texts)


def _completed(own: Parents, given: Parents, name_key: NameKey) -> tuple[Parents, Parents]:
    """Give parents the code or name that they lack, where the others tell it of the same one."""
    pairs = {
        (str(code), str(name))
        for parents in (given, own)
        for code, name in zip(parents.codes, parents.names, strict=True)
        if code and name
    }
    codes = _only_one((name_key(name), code) for code, name in sorted(pairs))
    names = _only_one((code, name) for code, name in sorted(pairs))

    def complete(parents: Parents) -> Parents:
        found = [
            (code or codes.get(name_key(name), ""), name or names.get(code, ""))
            for code, name in zip(parents.codes, parents.names, strict=True)
        ]
        return Parents(
            np.array([code for code, _ in found], dtype=object),
            np.array([name for _, name in found], dtype=object),
            parents.above,
        )

    return complete(own), complete(given)


def _only_one(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what each key leads to, if that is one thing."""
    found: dict[str, set[str]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return {key: min(values) for key, values in found.items() if len(values) == 1}


def _agreed(own: Parents, new_codes: _Texts) -> Parents:
    """Return the parent that the members of each new unit have, blank where they differ."""
    frame = pd.DataFrame({"code": own.codes, "name": own.names, "label": own.labels})
    frame.loc[~own.known, :] = None
    groups = frame.groupby(new_codes)
    one = (groups["label"].transform("nunique") == 1).to_numpy(bool)
    first = (groups[column].transform("first").to_numpy(object) for column in ("code", "name"))
    return Parents(*(np.where(one, values, "") for values in first))


def parents_of_new(
    after: Mapping[str, Parents], new_codes: pd.Series, codes: Iterable[str]
) -> dict[str, list[str]]:
    """Return code and name of the parents of new units as columns, blank where members differ.

    Parameters
    ----------
    after
        As `parents_after` returns it.
    new_codes
        The new unit of each old one.
    codes
        The new units.
    """
    columns: dict[str, list[str]] = {}
    for level in LEVELS:
        one = _agreed(after[level], new_codes.to_numpy())
        frame = pd.DataFrame({f"{level}_code": one.codes, level: one.names}, index=new_codes)
        first = frame[~frame.index.duplicated()].reindex(list(codes))
        if one.known.any():
            columns |= {str(c): first[c].tolist() for c in first}
    return columns


def check_parents(old: gpd.GeoDataFrame, after: Mapping[str, Parents]) -> list[Finding]:
    """Find new units with members of several provinces or districts that no table joins (W10)."""
    findings = []
    for level, parents in after.items():
        there = parents.known
        names = np.where(parents.names != "", parents.names, parents.codes)[there]
        pairs = pd.DataFrame({
            "code": old["new_code"].to_numpy()[there], "name": old["new_name"].to_numpy()[there],
            "key": parents.labels[there], "label": names,
        }).drop_duplicates(["code", "key"])  # fmt: skip
        several = pairs[pairs["code"].duplicated(keep=False)]
        findings += [
            Finding.of(
                sentence(f"W10.{level}s", unit=f"{code} ({group['name'].iloc[0]})", n=len(group),
                         places=list(group["label"])),
                units=(str(code),), value=float(len(group)), unit_of_value=f"{level}s",
            )
            for code, group in several.groupby("code", sort=True)
        ]  # fmt: skip
    return findings
