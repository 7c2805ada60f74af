"""A plan with its layer: where the files are, whether they are the same, and what still fits."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from geo_merge.errors import PlanError
from geo_merge.planning.fit import fit
from geo_merge.planning.history import History
from geo_merge.planning.plan import Plan, old_units_of
from geo_merge.planning.remembered import HISTORY, history_bytes
from geo_merge.planning.store import LayerFile, LayerSource, SavedPlan, load, save
from geo_merge.reading.containers import files_of
from geo_merge.units.layers import read_units
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.memory import findings_of
from geo_merge.vocabulary.sentence import sentence

ReadLayer = Callable[..., gpd.GeoDataFrame]


@dataclass(frozen=True)
class OpenPlan:
    """A plan, its layer, and what was found in bringing them together.

    Attributes
    ----------
    plan
        The plan, of the units that the layer has now.
    layer
        The old units.
    source
        Where they are.
    findings
        What no longer fits (L01 to L04), and what reading the layer found.
    """

    plan: Plan
    layer: gpd.GeoDataFrame
    source: LayerSource
    findings: tuple[Finding, ...]


def source_of(
    files: Iterable[Path], directory: Path, options: Mapping[str, Any] | None = None
) -> LayerSource:
    """Return where a layer is, for a plan in a folder.

    Parameters
    ----------
    files
        As they are read.
    directory
        The folder of the plan.
    options
        As `units.layers.read_units` takes them; those that are None are left out.
    """
    found = tuple(LayerFile(_seen_from(directory, path), _digests(path)) for path in files)
    return LayerSource(found, {k: v for k, v in (options or {}).items() if v is not None})


def _seen_from(directory: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), directory.resolve())).as_posix()
    except ValueError:  # on another drive
        return path.resolve().as_posix()


def _digests(path: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files_of(path)}


def paths_of(source: LayerSource, directory: Path) -> list[Path]:
    """Return where the files of a plan's layer are.

    Raises
    ------
    PlanError
        If the plan names none, or one is not there any more.
    """
    paths = [Path(os.path.normpath(directory / file.path)) for file in source.files]
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise PlanError(sentence("planning.layer_gone", file=missing[0]))
    if not paths:
        raise PlanError(sentence("planning.no_layer"))
    return paths


def open_plan(
    directory: Path,
    *,
    layers: Sequence[Path] = (),
    country: Country = PLAIN,
    read_layer: ReadLayer = read_units,
) -> OpenPlan:
    """Read a plan and its layer, and bring the two together.

    Parameters
    ----------
    directory
        The folder of the plan.
    layers
        Where the old units are, if no longer where the plan says.
    country
        What is known of the country that the layer may lie in.
    read_layer
        Reads the layer.

    Raises
    ------
    PlanError
        If there is no plan, or the layer is not found.
    LayerError
        If the layer cannot be read.
    """
    saved = load(directory)
    paths = list(layers) or paths_of(saved.source, directory)
    layer = read_layer(*paths, country=country, **saved.source.options)
    plan, found = fit(saved.plan, old_units_of(layer))
    changed = () if layers else _changed(saved.source, paths)
    source = source_of(paths, directory, saved.source.options) if layers else saved.source
    return OpenPlan(plan, layer, source, (*findings_of(layer), *changed, *found))


def _changed(source: LayerSource, paths: Iterable[Path]) -> tuple[Finding, ...]:
    """Tell which files are not those that the plan was made with."""
    other = sorted(
        name
        for file, path in zip(source.files, paths, strict=True)
        for name, digest in _digests(path).items()
        if file.sha256 and file.sha256.get(name) != digest
    )
    if not other:
        return ()
    told = sentence("L04.changed", names=other)
    return (Finding.of(told, value=float(len(other)), unit_of_value="files"),)


def of_other_files(source: LayerSource, at_work: LayerSource) -> tuple[Finding, ...]:
    """Tell which files of a plan's layer are not among those of the layer at work."""
    known = {digest for file in at_work.files for digest in file.sha256.values()}
    other = [Path(f.path).name for f in source.files if not known.issuperset(f.sha256.values())]
    if not other:
        return ()
    told = sentence("L04.other", names=other, n=len(other))
    return (Finding.of(told, value=float(len(other)), unit_of_value="files"),)


def save_plan(
    opened: OpenPlan, plan: Plan, directory: Path, of: Path, history: History | None = None
) -> None:
    """Save a plan with the layer that it was opened with, there or in another folder.

    Parameters
    ----------
    opened
        As it was opened.
    plan
        The plan as it is now.
    directory
        Where to save it.
    of
        The folder that it was opened from.
    history
        What was done to it, to be undone another day.
    """
    source = source_of(paths_of(opened.source, of), directory, opened.source.options)
    more = {} if history is None else {HISTORY: history_bytes(history)}
    save(SavedPlan(plan, source), directory, more)
