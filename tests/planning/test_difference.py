"""The map of differences of two plans: what is marked, and that it says so to the browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from geo_merge.cli.main import app
from geo_merge.errors import UsageError
from geo_merge.planning.compare import compare
from geo_merge.planning.difference import difference_html
from geo_merge.planning.layer import measure
from geo_merge.planning.operations import Assign, Release
from geo_merge.planning.plan import NewUnit, Plan, old_units_of

Grid = Callable[..., gpd.GeoDataFrame]


def page_of(grid: Grid) -> tuple[str, dict[str, Any]]:
    """Return the page of a plan of six squares and one in which the third moved, and its data."""
    frame = grid(3, 2, population=[60, 50, 40, 30, 20, 10])
    frame["name"] = ["</script><b>", *frame["name"][1:]]
    new = {code: NewUnit(code, f"Xã {code}", "Xã") for code in "ABC"}
    homes = dict(zip(frame.index, "AABBCC", strict=True))
    one = Plan(old_units_of(frame), new, homes)
    two = Release(("00006",)).on(Assign(("00003",), "A").on(one))
    page = difference_html(compare(one, two, measure(frame)), frame, ("một", "hai"), "vi")
    found = re.search(r"document\.body, (\{.*\}), (\{.*\})\);</script>", page)
    assert found is not None
    return page, json.loads(found[2])


def test_what_moved_grew_and_was_split_is_told_to_the_map(grid: Grid) -> None:
    _, data = page_of(grid)
    assert data["homes"] == [list("AABBCC"), ["A", "A", "A", "B", "C", None]]
    assert data["moved"] == [2, 5]
    assert data["pairs"] == [["grown", "A", "A"], ["split", "B", "B"], ["split", "C", "C"]]
    assert data["news"][0]["A"] == ["Xã A", "Xã", "grown"]
    assert data["titles"] == ["một", "hai"]


def test_the_page_needs_nothing_else_and_is_the_same_again(grid: Grid) -> None:
    page, _ = page_of(grid)
    assert page == page_of(grid)[0]
    assert "</script><b>" not in page
    assert not re.search(r"""src=["']https?:""", page)
    assert '<html lang="vi"' in page


def test_the_command_writes_it(grid: Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grid().reset_index().to_file(tmp_path / "communes.gpkg")
    monkeypatch.chdir(tmp_path)
    rows = "00001,A,Một\n00002,A,Một\n00003,B,Hai\n00004,B,Hai\n"
    Path("x.csv").write_text(f"old_code,new_code,new_name\n{rows}", "utf-8")

    def run(*arguments: str) -> None:
        app(list(arguments), standalone_mode=False)

    run("plan", "new", "communes.gpkg", "--crosswalk", "x.csv", "--out", "p")
    run("plan", "assign", "p", "00002", "--to", "B", "--out", "q")
    run("plan", "compare", "p", "q", "--map", "d.html", "--lang", "en")
    assert "Two plans compared" in Path("d.html").read_text("utf-8")
    with pytest.raises(UsageError, match=r"--map d\.pdf: name a file that ends in \.html"):
        run("plan", "compare", "p", "q", "--map", "d.pdf")
