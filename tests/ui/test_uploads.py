"""Uploaded files: their names are never paths, and what is too large is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT

from geo_merge.errors import LayerError
from geo_merge.reading.tables import read_table
from geo_merge.ui.uploads import TABLE_TYPES, check_size, harmless, put, put_all


@dataclass
class Given:
    """A file as Streamlit hands it over."""

    name: str
    content: bytes = b"x"

    def getbuffer(self) -> memoryview:
        return memoryview(self.content)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\boot.ini", "/abs/olute.zip", "..", ".", "", "a/..", "C:\\x.zip",
     "<script>.gpkg", "=cmd.csv", "lệ viễn.zip", "x" * 300 + ".gpkg", "Ộ" * 100 + ".geojson", "a.zip:b",
     "CON", "aux.shp", "nul .csv", "com¹.tar.zip", "LPT9", "xã.gpkg. .", "a\0b.csv", "\ud800.zip", ".shp",
     "a." + "b" * 300, "x\r\n.csv"],
)  # fmt: skip
def test_a_name_is_never_a_path_a_device_or_too_long(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, Given(name))
    assert path.parent == tmp_path
    assert path.read_bytes() == b"x"
    assert len(path.name.encode()) < 240
    assert not set(path.name) & set('<>:"|?*\0\r\n\\')
    assert path.name == path.name.rstrip(". ")
    assert path.name.split(".")[0].rstrip().upper() not in {"CON", "AUX", "NUL", "COM¹", "LPT9"}


@pytest.mark.parametrize("ending", [e for e in TABLE_TYPES if not e.startswith("xls")])
def test_what_the_page_takes_for_a_table_is_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"t.{ending.upper()}"
    if "parquet" in ending:
        pd.DataFrame({"old_code": ["1"], "new_code": ["2"]}).to_parquet(path)
    else:
        path.write_text("old_code;new_code\n1;2\n", "utf-8")
    assert read_table(path).to_dict("list") == {"old_code": ["1"], "new_code": ["2"]}


def test_every_slot_for_a_table_takes_all_kinds_of_tables() -> None:
    pages = [path.read_text("utf-8") for path in (ROOT / "geo_merge" / "ui").rglob("*.py")]
    slots = [slot for page in pages for slot in re.findall(r"file_uploader\([^=]*", page)]
    assert sum("TABLE_TYPES" in slot for slot in slots) >= 7
    assert not [slot for slot in slots if re.search(r"[\"'](csv|tsv|xls[xm])[\"']", slot)]


def test_ordinary_names_stay() -> None:
    for name in (
        "Ranh giới xã (bản chính thức), 2025.geojson",
        "=cmd.csv",
        "CONG.shp",
        "a.b.c.zip",
    ):
        assert harmless(name) == name
    assert harmless(".gpkg") == "upload.gpkg"


def test_the_parts_of_a_layer_stay_together_under_long_and_odd_names(tmp_path: Path) -> None:
    for stem in ("x" * 300, "aux", "a:b"):
        folder = tmp_path / stem[:3].replace(":", "")
        folder.mkdir()
        parts = [Given(f"{stem}{ending}") for ending in (".shp", ".shx", ".dbf", ".prj")]
        (layer,) = put_all(folder, parts)
        assert {path.stem for path in folder.iterdir()} == {layer.stem}
    assert harmless("x" * 300 + "1.shp") != harmless("x" * 300 + "2.shp")


def test_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    given = [Given("a.zip", b"1"), Given("a.zip", b"2"), Given("a.zip", b"3")]
    paths = put_all(tmp_path, given)
    assert [path.read_bytes() for path in paths] == [b"1", b"2", b"3"]
    assert [path.name for path in paths] == ["a.zip", "a_2.zip", "a_3.zip"]


def test_what_is_too_large_together_is_refused() -> None:
    files = [Given("a.zip", b"x" * 600_000), Given("b.zip", b"x" * 600_000)]
    check_size(files, 1_200_000)
    with pytest.raises(LayerError, match=r"1 MB together, more than 1 MB \[S05\]"):
        check_size(files, 1_199_999)
