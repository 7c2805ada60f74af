"""The polygons of a layer where they lie: worked on part by part, or brought together by group."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import dask.dataframe as dd
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from distributed import Client
from pandas.arrays import ArrowExtensionArray
from pyproj import CRS

from geo_merge.cluster.parts import Part
from geo_merge.edges import Geometries, Ints

T = TypeVar("T")
# Columns of our own beside those of the units.
_GROUP, _POSITION, _GEOMETRY = "_group", "_position", "_wkb"
# Partitions for each file after a shuffle: several, since groups differ in size.
_FINER = 4
# In a group of no interest.
NOWHERE = -1


@dataclass(frozen=True)
class Remote:
    """The geometries of a layer, spread over files that the workers of a cluster read.

    Attributes
    ----------
    client
        The cluster.
    parts
        The files in the order of the layer.
    start
        The position of the first unit of each part, and the end; shape (parts + 1,).
    """

    client: Client
    parts: tuple[Part, ...]
    start: Ints

    def each(self, work: Callable[..., T], *arguments: Iterable[Any]) -> Iterator[T]:
        """Yield what `work` makes of each part and its share of the arguments, in order."""
        futures = deque(self.client.map(work, self.parts, *map(list, arguments)))
        while futures:
            yield futures.popleft().result()

    def fetch(self, positions: Ints) -> Geometries:
        """Return some geometries, in the order of their positions in the layer."""
        if not len(positions):
            return np.empty(0, dtype=object)
        part = np.searchsorted(self.start, positions, side="right") - 1
        wanted, at = np.unique(part, return_inverse=True)
        rows = [positions[at == k] - self.start[p] for k, p in enumerate(wanted)]
        found = self.client.gather(self.client.map(_take, [self.parts[p] for p in wanted], rows))
        result = np.empty(len(positions), dtype=object)
        for k, wkb in enumerate(found):
            result[at == k] = shapely.from_wkb(wkb)
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
        numbered = table.assign(**{_GROUP: groups, _POSITION: np.arange(len(groups))})
        shares = [numbered.iloc[a:b] for a, b in pairwise(self.start)]
        finer = min(n_groups, _FINER * len(self.parts))
        gathered = dd.from_map(
            _load, self.parts, shares, meta=_with_wkb(numbered.iloc[:0], []),
            enforce_metadata=False,
        ).shuffle(_GROUP, npartitions=finer)  # fmt: skip
        meta = pd.DataFrame({_GROUP: np.empty(0, np.int64), "result": np.empty(0, object)})
        done = gathered.map_partitions(
            _apply, work, self.parts[0].target, arguments, meta=meta, enforce_metadata=False
        )
        results = self.client.compute(done).result()
        return _in_order(results[_GROUP].to_numpy(np.int64), results["result"].tolist(), n_groups)


def _in_order(numbers: Ints, results: Sequence[T], n_groups: int) -> list[T]:
    order = np.argsort(numbers)
    if not np.array_equal(numbers[order], np.arange(n_groups)):  # each group whole, and none lost
        raise AssertionError("Dask's shuffle lost or split a group; please report it.")
    return [results[k] for k in order]


def _with_wkb(rows: pd.DataFrame, wkb: Sequence[bytes | None]) -> pd.DataFrame:
    return rows.assign(**{_GEOMETRY: ArrowExtensionArray(pa.array(wkb, pa.large_binary()))})


def _load(part: Part, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the units of a part that are in a group, as rows of a Dask dataframe."""
    here = (rows[_GROUP] != NOWHERE).to_numpy()
    return _with_wkb(rows[here], shapely.to_wkb(part.geometries()[here]).tolist())


def _apply(
    rows: pd.DataFrame, work: Callable[..., T], crs: CRS, arguments: Mapping[str, Any]
) -> pd.DataFrame:
    """Work on each group of a partition."""
    done: dict[Any, T] = {}
    for group, members in rows.sort_values(_POSITION).groupby(_GROUP, sort=True):
        wkb = [None if pd.isna(each) else each for each in members[_GEOMETRY]]
        geometry = shapely.from_wkb(wkb)
        frame = gpd.GeoDataFrame(
            members.drop(columns=[_GROUP, _POSITION, _GEOMETRY]), geometry=geometry, crs=crs
        )
        done[group] = work(frame, members[_POSITION].to_numpy(np.int64), **arguments)
    results = np.empty(len(done), dtype=object)
    results[:] = list(done.values())
    return pd.DataFrame({_GROUP: np.fromiter(done, np.int64, len(done)), "result": results})


def _take(part: Part, rows: Ints) -> list[bytes]:
    wkb: list[bytes] = shapely.to_wkb(part.geometries()[rows]).tolist()
    return wkb
