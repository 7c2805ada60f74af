"""Blocks of units: what is measured and found of some units while their geometry is at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo_merge.checks.labels import label
from geo_merge.checks.shapes import check_crumbs, check_geometries, check_spikes
from geo_merge.geometry.areas import areas, areas_of
from geo_merge.geometry.crossings import refuse_tangled
from geo_merge.geometry.dissolve import Dissolved, dissolve_valid, in_place_order
from geo_merge.geometry.edges import Unmatched
from geo_merge.geometry.faces import AREA_TOLERANCE, find_faces
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints, Rings, flatten
from geo_merge.geometry.survey import Survey, survey
from geo_merge.geometry.validity import usable
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Limits

Fetch = Callable[[Ints], Geometries]
# What messages say of a unit.
TOLD = ("name", "is_piece", "source_file", "source_row")


@dataclass(frozen=True)
class Measures:
    """What is measured of each unit; the columns of a table, shape (units,) each.

    Attributes
    ----------
    usable
        Which polygons can be dissolved; see `coverage.usable`.
    m2
        Square metres on the ellipsoid; 0 where the polygon cannot be used.
    drawn
        Area in the plane of the CRS, of unusable polygons too.
    inside
        A point of each usable polygon; shape (units, 2).
    bounds
        West, south, east, north; shape (units, 4).
    """

    usable: Bools
    m2: Floats
    drawn: Floats
    inside: Floats
    bounds: Floats


@dataclass(frozen=True)
class Merged:
    """The members of a new unit as one.

    Attributes
    ----------
    dissolved
        The usable ones; None if there are none.
    again
        Square metres that they claim more than once.
    """

    dissolved: Dissolved | None
    again: float = 0.0


@dataclass(frozen=True)
class Block:
    """Some units of a layer, such as the members of one new unit or of several small ones.

    Attributes
    ----------
    units
        Their positions in the layer; shape (units,).
    measures
        What is measured of each.
    findings
        What each unit by itself gives: its geometry, spikes, crumbs.
    survey
        The outlines of the usable ones; None if there are none.
    merged
        The new units, in the order of their numbers; none if that was not asked for.
    """

    units: Ints
    measures: Measures
    findings: tuple[Finding, ...]
    survey: Survey | None
    merged: tuple[Merged, ...] = ()


def take_block(
    frame: gpd.GeoDataFrame, units: Ints, limits: Limits, *, groups: Ints | None = None
) -> Block:
    """Measure, check and survey the units of a block, and dissolve them if asked to.

    Several new units in one block give what a block for each of them gives.

    Parameters
    ----------
    frame
        The units, in a CRS in metres, with the columns of `TOLD` where known.
    units
        Their positions in the layer; shape (units,).
    groups
        The new unit of each as a number from 0, without a number left out; shape (units,). Without
        them, nothing is dissolved.
    """
    geometries = np.asarray(frame.geometry.values)
    order = in_place_order(geometries, groups)
    if (np.diff(order) < 0).any():
        frame, units, geometries = frame.iloc[order], units[order], geometries[order]
        groups = None if groups is None else groups[order]
    good = usable(geometries)
    findings = check_geometries(frame, limits, good=good)
    rings = flatten(geometries[good]) if good.any() else None
    measures = _measure(geometries, good, rings, frame.crs)
    n_groups = 0 if groups is None else int(groups[-1]) + 1
    if rings is None:
        nothing = (Merged(None),) * n_groups
        return Block(units, measures, tuple(findings), None, nothing)
    sound = frame if good.all() else frame[good]
    findings += [*check_spikes(sound, rings, limits), *check_crumbs(sound, limits)]
    of = None if groups is None else groups[good]
    surveyed = survey(rings, units[good], of if n_groups > 1 else None)
    refuse_tangled(
        surveyed.unmatched, lambda unit: label(frame, frame.index[np.argmax(units == unit)])
    )
    if of is None:
        return Block(units, measures, tuple(findings), surveyed)
    ends = np.searchsorted(of, np.arange(1, n_groups))
    left = surveyed.unmatched if n_groups == 1 else None  # those of all groups serve none of them
    members = np.split(geometries[good], ends)
    merged = tuple(_merge(several, left, frame.crs) for several in members)
    return Block(units, measures, tuple(findings), surveyed, merged)


def _merge(members: Geometries, left: Unmatched | None, crs: CRS) -> Merged:
    """Dissolve the usable members of a new unit, of which there may be none."""
    if not len(members):
        return Merged(None)
    dissolved = dissolve_valid(members, left)
    if len(members) == 1:
        return Merged(dissolved)
    return Merged(dissolved, _claimed_again(members, dissolved, crs))


def _measure(geometries: Geometries, good: Bools, rings: Rings | None, crs: CRS) -> Measures:
    n = len(geometries)
    m2, inside = np.zeros(n), np.full((n, 2), np.nan)
    if rings is not None:
        m2[good] = areas_of(rings, crs)
        inside[good] = shapely.get_coordinates(shapely.point_on_surface(geometries[good]))
    with np.errstate(invalid="ignore", over="ignore"):  # vertices nowhere are told as G02
        drawn = np.nan_to_num(np.maximum(shapely.area(geometries), 0.0), posinf=0.0)
    return Measures(good, m2, drawn, inside, shapely.bounds(geometries))


def _claimed_again(geometries: Geometries, merged: Dissolved, crs: CRS) -> float:
    """Return the square metres that polygons claim more than once.

    This is what their areas are more than the area that they cover.
    """
    faces = merged.faces
    if faces is None:
        claimed = float(np.sum(shapely.area(geometries)))
        if claimed - shapely.area(merged.geometry) <= AREA_TOLERANCE * claimed:
            return 0.0
        faces = find_faces(geometries)
    again = faces.claims > 1
    return float(np.sum(areas(faces.geometry[again], crs) * (faces.claims[again] - 1)))


def join_measures(blocks: Sequence[Block], n_units: int) -> Measures:
    """Return the measures of all units of a layer, from blocks that have each unit once."""
    order = np.argsort(np.concatenate([b.units for b in blocks]), kind="stable")
    if len(order) != n_units:
        raise AssertionError(f"{len(order)} units in blocks, {n_units} in the layer")
    columns = zip(*(vars(b.measures).values() for b in blocks), strict=True)
    return Measures(*(np.concatenate(column)[order] for column in columns))
