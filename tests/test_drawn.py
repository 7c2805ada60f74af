"""The map of a page is asked, place by place, what it draws: what the files say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from asking import at, mapped, missed, points_inside
from browsing import browsing
from conftest import CRS, ORIGIN, square
from playwright.sync_api import Browser

from geo_merge import drawing
from geo_merge.models import MergeResult
from geo_merge.pipeline import merge

Grid = Callable[..., gpd.GeoDataFrame]
AWAY = 5.0  # metres


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with browsing(chromium) as started:
        yield started


def layer(shapes: Sequence[shapely.Geometry]) -> gpd.GeoDataFrame:
    """Make a unit layer of shapes in kilometres, coded 00001, 00002, ..."""
    codes = pd.Index([f"{k:05d}" for k in range(1, len(shapes) + 1)], name="code")
    placed = shapely.transform(np.array(shapes), lambda xy: 1000 * xy + ORIGIN)
    return gpd.GeoDataFrame({"name": codes, "unit_type": "Xã"}, geometry=placed, index=codes,
                            crs=CRS)  # fmt: skip


def merged(old: gpd.GeoDataFrame, new: str) -> MergeResult:
    """Merge units to the new ones that the letters of a word name."""
    table = pd.DataFrame({"old_code": old.index, "new_code": list(new), "new_name": list(new),
                          "new_type": "Xã"})  # fmt: skip
    return merge(old, table)


def reversed_rings(shape: shapely.Polygon) -> shapely.Polygon:
    """Return a polygon all of whose rings run the other way."""
    return shapely.Polygon(shape.exterior.coords[::-1], [r.coords[::-1] for r in shape.interiors])


def blob(x: float, y: float, radius: float) -> shapely.Polygon:
    """A polygon with many vertices."""
    return shapely.Point(x, y).buffer(radius, quad_segs=32)


RING = blob(2, 2, 2).difference(blob(2, 2, 1))
ISLANDS = shapely.MultiPolygon([blob(x, y, 0.3) for x in range(12) for y in range(12)])
LAYERS = {
    "a hole that a unit of another fills": ([RING, blob(2, 2, 1)], "AB"),
    "an enclave that joins the unit around it": ([RING, blob(2, 2, 1)], "AA"),
    "a hole that nobody fills": ([RING, shapely.box(4, 0, 6, 4).difference(RING)], "AA"),
    "units that touch at a point": ([shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2),
                                     shapely.box(1, 0, 2, 1)], "AAB"),
    "a unit of many islands": ([ISLANDS, shapely.box(-3, 0, -1, 12)], "AA"),
    "an island in a lake of an island": (
        [shapely.MultiPolygon([blob(2, 2, 2).difference(blob(2, 2, 1.5)), blob(2, 2, 0.5)]),
         blob(2, 2, 1.5).difference(blob(2, 2, 0.5))], "AB"),
    "a grid": ([shapely.box(x, y, x + 1, y + 1) for x in range(4) for y in range(3)],
               "AAAABBBBCCCC"),
}  # fmt: skip


@pytest.mark.parametrize("turned", ["none", "every second", "all"])
@pytest.mark.parametrize("kind", LAYERS)
def test_what_is_drawn_is_what_is_there(
    browser: Browser, tmp_path: Path, kind: str, turned: str
) -> None:
    """Whichever way the rings of a layer run: the directions of a file say nothing."""
    shapes, new = LAYERS[kind]
    old = layer(shapes)
    if turned != "none":
        every = np.asarray(old.geometry.values)
        step = 2 if turned == "every second" else 1
        every[::step] = [
            shapely.MultiPolygon([reversed_rings(part) for part in shapely.get_parts(shape)])
            for shape in every[::step]
        ]
        old = old.set_geometry(every)
    result = merged(old, new)
    with mapped(browser, result, tmp_path) as tab:
        for side, frame in (("before", result.old), ("after", result.new)):
            asked = points_inside(frame, 300, AWAY)
            assert len(asked) >= 300
            assert missed(tab, side, asked).empty
            empty = frame.union_all().buffer(AWAY)
            around = points_inside(
                gpd.GeoDataFrame(index=["none"], geometry=[empty.envelope.buffer(500) - empty], crs=CRS),
                100, AWAY)  # fmt: skip
            assert at(tab, side, around) == [None] * len(around)


@pytest.mark.parametrize("new", ["AAB", "AAA", "ABA"])
def test_overlapping_members_leave_no_hole(browser: Browser, tmp_path: Path, new: str) -> None:
    """Two that overlap by half a square and one beside them: on top is what is drawn last."""
    old = layer([shapely.box(0, 0, 2, 1), shapely.box(1.5, 0, 3, 1), shapely.box(3, 0, 4, 1)])
    result = merged(old, new)
    with mapped(browser, result, tmp_path) as tab:
        for side, frame, owner in (
            ("before", old, list(old.index)),
            ("after", result.new, list(new)),
        ):
            asked = points_inside(frame, 400, AWAY)
            drawn = at(tab, side, asked)
            places = gpd.GeoSeries(shapely.points(asked[["lng", "lat"]]), crs=4326).to_crs(CRS)
            for place, code in zip(places, drawn, strict=True):
                claimed = old.index[old.contains(place)]
                assert code in {owner[old.index.get_loc(k)] for k in claimed}


def test_a_unit_that_stands_twice_is_drawn(browser: Browser, tmp_path: Path) -> None:
    old = layer([shapely.box(0, 0, 2, 1), shapely.box(0, 0, 2, 1), shapely.box(2, 0, 4, 1)])
    result = merged(old, "AAA")
    with mapped(browser, result, tmp_path) as tab:
        assert missed(tab, "after", points_inside(result.new, 300, AWAY)).empty


@pytest.mark.parametrize("empty", [None, shapely.Polygon(), shapely.MultiPolygon()])
@pytest.mark.parametrize("new", ["AAAB", "ABBB"])
def test_a_unit_without_a_polygon_leaves_the_others(
    browser: Browser, tmp_path: Path, grid: Grid, empty: shapely.Geometry | None, new: str
) -> None:
    """Old and new: it can be searched for and chosen, and is nowhere."""
    old = grid(2, 2)
    old.loc["00001", "geometry"] = empty
    result = merged(old, new)
    with mapped(browser, result, tmp_path) as tab:
        shown = old[~(old.geometry.isna() | old.geometry.is_empty)]
        assert missed(tab, "before", points_inside(shown, 300, AWAY)).empty
        drawn = result.new[~(result.new.geometry.isna() | result.new.geometry.is_empty)]
        assert missed(tab, "after", points_inside(drawn, 300, AWAY)).empty
        middle = gpd.GeoSeries([square(0, 0).centroid], crs=CRS).to_crs(4326)[0]
        assert tab.live(f"live.at('before', {middle.y}, {middle.x})") is None
        assert tab.page.locator(".gm-handle").is_hidden()
        tab.page.fill(".gm-input", "Xã 1")
        tab.page.keyboard.press("Enter")
        assert tab.live("live.state.selected") == {"side": "before", "code": "00001"}
        assert "Xã 1" in tab.page.inner_text(".gm-card")


def test_hovering_asks_what_is_drawn(browser: Browser, tmp_path: Path, grid: Grid) -> None:
    result = merged(grid(2, 1), "AB")
    with mapped(browser, result, tmp_path) as tab:
        tab.page.evaluate("""() => { window.asked = []; const live = geoMerge.page, at = live.at;
          live.at = (...place) => { window.asked.push(place); return at.apply(live, place); }; }""")
        tab.hover("after", "A")
        side, lat, lng = tab.page.evaluate("window.asked[0]")
        assert side == "after"
        place = result.new.to_crs(4326).geometry["A"].centroid
        assert (lng, lat) == pytest.approx((place.x, place.y), abs=1e-3)


def test_simplified_lines_are_asked_as_they_are_drawn(browser: Browser, tmp_path: Path) -> None:
    """An edge of 400 km is straight on the map: at its middle, 2 km off the straight in degrees."""
    old = gpd.GeoDataFrame(
        {"name": ["S", "N"], "unit_type": "Xã"}, crs=32632, index=pd.Index(["S", "N"], name="code"),
        geometry=gpd.GeoSeries([shapely.Polygon([(6, 60), (12, 60), (12, 64)]),
                                shapely.Polygon([(6, 60), (12, 64), (6, 64)])], crs=4326).to_crs(32632).values,
    )  # fmt: skip
    with mapped(browser, merged(old, "SN"), tmp_path) as tab:
        lat = tab.live("live.a.unproject(live.a.project([60, 6], 9).add(live.a.project([64, 12], 9))"
                       ".divideBy(2), 9).lat")  # fmt: skip
        assert lat > 62.01
        assert tab.live(f"live.at('before', {lat + 0.005}, 9)") == "N"
        assert tab.live(f"live.at('before', {lat - 0.005}, 9)") == "S"


def test_a_unit_that_simplifying_would_turn_around(browser: Browser, tmp_path: Path) -> None:
    """As in the real Bắc Ninh: some borders of a unit lose vertices, and its neighbours stay."""
    random = np.random.default_rng(3)
    corners = random.uniform(0, 30, (40, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(corners)))
    fine = shapely.segmentize(shapely.clip_by_rect(cells, 0, 0, 30, 30), 0.05)
    wavy = shapely.transform(fine, lambda xy: xy + 0.05 * np.sin(7 * xy[:, ::-1]))
    old = layer(wavy)
    result = merged(old, ("ABCDEFGH" * 5))
    pixel = drawing.pixel(old)
    with mapped(browser, result, tmp_path) as tab:
        for side, frame in (("before", old), ("after", result.new)):
            assert missed(tab, side, points_inside(frame, 2000, pixel)).empty
