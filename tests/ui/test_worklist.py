"""Findings and repairs as lists to work through: order, filters, decisions, words."""

from __future__ import annotations

import re
from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely
from app_tests import AppTest
from conftest import ROOT, square
from streamlit.util import calc_hash

from geo_merge.api import merge
from geo_merge.mending import RepairOptions
from geo_merge.mending.decisions import Choice
from geo_merge.merging.result import MergeResult
from geo_merge.texts import TEXTS, say
from geo_merge.ui import decided, tables, work
from geo_merge.ui.checks_page import differing
from geo_merge.ui.findings_list import by_weight, names_of, sizes
from geo_merge.ui.repairs_list import changes_of, obstacle_name
from geo_merge.ui.server import PAGE
from geo_merge.ui.state import Key
from geo_merge.ui.store import Loaded
from geo_merge.ui.worklist import narrowed
from geo_merge.units.attributes import Rule

Grid = Callable[..., gpd.GeoDataFrame]
ROWS = pd.DataFrame(
    {
        "id": ["a", "b", "c"],
        "kind": ["C02", "C04", "A03"],
        "weight": ["error", "error", "warning"],
        "m2": [50.0, 4000.0, float("nan")],
        "units": [["1"], ["1", "2"], []],
        "words": ["1 le vien", "1 le vien 2 an lac", ""],
    },
    index=[7, 3, 5],
)


def torn(grid: Grid, **options: object) -> MergeResult:
    """Three squares in a row with a gap of 2 m and one of 40 m."""
    old = grid(3, 1)
    west, south, east, north = square(1, 0).bounds
    old.loc["00002", "geometry"] = shapely.box(west + 2, south + 100, east - 40, north - 100)
    frame = {"geometry": [shapely.box(west - 1000, south - 50, east + 1000, south),
                          shapely.box(west - 1000, north, east + 1000, north + 50)]}  # fmt: skip
    old = gpd.GeoDataFrame(pd.concat([old, gpd.GeoDataFrame(
        {"name": ["Dưới", "Trên"], "unit_type": "Xã", **frame}, crs=old.crs,
        index=["00004", "00005"])]), crs=old.crs)  # fmt: skip
    old.loc["00002", "geometry"] = shapely.box(west + 2, south, east - 40, north)
    rows = {"old_code": old.index, "new_code": "N", "new_name": "New", "new_type": "Xã"}
    return merge(old.rename_axis("code"), pd.DataFrame(rows), **options)


def test_what_weighs_most_comes_first() -> None:
    frame = pd.DataFrame(
        {
            "severity": ["info", "error", "error", "warning", "error"],
            "value": [9e9, 0.3, -2.0, 5.0, 7.0],
            "unit_of_value": ["m²", "m²", "km²", "m²", "units"],
        }
    )
    assert sizes(frame).fillna(-1).tolist() == [9e9, 0.3, 2e6, 5.0, -1]
    assert by_weight(frame).index.tolist() == [2, 1, 4, 3, 0]


def test_filters_leave_what_was_asked_for() -> None:
    assert narrowed(ROWS)["id"].tolist() == ["a", "b", "c"]
    assert narrowed(ROWS, kinds=["C04", "A03"])["id"].tolist() == ["b", "c"]
    assert narrowed(ROWS, weights=["warning"])["id"].tolist() == ["c"]
    assert narrowed(ROWS, wanted="LỆ viễn")["id"].tolist() == ["a", "b"]
    assert narrowed(ROWS, wanted="an lạc 2")["id"].tolist() == ["b"]
    assert narrowed(ROWS, least_m2=50)["id"].tolist() == ["a", "b"]
    assert narrowed(ROWS, least_m2=51)["id"].tolist() == ["b"]
    assert narrowed(ROWS, statuses=[""], known=["waive", "", ""])["id"].tolist() == ["b", "c"]
    assert narrowed(ROWS, kinds=["C02"], wanted="an lac").empty


