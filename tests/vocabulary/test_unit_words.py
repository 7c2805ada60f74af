"""What units are called: by types, else by names of fields, never by guessing."""

from __future__ import annotations

import pandas as pd
import pytest

from geo_merge.vocabulary import unit_words
from geo_merge.vocabulary.fields import ROLES, fold_field


def old(types: list[str], codes: list[str], news: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {"unit_type": types, "name": codes, "new_code": news, "is_piece": False}, index=codes
    )


def new(codes: list[str], types: list[str], names: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame({"unit_type": types, "name": names or codes}, index=codes)


def sources(**fields: str) -> list[dict[str, dict[str, str]]]:
    return [{"fields": fields}]


@pytest.mark.parametrize(
    ("types", "word"),
    [
        (["Kommune", "kommune"], "kommune"),
        (["Commune simple", ""], "commune"),
        (["Bgy", "Barangay"], "barangay"),
        (["Département"], "departement"),
        (["city", "municipality"], None),
        (["Kommune", "something else"], None),
        ([""], None),
    ],
)
def test_types_tell_if_all_say_the_same(types: list[str], word: str | None) -> None:
    assert unit_words.word_of_types(types) == word


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        (["kommunenummer", "navn"], "kommune"),
        (["com_istat_code", "name"], "comune"),
        (["NIS5"], "municipality"),
        (["adm4_psgc", "adm4_en"], "barangay"),
        (["WD23CD", "WD23NM"], "ward"),
        (["GEOID", "NAME"], None),
        (["id", "name"], None),
        (["kommunenummer", "countyname"], None),
    ],
)
def test_names_of_fields_tell_if_they_are_of_one_level(fields: list[str], word: str | None) -> None:
    assert unit_words.word_of_fields(fields) == word


def test_fields_that_tell_are_fields_that_are_recognised() -> None:
    known = {*ROLES["code"], *ROLES["name"]}
    for field, key in unit_words._by_field().items():
        assert field == fold_field(field)
        assert field in known, f"{field} of {key}"


def test_types_come_before_fields_and_pieces_tell_nothing() -> None:
    frame = old(["Gemeinde", ""], ["1", ""], ["1", "1"])
    frame["is_piece"] = [False, True]
    assert unit_words.word_of_layer(frame, sources(code="NIS5")) == "gemeinde"


def test_new_units_are_called_as_the_old_where_one_goes_on() -> None:
    told = sources(code="kommunenummer")
    going_on = old(["", ""], ["1", "2"], ["1", "1"])
    words = unit_words.words_of_merger(going_on, new(["1"], [""]), told)
    assert words == {"before": "kommune", "after": "kommune"}
    others = old(["", ""], ["1", "2"], ["A", "A"])
    assert unit_words.words_of_merger(others, new(["A"], [""]), told) == {"before": "kommune"}
    typed = unit_words.words_of_merger(others, new(["A"], ["County"]), told)
    assert typed == {"before": "kommune", "after": "county"}


def test_new_codes_for_old_names_tell_it_too_but_not_one_name_among_many() -> None:
    told = sources(code="kommunenummer")
    frame = old([""] * 4, list("1234"), list("ABCC"))
    half = new(list("ABC"), [""] * 3, ["1", "2", "x"])
    assert unit_words.words_of_merger(frame, half, told)["after"] == "kommune"
    one = new(list("ABC"), [""] * 3, ["1", "x", "3"])
    assert "after" not in unit_words.words_of_merger(frame, one, told)


def test_words_become_what_units_are_called() -> None:
    called = unit_words.called_of({"before": "comune"})
    assert called.before is not None
    assert (called.before.one, called.before.several, called.after) == ("comune", "comuni", None)
    assert not unit_words.called_of(None)
    assert not unit_words.called_of({"before": "no such word"})
