"""The map in a real browser, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from playwright.sync_api import Page, sync_playwright

from geo_merge.layers import read_units
from geo_merge.maps import (
    PALETTE,
    SCHEMATIC_NOTE,
    before_after_map,
    leaflet_assets,
    map_html,
    simplified,
)
from geo_merge.models import MergeResult
from geo_merge.pipeline import merge
from geo_merge.sample import sample_files
from geo_merge.tables import read_crosswalk

Grid = Callable[..., gpd.GeoDataFrame]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
HOSTILE = [
    "<script>window.hit=1</script>", "<img src=x onerror='window.hit=1'>", "</script><script>window.hit=1</script>",
    "${window.hit=1}", "{{7*7}}", "`;window.hit=1;`", "%s %(x)s", "\\u003cb\\u003e", "'\"", "<!--",
]  # fmt: skip


@pytest.fixture(scope="module")
def sample() -> MergeResult:
    layers, crosswalk = sample_files()
    return merge(read_units(*layers), read_crosswalk(crosswalk))


@pytest.fixture(scope="module")
def browser_page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1200, "height": 700})
        yield page
        browser.close()


@pytest.fixture
def page(browser_page: Page) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what went wrong on it: requests to anywhere, errors."""
    wrong: list[str] = []

    def request(made: object) -> None:
        if not made.url.startswith(("data:", "file:", "about:")):
            wrong.append(made.url)

    def error(raised: object) -> None:
        wrong.append(str(raised))

    browser_page.on("request", request)
    browser_page.on("pageerror", error)
    yield browser_page, wrong
    browser_page.remove_listener("request", request)
    browser_page.remove_listener("pageerror", error)


def painted(page: Page) -> list[int]:
    """Count the coloured pixels on the canvas of each map."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.leaflet-overlay-pane canvas')].map(canvas => {
             const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
             let n = 0; for (let k = 3; k < data.length; k += 4) { if (data[k] > 0) n++; }
             return n; })"""
    )


def test_both_maps_are_painted_without_a_network(
    sample: MergeResult, page: tuple[Page, list[str]], tmp_path: Path
) -> None:
    tab, wrong = page
    (tmp_path / "map.html").write_text(map_html(sample), "utf-8")
    tab.goto((tmp_path / "map.html").as_uri())
    tab.wait_for_function("document.querySelectorAll('.leaflet-overlay-pane canvas').length == 2")
    left, right = painted(tab)
    assert left > 20_000
    assert abs(left - right) < 0.1 * left
    text = tab.inner_text("body")
    assert "Before: 313 units" in text
    assert "After: 99 units" in text
    assert text.count(SCHEMATIC_NOTE) == 2
    assert wrong == []


def test_hovering_names_the_unit_and_the_maps_move_together(
    sample: MergeResult, page: tuple[Page, list[str]], tmp_path: Path
) -> None:
    tab, wrong = page
    (tmp_path / "map.html").write_text(map_html(sample), "utf-8")
    tab.goto((tmp_path / "map.html").as_uri())
    tab.wait_for_selector(".leaflet-overlay-pane canvas")
    tab.mouse.move(900, 340)
    tab.mouse.move(902, 342)
    tip = tab.wait_for_selector(".leaflet-tooltip")
    assert tip is not None
    assert "Made of" in tip.inner_text()
    before = painted(tab)
    tab.mouse.move(300, 340)
    tab.mouse.wheel(0, -400)
    tab.wait_for_timeout(600)
    after = painted(tab)
    assert after[0] != before[0]
    assert after[1] != before[1]
    assert wrong == []


def test_hostile_names_reach_the_page_as_text(
    grid: Grid, page: tuple[Page, list[str]], tmp_path: Path
) -> None:
    tab, wrong = page
    old = grid(5, 2)
    old["name"] = HOSTILE
    table = pd.DataFrame({"old_code": old.index, "new_code": [f"N{k}" for k in range(10)],
                          "new_name": HOSTILE, "new_type": "</script>"})  # fmt: skip
    (tmp_path / "map.html").write_text(map_html(merge(old, table)), "utf-8")
    tab.goto((tmp_path / "map.html").as_uri())
    tab.wait_for_function("document.querySelectorAll('.leaflet-overlay-pane canvas').length == 2")
    seen = set()
    for x in range(620, 1190, 10):
        for y in (300, 400):
            tab.mouse.move(x, y)
            for tip in tab.query_selector_all(".leaflet-tooltip"):
                seen |= {name for name in HOSTILE if name in tip.inner_text()}
    assert seen == set(HOSTILE)
    assert tab.evaluate("window.hit") is None
    assert wrong == []


def test_the_page_is_the_same_each_time(sample: MergeResult) -> None:
    assert map_html(sample) == map_html(sample)


def test_the_page_asks_no_server(sample: MergeResult) -> None:
    page = map_html(sample)
    assert 'src="http' not in page
    assert 'href="http' not in page
    assert page.count("data:text/javascript") == 1
    assert all(asset.startswith("data:") for asset in leaflet_assets())
    assert len(page) < 1_000_000


def test_neighbours_differ_in_colour(sample: MergeResult) -> None:
    from geo_merge.maps import _colours  # noqa: PLC0415

    colours = _colours(sample.new)
    assert set(colours.values()) <= set(PALETTE)
    touching = gpd.sjoin(sample.new, sample.new, predicate="touches")
    same = [(a, b) for a, b in zip(touching.index, touching["code_right"], strict=True)
            if colours[a] == colours[b]]  # fmt: skip
    assert len(same) <= 0.02 * len(touching)


def test_simplifying_keeps_the_coverage(sample: MergeResult) -> None:
    import shapely  # noqa: PLC0415

    display = simplified(sample.old)
    assert shapely.coverage_is_valid(display.geometry.to_numpy())
    assert display.geometry.area.sum() == pytest.approx(sample.old.geometry.area.sum(), rel=1e-3)


def test_the_figure_saves_itself(sample: MergeResult, tmp_path: Path) -> None:
    before_after_map(sample).save(str(tmp_path / "x.html"))
    assert (tmp_path / "x.html").stat().st_size > 200_000
