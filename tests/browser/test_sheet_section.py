"""The sheet of the map on the page: drawn, taken away, and printed as the browser prints."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from browsing import opened
from playwright.sync_api import Browser

from geo_merge.texts import say

pypdf = pytest.importorskip("pypdf")


def letters(text: str) -> str:
    """Return a text without blanks and ligatures: how letters are set puts some into words."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def test_a_map_is_printed_whole_and_without_its_controls(browser: Browser, server: str) -> None:
    for width, height in ((1366, 768), (390, 844)):
        with opened(browser, home=server, width=width, height=height) as tab:
            tab.page.goto(f"{server}/?lang=en&theme=area")
            tab.wait_for_map()
            tab.rest(1.0)
            printed = pypdf.PdfReader(io.BytesIO(tab.page.pdf(prefer_css_page_size=True)))
            assert len(printed.pages) == 1
            box = printed.pages[0].mediabox  # points
            size = [float(side) / 0.75 for side in (box.width, box.height)]
            assert size == pytest.approx([width, height], abs=2)
            printed_letters = letters(printed.pages[0].extract_text())
            for text, there in (("map.legend_area", True), ("map.approximate", True),
                                ("map.home", False), ("map.measure", False)):  # fmt: skip
                assert (letters(say(text, "en")) in printed_letters) is there, text
            # the paper of the sheets is not that of the map
            assert "@page" not in tab.page.evaluate("document.head.innerHTML")
            assert tab.wrong == []


def test_the_print_of_the_browser_is_the_sheet(
    browser: Browser, server: str, tmp_path: Path
) -> None:
    with opened(browser, home=server) as tab:
        tab.page.goto(f"{server}/download?lang=en&view=11/21.27/106.2&theme=area")
        west = gpd.GeoDataFrame({"code": ["1"], "name": ["Kề bên"]}, crs=4326,
                                geometry=[shapely.box(105.5, 21.0, 105.8, 21.5)])  # fmt: skip
        west.to_file(tmp_path / "west.gpkg")
        tab.give("around", tmp_path / "west.gpkg")
        tab.told("on_paper.around_given", count="1", file="west.gpkg")
        assert "work=" in tab.page.url
        tab.page.goto(tab.page.url)  # another session brings the layer back
        tab.told("on_paper.around_given", count="1", file="west.gpkg")
        draw = tab.page.get_by_role("button", name=say("on_paper.draw", "en"))
        draw.wait_for(timeout=90_000)
        tab.rest(1.0)
        draw.click()
        sheet = tab.page.locator(".gm-sheet")
        sheet.wait_for(timeout=90_000)
        tab.rest(1.0)
        title = sheet.get_attribute("alt") or ""
        assert title.startswith("Tỉnh Bắc Ninh – New units: Area (km²) – Scale 1:")
        with tab.page.expect_download(timeout=60_000) as download:
            tab.page.get_by_role("button", name="SVG", exact=True).click()
        download.value.save_as(tmp_path / "sheet.svg")
        drawn = (tmp_path / "sheet.svg").read_text("utf-8")
        assert title in drawn
        assert "Kề bên" in drawn
        assert "west.gpkg" in drawn
        printed = pypdf.PdfReader(io.BytesIO(tab.page.pdf(prefer_css_page_size=True)))
        assert len(printed.pages) == 1
        box = printed.pages[0].mediabox  # points
        assert [round(float(side) / 72 * 25.4) for side in (box.width, box.height)] == [297, 210]
        words = printed.pages[0].extract_text()
        assert "New units: Area (km²)" in words
        assert say("on_paper.title", "en") not in words  # nothing else of the page
        assert tab.wrong == []
