"""The map page in a real browser, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from browsing import HOSTILE, Tab, opened
from playwright.sync_api import Browser, expect

from geo_merge.api import merge, read_crosswalk, read_units
from geo_merge.jobs.sample import sample_files
from geo_merge.maps import drawing
from geo_merge.maps.assets import leaflet_assets
from geo_merge.maps.page import before_after_map, map_html
from geo_merge.merging.result import MergeResult
from geo_merge.texts import say

Grid = Callable[..., gpd.GeoDataFrame]
# How a map begins (`BEGIN` in telling.js).
BEGIN = "{ mode: 'dual', theme: 'units', opacity: 0.7, divider: 0.5 }"


@pytest.fixture(scope="module")
def sample() -> MergeResult:
    layers, crosswalk = sample_files()
    return merge(read_units(*layers), read_crosswalk(crosswalk))


@pytest.fixture(scope="module")
def sample_page(sample: MergeResult, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_text(map_html(sample), "utf-8")
    return path.as_uri()


@pytest.fixture
def tab(browser: Browser, sample_page: str, shot: Callable[[], Path | None]) -> Iterator[Tab]:
    """The map of the sample; nothing may be asked of a network, and no error raised."""
    with opened(browser, width=1200, height=760, shot=shot) as it:
        it.page.goto(sample_page)
        it.wait_for_map()
        yield it
        assert it.wrong == []


@pytest.fixture(scope="module")
def _visited(browser: Browser, sample_page: str) -> Iterator[Tab]:
    with opened(browser, width=1200, height=760) as it:
        it.page.goto(sample_page)
        it.wait_for_map()
        yield it


@pytest.fixture
def visit(_visited: Tab, shot: Callable[[], Path | None]) -> Iterator[Tab]:
    """One visit for all tests that change no more than what is looked for, chosen, in view and drawn."""
    yield _visited
    picture = shot()
    if picture is not None:
        _visited.page.screenshot(path=str(picture))
    _visited.page.mouse.move(0, 0)
    _visited.page.fill(".gm-input", "")
    _visited.live(
        f"(live.select(null), live.store.set({BEGIN}), live.home(), live.touched = false)"
    )
    assert _visited.wrong == []


def test_both_sides_are_painted_and_named(visit: Tab) -> None:
    before, after = visit.painted("before"), visit.painted("after")
    assert before > 20_000
    assert abs(before - after) < 0.1 * before
    text = visit.page.inner_text("body")
    assert "Trước: 313 đơn vị" in text
    assert "Sau: 99 đơn vị" in text
    assert text.count(say("map.approximate", "vi")) == 2
    assert visit.page.query_selector(".leaflet-control-scale") is not None
    assert visit.page.inner_text(".gm-north") == "B"


def test_new_units_are_joined_from_the_borders_of_old_ones(visit: Tab, sample: MergeResult) -> None:
    areas = """Object.fromEntries(live.sides.%s.features.map(f => [f.properties.code,
      f.geometry.coordinates.map(ring => ring.reduce((s, a, k) => {
        const b = ring[(k + 1) %% ring.length]; return s + (a[0] * b[1] - b[0] * a[1]) / 2; }, 0))]))"""
    rings = visit.live(areas % "after")
    old, new = (
        {code: abs(sum(of)) for code, of in side.items()}
        for side in (visit.live(areas % "before"), rings)
    )
    (range_,) = old.keys() - set(sample.old.index[~sample.old["is_piece"]])  # TB1
    for code, members in sample.new["members"].items():
        pieces = [range_] if code == "07537" else []
        assert new[code] == pytest.approx(sum(old[m] for m in [*members, *pieces]), rel=1e-9)
    for code, polygon in sample.new.geometry.items():
        outer = max(rings[code], key=abs)
        inside = sum(area * outer < 0 for area in rings[code])
        assert inside == sum(len(p.interiors) for p in shapely.get_parts(polygon))


def test_hovering_names_the_unit_on_both_sides(visit: Tab, sample: MergeResult) -> None:
    new = sample.new.index[10]
    old = sample.new.at[new, "members"][0]
    for side, code in (("before", old), ("after", new)):
        text = visit.hover(side, code)
        assert sample.new.at[new, "name"] in text
        assert "Trước:" in text
        assert "Sau:" in text
    assert sample.old.at[old, "name"] in visit.hover("before", old)
    assert visit.live("Boolean(live.sides.before.lights.hover && live.sides.after.lights.hover)")


def test_an_address_with_a_view_that_is_none_shows_the_whole_area(
    grid: Grid, browser: Browser, tmp_path: Path
) -> None:
    old = grid(3, 2)
    table = pd.DataFrame({"old_code": old.index, "new_code": list("AAABBB"), "new_name": "New"})
    page = tmp_path / "map.html"
    page.write_text(map_html(merge(old, table)), "utf-8")
    place = "[live.a.getZoom(), live.a.getCenter().lat, live.a.getCenter().lng, live.touched]"
    with opened(browser, width=1200, height=760) as it:
        it.page.goto(page.as_uri())
        it.wait_for_map()
        whole = it.live(place)
        for view in ("12/21/999", "9" * 4000):  # others in scripts/pure.test.mjs
            it.page.goto("about:blank")
            it.page.goto(f"{page.as_uri()}#view={view}&mode=toString&theme=__proto__")
            it.wait_for_map()
            assert it.live(place) == whole, view
            assert it.painted("before") > 20_000, view
        assert it.wrong == []


def test_a_click_lights_up_members_and_new_unit_and_back(visit: Tab, sample: MergeResult) -> None:
    new = sample.new["member_count"].idxmax()
    visit.click("after", new)
    assert visit.lit("after") == [new]
    assert visit.lit("before") == sorted(sample.new.at[new, "members"])
    card = visit.page.inner_text(".gm-card")
    for name in (sample.new.at[new, "name"], *sample.new.at[new, "member_names"]):
        assert name in card
    visit.page.click(".gm-close")
    assert visit.lit("after") == []
    old = sample.old.loc[sample.new.at[new, "members"]].area.idxmax()
    visit.click("before", old)
    assert visit.lit("before") == [old]
    assert visit.lit("after") == [new]
    assert sample.old.at[old, "district"] in visit.page.inner_text(".gm-card")
    visit.page.keyboard.press("Escape")
    assert visit.lit("after") == []
    visit.live(f"live.select('after', '{new}')")
    visit.page.evaluate("document.activeElement.blur()")  # as a page opened by a link
    assert visit.lit("after") == [new]
    visit.page.keyboard.press("Escape")
    assert visit.lit("after") == []


def test_both_maps_move_together(visit: Tab) -> None:
    x, y = visit.spot("after", "07210")
    visit.page.mouse.move(x, y)
    visit.page.mouse.wheel(0, -300)
    visit.page.wait_for_timeout(700)
    visit.page.mouse.down()
    visit.page.mouse.move(x - 120, y + 60, steps=6)
    between = visit.live("[live.a.getCenter(), live.b.getCenter()]")
    visit.page.mouse.up()
    assert between[0]["lng"] == pytest.approx(between[1]["lng"], abs=0.01)
    visit.page.wait_for_timeout(400)
    a, b, zooms = visit.live(
        "[live.a.getCenter(), live.b.getCenter(), [live.a.getZoom(), live.b.getZoom()]]"
    )
    assert a == pytest.approx(b, abs=1e-4)
    assert zooms[0] == zooms[1] > 9


def test_the_curtain_cuts_each_side_and_each_keeps_its_clicks(
    visit: Tab, sample: MergeResult
) -> None:
    visit.page.click("[data-mode=swipe]")
    edge = visit.page.evaluate(
        "document.querySelector('.gm-handle').getBoundingClientRect().left + 17"
    )
    cut = "getComputedStyle(live.sides.%s.pane).clipPath"
    assert visit.live(cut % "before").startswith("polygon(")
    left = next(c for c in sample.new.index if visit.spot("after", c)[0] < edge - 60)
    right = next(c for c in sample.new.index if visit.spot("after", c)[0] > edge + 60)
    old = next(c for c in sample.new.at[left, "members"] if visit.spot("before", c)[0] < edge - 40)
    visit.click("before", old)
    assert visit.live("live.state.selected") == {"side": "before", "code": old}
    visit.page.keyboard.press("Escape")
    visit.click("after", right)
    assert visit.live("live.state.selected") == {"side": "after", "code": right}
    handle = visit.page.locator(".gm-handle")
    handle.focus()
    visit.page.keyboard.press("ArrowRight")
    assert handle.get_attribute("aria-valuenow") == "52"
    box = handle.bounding_box()
    visit.page.mouse.move(box["x"] + 17, 400)
    visit.page.mouse.down()
    stage = visit.page.locator(".gm-stage").bounding_box()  # the card has the rest
    visit.page.mouse.move(stage["width"] / 4, 400, steps=4)
    visit.page.mouse.up()
    assert handle.get_attribute("aria-valuenow") == "25"


def test_the_curtain_stands_where_the_cut_is(visit: Tab) -> None:
    visit.page.click("[data-mode=swipe]")
    shots = []
    for share in (0.3, 0.7):
        visit.live(f"live.store.set({{divider: {share}}})")
        visit.page.wait_for_timeout(150)
        shots.append(visit.live(
            "[getComputedStyle(live.sides.before.pane).clipPath, getComputedStyle(live.sides.after.pane).clipPath]"
            ".map(p => p.match(/-?[0-9.]+(?=px)/g).map(Number))"
        ))  # fmt: skip
    width = visit.live("live.a.getSize().x")
    for (before, after), share in zip(shots, (0.3, 0.7), strict=True):
        corner = visit.live("live.a.containerPointToLayerPoint([0, 0]).x")
        assert max(before[0::2]) == pytest.approx(corner + share * width, abs=1)
        assert min(after[0::2]) == pytest.approx(corner + share * width, abs=1)


def test_one_map_over_the_other_has_an_opacity(visit: Tab) -> None:
    visit.page.click("[data-mode=overlay]")
    slider = visit.page.locator(".gm-opacity input")
    slider.fill("30")
    assert visit.live("getComputedStyle(live.sides.after.pane).opacity") == "0.3"
    visit.click("after", "07210")
    assert visit.live("live.state.selected.side") == "after"
    slider.fill("0")
    visit.page.keyboard.press("Escape")
    visit.click("after", "07210")
    assert visit.live("live.state.selected.side") == "before"


@pytest.mark.parametrize(
    ("query", "found"),
    [("le vien", "Lệ Viễn"), ("LỆ VIỄN", "Lệ Viễn"), ("07615", "Lệ Viễn"), ("son dong le", "Lệ Viễn"),
     ("đồng nguyên", "Đồng Nguyên"), ("dong nguyen", "Đồng Nguyên")],
)  # fmt: skip
def test_search_finds_names_and_codes_without_accents(
    visit: Tab, query: str, found: str, sample: MergeResult
) -> None:
    if query.isdigit():  # a new unit has the same code, under another name
        query = sample.old.index[sample.old["name"] == found][0]
        assert query in sample.new.index
        visit.page.fill(".gm-input", query)
        assert any(found in text for text in visit.page.locator(".gm-item").all_inner_texts())
        visit.page.keyboard.press("ArrowDown")
        visit.page.keyboard.press("ArrowDown")
    else:
        visit.page.fill(".gm-input", query)
        assert found in visit.page.locator(".gm-item").first.inner_text()
    visit.page.keyboard.press("Enter")
    chosen = visit.live("live.state.selected")
    frame = {"before": sample.old, "after": sample.new}[chosen["side"]]
    assert frame.at[chosen["code"], "name"] == found
    visit.page.fill(".gm-input", "không có đâu")
    assert visit.page.inner_text(".gm-none") == say("map.nothing", "vi")


def test_colours_follow_the_classes_of_the_legend(visit: Tab) -> None:
    visit.page.select_option(".gm-select", "area")
    keys = visit.page.locator(".gm-pair > div")
    for k, side in enumerate(("before", "after")):
        theme = visit.live(f"live.theme('{side}')")
        assert len(theme["colours"]) == len(theme["breaks"]) + 1
        rows = keys.nth(k).locator(".gm-class").all_inner_texts()
        assert len(rows) == len(theme["colours"])
        assert rows[0].startswith("< ")
        units = visit.live(
            f"live.sides.{side}.units.getLayers().map(l => [l.feature.properties.area_km2, l.options.fillColor])"
        )
        for area, colour in units:
            assert colour == theme["colours"][sum(area >= b for b in theme["breaks"])]


def test_labels_do_not_overlap_and_lie_inside_their_units(visit: Tab) -> None:
    visit.live("live.a.setZoom(11, {animate: false}) && true")
    visit.page.wait_for_timeout(300)
    boxes = visit.page.evaluate(
        "() => [...document.querySelectorAll('.leaflet-before-labels-pane .gm-label')].map(e => [e.dataset.unit, e.getBoundingClientRect()])"
        ".map(([unit, b]) => [b.left, b.top, b.right, b.bottom, unit])"
    )
    assert len(boxes) > 30
    for k, a in enumerate(boxes):
        for b in boxes[k + 1 :]:
            assert a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
    # Pieces of land have no code.
    for left, top, right, bottom, unit in (box for box in boxes if box[4]):
        corners = [[x, y] for x in (left + 3, right - 3) for y in (top + 2, bottom - 2)]
        for corner in corners:
            at = visit.page.evaluate(
                """([x, y]) => { const live = geoMerge.page, box = live.a.getContainer().getBoundingClientRect();
                  const p = live.a.containerPointToLatLng([x - box.left, y - box.top]);
                  return live.at("before", p.lat, p.lng); }""", corner)  # fmt: skip
            assert at == unit


def test_an_overlay_names_the_side_that_is_seen_and_the_curtain_cuts_no_name(visit: Tab) -> None:
    written = "['before', 'after'].map(s => document.querySelectorAll(`.leaflet-${s}-labels-pane .gm-label:not([hidden])`).length)"
    visit.page.click("[data-mode=overlay]")
    before, after = visit.live(written)
    assert before == 0
    assert after > 5
    visit.page.click("[data-mode=swipe]")
    before, after = visit.live(written)
    assert min(before, after) > 2
    edge = visit.page.evaluate(
        "document.querySelector('.gm-handle').getBoundingClientRect().left + 17"
    )
    for side, beyond in (("before", "right"), ("after", "left")):
        ends = visit.page.evaluate(
            f"[...document.querySelectorAll('.leaflet-{side}-labels-pane .gm-label:not([hidden])')]"
            f".map(e => e.getBoundingClientRect().{beyond})"
        )
        assert all(end <= edge + 1 if side == "before" else end >= edge - 1 for end in ends)


def test_classes_are_made_for_the_side_that_is_looked_at(tab: Tab) -> None:
    tab.page.select_option(".gm-bar > .gm-select", "area")
    used = """['before', 'after'].map(side => new Set(live.sides[side].units.getLayers()
      .map(l => l.options.fillColor)).size)"""
    breaks = {}
    # Each has its own by default, and the legend tells both.
    assert tab.live(used) == [6, 6]
    sides = tab.page.locator(".gm-legend .gm-pair > div > .gm-of").all_text_contents()
    assert sides == [say(f"map.{side}", "vi") for side in ("before", "after")]
    assert tab.live("live.theme('before').breaks[0] < live.theme('after').breaks[0]")
    tab.page.click(".gm-more")
    for basis, side in (("after", 1), ("before", 0)):
        tab.page.select_option(".gm-panel select >> nth=1", basis)
        breaks[basis] = tab.live("live.theme().breaks")
        assert tab.live(used)[side] == 6
    assert breaks["before"][0] < breaks["after"][0]
    for method in ("quantiles", "equal"):
        tab.page.select_option(".gm-panel select >> nth=0", method)
        breaks[method] = tab.live("live.theme().breaks")
    assert len({tuple(each) for each in breaks.values()}) == 4
    bars = tab.page.locator(".gm-bars i")
    assert bars.count() == 24
    edge = dict(
        tab.live(
            "live.sides.after.units.getLayers().map(l => [l.options.fillColor, l.options.color])"
        )
    )
    white = {fill for fill, line in edge.items() if line == "#fff"}
    assert {"#253494"} <= white < set(edge) - {"#ffffcc"}  # white lines are lost on the palest


def test_the_layer_fills_the_window(browser: Browser, sample_page: str) -> None:
    """At 1366x768, at 125 %, on a large screen and on a phone."""
    shares = """(() => { const live = geoMerge.page, b = L.latLngBounds(live.settings.bounds), m = live.a;
      const a = m.latLngToContainerPoint(b.getNorthWest()), z = m.latLngToContainerPoint(b.getSouthEast());
      const top = live.parts.bar.offsetHeight, size = m.getSize();
      return [(z.x - a.x) / size.x, (z.y - a.y) / (size.y - top), a.x, a.y - top, size.x - z.x, size.y - z.y]; })()"""
    hidden = """['before', 'after'].flatMap(name => { const side = live.sides[name];
      return side.features.filter(f => f.properties.at).filter(f => {
        const p = side.map.latLngToContainerPoint([f.properties.at[1], f.properties.at[0]]);
        return geoMerge.onTop(live, side.map).some(b => p.x > b[0] && p.x < b[2] && p.y > b[1] && p.y < b[3]);
      }).map(f => f.properties.code); })"""
    for width, height, split in ((1366, 768, "columns"), (1093, 614, "columns"),
                                 (1920, 1080, "columns"), (390, 844, "rows")):  # fmt: skip
        with opened(browser, width=width, height=height) as it:
            it.page.goto(sample_page)
            it.wait_for_map()
            across, down, *margins = it.page.evaluate(shares)
            assert max(across, down) >= 0.85
            assert min(margins) >= 0  # all of the layer is in view
            assert it.live(hidden) == []  # no unit has its middle under something
            assert it.page.get_attribute(".gm-stage", "data-split") == split
            for part in (".gm-legend", ".leaflet-control-scale", ".gm-status"):
                box = it.page.locator(part).first.bounding_box()
                assert 0 <= box["y"] <= height - box["height"]
            assert it.page.locator(".leaflet-control-attribution").count() == 0
            assert it.wrong == []


def test_the_card_leads_to_members_neighbours_and_the_row_of_the_crosswalk(
    visit: Tab, sample: MergeResult
) -> None:
    visit.live("live.select('after', '07210', true)")
    card = visit.page.inner_text(".gm-card")
    assert say("map.crosswalk_row", "vi", row=2) in card
    member = sample.new.loc["07210", "members"][0]
    visit.page.locator(".gm-members .gm-member").first.click()
    assert visit.live("live.state.selected") == {"side": "before", "code": member}
    area = visit.live(f"live.number(live.sides.before.get('{member}').properties.area_km2, 2)")
    assert area in visit.page.inner_text(".gm-card")
    visit.page.locator(".gm-neighbours .gm-member").first.click()
    there = visit.live("live.state.selected")
    assert there["side"] == "before"
    assert there["code"] != member
    shapes = sample.old.geometry
    assert shapes[member].distance(shapes[there["code"]]) < 1


def test_the_keyboard_walks_from_neighbour_to_neighbour(visit: Tab, sample: MergeResult) -> None:
    visit.live("live.select('after', '07210', true)")
    visit.page.locator(".gm-b").focus()
    visit.page.keyboard.press("ArrowRight")
    walked = visit.live("live.state.walked")
    assert walked["side"] == "after"
    here, there = (sample.new.geometry[code].centroid for code in ("07210", walked["code"]))
    assert there.x > here.x
    assert sample.new.at[walked["code"], "name"] in visit.page.inner_text("[aria-live]")
    visit.page.keyboard.press("Enter")
    assert visit.live("live.state.selected") == walked
    visit.page.wait_for_function("document.querySelectorAll('ul.gm-live li').length === 99")
    # The list has them; the names and degrees that lie about on a map are in nobody's order.
    shown = visit.page.inner_text(".gm-b")
    read = visit.page.locator(".gm-b").aria_snapshot()
    assert "° B" in shown
    assert "°" not in read
    assert sample.new.at["07210", "name"] in shown.replace("\n", " ")
    assert sample.new.at["07210", "name"] not in read


def test_what_is_told_of_the_pointer_follows_the_land_that_moves_under_it(visit: Tab) -> None:
    """As when a step back, the search or the keyboard moves the map and the pointer rests."""
    assert "07210" in visit.hover("after", "07210")
    tip = visit.page.locator(".gm-tip")
    x, y = visit.spot("after", "09496")
    at_x, at_y = visit.spot("after", "07210")
    visit.live(f"void live.b.panBy([{x - at_x}, {y - at_y}], {{ animate: false }})")
    expect(tip).to_contain_text("09496")
    visit.live("void live.b.panBy([0, 4000], { animate: false })")
    expect(tip).to_be_hidden()
    visit.live("void live.b.panBy([0, -4000], { animate: false })")
    expect(tip).to_be_visible()
    box = visit.page.locator(".leaflet-control-zoom-in").first.bounding_box()
    visit.page.mouse.move(box["x"] + 5, box["y"] + 5)
    expect(tip).to_be_hidden()  # whatever unit lies under the button


def test_the_page_says_its_language_and_where_the_pointer_is(tab: Tab, sample: MergeResult) -> None:
    assert tab.page.get_attribute("html", "lang") == "vi"
    tab.hover("after", "07210")
    told = tab.page.inner_text(".gm-at")
    assert "° B, 106," in told
    assert sample.old.crs.name in told
    tab.page.get_by_role("button", name="English").click()
    assert tab.page.get_attribute("html", "lang") == "en"


def test_a_district_is_found_and_shown(visit: Tab, sample: MergeResult) -> None:
    name = sample.old["district"].iloc[0]
    visit.page.fill(".gm-input", name)
    visit.page.locator(".gm-item", has_text=say("map.old_district", "vi")).click()
    lit = visit.live("live.sides.before.lights.chosen.getLayers().length")
    assert lit == (sample.old["district"] == name).sum()


def test_the_address_leads_to_the_same_unit_and_view(tab: Tab, browser: Browser) -> None:
    tab.page.select_option(".gm-select", "area")
    tab.page.click("[data-mode=swipe]")
    tab.page.fill(".gm-input", "chũ")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_timeout(600)
    link = tab.page.url
    with opened(browser, width=1200, height=760) as other:
        other.page.goto(link)
        other.wait_for_map()
        for what in ("mode", "theme", "selected"):
            assert other.live(f"live.state.{what}") == tab.live(f"live.state.{what}")
        assert other.live("live.a.getZoom()") == tab.live("live.a.getZoom()")


def test_two_languages(tab: Tab, browser: Browser, sample_page: str) -> None:
    tab.page.get_by_role("button", name="English").click()
    assert "Units before: 313" in tab.page.inner_text("body")
    assert "4,712" not in tab.page.inner_text("body")
    tab.page.select_option(".gm-select", "growth")
    assert "1.01" in tab.page.inner_text(".gm-legend")
    tab.page.get_by_role("button", name="Tiếng Việt").click()
    assert "1,01" in tab.page.inner_text(".gm-legend")
    with opened(browser) as other:
        other.page.goto(f"{sample_page}?lang=en")
        other.wait_for_map()
        assert "Units after: 99" in other.page.inner_text("body")


@pytest.mark.parametrize(
    ("locale", "asked", "says"),
    [("en-US", "", "Units after: 99"), ("vi-VN", "", "Sau: 99 đơn vị"),
     ("fr-FR", "", "Sau: 99 đơn vị"), ("en-US", "?lang=vi", "Sau: 99 đơn vị")],
)  # fmt: skip
def test_it_opens_in_the_language_of_the_browser(
    browser: Browser, sample_page: str, locale: str, asked: str, says: str
) -> None:
    """One that it does not speak leaves it in its own; a choice in the address goes first."""
    with opened(browser, locale=locale) as it:
        it.page.goto(f"{sample_page}{asked}")
        it.wait_for_map()
        assert says in it.page.inner_text("body")


def test_narrow_and_dark(browser: Browser, sample_page: str) -> None:
    with opened(browser, width=400, height=800, dark=True) as it:
        it.page.goto(sample_page)
        it.wait_for_map()
        a, b = (it.page.locator(f".gm-{m}").bounding_box() for m in "ab")
        assert b["y"] >= a["y"] + a["height"]
        assert a["width"] == pytest.approx(400, abs=2)
        assert it.painted("before") > 5_000
        assert it.painted("after") > 5_000
        ground = it.page.evaluate("getComputedStyle(document.querySelector('.gm-bar')).color")
        assert min(map(int, ground.removeprefix("rgb(").rstrip(")").split(","))) > 200
        assert it.page.evaluate("document.documentElement.scrollWidth") <= 400
        assert it.wrong == []


def test_hostile_names_reach_the_page_as_text(grid: Grid, browser: Browser, tmp_path: Path) -> None:
    old = grid(5, 2)
    old["name"] = HOSTILE
    old["district"] = "<b onmouseover='window.hit=1'>x</b>"
    table = pd.DataFrame({"old_code": old.index, "new_code": [f"N{k}" for k in range(10)],
                          "new_name": HOSTILE, "new_type": "</script>"})  # fmt: skip
    (tmp_path / "map.html").write_text(map_html(merge(old, table)), "utf-8")
    with opened(browser) as it:
        it.page.goto((tmp_path / "map.html").as_uri())
        it.wait_for_map()
        for k, name in enumerate(HOSTILE):
            assert name in it.hover("after", f"N{k}")
            it.click("after", f"N{k}")
            assert name in it.page.inner_text(".gm-card")
            it.page.fill(".gm-input", name)
            assert name in it.page.locator(".gm-item").first.inner_text()
            it.page.fill(".gm-input", "")
        assert it.page.evaluate("window.hit") is None
        assert it.wrong == []


def test_findings_are_a_layer_and_have_a_place(
    grid: Grid, browser: Browser, tmp_path: Path
) -> None:
    from conftest import square  # noqa: PLC0415

    old = grid(3, 1)
    old.loc[old.index[1], "geometry"] = (
        square(1, 0).buffer(0).difference(square(1, 0, 1000).centroid.buffer(50))
    )
    table = pd.DataFrame({"old_code": old.index, "new_code": "N", "new_name": "New"})
    result = merge(old, table)
    assert len(result.findings)
    (tmp_path / "map.html").write_text(map_html(result), "utf-8")
    with opened(browser) as it:
        it.page.goto((tmp_path / "map.html").as_uri())
        it.wait_for_map()
        assert say("map.errors", "vi", count=1) in it.page.inner_text(".gm-title-after")
        assert say("map.errors", "vi", count=1) not in it.page.inner_text(".gm-title-before")
        it.tick("Phát hiện")
        assert it.live("live.findings.map(layer => layer.getLayers().length)") == [1, 1]
        it.live("live.focus({features: live.geometry.findings.features.slice(0, 1)})")
        assert it.live("live.focused[0].getLayers().length") == 1
        assert it.wrong == []


def test_findings_are_gathered_filtered_hovered_clicked_and_gone_through(
    grid: Grid, browser: Browser, tmp_path: Path
) -> None:
    """Two holes side by side in a wide layer, a narrow gap elsewhere."""
    from conftest import square  # noqa: PLC0415

    old = grid(40, 1)
    for k, at in ((1, (0.4, 0.6)), (30, (0.5,))):
        west, south, _, _ = square(k, 0).bounds
        for share in at:
            hole = shapely.Point(west + share * 1000, south + 500).buffer(40)
            old.loc[old.index[k], "geometry"] = old.geometry.iloc[k].difference(hole)
    table = pd.DataFrame({"old_code": old.index, "new_code": "N", "new_name": "New"})
    (tmp_path / "map.html").write_text(map_html(merge(old, table)), "utf-8")
    with opened(browser) as it:
        it.page.goto(f"{(tmp_path / 'map.html').as_uri()}#lang=en")
        it.wait_for_map()
        it.tick("Findings")
        it.page.click(".gm-more")
        for width in (390, 1400):  # no finding is under anything, nor the legend under the strip
            it.page.set_viewport_size({"width": width, "height": 900})
            it.page.wait_for_timeout(300)
            legend, strip = (
                it.page.locator(p).bounding_box()
                for p in (".gm-legend", ".gm-steps:not(.gm-measure)")
            )
            assert (legend["x"] + legend["width"] <= strip["x"]
                    or legend["y"] + legend["height"] <= strip["y"])  # fmt: skip
            assert it.live("parseFloat(live.parts.box.style.getPropertyValue('--gm-top')) "
                           "=== live.parts.bar.offsetHeight")  # fmt: skip
            assert it.live("""live.maps().every(map => live.marks.extents().every(e => {
              const p = map.latLngToContainerPoint([(e[1] + e[3]) / 2, (e[0] + e[2]) / 2]);
              return geoMerge.onTop(live, map).every(b => p.x < b[0] || p.x > b[2] || p.y < b[1] || p.y > b[3]); }))""")  # fmt: skip
        shown = it.live("live.geometry.findings.features.map(f => f.properties)")
        assert it.page.locator(".gm-a .gm-cluster").all_inner_texts() == ["2"]
        box = it.page.locator(".gm-a .gm-cluster").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        it.page.mouse.move(x - 1, y)
        it.page.mouse.move(x, y)
        it.page.wait_for_selector(".gm-tip .gm-found")
        assert "2 findings here" in it.page.inner_text(".gm-tip")
        it.page.mouse.click(x, y)
        assert it.live("live.state.finding") in [each["row"] for each in shown]
        assert it.page.inner_text(".gm-steps p").endswith(
            next(e["message"]["en"] for e in shown if e["row"] == it.live("live.state.finding")))  # fmt: skip
        assert it.live("live.focused.length") == 2
        seen = set()
        for _ in shown:
            it.page.get_by_role("button", name="Next", exact=True).click()
            seen.add(it.live("live.state.finding"))
        assert seen == {each["row"] for each in shown}
        check = shown[0]["check"]
        it.page.select_option(".gm-steps select", check)
        of_it = sum(each["check"] == check for each in shown)
        assert it.page.inner_text(".gm-place") == f"– / {of_it}"
        assert it.wrong == []


def test_the_place_of_many_findings_told_as_one_is_a_spot_each(
    grid: Grid, browser: Browser, tmp_path: Path
) -> None:
    """Forty new units of every other commune: twenty are told one by one, twenty together."""
    table = pd.DataFrame({"old_code": (old := grid(80, 1)).index})
    table["new_code"] = [f"N{k // 4}{k % 2}" for k in range(80)]
    result = merge(old, table.assign(new_name=table["new_code"]))
    (tmp_path / "map.html").write_text(map_html(result), "utf-8")
    with opened(browser) as it:
        it.page.goto(f"{(tmp_path / 'map.html').as_uri()}#lang=en")
        it.wait_for_map()
        it.tick("Findings")
        assert it.live("""live.geometry.findings.features.filter(f => f.geometry.type === "MultiPoint")
          .map(f => f.geometry.coordinates.length)""") == [20]
        assert it.page.locator("img.leaflet-marker-icon").count() == 0
        x, y = it.live("""(() => {
          const f = live.geometry.findings.features.find(f => f.geometry.type === "MultiPoint");
          const [lng, lat] = f.geometry.coordinates[0], map = live.maps()[0];
          const p = map.latLngToContainerPoint([lat, lng]), b = map.getContainer().getBoundingClientRect();
          return [b.x + p.x, b.y + p.y]; })()""")
        it.page.mouse.move(x - 1, y)
        it.page.mouse.move(x, y)
        it.page.wait_for_selector(".gm-tip .gm-found")
        assert "20 more new units" in it.page.inner_text(".gm-tip")


def test_gaps_are_no_outer_edge(grid: Grid, browser: Browser, tmp_path: Path) -> None:
    from conftest import square  # noqa: PLC0415

    old = grid(3, 1)
    old.loc[old.index[1], "geometry"] = square(1, 0).difference(square(1, 0).centroid.buffer(50))
    table = pd.DataFrame({"old_code": old.index, "new_code": "N", "new_name": "New"})
    (tmp_path / "map.html").write_text(map_html(merge(old, table)), "utf-8")
    with opened(browser) as it:
        it.page.goto((tmp_path / "map.html").as_uri())
        it.wait_for_map()
        drawn = it.live(
            "Object.fromEntries(live.sides.after.strokes.map(s => [s.kind, s.arcs.length]))"
        )
        assert drawn["gap"] == 1
        assert drawn["overlap"] == 0
        told = it.page.inner_text(".gm-legend")
        assert say("map.line_gap", "vi") in told
        assert say("map.line_overlap", "vi") not in told


@pytest.fixture(scope="module")
def real(bac_ninh: Path) -> MergeResult:
    old = read_units(bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp")
    return merge(old, read_crosswalk(bac_ninh / "crosswalk.csv"))


def test_zoomed_in_the_map_shows_details(
    real: MergeResult, browser: Browser, tmp_path: Path, shot: Callable[[], Path | None]
) -> None:
    """Chũ, before and after: finer than a pixel of the whole map, and back again."""
    (tmp_path / "map.html").write_text(map_html(real), "utf-8")
    pixel = drawing.pixel(real.old)

    def away(it: Tab, side: str, code: str) -> float:
        """How far the drawn outline of a unit is from its own, in metres."""
        rings = it.live(f"live.sides.{side}.get('{code}').geometry.coordinates")
        frame = real.old if side == "before" else real.new
        drawn = gpd.GeoSeries([shapely.MultiLineString(rings)], crs=4326).to_crs(frame.crs)[0]
        return shapely.hausdorff_distance(drawn, frame.geometry[code].boundary)

    member = real.new.loc["07525", "members"][0]
    with opened(browser, width=1500, height=760, shot=shot) as it:
        it.page.goto((tmp_path / "map.html").as_uri())
        it.wait_for_map()
        assert it.live("[live.sides.before.fine.size, live.sides.after.fine.size]") == [0, 0]
        coarse = it.live("JSON.stringify(live.sides.after.features)")
        assert away(it, "after", "07525") > pixel / 3
        it.page.evaluate("() => { geoMerge.page.select('after', '07525', true); }")
        it.page.evaluate("() => { geoMerge.page.a.setZoom(14, {animate: false}); }")
        it.page.wait_for_function("() => geoMerge.page.sides.after.fine.size > 0")
        assert away(it, "after", "07525") < pixel / 3
        assert away(it, "before", member) < pixel / 3
        drawn = it.live("live.sides.after.shapes.get(live.sides.after.get('07525')).getLatLngs()")
        told = it.live("live.sides.after.get('07525').geometry.coordinates")
        assert [len(ring) + 1 for ring in drawn] == [
            len(ring) for ring in told
        ]  # Leaflet closes them
        districts = it.live("live.sides.before.strokes[0].shape.getLatLngs().flat().length")
        few = it.live("live.sides.after.fine.size")
        assert 0 < few < 50  # what is out of view is left as it is
        it.page.evaluate("() => { geoMerge.page.home(); }")
        assert it.live("[live.sides.before.fine.size, live.sides.after.fine.size]") == [0, 0]
        assert it.live("JSON.stringify(live.sides.after.features)") == coarse
        assert districts > it.live("live.sides.before.strokes[0].shape.getLatLngs().flat().length")
        assert it.wrong == []


def test_the_page_is_the_same_each_time(sample: MergeResult) -> None:
    assert map_html(sample) == map_html(sample)


def test_the_page_asks_no_server(sample: MergeResult) -> None:
    page = map_html(sample)
    assert 'src="http' not in page
    assert 'href="http' not in page
    assert page.count("data:text/javascript") == 1
    assert all(asset.startswith("data:") for asset in leaflet_assets())
    assert len(page) < 1_000_000


def test_the_figure_saves_itself(sample: MergeResult, tmp_path: Path) -> None:
    before_after_map(sample, language="en").save(str(tmp_path / "x.html"))
    assert (tmp_path / "x.html").stat().st_size > 200_000


def test_a_finding_may_be_a_point(grid: Grid, browser: Browser, tmp_path: Path) -> None:
    old = grid(3, 1)
    hole = shapely.Point(*old.geometry.iloc[1].centroid.coords[0]).buffer(40)
    old.loc[old.index[1], "geometry"] = old.geometry.iloc[1].difference(hole)
    result = merge(old, pd.DataFrame({"old_code": old.index, "new_code": "N", "new_name": "New"}))
    points = result.findings.assign(geometry=result.findings.geometry.centroid)
    (tmp_path / "map.html").write_text(map_html(replace(result, findings=points)), "utf-8")
    with opened(browser) as it:
        it.page.goto(f"{(tmp_path / 'map.html').as_uri()}#lang=en")
        it.wait_for_map()
        it.tick("Findings")
        placed = "live.geometry.findings.features.filter(f => f.geometry.type === 'Point').length"
        assert it.live(placed) >= 1
        assert it.wrong == []
