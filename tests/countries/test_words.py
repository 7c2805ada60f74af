"""Units are called what their layer calls them: on the terminal, in files, papers, map and page."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from app_tests import AppTest
from commands import run
from conftest import square
from streamlit.util import calc_hash

from geo_merge.api import merge
from geo_merge.jobs.sample import RESULT_VARIABLE
from geo_merge.maps.display import display
from geo_merge.texts import Language, map_texts, say
from geo_merge.ui.server import PAGE
from geo_merge.ui.state import Key

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def norway(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out = tmp_path_factory.mktemp("norway") / "out"
    done = run("build", DATA / "norway_2019.geojson", "--crosswalk", DATA / "norway_2019.csv",
               "--out", out, "--lang", "en")  # fmt: skip
    assert done.code == 0, done.err
    return out, done.out


def test_the_map_opens_in_english_where_the_browser_speaks_neither_language(
    norway: tuple[Path, str],
) -> None:
    page = (norway[0] / "map.html").read_text("utf-8")
    assert '"language":"en"' in page
    assert '"language":"vi"' not in page


def test_the_terminal_says_kommuner(norway: tuple[Path, str]) -> None:
    out, told = norway
    assert told.startswith("7 -> 4 kommuner (")
    assert "Before: 7 kommuner; " in told
    assert "New kommuner: " in told
    assert json.loads((out / "summary.json").read_text("utf-8"))["called"] == {
        "before": "kommune", "after": "kommune",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "told", "unit"),
    [("en", ("MERGER OF KOMMUNER", "7 kommuner become 4"), r"\bunits?\b(?! above)"),
     ("vi", ("SẮP XẾP KOMMUNE", "kommune"), "đơn vị(?! cấp trên)")],
)  # fmt: skip
def test_papers_say_kommuner(
    language: Language, told: tuple[str, str], unit: str, norway: tuple[Path, str], tmp_path: Path
) -> None:
    paper = tmp_path / "paper.html"
    done = run("dossier", norway[0], "--out", paper, "--lang", language, "--section", "summary",
               "--section", "units")  # fmt: skip
    assert done.code == 0, done.err
    text = re.sub(
        r"<(style|script)[^>]*>.*?</\1>|<[^>]+>", " ", paper.read_text("utf-8"), flags=re.DOTALL
    )
    assert [words for words in told if words not in text] == []
    assert not re.search(unit, text, re.IGNORECASE)
    levels = {say(f"dossier.{level}", language) for level in ("districts", "provinces")}
    assert [level for level in levels if re.search(rf"\b{level}\b", text)] == []  # none is named


def test_the_workbook_says_kommuner(norway: tuple[Path, str]) -> None:
    book = openpyxl.load_workbook(norway[0] / "statistics.xlsx", read_only=True)
    assert {"New kommuner", "Old kommuner"} <= set(book.sheetnames) or (
        {"Kommune mới", "Kommune cũ"} <= set(book.sheetnames)
    )
    book.close()


VIETNAMESE = re.compile(
    r"\b(xã|phường|tỉnh|huyện|thị trấn|quận|thành phố|đặc khu|thôn|việt nam|vietnam(ese)?|"
    r"vn-?2000|nghị quyết|ubnd|ubtvqh\w*|resolutions? \d+\S*|communes?)\b",
    re.IGNORECASE,
)


def written_words(path: Path) -> str:
    """Return the words of an output: of a workbook its cells, of papers what a reader sees."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return " ".join(
            [
                *book.sheetnames,
                *(str(cell.value) for sheet in book for row in sheet for cell in row),
            ]
        )
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as paper:
            return re.sub("<[^>]+>", " ", paper.read("word/document.xml").decode())
    text = path.read_text("utf-8")
    hidden = r"<(style|script)[^>]*>.*?</\1>|<[^>]+>"
    return re.sub(hidden, " ", text, flags=re.DOTALL) if path.suffix == ".html" else text


def test_nothing_vietnamese_is_in_any_output(norway: tuple[Path, str], tmp_path: Path) -> None:
    """Tables, layers, workbook, page of the map, papers, sheet and boundary records, in English."""
    papers, borders, sheet = (tmp_path / name for name in ("papers.html", "borders", "sheet.svg"))
    for done in (
        run("dossier", norway[0], "--out", papers, "--lang", "en"),
        run("borders", norway[0], "--out", borders, "--lang", "en"),
        run("sheet", norway[0], "--out", sheet, "--lang", "en"),
    ):
        assert done.code == 0, done.err
    outputs = [path for path in (*norway[0].iterdir(), papers, sheet, *borders.iterdir())
               if path.suffix not in {".gpkg", ".pdf"}]  # fmt: skip
    assert {path.suffix for path in outputs} >= {".csv", ".geojson", ".json", ".html", ".xlsx",
                                                 ".svg", ".docx"}  # fmt: skip
    words = {path.name: VIETNAMESE.findall(written_words(path)) for path in outputs}
    assert {name: found for name, found in words.items() if found} == {}


def test_the_map_says_kommuner_in_both_languages(norway: tuple[Path, str]) -> None:
    text = (norway[0] / "map.html").read_text("utf-8")
    assert "Kommuner before: {count}" in text
    assert "Kommune mới" in text
    assert map_texts()["en"]["before_title"] not in text


def test_findings_of_a_layer_alone_say_what_it_holds() -> None:
    layer = gpd.read_file(DATA / "norway_2019.geojson")
    told = run("validate", DATA / "norway_2019.geojson", "--lang", "en").out
    assert f"{len(layer)} kommuner: " in told


def test_without_evidence_units_stay_units() -> None:
    layer = gpd.GeoDataFrame(
        {"name": ["A", "B"], "unit_type": ["", ""]}, index=["1", "2"],
        geometry=[square(0, 0), square(1, 0)], crs=32632,
    )  # fmt: skip
    rows = pd.DataFrame({"old_code": ["1", "2"], "new_code": ["X", "X"], "new_name": ["C", "C"]})
    result = merge(layer, rows)
    assert "called" not in result.summary
    assert display(result).settings["texts"] == map_texts()


def test_the_page_says_kommuner(norway: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RESULT_VARIABLE, str(norway[0]))
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    test.query_params["lang"] = "en"
    test._page_hash = calc_hash("map")
    test.run()
    assert not test.exception
    assert test.session_state[Key.CALLED].before.several == "kommuner"
    (strip,) = [h.proto.body for h in test.get("html") if 'class="gm-strip"' in h.proto.body]
    assert "<b>All kommuner</b> 7 → 4" in strip
