"""Names that nobody would read."""

from __future__ import annotations

from geo_merge.wording.sentence import said, sentence

SHORT, LONG = "x" * 2_000, "a" * 1_000_000 + "z"


def test_of_a_name_without_end_both_its_ends_are_told() -> None:
    told = sentence("W07.empty", name=LONG)
    for language in ("en", "vi"):
        assert len(said(told, language)) < 2_200
        assert f"a … {'a' * 399}z" in said(told, language)


def test_a_long_name_is_told_whole() -> None:
    assert SHORT in sentence("W07.empty", name=SHORT)


def test_a_sentence_in_a_sentence_is_told_whole() -> None:
    inner = sentence("W07.empty", name=SHORT)
    assert inner in sentence("done.problem", problem=inner)
