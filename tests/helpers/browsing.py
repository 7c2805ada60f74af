"""A browser without a network, and what a test asks of a page with the before-and-after map."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from conftest import ROOT
from playwright.sync_api import Browser, Error, Page, Request, expect, sync_playwright
from playwright.sync_api import TimeoutError as TooLong

from geo_merge.texts import say

_STREAMLIT = ("-m", "streamlit", "run", "app.py", "--server.port", "{port}")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
LOCALE = "vi-VN"
# Whatever turns while one waits is painted sixty times a second, without a graphics card.
# And how often something was done on the page, so that nobody waits twice for what was done once.
_STILL = """addEventListener("DOMContentLoaded", () => {
  const style = document.createElement("style");
  style.textContent = ".stApp *, .stApp ::before, .stApp ::after "
    + "{ animation-duration: 1ms !important; animation-iteration-count: 1 !important }";
  if (document.getElementById("root")) { document.head.append(style); } });
window.done = 0;
for (const what of ["pointerdown", "keydown", "input", "change"]) {
  addEventListener(what, () => { window.done += 1; }, true); }"""
_RESTED = """() => window.rested === window.done
  && document.querySelector("[data-test-script-state='notRunning']") !== null"""
# Tabs that tests left: what a tab has compiled of a page's scripts it need not compile again.
_LEFT: dict[Browser, list[Page]] = {}
LONG = 90_000  # milliseconds
LIVE = "(window.geoMerge && window.geoMerge.page)"  # the map of a page
HOSTILE = [
    "<script>window.hit=1</script>", "<img src=x onerror='window.hit=1'>", "</script><script>window.hit=1</script>",
    "${window.hit=1}", "{{7*7}}", "`;window.hit=1;`", "%s %(x)s", "\\u003cb\\u003e", "x'\"", "<!-- https://evil.example www.evil.example a@evil.example",
]  # fmt: skip


@dataclass
class Tab:
    """A page, and what went wrong on it: requests to anywhere else, errors."""

    page: Page
    home: str = ""
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note every request that leaves the page's own server, and every error."""
        self.page.on("request", self._asked)
        self.page.on("pageerror", self._failed)

    def _asked(self, request: Request) -> None:
        allowed = ("data:", "file:", "about:", "blob:", *([self.home] if self.home else ()))
        if not request.url.startswith(allowed):
            self.wrong.append(request.url)

    def _failed(self, error: Error) -> None:
        self.wrong.append(f"{error}\n{error.stack}")

    def leave(self) -> None:
        """Leave nothing in the tab for whoever has it next."""
        self.page.remove_listener("request", self._asked)
        self.page.remove_listener("pageerror", self._failed)
        if self.page.url.startswith("http"):
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.context.clear_cookies()
        self.page.mouse.move(0, 0)
        self.page.goto("about:blank")

    def wait_for_map(self, seconds: float = 60) -> None:
        """Wait until both sides are painted."""
        self.page.wait_for_function(
            f"() => {{ const live = {LIVE}; return live && live.sides.after.map "
            "&& live.sides.after.units.getLayers().length > 0; }", timeout=1000 * seconds,
        )  # fmt: skip
        self.page.wait_for_timeout(200)

    def rest(self, seconds: float = 1.5) -> None:
        """Wait until no run of the script has been under way for some seconds.

        What is clicked or counted while one is may be drawn anew, or come twice.
        """
        try:
            self.page.wait_for_function(
                f"""() => {{
                  const rests = document.querySelector("[data-test-script-state='notRunning']");
                  window.restsSince = rests ? window.restsSince || Date.now() : null;
                  return rests && Date.now() - window.restsSince > {1000 * seconds}; }}""",
                polling=100,
            )
        except Error as error:  # is a run under way, or has the server gone?
            app = self.page.locator("[data-test-script-state]").first
            state = app.evaluate("app => ({ ...app.dataset })", timeout=1000)
            raise AssertionError(f"no rest: {state}") from error
        self.page.evaluate("window.restsSince = null; window.rested = window.done")

    def give(self, slot: str, path: Path) -> None:
        """Give a file to a slot of the user's data, and wait until the page has taken it."""
        found = self.page.locator(f"[class*=st-key-upload_{slot}] input[type=file]")
        found.wait_for(state="attached")
        if not self.page.evaluate(_RESTED):
            self.rest()
        found.set_input_files(str(path))
        self.page.locator(f"[class*=st-key-remove_{slot}]").first.wait_for()
        self.rest()

    def choose(self, field: str, value: str, tries: int = 5) -> None:
        """Choose something in the list of a field; a run of the script closes the list again."""
        found = self.page.get_by_role("option", name=value)
        for _ in range(tries):
            self.rest(0.5)
            self.page.get_by_role("combobox", name=field, exact=True).click()
            try:
                found.click(timeout=LONG / tries)
            except TooLong:
                continue
            return
        raise AssertionError(f"no {value!r} in the list of {field!r}")

    def saved(self, name: str, folder: Path) -> Path:
        """Download a file from the page of downloads, which must be open."""
        self.rest(0.5)
        with self.page.expect_download(timeout=60_000) as download:
            self.page.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename == name
        path = folder / name
        download.value.save_as(path)
        return path

    def told(self, key: str, **values: object) -> None:
        """Wait until the page, which is in English, says something."""
        expect(self.page.get_by_text(say(key, "en", **values)).first).to_be_visible(timeout=LONG)

    def pages(self) -> Iterator[str]:
        """Go to every page that the navigation leads to, and yield the name of each."""
        links = self.page.get_by_test_id("stTopNavLink")
        links.first.wait_for(timeout=90_000)
        for k in range(links.count()):
            links.nth(k).click()
            self.rest(2.0)
            yield links.nth(k).inner_text()

    def live(self, expression: str) -> object:
        """Return the value of an expression about the map, `live`."""
        return self.page.evaluate(f"() => {{ const live = {LIVE}; return {expression}; }}")

    def until(self, expression: str) -> None:
        """Wait until an expression about the map, `live`, holds."""
        self.page.wait_for_function(
            f"() => {{ const live = {LIVE}; return live && ({expression}); }}", timeout=LONG
        )

    def painted(self, side: str) -> int:
        """Count the painted pixels of a side."""
        return self.page.evaluate(
            f"""() => {{ const live = {LIVE};
              const canvas = live.sides['{side}'].map.getPane('{side}-units').querySelector('canvas');
              const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
              let n = 0; for (let k = 3; k < data.length; k += 4) {{ if (data[k] > 0) n++; }}
              return n; }}"""
        )

    def spot(self, side: str, code: str) -> tuple[float, float]:
        """Return where on the screen the middle of a unit is."""
        x, y = self.page.evaluate(
            f"""() => {{ const live = {LIVE}; const side = live.sides['{side}'];
              const at = side.get('{code}').properties.at;
              const p = side.map.latLngToContainerPoint([at[1], at[0]]);
              const box = side.map.getContainer().getBoundingClientRect();
              return [box.left + p.x, box.top + p.y]; }}"""
        )
        return x, y

    def hover(self, side: str, code: str) -> str:
        """Move the pointer to a unit and return what the page says of it."""
        x, y = self.spot(side, code)
        self.page.mouse.move(x - 2, y)
        self.page.mouse.move(x, y)
        self.page.wait_for_selector(".gm-tip:not([hidden])")
        return self.page.inner_text(".gm-tip")

    def click(self, side: str, code: str) -> None:
        """Click on a unit."""
        self.page.mouse.click(*self.spot(side, code))

    def tick(self, label: str) -> None:
        """Tick a layer in the panel of what else can be chosen."""
        if not self.page.locator(".gm-panel").is_visible():
            self.page.click(".gm-more")
        self.page.check(f".gm-panel label:has-text('{label}') input")

    def lit(self, side: str) -> list[str]:
        """Return the codes of the units that are lit up for the chosen one."""
        return sorted(
            self.live(f"(live.sides['{side}'].lights.chosen ? "
                      f"live.sides['{side}'].lights.chosen.getLayers() : [])"
                      ".map(l => l.feature.properties.code)")
        )  # fmt: skip


