"""The whole way from old units and a crosswalk to checked new units: frames in, frames out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.checks.known import Known
from geo_merge.checks.layer import check_surveyed, for_layer
from geo_merge.checks.surveyed import survey_layer
from geo_merge.compare.declared import as_declared
from geo_merge.errors import LayerError, UsageError
from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2
from geo_merge.geometry.plane_vertices import PlaneVertices
from geo_merge.mending import RepairOptions
from geo_merge.mending import repair as repair_layer
from geo_merge.mending.decisions import as_decisions
from geo_merge.merging.assigned import Prepare, prepare
from geo_merge.merging.conclude import check_figures, compare_units, conclude, rules_of
from geo_merge.merging.result import MergeResult
from geo_merge.system.progress import Progress
from geo_merge.units import crosswalk
from geo_merge.units.crosswalk import Resolved
from geo_merge.units.unlisted import Unlisted
from geo_merge.vocabulary.accepting import accepted, as_accepted
from geo_merge.vocabulary.codes import same_codes
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.fields import with_unit_columns
from geo_merge.vocabulary.findings_frame import findings_frame
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.memory import findings_of, only_plane_of, sources_of, without_memory
from geo_merge.vocabulary.sentence import sentence
from geo_merge.vocabulary.unit_words import called_in_layer, word_of_layer


def merge(
    old: gpd.GeoDataFrame,
    crosswalk: pd.DataFrame,
    *,
    reference: gpd.GeoDataFrame | None = None,
    declared: pd.DataFrame | None = None,
    outline: gpd.GeoDataFrame | None = None,
    water: gpd.GeoDataFrame | None = None,
    enclaves: gpd.GeoDataFrame | Collection[str] | None = None,
    rules: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    unlisted: str = Unlisted.REFUSE,
    accept: Iterable[str] = (),
    below: str | None = None,
    repair: RepairOptions | None = None,
    decisions: pd.DataFrame | None = None,
    country: Country = PLAIN,
    prepare: Prepare = prepare,
    progress: Progress | None = None,
) -> MergeResult:
    """Merge old units to new ones, and prove that nothing was lost.

    Parameters
    ----------
    old
        Unit layer as `layers.read_units` returns it: indexed by code, polygons in a CRS in metres.
    crosswalk
        ``old_code, new_code, new_name`` and what else is known of the rows; see
        `crosswalk.COLUMNS`.
    reference
        Boundaries that somebody else published for the new units, indexed by code. A hole that
        they surround as well is a warning, no error.
    declared
        Table of published figures: ``new_code, area_km2, population``.
    outline
        Polygons that the units should fill together: a province, a country. Its holes are right.
    water
        Lakes and the sea: holes that they fill are right.
    enclaves
        Land of others inside the layer, as polygons; or the codes of the units whose holes it is.
    rules
        How a field of the members becomes one of the new unit: ``sum``, ``area``, ``population``
        (weighted), ``list`` or ``drop``; by default counts are summed, rates weighted,
        all else listed.
    limits
        Thresholds of the checks.
    unlisted
        ``refuse`` units that the crosswalk does not name, or ``keep`` them: they become new units
        with their own code, name, type and polygon, as in a reform of a part of a country.
    accept
        Ids of checks that judge what is plausible (`catalogue.ACCEPTABLE`), where it is known that
        they are wrong: what they find is a note.
    below
        The type with which old units live on inside the new one that they merged to, as "commune
        déléguée": they are kept as a level below. The column ``below_type`` of the crosswalk, if
        there is one, says which of them do, and as what.
    repair
        Repair the old units first, and how; by default they stay as they are.
    decisions
        Table of decisions on findings, as `RepairOptions` has them on defects too: a gap or an
        overlap that is waived is a note.
    country
        What is known of the country that the layer may lie in; where it does, its names are
        compared as there, and its provinces merge as they did.
    prepare
        Surveys and dissolves the units: in memory by default, else where their polygons are.
    progress
        Called with the name of each step.

    Returns
    -------
    MergeResult
        Also when findings of severity error stand against the new units: see ``has_errors``.

    Raises
    ------
    CrosswalkError
        If the crosswalk does not assign every old unit exactly once.
    LayerError
        If the frame is no unit layer in metres.
    """
    limits, say = limits or Limits(), progress or (lambda _: None)
    _guard(old)
    country = country.of(old)
    limits = for_layer(limits, old)
    known = _known(old, outline, water, enclaves, reference)
    read = old
    old = without_memory(old)
    given = decisions if repair is None else repair.decisions
    decided = {} if given is None else as_decisions(given)
    mended = None
    if repair is not None:
        say("Repairing")
        mended = repair_layer(old, **vars(repair), nobodys=known.free(_extent(old)))
        old = mended.layer
    only_plane = PlaneVertices.of_rows(only_plane_of(read))
    only_plane = only_plane.with_corners(only_plane.beside(np.asarray(old.geometry.values)))
    say("Matching the crosswalk")
    resolved = _resolve(old, crosswalk, country, unlisted)
    say("Surveying and dissolving")
    layer = prepare(old, resolved, limits)
    result = conclude(
        layer, read, crosswalk, resolved.findings, limits, mended=mended, decisions=decided,
        reference=reference, declared=declared, known=known, rules=rules, country=country,
        say=say, accept=as_accepted(accept), below=below,
    )  # fmt: skip
    return replace(result, only_plane=only_plane)


def validate(
    layer: gpd.GeoDataFrame,
    *,
    crosswalk: pd.DataFrame | None = None,
    reference: gpd.GeoDataFrame | None = None,
    declared: pd.DataFrame | None = None,
    outline: gpd.GeoDataFrame | None = None,
    water: gpd.GeoDataFrame | None = None,
    enclaves: gpd.GeoDataFrame | Collection[str] | None = None,
    rules: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    unlisted: str = Unlisted.REFUSE,
    accept: Iterable[str] = (),
    country: Country = PLAIN,
) -> gpd.GeoDataFrame:
    """Check a layer of units, and what else is known of it, without merging.

    With a crosswalk, everything that `merge` would find is found; without one, all that it would
    find of the layer, and `reference` and `declared` are compared with the units of the layer
    itself. Parameters are those of `merge`.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a finding, the heaviest first.

    Raises
    ------
    CrosswalkError
        If the crosswalk does not assign every unit exactly once.
    """
    _guard(layer)
    if crosswalk is not None:
        result = merge(layer, crosswalk, reference=reference, declared=declared, outline=outline,
                       water=water, enclaves=enclaves, rules=rules, limits=limits,
                       unlisted=unlisted, accept=accept, country=country)  # fmt: skip
        return result.findings
    limits = for_layer(limits or Limits(), layer)
    surveyed = survey_layer(without_memory(layer), limits)
    findings = [*findings_of(layer), *check_surveyed(
        surveyed, limits, known=_known(layer, outline, water, enclaves, reference),
        name_key=country.of(layer).name_key)]  # fmt: skip
    frame = with_unit_columns(layer)
    chosen, _ = rules_of(frame, sources_of(layer), rules or {})
    findings += check_figures(frame, chosen, surveyed.measures.m2)
    good = layer[surveyed.measures.usable]
    km2 = surveyed.measures.m2[surveyed.measures.usable] / SQUARE_METRES_PER_KM2
    table = None if declared is None else as_declared(declared, good.index)
    findings += compare_units(good.assign(area_km2=km2), reference, table, limits).findings
    called = called_in_layer(None if country.of(layer).code
                             else word_of_layer(frame, sources_of(layer)))  # fmt: skip
    told = [finding.calling(called) for finding in accepted(findings, as_accepted(accept))]
    return findings_frame(told, layer.crs)


def _known(
    layer: gpd.GeoDataFrame,
    outline: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    enclaves: gpd.GeoDataFrame | Collection[str] | None,
    reference: gpd.GeoDataFrame | None,
) -> Known:
    """Return what is known of land that belongs to no unit."""
    if enclaves is None or isinstance(enclaves, gpd.GeoDataFrame):
        return Known(outline, water, enclaves, reference=reference).in_crs(layer.crs)
    same = same_codes(enclaves, layer.index)
    unknown = [code for code in enclaves if code not in same]
    if unknown:
        raise UsageError(sentence("words.no_enclave", code=unknown[0]))
    of_others = frozenset(same.values())
    return Known(outline, water, None, of_others, reference).in_crs(layer.crs)


def land_of_nobody(
    layer: gpd.GeoDataFrame,
    *,
    outline: gpd.GeoDataFrame | None = None,
    water: gpd.GeoDataFrame | None = None,
    enclaves: gpd.GeoDataFrame | Collection[str] | None = None,
) -> BaseGeometry:
    """Return the land within a layer that no unit gets in a repair.

    Parameters are those of `merge`, which hands it to its repair.
    """
    return _known(layer, outline, water, enclaves, None).free(_extent(layer))


def _extent(layer: gpd.GeoDataFrame) -> BaseGeometry:
    return shapely.box(*layer.total_bounds)


def _guard(old: gpd.GeoDataFrame) -> None:
    if old.crs is None or not old.crs.is_projected:
        raise LayerError(sentence("R01.metres"))
    if old.index.has_duplicates:
        doubled = sorted(set(old.index[old.index.duplicated()].astype(str)))
        raise LayerError(sentence("K03.on_rows", codes=", ".join(doubled[:10])))


def _resolve(
    old: gpd.GeoDataFrame, table: pd.DataFrame, country: Country, unlisted: str
) -> Resolved:
    return crosswalk.resolve(with_unit_columns(old), table, country=country,
                             unlisted=Unlisted(unlisted))  # fmt: skip
