"""Every sentence of every check, in both languages."""

from __future__ import annotations

import ast
import copy
import pickle
import re
import string
import unicodedata
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from geo_merge.errors import GeoMergeError
from geo_merge.texts import TEXTS
from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.findings_frame import (
    findings_frame,
    findings_of_frame,
    read_in,
    told_in,
)
from geo_merge.vocabulary.problems import problems_in
from geo_merge.vocabulary.sentence import LANGUAGES, hint_of, kinds, row_of, said, sentence

PACKAGE = Path(__file__).parents[2] / "geo_merge"
KINDS = [kind for several in kinds().values() for kind in several]
PARTS = [(kind, part) for kind in KINDS for part in ("", "hint") if part in {"", *row_of(kind)}]
# Numbers by the names under which sentences have them; all other values are texts.
NUMBERS = {
    "n": 1234, "rows": 1234, "at": 12, "parts": 3, "more": 7, "moved": 0.25, "added": 3, "all": 9,
    "m2": 1234567.891, "km2": 77.125, "width": 0.0512, "length": 12.5, "foot": 0.01, "away": 52100,
    "limit": 50.0, "enough": 53000, "lon": 106.0712345, "lat": 21.1865432, "largest": 12.345,
    "mm": 0.25, "metres": 1810.5, "percent": -12.34, "before": 1234.5, "after": 1233.5,
    "move": 251.5, "factor": 100.0, "declared": 10781.0, "mapped": 107.81, "excess": 1.25,
    "deficit": 1.5, "rest": 0.25, "usual": 98, "grid": 1.1132, "share": 0.6, "km": 5.0,
    "people": 4321.0, "density": 120000.0, "most": 100000.0, "digits": 5, "named": 3,
    "example": 3.137, "read": 3137.0, "x": 500000.0, "y": 2345678.9, "tried": 12, "low": 0.0,
    "high": 106.5, "west": 105.0, "east": 106.25, "south": 20.5, "north": 21.5,
}  # fmt: skip
LISTS = {"told", "codes", "groups", "units", "fields", "rules", "sources", "names", "found", "rows"}
# Names of files, columns, programs and their parts, which are the same in every language.
NAMES = re.compile(
    r"geo-merge plan(?: new)?|\btrue hoặc false\b|new_units\.shp|findings\.\w+|repairs\.csv|decisions\.csv|\b(?:old|new)_\w+|\barea_\w+|GIS|VN-2000|\.prj|"
    r"Mercator|--[a-z-]+(?: keep| [A-Z]\d\d| *[\w|]*=[\w|]*)?|geo-merge [\w-]+ (?:LAYER OUT|[\w-]+)|FIELD=[\w|]+|"
    r"\[[A-Z]\d\d\]|\(hoặc area, population, list, drop\)|7\.21E\+03|E\+|km²|m²|\bmm\b|\bk?m\b|"
    r"QGIS: Export > Save Features As|ogr2ogr layer\.gpkg|UTF-(?:8|16)|WGS 84|\bpopulation\b|"
    r"MapInfo: Table > Maintenance > Pack|File > Save Copy As|CoordSys NonEarth|WFS: resolve=all|"
    r"Shapefile|Geo(?:JSON|Package|Parquet)|TopoJSON|Parquet|NetworkLink|DOCTYPE|SQLite|XML|NUL|"
    r"Excel|LibreOffice|Google Earth|AutoCAD|MicroStation|ArcInfo|ArcMap|ArcGIS|Access|MapInfo|"
    r"QGIS|OpenStreetMap|Feature\b|properties\b|numberReturned|exceededTransferLimit|true\b|"
    r"GeoDataFrame\.to_parquet|part\.0\.parquet|\bcrs\b|urn:ogc:def:crs|EPSG|cp\d{3,4}|tcvn3|"
    r"Tên Xã|Ghi Chú|Điều 1|Bắc Giang|\.docx|\.txt|\.doc\b|\.pdf|\.html|PDF|DOCX|Word|points\.csv|"
    r"vietnamadminunits|geo-merge\[vietnam\]|seat_old_code|composition|python-docx|typst|seat\b|\blon\b|\blat\b|\bname\b|level, body|"
    r"before và after|FOLDER|Euler|geo-merge validate|geo-merge dossier|2025-06-30|\bcode\b|A0|"
    r"geo_merge\.read_units|GeoDataFrame\.to_crs|mend_positions|longest-edge|largest-neighbour|"
    r"“reject”|GEO_MERGE_DEBUG=1|map\.html|\bFILE\b|layer:NAME|NAME=VALUE|new_units\.shp\b|TMPDIR|TEMP\b|Windows|pip install \S+|tcp://host:8786|"
    r"[Dd]ask (?:scheduler|worker)|Dask|dask|geo-merge build|geo-merge limits|geo-merge\b|"
    r"NAME|TYPE|LON,LAT|ID=yes hoặc ID=no|ROLE=HEADING|\bfrom-(?:text|compositions)\b|crosswalk\.csv|plan\.json|ZIP|\.geojson|\b(?:local hoặc dask|none)\b|FIELD=RULE|ROLE=COLUMN|FILE\.csv|\.csv|\.parquet|\b(?:list|largest|mixed|keep|excluded|figures=|drop)(?!\w)|\bshare:|\bHiGHS\b|\bnetworkx\b|TOML|JSON|codeChanges|date\b|SVG|PNG|\.svg|\.png|SHA-256|"
    r"=yes|=no\b|\byes hoặc no\b|“(?:old|new) CODE”|“plan”|\bunit hoặc province\b|when\.mountain = true|"
    r"JPEG|GIF|TIFF|RTF|PPTX?|DOC\b|XLS\b|OD[TSP]|OpenDocument|Office|HTML|archive_\w+|table_\w+|xlsx_\w+|\.zip|\.cpg|\.xlsx|CSV|XLSX|7z|RAR|gzip|GPS|MB|\bx\b|\by\b"
)  # fmt: skip
# Words that both languages write alike.
BOTH = {"do", "to", "so", "in", "byte", "zip"}


