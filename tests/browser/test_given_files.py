"""Files of a person on the page, without a network: given, refused, merged and looked at."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from functools import reduce
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from browsing import HOSTILE, Tab
from commands import run
from conftest import square
from playwright.sync_api import Locator
from prepared import given, merged

from geo_merge.texts import say

Grid = Callable[..., gpd.GeoDataFrame]
ROW = 35  # pixels, in a table
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def zipped(shp: Path, target: Path) -> Path:
    """Zip the parts of a Shapefile."""
    with zipfile.ZipFile(target, "w") as archive:
        for part in PARTS:
            if shp.with_suffix(part).exists():
                archive.write(shp.with_suffix(part), shp.with_suffix(part).name)
    return target


def crosswalk_for(old: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a crosswalk that makes one unit of all."""
    return pd.DataFrame(
        {"old_code": old.index, "new_code": "N", "new_name": "New", "new_type": "Xã"}
    )


def upload(tab: Tab, layers: list[Path], crosswalk: Path | None) -> None:
    """Give files to the page of the user's own data, which must be open."""
    inputs = tab.page.locator("input[type=file]")
    inputs.first.wait_for(state="attached")
    inputs.nth(0).set_input_files([str(p) for p in layers])
    if crosswalk is not None:
        # As a person sees it: what is given while the page takes another file may be lost.
        names = [tab.page.get_by_text(path.name, exact=True) for path in layers]
        reduce(Locator.or_, names).first.wait_for(state="attached")  # some, where they are many
        tab.rest(2.0)
        inputs.nth(2).set_input_files(str(crosswalk))


def test_uploads_of_bac_ninh_become_what_the_command_line_makes(
    tab: Tab, server: str, bac_ninh: Path, tmp_path: Path
) -> None:
    layers = [zipped(bac_ninh / f"{name}.shp", tmp_path / f"{name}.zip")
              for name in ("bac_giang_communes", "bac_ninh_communes")]  # fmt: skip
    tab.page.goto(f"{server}/data?lang=en")
    upload(tab, layers, bac_ninh / "crosswalk.csv")
    tab.page.get_by_text(say("ui.all_matched", "en")).wait_for(timeout=90_000)
    tab.page.get_by_role("button", name="Merge").click()
    tab.page.get_by_text(say("ui.merged", "en")).first.wait_for(timeout=120_000)
    tab.page.get_by_role("link", name="Map", exact=True).click()
    tab.wait_for_map()
    body = tab.page.inner_text("body")
    assert "4,713.31 km²" in body
    assert "2,438,483" in body
    assert say("map.approximate", "en") not in body
    tab.page.get_by_role("link", name="Downloads").click()
    whole = zipfile.ZipFile(tab.saved("geo_merge.zip", tmp_path))
    made = run(
        "build", *layers, "--crosswalk", bac_ninh / "crosswalk.csv", "--out", tmp_path / "cli"
    )
    assert made.code == 0
    assert sorted(whole.namelist()) == sorted(p.name for p in (tmp_path / "cli").iterdir())
    for name in whole.namelist():
        theirs = (tmp_path / "cli" / name).read_bytes()
        if name != "manifest.json":
            assert whole.read(name) == theirs, name
    mine, theirs = (
        json.loads(whole.read("manifest.json")),
        json.loads((tmp_path / "cli" / "manifest.json").read_bytes()),
    )
    assert [i["sha256"] for i in mine["inputs"]] == [i["sha256"] for i in theirs["inputs"]]
    assert {i["file"] for i in mine["inputs"]} == {
        "bac_giang_communes.zip",
        "bac_ninh_communes.zip",
        "crosswalk.csv",
    }
    assert mine["options"] == theirs["options"]


