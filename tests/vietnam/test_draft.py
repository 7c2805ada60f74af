"""Article 1 drafted from crosswalks: the words, and that they read back to the same."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from commands import run
from conftest import CRS, ROOT, square

from geo_merge.errors import LayerError, UsageError
from geo_merge.vietnam.names import split_type
from geo_merge.vietnam.provinces import PROVINCES
from geo_merge.vietnam.resolutions.compositions import plan_from_compositions
from geo_merge.vietnam.resolutions.draft import draft
from geo_merge.vietnam.resolutions.figures import figures_of

CODES = sorted({new for _, _, new, _ in PROVINCES})
SAMPLE = ROOT / "shapes" / "crosswalk.csv"


def rows(*given: tuple[str, ...]) -> pd.DataFrame:
    columns = ["old_code", "old_type", "old_name", "old_district", "new_code", "new_type",
               "new_name"]  # fmt: skip
    return pd.DataFrame([dict(zip(columns, row, strict=True)) for row in given]).assign(
        old_province_code="24"
    )


def clauses(text: str) -> list[str]:
    return [part.partition(". ")[2] for part in text.split("\n\n") if part[:1].isdigit()]


YEN_PHONG = (
    ("09193", "Thị trấn", "Chờ", "Huyện Yên Phong", "09193", "Xã", "Yên Phong"),
    ("09223", "Xã", "Trung Nghĩa", "Huyện Yên Phong", "09193", "Xã", "Yên Phong"),
    ("09232", "Xã", "Long Châu", "Huyện Yên Phong", "09193", "Xã", "Yên Phong"),
)


def test_the_words_of_june_2025() -> None:
    first, last = clauses(draft(rows(*YEN_PHONG)).text)
    assert first == (
        "Sắp xếp toàn bộ diện tích tự nhiên, quy mô dân số của thị trấn Chờ và các xã Trung Nghĩa, "
        "Long Châu thành xã mới có tên gọi là xã Yên Phong."
    )
    assert last.strip() == (
        "Sau khi sắp xếp, tỉnh Bắc Ninh có 01 đơn vị hành chính cấp xã, gồm 01 xã; trong đó có "
        "01 xã hình thành sau sắp xếp quy định tại Điều này."
    )


def test_a_unit_of_several_gives_parts_and_its_rest() -> None:
    table = rows(
        ("09220", "Xã", "Yên Phụ", "Huyện Yên Phong", "09238", "Xã", "Văn Môn"),
        ("09223", "Xã", "Trung Nghĩa", "Huyện Yên Phong", "09238", "Xã", "Văn Môn"),
        ("09223", "Xã", "Trung Nghĩa", "Huyện Yên Phong", "09193", "Xã", "Yên Phong"),
        ("09232", "Xã", "Long Châu", "Huyện Yên Phong", "09193", "Xã", "Yên Phong"),
    )
    first, second, _ = clauses(draft(table).text)
    assert "một phần diện tích tự nhiên, quy mô dân số của xã Trung Nghĩa thành" in first
    assert (
        "phần còn lại của xã Trung Nghĩa sau khi sắp xếp theo quy định tại khoản 1 Điều này và toàn "
        "bộ diện tích tự nhiên, quy mô dân số của xã Long Châu thành" in second
    )


def test_a_mode_that_is_known_is_kept() -> None:
    table = rows(*YEN_PHONG).assign(mode=["whole", "part of the area", "whole"])
    first, _ = clauses(draft(table).text)
    assert "một phần diện tích tự nhiên của xã Trung Nghĩa" in first


def test_a_crosswalk_that_no_text_can_say_is_told() -> None:
    table = rows(("09193", "Thị trấn", "Chờ", "", "99999", "Xã", "Không Có Thật"))
    assert draft(table).problems == []  # a plan's own unit has no code in a text
    table = rows(("09193", "Thị trấn", "Chờ", "", "09193", "Xã", "Tên sai"))
    assert len(draft(table).problems) == 2
    both = pd.concat([rows(*YEN_PHONG), rows(*YEN_PHONG).assign(old_province_code="01")])
    with pytest.raises(UsageError, match="--province"):
        draft(both)


def test_figures_add_up_and_neighbours_are_those_of_the_map() -> None:
    """Three squares in a row: the first two become one, whose neighbour is the third."""
    old = gpd.GeoDataFrame(
        {"name": ["Chờ", "Trung Nghĩa", "Long Châu"], "unit_type": ["Thị trấn", "Xã", "Xã"],
         "population": [9_890, 12_345, None]},
        geometry=[square(c, 0) for c in range(3)],
        index=pd.Index(["09193", "09223", "09232"], name="code"), crs=CRS,
    )  # fmt: skip
    new = gpd.GeoDataFrame(
        {"name": ["Yên Phong", "Văn Môn"], "unit_type": ["Xã", "Xã"],
         "population": [22_235, None]},
        geometry=[old.geometry.iloc[:2].union_all(), square(2, 0)],
        index=pd.Index(["09193", "09238"], name="code"), crs=CRS,
    )  # fmt: skip
    table = rows(*YEN_PHONG[:2], ("09232", "Xã", "Long Châu", "", "09238", "Xã", "Văn Môn"))
    made = draft(table, figures=figures_of(old, new))
    first, second, _ = clauses(made.text)
    assert first == (
        "Sắp xếp toàn bộ diện tích tự nhiên là 1,00 km2, quy mô dân số là 9.890 người của thị trấn "
        "Chờ và toàn bộ diện tích tự nhiên là 1,00 km2, quy mô dân số là 12.345 người của xã Trung "
        "Nghĩa thành xã mới có tên gọi là xã Yên Phong. Sau khi sắp xếp, xã Yên Phong có diện tích "
        "tự nhiên là 2,00 km2 và quy mô dân số là 22.235 người. Xã Yên Phong giáp xã Văn Môn và "
        "[tên tỉnh, thành phố liền kề]."
    )
    assert "quy mô dân số của xã Long Châu thành" in second
    assert "Sau khi sắp xếp, xã Văn Môn có diện tích tự nhiên là 1,00 km2. Xã Văn Môn" in second
    assert [n for n in made.notes if "people" in n] == [
        "xã Văn Môn: the people are not known and are left out; add them."
    ]
    apart = new.set_geometry(new.geometry.where(new.index != "09238", square(2.0005, 0.3)))
    overlapping = apart.set_geometry(
        apart.geometry.where(apart.index != "09238", square(1.9995, 0.3))
    )
    with pytest.raises(LayerError, match=r"\[C05\]"):
        figures_of(old, overlapping)


def test_the_sample_reads_back_through_the_commands(tmp_path: Path) -> None:
    pytest.importorskip("vietnamadminunits")
    drafted, read = tmp_path / "article.txt", tmp_path / "again.csv"
    done = run("crosswalk", "to-text", SAMPLE, "--out", drafted)
    assert done.code == 0, done.err
    run("crosswalk", "from-text", drafted, "--out", read)
    key = ["old_code", "new_code", "new_name", "new_type"]
    ours, theirs = (
        pd.read_csv(p, dtype=str, keep_default_na=False)[key].sort_values(key, ignore_index=True)
        for p in (SAMPLE, read)
    )
    known = ours["old_code"] != ""
    assert (
        ours[known]
        .reset_index(drop=True)
        .equals(theirs[theirs["old_code"] != ""].reset_index(drop=True))
    )
    assert ours[known]["new_code"].nunique() == 99


def test_every_composition_of_the_country_reads_back(vietnam: Path) -> None:
    table = plan_from_compositions(vietnam / "compositions_2025.csv").crosswalk
    assert table["new_code"].nunique() >= 3_319
    assert {code: made for code in CODES if (made := draft(table, province=code).problems)} == {}


def test_the_official_crosswalk_of_the_country_reads_back(vietnam: Path) -> None:
    table = pd.read_csv(vietnam / "crosswalk_2025.csv", dtype=str, keep_default_na=False)
    for side in ("old", "new"):
        pairs = [split_type(name) for name in table[f"{side}_full_name"]]
        table[f"{side}_type"], table[f"{side}_name"] = zip(*pairs, strict=True)
    assert table["new_code"].nunique() == 3_321
    assert {code: made for code in CODES if (made := draft(table, province=code).problems)} == {}