@contextmanager
def serving(*command: str, python: str | Path = sys.executable, cwd: Path = ROOT,
            **environment: str) -> Iterator[str]:  # fmt: skip
    """Start the page and yield its address.

    `command` is what Python is to run, with ``{port}`` in it; by default Streamlit on ``app.py``.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    process = subprocess.Popen(
        [python, *(word.replace("{port}", port) for word in command or _STREAMLIT)],
        cwd=cwd, env={**os.environ, "STREAMLIT_SERVER_HEADLESS": "true", **environment},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()  # noqa: S310
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def browsing(chromium: str) -> Iterator[Browser]:
    """Start a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()
        _LEFT.pop(browser, None)


def _new_tab(browser: Browser, locale: str) -> Page:
    context = browser.new_context(locale=locale)
    context.add_init_script(_STILL)
    return context.new_page()


@contextmanager
def opened(browser: Browser, *, home: str = "", width: int = 1400, height: int = 900, dark: bool = False,
           locale: str = LOCALE, fresh: bool = False, shot: Callable[[], Path | None] = lambda: None) -> Iterator[Tab]:  # fmt: skip
    """Open a tab; `shot` says at the end where a picture of it goes, if anywhere.

    It may be one that another test left, of which nothing is there but compiled scripts; `fresh`
    asks for one that has seen no page yet.
    """
    left = _LEFT.setdefault(browser, [])
    shared = locale == LOCALE and not fresh
    page = left.pop() if shared and left else _new_tab(browser, locale)
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.set_default_timeout(LONG)  # machines may do much else meanwhile
    tab = Tab(page, home)
    tab.watch()
    done = False
    try:
        yield tab
        done = True
    finally:
        picture = shot()
        if picture is not None:
            page.screenshot(path=str(picture), full_page=True)
        if shared and done and picture is None:
            tab.leave()
            left.append(page)
        else:
            page.context.close()