def test_a_click_on_a_finding_goes_to_its_place_or_lights_up_the_units_that_it_names(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    """The first has a place, a hole, and is an error; the second is about a name."""
    old = grid(3, 1)
    hole = square(1, 0).centroid.buffer(50)
    old.loc[old.index[1], "geometry"] = square(1, 0).difference(hole)
    layer = tmp_path / f"{'a name that is far too long for the top of the page ' * 3}.gpkg"
    old.reset_index().to_file(layer, layer="old")
    names = [*old["name"].iloc[:2], "Quite another"]
    crosswalk_for(old).assign(old_name=names).to_csv(tmp_path / "crosswalk.csv", index=False)
    mine = merged(given(layers=layer, crosswalk=tmp_path / "crosswalk.csv"))
    tab.page.goto(f"{server}/checks?lang=en&work={mine.name}")
    tab.wait_for_map()
    tab.rest()
    badge = tab.page.locator(".st-key-top_errors .stMarkdownBadge")
    assert badge.evaluate("badge => badge.scrollWidth <= badge.clientWidth")  # no figure is cut
    zoom = tab.live("live.a.getZoom()")
    box = tab.page.locator("[data-testid=stDataFrame]").first.bounding_box()
    first, second = ((box["x"] + 15, box["y"] + 50 + row * ROW) for row in range(2))
    tab.page.mouse.click(*first)
    tab.until("live.focused")
    assert tab.live("live.a.getZoom()") > zoom
    assert tab.live("live.findings[0].getLayers().length") >= 1
    centre = gpd.GeoSeries([hole.centroid], crs=old.crs).to_crs(4326)[0]
    assert tab.live("[live.a.getCenter().lng, live.a.getCenter().lat]") == pytest.approx(
        [centre.x, centre.y], abs=0.01
    )
    tab.rest()
    tab.page.mouse.click(*first)  # it is no longer the one that is looked at
    tab.until("!live.focused")
    tab.rest()
    tab.page.mouse.click(*second)
    tab.until("live.state.lit")
    assert tab.lit("before") == [old.index[2]]
    assert tab.lit("after") == []
    there = tab.live("live.a.getBounds().contains(live.sides.before.lights.chosen.getBounds())")
    assert there
    tab.rest()
    tab.page.mouse.click(*second)  # nor is this one
    tab.until("!live.state.lit")
    assert tab.lit("before") == []
    tab.page.get_by_role("link", name="Downloads").click()
    tab.told("ui.has_errors", count=1)
    assert tab.page.get_by_role("button", name="new_units.gpkg").is_disabled()


def listed_problems(tab: Tab, path: Path) -> str:
    """Return the file of the problems for which there is no merger."""
    tab.told("ui.cannot_merge")
    tab.rest()
    with tab.page.expect_download() as download:
        tab.page.locator(".st-key-problems_csv button").click()
    download.value.save_as(path)
    assert "Traceback" not in tab.page.inner_text("body")
    assert tab.page.get_by_role("button", name=say("ui.merge", "en"), exact=True).count() == 0
    return path.read_text("utf-8-sig")


def test_bad_uploads_are_told_in_a_sentence_and_lose_nothing(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    (tmp_path / "broken.gpkg").write_bytes(b"SQLite format 3\x00" + b"\x00" * 500)
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("readme.txt", "no shapes here")
    old = grid(2, 2)
    old.reset_index().to_file(tmp_path / "old.gpkg")
    crosswalk_for(old).head(2).assign(old_code=["x1", "x2"]).to_csv(
        tmp_path / "none.csv", index=False
    )
    tab.page.goto(f"{server}/data?lang=en")
    upload(tab, [tmp_path / "broken.gpkg", tmp_path / "empty.zip"], None)
    told = listed_problems(tab, tmp_path / "problems.csv")
    assert "broken.gpkg" in told
    assert "holds no layer" in told
    mine = given(layers=tmp_path / "old.gpkg", crosswalk=tmp_path / "none.csv")
    tab.page.goto(f"{server}/data?lang=en&work={mine.name}")
    assert "is not in the layer" in listed_problems(tab, tmp_path / "problems.csv")
    tab.page.get_by_role("link", name="Map", exact=True).click()
    tab.wait_for_map()
    assert "313 → 99" in tab.page.inner_text("body")


def test_files_that_are_not_what_they_are_given_for_are_told_at_once_where_they_were_given(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    old = grid(2, 2)
    old.reset_index().to_file(tmp_path / "old.gpkg")
    crosswalk_for(old).to_csv(tmp_path / "crosswalk.csv", index=False)
    old.set_geometry(old.geometry.centroid).reset_index().to_file(tmp_path / "points.gpkg")
    old.set_geometry(old.geometry.translate(1e5)).reset_index().to_file(tmp_path / "far.gpkg")
    mine = given(layers=tmp_path / "old.gpkg", crosswalk=tmp_path / "crosswalk.csv")
    tab.page.goto(f"{server}/data?lang=vi&work={mine.name}")
    tab.page.get_by_text(say("ui.all_matched", "vi")).wait_for()
    tab.page.get_by_text(say("work.more_layers", "vi")).click()
    tab.give("outline", tmp_path / "far.gpkg")
    place = tab.page.locator("[class*=st-key-upload_outline]")
    place.locator("xpath=../..").get_by_text("far.gpkg (“Ranh giới bao ngoài”)").wait_for()
    assert tab.page.get_by_role("button", name=say("ui.merge", "vi"), exact=True).count() == 0
    mine.copy("water", [tmp_path / "points.gpkg"])
    tab.give("declared", tmp_path / "crosswalk.csv")
    told = tab.page.get_by_test_id("stAlert").filter(has_text=say("ui.cannot_merge", "vi"))
    for words in ("R02", "points.gpkg", "G03", "new_code", "W07"):
        assert words in told.inner_text()
    assert "--" not in told.inner_text()
    mine.remove("water", mine.files("water"))
    for slot in ("outline", "declared"):
        tab.page.locator(f"[class*=st-key-remove_{slot}] button").first.click()
        tab.rest()
    tab.page.get_by_role("button", name=say("ui.merge", "vi"), exact=True).wait_for()


def test_a_file_of_which_the_browser_knows_no_kind_is_refused_in_words_of_the_page(
    tab: Tab, server: str
) -> None:
    tab.page.goto(f"{server}/data?lang=vi")
    slot = tab.page.locator("[class*=st-key-upload_crosswalk] input[type=file]")
    slot.wait_for(state="attached")
    tab.rest()
    slot.set_input_files({"name": "a.gpkg", "mimeType": "", "buffer": b"abc"})
    chip = tab.page.get_by_test_id("stFileChip").first
    chip.get_by_text("Không nhận loại tệp này;").wait_for(state="attached", timeout=10_000)
    assert "not allowed" not in chip.inner_text()


def test_hostile_names_are_text_all_over_the_app(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    old = grid(5, 2)
    old["name"], old["district"] = HOSTILE, HOSTILE
    old["<img src=x onerror=window.hit=1>"] = HOSTILE
    old.reset_index().to_file(tmp_path / "<b>old.gpkg", layer="old")
    pd.DataFrame({"old_code": old.index, "new_code": [f"N{k}" for k in range(10)],
                  "new_name": HOSTILE, "new_type": "[x](javascript:window.hit=1)"}).to_csv(
        tmp_path / "crosswalk.csv", index=False
    )  # fmt: skip
    mine = merged(given(layers=tmp_path / "<b>old.gpkg", crosswalk=tmp_path / "crosswalk.csv"))
    tab.page.goto(f"{server}/?lang=en&work={mine.name}")
    tab.wait_for_map()
    for k, name in enumerate(HOSTILE):
        assert name in tab.hover("after", f"N{k}")
        tab.click("after", f"N{k}")
        tab.page.get_by_text(f"N{k}", exact=True).first.wait_for(state="attached")
    visited = [page for page in tab.pages() if tab.page.locator(".stException").count() == 0]
    assert len(visited) >= 7
    assert tab.page.evaluate("window.hit") is None
    assert tab.page.locator("a[href^='javascript'], a[href*='evil']").count() == 0
    assert tab.page.locator("main img[src='x'], main b:has-text('old.gpkg')").count() == 0


def test_the_parts_of_a_shapefile_may_come_one_by_one(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    old = grid(2, 2)
    old.reset_index().to_file(tmp_path / "old.shp")
    crosswalk_for(old).to_csv(tmp_path / "crosswalk.csv", index=False)
    parts = {part.suffix: part for part in tmp_path.glob("old.*")}
    mine = given(crosswalk=tmp_path / "crosswalk.csv")
    tab.page.goto(f"{server}/data?lang=en&work={mine.name}")
    upload(tab, [parts[".shp"], parts[".shx"], parts[".prj"]], None)
    assert "old.dbf is missing [F02]" in listed_problems(tab, tmp_path / "problems.csv")
    tab.page.reload()
    upload(tab, list(parts.values()), None)
    tab.told("ui.all_matched")


def test_the_layer_of_a_file_with_several_is_chosen_on_the_page(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    old = grid(2, 2)
    old.reset_index().to_file(tmp_path / "two.gpkg", layer="communes")
    grid(1, 1).reset_index().to_file(tmp_path / "two.gpkg", layer="districts")
    crosswalk_for(old).to_csv(tmp_path / "crosswalk.csv", index=False)
    mine = given(layers=tmp_path / "two.gpkg", crosswalk=tmp_path / "crosswalk.csv")
    tab.page.goto(f"{server}/data?lang=en&work={mine.name}")
    choice = tab.page.get_by_role("combobox", name="Layer", exact=True)
    choice.wait_for(timeout=60_000)
    told = listed_problems(tab, tmp_path / "problems.csv")
    assert "communes, districts" in told
    assert "--layer" not in told
    tab.choose("Layer", "communes")
    tab.told("ui.all_matched")  # the districts are others
    tab.page.get_by_role("button", name=say("ui.merge", "en"), exact=True).wait_for()
