"""A result that is read from its files has all that it had when it was made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from conftest import square
from small_results import small_result

from geo_merge.api import merge
from geo_merge.dossier.material import read_material
from geo_merge.errors import ExportError
from geo_merge.mending import RepairOptions
from geo_merge.merging.result import MergeResult
from geo_merge.results.files import load_result, write
from geo_merge.results.required import require_result

Grid = Callable[..., gpd.GeoDataFrame]


def result_of(grid: Grid) -> MergeResult:
    """Merge four squares, one with a gap of 1,000 m² beside it, into two, with others' figures."""
    old = grid(population=[100, 200, 300, 400])
    old["name"] = ["Đồng Kỳ", "Đồng Vương", "Lệ Viễn", "Tân An"]
    old.loc["00002", "geometry"] = square(1, 0).difference(square(1, 0.999))
    rows = {"old_code": old.index, "new_code": ["N1", "N1", "N2", "N2"],
            "new_name": ["Bắc", "Bắc", "Nam", "Nam"], "new_type": "Phường"}  # fmt: skip
    shapes = [square(0, 0).union(square(1, 0)).union(square(0, 10, 100)),
              square(0, 1).union(square(1, 1)).difference(square(0, 10, 100))]  # fmt: skip
    reference = gpd.GeoDataFrame(
        {"code": ["N1", "N2"], "name": ["Bắc", "Nam"]}, geometry=shapes, crs=old.crs
    ).set_index("code")
    declared = pd.DataFrame({"new_code": ["N1", "N2"], "area_km2": ["2.0", "2.9"]})
    return merge(old, pd.DataFrame(rows), reference=reference, declared=declared,
                 repair=RepairOptions())  # fmt: skip


def test_comparison_repairs_and_lists_come_back(grid: Grid, tmp_path: Path) -> None:
    made = result_of(grid)
    assert len(made.reconciliation) == 2
    assert len(made.repairs) == 1
    write(made, tmp_path, allow_errors=True)
    back = load_result(tmp_path)
    for column in ("verdict", "counterparts", "explanation"):
        assert back.reconciliation[column].to_list() == made.reconciliation[column].to_list()
    for side in ("gained", "lost"):
        was, now = made.reconciliation[side].area, back.reconciliation[side].area
        assert now.to_list() == pytest.approx(was.to_list(), abs=0.1)
        assert was.sum() > 1_000
    assert back.reconciliation.crs == made.reconciliation.crs
    for column in ("id", "kind", "applied", "units", "after"):
        assert back.repairs[column].map(str).to_list() == made.repairs[column].map(
            lambda v: str(list(v) if isinstance(v, tuple) else v)
        ).to_list()  # fmt: skip
    assert back.repairs.area.to_list() == pytest.approx(made.repairs.area.to_list(), rel=1e-3)
    assert list(back.decisions) == list(made.decisions)
    for column in ("members", "member_names"):
        assert back.statistics[column].to_list() == made.statistics[column].map(list).to_list()


def test_where_it_came_from_comes_back(grid: Grid, tmp_path: Path) -> None:
    old = grid(2, 1)
    old.loc["00002", "geometry"] = square(1.002, 0)
    rows = {"old_code": old.index, "new_code": "N", "new_name": "New", "new_type": "Xã"}
    made = merge(old, pd.DataFrame(rows), accept=["K06"])
    write(made, tmp_path, allow_errors=True)
    back = load_result(tmp_path)
    kept = {name: value for name, value in made.provenance.items() if name != "crosswalk"}
    assert kept["country"] == "VN"
    assert "accepted" in kept
    assert back.provenance == kept
    write(back, tmp_path / "again", allow_errors=True)
    assert load_result(tmp_path / "again").provenance == kept


def test_what_was_not_asked_for_is_not_there(grid: Grid, tmp_path: Path) -> None:
    old = grid(2, 1)
    rows = {"old_code": old.index, "new_code": "N", "new_name": "New", "new_type": "Xã"}
    write(merge(old, pd.DataFrame(rows)), tmp_path)
    back = load_result(tmp_path)
    assert len(back.reconciliation) == 0
    assert len(back.repairs.columns) == 0


