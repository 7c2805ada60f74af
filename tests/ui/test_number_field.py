"""Numbers that are written into the page, with a comma or a point."""

from __future__ import annotations

import pytest
from app_tests import AppTest

from geo_merge.texts import say


def _field() -> None:
    import streamlit as st  # noqa: PLC0415 - Streamlit runs this body alone

    from geo_merge.ui import number_field, state  # noqa: PLC0415

    state.start()
    metres = number_field.show(st.container(), "m", 12500.5, key="metres", least=0.01)
    st.text(repr(metres))


@pytest.mark.parametrize(
    ("lang", "begun", "cases"),
    [("vi", "12.500,5", {"0,25": 0.25, "0.25": 0.25, "10.000": 10000.0, "1.234,5": 1234.5}),
     ("en", "12,500.5", {"0,25": 0.25, "0.25": 0.25, "10,000": 10000.0, "1,234.5": 1234.5})],
)  # fmt: skip
def test_a_comma_and_a_point_are_read_as_the_language_has_them(
    lang: str, begun: str, cases: dict[str, float]
) -> None:
    test = AppTest.from_function(_field, default_timeout=60)
    test.query_params["lang"] = lang
    test.run()
    assert not test.exception
    assert test.text_input("metres").value == begun
    for text, number in cases.items():
        test.text_input("metres").set_value(text).run()
        assert test.text[0].value == repr(number), text
        assert not test.error
    for text in ("abc", "", "-3", "0"):
        test.text_input("metres").set_value(text).run()
        assert test.text[0].value == repr(1234.5), text  # what was written before, as is told
        assert [e.value.partition(";")[0] for e in test.error] == [
            say("ui.no_number", lang, text=text, least="0,01" if lang == "vi" else "0.01",
                example="").partition(";")[0]]  # fmt: skip
