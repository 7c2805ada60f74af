"""Figures of a person's table with a word after them: added up, or told."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from recoded import CROSSWALK, recode

FORMS = {
    # 01A and 01B become 01A, 0003 becomes 02B: what is summed, then the sums.
    "12 người;15 người;7 người": ("27", "7"),
    "1.234 hộ;2.100 hộ;5 hộ": ("3334", "5"),
    "1.234;2.100;5": ("3334", "5"),
    "1,5 nghìn người;2 nghìn người;3 nghìn người": ("3500", "3000"),
    "1.200 người;800 khẩu;3 người": ("2000", "3"),
    "12\u00a0HỘ;15 hộ;7hộ": ("27", "7"),
}


@pytest.mark.parametrize("cells", FORMS)
def test_figures_with_a_word_are_added_up(tmp_path: Path, cells: str) -> None:
    heading = "so_ho" if "hộ" in cells.casefold() else "dan_so"
    code, told = _recode(tmp_path, heading, cells, "units.csv")
    assert code == 0
    with (tmp_path / "units_new_units.csv").open(encoding="utf-8", newline="") as file:
        found = {row["new_code"]: row[heading] for row in csv.DictReader(file)}
    assert found == dict(zip(("01A", "02B"), FORMS[cells], strict=True))
    assert ("without the word" in told) == any(c.isalpha() for c in cells)


def test_land_keeps_its_unit_in_rows(tmp_path: Path) -> None:
    code, told = _recode(tmp_path, "dien_tich", "1,234 ha;2,5 ha;3 ha", "units.xlsx")
    assert code == 0
    assert "1,234 ha as 1.234" in told
    book = openpyxl.load_workbook(tmp_path / "units.xlsx")
    assert [row[1].value for row in book["converted"].iter_rows(min_row=2)] == [
        "1,234 ha", "2,5 ha", "3 ha",
    ]  # fmt: skip
    assert [row[-1].value for row in book["new units"].iter_rows(min_row=2)] == [3.734, 3]


@pytest.mark.parametrize(
    ("heading", "cells"),
    [("dan_so", "12 người;15 hộ;7 người"), ("dien_tich", "12 ha;1 km²;7 ha"),
     ("so_ho", "12 hộ;15;7 hộ"), ("dan_so", "12 người;2 nghìn người;7 người"),
     ("dan_so", "khoảng 12;khoảng 15;7"), ("dan_so", "12 (người);15 (người);7 (người)"),
     ("so_ho", "12 hộ / 50 khẩu;15 hộ / 60 khẩu;1 hộ / 2 khẩu"), ("ty_le", "12 %;15 %;7 %")],
)  # fmt: skip
def test_other_words_are_told(tmp_path: Path, heading: str, cells: str) -> None:
    code, told = _recode(tmp_path, heading, cells, "units.csv")
    assert code == 0
    assert f"{heading} holds figures beside other words or signs" in told
    with (tmp_path / "units_ledger.csv").open(encoding="utf-8", newline="") as file:
        assert [row["quantity"] for row in csv.DictReader(file)] == ["rows"]


def test_classes_are_no_figures(tmp_path: Path) -> None:
    code, told = _recode(tmp_path, "khoi", "10A;11A;12A", "units.csv")
    assert code == 0
    assert "A04" not in told
    with (tmp_path / "units_new_units.csv").open(encoding="utf-8", newline="") as file:
        assert [row["khoi"] for row in csv.DictReader(file)] == ["10A; 11A", "12A"]


def _recode(folder: Path, heading: str, cells: str, out: str) -> tuple[int, str]:
    crosswalk, given = folder / "crosswalk.csv", folder / "table.csv"
    crosswalk.write_text(CROSSWALK, encoding="utf-8")
    rows = zip(("01A", "01B", "0003"), cells.split(";"), strict=True)
    lines = [f"code;{heading}", *(f"{code};{cell}" for code, cell in rows)]
    given.write_text("\n".join(lines), encoding="utf-8")
    return recode(given, folder / out, "--crosswalk", crosswalk, "--aggregate", "--lang", "en")
