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


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("language", "sheets", "heading"),
    [("vi", ["đối chiếu tiêu chuẩn", "đơn vị mới"], "Mức quy định"),
     ("en", ["verdicts", "units"], "Required")],
)  # fmt: skip
def test_headings_are_in_the_language(
    grid: Grid, in_tmp: Path, language: str, sheets: list[str], heading: str
) -> None:
    grid(population=[1, 2, 3, 4], DanSoNam=[1, 1, 0, 0]).reset_index().to_file(in_tmp / "c.gpkg")
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


@pytest.mark.usefixtures("in_tmp")
def test_a_certificate_reads_in_both_languages(grid: Grid) -> None:
    grid(3, 2, population=[1000, 20, 30, 40, 50, 60]).reset_index().to_file("c.gpkg")

    def run(*arguments: str) -> str:
        app(list(arguments), standalone_mode=False)
        return Path(arguments[4], "certificate.txt").read_text("utf-8")

    app(["plan", "new", "c.gpkg", "--out", "p"], standalone_mode=False)
    asked = ("--number", "2", "--require", "members >= 2", "--together", "00001,00002")
    english = run("plan", "propose", "p", "--out", "e", *asked, "--lang", "en")
    assert "Asked for: the least travel of all people" in english
    assert "  - 00001, 00002 are in one unit;" in english
    vietnamese = run("plan", "propose", "p", "--out", "v", *asked, "--lang", "vi")
    assert "  - 00001, 00002 cùng một đơn vị;" in vietnamese
    assert "  - mỗi đơn vị có members >= 2;" in vietnamese
    assert "có 2 đơn vị" in vietnamese
    assert "điều này đã được chứng minh" in vietnamese
    assert Path("e/certificate.json").read_bytes() == Path("v/certificate.json").read_bytes()
    none = run("plan", "propose", "p", "--out", "n", "--number", "4", "--require", "members >= 2",
               "--lang", "vi")  # fmt: skip
    assert "Không phương án nào đáp ứng đồng thời các điều kiện: " in none
    assert "mỗi đơn vị có members >= 2" in none.split("Nguyên nhân")[1]
