"""The before-and-after map: one page, two maps side by side, without internet."""

from __future__ import annotations

import base64
import html
import itertools
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import orjson
import shapely
from branca.element import Element, Figure, MacroElement
from jinja2 import Template
from xstatic.pkg import leaflet

from geo_merge.edges import Geometries, Ints
from geo_merge.geojson import encode
from geo_merge.models import MergeResult

# Paul Tol's light scheme, made to be told apart by colour-blind readers (SRON/EPS/TN/09-002).
PALETTE = ("#77aadd", "#ee8866", "#eedd88", "#ffaabb", "#99ddff", "#44bb99", "#bbcc33", "#aaaa00")
# A map of this many pixels shows no vertex that moved by less than one of them.
DISPLAY_PIXELS = 6_000
_DISPLAY_DECIMALS = 5
SCHEMATIC_NOTE = "Schematic boundaries, not official: built from the positions of the communes."


def before_after_map(result: MergeResult) -> Figure:
    """Draw old and new units side by side on two maps that move together.

    Old units have the colour of the new unit that they joined. The page holds everything that it
    needs, and opens without internet.

    Returns
    -------
    branca.element.Figure
        ``save(path)`` writes the page.
    """
    colours = _colours(result.new)
    figure = Figure(title="geo_merge: before and after")
    count = result.summary
    panes = (
        ("left", f"Before: {count['before']['count']:,} units", _before(result, colours),
         {"name": "Unit", "unit_type": "Type", "district": "District", "new_name": "Becomes"}),
        ("right", f"After: {count['after']['count']:,} units", _after(result, colours),
         {"name": "Unit", "unit_type": "Type", "made_of": "Made of", "area_km2": "Area (km²)",
          "population": "Population"}),
    )  # fmt: skip
    bounds = _bounds(result.old)
    maps = []
    for side, title, frame, fields in panes:
        pane = _pane(side, bounds)
        _units(frame, fields).add_to(pane)
        _Title(title, SCHEMATIC_NOTE if result.schematic else "").add_to(pane)
        figure.add_child(pane)
        maps.append(pane)
    figure.add_child(_Sync(*maps))
    _number(figure, itertools.count(1))
    return figure


def map_html(result: MergeResult) -> str:
    """Return the page of `before_after_map`; the same result gives the same bytes."""
    return str(before_after_map(result).render())


def _number(element: Element, numbers: Iterator[int]) -> None:
    """Give elements ids in their order instead of random ones."""
    element._id = f"{next(numbers):x}"  # noqa: SLF001 - branca has no other way
    for child in list(element._children.values()):  # noqa: SLF001
        _number(child, numbers)


def _pane(side: str, bounds: list[list[float]]) -> folium.Map:
    left = {"left": "0%", "right": "50.15%"}[side]
    pane = folium.Map(
        tiles=None, control_scale=side == "left", zoom_control=side == "left", prefer_canvas=True,
        width="49.85%", height="100%", left=left, position="absolute", zoom_snap=0.25,
    )  # fmt: skip
    script, style = leaflet_assets()
    pane.default_js = [("leaflet", script)]
    pane.default_css = [("leaflet_css", style)]
    pane.fit_bounds(bounds)
    return pane


@cache
def leaflet_assets() -> tuple[str, str]:
    """Return Leaflet's script and style sheet, images included, as data URIs."""
    folder = Path(leaflet.BASE_DIR)

    def inline(match: re.Match[str]) -> str:
        return f"url({_data_uri(folder / match.group(1), 'image/png')})"

    style = (folder / "leaflet.css").read_text("utf-8")
    style = re.sub(r"url\((images/[\w.-]+)\)", inline, style)
    encoded = base64.b64encode(style.encode()).decode()
    return (
        _data_uri(folder / "leaflet.js", "text/javascript"),
        f"data:text/css;base64,{encoded}",
    )


def _data_uri(path: Path, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


class _Title(MacroElement):  # type: ignore[misc]
    """A heading in the corner of a map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        (function () {
          var title = L.control({position: "topright"});
          title.onAdd = function () {
            var box = L.DomUtil.create("div");
            box.style.cssText = "background:#fffd;padding:6px 10px;border-radius:4px;" +
              "font:600 15px system-ui,sans-serif;max-width:22em";
            box.textContent = {{ this.title }};
            var note = L.DomUtil.create("div", "", box);
            note.style.cssText = "font:400 12px system-ui,sans-serif;color:#a33";
            note.textContent = {{ this.note }};
            return box;
          };
          title.addTo({{ this._parent.get_name() }});
        })();
        {% endmacro %}
        """
    )

    def __init__(self, title: str, note: str) -> None:
        super().__init__()
        self._name = "Title"
        self.title, self.note = _script_text(title), _script_text(note)


