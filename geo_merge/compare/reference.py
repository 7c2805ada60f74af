"""New units against what somebody else published: declared figures and reference boundaries."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.compare.declared import unmatched_both
from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.geometry.difference import SAME_AREA, differences, polygonal
from geo_merge.geometry.rings import Geometries, is_polygonal
from geo_merge.geometry.validity import made_valid
from geo_merge.vocabulary.codes import same_codes
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence


@dataclass(frozen=True)
class Compared:
    """New units laid over reference boundaries.

    Attributes
    ----------
    table
        Indexed by the codes of all new units: ``reference_area_km2``,
        ``reference_difference_m2`` (symmetric difference) and ``iou`` (shared area by joint area);
        blank for units that could not be compared.
    reference
        The reference polygons used, valid, in the CRS of the new units, indexed by code.
    gained, lost
        Land that only the new unit and only the reference has, for each code of `reference`.
    findings
        D02 for codes without a match, G01, G03 and G04 for reference geometries that are not
        polygons or not valid.
    """

    table: pd.DataFrame
    reference: gpd.GeoSeries
    gained: Geometries
    lost: Geometries
    findings: list[Finding]


def compare_reference(new: gpd.GeoDataFrame, reference: gpd.GeoDataFrame) -> Compared:
    """Compare new units with reference boundaries, unit by unit.

    Parameters
    ----------
    new
        New units with ``name`` and ``area_km2``, in a CRS in metres.
    reference
        Polygons indexed by the same codes, in any CRS. Invalid ones are mended first, those that
        are no polygons left out; both are reported.
    """
    reference = reference.to_crs(new.crs) if reference.crs != new.crs else reference
    known = same_codes(reference.index, new.index)
    labels = [known.get(str(code), str(code)) for code in reference.index]
    if len(set(labels)) == len(labels):
        reference = reference.set_axis(pd.Index(labels, name=reference.index.name))
    findings = unmatched_both(new, reference.index, "reference")
    both = new.index[is_polygonal(np.asarray(new.geometry.values))].intersection(reference.index)
    theirs, found = _usable_reference(reference.geometry[both], new)
    common = theirs.index
    shapes = np.asarray(theirs.values)
    gained, lost = differences(np.asarray(new.geometry[common].values), shapes)
    difference = areas(gained, new.crs) + areas(lost, new.crs)
    area = new.loc[common, "area_km2"].to_numpy() * SQUARE_METRES_PER_KM2
    reference_area = area.copy()
    other = difference > SAME_AREA
    reference_area[other] = areas(shapes[other], new.crs)
    table = pd.DataFrame(
        {
            "reference_area_km2": reference_area / SQUARE_METRES_PER_KM2,
            "reference_difference_m2": difference,
            "iou": 1 - difference / ((area + reference_area + difference) / 2),
        },
        index=common,
    ).reindex(new.index)
    return Compared(table, theirs, gained, lost, findings + found)


def _usable_reference(
    reference: gpd.GeoSeries, new: gpd.GeoDataFrame
) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Mend invalid reference polygons, leave out what is no polygon, and say so."""
    shapes = np.asarray(reference.values).copy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    broken = ~missing & ~shapely.is_valid(shapes)
    shapes[broken] = polygonal(made_valid(shapes[broken]))
    good = is_polygonal(shapes)
    kinds = (
        ("G01.reference", missing),
        ("G03.reference", ~missing & ~good),
        ("G04.reference", broken & good),
    )
    findings = []
    for kind, chosen in kinds:
        units = tuple(map(str, reference.index[chosen]))
        if units:
            labels = [f"{code} ({new.at[code, 'name']})" for code in units[:10]]
            findings.append(
                Finding.of(sentence(kind, units=labels), units=units, value=float(len(units)),
                           unit_of_value="units")
            )  # fmt: skip
    mended = gpd.GeoSeries(shapes[good], index=reference.index[good], crs=new.crs)
    return mended, findings
