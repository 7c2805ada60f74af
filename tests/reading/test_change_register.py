"""A register with a row for each state of a unit, as eCH-0071 has it: rows by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geo_merge.errors import TableError
from geo_merge.reading.change_lists import read_changes
from geo_merge.units.changes import changes_in
from geo_merge.units.list_crosswalk import list_crosswalk
from geo_merge.vocabulary.memory import findings_of

R = "mHistId,mId,mLongName,mShortName,mAdmissionNumber,mAdmissionDate,mAbolitionNumber,mAbolitionDate"
ECH = (
    "historyMunicipalityId,municipalityId,municipalityLongName,municipalityShortName,"
    "municipalityAdmissionNumber,municipalityAdmissionDate,"
    "municipalityAbolitionNumber,municipalityAbolitionDate"
)
START = "1000,1960-01-01"
# 1 and 2 merge; 3 takes 4 in; 5 is divided; 6 gives land to a new unit; 7 is renamed and then given
# another number; 8 loses land to 9; nothing happens to 10.
ROWS = (
    f"10001,1,Aa,Aa,{START},1900,2012-12-31", f"10002,2,Be,Be,{START},1900,2012-12-31",
    "20001,11,Aabe,Aabe,1900,2013-01-01,NA,NA",
    f"10003,3,Ce,Ce,{START},1901,2013-12-31", f"10004,4,De,De,{START},1901,2013-12-31",
    "20002,3,Ce,Ce,1901,2014-01-01,NA,NA",
    f"10005,5,Ee,Ee,{START},1902,2014-12-31",
    "20003,12,Ost-Ee,Ost-Ee,1902,2015-01-01,NA,NA", "20004,13,West-Ee,West-Ee,1902,2015-01-01,NA,NA",
    f"10006,6,Ef,Ef,{START},1903,2015-12-31",
    "20005,6,Ef,Ef,1903,2016-01-01,NA,NA", "20006,14,Neu-Ef,Neu-Ef,1903,2016-01-01,NA,NA",
    f"10007,7,Ge,Ge,{START},1904,2016-12-31", "20007,7,Gee (BE),Gee,1904,2017-01-01,1905,2017-12-31",
    "20008,77,Gee (BE),Gee,1905,2018-01-01,NA,NA",
    f"10008,8,Ha,Ha,{START},1906,2018-12-31", f"10009,9,Ii,Ii,{START},1906,2018-12-31",
    "20009,8,Ha,Ha,1906,2019-01-01,NA,NA", "20010,9,Ii,Ii,1906,2019-01-01,NA,NA",
    f"10010,10,Jo,Jo,{START},NA,NA",
)  # fmt: skip


def register(folder: Path, *rows: str, head: str = R) -> Path:
    path = folder / "register.csv"
    path.write_text("\n".join([head, *(rows or ROWS), ""]), encoding="utf-8")
    return path


def crosswalk(path: Path, start: date, end: date) -> set[tuple[str, str, str]]:
    changes = changes_in(read_changes(path, between=(start, end)))
    found = list_crosswalk(changes, start, end)
    return set(zip(found["old_code"], found["new_code"], found["new_name"], strict=True))


@pytest.mark.parametrize("head", [R, ECH])
def test_each_unit_is_followed_through_its_states(tmp_path: Path, head: str) -> None:
    path = register(tmp_path, head=head)
    assert crosswalk(path, date(2010, 1, 1), date(2020, 1, 1)) == {
        ("1", "11", "Aabe"), ("2", "11", "Aabe"), ("3", "3", "Ce"), ("4", "3", "Ce"),
        ("5", "12", "Ost-Ee"), ("5", "13", "West-Ee"), ("6", "6", "Ef"), ("6", "14", "Neu-Ef"),
        ("7", "77", "Gee"), ("8", "8", "Ha"), ("9", "9", "Ii"),
    }  # fmt: skip
    (form,) = findings_of(read_changes(path))
    assert form.message.kind == "W20.form"
    assert "eCH-0071" in form.message


def test_a_change_is_in_force_from_the_day_after_the_last_of_a_state(tmp_path: Path) -> None:
    path = register(tmp_path)
    merged = {("1", "11", "Aabe"), ("2", "11", "Aabe")}
    assert crosswalk(path, date(2012, 12, 31), date(2013, 1, 1)) == merged
    assert not crosswalk(path, date(2012, 1, 1), date(2012, 12, 31))


def test_what_ends_or_begins_by_itself_and_a_day_that_is_none_are_told(tmp_path: Path) -> None:
    away = register(tmp_path, ROWS[-1], f"1,20,Ka,Ka,{START},1950,2001-12-31")
    with pytest.raises(TableError, match="row 3: the code after the change is blank"):
        read_changes(away)
    from_nowhere = register(tmp_path, ROWS[-1], "1,20,Ka,Ka,1950,2002-01-01,NA,NA")
    (way,) = read_changes(from_nowhere).itertuples()
    assert (way.old_code, way.new_code, way.on) == ("", "20", date(2002, 1, 1))
    wrong = register(tmp_path, ROWS[-1], f"1,20,Ka,Ka,{START},1950,soon", "2,21,La,La,1950,soon,NA,NA")  # fmt: skip
    with pytest.raises(TableError, match="soon is no day"):
        read_changes(wrong)
