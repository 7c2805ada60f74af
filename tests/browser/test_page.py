"""The app in a real browser, without a network: the map, downloads, languages, screens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from browsing import LONG, Tab, opened
from playwright.sync_api import Browser, WebSocket

from geo_merge.texts import say


def test_the_map_opens_is_painted_and_keeps_its_view(tab: Tab, server: str) -> None:
    tab.page.goto(server)
    tab.wait_for_map()
    before, after = tab.painted("before"), tab.painted("after")
    assert before > 10_000
    assert abs(before - after) < 0.1 * before
    assert say("map.approximate", "vi") in tab.page.inner_text("body")
    tab.live("(window.first = live) && true")
    x, y = tab.spot("after", "07210")
    tab.page.mouse.move(x, y)
    tab.page.mouse.wheel(0, -400)
    tab.rest()
    zoom = tab.live("live.a.getZoom()")
    tab.click("after", "07210")
    tab.page.get_by_text("Phường Bắc Giang", exact=True).first.wait_for()
    tab.rest()
    assert tab.live("live.a.getZoom()") == zoom
    assert tab.live("window.first === live")  # the same map, not one made anew
    assert tab.lit("after") == ["07210"]
    assert len(tab.lit("before")) == 7
    assert "unit=after" in tab.page.url
    assert "view=" in tab.page.url


ARCS = b'\\"arcs\\":[['  # of a geometry in a message, or of its details


def test_zoomed_in_the_map_asks_for_details_once(tab: Tab, server: str) -> None:
    received: list[bytes | str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: received.append(frame))  # noqa: PLW0108 - no builtin

    tab.page.on("websocket", listen)

    def zoom(to: int) -> None:
        tab.page.evaluate(
            f"() => {{ geoMerge.page.touched = true; geoMerge.page.a.setZoom({to}, {{animate: false}}); }}"
        )

    tab.page.goto(f"{server}/?lang=en")
    tab.wait_for_map()
    zoom(11)
    tab.rest()
    assert tab.live("live.sides.after.fine.size") == 0
    received.clear()
    zoom(15)
    tab.page.wait_for_function("() => geoMerge.page.sides.after.fine.size > 0")
    tab.rest()  # until the browser has said that it has them, any run sends them
    assert any(ARCS in bytes(frame) for frame in received)
    received.clear()
    for to in (9, 15, 14):
        zoom(to)
        tab.rest()
    assert tab.live("live.sides.before.fine.size") > 0
    tab.page.get_by_role("link", name="Checks").click()
    tab.page.get_by_role("heading", name="Ledger").wait_for()
    tab.rest()
    tab.page.get_by_role("link", name="Map").click()
    tab.wait_for_map()
    tab.page.wait_for_function("() => geoMerge.page.sides.after.fine.size > 0")  # the view is kept
    assert not any(ARCS in bytes(frame) for frame in received)
    tab.page.remove_listener("websocket", listen)


def test_a_neighbour_is_one_click_away_and_the_link_leads_there(
    tab: Tab, browser: Browser, server: str
) -> None:
    tab.page.goto(f"{server}/?unit=after:07210&lang=en")
    tab.wait_for_map()
    assert tab.lit("after") == ["07210"]
    tab.page.locator(".gm-neighbours .gm-member").first.click()
    tab.page.wait_for_function("() => !location.href.includes('07210')")
    tab.rest()
    (there,) = tab.lit("after")
    assert there != "07210"
    with opened(browser, home=server) as other:
        other.page.goto(tab.page.url)
        other.wait_for_map()
        assert other.lit("after") == [there]
        assert other.live("live.a.getZoom()") == tab.live("live.a.getZoom()")
        assert other.page.inner_text(".gm-title-before") == "Units before: 313"


def test_search_hover_and_keyboard_work_in_the_app(tab: Tab, server: str) -> None:
    tab.page.goto(f"{server}/?lang=en")
    tab.wait_for_map()
    tab.page.fill(".gm-input", "le vien")
    tab.page.keyboard.press("Enter")
    tab.page.locator(".gm-name", has_text="Xã Lệ Viễn").first.wait_for()
    found = tab.live("live.state.selected.code")
    assert "Before:" in tab.hover("before", found)
    tab.page.mouse.move(0, 0)
    tab.page.fill(".gm-input", "")
    tab.page.locator(".gm-input").focus()
    tab.page.keyboard.type("chu")
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    tab.until(f"live.state.selected && live.state.selected.code !== '{found}'")
    tab.page.locator("[data-mode=swipe]").focus()
    tab.page.keyboard.press("Enter")
    assert tab.live("live.state.mode") == "swipe"


def test_the_choice_outlives_a_change_of_page_and_language(tab: Tab, server: str) -> None:
    tab.page.goto(f"{server}/?unit=after:07210&mode=swipe")
    tab.wait_for_map()
    tab.page.get_by_role("link", name="Thống kê").click()
    tab.page.get_by_role("heading", name="Trước và sau").wait_for()
    tab.page.get_by_text("English").click()
    tab.page.get_by_role("heading", name="Before and after").wait_for()
    tab.page.get_by_role("link", name="Map", exact=True).click()
    tab.wait_for_map()
    assert tab.live("live.state.selected") == {"side": "after", "code": "07210"}
    assert tab.live("live.state.mode") == "swipe"
    assert tab.page.inner_text(".gm-title-after") == "Units after: 99"


def test_every_download_opens(tab: Tab, server: str, tmp_path: Path) -> None:
    tab.page.goto(f"{server}/download?lang=en")
    for name, rows in (("new_units.geojson", 99), ("old_units.geojson", 314), ("new_units.gpkg", 99),
                       ("new_units.fgb", 99), ("findings.geojson", None)):  # fmt: skip
        path = tab.saved(name, tmp_path)
        if rows:
            layer = {"layer": "new_units"} if name.endswith("gpkg") else {}
            assert len(gpd.read_file(path, **layer)) == rows
        else:
            assert json.loads(path.read_bytes())["type"] == "FeatureCollection"
    assert (
        len(gpd.read_file(f"/vsizip/{tab.saved('new_units.shp.zip', tmp_path)}/new_units.shp"))
        == 99
    )
    assert len(gpd.read_parquet(tab.saved("new_units.parquet", tmp_path))) == 99
    assert len(pd.read_csv(tab.saved("new_units.csv", tmp_path))) == 99
    book = openpyxl.load_workbook(tab.saved("new_units.xlsx", tmp_path))
    assert book["new_units"].max_row == 100
    assert "http-equiv" in tab.saved("map.html", tmp_path).read_text("utf-8")[:2000]


def test_charts_and_tables_can_be_taken_away(tab: Tab, server: str, tmp_path: Path) -> None:
    tab.page.goto(f"{server}/statistics?lang=en")
    tab.page.locator(".vega-embed canvas, .vega-embed svg").nth(2).wait_for()
    page = tab.page
    kinds = {
        "types_png": b"\x89PNG",
        "ranking_area_km2_svg": b"<svg",
        "summary_csv": b",Before,After",
        "statistics_xlsx": b"PK",
    }
    for key, head in kinds.items():
        with page.expect_download(timeout=60_000) as download:
            page.locator(f".st-key-{key} button").click()
        path = tmp_path / key
        download.value.save_as(path)
        assert path.read_bytes().startswith(head), key
    with page.expect_download() as download:
        page.locator(".st-key-ranking_area_km2_svg button").click()
    download.value.save_as(tmp_path / "r.svg")
    assert "km²" in (tmp_path / "r.svg").read_text("utf-8")


@pytest.mark.parametrize(("width", "dark"), [(400, False), (400, True), (1400, True)])
def test_screens_of_every_kind(
    browser: Browser, server: str, shot: Callable[[], Path | None], width: int, *, dark: bool
) -> None:
    with opened(browser, home=server, width=width, dark=dark, shot=shot) as it:
        it.page.goto(server)
        it.wait_for_map()
        assert it.painted("before") > 4_000
        assert it.painted("after") > 4_000
        assert it.page.evaluate("document.documentElement.scrollWidth") <= width
        colour = it.page.evaluate(
            "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        )
        light = min(map(int, re.findall(r"\d+", colour)[:3])) > 127
        assert light is not dark
        assert it.wrong == []


def test_the_map_fills_the_window(browser: Browser, server: str) -> None:
    """Three quarters of a laptop's window below the bar; all of a phone above the sheet."""
    for width, height in ((1366, 768), (390, 844)):
        with opened(browser, home=server, width=width, height=height) as it:
            it.page.goto(f"{server}/?unit=after:07210")
            it.wait_for_map()
            it.rest(0.5)
            bar = it.page.locator("[data-testid=stHeader]").bounding_box()
            stage = it.page.locator(".gm-stage").bounding_box()
            below = height - bar["height"]
            sheet = it.page.locator(".gm-card").bounding_box()
            if width > 1000:  # the card stands beside the maps; without it they have its room
                wide = stage["width"] + sheet["width"]
                assert wide * stage["height"] >= 0.75 * width * below
                assert sheet["y"] == stage["y"]  # nothing is left blank over it
                it.page.keyboard.press("Escape")
                it.until(f"live.parts.stage.clientWidth >= {wide - 1}")
            else:
                assert stage["y"] + stage["height"] >= sheet["y"]
                assert stage["height"] + sheet["height"] >= 0.75 * below
                assert sheet["width"] >= width - 20
            it.page.wait_for_function(  # nothing to scroll to
                "(e => e.scrollHeight - e.clientHeight <= 1)(document.querySelector('[data-testid=stMain]'))"
            )
            assert it.wrong == []


