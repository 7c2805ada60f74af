"""Tables, layers and texts that a person gives: what is recognised, and what is corrected."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from app_tests import AppTest
from streamlit.util import calc_hash

from geo_merge.jobs.job import Job
from geo_merge.texts import TEXTS, say
from geo_merge.ui import work
from geo_merge.ui.intake import headings, looking, problem_rows, recognised
from geo_merge.ui.intake.resolution import by_clause
from geo_merge.ui.intake.table import (
    _columns,
    as_typed,
    is_known,
    merged,
    under_ours,
    wrong_columns,
)
from geo_merge.ui.server import PAGE
from geo_merge.units.crosswalk import read_crosswalk
from geo_merge.vocabulary.sentence import sentence

Grid = Callable[..., gpd.GeoDataFrame]
UNITS = pd.DataFrame(
    {"name": ["Đa Mai", "Song Mai"], "unit_type": "Xã", "district": ["A", ""]},
    index=["00001", "00002"],
)
VIETNAMESE = ["Mã xã cũ", "Tên xã cũ", "Huyện", "Mã xã mới", "Tên xã mới", "Loại hình", "Tỷ lệ"]
OURS = ["old_code", "old_name", "old_district", "new_code", "new_name", "new_type", "share"]


def data_page(opened: work.Work) -> AppTest:
    """Return the page of the user's data, with a piece of work."""
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    test.query_params["work"] = opened.name
    test._page_hash = calc_hash("data")
    test.run()
    assert not test.exception
    return test


def texts(rows: list[list[str]], columns: list[str]) -> pd.DataFrame:
    """Return a table as it is read: texts, numbered as a spreadsheet does."""
    return pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(2, len(rows) + 2, name="row"))


def test_vietnamese_headings_are_recognised() -> None:
    table = texts([["1", "a", "h", "9", "N", "Xã", ""]], VIETNAMESE)
    assert not is_known(table, {})
    found = headings.recognised(table, UNITS)
    assert {found[ours]: ours for ours in OURS} == dict(zip(VIETNAMESE, OURS, strict=True))
    ours = headings.under_ours(table, found)
    assert is_known(ours, {})
    assert ours.loc[2, OURS].to_list() == ["1", "a", "h", "9", "N", "Xã", ""]


def test_columns_without_a_known_heading_are_told_from_the_layer() -> None:
    rows = [["1", "7", "đa mai", "Mới"], ["2", "7", "Song Mai", "Mới"], ["3", "", "", ""]]
    table = texts(rows, ["A", "B", "C", "D"])
    assert headings.recognised(table, UNITS) == {"old_code": "A", "old_name": "C"}
    assert headings.recognised(table, UNITS.head(0)) == {}


def test_a_needed_column_that_is_left_open_is_named() -> None:
    assert headings.missing({"old_name": "C", "new_code": "B"}) == ["new_name"]
    assert headings.missing({"new_code": "B", "new_name": "D"}) == ["old_code"]
    (lacking, twice) = wrong_columns({"old_code": "A", "new_name": "A"})
    assert "Mã mới" in lacking
    assert "A" in twice
    assert wrong_columns({"old_code": "A", "new_code": "B", "new_name": "C"}) == []


def test_the_template_has_the_units_of_the_layer_and_is_a_crosswalk() -> None:
    made = headings.template(UNITS)
    assert made["old_code"].to_list() == ["00001", "00002"]
    assert made["old_district"].to_list() == ["A", ""]
    assert made[["new_code", "new_name", "new_type"]].eq("").all(axis=None)
    assert is_known(made, {})
    assert "old_province" not in made


def test_each_row_has_its_problems() -> None:
    table = texts([["1"], ["2"], ["3"]], ["old_code"])
    told = [
        sentence("W04.outside", source="t.csv", row="3", text="7", share=7.0),
        "t.csv rows 2-3, 9: several [W01]",
        "t.csv has 4 rows too many",
        "old.gpkg row 2: no code [K01]",
    ]
    found = problem_rows.by_row(told, table, "t.csv")
    assert {row: len(problems) for row, problems in found.items()} == {2: 1, 3: 2}


