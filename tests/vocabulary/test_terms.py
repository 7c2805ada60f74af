"""One Vietnamese word for one thing: all that is told holds to the table of docs/vocabulary.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from vietnamese import vietnamese_texts

from geo_merge.texts import TEXTS
from geo_merge.vocabulary.sentence import titles

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "vocabulary.md").read_text("utf-8").partition("## Tiếng Việt")[2]
ROWS = [[cell.strip() for cell in line.strip("| ").split("|")]
        for line in TABLE.splitlines() if line.startswith("| ")][1:]  # fmt: skip
GUIDE = (ROOT / "docs" / "guide.vi.md").read_text("utf-8")
# Words of one syllable whose tone stands on the last vowel: toạ, hoá, thuỷ.
OLD_TONES = re.compile(r"(?:o[àáảãạ]|(?<!q)u[ỳýỷỹỵ])\b", re.IGNORECASE)
# What Streamlit's widgets are called in both languages.
SAME = {"CRS (EPSG)"}


def words(cell: str) -> list[str]:
    return [word.strip() for word in re.split("[;,:]", cell) if word.strip()]


TOLD = vietnamese_texts()


def test_the_table_of_terms_is_read() -> None:
    assert len(ROWS) > 25
    assert {len(row) for row in ROWS} <= {2, 3}
    assert len(TOLD) > 2 * len(titles()) > 100


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:30])
def test_the_words_of_the_table_are_those_that_are_used(row: list[str]) -> None:
    every = "\n".join(TOLD.values()).lower()
    assert [word for word in words(row[1]) if word.lower() not in every] == []


def test_no_thing_has_another_word() -> None:
    wrong = {word for row in ROWS if len(row) > 2 for word in words(row[2])}
    assert {"nó", "đường bao"} <= wrong
    found = {(where, word) for where, text in {**TOLD, "guide.vi.md": GUIDE}.items()
             for word in wrong if re.search(rf"\b{word}\b", text, re.IGNORECASE)}  # fmt: skip
    assert found == set()


def test_a_word_is_that_of_one_row() -> None:
    seen = [word.lower() for row in ROWS for word in words(row[1])]
    twice = {word for word in seen if seen.count(word) > 1}
    assert twice == set()


def test_tones_stand_as_they_are_taught_today() -> None:
    texts = {**TOLD, "guide.vi.md": GUIDE}
    assert {where for where, text in texts.items() if OLD_TONES.search(text)} == set()
    assert OLD_TONES.search("toạ độ")
    assert OLD_TONES.search("thuỷ lợi")
    assert not OLD_TONES.search("quý, tọa độ, hoàn toàn")


@pytest.mark.parametrize("language", [0, 1])
def test_what_a_sentence_says_to_press_is_called_so_on_the_page(language: int) -> None:
    labels = {texts[language] for key, texts in TEXTS.items() if not key.startswith("option.")}
    quoted = {(key, label) for key, texts in TEXTS.items() if key.startswith("option.")
              for label in re.findall("“([^”]*)”", texts[language])}  # fmt: skip
    wrong = {(key, label) for key, label in quoted - {(k, one) for k, one in quoted if one in SAME}
             if not any(text.startswith(label) for text in labels)}  # fmt: skip
    assert wrong == set()
