"""A layer to plan with, read from its files: work that a page gives to a worker."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo_merge.jobs.job import Progress
from geo_merge.maps.plan_map import ground
from geo_merge.planning.layer import measure
from geo_merge.planning.store import LayerFile, LayerSource
from geo_merge.reading.containers import files_of
from geo_merge.ui.plan_work import Base, File
from geo_merge.units.layers import read_units
from geo_merge.vietnam.country import VIETNAM

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