def test_a_finding_names_the_units_that_it_is_about(grid: Grid) -> None:
    """A new unit has the code of an old one, under another name."""
    rows = {"old_code": ["00001", "00002"], "new_code": "00002", "new_name": "Mới"}
    names = names_of(merge(grid(2, 1), pd.DataFrame(rows)))
    assert names == {"old": {"00001": "Xã 1", "00002": "Xã 2"}, "new": {"00002": "Mới"}}


def test_the_most_land_that_differs_comes_first() -> None:
    """Not the least agreement of shapes: 0.3 m² are nothing, 11 km² against the law are."""
    table = pd.DataFrame({"reference_difference_m2": [0.3, 2.0, float("nan")],
                          "area_km2_difference": [0.0, -11.8, float("nan")]})  # fmt: skip
    assert differing(table).tolist() == [0.3, 11.8e6, 0.0]
    assert differing(table[["reference_difference_m2"]]).tolist() == [0.3, 2.0, 0.0]
    compared = pd.DataFrame({"area_km2": [23.25, 68.97], "declared_area_km2": [23.25, 57.18],
                             "gained_m2": [0.03, 0.0], "lost_m2": [0.16, 0.0]})  # fmt: skip
    assert differing(compared).round(2).tolist() == [0.16, 11.79e6]


def test_changes_are_read_as_they_are_written() -> None:
    told = ["1060517 -28,359.123 m²", "00 2 +1.500 m²", "x"]
    assert changes_of(told) == {"1060517": -28359.123, "00 2": 1.5}


def test_the_list_is_worked_through_on_the_page(grid: Grid) -> None:
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    test.session_state[Key.LOADED] = Loaded("torn", "torn.gpkg", torn(grid), {}, {})
    test._page_hash = calc_hash("checks")
    test.run()
    assert not test.exception
    shown = test.dataframe[0].value
    column = TEXTS["ui.check"][0]
    assert [text[:3] for text in shown[column]][:2] == ["C02", "C02"]
    test.button("findings_next").click().run()
    first = test.session_state["findings_at"]
    assert any(text.value.startswith("C02") and " 40 m" in text.value for text in test.text)
    words = {key: texts[0] for key, texts in TEXTS.items()}

    def save() -> None:
        next(b for b in test.button if b.label == words["work.save"]).click().run()
        assert not test.exception

    test.segmented_control(f"findings_choice_{first}").select(str(Choice.WAIVE))
    save()
    assert [e.value for e in test.error] == [words["work.no_reason"]]
    test.text_input(f"findings_reason_{first}").set_value("a canal")
    save()
    assert not test.error
    assert test.session_state["findings_at"] != first  # the next one
    kept = work.find(test.session_state[Key.WORK])  # which the first decision began
    assert kept is not None
    assert kept.decided["decisions"] == {"torn": {first: ["waive", "a canal"]}}
    assert words["status.finding_waive"] in set(test.dataframe[0].value[words["work.status"]])
    assert test.toggle("findings_unfolded").label == f"{words['work.filters']} (0)"
    test.multiselect("findings_statuses").set_value([""]).run()
    assert test.toggle("findings_unfolded").label == f"{words['work.filters']} (1)"
    assert words["status.finding_waive"] not in set(test.dataframe[0].value[words["work.status"]])
    # What the list itself does not offer: a file, or a defect of the same land, may decide so.
    second = test.session_state["findings_at"]
    kept.decide({"decisions": {"torn": {second: ["reject", "not here"]}}})
    test.multiselect("findings_statuses").set_value([]).run()
    test.multiselect("findings_statuses").set_value(["reject"]).run()
    assert not test.exception
    form = next(one for one in test.segmented_control if second in str(one.key))
    assert form.value == "reject"


def test_decisions_on_nothing_that_is_listed_are_told() -> None:
    """A file may be of other data; what it says of repairs is not known where none is listed."""
    listed = ["C02-0011aabb", "D01-7aa9318c"]
    given = ["D01-7aa9318c", "D01-deadbeef", "gap-12345678"]
    assert decided.foreign(given, listed) == ["D01-deadbeef"]
    assert decided.foreign(given, [*listed, "gap-87654321"]) == ["D01-deadbeef", "gap-12345678"]
    assert decided.foreign(given, []) == []
    assert decided.foreign(given, given) == []


