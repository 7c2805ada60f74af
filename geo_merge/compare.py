"""New units against what somebody else published: declared figures and reference boundaries."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.codes import clean_code, code_key
from geo_merge.coverage import Limits
from geo_merge.edges import Geometries, cancel, chain, flatten
from geo_merge.errors import TableError
from geo_merge.faces import build_faces, count_claims, node
from geo_merge.fields import fold_field
from geo_merge.models import Finding, Severity
from geo_merge.provenance import sources_of

# Metres within which two vertices are the same: rounding of the coordinates.
SAME_VERTEX = 1e-3
# Square metres below which it does not matter whose land a difference is.
SAME_AREA = 1.0
_DECLARED = {
    "code": ("newcode", "code", "maxa", "ma"),
    "area_km2": ("areakm2", "area", "dientich", "dientichkm2"),
    "population": ("population", "danso", "dansonguoi"),
}


def as_declared(table: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    """Return a table of published figures indexed by new code.

    Parameters
    ----------
    table
        A column with the new code, and one with the area in km² or the population.
    codes
        Codes of the new units; a declared code that lost its leading zeros is matched.

    Raises
    ------
    TableError
        If a column is missing, a figure is no number, or a code stands twice.
    """
    by_fold = {fold_field(str(c)): c for c in table.columns}
    found = {
        role: next(by_fold[n] for n in names if n in by_fold)
        for role, names in _DECLARED.items()
        if any(n in by_fold for n in names)
    }
    source = next((str(s["source"]) for s in sources_of(table)), "declared")
    if "code" not in found or len(found) == 1:
        raise TableError(
            f"{source}: a column with new_code and one with area_km2 or population are needed "
            f"[W07]; the table has {', '.join(map(str, table.columns))}."
        )
    known = {code_key(str(c)): str(c) for c in codes}
    cleaned = [clean_code(str(c)) for c in table[found["code"]]]
    index = pd.Index([c if c in codes else known.get(code_key(c), c) for c in cleaned], name="code")
    problems = [
        f"{source} row {row}: code {code} stands twice [K03]; keep one row."
        for row, code, again in zip(table.index, index, index.duplicated(), strict=True)
        if again
    ]
    result = pd.DataFrame(index=index)
    for role in ("area_km2", "population"):
        if role in found:
            values = table[found[role]].map(_number)
            problems += [
                f"{source} row {row}: {found[role]} {text!r} is no number [W07]; correct it."
                for row, text, value in zip(table.index, table[found[role]], values, strict=True)
                if value is None
            ]
            result[role] = values.to_numpy(float)
    if problems:
        raise TableError(problems)
    return result


def _number(text: object) -> float | None:
    """Read a number with a decimal point; blank is unknown."""
    cleaned = clean_code(str(text))
    if cleaned in {"", "nan", "None"}:
        return float("nan")
    try:
        return float(cleaned)
    except ValueError:
        return None


def check_declared(
    new: gpd.GeoDataFrame, declared: pd.DataFrame, limits: Limits | None = None
) -> list[Finding]:
    """Find new units whose area is not the declared one (D01), and codes without a match (D02)."""
    limits = limits or Limits()
    findings = [
        _unmatched(declared.index.difference(new.index), "declared table", "the result"),
        _unmatched(new.index.difference(declared.index), "result", "the declared table"),
    ]
    if "area_km2" in declared:
        for code, given in declared["area_km2"].reindex(new.index).items():
            area = float(new.at[code, "area_km2"])
            if not given > 0 or abs(area - given) <= limits.declared * given:
                continue
            findings.append(
                Finding(
                    check="D01",
                    severity=Severity.WARNING,
                    units=(str(code),),
                    value=area - given,
                    unit_of_value="km²",
                    geometry=new.geometry[code],
                    message=f"{code} ({new.at[code, 'name']}): mapped {area:,.2f} km², declared "
                    f"{given:,.2f} km² ({100 * (area / given - 1):+.1f} %).",
                    hint="Land may have changed hands, or the declared figure differ.",
                )
            )
    return [f for f in findings if f is not None]


def _unmatched(codes: pd.Index, here: str, there: str) -> Finding | None:
    if codes.empty:
        return None
    units = tuple(map(str, codes))
    return Finding(
        check="D02",
        severity=Severity.WARNING,
        units=units,
        value=float(len(units)),
        unit_of_value="units",
        message=f"{len(units)} codes of the {here} are not in {there}: {', '.join(units[:10])}.",
        hint="Check that both are of the same reform.",
    )


def compare_reference(
    new: gpd.GeoDataFrame, reference: gpd.GeoDataFrame, limits: Limits | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Compare new units with reference boundaries, unit by unit.

    Returns
    -------
    pandas.DataFrame
        Indexed by code: ``reference_area_km2``, ``reference_difference_m2`` (symmetric
        difference) and ``iou`` (shared area by joint area).
    list of Finding
        C06 for units that differ by more than the limit.
    """
    limits = limits or Limits()
    reference = reference.to_crs(new.crs) if reference.crs != new.crs else reference
    common = new.index.intersection(reference.index)
    findings = [
        _unmatched(new.index.difference(reference.index), "result", "the reference"),
        _unmatched(reference.index.difference(new.index), "reference", "the result"),
    ]
    ours = np.asarray(new.geometry[common].values)
    theirs = np.asarray(reference.geometry[common].values)
    broken = ~shapely.is_valid(theirs)
    if broken.any():
        theirs = theirs.copy()
        theirs[broken] = shapely.make_valid(theirs[broken], method="structure")
        theirs = _polygonal(theirs)
    differences = _differences(ours, theirs)
    difference = areas(differences, new.crs)
    area = new.loc[common, "area_km2"].to_numpy() * SQUARE_METRES_PER_KM2
    reference_area = area.copy()
    other = difference > SAME_AREA
    reference_area[other] = areas(theirs[other], new.crs)
    joint = (area + reference_area + difference) / 2
    table = pd.DataFrame(
        {
            "reference_area_km2": reference_area / SQUARE_METRES_PER_KM2,
            "reference_difference_m2": difference,
            "iou": 1 - difference / joint,
        },
        index=common,
    )
    for code, geometry, m2, own in zip(common, differences, difference, area, strict=True):
        if m2 > limits.reference * own:
            findings.append(
                Finding(
                    check="C06",
                    severity=Severity.WARNING,
                    units=(str(code),),
                    value=float(m2),
                    unit_of_value="m²",
                    geometry=geometry,
                    message=f"{code} ({new.at[code, 'name']}) differs from its reference on "
                    f"{m2:,.0f} m² ({100 * m2 / own:.2f} % of its area).",
                    hint="See where in findings.geojson.",
                )
            )
    return table, [f for f in findings if f is not None]


