"""The sheet of the map on the page: drawn, taken away, and printed as the browser prints."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from browsing import opened
from playwright.sync_api import Browser

from geo_merge.texts import say

pypdf = pytest.importorskip("pypdf")


def test_the_print_of_the_browser_is_the_sheet(
    browser: Browser, server: str, tmp_path: Path
) -> None:
    with opened(browser, home=server) as tab:
        tab.page.goto(f"{server}/download?lang=en&view=11/21.27/106.2&theme=area")
        draw = tab.page.get_by_role("button", name=say("on_paper.draw", "en"))
        draw.wait_for(timeout=90_000)
        tab.rest(1.0)
        draw.click()
        sheet = tab.page.locator(".gm-sheet")
        sheet.wait_for(timeout=90_000)
        tab.rest(1.0)
        title = sheet.get_attribute("alt") or ""
        assert title.startswith("New units: Area (km²) – Scale 1:")
        with tab.page.expect_download(timeout=60_000) as download:
            tab.page.get_by_role("button", name="SVG", exact=True).click()
        download.value.save_as(tmp_path / "sheet.svg")
        assert title in (tmp_path / "sheet.svg").read_text("utf-8")
        printed = pypdf.PdfReader(io.BytesIO(tab.page.pdf(prefer_css_page_size=True)))
        assert len(printed.pages) == 1
        box = printed.pages[0].mediabox  # points
        assert [round(float(side) / 72 * 25.4) for side in (box.width, box.height)] == [297, 210]
        words = printed.pages[0].extract_text()
        assert "New units: Area (km²)" in words
        assert say("on_paper.title", "en") not in words  # nothing else of the page
        assert tab.wrong == []