def test_all_that_a_repair_may_say_has_words(grid: Grid) -> None:
    result = torn(grid, repair=RepairOptions(tolerance=10.0))
    waiting = result.repairs[~result.repairs["applied"]]
    assert len(waiting) == 1
    obstacles = [waiting["obstacle"].iloc[0], "a hole inside one unit: accept it", "waived: a lake",
                 "a unit without a usable polygon may lie there: mend that first", "rejected",
                 "it would become invalid; what is left is settled as gaps and overlaps",
                 "a border would move by 1,234.50 m: accept it, or widen the tolerance",
                 "to be mended in the source: soon"]  # fmt: skip
    said = [obstacle_name(text) for text in obstacles]
    assert all(one != other for one, other in zip(said, obstacles, strict=True))
    assert "10" in said[0]
    assert said[2].endswith("a lake")
    assert not said[4].endswith(":")
    assert "1.234" in said[6] or "1,23" in said[6]


def test_every_choice_rule_and_limit_has_words_and_no_word_is_left() -> None:
    code = "\n".join(p.read_text("utf-8") for p in (ROOT / "geo_merge" / "ui").glob("*.py"))
    made = {f"rule.{start}{rule}" for rule in Rule for start in ("", "kind_")}
    made |= {f"status.{of}_{choice}" for of in ("finding", "repair")
             for choice in (*Choice, "open")}  # fmt: skip
    assert made <= set(TEXTS)
    groups = ("work.", "status.", "rule.", "limit.", "repair.")
    words = set(re.findall(r'"([a-z_-]+)"', code)) | {"rule_layer"}
    for key in TEXTS:
        if key.startswith(groups) and key not in made:
            name = key.partition(".")[2]
            assert re.search(rf"[\"']{re.escape(key)}[\"']", code) or name in words or name.removeprefix("rule_") in words or (
                name.removesuffix("_help") in words), key  # fmt: skip


def test_every_quantity_of_the_ledger_has_words() -> None:
    """Those made of fields of the layer have their names."""
    code = "\n".join(p.read_text("utf-8") for p in (ROOT / "geo_merge").rglob("*.py"))
    named = {*re.findall(r'LedgerRow\(\s*"(\w+)"', code), *re.findall(r'name = "(\w+_m2?)"', code)}
    assert len(named) > 10
    assert {f"ledger.{name}" for name in named} <= set(TEXTS)


def test_values_of_a_list_sort_as_numbers_and_read_with_their_units() -> None:
    values = pd.DataFrame({"value": [90.0, 2e6, 3.0, -3.9, float("nan")]})
    units = pd.Series(["m²", "m²", "units", "%", ""])

    def show() -> None:
        import streamlit as st  # noqa: PLC0415 - Streamlit runs this body alone

        from geo_merge.ui import tables  # noqa: PLC0415

        tables.show(st.session_state["values"], measures={"value": st.session_state["units"]})

    test = AppTest.from_function(show, default_timeout=60)
    test.session_state["values"], test.session_state["units"] = values, units
    test.run()
    assert not test.exception
    shown = test.dataframe[0]
    assert shown.value["value"].tolist()[:4] == [90.0, 2e6, 3.0, -3.9]
    told = pa.ipc.open_stream(shown.proto.arrow_data.styler.display_values).read_pandas()
    assert told.iloc[:, -1].tolist() == ["90,00 m²", "2,00 km²", "3 đơn vị", "−3,90 %", "–"]


def test_a_count_of_one_is_told_as_one() -> None:
    assert tables.measured(1.0, "units").split() == ["1", "đơn", "vị"]
    assert [say("measure.units", "en", n=n) for n in (1.0, 2.0)] == ["unit", "units"]
