"""What a person decides on rows holds the next time; villages settle where a crosswalk has them."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from recoded import recode

from geo_merge.cli.main import app

CROSSWALK = """old_code,old_name,old_type,new_code,new_name,new_type,share,villages
01A,Ay,Commune,01A,Ay-le-Neuf,Commune,,
02A,Cy,Commune,02A,Cy,Commune,0.75,{west}
02A,Cy,Commune,02B,Dy,Commune,0.25,{east}
0003,Ey,Commune,02B,Dy,Commune,,
"""
TABLE = "code,name,people\n01A,Ay,10\n02A,Cy,7\n02A,Cy,9\n77777,Zy,8\n"


def crosswalk(folder: Path, west: str = "", east: str = "") -> Path:
    path = folder / "crosswalk.csv"
    path.write_text(CROSSWALK.format(west=west, east=east), encoding="utf-8")
    return path


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fill(path: Path, choices: dict[str, str], reason: str = "") -> Path:
    """Fill in what a run left open, as a person does in a spreadsheet."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table["choice"] = [choices.get(says, "") for says in table["says"]]
    table["reason"] = reason
    filled = path.with_name("filled.csv")
    table.to_csv(filled, index=False)
    return filled


def test_what_is_open_is_listed_filled_in_and_holds_the_next_time(tmp_path: Path) -> None:
    given = written(tmp_path / "table.csv", TABLE)
    out, known = tmp_path / "out.csv", crosswalk(tmp_path)
    assert recode(given, out, "--crosswalk", known)[0] == 1
    still = rows(tmp_path / "out_decisions.csv")
    assert [(r["says"], r["rows"], r["choice"]) for r in still] == [
        ("02A | Cy", "2", ""), ("77777 | Zy", "1", ""),
    ]  # fmt: skip
    assert still[0]["candidates"] == "02A Commune Cy; 02B Commune Dy"
    filled = fill(tmp_path / "out_decisions.csv", {"02A | Cy": "02B", "77777 | Zy": "excluded"},
                  "minutes of 3 May")  # fmt: skip
    code, told = recode(given, out, "--crosswalk", known, "--decisions", filled)
    assert code == 0
    assert "4 rows in = 3 converted, 0 ambiguous, 0 not found, 1 excluded" in told
    assert "3 rows settled by decisions" in told
    found = rows(out)
    assert [r["new_code"] for r in found] == ["01A", "02B", "02B", ""]
    assert found[1]["how"] == "a decision: minutes of 3 May"
    ledger = {r["quantity"]: r for r in rows(tmp_path / "out_ledger.csv")}
    assert (ledger["people"]["after"], ledger["people"]["excluded"]) == ("26", "8")
    again = rows(tmp_path / "out_decisions.csv")
    assert [(r["says"], r["choice"]) for r in again] == [
        ("02A | Cy", "02B"), ("77777 | Zy", "excluded"),
    ]  # fmt: skip


def test_a_decision_on_one_row_goes_before_that_on_all(tmp_path: Path) -> None:
    given = written(tmp_path / "table.csv", TABLE)
    # Zeros and case are what a spreadsheet or a hand may change.
    decided = written(
        tmp_path / "d.csv", "row,says,choice\n,02A | Cy,02A\n4,02A | cy,02B\n,077777|zy,01A\n"
    )
    out = tmp_path / "out.csv"
    recode(given, out, "--crosswalk", crosswalk(tmp_path), "--decisions", decided)
    assert [r["new_code"] for r in rows(out)] == ["01A", "02A", "02B", "01A"]


@pytest.mark.parametrize(
    ("decided", "told"),
    [
        ("says,choice\n02A | Cy,01A\n", "02A | Cy was decided to be 01A Commune Ay-le-Neuf, but may"),
        ("says,choice\n02A | Cy,99\n", "d.csv row 2: 99 is no code of a new unit of crosswalk.csv"),
        ("says,choice\n02A | Cy,02A\n02a | Cy,02B\n", "another decision on 02a | Cy stands in d.csv"),
        ("says,what\n02A | Cy,02A\n", "the columns choice are missing [W07]"),
        ("row,says,choice\nx,02A | Cy,02A\n", "'x' is no number of a row [W04]"),
    ],
)  # fmt: skip
def test_decisions_that_cannot_be_are_refused_and_nothing_is_written(
    tmp_path: Path, decided: str, told: str
) -> None:
    given = written(tmp_path / "table.csv", TABLE)
    path = written(tmp_path / "d.csv", decided)
    code, said = recode(
        given, tmp_path / "out.csv", "--crosswalk", crosswalk(tmp_path), "--decisions", path
    )
    assert code == 2
    assert told in said
    assert not (tmp_path / "out.csv").exists()


