"""Sentences and texts call units as the layer does."""

from __future__ import annotations

import pytest

from geo_merge.texts import say
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import said, sentence, with_words
from geo_merge.wording.calling import UNITS, Called, UnitWord

COMUNE = UnitWord("comune", "comuni", "comune")
OBEC = UnitWord("obec", "obce", "obec")
COUNTY = UnitWord("county", "counties", "quận")
SAME = Called(COMUNE, COMUNE)
BECOME = Called(COMUNE, COUNTY)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("New unit {unit} is in {n} parts ({who}).", "New comune {unit} is in {n} parts ({who})."),
        ("{n:,} {n:unit|units} unknown", "{n:,} {n:comune|comuni} unknown"),
        ("MERGER OF ADMINISTRATIVE UNITS: DOSSIER", "MERGER OF COMUNI: DOSSIER"),
        ("the layer ({units}); the unit above it", "the layer ({units}); the unit above it"),
        ("new_units.geojson, --unlisted", "new_units.geojson, --unlisted"),
        ("of another year or unit", "of another year or unit"),
        ("a lost unit. Units", "a lost comune. Comuni"),
    ],
)
def test_a_text_has_the_word_but_values_files_and_other_levels_stay(text: str, told: str) -> None:
    assert SAME.in_text(text, "en") == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Đơn vị mới {unit}", "Comune mới {unit}"),
        ("{n} đơn vị hành chính cũ ({units})", "{n} comune cũ ({units})"),
        ("theo cả đơn vị cấp trên", "theo cả đơn vị cấp trên"),
        ("cơ quan, đơn vị sự nghiệp", "cơ quan, đơn vị sự nghiệp"),
    ],
)
def test_vietnamese_has_the_word_too(text: str, told: str) -> None:
    assert SAME.in_text(text, "vi") == told


def test_an_article_agrees_with_the_word() -> None:
    assert Called(OBEC, OBEC).in_text("a unit of an old unit", "en") == "an obec of an old obec"


def test_each_side_has_its_own_word_and_what_is_of_both_none() -> None:
    text = "Old units, new units, units before, units after; {a} units become {b}; a unit"
    told = "Old comuni, new counties, comuni before, counties after; {a} comuni become {b}; a unit"
    assert BECOME.in_text(text, "en") == told
    assert Called(None, COUNTY).in_text("Old units, new units", "en") == "Old units, new counties"


def test_a_finding_is_told_so_in_both_languages_with_its_hint() -> None:
    told = sentence(
        "C02.many", n=2, m2=3.0, unit="Cles", largest=2.0, width=1.0, lon=11.0, lat=46.0
    )
    plain, called = Finding.of(told), Finding.of(told).calling(SAME)
    assert "lost unit" in plain.hint
    assert "lost comune" in called.hint
    assert "đơn vị" in said(plain.hint, "vi") or "đơn vị" in said(plain.message, "vi")
    assert "đơn vị" not in said(called.hint, "vi") + said(called.message, "vi")
    assert Finding.of(told).calling(UNITS) == plain


def test_parts_of_a_sentence_keep_the_word_that_they_have() -> None:
    types = with_words([sentence("report.layer", n=2)], Called(COUNTY, COUNTY))
    line = sentence("report.before", types=types, km2=1.0, people="")
    assert with_words(line, SAME) == "Before: 2 counties; 1.00 km²"


def test_texts_of_page_and_papers_take_the_word() -> None:
    assert say("sheet.new_units", "en", SAME) == "New comuni"
    assert say("sheet.new_units", "en") == "New units"
    assert say("dossier.answer", "en", BECOME, before=9, after=2, many=7, percent="x").startswith(
        "9 comuni become 2"
    )
