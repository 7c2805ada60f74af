"""Neighbourhoods: units that lie beside each other, as many as are worked on at once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geo_merge.geometry.rings import Floats, Ints

# Vertices: what fits into the cache of a processor, and is enough work for a thread.
VERTICES = 250_000
# Vertices of a group from which on it is worth a block of its own, and of small groups together.
_LARGE, _TOGETHER = 3_000, 50_000


def neighbourhoods(bounds: Floats, n_vertices: Ints, most: int = VERTICES) -> Ints:
    """Divide units among neighbourhoods, along a Hilbert curve through the middles of their boxes.

    Parameters
    ----------
    bounds
        West, south, east, north of each unit, NaN for what has no place; shape (units, 4).
    n_vertices
        Vertices of each unit; shape (units,).
    most
        Vertices of a neighbourhood, about.

    Returns
    -------
    numpy.ndarray
        The neighbourhood of each unit as a number from 0, without a number left out; shape
        (units,).
    """
    total = int(n_vertices.sum())
    count = max(1, total // most)
    placed = np.isfinite(bounds).all(axis=1)
    along = np.zeros(len(bounds), dtype=np.int64)
    if placed.any():
        along[placed] = gpd.GeoSeries(shapely.box(*bounds[placed].T)).hilbert_distance()
    order = np.argsort(along, kind="stable")
    passed = np.cumsum(n_vertices[order]) - n_vertices[order]
    number = np.empty(len(bounds), dtype=np.int64)
    number[order] = passed * count // max(total, 1)
    return np.unique(number, return_inverse=True)[1]


def members_of(groups: Ints) -> list[Ints]:
    """Return the positions of the members of each group, ascending; groups count from 0."""
    order = np.argsort(groups, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)


def bundle(groups: Ints, n_vertices: Ints) -> list[Ints]:
    """Divide units among blocks of whole groups, small groups of consecutive numbers together.

    Taking a block costs a millisecond, whatever is in it.

    Parameters
    ----------
    groups
        The group of each unit as a number from 0, without a number left out; shape (units,).
    n_vertices
        Vertices of each unit; shape (units,).

    Returns
    -------
    list of numpy.ndarray
        The positions of the units of each block, ascending; blocks in the order of their groups.
    """
    total = np.bincount(groups, n_vertices)
    large = total >= _LARGE
    slot = np.cumsum(np.where(large, 0, total)) // _TOGETHER
    begins = large[1:] | large[:-1] | (slot[1:] != slot[:-1])
    return members_of(np.append(0, np.cumsum(begins))[groups])
