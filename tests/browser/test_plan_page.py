"""The workplace of plans in a real browser: painted by mouse and keyboard, undone, kept, merged."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
from browsing import Tab, opened
from commands import run
from playwright.sync_api import Browser

from geo_merge.texts import say

Grid = Callable[..., gpd.GeoDataFrame]
PLAN = "(window.geoMerge && geoMerge.plan)"
# Painted, and done by the server.
READY = f"() => {PLAN} && {PLAN}.written && !{PLAN}.model.queue.length"
BAC_GIANG, MY_DO, DA_MAI = "07210", "07216", "07228"  # a new unit, a commune, its new unit


def settle(tab: Tab) -> None:
    """Wait until what was done in the browser is done on the server, and all is still."""
    tab.page.wait_for_timeout(150)
    tab.page.wait_for_function(READY, timeout=60_000)
    tab.rest(1.0)


def enter(tab: Tab, address: str) -> None:
    tab.page.goto(address)
    settle(tab)


def plan(tab: Tab, expression: str) -> object:
    return tab.page.evaluate(f"() => {{ const live = {PLAN}; return {expression}; }}")


def home(tab: Tab, code: str) -> object:
    return plan(tab, f"live.model.homes[live.model.row.get('{code}')]")


def homes(tab: Tab) -> object:
    return plan(tab, "live.model.homes.join()")


def spot(tab: Tab, code: str) -> tuple[float, float]:
    """Return where on the screen the middle of an old unit is."""
    x, y = plan(
        tab, f"""(() => {{ const [x, y] = live.view.toScreen(live.coverage.at[live.model.row.get('{code}')]);
          const box = live.map.getContainer().getBoundingClientRect();
          return [box.left + x, box.top + y]; }})()""",
    )  # fmt: skip
    return x, y


def colour(tab: Tab, code: str) -> list[int]:
    """Return the colour that the canvas has in the middle of an old unit."""
    return plan(
        tab, f"""(() => {{ const [x, y] = live.view.toScreen(live.coverage.at[live.model.row.get('{code}')]);
          const r = window.devicePixelRatio, c = live.view.canvas.getContext('2d');
          return [...c.getImageData(Math.round(x * r), Math.round(y * r), 1, 1).data]; }})()""",
    )  # fmt: skip


def outlined(tab: Tab) -> int:
    """Count the pixels of the line around the unit that is painted with."""
    return plan(
        tab, """(() => { const c = live.view.canvas, data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          let n = 0; for (let k = 0; k < data.length; k += 4) {
            if (data[k] === 0x0b && data[k + 1] === 0x57 && data[k + 2] === 0xd0) { n += 1; } } return n; })()""",
    )  # fmt: skip


def written(tab: Tab, weight: int) -> set[str]:
    """Return the codes of the units whose names are on the map, new ones (600) or old (400)."""
    codes = tab.page.evaluate(
        """(weight) => [...geoMerge.plan.map.getPane("plan-labels").children]
          .filter(e => e.style.fontWeight == weight).map(e => e.dataset.unit)""", weight)  # fmt: skip
    return set(codes)


def watch_fading(tab: Tab) -> None:
    """Note how much of the map is seen while the server works (`waits`): it does not fade."""
    tab.page.evaluate("""() => {
      window.waits = 0; window.least = 1;
      (function look() {
        const map = document.querySelector(".stElementContainer.st-key-plan_map");
        if (map && map.dataset.stale === "true") {
          window.waits++; window.least = Math.min(window.least, getComputedStyle(map).opacity);
        }
        requestAnimationFrame(look);
      })(); }""")


def test_a_commune_is_painted_at_once_and_undone_by_keys(tab: Tab, server: str) -> None:
    enter(tab, f"{server}/plan?lang=en")
    first = homes(tab)
    assert home(tab, MY_DO) == DA_MAI
    assert len(written(tab, 600)) > 20
    plan(tab, f"live.zoom([live.model.row.get('{MY_DO}')])")
    tab.page.wait_for_function(
        "geoMerge.plan.map.getPane('plan-labels').innerText.includes('Mỹ Độ')"
    )
    assert MY_DO in written(tab, 400)
    plan(tab, "live.map.fitBounds(live.settings.bounds, {animate: false})")
    tab.page.locator(".gp-target").select_option(BAC_GIANG)
    before = colour(tab, MY_DO)
    tab.page.mouse.click(*spot(tab, MY_DO))
    assert home(tab, MY_DO) == BAC_GIANG
    assert colour(tab, MY_DO) != before
    told = tab.page.locator(".gp-map .gm-tip")  # under the pointer, which has not moved since
    assert told.inner_text().endswith("→ Phường Bắc Giang")
    settle(tab)
    row = tab.page.locator(f"tr[data-code='{BAC_GIANG}']")
    assert row.locator(".gp-number").first.inner_text() == "8"
    plan(tab, f"live.act(live.model.members('{BAC_GIANG}'), null)")  # its name goes with its land
    tab.page.wait_for_function(
        """(code) => [...geoMerge.plan.map.getPane("plan-labels").children]
          .every(e => e.dataset.unit !== code || e.style.fontWeight != 600)""", arg=BAC_GIANG)  # fmt: skip
    settle(tab)
    tab.page.keyboard.press("Control+z")
    settle(tab)
    tab.page.keyboard.press("Control+z")
    settle(tab)
    assert homes(tab) == first
    assert colour(tab, MY_DO) == before
    assert told.inner_text().endswith("→ Phường Đa Mai")
    tab.page.keyboard.press("Control+y")
    settle(tab)
    assert home(tab, MY_DO) == BAC_GIANG


def test_fifty_undos_lead_back(tab: Tab, server: str, tmp_path: Path) -> None:
    def taken(name: str) -> dict[str, bytes]:
        with tab.page.expect_download() as download:
            tab.page.get_by_role("button", name="ZIP").click()
        download.value.save_as(tmp_path / name)
        with zipfile.ZipFile(tmp_path / name) as archive:
            return {n: archive.read(n) for n in archive.namelist() if "history" not in n}

    enter(tab, f"{server}/plan?lang=en")
    first = taken("first.zip")
    plan(tab, f"""[...Array(50).keys()].forEach((k) => {{
      live.choose(['{BAC_GIANG}', '{DA_MAI}'][k % 2], false);
      live.act([live.model.row.get('{MY_DO}')]); }})""")  # fmt: skip
    plan(tab, f"live.act([live.model.row.get('{MY_DO}')], null)")
    settle(tab)
    assert taken("last.zip") != first
    undo = tab.page.get_by_role("button", name="Undo")
    while undo.is_enabled():
        undo.click()
        settle(tab)
        plan(tab, "[...Array(24)].forEach(() => live.tell({operation: 'undo'}))")
        settle(tab)
    assert taken("again.zip") == first


def test_brush_rectangle_list_and_keyboard_put_communes_into_a_unit(tab: Tab, server: str) -> None:
    enter(tab, f"{server}/plan?lang=en")
    plan(tab, f"live.choose('{BAC_GIANG}', false)")
    assert outlined(tab) > 0
    tab.page.get_by_role("button", name="+ New unit").click()
    tab.page.locator(".gp-founding").get_by_label("Name").fill("Thử")
    tab.page.get_by_role("button", name="Found it").click()
    settle(tab)
    assert plan(tab, "live.target()") == "M100"
    assert outlined(tab) == 0  # it has no land yet
    count = "live.model.members('M100').length"

    x, y = spot(tab, MY_DO)
    tab.page.get_by_role("radio", name="Brush").click()
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 50, y, steps=5)
    tab.page.mouse.up()
    settle(tab)
    brushed = plan(tab, count)
    assert brushed > 1

    tab.page.get_by_role("radio", name="Rectangle").click()
    tab.page.mouse.move(x - 60, y - 60)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 60, y + 60, steps=3)
    tab.page.mouse.up()
    settle(tab)
    framed = plan(tab, count)
    assert framed > brushed

    tab.page.get_by_role("tab", name="Old units").click()
    tab.page.get_by_label("Search old units, districts").fill("le vien")
    tab.page.locator(".gp-list").select_option(index=0)
    tab.page.get_by_role("button", name="Put into Phường Thử").click()
    settle(tab)
    assert home(tab, "07654") == "M100"
    assert tab.page.get_by_role("button", name="not contiguous").is_visible()

    tab.page.get_by_role("radio", name="Click").click()
    plan(tab, "live.map.getContainer().focus()")
    tab.page.keyboard.press("ArrowRight")
    at = plan(tab, "live.cursor()")
    tab.page.keyboard.press("ArrowRight")
    assert plan(tab, "live.cursor()") != at
    tab.page.keyboard.press("Delete")
    settle(tab)
    assert plan(tab, "live.model.homes[live.cursor()]") is None
    assert tab.page.get_by_role("button", name="1 without a place").is_visible()
    tab.page.keyboard.press("Enter")
    settle(tab)
    assert plan(tab, "live.model.homes[live.cursor()]") == "M100"


def test_what_is_locked_does_not_move_and_a_reload_keeps_all(tab: Tab, server: str) -> None:
    enter(tab, f"{server}/plan?lang=vi")
    tab.page.locator(".gp-target").select_option(DA_MAI)
    tab.page.get_by_label(say("plan.lock", "vi"), exact=True).check()
    settle(tab)
    tab.page.locator(".gp-target").select_option(BAC_GIANG)
    tab.page.mouse.click(*spot(tab, MY_DO))
    assert home(tab, MY_DO) == DA_MAI
    assert "đang khóa" in tab.page.inner_text(".gp-message")
    plan(tab, f"live.zoom(live.model.members('{BAC_GIANG}'))")
    settle(tab)
    assert BAC_GIANG in written(tab, 600)
    tab.page.locator(".gp-card").get_by_label(say("plan.name", "vi"), exact=True).fill("<b>Mới</b>")
    tab.page.keyboard.press("Tab")
    settle(tab)
    title = tab.page.get_by_role("heading", level=2)  # below that of the page
    assert title.inner_text() == "Phường <b>Mới</b> (07210)"
    tab.page.wait_for_function(
        "geoMerge.plan.map.getPane('plan-labels').querySelector(\"[data-unit='07210']\")"
        "?.textContent.includes('Mới')"
    )
    tab.page.reload()
    settle(tab)
    assert plan(tab, f"live.model.news.get('{BAC_GIANG}').name") == "<b>Mới</b>"
    assert plan(tab, f"live.model.news.get('{DA_MAI}').locked") is True


def test_a_plan_of_the_page_builds_to_the_same_bytes_on_the_command_line(
    tab: Tab, server: str, grid: Grid, tmp_path: Path
) -> None:
    units = grid(3, 1, population=[10, 20, 30])
    units.reset_index().to_file(tmp_path / "communes.gpkg")
    pd.DataFrame({"old_code": units.index, "new_code": ["A", "A", "B"], "new_name": ["Một", "Một", "Hai"],
                  "new_type": "Xã"}).to_csv(tmp_path / "x.csv", index=False)  # fmt: skip
    enter(tab, f"{server}/plan?lang=en")
    tab.page.get_by_role("button", name="Open").first.click()
    for index, name, press in (
        (0, "communes.gpkg", "Open this layer"),
        (1, "x.csv", "Open this plan"),
    ):
        tab.page.locator("input[type=file]").nth(index).set_input_files(tmp_path / name)
        tab.page.get_by_role("button", name=press).click()
        tab.page.wait_for_function(f"() => {PLAN}.model.units.length === 3")
        settle(tab)
    tab.page.keyboard.press("Escape")
    tab.page.wait_for_function(f"() => {PLAN}.model.order.length === 2")
    plan(tab, "live.choose('B', false)")
    tab.page.mouse.click(*spot(tab, "00002"))
    settle(tab)
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="ZIP").click()
    download.value.save_as(tmp_path / "plan.zip")
    watch_fading(tab)
    tab.page.get_by_role("button", name="Check this plan").click()
    tab.wait_for_map()
    assert tab.page.evaluate("window.waits") > 0
    assert tab.page.evaluate("window.least") == 1
    tab.page.get_by_role("link", name="Downloads").click()
    tab.rest(1.0)
    with tab.page.expect_download(timeout=60_000) as download:
        tab.page.get_by_role("button", name="geo_merge.zip", exact=True).click()
    download.value.save_as(tmp_path / "page.zip")
    with zipfile.ZipFile(tmp_path / "plan.zip") as archive:
        archive.extractall(tmp_path)
    built = run("build", "communes.gpkg", "--crosswalk", "plan", "--out", "r", "--lang", "en", cwd=tmp_path)  # fmt: skip
    assert built.code == 0, built.err
    with zipfile.ZipFile(tmp_path / "page.zip") as archive:
        for name in set(archive.namelist()) - {"manifest.json"}:
            assert archive.read(name) == (tmp_path / "r" / name).read_bytes(), name
    members = gpd.read_file(tmp_path / "r" / "new_units.geojson").set_index("code")["member_count"]
    assert members.to_dict() == {"A": 1, "B": 2}


def test_the_workplace_fits_a_phone(browser: Browser, server: str) -> None:
    with opened(browser, home=server, width=390, height=844) as phone:
        enter(phone, f"{server}/plan")
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
        box = phone.page.locator(".gp-map").bounding_box()
        assert box is not None
        assert box["width"] > 300
        assert phone.wrong == []


def test_two_plans_are_compared_on_a_map_behind_a_curtain(
    browser: Browser, server: str, tmp_path: Path
) -> None:
    """The page of the app shows the map that the command line writes; here it is taken away."""
    with opened(browser, home=server) as app_tab:
        enter(app_tab, f"{server}/plan?lang=en")
        app_tab.page.locator(".gp-target").select_option(BAC_GIANG)
        app_tab.page.mouse.click(*spot(app_tab, MY_DO))
        settle(app_tab)
        app_tab.page.get_by_role("button", name="Compare").click()
        app_tab.page.get_by_test_id("stPopoverBody").get_by_role("button", name="Compare").click()
        app_tab.rest()
        app_tab.page.keyboard.press("Escape")
        with app_tab.page.expect_download() as download:
            app_tab.page.get_by_role("button", name="Map of differences").click()
        download.value.save_as(tmp_path / "difference.html")
        old = app_tab.page.get_by_text(say("planning.compared_before", "en"))
        assert old.count() == 0
        app_tab.page.keyboard.press("Control+z")
        settle(app_tab)
        assert old.is_visible()
        app_tab.page.keyboard.press("Control+y")
        settle(app_tab)
        assert app_tab.wrong == []
    with opened(browser) as tab:
        tab.page.goto((tmp_path / "difference.html").as_uri())
        assert tab.page.get_by_role("button", name="Phường Mỹ Độ: Phường Đa Mai (07228) → Phường Bắc Giang (07210)").is_visible()  # fmt: skip
        painted = """(k) => { const d = geoMerge.differ, row = d.data.moved[0];
          const [x, y] = d.views[k].toScreen(d.coverage.at[row]), c = d.views[k].canvas;
          return [...c.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1).data]; }"""
        tab.page.evaluate("() => geoMerge.differ.zoom(geoMerge.differ.data.moved)")
        split, grown = (tab.page.evaluate(painted, k) for k in (0, 1))
        assert (split, grown) == ([0xEE, 0x88, 0x66, 255], [0x44, 0xBB, 0x99, 255])
        tab.page.get_by_role("button", name="Curtain").click()
        tab.page.get_by_label("Curtain").press("End")
        cut = "() => getComputedStyle(document.querySelectorAll('.gd-pane > .gp-map')[1]).clipPath"
        assert tab.page.evaluate(cut) == "inset(0px 0px 0px 100%)"
        assert tab.wrong == []
