"""What is below nothing has one minus wherever people read it; a hyphen stays in files for programs."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from small_results import small_result

from geo_merge.dossier.document import document_of
from geo_merge.dossier.material import read_material
from geo_merge.dossier.to_html import html
from geo_merge.texts import LANGUAGES, Language, number
from geo_merge.ui.number_field import read, write
from geo_merge.vietnam.country import VIETNAM
from geo_merge.wording.sentence import _WRITERS, names_of_tables, table_of

# A sign of what is below nothing, not that of a date, a code or a name.
HYPHEN = re.compile(r"(?<![\w.,-])-[0-9]")


def templates(rows: object) -> list[str]:
    if isinstance(rows, dict):
        return [text for row in rows.values() for text in templates(row)]
    return [rows] if isinstance(rows, str) else []


def ways() -> list[str]:
    """Return every way in which a sentence writes a number."""
    told = {spec for name in names_of_tables() for text in templates(table_of(name))
            for _, field, spec, _ in string.Formatter().parse(text)
            if field and spec and "|" not in spec and (spec[-1] in "fg" or spec in {",", "metres"})}  # fmt: skip
    return sorted(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_below_nothing_is_written_with_a_minus(language: Language) -> None:
    assert number(-3.9, language, 1) == {"vi": "−3,9", "en": "−3.9"}[language]
    assert "+.1f" in ways()
    assert "metres" in ways()
    for way in ways():
        assert _WRITERS[language].format_field(-3900.25, way)[0] == "−", way
    assert _WRITERS[language].format_field(-39, "") == "−39"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_nothing_with_the_decimals_that_are_shown_has_no_minus(language: Language) -> None:
    assert number(-0.0, language) == number(-0.4, language) == "0"
    assert number(-0.004, language, 2) == {"vi": "0,00", "en": "0.00"}[language]
    assert _WRITERS[language].format_field(-0.04, "+.1f") == {"vi": "0,0", "en": "0.0"}[language]
    assert _WRITERS[language].format_field(-1000.0, ",.0f")[0] == "−"


def test_a_number_with_a_minus_is_read_back() -> None:
    assert write(-0.25) == "−0,25"
    assert read("−0,25", -1) == read("-0,25", -1) == -0.25


@pytest.mark.parametrize("language", LANGUAGES)
def test_findings_and_papers_have_a_minus_and_files_for_programs_a_hyphen(
    grid: Callable[..., gpd.GeoDataFrame], tmp_path: Path, language: Language
) -> None:
    folder = small_result(grid, tmp_path)
    findings = pd.read_csv(folder / "findings.csv")
    told = findings["message_vi" if language == "vi" else "message"].str.cat(sep=" ")
    paper = re.sub(r"<style.*?</style>|<svg.*?</svg>|<[^>]*>", " ",
                   html(document_of(read_material(folder, language, country=VIETNAM.everywhere()))).decode(),
                   flags=re.DOTALL)  # fmt: skip
    for text in (told, paper):
        assert re.search(r"−[0-9]", text)
        assert not HYPHEN.findall(text)
    for name in ("summary.json", "statistics.csv", "ledger.csv"):
        assert "−" not in (folder / name).read_text("utf-8")
