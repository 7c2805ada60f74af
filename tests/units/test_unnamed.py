"""Codes and names of a layer that are none."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo_merge import read_units
from geo_merge.errors import LayerError
from geo_merge.vocabulary.memory import findings_of


def layer(folder: Path, codes: list[str], names: list[str]) -> Path:
    shapes = [shapely.box(400_000 + k, 0, 400_001 + k, 1) for k in range(len(codes))]
    path = folder / "l.gpkg"
    columns = {"code": codes, "name": names, "type": ["Tambon"] * len(codes)}
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:32647").to_file(path)
    return path


@pytest.mark.parametrize(
    ("name", "kept", "check"),
    [("#N/A", "", "W01"), ("NULL", "", "W01"), ("nan", "", "W01"), ("-", "", "W01"),
     ("2025-09-02", "2025-09-02", "W11"), ("TRUE", "TRUE", "W11"), ("Nan", "Nan", None),
     ("None", "None", None), ("#YOK", "", "W01"), ("#Н/Д", "", "W01"), ("khuyết", "", "W01"),
     ("đang cập nhật", "", "W01"), ("ĐÚNG", "ĐÚNG", "W11"), ("WAHR", "WAHR", "W11")],
)  # fmt: skip
def test_names_that_are_none(tmp_path: Path, name: str, kept: str, check: str | None) -> None:
    units = read_units(layer(tmp_path, ["001", "002", "003"], ["A", name, "C"]))
    assert units["name"].tolist() == ["A", kept, "C"]
    found = {f.check: f.message for f in findings_of(units)}
    assert (check in found) == (check is not None)
    assert check is None or f"row 2 {name}" in found[check]


def test_several_units_called_none_have_no_name(tmp_path: Path) -> None:
    units = read_units(layer(tmp_path, ["001", "002", "003"], ["None", "None", "C"]))
    assert units["name"].tolist() == ["", "", "C"]


def test_a_failed_formula_is_no_code(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match=r"row 2: the code is #N/A, a failed formula \[K01\]"):
        read_units(layer(tmp_path, ["001", "#N/A", "003"], ["A", "B", "C"]))


def test_a_sign_for_nothing_is_no_code(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match=r"row 2 \(B\) has no code \[K01\]"):
        read_units(layer(tmp_path, ["001", "-", "003"], ["A", "B", "C"]))


@pytest.mark.parametrize("name", ["45902", "02/09", "1-2", ".", "2025"])
def test_numbers_for_names_are_told(tmp_path: Path, name: str) -> None:
    codes = ["001", "002", "003", "004"]
    units = read_units(layer(tmp_path, codes, ["A", name, "C", "D"]))
    assert [f.check for f in findings_of(units)] == ["W11"]
    assert f"({name}) has no letter" in findings_of(units)[0].message
    assert not findings_of(read_units(layer(tmp_path, codes, ["A", "1", "12", "D"])))
    assert not findings_of(read_units(layer(tmp_path, codes, ["A", "101", "102", "103"])))


def test_types_and_parents_that_are_none(tmp_path: Path) -> None:
    shapes = [shapely.box(400_000 + k, 0, 400_001 + k, 1) for k in range(4)]
    columns = {
        "code": ["001", "002", "003", "004"], "name": list("ABCD"),
        "type": ["Xã", "#N/A", "Xã", "Xã"], "district_code": ["21", "#REF!", "NULL", "22"],
        "district": ["Huyện A", "-", "Huyện B", "Huyện B"],
    }  # fmt: skip
    path = tmp_path / "l.gpkg"
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:32647").to_file(path)
    units = read_units(path)
    assert units["unit_type"].tolist() == ["Xã", "", "Xã", "Xã"]
    assert units["district_code"].tolist() == ["21", "", "22", "22"]  # that of the other row
    assert units["district"].tolist() == ["Huyện A", "", "Huyện B", "Huyện B"]
    assert [f.check for f in findings_of(units)] == ["W01"] * 3 + ["K08"]
