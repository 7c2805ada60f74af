"""Formats with rules of their own for names and values: everything that goes in comes out."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from conftest import square

from geo_merge import merge, read_crosswalk, read_units, write
from geo_merge.errors import ExportError, GeoMergeError
from geo_merge.merging.result import MergeResult
from geo_merge.results.files import FORMATS, load_result, write_formats
from geo_merge.vocabulary.field_names import distinct_names, one_kind, text_cell

NASTY: dict[str, list[Any]] = {
    "CODE": ["a", "b"], "Name": ["A", "B"], "FID": [1, 1], "fid": ["x", "x"], "ogc_fid": [7, 7],
    "geom": ["p", "q"], "GEOMETRY": [1.5, 2.5], "id": [9, 9], "AREA_KM2": [10, 20],
    "New_Code": ["n", "m"],
}  # fmt: skip


def merged(folder: Path, columns: dict[str, list[Any]], **rules: str) -> MergeResult:
    """Merge two squares of 1 km² with these attributes."""
    frame = gpd.GeoDataFrame(
        {"MaXa": ["00001", "00002"], "TenXa": ["Xã 1", "Xã 2"], **columns},
        geometry=[square(0, 0), square(1, 0)],
        crs=9214,
    )
    frame.to_crs(4326).to_parquet(folder / "l.parquet")
    (folder / "c.csv").write_text("old_code,new_code,new_name\n00001,N1,Mới 1\n00002,N2,Mới 2\n")
    units = read_units(folder / "l.parquet", code_field="MaXa", name_field="TenXa")
    return merge(units, read_crosswalk(folder / "c.csv"), rules=rules)


@pytest.mark.parametrize("again", [False, True])
def test_names_equal_but_for_case_or_reserved_are_kept_in_a_geopackage(
    tmp_path: Path, *, again: bool
) -> None:
    result = merged(tmp_path, NASTY)
    out = tmp_path / "out"
    write(result, out, formats=["gpkg"] if not again else [])
    if again:
        write_formats(load_result(out), out, ["gpkg"])
    for layer in ("old_units", "new_units"):
        read = pyogrio.read_dataframe(out / "new_units.gpkg", layer=layer, read_geometry=False)
        assert len({c.casefold() for c in read.columns}) == len(read.columns)
        with closing(sqlite3.connect(out / "new_units.gpkg")) as db:
            renamed = dict(
                db.execute("select called, field from renamed_fields where layer = ?", (layer,))
            )
        if layer == "old_units":
            for name, values in NASTY.items():
                assert read[renamed.get(name, name)].tolist() == values
        assert read["code"].tolist() == (
            ["N1", "N2"] if layer == "new_units" else ["00001", "00002"]
        )


@pytest.mark.parametrize("name", FORMATS[1:])
def test_all_formats_hold_the_new_units_whatever_the_fields_are_called(
    tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    write(merged(tmp_path, NASTY), out, formats=[name])
    path = out / ("new_units.shp.zip" if name == "shp" else f"new_units.{name}")
    if name == "xlsx":
        codes = [row[0] for row in openpyxl.load_workbook(path)["new_units"].values][1:]
    elif name == "csv":
        codes = pd.read_csv(path)["code"].tolist()
    elif name == "parquet":
        codes = gpd.read_parquet(path)["code"].tolist()
    else:
        options = {"layer": "new_units"} if name == "gpkg" else {}
        codes = pyogrio.read_dataframe(path, **options)["code"].tolist()
    assert sorted(codes) == ["N1", "N2"]  # FlatGeobuf orders by place


def test_our_columns_never_take_the_place_of_the_files(tmp_path: Path) -> None:
    columns = {"area_km2_source": [1, 2], "area_km2": [30, 40], "code": ["x", "y"],
               "code_source": ["u", "v"], "geometry": ["p", "q"]}  # fmt: skip
    path = tmp_path / "l.geojson"
    frame = gpd.GeoDataFrame(geometry=[square(0, 0), square(1, 0)], crs=9214).to_crs(4326)
    features = frame.__geo_interface__["features"]
    for k, feature in enumerate(features):
        feature["properties"] = {"MaXa": f"0000{k + 1}", **{n: v[k] for n, v in columns.items()}}
    path.write_text(pd.io.json.ujson_dumps({"type": "FeatureCollection", "features": features}))
    units = read_units(path, code_field="MaXa")
    assert units["code_source"].tolist() == ["u", "v"]
    assert units["code_source_2"].tolist() == ["x", "y"]
    assert units["geometry_source"].tolist() == ["p", "q"]
    (tmp_path / "c.csv").write_text("old_code,new_code,new_name\n00001,N,Mới\n00002,N,Mới\n")
    rules = dict.fromkeys(("area_km2", "area_km2_source"), "sum")
    result = merge(units, read_crosswalk(tmp_path / "c.csv"), rules=rules)
    assert result.new["area_km2_source"].tolist() == [3]
    assert result.new["area_km2_source_2"].tolist() == [70]
    assert not result.has_errors


@pytest.mark.parametrize(
    ("values", "expected", "kind"),
    [
        ([1, None, 3], [1, None, 3], "Int64"),
        ([True, None], [True, None], "boolean"),
        (["a", 1, None, 2.0], ["a", "1", None, "2"], "object"),
        ([2**63, 1], ["9223372036854775808", "1"], "object"),
        ([["a", 1], []], ["a; 1", ""], "object"),
        ([{"a": [1]}, None], ['{"a": [1]}', None], "object"),
        ([date(2025, 7, 1), None], ["2025-07-01", None], "object"),
        ([b"\x00\xff"], ["00ff"], "object"),
    ],
)
def test_columns_have_one_kind(values: list[Any], expected: list[Any], kind: str) -> None:
    found = one_kind(pd.Series(values, dtype=object))
    assert found.dtype == kind
    assert [None if pd.isna(v) else v for v in found.tolist()] == expected


def test_times_are_written_as_iso_8601() -> None:
    assert text_cell(datetime(2025, 7, 1, 8, tzinfo=UTC)) == "2025-07-01T08:00:00+00:00"


def test_names_are_told_apart_as_sql_does() -> None:
    assert distinct_names(["code", "CODE", "Code_2", "x"]) == {
        "code": "code", "CODE": "CODE_2", "Code_2": "Code_2_2", "x": "x",
    }  # fmt: skip


def test_numbers_too_long_for_a_dbf_are_texts_there(tmp_path: Path) -> None:
    write(merged(tmp_path, {"v": [1e17, 2.0]}, v="sum"), tmp_path / "out", formats=["shp"])
    with zipfile.ZipFile(tmp_path / "out" / "new_units.shp.zip") as archive:
        archive.extractall(tmp_path / "shp")
    read = pyogrio.read_dataframe(tmp_path / "shp" / "new_units.shp")
    assert [float(v) for v in read["v"]] == pytest.approx([1e17, 2.0])


def test_cells_too_long_for_a_workbook_are_cut_and_big_numbers_are_texts(tmp_path: Path) -> None:
    result = merged(tmp_path, {})
    statistics = result.statistics.assign(note="x" * 40_000, big=2**60, endless=float("inf"))
    object.__setattr__(result, "statistics", statistics)
    write_formats(result, tmp_path, ["xlsx"])
    head, first, _ = openpyxl.load_workbook(tmp_path / "new_units.xlsx")["new_units"].values
    cells = dict(zip(head, first, strict=True))
    assert len(cells["note"]) == 32_767
    assert cells["big"] == str(2**60)
    assert cells["endless"] == "inf"


def test_what_a_format_refuses_is_a_sentence(tmp_path: Path) -> None:
    result = merged(tmp_path, {f"field_{k}": ["x" * 300, "y"] for k in range(300)})
    with pytest.raises(ExportError, match=r"new_units\.shp would have 3\d\d fields"):
        write(result, tmp_path / "out", formats=["shp"])
    assert not (tmp_path / "out").exists()


def test_a_field_called_density_is_not_ours(tmp_path: Path) -> None:
    result = merged(tmp_path, {"density": ["a lot", "some"], "pieces": ["p", "q"]})
    assert "density" not in result.new
    assert result.new["density_source"].tolist() == ["a lot", "some"]
    assert result.new["pieces_source"].tolist() == ["p", "q"]
    write(result, tmp_path / "out", formats=FORMATS[1:])


def test_a_layer_without_any_place_is_a_sentence(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"MaXa": ["1"], "TenXa": ["Xã"]}, geometry=[None], crs=4326)
    frame.to_file(tmp_path / "l.geojson")
    with pytest.raises(GeoMergeError, match=r"\[G0[13]\]"):
        read_units(tmp_path / "l.geojson")


def test_whole_numbers_that_no_format_holds_are_texts() -> None:
    large = one_kind(pd.Series([2**63 + 5, 7], dtype="uint64"))
    assert large.tolist() == ["9223372036854775813", "7"]
    assert one_kind(pd.Series([5, 7], dtype="uint64")).tolist() == [5, 7]
