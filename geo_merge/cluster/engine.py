"""A merger whose old units stay in their files: the same steps, the heavy ones on workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from distributed import Client

from geo_merge.checks.blocks import TOLD, Block, take_block
from geo_merge.cluster.connect import connect
from geo_merge.cluster.reading import read_remote
from geo_merge.cluster.remote import NOWHERE, Remote
from geo_merge.errors import UsageError
from geo_merge.geometry.dissolve import Dissolved, dissolve_valid
from geo_merge.geometry.neighbourhoods import members_of, neighbourhoods
from geo_merge.geometry.rings import Floats, Geometries, Ints, is_polygonal
from geo_merge.jobs.job import Job
from geo_merge.maps.drawing import thin_apart
from geo_merge.merging.assigned import Prepared, assign, put_together
from geo_merge.merging.result import MergeResult
from geo_merge.system.progress import Progress
from geo_merge.units.crosswalk import Resolved
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.sentence import sentence


@contextmanager
def merged(
    job: Job, say: Progress = lambda _: None, *, scheduler: str | None = None,
    **cluster: Any,  # noqa: ANN401 - those of connect
) -> Iterator[MergeResult]:  # fmt: skip
    """Run a merger on a cluster, and give its result as long as the cluster is there.

    Parameters
    ----------
    job
        The merger, without repair and division.
    say
        Called with the name of each step.
    scheduler, **cluster
        See `connect.connect`.

    Raises
    ------
    UsageError
        If the job is more than a cluster does, or Dask is missing.
    ClusterError
        If the cluster does not answer or its workers fail.
    GeoMergeError
        See `Job.run`.
    """
    for option, value in (("--repair", job.repair), ("--divide", job.divide)):
        if value is not None:
            raise UsageError(sentence("usage.not_on_dask", option=option))
    say("Starting workers")
    with connect(scheduler, **cluster) as client:
        engine = _Engine(client)
        result = job.run(say, read_layer=engine.read, prepare=engine.prepare)
        yield replace(result, elsewhere=engine)


@dataclass
class _Engine:
    """The steps of a merger that need polygons of old units."""

    client: Client
    remote: Remote | None = None
    boxes: gpd.GeoSeries = field(default_factory=gpd.GeoSeries)

    def read(self, *files: Any, **options: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
        units, self.remote = read_remote(self.client, *files, **options)
        return units

    @property
    def land(self) -> Remote:
        """The polygons that were read."""
        if self.remote is None:
            raise AssertionError("a layer is read before it is prepared")
        return self.remote

    def prepare(self, old: gpd.GeoDataFrame, resolved: Resolved, limits: Limits) -> Prepared:
        """Survey and dissolve new unit by new unit; see `prepared.prepare`."""
        assigned = assign(old, resolved)
        table = assigned.frame[list(TOLD)].reset_index()
        blocks = self.land.by_group(_survey, assigned.groups, table, limits=limits)
        layer = put_together(assigned, blocks, self.land.fetch, self.dissolve)
        surveyed = layer.surveyed
        self.boxes = _boxes(layer.frame, surveyed.measures.bounds)
        frame = layer.frame.set_geometry(self.boxes)
        return replace(layer, surveyed=replace(surveyed, frame=frame))

    def dissolve(self, units: Ints, groups: Ints) -> Sequence[Dissolved]:
        """Dissolve units, given by position, in groups; see `dissolve.dissolve_groups`."""
        group_of = np.full(self.land.start[-1], NOWHERE)
        group_of[units] = groups
        return self.land.by_group(_dissolve, group_of)

    def parts(self, old: gpd.GeoDataFrame) -> Iterator[gpd.GeoDataFrame]:
        """Yield the rows of old units with their polygons, part by part."""
        parts = zip(pairwise(self.land.start), self.land.parts(), strict=True)
        for (begin, end), polygons in parts:
            rows = old.iloc[begin:end]
            yield rows.set_geometry(gpd.GeoSeries(polygons, index=rows.index, crs=old.crs))

    def thinned(self, size: float) -> Geometries:
        """Return the polygons for a map, thinned neighbourhood by neighbourhood."""
        boxes = np.asarray(self.boxes.values)
        there = np.flatnonzero(is_polygonal(boxes))
        near = neighbourhoods(shapely.bounds(boxes[there]), self.land.n_vertices[there])
        group_of = np.full(len(boxes), NOWHERE)
        group_of[there] = near
        done = self.land.by_group(_thin, group_of, size=size)
        result = np.empty(len(there), dtype=object)
        for units, thinned in zip(members_of(near), done, strict=True):
            result[units] = thinned
        return result


def _boxes(frame: gpd.GeoDataFrame, bounds: Floats) -> gpd.GeoSeries:
    """Return the exact box of each polygon; what is no polygon stays as it is."""
    shapes = np.asarray(frame.geometry.values).copy()
    there = is_polygonal(shapes) & np.isfinite(bounds).all(axis=1)
    shapes[there] = shapely.box(*bounds[there].T)
    return gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)


def _thin(frame: gpd.GeoDataFrame, units: Ints, *, size: float) -> Geometries:
    del units
    return thin_apart(np.asarray(frame.geometry.values), size)


def _survey(frame: gpd.GeoDataFrame, units: Ints, *, limits: Limits) -> Block:
    one = np.zeros(len(units), dtype=np.int64)
    block = take_block(frame.set_index("code"), units, limits, groups=one)
    merged = (replace(m, dissolved=m.dissolved and _alone(m.dissolved)) for m in block.merged)
    return replace(block, merged=tuple(merged))


def _dissolve(frame: gpd.GeoDataFrame, units: Ints) -> Dissolved:
    del units
    return _alone(dissolve_valid(np.asarray(frame.geometry.values)))


def _alone(dissolved: Dissolved) -> Dissolved:
    """Return what was dissolved without the faces it was made from, which are as large again."""
    return replace(dissolved, faces=None)
