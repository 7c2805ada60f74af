"""What a map shows of a result: simplified boundaries with their figures, colours and classes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely

from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import Geometries, Ints
from geo_merge.geometry.validity import usable
from geo_merge.maps.drawing import (
    PIXELS,
    Drawing,
    Places,
    draw,
    draw_thinned,
    finest,
    label_places,
    pixel,
)
from geo_merge.maps.longitudes import about
from geo_merge.maps.notes import joined, notes
from geo_merge.maps.themes import fields, themes
from geo_merge.maps.told import (
    check_names,
    findings_told,
    grounds,
    parents,
    plane,
    rows_of_findings,
    sources,
)
from geo_merge.merging.result import MergeResult, with_findings
from geo_merge.texts import LANGUAGES, map_texts
from geo_merge.units.crosswalk_new import BELOW
from geo_merge.vocabulary.part_of import unit_codes
from geo_merge.vocabulary.unit_words import called_of

# Paul Tol's light scheme, made to be told apart by colour-blind readers (SRON/EPS/TN/09-002).
PALETTE = ("#77aadd", "#ee8866", "#eedd88", "#ffaabb", "#99ddff", "#44bb99", "#bbcc33", "#aaaa00")
# Of units that a partial reform keeps as they are: none of the palette, and paler than all.
KEPT = "#dcdfe3"
FINDINGS_SHOWN = 2_000  # on a map; more hide the map and each other
_FINDING_DECIMALS = 7  # degrees; a centimetre
_FINDING_VERTICES = 200  # of a finding's shape, from which on it is simplified too
_DIGITS = {"density": 0, "iou": 4, "share": 4}  # of figures on the map; two of all others
# What standards ask of units, each with ``id``, ``law`` by language, and ``limits``: by quantity a
# list of ``from`` and ``classes``, which are names by language.
Standards = Sequence[Mapping[str, Any]]
TILES = {
    "url": "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
    "attribution": "© OpenStreetMap contributors",
}


@dataclass(frozen=True)
class Display:
    """A result as a map shows it.

    Attributes
    ----------
    geometry
        JSON: ``before`` and ``after`` (the figures of the units), ``topology`` (TopoJSON of the
        old units, numbered by ``before``: the page joins new units and districts from its arcs)
        ``findings`` (GeoJSON), and ``notices``: findings without a place.
    detail
        JSON: the arcs of the topology with more vertices, for a map that is zoomed in.
    settings
        Themes, texts, bounds, counts and the language to begin with.
    """

    geometry: str
    detail: str
    settings: dict[str, Any]

    @property
    def key(self) -> str:
        """Hash of the geometry: what has the same key need not be sent again."""
        return hashlib.sha256((self.geometry + self.detail).encode()).hexdigest()[:16]

    @cached_property
    def content(self) -> dict[str, Any]:
        """What `geometry` holds, read."""
        found: dict[str, Any] = orjson.loads(self.geometry)
        return found

    @property
    def drawing(self) -> Drawing:
        """The drawing that is shown; which units had to keep their vertices is told elsewhere."""
        (south, west), (north, east) = self.settings["bounds"]
        return Drawing(
            topology=_json(self.content["topology"]),
            detail=self.detail,
            places=[unit["at"] for unit in self.content["before"]],
            bounds=[west, south, east, north],
            whole=[],
            unproven=[],
        )

    def has(self, side: str, code: str) -> bool:
        """Tell whether a unit is shown before, by its code or its number, or after."""
        return any(code in {unit["code"], unit.get("id")} for unit in self.content[side])


def display(result: MergeResult, standards: Standards = ()) -> Display:
    """Return what a map shows of a result, and the standards that its classes may follow."""
    result = drawn(result)
    km2, drawing = old_areas(result), drawing_of(result)
    after = _after(result, km2, drawing.middle)
    before = _before(result, km2, after, drawing.places)
    parts = {
        "before": _json(before.to_dict("records")),
        "after": _json(after.to_dict("records")),
        "topology": drawing.topology,
        **_findings(result),
    }
    geometry = "{" + ",".join(f'"{name}":{part}' for name, part in parts.items()) + "}"
    settings = {
        "themes": themes(result, before, after),
        "texts": map_texts(called_of(result.summary.get("called"))),
        "language": LANGUAGES[0],
        "bounds": [drawing.bounds[1::-1], drawing.bounds[:1:-1]],
        "pixels": PIXELS,
        "counts": {when: result.summary[when]["count"] for when in ("before", "after")},
        "findings": len(result.findings),
        "checks": check_names(result),
        "sources": sources(result),
        "parents": parents(result),
        "plane": plane(result.old, drawing.bounds),
        "schematic": result.schematic,
        "approximate": result.approximate,
        "errors": result.errors,
        "kept": {"count": result.summary.get("kept", 0), "colour": KEPT},
        "tiles": TILES,
        "standards": list(standards),
        "declared_year": result.summary.get("declared_year"),
    }
    return Display(geometry, drawing.detail, settings)


def units_shown(result: MergeResult) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what a map says of old and of new units, without the places of their names."""
    km2 = old_areas(result)
    after = _after(result, km2)
    return _before(result, km2, after), after


