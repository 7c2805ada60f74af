"""Encodings of the world before Unicode: told by the crosswalk's names, else by the letters."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo_merge import read_table, read_units
from geo_merge.errors import LayerError
from geo_merge.reading.charsets import likely
from geo_merge.vocabulary.memory import findings_of, sources_of

# Names of communes as the agencies of a country wrote them, and the encoding they did it in.
NAMES = {
    ("cp1252", "de"): ["Näfels", "Rüti (GL)", "Schwändi", "Mühlehorn", "Großweil"],
    ("cp1252", "no"): ["Hå", "Bø", "Ålesund", "Tønsberg", "Sør-Varanger"],
    ("cp1252", "fr"): ["Saint-Étienne", "Évreux", "Le Tréport", "Forêt-la-Folie", "L’Oudon-sûr"],
    ("cp1252", "pt"): ["São Paulo", "Araçatuba", "Mossoró", "Açailândia", "Goiânia"],
    ("cp1252", "es"): ["Peñíscola", "Alcázar de San Juan", "Ávila", "Cádiz"],
    ("cp1250", "pl"): ["Łódź", "Kraków", "Wrocław", "Gdańsk", "Częstochowa"],
    ("cp1250", "cs"): ["Plzeň", "Hradec Králové", "České Budějovice", "Třebíč"],
    ("cp1250", "hu"): ["Győr", "Székesfehérvár", "Hódmezővásárhely", "Nyíregyháza", "Érd", "Ózd"],
    ("cp1257", "lt"): ["Šiauliai", "Panevėžys", "Mažeikiai", "Plungė"],
    ("cp1254", "tr"): ["İstanbul", "Muğla", "Şanlıurfa", "Kütahya", "Iğdır"],
    ("cp1251", "ru"): ["Москва", "Тверь", "Ржев", "Новгород"],
    ("koi8_r", "ru"): ["Москва", "Тверь", "Ржев", "Новгород"],
    ("cp866", "ru"): ["Москва", "Тверь", "Ржев", "Новгород"],
    ("cp1253", "el"): ["Αθήνα", "Θεσσαλονίκη", "Πάτρα", "Ηράκλειο"],
    ("cp932", "ja"): ["静岡県", "葵区", "駿河区", "伊豆の国市", "牧之原市"],
    ("cp949", "ko"): ["서울특별시", "종로구", "청주시", "청원군", "여주시"],
    ("gb18030", "zh"): ["北京市", "朝阳区", "上海市", "黄浦区", "广州市"],
    ("big5", "zh"): ["臺北市", "桃園市", "新竹縣", "高雄市", "中壢區"],
    ("cp874", "th"): ["กรุงเทพมหานคร", "เชียงใหม่", "ลำพูน", "นนทบุรี"],
    ("cp1255", "he"): ["ירושלים", "תל אביב", "חיפה"],
    ("cp1256", "ar"): ["القاهرة", "الجيزة", "الإسكندرية"],
    ("cp850", "de"): ["Näfels", "Rüti (GL)", "Schwändi", "Mühlehorn"],
    ("mac_roman", "de"): ["Näfels", "Rüti (GL)", "Schwändi", "Mühlehorn"],
}


@pytest.mark.parametrize(("encoding", "language"), NAMES)
def test_the_letters_of_a_language_tell(encoding: str, language: str) -> None:
    names = NAMES[encoding, language]
    found = likely([[name.encode(encoding) for name in names]])
    assert found is not None
    assert [name.encode(encoding).decode(found.encoding) for name in names] == names
    assert found.language == language


@pytest.mark.parametrize("between", ["\xa0", "\xa0-\xa0", " "])
def test_blanks_that_do_not_break_are_no_letters(between: str) -> None:
    """Offices write them between code and name; a code page of DOS has letters there."""
    names = [f"07{k}{between}{name}" for k, name in enumerate(NAMES["cp1252", "no"])]
    found = likely([[name.encode("cp1252") for name in names]])
    assert found is not None
    assert found.encoding == "cp1252"


def test_a_sign_of_degrees_is_in_no_word() -> None:
    found = likely([[name.encode("cp1252") for name in ("Nøtterøy", "Tjøme", "Færder", "Bø")]])
    assert found is not None
    assert (found.encoding, found.language) == ("cp1252", "no")
    assert "°" not in "".join(found.others)


def test_names_of_another_table_tell_where_letters_do_not() -> None:
    """Both readings are words of a language: Hå in Norway, Hĺ would be one in Slovakia."""
    found = likely([["Hå".encode("cp1250", "replace"), b"H\xe5"]])
    assert found is not None
    assert found.others == ("Hĺ (cp1250)",)
    told = likely([[b"H\xe5", b"ASCII"]], {"hĺ"})
    assert told is not None
    assert (told.encoding, told.share) == ("cp1250", 1.0)


def test_letters_of_no_language_tell_nothing() -> None:
    assert likely([[b"\xb5\xb6\xb7", b"Ti\xaan \xa7\xc6c"]]) is None
    assert likely([[b"plain"]]) is None


def shapefile(folder: Path, names: list[str], encoding: str, place: tuple[float, float]) -> Path:
    """Write a Shapefile of discs at a place, in an encoding that nothing in it tells."""
    folder.mkdir(exist_ok=True)
    west, south = place
    frame = gpd.GeoDataFrame(
        {"code": [f"{k:03d}" for k in range(len(names))], "name": names},
        geometry=[shapely.Point(west + k / 100, south).buffer(0.004) for k in range(len(names))],
        crs=4326,
    )
    frame.to_file(folder / "a.shp", encoding=encoding)
    (folder / "a.cpg").unlink(missing_ok=True)
    return folder / "a.shp"


def test_a_shapefile_without_a_cpg_is_read_and_that_is_told(tmp_path: Path) -> None:
    names = NAMES["cp932", "ja"]
    units = read_units(shapefile(tmp_path / "s", names, "cp932", (138.4, 35.0)))
    assert units["name"].tolist() == names
    assert sources_of(units)[0]["encoding"] == "cp932"
    (told,) = [f for f in findings_of(units) if f.check == "F05"]
    assert told.message == (
        "a.dbf has no .cpg; it was read in the encoding CP932: its letters are then those of "
        "Japanese."
    )


def test_one_name_is_read_where_a_layer_lies_elsewhere_and_by_no_encoding_of_vietnam(
    tmp_path: Path,
) -> None:
    """The byte of å is ồ in TCVN3, and two Vietnamese names prove nothing in Norway."""
    names = ["Hå", "Sølø", "Klepp"]
    units = read_units(shapefile(tmp_path / "n", names, "cp1252", (5.6, 58.7)))
    assert units["name"].tolist() == names
    taken = ["Bảo Đài", "Lục Sơn", "Đèo Gia", "Sơn Động"]
    as_letters = [name.encode("tcvn3").decode("cp1252") for name in taken]
    there = read_units(shapefile(tmp_path / "t", as_letters, "utf-8", (5.6, 58.7)))
    assert there["name"].tolist() == as_letters
    here = read_units(shapefile(tmp_path / "h", as_letters, "utf-8", (106.0, 21.3)))
    assert here["name"].tolist() == taken


def test_letters_do_not_tell_where_a_country_has_encodings_of_its_own(tmp_path: Path) -> None:
    path = shapefile(tmp_path / "h", ["Hå", "Bø", "Ås"], "cp1252", (106.0, 21.3))
    with pytest.raises(LayerError, match=r"no encoding is clear from its names \[F05\]"):
        read_units(path)


def test_layer_and_crosswalk_each_have_their_own_encoding(tmp_path: Path) -> None:
    names = NAMES["cp1252", "de"]
    path = shapefile(tmp_path / "s", names, "cp1252", (9.0, 47.0))
    units = read_units(path, encoding="latin1")
    table = tmp_path / "t.csv"
    table.write_text("old_code,old_name\n" + "".join(f"1,{name}\n" for name in names), "utf-8")
    assert units["name"].tolist() == names
    assert read_table(table, encoding="latin1")["old_name"].tolist() == names
    table.write_bytes(table.read_text("utf-8").encode("cp1252"))
    read = read_table(table)
    assert read["old_name"].tolist() == names
    assert "its letters are then those of German" in findings_of(read)[0].message
