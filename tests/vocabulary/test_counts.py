"""Only counts are added up: codes, years, levels and the like are told by name and by values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from commands import run

from geo_merge import merge, read_units
from geo_merge.compare import reference as compare
from geo_merge.compare.declared import as_declared, check_declared
from geo_merge.errors import LayerError, TableError
from geo_merge.units.cutters import as_cutters
from geo_merge.units.divide import divide
from geo_merge.vocabulary.codes import same_codes
from geo_merge.vocabulary.counts import Kind, kind_of, known_counts
from geo_merge.vocabulary.fields import population_fields, population_year
from geo_merge.vocabulary.memory import findings_of
from geo_merge.vocabulary.people import check_density, find_people, read_people
from geo_merge.vocabulary.written import (
    OF_KM2,
    OF_PEOPLE,
    lost_thousands,
    read_figures,
    read_numbers,
)

VALUES = pd.Series([213, 417, 8, 1630])


@pytest.mark.parametrize(
    "name",
    ["MaHuyen", "MAHUYEN", "ma_tinh", "CapDVHC", "STATEFP", "COUNTYFP", "GEOID", "INSEE_DEP",
     "kommunenummer", "prov_istat_code_num", "NIS5", "State_code", "population_class", "pop_rank",
     "Code_Postal", "KinhTuyen", "muichieu", "lat", "centroid_x", "year", "level", "district_id",
     "N03_007", "sov_a3_id", "adm3_psgc"],
)  # fmt: skip
def test_names_and_codes_are_no_counts(name: str) -> None:
    assert kind_of(name, VALUES) is Kind.LABEL


@pytest.mark.parametrize(
    "name",
    ["DanSo", "DanSo2019", "POP2010", "pop_2020", "PMUN20", "households", "SoHo", "so_ho", "Nu",
     "ALAND", "AWATER", "Shape_Area", "DIENTICH", "DienTich_ha", "area_km2", "num_households",
     "male", "HocSinh", "total", "Einwohner", "menages"],
)  # fmt: skip
def test_counts_are_counts(name: str) -> None:
    assert kind_of(name, VALUES) is Kind.COUNT


@pytest.mark.parametrize(
    "name",
    ["POP_DENS", "popdens", "dens", "Dens_Pop", "pop_km2", "hab_km2", "people_per_km2",
     "nguoi_km2", "inh_per_sqkm", "pop_den", "bev_dichte", "MatDo"],
)  # fmt: skip
def test_people_per_area_are_densities(name: str) -> None:
    assert kind_of(name, VALUES) is Kind.AREA_RATE


@pytest.mark.parametrize(
    "name",
    ["Extra", "v17", "schl", "land_price", "land_use", "water_dist", "housing_price", "deaths_100k",
     "births_1000", "area_no", "pop_source", "total_fertility"],
)  # fmt: skip
def test_what_is_unknown_is_asked_for(name: str) -> None:
    assert kind_of(name, VALUES) is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("thing", [1994, 2003, 1990, 2025], Kind.LABEL),  # years
        ("thing", [0, 1, 1, 0], Kind.LABEL),  # flags
        ("thing", [12, 10, 11, 13], Kind.LABEL),  # rows
        ("Nam", [1994, 2003, 1990, 1990], Kind.LABEL),  # năm
        ("NamTL", [1994, 2003, 1990, 1990], Kind.LABEL),  # no mean of years, whatever TL is
        ("year_rate", [1994, 2003, 1990, 1990], Kind.LABEL),
        ("TL", [94, 20, 90, 90], Kind.PEOPLE_RATE),
        ("num_tt", [2, 1, 4, 3], Kind.LABEL),  # rows
        ("num_schools", [3, 1, 4, 3], Kind.COUNT),
        ("min_pop", [213, 417, 8, 1630], Kind.UNKNOWN),
        ("Nam", [1594, 203, 4990, 3990], Kind.COUNT),  # nam
        ("pop_change", [5, -7, 3, 1], Kind.COUNT),
        ("households", [5, -7, 3, 1], Kind.UNKNOWN),
        ("households", [50, -9999, 30, 10], Kind.COUNT),
        ("hh_size", [3.4, 2.9, 4.1, 3.7], Kind.UNKNOWN),  # a mean, however it is called
        ("nguoi_ho", [3, 4, 4, 3], Kind.UNKNOWN),
        ("urban_pop_p", [12.5, 80.1, 33.3, 5.0], Kind.UNKNOWN),
        ("pop_f_est", [1512.5, 980.1, 733.3, 1205.0], Kind.COUNT),  # estimates
        ("forest_area", [12.5, 80.1, 33.3, 5.0], Kind.COUNT),
    ],
)
def test_values_decide_where_names_do_not(name: str, values: list[int], kind: Kind) -> None:
    assert kind_of(name, pd.Series(values)) is kind


def test_a_number_that_is_one_within_each_parent_is_the_parents() -> None:
    values, parents = pd.Series([900, 900, 700, 700]), ["A", "A", "B", "B"]
    assert kind_of("households", values, parents) is Kind.LABEL
    assert kind_of("households", values, ["A", "B", "A", "B"]) is Kind.COUNT


@pytest.mark.parametrize(
    ("values", "unknown"),
    [([5, 9999, 7, 9999], 2), ([5, 9999, 7], 0), ([9999, 9999, 10001], 0), ([5, -9999, 7], 1), ([5, -32768, 7], 1), ([5, 999999, 7], 1), ([5, 999, 7], 0),
     ([-1, 3, -2], 0), ([99999, 100001, 70000], 0)],
)  # fmt: skip
def test_numbers_that_stand_for_nothing(values: list[int], unknown: int) -> None:
    assert int(known_counts(pd.Series(values)).isna().sum()) == unknown


@pytest.mark.parametrize(
    ("texts", "whole", "values"),
    [
        (["10.781", "11.603", "900"], True, [10781, 11603, 900]),
        (["10,781", "1,234,567"], True, [10781, 1234567]),
        (["3.137", "3,274", "900"], True, [3137, 3274, 900]),
        (["3 137", "3\u202f274", "3'411"], True, [3137, 3274, 3411]),
        (["77,70", "1.234,5"], False, [77.7, 1234.5]),
        (["77.70", "1,234.5"], False, [77.7, 1234.5]),
        (["77,70", "1.234"], False, [77.7, 1234]),
        (["12.345", "1.5"], False, [12.345, 1.5]),
        (["1e3", "\u22125", ".5"], False, [1000, -5, 0.5]),
    ],
)
def test_numbers_are_read_as_their_column_is_written(
    texts: list[str], whole: bool, values: list[float]
) -> None:
    read = read_numbers(texts, whole=whole)
    assert read.values == values
    assert read.wrong == []


def test_what_is_no_number_is_told_and_what_is_nothing_is_not() -> None:
    read = read_numbers(["5", "-", "", "NULL", "about 7", "1.2.3", "9" * 400], whole=True)
    assert read.wrong == [4, 5, 6]
    assert [v == 5 for v in read.values] == [True] + [False] * 6


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["3000 người", "2.500 Người", "1 200 người"], [3000, 2500, 1200]),
        (["3.0 nghìn", "3.137 ngàn", "2,5 nghìn người"], [3000, 3137, 2500]),
        (["2,5 triệu", "0,004 tr. người"], [2_500_000, 4000]),
        (["3,000 people", "12 persons"], [3000, 12]),
        (["3.2 thousand", "0.9 thousand"], [3200, 900]),
    ],
)
def test_a_word_that_all_figures_of_people_have_is_read(
    texts: list[str], values: list[float]
) -> None:
    read = read_figures([*texts, "", "-"], whole=True, words=OF_PEOPLE)
    assert read.values[:-2] == values
    assert (read.wrong, bool(read.word)) == ([], True)


@pytest.mark.parametrize(
    ("texts", "wrong"),
    [
        (["3000 người", "3000"], [0]),
        (["3 nghìn", "2500 người"], [0, 1]),
        (["1.234 hộ", "900 hộ"], [0, 1]),
        (["12 km²", "13 km²"], [0, 1]),
        (["3k", "4k"], [0, 1]),
        (["3 nghìn 200", "4 nghìn 100"], [0, 1]),
    ],
)
def test_words_that_differ_or_count_something_else_make_no_numbers(
    texts: list[str], wrong: list[int]
) -> None:
    assert read_figures(texts, whole=True, words=OF_PEOPLE).wrong == wrong


def test_areas_may_have_their_unit_beside_them() -> None:
    km2 = read_figures(["24,7 km²", "1.234,5 km2"], whole=False, words=OF_KM2)
    ha = read_figures(["2470 ha", "2.470,5 ha"], whole=False, words=OF_KM2)
    assert (km2.values, ha.values) == ([24.7, 1234.5], [24.7, 24.705])
    assert read_figures(["24,7 km²", "2470 ha"], whole=False, words=OF_KM2).wrong == [0, 1]


def test_points_between_thousands_that_became_decimal() -> None:
    assert lost_thousands([3.0, 3.137, 3.274, 3.411])
    assert not lost_thousands([3.0, 3.5, 3.25, 4.75])
    assert not lost_thousands([3137.125, 3274.625, 3411.375])


def test_the_newest_count_of_people_is_taken() -> None:
    assert population_fields(["DanSo2009", "DanSo2024", "DanSo2019", "MatDo"])[0] == "DanSo2024"
    assert population_fields(["POP2010", "pop_2020", "POP2090", "pop"])[0] == "pop_2020"
    assert population_fields(["pop2010", "population"])[0] == "population"
    years = {"PMUN20": 2020, "pop": 0, "pop99": 1999, "pop_male": None, "pop_density": None}
    assert {name: population_year(name) for name in years} == years


@pytest.mark.parametrize(
    ("name", "year"),
    [("人口", 0), ("总人口_2020", 2020), ("Население", 0), ("Πληθυσμός", 0), ("ประชากร", 0),
     ("P19_POP", 2019), ("EWZ2022", 2022), ("P19_POP0014", None), ("عدد السكان", 0), ("जनसंख्या", 0), ("Ludność", 0), ("aantal_inwoners", 0), ("NB_HAB", 0),
     ("人口密度", None), ("hab_km2", None), ("年份", None)],
)  # fmt: skip
def test_people_are_called_so_in_other_languages(name: str, year: int | None) -> None:
    assert population_year(name) == year


def layer(people: list[object]) -> gpd.GeoDataFrame:
    """Return squares of 1 km² in a row."""
    shapes = [shapely.box(1000 * k, 0, 1000 * k + 1000, 1000) for k in range(len(people))]
    codes = pd.Index([f"0{k}" for k in range(len(people))], name="code")
    return gpd.GeoDataFrame({"DanSo": people}, geometry=shapes, crs="EPSG:3405", index=codes)


@pytest.mark.parametrize(
    ("given", "people", "checks"),
    [
        ([3000, -9999, 5], [3000, None, 5], ["A04"]),
        ([3000, -7, 5], [3000, None, 5], ["A04"]),
        ([3000.0, 1e20, 5.0], [3000, None, 5], ["A04"]),
        (["3.137", "3.274", "950"], [3137, 3274, 950], ["A04"]),
        (["3.137", "?", "nobody"], [3137, None, None], ["A04", "A04"]),
        ([0.137, 0.274, 0.5], [137, 274, 500], ["A04"]),
        ([3000.5, 1.0, 2.0], [3000.5, 1, 2], ["A04"]),
        ([3000, 0.137, 950], [3000, 137, 950], ["A04"]),  # of some rows
        ([3000, 0.5, 950], [3000, 0.5, 950], ["A04"]),
        ([3000.25, 0.137, 950], [3000.25, 0.137, 950], ["A04"]),  # estimates
        ([3000, 0, 950], [3000, 0, 950], []),
        ([3000, 0, 5], [3000, 0, 5], []),
    ],
)
def test_people_are_what_can_be_people(
    given: list[object], people: list[float | None], checks: list[str]
) -> None:
    frame = layer(given)
    read, found = read_people(frame, "DanSo", list(frame.index), "x.gpkg")
    assert read is not None
    assert [None if pd.isna(v) else v for v in read] == people
    assert [f.check for f in found] == checks


def test_a_field_of_words_is_no_field_of_people() -> None:
    read, found = read_people(layer(["few", "many"]), "DanSo", ["00", "01"], "x.gpkg")
    assert read is None
    assert [f.check for f in found] == ["A04"]


def test_no_place_has_more_than_100_000_people_a_km2() -> None:
    frame = layer([99_000, 101_000]).rename(columns={"DanSo": "population"})
    (found,) = check_density(frame, frame.area.to_numpy())
    assert (found.check, found.units) == ("A05", ("01",))


def test_one_figure_a_thousand_times_too_large_is_told() -> None:
    frame = layer([160, 270, 90_000, 95, 130]).rename(columns={"DanSo": "population"})
    (found,) = check_density(frame, frame.area.to_numpy())
    assert (found.check, found.units) == ("A05", ("02",))
    assert found.message.startswith(
        "02 90,000 people, 90,000/km²: no other unit is a hundredth as dense"
    )
    for figures in ([160, 270, 9_000, 95, 130], [160, 2_700, 90_000, 95, 130], [160, 90_000]):
        frame = layer(figures).rename(columns={"DanSo": "population"})
        assert check_density(frame, frame.area.to_numpy()) == []


def test_a_count_without_any_figure_gives_way_to_the_next(
    grid: Callable[..., gpd.GeoDataFrame],
) -> None:
    layer = grid(2, 1, POP_2019=[-99999, -99999], Dan_so=[100, 200]).reset_index()
    field, counted, found = find_people(layer, "POP_2019", ["00001", "00002"], "l.gpkg")
    assert (field, counted.tolist()) == ("Dan_so", [100, 200])
    assert found[0].check == "A06"
    assert "POP_2019 has no figure that can be people; Dan_so is taken" in found[0].message
    nothing = layer.drop(columns="Dan_so")
    field, counted, found = find_people(nothing, "POP_2019", ["00001", "00002"], "l.gpkg")
    assert field == "POP_2019"
    assert counted.isna().all()


def test_unknown_people_stay_unknown() -> None:
    old = layer([100, None, 50]).rename(columns={"DanSo": "population"})
    old = old.assign(name=list("ABC"), unit_type="Xã", Extra=[8, 8, 9], MaHuyen=[1, 1, 2])
    rows = pd.DataFrame(
        {"old_code": old.index, "new_code": ["X", "X", "Y"], "new_name": list("xxy")}
    )
    result = merge(old, rows)
    assert result.new["population"].tolist() == [100, 50]
    assert result.new["population_unknown"].tolist() == [1, 0]
    assert pd.isna(result.new["density"].iloc[0])
    assert result.new["density"].iloc[1] == pytest.approx(50, rel=0.01)
    assert result.new["Extra"].tolist() == ["8", "9"]
    assert {"A02", "A07"} <= set(result.findings["check"])
    assert result.summary["before"]["population_unknown"] == 1
    assert not {"Extra", "MaHuyen"} & set(result.ledger["quantity"])


def test_codes_are_one_but_for_zeros() -> None:
    known = ["01630", "7", "007", "A1"]
    assert same_codes(["1630", "01630", "1630.0", "7", "A1", "9", "07"], known) == {
        "1630": "01630", "01630": "01630", "1630.0": "01630", "7": "7", "A1": "A1",
    }  # fmt: skip


@pytest.mark.parametrize("written", ["9,010", "9.010", "9'010", "9010.0", "9010.000", "9010"])
def test_declared_codes_are_found_as_spreadsheets_write_them(written: str) -> None:
    known = pd.Index(["09010", "10020"])
    table = pd.DataFrame({"new_code": [written, "10,020"], "area_km2": ["1", "2"]})
    assert as_declared(table, known).index.tolist() == ["09010", "10020"]


@pytest.mark.parametrize("written", ["7201.0", "7,201", "7.201"])
def test_codes_of_a_layer_that_are_written_as_numbers(tmp_path: Path, written: str) -> None:
    frame = layer([5, 6]).reset_index(drop=True).assign(code=[written, "19020"])
    frame = frame.set_geometry(frame.translate(2.72e6, 1.21e6))
    frame.set_crs(2056, allow_override=True).to_file(tmp_path / "c.gpkg")
    read = read_units(tmp_path / "c.gpkg", expected={"07201": "", "19020": ""})
    assert read.index.tolist() == ["07201", "19020"]


def declared(**columns: list[str]) -> pd.DataFrame:
    return as_declared(pd.DataFrame({"new_code": ["1", "2"], **columns}), pd.Index(["1", "2"]))


def test_declared_figures_are_read_as_they_are_written() -> None:
    table = declared(area_km2=["77,70", "1.234,5"], population=["10.781", "9.050"])
    assert table["area_km2"].tolist() == [77.7, 1234.5]
    assert table["population"].tolist() == [10781, 9050]
    assert declared(**{"Diện tích (ha)": ["7770", "100"]})["area_km2"].tolist() == [77.7, 1]
    with pytest.raises(TableError, match=r"row 1: population '-5' is negative \[W11\]"):
        declared(population=["7", "-5"])


def test_declared_people_that_cannot_be_are_told() -> None:
    new = layer([100, 200]).rename(columns={"DanSo": "population"})
    new = new.assign(name=["a", "b"], area_km2=1.0).set_axis(["1", "2"])
    found = check_declared(new, declared(population=["100000", "210"]))
    assert [(f.check, f.units) for f in found] == [("D04", ("1",))]
    found = check_declared(new, declared(area_km2=["100", "101"]))
    assert [(f.check, f.value) for f in found] == [("D01", 100.0)]


def test_codes_of_other_countries_get_no_zeros(tmp_path: Path) -> None:
    frame = layer([5, 6, 7]).reset_index(drop=True).assign(code=[1601, 1602, 1630])
    here = frame.set_crs(9214, allow_override=True)
    here = here.set_geometry(here.translate(600_000, 2_300_000))
    there = frame.set_geometry(frame.translate(2.72e6, 1.21e6)).set_crs(2056, allow_override=True)
    here.to_file(tmp_path / "vn.gpkg")
    there.to_file(tmp_path / "ch.gpkg")
    assert read_units(tmp_path / "vn.gpkg").index.tolist() == ["01601", "01602", "01630"]
    assert read_units(tmp_path / "ch.gpkg").index.tolist() == ["1601", "1602", "1630"]
    known = read_units(tmp_path / "ch.gpkg", expected={"001601": "", "1602": ""})
    assert known.index.tolist() == ["001601", "1602", "1630"]


def test_whole_numbers_with_points_in_a_shapefile(tmp_path: Path) -> None:
    frame = layer([1111, 2222]).reset_index(drop=True).assign(code=["a", "b"])
    frame = frame.set_geometry(frame.translate(600_000, 2_300_000))
    frame.to_file(tmp_path / "x.shp")
    dbf = tmp_path / "x.dbf"
    data = dbf.read_bytes()
    for number, written in ((b" 1111", b"3.137"), (b" 2222", b"3.274")):
        assert data.count(number) == 1
        data = data.replace(number, written)
    dbf.write_bytes(data)
    read = read_units(tmp_path / "x.shp")
    assert read["population"].tolist() == [3137, 3274]
    assert [f.check for f in findings_of(read)] == ["F03"]


def test_codes_are_not_divided_and_lost_zeros_do_no_harm() -> None:
    old = layer([100, 50]).rename(columns={"DanSo": "population"}).set_axis(["07", "08"])
    old = old.assign(name=list("ab"), unit_type="", is_piece=False, MaHuyen=213)
    halves = gpd.GeoDataFrame(
        {"old_code": ["7", "7"], "new_code": ["1", "2"]},
        geometry=[shapely.box(0, 0, 500, 1000), shapely.box(500, 0, 1000, 1000)], crs=old.crs,
    )  # fmt: skip
    rows = pd.DataFrame({"old_code": ["7", "7", "8"], "new_code": ["01", "02", "02"],
                         "new_name": ["x", "y", "y"]})  # fmt: skip
    parts, _ = divide(old, rows, as_cutters(halves))
    assert sorted(parts["population"]) == [50, 50, 50]
    assert parts["MaHuyen"].tolist() == [213, 213, 213]


def test_a_reference_of_other_codes_is_an_error() -> None:
    new = layer([1, 2]).assign(name=["a", "b"], area_km2=1.0)
    found = compare.compare_reference(new, new.set_axis(["X", "Y"])).findings
    assert [(f.check, f.severity) for f in found] == [("D02", "error")]
    assert compare.compare_reference(new, new.set_axis(["000", "001"])).findings == []


def one_file(path: Path, code: str, **columns: int | str) -> Path:
    """Write a square of 1 km², the next to the last one by its code."""
    shape = shapely.box(
        600_000 + 1000 * int(code), 2_300_000, 601_000 + 1000 * int(code), 2_301_000
    )
    gpd.GeoDataFrame({"code": [code], "name": [f"Xã {code}"], **{k: [v] for k, v in columns.items()}},
                     geometry=[shape], crs=32648).to_file(path)  # fmt: skip
    return path


def test_people_of_different_years_are_not_added_without_a_word(tmp_path: Path) -> None:
    a = one_file(tmp_path / "a.gpkg", "1", DanSo2019=100, DanSo2009=80)
    b = one_file(tmp_path / "b.gpkg", "2", DanSo2009=70)
    (told,) = [f for f in findings_of(read_units(a, b)) if "different years" in f.message]
    assert told.check == "A06"
    assert "years: a.gpkg 2019 (DanSo2019), b.gpkg 2009 (DanSo2009); sums" in told.message
    same = read_units(a, b, population_field="DanSo2009")
    assert same["population"].tolist() == [80, 70]
    assert not [f for f in findings_of(same) if "different years" in f.message]


def test_people_of_no_stated_year_may_be_of_another(tmp_path: Path) -> None:
    a = one_file(tmp_path / "a.gpkg", "1", DanSo=100)
    b = one_file(tmp_path / "b.gpkg", "2", DanSo2019=70)
    c = one_file(tmp_path / "c.gpkg", "3", DanSo=50)
    (told,) = [f for f in findings_of(read_units(a, b, c)) if f.check == "A06"]
    assert (
        "may be of different years: a.gpkg of no stated year (DanSo), b.gpkg 2019" in told.message
    )
    assert told.severity == "warning"
    assert not [f for f in findings_of(read_units(a, c)) if f.check == "A06"]


def test_a_field_of_people_can_be_named(tmp_path: Path) -> None:
    a = one_file(tmp_path / "a.gpkg", "1", NhanDan=100, DanSo=7, Ghi="x")
    assert read_units(a)["population"].tolist() == [7]
    named = read_units(a, population_field="nhandan")
    assert named["population"].tolist() == [100]
    assert named["DanSo"].tolist() == [7]
    with pytest.raises(LayerError, match=r"a.gpkg has no field 'X' \[K01\]; it has "):
        read_units(a, population_field="X")
    with pytest.raises(LayerError, match=r"'Ghi' holds no numbers.*\[A04\]; name another with "):
        read_units(a, population_field="Ghi")


def test_the_codes_of_a_reference_can_be_named(tmp_path: Path) -> None:
    a = one_file(tmp_path / "a.gpkg", "1")
    reference = one_file(tmp_path / "r.gpkg", "1", merkmal="N").with_suffix(".gpkg")
    frame = gpd.read_file(reference).drop(columns=["code", "name"])
    frame.to_file(tmp_path / "ref.gpkg")
    table = tmp_path / "t.csv"
    table.write_text("old_code,new_code,new_name\n1,N,N\n", "utf-8")
    job = ["build", a, "--crosswalk", table, "--reference", tmp_path / "ref.gpkg", "--out",
           tmp_path / "o"]  # fmt: skip
    refused = run(*job)
    assert refused.code == 2
    assert "has no field known to hold codes [K01]" in refused.err
    assert "name one with --reference-code-field" in refused.err
    done = run(*job, "--reference-code-field", "merkmal")
    assert done.code == 0, done.err
    assert pd.read_csv(tmp_path / "o" / "reconciliation.csv")["iou"].tolist() == [1.0]
