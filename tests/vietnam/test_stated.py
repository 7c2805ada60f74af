"""What a resolution states, held against a map: every planted falsehood is found, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
from commands import run
from conftest import CRS, square

from geo_merge.texts import number
from geo_merge.units.layers import read_units
from geo_merge.vietnam.resolutions.draft import draft
from geo_merge.vietnam.resolutions.figures import figures_of
from geo_merge.vietnam.resolutions.resolution import parse_resolution
from geo_merge.vietnam.resolutions.stated import check_stated
from geo_merge.vocabulary.finding import Finding

NAMES = ["An Ba", "Bình Hai", "Cao Sơn", "Dân Chủ", "Gia Lộc", "Hòa An", "Kim Tân", "Long Hồ",
         "Minh Đức", "Nam Hải", "Phú Lâm", "Quế Tân", "Sơn Tây", "Tân An", "Vân Hà"]  # fmt: skip
HEAD = """NGHỊ QUYẾT
Về việc sắp xếp các đơn vị hành chính cấp xã của tỉnh Bắc Ninh năm 2024
Điều 1. Sắp xếp các đơn vị hành chính cấp xã
"""
# Members of the first clause are those of the press; of Lai Hạ the text gives no figures here.
OF_2024 = f"""{HEAD}
1. Thành lập phường Tiền Ninh Vệ trên cơ sở nhập toàn bộ diện tích tự nhiên là 0,33 km2 của phường Tiền An, toàn bộ diện tích tự nhiên là 0,58 km2 của phường Ninh Xá và toàn bộ diện tích tự nhiên là 0,82 km2 của phường Vệ An. Sau khi thành lập, phường Tiền Ninh Vệ có diện tích tự nhiên là 1,73 km2.
Phường Tiền Ninh Vệ giáp các phường Đại Phúc, Kinh Bắc, Suối Hoa và Võ Cường.

2. Thành lập xã An Tập trên cơ sở nhập toàn bộ diện tích tự nhiên của xã An Thịnh Hạ và xã Lai Hạ.
Xã An Tập giáp các xã An Thịnh, Phú Hòa, Quang Minh, Trung Kênh và tỉnh Hải Dương.
"""


def found(text: str, new: gpd.GeoDataFrame, old: gpd.GeoDataFrame | None = None) -> list[Finding]:
    read = parse_resolution(text, "text")
    assert read.problems == ()
    return [f for f in check_stated(read, new, old) if f.severity != "info"]


def layers() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]:
    """Five by three squares, of which each column becomes a new unit with the next row's."""
    shapes = [square(c, r) for r in range(3) for c in range(5)]
    old = gpd.GeoDataFrame(
        {"name": NAMES, "unit_type": "Xã", "population": np.arange(15) * 111 + 5_000},
        geometry=shapes, index=pd.Index([f"{k:05d}" for k in range(1, 16)], name="code"), crs=CRS,
    )  # fmt: skip
    of = [f"9000{k}" for k in (0, 0, 1, 1, 2, 3, 3, 4, 5, 2, 6, 6, 4, 5, 5)]
    new = old.assign(of=of).dissolve("of", aggfunc={"population": "sum"})
    new.index.name = "code"
    new = new.assign(name=[f"{NAMES[k]} Mới" for k in range(7)], unit_type="Phường")
    table = pd.DataFrame({
        "old_code": old.index, "old_name": NAMES, "old_type": "Xã", "old_district": "",
        "old_province_code": "24", "new_code": of, "new_name": [new["name"][c] for c in of],
        "new_type": "Phường",
    })  # fmt: skip
    return old, new, table


def test_a_draft_states_nothing_false() -> None:
    old, new, table = layers()
    text = draft(table, province="24", figures=figures_of(old, new)).text
    assert text.count(" giáp ") == 7
    assert found(text, new, old) == []


