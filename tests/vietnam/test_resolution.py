"""Resolutions and compositions: what they say becomes of whom, and what is not understood."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest
from commands import run

from geo_merge import read_table
from geo_merge.errors import TableError, UsageError
from geo_merge.vietnam import gazetteer
from geo_merge.vietnam.names import bare_key
from geo_merge.vietnam.provinces import PROVINCES, find_province
from geo_merge.vietnam.resolutions.compositions import plan_from_compositions, plan_from_resolution
from geo_merge.vietnam.resolutions.grammar import (
    NotUnderstoodError,
    read_composition,
    read_sentence,
)
from geo_merge.vietnam.resolutions.plan import old_units
from geo_merge.vietnam.resolutions.resolution import parse_resolution
from geo_merge.vietnam.resolutions.sentences import Member, Mode

ALL = "toàn bộ diện tích tự nhiên, quy mô dân số của"
SOME = "một phần diện tích tự nhiên, quy mô dân số của"
HEAD = """QUYẾT NGHỊ:
Điều 1. Sắp xếp các đơn vị hành chính cấp xã của tỉnh Bắc Ninh
Trên cơ sở Đề án của Chính phủ, Ủy ban Thường vụ Quốc hội quyết định như sau:
"""
TAIL = "\nĐiều 2. Hiệu lực thi hành\n1. Nghị quyết này có hiệu lực từ ngày được thông qua.\n"


def merged(text: str) -> list[tuple[str, str, str, Mode]]:
    return [(m.unit_type, m.name, m.district, m.mode) for m in read_sentence(text).members]


def test_a_list_gives_its_type_to_all_and_a_qualifier_to_one() -> None:
    said = read_sentence(
        f"Sắp xếp {ALL} các xã Đồng Tiến (huyện Yên Thế), Canh Nậu và Xuân Lương thành xã mới có "
        "tên gọi là xã Xuân Lương."
    )
    assert (said.kind, said.unit_type, said.name) == ("arranged", "Xã", "Xuân Lương")
    assert [(m.unit_type, m.name, m.district, m.behind) for m in said.members] == [
        ("Xã", "Đồng Tiến", "Huyện Yên Thế", ""),
        ("Xã", "Canh Nậu", "", ""),
        ("Xã", "Xuân Lương", "", ""),
    ]


def test_a_qualifier_reaches_back_over_and() -> None:
    said = read_sentence(
        f"Sắp xếp {ALL} xã Tân Minh và xã Đông Xuân (huyện Sóc Sơn), các xã Phù Lỗ, Phù Linh thành "
        "xã mới có tên gọi là xã Sóc Sơn"
    )
    assert [(m.name, m.district, m.behind) for m in said.members] == [
        ("Tân Minh", "", "Huyện Sóc Sơn"),
        ("Đông Xuân", "Huyện Sóc Sơn", ""),
        ("Phù Lỗ", "", ""),
        ("Phù Linh", "", ""),
    ]


def test_a_mode_runs_until_the_next() -> None:
    said = merged(
        f"Sắp xếp {ALL} phường A, {SOME} các phường B, C, xã D, một phần diện tích tự nhiên, toàn "
        "bộ quy mô dân số của phường E, một phần diện tích tự nhiên của xã G và phần còn lại của "
        "phường H, phường I sau khi sắp xếp theo quy định tại khoản 5 và khoản 6 Điều này thành "
        "phường mới có tên gọi là phường K"
    )
    assert [(kind, name, mode) for kind, name, _, mode in said] == [
        ("Phường", "A", Mode.WHOLE),
        ("Phường", "B", Mode.PART),
        ("Phường", "C", Mode.PART),
        ("Xã", "D", Mode.PART),
        ("Phường", "E", Mode.PART_ALL_PEOPLE),
        ("Xã", "G", Mode.PART_AREA),
        ("Phường", "H", Mode.REST),
        ("Phường", "I", Mode.REST),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Sắp xếp {ALL} của xã A và xã B thành xã mới có tên gọi là xã C", [("Xã", "A", ""), ("Xã", "B", "")]),
        ("Sắp xếp toàn bộ diện tích tự nhiên, quy mô dân số xã A và xã B thành xã mới có tên gọi là xã C", [("Xã", "A", ""), ("Xã", "B", "")]),
        ("Sắp xếp toàn bộ diện tích tự nhiên, quy mô dân của xã A thành xã mới có tên gọi là xã C", [("Xã", "A", "")]),
        (f"Sắp xếp {ALL} xã A ( thị xã Kiến Tường ) thành phường mới có tên gọi là phường C", [("Xã", "A", "Thị xã Kiến Tường")]),
        (f"Sắp xếp {ALL} Phường IV và phường Phường 5 thành phường mới có tên gọi là phường C", [("Phường", "IV", ""), ("Phường", "5", "")]),
        (f"Sắp xếp {ALL} các xã A,B, C thành xã mới có tên gọi là xã D", [("Xã", "A", ""), ("Xã", "B", ""), ("Xã", "C", "")]),
        (f"Sắp xếp {ALL} thị trấn A và các xã B, Văn Miếu - Quốc Tử Giám thành xã mới có tên gọi là xã D", [("Thị trấn", "A", ""), ("Xã", "B", ""), ("Xã", "Văn Miếu - Quốc Tử Giám", "")]),
        (f"Sắp xếp {ALL} huyện Côn Đảo thành đặc khu có tên gọi là đặc khu Côn Đảo", [("Huyện", "Côn Đảo", "")]),
        (f"Sắp xếp {ALL} xã Xí m Vàng thành xã mới có tên gọi là xã D", [("Xã", "Xí m Vàng", "")]),
        (f"Sắp xếp {ALL} xã Cư M’gar và Ea H'đing thành xã mới có tên gọi là xã D", [("Xã", "Cư M’gar", ""), ("", "Ea H'đing", "")]),
        (f"Sắp xếp {ALL} xã A (huyện Châu Thành, tỉnh Long An) thành xã mới có tên gọi là xã D", [("Xã", "A", "Huyện Châu Thành")]),
        ("Nhập toàn bộ 18,10 km2 diện tích tự nhiên, 4.448 người của xã A vào thị trấn B", [("Xã", "A", "")]),
        ("Thành lập phường D trên cơ sở nhập toàn bộ 3,40 km2 diện tích tự nhiên, quy mô dân số là 3.749 người của xã A và toàn bộ 5,18 km² diện tích tự nhiên, 3.185 người của phường B", [("Xã", "A", ""), ("Phường", "B", "")]),
        ("Nhập toàn bộ diện tích tự nhiên là 4,27 km2 và quy mô dân số là 3.154 người của xã A vào xã B", [("Xã", "A", "")]),
        ("Thành lập phường D thuộc thị xã Việt Yên trên cơ sở toàn bộ 7,35 km2 diện tích tự nhiên và quy mô dân số 8.100 người của xã D", [("Xã", "D", "")]),
        ("Sáp nhập xã A, xã B và xã C thành xã D", [("Xã", "A", ""), ("Xã", "B", ""), ("Xã", "C", "")]),
        ("Đổi tên xã A thành xã B", [("Xã", "A", "")]),
    ],
)  # fmt: skip
def test_noise_in_print_is_read_through(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(kind, name, where) for kind, name, where, _ in merged(text)] == expected


def test_land_that_is_no_unit() -> None:
    said = read_sentence(
        f"Sắp xếp {ALL} xã Phong Vân, xã Biên Sơn và toàn bộ diện tích tự nhiên của Trường bắn TB1 "
        "thành xã mới có tên gọi là xã Biên Sơn."
    )
    assert said.members[2] == Member("", "Trường bắn TB1", mode=Mode.AREA, is_piece=True)


def test_a_composition_says_what_is_left_of_a_unit() -> None:
    members = read_composition(
        "Xã Đông La, Phường Quang Trung (quận Hà Đông) (phần còn lại sau khi sáp nhập vào phường A, "
        "xã B), Xã Trần Hợi (một phần), Khu vực bãi bồi ven biển (do huyện Kim Sơn quản lý)"
    )
    assert [(m.name, m.district, m.mode, m.note) for m in members] == [
        ("Đông La", "", Mode.WHOLE, ""),
        ("Quang Trung", "Quận Hà Đông", Mode.REST, "phường A, xã B"),
        ("Trần Hợi", "", Mode.PART, ""),
        ("Khu vực bãi bồi ven biển", "", Mode.WHOLE, "do huyện Kim Sơn quản lý"),
    ]
    assert read_composition("Không sáp nhập") == ()


@pytest.mark.parametrize(
    "text",
    ["Sắp xếp xã A của xã B thành xã mới có tên gọi là xã C", "Xã A sẽ đẹp hơn", "Nhập xã A"],
)
def test_what_is_not_understood_is_not_guessed(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        read_sentence(text)


def as_text(table: pd.DataFrame, closing: str) -> str:
    """Write Article 1 from compositions, as the resolutions do."""
    clauses = []
    for row in table.to_dict("records"):
        if row["composition"] == "Không sáp nhập":
            continue
        members = [m[0].lower() + m[1:] for m in row["composition"].split(", ")]
        pieces = [
            f"toàn bộ diện tích tự nhiên của {m[0].upper()}{m[1:]}"
            for m in members
            if m.startswith("trường bắn")
        ]
        members = [m for m in members if not m.startswith("trường bắn")] + pieces
        kind = row["new_type"].lower()
        listed = " và ".join([", ".join(members[:-1]), members[-1]])
        clauses.append(
            f"Sắp xếp {ALL} {listed} thành {kind} mới có tên gọi là {kind} {row['new_name']}."
        )
    numbered = [f"{k}. {c}" for k, c in enumerate([*clauses, closing], start=1)]
    return HEAD + "\n\n".join(numbered) + TAIL


CLOSING = (
    "Sau khi sắp xếp, tỉnh Bắc Ninh có 99 đơn vị hành chính cấp xã, gồm 66 xã và 33 phường; trong "
    "đó có 65 xã, 33 phường hình thành sau sắp xếp quy định tại Điều này và 01 xã không thực hiện "
    "sắp xếp là xã Tuấn Đạo."
)


@pytest.fixture(scope="module")
def article(bac_ninh: Path) -> str:
    return as_text(read_table(bac_ninh / "official_statistics_2025.csv"), CLOSING)


def rows_of(frame: pd.DataFrame, columns: list[str]) -> list[tuple[str, ...]]:
    return sorted(frame[columns].itertuples(index=False, name=None))


def test_the_compositions_of_bac_ninh_make_its_crosswalk(bac_ninh: Path, vietnam: Path) -> None:
    truth = read_table(bac_ninh / "crosswalk.csv")
    for table in (bac_ninh / "official_statistics_2025.csv", vietnam / "compositions_2025.csv"):
        plan = plan_from_compositions(table, province="24")
        assert plan.problems == []
        assert rows_of(plan.crosswalk, [*truth]) == rows_of(truth, [*truth])


@pytest.mark.parametrize("suffix", [".txt", ".docx", "-tcvn3.txt", "-unnumbered.docx"])
def test_the_text_of_bac_ninh_makes_its_crosswalk(
    bac_ninh: Path, tmp_path: Path, article: str, suffix: str
) -> None:
    path = write_article(article, tmp_path, suffix)
    truth = read_table(bac_ninh / "crosswalk.csv")
    plan = plan_from_resolution(path)
    assert plan.problems == []
    assert rows_of(plan.crosswalk, [*truth]) == rows_of(truth, [*truth])
    row = plan.crosswalk.set_index("old_code").loc["07654"]
    assert row["words"].startswith("Sắp xếp toàn bộ")
    assert "xã An Lạc" in row["words"]
    assert row["clause"].startswith("clause ")


def write_article(article: str, folder: Path, suffix: str) -> Path:
    path = folder / f"resolution{suffix}"
    if suffix == ".txt":
        path.write_text(article, "utf-8")
    elif suffix == "-tcvn3.txt":
        pytest.importorskip("geo_merge.vietnam.files.encodings").register()
        path.write_bytes(article.encode("tcvn3"))
    else:
        document = pytest.importorskip("docx").Document()
        for line in article.splitlines():
            number, _, rest = line.partition(". ")
            numbered = number.isdigit() and suffix.startswith("-")
            document.add_paragraph(rest if numbered else line)
        document.save(str(path))
    return path


def test_a_pdf_with_text(tmp_path: Path, article: str, chromium: str) -> None:
    page = tmp_path / "r.html"
    page.write_text(f"<meta charset=utf-8><pre style='white-space: pre-wrap'>{article}", "utf-8")
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
               f"--print-to-pdf={tmp_path / 'r.pdf'}", page.as_uri()]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    plan = plan_from_resolution(tmp_path / "r.pdf")
    assert plan.problems == []
    assert len(plan.crosswalk) == 314


@pytest.mark.parametrize(
    "between", ["\n\n- 2 -\n\n", "\n– 2 –\n", "\n\n2\n\n", "\nTrang 2/12\n", "\n\f2 / 12\n", " "]
)
def test_pages_and_line_ends_part_no_clauses_wrongly(between: str) -> None:
    clauses = [f"{k}. Sắp xếp {ALL} các xã {a}, {b} thành xã mới có tên gọi là xã {b}."
               for k, (a, b) in enumerate([("Tam Tiến", "An Thượng"), ("Đông Sơn", "Hương Vĩ")], 1)]  # fmt: skip
    said = parse_resolution(HEAD + between.join(clauses) + TAIL, "a.txt")
    assert said.problems == ()
    assert [s.clause for s in said.statements] == ["1", "2"]
    names = [[m.name for m in s.sentence.members] for s in said.statements]
    assert names == [["Tam Tiến", "An Thượng"], ["Đông Sơn", "Hương Vĩ"]]


def test_the_closing_clause_counts(tmp_path: Path, article: str) -> None:
    path = tmp_path / "r.txt"
    path.write_text(article.replace("gồm 66 xã", "gồm 67 xã"), "utf-8")
    (problem,) = plan_from_resolution(path).problems
    assert "66 xã where it says 67" in problem


def test_a_clause_that_is_not_understood_is_an_error_with_its_number(
    tmp_path: Path, article: str
) -> None:
    path = tmp_path / "r.txt"
    path.write_text(article.replace("1. Sắp xếp toàn bộ", "1. Gom hết toàn bộ", 1), "utf-8")
    done = run("crosswalk", "from-text", path, "--out", tmp_path / "c.csv")
    assert done.code == 1
    assert "r.txt clause 1: not understood from 'Gom hết" in done.err
    assert "Thọ Xương" in done.err
    assert "7 old units are not named: 07201 Phường Thọ Xương" in done.err


def test_a_rest_refers_to_clauses_that_have_the_other_parts(tmp_path: Path) -> None:
    text = (
        f"1. Sắp xếp {SOME} xã Lệ Viễn thành xã mới có tên gọi là xã An Lạc.\n"
        "2. Sắp xếp phần còn lại của xã Lệ Viễn sau khi sắp xếp theo quy định tại khoản 1, khoản 3 "
        "Điều này thành xã mới có tên gọi là xã Sơn Động.\n"
    )
    (tmp_path / "r.txt").write_text(HEAD + text + TAIL, "utf-8")
    plan = plan_from_resolution(tmp_path / "r.txt")
    assert plan.crosswalk["mode"].str.partition(",")[0].tolist() == ["rest", "part"]
    (problem,) = [p for p in plan.problems if "W05" in p]
    assert "clause 2: the rest of Xã Lệ Viễn refers to clause 3, where no part of it" in problem


def test_a_unit_joined_twice_as_a_whole_is_an_error(tmp_path: Path) -> None:
    text = "\n".join(
        f"{k}. Sắp xếp {ALL} xã Lệ Viễn thành xã mới có tên gọi là xã {name}."
        for k, name in ((1, "An Lạc"), (2, "Sơn Động"))
    )
    (tmp_path / "r.txt").write_text(HEAD + text + TAIL, "utf-8")
    problems = plan_from_resolution(tmp_path / "r.txt").problems
    assert any(
        "07654 Xã Lệ Viễn (Huyện Sơn Động) is joined" in p and "[W02]" in p for p in problems
    )


def test_a_resolution_before_2025(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text(
        """Điều 1. Sắp xếp các đơn vị hành chính cấp xã thuộc tỉnh Bắc Giang

