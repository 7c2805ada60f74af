"""Points inside units, and what the map of a page draws there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from browsing import Tab, opened
from playwright.sync_api import Browser

from geo_merge.maps.page import map_html
from geo_merge.merging.result import MergeResult

TRIES = 20  # to find room in a unit that has little
ASK = "([side, places]) => places.map(p => geoMerge.page.at(side, p[1], p[0]))"


def points_inside(frame: gpd.GeoDataFrame, number: int, away: float) -> pd.DataFrame:
    """Return about so many points in units, none closer to a border than `away` metres.

    Returns
    -------
    pandas.DataFrame
        ``code, lng, lat``; more points in larger units, one at least where there is room.
    """
    random = np.random.default_rng(1)
    there = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    shapes = np.asarray(there.geometry.values)
    lines = shapely.boundary(shapes)
    shapely.prepare(shapes)
    shapely.prepare(lines)
    share = np.ceil(number * shapely.area(shapes) / shapely.area(shapes).sum()).astype(int)
    codes, points = [], []
    for code, shape, line, wanted in zip(there.index, shapes, lines, share.tolist(), strict=True):
        west, south, east, north = shape.bounds
        found = np.empty((0, 2))
        for _ in range(TRIES):
            tried = random.uniform((west, south), (east, north), (4 * wanted, 2))
            tried = tried[shapely.contains_xy(shape, *tried.T)]
            clear = tried[~shapely.dwithin(line, shapely.points(tried), away)]
            found = np.concatenate([found, clear])[:wanted]
        points.append(found)
        codes += [str(code)] * len(found)
    places = gpd.GeoSeries(shapely.points(np.concatenate(points)), crs=frame.crs).to_crs(4326)
    return pd.DataFrame({"code": codes, "lng": places.x, "lat": places.y})


def at(tab: Tab, side: str, places: pd.DataFrame) -> list[str | None]:
    """Return what the map draws at places, told by its page."""
    return tab.page.evaluate(ASK, [side, places[["lng", "lat"]].to_numpy().tolist()])


def missed(tab: Tab, side: str, asked: pd.DataFrame) -> pd.DataFrame:
    """Return the places where the map does not draw the unit that is there, with what it draws."""
    drawn = asked.assign(drawn=at(tab, side, asked))
    return drawn[drawn["drawn"].isna() | (drawn["drawn"] != drawn["code"])]


@contextmanager
def mapped(
    browser: Browser, result: MergeResult, folder: Path, shot: Callable[[], Path | None] = lambda: None
) -> Iterator[Tab]:  # fmt: skip
    """Open the map of a result; no error may be raised on the page."""
    path = folder / "map.html"
    path.write_text(map_html(result), "utf-8")
    with opened(browser, width=1200, height=760, shot=shot) as tab:
        tab.page.goto(path.as_uri())
        tab.wait_for_map()
        yield tab
        assert tab.wrong == []
