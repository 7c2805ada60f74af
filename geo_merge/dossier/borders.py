"""Which new units share a border, and how long it is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod

from geo_merge.geometry.rings import is_polygonal

# Metres within which two borders are one (they may be drawn with other vertices), and metres of
# common border from which on units are neighbours: units that meet in a corner have less.
_NEAR, _COMMON = 0.2, 5.0
_GEOD = Geod(ellps="WGS84")


def common_borders(new: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the common borders of new units.

    Parameters
    ----------
    new
        New units, indexed by code, in a CRS in metres.

    Returns
    -------
    pandas.DataFrame
        ``one, other, length_km``: each pair once in each order; kilometres on the ellipsoid.
    """
    shapes = np.asarray(new.geometry.values)
    codes = list(map(str, new.index))
    lines = shapely.boundary(shapes)
    one, other = new.sindex.query(shapes, predicate="dwithin", distance=_NEAR)
    chosen = (one < other) & is_polygonal(shapes[one]) & is_polygonal(shapes[other])
    one, other = one[chosen], other[chosen]
    shared = shapely.intersection(shapely.buffer(lines[one], _NEAR, quad_segs=2), lines[other])
    long = shapely.length(shared) > _COMMON
    degrees = gpd.GeoSeries(shared[long], crs=new.crs).to_crs(4326)
    length = [_GEOD.geometry_length(g) / 1000 for g in degrees]
    pairs = pd.DataFrame(
        {"one": [codes[k] for k in one[long]], "other": [codes[k] for k in other[long]],
         "length_km": length}
    )  # fmt: skip
    turned = pairs.rename(columns={"one": "other", "other": "one"})
    both = pd.concat([pairs, turned[pairs.columns]], ignore_index=True)
    return both.sort_values(["one", "length_km"], ascending=[True, False], ignore_index=True)
