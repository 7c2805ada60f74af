"""The CRS of layers as they are read: their own, that of the option, or the one that fits.

A layer in degrees is in one piece afterwards, wherever on the earth it lies.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo_merge.errors import CRSError, LayerError, UsageError
from geo_merge.geometry.longitudes import POLE, TURN, continuous
from geo_merge.geometry.projection import WGS84, describe, parse_crs
from geo_merge.geometry.rings import FARTHEST
from geo_merge.reading.raw import RawLayer
from geo_merge.units.crs import check_coordinates, missing_crs
from geo_merge.vocabulary import fields
from geo_merge.vocabulary.accepting import as_note, is_accepted
from geo_merge.vocabulary.codes import as_text
from geo_merge.vocabulary.country import Country
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import Sentence, sentence

_SHOWN = 10  # rows


def with_crs(
    raws: Sequence[RawLayer], crs: str | int | None, name_field: str | None, country: Country,
    accept: Collection[str] = (), *, overrule: bool = True,
) -> list[RawLayer]:  # fmt: skip
    """Give each layer a CRS.

    It is its own, mended where it lost its datum; for layers that name none, that of the option,
    or the one in which their places lie where they should, if the country knows places; if it is
    accepted that none is known (R01), WGS 84, where the coordinates can be degrees.

    Where no layer waits for the CRS of the option, it can only be meant to `overrule` the one that
    all of them name, which is told (R02). Layers read beside those that the option was given for
    keep their own.

    Raises
    ------
    UsageError
        If they name several CRSs, so that one for all cannot be right.
    CRSError
        R01 for a layer whose CRS stays unknown; R02 where that of the option cannot be meant.
    """
    given = None if crs is None else parse_crs(str(crs))
    if given is not None:
        raws = [_without_assumed(raw, given) for raw in raws]
        if overrule and all(_names_crs(raw.frame) for raw in raws):
            raws = _overruled(raws, given, str(crs))
    problems: list[str] = []
    result = []
    for raw in raws:
        try:
            result.append(_one_with_crs(raw, given, name_field, country))
        except CRSError as error:
            doubted = all(is_accepted(problem, accept) for problem in error.problems)
            if doubted and "R01" in accept and _in_degrees(raw.frame):
                result.append(_as_degrees(raw))
            else:
                problems += error.problems
    if problems:
        raise CRSError(problems)
    return [in_one_piece(raw) for raw in result]


def _overruled(raws: Sequence[RawLayer], given: CRS, crs: str) -> list[RawLayer]:
    """Take the CRS of the option for the one that all layers name, and say so if it is another."""
    named = sorted({describe(raw.frame.crs) for raw in raws})
    if named == [describe(given)]:
        return list(raws)
    if len(named) > 1:
        raise UsageError(sentence("usage.crs_named", crs=crs, others=", ".join(named)))
    return [_in_another(raw, given) for raw in raws]


def _in_another(raw: RawLayer, given: CRS) -> RawLayer:
    """Take another CRS for that of a layer, and say so.

    Raises
    ------
    CRSError
        R02 if the coordinates can be in its own, and not in the other.
    """
    frame = raw.frame.set_crs(given, allow_override=True)
    both = {"source": raw.source, "own": describe(raw.frame.crs), "crs": describe(given)}
    if _fits(raw.frame, raw.source) and not _fits(frame, raw.source):
        x, y = raw.frame.total_bounds[:2]
        raise CRSError(sentence("R02.not_so", x=x, y=y, **both))
    finding = Finding.of(sentence("R02.overruled", **both))
    return replace(raw, frame=frame, findings=(*raw.findings, finding))


def _fits(frame: gpd.GeoDataFrame, source: str) -> bool:
    """Tell whether coordinates can be degrees or metres, as their CRS says."""
    try:
        check_coordinates(frame, source, placed=True)
    except CRSError:
        return False
    return True


def _as_degrees(raw: RawLayer) -> RawLayer:
    """Take a layer without a CRS for one in WGS 84, and say so."""
    finding = Finding.of(sentence("R01.accepted", why=raw.crs_hint))
    return replace(raw, frame=raw.frame.set_crs(WGS84, allow_override=True),
                   findings=(*raw.findings, finding))  # fmt: skip


def check_places(
    frame: gpd.GeoDataFrame, source: str, country: Country, accept: Collection[str] = ()
) -> tuple[bool, list[Finding]]:
    """Check that units lie where their names say, as far as the country knows places.

    Returns
    -------
    bool, list of Finding
        Whether that is proven, and what was found and is accepted.
    """
    try:
        return country.check_places(frame, frame["name"].tolist(), source), []
    except CRSError as error:
        if not all(is_accepted(problem, accept) for problem in error.problems):
            raise
        return False, [as_note(Finding.of(p)) for p in error.problems if isinstance(p, Sentence)]


def _without_assumed(raw: RawLayer, given: CRS) -> RawLayer:
    """Take away a CRS that a file has only by its format, where the one of the option can be it."""
    if not raw.crs_assumed or not (given.is_geographic or not _in_degrees(raw.frame)):
        return raw
    return replace(raw, frame=raw.frame.set_crs(None, allow_override=True))


def _in_degrees(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether coordinates can be degrees."""
    west, south, east, north = frame.total_bounds
    return bool(max(abs(west), abs(east)) <= TURN and max(abs(south), abs(north)) <= POLE)