def test_rows_that_contradict_each_other_are_shown_to_be_corrected() -> None:
    table = texts([["1", "9", "A"], ["2", "9", "B"], ["3", "8", "C"], ["4", "08", "C"]],
                  ["old_code", "new_code", "new_name"])  # fmt: skip
    told = sentence("W03.several_names", source="t.csv", code="9", names=[
        sentence("W03.in_row", row="2", text="A"), sentence("W03.in_row", row="3", text="B")])  # fmt: skip
    alike = sentence("W03.alike", source="t.csv", codes=[
        sentence("W03.code_rows", code="8", names=["C"], rows="4"),
        sentence("W03.code_rows", code="08", names=["C"], rows="5")])  # fmt: skip
    assert sorted(problem_rows.by_row([told, alike], table, "t.csv")) == [2, 3, 4, 5]


def test_units_without_a_row_are_offered_to_be_filled_in() -> None:
    table = texts([["1", "x", "9", "N"]], ["old_code", "old_name", "new_code", "new_name"])
    (left,) = problem_rows.without_row(UNITS, table).to_dict("records")
    assert left == {"old_code": "00002", "old_name": "Song Mai", "new_code": "", "new_name": ""}
    by_name = table.assign(old_code="", old_name="song mai")
    assert problem_rows.without_row(UNITS, by_name)["old_code"].to_list() == ["00001"]


def test_corrections_change_add_and_remove_rows() -> None:
    table = texts([["1", "9"], ["2", "9"], ["3", "9"], ["4", "9"]], ["old_code", "new_code"])
    shown = table.loc[[3, 4]].reset_index()
    shown["problem"] = ""
    edited = pd.DataFrame({
        "row": ["3", "mới", None],
        "old_code": ["2", "5", "6"], "new_code": ["8", "7", None],
    })  # fmt: skip
    result = merged(table, shown, edited)
    assert result.to_numpy().tolist() == [["1", "9"], ["2", "8"], ["4", "9"], ["5", "7"]]
    edits = {"edited_rows": {0: {"old_code": "2", "new_code": "8"}}, "deleted_rows": [1],
             "added_rows": [{"row": "mới", "old_code": "5", "new_code": "7"}, {"old_code": "6"}]}  # fmt: skip
    assert merged(table, shown, as_typed(shown.astype(str), edits)).equals(result)
    untouched = merged(table, shown.astype(str), shown.astype(str))
    assert untouched.equals(table.reset_index(drop=True))


def test_a_clause_stands_beside_what_was_read_from_it() -> None:
    columns = ["clause", "words", "old_code", "old_type", "old_name", "new_code", "new_type",
               "new_name"]  # fmt: skip
    rows = [
        ["clause 10", "c", "3", "Xã", "C", "8", "Xã", "N"],
        ["clause 2", "w", "1", "Xã", "A", "9", "Phường", "M"],
        ["clause 2", "w", "2", "Thị trấn", "B", "9", "Phường", "M"],
        ["clause 2", "w", "", "Xã", "Xã Không Có", "9", "Phường", "M"],
    ]
    table = by_clause(pd.DataFrame(rows, columns=columns))
    assert table["clause"].to_list() == ["2", "10"]
    members = f"Xã A (1) + Thị trấn B (2) + Xã Không Có ({say('intake.no_code', 'vi')})"
    assert table["read"][0] == f"{members} → Phường M (9)"


def test_layers_are_drawn_and_recognised_before_there_is_a_table(
    grid: Grid, tmp_path: Path
) -> None:
    grid(2, 2).reset_index().to_file(tmp_path / "layer.gpkg")
    looked = looking.look(Job(old=(tmp_path / "layer.gpkg",)))
    assert looked.recognised
    told = recognised.told_of(looked.preview.layers, looked).set_index(say("intake.what", "vi"))
    assert told["layer.gpkg"][say("ui.field_code", "vi")] == "code"
    assert told["layer.gpkg"][say("ui.field_population", "vi")] == say(
        "intake.not_recognised", "vi"
    )
    assert list(looked.units.index) == ["00001", "00002", "00003", "00004"]
    drawn = json.loads(looked.outlines)["features"]
    assert [f["properties"]["code"] for f in drawn] == list(looked.units.index)
    (west, south), (east, north) = drawn[0]["geometry"]["coordinates"][0][0][0], (107.5, 22.0)
    assert 105 < west < east
    assert 20 < south < north