def test_beside_the_list_of_findings_one_map_has_both_sides_and_filters_fold_in_a_small_window(
    browser: Browser, server: str
) -> None:
    with opened(browser, home=server, width=1366, height=768) as it:
        it.page.goto(f"{server}/checks?lang=en")
        it.wait_for_map()
        it.rest(0.5)
        assert it.live("live.state.mode") == "overlay"
        assert it.page.locator(".gm-stage .leaflet-container:visible").count() == 1
        assert "mode" not in it.page.url
        filters = it.page.locator(".st-key-findings_unit")
        toggle = it.page.locator(".st-key-findings_unfolded label")
        assert filters.is_visible()
        assert not toggle.is_visible()
        for width, height in ((1093, 614), (390, 844)):
            it.page.set_viewport_size({"width": width, "height": height})
            filters.wait_for(state="hidden")
            if width < 640:  # the map stands over the list, and both are seen
                seen, rows = (it.page.locator(part).bounding_box()
                              for part in (".gm-host", ".st-key-findings_next"))  # fmt: skip
                assert seen["y"] + seen["height"] <= rows["y"] < height - rows["height"]
            toggle.click()
            filters.wait_for(state="visible")
            assert toggle.inner_text().strip() == f"{say('work.filters', 'en')} (0)"
            it.rest(0.5)
            toggle.click()
        it.page.set_viewport_size({"width": 1366, "height": 768})
        it.page.get_by_role("link", name="Map", exact=True).click()
        alone = it.page.locator(".gm-stage[data-mode=dual]")
        alone.wait_for(timeout=LONG)
        assert it.wrong == []


def test_bac_ninh_takes_few_bytes(bac_ninh: Path) -> None:
    from geo_merge.maps.assets import behaviour, leaflet_sources, web_file  # noqa: PLC0415
    from geo_merge.maps.display import display  # noqa: PLC0415
    from geo_merge.maps.page import map_html  # noqa: PLC0415
    from geo_merge.merging.merge import merge  # noqa: PLC0415
    from geo_merge.units.crosswalk import read_crosswalk  # noqa: PLC0415
    from geo_merge.units.layers import read_units  # noqa: PLC0415

    old = read_units(bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp")
    result = merge(old, read_crosswalk(bac_ninh / "crosswalk.csv"))
    sent = [
        display(result).geometry,
        *leaflet_sources(),
        behaviour(),
        web_file("before_after.css"),
    ]
    assert sum(len(part.encode()) for part in sent) < 1_500_000
    assert len(map_html(result).encode()) < 1_500_000
