"""What became of each unit, and what each was made of, both ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from geo_merge.errors import CrosswalkError, UsageError
from geo_merge.recoding.villages import column_of, villages_in
from geo_merge.units.crosswalk import as_crosswalk
from geo_merge.units.crosswalk_cells import cleaned
from geo_merge.units.crosswalk_report import Report
from geo_merge.vocabulary.codes import code_key
from geo_merge.vocabulary.country import NewProvince
from geo_merge.vocabulary.fields import listed
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.memory import findings_of, sources_of
from geo_merge.vocabulary.places import Side, Unit
from geo_merge.vocabulary.sentence import sentence
from geo_merge.vocabulary.written import read_numbers

_WHOLE = 1.0
_FIELDS = ("name", "type", "district_code", "district", "province_code", "province")


@dataclass(frozen=True)
class Part:
    """A unit of the other side, and which part of this one it is; the share may be unknown."""

    key: str
    share: float | None


class Reform:
    """Units before and after, by code, and the links between them.

    Units are told by keys: their codes, or ``district 755`` for one that had none.

    Attributes
    ----------
    units
        Units of each side, by key.
    source
        Where it is from, for messages.
    findings
        What was noticed in the crosswalk.
    villages
        Names of the villages that go from an old unit to a new one, where the crosswalk has them.
    """

    def __init__(
        self,
        units: Mapping[Side, Mapping[str, Unit]],
        links: Iterable[tuple[str, str, float | None, float | None]],
        source: str,
        findings: Iterable[Finding] = (),
        villages: Mapping[tuple[str, str], frozenset[str]] | None = None,
    ) -> None:
        self.units = {side: dict(units[side]) for side in Side}
        self.source = source
        self.findings = tuple(findings)
        self.villages = dict(villages or {})
        forward, back = defaultdict(list), defaultdict(list)
        for old, new, share, back_share in links:
            forward[old].append(Part(new, share))
            back[new].append(Part(old, back_share))
        self._parts = {
            Side.OLD: {key: tuple(parts) for key, parts in forward.items()},
            Side.NEW: {key: tuple(parts) for key, parts in back.items()},
        }
        self._by_code: dict[Side, dict[str, list[str]]] = {side: defaultdict(list) for side in Side}
        for side in Side:
            for key, unit in self.units[side].items():
                if unit.code:
                    self._by_code[side][_folded(unit.code)].append(key)

    def parts(self, side: Side, key: str) -> tuple[Part, ...]:
        """Return what a unit of a side became, or was made of."""
        return self._parts[side].get(key, ())

    def find(self, side: Side, code: str) -> str | None:
        """Return the key of a code as it is written, or the only one but for zeros and case."""
        if code in self.units[side]:
            return code
        alike = self._by_code[side].get(_folded(code), ())
        if len(alike) != 1:
            alike = [key for key in alike if key.casefold() == code.casefold()]
        return alike[0] if len(alike) == 1 else None

    def divided(self, side: Side = Side.OLD) -> list[str]:
        """Return the keys of units with several on the other side."""
        return [key for key, parts in self._parts[side].items() if len(parts) > 1]


def _folded(code: str) -> str:
    return code_key(code).casefold()


def reform_of(
    table: pd.DataFrame, *, weights: str | None = None, province_after: NewProvince | None = None
) -> Reform:
    """Return the reform that a crosswalk tells.

    Parameters
    ----------
    table
        See `units.crosswalk.as_crosswalk`; names may also be written with their types, in
        ``old_full_name`` and ``new_full_name``.
    weights
        A column of the crosswalk with what goes from the old unit to the new one (people, area):
        the shares of divided units follow from it.
    province_after
        See `Country`; tells the province of a new unit where the table does not.

    Raises
    ------
    CrosswalkError, TableError
        If codes or names are missing or conflict, or shares do not add up.
    """
    rows = as_crosswalk(_full_names(table))
    report = Report(_source(table))
    rows = cleaned(rows, report, rows["old_name"])
    if report.problems:
        raise CrosswalkError(report.problems)
    amounts = _amounts(table, weights, report.source)
    old: dict[str, Unit] = {}
    new: dict[str, Unit] = {}
    links: dict[tuple[str, str], tuple[float, float]] = {}
    named = column_of(map(str, table.columns))
    cells = [] if named is None else table[named].astype(str).tolist()
    villages: dict[tuple[str, str], frozenset[str]] = {}
    provinces = _new_provinces(table)
    read = read_numbers(rows["share"], whole=False)
    said = read.values  # noqa: PD011 - a list
    for k in read.wrong:
        report.error(rows.index[k], f"share {rows['share'].iloc[k]!r} is no number [W04]; write "
                     "it as 0.6.")  # fmt: skip
    texts = {c: rows[c].tolist() for c in rows.columns}
    for k, (code, new_code) in enumerate(zip(texts["old_code"], texts["new_code"], strict=True)):
        values = [texts[f"old_{field}"][k] for field in _FIELDS]
        key = code or f"district {values[2] or values[0]}"
        before = Unit(code, *values)
        old.setdefault(key, before)
        place = provinces[k] if any(provinces[k]) else _province_after(before, province_after)
        after = Unit(new_code, texts["new_name"][k], texts["new_type"][k], "", "", *place)
        known = new.setdefault(new_code, after)
        if known.name != after.name:
            report.error(rows.index[k], f"{new_code} is called {after.name}, before "
                         f"{known.name} [W03]; one new unit has one name.")  # fmt: skip
        links[key, new_code] = (said[k], amounts[k])
        if cells and (its := villages_in(cells[k])):
            villages[key, new_code] = its | villages.get((key, new_code), frozenset())
    shares = _shares(links, report, weighted=weights is not None)
    if report.problems:
        raise CrosswalkError(report.problems)
    return Reform({Side.OLD: old, Side.NEW: new}, shares, report.source,
                  [*findings_of(table), *report.findings], villages)  # fmt: skip


def _source(table: pd.DataFrame) -> str:
    sources = sources_of(table)
    return str(sources[0]["source"]) if sources else "crosswalk"


def _full_names(table: pd.DataFrame) -> pd.DataFrame:
    names = {f"{side}_full_name": f"{side}_name" for side in Side}
    return table.rename(columns={f: n for f, n in names.items() if n not in table})


def _new_provinces(table: pd.DataFrame) -> list[tuple[str, str]]:
    blank = [""] * len(table)
    columns = [
        table[c].astype(str).tolist() if c in table else blank
        for c in ("new_province_code", "new_province")
    ]
    return list(zip(*columns, strict=True))


def _province_after(old: Unit, province_after: NewProvince | None) -> tuple[str, str]:
    after = province_after(old.province_code, old.province) if province_after else None
    return after or (old.province_code, old.province)


def _amounts(table: pd.DataFrame, weights: str | None, source: str) -> list[float]:
    """Return what goes from each old unit to each new one, by a column of the crosswalk."""
    if weights is None:
        return [float("nan")] * len(table)
    if weights not in table:
        raise UsageError(sentence("recoding.weights_column", weights=weights, crosswalk=source,
                                  columns=listed([str(c) for c in table.columns])))  # fmt: skip
    read = read_numbers(table[weights].astype(str), whole=False)
    bad = [k for k, value in enumerate(read.values) if not value >= 0]
    if bad:
        raise CrosswalkError(sentence(
            "recoding.weight", crosswalk=source, row=str(table.index[bad[0]]), weights=weights,
            text=str(table[weights].iloc[bad[0]]), n=len(bad) - 1,
        ))  # fmt: skip
    return read.values  # noqa: PD011 - a list


def _shares(
    links: Mapping[tuple[str, str], tuple[float, float]], report: Report, *, weighted: bool
) -> list[tuple[str, str, float | None, float | None]]:
    """Return each link with its share of the old unit and of the new one."""
    of_old: dict[str, list[tuple[str, str]]] = defaultdict(list)
    of_new: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for link in links:
        of_old[link[0]].append(link)
        of_new[link[1]].append(link)
    forward: dict[tuple[str, str], float | None] = {}
    for key, group in of_old.items():
        said = [links[link][0] for link in group]
        whole = sum(said)
        if len(group) == 1:
            forward[group[0]] = _WHOLE
        elif weighted:
            forward |= _parted(group, links)
        elif whole == whole:  # noqa: PLR0124 - no share is blank
            if abs(whole - _WHOLE) > 1e-6:  # noqa: PLR2004 - shares with six decimals
                report.problems.append(sentence(
                    "recoding.shares", crosswalk=report.source, unit=key, sum=whole
                ))  # fmt: skip
            forward |= dict(zip(group, said, strict=True))
        else:
            forward |= dict.fromkeys(group)
    back: dict[tuple[str, str], float | None] = {}
    for group in of_new.values():
        if len(group) == 1:
            back[group[0]] = _WHOLE
        else:
            back |= _parted(group, links) if weighted else dict.fromkeys(group)
    return [(*link, forward[link], back[link]) for link in links]


def _parted(
    group: list[tuple[str, str]], links: Mapping[tuple[str, str], tuple[float, float]]
) -> dict[tuple[str, str], float | None]:
    total = sum(links[link][1] for link in group)
    return {link: links[link][1] / total if total > 0 else None for link in group}