def test_a_table_of_other_headings_does_not_hide_the_layer(grid: Grid, tmp_path: Path) -> None:
    grid(2, 1).reset_index().to_file(tmp_path / "layer.gpkg")
    rows = [["1", "9", "N"], ["2", "9", "N"]]
    pd.DataFrame(rows, columns=["Số A", "Mã mới", "Tên mới"]).to_excel(
        tmp_path / "bảng.xlsx", index=False
    )
    looked = looking.look(Job(old=(tmp_path / "layer.gpkg",), crosswalk=tmp_path / "bảng.xlsx"))
    assert looked.preview.layers[0]["units"] == 2
    assert "W07" in looked.preview.problems[0]
    assert looked.table is not None
    assert list(looked.table) == ["Số A", "Mã mới", "Tên mới"]


def test_fields_of_parents_can_be_named(grid: Grid, tmp_path: Path) -> None:
    grid(2, 1, thuoc=["A", "B"]).reset_index().to_file(tmp_path / "layer.gpkg")
    job = Job(old=(tmp_path / "layer.gpkg",), fields={"district": "thuoc"})
    assert looking.look(job).units["district"].to_list() == ["A", "B"]
    assert job.options["fields"] == {"district": "thuoc"}


@pytest.mark.parametrize("spelled", [["OLD_CODE", "New Code", "new_name"], ["old_code", "new_code", "new_name"]])  # fmt: skip
def test_our_own_headings_need_no_question(spelled: list[str]) -> None:
    table = texts([["1", "9", "N"]], spelled)
    assert is_known(table, {})
    assert list(under_ours(table, {}).loc[2, ["old_code", "new_code", "new_name"]]) == [
        "1",
        "9",
        "N",
    ]


def test_columns_that_nobody_asks_for_are_not_lost() -> None:
    table = texts([["1", "9", "N", "Khu", "X"]], ["Cũ", "Mã mới", "Tên mới", "below_type", "other"])
    ours = under_ours(table, {"old_code": "Cũ", "new_code": "Mã mới", "new_name": "Tên mới"})
    assert ours.loc[2, ["old_code", "new_code", "below_type"]].to_list() == ["1", "9", "Khu"]
    assert "other" not in ours


def _tell(name: str, problem: str) -> None:
    import streamlit as st  # noqa: PLC0415 - Streamlit runs this body alone

    from geo_merge.ui import told  # noqa: PLC0415
    from geo_merge.ui.state import Key  # noqa: PLC0415

    st.session_state[Key.WORK] = name
    st.text(told.problem(problem))


def test_problems_are_told_with_the_headings_and_the_file_of_the_person(tmp_path: Path) -> None:
    """The second row of the list is wrong, which stands in row 4 under a blank one."""
    given = tmp_path / "quy đổi.csv"
    given.write_text("Mã cũ,Mã mới,Tên mới\n00001,9,N\n,,\n00077,9,N\n", "utf-8")
    mine = work.begin()
    mine.take("crosswalk", [given])
    mine.choose({"columns": {"old_code": "Mã cũ", "new_code": "Mã mới", "new_name": "Tên mới"}})
    job = mine.job()
    table = read_crosswalk(mine.files("crosswalk")[0], columns=job.columns)
    assert table.loc[4, "old_code"] == "00077"

    def said(source: str) -> str:
        problem = sentence("K04.code", source=source, row=4, code="00077")
        test = AppTest.from_function(_tell, kwargs={"name": mine.name, "problem": problem}).run()
        assert not test.exception
        return str(test.text[0].value)

    assert said("quy đổi.csv").startswith("quy đổi.csv dòng 4: “Mã cũ” 00077 không có")
    mine.correct(under_ours(table, {}))
    assert mine.job().columns == {}
    assert said("quy đổi.csv").startswith("quy đổi.csv (đã sửa trên trang) dòng 4: “Mã cũ” 00077")
    mine.remove("crosswalk", mine.files("crosswalk"))
    assert said("x.csv").startswith("x.csv dòng 4: old_code 00077")


def test_units_that_a_table_names_by_their_names_alone_need_no_column_of_codes(
    tmp_path: Path,
) -> None:
    (tmp_path / "t.csv").write_text("Xã cũ,Mã mới,Tên mới\nĐa Mai,9,N\n", "utf-8")
    columns = {"old_name": "Xã cũ", "new_code": "Mã mới", "new_name": "Tên mới"}
    table = read_crosswalk(tmp_path / "t.csv", columns=columns)
    assert table.loc[2, ["old_code", "old_name", "new_code"]].to_list() == ["", "Đa Mai", "9"]


