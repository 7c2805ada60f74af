"""Parquet tables that mean harm: what a person brings to be recoded."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hostile.files import ANY, READ, hostile, many

CODES = [f"{k:05d}" for k in range(100, 112)]
_HUGE = 2**31 - 1
_PACKED = ("snappy", "zstd", "gzip", "brotli", "lz4", "none")


def table(rows: int = 12, **more: Any) -> pa.Table:
    """Return a table of units with their people, and further columns."""
    return pa.table(
        {"code": (CODES * (rows // 12 + 1))[:rows], "people": list(range(rows)), **more}
    )


@cache
def written(compression: str = "snappy", **options: Any) -> bytes:
    """Return the table as a file."""
    file = io.BytesIO()
    pq.write_table(table(), file, compression=compression, **options)
    return file.getvalue()


# --- the numbers of Thrift, in which heads of pages and the foot of the file are written


def number(value: int) -> bytes:
    """Return a number as Thrift's compact protocol writes it: zigzag, seven bits a byte."""
    value, data = (value << 1) ^ (value >> 63), b""
    while value > 127:
        data += bytes([value & 127 | 128])
        value >>= 7
    return data + bytes([value])


def _numbers(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Yield the place and length of the first numbers of a struct: kind and sizes of a page."""
    for _ in range(3):
        assert data[at] == 0x15, data[at]  # the next field, an i32
        end = at + 1
        while data[end] & 128:
            end += 1
        yield at + 1, end - at
        at = end + 1


def page_says(column: int, which: int, value: int, compression: str) -> Callable[[Path], None]:
    """Return what makes a file in which the first page of a column says another number of itself.

    `which` is 0 for its kind, 1 for its size when it is unpacked, 2 for its size in the file.
    """

    def make(path: Path) -> None:
        data = written(compression)
        chunk = pq.read_metadata(io.BytesIO(data)).row_group(0).column(column)
        begin = chunk.dictionary_page_offset or chunk.data_page_offset
        at, length = list(_numbers(data, begin))[which]
        said = number(value)
        # The end of the page makes room for it, so that places in the foot stay as they are.
        end, page = begin + chunk.total_compressed_size, data[at + length :]
        path.write_bytes((data[:at] + said + page)[:end] + data[end:])

    return make


for _packed in _PACKED:
    for _which, _what in ((1, "unpacked"), (2, "packed")):
        for _value, _told in ((_HUGE, "2gb"), (-1, "less_than_none"), (400_000_000, "400mb")):
            # One way of packing is tried by the tests, all by `tests/benchmarks/harm.py`.
            _checks = "F01 S06 F04" if _packed == "snappy" else ANY
            hostile(f"recode_page_{_what}_{_told}_{_packed}.parquet", _checks, "recode")(
                page_says(0, _which, _value, _packed)
            )
hostile("recode_page_of_no_kind.parquet", "F01", "recode")(page_says(0, 0, 99, "snappy"))


def _changed(change: Callable[[bytes], bytes], **options: Any) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(change(written(**options))) and None  # type: ignore[func-returns-value]


def _wrong_sum(data: bytes) -> bytes:
    """Change a figure of a page whose checksum is in its head."""
    chunk = pq.read_metadata(io.BytesIO(data)).row_group(0).column(1)
    end = (chunk.dictionary_page_offset or chunk.data_page_offset) + chunk.total_compressed_size
    return data[: end - 1] + bytes([data[end - 1] ^ 1]) + data[end:]


def _foot(length: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:-8] + struct.pack("<i", length) + b"PAR1"


CHANGED = {
    "ok": (READ, lambda data: data, {}),
    "wrong_sum": ("F01", _wrong_sum, {"write_page_checksum": True, "compression": "none"}),
    "foot_2gb": ("F01", _foot(_HUGE), {}),
    "foot_less_than_none": ("F01", _foot(-1), {}),
    "foot_of_nothing": ("F01", _foot(0), {}),
    "no_magic": ("F01", lambda data: data[:-4] + b"PARE", {}),
    "cut": ("F01", lambda data: data[: len(data) // 2], {}),
    "empty": ("F01", lambda _: b"", {}),
    "magic_alone": ("F01", lambda _: b"PAR1PAR1", {}),
    "zeros": ("F01", lambda data: b"PAR1" + b"\0" * 200 + data[204:], {}),
    "csv": ("F01", lambda _: b"code,people\n00100,1\n", {}),
}
for _name, (_ends, _change, _options) in CHANGED.items():
    hostile(f"recode_{_name}.parquet", _ends, "recode")(_changed(_change, **_options))


# --- small files that become large


def _write(path: Path, made: pa.Table, **options: Any) -> None:
    pq.write_table(made, path, **options)


def _text(rows: int, characters: int) -> pa.Table:
    """Return a table in which one long text is named in every row."""
    number_of = pa.array([0] * rows, pa.int32())
    return table(rows, note=pa.DictionaryArray.from_arrays(number_of, pa.array(["x" * characters])))


_ROWS = 20_000
LARGE: dict[str, tuple[str, Callable[[Path], None]]] = {
    "dictionary_8gb": ("S06 S02", lambda path: _write(path, _text(_ROWS, 400_000), store_schema=False)),
    "dictionary_200mb": ("S06 S02", lambda path: _write(path, _text(_ROWS, 10_000), store_schema=False)),
    "one_text": ("S06 S02", lambda path: _write(path, table(1, note=["x" * many(210_000_000, 400_000_000)]), compression="zstd")),
    "prefixes": ("S06 S02", lambda path: _write(path, table(_ROWS, note=["x" * 40_000] * _ROWS), use_dictionary=False, compression="zstd", column_encoding={"note": "DELTA_BYTE_ARRAY", "code": "PLAIN", "people": "PLAIN"})),
    "rows_of_nothing": ("S02 K04", lambda path: _write(path, pa.table({"code": pa.array([0] * 4_000_000, pa.int8()), "people": pa.array([0] * 4_000_000, pa.int8())}))),
    "rows_of_one_code": ("S02", lambda path: _write(path, table(1_000_000).set_column(0, "code", pa.array(["00100"] * 1_000_000)).set_column(1, "people", pa.array([1] * 1_000_000)))),
    "many_columns": ("S05", lambda path: _write(path, table(12, **{f"c{k}": [1] * 12 for k in range(many(1_100, 20_000))}))),
    "many_groups": (READ, lambda path: _write(path, table(many(240, 2_400)), row_group_size=1)),
    "deep_lists": ("F01", lambda path: _write(path, table(12, deep=pa.array([None] * 12, _nested(60))))),
    "doubled_columns": ("F04", lambda path: _write(path, pa.table([CODES, CODES], names=["code", "code"]))),
    "long_heading": ("", lambda path: _write(path, table().rename_columns(["code", "x" * 1_000_000]))),
    "no_rows": ("W07", lambda path: _write(path, table(0))),
    "no_columns": ("F01 W07", lambda path: _write(path, pa.table({}))),
    "bytes_alone": ("W07", lambda path: _write(path, pa.table({"code": [b"00100"]}))),
    "formulas": (READ, lambda path: _write(path, table(12, note=["=cmd|'/c calc'!A1"] * 12))),
    "nul_in_texts": (READ, lambda path: _write(path, table(12, note=["a\0b"] * 12))),
    "days_out_of_range": ("F01", lambda path: _write(path, table(12, day=pa.array([2**62] * 12, pa.timestamp("us"))))),
    "times_out_of_range": ("F01", lambda path: _write(path, table(12, day=pa.array([2**31 - 1] * 12, pa.date32())))),
    "no_numbers": (READ, lambda path: _write(path, table(12, share=[float("nan"), float("inf")] * 6))),
    "wide_decimals": (READ, lambda path: _write(path, table(12, share=pa.array([10**60] * 12, pa.decimal256(70, 2))))),
}  # fmt: skip
for _name, (_ends, _make) in LARGE.items():
    hostile(f"recode_{_name}.parquet", _ends, "recode")(_make)


def _nested(depth: int) -> pa.DataType:
    kind = pa.int8()
    for _ in range(depth):
        kind = pa.list_(kind)
    return kind


@hostile("recode_parts_differ", "F04", "recode")
def _parts(path: Path) -> None:
    path.mkdir()
    _write(path / "part.0.parquet", table())
    _write(path / "part.1.parquet", table(12, other=[1] * 12))


@hostile("recode_parts_and_more", "F01", "recode")
def _beside(path: Path) -> None:
    path.mkdir()
    _write(path / "part.0.parquet", table())
    (path / "run.sh").write_text("#!/bin/sh\nexit 1\n")
