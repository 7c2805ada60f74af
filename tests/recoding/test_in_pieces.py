"""A table recoded in pieces comes to what it comes to in one, wherever it is cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_merge.errors import TableError
from geo_merge.reading.parquet_pieces import parts_of
from geo_merge.reading.table_stream import Table, open_table
from geo_merge.recoding.origin import Origin
from geo_merge.recoding.outcome import Recoded, problems_of
from geo_merge.recoding.request import Request
from geo_merge.recoding.run import Run, aggregate_of

CROSSWALK = """old_code,old_name,new_code,new_name,share
A1,Ay,N1,North,
A2,By,N1,North,
A3,Cy,N1,North,0.5
A3,Cy,N2,South,0.5
"""
RULES = ("people=sum", "rate=mean:people", "note=list", "village=largest:people", "kind=mixed")
ROW = st.tuples(
    st.sampled_from(["A1", "A2", "A3", "zz", ""]),
    st.sampled_from(["Ay", "By", "Cy", "Dy", ""]),
    st.sampled_from(["x", "y", "Thanh Bình", ""]),
    st.one_of(st.none(), st.decimals(-99, 99, places=2).map(float)),
    st.integers(0, 9),
    st.sampled_from(["k", "l"]),
    st.text(alphabet="ab", max_size=2),
)
HEADINGS = ["code", "name", "village", "rate", "people", "kind", "note"]


class Kept:
    """Sheets in memory."""

    typed = False

    def __init__(self) -> None:
        self.written: list[Path] = []
        self.rows: dict[str, list[list[object]]] = {}

    def add(self, sheet: str, rows: Iterable[Sequence[object]]) -> None:
        self.rows.setdefault(sheet, []).extend(map(list, rows))


def in_pieces(request: Request, cuts: list[int]) -> tuple[dict[str, list[list[object]]], Recoded]:
    how = request.plan()
    (_, rows), *_ = list(how.table.blocks())
    ends = sorted({0, *(cut for cut in cuts if cut < len(rows)), len(rows)})
    sheets = Kept()
    first = Run(how, sheets, aggregate_of(how, RULES))
    for begin, end in pairwise(ends):
        block = list(range(begin + 1, end + 1)), rows[begin:end]
        table = Table(how.table.name, how.table.headings, lambda block=block: iter([block]))
        part = replace(how, table=table, decisions=how.decisions.anew())
        run = Run(part, sheets, aggregate_of(part, RULES))
        run.rows()
        first.tally.take_in(run.tally)
    return sheets.rows, first.conclude()


@settings(max_examples=40)
@given(rows=st.lists(ROW, min_size=3, max_size=30), cuts=st.lists(st.integers(1, 29), max_size=5))
def test_wherever_a_table_is_cut_it_comes_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]], cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("pieces")
    (folder / "crosswalk.csv").write_text(CROSSWALK, encoding="utf-8")
    whole = [
        ("A1", "Ay", "x", 1.5, 3, "k", ""),
        ("A2", "By", "Thanh Bình", -2.0, 1, "l", "a"),
        *rows,
    ]
    frame = pd.DataFrame(whole, columns=HEADINGS).astype({"rate": float})
    frame.to_parquet(folder / "t.parquet", index=False)
    decided = pd.DataFrame({"says": ["A3 | Cy | x"], "choice": ["N2"]})
    request = Request(table=folder / "t.parquet", decided=decided,
                      origin=Origin(crosswalks=(folder / "crosswalk.csv",)))  # fmt: skip
    sheets, done = in_pieces(request, [])
    others, again = in_pieces(request, cuts)
    assert others == sheets
    assert again.table == done.table
    assert all(row["ok"] for row in done.table)
    assert again.still == done.still
    assert problems_of(again) == problems_of(done)


def test_parts_of_a_folder_are_one_table(tmp_path: Path) -> None:
    """In the order of their numbers; numbers of any width, null columns and names of folders."""
    first, second = (
        tmp_path / "tinh=01" / "part.2.parquet",
        tmp_path / "tinh=01" / "part.10.parquet",
    )
    other = tmp_path / "tinh=__HIVE_DEFAULT_PARTITION__" / "part.0.parquet"
    for path in (first, other):
        path.parent.mkdir()
    pd.DataFrame({"code": ["007", None], "n": [1, 2], "x": [None, None]}).to_parquet(first)
    pd.DataFrame({"code": ["A"], "n": [2.5], "x": ["text"]}).to_parquet(second)
    pd.DataFrame({"code": ["B"], "n": [3.0], "x": ["0"], "g": [b"\0"]}).to_parquet(other)
    (tmp_path / "_SUCCESS").touch()
    said = r"part\.0\.parquet has other columns than part\.2\.parquet \(g besides\)"
    with pytest.raises(TableError, match=said):
        open_table(tmp_path)
    pd.DataFrame({"code": ["B"], "n": [3.0], "x": ["0"]}).to_parquet(other)
    table = open_table(tmp_path)
    assert table.headings == ("code", "n", "x", "tinh")
    assert [row for _, rows in table.blocks() for row in rows] == [
        ["007", "1", "", "01"], ["", "2", "", "01"], ["A", "2.5", "text", "01"], ["B", "3", "0", ""],
    ]  # fmt: skip
    assert [n for numbers, _ in table.blocks() for n in numbers] == [1, 2, 3, 4]
    assert table.types == {"n": "double"}
    assert [piece.first for piece in parts_of(tmp_path).pieces] == [1, 3, 4]
