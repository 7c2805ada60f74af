"""What of the land is on a map, and at which scale: metres of a plane to millimetres of paper."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from geo_merge.geometry.areas import transformer
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import Floats, Geometries

_ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0)
_MM = 1000.0  # in a metre


@dataclass(frozen=True)
class Box:
    """A rectangle on paper, in millimetres from the upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.top + self.height

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle."""
        return self.left + self.width / 2, self.top + self.height / 2


@dataclass(frozen=True)
class Window:
    """The frame of a map, and the land in it.

    Attributes
    ----------
    frame
        Where the frame is on paper.
    centre
        What is in its middle, in metres of the plane.
    scale
        Metres of land for a metre of paper, as 250,000.
    """

    frame: Box
    centre: tuple[float, float]
    scale: float

    @property
    def land(self) -> shapely.Polygon:
        """What of the plane is in the frame, a rectangle."""
        (x, y), frame = self.centre, self.frame
        half = np.array([frame.width, frame.height]) * self.scale / _MM / 2
        return shapely.box(x - half[0], y - half[1], x + half[0], y + half[1])

    def on_paper(self, xy: Floats) -> Floats:
        """Return places of the plane on paper; shape (n, 2)."""
        x, y = self.frame.middle
        moved = (np.asarray(xy) - self.centre) * (_MM / self.scale)
        return np.column_stack([x + moved[:, 0], y - moved[:, 1]])

    def drawn(self, geometries: Geometries) -> Geometries:
        """Return what of geometries is in the frame, on paper; empty if nothing."""
        cut = shapely.clip_by_rect(geometries, *self.land.bounds)
        return np.asarray(shapely.transform(cut, self.on_paper))


def plane_of(layer: gpd.GeoDataFrame) -> CRS:
    """Return a plane true to scale in the middle of a layer, north up.

    The plane of the layer itself may be as untrue as Web Mercator; this one is out by less than
    0.02 % within 120 km of its middle meridian.
    """
    west, south, east, north = layer.total_bounds
    to_degrees = Transformer.from_crs(layer.crs, WGS84, always_xy=True)
    lon, lat = to_degrees.transform((west + east) / 2, (south + north) / 2)
    middle = f"+lat_0={lat:.4f} +lon_0={lon:.4f}"
    return CRS(f"+proj=tmerc {middle} +k=1 +ellps=WGS84 +units=m +type=crs")


def in_plane(geometries: Geometries, crs: CRS, plane: CRS) -> Geometries:
    """Return geometries of a CRS in another plane."""
    step = transformer(crs, plane)
    return np.asarray(
        shapely.transform(geometries, lambda xy: np.column_stack(step.transform(*xy.T)))
    )


def round_scale(bounds: tuple[float, float, float, float], frame: Box, *, margin: float = 1.04,
                ) -> float:  # fmt: skip
    """Return the largest round scale at which bounds, in metres, fit into a frame with a margin."""
    west, south, east, north = bounds
    needed = margin * _MM * max((east - west) / frame.width, (north - south) / frame.height, 1e-3)
    power = 10.0 ** np.floor(np.log10(needed))
    return float(next(m * power for m in _ROUND if m * power >= needed * (1 - 1e-9)))


def window_on(
    bounds: tuple[float, float, float, float], frame: Box, scale: float | None = None, *,
    margin: float = 1.04,
) -> Window:  # fmt: skip
    """Return a frame around bounds, at a scale or at the largest round one."""
    west, south, east, north = map(float, bounds)
    return Window(frame, ((west + east) / 2, (south + north) / 2),
                  scale or round_scale(bounds, frame, margin=margin))  # fmt: skip
