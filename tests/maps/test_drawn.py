"""The map of a page is asked, place by place, what it draws: what the files say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from asking import at, mapped, missed, points_inside
from browsing import Tab
from conftest import CRS, ORIGIN, square
from playwright.sync_api import Browser

from geo_merge.api import merge, read_crosswalk, read_units
from geo_merge.jobs.sample import sample_files
from geo_merge.maps import drawing
from geo_merge.merging.result import MergeResult

Grid = Callable[..., gpd.GeoDataFrame]
AWAY = 5.0  # metres


def layer(shapes: Sequence[shapely.Geometry]) -> gpd.GeoDataFrame:
    """Make a unit layer of shapes in kilometres, coded 00001, 00002, ..."""
    codes = pd.Index([f"{k:05d}" for k in range(1, len(shapes) + 1)], name="code")
    placed = shapely.transform(np.array(shapes), lambda xy: 1000 * xy + ORIGIN)
    return gpd.GeoDataFrame({"name": codes, "unit_type": "Xã"}, geometry=placed, index=codes,
                            crs=CRS)  # fmt: skip


def merged(old: gpd.GeoDataFrame, new: Sequence[str]) -> MergeResult:
    """Merge units to the new ones that are named, as by the letters of a word."""
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


APART = 20  # kilometres from layer to layer


@pytest.mark.parametrize("turned", ["none", "every second", "all"])
def test_what_is_drawn_is_what_is_there(browser: Browser, tmp_path: Path, turned: str) -> None:
    """Whichever way the rings of a layer run: the directions of a file say nothing.

    The layers lie beside each other, and are merged each by itself.
    """
    shapes, new = [], []
    for k, (of_one, word) in enumerate(LAYERS.values()):
        moved = shapely.transform(np.array(of_one), lambda xy, k=k: xy + APART * np.array([k % 3, k // 3]))  # fmt: skip
        if turned != "none":
            step = 2 if turned == "every second" else 1
            moved[::step] = [
                shapely.MultiPolygon([reversed_rings(part) for part in shapely.get_parts(shape)])
                for shape in moved[::step]
            ]
        shapes += list(moved)
        new += [f"{letter}{k}" for letter in word]
    old = layer(shapes)
    result = merged(old, new)
    away = drawing.pixel(old)
    with mapped(browser, result, tmp_path) as tab:
        for side, frame in (("before", result.old), ("after", result.new)):
            asked = points_inside(frame, 2_000, away)
            assert len(asked) >= 2_000
            assert set(asked["code"]) == set(frame.index)
            assert missed(tab, side, asked).empty
            land = frame.union_all().buffer(away)
            around = points_inside(
                gpd.GeoDataFrame(index=["none"], geometry=[frame.convex_hull.union_all() - land],
                                 crs=CRS), 400, away)  # fmt: skip
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


@pytest.mark.parametrize(("empty", "new"), [(None, "ABBB"), (shapely.Polygon(), "ABBB"),
                                            (shapely.MultiPolygon(), "AAAB")])  # fmt: skip
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
        tab.page.evaluate("""() => { window.asked = []; const live = geoMerge.page, at = live.drawnAt;
          live.drawnAt = (...place) => { window.asked.push(place); return at.apply(live, place); }; }""")
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


@pytest.mark.parametrize("cut", [False, True])
def test_a_layer_on_both_sides_of_180_degrees_is_in_one_piece(
    browser: Browser, tmp_path: Path, shot: Callable[[], Path | None], *, cut: bool
) -> None:
    """Fiji's zone: two units of which 180° is the border, one across it, and one west of it."""
    shapes = [shapely.box(177, -18, 178, -16), shapely.box(179, -18, 180, -17),
              shapely.box(-180, -18, -179, -17), shapely.box(179, -17, 181, -16)]  # fmt: skip
    fine = shapely.segmentize(np.array(shapes), 0.1)
    placed = gpd.GeoSeries(fine, crs=4326).to_crs(3460)
    assert not cut or shapely.length(placed).max() < 1e6
    old = gpd.GeoDataFrame({"name": list("abcd"), "unit_type": "Xã"}, crs=3460, geometry=placed.values,
                           index=pd.Index(list("abcd"), name="code"))  # fmt: skip
    result = merged(old, "ABBA" if cut else "ABBB")
    with mapped(browser, result, tmp_path, shot) as tab:
        for side, frame in (("before", old), ("after", result.new)):
            asked = points_inside(frame, 400, 500)
            assert asked["lng"].min() < -179
            assert missed(tab, side, asked).empty
            assert missed(tab, side, asked.assign(lng=asked["lng"] % 360)).empty
            boxes = tab.live(f"live.sides.{side}.boxes")
            assert max(box[2] - box[0] for box in boxes) < 5
            assert at(tab, side, pd.DataFrame({"lng": [178.5, 0.0], "lat": -17.5})) == [None, None]
        (south, west), (north, east) = tab.live("live.settings.bounds")
        assert (south, west, north, east) == pytest.approx((-18, 177, -16, 181), abs=0.02)
        assert tab.painted("before") > 20_000
        degrees = tab.page.locator(".gm-degree.south").all_inner_texts()
        assert {"178° Đ", "180°", "178° T"} <= set(degrees)
        assert not any("181" in text for text in degrees)
        tab.hover("before", "c")
        tab.click("after", "B")
        assert tab.live("live.state.selected.code") == "B"


