"""The package as it is installed: a wheel, with no checkout around it.

``GEO_MERGE_INSTALLED`` names the Python of an environment in which the wheel and nothing else was
installed, as CI makes it; otherwise a wheel is unpacked before all that this Python knows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from browsing import Tab, opened, serving
from conftest import ROOT
from playwright.sync_api import Browser

from geo_merge.texts import TEXTS, say

PAGES = ("map", "statistics", "checks", "data", "download")
FAULTS = ("Traceback", "Error:", "ImportError", "Exception", "This app has encountered an error")


@dataclass(frozen=True)
class Installed:
    """A Python with the package, and an empty folder to be in."""

    python: str
    environment: dict[str, str]
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the Python and return what it did."""
        return subprocess.run(
            [self.python, *arguments], cwd=self.folder, env={**os.environ, **self.environment},
            capture_output=True, text=True, encoding="utf-8", check=False, timeout=300,
        )  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("empty")
    python = os.environ.get("GEO_MERGE_INSTALLED")
    if python is not None:
        return Installed(python, {}, folder)
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return Installed(sys.executable, {"PYTHONPATH": str(target)}, folder)


def test_no_module_beside_the_page_hides_one_of_python(wheel: Path) -> None:
    """Streamlit looks beside the script first: there must be nothing but the script."""
    with zipfile.ZipFile(wheel) as archive:
        (page,) = [n for n in archive.namelist() if n.endswith("/app.py")]
        folder = page.rpartition("/")[0]
        beside = {n.removeprefix(f"{folder}/").split("/")[0] for n in archive.namelist()
                  if n.startswith(f"{folder}/")}  # fmt: skip
    assert beside == {"app.py", ".streamlit"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    kept = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert kept["app.py"] == page
    at_the_top = {path.stem for path in ROOT.glob("*.py")} | {p.parent.name for p in ROOT.glob("*/__init__.py")}  # fmt: skip
    assert at_the_top & sys.stdlib_module_names == set()


def test_the_command_line_works_without_a_checkout(installed: Installed) -> None:
    where = installed.run("-c", "import geo_merge; print(geo_merge.__file__)")
    assert not Path(where.stdout.strip()).is_relative_to(ROOT), where
    built = installed.run("-m", "geo_merge", "build", "--out", "result")
    assert built.returncode == 0, built.stderr
    assert "313 -> 99 units" in built.stdout
    assert (installed.folder / "result" / "map.html").is_file()
    copied = installed.run("-m", "geo_merge", "sample", "copy")
    assert copied.returncode == 0, copied.stderr
    assert (installed.folder / "copy" / "crosswalk.csv").is_file()


@pytest.fixture(scope="module")
def server(installed: Installed, browser: Browser) -> Iterator[str]:  # noqa: ARG001 - or skip
    with serving("-m", "geo_merge", "app", "--port", "{port}", python=installed.python,
                 cwd=installed.folder, **installed.environment) as address:  # fmt: skip
        yield address


@pytest.mark.parametrize("page", PAGES)
def test_every_page_works_without_a_checkout(
    browser: Browser, server: str, shot: Callable[[], Path | None], page: str
) -> None:
    with opened(browser, home=server, shot=shot) as tab:
        tab.page.goto(f"{server}/{page}?lang=en")
        tab.page.get_by_text(say("ui.sample", "en")).wait_for()
        seen(tab, page)
        body = tab.page.inner_text("body")
        assert [fault for fault in FAULTS if fault in body] == []
        assert tab.wrong == []


def seen(tab: Tab, page: str) -> None:
    """Wait until the page shows what it is for, and no more runs."""
    landmarks = {"statistics": "ui.ranking", "checks": "ui.ledger", "data": "intake.province",
                 "download": "ui.single_files"}  # fmt: skip
    if page == "map":
        tab.wait_for_map()
    else:
        tab.page.get_by_text(TEXTS[landmarks[page]][1], exact=True).first.wait_for()
    tab.page.locator("[data-test-script-state='notRunning']").first.wait_for(state="attached")


def test_the_page_keeps_its_settings_without_a_checkout(installed: Installed) -> None:
    code = (
        "from streamlit import config; from geo_merge.jobs.sample import app_file;"
        "config._main_script_path = str(app_file()); config.get_config_options(force_reparse=True);"
        "print(*map(config.get_option, ['server.address', 'server.enableXsrfProtection',"
        "'client.showErrorDetails', 'browser.gatherUsageStats', 'server.maxUploadSize']))"
    )
    told = installed.run("-c", code)
    assert told.stdout.split() == ["127.0.0.1", "True", "none", "False", "200"], told.stderr