class _Sync(MacroElement):  # type: ignore[misc]
    """Two maps that move together."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        (function (maps) {
          var moving = false;
          maps.forEach(function (map, k) {
            map.on("move", function () {
              if (moving) { return; }
              moving = true;
              maps[1 - k].setView(map.getCenter(), map.getZoom(), {animate: false});
              moving = false;
            });
          });
        })([{{ this.left.get_name() }}, {{ this.right.get_name() }}]);
        {% endmacro %}
        """
    )

    def __init__(self, left: folium.Map, right: folium.Map) -> None:
        super().__init__()
        self._name = "Sync"
        self.left, self.right = left, right


def _script_text(text: str) -> str:
    """Return a text as a JavaScript literal that cannot end the script around it."""
    return orjson.dumps(text).decode().replace("<", "\\u003c")


def _bounds(frame: gpd.GeoDataFrame) -> list[list[float]]:
    box = gpd.GeoSeries([shapely.box(*frame.total_bounds)], crs=frame.crs).to_crs(4326)
    west, south, east, north = box.total_bounds
    return [[south, west], [north, east]]


def _colours(new: gpd.GeoDataFrame) -> dict[str, str]:
    """Give new units colours so that neighbours differ, largest first."""
    geometries = np.asarray(new.geometry.values)
    neighbours = _neighbours(geometries)
    chosen = np.full(len(new), -1)
    for k in np.argsort(-shapely.area(geometries), kind="stable"):
        taken = set(chosen[neighbours[k]].tolist())
        # Start from another colour each time, so that the map is not mostly of the first.
        order = [(int(k) + step) % len(PALETTE) for step in range(len(PALETTE))]
        chosen[k] = next((c for c in order if c not in taken), int(k) % len(PALETTE))
    return {str(code): PALETTE[c] for code, c in zip(new.index, chosen, strict=True)}


def _neighbours(geometries: Geometries) -> list[Ints]:
    """Return for each polygon those whose box touches its own: a map needs no more."""
    a, b = shapely.STRtree(geometries).query(geometries)
    different = a != b
    return [b[different & (a == k)] for k in range(len(geometries))]


def simplified(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer simplified for display, its shared borders still shared."""
    geometries = np.asarray(frame.geometry.values)
    real = ~shapely.is_missing(geometries)
    real[real] = shapely.is_valid(geometries[real]) & ~shapely.is_empty(geometries[real])
    west, south, east, north = frame.total_bounds
    result = geometries.copy()
    result[real] = shapely.coverage_simplify(
        geometries[real], max(east - west, north - south) / DISPLAY_PIXELS
    )
    return frame.set_geometry(gpd.GeoSeries(result, index=frame.index, crs=frame.crs))


def _before(result: MergeResult, colours: Mapping[str, str]) -> gpd.GeoDataFrame:
    frame = result.old[["name", "unit_type", "district", "new_code", "new_name", "geometry"]]
    return simplified(frame).assign(colour=[colours[c] for c in frame["new_code"]])


def _after(result: MergeResult, colours: Mapping[str, str]) -> gpd.GeoDataFrame:
    new = result.new
    columns = [c for c in ("name", "unit_type", "population", "geometry") if c in new]
    return simplified(new[columns]).assign(
        made_of=[", ".join(names) for names in new["member_names"]],
        area_km2=[f"{a:,.2f}" for a in new["area_km2"]],
        colour=[colours[str(c)] for c in new.index],
    )


def _units(frame: gpd.GeoDataFrame, fields: Mapping[str, str]) -> folium.GeoJson:
    """Return a layer with tooltips; every text reaches the page escaped."""
    shown = {name: label for name, label in fields.items() if name in frame}
    safe = frame[[*shown, "colour", "geometry"]].copy()
    for name in shown:
        safe[name] = [_escape(v) for v in safe[name]]
    data = orjson.loads(b"".join(encode(safe.reset_index(drop=True), precision=_DISPLAY_DECIMALS)))
    data["features"] = [f for f in data["features"] if f["geometry"] is not None]
    return folium.GeoJson(
        data,
        style_function=_style,
        highlight_function=lambda _: {"weight": 3, "color": "#222222"},
        tooltip=folium.GeoJsonTooltip(
            list(shown),
            aliases=[html.escape(label) for label in shown.values()],
            style="white-space:normal;width:17em;",
        ),
        smooth_factor=0,
    )


def _style(feature: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "fillColor": feature["properties"]["colour"], "fillOpacity": 0.85,
        "color": "#ffffff", "weight": 1,
    }  # fmt: skip


def _escape(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    """Escape a text for HTML and for templates (``${``) alike."""
    return html.escape(value).replace("$", "&#36;") if isinstance(value, str) else value
