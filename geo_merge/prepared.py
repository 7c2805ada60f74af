"""The old units with what every later step needs of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.areas import areas
from geo_merge.coverage import claimed_again, usable
from geo_merge.crosswalk import Resolved
from geo_merge.edges import Bools, Floats, Ints
from geo_merge.errors import GeometryError
from geo_merge.faces import Faces, find_faces


@dataclass(frozen=True)
class Prepared:
    """The old units, where each of them goes, and what is known of their geometry.

    Attributes
    ----------
    frame
        Unit layer with ``new_code`` and ``new_name``.
    rows
        The crosswalk in the order of the units.
    groups
        The new unit of each old one, as a position in `new_codes`.
    new_codes
        Codes of the new units, in order.
    areas
        Square metres of each unit; 0 where the polygon cannot be used.
    usable
        Which polygons can be dissolved.
    faces
        The faces of those.
    """

    frame: gpd.GeoDataFrame
    rows: pd.DataFrame
    groups: Ints
    new_codes: tuple[str, ...]
    areas: Floats
    usable: Bools
    faces: Faces

    def drawn_areas(self) -> Floats:
        """Return the areas of all polygons, unusable ones too: what is lost must show."""
        rest = np.asarray(self.frame.geometry.values)[~self.usable]
        drawn = np.array([max(0.0, shapely.area(g)) if g is not None else 0.0 for g in rest])
        result = self.areas.copy()
        result[~self.usable] = drawn
        return result

    def areas_claimed_again(self) -> Floats:
        """Return the square metres that members of each new unit claim more than once."""
        geometries = np.asarray(self.frame.geometry.values)[self.usable]
        return claimed_again(
            geometries, self.groups[self.usable], self.faces, self.frame.crs, len(self.new_codes)
        )


def with_unit_columns(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer with all columns of unit layers, blank where the source has none."""
    blank: dict[str, Any] = {
        column: ""
        for column in (
            "name",
            "unit_type",
            "district_code",
            "district",
            "province_code",
            "province",
        )
        if column not in frame
    }
    if "is_piece" not in frame:
        blank["is_piece"] = False
    return frame.assign(**blank) if blank else frame


def prepare(old: gpd.GeoDataFrame, resolved: Resolved) -> Prepared:
    """Join the old units with their rows of the crosswalk.

    Raises
    ------
    GeometryError
        If no unit has a polygon that can be used.
    """
    frame = with_unit_columns(old).rename(index=resolved.codes)
    rows = resolved.rows
    new_codes, groups = np.unique(rows["new_code"].to_numpy(str), return_inverse=True)
    frame = frame.assign(new_code=rows["new_code"].to_numpy(), new_name=rows["new_name"].to_numpy())
    frame.index.name = "code"
    geometries = np.asarray(frame.geometry.values)
    good = usable(geometries)
    if not good.any():
        raise GeometryError("No unit of the layer has a usable polygon; validate the layer.")
    return Prepared(
        frame=frame,
        rows=rows,
        groups=groups,
        new_codes=tuple(map(str, new_codes)),
        areas=areas(np.where(good, geometries, shapely.Polygon()), frame.crs),
        usable=good,
        faces=find_faces(geometries[good]),
    )