def _differences(ours: Geometries, theirs: Geometries) -> Geometries:
    """Return the land that only one of each two polygons has.

    Edges that both have, to the millimetre, are cancelled first: an overlay of two polygons that
    are drawn alike is slow and brings only rounding to light. The pairs are laid side by side, far
    apart, so that one pass does for all.
    """
    n = len(ours)
    rings = flatten(np.concatenate([ours, theirs]))
    west, east = rings.xy[:, 0].min(), rings.xy[:, 0].max()
    stride = np.ceil(east - west) + 1_000.0
    pair = np.repeat(rings.owner % n, np.diff(rings.start))
    xy = np.round(rings.xy / SAME_VERTEX) * SAME_VERTEX + 0.0
    xy[:, 0] += pair * stride
    turned = replace(rings, xy=xy, interior_left=rings.interior_left ^ (rings.owner >= n))
    lines = chain(turned, cancel(turned))
    result = np.full(n, shapely.MultiPolygon(), dtype=object)
    if not len(lines):
        return result
    faces = build_faces(np.asarray(shapely.get_parts(node(lines))))
    of_face = ((shapely.bounds(faces)[:, 0] - west) // stride).astype(int)
    for k in np.unique(of_face):
        shift = k * stride
        mine = shapely.transform(faces[of_face == k], lambda xy, dx=shift: xy - (dx, 0.0))
        if shapely.area(mine).sum() > SAME_AREA:
            mine = mine[count_claims(mine, np.array([ours[k], theirs[k]], dtype=object)) == 1]
        result[k] = shapely.multipolygons(mine)
    return result


def _polygonal(geometries: Geometries) -> Geometries:
    """Drop the points and lines that an overlay leaves beside polygons."""
    result = geometries.copy()
    for k in np.flatnonzero(
        shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION
    ):
        parts = shapely.get_parts(geometries[k])
        result[k] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
    return result
