"""The names of units as they are drawn on a map, and those for which it has no place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from geo_merge.dossier.sheets.around import Around
from geo_merge.dossier.sheets.labels import Label, Wish, place, two_lines
from geo_merge.dossier.sheets.svg import line, text
from geo_merge.dossier.sheets.window import Box, Window
from geo_merge.geometry.rings import Geometries
from geo_merge.vocabulary.shown import shown

_LEAST, _NUMBER = 1.7, 1.5  # millimetres: the smallest letters, and those of a number for a name


def wishes_for(
    layer: gpd.GeoDataFrame, shapes: Geometries, size: float, *, listed: bool = True
) -> tuple[list[str], list[Wish]]:
    """Return names; where those find no place, numbers in the list if there is one beside the map.

    The smallest units come first: they have the least choice.
    """
    order = np.argsort(shapely.area(shapes), kind="stable").tolist()
    names = [shown(str(name)) for name in layer["name"]]
    wishes = [
        Wish(shapes[k], (*two_lines(names[k], size), *two_lines(names[k], _LEAST),
                         *([((str(k + 1),), _NUMBER)] if listed else [])), led=listed)
        for k in order
    ]  # fmt: skip
    return [f"{k + 1} {names[k]}" if listed else names[k] for k in order], wishes


def named(
    names: Sequence[str], wishes: Sequence[Wish], outside: Around, window: Window,
    taken: Sequence[Box] = (),
) -> tuple[list[str], list[str]]:  # fmt: skip
    """Return the names as they are drawn, and those that a map should have and has no place for.

    Those of units outside wait for all others, also for those that a line leads to; they are
    slanted.
    """
    wanted = [*wishes, *(replace(wish, rank=1) for wish in outside.wishes)]
    labels, missed = place(wanted, window.frame, taken)
    called = [*names, *outside.names]
    drawn = [_written(label, italic=label.of >= len(wishes)) for label in labels]
    return drawn, [called[k] for k in missed if k < len(wishes) or wanted[k].led]


def _written(label: Label, *, italic: bool = False) -> str:
    """Return a name at its place, and the line that leads to it if there is one."""
    x, y = label.middle
    step = label.size * 1.12
    top = y - step * (len(label.lines) - 1) / 2 + 0.34 * label.size
    led = "" if label.leads_to is None else _leader(label)
    return led + "".join(
        text(x, top + k * step, words, label.size, anchor="middle", halo=True,
             style="italic" if italic else "normal")
        for k, words in enumerate(label.lines)
    )  # fmt: skip


def _leader(label: Label) -> str:
    """Return the line from a name to its unit, seen on any colour, and a point where it ends."""
    assert label.leads_to is not None  # noqa: S101 - for the type checker
    x, y = label.leads_to
    ends, at = (label.leads_to, label.middle), f'cx="{x:.2f}" cy="{y:.2f}" r="0.3"'
    return (
        line(ends, 0.36, "#fff")
        + line(ends, 0.12, "#333")
        + f'<circle {at} fill="#333" stroke="#fff" stroke-width="0.12"/>'
    )
