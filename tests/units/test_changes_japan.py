"""The list of e-Stat (廃置分合等情報, CC BY 4.0): rows of it as published, followed to the end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from geo_merge.reading.change_lists import read_changes
from geo_merge.units.changes import changes_in, understood
from geo_merge.units.list_crosswalk import list_crosswalk
from geo_merge.units.one_day import Change
from geo_merge.vocabulary.memory import findings_of

HEAD = "標準地域コード,都道府県,政令市・郡・支庁・振興局等,政令市・郡・支庁・振興局等（ふりがな）,市区町村,市区町村（ふりがな）,廃置分合等施行年月日,改正事由"
REASONS = [
    ("2005-10-11", "釧路市(01206)、阿寒町(01666)、音別町(01669)が合併し、釧路市を新設"),
    ("2005-01-21", "瓜連町(08343)が那珂町(08342)に編入"),
    ("2005-01-21", "那珂町(08342)が那珂市(08226)に市制施行"),
    ("2004-10-16", "御前山村(08308)、山方町(08345)、美和村(08346)、緒川村(08347)が大宮町(08344)に編入"),
    ("2004-10-16", "大宮町(08344)が常陸大宮町に名称変更し、常陸大宮市(08225)に市制施行"),
    ("2010-01-04", "三好町(23521)がみよし町(23521)に名称変更"),
    ("2010-01-04", "みよし町(23521)がみよし市(23236)に市制施行"),
    ("2006-03-01", "中道町(19326)と上九一色村(19341)大字梯及び古関が甲府市(19201)に編入"),
    ("2006-03-01", "上九一色村(19341)大字梯及び古関が甲府市(19201)に編入し、大字精進、本栖及び富士ヶ嶺が富士河口湖町(19430)に編入"),
    ("1993-11-01", "日の出村(13305)が日の出町(13305)に町制施行"),
    ("2005-03-01", "鳳至郡穴水町(17421)、門前町(17422)が鳳珠郡穴水町(17461)、門前町(17462)に郡の区域変更\n鳳至郡(17420)の廃止\n鳳珠郡(17460)の新設"),
    ("1994-04-01", "与那城村(よなぐすくそん、47322)が与那城村(よなしろそん)に名称変更し、与那城町(47322)に町制施行"),
    ("2007-04-01", "浜松市(22202)の浜松市(22130)への政令指定都市施行\n中区(22131)、東区(22132)、西区(22133)、南区(22134)、北区(22135)、浜北区(22136)、天竜区(22137)の新設"),
    ("2024-01-01", "浜松市（22130）の区の再編（７区から３区へ再編）　中区（22131）、東区（22132）、西区（22133）、南区（22134）、北区（22135）（三方原地区／初生町）を中央区（22138）に再編　北区（22135）（三方原地区以外）、浜北区（22136）を浜名区（22139）に再編　天竜区（22137）を天竜区（22140）に再編（区名、区域の変更なし）"),
    ("1989-11-06", "白石区(01104)から分離し、厚別区(01108)を新設"),
    ("1999-10-01", "函館市(01202)が特例市から中核市に移行"),
]  # fmt: skip


@pytest.fixture
def japan(tmp_path: Path) -> pd.DataFrame:
    rows = [f'00000,,,,,,{day},"{reason}"' for day, reason in REASONS]
    path = tmp_path / "haichi.csv"
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return read_changes(path)


def ways(frame: pd.DataFrame, *olds: str) -> set[tuple[str, str]]:
    pairs = set(zip(frame["old_code"], frame["new_code"], strict=True))
    return {pair for pair in pairs if not olds or pair[0] in olds}


def test_every_line_of_the_list_is_understood(japan: pd.DataFrame) -> None:
    kinds = [f.message.kind for f in findings_of(japan)]  # type: ignore[attr-defined]
    assert kinds == ["W20.form", "W20.wards"]
    changes = changes_in(japan)
    assert not changes.findings
    found = list_crosswalk(changes, date(1985, 1, 1), date(2024, 6, 1))
    assert ways(found, "01206", "01666") == {("01206", "01206"), ("01666", "01206")}
    assert ways(found, "17421", "17422") == {("17421", "17461"), ("17422", "17462")}
    assert ways(found, "01104") == {("01104", "01104"), ("01104", "01108")}
    assert ways(found, "19341", "19326") == {
        ("19326", "19201"), ("19341", "19201"), ("19341", "19430"),
    }  # fmt: skip
    assert ways(found, "22202", "22135") == {("22202", "22130"), ("22135", "22138"), ("22135", "22139")}  # fmt: skip
    names = dict(zip(found["new_code"], found["new_name"], strict=True))
    assert names["17461"] == "穴水町"
    assert names["47322"] == "与那城町"
    assert names["13305"] == "日の出町"


def test_what_joins_a_town_that_becomes_a_city_that_day_is_in_the_city(japan: pd.DataFrame) -> None:
    found = list_crosswalk(changes_in(japan), date(2004, 1, 1), date(2011, 1, 1))
    for old, new in [("08343", "08226"), ("08342", "08226"), ("08308", "08225"), ("08344", "08225"),
                     ("23521", "23236")]:  # fmt: skip
        assert ways(found, old) == {(old, new)}
    assert {"08342", "08344", "23521"}.isdisjoint(found["new_code"])


def test_what_joins_a_unit_of_which_another_is_parted_stays_in_it(tmp_path: Path) -> None:
    path = tmp_path / "haichi.csv"
    reasons = "乙村(01302)が甲町(01301)に編入\n甲町(01301)から分離し、丙村(01303)を新設"
    path.write_text(f'{HEAD}\n00000,,,,,,2001-01-01,"{reasons}"\n', encoding="utf-8")
    assert ways(read_changes(path)) == {
        ("01302", "01301"), ("01301", "01301"), ("01301", "01303"),
    }  # fmt: skip


def on_one_day(*rows: tuple[str, str, str, str]) -> list[Change]:
    return [Change(date(2010, 1, 1), old, new, old_name, new_name, k)
            for k, (old, old_name, new, new_name) in enumerate(rows, 2)]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "expected", "kinds"),
    [  # X joins A, which becomes B
        ([("X", "x", "A", "a"), ("A", "a", "B", "b")], {("X", "B"), ("A", "B")}, []),
        # X takes the code that A gives up
        ([("X", "x", "A", "x"), ("A", "a", "B", "b")], {("X", "A"), ("A", "B")}, []),
        # X joins A, of which B is parted
        ([("X", "x", "A", "a"), ("A", "a", "A", "a"), ("A", "a", "B", "b")],
         {("X", "A"), ("A", "A"), ("A", "B")}, []),
        # A is called otherwise, then becomes B
        ([("A", "a", "A", "c"), ("A", "c", "B", "b")], {("A", "B")}, []),
        # nobody says which
        ([("X", "", "A", ""), ("A", "", "B", "")], {("X", "A"), ("A", "B")}, ["W20.given_up"]),
    ],
)  # fmt: skip
def test_a_unit_that_is_joined_and_changes_on_one_day(
    rows: list[tuple[str, str, str, str]], expected: set[tuple[str, str]], kinds: list[str]
) -> None:
    changes = understood(on_one_day(*rows), known=["A", "X"], since=date(2009, 1, 1))
    links = changes.lineage.links(date(2009, 1, 1), date(2011, 1, 1))
    assert ways(links) == expected
    assert [f.message.kind for _, f in changes.findings] == kinds  # type: ignore[attr-defined]


def test_names_between_two_changes_of_a_day_are_nobodys() -> None:
    rows = on_one_day(("A", "b", "A", "c"), ("A", "a", "A", "b"), ("X", "x", "A", "c"))
    lineage = understood(rows).lineage
    assert lineage.names(date(2009, 1, 1))["A"] == "a"
    assert lineage.names(date(2011, 1, 1))["A"] == "c"
