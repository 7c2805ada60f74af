"""Work on the page in a real browser: repairs, findings, steps back, measuring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from browsing import Tab, opened
from conftest import square
from playwright.sync_api import Browser, expect
from prepared import given

from geo_merge.texts import say


@pytest.fixture
def tab(tab: Tab) -> Iterator[Tab]:
    """A tab that shows no error of Streamlit either."""
    yield tab
    assert tab.page.locator("[data-testid=stException], .stException").count() == 0
    assert tab.page.get_by_text("BidiComponent Error").count() == 0


def press(tab: Tab, key: str) -> None:
    """Press the button of a key, and wait until the page is still."""
    tab.page.locator(f".st-key-{key} button").first.click()
    tab.rest()


def taken_away(tab: Tab, path: Path) -> list[list[str]]:
    """Download the decisions; return each that is made, with its reason."""
    with tab.page.expect_download() as download:
        tab.page.locator(".st-key-decisions_out button").first.click()
    download.value.save_as(path)
    table = pd.read_csv(path).dropna(subset="decision")
    return table[["decision", "reason"]].values.tolist()


def decide(tab: Tab, status: str, reason: str) -> None:
    """Decide on the finding that is looked at."""
    form = tab.page.locator("[data-testid=stForm]").first
    choice = form.get_by_role("radio", name=say(f"status.{status}", "en"), exact=True)
    if not choice.is_checked():
        form.get_by_text(say(f"status.{status}", "en"), exact=True).click()
    form.locator("input[type=text]").fill(reason)
    form.locator("button", has_text=say("work.save", "en")).first.click()
    tab.rest()


# A server that is slow to answer: what it says comes most of a second late.
_SLOW = """const add = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (name, tell, ...more) {
  const late = name === "message" ? (event) => setTimeout(() => tell(event), 800) : tell;
  return add.call(this, name, late, ...more); };"""


@pytest.fixture
def slow(browser: Browser, server: str) -> Iterator[Tab]:
    """A tab of its own, which hears late, and whose history is empty."""
    with opened(browser, home=server, fresh=True) as tab:
        tab.page.add_init_script(_SLOW)
        yield tab


def test_back_and_forward_lead_from_unit_to_unit(slow: Tab, server: str) -> None:
    chosen = "(live.state.selected && live.state.selected.code)"
    tab, page = slow, slow.page
    page.goto(f"{server}/?lang=en")
    tab.wait_for_map()
    tab.rest()
    entries = page.evaluate("history.length")
    tab.click("after", "07210")
    tab.until(f"{chosen} === '07210'")
    page.mouse.move(900, 400)
    page.mouse.wheel(0, -300)  # a view is no unit
    page.wait_for_timeout(400)  # it is told, and not yet answered
    page.locator(".gm-neighbours .gm-member").first.click()
    tab.until(f"{chosen} && {chosen} !== '07210'")
    tab.rest(2.5)  # every late answer has come
    assert page.evaluate("history.length") == entries + 2
    page.go_back()
    tab.until(f"{chosen} === '07210'")
    page.go_back()
    tab.until(f"{chosen} === null")
    page.go_forward()
    tab.until(f"{chosen} === '07210'")


def test_a_row_of_the_statistics_opens_the_map_there(tab: Tab, server: str) -> None:
    tab.page.goto(f"{server}/statistics?lang=en")
    table = tab.page.locator(".st-key-new_units_table [data-testid=stDataFrame]")
    table.scroll_into_view_if_needed()
    tab.rest()
    box = table.bounding_box()
    tab.page.mouse.click(box["x"] + 15, box["y"] + 50)
    tab.wait_for_map()
    tab.page.locator(".gm-name").first.wait_for()
    assert tab.live("live.state.selected.side") == "after"
    assert "unit=after" in tab.page.url


def test_what_is_clicked_is_measured(tab: Tab, server: str) -> None:
    tab.page.goto(f"{server}/?lang=en")
    tab.wait_for_map()
    tab.page.click(".gm-ruler")
    assert say("map.measure_start", "en") in tab.page.inner_text(".gm-measure")
    x, y = tab.spot("after", "07210")
    for dx, dy in ((0, 0), (60, 0), (60, 60)):
        tab.page.mouse.click(x + dx, y + dy)
        tab.page.wait_for_timeout(400)  # a double click would be one place
    told = tab.page.inner_text(".gm-measured")
    assert "Length: " in told
    assert "Area: " in told
    assert tab.live("live.state.selected") is None
    tab.page.keyboard.press("Escape")
    assert not tab.page.locator(".gm-measure").is_visible()


def take_away_and_give_back(tab: Tab, folder: Path) -> None:
    """Decide on findings, take the decisions away, decide otherwise, and give the first back."""
    page = tab.page
    # What has just been decided is in the file, though only the list was drawn anew; given back
    # after another decision, it holds again, and the list above says so.
    decide(tab, "finding_accept", "seen")
    both = [["waive", "disputed land"], ["accept", "seen"]]
    assert taken_away(tab, folder / "both.csv") == both
    press(tab, "findings_previous")
    decide(tab, "finding_mend", "seen again")
    assert ["mend", "seen again"] in taken_away(tab, folder / "other.csv")
    slot = page.locator(".st-key-decisions_in input[type=file]")
    slot.set_input_files(str(folder / "both.csv"))
    tab.told("work.decisions_taken", count="2")
    assert taken_away(tab, folder / "again.csv") == both
    press(tab, "findings_previous")
    form = page.locator("[data-testid=stForm]").first
    assert form.locator("input[type=text]").input_value() == "seen"
    # A reason alone decides nothing, and is not thrown away without a word.
    press(tab, "findings_next")
    decide(tab, "finding_open", "why not")
    tab.told("work.no_decision")


def test_a_repair_is_looked_at_decided_on_and_done(
    tab: Tab, server: str, grid: Callable[..., gpd.GeoDataFrame], tmp_path: Path
) -> None:
    old = grid(3, 3)
    west, south, east, north = square(1, 1).bounds
    old.loc["00005", "geometry"] = shapely.box(west + 4, south, east + 6, north)
    old.reset_index().to_file(tmp_path / "old.gpkg")
    rows = {"old_code": old.index, "new_code": "N", "new_name": "New", "new_type": "Xã"}
    pd.DataFrame(rows).to_csv(tmp_path / "crosswalk.csv", index=False)
    page = tab.page
    mine = given(layers=tmp_path / "old.gpkg", crosswalk=tmp_path / "crosswalk.csv")
    mine.choose({"repair": {"on": True}})  # as tests/browser/test_survival.py does by clicks
    page.goto(f"{server}/data?lang=en&work={mine.name}")
    tab.told("ui.all_matched")
    tab.rest()
    press(tab, "repair_preview")
    press(tab, "proposal_next")  # the overlap of 6,000 m², as the larger
    page.locator(".gm-place-map").nth(1).wait_for()
    assert f"m²: {say('repair.done', 'en')}" in page.inner_text("body")
    form = page.locator("[data-testid=stForm]").filter(has_text=say("work.decision", "en"))
    form.get_by_text(say("status.repair_waive", "en"), exact=True).click()
    form.locator("input[type=text]").fill("disputed land")
    form.locator("button", has_text=say("work.save", "en")).click()
    tab.rest()
    press(tab, "merge")
    page.locator(".gm-strip").wait_for()
    tab.rest()
    # How it ended is in view: where the button is, far below the beginning of the page.
    expect(page.get_by_text(say("ui.merged", "en")).last).to_be_in_viewport()
    page.get_by_role("link", name="Checks").click()
    tab.wait_for_map()
    tab.rest()
    press(tab, "repairs_next")
    assert "waived: disputed land" in page.inner_text("body")
    assert taken_away(tab, tmp_path / "decisions.csv") == [["waive", "disputed land"]]
    # A click on a finding of the map goes to its row.
    tab.page.evaluate("() => geoMerge.page.store.set({finding: 0})")
    page.get_by_text("1 / ").first.wait_for()
    tab.rest()
    take_away_and_give_back(tab, tmp_path)
