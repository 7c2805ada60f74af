"""Measure the page beside a stock folium page: ``python tests/benchmarks/page.py [RESULT ...]``.

Both show the same units; folium gets its scripts from disk instead of a network, or it would show
nothing. The server is that of ``geo-merge app``: from its start to the first map, then visits to it
when all of the result is in its memory. Results (folders that ``geo-merge build`` wrote) besides
Bắc Ninh are measured alone.
"""

from __future__ import annotations

import socket
import socketserver
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from statistics import median
from threading import Thread

import folium
import psutil
from playwright.sync_api import Browser, Page, Route
from report import write

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "helpers")]

from browsing import LIVE, Tab, browsing, opened, serving  # noqa: E402
from commands import run  # noqa: E402

from geo_merge.maps.assets import leaflet_sources  # noqa: E402
from geo_merge.results.files import load_result  # noqa: E402

BAC_NINH = ROOT.parent / "shared" / "data" / "bac_ninh"
TIMES = 5
SETTLING = 0.2  # seconds that wait_for_map gives a page to draw
REST = 700  # milliseconds between two measurements
AWAY = (3, 3)  # where the pointer is over nothing
READ = 20_000  # milliseconds in which a server has read the polygons behind the map
LANGUAGES = (("English", "Units before"), ("Tiếng Việt", "Trước"))
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
MEASURED = ("first map", "hover", "click", "panel", "widget")


class Counting(socketserver.ThreadingTCPServer):
    """Stands between a browser and a server, and counts the bytes that the browser is sent."""

    daemon_threads = True
    sent = 0

    def __init__(self, address: str) -> None:
        super().__init__(("127.0.0.1", 0), _Between)
        self.behind = int(address.rsplit(":", 1)[1])


class _Between(socketserver.BaseRequestHandler):
    server: Counting

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.behind)) as behind:
            Thread(target=self.pass_on, args=(self.request, behind), daemon=True).start()
            self.pass_on(behind, self.request, count=True)

    def pass_on(self, source: socket.socket, target: socket.socket, *, count: bool = False) -> None:
        with suppress(OSError):
            while block := source.recv(2**16):
                self.server.sent += len(block) if count else 0
                target.sendall(block)
            target.shutdown(socket.SHUT_WR)


def sent(browser: Browser, address: str) -> float:
    """Return the MB that a browser which comes for the first time is sent until the first map."""
    with Counting(address) as between, ThreadPoolExecutor(1) as threads:
        threads.submit(between.serve_forever)
        with opened(browser, home=f"http://127.0.0.1:{between.server_address[1]}") as tab:
            tab.page.goto(tab.home)
            tab.until("live.sides.after.map && live.sides.after.units.getLayers().length")
            counted = between.sent / 1e6
        between.shutdown()
    return counted


def spot(page: Page, number: int) -> tuple[float, float]:
    """Return where on the screen the middle of one of the new units is, under no control."""
    x, y = page.evaluate(
        f"""(k) => {{ const live = {LIVE}; const side = live.sides.after;
          const box = side.map.getContainer().getBoundingClientRect();
          const places = side.features
            .map(f => side.map.latLngToContainerPoint([f.properties.at[1], f.properties.at[0]]))
            .filter(p => p.x > 80 && p.x < box.width - 80 && p.y > 60
              && p.y < Math.min(box.height, innerHeight - box.top) - 60)
            .map(p => [box.left + p.x, box.top + p.y])
            .filter(p => side.map.getContainer().contains(
              side.map.getContainer().getRootNode().elementFromPoint(...p)));
          return places[Math.floor(k * 0.618 * places.length) % places.length]; }}""",
        number,
    )
    return x, y


def visit(browser: Browser, address: str) -> dict[str, float]:
    """Measure one visit to the app."""
    with opened(browser, home=address, fresh=True) as tab:
        page = tab.page
        start = time.perf_counter()
        page.goto(address)
        tab.wait_for_map(120)
        first = time.perf_counter() - start - SETTLING
        page.wait_for_timeout(4 * REST)
        hovers, clicks, panels = zip(*(point(page, k) for k in range(TIMES)), strict=True)
        widgets = [switch(page, *words) for words in LANGUAGES]
    return {"first map": first, "hover": median(hovers), "click": median(clicks),
            "panel": median(panels), "widget": median(widgets)}  # fmt: skip


def point(page: Page, number: int) -> tuple[float, float, float]:
    """Hover over a unit and click it; return the seconds until each is painted, and its panel."""
    x, y = spot(page, number)
    page.mouse.move(*AWAY)
    page.wait_for_timeout(REST)
    start = time.perf_counter()
    page.mouse.move(x, y)
    page.wait_for_selector(".gm-tip:not([hidden])")
    page.evaluate(FRAMES)
    hover = time.perf_counter() - start
    before, start = page.url, time.perf_counter()
    page.mouse.click(x, y)
    page.evaluate(FRAMES)
    click = time.perf_counter() - start
    page.wait_for_function("(u) => location.href !== u", arg=before)
    panel = time.perf_counter() - start
    page.wait_for_timeout(REST)
    return hover, click, panel


def switch(page: Page, words: str, begins: str) -> float:
    """Change the language and return the seconds until the map has changed it."""
    start = time.perf_counter()
    page.get_by_text(words, exact=True).click()
    page.wait_for_function(
        f"(w) => {{ const live = {LIVE}; return live.parts.titles.before.textContent.startsWith(w); }}",
        arg=begins,
    )
    seconds = time.perf_counter() - start
    page.wait_for_timeout(REST)
    return seconds


