"""The before-and-after map: one page, two maps side by side, without internet."""

from __future__ import annotations

import base64
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
from xstatic.pkg import leaflet

from geo_merge.coverage import usable
from geo_merge.dissolve import dissolve_groups
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
    before = simplified(
        result.old[["name", "unit_type", "district", "new_code", "new_name", "geometry"]]
    )
    after = _after(result, before)
    before = before.assign(colour=[colours[c] for c in before["new_code"]])
    after = after.assign(colour=[colours[str(c)] for c in after.index])
    figure = Figure(title="geo_merge: before and after")
    count = result.summary
    panes = (
        ("left", f"Before: {count['before']['count']:,} units", before,
         {"name": "Unit", "unit_type": "Type", "district": "District", "new_name": "Becomes"}),
        ("right", f"After: {count['after']['count']:,} units", after,
         {"name": "Unit", "unit_type": "Type", "made_of": "Made of", "area_km2": "Area (km²)",
          "population": "Population"}),
    )  # fmt: skip
    bounds = _bounds(result.old)
    maps = []
    for side, title, frame, fields in panes:
        pane = _pane(side, bounds)
        _polygons(frame, fields).add_to(pane)
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


class _Script(Element):
    """A script that is written as it is: branca would read every text in it as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401, ARG002 - branca's signature
        """Return the script."""
        return self.text


class _Part(MacroElement):
    """A part of the page that is a script once the maps have their names."""

    def script(self) -> str:
        """Return the script."""
        raise NotImplementedError

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401, ARG002 - branca's signature
        """Add the script to the page, and nothing here."""
        root: Any = self.get_root()
        root.script.add_child(_Script(self.script()), name=self.get_name())
        return ""

    def map_name(self) -> str:
        """Return the name of the map that this is a part of."""
        parent: Any = self._parent
        return str(parent.get_name())


class _Polygons(_Part):
    """Coloured units with tooltips; every text of the data reaches the page as text."""

    _script = """
(function (map, data, fields) {
  function tooltip(properties) {
    var table = L.DomUtil.create("table");
    fields.forEach(function (field) {
      if (properties[field[0]] === null || properties[field[0]] === "") { return; }
      var row = L.DomUtil.create("tr", "", table);
      var head = L.DomUtil.create("th", "", row);
      head.textContent = field[1];
      head.style.cssText = "text-align:left;vertical-align:top;padding-right:1em";
      var value = properties[field[0]];
      L.DomUtil.create("td", "", row).textContent =
        typeof value === "number" ? value.toLocaleString("en") : value;
    });
    table.style.cssText = "width:17em;white-space:normal;font:13px system-ui,sans-serif";
    return table;
  }
  L.geoJSON(data, {
    smoothFactor: 0,
    pointToLayer: function (feature, at) { return L.circleMarker(at, {radius: 2}); },
    style: function (feature) {
      return {fillColor: feature.properties.colour, fillOpacity: 0.85, color: "#fff", weight: 1};
    },
    onEachFeature: function (feature, layer) {
      layer.bindTooltip(function () { return tooltip(feature.properties); }, {sticky: true});
      layer.on("mouseover", function () {
        layer.setStyle({color: "#222", weight: 3}).bringToFront();
      });
      layer.on("mouseout", function () { layer.setStyle({color: "#fff", weight: 1}); });
    }
  }).addTo(map);
})(%s, %s, %s);
"""

    def __init__(self, data: str, fields: list[tuple[str, str]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Polygons"
        self.data, self.fields = data, fields

    def script(self) -> str:
        """Return the script with the data in it."""
        return self._script % (
            self.map_name(), self.data.replace("<", "\\u003c"), _literal(self.fields)
        )  # fmt: skip


class _Title(_Part):
    """A heading in the corner of a map."""

    _script = """
(function (map, text, remark) {
  var title = L.control({position: "topright"});
  title.onAdd = function () {
    var box = L.DomUtil.create("div");
    box.style.cssText = "background:#fffd;padding:6px 10px;border-radius:4px;" +
      "font:600 15px system-ui,sans-serif;max-width:22em";
    box.textContent = text;
    var note = L.DomUtil.create("div", "", box);
    note.style.cssText = "font:400 12px system-ui,sans-serif;color:#a33";
    note.textContent = remark;
    return box;
  };
  title.addTo(map);
})(%s, %s, %s);
"""

    def __init__(self, title: str, note: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Title"
        self.title, self.note = title, note

    def script(self) -> str:
        """Return the script with the texts in it."""
        return self._script % (self.map_name(), _literal(self.title), _literal(self.note))


class _Sync(_Part):
    """Two maps that move together."""

    _script = """
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
})([%s, %s]);
"""

    def __init__(self, left: folium.Map, right: folium.Map) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Sync"
        self.left, self.right = left, right

    def script(self) -> str:
        """Return the script with the names of the maps in it."""
        return self._script % (self.left.get_name(), self.right.get_name())


def _literal(content: Any) -> str:  # noqa: ANN401 - whatever JSON knows
    """Return a JavaScript literal that cannot end the script around it."""
    return orjson.dumps(content).decode().replace("<", "\\u003c")


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
    """Return the usable units of a layer, simplified for display with shared borders shared."""
    frame = frame[usable(np.asarray(frame.geometry.values))]
    west, south, east, north = frame.total_bounds
    geometries = shapely.coverage_simplify(
        np.asarray(frame.geometry.values), max(east - west, north - south) / DISPLAY_PIXELS
    )
    return frame.set_geometry(gpd.GeoSeries(geometries, index=frame.index, crs=frame.crs))


def _after(result: MergeResult, before: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the new units, dissolved from the simplified old ones: both maps show one border."""
    good = before[usable(np.asarray(before.geometry.values))]
    codes, groups = np.unique(good["new_code"].to_numpy(str), return_inverse=True)
    shapes = [d.geometry for d in dissolve_groups(np.asarray(good.geometry.values), groups)]
    new = result.new.loc[codes]
    columns = [c for c in ("name", "unit_type", "population") if c in new]
    return gpd.GeoDataFrame(
        new[columns].assign(
            made_of=[", ".join(names) for names in new["member_names"]],
            area_km2=[f"{a:,.2f}" for a in new["area_km2"]],
        ),
        geometry=gpd.GeoSeries(shapes, index=new.index, crs=before.crs),
    )


def _polygons(frame: gpd.GeoDataFrame, fields: Mapping[str, str]) -> _Polygons:
    """Return a layer with a tooltip of the fields, under their labels."""
    shown = {name: label for name, label in fields.items() if name in frame}
    kept = frame[[*shown, "colour", "geometry"]].reset_index(drop=True)
    data = b"".join(encode(kept, precision=_DISPLAY_DECIMALS, vanishing="point")).decode()
    return _Polygons(data, list(shown.items()))
