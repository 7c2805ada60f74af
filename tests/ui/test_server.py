"""The page as a server: whom it answers, how much it works at once, and what it leaves behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import psutil
import pytest
from browsing import Tab, opened, serving
from playwright.sync_api import Browser
from processes import at_work

from geo_merge.errors import UsageError
from geo_merge.system.turns import VARIABLE, Turns, most_workers
from geo_merge.texts import say

Grid = Callable[..., gpd.GeoDataFrame]
SECONDS = 60  # ample for what takes one


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def server(temporary: Path) -> Iterator[str]:
    """A page with one worker at most."""
    with serving(TMPDIR=str(temporary), **{VARIABLE: "1"}) as address:
        yield address


@pytest.fixture
def layer(grid: Grid, tmp_path: Path) -> Path:
    grid().reset_index().to_file(tmp_path / "layer.gpkg")
    return tmp_path / "layer.gpkg"


def process_of(address: str) -> psutil.Process:
    """Return the process that serves an address."""
    port = address.rpartition(":")[2]
    (found,) = [p for p in psutil.Process().children() if port in p.cmdline()]
    return found


def until(what: Callable[[], object], seconds: float = SECONDS) -> Any:
    """Wait until something is so, and return it."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)
    return found


def workers(server: str) -> list[psutil.Process]:
    """Return the processes of a server that run a worker's program.

    One that was forked and runs nothing yet is none: suspended there, it would keep the thread
    that forked it (``vfork``) waiting, and with it the session that is to end it.
    """
    return at_work(process_of(server))


def held_worker(server: str) -> psutil.Process:
    """Return the worker of a server, which is held: it does not get on, as with a huge file."""
    (held,) = until(lambda: workers(server))
    held.suspend()
    return held


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def give(tab: Tab, server: str, layer: Path) -> None:
    tab.page.goto(f"{server}/data?lang=en")
    inputs = tab.page.locator("input[type=file]")
    inputs.first.wait_for(state="attached", timeout=90_000)  # it makes the sample first
    inputs.first.set_input_files(str(layer))


def answer(server: str, host: str, *headers: str, path: str = "/") -> str:
    """Return the first line of what a server answers to a request for a host."""
    place, _, port = server.removeprefix("http://").partition(":")
    request = "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *headers, "", ""])
    with socket.create_connection((place, int(port)), timeout=SECONDS) as connection:
        connection.sendall(request.encode())
        return connection.recv(200).decode().splitlines()[0]


@pytest.mark.parametrize(
    "path", ["/", "/data", "/_stcore/health", "/static/index.js", "/_stcore/stream"]
)
def test_a_request_for_another_host_is_refused(server: str, path: str) -> None:
    """As a page elsewhere sends it whose name was made to lead here (DNS rebinding)."""
    upgrade = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==") if path.endswith("stream") else ()  # fmt: skip
    port = server.rpartition(":")[2]
    for host in ("evil.example", f"evil.example:{port}", f"localhost.evil.example:{port}", ""):
        assert answer(server, host, *upgrade, path=path).split()[1] in {"400", "403"}, host
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        assert answer(server, host, *upgrade, path=path).split()[1] in {"200", "101", "404"}, host


def test_nobody_else_reaches_the_server(server: str) -> None:
    listening = [c.laddr.ip for c in process_of(server).net_connections() if c.status == "LISTEN"]
    assert listening == ["127.0.0.1"]


def test_work_and_uploads_go_with_the_browser_and_who_waits_comes_next(
    browser: Browser, server: str, temporary: Path, layer: Path
) -> None:
    with opened(browser, home=server) as second:
        with opened(browser, home=server) as first:
            give(first, server, layer)
            held = held_worker(server)
            assert list(temporary.glob("geo_merge_*/files/layer.gpkg"))
            give(second, server, layer)
            second.page.get_by_text(say("ui.queued", "en", place=1)).wait_for()
            assert workers(server) == [held]
        until(lambda: gone(held))
        second.page.get_by_text("layer.gpkg").first.wait_for()
        second.page.get_by_text(say("ui.no_crosswalk", "en")).wait_for()
    until(lambda: not list(temporary.iterdir()))
    assert workers(server) == []


def test_work_ends_when_its_page_is_left(browser: Browser, server: str, layer: Path) -> None:
    with opened(browser, home=server) as tab:
        give(tab, server, layer)
        held = held_worker(server)
        tab.page.get_by_role("link", name="Statistics").click()
        until(lambda: gone(held))


def test_a_killed_server_leaves_no_worker_and_its_uploads_go_at_the_next_start(
    browser: Browser, tmp_path: Path, layer: Path
) -> None:
    place = tmp_path / "temporary"
    (place / "geo_merge_mine").mkdir(parents=True)
    (place / "geo_merge_mine" / "plan.dwg").write_text("mine")
    with serving(TMPDIR=str(place)) as address, opened(browser, home=address) as tab:
        give(tab, address, layer)
        held = held_worker(address)
        process_of(address).send_signal(signal.SIGKILL)
        held.resume()
        until(lambda: gone(held))
        assert list(place.glob("geo_merge_*/files/layer.gpkg"))
    with serving(TMPDIR=str(place)):
        assert [path.name for path in place.iterdir()] == ["geo_merge_mine"]


def test_turns_come_in_order_and_who_gives_up_is_passed_over() -> None:
    turns, done, places = Turns(2), [], {}
    go = threading.Event()

    def work(name: int) -> None:
        def wait(place: int) -> None:
            places.setdefault(name, []).append(place)
            if name == 3:
                raise KeyboardInterrupt

        try:
            with turns.take(wait):
                done.append(name)
                if name < 2:
                    go.wait(SECONDS)
        except KeyboardInterrupt:
            done.append("gave up")

    threads = [threading.Thread(target=work, args=(name,)) for name in range(5)]
    for name, thread in enumerate(threads):
        thread.start()
        until(lambda name=name: name in places or len(done) > name)
    go.set()
    for thread in threads:
        thread.join(SECONDS)
    assert done[:3] == [0, 1, "gave up"]
    assert sorted(done[3:]) == [2, 4]
    assert (places[2][0], places[3][0], places[4][0]) == (1, 2, 2)


@pytest.mark.parametrize("chosen", ["0", "-1", "two", "1.5"])
def test_a_number_of_workers_that_is_none_is_told(
    chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, chosen)
    with pytest.raises(UsageError, match="give a number from 1"):
        most_workers()


def test_by_default_there_are_not_more_workers_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert 1 <= most_workers() <= (os.cpu_count() or 1)


def test_scripts_of_the_page_come_compressed_and_all_else_as_it_is(server: str) -> None:
    def encoding(path: str) -> str | None:
        asked = urllib.request.Request(f"{server}/{path}", headers={"Accept-Encoding": "gzip"})  # noqa: S310
        with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310
            return answer.headers["Content-Encoding"]

    with urllib.request.urlopen(server, timeout=SECONDS) as page:  # noqa: S310
        script = re.search(rb"static/js/index[\w.-]+\.js", page.read())
    assert script is not None
    assert encoding(script[0].decode()) == "gzip"
    assert encoding("_stcore/health") is None
