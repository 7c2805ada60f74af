"""Districts and provinces have one name and one code in a layer, or it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.merging.merge import merge
from geo_merge.units.layers import read_units
from geo_merge.units.parents_spelled import spell_parents
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.sentence import said

Grid = Callable[..., gpd.GeoDataFrame]
COLUMNS = ("district_code", "district", "province_code", "province")


def layer(rows: list[tuple[str, ...]]) -> gpd.GeoDataFrame:
    """Units A, B, … with code and name of district and province."""
    frame = pd.DataFrame(rows, columns=[*COLUMNS[: len(rows[0])]])
    frame = frame.reindex(columns=[*COLUMNS], fill_value="")
    frame.insert(0, "code", [chr(ord("A") + k) for k in range(len(rows))])
    return gpd.GeoDataFrame(frame, geometry=[None] * len(rows))


def spelled(
    rows: list[tuple[str, ...]], country: Country = VIETNAM
) -> tuple[list[tuple[str, ...]], list]:
    read, findings = spell_parents(layer(rows), country)
    got = [row[: len(rows[0])] for row in read[[*COLUMNS]].itertuples(index=False, name=None)]
    return got, [(f.message.kind, f.units) for f in findings]


@pytest.mark.parametrize(
    "other", ["HUYỆN HÒA VANG", "Huyện Hoà Vang", "huyện  Hòa Vang", "Hòa Vang"]
)
def test_a_district_in_two_spellings_is_one(other: str) -> None:
    rows = [("", "Huyện Hòa Vang"), ("", other), ("", "Huyện Hòa Vang"), ("", "Huyện Khác")]
    got, told = spelled(rows)
    assert [name for _, name in got] == ["Huyện Hòa Vang"] * 3 + ["Huyện Khác"]
    assert told == [("K08.parent_spelled", ("B",))]


@pytest.mark.parametrize("rows", [
    [("", "Huyện Cao Lãnh"), ("", "Thành phố Cao Lãnh"), ("", "Cao Lãnh")],  # a city is none
    [("", "Huyện A"), ("", "Huyện B")],
    [("1", "Châu Thành", "", "P"), ("", "Châu Thành", "", "Q")],  # of another province
    [("", "Châu Thành", "", "P"), ("", "CHÂU THÀNH", "", "Q")],
    [("1", "Châu Thành"), ("2", "Châu Thành"), ("", "Châu Thành")],  # open which
    [("", ""), ("", ""), ("1", "")],
    [("01", "North", "1", "P"), ("01", "South", "2", "Q")],  # numbered in each province
])  # fmt: skip
def test_others_stay_as_they_are(rows: list[tuple[str, ...]]) -> None:
    assert spelled(rows) == (rows, [])


def test_a_code_with_two_names_is_told_and_has_the_usual_one() -> None:
    got, told = spelled([("213", "Huyện A"), ("213", "Huyện B"), ("213", "Huyện A"), ("214", "C")])
    assert got == [("213", "Huyện A")] * 3 + [("214", "C")]
    assert told == [("K08.parent_names", ("B",))]


def test_a_code_that_some_rows_lack_is_theirs() -> None:
    got, told = spelled([("213", "Huyện A"), ("", "HUYỆN A"), ("214", "Huyện B")])
    assert got == [("213", "Huyện A"), ("213", "Huyện A"), ("214", "Huyện B")]
    assert told == [("K08.parent_code", ("B",)), ("K08.parent_spelled", ("B",))]


def test_provinces_are_spelled_before_their_districts() -> None:
    rows = [
        ("", "Huyện A", "", "Tỉnh P"),
        ("", "huyện A", "", "TỈNH P"),
        ("", "Huyện A", "", "Tỉnh P"),
    ]
    got, told = spelled(rows)
    assert got == [rows[0]] * 3
    assert [kind for kind, _ in told] == ["K08.parent_spelled"] * 2


def test_elsewhere_nothing_is_a_type() -> None:
    rows = [("", "Xa Lung"), ("", "Lung")]
    assert spelled(rows, PLAIN) == (rows, [])


@given(st.lists(st.tuples(st.sampled_from(["", "1", "2"]),
                          st.sampled_from(["", "Huyện A", "HUYỆN A", "A", "Huyện B"])), min_size=1))  # fmt: skip
def test_law_done_once_it_is_done(rows: list[tuple[str, ...]]) -> None:
    first, _ = spell_parents(layer(rows), VIETNAM)
    again, findings = spell_parents(first, VIETNAM)
    assert findings == []
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(first))


def test_a_merger_counts_it_once_and_says_so(grid: Grid, tmp_path: Path) -> None:
    old = grid(4, 1)[["name", "geometry"]].reset_index()
    old["huyen"] = ["Huyện A", "HUYỆN A", "Huyện A", "Huyện B"]
    old.to_file(tmp_path / "communes.gpkg")
    units = read_units(tmp_path / "communes.gpkg", country=VIETNAM)
    table = pd.DataFrame({"old_code": units.index, "new_code": [*"MMNN"], "new_name": [*"MMNN"]})
    result = merge(units, table)
    assert result.summary["before"]["districts"] == 2
    (told,) = result.findings.loc[result.findings["check"] == "K08", "message"]
    assert said(told, "en") == "Huyện A is also written HUYỆN A (1 unit); all are read as Huyện A."
