"""Names of coordinate reference systems, and the way from one to WGS 84."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from geo_merge.areas import transformer
from geo_merge.edges import hash_vertices
from geo_merge.errors import CRSError
from geo_merge.rings import Floats, Geometries

WGS84 = CRS.from_epsg(4326)
# Vertices that one thread projects at a time: pyproj lets others work meanwhile.
_CHUNK = 2**16


def parse_crs(text: str) -> CRS:
    """Return the CRS that an option names, as ``9214`` or ``EPSG:9214``."""
    try:
        return CRS.from_user_input(int(text) if text.isdigit() else text)
    except ProjError:
        raise CRSError(
            f"--crs {text}: no such coordinate reference system; give an EPSG code such as 9214."
        ) from None


def describe(crs: CRS) -> str:
    """Return ``EPSG:9214 (VN-2000 / TM-3 107-00)`` for messages."""
    code = crs.to_epsg()
    return f"EPSG:{code} ({crs.name})" if code else crs.name


class Projection:
    """The way from a CRS to WGS 84 that takes each known vertex only once.

    Parameters
    ----------
    crs
        The CRS of the layers.
    known
        Geometries whose vertices come again: the new units and the parents have no others than
        the old units.
    """

    def __init__(self, crs: CRS, known: Geometries | None = None) -> None:
        self.same = bool(crs.equals(WGS84))
        self._transform = transformer(crs, WGS84).transform
        self._hashes = np.empty(0, dtype=np.uint64)
        if known is not None and not self.same:
            xy = shapely.get_coordinates(known) + 0.0
            self._hashes, first = np.unique(hash_vertices(xy), return_index=True)
            self._xy = xy[first]
            chunks = np.array_split(self._xy, len(self._xy) // _CHUNK + 1)
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                self._lonlat = np.concatenate(list(pool.map(self._project, chunks)))

    def _project(self, xy: Floats) -> Floats:
        return np.column_stack(self._transform(xy[:, 0], xy[:, 1]))

    def __call__(self, xy: Floats) -> Floats:
        """Return longitudes and latitudes of vertices, shape (n, 2)."""
        if self.same:
            return xy
        if not len(self._hashes):
            return self._project(xy)
        at = np.searchsorted(self._hashes, hash_vertices(xy))
        at[at == len(self._hashes)] = 0
        result = self._lonlat[at]
        unknown = (self._xy[at] != xy).any(axis=1)
        result[unknown] = self._project(xy[unknown])
        return result
