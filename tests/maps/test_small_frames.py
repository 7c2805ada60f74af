"""Laptops at 125 % and phones: nothing that stands on the map hides what is looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from browsing import Tab, opened
from playwright.sync_api import Browser

from geo_merge.api import merge, read_crosswalk, read_units
from geo_merge.jobs.sample import sample_files
from geo_merge.maps.page import map_html

Shot = Callable[[], Path | None]
LAPTOP, PHONE = (1093, 614), (390, 844)  # 1366x768 at 125 %
MODES = ("dual", "swipe", "overlay")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    layers, crosswalk = sample_files()
    path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_text(map_html(merge(read_units(*layers), read_crosswalk(crosswalk))), "utf-8")
    return path.as_uri()


def _over(one: dict[str, float], other: dict[str, float]) -> float:
    """How many pixels wide or high two boxes overlap, the lesser of both."""
    return min(min(one[at] + one[size], other[at] + other[size]) - max(one[at], other[at])
               for at, size in (("x", "width"), ("y", "height")))  # fmt: skip


def _box(it: Tab, part: str) -> dict[str, float]:
    return it.page.locator(part).first.bounding_box()


@pytest.mark.parametrize(("width", "height"), [LAPTOP, PHONE, (1366, 768), (1920, 1080)])
def test_a_card_covers_no_map(
    browser: Browser, page: str, shot: Shot, width: int, height: int
) -> None:
    with opened(browser, width=width, height=height, shot=shot) as it:
        it.page.goto(page)
        it.wait_for_map()
        for mode in MODES:
            it.live(f"live.store.set({{mode: '{mode}'}})")
            it.page.wait_for_timeout(300)
            # The unit that lies farthest to the south-east: the card comes up beside it.
            code = it.live("""live.sides.after.features.reduce((a, b) => {
              const [x, y] = a.properties.at, [u, v] = b.properties.at;
              return u - v > x - y ? b : a; }).properties.code""")
            it.click("after", code)
            it.page.wait_for_timeout(300)
            assert it.live("live.state.selected.code") == code
            card = _box(it, ".gm-card")
            for part in (".gm-a", ".gm-b") if mode == "dual" else (".gm-a",):
                assert _over(card, _box(it, part)) <= 12  # the corners of a sheet are round
            x, y = it.spot("after", code)
            seen = _box(it, ".gm-b" if mode == "dual" else ".gm-a")
            assert seen["x"] < x < seen["x"] + seen["width"]
            assert seen["y"] < y < seen["y"] + seen["height"]
            # All of the layer was in view, and still is: of nobody's moving.
            assert it.live("live.a.getBounds().contains(live.settings.bounds)")
            assert it.live("live.state.view") is None
            it.page.keyboard.press("Escape")
            it.page.wait_for_timeout(300)
            assert it.live("live.a.getBounds().contains(live.settings.bounds)")
        assert it.wrong == []


def test_what_was_clicked_at_the_edge_stays_in_view(browser: Browser, page: str) -> None:
    with opened(browser, width=LAPTOP[0], height=LAPTOP[1]) as it:
        it.page.goto(f"{page}#mode=overlay")
        it.wait_for_map()
        it.page.locator(".gm-a").hover()
        it.page.mouse.wheel(0, -400)
        it.page.wait_for_timeout(900)
        stage = _box(it, ".gm-stage")
        x, y = stage["x"] + stage["width"] - 60, stage["y"] + stage["height"] / 2
        place = f"live.a.containerPointToLatLng([{x - stage['x']}, {y - stage['y']}])"
        lat, lng = it.live(f"[{place}.lat, {place}.lng]")
        unit = it.live(f"live.at('after', {lat}, {lng})")
        it.page.mouse.click(x, y)
        it.page.wait_for_timeout(300)
        assert it.live("live.state.selected && live.state.selected.code") == unit
        if unit is not None:
            assert it.live(f"live.a.getBounds().contains([{lat}, {lng}])")
        assert it.wrong == []


def test_a_legend_is_folded_where_there_is_no_room(browser: Browser, page: str, shot: Shot) -> None:
    for (width, height), folded in ((PHONE, True), ((1366, 768), False)):
        with opened(browser, width=width, height=height, shot=shot) as it:
            it.page.goto(f"{page}#theme=area")
            it.wait_for_map()
            summary = it.page.locator(".gm-legend > summary")
            assert it.live("live.parts.legend.open") is not folded
            ramp = it.page.locator(".gm-ramp")
            assert ramp.is_visible() is folded
            assert ramp.locator("i").count() == it.live("live.theme().colours.length")
            closed = _box(it, ".gm-legend")
            assert (closed["height"] < 36) is folded
            summary.focus()
            it.page.keyboard.press("Enter")
            assert it.live("live.parts.legend.open") is folded
            it.page.set_viewport_size({"width": width, "height": height - 40})
            it.page.wait_for_timeout(300)
            assert it.live("live.parts.legend.open") is folded  # as she left it
            legend, stage = _box(it, ".gm-legend"), _box(it, ".gm-stage")
            assert legend["y"] >= stage["y"] + it.live("live.parts.bar.offsetHeight")
            assert legend["y"] + legend["height"] <= stage["y"] + stage["height"]
            assert _over(legend, _box(it, ".leaflet-control-scale")) <= 0
            summary.click()
            assert it.live("live.parts.legend.open") is not folded
            assert it.wrong == []


@pytest.mark.parametrize(("width", "height"), [LAPTOP, PHONE])
def test_legend_scale_and_buttons_lie_over_each_other_nowhere(
    browser: Browser, page: str, shot: Shot, width: int, height: int
) -> None:
    parts = (".gm-legend", ".leaflet-control-scale", ".gm-north", ".gm-title-before", ".gm-title-after",
             ".leaflet-control-zoom")  # fmt: skip
    with opened(browser, width=width, height=height, shot=shot) as it:
        it.page.goto(page)
        it.wait_for_map()
        for mode in MODES:
            for theme in ("units", "area"):
                it.live(f"live.store.set({{mode: '{mode}', theme: '{theme}'}})")
                it.page.wait_for_timeout(200)
                seen = [
                    _box(it, part) for part in parts if it.page.locator(part).first.is_visible()
                ]
                for k, one in enumerate(seen):
                    assert all(_over(one, other) <= 0 for other in seen[:k]), (
                        mode,
                        theme,
                        k,
                        one,
                        seen,
                    )
        assert it.wrong == []


def test_nothing_lies_over_a_layer_that_fills_its_corners(
    browser: Browser, grid: Callable[..., gpd.GeoDataFrame], tmp_path: Path, shot: Shot
) -> None:
    """A square fits least between titles and legend; it is made smaller for that, by 15 % at most."""
    old = grid(2, 2)
    table = pd.DataFrame({"old_code": old.index, "new_code": list("7788"),
                          "new_name": ["Bắc", "Bắc", "Nam", "Nam"], "new_type": "Xã"})  # fmt: skip
    path = tmp_path / "map.html"
    path.write_text(map_html(merge(old, table)), "utf-8")
    with opened(browser, width=1366, height=760, shot=shot) as it:
        it.page.goto(path.as_uri())
        it.wait_for_map()
        for side in ("before", "after"):
            hidden, share = it.live(f"""(() => {{
              const side = live.sides.{side}, map = side.map, by = (k) => side.boxes.map((b) => b[k]);
              const a = map.latLngToContainerPoint([Math.max(...by(3)), Math.min(...by(0))]);
              const z = map.latLngToContainerPoint([Math.min(...by(1)), Math.max(...by(2))]);
              const over = geoMerge.onTop(live, map).filter((o) =>
                Math.min(o[2], z.x) > Math.max(o[0], a.x) && Math.min(o[3], z.y) > Math.max(o[1], a.y));
              return [over.length, (z.y - a.y) / (map.getSize().y - live.parts.bar.offsetHeight)]; }})()""")
            assert hidden == 0, side
            assert share > 0.75
