"""Every page of the navigation: for everybody, in its language, without the command line."""

from __future__ import annotations

import re

import pytest
from browsing import opened
from playwright.sync_api import Browser

from geo_merge.texts import say

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


def test_what_streamlit_says_of_a_field_is_in_the_language_of_the_page(
    browser: Browser, server: str
) -> None:
    with opened(browser, home=server, width=1366, height=768) as tab:
        tab.page.set_default_timeout(90_000)
        tab.page.goto(f"{server}/checks?lang=vi")
        field = tab.page.locator(".st-key-findings_unit input")
        field.wait_for()
        tab.rest()
        field.press_sequentially("chu")
        told = tab.page.locator("[data-testid=InputInstructions]").first
        told.wait_for(state="attached")
        size, after = told.evaluate(
            "e => [getComputedStyle(e).fontSize, getComputedStyle(e, '::after').content]"
        )
        assert (size, after.strip('"')) == ("0px", say("ui.enter", "vi"))
        assert tab.page.get_by_test_id("stMainMenu").count() == 0
