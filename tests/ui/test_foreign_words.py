"""What the page says in Vietnamese is Vietnamese: no values of the code stand in it as words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest
from vietnamese import vietnamese_texts

from geo_merge.mending.decisions import Choice
from geo_merge.texts import TEXTS
from geo_merge.ui import told
from geo_merge.units.crosswalk import COLUMNS

# How a syllable is built, without its tone: what begins it, its vowels, what ends it.
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?"
    r"(?:uyê|uyu|uya|oai|oay|oeo|uây|uôi|ươi|ươu|iêu|yêu|iê|yê|ia|ya|uô|ua|ươ|ưa|ưu|ưi|oa|oă|oe|oi"
    r"|uê|uy|uơ|uâ|ui|ai|ao|au|ay|âu|ây|eo|êu|iu|ôi|ơi|oo|[aăâeêioôơuưy])"
    r"(?:ch|ng|nh|[cmnpt])?"
)
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
# Files and addresses, and programs and formats, which begin with a capital.
_NAMES = re.compile(
    r"7z|ogr2ogr|urn:[\w:]+|resolve=all|cp\d+|tcvn3|vietnamadminunits|https?://\S+|[\w-]+\.[a-z]\w+\b|(?<!\w)\.\w+|\w*[A-Z]\w*|python-docx|“pdf”"
)
# Units of measure, loan words, and what names a format, an encoding or a key in every language.
_EVERYWHERE = {"km", "km²", "m", "m²", "mm", "byte", "internet", "zip", "gzip", "x",
               "elipxoit", "milimét", "crs", "typst", "geo_merge",
               "déléguée", "commune", "part"}  # fmt: skip
# Headings of tables that people give, and what is written in the cells of these.
_HEADINGS = {*COLUMNS, "area_km2", "area_m2", "area_ha", "population", "seat", "seat_old_code",
             "lon", "lat", "name", "level", "body", "before", "after", "composition", "below_type",
             "mountain", "island", "decision", "reason", "new_units", "new_province", "new_district"}  # fmt: skip
_CELLS = {"work.decisions_none": {str(choice) for choice in Choice}, "recoding": {"excluded"},
          "planning.about": {"old", "new", "plan"},  # of plan.json
          "planning.cell_truth": {"yes"}, "F03": {"true", "properties"},  # of GeoJSON
          "map.east": {"Đ"}, "dossier": {"Đ", "dd"}}  # fmt: skip
# What the command line, programs that import us and files of standards are told, never the page.
_ELSEWHERE = re.compile(
    r"(usage|command|cluster|arguments|geometry|certificate|done)\.|planning\.(standard_|no_solver"
    r"|highs|networkx|no_plan|people_unknown|level)|recoding\.(engine_|rule_|figures|two_columns|other_names)"
    r"|W07\.(no_code_changes|no_date)"
)


@pytest.fixture(autouse=True)
def vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "t", lambda key: TEXTS[key][0])


def texts() -> dict[str, str]:
    """Return every Vietnamese text of the page and of the sentences that it shows."""
    return {key: text for key, text in vietnamese_texts().items() if not _ELSEWHERE.match(key)}


def foreign(text: str, known: frozenset[str] = frozenset()) -> set[str]:
    """Return the words of what the page makes of a text that are neither syllables nor known."""
    shown = told.on_page(re.sub(r"\{[^{}]*\}", "88", text))
    words = re.findall(r"[^\W\d]\w*²?", _NAMES.sub(" ", shown.replace("88", " ")))
    return {word for word in words if not _is_vietnamese(word) and word not in known}


def _is_vietnamese(word: str) -> bool:
    bare = "".join(c for c in unicodedata.normalize("NFD", word.lower()) if c not in _TONES)
    return bool(_SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)))


def known_in(key: str) -> frozenset[str]:
    cells = (words for where, words in _CELLS.items() if key.startswith(where))
    return frozenset(_EVERYWHERE | _HEADINGS).union(*cells)


def test_no_value_of_the_code_stands_in_what_the_page_says_in_vietnamese() -> None:
    found = {key: words for key, text in texts().items() if (words := foreign(text, known_in(key)))}
    assert found == {}


@pytest.mark.parametrize(("text", "words"), [
    ("hãy chọn reject", {"reject"}), ("quy tắc longest-edge", {"longest", "edge"}),
    ("hãy chọn không sửa (“reject”) trong decisions.csv", set()),
    ("mức share của đơn vị", {"share"}), ("Nghiêng, quyển, khuya, ngoằn ngoèo, gì", set()),
    ("sáp nhập với --unlisted=keep, hoặc --limit table_mb.", set()),
    ("cho phép bằng --limit archive_ratio và archive_mb.", set()),
])  # fmt: skip
def test_a_raw_value_is_found(text: str, words: set[str]) -> None:
    assert foreign(text) == words


def test_what_is_allowed_is_used() -> None:
    """What stands in the lists above and nowhere else only hides faults."""
    used = Counter(word for text in texts().values() for word in foreign(text))
    assert {word for word in _EVERYWHERE if not used[word]} == set()
