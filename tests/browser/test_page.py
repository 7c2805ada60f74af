"""The app in a real browser, without a network: the map, uploads, downloads, languages, screens."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from functools import reduce
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from browsing import HOSTILE, LIVE, Tab, opened
from commands import run
from playwright.sync_api import Browser, Locator

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
        tab.rest(1.0)
        inputs.nth(2).set_input_files(str(crosswalk))


def saved(tab: Tab, name: str, folder: Path) -> Path:
    """Download a file from the page of downloads, which must be open."""
    tab.rest(0.5)
    with tab.page.expect_download(timeout=60_000) as download:
        tab.page.get_by_role("button", name=name, exact=True).click()
    assert download.value.suggested_filename == name
    path = folder / name
    download.value.save_as(path)
    return path


def test_the_map_opens_is_painted_and_keeps_its_view(tab: Tab, server: str) -> None:
    tab.page.goto(server)
    tab.wait_for_map()
    before, after = tab.painted("before"), tab.painted("after")
    assert before > 10_000
    assert abs(before - after) < 0.1 * before
    assert say("map.approximate", "vi") in tab.page.inner_text("body")
    tab.live("(window.first = live) && true")
    x, y = tab.spot("after", "07210")
    tab.page.mouse.move(x, y)
    tab.page.mouse.wheel(0, -400)
    tab.rest()
    zoom = tab.live("live.a.getZoom()")
    tab.click("after", "07210")
    tab.page.get_by_text("Phường Bắc Giang", exact=True).first.wait_for()
    tab.rest()
    assert tab.live("live.a.getZoom()") == zoom
    assert tab.live("window.first === live")  # the same map, not one made anew
    assert tab.lit("after") == ["07210"]
    assert len(tab.lit("before")) == 7
    assert "unit=after" in tab.page.url
    assert "view=" in tab.page.url


ARCS = b'\\"arcs\\":[['  # of a geometry in a message, or of its details


def test_zoomed_in_the_map_asks_for_details_once(tab: Tab, server: str) -> None:
    received: list[bytes | str] = []
    tab.page.on("websocket", lambda s: s.on("framereceived", lambda f: received.append(f)))  # noqa: PLW0108 - no builtin

    def zoom(to: int) -> None:
        tab.page.evaluate(
            f"() => {{ geoMerge.page.touched = true; geoMerge.page.a.setZoom({to}, {{animate: false}}); }}"
        )

    tab.page.goto(f"{server}/?lang=en")
    tab.wait_for_map()
    zoom(11)
    tab.rest()
    assert tab.live("live.sides.after.fine.size") == 0
    received.clear()
    zoom(15)
    tab.page.wait_for_function("() => geoMerge.page.sides.after.fine.size > 0")
    tab.rest()  # until the browser has said that it has them, any run sends them
    assert any(ARCS in bytes(frame) for frame in received)
    received.clear()
    for to in (9, 15, 14):
        zoom(to)
        tab.rest()
    assert tab.live("live.sides.before.fine.size") > 0
    tab.page.get_by_role("link", name="Checks").click()
    tab.page.get_by_role("heading", name="Ledger").wait_for()
    tab.rest()
    tab.page.get_by_role("link", name="Map").click()
    tab.wait_for_map()
    tab.page.wait_for_function("() => geoMerge.page.sides.after.fine.size > 0")  # the view is kept
    assert not any(ARCS in bytes(frame) for frame in received)


def test_a_neighbour_is_one_click_away_and_the_link_leads_there(
    tab: Tab, browser: Browser, server: str
) -> None:
    tab.page.goto(f"{server}/?unit=after:07210&lang=en")
    tab.wait_for_map()
    assert tab.lit("after") == ["07210"]
    tab.page.locator(".gm-neighbours .gm-member").first.click()
    tab.page.wait_for_function("() => !location.href.includes('07210')")
    tab.rest()
    (there,) = tab.lit("after")
    assert there != "07210"
    with opened(browser, home=server) as other:
        other.page.goto(tab.page.url)
        other.wait_for_map()
        assert other.lit("after") == [there]
        assert other.live("live.a.getZoom()") == tab.live("live.a.getZoom()")
        assert other.page.inner_text(".gm-title-before") == "Units before: 313"


def test_search_and_hover_work_in_the_app(tab: Tab, server: str) -> None:
    tab.page.goto(f"{server}/?lang=en")
    tab.wait_for_map()
    tab.page.fill(".gm-input", "le vien")
    tab.page.keyboard.press("Enter")
    tab.page.locator(".gm-name", has_text="Xã Lệ Viễn").first.wait_for()
    assert "Before:" in tab.hover("before", tab.live("live.state.selected.code"))


def test_the_choice_outlives_a_change_of_page_and_language(tab: Tab, server: str) -> None:
    tab.page.goto(f"{server}/?unit=after:07210&mode=swipe")
    tab.wait_for_map()
    tab.page.get_by_role("link", name="Thống kê").click()
    tab.page.get_by_role("heading", name="Trước và sau").wait_for()
    tab.page.get_by_text("English").click()
    tab.page.get_by_role("heading", name="Before and after").wait_for()
    tab.page.get_by_role("link", name="Map", exact=True).click()
    tab.wait_for_map()
    assert tab.live("live.state.selected") == {"side": "after", "code": "07210"}
    assert tab.live("live.state.mode") == "swipe"
    assert tab.page.inner_text(".gm-title-after") == "Units after: 99"


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
    whole = zipfile.ZipFile(saved(tab, "geo_merge.zip", tmp_path))
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


def test_every_download_opens(tab: Tab, server: str, tmp_path: Path) -> None:
    tab.page.goto(f"{server}/download?lang=en")
    for name, rows in (("new_units.geojson", 99), ("old_units.geojson", 314), ("new_units.gpkg", 99),
                       ("new_units.fgb", 99), ("findings.geojson", None)):  # fmt: skip
        path = saved(tab, name, tmp_path)
        if rows:
            layer = {"layer": "new_units"} if name.endswith("gpkg") else {}
            assert len(gpd.read_file(path, **layer)) == rows
        else:
            assert json.loads(path.read_bytes())["type"] == "FeatureCollection"
    assert (
        len(gpd.read_file(f"/vsizip/{saved(tab, 'new_units.shp.zip', tmp_path)}/new_units.shp"))
        == 99
    )
    assert len(gpd.read_parquet(saved(tab, "new_units.parquet", tmp_path))) == 99
    assert len(pd.read_csv(saved(tab, "new_units.csv", tmp_path))) == 99
    book = openpyxl.load_workbook(saved(tab, "new_units.xlsx", tmp_path))
    assert book["new_units"].max_row == 100
    assert "http-equiv" in saved(tab, "map.html", tmp_path).read_text("utf-8")[:2000]


def test_charts_and_tables_can_be_taken_away(tab: Tab, server: str, tmp_path: Path) -> None:
    tab.page.goto(f"{server}/statistics?lang=en")
    tab.page.locator(".vega-embed canvas, .vega-embed svg").nth(2).wait_for()
    page = tab.page
    kinds = {
        "types_png": b"\x89PNG",
        "ranking_area_km2_svg": b"<svg",
        "summary_csv": b",Before,After",
        "statistics_xlsx": b"PK",
    }
    for key, head in kinds.items():
        with page.expect_download(timeout=60_000) as download:
            page.locator(f".st-key-{key} button").click()
        path = tmp_path / key
        download.value.save_as(path)
        assert path.read_bytes().startswith(head), key
    with page.expect_download() as download:
        page.locator(".st-key-ranking_area_km2_svg button").click()
    download.value.save_as(tmp_path / "r.svg")
    assert "km²" in (tmp_path / "r.svg").read_text("utf-8")


def test_a_click_on_a_finding_goes_to_its_place(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    from conftest import square  # noqa: PLC0415

    old = grid(3, 1)
    hole = square(1, 0).centroid.buffer(50)
    old.loc[old.index[1], "geometry"] = square(1, 0).difference(hole)
    old.reset_index().to_file(tmp_path / "old.gpkg")
    pd.DataFrame(
        {"old_code": old.index, "new_code": "N", "new_name": "New", "new_type": "Xã"}
    ).to_csv(tmp_path / "crosswalk.csv", index=False)
    tab.page.goto(f"{server}/data?lang=en")
    upload(tab, [tmp_path / "old.gpkg"], tmp_path / "crosswalk.csv")
    tab.page.get_by_role("button", name="Merge").click(timeout=60_000)
    tab.page.get_by_text(say("ui.has_errors", "en", count=1)).first.wait_for(timeout=60_000)
    assert say("ui.merged", "en") not in tab.page.inner_text("body")
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
    tab.page.get_by_role("link", name="Downloads").click()
    tab.page.get_by_text(say("ui.has_errors", "en", count=1)).first.wait_for()
    assert tab.page.get_by_role("button", name="new_units.gpkg").is_disabled()


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


@pytest.mark.parametrize(("width", "dark"), [(400, False), (400, True), (1400, True)])
def test_screens_of_every_kind(
    browser: Browser, server: str, shot: Callable[[], Path | None], width: int, *, dark: bool
) -> None:
    with opened(browser, home=server, width=width, dark=dark, shot=shot) as it:
        it.page.goto(server)
        it.wait_for_map()
        assert it.painted("before") > 4_000
        assert it.painted("after") > 4_000
        assert it.page.evaluate("document.documentElement.scrollWidth") <= width
        colour = it.page.evaluate(
            "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        )
        light = min(map(int, re.findall(r"\d+", colour)[:3])) > 127
        assert light is not dark
        assert it.wrong == []


def test_the_map_fills_the_window(browser: Browser, server: str) -> None:
    """Three quarters of a laptop's window below the bar; all of a phone above the sheet."""
    for width, height in ((1366, 768), (390, 844)):
        with opened(browser, home=server, width=width, height=height) as it:
            it.page.goto(f"{server}/?unit=after:07210")
            it.wait_for_map()
            it.rest(0.5)
            bar = it.page.locator("[data-testid=stHeader]").bounding_box()
            stage = it.page.locator(".gm-stage").bounding_box()
            below = height - bar["height"]
            if width > 1000:
                assert stage["width"] * stage["height"] >= 0.75 * width * below
            else:
                sheet = it.page.locator(".gm-card").bounding_box()
                assert stage["y"] + stage["height"] >= sheet["y"]
                assert stage["height"] + sheet["height"] >= 0.75 * below
                assert sheet["width"] >= width - 20
            assert (
                it.page.evaluate(
                    "(e => e.scrollHeight - e.clientHeight)(document.querySelector('[data-testid=stMain]'))"
                )
                <= 1
            )  # nothing to scroll to
            assert it.wrong == []


