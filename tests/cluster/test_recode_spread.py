"""A table in parts, recoded by Dask's workers: the same rows, sheets and ledger as on one machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from clusters import threads
from recoded import CROSSWALK, recode

from geo_merge.reading import parquet_pieces

CODES = ["01A", "01B", "02A", "0003", "0004", "9999", ""]
NAMES = ["Ay", "Bu", "Cy", "Ey", "Fy", "Gy", ""]
RULES = ("--aggregate", "--rule", "density=mean:people", "--rule", "note=largest:people")


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with threads() as address:
        yield address


@pytest.fixture
def crosswalk(tmp_path: Path) -> Path:
    path = tmp_path / "crosswalk.csv"
    path.write_text(CROSSWALK, encoding="utf-8")
    return path


def parts(folder: Path, rows: int = 700, cuts: tuple[int, ...] = (1, 40, 41, 500)) -> Path:
    """Rows that become one unit, several or none, in parts of odd sizes, the tenth after the second."""
    rng = np.random.default_rng(7)
    at = rng.integers(0, len(CODES), rows)
    named = np.where(rng.random(rows) < 0.1, rng.integers(0, len(NAMES), rows), at)
    frame = pd.DataFrame({
        "code": np.array(CODES, dtype=object)[at], "name": np.array(NAMES, dtype=object)[named],
        "thon": [f"T{k}" for k in rng.integers(0, 9, rows)],
        "people": rng.integers(0, 900, rows),
        "density": [None if k % 11 == 0 else k / 7 for k in range(rows)],
        "note": np.array(["=1+1", 'a "b",\nc', "Đông", "'d", ""], dtype=object)[rng.integers(0, 5, rows)],
    })  # fmt: skip
    folder.mkdir()
    for k, (begin, end) in enumerate(zip((0, *cuts), (*cuts, rows), strict=True), 7):
        frame.iloc[begin:end].to_parquet(folder / f"part.{k}.parquet", index=False)
    return folder


def beside(out: Path) -> dict[str, bytes]:
    """The sheets beside all rows, by what they are called."""
    found = out.parent.glob(f"{out.stem}_*.csv")
    return {path.name.removeprefix(out.stem): path.read_bytes() for path in found}


def same(one: Path, many: Path) -> None:
    """Hold both against each other: all rows in their order, and every other sheet to the byte."""
    if one.suffix == ".csv":
        assert many.read_bytes() == one.read_bytes()
    else:
        pd.testing.assert_frame_equal(pd.read_parquet(many), pd.read_parquet(one))
    assert beside(many) == beside(one)
    assert "_ledger.csv" in beside(one)


@pytest.mark.parametrize("out", ["{}.parquet", "{}.csv"])
def test_rows_sheets_and_ledger_are_those_of_one_machine(
    tmp_path: Path, crosswalk: Path, scheduler: str, out: str
) -> None:
    given = parts(tmp_path / "parts")
    decisions = tmp_path / "decided.csv"
    decisions.write_text("row,says,choice,reason\n,02A | Cy | T1,02B,seen\n,9999 | Gy,excluded,\n",
                         encoding="utf-8")  # fmt: skip
    common = ("--crosswalk", crosswalk, "--decisions", decisions, *RULES)
    one, many = tmp_path / out.format("one"), tmp_path / out.format("many")
    code, told = recode(given, one, *common)
    spread = recode(given, many, *common, "--engine", "dask", "--scheduler", scheduler)
    assert code == 1
    assert spread == (code, told)
    same(one, many)
    made = {
        "_ambiguous.csv",
        "_not_found.csv",
        "_excluded.csv",
        "_new_units.csv",
        "_same_names.csv",
    }
    assert made <= beside(many).keys()
    assert not list(tmp_path.glob(".geo_merge_*"))


def test_a_long_file_is_recoded_in_runs_of_its_row_groups(
    tmp_path: Path, crosswalk: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = parts(tmp_path / "parts")
    whole = pd.concat(pd.read_parquet(folder / f"part.{k}.parquet") for k in range(7, 12))
    given = tmp_path / "long.parquet"
    whole.to_parquet(given, row_group_size=50, index=False)
    monkeypatch.setattr(parquet_pieces, "PIECE", 120)
    assert [p.rows for p in parquet_pieces.parts_of(given).pieces] == [150, 150, 150, 250]
    one, many = tmp_path / "one.parquet", tmp_path / "many"
    recode(given, one, "--crosswalk", crosswalk)
    code, _ = recode(
        given, many, "--crosswalk", crosswalk, "--engine", "dask", "--scheduler", scheduler
    )
    assert code == 1
    assert len(list(many.iterdir())) == 4
    same(one, many)
    # What stands there is of a run of ours, and is replaced whole.
    recode(
        tmp_path / "parts",
        many,
        "--crosswalk",
        crosswalk,
        "--engine",
        "dask",
        "--scheduler",
        scheduler,
    )
    assert len(list(many.iterdir())) == 5
    same(one, many)


def test_strict_and_what_is_wrong_write_nothing(
    tmp_path: Path, crosswalk: Path, scheduler: str
) -> None:
    given = parts(tmp_path / "parts")
    common = ("--crosswalk", crosswalk, "--engine", "dask", "--scheduler", scheduler)
    before = {p.name for p in tmp_path.iterdir()}
    code, told = recode(given, tmp_path / "out.parquet", *common, "--strict")
    assert code == 2
    assert "rows became no one unit, and --strict writes nothing then" in told
    part = given / "part.9.parquet"
    data = bytearray(part.read_bytes())
    data[4:60] = b"\xff" * 56  # its metadata stand at the end, and are whole
    part.write_bytes(data)
    code, told = recode(given, tmp_path / "out.parquet", *common)
    assert code == 2
    assert told.startswith("part.9.parquet cannot be read as Parquet")
    assert {p.name for p in tmp_path.iterdir()} == before


SENSELESS = {
    "--engine dask reads a Parquet file, or a folder": ("crosswalk.csv", "--out", "out.csv"),
    "--engine dask writes a folder of Parquet or a CSV": ("parts", "--out", "out.xlsx"),
    "say where with --out FOLDER.parquet": ("parts",),
    "--encoding is for CSV": ("parts", "--out", "out.csv", "--encoding", "utf-8"),
    "other: a folder with other files stands there": ("parts", "--out", "other"),
    "parts: a folder with other files stands there": ("parts", "--out", "parts"),
    "out would be written over": ("parts", "--out", "parts/out"),
    "unknown; give local or dask": ("parts", "--out", "out.csv", "--engine", "spark"),
    "add --engine dask": ("parts", "--engine", "local", "--scheduler", "tcp://127.0.0.1:1"),
}


@pytest.mark.parametrize("said", SENSELESS)
def test_what_makes_no_sense_on_workers_is_one_sentence(
    tmp_path: Path, crosswalk: Path, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = parts(tmp_path / "parts")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    table, *options = SENSELESS[said]
    code, told = recode(table, None, "--crosswalk", crosswalk, "--engine", "dask", *options)
    assert code == 2
    assert said in told
    assert len(told.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before
    assert len(list(given.iterdir())) == 5
