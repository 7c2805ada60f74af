"""Names and rough positions of Vietnam's units, old and new: what a file can be recognised by.

They come with geo_merge, so that a file can be recognised without the extra ``vietnam``; with
their keys, which take a quarter of a second to make. Made from
the package vietnamadminunits (MIT) by ``python -m geo_merge.vietnam.places FILE``.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from geo_merge.geometry.rings import Floats
from geo_merge.vietnam.names import bare_key

_HEAD = (
    "# Names of units, their bare_key and, per unit, longitude and latitude; from "
    "vietnamadminunits (MIT).\n"
)
# Decimals of a degree: 0.01° is 1.1 km, less than the extent of a commune.
_DECIMALS = 2


@cache
def positions() -> dict[str, Floats]:
    """Return the positions of all units that share a name: (n, 2) degrees, by `bare_key`."""
    found: dict[str, list[str]] = {}
    for _, key, numbers in _lines():
        found.setdefault(key, []).extend(numbers.split())
    return {key: np.array(n, dtype=float).reshape(-1, 2) for key, n in found.items()}


@cache
def spellings() -> dict[str, str]:
    """Return how each name is written, by `bare_key`."""
    return {key: name for name, key, _ in _lines()}


@cache
def _lines() -> list[list[str]]:
    text = files("geo_merge.vietnam").joinpath("places.txt").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def build(path: Path) -> None:
    """Write the list: communes and districts before July 2025, units since then."""
    import pandas as pd  # noqa: PLC0415 - only the maker needs frames

    from geo_merge.vietnam import gazetteer  # noqa: PLC0415 - nor the extra

    places = pd.concat([gazetteer.old_communes(), gazetteer.new_units(), gazetteer.districts()])
    places = places.round({"lon": _DECIMALS, "lat": _DECIMALS})
    places = places[["name", "lon", "lat"]].drop_duplicates().sort_values(["name", "lon", "lat"])
    places["place"] = [f"{x:g} {y:g}" for x, y in zip(places["lon"], places["lat"], strict=True)]
    lines = [
        f"{name}\t{bare_key(name)}\t{' '.join(same['place'])}\n"
        for name, same in places.groupby("name")
    ]
    path.write_text(_HEAD + "".join(lines), "utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
