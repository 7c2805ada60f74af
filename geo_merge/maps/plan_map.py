"""What a map of plans is made of: the old units, drawn once, and the scripts that paint them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import orjson

from geo_merge.maps.drawing import Drawing, draw
from geo_merge.maps.page import web_file
from geo_merge.vocabulary.fields import with_unit_columns
from geo_merge.vocabulary.memory import without_memory

# Each after those that it uses; the first are those of the map of a result.
SHARED = ("borders.js", "words.js", "walking.js", "dom.js")
PAINTING = ("coverage.js", "model.js", "painter.js")
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
