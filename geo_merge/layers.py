"""Reading unit layers: any number of files, joined to one layer in one CRS in metres."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge import fields, people
from geo_merge.code_column import read_codes
from geo_merge.codes import as_text, clean_text
from geo_merge.crs import check_coordinates, coarsest_grid
from geo_merge.errors import LayerError, UsageError
from geo_merge.fields import OWN, PARENTS, free_name, population_year
from geo_merge.islands import join_islands
from geo_merge.joining import join_layers
from geo_merge.limits import Sizes
from geo_merge.models import Finding, Severity
from geo_merge.placing import with_crs
from geo_merge.projection import describe
from geo_merge.provenance import attach
from geo_merge.reading.sources import RawLayer, open_layer
from geo_merge.stacked import refuse_stacked
from geo_merge.unnamed import without_nothing
from geo_merge.vietnam import coordinates, encodings, names

StrPath = str | os.PathLike[str]
_SHOWN = 10


def read_units(
    *paths: StrPath | Iterable[StrPath],
    code_field: str | None = None,
    name_field: str | None = None,
    population_field: str | None = None,
    layer: str | Mapping[Path, str] | None = None,
    crs: str | int | None = None,
    encoding: str | None = None,
    code_width: int | None = names.CODE_WIDTH,
    target_crs: CRS | None = None,
    sizes: Sizes | None = None,
    expected: Mapping[str, str] | None = None,
    code_option: str = "--code-field",
) -> gpd.GeoDataFrame:
    """Read the units of one or several files as one layer.

    Parameters
    ----------
    *paths
        Files of the formats in `reading.kinds`, also zipped, or folders that hold one layer (of
        GeoParquet parts, or a geodatabase), each in its own CRS.
    code_field, name_field, population_field
        Fields with the codes, names and people; found among the usual ones by default.
    layer
        The layer to read where a file has several; or that of each such file.
    crs
        CRS of the files that name none, as ``9214`` or ``EPSG:9214``; found by the places that
        they name by default, if that is clear.
    encoding
        Encoding of the attributes of Shapefiles; by default what the .cpg says, unless the names
        in the file clearly say otherwise.
    code_width
        Digits of the country's codes: those that a file of Vietnam stores as numbers get their
        leading zeros again. Elsewhere only the crosswalk tells which zeros were lost.
    target_crs
        The CRS in metres to bring all files to; by default that of the file with most units.
    sizes
        How large input may be.
    expected
        Codes and names that the layer should have, as a crosswalk knows them: where a code stands
        on two rows, the one that is missing is named beside it.
    code_option
        What messages call `code_field`.

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
        raise UsageError("There is no layer to read; name at least one file.")
    texts = encodings.texts(encoding)
    chosen = layer if isinstance(layer, Mapping) else dict.fromkeys(files, layer)
    raws = [open_layer(p, layer=chosen.get(p), texts=texts, sizes=sizes) for p in files]
    for raw in raws:
        refuse_stacked(np.asarray(raw.frame.geometry.values), raw.source)
    raws = with_crs(raws, crs, name_field)
    return as_units(
        files, raws, named={"code": code_field, "name": name_field,
                            "population": population_field},
        code_option=code_option, code_width=code_width, target_crs=target_crs, expected=expected,
        grid=max(coarsest_grid(raw.frame) for raw in raws),
    )  # fmt: skip


def as_units(
    files: Sequence[Path],
    raws: Sequence[RawLayer],
    *,
    grid: float,
    named: Mapping[str, str | None],
    code_option: str = "--code-field",
    code_width: int | None = names.CODE_WIDTH,
    target_crs: CRS | None = None,
    expected: Mapping[str, str] | None = None,
    close_seams: bool = True,
) -> gpd.GeoDataFrame:
    """Make one layer of units of what was read; see `read_units`.

    Parameters
    ----------
    files, raws
        The files, and what each of them holds, with its CRS.
    grid
        The coarsest grid that coordinates lie on, in metres; see `crs.coarsest_grid`.
    named
        The fields that the user named, by role: ``code``, ``name``, ``population``.
    close_seams
        Whether to let files share their borders.
    """
    findings: list[Finding] = []
    frames = []
    for raw in raws:
        frame, found = _unit_frame(raw, named, code_option, code_width, expected or {})
        placed = coordinates.check_places(frame, frame["name"].tolist(), raw.source)
        check_coordinates(frame, raw.source, placed=placed)
        frames.append(frame)
        findings += [*raw.findings, *found]
    joined, ledger = join_layers(frames, findings, target_crs, close_seams=close_seams)
    code_fields = {
        raw.source: frame.attrs["fields"]["code"] for raw, frame in zip(raws, frames, strict=True)
    }
    joined, told, rows = join_islands(
        joined, expected or {}, code_fields, elsewhere=not close_seams
    )
    findings += told
    ledger += rows
    joined["is_piece"] = joined["code"] == ""
    _check_pieces(joined, findings)
    joined["code"] = joined["code"].where(~joined["is_piece"], _piece_labels(joined))
    joined = joined.set_index("code")
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
    return attach(joined, findings=findings, sources=sources, ledger=ledger, grid=grid)


def _on_grid(raws: Sequence[RawLayer], grid: float) -> Finding:
    return Finding(
        check="R04",
        severity=Severity.INFO,
        value=grid,
        unit_of_value="m",
        message=f"Some units of {', '.join(raw.source for raw in raws)} have coordinates rounded "
        f"to {grid:.2g} m: gaps and overlaps that this explains are taken for slivers.",
        hint="Ask for the layer with all its decimals.",
    )


