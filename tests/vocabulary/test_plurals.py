"""Of one there is one vertex, not "1 vertices": every English text with a count of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

from geo_merge.texts import TEXTS, say
from geo_merge.wording.sentence import agreeing, names_of_tables, sentence, table_of

# Words behind a number that are plural, and what may stand between.
NOUNS = (
    "arcs|areas|bytes|cells|codes|columns|communes|decimals|decisions|districts|entries|errors|"
    "features|fields|files|findings|gaps|groups|holes|hours|layers|lines|members|names|offices|"
    "operations|overlaps|parts|people|pieces|placemarks|places|points|polygons|positions|provinces|"
    "ranges|records|rings|rows|seats|shapes|sheets|statements|texts|things|times|units|vertices|"
    "villages|wards|ways"
)
BETWEEN = "more|new|old|different|merged|declared|such|border|other|open"
PLURAL = re.compile(rf"\b1(?: of(?: the)? 1)?(?: (?:{BETWEEN}))* (?:{NOUNS})\b")
# Verbs that would stand behind one thing.
DISAGREE = re.compile(r"\b1 (?:\w+ )?(?:arc|cell|code|column|entry|feature|member|office|part|piece|"
                      r"record|row|shape|unit|vertex) (?:are|were|have|lie|do|go|become)\b")  # fmt: skip
# Names of values that hold texts, or limits, which are never one.
NO_COUNTS = {"source", "file", "name", "column", "crosswalk", "rows", "units", "codes", "most",
             "share", "factor", "at", "row", "field", "key", "unit"}  # fmt: skip
NUMBER = re.compile(r"^[,.#\d]*[defgx%]?$|metres|\|")  # formats of numbers; of lists all others
# What is said only of several.
OF_SEVERAL = {"F05.known", "F06.one", "K03.rows", "K06.doubled", "P04.whole", "S02.geopackage",
              "S02.grows", "S02.read_grows", "S02.table_grows", "W03.same_name", "W03.spelled_name",
              "W03.spelled_type", "W10.districts", "W10.provinces", "dossier.answer",
              "dossier.answer_more", "dossier.answer_same", "planning.too_many"}  # fmt: skip


def _ones(text: str, one: object) -> dict[str, object]:
    """Return values for a text: one for each number."""
    named = [(name, form) for _, name, form, _ in Formatter().parse(text) if name]
    values = {name: f"<{name}>" if name in NO_COUNTS else one for name, _ in named}
    return values | {name: [f"<{name}>"] for name, form in named if not NUMBER.search(form or "")}


def _rows(name: str, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if key == "en":
            yield name, value
        elif isinstance(value, dict):
            yield from _rows(
                f"{name}:{key}" if key in {"hint", "title"} else f"{name}.{key}", value
            )


def _told() -> Iterator[tuple[str, str]]:
    """Yield each sentence and each text as it reads with a count of one."""
    for file in names_of_tables():
        for check, table in table_of(file).items():
            for kind, template in _rows(check, table):
                values = _ones(template, 1)
                yield kind, sentence(kind, **values) if values else template
    for key, (_, english) in TEXTS.items():
        yield key, say(key, "en", **_ones(english, "1"))


def test_one_is_singular() -> None:
    told = dict(_told())
    assert len(told) > 2000
    wrong = {kind: text for kind, text in told.items() if kind not in OF_SEVERAL
             and (PLURAL.search(text) or DISAGREE.search(text))}  # fmt: skip
    assert wrong == {}
    assert set(told) >= OF_SEVERAL


def test_a_number_as_text_agrees_too() -> None:
    assert [agreeing(n, "row|rows") for n in (1, 1.0, "1", 0, 2, "11", "1,000")] == [
        "row", "row", "row", "rows", "rows", "rows", "rows"]  # fmt: skip
    assert say("recode.settled", "en", count="1") == "1 row was settled by decisions."
    assert say("recode.settled", "en", count="1,200") == "1,200 rows were settled by decisions."


@pytest.mark.parametrize(("count", "told"), [(1, "1 part"), (2, "2 parts")])
def test_sentences_agree(count: int, told: str) -> None:
    assert f" {told} " in f" {sentence('G06.parts', parts=count, units='00001', away=3.0)}"