def test_what_is_to_be_done_next_stands_before_what_may_be_chosen(
    grid: Grid, tmp_path: Path
) -> None:
    """Which column is which is asked before limits and repairs are offered."""
    grid(2, 1).reset_index().to_file(tmp_path / "old.gpkg")
    (tmp_path / "t.csv").write_text("A,B,C\n00001,9,N\n00002,9,N\n", "utf-8")
    mine = work.begin()
    mine.take("layers", [tmp_path / "old.gpkg"])
    mine.take("crosswalk", [tmp_path / "t.csv"])
    test = data_page(mine)
    assert "use_columns" in {button.key for button in test.button}
    limits = TEXTS["work.limits"][0]
    assert limits not in {one.label for one in test.expander}
    mine.choose({"columns": {"old_code": "A", "new_code": "B", "new_name": "C"}})
    test.run()
    assert not test.exception
    assert limits in {one.label for one in test.expander}
    assert "merge" in {button.key for button in test.button}


def test_what_is_corrected_stands_beside_the_unit_that_it_is_of() -> None:
    """Whatever the order of the table: the new unit is not beyond the edge of the window."""
    columns = ["old_code", "old_type", "old_name", "old_province", "note", "new_code", "new_name"]
    table = texts([["1", "Xã", "Đa Mai", "B", "", "9", "Mới"]], columns)
    assert _columns(table) == ["old_code", "old_name", "new_code", "new_name", "old_type", "old_province"]  # fmt: skip


def test_a_resolution_that_is_not_there_is_asked_for_by_the_button() -> None:
    """It is never out of reach: a text is told when its field is left, by pressing the button."""
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    test._page_hash = calc_hash("data")
    test.run()
    button = test.button("read_resolution")
    assert not button.disabled
    button.click().run()
    assert say("intake.no_resolution", "vi") in [told.value for told in test.error]


def test_what_was_read_from_a_resolution_is_told_by_its_button_and_seen_whole() -> None:
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    test._page_hash = calc_hash("data")
    test.run()
    test.text_area[0].set_value(
        "Nghị quyết về việc sắp xếp các đơn vị hành chính cấp xã của tỉnh Bắc Ninh năm 2025\n"
        "Điều 1. Sắp xếp các đơn vị hành chính cấp xã của tỉnh Bắc Ninh\n"
        "1. Sắp xếp toàn bộ diện tích tự nhiên, quy mô dân số của xã Yên Giả và xã Chi Lăng thành "
        "xã mới có tên gọi là xã Chi Lăng."
    )
    test.button("read_resolution").click().run()
    assert not test.exception
    told = say("intake.was_read", "vi", file="nghi_quyet.txt", count=1, left=1)
    assert told in [each.value.replace("\\", "") for each in test.success]
    (clauses,) = (each for each in test.dataframe if say("ui.words", "vi") in each.value)
    assert clauses.proto.row_height > 60  # three lines: the end of a clause says what it founds


@pytest.mark.parametrize("chosen", [{"crs": "31370"}, {"encoding": "latin-1"}, {"country": "none"}])
def test_what_was_chosen_by_hand_stays_in_view(
    chosen: dict[str, str], grid: Grid, tmp_path: Path
) -> None:
    """Once the CRS is known, the layer is drawn above: what is open there is drawn anew."""
    grid(2, 1).reset_index().to_file(tmp_path / "old.gpkg")
    mine = work.begin()
    mine.take("layers", [tmp_path / "old.gpkg"])
    mine.choose(chosen)
    test = data_page(mine)
    (fields,) = (one for one in test.expander if one.label == say("ui.options", "vi"))
    assert fields.proto.expanded


def test_the_fields_stand_open_where_a_problem_asks_for_one(tmp_path: Path, grid: Grid) -> None:
    """Fields called k and kalt are known to nobody; the sentence names what to choose."""
    layer = grid(2, 1).reset_index()[["code", "name", "geometry"]]
    mine = work.begin()
    for names, opened in ((["code", "name"], False), (["k", "kalt"], True)):
        layer.set_axis([*names, "geometry"], axis=1).to_file(tmp_path / "lag.gpkg")
        mine.take("layers", [tmp_path / "lag.gpkg"])
        test = data_page(mine)
        (fields,) = (one for one in test.expander if one.label == say("ui.options", "vi"))
        assert fields.proto.expanded is opened
        told = [each.value for each in test.error]
        assert [say("option.code-field", "vi") in one.replace("\\", "") for one in told] == (
            [True] * opened
        )


