"""Measure the page beside a stock folium page: ``python tests/benchmarks/page.py [RESULT ...]``.

Both show the same units; folium gets its scripts from disk instead of a network, or it would show
nothing. Results (folders that ``geo-merge build`` wrote) besides Bắc Ninh are measured alone.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import folium
import psutil
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from browsing import LIVE, browsing, opened  # noqa: E402
from commands import run  # noqa: E402
from test_page import serving  # noqa: E402

from geo_merge.export import load_result  # noqa: E402
from geo_merge.maps import leaflet_assets  # noqa: E402

BAC_NINH = ROOT.parent / "shared" / "data" / "bac_ninh"
README = ROOT / "README.md"
TIMES = 5
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def timed(act: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def spot(page: Page, number: int) -> tuple[float, float]:
    """Return where on the screen the middle of a new unit is."""
    x, y = page.evaluate(
        f"""(k) => {{ const live = {LIVE}; const side = live.sides.after;
          const visible = side.features.filter(f => f.properties.at && side.map.getBounds().contains(
            [f.properties.at[1], f.properties.at[0]]));
          const at = visible[(k * 37) % visible.length].properties.at;
          const p = side.map.latLngToContainerPoint([at[1], at[0]]);
          const box = side.map.getContainer().getBoundingClientRect();
          return [box.left + p.x, box.top + p.y]; }}""",
        number,
    )
    return x, y


def ours(browser: Browser, address: str) -> dict[str, float]:
    """Measure the app on a warm server."""
    result: dict[str, list[float]] = {
        k: [] for k in ("first map", "hover", "click", "panel", "widget", "MB sent")
    }
    for turn in range(TIMES + 1):
        with opened(browser, home=address) as tab:
            page = tab.page
            sent = [0]
            page.on("websocket", lambda ws, sent=sent: ws.on(
                "framereceived", lambda frame: sent.__setitem__(0, sent[0] + len(frame))))  # fmt: skip
            first = timed(lambda page=page, tab=tab: (page.goto(address), tab.wait_for_map(120)))
            first -= 0.2  # that wait_for_map gives the page to draw
            page.wait_for_timeout(2500)
            hover, click, panel = [], [], []
            for k in range(TIMES):
                x, y = spot(page, k)
                page.mouse.move(x, y + 1)
                hover.append(
                    timed(
                        lambda x=x, y=y, page=page: (
                            page.mouse.move(x, y),
                            page.wait_for_selector(".gm-tip:not([hidden])"),
                            page.evaluate(FRAMES),
                        )
                    )
                )
                before = page.url
                click.append(
                    timed(
                        lambda x=x, y=y, page=page: (page.mouse.click(x, y), page.evaluate(FRAMES))
                    )
                )
                start = time.perf_counter() - click[-1]
                page.wait_for_function("(u) => location.href !== u", arg=before)
                panel.append(time.perf_counter() - start)
                page.wait_for_timeout(700)
            widget = []
            for words in ("English", "Tiếng Việt"):
                then = {"English": "Before", "Tiếng Việt": "Trước"}[words]
                widget.append(timed(lambda words=words, then=then, page=page: (
                    page.get_by_text(words, exact=True).click(),
                    page.wait_for_function(f"(w) => {{ const live = {LIVE}; return live.titles.before.textContent.startsWith(w); }}", arg=then),
                )))  # fmt: skip
                page.wait_for_timeout(700)
            if turn:  # the first visit warms the server
                for name, values in (("first map", [first]), ("hover", hover), ("click", click),
                                     ("panel", panel), ("widget", widget), ("MB sent", [sent[0] / 1e6])):  # fmt: skip
                    result[name].append(median(values))
    return {name: median(values) for name, values in result.items()}


def smoothness(browser: Browser, address: str) -> tuple[float, float]:
    """Return median and 95th percentile of the milliseconds between frames while panning."""
    with opened(browser, home=address) as tab:
        tab.page.goto(address)
        tab.wait_for_map(120)
        tab.page.wait_for_timeout(2000)
        x, y = spot(tab.page, 3)
        tab.page.evaluate("""() => { window.ticks = []; let last = performance.now();
          const tick = () => { const now = performance.now(); window.ticks.push(now - last); last = now;
            requestAnimationFrame(tick); }; requestAnimationFrame(tick); }""")
        tab.page.mouse.move(x, y)
        tab.page.mouse.down()
        for step in range(30):
            tab.page.mouse.move(x - 5 * step, y + 3 * step)
        ticks = sorted(tab.page.evaluate("() => window.ticks"))
        tab.page.mouse.up()
        return median(ticks), ticks[int(0.95 * (len(ticks) - 1))]


def stock(browser: Browser, folder: Path, target: Path) -> dict[str, float]:
    """Measure a folium page of the same units in full detail, with its scripts from disk."""
    result = load_result(folder)
    script, style = leaflet_assets()
    page = folium.Map(tiles=None, prefer_canvas=True)
    page.default_js, page.default_css = [("leaflet", script)], [("leaflet", style)]
    for frame in (result.old, result.new):
        shown = frame[["name", "geometry"]].reset_index(drop=True)
        folium.GeoJson(shown, tooltip=folium.GeoJsonTooltip(["name"]),
                       highlight_function=lambda _: {"weight": 4}).add_to(page)  # fmt: skip
    page.fit_bounds(page.get_bounds())
    page.save(str(target))
    loads, hovers = [], []
    for _ in range(TIMES):
        with opened(browser) as tab:
            loads.append(timed(lambda tab=tab: (
                tab.page.goto(target.as_uri(), wait_until="load"),
                tab.page.wait_for_selector(".leaflet-overlay-pane canvas"), tab.page.evaluate(FRAMES))))  # fmt: skip
            for k in range(TIMES):
                tab.page.mouse.move(600 + 30 * k, 450)
                hovers.append(
                    timed(
                        lambda tab=tab, k=k: (
                            tab.page.mouse.move(605 + 30 * k, 452),
                            tab.page.evaluate(FRAMES),
                        )
                    )
                )
    return {
        "first map": median(loads),
        "hover": median(hovers),
        "MB sent": target.stat().st_size / 1e6,
    }


def memory(address: str) -> float:
    """Return the memory of the server in MB."""
    port = address.rsplit(":", 1)[1]
    return max(p.memory_info().rss for p in psutil.process_iter(["cmdline"])
               if port in (p.info["cmdline"] or ())) / 1e6  # fmt: skip


def main() -> None:
    """Measure, and write the table into the README."""
    lines = [
        "| page | first map | hover | click | its panel | widget | sent | server |",
        "|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder, browsing("/usr/bin/chromium") as browser:
        built = Path(folder) / "bac_ninh"
        run("build", BAC_NINH / "bac_giang_communes.shp", BAC_NINH / "bac_ninh_communes.shp",
            "--crosswalk", BAC_NINH / "crosswalk.csv", "--out", built)  # fmt: skip
        for path in (built, *map(Path, sys.argv[1:])):
            with serving(GEO_MERGE_RESULT=str(path)) as address:
                seen = ours(browser, address)
                middle, slow = smoothness(browser, address)
                lines.append(
                    f"| geo_merge, {path.name}: {middle:.0f} ms a frame while panning, 95 % under {slow:.0f} ms "
                    + "".join(
                        f"| {seen[k]:.2f} s "
                        for k in ("first map", "hover", "click", "panel", "widget")
                    )
                    + f"| {seen['MB sent']:.2f} MB | {memory(address):.0f} MB |"
                )
        peer = stock(browser, built, Path(folder) / "stock.html")
        lines.append(f"| stock folium, bac_ninh, full detail, from disk | {peer['first map']:.2f} s "
                     f"| {peer['hover']:.2f} s | – | – | – | {peer['MB sent']:.2f} MB | – |")  # fmt: skip
    table = "\n".join(lines)
    marked = re.compile(r"(<!-- page -->\n).*?(<!-- /page -->)", re.DOTALL)
    text = README.read_text("utf-8")
    README.write_text(marked.sub(lambda m: f"{m[1]}{table}\n{m[2]}", text), "utf-8")
    print(table)  # noqa: T201 - a script


if __name__ == "__main__":
    main()
