"""The result in a folder as the page opens it: the map and its figures before the polygons."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import orjson
import pytest
from app_tests import AppTest
from small_results import small_result

from geo_merge.errors import ExportError
from geo_merge.jobs.sample import RESULT_VARIABLE
from geo_merge.maps.display import display, drawn
from geo_merge.maps.embedded import display_in
from geo_merge.maps.page import map_html
from geo_merge.planning.scales import scales_of
from geo_merge.ui.server import PAGE
from geo_merge.ui.store import Loaded
from geo_merge.ui.written import Written

NAME = "Xã </script><b>&\\u003c"


@pytest.fixture
def folder(grid: Callable[..., gpd.GeoDataFrame], tmp_path: Path) -> Path:
    return small_result(grid, tmp_path, (NAME, "Nam"))


def test_the_map_of_a_folder_is_shown_before_its_polygons_are_read(folder: Path) -> None:
    written = Written(folder)
    loaded = Loaded("key", "out", written, {}, {})
    shown = loaded.display
    assert (loaded.summary["after"]["count"], loaded.errors) == (2, 0)
    assert (shown.has("after", "N1"), shown.has("before", "00003"), shown.has("after", "x")) == (
        True, True, False)  # fmt: skip
    assert not written.is_read
    result = loaded.result
    assert written.is_read
    computed = display(result, scales_of(result.summary.get("country")))
    one, other = shown.content, computed.content
    assert {**one, "findings": None} == {**other, "findings": None}
    told = [[f["properties"] for f in each["findings"]["features"]] for each in (one, other)]
    assert told[0] == told[1] != []
    assert shown.detail == computed.detail
    assert orjson.loads(orjson.dumps(computed.settings)) == shown.settings
    assert [unit["name"] for unit in shown.content["after"]] == [NAME, "Nam"]
    again = drawn(Written(folder).read())
    assert again.drawing.bounds == pytest.approx(result.drawing.bounds)


def test_a_map_of_another_version_or_older_than_the_rest_is_drawn_anew(folder: Path) -> None:
    path = folder / "map.html"
    text = path.read_text("utf-8")
    path.write_text(text.replace("geoMerge.mount", "geoMerge.show"), "utf-8")
    other = Written(folder)
    assert other.shown is None
    assert other.is_read
    assert Loaded("key", "out", other, {}, {}).display.has("after", "N1")
    path.write_text(text, "utf-8")
    assert Written(folder).shown is not None
    late = path.stat().st_mtime + 3600
    os.utime(folder / "summary.json", (late, late))
    assert Written(folder).shown is None


def test_a_page_without_data_shows_nothing(folder: Path) -> None:
    result = Written(folder).read()
    assert display_in("<html></html>") is None
    assert display_in(map_html(result).replace('id="gm-settings"', 'id="x"')) is None
    (folder / "old_units.geojson").unlink()
    with pytest.raises(ExportError, match="old_units.geojson"):
        Written(folder)


def test_the_first_page_of_a_folder_does_not_wait_for_its_polygons(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RESULT_VARIABLE, str(folder))
    monkeypatch.setattr("geo_merge.ui.written._AHEAD", 3600.0)
    test = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert not test.exception
    assert any("4 → 2" in block.value for block in test.get("html"))
    from geo_merge.ui import store  # noqa: PLC0415 - the page's own

    assert not store.read_directory().source.is_read
