"""The papers that the page of downloads offers."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from small_results import small_result

from geo_merge.dossier.material import read_outside
from geo_merge.maps.display import drawn
from geo_merge.results.files import load_result, sha256
from geo_merge.system import worker
from geo_merge.texts import Language
from geo_merge.ui import work
from geo_merge.ui.download_page import declared_seats, papers
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
    loaded = Loaded("key", "result", result, {}, {})
    told: list[str] = []
    made = worker.run(papers(loaded, language, outside=around, allow_errors=False), told.append)
    paper = docx.Document(io.BytesIO(made))
    assert {"Drawing", "Writing"} <= set(told)  # whoever waits sees what is under way
    assert title in "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert len(around.units) == 1
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    assert any("beside.gpkg" in cell for cell in cells)
    assert {"Phường Bắc", "Phường Nam"} & cells or {"Bắc", "Nam"} <= cells


def test_papers_come_as_pdf_too_and_with_the_seats_of_the_declared_table(
    grid: Callable[..., gpd.GeoDataFrame], tmp_path: Path
) -> None:
    result = drawn(load_result(small_result(grid, tmp_path)))
    seats = tmp_path / "declared.csv"
    seats.write_text("new_code,seat\nN1,Trụ sở UBND xã Đồng Kỳ (cũ)\nN2,\n", "utf-8")
    mine = work.begin()
    mine.take("declared", [seats])
    (kept,) = mine.files("declared")
    loaded = Loaded("key", "result", result, {"declared.csv": sha256(kept)}, {})
    assert declared_seats(loaded, mine) == kept
    assert declared_seats(replace(loaded, inputs={"declared.csv": "other"}), mine) is None
    assert declared_seats(loaded, None) is None
    told: list[str] = []
    paper = papers(loaded, "vi", "dossier.html", seats=kept, allow_errors=False)(
        told.append
    ).decode()
    assert "Trụ sở UBND xã Đồng Kỳ (cũ)" in paper
    assert "Chưa có số liệu về trụ sở" not in paper
    pdf = papers(loaded, "vi", "dossier.pdf", seats=kept, allow_errors=False)(told.append)
    assert pdf.startswith(b"%PDF-")
