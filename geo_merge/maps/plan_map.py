"""What a map of plans is made of: the old units, drawn once, and the scripts that paint them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

import geopandas as gpd
import orjson

from geo_merge.maps.assets import leaflet_sources, web_file
from geo_merge.maps.display import literal
from geo_merge.maps.drawing import Drawing, draw
from geo_merge.texts import Language
from geo_merge.vocabulary.fields import with_unit_columns
from geo_merge.vocabulary.memory import without_memory

# Each after those that it uses; the first are those of the map of a result.
SHARED = ("borders.js", "words.js", "walking.js", "dom.js", "placing.js", "labels.js")
PAINTING = ("coverage.js", "model.js", "painter.js", "names.js")
COMPARING = "difference.js"
EDITING = ("tools.js", "table.js", "card.js", "list.js", "bar.js", "plan.js")


@dataclass(frozen=True)
class Ground:
    """Old units as plans are painted on them.

    Attributes
    ----------
    geometry
        JSON: ``topology`` (see `topology.topojson`), and by row ``places`` (longitude and latitude
        of the middle, nulls without one) and ``units`` (code, name, type, district).
    bounds
        South-west and north-east corner: latitude, longitude.
    """

    geometry: str
    bounds: list[list[float]]


def ground(frame: gpd.GeoDataFrame) -> Ground:
    """Return old units as plans are painted on them.

    Parameters
    ----------
    frame
        As `units.layers.read_units` reads them.
    """
    units = with_unit_columns(without_memory(frame))
    drawing: Drawing = draw(units)
    columns = (units.index, units["name"], units["unit_type"], units["district"])
    texts: list[list[str]] = [["" if v is None else str(v) for v in column] for column in columns]
    rest = {"places": drawing.places, "units": list(zip(*texts, strict=True))}
    geometry = f'{{"topology":{drawing.topology},{orjson.dumps(rest).decode()[1:]}'
    return Ground(geometry, [drawing.bounds[1::-1], drawing.bounds[:1:-1]])


@cache
def plan_script(*names: str) -> str:
    """Return scripts of plans, with those that they share with the map of a result."""
    return "\n".join([*map(web_file, SHARED), *(web_file(f"plan/{name}") for name in names)])


def plan_style() -> str:
    """Return the style sheet of plans."""
    return "\n".join((web_file("before_after.css"), web_file("plan/plan.css")))


def page_html(title: str, shown: Ground, data: Mapping[str, Any], language: Language) -> str:
    """Return a page of two plans, which opens without internet; see ``difference.js``.

    Parameters
    ----------
    title
        Of the page.
    shown
        The old units.
    data
        ``homes, news, titles, moved, pairs, count, words``, as the script takes them.
    language
        Of the page.
    """
    script, style = leaflet_sources()
    scripts = f"{script}\n{plan_script(*PAINTING, COMPARING)}"
    told = literal({**data, "bounds": shown.bounds})
    return _PAGE.format(
        language=language,
        title=escape(title),
        style=f"{style}\n{plan_style()}\n{web_file('plan/difference.css')}",
        script=scripts.replace("</script", "<\\/script"),
        geometry=shown.geometry.replace("<", "\\u003c"),
        data=told,
    )


_PAGE = """<!DOCTYPE html>
<html lang="{language}" class="gm-page">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<script>{script}</script>
<script>geoMerge.differ = geoMerge.difference(document.body, {geometry}, {data});</script>
</body>
</html>
"""
