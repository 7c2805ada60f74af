"""Scripts and style sheets of the map, and Leaflet's: the page and ``map.html`` share them."""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path

from xstatic.pkg import leaflet

_WEB = Path(__file__).parent / "web"
# The scripts of the map, each after those that it uses.
SCRIPTS = (
    "borders.js", "words.js", "geodesy.js", "classes.js", "standards.js", "search.js",
    "placing.js", "walking.js", "store.js", "dom.js", "frame.js", "address.js", "side.js",
    "labels.js", "linked.js", "covering.js", "fitting.js", "legend.js", "themes.js",
    "search_box.js", "bar.js", "card.js", "curtain.js", "pointer.js", "keyboard.js", "findings.js",
    "measure.js", "printing.js", "telling.js", "maps.js", "before_after.js",
)  # fmt: skip
# Those of the small map of one place.
PLACE_SCRIPTS = ("words.js", "dom.js", "linked.js", "place.js")
ICON = _WEB / "icon.svg"


@cache
def web_file(name: str) -> str:
    """Return a script or style sheet of the package."""
    return (_WEB / name).read_text("utf-8")


@cache
def behaviour() -> str:
    """Return the script of the map, which the page and ``map.html`` share."""
    return "\n".join(map(web_file, SCRIPTS))


@cache
def leaflet_assets() -> tuple[str, str]:
    """Return Leaflet's script and style sheet, images included, as data URIs."""
    script, style = leaflet_sources()
    return (
        f"data:text/javascript;base64,{base64.b64encode(script.encode()).decode()}",
        f"data:text/css;base64,{base64.b64encode(style.encode()).decode()}",
    )


@cache
def leaflet_sources() -> tuple[str, str]:
    """Return Leaflet's script and its style sheet with the images in it."""
    folder = Path(leaflet.BASE_DIR)

    def inline(match: re.Match[str]) -> str:
        image = base64.b64encode((folder / match.group(1)).read_bytes()).decode()
        return f"url(data:image/png;base64,{image})"

    style = (folder / "leaflet.css").read_text("utf-8")
    return (
        (folder / "leaflet.js").read_text("utf-8"),
        re.sub(r"url\((images/[\w.-]+)\)", inline, style),
    )
