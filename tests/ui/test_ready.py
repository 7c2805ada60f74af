"""What the server of the page has loaded, and when: nobody waits for what the map does not need."""

from __future__ import annotations

import subprocess
import sys

from conftest import ROOT

HEAVY = ("pandas", "geopandas", "folium", "altair", "geo_merge.dossier.document")
_LOADED = f"print(*[name for name in {HEAVY} if name in sys.modules]);"


def loaded(*statements: str) -> list[list[str]]:
    """Return which of the heavy modules a process has loaded after each statement."""
    code = "import sys;" + "".join(f"{each};{_LOADED}" for each in statements)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [line.split() for line in done.stdout.splitlines()]


def test_the_server_answers_before_polygons_can_be_read_and_shows_the_map_before_all_else() -> None:
    steps = loaded(
        "import geo_merge.cli.main, geo_merge.cli.results, geo_merge.results.required",
        "from geo_merge.ui import server",
        "server.get_ready()",
        "server.get_all_ready()",
    )
    assert steps[:3] == [[], [], ["pandas", "geopandas"]]
    assert set(steps[3]) == set(HEAVY)