def _flat(paths: Iterable[Any]) -> Iterable[StrPath]:
    for path in paths:
        if isinstance(path, str | os.PathLike):
            yield path
        else:
            yield from path


def _unit_frame(
    raw: RawLayer,
    named: Mapping[str, str | None],
    code_option: str,
    code_width: int | None,
    expected: Mapping[str, str],
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Give a layer the columns of unit layers, its own attributes behind them."""
    source = raw.frame
    columns = [str(c) for c in source.columns if c != source.geometry.name]
    findings: list[Finding] = []
    roles = _roles(raw, columns, named, code_option, findings)
    here = coordinates.is_here(source)
    width = code_width if here else None
    codes, found = read_codes(source[roles["code"]], raw.source, width, expected)
    findings += found
    data: dict[str, Any] = {"code": codes}
    for role in ("name", "unit_type", *PARENTS):
        values = as_text(source[roles[role]]) if role in roles else [""] * len(source)
        data[role] = [clean_text(v) for v in values]
    data["name"], found = without_nothing(data["name"], roles.get("name", ""), raw.source)
    findings += found
    if "population" in roles:
        field, counted, found = people.find_people(
            source, roles["population"], codes, raw.source, named=bool(named.get("population"))
        )
        roles["population"] = field
        findings += found
        if counted is None:
            del roles["population"]
        else:
            data["population"] = counted.to_numpy()
    if "unit_type" not in roles:
        data["unit_type"] = [names.split_type(n)[0] if here else "" for n in data["name"]]
    for column in columns:
        taken = column in OWN and (roles.get(column) != column or column not in data)
        if column not in data or taken:
            others = [*columns, *data]
            name = free_name(f"{column}_source", others) if taken else column
            data[name] = _finite(source[column]).to_numpy()
    geometry = shapely.force_2d(np.asarray(source.geometry.values))
    if not source.geometry.geom_type.isin(("Polygon", "MultiPolygon")).any():
        kinds = ", ".join(sorted({str(k) for k in source.geometry.geom_type.dropna()}))
        raise LayerError(
            f"{raw.source} holds no polygons but {kinds or 'no geometry'} [G03]; give polygons."
        )
    frame = gpd.GeoDataFrame(data, geometry=geometry, crs=source.crs)
    frame["source_file"], frame["source_row"] = raw.source, np.arange(1, len(frame) + 1)
    frame.attrs["fields"] = roles
    repaired = (
        ("G04", raw.closed, ("rings of {} are not closed (the last point is missing); they were "
         "closed."), ""),
        ("G03", raw.curved, "{} are curve polygons; their arcs were read as short straight edges.",
         "Neighbours must have the same edges: save the layer as plain polygons."),
    )  # fmt: skip
    for check, rows, text, hint in repaired:
        units = tuple(codes[k] for k in rows)
        if units:
            findings.append(
                Finding(
                    check=check,
                    severity=Severity.WARNING,
                    units=units,
                    value=float(len(units)),
                    unit_of_value="units",
                    message=f"{raw.source}: {text.format(', '.join(units[:10]))}",
                    hint=hint,
                )
            )
    return frame, findings


def _roles(
    raw: RawLayer,
    columns: list[str],
    named: Mapping[str, str | None],
    code_option: str,
    findings: list[Finding],
) -> dict[str, str]:
    roles: dict[str, str] = {}
    for role, wanted in named.items():
        if wanted is None:
            continue
        column = fields.same_field(columns, wanted)
        if column is None:
            raise LayerError(
                f"{raw.source} has no field {wanted!r} [K01]; it has {fields.listed(columns)}."
            )
        if column != wanted:
            findings.append(
                Finding(
                    check="K01",
                    severity=Severity.WARNING,
                    message=f"{raw.source}: the field {wanted!r} was asked for, {column!r} read.",
                )
            )
        roles[role] = column
    left = [c for c in columns if c not in roles.values()]
    roles = {**fields.find_fields(left), **roles}
    if "code" not in roles:
        has = f"it has {fields.listed(columns)}; name one with {code_option}"
        raise LayerError(
            f"{raw.source} has no field known to hold codes [K01]; "
            f"{has if columns else 'it has no fields at all: join the codes to it in a GIS'}."
        )
    return roles


def _finite(values: pd.Series) -> pd.Series:
    """Return a column whose infinite numbers are unknown ones."""
    if not pd.api.types.is_float_dtype(values.dtype):
        return values
    return values.where(~np.isinf(values.to_numpy(float, na_value=np.nan)))


def _check_pieces(joined: gpd.GeoDataFrame, findings: list[Finding]) -> None:
    """Take a row without a code for a piece of land only if it has a name and no unit type."""
    problems = []
    typed = bool((joined["unit_type"] != "").any())
    for row in joined[joined["is_piece"]].itertuples():
        where = f"{row.source_file} row {row.source_row}"
        if row.unit_type or not row.name or not typed:
            problems.append(
                f"{where} ({row.name or 'no name'}) has no code [K01]; give it one, "
                "or, if it is no unit but a piece of land, a name and no type."
            )
        else:
            findings.append(
                Finding(
                    check="K01",
                    severity=Severity.INFO,
                    units=(str(row.name),),
                    message=f"{where}: {row.name} has neither code nor type; "
                    "it counts as area, not as a unit.",
                )
            )
    if problems:
        raise LayerError(problems)


def _piece_labels(joined: gpd.GeoDataFrame) -> list[str]:
    return [f"piece {k}" for k in joined["is_piece"].cumsum()]