def test_a_hundred_planted_falsehoods_are_all_found() -> None:
    old, new, table = layers()
    text = draft(table, province="24", figures=figures_of(old, new)).text
    rng = np.random.default_rng(17)
    figures = list(re.finditer(r"là ([\d.,]+) (km2|người)", text))
    neighbours = [m for line in re.finditer(r" giáp (.*)", text)
                  for m in re.finditer("|".join(new["name"]), text) if m.start() >= line.start(1)
                  and m.end() <= line.end(1)]  # fmt: skip
    missed = []
    for k in range(100):
        if k % 2:
            m = figures[rng.integers(len(figures))]
            value = float(m[1].replace(".", "").replace(",", "."))
            other = value * rng.choice([0.5, 0.9, 1.1, 2.0])
            false = f"là {number(other, 'vi', 2 if m[2] == 'km2' else 0)} {m[2]}"
        else:
            m = neighbours[rng.integers(len(neighbours))]
            around = text[text.rfind("\n", 0, m.start()) : text.find("\n", m.start())]
            false = str(rng.choice([n for n in [*new["name"], "Không Có"] if n not in around]))
        planted = text[: m.start()] + false + text[m.end() :]
        if not {f.check for f in found(planted, new, old)} & {"D01", "D04", "D05", "D06"}:
            missed.append((m[0], false))
    assert missed == []


@pytest.mark.parametrize(
    ("was", "false", "check", "words"),
    [
        ("0,58", "0,59", "D06", r"0.33 \+ 0.59 \+ 0.82 = 1.74 km², but 1.73 is stated"),
        (", Suối Hoa và", " và", "D05", "borders .* Suối Hoa .*, which is not said"),
        ("Kinh Bắc, Suối", "Kinh Bắc, Vạn An, Suối", "D05", "does not border phường Vạn An"),
        ("Đại Phúc", "Phong Khê", "D05", "does not border phường Phong Khê"),
        ("và tỉnh Hải Dương", "và thành phố Bắc Ninh", "D05", "not border thành phố Bắc Ninh"),
        ("1,73", "2,73", "D01", "2.73 km² are stated, the layer has 1.58"),
    ],
)
def test_the_clauses_of_2024(
    communes: gpd.GeoDataFrame, was: str, false: str, check: str, words: str
) -> None:
    assert [f.check for f in found(OF_2024, communes)] == ["D01"]  # the layer is a reconstruction
    assert was in OF_2024
    wrong = found(OF_2024.replace(was, false, 1), communes)
    assert [f for f in wrong if f.check == check and re.search(words, f.message)], wrong


@pytest.fixture(scope="module")
def communes(bac_ninh: Path) -> gpd.GeoDataFrame:
    units = read_units(bac_ninh / "bac_ninh_communes.shp", target_crs=pyproj.CRS.from_epsg(9209))
    return units.drop(columns="population")  # of the census of 2009


def test_districts_stand_for_their_units() -> None:
    _, new, _ = layers()
    new = new.assign(district=["Huyện A", "Huyện A", *["Huyện B"] * 5])
    text = f"{HEAD}1. Thành lập phường {NAMES[0]} Mới trên cơ sở nhập xã X và xã Y.\n"
    said = f"{text}Phường {NAMES[0]} Mới giáp phường {NAMES[1]} Mới, huyện B và tỉnh Z."
    assert found(said, new) == []
    missing = found(said.replace("huyện B và ", ""), new)
    assert {f.check for f in missing} == {"D05"}
    assert all("which is not said" in f.message for f in missing)


def test_the_command(tmp_path: Path) -> None:
    old, new, table = layers()
    text, layer = tmp_path / "draft.txt", tmp_path / "new.gpkg"
    drafted = draft(table, province="24", figures=figures_of(old, new)).text
    new.reset_index().to_file(layer)
    text.write_text(drafted, "utf-8")
    done = run("crosswalk", "check-text", text, "--layer", layer)
    assert (done.code, done.out) == (0, "7 new units checked, 0 differences\n"), done.err
    text.write_text(
        drafted.replace("có diện tích tự nhiên là 2,00", "có diện tích tự nhiên là 9,00"), "utf-8"
    )
    done = run("crosswalk", "check-text", text, "--layer", layer, "--out", tmp_path / "f.csv")
    assert done.code == 1
    assert "D06" in done.err
    assert set(pd.read_csv(tmp_path / "f.csv")["check"]) >= {"D01", "D06"}