def drawn(result: MergeResult) -> MergeResult:
    """Return a result with its drawing, and with what was found in proving it."""
    if result.drawing is not None:
        return result
    claims, elsewhere = joined(result, old_areas(result)), result.elsewhere
    drawing = (
        draw(result.old, claims)
        if elsewhere is None
        else draw_thinned(result.old, elsewhere.thinned(finest(result.old)), claims)
    )
    return replace(with_findings(result, notes(result, drawing)), drawing=drawing)


def drawing_of(result: MergeResult) -> Drawing:
    """Return how a map draws a result."""
    drawing: Drawing = drawn(result).drawing
    return drawing


def _after(
    result: MergeResult, old_km2: pd.Series, middle: float | None = None
) -> pd.DataFrame:  # fmt: skip
    """Return what the map says of each new unit; where its name stands, if `middle` is known."""
    new = result.statistics
    largest = old_km2.groupby(result.old["new_code"].to_numpy()).max()
    colours = unit_colours(result.new)
    columns = {
        "code": new.index,
        "name": new["name"],
        "unit_type": new["unit_type"],
        "colour": [colours[str(code)] for code in new.index.tolist()],
        **({} if middle is None else {"at": label_places(result.new.geometry, middle)}),
        "member_count": new["member_count"],
        "area_km2": new["area_km2"],
        "growth": new["area_km2"] / largest.reindex(new.index),
    }
    for name in ("population", "density", "declared_area_km2", "declared_population", "iou"):
        if name in new:
            columns[name] = new[name]
    columns |= {name: _numbers(result.new[field]) for name, field in fields(result).items()}
    if "area_km2_difference_percent" in new:
        columns["declared_percent"] = new["area_km2_difference_percent"]
    if "kept" in new:
        columns["kept"] = new["kept"].astype(bool)
    columns["findings"] = rows_of_findings(result, new.index, new=True)
    return _rounded(columns)


def _before(
    result: MergeResult, km2: pd.Series, after: pd.DataFrame, places: Places | None = None
) -> pd.DataFrame:
    """Return what the map says of each old unit; colours and members are its new unit's."""
    old = result.old
    joined = after.set_index("code").reindex(old["new_code"])
    columns = {
        "code": unit_codes(old),
        "name": old["name"],
        "unit_type": old["unit_type"],
        "district": old["district"],
        "new_code": old["new_code"],
        "parent": old["district_code"].where(old["district_code"] != "", old["district"]),
        "grandparent": old["province_code"].where(old["province_code"] != "", old["province"]),
        "colour": joined["colour"],
        **({} if places is None else {"at": places}),
        "member_count": joined["member_count"],
        "area_km2": km2,
        "growth": joined["area_km2"].to_numpy() / km2.where(km2 > 0),
    }
    if old["is_piece"].any():
        columns["id"] = old.index.where(old["is_piece"], "")
    if "population" in old:
        columns["population"] = old["population"]
        columns["density"] = old["population"] / km2.where(km2 > 0)
    if "declared_percent" in joined:
        columns["declared_percent"] = joined["declared_percent"]
    columns |= {name: _numbers(old[field]) for name, field in fields(result).items()}
    if BELOW in old:
        columns["below"] = old[BELOW].fillna("")
    columns |= grounds(result)
    columns["findings"] = rows_of_findings(result, old.index, new=False)
    return _rounded(columns)


