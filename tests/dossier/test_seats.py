"""Whose office a seat is, and what becomes of the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from commands import run
from small_results import small_result

from geo_merge.dossier.content import Paragraph
from geo_merge.dossier.material import Material, added, read_material
from geo_merge.dossier.offices.after import Offices, Status, weighted_mean
from geo_merge.dossier.offices.seats import Reading, read_seat
from geo_merge.dossier.offices_files import write_offices
from geo_merge.dossier.offices_section import offices_section
from geo_merge.errors import ExportError, TableError
from geo_merge.vietnam.country import VIETNAM

Folder = Callable[..., Path]
MEMBERS = pd.DataFrame(
    {"name": ["Đồng Kỳ", "Đồng Vương", "Lệ Viễn"], "unit_type": ["Xã", "Thị trấn", "Xã"],
     "district": "Thành phố Bắc Ninh"},
    index=["1", "2", "3"],
)  # fmt: skip


@pytest.fixture
def folder(grid: Callable[..., gpd.GeoDataFrame], tmp_path: Path) -> Folder:
    """Writes a small result."""
    return lambda **names: small_result(grid, tmp_path, **names)


@pytest.mark.parametrize(
    ("text", "reading", "members"),
    [
        ("Trụ sở Đảng ủy, HĐND, UBND xã Đồng Kỳ (cũ)", "member", ("1",)),
        ("UBND TT. Đồng Vương", "member", ("2",)),
        ("Trụ sở UBND xã Đồng Vương (cũ)", "other_type", ("2",)),
        ("Trụ sở UBND xã Đồng Kỳ, Lệ Viễn (cũ)", "several", ("1", "3")),
        ("Trụ sở UBND TP Bắc Ninh. (cũ)", "district", ()),
        ("Trụ sở UBND xã Lệ Viên (cũ)", "similar", ()),
        ("Trụ sở UBND xã (cũ)", "unnamed", ()),
        ("Nhà văn hóa Đồng Kỳ", "name", ("1",)),
        ("Trụ sở UBND xã Quảng Phú Cầu", "unknown", ()),
        ("đang cập nhật", "unknown", ()),
        ("", "unknown", ()),
    ],
)
def test_a_seat_is_read_and_never_guessed(
    text: str, reading: str, members: tuple[str, ...]
) -> None:
    seat = read_seat(text, MEMBERS, ["Xã", "Thị trấn"], VIETNAM)
    assert (seat.reading, seat.members) == (reading, members)
    assert seat.suggested == ("3" if reading == "similar" else "")


def with_tables(result: Path, **texts: str) -> Material:
    """Return the material of a result with tables of a planner."""
    paths: dict[str, Path | None] = dict.fromkeys(("seats", "offices", "agencies"))
    for name, text in texts.items():
        paths[name] = result.parent / f"given_{name}.csv"
        (result.parent / f"given_{name}.csv").write_text(text, "utf-8")
    return added(read_material(result, "vi", country=VIETNAM.everywhere()), **paths)


def offices(result: Path, seats: str, **tables: str) -> Offices:
    given = with_tables(result, seats=seats, **tables).offices
    assert given is not None
    return given


def test_one_office_stays_and_the_rest_are_freed(folder: Folder) -> None:
    result = offices(folder(), "new_code,seat\nN1,UBND xã Đồng Kỳ\nN2,UBND huyện Một\n")
    status = dict(zip(result.table["name"], result.table["status"], strict=True))
    assert status == {"Xã Đồng Kỳ": "kept", "Xã Đồng Vương": "freed", "Xã Lệ Viễn": "freed",
                      "Xã Tân An": "freed", "Huyện Một": "seat"}  # fmt: skip
    assert result.freed == 3
    # Middles of two squares of 1 km side by side; only N1 has a seat with a place.
    assert result.distances["km"].round(3).tolist() == [0.0, 1.0]
    assert weighted_mean(result.distances) == pytest.approx(200 / 300, abs=1e-3)


def test_what_is_open_stays_open_and_is_counted_once(folder: Folder) -> None:
    result = offices(folder(), "new_code,seat\nN1,UBND xã Đồng Ky Ha\nN2,đang cập nhật\n")
    assert result.count("commune", Status.UNKNOWN) == 4
    assert result.seats["N1"].reading is Reading.SIMILAR
    assert (result.one_of, result.freed) == (1, 1)  # of N1's two offices one stays; N2's unknown
    assert result.count("district", Status.UNKNOWN) == 1  # N2 may take it


def test_a_code_settles_what_the_text_leaves_open_and_is_told_where_it_differs(
    folder: Folder,
) -> None:
    table = "new_code,seat,seat_old_code\nN1,UBND xã,00002\nN2,UBND xã Lệ Viễn,00004\n"
    result = offices(folder(), table)
    assert result.seats["N1"].members == ("00002",)
    assert result.seats["N2"].members == ("00003",)
    assert result.contradicted == ["N2"]


def test_a_seat_outside_of_its_unit_is_told_in_the_paper(folder: Folder) -> None:
    """N1 has the first two of four squares, N2 the others: by code, by place, and both right."""
    made, codes = folder(), "new_code,seat_old_code,lon,lat\n"
    by_code = offices(made, codes + "N1,00003,,\nN2,4,,\n")  # 4 is 00004: a table dropped zeros
    assert (by_code.seats_outside, by_code.contradicted) == (["N1"], [])
    places = by_code.table.set_index("old_code")[["lon", "lat"]]
    one, two = (",".join(map(str, places.loc[code])) for code in ("00001", "00003"))
    assert offices(made, f"{codes}N1,,{two}\nN2,,{two}\n").seats_outside == ["N1"]
    assert offices(made, f"{codes}N1,,{one}\nN2,,{two}\n").seats_outside == []
    section = offices_section(with_tables(made, seats=f"{codes}N1,,{two}\n"))
    told = [b for b in section.blocks if isinstance(b, Paragraph) and b.style == "warning"]
    assert [t.text.startswith("1 đơn vị mới có trụ sở nằm ngoài") for t in told] == [True]


def test_offices_of_a_table(folder: Folder) -> None:
    table = (
        "name,old_code,kind,land_m2,proposal,lon,lat\n"
        "Trụ sở A,00001,xã,1200,,,\nTrụ sở B,00002,xã,800,trạm y tế,100,20\nCông an,00003,khác,,,,\n"
    )
    result = offices(folder(), "new_code,seat\nN1,UBND xã Đồng Kỳ\n", offices=table)
    assert result.table["status"].tolist() == ["kept", "freed", "unknown"]
    assert result.table["land_m2"].tolist()[:2] == [1200, 800]
    assert list(result.outside) == ["00002"]  # a point far away is not used
    assert list(result.without) == ["00003", "00004"]


def test_files_of_offices_have_the_columns_of_the_form(folder: Folder, tmp_path: Path) -> None:
    seats, out = tmp_path / "seats.csv", tmp_path / "p"
    seats.write_text("new_code,seat\nN1,UBND xã Đồng Kỳ\n", "utf-8")
    done = run("dossier", folder(), "--out", out / "a.html", "--lang", "vi", "--seats", seats,
               "--section", "offices")  # fmt: skip
    assert done.code == 0, done.err
    sheet = openpyxl.load_workbook(out / "offices.xlsx").active
    assert [c.value for c in sheet[1]] == [
        "TT", "Cơ quan, đơn vị và địa chỉ nhà, đất", "Diện tích đất (m²)",
        "Diện tích xây dựng nhà (m²)", "Diện tích sàn sử dụng nhà (m²)", "Hiện trạng sử dụng",
        "Phương án sắp xếp, xử lý",
    ]  # fmt: skip
    points = json.loads((out / "offices.geojson").read_text("utf-8"))["features"]
    assert [f["geometry"] is None for f in points] == [False] * 4 + [True]  # the district's


def test_files_of_others_are_left_alone(folder: Folder, tmp_path: Path) -> None:
    material = with_tables(folder(), seats="new_code,seat\nN1,UBND xã Đồng Kỳ\n")
    assert material.offices is not None
    for _ in range(2):  # its own it replaces
        write_offices(material, material.offices, tmp_path / "p")
    (tmp_path / "p" / "offices.csv").write_text("mine\n", "utf-8")
    with pytest.raises(ExportError, match="did not write"):
        write_offices(material, material.offices, tmp_path / "p")
    assert (tmp_path / "p" / "offices.csv").read_text("utf-8") == "mine\n"


@pytest.mark.parametrize(
    ("table", "text", "sentence"),
    [
        ("seats", "a,b\n1,2\n", "a column with new_code and one with seat"),
        ("seats", "new_code,seat\nN9,x\n", "row 2: N9 is the code of no new unit"),
        ("seats", "new_code,seat,lon,lat\nN1,x,999,1\n", "lon '999' is no place in degrees"),
        ("offices", "a,b\n1,2\n", "a column with name and one with old_code"),
        ("offices", "name,old_code\nA,99999\n", "row 2: 99999 is the code of no old unit"),
        ("offices", "name,lon,lat\nA,10,10\n", "its point lies in no old unit"),
        ("offices", "name,old_code,land_m2\nA,00001,wide\n", "land_m2 'wide' is no area"),
        ("agencies", "name,before\nA,1\n", "the columns body, after are missing"),
        ("agencies", "body,name,before,after\nX,A,one,1\n", "before 'one' is no count"),
        ("agencies", "body,name,before,after\nX,A,3,1\n,Tổng,4,1\n",
         "row 3: the total states 4 before, the rows of all rows add up to 3"),
    ],
)  # fmt: skip
def test_bad_tables_end_in_one_sentence(
    folder: Folder, table: str, text: str, sentence: str
) -> None:
    texts = {"seats": "new_code,seat\nN1,UBND xã Đồng Kỳ\n", table: text}
    with pytest.raises(TableError, match=sentence) as raised:
        with_tables(folder(), **texts)
    assert len(raised.value.problems) == 1


def test_a_bad_table_leaves_nothing_half_written(folder: Folder, tmp_path: Path) -> None:
    path = tmp_path / "agencies.csv"
    path.write_text("body,before,after\nX,3,1\nTổng,4,1\n", "utf-8")
    done = run("dossier", folder(), "--out", tmp_path / "p" / "a.html", "--agencies", path)
    assert (done.code, "the total states 4 before" in done.err) == (2, True)
    assert not (tmp_path / "p").exists()
