"""Unit layers of several files made one: brought to one plane, their common borders shared."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.geometry import seam
from geo_merge.geometry.plane_vertices import NO_VERTICES, PlaneVertices
from geo_merge.geometry.rings import Bools, Geometries, is_polygonal
from geo_merge.units.planes import into_plane
from geo_merge.units.working_plane import note_plane, working_crs
from geo_merge.vocabulary.fields import OWN
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.ledger import LedgerRow
from geo_merge.vocabulary.sentence import sentence


def join_layers(
    frames: Sequence[gpd.GeoDataFrame],
    findings: list[Finding],
    target_crs: CRS | None,
    *,
    close_seams: bool,
) -> tuple[gpd.GeoDataFrame, list[LedgerRow], PlaneVertices]:
    """Bring the layers to one CRS and let them share their borders.

    Without `close_seams` they have boxes for polygons, and what is done to these is told elsewhere.

    Returns
    -------
    layer, ledger, only_plane
        The layer, what was moved, and the vertices that it has for the plane alone.
    """
    target = target_crs or working_crs(frames)
    findings += note_plane(frames, target)
    if close_seams:
        plane = into_plane(frames, target)
        projected, ledger, only_plane = plane.frames, plane.ledger, plane.only_plane
        findings += plane.findings
    else:
        projected = [f if f.crs == target else f.to_crs(target) for f in frames]
        ledger, only_plane = [], NO_VERTICES
    if len(projected) > 1 and close_seams:
        projected, seams = _close_seams(projected, findings)
        ledger += seams
    joined = gpd.GeoDataFrame(pd.concat(projected, ignore_index=True), crs=target)
    for column in joined.columns.difference(["geometry"]):
        if column in OWN and joined[column].dtype == object:
            joined[column] = joined[column].fillna("")
    return joined, ledger, only_plane


def _close_seams(
    frames: Sequence[gpd.GeoDataFrame], findings: list[Finding]
) -> tuple[list[gpd.GeoDataFrame], list[LedgerRow]]:
    arrays = [np.asarray(f.geometry.values) for f in frames]
    usable = [can_be_joined(a) for a in arrays]
    seamed = seam.join([a[u] for a, u in zip(arrays, usable, strict=True)])
    result = []
    for frame, array, use, layer in zip(frames, arrays, usable, seamed.layers, strict=True):
        closed = array.copy()
        closed[use] = layer
        result.append(frame.set_geometry(gpd.GeoSeries(closed, index=frame.index, crs=frame.crs)))
    told, rows = tell_seam(seamed)
    findings += told
    return result, rows


def can_be_joined(geometries: Geometries) -> Bools:
    """Tell which geometries are polygons with a place."""
    placed = np.isfinite(shapely.bounds(geometries)).all(axis=1)
    return np.asarray(is_polygonal(geometries) & placed)


def tell_seam(seamed: seam.Seam) -> tuple[list[Finding], list[LedgerRow]]:
    """Return what became of the borders between files, as findings and as rows of the ledger."""
    findings = []
    if seamed.moved or seamed.inserted:
        findings.append(
            Finding.of(
                sentence(
                    "C05.seam", moved=seamed.moved, added=seamed.inserted, largest=seamed.largest
                ),
                value=seamed.largest,
                unit_of_value="m",
            )
        )
    if seamed.left_open:
        findings.append(
            Finding.of(
                sentence("C05.seam_open", n=seamed.left_open),
                value=float(seamed.left_open),
                unit_of_value="seams",
            )
        )
    # Every vertex moved can change the area by its way times the edges beside it.
    limit = max(seamed.largest * seamed.length, 1e-9)
    return findings, [
        LedgerRow("seam_largest_move_m", 0.0, seamed.largest, seam.TOLERANCE),
        LedgerRow("seam_area_change_m2", 0.0, seamed.area_change, limit),
    ]
