"""Every page of the navigation: for everybody, in its language, without the command line."""

from __future__ import annotations

import re

import pytest
from browsing import LONG, Tab, opened
from playwright.sync_api import Browser, expect

from geo_merge.ui import icons
from geo_merge.ui.icon_font import words_of

axe = pytest.importorskip("axe_playwright_python.sync_playwright")
# What Streamlit's own widgets have, and nobody is kept out by.
OF_STREAMLIT = {"presentation-role-conflict", "empty-table-header"}
# Words that no Vietnamese text has; what has letters of Vietnamese alone is not English.
ENGLISH = re.compile(
    r"\b(add|allowed|available|choose|clear|close|columns?|data|download|enter|error|files?|"
    r"fullscreen|icons?|menu|not|open|zoom|options?|pages|per|press|remove|results|search|select(ed)?|show|"
    r"skip|spec|stop|the|to|upload|values?)\b|(in|de)crement",
    re.IGNORECASE,
)
NOWHERE = {"vi": "Địa chỉ không dẫn đến trang nào", "en": "The address leads to no page"}
SAID = """() => {
  const said = [];
  const collect = (root) => {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const { data, parentElement } = walk.currentNode;
      if (!parentElement.closest("script, style, noscript, canvas, [data-testid=stIconMaterial]")) { said.push(data.trim()); }
    }
    for (const name of ["title", "aria-label", "placeholder", "alt"]) {
      root.querySelectorAll(`[${name}]`).forEach((e) => said.push(e.getAttribute(name)));
    }
    root.querySelectorAll("*").forEach((e) => { if (e.shadowRoot) { [...e.shadowRoot.children].forEach(collect); } });
  };
  collect(document.body);
  return said; }"""
# Whether what has the focus shows it by a line around it; a table draws its own.
RINGED = """() => {
  let e = document.activeElement;
  while (e.shadowRoot && e.shadowRoot.activeElement) { e = e.shadowRoot.activeElement; }
  const ringed = (of) => { const s = getComputedStyle(of);
    return s.outlineStyle !== "none" || s.boxShadow !== "none"; };
  return e.matches("main, body, canvas, [role=gridcell]") || ringed(e) || e.matches("input, textarea") || e.outerHTML.slice(0, 200); }"""
STEPS = 24  # of Tab, on each page


def english(tab: Tab) -> list[str]:
    """Return what a page in Vietnamese says in English."""
    return [words for words in tab.page.evaluate(SAID) if ENGLISH.search(words) and words.isascii()]


def say_all(tab: Tab) -> None:
    """Bring up what is said of a table under the pointer, of a field typed into, of a file refused."""
    for shown in ("stDataFrame", "stNumberInput"):
        for one in tab.page.get_by_test_id(shown).all()[:1]:
            one.hover()
    for field in tab.page.locator("input[type=text]:visible, [role=combobox]:visible").all()[:3]:
        field.press_sequentially("zzz")
    for slot in tab.page.locator("input[type=file]").all()[:1]:
        slot.set_input_files({"name": "a.xyz", "mimeType": "text/plain", "buffer": b"abc"})
        tab.page.get_by_test_id("stFileChip").first.wait_for(state="attached")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_can_be_read_by_everybody(browser: Browser, server: str, lang: str) -> None:
    named = words_of(icons.programs())  # which the font of icons has
    with opened(browser, home=server, width=1366, height=768, dark=lang == "en") as tab:
        seen = []
        tab.page.goto(f"{server}/nowhere?lang={lang}")
        expect(tab.page.get_by_role("dialog")).to_contain_text(NOWHERE[lang], timeout=LONG)
        tab.page.goto(f"{server}/map?lang={lang}")
        for name in tab.pages():
            seen.append(name)
            found = axe.Axe().run(tab.page).response["violations"]
            wrong = {one["id"]: one["nodes"][0]["html"][:200] for one in found}
            assert {k: v for k, v in wrong.items() if k not in OF_STREAMLIT} == {}, name
            assert tab.page.locator("html").get_attribute("lang") == lang
            for host in tab.page.locator(".gm-host").all():  # maps of before and after
                box = host.bounding_box()
                assert box is not None
                assert box["y"] > 768 - 320 or box["y"] + box["height"] <= 768, name
            assert tab.page.locator(".stException").count() == 0, name
            shown = tab.page.get_by_test_id("stIconMaterial").all_text_contents()
            assert {icon.strip() for icon in shown} <= {*named, ""}, name
            words = tab.page.locator("body").inner_text()
            assert not re.search(r"(^|\s)--[a-z]", words), name  # of the command line
            for _ in range(STEPS):
                tab.page.keyboard.press("Tab")
                assert tab.page.evaluate(RINGED) is True, name
            if lang == "vi":
                say_all(tab)
                assert english(tab) == [], name
        assert len(seen) >= 7
        assert tab.wrong == []
