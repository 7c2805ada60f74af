"""Laws of layers in degrees: brought to a plane they keep their land and their borders."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pytest
import shapely
from coverages import DEGREE, TRIED, Layer, breaches, draw, in_degrees
from pyproj import CRS

from geo_merge.checks.layer import check_layer
from geo_merge.geometry.areas import areas
from geo_merge.units.planes import into_plane
from geo_merge.units.working_plane import working_crs

COUNT = len(TRIED)
# Degrees: a hundredth of a millimetre.
MOUTH = 1e-10


def broken(layer: Layer) -> Iterator[str]:
    """Say which land the plane changed, and what it tells of a layer that is clean in degrees."""
    shapes = in_degrees(layer)
    frame = layer.units.reset_index().set_geometry(gpd.GeoSeries(shapes, crs=4326))
    plane = into_plane([frame], working_crs([frame])).frames[0]
    true = areas(shapes, CRS(4326))
    off = np.abs(areas(np.asarray(plane.geometry.values), plane.crs) - true)
    outline = shapely.length(shapes) * DEGREE
    # An edge may be bent by 10 cm, or by a millionth of its length where that is more.
    wrong = off > outline * np.maximum(0.1, 1e-6 * outline) + 1e-9 * true
    yield from (f"{off[k]} m² of {true[k]}" for k in np.flatnonzero(wrong))
    if _is_clean(shapes):
        told = [f.message for f in check_layer(plane.set_index("code"))
                if f.check in {"C01", "C02", "C03", "C04"}]  # fmt: skip
        yield from told


def _is_clean(shapes: np.ndarray) -> bool:
    """Tell whether polygons have no gaps and no overlaps: a bay with a mouth of no width is one.

    So is a slit of no width in a polygon, whose end is lost on a grid.
    """
    if not shapely.is_valid(shapes).all():
        return False
    on_grid = shapely.set_precision(shapes, MOUTH)
    if (shapely.get_num_coordinates(on_grid) < shapely.get_num_coordinates(shapes)).any():
        return False
    whole = shapely.union_all(shapes, grid_size=MOUTH)
    drawn = shapely.area(shapes).sum()
    one = whole.geom_type == "Polygon" and shapely.get_num_interior_rings(whole) == 0
    return one and abs(drawn - shapely.union_all(shapes).area) <= 1e-14 * drawn


def test_a_layer_with_a_slit_of_no_width_is_not_clean() -> None:
    """What seed 596577990 drew: a ring that runs back along its own edge, and comes out bent."""
    assert not _is_clean(in_degrees(draw(596577990)))


@pytest.mark.random
def test_layers_in_degrees_keep_their_land_and_their_borders() -> None:
    assert breaches(broken, COUNT) == []
