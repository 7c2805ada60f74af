"""The papers that the page of downloads offers."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from small_results import small_result

from geo_merge.dossier.material import read_outside
from geo_merge.maps.display import drawn
from geo_merge.results.files import load_result
from geo_merge.texts import Language
from geo_merge.ui.download_page import papers
from geo_merge.ui.store import Loaded

docx = pytest.importorskip("docx")


@pytest.mark.parametrize(("language", "title"), [("vi", "HỒ SƠ SẮP XẾP"), ("en", "DOSSIER")])
def test_papers_are_made_of_what_the_page_shows(
    grid: Callable[..., gpd.GeoDataFrame], tmp_path: Path, language: Language, title: str
) -> None:
    result = drawn(load_result(small_result(grid, tmp_path)))
    west, south, _, north = result.new.total_bounds
    beside = gpd.GeoDataFrame({"code": ["9"], "name": ["Kề bên"]}, crs=result.new.crs,
                              geometry=[shapely.box(west - 900, south, west, north)])  # fmt: skip
    beside.to_file(tmp_path / "beside.gpkg")
    around = read_outside(tmp_path / "beside.gpkg", result.new)
    made = papers(Loaded("key", "result", result, {}, {}), language, around, allow_errors=False)
    paper = docx.Document(io.BytesIO(made))
    assert title in "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert len(around.units) == 1
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    assert any("beside.gpkg" in cell for cell in cells)
    assert {"Phường Bắc", "Phường Nam"} & cells or {"Bắc", "Nam"} <= cells
