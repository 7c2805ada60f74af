"""Several people at once: eight browsers, each with a merger of its own, on one server.

``python tests/benchmarks/sessions.py [--sessions 8] [LAYER... --crosswalk FILE]`` starts
``geo-merge app``, gives each browser a small layer with names of its own (the first one the layers
that are named), lets all of them merge at once, and watches. Any breach is told, and makes the exit
status 1: another's work on somebody's page, more workers at once than were allowed, a worker, a
temporary folder or work that is left when all are gone.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "helpers")]

import geopandas as gpd  # noqa: E402
import pandas as pd  # noqa: E402
import psutil  # noqa: E402
from browsing import LONG, Tab, browsing, opened, serving  # noqa: E402
from conftest import CRS, square  # noqa: E402

from geo_merge.texts import say  # noqa: E402

_WORKERS = 2
_GONE = 5.0  # seconds after which what sessions began is gone with them
_PATIENCE = 600_000  # milliseconds in which a merger has to end, on a busy machine
_MARK = re.compile(r"Phòng \d+")


@dataclass
class Watch:
    """What the processes of a server take, looked at several times a second."""

    server: psutil.Process
    workers: int = 0
    server_mb: float = 0.0
    worker_mb: float = 0.0
    together_mb: float = 0.0
    ended: Event = field(default_factory=Event)

    def look(self) -> None:
        """Look until it is told that all has ended."""
        while not self.ended.wait(0.2):
            with suppress(psutil.NoSuchProcess):
                own = self.server.memory_info().rss / 2**20
                each = [m for p in at_work(self.server) if (m := _mb(p))]
                self.workers = max(self.workers, len(each))
                self.server_mb = max(self.server_mb, own)
                self.worker_mb = max([self.worker_mb, *each])
                self.together_mb = max(self.together_mb, own + sum(each))


def _mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 2**20
    except psutil.NoSuchProcess:
        return 0.0


def at_work(server: psutil.Process) -> list[psutil.Process]:
    """Return the workers of a server; what these start reads one file for them.

    They are copies of a process that it keeps, which has imported what they need (`copies`).
    """
    found = []
    for original in server.children():
        with suppress(psutil.NoSuchProcess):
            if "geo_merge.system.worker" in original.cmdline():
                found += original.children()
    return found


def layer_of(folder: Path, k: int) -> tuple[list[Path], Path]:
    """Write nine squares whose new unit bears the number of a session, and their crosswalk."""
    folder.mkdir()
    codes = [f"{k + 1:02d}{n:03d}" for n in range(9)]
    squares = [square(x, y) for y in range(3) for x in range(3)]
    named = {"code": codes, "name": [f"Xã {code}" for code in codes], "unit_type": "Xã"}
    gpd.GeoDataFrame(named, geometry=squares, crs=CRS).to_file(folder / "old.gpkg")
    rows = {"old_code": codes, "new_code": f"N{k}", "new_name": f"Phòng {k}", "new_type": "Xã"}
    pd.DataFrame(rows).to_csv(folder / "crosswalk.csv", index=False)
    return [folder / "old.gpkg"], folder / "crosswalk.csv"


def given(tab: Tab, address: str, layers: Sequence[Path], crosswalk: Path) -> None:
    """Give a session its files."""
    tab.page.goto(f"{address}/data?lang=en")
    for layer in layers:
        tab.give("layers", layer)
    tab.give("crosswalk", crosswalk)
    tab.page.locator(".st-key-merge button").first.wait_for(timeout=LONG)


def seen(tab: Tab) -> str:
    """Return all that the pages of a session say, and the address of its work."""
    return "\n".join(tab.page.locator("body").inner_text() for _ in tab.pages())


def breaches(sessions: int, folder: Path, named: tuple[list[Path], Path] | None) -> Iterator[str]:
    """Let sessions merge at once; yield what should not be."""
    temporary, works = folder / "temporary", folder / "works"
    temporary.mkdir()
    inputs = [layer_of(folder / f"input{k}", k) for k in range(sessions)]
    if named is not None:
        inputs[0] = named
    before = {p.pid for p in psutil.Process().children()}
    with serving(
        "-m", "geo_merge", "app", "--port", "{port}", TMPDIR=str(temporary), GEO_MERGE_CACHE="off",
        GEO_MERGE_WORK=str(works), GEO_MERGE_WORKERS=str(_WORKERS),
    ) as address:  # fmt: skip
        server = _server(next(p for p in psutil.Process().children() if p.pid not in before))
        watch = Watch(server)
        watching = Thread(target=watch.look, daemon=True)
        watching.start()
        yield from _merging(address, inputs, own_names=named is None)
        time.sleep(_GONE)
        if left := at_work(server):
            yield f"workers live on: {left}"
        yield from _left(temporary, "sessions that are gone")
        watch.ended.set()
        watching.join()
        if watch.workers > _WORKERS:
            yield f"{watch.workers} workers at once, of {_WORKERS}"
    yield from _left(temporary, "a server that has ended")
    kept = len(list(works.iterdir())) if works.exists() else 0
    print(f"{sessions} sessions: at most {watch.workers} workers at once of {_WORKERS}; server "  # noqa: T201
          f"{watch.server_mb:.0f} MB, a worker {watch.worker_mb:.0f} MB, together "
          f"{watch.together_mb:.0f} MB; folders of kept work: {kept}")  # fmt: skip


def _merging(
    address: str, inputs: Sequence[tuple[list[Path], Path]], *, own_names: bool
) -> Iterator[str]:
    """Let every session merge what it was given, all at once; yield what one sees of another."""
    chromium = shutil.which("chromium")
    assert chromium is not None
    with ExitStack() as people:
        browser = people.enter_context(browsing(chromium))
        tabs = [people.enter_context(opened(browser, home=address, fresh=True)) for _ in inputs]
        for tab, (layers, crosswalk) in zip(tabs, inputs, strict=True):
            given(tab, address, layers, crosswalk)
        for tab in tabs:
            tab.page.locator(".st-key-merge button").first.click()
        for tab in tabs:
            tab.page.get_by_text(say("intake.go_map", "en")).first.wait_for(timeout=_PATIENCE)
        for k, tab in enumerate(tabs):
            marks = set(_MARK.findall(seen(tab)))
            if marks != ({f"Phòng {k}"} if own_names or k else set()):
                yield f"session {k} sees {sorted(marks)}"
            yield from (f"session {k}: {wrong}" for wrong in tab.wrong)
        links = {tab.page.url.partition("work=")[2].partition("&")[0] for tab in tabs}
        if len(links - {""}) != len(inputs):
            yield f"{len(inputs)} sessions have {len(links)} addresses of work"


def _left(temporary: Path, of: str) -> Iterator[str]:
    """Yield our temporary folders that are left."""
    if files := [path.name for path in temporary.iterdir() if "geo_merge_" in path.name]:
        yield f"temporary folders of {of}: {files}"


def _server(process: psutil.Process) -> psutil.Process:
    """Return the process that serves: the command's own, or what it started."""
    for each in [process, *process.children(recursive=True)]:
        if "streamlit" in " ".join(each.cmdline()):
            return each
    return process


def main() -> int:
    """Let them merge, and tell what was breached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("layers", nargs="*", type=Path)
    parser.add_argument("--crosswalk", type=Path)
    parser.add_argument("--sessions", type=int, default=8)
    chosen = parser.parse_args()
    named = (chosen.layers, chosen.crosswalk) if chosen.layers else None
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for breach in breaches(chosen.sessions, Path(folder), named):
            print(f"BREACH {breach}", flush=True)  # noqa: T201
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
