"""Laws of cutting units, on random layers halved by a random line."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from coverages import Layer, breaches, draw

from geo_merge.geometry.faces import find_faces
from geo_merge.mending.arrangement import shared_edges
from geo_merge.units.crosswalk import as_crosswalk
from geo_merge.units.cutters import as_cutters
from geo_merge.units.divide import divide

COUNT = 20


def halves(layer: Layer) -> np.ndarray:
    """The plane on both sides of a line through the middle of a unit, cut to the layer."""
    rng = np.random.default_rng(layer.seed)
    shapes = np.asarray(layer.units.geometry.values)
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes[0]))[0]
    angle, size = rng.random() * np.pi, 4 * max(np.ptp(layer.units.total_bounds[[0, 2]]), 1.0)
    along = size * np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    ends = middle - along, middle + along
    return shapely.polygons([[*ends, ends[1] + side, ends[0] + side] for side in (across, -across)])


def broken(layer: Layer) -> Iterator[str]:
    """Say which laws the cut of a layer breaks: all land and people go on, each to its side."""
    units = layer.units.assign(is_piece=False, source_row=range(len(layer.units)))
    shapes = np.asarray(units.geometry.values)
    sides = halves(layer)
    share = np.stack([shapely.area(shapely.intersection(shapes, half)) for half in sides], axis=1)
    share /= shapely.area(shapes)[:, None]
    rows = [
        (code, f"N{k}", f"Mới {k}", "")
        for code, of in zip(units.index, share, strict=True)
        for k in (0, 1)
        if of[k] > 1e-6 or of[1 - k] <= 1e-6
    ]
    table = pd.DataFrame(rows, columns=["old_code", "new_code", "new_name", "share"], dtype=object)
    cutters = gpd.GeoDataFrame({"new_code": ["N0", "N1"]}, geometry=sides, crs=units.crs)
    cut, after = divide(units, as_crosswalk(table), as_cutters(cutters))
    if not shapely.is_valid(cut.geometry.values).all():
        yield "a part is invalid"
    rounding = 1e-9 * shapely.area(shapes).sum() + 1e-8 * shapely.length(shapes).sum()
    if abs(cut.area.sum() - shapely.area(shapes).sum()) > rounding:
        yield f"area {shapely.area(shapes).sum()} became {cut.area.sum()}"
    if cut["population"].sum() != units["population"].sum():
        yield f"people {units['population'].sum()} became {cut['population'].sum()}"
    if after["old_code"].duplicated().any() and (after["old_code"] != "").all():
        yield "a unit is still divided"
    for code in table.loc[table["old_code"].duplicated(), "old_code"]:
        parts = cut.loc[[c for c in cut.index if c.split("/")[0] == code]].geometry
        faces = find_faces(np.asarray(parts.values))
        one, two, _ = shared_edges(faces.geometry)
        if (faces.claims > 1).any() or (faces.claims[one] + faces.claims[two] == 2).any():
            yield f"the parts of {code} do not share their vertices"
        other = shapely.symmetric_difference(parts.union_all(), units.geometry[code]).area
        if other > rounding:
            yield f"the parts of {code} are not that unit: {other} m²"
        for part in parts:
            wrong = min(shapely.difference(part, half).area for half in sides)
            if wrong > rounding + 2e-6 * units.geometry[code].area:
                yield f"a part of {code} has {wrong} m² beyond the line"


def test_layers_keep_the_laws_of_cutting() -> None:
    assert breaches(broken, COUNT) == []


def test_what_the_last_bits_change_of_small_units_is_no_fault_of_the_noder() -> None:
    """Triangles of half a metre far from the origin: they were noded anew on a grid of 2 µm."""
    assert list(broken(draw(700_074))) == []
