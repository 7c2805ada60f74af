"""Which field of a layer plays which role: by what a person says, by its name, by what it holds.

Names tell in nearly all layers; where the crosswalk names the codes or names that the layer should
have, the field that holds them is the one, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd

from geo_merge.errors import LayerError
from geo_merge.reading.raw import RawLayer
from geo_merge.vocabulary import fields
from geo_merge.vocabulary.codes import as_text, clean_code, code_key, fold_name, is_running
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

# Share of rows without a code from which on another field that could hold the codes is better.
_SOME_BLANK = 0.2
# Share of the expected codes that the field of codes holds; a field of another name must hold
# nearly all of them, and nothing tells by accident where there are so few.
_HOLDS, _NEARLY_ALL, _FEW = 0.5, 0.9, 3
_TYPES = 9  # numbers that could stand for types of units


@dataclass(frozen=True, kw_only=True)
class NamedFields:
    """The fields that a person names.

    Attributes
    ----------
    code, name, unit_type, population
        The field of each role; None if it is to be found.
    parents
        The fields with the units above, the nearest first.
    others
        Fields by role, where a person says which level a unit above is of.
    code_option
        What messages call the option for `code`.
    evidence
        Codes and names that the layer should have, by which its fields are told where those that
        it must have (`expected`) are not the same: of new units, for a reference.
    """

    code: str | None = None
    name: str | None = None
    unit_type: str | None = None
    population: str | None = None
    parents: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)
    code_option: str = "--code-field"
    evidence: Mapping[str, str] = field(default_factory=dict)


def find_roles(
    raw: RawLayer, named: NamedFields, expected: Mapping[str, str], findings: list[Finding]
) -> dict[str, str]:
    """Return the field of each role that the layer has.

    Parameters
    ----------
    raw
        The layer as its file has it.
    named
        The fields that the user named.
    expected
        Codes that the layer should have, and the name of each, as a crosswalk knows them.
    findings
        Gets what was decided by more than a name (K01).

    Raises
    ------
    LayerError
        K01, if a field that is named is not there, or none holds codes or names.
    """
    frame, expected = raw.frame, named.evidence or expected
    columns = [str(c) for c in frame.columns if c != frame.geometry.name]
    roles = _named(raw, columns, named, findings)
    left = [c for c in columns if c not in roles.values()]
    keys = _Keys(frame)
    if "code" not in roles:
        code = _code_field(raw, left, keys, expected, findings)
        roles |= {} if code is None else {"code": code}
    left = [c for c in left if c not in roles.values()]
    if "name" not in roles:
        codes = keys.of(roles["code"]) if "code" in roles else []
        name = _name_field(raw, left, codes, expected, findings)
        roles |= {} if name is None else {"name": name}
    left = [c for c in left if c not in roles.values()]
    if "unit_type" not in roles:  # numbers are no types, but words in another field are
        while (column := fields.find_field(left, "unit_type")) and not _has_letters(
            as_text(frame[column])
        ):
            left.remove(column)
    roles |= fields.find_fields(left, known=("code", "name", *roles))
    if "code" not in roles and "name" not in roles:
        raise LayerError(
            sentence("K01.no_code_field", source=raw.source, fields=fields.listed(columns),
                     option=named.code_option)
            if columns
            else sentence("K01.no_fields", source=raw.source)
        )  # fmt: skip
    return roles


def types_in_numbers(raw: RawLayer) -> list[Finding]:
    """Warn of a field of types that holds numbers, as a geodatabase's with a list of values does.

    One value alone is the level of the layer, and many are codes.
    """
    frame = raw.frame
    column = fields.find_field([c for c in frame.columns if c != frame.geometry.name], "unit_type")
    values = sorted({clean_code(text) for text in as_text(frame[column])} - {""}) if column else []
    if not 1 < len(values) <= _TYPES:
        return []
    told = sentence("K01.type_numbers", source=raw.source, field=str(column), values=values)
    return [Finding.of(told)]


def _named(
    raw: RawLayer, columns: list[str], named: NamedFields, findings: list[Finding]
) -> dict[str, str]:
    """Return the fields that the user named, as the layer spells them."""
    asked = {"code": named.code, "name": named.name, "unit_type": named.unit_type,
             "population": named.population, **named.others}  # fmt: skip
    roles = {role: _there(raw, columns, f, findings) for role, f in asked.items() if f is not None}
    levels = ("district", "province")[-len(named.parents) :] if named.parents else ()
    if len(named.parents) > len(levels):
        raise LayerError(
            sentence("K01.many_parents", source=raw.source, fields=list(named.parents))
        )
    for level, wanted in zip(levels, named.parents, strict=True):
        column = _there(raw, columns, wanted, findings)
        is_name = _has_letters(as_text(raw.frame[column]))
        roles[level if is_name else f"{level}_code"] = column
    return roles


def _there(raw: RawLayer, columns: list[str], wanted: str, findings: list[Finding]) -> str:
    column = fields.same_field(columns, wanted)
    if column is None:
        raise LayerError(
            sentence("K01.no_field", source=raw.source, field=wanted,
                     fields=fields.listed(columns))
        )  # fmt: skip
    if column != wanted:
        findings.append(
            Finding.of(sentence("K01.field", source=raw.source, asked=wanted, read=column))
        )
    return column


class _Keys:
    """The codes of each field of a layer in the form in which they are compared."""

    def __init__(self, frame: gpd.GeoDataFrame) -> None:
        self.frame = frame
        self._found: dict[str, list[str]] = {}

    def of(self, column: str) -> list[str]:
        """Return the key of each row; blank where the field has nothing."""
        if column not in self._found:
            texts = as_text(self.frame[column])
            self._found[column] = [code_key(t) if t else "" for t in texts]
        return self._found[column]

    def share(self, column: str, expected: set[str]) -> float:
        """Return the share of the expected codes that a field holds."""
        return len(expected.intersection(self.of(column))) / len(expected)


def _code_field(
    raw: RawLayer,
    columns: Sequence[str],
    keys: _Keys,
    expected: Mapping[str, str],
    findings: list[Finding],
) -> str | None:
    """Return the field with the codes: a usual name, unless another holds the expected ones."""
    usual = _filled(raw, fields.usual_fields(columns, "code"), keys, findings)
    wanted = {code_key(clean_code(code)) for code in expected if code}
    if not wanted:
        _tell_rivals(raw, usual, keys, findings)
        return next(iter(usual), None)
    shares = {column: keys.share(column, wanted) for column in usual}
    best = max(usual, key=lambda c: shares[c], default=None)
    if best is not None and shares[best] >= _HOLDS:
        if best != usual[0]:
            findings.append(_by_codes(raw, best, wanted, shares[best], kind="K01.code_of"))
        return best
    others = [
        column
        for column in columns
        if column not in usual
        and len(wanted) >= _FEW
        and keys.share(column, wanted) >= _NEARLY_ALL
        and not is_running(list(as_text(raw.frame[column])))
    ]
    if others:
        told = [c for c in others[1:] if keys.of(c) != keys.of(others[0])]
        kind = "K01.code_one_of" if told else "K01.code_by_content"
        share = keys.share(others[0], wanted)
        findings.append(_by_codes(raw, others[0], wanted, share, kind=kind, others=told))
        return others[0]
    return next(iter(usual), None)


def _filled(raw: RawLayer, usual: Sequence[str], keys: _Keys, findings: list[Finding]) -> list[str]:
    """Return the fields that have codes, in their order but for a first that many rows leave blank.

    Layers of the whole world have a column for each agency, which few countries fill.
    """
    blank = {c: keys.of(c).count("") for c in usual}
    there = [c for c in usual if blank[c] < max(len(keys.frame), 1)]
    if not there or blank[there[0]] <= _SOME_BLANK * len(keys.frame):
        return there
    full = [c for c in there if not blank[c] and not is_running(list(as_text(raw.frame[c])))]
    if full:
        told = sentence("K01.code_blank", source=raw.source, field=there[0], n=blank[there[0]],
                        all=len(keys.frame), read=full[0])  # fmt: skip
        findings.append(Finding.of(told))
    return list(dict.fromkeys([*full[:1], *there]))


def _by_codes(
    raw: RawLayer, column: str, wanted: set[str], share: float, *, kind: str,
    others: Sequence[str] = (),
) -> Finding:  # fmt: skip
    told = sentence(kind, source=raw.source, field=column, n=round(share * len(wanted)),
                    all=len(wanted), others=list(others))  # fmt: skip
    return Finding.of(told)


def _tell_rivals(raw: RawLayer, usual: Sequence[str], keys: _Keys, findings: list[Finding]) -> None:
    """Say so if two fields could hold the codes and nothing tells which does."""
    sure = [c for c in usual if fields.fold_field(c) not in fields.UNSURE]
    if len(sure) < 2 or sure[0] != usual[0]:  # noqa: PLR2004 - rivals
        return
    different = len(set(keys.of(sure[0])))
    rivals = [
        c for c in sure[1:]
        if keys.of(c) != keys.of(sure[0]) and len(set(keys.of(c))) >= different
    ]  # fmt: skip
    if rivals:
        told = sentence("K01.rivals", source=raw.source, field=sure[0], others=rivals)
        findings.append(Finding.of(told))


def _name_field(
    raw: RawLayer,
    columns: Sequence[str],
    codes: Sequence[str],
    expected: Mapping[str, str],
    findings: list[Finding],
) -> str | None:
    """Return the field with the names: a usual one, unless another holds the expected ones."""
    usual = fields.usual_fields(columns, "name")
    named = {code_key(clean_code(c)): fold_name(n) for c, n in expected.items() if c and n}
    wanted = [named.get(key, "") for key in codes]
    n = sum(map(bool, wanted))
    if n < _FEW:
        return next(iter(usual), None)

    def share(column: str) -> float:
        texts = map(fold_name, as_text(raw.frame[column]))
        return sum(bool(w) and t == w for w, t in zip(wanted, texts, strict=True)) / n

    shares = {column: share(column) for column in usual}
    best = max(usual, key=lambda c: shares[c], default=None)
    if best is not None and (shares[best] >= _HOLDS or shares[usual[0]] == shares[best]):
        if best != usual[0]:
            findings.append(_name_told(raw, best, shares[best], "K01.name_of"))
        return best
    other = next((c for c in columns if c not in usual and share(c) >= _NEARLY_ALL), None)
    if other is not None:
        findings.append(_name_told(raw, other, share(other), "K01.name_by_content"))
        return other
    return next(iter(usual), None)


def _name_told(raw: RawLayer, column: str, share: float, kind: str) -> Finding:
    return Finding.of(sentence(kind, source=raw.source, field=column, percent=100 * share))


def _has_letters(values: Iterable[str]) -> bool:
    """Tell whether most texts of a field have letters: words, no numbers."""
    texts = [text for text in values if text]
    return not texts or 2 * sum(any(c.isalpha() for c in t) for t in texts) >= len(texts)