def fields_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def template(kind: str, part: str, language: str) -> str:
    row = row_of(kind)
    text: str = row[part][language] if part else row[language]
    return text


def values_of(kind: str) -> dict[str, Any]:
    """Return a value for every name that a sentence and its hint have."""
    values: dict[str, Any] = {}
    for part in ("", "hint"):
        if part in {"", *row_of(kind)}:
            for language in LANGUAGES:
                for _, name, spec, _ in string.Formatter().parse(template(kind, part, language)):
                    if name and spec:
                        values[name] = (
                            ["a", "b"]
                            if spec in {"; ", " | ", " + ", " "}
                            else NUMBERS.get(name, 1234)
                        )
                    elif name:
                        values.setdefault(name, NUMBERS.get(name, "Đại Sơn") if name not in LISTS
                                          else ["00001 (Đại Sơn)"])  # fmt: skip
    return values


@pytest.mark.parametrize("check", kinds())
def test_every_sentence_is_said_in_both_languages(check: str) -> None:
    for kind, part in PARTS:
        if kind.partition(".")[0] == check:
            _is_said_in_both(kind, part)


def _is_said_in_both(kind: str, part: str) -> None:
    values = values_of(kind)
    for language in LANGUAGES:
        text = said(sentence(f"{kind}:{part}" if part else kind, **values), language)
        assert "{" not in text
        assert text == unicodedata.normalize("NFC", text)
        assert "  " not in text
    english, vietnamese = (fields_of(template(kind, part, language)) for language in LANGUAGES)
    assert vietnamese <= english, "a value that English does not tell"
    # English has a number twice, for the word that agrees with it.
    assert english - vietnamese <= {"n", "reason"}
    whole = template(kind, part, "en")
    if whole.endswith("."):
        assert template(kind, part, "vi").endswith("."), "a sentence ends as one"
    if "[" in whole:
        ids = [re.findall(r"\[[A-Z]\d\d\]", template(kind, part, one)) for one in LANGUAGES]
        assert ids[0] == ids[1]


