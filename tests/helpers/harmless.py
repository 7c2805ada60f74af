"""Texts made to do harm, and what each kind of file must be for them to be texts."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import openpyxl
import pandas as pd
import pypdf
from browsing import opened
from conftest import ROOT
from playwright.sync_api import Browser

# HTML, script, Markdown, LaTeX, Typst, Vega, Jinja, Python's templates, formulas, addresses, and
# characters that end a line or turn it around.
HARM = (
    "<script>window.hit=1</script>",
    "<img src=x onerror='window.hit=1'>",
    "</script></title></textarea><script>window.hit=1</script>",
    "[x](javascript:window.hit=1) ![x](https://evil.example/x.png)",
    "$\\input{/etc/passwd}$ \\immediate\\write18{id}",
    '#panic() #read("/etc/passwd") @evil <evil>',
    "datum.constructor.constructor('window.hit=1')()",
    "{{7*7}} {% include '/etc/passwd' %} ${window.hit=1} %(x)s {0.__class__}",
    '=HYPERLINK("https://evil.example","x")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd|'/C calc'!A0",
    "a\u2028window.hit=1\u2029b\u202ec\u2066d",
    "a\x1b]0;evil\x07b",
    "https://evil.example www.evil.example a@evil.example",
    "]]><!-- & &amp; --><x>",
)
FIELD = "<img src=x onerror=window.hit=1>"
FILE = "<b>{{x}}$y%s"
_FORMULA = re.compile(r"[=+@\t\r]|-(?![0-9.]+(e-?[0-9]+)?$)")
_HANDLER = re.compile(r"on[a-z]+", re.IGNORECASE)
_ACTIONS = {"/JS", "/JavaScript", "/Launch", "/URI", "/SubmitForm", "/GoToR", "/EmbeddedFiles"}


def terminal(text: str) -> None:
    """What a command says moves no cursor and turns no line around."""
    assert [c for c in text if unicodedata.category(c) in {"Cc", "Cf"} and c != "\n"] == []


def _csv(path: Path, _: Browser) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file, strict=True) for cell in row]
    assert [cell for cell in cells if _FORMULA.match(cell)] == [], path


def _xlsx(path: Path, _: Browser) -> None:
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f", (sheet.title, cell.coordinate, cell.value)
            link = cell.hyperlink and (cell.hyperlink.target or "")
            assert not link or link.startswith("#"), link
    with zipfile.ZipFile(path) as archive:
        assert [n for n in archive.namelist() if "vba" in n or "externalLink" in n] == []


def _docx(path: Path, _: Browser) -> None:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert [n for n in names if "vba" in n.lower() or "embeddings" in n] == []
        for name in names:
            if name.endswith((".xml", ".rels")):
                root = ET.fromstring(archive.read(name))  # noqa: S314 - we wrote it
                for node in root.iter():
                    assert node.get("TargetMode") != "External", name
                    if node.tag.endswith("}instrText"):
                        assert node.text is not None
                        assert node.text.split()[0] in {"PAGE", "NUMPAGES", "SECTIONPAGES", "TOC"}


def _pdf(path: Path, _: Browser) -> None:
    found: set[str] = set()
    reader = pypdf.PdfReader(path)

    def walk(value: object, depth: int = 0) -> None:
        if isinstance(value, dict) and depth < 8:
            found.update(_ACTIONS & set(value))
            for inner in value.values():
                walk(inner, depth + 1)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, depth + 1)

    for number in range(len(reader.xref[0]) if 0 in reader.xref else 0):
        walk(reader.get_object(number + 1))
    assert found == set()


def _xml(path: Path, _: Browser) -> None:
    for node in ET.parse(path).getroot().iter():  # noqa: S314 - we wrote it
        assert not node.tag.endswith("}script")
        assert [name for name in node.attrib if _HANDLER.fullmatch(name)] == []


def _json(path: Path, _: Browser) -> None:
    json.loads(path.read_bytes())


def _lines(path: Path, _: Browser) -> None:
    text = path.read_text("utf-8")
    assert [c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\t\r"] == []


def _layer(path: Path, _: Browser) -> None:
    for name in gpd.list_layers(path)["name"]:
        assert len(gpd.read_file(path, layer=name)) >= 0


def _parquet(path: Path, _: Browser) -> None:
    assert len(pd.read_parquet(path))


def _html(path: Path, browser: Browser) -> None:
    with opened(browser) as tab:
        tab.page.goto(path.as_uri())
        tab.page.wait_for_timeout(500)
        assert tab.page.evaluate("window.hit") is None
        assert tab.page.locator("a[href^='javascript'], [src*='evil'], [href*='evil']").count() == 0
        assert tab.page.locator("img[src='x']").count() == 0
        assert tab.wrong == []


def _zip(path: Path, _: Browser) -> None:
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        for name in archive.namelist():
            assert not name.startswith("/")
            assert ".." not in Path(name).parts


def _checker(path: Path, _: Browser) -> None:
    assert path.read_bytes() == (ROOT / "geo_merge/planning" / path.name).read_bytes()


def _picture(path: Path, _: Browser) -> None:
    assert path.stat().st_size


CHECKS: dict[str, Callable[[Path, Browser], None]] = {
    ".csv": _csv, ".xlsx": _xlsx, ".docx": _docx, ".pdf": _pdf, ".svg": _xml, ".kml": _xml,
    ".gml": _xml, ".json": _json, ".geojson": _json, ".topojson": _json, ".txt": _lines,
    ".toml": _lines, ".md": _lines, ".gpkg": _layer, ".fgb": _layer, ".parquet": _parquet,
    ".html": _html, ".zip": _zip, ".py": _checker, ".png": _picture,
}  # fmt: skip


def check(path: Path, browser: Browser) -> None:
    """Fail if a file does harm, or is of a kind of which nobody has said what that is."""
    assert path.suffix in CHECKS, f"say in harmless.py when {path.suffix} does no harm"
    CHECKS[path.suffix](path, browser)
