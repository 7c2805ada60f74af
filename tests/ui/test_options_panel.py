"""What a merger can be told on the page besides its files."""

from __future__ import annotations

from dataclasses import fields

from app_tests import AppTest

from geo_merge.texts import say
from geo_merge.vocabulary.limits import Limits


def _limits() -> None:
    from geo_merge.ui import options_panel, work  # noqa: PLC0415 - Streamlit runs this body alone

    options_panel._ask_limits(work.begin())


def test_every_limit_is_offered_and_one_without_a_default_says_so() -> None:
    test = AppTest.from_function(_limits, default_timeout=60).run()
    assert not test.exception
    table = test.dataframe[0].value
    assert len(table) == len(fields(Limits))
    shown = dict(zip((one.name for one in fields(Limits)), table["default"], strict=True))
    assert shown["drawing"] == say("limit.by_data", "vi")
    assert (shown["narrow"], shown["far"]) == ("0,1", "50.000")
    blank = table["value"].isna().tolist()
    assert blank == [one.default is None for one in fields(Limits)]
    values = dict(zip((one.name for one in fields(Limits)), table["value"], strict=True))
    assert (values["narrow"], values["far"]) == ("0,1", "50.000")
