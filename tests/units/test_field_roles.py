"""Which field is which: by the names that agencies give them, and by what they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from commands import run
from conftest import square

from geo_merge import read_crosswalk, read_units
from geo_merge.errors import LayerError, TableError
from geo_merge.vocabulary.fields import ROLES, find_fields, fold_field
from geo_merge.vocabulary.memory import findings_of

# Headings as the agencies publish them, and which field is the code, the name and the parents.
PUBLISHED = {
    "Kartverket": (["kommunenummer", "kommunenavn"], "kommunenummer", "kommunenavn"),
    "Kartverket 2020": (["objtype", "kommunenummer", "navn"], "kommunenummer", "navn"),
    "robhop": (["id", "kommunenummer", "name", "kommunenavn"], "kommunenummer", "name"),
    "IGN France": (["ID", "NOM", "NOM_M", "INSEE_COM", "STATUT", "POPULATION", "INSEE_ARR",
                    "INSEE_DEP", "INSEE_REG"], "INSEE_COM", "NOM"),
    "france-geojson": (["code", "nom"], "code", "nom"),
    "OSM France": (["insee", "nom", "wikipedia", "surf_ha"], "insee", "nom"),
    "ISTAT": (["COD_RIP", "COD_REG", "COD_PROV", "COD_CM", "COD_UTS", "PRO_COM", "PRO_COM_T",
               "COMUNE", "COMUNE_A"], "PRO_COM_T", "COMUNE"),
    "openpolis": (["name", "minint_elettorale", "op_id", "prov_name", "prov_istat_code",
                   "prov_istat_code_num", "reg_name", "reg_istat_code", "opdm_id",
                   "com_catasto_code", "com_istat_code", "com_istat_code_num"],
                  "com_istat_code", "name"),
    "Statbel": (["CD_MUNTY_REFNIS", "TX_MUNTY_DESCR_NL", "TX_MUNTY_DESCR_FR"],
                "CD_MUNTY_REFNIS", "TX_MUNTY_DESCR_NL"),
    "Belgium-Geographic-Data": (["NIS5"], "NIS5", None),
    "BKG VG250": (["ADE", "GF", "BSG", "ARS", "AGS", "SDV_ARS", "GEN", "BEZ", "IBZ", "NUTS"],
                  "AGS", "GEN"),
    "swisstopo": (["UUID", "BFS_NUMMER", "NAME", "BEZIRKSNUM", "KANTONSNUM", "EINWOHNERZ"],
                  "BFS_NUMMER", "NAME"),
    "BFS": (["GMDNR", "GMDNAME", "BZNR", "KTNR"], "GMDNR", "GMDNAME"),
    "Basel": (["GEMEINDENR", "GEMEINDE"], "GEMEINDENR", "GEMEINDE"),
    "Maa-amet": (["ONIMI", "OKOOD", "MNIMI", "MKOOD", "TYYP"], "OKOOD", "ONIMI"),
    "OCHA Philippines": (["ADM4_EN", "ADM4_PCODE", "ADM3_EN", "ADM3_PCODE", "ADM2_EN",
                          "ADM2_PCODE", "ADM1_EN", "ADM1_PCODE"], "ADM4_PCODE", "ADM4_EN"),
    "PSGC 2023": (["adm1_psgc", "adm2_psgc", "adm3_psgc", "adm4_psgc", "adm4_en", "geo_level"],
                  "adm4_psgc", "adm4_en"),
    "OCHA, level 3": (["ADM3_EN", "ADM3_PCODE", "ADM3_REF", "ADM2_EN", "ADM2_PCODE"],
                      "ADM3_PCODE", "ADM3_EN"),
    "GADM": (["GID_3", "GID_0", "GID_1", "NAME_1", "GID_2", "NAME_2", "NAME_3", "TYPE_3"],
             "GID_3", "NAME_3"),
    "MLIT Japan": (["N03_001", "N03_002", "N03_003", "N03_004", "N03_007"], "N03_007", "N03_004"),
    "TIGER counties": (["STATEFP", "COUNTYFP", "COUNTYNS", "GEOID", "NAME", "NAMELSAD", "LSAD"],
                       "GEOID", "NAME"),
    "IBGE": (["CD_MUN", "NM_MUN", "CD_UF", "NM_UF", "AREA_KM2"], "CD_MUN", "NM_MUN"),
    "INEGI": (["CVEGEO", "CVE_ENT", "CVE_MUN", "NOMGEO"], "CVEGEO", "NOMGEO"),
    "IGN Spain": (["INSPIREID", "NATCODE", "NAMEUNIT", "CODNUT1"], "NATCODE", "NAMEUNIT"),
    "geo-spatial.org": (["natcode", "natLevel", "name", "county"], "natcode", "name"),
    "CBS": (["GM_CODE", "GM_NAAM", "H2O"], "GM_CODE", "GM_NAAM"),
    "DAGI": (["DAGI_ID", "KOMKODE", "KOMNAVN", "REGIONKODE"], "KOMKODE", "KOMNAVN"),
    "SCB": (["KNKOD", "KNNAMN"], "KNKOD", "KNNAMN"),
    "ONS": (["OBJECTID", "LAD23CD", "LAD23NM", "LAD23NMW", "BNG_E"], "LAD23CD", "LAD23NM"),
    "StatCan": (["CSDUID", "CSDNAME", "CSDTYPE", "CDUID", "CDNAME", "PRUID", "PRNAME"],
                "CSDUID", "CSDNAME"),
    "PRG": (["JPT_KOD_JE", "JPT_NAZWA_"], "JPT_KOD_JE", None),
    "GISCO LAU": (["GISCO_ID", "CNTR_CODE", "LAU_ID", "LAU_NAME", "POP_2021"],
                  "LAU_ID", "LAU_NAME"),
}  # fmt: skip


@pytest.mark.parametrize("source", PUBLISHED)
def test_the_headings_of_agencies_are_known(source: str) -> None:
    columns, code, name = PUBLISHED[source]
    found = find_fields(columns)
    assert found["code"] == code
    if name is not None:
        assert found["name"] == name


def test_parents_are_those_one_and_two_levels_up() -> None:
    columns = PUBLISHED["OCHA Philippines"][0]
    found = find_fields(columns)
    assert (found["district"], found["province"]) == ("ADM3_EN", "ADM2_EN")
    three = find_fields([c for c in columns if not c.startswith("ADM4")])
    assert (three["district_code"], three["province_code"]) == ("ADM2_PCODE", "ADM1_PCODE")
    assert find_fields(PUBLISHED["Maa-amet"][0])["province"] == "MNIMI"
    assert find_fields(PUBLISHED["openpolis"][0])["district"] == "prov_name"


def test_the_usual_names_are_folded_and_stand_once() -> None:
    for names in ROLES.values():
        assert all(fold_field(name) == name for name in names)
        assert len(set(names)) == len(names)


def layer(path: Path, columns: dict[str, list[Any]]) -> Path:
    """Write a row of squares of 1 km² with these fields."""
    n = len(next(iter(columns.values())))
    frame = gpd.GeoDataFrame(columns, geometry=[square(k, 0) for k in range(n)], crs=9214)
    frame.to_file(path)
    return path


def table(path: Path, *rows: str, head: str = "old_code,old_name,new_code,new_name") -> Path:
    """Write a crosswalk."""
    path.write_text("\n".join((head, *rows)) + "\n", "utf-8")
    return path


def expected(*codes: str) -> dict[str, str]:
    return dict.fromkeys(codes, "")


def test_a_field_of_any_name_that_holds_the_codes_of_the_crosswalk_is_the_code(
    tmp_path: Path,
) -> None:
    path = layer(tmp_path / "a.gpkg", {
        "nr": [1, 2, 3], "kennung": ["A7", "B2", "C9"], "was": ["x", "y", "z"],
    })  # fmt: skip
    units = read_units(path, expected={"A7": "x", "B2": "y", "C9": "z"})
    assert units.index.tolist() == ["A7", "B2", "C9"]
    assert units["name"].tolist() == ["x", "y", "z"]
    told = [f for f in findings_of(units) if f.check == "K01"]
    assert [f.severity for f in told] == ["warning", "info"]
    assert "kennung was read as the code, for it holds 3 of the 3" in told[0].message


def test_a_usual_name_yields_to_another_that_holds_the_codes(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", {"AGS": ["1", "2", "3"], "ARS": ["10", "20", "30"]})
    assert read_units(path, expected=expected("10", "20", "30")).index.tolist() == [
        "10",
        "20",
        "30",
    ]
    plain = read_units(path)
    assert plain.index.tolist() == ["1", "2", "3"]
    (told,) = [f for f in findings_of(plain) if f.check == "K01"]
    assert told.message == "a.gpkg: AGS was read as the code; ARS could be the code as well."


def test_numbers_of_rows_are_no_codes(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", {"row": [1, 2, 3], "other": ["x", "y", "z"]})
    with pytest.raises(LayerError, match=r"no field known to hold codes \[K01\]"):
        read_units(path, expected=expected("1", "2", "3"))


def test_two_fields_that_could_be_the_code_are_told(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "a.gpkg", {"p": ["10", "20", "30", "40"], "q": ["10", "20", "30", "50"]}
    )
    units = read_units(path, expected=expected("10", "20", "30"))
    (told,) = [f for f in findings_of(units) if f.check == "K01"]
    assert "p was read as the code" in told.message
    assert "q could be the code as well" in told.message


def test_a_field_of_codes_that_nobody_filled_is_none(tmp_path: Path) -> None:
    """Layers of the whole world have a column for each agency: no fips in Finland, few in NZ."""
    empty = {"fips": [None] * 3, "name": ["Lapland", "Kainuu", "Satakunta"]}
    units = read_units(layer(tmp_path / "fi.gpkg", empty))
    assert units.index.tolist() == ["Lapland", "Kainuu", "Satakunta"]
    some = {"adm1_code": ["NZL-1", "NZL-2", "NZL-3"], "fips": ["NZF1", None, None],
            "name": ["Otago", "Nelson City", "Waikato"]}  # fmt: skip
    units = read_units(layer(tmp_path / "nz.gpkg", some))
    assert units.index.tolist() == ["NZL-1", "NZL-2", "NZL-3"]
    assert units["name"].tolist() == some["name"]
    (told,) = [f for f in findings_of(units) if f.check == "K01"]
    assert "fips is blank on 2 of 3 rows; adm1_code was read as the code" in told.message
    numbered = {"fips": ["NZF1", None, None], "id": [1, 2, 3], "name": some["name"]}
    with pytest.raises(LayerError, match=r"row 2 \(Nelson City\) has no code \[K01\]"):
        read_units(layer(tmp_path / "numbered.gpkg", numbered))
    alone = {"fips": ["NZF1", None, None], "name": some["name"]}
    with pytest.raises(LayerError, match=r"row 2 \(Nelson City\) has no code \[K01\]"):
        read_units(layer(tmp_path / "alone.gpkg", alone))


def test_numbers_of_gadm_go_before_numbers_of_rows(tmp_path: Path) -> None:
    fields = {"id": [0, 1, 2], "ID_3": [10101, 10102, 10103], "NAME_3": ["a", "b", "c"]}
    units = read_units(layer(tmp_path / "a.gpkg", fields))
    assert units.index.tolist() == ["10101", "10102", "10103"]


def test_a_layer_without_codes_is_joined_by_name_and_parent(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", {
        "navn": ["Bø", "Hå", "Bø"], "fylkesnavn": ["Telemark", "Rogaland", "Nordland"],
    })  # fmt: skip
    rows = table(
        tmp_path / "t.csv", "0821,Bø,Telemark,N1,Midt", "1119,Hå,,N2,Hå", "1867,Bø,Nordland,N1,Midt",
        head="old_code,old_name,old_province,new_code,new_name",
    )  # fmt: skip
    done = run("build", path, "--crosswalk", rows, "--out", tmp_path / "o", "--country", "none")
    assert done.code == 0, done.err
    used = pd.read_csv(tmp_path / "o" / "crosswalk.csv", dtype=str)
    assert dict(zip(used["old_code"], used["new_code"], strict=True)) == {
        "0821": "N1", "1119": "N2", "1867": "N1",
    }  # fmt: skip
    assert "a.gpkg has no field with codes: its units are known by their names (navn)" in done.err


def test_names_that_several_rows_have_are_refused_by_name(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", {"navn": ["Bø", "Hå", "Bø"]})
    with pytest.raises(
        LayerError, match=r"1 name stands on several rows: Bø \(rows 1, 3\) \[K01\]"
    ):
        read_units(path)


def test_a_row_needs_a_name_where_the_layer_has_no_codes(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", {"navn": ["Bø", "Hå"]})
    rows = table(tmp_path / "t.csv", "0821,,N,N", "1119,Hå,N,N")
    done = run("build", path, "--crosswalk", rows, "--out", tmp_path / "o", "--country", "none")
    assert done.code == 2
    assert "row 2: the layer has no codes, and the row gives 0821 but no old_name [K01]" in done.err


def test_fields_can_be_named(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", {
        "a": ["1", "2"], "b": ["X", "Y"], "c": ["by", "land"], "d": ["11", "12"], "e": ["P", "P"],
    })  # fmt: skip
    units = read_units(path, code_field="a", name_field="b", type_field="c",
                       parent_fields=("d", "e"))  # fmt: skip
    assert units["unit_type"].tolist() == ["by", "land"]
    assert units["district_code"].tolist() == ["11", "12"]
    assert units["province"].tolist() == ["P", "P"]
    with pytest.raises(LayerError, match=r"more than two fields with units above \[K01\]"):
        read_units(path, code_field="a", parent_fields=("c", "d", "e"))


def test_columns_of_a_crosswalk_can_be_named(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "1,A,9,B", head="fra,frå_namn,til,namn")
    named = {"old_code": "fra", "new_code": "til", "new_name": "namn"}
    rows = read_crosswalk(path, columns=named)
    assert rows.loc[2, ["old_code", "new_code", "new_name"]].tolist() == ["1", "9", "B"]
    with pytest.raises(TableError, match=r"no column is called nei \[W07\]; the table has fra, "):
        read_crosswalk(path, columns={"old_code": "nei"})


def test_references_in_several_files_without_known_fields(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", {"code": ["1", "2", "3"]})
    new = gpd.read_file(path).rename(columns={"code": "ny"})
    new["ny"] = ["91", "92", "93"]
    new[:2].to_file(tmp_path / "r1.gpkg")
    new[2:].to_file(tmp_path / "r2.gpkg")
    rows = table(tmp_path / "t.csv", "1,,91,A", "2,,92,B", "3,,93,C")
    done = run("build", path, "--crosswalk", rows, "--reference", tmp_path / "r1.gpkg",
               "--reference", tmp_path / "r2.gpkg", "--reference-code-field", "ny",
               "--out", tmp_path / "o")  # fmt: skip
    assert done.code == 0, done.err
    assert pd.read_csv(tmp_path / "o" / "reconciliation.csv")["iou"].tolist() == [1, 1, 1]


def test_codes_that_are_numbers_here_and_texts_there_are_one(tmp_path: Path) -> None:
    """Layer and reference hold numbers, the crosswalk texts with zeros; no width is a country's."""
    path = layer(tmp_path / "a.gpkg", {"code": [301, 1101]})
    reference = layer(tmp_path / "r.gpkg", {"code": [301, 1103]})
    rows = table(tmp_path / "t.csv", "0301,,0301,Oslo", "1101,,1103,Stavanger")
    done = run("build", path, "--crosswalk", rows, "--reference", reference, "--out", tmp_path / "o",
               "--country", "none")  # fmt: skip
    assert done.code == 0, done.err
    compared = pd.read_csv(tmp_path / "o" / "reconciliation.csv", dtype={"code": str})
    assert compared["code"].tolist() == ["0301", "1103"]
    assert compared["iou"].tolist() == [1, 1]


