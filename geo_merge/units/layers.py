"""Reading unit layers: any number of files, joined to one layer in one CRS in metres."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
from pyproj import CRS

from geo_merge.checks.stacked import refuse_stacked
from geo_merge.errors import UsageError
from geo_merge.geometry.projection import describe
from geo_merge.reading.encodings import texts_of
from geo_merge.reading.raw import RawLayer
from geo_merge.reading.sources import open_layer
from geo_merge.units.columns import _piece_labels, check_pieces, unit_frame
from geo_merge.units.crs import check_coordinates, coarsest_grid
from geo_merge.units.field_roles import NamedFields
from geo_merge.units.islands import join_islands
from geo_merge.units.joining import join_layers
from geo_merge.units.parents_spelled import spell_parents
from geo_merge.units.placing import check_places, with_crs
from geo_merge.vocabulary import people
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.fields import population_year
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.memory import attach
from geo_merge.vocabulary.sentence import sentence

StrPath = str | os.PathLike[str]
_SHOWN = 10


def read_units(
    *paths: StrPath | Iterable[StrPath],
    code_field: str | None = None,
    name_field: str | None = None,
    population_field: str | None = None,
    type_field: str | None = None,
    parent_fields: Sequence[str] = (),
    fields: Mapping[str, str] | None = None,
    layer: str | Mapping[Path, str] | None = None,
    crs: str | int | None = None,
    overrule_crs: bool = True,
    encoding: str | None = None,
    target_crs: CRS | None = None,
    sizes: Sizes | None = None,
    expected: Mapping[str, str] | None = None,
    evidence: Mapping[str, str] | None = None,
    code_option: str = "--code-field",
    country: Country = PLAIN,
    accept: Collection[str] = (),
) -> gpd.GeoDataFrame:
    """Read the units of one or several files as one layer.

    Parameters
    ----------
    *paths
        Files of the formats in `reading.kinds`, also zipped, or folders that hold one layer (of
        GeoParquet parts, or a geodatabase), each in its own CRS.
    code_field, name_field, population_field, type_field, parent_fields
        Fields with the codes, names, people and types, and those with the units above, the nearest
        first; found by their names and by what they hold by default. A layer without codes is known
        by its names.
    fields
        Fields of other roles: ``unit_type, district_code, district, province_code, province``.
    layer
        The layer to read where a file has several; or that of each such file.
    crs
        CRS of the files that name none, as ``9214`` or ``EPSG:9214``; found by the places that
        they name by default, if that is clear. If all of them name one, and the same, it is taken
        for wrong, with a warning (R02).
    overrule_crs
        Whether `crs` may be for files that name another.
    encoding
        Encoding of the attributes of Shapefiles; by default what the .cpg says, unless the names
        in the file clearly say otherwise.
    target_crs
        The CRS in metres to bring all files to; by default that of the file with most units.
    sizes
        How large input may be.
    expected
        Codes and names that the layer should have, as a crosswalk knows them: where a code stands
        on two rows, the one that is missing is named beside it.
    evidence
        Codes and names by which the fields are told where `expected` is not known.
    code_option
        What messages call `code_field`.
    country
        What is known of the country that the layer may lie in; where it does, its types and
        widths of codes apply.
    accept
        Checks whose judgement of what is plausible a person knows to be wrong here: R01 (no CRS,
        degrees), R02 (places elsewhere), R03 (a CRS beyond its area).

    Returns
    -------
    geopandas.GeoDataFrame
        Indexed by ``code`` (text); ``name, unit_type``, the parents and ``population`` where
        known, ``is_piece`` (land without code and type: area, but no unit), then all attributes
        of the source under their own names. Polygons in one CRS in metres, borders between files
        shared. Findings of the reading are kept in ``attrs``.

    Raises
    ------
    LayerError
        If a file cannot be read as a layer of units; `CRSError` if it is the CRS.
    """
    files = [Path(p) for p in _flat(paths)]
    if not files:
        raise UsageError(sentence("usage.no_layer"))
    texts = texts_of(country, encoding, (expected or {}).values())
    chosen = layer if isinstance(layer, Mapping) else dict.fromkeys(files, layer)
    raws = [open_layer(p, layer=chosen.get(p), texts=texts, sizes=sizes) for p in files]
    for raw in raws:
        refuse_stacked(np.asarray(raw.frame.geometry.values), raw.source)
    raws = with_crs(raws, crs, name_field, country, accept, overrule=overrule_crs)
    return as_units(
        files, raws,
        named=NamedFields(code=code_field, name=name_field, population=population_field,
                          unit_type=type_field, parents=tuple(parent_fields),
                          others=fields or {},
                          code_option=code_option, evidence=evidence or {}),
        target_crs=target_crs, expected=expected, country=country,
        grid=max(coarsest_grid(raw.frame) for raw in raws), accept=accept,
    )  # fmt: skip


def as_units(
    files: Sequence[Path],
    raws: Sequence[RawLayer],
    *,
    grid: float,
    named: NamedFields,
    target_crs: CRS | None = None,
    expected: Mapping[str, str] | None = None,
    close_seams: bool = True,
    country: Country = PLAIN,
    accept: Collection[str] = (),
) -> gpd.GeoDataFrame:
    """Make one layer of units of what was read; see `read_units`.

    Parameters
    ----------
    files, raws
        The files, and what each of them holds, with its CRS.
    grid
        The coarsest grid that coordinates lie on, in metres; see `crs.coarsest_grid`.
    named
        The fields that the user named.
    close_seams
        Whether to let files share their borders.
    """
    findings: list[Finding] = []
    frames = []
    for raw in raws:
        frame, found = unit_frame(raw, named, country, expected or {})
        placed, doubts = check_places(frame, raw.source, country, accept)
        where = check_coordinates(frame, raw.source, placed=placed, accept=accept)
        frames.append(frame)
        findings += [*raw.findings, *found, *doubts, *where]
    joined, ledger, only_plane = join_layers(frames, findings, target_crs, close_seams=close_seams)
    code_fields = {
        raw.source: frame.attrs["fields"].get("code", "")
        for raw, frame in zip(raws, frames, strict=True)
    }
    joined, told, rows = join_islands(
        joined, expected or {}, code_fields, elsewhere=not close_seams
    )
    findings += told
    ledger += rows
    joined, told = spell_parents(joined, country)
    findings += told
    joined["is_piece"] = joined["code"] == ""
    check_pieces(joined, expected or {}, findings)
    joined["code"] = joined["code"].where(~joined["is_piece"], _piece_labels(joined))
    # A copy holds columns of a kind together: of more than a hundred by themselves pandas warns.
    joined = joined.set_index("code").copy()
    sources = [
        {"file": str(path), "source": raw.source, "features": len(raw.frame),
         "crs": describe(frame.crs), "encoding": raw.encoding,
         "fields": frame.attrs.get("fields", {}),
         "population_year": population_year(frame.attrs["fields"].get("population", "")) or None}
        for path, raw, frame in zip(files, raws, frames, strict=True)
    ]  # fmt: skip
    findings += people.check_years(sources)
    if grid > 0:
        findings.append(_on_grid(raws, grid))
    return attach(joined, findings=findings, sources=sources, ledger=ledger, grid=grid,
                  only_plane=only_plane.rows)  # fmt: skip


def _on_grid(raws: Sequence[RawLayer], grid: float) -> Finding:
    told = sentence("R04.grid", sources=[raw.source for raw in raws], grid=grid)
    return Finding.of(told, value=grid, unit_of_value="m")


def _flat(paths: Iterable[Any]) -> Iterable[StrPath]:
    for path in paths:
        if isinstance(path, str | os.PathLike):
            yield path
        else:
            yield from path