def test_a_decision_that_no_row_asks_for_is_told(tmp_path: Path) -> None:
    given = written(tmp_path / "table.csv", TABLE)
    path = written(tmp_path / "d.csv", "row,says,choice\n2,02A | Cy,02A\n")
    code, told = recode(
        given, tmp_path / "out.csv", "--crosswalk", crosswalk(tmp_path), "--decisions", path
    )
    assert code == 1
    assert "d.csv row 2: no row says '02A | Cy' in row 2; the decision was not used [M05]" in told


def test_villages_settle_divided_units_where_the_crosswalk_names_them(tmp_path: Path) -> None:
    text = "code,thon\n02A,Thôn Đông\n02A,đông \n02A,Nam\n02A,Bắc\n02A,\n0003,Đông\n"
    given, out = written(tmp_path / "table.csv", text), tmp_path / "out.csv"
    known = crosswalk(tmp_path, "thôn Nam; Tây", "Đông")
    assert recode(given, out, "--crosswalk", known)[0] == 1
    found = rows(out)
    assert [r["new_code"] for r in found] == ["02B", "02B", "02A", "", "", "02B"]
    assert found[0]["how"] == "code, and its village"
    assert found[3]["how"].endswith("its village Bắc is none that the crosswalk names")
    assert "village" not in found[4]["how"]


def test_villages_that_the_crosswalk_does_not_know_are_told_and_can_be_decided(
    tmp_path: Path,
) -> None:
    given = written(tmp_path / "table.csv", "code,thon\n02A,Đông\n02A,Nam\n02A,Đông\n01A,Nam\n")
    out, known = tmp_path / "out.csv", crosswalk(tmp_path)
    _, told = recode(given, out, "--crosswalk", known)
    assert "thon names villages, but crosswalk.csv does not say which village" in told
    filled = fill(tmp_path / "out_decisions.csv", {"02A | Đông": "02B", "02A | Nam": "02A"})
    code, told = recode(given, out, "--crosswalk", known, "--decisions", filled)
    assert code == 0
    assert [r["new_code"] for r in rows(out)] == ["02B", "02A", "02B", "01A"]


def test_parquet_goes_out_with_its_numbers_and_the_rest_beside_it(tmp_path: Path) -> None:
    table = pd.DataFrame({"code": ["01A", "02A", "0003"], "people": [10, 7, 2**60],
                          "rate": [0.5, None, 1e-7]})  # fmt: skip
    table.to_parquet(tmp_path / "table.parquet")
    out = tmp_path / "out.parquet"
    assert recode(tmp_path / "table.parquet", out, "--crosswalk", crosswalk(tmp_path))[0] == 1
    found = pd.read_parquet(out)
    pd.testing.assert_frame_equal(found[list(table)], table, check_dtype=False)
    assert found["people"].dtype == "int64"
    assert list(found["new_code"]) == ["01A", "", "02B"]
    assert [r["new_code"] for r in rows(tmp_path / "out_ambiguous.csv")] == ["02A", "02B"]
    first = out.read_bytes()
    recode(tmp_path / "table.parquet", out, "--crosswalk", crosswalk(tmp_path))
    assert out.read_bytes() == first


def test_sheets_are_named_in_the_language(tmp_path: Path) -> None:
    given, out = written(tmp_path / "table.csv", TABLE), tmp_path / "out.xlsx"
    recode(given, out, "--crosswalk", crosswalk(tmp_path), "--lang", "vi", "--aggregate")
    names = openpyxl.load_workbook(out).sheetnames
    assert names[:3] == ["Đơn vị mới", "Đã chuyển", "Chưa xác định"]
    assert "Lựa chọn" in names


def test_a_result_gives_shares_by_the_area_of_its_old_units(tmp_path: Path) -> None:
    """Phường Bắc Giang by the areas of its members, a piece without a code among the others."""
    result = tmp_path / "result"
    done = CliRunner().invoke(app, ["build", "--out", str(result)], standalone_mode=False)
    assert done.exception is None
    given = written(tmp_path / "new.csv", "code,people\n07210,1000\n")
    code, _ = recode(given, tmp_path / "out.csv", "--result", result, "--to", "old", "--vintage",
                     "new", "--weights", "area", "--aggregate")  # fmt: skip
    assert code == 1
    parts = {r["old_code"]: float(r["share"]) for r in rows(tmp_path / "out_ambiguous.csv")}
    old = gpd.read_file(result / "old_units.geojson").query("new_code == '07210'")
    areas = old.to_crs(32648).set_index("code").area
    assert parts == pytest.approx((areas / areas.sum()).to_dict(), abs=1e-4)
    people = [int(r["people"]) for r in rows(tmp_path / "out_old_units.csv")]
    assert sum(people) == 1000