def test_named_land_without_a_code_is_a_piece_where_all_others_have_one(tmp_path: Path) -> None:
    """As the forests of the Philippines: but not while a unit of the crosswalk is missing."""
    codes = [f"{k:03d}" for k in range(1, 60)]
    path = layer(tmp_path / "a.gpkg", {
        "ADM4_PCODE": [*codes, None], "ADM4_EN": [f"B{c}" for c in codes] + ["Forest Land"],
    })  # fmt: skip
    units = read_units(path, expected=expected(*codes))
    assert units["is_piece"].sum() == 1
    assert "Forest Land has no code, as few rows" in findings_of(units)[0].message
    with pytest.raises(LayerError, match=r"row 60 \(Forest Land\) has no code \[K01\]"):
        read_units(path, expected=expected(*codes, "060"))


def test_the_unit_above_is_found_where_its_field_could_be_a_name_as_well(tmp_path: Path) -> None:
    """ADM3_EN is a name in layers of municipalities, and the parent in those of barangays."""
    path = layer(tmp_path / "barangays.gpkg", {
        "ADM4_PCODE": ["101001", "101002", "102001"], "ADM4_EN": ["a", "b", "a"],
        "ADM3_EN": ["Naga", "Naga", "Iriga"], "ADM2_EN": ["Bicol"] * 3,
    })  # fmt: skip
    units = read_units(path)
    assert units["district"].tolist() == ["Naga", "Naga", "Iriga"]
    assert set(units["province"]) == {"Bicol"}