def _numbers(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values, errors="coerce")


def old_areas(result: MergeResult) -> pd.Series:
    """Return the area of each old unit in km²; 0 for what has no usable polygon.

    A result that was read from files has to be measured.
    """
    if len(result.old_areas):
        return result.old_areas
    geometries = np.asarray(result.old.geometry.values)
    good = usable(geometries)
    km2 = np.zeros(len(geometries))
    km2[good] = areas(geometries[good], result.old.crs) / SQUARE_METRES_PER_KM2
    return pd.Series(km2, index=result.old.index)


def _rounded(columns: dict[str, Any]) -> pd.DataFrame:
    """Return a table with figures rounded for a map."""
    data = {name: v if isinstance(v, list) else np.asarray(v) for name, v in columns.items()}
    for name, values in data.items():
        if not isinstance(values, list) and values.dtype.kind == "f":
            with np.errstate(over="ignore"):  # a figure without meaning, told of elsewhere
                data[name] = np.round(values, _DIGITS.get(name, 2))
    return pd.DataFrame(data)


def _findings(result: MergeResult) -> dict[str, str]:
    """Return the weightiest findings by whether they have a place, numbered by their rows."""
    shapes = np.asarray(result.findings.geometry.values)
    nowhere = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    notices = findings_told(result, np.flatnonzero(nowhere)[:FINDINGS_SHOWN])
    return {
        "findings": features_of(result, np.flatnonzero(~nowhere)[:FINDINGS_SHOWN]),
        "notices": _json(notices),
    }


def features_of(result: MergeResult, rows: Ints) -> str:
    """Return findings as GeoJSON for the map; shapes with many vertices are simplified for it."""
    middle = drawing_of(result).middle
    frame = result.findings.iloc[rows][["geometry"]]
    shapes = np.asarray(frame.geometry.values)
    many = shapely.get_num_coordinates(shapes) > _FINDING_VERTICES
    shapes = shapes.copy()
    simple = shapely.simplify(shapes[many], pixel(result.old), preserve_topology=False)
    shapes[many] = np.where(shapely.is_empty(simple), shapes[many], simple)
    degrees = np.asarray(gpd.GeoSeries(shapes, crs=frame.crs).to_crs(WGS84).values)
    # Not by the GeoJSON of files, which ends at 180°.
    rounded = shapely.transform(about(middle, degrees), lambda xy: np.round(xy, _FINDING_DECIMALS))
    told = findings_told(result, rows)
    features = (
        f'{{"type":"Feature","properties":{_json(properties)},"geometry":{geometry}}}'
        for properties, geometry in zip(told, shapely.to_geojson(rounded), strict=True)
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def _json(content: Any) -> str:  # noqa: ANN401 - whatever JSON knows
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def unit_colours(new: gpd.GeoDataFrame) -> dict[str, str]:
    """Give new units colours so that neighbours differ, largest first; kept ones are pale."""
    geometries = np.asarray(new.geometry.values)
    neighbours = _neighbours(geometries)
    chosen = np.full(len(new), -1)
    for k in np.argsort(-shapely.area(geometries), kind="stable"):
        taken = set(chosen[neighbours[k]].tolist())
        # Start from another colour each time, so that the map is not mostly of the first.
        order = [(int(k) + step) % len(PALETTE) for step in range(len(PALETTE))]
        chosen[k] = next((c for c in order if c not in taken), int(k) % len(PALETTE))
    kept = new["kept"].to_numpy(bool) if "kept" in new else np.zeros(len(new), dtype=bool)
    return {
        str(code): KEPT if pale else PALETTE[c]
        for code, c, pale in zip(new.index.tolist(), chosen, kept, strict=True)
    }


def _neighbours(geometries: Geometries) -> list[Ints]:
    """Return for each polygon those whose box touches its own: a map needs no more."""
    a, b = shapely.STRtree(geometries).query(geometries)
    different = a != b
    order = np.argsort(a[different], kind="stable")
    a, b = a[different][order], b[different][order]
    return np.split(b, np.searchsorted(a, np.arange(1, len(geometries))))


def literal(content: Any) -> str:  # noqa: ANN401 - whatever JSON knows
    """Return a JavaScript literal that cannot end the script around it."""
    return orjson.dumps(content).decode().replace("<", "\\u003c")
