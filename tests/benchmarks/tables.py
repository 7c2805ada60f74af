"""Measure recoding of long tables, and addresses beside the package vietnamadminunits.

``python tests/benchmarks/tables.py --rows 1000000``: seconds of CPU, and rows that are right. Tables
are drawn from all old communes that were not divided, with a fixed seed.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from vietnamadminunits import convert_address

from geo_merge.vietnam import gazetteer
from geo_merge.vietnam.provinces import PROVINCES

THEIRS = 2_000  # addresses for the package, which are many times slower


def drawn(count: int) -> pd.DataFrame:
    """Return rows of the crosswalk, each of a commune that became one unit."""
    codes = dict.fromkeys(new for _, _, new, _ in PROVINCES)
    links = pd.concat(map(gazetteer.crosswalk, codes), ignore_index=True)
    links = links[(links["old_code"] != "") & ~links["old_code"].duplicated(keep=False)]
    chosen = random.Random(1).choices(  # noqa: S311 - the same each time
        range(len(links)), k=count
    )
    return links.iloc[chosen].reset_index(drop=True)


def address(row: object, number: int) -> str:
    """Return an address with a street, as people write it."""
    old = f"{row.old_type} {row.old_name}"  # type: ignore[attr-defined]
    place = f"{row.old_district}, {row.old_province}"  # type: ignore[attr-defined]
    return f"Số {number % 300} đường {number % 977} Lê Lợi, {old}, {place}"


def ours(table: Path, right: list[str]) -> tuple[float, int, int]:
    """Return seconds of CPU, rows that are right, and rows that are wrong."""
    out = table.with_name("out.csv")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "geo_merge", "recode", str(table), "--out", str(out)],
        check=False, capture_output=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with out.open(encoding="utf-8", newline="") as file:
        pairs = [
            (row["new_code"], code) for row, code in zip(csv.DictReader(file), right, strict=True)
        ]
    good = sum(found == code for found, code in pairs)
    bad = sum(found not in {"", code} for found, code in pairs)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, good, bad


def theirs(texts: list[str], right: list[str]) -> tuple[float, int]:
    """Return seconds of CPU of the package, and rows that are right."""
    start, good = time.process_time(), 0
    for text, code in zip(texts, right, strict=True):
        good += convert_address(text).ward_code == code
    return time.process_time() - start, good


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    count = parser.parse_args().rows
    rows = drawn(count)
    right = rows["new_code"].tolist()
    texts = [address(row, k) for k, row in enumerate(rows.itertuples())]
    with tempfile.TemporaryDirectory() as folder:
        for way, cells in (("code", rows["old_code"].tolist()), ("address", texts)):
            table = Path(folder, f"{way}.csv")
            frame = pd.DataFrame({way: cells, "people": range(count)})
            frame.to_csv(table, index=False)
            seconds, good, bad = ours(table, right)
            print(f"geo_merge, by {way}: {count:,} rows, {seconds:.1f} s of CPU, "  # noqa: T201
                  f"{good:,} right, {bad:,} wrong")  # fmt: skip
    seconds, good = theirs(texts[:THEIRS], right[:THEIRS])
    print(f"vietnamadminunits, by address: {THEIRS:,} rows, {seconds:.1f} s of CPU, "  # noqa: T201
          f"{good:,} right")  # fmt: skip


if __name__ == "__main__":
    main()
