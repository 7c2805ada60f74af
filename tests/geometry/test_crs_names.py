"""Texts that an option gives for a coordinate reference system."""

from __future__ import annotations

import pytest

from geo_merge.errors import CRSError
from geo_merge.geometry.projection import parse_crs


@pytest.mark.parametrize("text", ["9214", "EPSG:9214"])
def test_codes_are_known_with_or_without_their_authority(text: str) -> None:
    assert parse_crs(text).to_epsg() == 9214


@pytest.mark.parametrize("text", ["", "9" * 5000, "²", "\udc80", "PROJCS[" * 2000, "999999", "\u202e4129"])  # fmt: skip
def test_what_names_none_is_told_in_one_short_sentence(text: str) -> None:
    with pytest.raises(CRSError, match="no such coordinate reference system") as told:
        parse_crs(text)
    (sentence,) = told.value.problems
    assert len(sentence) < 300
