"""Shared data: small grids worked out by hand, and the real data where it is present."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import commands
import geopandas as gpd
import pytest
import shapely
from hypothesis import settings

pytest_plugins = ["pages"]
ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
# The same examples each time, so that a red run means a change; HYPOTHESIS_PROFILE=random searches.
# How long one takes says how busy the machine is, and nothing else.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("random", derandomize=False, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
# No test finds what another one left, or leaves anything on the user's disk.
os.environ["GEO_MERGE_CACHE"] = "off"
# Tests start some hundred processes: what one has compiled the next need not, nor what pytest
# has rewritten.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Fixtures that skip where the reference data is absent.
REFERENCE = {"bac_ninh", "vietnam", "corpora"}
MARKERS = (
    "real: needs the reference data beside the clone",
    "browser: needs headless Chromium",
    "cluster: starts Dask",
    "law: holds for random layers",
    "random: tries other layers for LAWS_SECONDS, if that is set",
)
_BY_FOLDER = {"browser": "browser", "cluster": "cluster", "laws": "law"}
# What takes long comes first, so that no process is left with it at the end.
_FIRST = ("browser", "real", "cluster", "laws")
FAILED = pytest.StashKey[bool]()
CRS = 9214  # VN-2000 / TM-3 107°00′
ORIGIN = (400_000.0, 2_350_000.0)  # near the town of Bắc Giang


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    commands.WARNINGS = [f"-W{rule}" for rule in config.getoption("pythonwarnings") or ()]


def pytest_xdist_auto_num_workers() -> int:
    """Of ``-n auto``: a process more than there are cores, since some wait for browsers."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if REFERENCE & set(getattr(item, "fixturenames", ())):
            item.add_marker("real")
        if _room(item) in _BY_FOLDER:
            item.add_marker(_BY_FOLDER[_room(item)])
    items.sort(key=lambda item: (*_FIRST, _room(item)).index(_room(item)))


def _room(item: pytest.Item) -> str:
    return item.path.relative_to(ROOT / "tests").parts[0]


def pytest_collection_finish() -> None:
    """Leave what was imported out of each search for garbage: Streamlit asks for one after a run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _work(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The folder of the work that pages keep."""
    os.environ["GEO_MERGE_WORK"] = str(tmp_path_factory.mktemp("work"))


@pytest.fixture(autouse=True)
def _main() -> Iterator[None]:
    """Give the main module back that a page took: processes that are spawned run it first."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def bac_ninh() -> Path:
    """The real data of the new Bắc Ninh."""
    folder = DATA / "bac_ninh"
    if not folder.is_dir():
        pytest.skip(f"the reference data is absent: {folder}")
    return folder


@pytest.fixture(scope="session")
def vietnam() -> Path:
    """The real data of the whole country."""
    folder = DATA / "vietnam"
    if not folder.is_dir():
        pytest.skip(f"the reference data is absent: {folder}")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium: of one that draws no windows, which takes less time, if it is there."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if path is None:
        pytest.skip("neither chromium-headless-shell nor chromium is installed")
    return path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know whether their test failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, default=False) or report.failed
    return report


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[], Path | None]:
    """Where the picture of a page goes if its test failed: CI keeps that folder."""

    def path() -> Path | None:
        if not request.node.stash.get(FAILED, default=False) and sys.exc_info()[0] is None:
            return None
        folder = ROOT / ".screenshots"
        folder.mkdir(exist_ok=True)
        return folder / f"{request.node.name[:80]}.png".replace("/", "_")

    return path


def square(column: float, row: float, size: float = 1000.0) -> shapely.Polygon:
    """A square of a grid, in metres from the origin."""
    x, y = ORIGIN[0] + column * size, ORIGIN[1] + row * size
    return shapely.box(x, y, x + size, y + size)


@pytest.fixture(scope="session")
def grid() -> Callable[..., gpd.GeoDataFrame]:
    """Make a unit layer of columns by rows squares of 1 km², coded 00001, 00002, ..."""

    def make(columns: int = 2, rows: int = 2, **extra: object) -> gpd.GeoDataFrame:
        shapes = [square(c, r) for r in range(rows) for c in range(columns)]
        codes = [f"{k:05d}" for k in range(1, len(shapes) + 1)]
        frame = gpd.GeoDataFrame(
            {"name": [f"Xã {k}" for k in range(1, len(shapes) + 1)], "unit_type": "Xã", **extra},
            geometry=shapes,
            crs=CRS,
        )
        frame.index = frame.index.__class__([], dtype="int64") if not codes else frame.index
        return frame.set_index(gpd.pd.Index(codes, name="code"))

    return make