def test_names_that_a_shapefile_cut_to_ten_letters_are_known() -> None:
    cut = ["kommunenum", "kommunenav"]
    assert find_fields(cut) == {"code": "kommunenum", "name": "kommunenav"}
    assert find_fields(["com_istat_", "prov_istat"]) == {
        "code": "com_istat_", "district_code": "prov_istat",
    }  # fmt: skip
    assert find_fields(["municipali"]) == {}  # the code, or the name
    assert find_fields(["kommunenu"]) == {}  # nine letters: nobody cut it
    assert find_fields([*cut, "navn"])["name"] == "navn"  # a name in full is surer


@pytest.mark.parametrize(
    ("added", "types", "told"),
    [
        ({}, ["", "", ""], 1),
        ({"LoaiDVHC": ["Xã", "Phường", "Xã"]}, ["Xã", "Phường", "Xã"], 0),
        ({"TenXa": ["Xã A", "Phường B", "Xã C"]}, ["Xã", "Phường", "Xã"], 0),
        ({"LoaiXa": [3, 3, 3]}, ["", "", ""], 0),
    ],
    ids=["alone", "words in another field", "types in names", "one level"],
)
def test_numbers_in_a_field_of_types_are_told_where_no_type_is_known(
    tmp_path: Path, added: dict[str, list[Any]], types: list[str], told: int
) -> None:
    fields = {"MaXa": ["00001", "00002", "00003"], "TenXa": ["A", "B", "C"], "LoaiXa": [2, 1, 2]}
    units = read_units(layer(tmp_path / "a.gpkg", {**fields, **added}))
    assert units["unit_type"].tolist() == types
    messages = [f.message for f in findings_of(units) if f.check == "K01"]
    assert sum("LoaiXa holds numbers (1, 2), not words" in m for m in messages) == told
