"""What units that go to several new ones are cut by, and the cut: pieces, boundaries or lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.cut_ends import on_outline, reaching, without_needless
from geo_merge.geometry.plane_vertices import NO_VERTICES, PlaneVertices
from geo_merge.mending.arrangement import arrange
from geo_merge.mending.land import Land, rebuild
from geo_merge.vocabulary.codes import clean_code, same_codes, text_of
from geo_merge.vocabulary.fields import fold_field
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

# Square metres that pieces may leave over or claim twice before it is said: rounding.
LEFT_OVER = 1.0
Pieces = dict[str, BaseGeometry]


# What cuts a unit and what its numbers are divided by, in sentences.
SAID = {
    "pieces": "W05.pieces",
    "new boundaries": "W05.boundaries",
    "lines": "W05.lines",
    "stated share": "W05.stated",
    "area": "W05.area",
}


@dataclass(frozen=True)
class Cutters:
    """What divided units are cut by.

    Attributes
    ----------
    how
        ``pieces``, ``new boundaries`` or ``lines``, for messages.
    geometry
        Pieces by old and new code, boundaries by new code (under a blank old code), or lines
        under two blanks.
    only_plane
        Vertices that their edges have for the plane of the units alone.
    """

    how: str
    geometry: dict[tuple[str, str], BaseGeometry]
    only_plane: PlaneVertices = NO_VERTICES


def as_cutters(frame: gpd.GeoDataFrame) -> Cutters:
    """Tell from a layer what it cuts by.

    Parameters
    ----------
    frame
        Lines; or polygons with ``old_code`` and ``new_code``; or the new units, indexed by code or
        with ``new_code``.
    """
    geometries = np.asarray(frame.geometry.values)
    if (shapely.get_dimensions(geometries) == 1).any():
        return Cutters("lines", {("", ""): shapely.union_all(geometries)})
    folded = {fold_field(str(c)): c for c in frame.columns}
    new = frame[folded["newcode"]] if "newcode" in folded else frame.index
    old = frame[folded["oldcode"]] if "oldcode" in folded else [""] * len(frame)
    parts: dict[tuple[str, str], list[BaseGeometry]] = defaultdict(list)
    for o, n, geometry in zip(old, new, geometries, strict=True):
        parts[clean_code(text_of(o)), clean_code(text_of(n))].append(geometry)
    how = "pieces" if "oldcode" in folded else "new boundaries"
    return Cutters(how, {k: shapely.union_all(v) for k, v in parts.items()})


def with_codes_of_rows(cutters: Cutters, rows: pd.DataFrame) -> Cutters:
    """Return the cutters with the old and new codes of the crosswalk."""
    old = same_codes({o for o, _ in cutters.geometry}, rows["old_code"])
    new = same_codes({n for _, n in cutters.geometry}, rows["new_code"])
    known: dict[tuple[str, str], list[BaseGeometry]] = defaultdict(list)
    for (o, n), geometry in cutters.geometry.items():
        known[old.get(o, o), new.get(n, n)].append(geometry)
    return replace(cutters, geometry={k: shapely.union_all(v) for k, v in known.items()})


def cut(  # noqa: PLR0917 - what there is to know
    code: str,
    unit: pd.Series,
    wanted: Mapping[str, str],
    old: gpd.GeoDataFrame,
    rows: pd.DataFrame,
    cutters: Cutters,
    problems: list[str],
    findings: list[Finding],
) -> Pieces:
    """Return the part of a unit for each of its new units; nothing if that cannot be.

    Lists of changes name all units of an exchange of land, also those that gave none. So a new
    unit that has other members, and whose boundaries have no land of this one, gets none, unless
    a share is stated.
    """
    whole = unit.geometry
    if cutters.how == "lines":
        parts = _by_lines(whole, list(wanted), old, rows, cutters.geometry["", ""])
    else:
        by_unit = code if cutters.how == "pieces" else ""
        parts = {
            new: shapely.intersection(whole, cutters.geometry[by_unit, new])
            for new in wanted
            if (by_unit, new) in cutters.geometry
        }
    parts = {new: _polygons(part) for new, part in parts.items()}
    parts = {new: part for new, part in parts.items() if part.area > 0}
    lost = [new for new in wanted if new not in parts]
    if parts and all(_may_get_none(code, new, wanted[new], rows, cutters) for new in lost):
        findings += [
            Finding.of(sentence("W05.none", code=code, name=unit["name"], lost=new), units=(code,))
            for new in lost
        ]
    elif lost:
        problems.append(sentence("W05.no_part", code=code, name=unit["name"],
                                 wanted=", ".join(wanted), how=sentence(SAID[cutters.how]),
                                 lost=", ".join(lost)))  # fmt: skip
        return {}
    return _with_rest(code, whole, {new: parts[new] for new in wanted if new in parts}, findings)


def _may_get_none(code: str, new: str, share: str, rows: pd.DataFrame, cutters: Cutters) -> bool:
    """Tell whether a new unit is drawn, has members besides a unit, and no stated share of it."""
    others = rows["old_code"][rows["new_code"] == new]
    drawn = cutters.how == "new boundaries" and ("", new) in cutters.geometry
    return drawn and not share and bool((others[others != ""] != code).any())


def _polygons(geometry: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004 - areas


def _with_rest(code: str, whole: BaseGeometry, parts: Pieces, findings: list[Finding]) -> Pieces:
    """Give what no part covers to the part that it borders on most, so that nothing is lost.

    Land that two parts claim goes to the first; both are told. The parts are put together from the
    faces between all outlines, so that they share every vertex of their borders.
    """
    unit = np.array([whole], dtype=object)
    shapes = np.concatenate(on_outline(unit, np.array([*parts.values()], dtype=object)))
    land = Land(arrange(shapes))
    faces, claimants = land.arrangement.faces, land.arrangement.claimants
    claims = np.array([len(c) if 0 in c else 0 for c in claimants])  # 1: of the unit, in no part
    land.owners = [c[1:2] if 0 in c else () for c in claimants]
    _give(land, set(np.flatnonzero(claims == 1).tolist()))
    rest = shapely.multipolygons(faces[claims == 1])
    twice = float((shapely.area(faces) * np.maximum(claims - 2, 0)).sum())
    result = dict(zip(parts, without_needless(unit, rebuild(land, shapes)[1:]), strict=True))
    for m2, kind, where in ((rest.area, "W05.left", rest), (twice, "W05.twice", whole)):
        if m2 > LEFT_OVER:
            findings.append(
                Finding.of(
                    sentence(kind, code=code, m2=m2),
                    units=(code,),
                    value=float(m2),
                    unit_of_value="m²",
                    geometry=where,
                )
            )
    return result


def _give(land: Land, rest: set[int]) -> None:
    """Give faces to the part that they border on most, from the outside in; islands to the nearest.

    The parts are those from 1 on.
    """
    while rest:
        lengths = {face: land.lengths(face) for face in rest}
        done = {face: max(found, key=lambda part: (found[part], -part))
                for face, found in lengths.items() if found}  # fmt: skip
        if not done:
            face = min(rest)
            parts = sorted({part for owner in land.owners for part in owner})
            shape = land.arrangement.faces[face]
            done = {face: min(parts, key=lambda part: shapely.distance(shape, land.of(part)))}
        for face, part in done.items():
            land.owners[face] = (part,)
        rest -= set(done)


def _by_lines(
    whole: BaseGeometry,
    wanted: Sequence[str],
    old: gpd.GeoDataFrame,
    rows: pd.DataFrame,
    lines: BaseGeometry,
) -> Pieces:
    """Cut along lines; a part goes to the new unit whose other members it borders on most."""
    outline = whole.boundary
    cutting = reaching(shapely.get_parts(lines), np.array([outline], dtype=object))
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([outline, *cutting])]))
    faces = faces[shapely.contains(whole, shapely.point_on_surface(faces))]
    codes = rows["old_code"]
    alone = rows[~codes.duplicated(keep=False) & codes.isin(old.index)]
    neighbours = {
        new: shapely.union_all(
            np.asarray(old.geometry.loc[codes[alone.index][alone["new_code"] == new]].values)
        )
        for new in wanted
    }
    outlines, shared = shapely.boundary(faces), np.zeros((len(wanted), len(faces)))
    for length, land in zip(shared, neighbours.values(), strict=True):
        border = shapely.boundary(land)
        shapely.prepare(border)
        near = np.flatnonzero(shapely.intersects(outlines, border))
        length[near] = shapely.length(shapely.intersection(outlines[near], border))
    best = shared.argmax(axis=0)
    best[shared.max(axis=0) == 0] = -1
    own = {new: faces[best == k] for k, new in enumerate(wanted)}
    return {new: shapely.union_all(land) for new, land in own.items() if len(land)}
