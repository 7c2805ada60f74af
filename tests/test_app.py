"""The page, by Streamlit's own test and in a browser without a network."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from streamlit.testing.v1 import AppTest
from test_maps import FLAGS

from geo_merge.maps import SCHEMATIC_NOTE
from geo_merge.sample import app_file


def test_the_page_shows_the_sample() -> None:
    page = AppTest.from_file(str(app_file()), default_timeout=60).run()
    assert not page.exception
    assert [m.value for m in page.metric] == ["313 → 99", "192 → 58", "121 → 41", "18 → 0"]
    assert [w.value for w in page.warning] == [SCHEMATIC_NOTE]
    table = page.dataframe[0].value
    assert len(table) == 99
    assert table["code"].iloc[0] == "07210"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(app_file()), "--server.port", str(port),
         "--server.address", "127.0.0.1", "--server.headless", "true",
         "--browser.gatherUsageStats", "false"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()  # noqa: S310
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def test_the_map_is_painted_and_the_download_is_whole(
    server: str, chromium: str, tmp_path: Path
) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1300, "height": 1300}, accept_downloads=True)
        outside: list[str] = []
        page.on(
            "request",
            lambda r: (
                outside.append(r.url)
                if not r.url.startswith((server, "data:", "blob:", "about:"))
                else None
            ),
        )
        page.goto(server)
        frame = page.frame_locator("iframe").first
        frame.locator(".leaflet-overlay-pane canvas").nth(1).wait_for(timeout=60_000)
        assert "After: 99 units" in frame.locator("body").inner_text()
        with page.expect_download(timeout=60_000) as download:
            page.get_by_text("Download the new units").click()
        download.value.save_as(tmp_path / "new.geojson")
        browser.close()
    features = json.loads((tmp_path / "new.geojson").read_text("utf-8"))["features"]
    assert len(features) == 99
    assert [url for url in outside if not url.startswith("ws://127.0.0.1")] == []
