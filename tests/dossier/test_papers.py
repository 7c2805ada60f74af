"""Papers: the same content as DOCX, PDF and HTML, to scale, in one language, harmless."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import geopandas as gpd
import numpy as np
import pandas as pd
import pypdf
import pytest
import shapely
from commands import run
from conftest import CRS, ROOT, square
from small_results import small_result

from geo_merge.api import merge
from geo_merge.dossier.content import MOST_ROWS, Paragraph, Table
from geo_merge.dossier.document import SECTIONS, document_of
from geo_merge.dossier.material import Material, added, read_material
from geo_merge.dossier.offices_files import write_offices
from geo_merge.dossier.sections import measure
from geo_merge.dossier.to_docx import docx as as_docx
from geo_merge.dossier.to_html import html
from geo_merge.dossier.typesetting import pdf
from geo_merge.errors import TableError, UsageError
from geo_merge.results.files import write
from geo_merge.texts import say
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vocabulary.sentence import title_of
from geo_merge.vocabulary.shown import shown

Folder = Callable[..., Path]
HARM = "#panic() $x$ <script>alert(1)</script> =1+1 *b*\u202e\x07"
SHOWN = "#panic() $x$ <script>alert(1)</script> =1+1 *b*[U+202E][U+0007]"
MM = 72 / 25.4


@pytest.fixture
def folder(grid: Callable[..., gpd.GeoDataFrame], tmp_path: Path) -> Folder:
    """Writes a small result."""
    return lambda **names: small_result(grid, tmp_path, **names)


def paper(folder: Path, language: Any = "vi", **options: Any) -> Any:
    return document_of(read_material(folder, language, country=VIETNAM.everywhere()), **options)


def pdf_text(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def docx_text(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("word/document.xml").decode()


def test_what_has_no_shape_is_spelt_out() -> None:
    assert shown(HARM) == SHOWN
    assert shown("Hòa\n Bình\u00a0") == "Hòa Bình"


def test_every_section_says_something_even_without_data(folder: Folder) -> None:
    document = paper(folder())
    assert {s.key for s in document.sections} == set(SECTIONS)
    assert all(section.blocks for section in document.sections)
    assert len(document.figures) == 3 * 2 + 2
    text = html(document).decode()
    missing = ("no_standards", "no_seats", "no_agencies")
    assert all(say(f"dossier.{key}", "vi") in text for key in missing)
    for key in (*missing, "no_declared", "no_reconciliation"):
        told = "".join(say(f"dossier.{key}", language) for language in ("vi", "en"))
        assert not re.search(r"--|geo-merge|\.csv", told)  # of papers, not of a command line


def test_what_a_finding_counts_agrees_with_its_number(folder: Folder) -> None:
    country = VIETNAM.everywhere()
    for language, one, six in (("en", "1 unit", "6 codes"), ("vi", "1 đơn vị", "6 mã")):
        material = read_material(folder(), language, country=country)
        assert measure(material, 1.0, "units") == one
        assert measure(material, "6", "codes") == six
        assert measure(material, 1.0, "m²") == "1 m²"


def rows_of(document: Any, key: str) -> list[tuple[str, ...]]:
    (section,) = (s for s in document.sections if s.key == key)
    return [row for block in section.blocks if isinstance(block, Table) for row in block.rows]


def test_findings_have_the_title_of_their_check_and_decisions_their_words(folder: Folder) -> None:
    result = folder()
    found = pd.read_csv(result / "findings.csv", dtype=str)
    (result / "decisions.csv").write_text(
        f"id,decision,reason\n{found['id'][0]},mend,sửa ở xã\nx,,\n", "utf-8"
    )
    for language, words in (("vi", "Sửa ở dữ liệu gốc"), ("en", "To be mended in the source")):
        rows = rows_of(paper(result, language), "findings")
        for check, title, *_ in (row[1:] for row in rows[:-1]):
            assert title == title_of(check, language) != ""
        assert rows[-1] == (found["id"][0], words, "sửa ở xã")
        assert len(rows) == len(found) + 1


def test_standards_are_told_by_unit_class_and_law(folder: Folder) -> None:
    result = folder()
    table = "code,measure,value,standard,percent,verdict,clause\n" + "".join(
        f"N1,{measure},{value},{asked},{percent},{verdict},Luật 1 ({kind})\n"
        for kind, measure, value, asked, percent, verdict in (
            ("phường", "population", "31000.0", "21000.0", "147.62", "met"),
            ("phường", "area", "2.0", "5.5", "36.36", "not_met"),
            ("xã", "area", "2.0", "30.0", "6.67", "not_met"),
        )
    )
    (result / "standards.csv").write_text(table, "utf-8")
    document = paper(result)
    told = rows_of(document, "units")[0][-1]
    assert told == "phường: dân số 147,6 %, diện tích 36,4 %; xã: diện tích 6,7 %"
    assert "Tiêu chuẩn: Luật 1;" in html(document).decode()
    first = rows_of(document, "standards")[0]
    assert first == ("Phường Bắc (N1)", "dân số", "31.000", "21.000", "147,62", "đạt",
                     "Luật 1 (phường)")  # fmt: skip
    assert "đạt: 1" in html(document).decode()
    (result / "standards.csv").write_text(table + "N2,area,2,1,200,met,Luật 2\n", "utf-8")
    both = rows_of(paper(result), "units")
    assert both[0][-1].startswith("Luật 1 (phường): dân số 147,6 %, ")
    assert both[1][-1] == "Luật 2: diện tích 200,0 %"


def test_offices_are_on_a_map_by_what_becomes_of_them(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "seats.csv").write_text("new_code,seat\nN1,UBND xã Đồng Kỳ\nN2,chưa rõ\n", "utf-8")
    material = added(read_material(folder(), "vi", country=VIETNAM.everywhere()),
                     seats=tmp_path / "seats.csv", offices=None, agencies=None)  # fmt: skip
    document = document_of(material, names=("offices",))
    (figure,) = document.figures
    assert "Trụ sở sau sắp xếp" in figure.title
    status = material.offices.table["status"].astype(str)  # type: ignore[union-attr]
    placed = status[material.offices.table["lon"].notna()]  # type: ignore[union-attr]
    for key, colour in (("kept", "#111111"), ("freed", "#d1495b"), ("unknown", "#9a9a9a")):
        signs = re.findall(rf'width="1.20" height="1.20" fill="{colour}"', figure.svg)
        assert len(signs) == (placed == key).sum() + 1  # and one in the legend
    assert (placed == "kept").any()
    text = html(document).decode()
    assert "vẽ ở giữa đơn vị cũ: 4" in text


def test_very_many_offices_are_listed_beside_the_paper(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "seats.csv").write_text("new_code,seat\nN1,chưa rõ\nN2,chưa rõ\n", "utf-8")
    result = folder()
    code = read_material(result, "vi").result.old.index[0]

    def with_offices(count: int) -> Material:
        table = tmp_path / "offices.csv"
        table.write_text("name,old_code\n" + f"Trụ sở,{code}\n" * count, "utf-8")
        return added(read_material(result, "vi"), seats=tmp_path / "seats.csv", offices=table,
                     agencies=None)  # fmt: skip

    one_by_one = document_of(with_offices(MOST_ROWS), names=("offices",)).sections[0].blocks[-1]
    assert isinstance(one_by_one, Table)
    assert len(one_by_one.rows) == MOST_ROWS
    material = with_offices(MOST_ROWS + 1)
    told = document_of(material, names=("offices",)).sections[0].blocks[-1]
    assert isinstance(told, Paragraph)
    assert "5.001 trụ sở nằm trong tệp offices.xlsx" in told.text
    assert material.offices is not None
    write_offices(material, material.offices, tmp_path / "beside")
    listed = pd.read_excel(tmp_path / "beside" / "offices.xlsx", sheet_name="Mẫu số 01")
    assert len(listed) == MOST_ROWS + 1
    with pytest.raises(TableError, match=r"offices.csv has 30,001 rows, .* \[S05\]"):
        with_offices(30_001)


def test_more_agencies_than_a_paper_takes_are_refused(folder: Folder, tmp_path: Path) -> None:
    table = tmp_path / "agencies.csv"
    table.write_text("body,name,before,after\n" + "A,B,2,1\n" * (MOST_ROWS + 1), "utf-8")
    with pytest.raises(TableError, match=r"agencies.csv has 5,001 rows, .* \[S05\]"):
        added(read_material(folder(), "vi"), seats=None, offices=None, agencies=table)


def test_units_that_live_on_are_on_the_paper(grid: Any, tmp_path: Path) -> None:
    old = grid(2, 1)
    table = pd.DataFrame({"old_code": old.index, "new_code": "N", "new_name": "Mới"})
    write(merge(old, table, below="Khu"), tmp_path / "result")
    document = paper(tmp_path / "result")
    assert "2 đơn vị cũ tiếp tục được giữ bên trong đơn vị mới: Khu 2." in html(document).decode()
    assert [row[4].strip() for row in rows_of(document, "old")] == [
        "Mới (N); được giữ là Khu", "Mới (N); được giữ là Khu",
    ]  # fmt: skip
    assert ("Được giữ bên trong", "Khu Xã 1, Khu Xã 2") in rows_of(document, "sheets")


def test_no_list_of_the_program_is_on_the_paper(folder: Folder) -> None:
    document = paper(folder())
    cells = [cell for section in document.sections for block in section.blocks
             if isinstance(block, Table) for row in block.rows for cell in row]  # fmt: skip
    assert "Đồng Kỳ, Đồng Vương (2)" in cells
    assert not [cell for cell in cells if "['" in cell or "nan" in cell.lower().split()]


def test_sums_and_declared_figures_are_on_the_paper(folder: Folder) -> None:
    (units,) = (s for s in paper(folder()).sections if s.key == "units")
    *rows, total = units.blocks[-1].rows
    assert [row[2] for row in rows] == ["Phường Bắc", "Phường Nam"]
    assert [row[3] for row in rows] == ["Đồng Kỳ, Đồng Vương", "Lệ Viễn, Tân An"]
    assert total[2:] == ("Tổng cộng", "", "4,00", "1.000", "4,10", "", "1.000")


@pytest.mark.parametrize("write_as", [pdf, as_docx, html])
def test_the_same_result_gives_the_same_bytes(folder: Folder, write_as: Any) -> None:
    result, names = folder(), ("summary", "units", "sheets")
    assert write_as(paper(result, names=names)) == write_as(paper(result, names=names))


def test_names_that_mean_harm_are_text(folder: Folder) -> None:
    document = paper(folder(names=(HARM, "Nam")), names=("units", "sheets"))
    page = html(document).decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "default-src 'none'" in page
    word = docx_text(as_docx(document))
    assert "#panic() $x$ &lt;script&gt;" in word
    assert "#panic() $x$ <script>" in pdf_text(pdf(document)).replace("\n", " ")


def test_fonts_are_embedded_and_of_one_family(folder: Folder) -> None:
    names = set()
    for page in pypdf.PdfReader(io.BytesIO(pdf(paper(folder())))).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            names.add(str(descriptor["/FontName"]).split("+")[1].split("-")[0])
    assert names == {"LibertinusSerif"}


def test_word_has_the_form_of_the_decree(folder: Folder) -> None:
    data = as_docx(paper(folder(), names=("summary", "units", "ledger")))
    word = docx.Document(io.BytesIO(data))
    margins = {
        (s.top_margin.mm, s.bottom_margin.mm, s.left_margin.mm, s.right_margin.mm)
        for s in word.sections
    }
    assert [tuple(round(m) for m in each) for each in margins] == [(20, 20, 30, 15)]
    assert [round(s.page_width.mm) for s in word.sections] == [210, 297, 210]
    normal = word.styles["Normal"]
    assert (normal.font.name, normal.font.size.pt) == ("Times New Roman", 13)
    assert word.paragraphs[0].text == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    xml = docx_text(data)
    assert xml.count("<w:tblHeader/>") == sum(
        t.rows[0].cells[0].text != "" for t in word.tables[:-1]
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        foot = archive.read("word/footer1.xml").decode()
    assert "NUMPAGES" in foot
    assert 'w:instr="PAGE"' in foot


def words_of(language: str) -> set[str]:
    texts = tomllib.loads((ROOT / f"geo_merge/texts/{language}.toml").read_text("utf-8"))
    return {
        w for group in texts.values() for t in group.values() for w in re.findall(r"\w+", t.lower())
    }


def test_no_word_of_the_other_language_is_on_the_paper(folder: Folder) -> None:
    result = folder()
    accents = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
    english = re.sub(r"<[^>]+>", " ", html(paper(result, "en")).decode())
    names = {"Phường", "Bắc", "Đồng", "Kỳ", "Vương", "Lệ", "Viễn", "Huyện", "Một", "Tân", "Xã"}
    assert {w for w in re.findall(r"\w+", english) if accents.search(w)} <= names
    vietnamese = re.sub(
        r"<style>.*</style>|<[^>]+>", " ", html(paper(result)).decode(), flags=re.DOTALL
    )
    plain = {w.lower() for w in re.findall(r"(?<![\w.-])[A-Za-z]{4,}(?![\w.-])", vietnamese)}
    only_english = words_of("en") - words_of("vi") - {"map", "typst"}
    # Names of programs, files, options and coordinate systems are names.
    assert plain & only_english - {"python", "numpy", "pandas", "merge", "build"} == set()


def test_a_note_of_names_without_room_stands_below_its_map(tmp_path: Path) -> None:
    """Two large units, and 36 of 20 m beside them: the note says so on A4, and A3 names the rest."""
    tiny = [square(c, r, 20.0) for c in range(-6, 0) for r in range(6)]
    shapes = [*tiny, square(0, 0, 9000.0), square(1, 0, 9000.0)]
    codes = [f"{k:05d}" for k in range(len(shapes))]
    old = gpd.GeoDataFrame({"name": codes, "unit_type": "Xã"}, geometry=shapes, crs=CRS,
                           index=pd.Index(codes, name="code"))  # fmt: skip
    table = pd.DataFrame({"old_code": codes, "new_code": [f"N{k // 2}" for k in range(len(codes))],
                          "new_type": "Xã"}).assign(new_name=lambda t: t["new_code"])  # fmt: skip
    write(merge(old, table), tmp_path / "tiny")
    document = paper(tmp_path / "tiny", "en", names=("maps",))
    pages = pypdf.PdfReader(io.BytesIO(pdf(document))).pages
    assert len(pages) == len(document.figures) == 6
    assert re.search(
        r"No room here for \d+ of the names; see the map on A3", pages[0].extract_text()
    )
    assert not any("see the map on A3" in page.extract_text() for page in pages[3:])


@pytest.fixture
def fifty_kilometres(tmp_path: Path) -> Path:
    """Ten squares of 5 km in a row, which become two units."""
    shapes = [square(c, 0, 5000.0) for c in range(10)]
    old = gpd.GeoDataFrame({"name": [f"Xã {k}" for k in range(10)], "unit_type": "Xã"},
                           geometry=shapes, crs=CRS,
                           index=pd.Index([f"{k:05d}" for k in range(10)], name="code"))  # fmt: skip
    table = pd.DataFrame({"old_code": old.index, "new_code": ["A"] * 5 + ["B"] * 5,
                          "new_name": "Mới", "new_type": "Xã"})  # fmt: skip
    write(merge(old, table), tmp_path / "long")
    return tmp_path / "long"


def test_fifty_kilometres_are_two_hundred_millimetres_at_250000(fifty_kilometres: Path) -> None:
    data = pdf(paper(fifty_kilometres, names=("maps",), scale=250_000.0))
    page = pypdf.PdfReader(io.BytesIO(data)).pages[0]
    path: list[tuple[float, float]] = []
    filled: list[tuple[float, float]] = []

    def visit(operator: bytes, operands: Any, cm: Any, _tm: Any) -> None:
        if operator in (b"m", b"l"):
            x, y = map(float, operands)
            path.append((cm[0] * x + cm[2] * y + cm[4], cm[1] * x + cm[3] * y + cm[5]))
        elif operator in (b"f*", b"B*"):
            filled.extend(path)
            path.clear()
        elif operator in (b"f", b"S", b"B", b"n"):
            path.clear()

    page.extract_text(visitor_operand_before=visit)
    drawn = shapely.minimum_rotated_rectangle(shapely.multipoints(np.array(filled) / MM))
    a, b, c = shapely.get_coordinates(drawn)[:3]
    sides = sorted([np.hypot(*(b - a)), np.hypot(*(c - b))])
    assert sides == pytest.approx([20.0, 200.0], abs=0.5)


def test_a_scale_takes_the_paper_it_needs_or_says_that_there_is_none(
    fifty_kilometres: Path,
) -> None:
    (first, *_) = paper(fifty_kilometres, names=("maps",), scale=100_000.0).sections
    assert (first.paper.name, first.paper.lies_across) == ("A2", True)
    with pytest.raises(UsageError, match="larger than A0; take 50000 or more"):
        paper(fifty_kilometres, names=("maps",), scale=10_000.0)


def test_commands_refuse_in_one_sentence(folder: Folder, tmp_path: Path) -> None:
    result = folder()
    for arguments, sentence in (
        (("--out", tmp_path / "a.odt"), "ends in .docx, .pdf, .html"),
        (("--out", tmp_path / "a.pdf", "--section", "x"), "--section x: unknown"),
    ):
        done = run("dossier", result, *arguments)
        assert (done.code, sentence in done.err) == (2, True)
    assert "holds no complete result" in run("dossier", tmp_path, "--out", tmp_path / "a.pdf").err
    assert not list(tmp_path.glob("a.*"))


@pytest.fixture(scope="module")
def province(bac_ninh: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of the real data, with declared figures."""
    out = tmp_path_factory.mktemp("province") / "result"
    layers = [bac_ninh / f"{name}_communes.shp" for name in ("bac_giang", "bac_ninh")]
    table = bac_ninh / "official_statistics_2025.csv"
    done = run("build", *layers, "--crosswalk", bac_ninh / "crosswalk.csv", "--declared", table,
               "--out", out)  # fmt: skip
    assert done.code == 0, done.err
    return out


def test_the_real_province(province: Path, bac_ninh: Path) -> None:
    material = read_material(province, "vi", country=VIETNAM)
    seats = bac_ninh / "official_statistics_2025.csv"
    material = added(material, seats=seats, offices=None, agencies=None)
    document = document_of(material, names=("units", "offices"))
    *rows, total = document.sections[0].blocks[-1].rows
    assert (len(rows), total[6], total[8]) == (99, "4.718,61", "3.619.442")
    offices = material.offices
    assert offices is not None
    assert dict(offices.readings) == {"member": 78, "other_type": 2, "similar": 6, "several": 1,
                                      "unnamed": 3, "district": 9}  # fmt: skip
    assert (offices.freed, offices.one_of) == (222, 9)
    assert {s: offices.count("district", s) for s in ("seat", "freed")} == {"seat": 9, "freed": 9}  # type: ignore[arg-type]
    assert len(material.borders) / 2 == 250
    assert material.borders["length_km"].sum() / 2 == pytest.approx(1759, abs=1)