def in_one_piece(raw: RawLayer) -> RawLayer:
    """Return a layer in degrees that does not end at 180° only to go on at -180°."""
    if not (raw.frame.crs.is_geographic and _in_degrees(raw.frame)):
        return raw
    shapes, rows = continuous(np.asarray(raw.frame.geometry.values))
    if not len(rows):
        return raw
    finding = Finding.of(
        sentence("R06.seam", source=raw.source), value=float(len(rows)), unit_of_value="rows"
    )
    geometry = gpd.GeoSeries(shapes, index=raw.frame.index, crs=raw.frame.crs)
    frame = raw.frame.set_geometry(geometry)
    return replace(raw, frame=frame, findings=(*raw.findings, finding))


def _one_with_crs(
    raw: RawLayer, given: CRS | None, name_field: str | None, country: Country
) -> RawLayer:
    if _names_crs(raw.frame):
        frame, found = country.repair_crs(raw.frame, raw.source)
        return replace(raw, frame=frame, findings=(*raw.findings, *found))
    findings = raw.findings
    if given is None:
        if country.place is None:
            raise missing_crs(raw.crs_hint, tuple(raw.frame.total_bounds))
        columns = [c for c in raw.frame.columns if c != raw.frame.geometry.name]
        field = name_field or fields.find_field(columns, "name")
        named = as_text(raw.frame[field]).tolist() if field in columns else []
        given, finding = country.place(raw.frame, named, raw.crs_hint)
        findings = (*findings, finding)
    return replace(raw, frame=raw.frame.set_crs(given, allow_override=True), findings=findings)


def check_raw(raw: RawLayer, country: Country, accept: Collection[str] = ()) -> list[Finding]:
    """Check where a layer lies that need not be one of units; return what is accepted.

    Raises
    ------
    CRSError
        R02 or R03; see `check_places` and `check_coordinates`.
    """
    columns = [str(c) for c in raw.frame.columns if c != raw.frame.geometry.name]
    field, code = (fields.find_field(columns, role) for role in ("name", "code"))
    frame = raw.frame.assign(
        name=as_text(raw.frame[field]) if field else "",
        code=as_text(raw.frame[code]) if code else "",
    )
    placed, doubts = check_places(frame, raw.source, country, accept)
    return [*doubts, *check_coordinates(frame, raw.source, placed=placed, accept=accept)]


def refuse_nowhere(raw: RawLayer) -> None:
    """Refuse vertices that are no finite numbers, or nowhere on earth.

    Raises
    ------
    LayerError
        G02 with the rows.
    """
    xy, owner = shapely.get_coordinates(np.asarray(raw.frame.geometry.values), return_index=True)
    odd = ~(np.abs(xy) < FARTHEST).all(axis=1)
    if odd.any():
        rows = np.unique(owner[odd]) + 1
        x, y = xy[np.argmax(odd)]
        raise LayerError(
            sentence("G02.rows", source=raw.source, n=len(rows), x=x, y=y,
                     rows=[str(row) for row in rows[:_SHOWN]])
        )  # fmt: skip


def _names_crs(frame: gpd.GeoDataFrame) -> bool:
    return frame.crs is not None and (frame.crs.is_geographic or frame.crs.is_projected)
