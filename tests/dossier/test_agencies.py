"""Agencies: the figures of the reform of 2025, and totals that have to add up."""

from __future__ import annotations

import pandas as pd
import pytest

from geo_merge.dossier.agencies import as_agencies
from geo_merge.errors import TableError

ROWS = [
    ("tỉnh", "Đảng", "Ban đảng", "18", "8"), ("tỉnh", "Mặt trận", "Tổ chức", "8", "4"),
    ("tỉnh", "Chính quyền", "Sở", "26", "13"),
]  # fmt: skip
COLUMNS = ["Cấp", "Khối", "Tên", "Trước", "Sau"]


def table(*rows: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame([*ROWS, *rows], columns=COLUMNS)
    return frame.set_index(frame.index + 2)


def test_ten_four_and_thirteen_are_twenty_seven_fewer() -> None:
    agencies = as_agencies(table(("tỉnh", "", "Tổng cộng", "52", "25")))
    fewer = agencies.rows["before"] - agencies.rows["after"]
    assert fewer.tolist() == [10, 4, 13]
    assert (fewer.sum(), agencies.checked) == (27, 1)


def test_the_total_of_a_body_is_of_its_rows_alone() -> None:
    assert as_agencies(table(("tỉnh", "Đảng", "Cộng", "18", "8"))).checked == 1
    with pytest.raises(TableError, match="row 5: the total states 9 after, the rows of Đảng add"):
        as_agencies(table(("tỉnh", "Đảng", "Cộng", "18", "9")))


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(TableError) as raised:
        as_agencies(table(("tỉnh", "Đảng", "A", "", "1"), ("tỉnh", "Đảng", "B", "1", "-2")))
    assert len(raised.value.problems) == 2