def panning(tab: Tab, address: str) -> tuple[float, float]:
    """Return median and 95th percentile of the milliseconds between frames while panning."""
    tab.page.goto(address)
    tab.wait_for_map(120)
    tab.page.wait_for_timeout(3 * REST)
    x, y = spot(tab.page, 3)
    tab.page.evaluate("""() => { window.ticks = []; let last = performance.now();
      const tick = () => { const now = performance.now(); window.ticks.push(now - last); last = now;
        requestAnimationFrame(tick); }; requestAnimationFrame(tick); }""")
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    for step in range(40):
        tab.page.mouse.move(x - 4 * step, y + 2 * step)
    ticks = sorted(tab.page.evaluate("() => window.ticks"))
    tab.page.mouse.up()
    return median(ticks), ticks[int(0.95 * (len(ticks) - 1))]


def memory(address: str) -> float:
    """Return the memory of the server and of the processes that it started, in MB."""
    port = address.rsplit(":", 1)[1]
    servers = [p for p in psutil.process_iter(["cmdline"]) if port in (p.info["cmdline"] or ())]
    own = {p.pid: p for server in servers for p in (server, *server.children(recursive=True))}
    return sum(p.memory_info().rss for p in own.values()) / 1e6


def ours(browser: Browser, path: Path) -> str:
    """Return the line of the table for ``geo-merge app``: its start, then visits when it is warm."""
    start = time.perf_counter()
    command = ("-m", "geo_merge", "app", str(path), "--port", "{port}")
    with (
        tempfile.TemporaryDirectory() as cache,
        serving(*command, GEO_MERGE_CACHE=cache) as address,
    ):
        with opened(browser, home=address) as tab:
            tab.page.goto(address)
            tab.wait_for_map(120)
            cold = time.perf_counter() - start - SETTLING
            tab.page.wait_for_timeout(READ)
        visits = [visit(browser, address) for _ in range(TIMES)]
        with opened(browser, home=address) as tab:
            middle, slow = panning(tab, address)
        cells = [
            f"geo_merge, {path.name}",
            f"{cold:.2f} s",
            *(f"{median(v[k] for v in visits):.2f} s" for k in MEASURED),
            f"{middle:.0f} ms, 95 % under {slow:.0f} ms",
            f"{sent(browser, address):.2f} MB",
            f"{memory(address):.0f} MB",
        ]
    return f"| {' | '.join(cells)} |"


def from_disk(route: Route) -> None:
    """Answer with Leaflet's own files; whatever else folium asks for is empty."""
    script, style = leaflet_sources()
    url = route.request.url
    if url.startswith(("file:", "data:")):
        route.continue_()
    elif url.endswith("leaflet.js"):
        route.fulfill(body=script, content_type="text/javascript")
    elif url.endswith("leaflet.css"):
        route.fulfill(body=style, content_type="text/css")
    else:
        route.fulfill(body="", content_type="text/javascript" if url.endswith("js") else "text/css")


def stock(browser: Browser, path: Path, target: Path) -> str:
    """Return the line of the table for a stock folium page of the same units in full detail."""
    result = load_result(path)
    page = folium.Map(tiles=None, prefer_canvas=True)
    for frame in (result.old, result.new):
        shown = frame[["name", "geometry"]].reset_index(drop=True)
        folium.GeoJson(shown, tooltip=folium.GeoJsonTooltip(["name"]),
                       highlight_function=lambda _: {"weight": 4}).add_to(page)  # fmt: skip
    page.fit_bounds(page.get_bounds())
    page.save(str(target))
    loads, hovers = [], []
    for _ in range(TIMES):
        with opened(browser, fresh=True) as tab:
            tab.page.route("**/*", from_disk)
            start = time.perf_counter()
            tab.page.goto(target.as_uri(), wait_until="load")
            tab.page.wait_for_selector(".leaflet-overlay-pane canvas", state="attached")
            tab.page.evaluate(FRAMES)
            loads.append(time.perf_counter() - start)
            for k in range(TIMES):
                tab.page.mouse.move(600 + 30 * k, 450)
                tab.page.wait_for_timeout(REST)
                start = time.perf_counter()
                tab.page.mouse.move(605 + 30 * k, 452)
                tab.page.evaluate(FRAMES)
                hovers.append(time.perf_counter() - start)
    return (f"| stock folium, {path.name}, full detail | – | {median(loads):.2f} s | "
            f"{median(hovers):.2f} s | – | – | – | – | {target.stat().st_size / 1e6:.2f} MB | – |")  # fmt: skip


def main() -> None:
    """Measure, and write the table into docs/measured.md."""
    lines = [
        "| page | start to first map | first map | hover | click | its panel | language | frame while panning | sent | server |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder, browsing("/usr/bin/chromium") as browser:
        built = Path(folder) / "bac_ninh"
        run("build", BAC_NINH / "bac_giang_communes.shp", BAC_NINH / "bac_ninh_communes.shp",
            "--crosswalk", BAC_NINH / "crosswalk.csv", "--out", built)  # fmt: skip
        lines += [ours(browser, path) for path in (built, *map(Path, sys.argv[1:]))]
        lines.append(stock(browser, built, Path(folder) / "stock.html"))
    table = "\n".join(lines)
    write("page", table)
    print(table)  # noqa: T201 - a script


if __name__ == "__main__":
    main()