def test_another_file_does_not_read_the_layers_again_and_nothing_is_stale(
    grid: Grid, tmp_path: Path
) -> None:
    """The memory holds what was read of the same bytes in the same way; all else is read anew."""
    layer = tmp_path / "xa.gpkg"
    grid(2, 1).reset_index().to_file(layer)
    mine = work.begin()
    mine.copy("layers", [layer])
    first = looking.look(mine.job(), memory=mine)
    assert first.preview.layers[0]["units"] == 2

    def kept() -> tuple[bytes, bytes]:
        names = (looking.UNITS_READ, looking.OUTLINES)
        one, two = ((mine.folder / name).read_bytes() for name in names)
        return one, two

    before = kept()
    (mine.folder / looking.UNITS_READ).chmod(0o400)
    stamp = (mine.folder / looking.UNITS_READ).stat().st_mtime_ns
    table = tmp_path / "so_lieu.csv"
    table.write_text("new_code,area_km2\nN,2\n", "utf-8")
    mine.copy("declared", [table])
    again = looking.look(mine.job(), memory=mine)
    assert (mine.folder / looking.UNITS_READ).stat().st_mtime_ns == stamp
    assert kept() == before
    assert (again.outlines, again.preview.layers) == (first.outlines, first.preview.layers)
    # Other options, other bytes under the same name: read again.
    mine.choose({"name_field": "code"})
    renamed = looking.look(mine.job(), memory=mine)
    assert renamed.units["name"].tolist() == ["00001", "00002"]
    mine.choose({"name_field": None})
    grid(3, 1).reset_index().to_file(layer)
    mine.take("layers", [layer])
    assert looking.look(mine.job(), memory=mine).preview.layers[0]["units"] == 3
    assert looking.look(mine.job()).outlines == looking.look(mine.job(), memory=mine).outlines
    # The crosswalk tells what codes there should be, and so how a layer is read.
    crosswalk = tmp_path / "bang.csv"
    crosswalk.write_text("old_code,new_code,new_name\n1,N,Một\n2,N,Một\n3,N,Một\n", "utf-8")
    mine.copy("crosswalk", [crosswalk])
    assert kept() != before
    assert (
        looking.look(mine.job(), memory=mine).preview.problems
        == looking.look(mine.job()).preview.problems
    )


def test_the_reference_is_not_read_again_either_unless_it_or_the_new_units_are_others(
    grid: Grid, tmp_path: Path
) -> None:
    mine = work.begin()
    grid(2, 1).reset_index().to_file(tmp_path / "xa.gpkg")
    theirs = grid(2, 1).dissolve("unit_type").assign(name="Một", code=(code := "09001"))
    theirs.to_file(tmp_path / "cong_bo.gpkg")
    table = tmp_path / "bang.csv"
    table.write_text(f"old_code,new_code,new_name\n1,{code},Một\n2,{code},Một\n", "utf-8")
    mine.copy("layers", [tmp_path / "xa.gpkg"])
    mine.copy("crosswalk", [table])
    mine.copy("reference", [tmp_path / "cong_bo.gpkg"])
    assert looking.look(mine.job(), memory=mine).preview.problems == ()
    kept = mine.folder / looking.REFERENCE_READ

    def read_at() -> int:
        return kept.stat().st_mtime_ns

    first = read_at()
    (tmp_path / "so_lieu.csv").write_text(f"new_code,area_km2\n{code},2\n", "utf-8")
    mine.copy("declared", [tmp_path / "so_lieu.csv"])
    assert looking.look(mine.job(), memory=mine).preview.problems == ()
    assert read_at() == first
    table.write_text(f"old_code,new_code,new_name\n1,{code},Hai\n2,{code},Hai\n", "utf-8")
    mine.copy("crosswalk", [table])
    looking.look(mine.job(), memory=mine)
    second = read_at()
    assert second != first
    theirs.assign(people=3).to_file(tmp_path / "cong_bo.gpkg")
    mine.take("reference", [tmp_path / "cong_bo.gpkg"])
    looking.look(mine.job(), memory=mine)
    assert read_at() != second
