"""Crosswalks one after the other, and looking up what became of a unit and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from commands import run
from hypothesis import given
from hypothesis import strategies as st

from geo_merge import read_table
from geo_merge.errors import CrosswalkError, TableError, UsageError
from geo_merge.units.lineage import LINKS, Lineage, Step, as_links, chain
from geo_merge.vietnam.lookup.answers import look_up
from geo_merge.vietnam.lookup.table import look_up_table

CENSUS, JANUARY, EVE, JULY = date(2009, 4, 1), date(2025, 1, 1), date(2025, 6, 30), date(2025, 7, 1)


def links(*rows: tuple[str, str, float, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(LINKS))


def rows_of(frame: pd.DataFrame) -> list[tuple[str, str, float, str]]:
    return [tuple(row) for row in frame[list(LINKS)].itertuples(index=False)]


# A is divided 3:1 between B and C; C and D join in E, B stays; n to n by way of the middle.
FIRST = links(("A", "B", 0.75, "one"), ("A", "C", 0.25, "one"), ("D", "D", 1.0, "one"))
SECOND = links(("C", "E", 1.0, "two"), ("D", "E", 0.5, "two"), ("D", "B", 0.5, "two"))
TWO_STEPS = Lineage((Step(JANUARY, FIRST), Step(JULY, SECOND)))


def test_shares_and_evidence_follow_the_steps() -> None:
    assert rows_of(chain(FIRST, SECOND)) == [
        ("A", "B", 0.75, "one"),
        ("A", "E", 0.25, "one; two"),
        ("D", "B", 0.5, "one; two"),
        ("D", "E", 0.5, "one; two"),
    ]


def test_ways_that_meet_again_are_added() -> None:
    meet = chain(FIRST, links(("B", "E", 1.0, "b"), ("C", "E", 1.0, "c"), ("D", "E", 1.0, "d")))
    assert rows_of(meet) == [("A", "E", 1.0, "one; b | one; c"), ("D", "E", 1.0, "one; d")]


def test_any_day_forward_and_back() -> None:
    assert rows_of(TWO_STEPS.trace("A", CENSUS, EVE)) == [
        ("A", "B", 0.75, "one"), ("A", "C", 0.25, "one")
    ]  # fmt: skip
    assert rows_of(TWO_STEPS.trace("E", JULY, CENSUS)) == [
        ("E", "A", 0.25, "one; two"), ("E", "D", 0.5, "one; two")
    ]  # fmt: skip
    assert rows_of(TWO_STEPS.trace("C", EVE, JULY)) == [("C", "E", 1.0, "two")]
    assert rows_of(TWO_STEPS.trace("B", JANUARY, EVE)) == [("B", "B", 1.0, "")]


def test_a_share_that_is_not_known_stays_unknown() -> None:
    table = pd.DataFrame(
        {
            "old_code": ["A", "A", "B", ""],
            "new_code": ["X", "Y", "X", "X"],
            "share": ["", "", "", ""],
        }
    )
    made = as_links(table, "law")
    assert made["old_code"].tolist() == ["A", "A", "B"]
    assert np.isnan(made["share"].to_numpy()).tolist() == [True, True, False]
    later = chain(made, links(("X", "Z", 1.0, ""), ("Y", "V", 1.0, "")))
    assert np.isnan(later["share"].to_numpy()).tolist() == [True, True, False]
    again = chain(made, links(("X", "Z", 1.0, ""), ("Y", "Z", 1.0, "")))
    assert again["share"].tolist() == [1.0, 1.0]  # all parts of A are in Z, however large each is


def test_days_must_be_in_order() -> None:
    with pytest.raises(CrosswalkError, match="2025-07-01, 2025-01-01"):
        Lineage((Step(JULY, FIRST), Step(JANUARY, SECOND)))


def divisions(codes: str, to: str) -> st.SearchStrategy[pd.DataFrame]:
    """Every code goes to some others, in shares that add up to 1."""
    one = st.dictionaries(st.sampled_from(to), st.integers(1, 8), min_size=1, max_size=3)
    return st.tuples(*[one for _ in codes]).map(
        lambda parts: links(
            *[
                (code, target, weight / sum(part.values()), "")
                for code, part in zip(codes, parts, strict=True)
                for target, weight in part.items()
            ]
        )
    )


@given(divisions("abcd", "efg"), divisions("efg", "hij"))
def test_nothing_is_lost_on_the_way(first: pd.DataFrame, second: pd.DataFrame) -> None:
    """A unit that only the second step names was there before: lists of changes name no others."""
    total = chain(first, second).groupby("old_code")["share"].sum()
    later = set("efg") - set(first["new_code"])
    assert total.index.tolist() == sorted({*"abcd", *later})
    assert total.to_numpy() == pytest.approx(np.ones(len(total)))


def test_lists_of_changes_alone_are_followed() -> None:
    """As Switzerland publishes them: each year names only the municipalities that changed."""
    merged = links(("1607", "1632", 1.0, "2011"), ("1609", "1632", 1.0, "2011"))
    later = links(("132", "295", 1.0, "2018"), ("133", "295", 1.0, "2018"))
    steps = Lineage((Step(JANUARY, merged), Step(JULY, later)))
    assert rows_of(steps.links(CENSUS, JULY)) == [*rows_of(later), *rows_of(merged)]
    assert rows_of(steps.trace("132", CENSUS, JULY)) == [("132", "295", 1.0, "2018")]
    gone = links(("A", "B", 1.0, "one"))  # A is no more when the second step names it
    assert rows_of(chain(gone, links(("A", "C", 1.0, "two")))) == rows_of(gone)


def test_the_communes_of_2009_make_the_99_units(bac_ninh: Path) -> None:
    lineage = read_table(bac_ninh / "lineage_2009_to_2025.csv").rename(
        columns={"commune_id_2009": "old_code", "code_2025": "new_code", "how": "evidence"}
    )
    law = read_table(bac_ninh / "crosswalk.csv")
    steps = (Step(JANUARY, as_links(lineage)), Step(JULY, as_links(law, "Resolution 1658")))
    to_2025 = Lineage(steps).links(CENSUS, JULY)
    assert len(to_2025) == 358
    assert to_2025["evidence"].iloc[0] == "merged; Resolution 1658"
    census = gpd.read_file(bac_ninh / "census_communes_2009.gpkg").to_crs(9214)
    official = gpd.read_file(bac_ninh / "official_units_2025.gpkg").to_crs(9214).set_index("code")
    census["unit"] = census["code_2009"].map(to_2025.set_index("old_code")["new_code"])
    made = census.dissolve("unit").geometry
    assert sorted(made.index) == sorted(official.index)
    official = official.geometry.loc[made.index]
    iou = made.intersection(official).area / made.union(official).area
    assert iou.mean() >= 0.93


def test_lookup_forward_and_back() -> None:
    (became,) = look_up("xã Lệ Viễn, Sơn Động")
    assert became.unit is not None
    assert (became.unit.code, became.is_new) == ("07654", False)
    assert [row["code"] for row in became.related] == ["07654"]
    assert "resolution of 16 June 2025 on the communes of Tỉnh Bắc Ninh" in became.lines()[-1]
    (made,) = look_up("phường Bắc Giang")
    assert made.is_new
    assert [row["name"] for row in made.related] == [
        "Thọ Xương", "Ngô Quyền", "Hoàng Văn Thụ", "Trần Phú", "Xương Giang", "Dĩnh Kế", "Dĩnh Trì"
    ]  # fmt: skip


def test_a_name_of_before_and_after_has_two_answers_unless_a_day_is_named() -> None:
    both = look_up("xã Xuân Lương, Bắc Ninh") + look_up("xã Xuân Lương, Yên Thế")
    assert [a.is_new for a in both] == [True, False]
    assert [a.is_new for a in look_up("xã Phật Tích")] == [False, True]
    assert [a.is_new for a in look_up("xã Phật Tích", as_of=EVE)] == [False]
    assert [a.is_new for a in look_up("xã Phật Tích", as_of=JULY)] == [True]


def test_every_code_of_bac_ninh_alone_is_refused(bac_ninh: Path) -> None:
    codes = sorted(set(read_table(bac_ninh / "crosswalk.csv")["new_code"]))
    assert len(codes) == 99
    for code in codes:
        with pytest.raises(UsageError, match=rf"{code} is ambiguous: until 30 June 2025 .* since"):
            look_up(code)
        (answer,) = look_up(code, as_of=JULY)
        assert answer.is_new
        assert answer.related


def test_a_divided_commune_says_so() -> None:
    (answer,) = look_up("phường Cửa Nam, Hoàn Kiếm", as_of=EVE)
    assert len(answer.related) == 4
    assert all("how much is not known" in line for line in answer.lines()[1:5])


def test_an_island_district_without_communes() -> None:
    (answer,) = look_up("đặc khu Côn Đảo")
    assert [row["unit_type"] for row in answer.related] == ["Huyện"]


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ("xã Đồng Tiến, Bắc Giang", "may be any of 07243 .*Yên Thế.*; 07816 .*Hiệp Hòa"),
        ("xã Lệ Viẽnn, Sơn Động", "similar: 07654 Xã Lệ Viễn|is unknown"),
        ("Đông Xuân, Đông Hưng, Thái Bình", "merged before July 2025"),
        ("99999", "no code"),
        ("106.2, 21.27", "may be any of .*--layer"),
        ("21.27, 106.2", "longitude comes first"),
        ("", "names no commune"),
    ],
)
def test_what_is_not_clear_is_not_answered(asked: str, problem: str) -> None:
    (answer,) = look_up(asked)
    assert answer.unit is None
    assert pytest.importorskip("re").search(problem, answer.problem)


def test_a_point_in_a_layer(bac_ninh: Path) -> None:
    done = run("lookup", "106.2,21.27", "--layer", bac_ninh / "bac_giang_communes.shp")
    assert (done.code, "07213 Phường Trần Phú" in done.out) == (0, True)
    done = run("lookup", "106.2,21.27", "--layer", bac_ninh / "official_units_2025.gpkg")
    assert (done.code, "since 1 July 2025 (found by place" in done.out) == (0, True)
    done = run("lookup", "100,21", "--layer", bac_ninh / "official_units_2025.gpkg")
    assert (done.code, "no unit of the layer" in done.err) == (1, True)


def test_a_table_in_one_go(bac_ninh: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"
    done = run(
        "lookup", "--table", bac_ninh / "crosswalk.csv", "--as-of", "2025-06-30", "--out", out
    )
    assert done.code == 1
    assert "crosswalk.csv row 315:  Trường bắn TB1" in done.err
    answers, truth = read_table(out), read_table(bac_ninh / "crosswalk.csv")
    pairs = set(zip(answers["code"], answers["related_code"], strict=True))
    assert pairs == set(zip(truth["old_code"], truth["new_code"], strict=True)) - {("", "07537")}


def test_a_table_of_codes_or_points() -> None:
    codes = pd.DataFrame({"ma_xa": ["07654", "07210"]}, index=[2, 3])
    found, problems = look_up_table(codes, as_of=EVE)
    assert (found["related_code"].tolist(), problems) == (["07654", "07210"], [])
    found, problems = look_up_table(codes)
    assert [p.partition(" is ambiguous")[0] for p in problems] == [
        "row 2: 07654: 07654", "row 3: 07210: 07210"
    ]  # fmt: skip
    with pytest.raises(TableError, match="but no column with names"):
        look_up_table(pd.DataFrame({"x": [""], "y": [""]}))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("P.1, Q.3, TP.HCM", "27160"),
        ("P1 Q3 TPHCM", "27160"),
        ("phuong 1, quan 3, tp hcm", "27160"),
        ("12 Lê Lợi, P. Bến Nghé, Q.1, Sài Gòn 700000, Việt Nam", "26740"),
        ("Xã Lệ Viễn - Huyện Sơn Động - Tỉnh Bắc Giang", "07654"),
        ("Xã Lệ Viễn huyện Sơn Động tỉnh Bắc Giang", "07654"),
        ("xã Lệ Viễn thuộc huyện Sơn Động", "07654"),
        ("xa Le Vien, huyen Son Dong, Bac Giang", "07654"),
        ("P. Đạo Long, TP Phan Rang - Tháp Chàm, Ninh Thuận", "22762"),
        ("07201.0", "07201"),
    ],
)
def test_addresses_as_people_write_them(asked: str, code: str) -> None:
    assert [a.unit and a.unit.code for a in look_up(asked, as_of=EVE)] == [code]


def test_an_address_with_another_district_is_not_guessed() -> None:
    for asked in ("P.1, Q.2, TP.HCM", "Xã Lệ Viễn - Huyện Lục Ngạn", "xa Le Vien, huyen Luc Nam"):
        assert [a.unit for a in look_up(asked, as_of=EVE)] == [None]


def test_lookup_says_what_it_needs() -> None:
    assert run("lookup").code == 2
    assert "2025-06-30" in run("lookup", "x", "--as-of", "gestern").err


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("Ward 1, District 3, Ho Chi Minh City", "27160"),
        ("12 Le Loi Street, Ben Nghe Ward, District 1, Ho Chi Minh City 700000, Vietnam", "26740"),
        ("Le Vien Commune, Son Dong District, Bac Giang Province", "07654"),
        ("Hoàn Kiếm Ward, Hanoi", "00070"),
        ("19/5, thôn 3, xã Lệ Viễn, Sơn Động", "07654"),
    ],
)
def test_addresses_in_english_and_with_a_house_are_understood(asked: str, code: str) -> None:
    assert code in {found.unit.code for found in look_up(asked) if found.unit is not None}


def test_what_names_no_commune_is_told_so() -> None:
    (house,) = look_up("19/5")
    assert house.problem == "it names no commune; write its name, district and province"
    (ward,) = look_up("19/5 Nguyễn Trãi, Phường 3, Quận 5, TP.HCM")
    assert "Phường Nguyễn Trãi" not in ward.problem


def test_numbers_of_rows_are_no_codes_and_ones_own_columns_stay() -> None:
    villages = pd.DataFrame({"id": ["1", "4", "7"], "thon": ["A", "B", "C"]}, index=[2, 3, 4])
    villages["id"] = ["1", "2", "3"]
    with pytest.raises(TableError, match="numbers of rows are no codes"):
        look_up_table(villages)
    villages["dia_chi"] = "Thôn A, xã Lệ Viễn, huyện Sơn Động, tỉnh Bắc Giang"
    found, problems = look_up_table(villages, as_of=EVE)
    assert (found["related_code"].tolist(), problems) == (["07654"] * 3, [])
    assert found["id"].tolist() == ["1", "2", "3"]
    assert found["thon"].tolist() == ["A", "B", "C"]


def test_a_code_and_a_name_that_disagree_have_no_answer() -> None:
    table = pd.DataFrame(
        {"code": ["07654", "07201"], "name": ["Lệ Viễn", "Ngô Quyền"],
         "district": ["Sơn Động", "Thành phố Bắc Giang"]}, index=[2, 3],
    )  # fmt: skip
    found, problems = look_up_table(table, as_of=EVE)
    assert found["code"].tolist() == ["07654"]
    assert found["code_2"].tolist() == ["07654"]
    assert len(problems) == 1
    assert "the code is 07201" in problems[0]
    assert "07207 Phường Ngô Quyền" in problems[0]