def test_names_of_digits_stay_texts(grid: Grid, tmp_path: Path) -> None:
    result = load_result(small_result(grid, tmp_path, ("01", "08")))
    assert result.statistics["name"].tolist() == result.new["name"].tolist() == ["01", "08"]


def test_a_folder_is_known_without_reading_it(grid: Grid, tmp_path: Path) -> None:
    write(result_of(grid), tmp_path, allow_errors=True)
    require_result(tmp_path)
    (tmp_path / "ledger.csv").unlink()
    with pytest.raises(ExportError, match=r"no complete result .*without ledger.csv.*run build"):
        require_result(tmp_path)
    with pytest.raises(ExportError, match="no complete result"):
        require_result(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", "[]"),
        ("manifest.json", '"x"'),
        ("manifest.json", "null"),
        (
            "manifest.json",
            '{"crs": "EPSG:9214", "sources": [[]], "rules": {}, "time": "2025-07-01"}',
        ),
        ("manifest.json", '{"crs": "EPSG:9214", "sources": [], "rules": {}, "time": 5}'),
        ("summary.json", "[1]"),
        ("new_units.geojson", '{"features": 5}'),
        ("new_units.geojson", '{"features": [[]]}'),
        ("ledger.csv", "a,b\n1,2\n"),
        ("statistics.csv", "null"),
        ("crosswalk.csv", ""),
    ],
)
def test_a_file_that_was_changed_since_is_one_sentence(
    grid: Grid, tmp_path: Path, name: str, content: str
) -> None:
    folder = small_result(grid, tmp_path)
    (folder / name).write_text(content, "utf-8")
    with pytest.raises(ExportError, match="no complete result") as error:
        load_result(folder)
    assert len(error.value.problems) == 1


@pytest.mark.parametrize(
    "name", ["crosswalk.csv", "ledger.csv", "statistics.csv", "decisions.csv", "standards.csv"]
)
def test_a_table_that_is_none_any_more_is_named_in_one_line(
    grid: Grid, tmp_path: Path, name: str
) -> None:
    folder = small_result(grid, tmp_path)
    for content in (b"a\nb\nc,d\n", b"\xff\xfe\x00\n"):
        (folder / name).write_bytes(content)
        with pytest.raises(ExportError, match="no complete result") as error:
            read_material(folder, "en")
        (problem,) = error.value.problems
        assert f"({name}: " in problem
        assert "\n" not in problem


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("old_units.geojson", ('"code":"00001"', '"code":"00009"'),
         r"old_units.geojson and crosswalk.csv do not agree \(in one alone: 00009 → N1, 00001 → N1\)"),
        ("crosswalk.csv", ("00004,Tân An,Xã,,Huyện Một,,,N2,Nam,Phường,1.0,code,5\n", ""),
         r"in one alone: 00004 → N2"),
        ("new_units.geojson", ('"code":"N2"', '"code":"N3"'), r"in one alone: N3, N2"),
        ("new_units.geojson", ('["00001","00002"]', '["00001","00004"]'),
         r"new_units.geojson and crosswalk.csv .*in one alone: N1 → 00004, N1 → 00002"),
        ("statistics.csv", (",300,", ",400,"),
         r"ledger.csv and statistics.csv .*population: 1,000.00 against 1,100"),
        ("ledger.csv", ("units,4,4", "units,5,5"), r"ledger.csv and old_units.geojson .*5 units or rows against 4"),
        ("ledger.csv", ("population,1000,1000", "population,9,9"), r"ledger.csv and statistics.csv"),
        ("summary.json", ('"count": 4', '"count": 3'), r"summary.json and old_units.geojson"),
    ],
)  # fmt: skip
def test_files_of_other_runs_do_not_make_one_result(
    grid: Grid, tmp_path: Path, name: str, change: tuple[str, str], told: str
) -> None:
    folder = small_result(grid, tmp_path)
    content = (folder / name).read_text("utf-8")
    assert change[0] in content, content
    (folder / name).write_text(content.replace(*change, 1), "utf-8")
    with pytest.raises(ExportError, match=f"no complete result.*{told}.*run build again") as error:
        load_result(folder)
    assert len(error.value.problems) == 1