def test_no_english_word_stands_in_a_vietnamese_sentence() -> None:
    def words(text: str) -> set[str]:
        bare = NAMES.sub(" ", re.sub(r"\{[^}]*\}", " ", text))
        return {word.lower() for word in re.findall(r"[A-Za-zÀ-ỹ]+", bare)}

    english = {w for kind, part in PARTS for w in words(template(kind, part, "en"))}
    alike = {
        (kind, part, word)
        for kind, part in PARTS
        for word in words(template(kind, part, "vi"))
        if word in english and word not in BOTH
    }
    assert alike == set()


def test_a_sentence_in_vietnamese_has_vietnamese_letters() -> None:
    """One that was left in English has none."""
    bare = re.compile(r"\{[^}]*\}|\b(?:" + "|".join(BOTH) + r")\b")
    told = {(kind, part): template(kind, part, "vi") for kind, part in PARTS}
    worded = {
        k: t for k, t in told.items() if re.search("[a-z]{3}", bare.sub("", NAMES.sub("", t)))
    }
    assert [k for k, text in worded.items() if not re.search("[à-ỹđ]", text.lower())] == []


def test_numbers_are_written_as_each_language_writes_them() -> None:
    gap = sentence("C02.gap", m2=1234567.891, width=0.0512,
                   where=sentence("C01.between", units="00001 (Đại Sơn), 00002 (An Lạc)"))  # fmt: skip
    assert gap == ("Gap of 1,234,567.89 m², up to 0.0512 m wide, between 00001 (Đại Sơn), "
                   "00002 (An Lạc).")  # fmt: skip
    assert said(gap, "vi") == ("Khe hở 1.234.567,89 m², chỗ rộng nhất 0,0512 m, giữa 00001 "
                               "(Đại Sơn), 00002 (An Lạc).")  # fmt: skip
    one, several = (sentence("C08.moved", km2=1.0, n=n, limit=50.0, here="A", there="B")
                    for n in (1, 2))  # fmt: skip
    assert "in 1 piece wider" in one
    assert "in 2 pieces wider" in several


def test_a_sentence_survives_copies_and_other_processes() -> None:
    told = sentence("C08.moved", km2=1.5, n=1, limit=50.0, here="A",
                    there=sentence("C06.layer"))  # fmt: skip
    for again in (copy.deepcopy(told), pickle.loads(pickle.dumps(told))):  # noqa: S301 - our own
        assert again == told
        assert said(again, "vi") == said(told, "vi") != told
        assert hint_of(again) == hint_of(told)


def test_findings_keep_their_languages_in_a_frame() -> None:
    plain = Finding(check="F03", severity=Severity.WARNING, message="Cut off.", hint="Get it.")
    wide = Finding.of(sentence("C06.layer"))
    found = [plain, Finding.of(sentence("P03.coverage"), units=("1",)), wide]
    frame = findings_frame(found, 4326)
    assert list(frame.columns[-4:]) == ["about", "message_vi", "hint_vi", "geometry"]
    told = dict(zip(frame["check"], read_in(frame, "vi")["message"], strict=True))
    assert told["P03"].startswith("Các đơn vị mới không khít nhau")
    assert told["F03"] == "Cut off."
    again = findings_frame(findings_of_frame(frame), 4326)
    assert again.equals(frame)
    assert "message_vi" not in told_in(frame, "")
    assert read_in(told_in(frame, ""), "vi").equals(read_in(frame, "en"))
    assert list(frame["about"]) == ["new", "old", "file"]


def test_a_finding_is_what_its_kind_says() -> None:
    hole = Finding.of(sentence("C02.in_outline", m2=1.0, units="A", left=""), units=("A",))
    assert (hole.check, hole.severity, hole.about, hole.hint) == ("C02", "info", "old", "")
    reference = Finding.of(sentence("G01.reference", units=["A"]), units=("A",))
    assert (reference.severity, reference.about) == ("warning", "new")
    for check in kinds():
        if check[0].isupper():
            row = row_of(check)
            assert row["about"] in {"old", "new", "file"}
            assert row["severity"] in set(Severity)