1. Sắp xếp các đơn vị hành chính cấp xã thuộc huyện Sơn Động như sau:
a) Nhập toàn bộ 18,10 km2 diện tích tự nhiên, 4.448 người của xã An Châu vào thị trấn An Châu. Sau khi nhập, thị trấn An Châu có 20,2 km2 diện tích tự nhiên và quy mô dân số 9.000 người.
Thị trấn An Châu giáp các xã An Bá, An Lập;
b) Thành lập xã Vĩnh An trên cơ sở nhập toàn bộ 12,66 km2 diện tích tự nhiên, 3.937 người của xã Vĩnh Khương và toàn bộ 1,94 km2 diện tích tự nhiên, 8.961 người của xã An Lập;
c) Sau khi sắp xếp, huyện Sơn Động có 17 đơn vị hành chính cấp xã, gồm 15 xã và 02 thị trấn.
2. Nhập một phần 1,2 km2 diện tích tự nhiên, 300 người của xã Lệ Viễn vào xã An Lạc.
Điều 2. Hiệu lực
""",
        "utf-8",
    )  # fmt: skip
    plan = plan_from_resolution(tmp_path / "r.txt")
    assert plan.problems == []
    columns = ["old_code", "old_type", "old_name", "new_code", "new_name", "mode"]
    assert [tuple(row) for row in plan.crosswalk[columns].to_numpy()] == [
        ("", "Xã", "An Châu", "07615", "An Châu", "whole"),
        ("07615", "Thị trấn", "An Châu", "07615", "An Châu", "whole"),
        ("", "Xã", "Vĩnh Khương", "07648", "Vĩnh An", "whole"),
        ("", "Xã", "An Lập", "07648", "Vĩnh An", "whole"),
        ("", "Xã", "Lệ Viễn", "07645", "An Lạc", "part"),
        ("07645", "Xã", "An Lạc", "07645", "An Lạc", "whole"),
        ("07654", "Xã", "Lệ Viễn", "07654", "Lệ Viễn", "rest"),
    ]
    assert plan.crosswalk["old_district"].iloc[2] == "huyện Sơn Động"


def test_abbreviations_and_numbers_do_not_end_a_sentence() -> None:
    text = HEAD + f"1. Sắp xếp {ALL} thị trấn NT. Liên Sơn thành xã mới có tên gọi là xã A." + TAIL
    (said,) = parse_resolution(text, "r.txt").statements
    assert said.words.endswith("xã A.")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("r.txt", "Nghị quyết".encode(), "no Article 1"),
        ("r.txt", "Điều 1. Phạm vi\nKhông có gì.\nĐiều 2.".encode(), "has no clauses"),
        ("r.txt", b" ", "is empty"),
        ("r.txt", b"\xd0\xcf\x11\xe0rest", "Word before 2007.*save it as .docx"),
        ("r.docx", b"\xd0\xcf\x11\xe0rest", "Word before 2007.*save it as .docx"),
        ("r.docx", b"<html>", "named like a Word document.*F01"),
        ("r.docx", b"PK\x03\x04 cut off", "named like a Word document.*F01"),
        ("r.pdf", b"<html>", "named like a PDF.*F01"),
        ("r.pdf", b"%PDF-1.4 cut off", "damaged PDF.*F03"),
        ("r.odt", b"x", "unknown format"),
        ("r.txt", b"%PDF-1.4", "no plain text"),
        ("r.txt", b"\xff\xe1\xba\x01 \x81", "in no encoding that was tried"),
    ],
)  # fmt: skip
def test_bad_texts_are_one_sentence(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError, match=message) as raised:
        plan_from_resolution(tmp_path / name)
    assert len(raised.value.problems) == 1
    out = tmp_path / "out.csv"
    assert run("crosswalk", "from-text", tmp_path / name, "--out", out).code == 2
    assert not out.exists()


def test_a_scanned_pdf_has_no_text(tmp_path: Path) -> None:
    writer = pytest.importorskip("pypdf").PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(tmp_path / "r.pdf")
    with pytest.raises(TableError, match="seems to be scanned"):
        plan_from_resolution(tmp_path / "r.pdf")


def test_the_province_must_be_said(tmp_path: Path) -> None:
    text = f"Điều 1. Sắp xếp\n1. Sắp xếp {ALL} xã A thành xã mới có tên gọi là xã B.\nĐiều 2."
    (tmp_path / "r.txt").write_text(text, "utf-8")
    with pytest.raises(UsageError, match="--province"):
        plan_from_resolution(tmp_path / "r.txt")
    with pytest.raises(UsageError, match="none of the 34 provinces"):
        plan_from_resolution(tmp_path / "r.txt", province="Atlantis")


def test_the_export_of_the_statistics_office(tmp_path: Path) -> None:
    heading = "Tỉnh,Tên Tỉnh,Xã,Tên Xã,Cấp,Ghi Chú\n"
    rows = '24,Tỉnh Bắc Ninh,07654,Xã An Lạc,Xã,"Xã Lệ Viễn, Xã An Lạc (huyện Sơn Động)"\n'
    (tmp_path / "t.csv").write_text(heading + rows + heading + heading, "utf-8")
    plan = plan_from_compositions(tmp_path / "t.csv")
    assert rows_of(plan.crosswalk, ["old_code", "new_code"]) == [
        ("07645", "07654"),
        ("07654", "07654"),
    ]
    assert plan.crosswalk["words"].iloc[0] == "Xã An Lạc: Xã Lệ Viễn, Xã An Lạc (huyện Sơn Động)"
    (problem,) = plan.problems  # a table of one unit leaves the others unnamed
    assert "311 old units are not named" in problem


def test_a_table_without_the_columns(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(TableError, match=r"no column with the new name .*it has a, b"):
        plan_from_compositions(tmp_path / "t.csv")


def test_nearly_all_compositions_of_the_country_are_read_and_matched(vietnam: Path) -> None:
    table = read_table(vietnam / "compositions_2025.csv")
    read, failed = {}, []
    for row, text in table["composition"].items():
        try:
            read[row] = read_composition(text)
        except NotUnderstoodError as error:
            failed.append(f"{text} from {error}")
    assert failed == ["Phường Cờ Đỏ, Phường Thảo Ngu yên from yên"]
    matched = members = 0
    for row, units in read.items():
        old = old_units(find_province(table.at[row, "province"]).code)
        found = [
            old.find(m.name, unit_type=m.unit_type, parents=(m.district,), behind=m.behind)
            for m in units
        ]
        members += len(found)
        matched += sum(match.unit is not None for match in found)
    assert members >= 10_424
    assert matched >= 10_390


def test_no_member_is_matched_wrongly(vietnam: Path) -> None:
    """But for what the compositions themselves get wrong: two wards that they call communes."""
    truth = defaultdict(set)
    for row in read_table(vietnam / "crosswalk_2025.csv").to_dict("records"):
        truth[row["new_code"]].add(row["old_code"])
    plan = plan_from_compositions(vietnam / "compositions_2025.csv")
    rows = plan.crosswalk[(plan.crosswalk["old_code"] != "") & (plan.crosswalk["new_code"] != "")]
    wrong = [r for r in rows.to_dict("records") if r["old_code"] not in truth[r["new_code"]]]
    assert [(r["old_name"], r["new_name"]) for r in wrong] == [
        ("Phú Bình", "Long Khánh"),
        ("Xuân Hòa", "Long Khánh"),
    ]
    assert any("26083 Phường Xuân Hòa" in p and "26086 Phường Phú Bình" in p for p in plan.problems)


@pytest.mark.parametrize("code", sorted({code for _, _, code, _ in PROVINCES}))
def test_the_national_crosswalk(vietnam: Path, code: str) -> None:
    truth = read_table(vietnam / "crosswalk_2025.csv")
    truth = truth[truth["new_province_code"] == code]
    columns = ["old_code", "new_code"]
    assert rows_of(gazetteer.crosswalk(code), columns) == rows_of(truth, columns)


def test_crosswalk_commands(bac_ninh: Path, tmp_path: Path) -> None:
    out = tmp_path / "c.csv"
    assert run("crosswalk", "--province", "Bắc Ninh", "--out", out).code == 0
    assert len(read_table(out)) == 313
    table = bac_ninh / "official_statistics_2025.csv"
    assert run("crosswalk", "from-compositions", table, "--out", out).code == 0
    assert len(read_table(out)) == 314
    printed = run("crosswalk", "--province", "24").out
    assert printed.splitlines()[0].startswith("old_code,old_name")
    done = run("crosswalk")
    assert (done.code, "--province" in done.err) == (2, True)
    assert run("crosswalk", "--province", "99").code == 2
    assert run("crosswalk", "--province", "24", "from-compositions", table).code == 2


@pytest.mark.parametrize(
    "text",
    ["24", "bắc ninh", "Tỉnh Bắc Ninh", "BAC NINH", "bac_ninh", "tinh-bac-ninh", " Bắc Ninh ",
     "27", "Bắc Giang", "T. Bắc Giang", "bac giang"],
)  # fmt: skip
def test_provinces_are_found_by_code_or_name(text: str) -> None:
    assert find_province(text).code == "24"


def test_an_old_province_means_the_one_that_it_is_part_of_and_that_is_told() -> None:
    for old, name, new, new_name in PROVINCES:
        assert find_province(old).code == find_province(name).code == new
        assert find_province(new).note == find_province(new_name).note == ""
    assert (
        find_province("Yên Bái").note
        == "Yên Bái is part of Lào Cai (15) since 2025; that is taken."
    )
    assert find_province("TP.HCM").code == find_province("Bà Rịa – Vũng Tàu").code == "79"
    assert find_province("Thừa Thiên Huế").code == "46"
    assert find_province("1") == find_province("Thủ đô Hà Nội") == find_province("Hanoi")
    with pytest.raises(UsageError, match="'Paris' is none of the 34 .*24 Bắc Ninh"):
        find_province("Paris")
    with pytest.raises(UsageError):
        find_province("")


def test_bare_names_have_no_type() -> None:
    assert bare_key("Thủ đô Hà Nội") == bare_key("Thành phố Hà Nội")
