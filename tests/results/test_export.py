"""Files: other formats, spreadsheets that stay harmless, writes that never break half-way."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import orjson
import pandas as pd
import pytest
from commands import run

from geo_merge.api import merge
from geo_merge.errors import UsageError
from geo_merge.merging.result import MergeResult
from geo_merge.results import files
from geo_merge.results.files import FORMATS, write
from geo_merge.results.formats import csv_bytes, cut_text, short_names, write_workbook

Grid = Callable[..., gpd.GeoDataFrame]
FORMULA = '=HYPERLINK("http://x.example","x")'


@pytest.fixture
def result(grid: Grid) -> MergeResult:
    old = grid(population=[1, 2, 3, 4], a_very_long_field_name=1, a_very_long_field_too=2)
    table = pd.DataFrame({"old_code": old.index, "new_code": ["N1", "N1", "N2", "N2"],
                          "new_name": [FORMULA, FORMULA, "x" * 300, "x" * 300], "new_type": "Xã"})  # fmt: skip
    return merge(old, table)


def test_every_format_reads_back(result: MergeResult, tmp_path: Path) -> None:
    write(result, tmp_path / "out", formats=FORMATS)
    out = tmp_path / "out"
    for name in ("new_units.gpkg", "new_units.fgb", "new_units.parquet", "new_units.shp.zip"):
        path = out / name
        if name.endswith("parquet"):
            frame = gpd.read_parquet(path)
        else:
            frame = gpd.read_file(path, **({"layer": "new_units"} if name.endswith("gpkg") else {}))
        frame = frame.sort_values("code", ignore_index=True)
        assert frame["code"].tolist() == ["N1", "N2"], name
        assert frame.crs.to_epsg() == 9214
        assert frame.geometry.area.tolist() == pytest.approx([2e6, 2e6])
    assert set(gpd.list_layers(out / "new_units.gpkg")["name"]) == {"new_units", "old_units"}
    assert pd.read_csv(out / "new_units.csv")["lon"].between(105, 107).all()


def test_the_same_result_gives_the_same_bytes(result: MergeResult, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(result, tmp_path / name, formats=FORMATS)
    for path in sorted((tmp_path / "a").iterdir()):
        if path.name != "manifest.json":
            assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_names_that_look_like_formulas_stay_text(result: MergeResult, tmp_path: Path) -> None:
    write(result, tmp_path, formats=["csv", "xlsx"])
    assert pd.read_csv(tmp_path / "new_units.csv")["name"][0] == "'" + FORMULA
    sheet = openpyxl.load_workbook(tmp_path / "new_units.xlsx")["new_units"]
    cell = next(c for c in sheet[2] if isinstance(c.value, str) and "HYPERLINK" in c.value)
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", "'" + FORMULA, None)


def test_a_shapefile_says_what_it_cut(result: MergeResult, tmp_path: Path) -> None:
    write(result, tmp_path, formats=["shp"])
    with zipfile.ZipFile(tmp_path / "new_units.shp.zip") as archive:
        lines = archive.read("new_units.fields.csv").decode().splitlines()
    table = {row.split(",")[1]: row.split(",") for row in lines[1:]}
    assert table["a_very_long_field_name"][0] != table["a_very_long_field_too"][0]
    assert table["name"] == ["name", "name", "1"]
    frame = gpd.read_file(tmp_path / "new_units.shp.zip")
    assert frame["name"].iloc[1].endswith("…")


def test_short_names_and_texts() -> None:
    assert list(short_names(["population", "population_difference", "population_percent"]).values()) == [
        "population", "populati_2", "populati_3",
    ]  # fmt: skip
    assert all(len(s.encode()) <= 10 for s in short_names(["Đơn vị hành chính"]).values())
    assert cut_text("Xã") == "Xã"
    assert len(cut_text("ã" * 200).encode()) <= 254


def test_a_run_that_breaks_changes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("build", "--out", out).code == 0
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    ran = run("build", "--out", out, max_file_bytes=50_000)
    assert ran.code == 2
    assert "writing failed (File too large); nothing was changed" in ran.err
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert list(tmp_path.iterdir()) == [out]


def test_files_of_others_are_left_alone(result: MergeResult, tmp_path: Path) -> None:
    manifest = {"files": ["../evil", "old.csv", 1], "versions": {"geo-merge": "1"}}
    (tmp_path / "manifest.json").write_bytes(orjson.dumps(manifest))
    (tmp_path / "old.csv").write_text("of an earlier run")
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path.parent / "evil").write_text("elsewhere")
    write(result, tmp_path)
    assert not (tmp_path / "old.csv").exists()
    assert (tmp_path / "mine.txt").exists()
    assert (tmp_path.parent / "evil").exists()


def test_an_unknown_format_is_refused(result: MergeResult, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="dwg"):
        write(result, tmp_path / "out", formats=["dwg"])
    assert not (tmp_path / "out").exists()


def test_a_result_is_read_back_as_it_was(result: MergeResult, tmp_path: Path) -> None:
    write(result, tmp_path)
    back = files.load_result(tmp_path)
    assert back.new["members"].tolist() == result.new["members"].tolist()
    assert back.new.geometry.area.tolist() == pytest.approx(
        result.new.geometry.area.tolist(), rel=1e-4
    )
    assert back.summary["after"] == result.summary["after"]
    assert np.array_equal(back.ledger["ok"], result.ledger["ok"])


def test_numbers_among_whole_ones_stay_numbers(tmp_path: Path) -> None:
    """A ledger has people as whole numbers and square metres with decimals in one column."""
    table = pd.DataFrame({"n": range(5), "d": pd.Series([0, -0.5, 3, None, "-x"], dtype=object)})
    assert csv_bytes(table).decode() == "n,d\n0,0\n1,-0.5\n2,3\n3,\n4,'-x\n"
    write_workbook({"ledger": table}, tmp_path / "ledger.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "ledger.xlsx")["ledger"]
    assert [cell.value for cell in sheet["B"][1:]] == [0, -0.5, 3, None, "'-x"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("x" * 32_767, "x" * 32_767),
        ("x" * 32_768, "x" * 32_766 + "…"),
        ("=" + "x" * 32_765, "'=" + "x" * 32_765),
        ("=" + "x" * 32_766, "'=" + "x" * 32_764 + "…"),  # with an apostrophe one too many
        ("a\x07b", "ab"),
        ("a\nb", "a\nb"),
        ("Lệ\u00a0Viễn", "Lệ\u00a0Viễn"),
    ],
)
def test_texts_of_a_workbook_have_room_in_their_cells(tmp_path: Path, text: str, cell: str) -> None:
    write_workbook({"texts": pd.DataFrame({"text": [text]})}, tmp_path / "texts.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "texts.xlsx")["texts"]
    assert sheet["A2"].value == cell
