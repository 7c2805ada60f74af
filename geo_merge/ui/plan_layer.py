"""A layer to plan with, read from its files: work that a page gives to a worker."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_merge.jobs.drawn import run_drawn
from geo_merge.jobs.job import Job
from geo_merge.maps.plan_map import ground
from geo_merge.merging.result import MergeResult
from geo_merge.planning.layer import measure
from geo_merge.planning.store import OPTIONS, LayerFile, LayerSource
from geo_merge.reading import kinds
from geo_merge.reading.containers import files_of
from geo_merge.system.progress import Progress
from geo_merge.ui.plan_work import Base, File
from geo_merge.units.columns import check_pieces
from geo_merge.units.crosswalk_new import BELOW
from geo_merge.units.layers import read_units
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.memory import attach, sources_of, without_memory
from geo_merge.vocabulary.part_of import unit_codes

_BESIDE = ".."  # where the layer is, seen from the folder of a plan that is taken away


def base_of(
    files: tuple[File, ...], options: Mapping[str, Any], layers: tuple[Path, ...],
    say: Progress = lambda _: None,
) -> Base:  # fmt: skip
    """Return the layer of files that somebody gave, which are at `layers` now.

    Raises
    ------
    GeoMergeError
        If they cannot be read.
    """
    say("Reading")
    frame = read_units(*layers, country=VIETNAM, **options)
    digest = hashlib.sha256(repr(sorted(options.items())).encode())
    for file in files:
        digest.update(file.name.encode() + file.content)
    listed = tuple(
        LayerFile(f"{_BESIDE}/{layer.name}",
                  {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files_of(layer)})
        for layer in layers
    )  # fmt: skip
    return Base(digest.hexdigest()[:24], files, dict(options), frame, measure(frame),
                ground(frame), LayerSource(listed, dict(options)))  # fmt: skip


def base_of_result(
    result: MergeResult, key: str, inputs: Mapping[str, str], options: Mapping[str, Any],
    say: Progress = lambda _: None,
) -> Base:  # fmt: skip
    """Return the old units of a result as a layer, which names the files that they came from.

    Parameters
    ----------
    inputs, options
        As its manifest has them: SHA-256 by name, and what was said of the files.

    Raises
    ------
    LayerError
        If it divides units, which a plan does not.
    """
    say("Drawing")
    frame = _units_of(result)
    names = dict.fromkeys(each["file"] for each in sources_of(frame))
    files = tuple(
        LayerFile(f"{_BESIDE}/{name}", {p: h for p, h in inputs.items() if _belongs(p, name)})
        for name in names
    )
    told = {n: options[n] for n in (*OPTIONS, "repair") if options.get(n) not in (None, [], {})}
    read = {n: value for n, value in told.items() if n in OPTIONS}
    return Base(key, (), told, frame, measure(frame), ground(frame), LayerSource(files, read))


def _units_of(result: MergeResult) -> gpd.GeoDataFrame:
    """Return the old units of a result as they were read, each of the file and row it came from."""
    parts = [without_memory(part) for part in result.old_parts()]
    frame = gpd.GeoDataFrame(pd.concat(parts)) if len(parts) > 1 else parts[0]
    frame = frame.drop(columns=["new_code", "new_name", BELOW], errors="ignore")
    found: list[Finding] = []
    expected = dict.fromkeys(result.crosswalk["old_code"].tolist(), "")
    check_pieces(frame.assign(code=unit_codes(frame)), expected, found)
    sources = [{**s, "file": Path(s["file"]).name} for s in result.provenance["sources"]]
    return attach(frame, findings=found, sources=sources, only_plane=result.only_plane.rows)


def _belongs(file: str, layer: str) -> bool:
    """Tell whether a file is a layer's, or a part of it."""
    part, whole = Path(file), Path(layer)
    return file == layer or (part.stem == whole.stem and part.suffix.lower() in kinds.PART_OF)


def merge_units(frame: gpd.GeoDataFrame, job: Job, say: Progress) -> MergeResult:
    """Merge units that are read already by the crosswalk of a job."""
    return run_drawn(job, say, read_layer=lambda *_, **__: frame)
