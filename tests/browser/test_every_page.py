"""Every page of the navigation: for everybody, in its language, without the command line."""

from __future__ import annotations

import re

import pytest
from browsing import opened
from playwright.sync_api import Browser

axe = pytest.importorskip("axe_playwright_python.sync_playwright")
# What Streamlit's own widgets have, and nobody is kept out by.
OF_STREAMLIT = {"presentation-role-conflict", "empty-table-header"}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_can_be_read_by_everybody(browser: Browser, server: str, lang: str) -> None:
    with opened(browser, home=server, width=1366, height=768) as tab:
        seen = []
        tab.page.goto(f"{server}/?lang={lang}")
        for name in tab.pages():
            seen.append(name)
            found = axe.Axe().run(tab.page).response["violations"]
            wrong = {one["id"]: one["nodes"][0]["html"][:200] for one in found}
            assert {k: v for k, v in wrong.items() if k not in OF_STREAMLIT} == {}, name
            assert tab.page.locator("html").get_attribute("lang") == lang
            assert tab.page.locator(".stException").count() == 0, name
            words = tab.page.locator("body").inner_text()
            assert not re.search(r"(^|\s)--[a-z]", words), name  # of the command line
        assert len(seen) >= 7
        assert tab.wrong == []