def test_the_keyboard_reaches_the_map(tab: Tab, server: str) -> None:
    tab.page.goto(server)
    tab.wait_for_map()
    tab.page.locator(".gm-input").focus()
    tab.page.keyboard.type("chu")
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    assert tab.live("live.state.selected !== null")
    tab.page.locator("[data-mode=swipe]").focus()
    tab.page.keyboard.press("Enter")
    assert tab.live("live.state.mode") == "swipe"


def test_bac_ninh_takes_few_bytes(bac_ninh: Path) -> None:
    from geo_merge.maps.display import display  # noqa: PLC0415
    from geo_merge.maps.page import behaviour, leaflet_sources, map_html, web_file  # noqa: PLC0415
    from geo_merge.merging.merge import merge  # noqa: PLC0415
    from geo_merge.units.crosswalk import read_crosswalk  # noqa: PLC0415
    from geo_merge.units.layers import read_units  # noqa: PLC0415

    old = read_units(bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp")
    result = merge(old, read_crosswalk(bac_ninh / "crosswalk.csv"))
    sent = [
        display(result).geometry,
        *leaflet_sources(),
        behaviour(),
        web_file("before_after.css"),
    ]
    assert sum(len(part.encode()) for part in sent) < 1_500_000
    assert len(map_html(result).encode()) < 1_500_000


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
    tab.rest()
    choice.click()
    tab.page.get_by_role("option", name="communes").click()
    tab.page.get_by_role("button", name=say("ui.merge", "en")).click(timeout=60_000)
    tab.page.get_by_text(say("ui.merged", "en")).first.wait_for(timeout=120_000)