def test_findings_beyond_180_degrees_lie_on_their_units(browser: Browser, tmp_path: Path) -> None:
    shapes = [shapely.box(178, -18, 180, -17), shapely.box(180, -18, 182, -17).difference(
        shapely.box(181, -17.6, 181.1, -17.5))]  # fmt: skip
    placed = gpd.GeoSeries(shapely.segmentize(np.array(shapes), 0.1), crs=4326).to_crs(3460)
    old = gpd.GeoDataFrame({"name": list("ab"), "unit_type": "Xã"}, crs=3460, geometry=placed.values,
                           index=pd.Index(list("ab"), name="code"))  # fmt: skip
    with mapped(browser, merged(old, "AA"), tmp_path) as tab:
        tab.tick("Phát hiện")
        west, east = tab.live("(b => [b.getWest(), b.getEast()])(live.findings[0].getBounds())")
        assert 180.9 < west % 360 < east % 360 < 181.2
        middle = tab.live("live.a.getCenter().lng")
        assert abs(west - middle) < 5


def with_details(tab: Tab, side: str, asked: pd.DataFrame) -> pd.DataFrame:
    """Return what is missed where the map is zoomed in, view by view."""
    tab.page.evaluate(
        """() => { const live = geoMerge.page, map = live.a; live.touched = true;
          const [south, north] = live.settings.bounds;
          const across = () => { const a = map.project(south), b = map.project(north);
            return Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)); };
          while (across() <= live.settings.pixels) {
            map.setZoom(map.getZoom() + 0.5, {animate: false}); }
          live.zoomedIn = map.getZoom(); }"""
    )
    tab.page.wait_for_function("() => geoMerge.page.finer")
    drawn = tab.page.evaluate(
        """([side, places]) => { const live = geoMerge.page, map = live.a;
          const left = new Set(places.keys()), found = places.map(() => null);
          let fine = 0;
          while (left.size) {
            const first = places[left.values().next().value];
            map.setView([first[1], first[0]], live.zoomedIn, {animate: false});
            const view = map.getBounds();
            [...left].filter(k => view.contains([places[k][1], live.onMap(places[k][0])]))
              .forEach(k => { found[k] = live.at(side, places[k][1], places[k][0]); left.delete(k); });
            fine = Math.max(fine, live.sides[side].fine.size);
          }
          return [fine, found]; }""",
        [side, asked[["lng", "lat"]].to_numpy().tolist()],
    )
    fine, codes = drawn
    assert fine > 0
    told = asked.assign(drawn=codes)
    return told[told["drawn"].isna() | (told["drawn"] != told["code"])]


def assert_drawn(
    tab: Tab, result: MergeResult, number: int, *, away: float, details: bool = True
) -> None:
    """Ask for both sides at so many places, on the whole map and zoomed in."""
    for side, frame in (("before", result.old), ("after", result.new)):
        assert missed(tab, side, points_inside(frame, number, away)).empty
    if details:
        for side, frame in (("before", result.old), ("after", result.new)):
            near = points_inside(frame, number, away / drawing.DETAIL)
            assert with_details(tab, side, near).empty


def test_the_sample_is_drawn_as_it_is(browser: Browser, tmp_path: Path) -> None:
    layers, crosswalk = sample_files()
    result = merge(read_units(*layers), read_crosswalk(crosswalk))
    with mapped(browser, result, tmp_path) as tab:
        assert_drawn(tab, result, 1_200, away=drawing.pixel(result.old))


def test_bac_ninh_is_drawn_as_it_is(browser: Browser, tmp_path: Path, bac_ninh: Path) -> None:
    """Lương Tài had a hole of 2.9 km²: one member's ring ran the other way."""
    old = read_units(bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp")
    result = merge(old, read_crosswalk(bac_ninh / "crosswalk.csv"))
    with mapped(browser, result, tmp_path) as tab:
        assert_drawn(tab, result, 16_000, away=drawing.pixel(old))
        assert tab.live("live.at('after', 21.0208, 106.1986)") == "09496"


def test_the_census_is_drawn_as_it_is(browser: Browser, tmp_path: Path, bac_ninh: Path) -> None:
    """Gaps and overlaps everywhere: where several units are, any of them is right."""
    old = read_units(bac_ninh / "census_communes_2009.gpkg")
    lineage = pd.read_csv(bac_ninh / "lineage_2009_to_2025.csv", dtype=str)
    table = lineage.rename(columns={"commune_id_2009": "old_code", "code_2025": "new_code"})
    result = merge(old, table[["old_code", "new_code"]].assign(new_name=table["new_code"]))
    with mapped(browser, result, tmp_path) as tab:
        for side, frame in (("before", result.old), ("after", result.new)):
            asked = points_inside(frame, 4_000, drawing.pixel(old))
            wrong = missed(tab, side, asked)
            places = gpd.GeoSeries(shapely.points(wrong[["lng", "lat"]]), crs=4326).to_crs(old.crs)
            for place, drawn in zip(places, wrong["drawn"], strict=True):
                assert drawn in frame.index[frame.distance(place) < drawing.pixel(old)]


def test_the_country_is_drawn_as_it_is(browser: Browser, tmp_path: Path, vietnam: Path) -> None:
    """3,321 units to 34 provinces, 32 of which are no valid coverages."""
    old = read_units(vietnam / "official_units_2026.parquet")
    table = pd.DataFrame({"old_code": old.index, "new_code": old["province_code"],
                          "new_name": old["province_code"]})  # fmt: skip
    result = merge(old, table)
    with mapped(browser, result, tmp_path) as tab:
        for side, frame in (("before", result.old), ("after", result.new)):
            asked = points_inside(frame, 4_000, drawing.pixel(old))
            wrong = missed(tab, side, asked)
            places = gpd.GeoSeries(shapely.points(wrong[["lng", "lat"]]), crs=4326).to_crs(old.crs)
            for place, drawn in zip(places, wrong["drawn"], strict=True):
                assert drawn in frame.index[frame.contains(place)]
