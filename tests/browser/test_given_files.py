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
from browsing import HOSTILE, LIVE, Tab
from commands import run
from playwright.sync_api import Locator

from geo_merge.texts import say

Grid = Callable[..., gpd.GeoDataFrame]
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


def test_a_click_on_a_finding_goes_to_its_place(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    from conftest import square  # noqa: PLC0415

    old = grid(3, 1)
    hole = square(1, 0).centroid.buffer(50)
    old.loc[old.index[1], "geometry"] = square(1, 0).difference(hole)
    layer = tmp_path / f"{'a name that is far too long for the top of the page ' * 3}.gpkg"
    old.reset_index().to_file(layer, layer="old")
    pd.DataFrame(
        {"old_code": old.index, "new_code": "N", "new_name": "New", "new_type": "Xã"}
    ).to_csv(tmp_path / "crosswalk.csv", index=False)
    tab.page.goto(f"{server}/data?lang=en")
    upload(tab, [layer], tmp_path / "crosswalk.csv")
    tab.page.get_by_role("button", name="Merge").click(timeout=60_000)
    tab.page.get_by_text(say("ui.has_errors", "en", count=1)).first.wait_for(timeout=60_000)
    assert say("ui.merged", "en") not in tab.page.inner_text("body")
    badge = tab.page.locator(".st-key-top_errors .stMarkdownBadge")
    assert badge.evaluate("badge => badge.scrollWidth <= badge.clientWidth")  # no figure is cut
    tab.page.get_by_role("link", name="Checks").click()
    tab.wait_for_map()
    zoom = tab.live("live.a.getZoom()")
    table = tab.page.locator("[data-testid=stDataFrame]").first
    box = table.bounding_box()
    tab.page.mouse.click(box["x"] + 15, box["y"] + 50)
    tab.page.wait_for_function(f"() => {{ const live = {LIVE}; return live.focused; }}")
    assert tab.live("live.a.getZoom()") > zoom
    assert tab.live("live.findings[0].getLayers().length") >= 1
    centre = gpd.GeoSeries([hole.centroid], crs=old.crs).to_crs(4326)[0]
    assert tab.live("[live.a.getCenter().lng, live.a.getCenter().lat]") == pytest.approx(
        [centre.x, centre.y], abs=0.01
    )
    tab.rest()
    tab.page.mouse.click(box["x"] + 15, box["y"] + 50)  # it is no longer the one that is looked at
    tab.until("!live.focused")
    tab.page.get_by_role("link", name="Downloads").click()
    tab.page.get_by_text(say("ui.has_errors", "en", count=1)).first.wait_for()
    assert tab.page.get_by_role("button", name="new_units.gpkg").is_disabled()


def test_a_finding_without_a_place_lights_up_the_units_that_it_names(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    old = grid(3, 1)
    old.reset_index().to_file(tmp_path / "old.gpkg")
    names = [old["name"].iloc[0], "Quite another", old["name"].iloc[2]]
    crosswalk_for(old).assign(old_name=names).to_csv(tmp_path / "crosswalk.csv", index=False)
    tab.page.goto(f"{server}/data?lang=en")
    upload(tab, [tmp_path / "old.gpkg"], tmp_path / "crosswalk.csv")
    tab.page.get_by_role("button", name="Merge").click(timeout=60_000)
    tab.told("intake.go_map")
    tab.page.get_by_role("link", name="Checks").click()
    tab.wait_for_map()
    tab.rest()
    box = tab.page.locator("[data-testid=stDataFrame]").first.bounding_box()
    tab.page.mouse.click(box["x"] + 15, box["y"] + 50)
    tab.until("live.state.lit")
    assert tab.lit("before") == [old.index[1]]
    assert tab.lit("after") == []
    there = tab.live("live.a.getBounds().contains(live.sides.before.lights.chosen.getBounds())")
    assert there
    tab.rest()
    tab.page.mouse.click(box["x"] + 15, box["y"] + 50)  # it is no longer looked at
    tab.until("!live.state.lit")
    assert tab.lit("before") == []


def test_bad_uploads_are_told_in_a_sentence_and_lose_nothing(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    (tmp_path / "broken.gpkg").write_bytes(b"SQLite format 3\x00" + b"\x00" * 500)
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("readme.txt", "no shapes here")
    old = grid(2, 2)
    old.reset_index().to_file(tmp_path / "old.gpkg")
    pd.DataFrame(
        {"old_code": ["x1", "x2"], "new_code": "N", "new_name": "N", "new_type": "Xã"}
    ).to_csv(tmp_path / "none.csv", index=False)
    for layer, crosswalk, words in (
        ("broken.gpkg", None, "broken.gpkg"),
        ("empty.zip", None, "holds no layer"),
        ("old.gpkg", "none.csv", "is not in the layer"),
    ):
        tab.page.goto(f"{server}/data?lang=en")
        upload(tab, [tmp_path / layer], crosswalk and tmp_path / crosswalk)
        tab.page.get_by_text(say("ui.cannot_merge", "en")).wait_for(timeout=60_000)
        if crosswalk:
            assert tab.page.get_by_role("button", name="Merge").count() == 0
        with tab.page.expect_download() as download:
            tab.page.locator(".st-key-problems_csv button").click()
        download.value.save_as(tmp_path / "problems.csv")
        assert words in (tmp_path / "problems.csv").read_text("utf-8")
        assert "Traceback" not in tab.page.inner_text("body")
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
    tab.page.goto(f"{server}/data?lang=vi")
    tab.give("layers", tmp_path / "old.gpkg")
    tab.give("crosswalk", tmp_path / "crosswalk.csv")
    tab.page.get_by_text(say("ui.all_matched", "vi")).wait_for()
    tab.page.get_by_text(say("work.more_layers", "vi")).click()
    tab.give("outline", tmp_path / "far.gpkg")
    place = tab.page.locator("[class*=st-key-upload_outline]")
    place.locator("xpath=../..").get_by_text("far.gpkg (“Ranh giới bao ngoài”)").wait_for()
    assert tab.page.get_by_role("button", name=say("ui.merge", "vi"), exact=True).count() == 0
    tab.give("water", tmp_path / "points.gpkg")
    tab.give("declared", tmp_path / "crosswalk.csv")
    told = tab.page.get_by_test_id("stAlert").filter(has_text=say("ui.cannot_merge", "vi"))
    for words in ("R02", "points.gpkg", "G03", "new_code", "W07"):
        assert words in told.inner_text()
    assert "--" not in told.inner_text()
    for slot in ("outline", "water", "declared"):
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
    tab.page.goto(f"{server}/data?lang=en")
    upload(tab, [tmp_path / "<b>old.gpkg"], tmp_path / "crosswalk.csv")
    tab.page.get_by_role("button", name="Merge").click(timeout=60_000)
    tab.page.get_by_text(say("ui.merged", "en")).first.wait_for(timeout=60_000)
    tab.page.get_by_role("link", name="Map", exact=True).click()
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
    tab.page.goto(f"{server}/data?lang=en")
    upload(tab, [parts[".shp"], parts[".shx"], parts[".prj"]], tmp_path / "crosswalk.csv")
    tab.page.get_by_text(say("ui.cannot_merge", "en")).wait_for(timeout=60_000)
    tab.rest()
    with tab.page.expect_download() as download:
        tab.page.locator(".st-key-problems_csv button").click()
    download.value.save_as(tmp_path / "problems.csv")
    assert "old.dbf is missing [F02]" in (tmp_path / "problems.csv").read_text("utf-8-sig")
    tab.page.goto(f"{server}/data?lang=en")
    upload(tab, list(parts.values()), tmp_path / "crosswalk.csv")
    tab.page.get_by_role("button", name=say("ui.merge", "en")).click(timeout=60_000)
    tab.page.get_by_text(say("ui.merged", "en")).first.wait_for(timeout=120_000)


def test_the_layer_of_a_file_with_several_is_chosen_on_the_page(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    old = grid(2, 2)
    old.reset_index().to_file(tmp_path / "two.gpkg", layer="communes")
    grid(1, 1).reset_index().to_file(tmp_path / "two.gpkg", layer="districts")
    crosswalk_for(old).to_csv(tmp_path / "crosswalk.csv", index=False)
    tab.page.goto(f"{server}/data?lang=en")
    upload(tab, [tmp_path / "two.gpkg"], tmp_path / "crosswalk.csv")
    choice = tab.page.get_by_role("combobox", name="Layer", exact=True)
    choice.wait_for(timeout=60_000)
    tab.rest()
    with tab.page.expect_download() as download:
        tab.page.locator(".st-key-problems_csv button").click()
    download.value.save_as(tmp_path / "problems.csv")
    told = (tmp_path / "problems.csv").read_text("utf-8-sig")
    assert "communes, districts" in told
    assert "--layer" not in told
    tab.page.reload()
    choice.wait_for(timeout=60_000)
    tab.choose("Layer", "communes")
    tab.page.get_by_role("button", name=say("ui.merge", "en")).click(timeout=60_000)
    tab.page.get_by_text(say("ui.merged", "en")).first.wait_for(timeout=120_000)
