"""What a repair of a job's layer would do, for a person to decide on before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.geometry.rings import Geometries
from geo_merge.jobs.job import Job
from geo_merge.mending import RepairOptions, repair
from geo_merge.mending.decisions import Decision, as_decisions
from geo_merge.merging.merge import land_of_nobody
from geo_merge.system.progress import Progress
from geo_merge.vocabulary.fields import with_unit_columns
from geo_merge.vocabulary.findings_frame import findings_frame
from geo_merge.vocabulary.memory import without_memory

# Checks whose findings are the defects of a kind.
KINDS = {"gap": ("C01", "C02"), "overlap": ("C03", "C04")}


@dataclass(frozen=True)
class Proposal:
    """What a repair would do.

    Attributes
    ----------
    units
        The layer as it is, indexed by code: ``name`` and polygons, in a CRS in metres.
    after
        The polygons as they would be, in the order of the units.
    repairs
        One row a defect, repaired or waiting; see `record.COLUMNS`.
    decisions
        Those that it was made with, blank where none was taken.
    findings
        What was done, and what is wrong with it.
    """

    units: gpd.GeoDataFrame
    after: Geometries
    repairs: gpd.GeoDataFrame
    decisions: pd.DataFrame
    findings: gpd.GeoDataFrame


def propose(job: Job, say: Progress = lambda _: None) -> Proposal:
    """Return what the repair of a job would do; the layer stays as it is.

    Raises
    ------
    GeoMergeError
        If the layer, the crosswalk or the decisions cannot be used; see `mending.repair`.
    """
    say("Reading")
    units, table = job.read()
    if table is not None:
        units, _ = job.divided(units, table)
    options = job.repair or RepairOptions()
    decided = job.decided()
    if decided is not None:
        options = replace(options, decisions=decided)
    say("Repairing")
    old = with_unit_columns(without_memory(units))
    nobodys = land_of_nobody(old, **job.land_layers(units))
    repaired = repair(old, **vars(options), nobodys=nobodys)
    named = cast("gpd.GeoDataFrame", old[["name", "geometry"]])
    after = np.asarray(repaired.layer.geometry.values)
    findings = findings_frame(repaired.findings, old.crs)
    return Proposal(named, after, repaired.repairs, repaired.decisions, findings)


def decided_by_place(
    repairs: gpd.GeoDataFrame, findings: gpd.GeoDataFrame, decisions: Mapping[str, Decision]
) -> dict[str, Decision]:
    """Return the decisions on defects that follow from those on the findings of their land.

    A defect of which more than half lies in the gap or overlap that was decided on shares its
    decision, unless it has one of its own.
    """
    result: dict[str, Decision] = {}
    for kind, checks in KINDS.items():
        decided = findings["check"].isin(checks) & findings["id"].isin(list(decisions))
        land, defects = findings[decided], repairs[repairs["kind"] == kind]
        if land.empty or defects.empty:
            continue
        land = land.to_crs(defects.crs)
        shapes, places = np.asarray(defects.geometry.values), np.asarray(land.geometry.values)
        at, of = shapely.STRtree(places).query(shapes)
        inside = shapely.area(shapely.intersection(shapes[at], places[of]))
        for k, n in zip(at[inside > shapely.area(shapes[at]) / 2],
                        of[inside > shapely.area(shapes[at]) / 2], strict=True):  # fmt: skip
            key = str(defects["id"].iloc[k])
            if key not in decisions:
                result[key] = decisions[str(land["id"].iloc[n])]
    return result


__all__ = ["KINDS", "Decision", "Proposal", "as_decisions", "decided_by_place", "propose"]
