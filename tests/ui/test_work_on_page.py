"""Work on the page in a browser: from a table of other headings to a result that comes back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
from browsing import LONG, Tab, opened
from playwright.sync_api import Browser, expect
from prepared import given

from geo_merge.texts import say

Grid = Callable[..., gpd.GeoDataFrame]


def test_a_table_of_other_headings_becomes_a_result_that_a_reload_brings_back(
    tab: Tab, browser: Browser, server: str, grid: Grid, tmp_path: Path
) -> None:
    grid(2, 2).reset_index().to_file(tmp_path / "lớp.gpkg")
    rows = [[f"{k:05d}", "9", "Mới", "Xã"] for k in range(1, 5)]
    table = pd.DataFrame(rows, columns=["Mã xã cũ", "Mã xã mới", "Tên xã mới", "Loại hình"])
    table.to_excel(tmp_path / "quy đổi.xlsx", index=False)
    page = tab.page
    page.goto(f"{server}/data?lang=en")
    tab.give("layers", tmp_path / "lớp.gpkg")
    tab.told("ui.recognised")
    page.wait_for_function("() => document.querySelector('.st-key-preview_map') !== null")
    tab.told("intake.template_help")
    tab.give("crosswalk", tmp_path / "quy đổi.xlsx")
    tab.told("intake.columns_help")
    use = page.get_by_role("button", name=say("intake.use_columns", "en"))
    use.click()
    page.get_by_role("button", name=say("ui.merge", "en"), exact=True).click()
    tab.told("ui.merged")
    tab.rest()
    address = page.url
    assert "work=" in address
    page.goto(address)
    tab.told("ui.merged")
    listed = page.get_by_text("lớp.gpkg", exact=True)
    listed.first.wait_for()  # the table of what was read has it too
    with opened(browser, home=server) as other:  # another person, with and without the address
        other.page.goto(f"{server}/data?lang=en")
        expect(other.page.get_by_text(say("ui.sample", "en"))).to_be_visible(timeout=LONG)
        other.rest()
        assert "lớp.gpkg" not in other.page.inner_text("body")
        assert "work=" not in other.page.url
        other.page.goto(address.replace("/data", "/statistics"))
        expect(other.page.get_by_text("4 → 1").or_(other.page.get_by_text("lớp.gpkg")).first
               ).to_be_visible(timeout=LONG)  # fmt: skip
    tab.rest()
    page.get_by_role("button", name=say("intake.delete", "en")).click()
    expect(page.get_by_text(say("ui.sample", "en"))).to_be_visible(timeout=LONG)
    name = address.partition("work=")[2].partition("&")[0]
    assert not Path(os.environ["GEO_MERGE_WORK"], name).exists()
    page.goto(address)
    tab.told("intake.without_work")
    assert say("ui.sample", "en") not in page.inner_text("body")
    page.get_by_role("button", name=say("intake.without_work", "en")).click()
    expect(page.get_by_text(say("ui.sample", "en"))).to_be_visible(timeout=LONG)


def test_two_people_at_once_do_not_see_each_others_work(
    tab: Tab, browser: Browser, server: str, grid: Grid, tmp_path: Path
) -> None:
    grid(2, 1).reset_index().to_file(tmp_path / "one.gpkg")
    grid(1, 2).reset_index().to_file(tmp_path / "two.gpkg")
    with opened(browser, home=server) as other:
        for each, name in ((tab, "one"), (other, "two")):
            each.page.goto(f"{server}/data?lang=en")
            each.give("layers", tmp_path / f"{name}.gpkg")
        for each, mine, theirs in ((tab, "one", "two"), (other, "two", "one")):
            body = each.page.inner_text("body")
            assert f"{mine}.gpkg" in body
            assert f"{theirs}.gpkg" not in body
        assert tab.page.url != other.page.url


def test_a_province_that_cannot_be_fetched_ends_in_one_sentence(tab: Tab, server: str) -> None:
    page = tab.page
    page.goto(f"{server}/data?lang=vi")
    choice = page.locator(".st-key-province input")
    choice.wait_for()
    tab.rest()
    choice.fill("Bắc Ninh")
    choice.press("Enter")
    tab.rest()
    page.get_by_role("button", name=say("intake.fetch", "vi")).click()
    page.get_by_text("Chưa tải được ranh giới").wait_for()
    assert "không có thư mục này" in page.inner_text("body")
    assert "Traceback" not in page.inner_text("body")


def test_units_without_a_row_are_kept_also_while_another_row_is_wrong(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    grid(2, 2).reset_index().to_file(tmp_path / "old.gpkg")
    rows = {"old_code": ["00001", "00002", "00009"], "new_code": "N", "new_name": "New", "new_type": "Xã"}  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "crosswalk.csv", index=False)
    mine = given(layers=tmp_path / "old.gpkg", crosswalk=tmp_path / "crosswalk.csv")
    tab.page.goto(f"{server}/data?lang=en&work={mine.name}")
    keep = tab.page.get_by_role("radio", name=say("ui.unlisted_keep", "en"))
    label = tab.page.locator("[class*=st-key-unlisted] label", has=keep)
    label.wait_for()
    tab.rest()
    label.click()
    tab.told("ui.not_matched", count="1")  # the code of nobody is what is left
    tab.rest(3.0)
    assert keep.is_checked()


def test_what_is_doubted_is_accepted_on_the_page_and_water_makes_a_hole_right(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    """Eight squares about a lake, in a zone of which they lie far outside: R03, then C02."""
    ring = grid(3, 3).reset_index()
    ring.iloc[4:5].to_file(tmp_path / "lake.gpkg")
    around = ring.drop(index=4)
    around.to_crs(4326).to_crs(25833).to_file(tmp_path / "units.gpkg")
    table = around[["code"]].rename(columns={"code": "old_code"})
    table.assign(new_code="9", new_name="New").to_csv(tmp_path / "table.csv", index=False)
    page = tab.page
    page.goto(f"{server}/data?lang=en")
    tab.give("layers", tmp_path / "units.gpkg")
    tab.told("ui.accept")
    tab.told("ui.cannot_merge")
    tab.choose(say("ui.accept", "en"), "R03")
    page.keyboard.press("Escape")
    tab.told("ui.recognised")
    for language in ("Tiếng Việt", "English"):  # Streamlit knows choices by their labels
        page.get_by_text(language, exact=True).click()
        tab.rest()
    tab.told("ui.recognised")
    assert "R03" in page.locator("[class*=st-key-accept_]").inner_text()
    tab.give("crosswalk", tmp_path / "table.csv")
    tab.told("ui.all_matched")
    page.get_by_text(say("work.more_layers", "en")).click()
    tab.give("water", tmp_path / "lake.gpkg")
    page.get_by_role("button", name=say("ui.merge", "en"), exact=True).click()
    tab.told("ui.merged")
    assert "C02" not in page.inner_text("body")


def test_a_row_that_contradicts_others_is_corrected_in_place_and_the_result_says_so(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    grid(3, 1).reset_index().to_file(tmp_path / "old.gpkg")
    table = pd.DataFrame({"old_code": ["00001", "00002", "00003"], "new_code": "9",
                          "new_name": ["Một", "Một", "Hai"], "new_type": "Xã"})  # fmt: skip
    table.to_csv(tmp_path / "table.csv", index=False)
    page = tab.page
    mine = given(layers=tmp_path / "old.gpkg", crosswalk=tmp_path / "table.csv")
    page.goto(f"{server}/data?lang=en&work={mine.name}")
    tab.told("ui.not_matched", count="1")
    tab.told("intake.wrong_rows", count="2")  # the first of each name
    type_name(tab, 2, "Hai", "Một", "Enter")
    take_corrections(tab)
    tab.told("ui.all_matched")
    page.get_by_role("button", name=say("ui.merge", "en"), exact=True).click()
    tab.told("ui.merged")
    tab.rest()
    page.get_by_text("old.gpkg, table.csv (corrected)").wait_for()
    assert page.get_by_text(say("intake.changed_since", "en")).count() == 0
    page.get_by_text("Tiếng Việt", exact=True).click()
    page.get_by_text("old.gpkg, table.csv (đã sửa)").wait_for()
    page.get_by_text("English", exact=True).click()
    tab.rest()
    tab.give("crosswalk", tmp_path / "table.csv")  # wrong again
    tab.told("intake.changed_since")


def type_name(tab: Tab, row: int, there: str, name: str, key: str = "") -> None:
    """Type the name of a new unit into a row of the table: its cells are painted, not elements."""
    tab.rest()
    panel = tab.page.locator("summary", has_text=say("intake.table", "en"))
    if not panel.evaluate("summary => summary.parentElement.open"):
        panel.click()
    cells = tab.page.locator("[class*=st-key-editor_] [data-testid=stDataFrame]")
    cells.locator(".dvn-scroller").click(position={"x": 40, "y": 20 + 35 * row})
    tab.page.keyboard.press("Control+ArrowRight")
    for _ in range(2):  # from the share, over the type
        tab.page.keyboard.press("ArrowLeft")
    tab.page.keyboard.press("Enter")
    cell = tab.page.locator("#portal textarea")
    assert cell.input_value() == there
    cell.fill(name)
    if key:
        cell.press(key)


def take_corrections(tab: Tab) -> None:
    tab.page.get_by_role("button", name=say("intake.take_corrections", "en")).click()


def test_what_is_typed_into_the_table_is_taken_with_whatever_is_done_at_once_after_it(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    grid(4, 1).reset_index().to_file(tmp_path / "old.gpkg")
    table = pd.DataFrame({"old_code": ["00001", "00002", "00003", "00004"], "new_code": list("5678"),
                          "new_name": list("ABCD"), "new_type": "Xã"})  # fmt: skip
    table.to_csv(tmp_path / "table.csv", index=False)
    table[["new_code"]].assign(population=[10, 20, 30, 40]).to_csv(
        tmp_path / "declared.csv", index=False
    )
    page = tab.page
    page.goto(f"{server}/data?lang=en")
    tab.give("layers", tmp_path / "old.gpkg")
    tab.give("crosswalk", tmp_path / "table.csv")
    tab.told("ui.all_matched")
    names = dict(enumerate("ABCD", 1))

    def type_another(row: int, key: str) -> None:
        type_name(tab, row, names[row], names[row] + names[row][0], key)
        names[row] += names[row][0]

    for key in ("Enter", "Tab", "", "Enter", "", "Tab"):  # as the cell is left: "" by the click
        type_another(2, key)
        take_corrections(tab)
        tab.rest()
    type_another(1, "Enter")
    type_another(3, "Tab")
    page.get_by_text(say("intake.wrong_rows", "en", count="0")).click()
    tab.rest()
    page.get_by_text(say("intake.all_rows", "en", count="4")).click()
    tab.rest()
    type_another(4, "Enter")
    tab.give("declared", tmp_path / "declared.csv")
    type_another(4, "Tab")
    page.get_by_text("Tiếng Việt", exact=True).click()
    tab.rest()
    page.get_by_text("English", exact=True).click()
    tab.rest()
    type_another(1, "")
    page.get_by_role("button", name=say("ui.merge", "en"), exact=True).click()
    tab.told("ui.merged")
    page.get_by_role("link", name=say("page.download", "en")).click()
    merged = pd.read_csv(tab.saved("crosswalk.csv", tmp_path))
    assert merged["new_name"].to_list() == list(names.values())
    assert names == {1: "AAA", 2: "BBBBBBB", 3: "CC", 4: "DDD"}
