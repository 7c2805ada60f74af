"""What became of a unit on 1 July 2025 and why, and what a unit since then was made of."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.errors import UsageError
from geo_merge.units.lineage import LINKS, Lineage, Step, as_links
from geo_merge.vietnam import gazetteer
from geo_merge.vietnam.lookup.address import readings
from geo_merge.vietnam.matching import Match, Units
from geo_merge.vietnam.names import CODE_WIDTH, UNIT_TYPES, bare_key, split_type
from geo_merge.vietnam.provinces import IN_FORCE, PROVINCES
from geo_merge.vietnam.resolutions.plan import new_units, old_units
from geo_merge.vocabulary.codes import clean_code
from geo_merge.vocabulary.places import Unit
from geo_merge.vocabulary.sentence import Sentence, sentence

_EVE = date(2025, 6, 30)
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_EARLIER = sentence("lookup.earlier")
_POINT = re.compile(rf"^\s*({_NUMBER})\s*[,; ]\s*({_NUMBER})\s*$")
_MOST_NEAR = 5
RELATED = ["code", "unit_type", "name", "parent", "share", "evidence"]  # of `Answer.related`


@dataclass(frozen=True)
class Answer:
    """A unit, and the units that it became or was made of.

    Attributes
    ----------
    asked
        The question.
    unit
        The unit; None if it is not known which is meant.
    is_new
        Whether it is a unit since 1 July 2025; then `related` are its members.
    how
        The step that found it.
    related
        ``code, unit_type, name, parent, share, evidence``.
    problem
        Why there is no answer.
    """

    asked: str
    unit: Unit | None = None
    is_new: bool = False
    how: str = ""
    related: tuple[dict[str, Any], ...] = ()
    problem: str = ""

    def lines(self) -> list[Sentence]:
        """Return the answer as lines to print."""
        if self.unit is None:
            return [sentence("lookup.unanswered", asked=self.asked, problem=self.problem)]
        first = f"{self.unit}, {self.unit.province}" if self.unit.district else str(self.unit)
        kind = "lookup.made_of" if self.is_new else "lookup.became"
        lines = [sentence(kind, unit=first, how=self.how)]
        for row in self.related:
            named = f"{row['code']} {row['unit_type']} {row['name']} ({row['parent']})"
            part = "" if row["share"] == 1 else sentence("lookup.part")
            lines.append(sentence("lookup.related", unit=named, part=part))
        evidence = dict.fromkeys(row["evidence"] for row in self.related)
        return [*lines, *(sentence("lookup.by", evidence=each) for each in evidence)]


@cache
def _crosswalk() -> pd.DataFrame:
    """Return the crosswalk of the country, with its evidence."""
    return pd.concat(
        gazetteer.crosswalk(code).assign(evidence=str(evidence))
        for code, evidence in _evidence().items()
    ).reset_index(drop=True)


@cache
def _evidence() -> dict[str, Sentence]:
    """Return by code of a new province on what the crosswalk of its communes rests."""
    source = f"vietnamadminunits {version('vietnamadminunits')}"
    return {
        code: sentence("lookup.evidence", province=name, source=source)
        for _, _, code, name in PROVINCES
    }


@cache
def _told_evidence(text: str) -> str:
    """Return evidence as it can be said in other languages: a frame keeps its text alone."""
    return next((told for told in _evidence().values() if told == text), text)


@cache
def lineage() -> Lineage:
    """Return what became of the communes of the country on 1 July 2025."""
    return Lineage((Step(IN_FORCE, as_links(_crosswalk())),))


@cache
def _related(*, is_new: bool) -> dict[str, list[dict[str, Any]]]:
    """Return for each unit those that it became or was made of, as rows of `RELATED`."""
    since, as_of = (IN_FORCE, _EVE) if is_new else (_EVE, IN_FORCE)
    others = (old_units() if is_new else new_units()).by_code
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    links = lineage().links(since, as_of)
    for code, to, share, evidence in zip(*(links[c] for c in LINKS), strict=True):
        other = others[to]
        parent = other.district or other.province
        told = _told_evidence(evidence)
        values = (other.code, other.unit_type, other.name, parent, share, told)
        found[code].append(dict(zip(RELATED, values, strict=True)))
    return dict(found)


def _island(code: str) -> list[dict[str, Any]]:
    """Return the district that a new unit was, where that had no communes."""
    rows = _crosswalk()
    rows = rows[(rows["new_code"] == code) & (rows["old_code"] == "")]
    return [
        {
            "code": "",
            "unit_type": kind,
            "name": name,
            "parent": parent,
            "share": 1.0,
            "evidence": _told_evidence(e),
        }
        for kind, name, parent, e in zip(
            rows["old_type"], rows["old_name"], rows["old_province"], rows["evidence"], strict=True
        )
    ]


def look_up(
    text: str, *, as_of: date | None = None, layer: gpd.GeoDataFrame | None = None
) -> list[Answer]:
    """Answer what became of what a text names, or what it was made of.

    Parameters
    ----------
    text
        A name with its district or province (``xã Lệ Viễn, Sơn Động``; ``P.1, Q.3, TP.HCM``), a
        code, or longitude and latitude in degrees (``106.9, 21.3``).
    as_of
        A day on which the unit existed; by default before and after are both looked up.
    layer
        Polygons of units, indexed by code, in which a point is looked up.

    Returns
    -------
    list of Answer
        One for each unit that is meant: a name may be one before and another after. At least one.

    Raises
    ------
    UsageError
        If a code alone means different units before and after.
    """
    point = _POINT.match(text)
    if point:
        return _at_point(text, float(point.group(1)), float(point.group(2)), as_of, layer)
    code = re.sub(r"\.0+$", "", clean_code(text))
    if code.isdigit():
        return _by_code(text, code.zfill(CODE_WIDTH), as_of)
    if not any(map(str.isalpha, text)):
        return [Answer(text, problem=sentence("lookup.no_commune"))]
    answers = []
    for is_new in _epochs(as_of):
        match = find_named(text, new_units() if is_new else old_units())
        answers.append(_answer(text, match, is_new=is_new))
    found = [answer for answer in answers if answer.unit is not None]
    asked = [a for a in answers if getattr(a.problem, "kind", "") == "match.any"]
    return found + asked or [_neither(text, answers)]


def _neither(text: str, answers: list[Answer]) -> Answer:
    problems = dict.fromkeys(answer.problem for answer in answers)
    return Answer(text, problem=sentence("lookup.all_of", told=[*problems, _EARLIER]))


def _epochs(as_of: date | None) -> tuple[bool, ...]:
    return (False, True) if as_of is None else (as_of >= IN_FORCE,)


def find_named(text: str, units: Units) -> Match:
    """Find a unit by an address: its name and its parents, as people write them."""
    missed: list[tuple[bool, Match]] = []
    for name, parents in readings(text):
        unit_type, bare = split_type(name)
        match = units.find(bare, unit_type=unit_type, parents=parents)
        if match.unit is not None or match.candidates:
            return match
        missed.append((unit_type not in UNIT_TYPES, match))
    # Of a house and a street nothing is similar: what has a commune's type is meant.
    return min(missed, key=lambda each: each[0])[1]


def _by_code(text: str, code: str, as_of: date | None) -> list[Answer]:
    found = [
        (is_new, units.by_code[code])
        for is_new in _epochs(as_of)
        if code in (units := new_units() if is_new else old_units()).by_code
    ]
    if not found:
        return [Answer(text, problem=sentence("lookup.no_code", code=code))]
    if len(found) > 1:
        raise UsageError(
            sentence("lookup.ambiguous", code=code, before=found[0][1], after=found[1][1])
        )
    is_new, unit = found[0]
    return [_answer(text, Match(unit, sentence("recoding.code")), is_new=is_new)]


def _at_point(
    text: str, lon: float, lat: float, as_of: date | None, layer: gpd.GeoDataFrame | None
) -> list[Answer]:
    if layer is None:
        return [_near(text, lon, lat)]
    spot = gpd.GeoSeries([shapely.Point(lon, lat)], crs=4326).to_crs(layer.crs).iloc[0]
    codes = layer.index[shapely.covers(np.asarray(layer.geometry.values), spot)]
    if len(codes) == 0:
        return [Answer(text, problem=sentence("lookup.no_unit"))]
    answers = []
    for code in map(str, codes):
        epochs = _epochs(as_of) if as_of is not None else _epoch_of(layer)
        for is_new in epochs:
            unit = (new_units() if is_new else old_units()).by_code.get(code)
            answers.append(_answer(text, Match(unit, sentence("lookup.place")), is_new=is_new))
    return answers


def _epoch_of(layer: gpd.GeoDataFrame) -> tuple[bool, ...]:
    """Tell by codes and names whether a layer is of the units since July 2025."""
    return (_agreement(layer, new_units()) > _agreement(layer, old_units()),)


def _agreement(layer: gpd.GeoDataFrame, units: Units) -> int:
    """Return how many units of a layer have the code and name of one of these."""
    known = ((units.by_code.get(str(code)), name) for code, name in layer["name"].items())
    return sum(unit is not None and bare_key(unit.name) == bare_key(name) for unit, name in known)


def _near(text: str, lon: float, lat: float) -> Answer:
    """Name the communes whose bounds hold a point: without their outlines none is certain."""
    places = gazetteer.old_communes()
    holds = places[
        places["west"].le(lon) & places["east"].ge(lon)
        & places["south"].le(lat) & places["north"].ge(lat)
    ]  # fmt: skip
    away = np.hypot(holds["lon"].to_numpy() - lon, holds["lat"].to_numpy() - lat)
    codes = holds["code"].to_numpy()[np.argsort(away)[:_MOST_NEAR]]
    candidates = tuple(old_units().by_code[code] for code in codes)
    if not candidates:
        return Answer(text, problem=sentence("lookup.nowhere"))
    problem = Match(None, candidates=candidates).problem(sentence("lookup.point"))
    return Answer(text, problem=sentence("lookup.outlines", problem=problem))


def _answer(text: str, match: Match, *, is_new: bool) -> Answer:
    unit = match.unit
    if unit is None:
        return Answer(text, is_new=is_new, problem=match.problem(sentence("lookup.it")))
    related = _related(is_new=is_new).get(unit.code) or _island(unit.code)
    return Answer(text, unit, is_new, match.how, tuple(related))
