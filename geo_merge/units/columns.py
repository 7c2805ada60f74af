"""The columns of unit layers: codes, names, types, parents, from the fields of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.errors import LayerError
from geo_merge.geometry.gathered import gather
from geo_merge.geometry.rings import Geometries, Ints, without_z
from geo_merge.reading.raw import RawLayer
from geo_merge.units.code_column import codes_of_names, read_codes
from geo_merge.units.field_roles import NamedFields, find_roles, types_in_numbers
from geo_merge.units.unnamed import lost_letters, without_letters, without_nothing
from geo_merge.vocabulary import people
from geo_merge.vocabulary.codes import as_text, clean_code, clean_text, code_key
from geo_merge.vocabulary.country import Country
from geo_merge.vocabulary.fields import OWN, PARENTS, free_name
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import Sentence, sentence

_LAND = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
# Share of the rows of a layer without types that may be pieces of land.
_FEW_PIECES = 0.02


def unit_frame(
    raw: RawLayer,
    named: NamedFields,
    country: Country,
    expected: Mapping[str, str],
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Give a layer the columns of unit layers, its own attributes behind them."""
    source = raw.frame
    columns = [str(c) for c in source.columns if c != source.geometry.name]
    geometry, gathered, left = _polygons(raw)
    findings: list[Finding] = []
    roles = find_roles(raw, named, expected, findings)
    country = country.of(source)
    data: dict[str, Any] = {"code": []}
    for role in ("name", "unit_type", *PARENTS):
        values = as_text(source[roles[role]]) if role in roles else [""] * len(source)
        texts = [clean_text(v) for v in values]
        data[role], found = without_nothing(texts, roles.get(role, ""), raw.source)
        findings += found
    findings += lost_letters(data["name"], "name", raw.source)
    findings += without_letters(data["name"], "name", raw.source)
    if "code" in roles:
        codes, found = read_codes(source[roles["code"]], raw.source, country.code_width, expected)
    else:
        codes, found = codes_of_names(data, raw.source, roles["name"], named.code_option)
    data["code"] = codes
    findings += found
    if "population" in roles:
        data |= _people(raw, roles, codes, findings, named=named.population is not None)
    if "unit_type" not in roles:
        data["unit_type"] = [country.split_type(n)[0] for n in data["name"]]
        findings += [] if any(data["unit_type"]) else types_in_numbers(raw)
    for column in columns:
        taken = column in OWN and (roles.get(column) != column or column not in data)
        if column not in data or taken:
            others = [*columns, *data]
            name = free_name(f"{column}_source", others) if taken else column
            data[name] = _finite(source[column]).to_numpy()
    frame = gpd.GeoDataFrame(data, geometry=geometry, crs=source.crs)
    frame["source_file"], frame["source_row"] = raw.source, np.arange(1, len(frame) + 1)
    frame.attrs["fields"] = roles
    labels = [code or name for code, name in zip(codes, data["name"], strict=True)]
    return frame, [*findings, *_as_drawn(raw, gathered, left, labels)]


def _polygons(raw: RawLayer) -> tuple[Geometries, Ints, int]:
    """Return the land of the units, which were collections, and how much has none in these."""
    land, gathered, left = gather(without_z(np.asarray(raw.frame.geometry.values)))
    if not np.isin(shapely.get_type_id(land), _LAND).any():
        raise LayerError(no_polygons(raw))
    return land, gathered, left


def no_polygons(raw: RawLayer, kind: str = "G03.none") -> Sentence:
    """Return what a layer holds where polygons, or what a kind of sentence says, are needed."""
    kinds = sorted({str(k) for k in raw.frame.geometry.geom_type.dropna()})
    types = ", ".join(kinds) or sentence("G03.no_geometry")
    return sentence(kind, source=raw.source, types=types)


def _people(
    raw: RawLayer, roles: dict[str, str], codes: list[str], findings: list[Finding], *, named: bool
) -> dict[str, Any]:
    """Return the people of the units, if the field of people counts any."""
    field, counted, found = people.find_people(
        raw.frame, roles.pop("population"), codes, raw.source, named=named
    )
    findings += found
    if counted is None:
        return {}
    roles["population"] = field
    return {"population": counted.to_numpy()}


def _as_drawn(raw: RawLayer, gathered: Ints, left: int, labels: list[str]) -> list[Finding]:
    """Return what reading had to do to polygons."""
    findings = []
    for kind, rows in (
        ("G04.closed", raw.closed),
        ("G03.curves", raw.curved),
        ("G03.gathered" if left else "G03.gathered_land", gathered),
    ):
        units = tuple(labels[k] for k in rows)
        if units:
            told = sentence(kind, source=raw.source, units=units[:10], n=left)
            findings.append(
                Finding.of(told, units=units, value=float(len(units)), unit_of_value="units")
            )
    return findings


def _finite(values: pd.Series) -> pd.Series:
    """Return a column whose infinite numbers are unknown ones."""
    if not pd.api.types.is_float_dtype(values.dtype):
        return values
    return values.where(~np.isinf(values.to_numpy(float, na_value=np.nan)))


def check_pieces(
    joined: gpd.GeoDataFrame, expected: Mapping[str, str], findings: list[Finding]
) -> None:
    """Take rows without a code for pieces of land only if they have a name and no unit type.

    In a layer without types, nearly all other rows must have a code, and all that the crosswalk
    expects be there: else a row without one may be a unit.

    Raises
    ------
    LayerError
        K01, for the other rows.
    """
    pieces = joined[joined["is_piece"]]
    if pieces.empty:
        return
    problems = []
    typed = bool((joined["unit_type"] != "").any())
    there = {code_key(code) for code in joined["code"].tolist() if code}
    whole = all(code_key(clean_code(code)) in there for code in expected if code)
    sure = typed or (whole and joined["is_piece"].mean() <= _FEW_PIECES)
    for row in pieces.itertuples():
        where = {"file": row.source_file, "row": str(row.source_row)}
        if row.unit_type or not row.name or not sure:
            name = row.name or sentence("K01.nameless")
            there_is = sentence("K01.place", **where)
            problems.append(sentence("K01.no_code", where=there_is, name=name))
        else:
            place = sentence("words.row", **where)
            kind = "K01.piece" if typed else "K01.untyped_piece"
            told = sentence(kind, where=place, name=row.name)
            findings.append(Finding.of(told, units=(str(row.name),)))
    if problems:
        raise LayerError(problems)


def _piece_labels(joined: gpd.GeoDataFrame) -> list[str]:
    return [f"piece {k}" for k in joined["is_piece"].cumsum()]
