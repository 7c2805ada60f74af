"""The polygons of a layer where they lie: worked on part by part, or brought together by group."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import dask.dataframe as dd
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from dask.delayed import delayed
from distributed import Client, Future
from pandas.arrays import ArrowExtensionArray
from pyproj import CRS

from geo_merge.geometry.rings import Geometries, Ints

T = TypeVar("T")
# Columns of our own beside those of the units.
_GROUP, _POSITION, _GEOMETRY = "_group", "_position", "_wkb"
# Partitions for each file after a shuffle: several, since groups differ in size.
_FINER = 4
# In a group of no interest.
NOWHERE = -1


@dataclass(frozen=True)
class Remote:
    """The geometries of a layer, spread over the workers of a cluster.

    Attributes
    ----------
    client
        The cluster.
    polygons
        The geometries of each part of the layer as WKB, in the memory of a worker or, where that
        is full, on its disk; Dask reads a file again if a worker dies.
    start
        The position of the first unit of each part, and the end; shape (parts + 1,).
    n_vertices
        Vertices of each unit; shape (units,).
    crs
        The CRS that they are in.
    """

    client: Client
    polygons: tuple[Future[pa.Array], ...]
    start: Ints
    n_vertices: Ints
    crs: CRS

    def parts(self) -> Iterator[Geometries]:
        """Yield the geometries of each part, in order."""
        for future in self.polygons:
            yield from_wkb(future.result())

    def fetch(self, positions: Ints) -> Geometries:
        """Return some geometries, in the order of their positions in the layer."""
        part = np.searchsorted(self.start, positions, side="right") - 1
        wanted, at = np.unique(part, return_inverse=True)
        polygons = [self.polygons[p] for p in wanted]
        rows = [positions[at == k] - self.start[p] for k, p in enumerate(wanted)]
        found = self.client.gather(self.client.map(_take, polygons, rows, pure=False))
        result = np.empty(len(positions), dtype=object)
        for k, wkb in enumerate(found):
            result[at == k] = from_wkb(wkb)
        return result

    def by_group(
        self,
        work: Callable[..., T],
        groups: Ints,
        table: pd.DataFrame | None = None,
        **arguments: Any,  # noqa: ANN401 - those of the work
    ) -> list[T]:
        """Bring the units of each group together, and return what `work` makes of them.

        Parameters
        ----------
        work
            Called with a GeoDataFrame of the units of a group and their positions in the layer, in
            ascending order, and the arguments. It must depend on nothing else, for Dask runs it
            again if a worker dies.
        groups
            The group of each unit as a number from 0, without a number left out, or `NOWHERE`;
            shape (units,).
        table
            Texts and numbers of each unit that the work needs; shape (units, columns).

        Returns
        -------
        list
            One result a group, in the order of the numbers.
        """
        n_groups = int(groups.max(initial=NOWHERE)) + 1
        if not n_groups:
            return []
        if table is None:
            table = pd.DataFrame(index=pd.RangeIndex(len(groups)))
        rows = table.assign(**{_GROUP: groups, _POSITION: np.arange(len(groups))})
        shares = [rows.iloc[a:b] for a, b in pairwise(self.start)]
        pairs = zip(shares, self.polygons, strict=True)
        spread = dd.from_delayed(
            [delayed(_in_groups)(share, wkb) for share, wkb in pairs],
            meta=_with_wkb(rows.iloc[:0], as_wkb(np.empty(0, dtype=object))), verify_meta=False,
        )  # fmt: skip
        gathered = spread.shuffle(_GROUP, npartitions=min(n_groups, _FINER * len(shares)))
        done = [delayed(_apply)(rows, work, self.crs, arguments) for rows in gathered.to_delayed()]
        futures = deque(self.client.compute(done))
        found: dict[int, T] = {}
        while futures:  # one by one, so that no machine holds all results twice
            found.update(futures.popleft().result())
        if sorted(found) != list(range(n_groups)):
            raise AssertionError("Dask's shuffle lost or split a group; please report it.")
        return [found[group] for group in range(n_groups)]


def as_wkb(geometries: Geometries) -> pa.Array:
    """Return geometries in a form whose size Dask knows."""
    return pa.array(shapely.to_wkb(geometries), pa.large_binary())


def from_wkb(wkb: pa.Array) -> Geometries:
    """Return geometries that `as_wkb` wrote."""
    found: Geometries = np.asarray(shapely.from_wkb(wkb.to_numpy(zero_copy_only=False)))
    return found


def _take(wkb: pa.Array, rows: Ints) -> pa.Array:
    return wkb.take(pa.array(rows))


def _with_wkb(rows: pd.DataFrame, wkb: pa.Array) -> pd.DataFrame:
    return rows.assign(**{_GEOMETRY: ArrowExtensionArray(wkb)})


def _in_groups(rows: pd.DataFrame, wkb: pa.Array) -> pd.DataFrame:
    """Return the units of a part that are in a group, as a partition of a Dask dataframe."""
    here = np.flatnonzero(rows[_GROUP] != NOWHERE)
    return _with_wkb(rows.iloc[here], _take(wkb, here))


def _apply(
    rows: pd.DataFrame, work: Callable[..., T], crs: CRS, arguments: Mapping[str, Any]
) -> dict[int, T]:
    """Work on each group of a partition."""
    done: dict[int, T] = {}
    for _, members in rows.sort_values(_POSITION).groupby(_GROUP, sort=True):
        frame = gpd.GeoDataFrame(
            members.drop(columns=[_GROUP, _POSITION, _GEOMETRY]),
            geometry=from_wkb(pa.array(members[_GEOMETRY])), crs=crs,
        )  # fmt: skip
        number = int(members[_GROUP].iloc[0])
        done[number] = work(frame, members[_POSITION].to_numpy(np.int64), **arguments)
    return done
