"""What a resolution states of land, people and neighbours, held against a map."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from geo_merge.vietnam.matching import Units
from geo_merge.vietnam.names import PARENT_TYPES, bare_key, split_type
from geo_merge.vietnam.resolutions.figures import Stated, measured, measured_with_neighbours
from geo_merge.vietnam.resolutions.grammar import NotUnderstoodError, read_composition
from geo_merge.vietnam.resolutions.resolution import Resolution, Statement
from geo_merge.vietnam.resolutions.sentences import Member, Mode
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.places import Unit
from geo_merge.vocabulary.sentence import Sentence, sentence

_KINDS = "xã|phường|thị trấn|đặc khu"
_KM2 = re.compile(r"([\d.,]*\d)\s*(km2|km²|ha)\b", re.IGNORECASE)
_PEOPLE = re.compile(r"([\d.,]*\d)\s*(?:người|nhân khẩu)\b", re.IGNORECASE)
_HAS = re.compile(rf"(?:^|,\s*)({_KINDS})\s+([^,;]+?)\s+có\s", re.IGNORECASE)
_BORDERS = re.compile(rf"(?:^|[,;]\s*)({_KINDS})\s+([^,;]+?)\s+giáp\s+(.+)$", re.IGNORECASE)
_ALSO_BORDERS = re.compile(r",\s*giáp\s+(.+)$", re.IGNORECASE)
_OPEN = re.compile(r"(\s+và\s+|,\s*)?\[[^\]]*\]")  # what a draft leaves open
_HECTARES = 100.0  # in a square kilometre
_HALF_DIGIT = 0.005  # km²; figures have two decimals
_WHOLE = frozenset({Mode.WHOLE, Mode.AREA})
_SHARE = 0.01


@dataclass
class Claims:
    """What a clause states of one new unit.

    Attributes
    ----------
    clause, unit_type, name, district
        Where it is said, and of what.
    joined
        Whether it was a unit before, whose own figures are not stated.
    members
        What it is made of.
    areas, people
        The figures of each member (km²; people); None where there is none.
    area, population
        What it has afterwards; None if that is not stated.
    neighbours
        What it borders; None if that is not stated.
    """

    clause: str
    unit_type: str
    name: str
    district: str = ""
    joined: bool = False
    members: tuple[Member, ...] = ()
    areas: list[float | None] = field(default_factory=list)
    people: list[float | None] = field(default_factory=list)
    area: float | None = None
    population: float | None = None
    neighbours: tuple[Member, ...] | None = None

    @property
    def where(self) -> Sentence:
        """Return clause and unit, for messages."""
        return _where(self.clause, self.unit_type, self.name)


def claims_of(text: Resolution) -> tuple[list[Claims], list[Finding]]:
    """Return what a resolution states of its new units, and what of it was not understood."""
    found: list[Claims] = []
    problems: list[Finding] = []
    for said in text.statements:
        if said.sentence.kind in {"arranged", "joined"}:
            found.append(_of_members(said))
        elif said.sentence.kind == "note" and found:
            _add_note(said, found, problems)
    return found, problems


def _of_members(said: Statement) -> Claims:
    """Give each member the figures that stand between the one before it and its own name."""
    sentence = said.sentence
    claims = Claims(
        said.clause, sentence.unit_type, sentence.name, said.district, sentence.kind == "joined",
        sentence.members,
    )  # fmt: skip
    start = 0
    for member in sentence.members:
        at = said.words.casefold().find(member.name.casefold(), start)
        words = said.words[start:at] if at >= 0 else ""
        claims.areas.append(next(_areas(words), None))
        claims.people.append(next(_figures(_PEOPLE, words), None))
        start = max(at, start)
    return claims


def _areas(words: str) -> Iterator[float]:
    for figure, unit in _KM2.findall(words):
        yield _number(figure) / (_HECTARES if unit.lower() == "ha" else 1.0)


def _figures(pattern: re.Pattern[str], words: str) -> Iterator[float]:
    yield from (_number(figure) for figure in pattern.findall(words))


def _number(text: str) -> float:
    """Read a number as Vietnamese texts write it: 31.373 people, 1,73 km²."""
    return float(text.replace(".", "").replace(",", "."))


def _add_note(said: Statement, found: list[Claims], problems: list[Finding]) -> None:
    """Add what a note states to the claims of the unit that it names; by default the last one."""
    borders = _BORDERS.search(said.words.rstrip(" .;"))
    has = _HAS.search(said.words)
    named = borders or has
    claims = _named(found, named[2]) if named else None
    if claims is None:
        return
    if has:
        claims.area = next(_areas(said.words), None)
        claims.population = next(_figures(_PEOPLE, said.words), None)
    also = None if borders else _ALSO_BORDERS.search(said.words.rstrip(" .;"))
    listed = borders[3] if borders else also[1] if also else None
    if listed is None:
        return
    if _OPEN.search(listed):
        problems.append(Finding.of(sentence("D05.open", where=claims.where)))
        listed = _OPEN.sub("", listed)
    if not listed.strip():
        claims.neighbours = ()
        return
    try:
        claims.neighbours = read_composition(listed)
    except NotUnderstoodError as error:
        told = sentence("D05.not_understood", where=claims.where, begin=str(error))
        problems.append(Finding.of(told))


def _named(found: Sequence[Claims], name: str) -> Claims | None:
    same = [c for c in found if bare_key(c.name) == bare_key(name)]
    return same[-1] if same else None


def _where(clause: str, unit_type: str, name: str) -> Sentence:
    """Return clause and unit, for messages."""
    n = sentence("resolution.clause_n", n=clause)
    return sentence("D05.where", clause=n, unit=f"{unit_type.lower()} {name}")


def check_stated(
    text: Resolution, new: gpd.GeoDataFrame, old: gpd.GeoDataFrame | None = None
) -> list[Finding]:
    """Check the figures and neighbours that a resolution states.

    Sums of members against the new unit, to the last digit; land and people against the layer (1 %
    of land, half a digit at least; people to the last one, where the layer has them); each
    neighbour against the borders of the layer, both ways. A neighbour beyond the layer's edge
    cannot be checked, which is a note.

    Parameters
    ----------
    text
        The resolution.
    new
        Units as they are afterwards, with ``name, unit_type``, parents and ``population`` where
        known.
    old
        Units as they were before, for the figures of members.

    Raises
    ------
    LayerError
        If the new units do not share their borders.
    """
    claims, findings = claims_of(text)
    known = measured_with_neighbours(new)
    units = _units(new)
    before = None if old is None else _units(old)
    members = {} if old is None else measured(old)
    for each in claims:
        findings += _check_sums(each)
        if before is not None:
            findings += _check_members(each, before, members)
        match = units.find(each.name, unit_type=each.unit_type, behind=each.district)
        if match.unit is None:
            wanted = match.problem(f"{each.unit_type} {each.name}")
            told = sentence("K04.beyond_layer", where=each.where, told=wanted)
            findings.append(Finding.of(told))
            continue
        stated = Stated(
            each.area or 0.0, None if each.population is None else round(each.population)
        )
        findings += _check_figures(each.where, stated, match.unit.code, known)
        findings += _check_neighbours(each, match.unit, known, units)
    return findings


def _units(frame: gpd.GeoDataFrame) -> Units:
    columns = [c for c in ("district_code", "district", "province_code", "province") if c in frame]
    table = pd.DataFrame(frame[["name", "unit_type", *columns]]).fillna("").astype(str)
    return Units.of(table.assign(code=frame.index.astype(str)))


def _check_sums(claims: Claims) -> Iterator[Finding]:
    """Add up the figures of members; those of a unit that others join are not stated."""
    peopled = [n for n, m in zip(claims.people, claims.members, strict=True) if not m.is_piece]
    rows = (("area", claims.areas, claims.area, "km²", 2, _HALF_DIGIT),
            ("people", peopled, claims.population, "people", 0, 0.5))  # fmt: skip
    for what, stated, total, unit, digits, tolerance in rows:
        figures = [figure for figure in stated if figure is not None]
        if total is None or not figures or len(figures) != len(stated):
            continue
        added = sum(figures)
        if (claims.joined and added <= total + tolerance) or abs(added - total) <= tolerance:
            continue
        told = [sentence(f"D06.figure_{what}", value=f) for f in figures]
        yield Finding.of(
            sentence(f"D06.{what}", where=claims.where, told=told, added=added, total=total),
            value=round(total - added, digits),
            unit_of_value=unit,
        )


def _check_members(claims: Claims, before: Units, known: Mapping[str, Stated]) -> Iterator[Finding]:
    figures = zip(claims.members, claims.areas, claims.people, strict=True)
    for member, area, people in figures:
        match = before.find(
            member.name, unit_type=member.unit_type, parents=(member.district,),
            behind=member.behind or claims.district,
        )  # fmt: skip
        if member.mode not in _WHOLE or match.unit is None:
            continue
        stated = Stated(area or 0.0, None if people is None else round(people))
        where = _where(claims.clause, member.unit_type, member.name)
        yield from _check_figures(where, stated, match.unit.code, known)


def _check_figures(
    where: Sentence, stated: Stated, code: str, known: Mapping[str, Stated]
) -> Iterator[Finding]:
    drawn = known[code]
    off = stated.area_km2 - drawn.area_km2
    if stated.area_km2 and abs(off) > max(_SHARE * drawn.area_km2, 2 * _HALF_DIGIT):
        told = sentence("D01.stated", where=where, stated=stated.area_km2, drawn=drawn.area_km2)
        yield Finding.of(told, units=(code,), value=round(off, 2), unit_of_value="km²")
    if stated.people and drawn.people and stated.people != drawn.people:
        told = sentence("D04.stated", where=where, stated=stated.people, drawn=drawn.people)
        more = float(stated.people - drawn.people)
        yield Finding.of(told, units=(code,), value=more, unit_of_value="people")


def _check_neighbours(
    claims: Claims, unit: Unit, known: Mapping[str, Stated], units: Units
) -> Iterator[Finding]:
    if claims.neighbours is None:
        return
    drawn = known[unit.code]
    around = [units.by_code[code] for code in drawn.neighbour_codes]
    covered: set[str] = set()
    for stated in claims.neighbours:
        named = f"{stated.unit_type.lower()} {stated.name}".strip()
        meant = [other for other in around if _is(stated, other)]
        covered |= {other.code for other in meant}
        if meant:
            continue
        if drawn.reaches_outside and not _is_here(stated, units):
            told = sentence("D05.beyond", where=claims.where, named=named)
        else:
            told = sentence("D05.no_border", where=claims.where, named=named)
        yield Finding.of(told, units=(unit.code,))
    for other in around:
        if other.code not in covered:
            told = sentence("D05.not_said", where=claims.where, other=other)
            yield Finding.of(told, units=(unit.code, other.code))


def _is(stated: Member, other: Unit) -> bool:
    """Tell whether a neighbour is stated: itself, or as part of its district or province."""
    if stated.unit_type in PARENT_TYPES:
        return _is_within(other, stated)
    typed = stated.unit_type in {"", other.unit_type} or not other.unit_type
    district = not stated.district or bare_key(stated.district) == bare_key(other.district)
    return typed and district and bare_key(other.name) == bare_key(stated.name)


def _is_within(unit: Unit, parent: Member) -> bool:
    """Tell whether a unit lies in a district or province; the city in a province is not that."""
    for kind, name in map(split_type, (unit.district, unit.province)):
        if name and bare_key(name) == bare_key(parent.name) and kind in {"", parent.unit_type}:
            return True
    return False


def _is_here(stated: Member, units: Units) -> bool:
    if stated.unit_type in PARENT_TYPES:
        return any(_is_within(unit, stated) for unit in units.all)
    match = units.find(stated.name, unit_type=stated.unit_type, parents=(stated.district,))
    return match.unit is not None
