"""Districts and provinces of a layer: each has one name, and its code wherever that is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence

import geopandas as gpd

from geo_merge.vocabulary.codes import fold_name
from geo_merge.vocabulary.country import Country
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import Sentence, sentence

_LEVELS = ("province", "district")  # from above: a district is known by its name in its province


def spell_parents(
    layer: gpd.GeoDataFrame, country: Country
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Give each district and province one name, and its code to rows that only name it.

    Otherwise ``HUYỆN A`` and ``Huyện A``, or the same with its code and without, would be two.
    Types count: a city is no rural district of its name.

    Parameters
    ----------
    layer
        Rows with ``code``, and texts in ``district, district_code, province, province_code``, blank
        where nothing is known.
    country
        How names are compared, and what is a type in them.

    Returns
    -------
    layer, findings
        The layer, and what was taken for what (K08).
    """
    result, findings = layer.copy(), []
    units = layer["code"].astype(str).tolist()
    above: list[Hashable] = [""] * len(layer)
    for level in _LEVELS:
        columns = (f"{level}_code", level)
        codes, names = (result[c].astype(str).tolist() for c in columns)
        coded = [(up, code) if code else "" for up, code in zip(above, codes, strict=True)]
        findings += _rename(names, coded, codes, _keys(names, above, country), units)
        keys = _keys(names, above, country)  # a name with a wrong code has none to give
        findings += _complete(codes, list(zip(above, keys, strict=True)), names, units)
        above = [(up, code or key) if code or key[1] else "" for up, code, key in
                 zip(above, codes, keys, strict=True)]  # fmt: skip
        findings += _rename(names, above, codes, keys, units)
        if findings:
            result[[*columns]] = list(zip(codes, names, strict=True))
    return result, findings


def _keys(
    names: Sequence[str], above: Sequence[Hashable], country: Country
) -> list[tuple[str, str]]:
    """Return type and rest of each name, as they are compared.

    A name without a type has that of the only one beside it that has the same rest.
    """
    split = {name: country.split_type(name) for name in set(names)}
    folded = {name: (fold_name(kind), country.name_key(rest)) if name.strip() else ("", "")
              for name, (kind, rest) in split.items()}  # fmt: skip
    types = defaultdict(set)
    for up, name in zip(above, names, strict=True):
        kind, rest = folded[name]
        types[up, rest].add(kind)
    keys = []
    for up, name in zip(above, names, strict=True):
        kind, rest = folded[name]
        others = types[up, rest] - {""}
        keys.append((others.pop() if not kind and len(others) == 1 else kind, rest))
    return keys


def _complete(
    codes: list[str], named: Sequence[tuple[Hashable, tuple[str, str]]], names: Sequence[str],
    units: Sequence[str],
) -> list[Finding]:  # fmt: skip
    """Give rows without a code the only one that others of the same name have, in place."""
    rows = _rows_of(k if k[1][1] else "" for k in named)
    rows.pop("", None)
    findings = []
    for group in rows.values():
        known = {codes[k] for k in group} - {""}
        blank = [k for k in group if not codes[k]]
        if len(known) != 1 or not blank:
            continue
        (code,) = known
        told = sentence("K08.parent_code", n=len(blank), name=names[blank[0]], code=code)
        findings.append(_finding(told, [units[k] for k in blank]))
        for k in blank:
            codes[k] = code
    return findings


def _rename(
    names: list[str], parents: Sequence[Hashable], codes: Sequence[str],
    keys: Sequence[tuple[str, str]], units: Sequence[str],
) -> list[Finding]:  # fmt: skip
    """Give all rows of a parent the name that most of them have, in place."""
    findings = []
    groups = _rows_of(parents)
    groups.pop("", None)
    for group in groups.values():
        rows = [k for k in group if names[k].strip()]
        (chosen, _), *others = Counter(names[k] for k in rows).most_common() or [("", 0)]
        if not others:
            continue
        changed = [k for k in rows if names[k] != chosen]
        kind = "spelled" if len({keys[k] for k in rows}) == 1 else "names"
        told = sentence(f"K08.parent_{kind}", n=len(changed), chosen=chosen, code=codes[rows[0]],
                        names=[name for name, _ in others])  # fmt: skip
        findings.append(_finding(told, [units[k] for k in changed]))
        for k in changed:
            names[k] = chosen
    return findings


def _rows_of(values: Iterable[Hashable]) -> dict[Hashable, list[int]]:
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for k, value in enumerate(values):
        rows[value].append(k)
    return rows


def _finding(told: Sentence, units: Sequence[str]) -> Finding:
    named = tuple(filter(None, units))  # land without a code is no unit
    return Finding.of(told, units=named, value=float(len(units)), unit_of_value="units")
