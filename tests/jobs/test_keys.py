"""Values by which rows are grouped: what a reader cannot tell apart is one, blanks are none."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from commands import run

from geo_merge.errors import LayerError
from geo_merge.jobs.keys import agreeing, group_rows, nearly_alike, reader_key, spelled_differently

ALIKE: list[tuple[Any, Any]] = [
    ("Thử Hòa", "Thử Hòa"),
    ("Lệ Viễn", "Lệ\u00a0Viễn"),
    ("Lệ Viễn", " Lệ  Viễn\t"),
    ("Lệ Viễn", "Lệ\u200b Viễn"),
    (1, 1.0),
    (7204, "7204"),
    (9007199254740993, "9007199254740993"),
    (["a", 1], ["a", 1]),
    (None, ""),
    (None, " \u00a0"),
    (float("nan"), None),
]
APART: list[tuple[Any, Any]] = [
    ("Hoà", "Hòa"),
    ("A", "a"),
    (7204, "07204"),
    (1, True),
    (0, None),
    (False, None),
    (9007199254740993, 9007199254740992),
    ([1, 2], [2, 1]),
]


@pytest.mark.parametrize(("one", "two"), ALIKE)
def test_what_a_reader_cannot_tell_apart_is_one(one: object, two: object) -> None:
    assert reader_key(one) == reader_key(two)


@pytest.mark.parametrize(("one", "two"), APART)
def test_what_looks_different_is_not_one(one: object, two: object) -> None:
    assert reader_key(one) != reader_key(two)


def test_blanks_are_no_value() -> None:
    with pytest.raises(LayerError, match=r"3 rows .*'xã' \(rows 1, 3, 4\) \[K01\]"):
        group_rows([None, "A", " ", "\u00a0"], "xã", "l.shp")


@pytest.mark.parametrize("nothing", ["#N/A", "#REF!", "NULL", "nan", "-", "?"])
def test_words_and_signs_for_nothing_are_no_value(nothing: str) -> None:
    with pytest.raises(LayerError, match=r"1 row has .*'xã' \(rows 2\) \[K01\]"):
        group_rows(["A", nothing, "A"], "xã", "l.shp")


def test_places_called_as_a_word_for_nothing_are_places() -> None:
    assert list(group_rows(["Nan", "Phrae", "Nan", "None"], "p", "l.shp")) == [
        "Nan", "Phrae", "None",
    ]  # fmt: skip


def test_spellings_are_told_with_their_rows() -> None:
    values = ["A", "B", "A ", "A", 5, "5"]
    groups = group_rows(values, "xã", "l.shp")
    assert [rows.tolist() for rows in groups.values()] == [[0, 2, 3], [1], [4, 5]]
    first, second = spelled_differently(values, groups, "xã")
    assert (first.units, second.units) == (("row 3",), ("row 6",))
    assert "taken for one with row 1" in first.message


def test_fields_agree_where_they_do_in_every_group() -> None:
    groups = group_rows(["A", "A", "B"], "xã", "l.shp")
    columns = {"same": [1, 1, 2], "apart": [1, 2, 2], "blank": [None, "", 3], "some": [None, 1, 1]}
    assert agreeing(columns, groups) == {"same", "blank"}


@pytest.mark.parametrize("name", ["l.geojson", "l.shp", "l.gpkg"])
def test_dissolving_can_keep_what_agrees(tmp_path: Path, name: str) -> None:
    frame = gpd.GeoDataFrame(
        {
            "code": ["07204", "07204", "07207"],
            "name": ["Hòa", "Ho\u0300a", "Lê"],
            "people": [3000, 3000, 400],
            "island": ["east", "west", ""],
        },
        geometry=[shapely.box(106 + k, 21, 106.5 + k, 22) for k in range(3)],
        crs=4326,
    )
    frame.to_file(tmp_path / name, encoding="UTF-8")
    out = tmp_path / "o.geojson"
    ran = run("dissolve", tmp_path / name, out, "--by", "code", "--keep-agreeing")
    assert ran.code == 0, ran.err
    assert "Left out, since their values differ within a group: island." in ran.err
    assert [f["properties"] for f in json.loads(out.read_bytes())["features"]] == [
        {"code": "07204", "name": "Hòa", "people": 3000, "member_count": 2},
        {"code": "07207", "name": "Lê", "people": 400, "member_count": 1},
    ]


@pytest.mark.parametrize("suffix", ["csv", "geojson"])
def test_spellings_are_among_the_findings(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame(
        {"g": ["A", "A "]}, geometry=[shapely.box(k, 0, k + 1, 1) for k in range(2)], crs=4326
    )
    frame.to_file(tmp_path / "l.geojson")
    found = tmp_path / f"found.{suffix}"
    ran = run("dissolve", tmp_path / "l.geojson", tmp_path / "o.geojson", "--by", "g",
              "--findings", found)  # fmt: skip
    assert ran.code == 0, ran.err
    assert "warning K02: 1 row (2) has A in g" in ran.err
    if suffix == "csv":
        rows = list(csv.DictReader(found.read_text("utf-8").splitlines()))
    else:
        rows = [f["properties"] for f in json.loads(found.read_bytes())["features"]]
    assert [row["check"] for row in rows] == ["K02"]


@pytest.mark.parametrize(
    ("one", "two"),
    [("An", "AN"), ("Hòa", "Hoà"), ("A1", "\u04101"), ("A-B", "A\u2013B"), ("L'A", "L\u2019A"),
     ("01", "1"), ("A1", "A\uff11"), ("Đà", "\u00d0à")],
)  # fmt: skip
def test_values_that_are_nearly_one_are_kept_apart_and_told(one: str, two: str) -> None:
    groups = group_rows([one, "Khác", two], "K", "l.gpkg")
    (told,) = nearly_alike(groups, "K")
    assert len(groups) == 3
    assert (told.check, told.severity, told.units) == ("K02", "warning", ("row 1", "row 3"))
    assert not list(nearly_alike(group_rows([one, "Khác"], "K", "l.gpkg"), "K"))


@pytest.mark.parametrize(
    ("one", "two"),
    [("Ba", "Bá"), ("213", "214"), ("N1", "N11"), ("1.1", "11"), ("Tân An", "Tân Ân")],
)
def test_values_that_are_two_are_nothing_to_tell(one: str, two: str) -> None:
    assert not list(nearly_alike(group_rows([one, two], "K", "l.gpkg"), "K"))
