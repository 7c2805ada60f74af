"""Vietnamese names: what is the same to a reader has one key, and matching never guesses."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.vietnam.matching import Units
from geo_merge.vietnam.names import bare_key, name_key, plain, split_type
from geo_merge.vietnam.places import positions, spellings
from geo_merge.vocabulary.places import Unit

LETTERS = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà Bình", "Hòa Bình"), ("Thuỵ", "Thụy"), ("Quý", "Qúy"), ("Kỳ Anh", "Kì Anh"),
        ("Mỹ Lý", "Mĩ Lí"), ("Quý Sơn", "Quí Sơn"), ("Ch'ơm", "Ch’ơm"), ("Đạ M' Rông", "Đạ M’Rông"),
        ("Lệ\u00a0Viễn", " lệ  viễn"), ("P. Thọ Xương", "Phường Thọ Xương"), ("TT.Chờ", "Thị trấn Chờ"),
        ("TT Chờ", "thị trấn chờ"), ("X. Lệ Viễn", "Xã Lệ Viễn"), ("TP. Huế", "Thành phố Huế"),
        ("TX. Chũ", "thị xã Chũ"), ("H. Sơn Động", "Huyện Sơn Động"), ("Q10", "Quận 10"),
        ("P.04", "Phường 4"), ("Phường IV", "Phường 4"), ("Tam Xuân II", "TAM XUÂN 2"),
        ("Phương Liên - Trung Tự", "Phương Liên–Trung Tự"), ("Ðông Sơn", "Đông Sơn"),
        ("Hiệp Hòa (Thị trấn)", "Thị trấn Hiệp Hòa"), ("\u200bVôi", "Vôi"),
    ],
)  # fmt: skip
def test_the_same_to_a_reader(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    assert name_key(unicodedata.normalize("NFD", one)) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Đồng Tiến", "Đông Tiến"), ("Thúy", "Thúi"), ("Tây Sơn", "Tâi Sơn"), ("Tân Vi", "Tân 6"),
        ("Xã Chũ", "Phường Chũ"), ("Phường 1", "Phường 11"), ("Ý Yên", "Í Yên"),
    ],
)  # fmt: skip
def test_not_the_same(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_the_type_is_split_off() -> None:
    assert split_type("P5") == ("Phường", "5")
    assert split_type("Xã Phường") == ("Xã", "Phường")
    assert split_type("Hương Sơn") == ("", "Hương Sơn")
    assert bare_key("phường Phường 4") == bare_key("P. IV") == "4"


@given(st.text(alphabet=LETTERS + LETTERS.upper() + " -'’.\u00a0\u03011234567890()", max_size=25))
def test_a_key_is_its_own_key(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)
    assert bare_key(bare_key(text)) == bare_key(text)
    assert plain(plain(text)) == plain(text)


def test_every_name_of_the_country_has_one_key_in_any_spelling() -> None:
    assert len(spellings()) > 7500
    for key, name in spellings().items():
        assert key == bare_key(name)
        assert name_key(name_key(name)) == name_key(name)
        assert name_key(name.upper()) == name_key(name)
        assert name_key(unicodedata.normalize("NFD", name)) == name_key(name)


def test_positions_lie_in_the_country() -> None:
    (place,) = positions()[bare_key("Lệ Viễn")]
    assert place == pytest.approx([106.85, 21.4], abs=0.2)


UNITS = Units(
    [
        Unit("1", "Đồng Tiến", "Xã", "a", "Huyện Yên Thế", "24", "Tỉnh Bắc Giang"),
        Unit("2", "Đồng Tiến", "Xã", "b", "Huyện Hiệp Hòa", "24", "Tỉnh Bắc Giang"),
        Unit("3", "Đông Tiến", "Xã", "c", "Huyện Yên Phong", "27", "Tỉnh Bắc Ninh"),
        Unit("4", "Hiệp Hòa", "Thị trấn", "b", "Huyện Hiệp Hòa", "24", "Tỉnh Bắc Giang"),
        Unit("5", "Hiệp Hòa", "Xã", "b", "Huyện Hiệp Hòa", "24", "Tỉnh Bắc Giang"),
        Unit("6", "Xím Vàng", "Xã", "d", "Huyện Bắc Yên", "14", "Tỉnh Sơn La"),
        Unit("7", "IV", "Phường", "e", "Thành phố Vị Thanh", "93", "Tỉnh Hậu Giang"),
        Unit("8", "Phường 4", "Phường", "f", "Thành phố Sóc Trăng", "94", "Tỉnh Sóc Trăng"),
        Unit("9", "Đoài", "Xã", "g", "Huyện Châu Thành", "83", "Tỉnh Bến Tre"),
        Unit("10", "Đoài", "Xã", "h", "Thị xã Châu Thành", "86", "Tỉnh Vĩnh Long"),
    ]
)


@pytest.mark.parametrize(
    ("asked", "code", "how"),
    [
        ({"name": "Đồng Tiến", "unit_type": "Xã", "parents": ["huyện Yên Thế"]}, "1", "type, name and district"),
        ({"name": "Đồng Tiến", "parents": ["Hiệp Hoà"]}, "2", "name and district"),
        ({"name": "Đông Tiến", "unit_type": "Xã"}, "3", "type and name"),
        ({"name": "Đông Tiến"}, "3", "name"),
        ({"name": "Hiệp Hòa", "unit_type": "thị trấn"}, "4", "type and name"),
        ({"name": "Xí m Vàng", "unit_type": "Xã"}, "6", "type and name but for blanks"),
        ({"name": "Xim Vang"}, "6", "name but for accents"),
        ({"name": "IV", "unit_type": "Phường"}, "7", "type and name"),
        ({"name": "4", "unit_type": "Phường"}, "8", "type and name"),
        ({"name": "04", "parents": ["Vị Thanh"]}, "7", "name and district"),
        ({"name": "Đồng Tiến", "unit_type": "Xã", "behind": "huyện Yên Thế"}, "1", "type and name and district named behind"),
        ({"name": "Đông Tiến", "unit_type": "Xã", "behind": "huyện Yên Thế"}, "3", "type and name"),
        ({"name": "Đoài", "parents": ["huyện Châu Thành"]}, "9", "name and district"),
        ({"name": "Đoài", "parents": ["Châu Thành", "Vĩnh Long"]}, "10", "name and district"),
    ],
)  # fmt: skip
def test_the_step_that_matched_is_told(asked: dict, code: str, how: str) -> None:
    match = UNITS.find(**asked)
    assert match.unit is not None
    assert (match.unit.code, match.how) == (code, how)


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({"name": "Đồng Tiến", "unit_type": "Xã"}, ["1", "2"]),
        ({"name": "Hiệp Hòa"}, ["4", "5"]),
        ({"name": "Đoài", "parents": ["Châu Thành"]}, ["9", "10"]),
        ({"name": "Dong Tien"}, ["1", "2", "3"]),
    ],
)
def test_ambiguous_names_are_reported_with_all_candidates(asked: dict, codes: list[str]) -> None:
    match = UNITS.find(**asked)
    assert match.unit is None
    assert [unit.code for unit in match.candidates] == codes
    assert "may be any of" in match.problem("it")


def test_a_district_that_does_not_agree_is_not_passed_over() -> None:
    assert UNITS.find("Xím Vàng", parents=["huyện Yên Thế"]).unit is None
    contrary = UNITS.find("Đông Tiến", parents=["huyện Yên Thế"])
    assert contrary.how == "name and district but for accents"


def test_similar_names_are_only_suggested() -> None:
    match = UNITS.find("Xín Vàng", unit_type="Xã")
    assert match.unit is None
    assert [unit.code for unit in match.suggestions] == ["6"]
    assert "similar: 6 Xã Xím Vàng (Huyện Bắc Yên)" in match.problem("it")
