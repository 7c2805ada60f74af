"""Findings as a table: in the order of their weight, with ids that last, each with a place."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from pyproj import CRS

from geo_merge.geometry.areas import transformer
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import Floats, Geometries
from geo_merge.geometry.validity import valid_places
from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.sentence import Sentence

# Decimals of a degree: slivers are narrower than the 7 of the units can show.
FINDING_DECIMALS = 9
_BY_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
# Decimals of a degree (about 10 m): the place of a finding in its id.
_PLACE = 4
_POINT = 7  # decimals of a degree
_ONE_BY_ONE = 20  # findings of a kind that is told once where there are more


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by their weight, then by check, size and units."""
    return sorted(
        findings,
        key=lambda f: (_BY_WEIGHT[f.severity], f.check, -abs(f.value or 0.0), f.units, f.message),
    )


def worst_first(
    findings: Sequence[Finding],
    rest: Callable[[Sequence[Finding]], Sentence],
    *,
    weight: Callable[[Finding], float] = lambda finding: finding.value or 0.0,
) -> list[Finding]:
    """Return the worst findings of a kind one by one, and all others as one that names them all.

    The place of that one is a point in the place of each: their outlines may be half of the layer.

    Parameters
    ----------
    findings
        All of one kind.
    rest
        Returns what is said of those that are not told one by one, the worst of them first.
    weight
        How bad one is; its value by default.
    """
    if len(findings) <= _ONE_BY_ONE:
        return list(findings)
    order = sorted(findings, key=lambda f: (-weight(f), f.units))
    others = order[_ONE_BY_ONE:]
    units = tuple(dict.fromkeys(code for finding in others for code in finding.units))
    shapes = [f.geometry for f in others if f.geometry is not None]
    together = Finding.of(
        rest(others), units=units, value=float(len(others)), unit_of_value="findings",
        geometry=shapely.multipoints(shapely.point_on_surface(shapes)) if shapes else None,
    )  # fmt: skip
    return [*order[:_ONE_BY_ONE], together]


def columns_of(findings: Iterable[Finding], crs: CRS) -> dict[str, list[Any]]:
    """Return findings as columns: the heaviest first, then by check, size and units.

    The ``id`` of a finding is the same tomorrow: it depends on the check, the units and the place,
    not on the order, the size or what else was found. What has no value has None. Places are valid.
    """
    rows = in_order(findings)
    return {
        "id": _ids(rows, crs),
        "check": [f.check for f in rows],
        "severity": [str(f.severity) for f in rows],
        "units": [list(f.units) for f in rows],
        "value": [f.value for f in rows],
        "unit_of_value": [f.unit_of_value for f in rows],
        "message": [f.message for f in rows],
        "hint": [f.hint for f in rows],
        "about": [f.about for f in rows],
        "geometry": list(valid_places(_shapes(rows))),
    }


def points_of(geometries: Geometries, crs: CRS) -> Floats:
    """Return longitude and latitude of a point in each geometry, NaN without one; shape (n, 2)."""
    there = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    xy = np.full((len(geometries), 2), np.nan)
    xy[there] = shapely.get_coordinates(shapely.point_on_surface(geometries[there]))
    if len(xy) and not crs.equals(WGS84):
        known = np.isfinite(xy).all(axis=1)
        xy[known] = np.column_stack(transformer(crs, WGS84).transform(*xy[known].T))
    return np.asarray(np.round(xy, _POINT))


def _shapes(findings: Sequence[Finding]) -> Geometries:
    return np.array([f.geometry for f in findings], dtype=object)


def _ids(findings: Sequence[Finding], crs: CRS) -> list[str]:
    """Return an id for each finding; doubles, which only size tells apart, are numbered."""
    seen: Counter[str] = Counter()
    ids = []
    for finding, place in zip(findings, _places(findings, crs), strict=True):
        # What has neither place nor units is told by its words, whose figures may change.
        what = place or finding.units or re.sub(r"[0-9][0-9.,]*", "#", finding.message)
        text = repr((finding.check, sorted(finding.units), what))
        key = f"{finding.check}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        seen[key] += 1
        ids.append(key if seen[key] == 1 else f"{key}-{seen[key]}")
    return ids


def _places(findings: Sequence[Finding], crs: CRS) -> list[tuple[float, float] | None]:
    """Return longitude and latitude of the middle of each finding, rounded; None without one."""
    boxes = shapely.bounds(_shapes(findings))
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return [None] * len(findings)
    lon, lat = transformer(crs, WGS84).transform(x, y)
    rounded = np.round(np.column_stack([lon, lat]), _PLACE) + 0.0
    return [
        (float(a), float(b)) if here else None for (a, b), here in zip(rounded, known, strict=True)
    ]
