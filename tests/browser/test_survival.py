"""Work that survives the end of its server, and a run that is stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import psutil
import pytest
import shapely
from browsing import LONG, Tab, opened, serving
from conftest import square
from playwright.sync_api import Browser, expect
from prepared import given
from processes import at_work

from geo_merge.system.works import FOLDER
from geo_merge.texts import say
from geo_merge.ui.work import Work

Grid = Callable[..., gpd.GeoDataFrame]


def overlapping(grid: Grid, folder: Path) -> Work:
    """Begin work on nine squares, the middle one 4 m to the right and 2 m wider; an outline is left."""
    old = grid(3, 3, population=list(range(100, 1000, 100)))
    west, south, east, north = square(1, 1).bounds
    old.loc["00005", "geometry"] = shapely.box(west + 4, south, east + 6, north)
    old.reset_index().to_file(folder / "old.gpkg")
    outline = gpd.GeoDataFrame({"name": ["all"]}, geometry=[old.union_all().envelope], crs=old.crs)
    outline.to_file(folder / "around.gpkg")
    rows = {"old_code": old.index, "new_code": "N", "new_name": "New", "new_type": "Xã"}
    pd.DataFrame(rows).to_csv(folder / "crosswalk.csv", index=False)
    return given(layers=folder / "old.gpkg", crosswalk=folder / "crosswalk.csv")


def enter(tab: Tab, address: str, mine: Work) -> None:
    """Open the page of the data of work."""
    tab.page.set_default_timeout(LONG)
    tab.page.goto(f"{address}/data?lang=en&work={mine.name}")
    tab.told("ui.all_matched")
    tab.rest()


def unfold(tab: Tab, key: str) -> None:
    tab.page.locator("summary", has_text=say(key, "en")).click()
    tab.rest()


def press(tab: Tab, key: str) -> None:
    tab.page.locator(f".st-key-{key} button").first.click()
    tab.rest()


def set_first_limit(tab: Tab, value: str) -> None:
    """Type into the table of limits as the keyboard does: its cells are painted, not elements."""
    table = tab.page.locator("[class*=st-key-limits] [data-testid=stDataFrame]").first
    table.locator(".dvn-scroller").click(position={"x": 40, "y": 55})
    tab.page.keyboard.press("Control+ArrowRight")
    tab.page.keyboard.press("Enter")
    field = tab.page.locator("#portal textarea")
    field.fill(value)
    field.press("Enter")
    tab.rest()


def decide(tab: Tab) -> None:
    """Look at what a repair would do, and waive the largest."""
    press(tab, "repair_preview")
    press(tab, "proposal_next")
    form = tab.page.locator("[data-testid=stForm]").filter(has_text=say("work.decision", "en"))
    form.get_by_text(say("status.repair_waive", "en"), exact=True).click()
    form.locator("input[type=text]").fill("disputed land")
    form.locator("button", has_text=say("work.save", "en")).click()
    tab.rest()


def stop(tab: Tab, button: str) -> list[psutil.Process]:
    """Stop what has just been begun while it is at work; return its processes."""
    end = time.monotonic() + LONG / 1000
    while not (running := at_work(psutil.Process())) and time.monotonic() < end:
        time.sleep(0.02)
    for process in running:
        process.suspend()  # it cannot be done before it is stopped
    tab.page.locator(f".st-key-{button} button").click()
    return running


def left(temporary: Path, works: Path) -> list[Path]:
    """Return what lies in the folders of a server."""
    return [*sorted(temporary.glob("geo_merge_*")), *sorted(works.rglob("*"))]


def test_all_that_was_chosen_decided_and_made_is_there_after_the_server_ended(
    browser: Browser, grid: Grid, shot: Callable[[], Path | None], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv(FOLDER, str(tmp_path / "works"))
    mine = overlapping(grid, tmp_path)
    with serving() as address, opened(browser, home=address, shot=shot) as tab:
        enter(tab, address, mine)
        unfold(tab, "work.more_layers")
        tab.give("outline", tmp_path / "around.gpkg")
        unfold(tab, "work.below")
        tab.page.locator("[class*=st-key-below_] input").fill("Khu")
        tab.page.keyboard.press("Enter")
        tab.rest()
        unfold(tab, "work.limits")
        set_first_limit(tab, "7")
        tab.page.get_by_text(say("work.changed", "en", count=1)).first.wait_for()
        unfold(tab, "repair.title")
        tab.page.locator("[class*=st-key-repair_on] label").click()
        tab.rest()
        decide(tab)
        tab.page.get_by_role("link", name="Statistics").click()
        tab.rest()
        tab.page.get_by_role("link", name="Your data").click()
        tab.told("repair.stale")
        press(tab, "merge")
        tab.told("intake.go_map")
        query = tab.page.url.partition("?")[2]
    made = (mine.folder / "result").stat().st_mtime_ns
    with serving() as address, opened(browser, home=address, shot=shot) as tab:
        page = tab.page
        page.set_default_timeout(LONG)
        page.goto(f"{address}/data?{query}")
        tab.told("intake.go_map")
        tab.rest()
        assert page.locator("[class*=st-key-remove_outline]").count() == 1
        assert page.locator("[class*=st-key-below_] input").input_value() == "Khu"
        limits = page.locator("summary", has_text=say("work.limits", "en"))
        assert say("work.changed", "en", count=1) in limits.inner_text()
        assert page.locator("[class*=st-key-repair_on] input").is_checked()
        press(tab, "proposal_next")  # nobody asked for the proposal again
        reason = (
            page.locator("[data-testid=stForm]")
            .filter(has_text=say("work.decision", "en"))
            .locator("input[type=text]")
        )
        assert reason.input_value() == "disputed land"
        page.get_by_role("link", name="Checks").click()
        tab.wait_for_map()
        tab.rest()
        press(tab, "repairs_next")
        assert "waived: disputed land" in page.inner_text("body")
        assert tab.wrong == []
    assert (mine.folder / "result").stat().st_mtime_ns == made


def test_what_is_stopped_leaves_nothing_and_can_be_begun_again(
    browser: Browser, grid: Grid, shot: Callable[[], Path | None], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A preview of a repair, and a merger."""
    temporary, works = tmp_path / "temporary", tmp_path / "works"
    temporary.mkdir()
    monkeypatch.setenv(FOLDER, str(works))
    mine = overlapping(grid, tmp_path)
    mine.choose({"repair": {"on": True}})
    with (
        serving(TMPDIR=str(temporary)) as address,
        opened(browser, home=address, shot=shot) as tab,
    ):
        enter(tab, address, mine)
        there = left(temporary, works)
        preview = tab.page.locator(".st-key-repair_preview button").first  # and its help
        preview.click()
        running = stop(tab, "stop_repair")
        tab.told("repair.stopped")
        tab.rest()
        assert running
        assert at_work(psutil.Process()) == []
        assert left(temporary, works) == there
        preview.click()
        tab.page.locator(".st-key-proposal_next").wait_for(timeout=LONG)
        tab.rest()
        there = left(temporary, works)
        again = tab.page.locator(".st-key-merge button")
        again.click()
        running = stop(tab, "stop_merge")
        expect(again).to_be_enabled(timeout=LONG)
        tab.rest()
        assert running
        assert not any(process.is_running() for process in running)
        assert at_work(psutil.Process()) == []
        assert left(temporary, works) == there
        assert tab.page.locator(".st-key-stop_merge").count() == 0
        tab.told("ui.all_matched")
        tab.told("intake.stopped")
        again.click()
        tab.told("intake.go_map")
        assert tab.wrong == []