def test_of_very_many_problems_the_first_are_told() -> None:
    error = GeoMergeError([sentence("K05.none", source="t.csv", n=n) for n in range(1200)])
    assert len(problems_in(error, "vi")) == 101
    assert problems_in(error, "vi")[-1].startswith("Còn 1.100 vấn đề cùng loại")
    assert problems_in(error, "en")[-1].startswith("1,100 more of the kind")


def _calls() -> dict[str, list[tuple[str, set[str], bool]]]:
    """Return where each kind is made, the values that it is given, and if there may be more."""
    found: dict[str, list[tuple[str, set[str], bool]]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            at = {"sentence": 0, "wrong": 0, "wrong_in": 1}.get(name)
            if at is None or len(node.args) <= at:
                continue
            given = {k.arg for k in node.keywords if k.arg}
            given |= {"wrong": {"source"}, "wrong_in": {"source", "row"}}.get(name, set())
            for constant in ast.walk(node.args[at]):
                if isinstance(constant, ast.Constant) and constant.value in KINDS:
                    more = any(k.arg is None for k in node.keywords)
                    found.setdefault(constant.value, []).append((path.name, given, more))
    return found


def test_what_is_told_has_all_its_values() -> None:
    lacking = [
        (kind, file, needed - given)
        for kind, calls in _calls().items()
        for needed in [set().union(*(fields_of(template(kind, part, language)) for k, part in PARTS
                                     if k == kind for language in LANGUAGES))]
        for file, given, more in calls
        if not more and needed - given
    ]  # fmt: skip
    assert lacking == []


def test_every_kind_is_made_somewhere() -> None:
    code = "".join(p.read_text("utf-8") for p in PACKAGE.rglob("*.py"))
    made = set(re.findall(r'"([A-Za-z]\w+\.\w+)"', code))
    prefixes = [re.escape(a) + ".*" + re.escape(b)
                for a, b in re.findall(r'f"([A-Za-z]\w+\.\w*)\{[^}]*\}(\w*)"', code)]  # fmt: skip
    prefixes += [
        r"report\..*",
        r"limit\..*",
        r"P04\.(one|several)_.*",
        r"D02\.the_.*",
        r"C06\.\w+_slivers",
    ]
    unused = [k for k in KINDS if k not in made and not any(re.fullmatch(p, k) for p in prefixes)]
    assert unused == []


def test_the_page_has_a_word_for_every_option_of_a_sentence() -> None:
    """None of them can be written on a page; those that it has not are named as such."""
    from geo_merge.ui import told  # noqa: PLC0415 - Streamlit is slow to import

    for kind, part in PARTS:
        values = values_of(kind)
        for language in LANGUAGES:
            text = said(sentence(f"{kind}:{part}" if part else kind, **values), language)
            shown = told.on_page(text)
            assert "--" not in shown
            assert not re.search(r"\(.*area, population", shown)  # what an option takes
            # Its own name, and what is installed, are no commands.
            assert not re.search(r"geo-merge(?! failed|\[)", shown)
    assert {key for key in TEXTS if key.startswith("option.")} >= {"option.crs", "option.other"}


def test_a_frame_without_findings_has_the_same_columns() -> None:
    columns = list(findings_frame([], 4326).columns)
    assert columns == list(findings_frame([Finding.of(sentence("P03.coverage"))], 4326).columns)
    assert isinstance(findings_frame([], 4326), gpd.GeoDataFrame)


def test_what_findings_count_has_a_word_in_both_languages() -> None:
    code = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    counted = {*re.findall(r'unit_of_value="(\w+)"', code), "districts", "provinces"} - {
        "m",
        "m²",
        "km²",
    }
    assert len(counted) > 15
    assert [word for word in sorted(counted) if f"measure.{word}" not in TEXTS] == []
