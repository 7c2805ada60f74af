"""Workbooks of plans have headings in the language that was asked for; CSV keeps its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from geo_merge.cli.main import app

Grid = Callable[..., gpd.GeoDataFrame]


@pytest.mark.parametrize(
    ("language", "sheets", "heading"),
    [("vi", ["đối chiếu tiêu chuẩn", "đơn vị mới"], "Mức quy định"),
     ("en", ["verdicts", "units"], "Required")],
)  # fmt: skip
def test_headings_are_in_the_language(  # noqa: PLR0917 - fixtures and cases
    grid: Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    language: str, sheets: list[str], heading: str,
) -> None:  # fmt: skip
    grid(population=[1, 2, 3, 4], DanSoNam=[1, 1, 0, 0]).reset_index().to_file(tmp_path / "c.gpkg")
    monkeypatch.chdir(tmp_path)
    Path("x.csv").write_text("old_code,new_code,new_name\n00001,A,Một\n00002,A,Một\n", "utf-8")

    def run(*arguments: str) -> None:
        app(list(arguments), standalone_mode=False)

    run("plan", "new", "c.gpkg", "--crosswalk", "x.csv", "--out", "p")
    run("plan", "check", "p", "--standard", "vn-112-2025", "--lang", language,
        "--out", "t.xlsx", "--out", "t.csv")  # fmt: skip
    book = openpyxl.load_workbook("t.xlsx", read_only=True)
    assert book.sheetnames == sheets
    assert heading in [cell.value for cell in next(book[sheets[0]].iter_rows())]
    assert "DanSoNam" in [cell.value for cell in next(book[sheets[1]].iter_rows())]
    book.close()
    assert "required" in pd.read_csv("t_verdicts.csv").columns
    assert "member_count" in pd.read_csv("t_units.csv").columns
    run("plan", "assign", "p", "00002", "00003", "--to", "A", "--out", "q")
    run("plan", "compare", "p", "q", "--lang", language, "--out", "d.xlsx")
    book = openpyxl.load_workbook("d.xlsx", read_only=True)
    headings = [cell.value for cell in next(book.worksheets[1].iter_rows())]
    book.close()
    assert not any("_" in str(text) for text in headings), headings
