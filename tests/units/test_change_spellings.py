"""Days and codes of lists of changes that can be read in two ways are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo_merge.errors import TableError
from geo_merge.reading.change_days import read_day
from geo_merge.reading.change_lists import read_changes
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.memory import findings_of


def told(folder: Path, *rows: str) -> dict[str, Finding]:
    path = folder / "list.csv"
    path.write_text("\n".join(["date,old_code,new_code", *rows, ""]), "utf-8")
    return {f.message.kind: f for f in findings_of(read_changes(path))}


@pytest.mark.parametrize("sign", "/-")
def test_days_of_which_none_tells_the_order_are_told(tmp_path: Path, sign: str) -> None:
    days = [day.replace("/", sign) for day in ("01/01/2020", "02/01/2021")]
    finding = told(tmp_path, f"{days[0]},A,X", f"{days[1]},B,X")["W20.day_first"]
    assert f"{days[1]} was read as 2021-01-02" in finding.message


@pytest.mark.parametrize("days", [("31/01/2020", "02/01/2021"), ("01/01/2020", "01/01/2021"),
                                  ("02.01.2021", "03.01.2021"), ("2021-01-02", "20210103")])  # fmt: skip
def test_days_that_are_clear_are_not(tmp_path: Path, days: tuple[str, str]) -> None:
    assert "W20.day_first" not in told(tmp_path, f"{days[0]},A,X", f"{days[1]},B,X")


def test_a_day_with_its_hour_is_that_day() -> None:
    for text in ("2020-01-31T00:00:00Z", "2020-01-31 00:00:00", "2020-01-31t08:30"):
        assert str(read_day(text)) == "2020-01-31"


def test_codes_that_differ_in_zeros_or_case_are_told(tmp_path: Path) -> None:
    finding = told(tmp_path, "2020-01-01,00001,00010", "2020-01-01,2,10", "2021-01-01,a1,b",
                   "2022-01-01,A1,c", "2022-01-01,00003,00030")["K02.in_list"]  # fmt: skip
    assert finding.units == ("00010", "10", "a1", "A1")
    assert "2 codes stand there in several ways (00010, 10; a1, A1)" in finding.message


def test_codes_that_a_spreadsheet_made_numbers_are_the_codes(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("date,old_code,new_code\n2020-01-01,1523.0,1507.0\n2020-01-01,1529,1507\n")
    found = read_changes(path)
    assert [*zip(found["old_code"], found["new_code"], strict=True)] == [
        ("1523", "1507"), ("1529", "1507"),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["", "#N/A", "?"])
def test_a_unit_without_its_code_is_refused(tmp_path: Path, code: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text("date,old_code,old_name,new_code,new_name\n"
                    f"2020-01-01,1523,Ørskog,1507,Ålesund\n2020-01-01,{code},Skodje,1507,Ålesund\n",
                    "utf-8")  # fmt: skip
    with pytest.raises(TableError, match="row 3: Skodje has no code before the change"):
        read_changes(path)


@pytest.mark.parametrize(("code", "is_told"), [("15O7", True), ("1570", True), ("1609", False)])
def test_a_slip_in_the_code_of_a_new_unit_is_told(
    tmp_path: Path, code: str, is_told: bool
) -> None:  # fmt: skip
    path = tmp_path / "list.csv"
    path.write_text("date,old_code,old_name,new_code,new_name\n"
                    f"2020-01-01,1523,Ørskog,1507,Ålesund\n2020-01-01,1529,Skodje,{code},Ålesund\n",
                    "utf-8")  # fmt: skip
    found = {f.message.kind: f.message for f in findings_of(read_changes(path))}
    assert ("W20.one_name" in found) == is_told
    assert not is_told or f"Ålesund is 1507 and {code}, row 3" in found["W20.one_name"]
