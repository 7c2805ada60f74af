"""Tables of the page: no digit is cut off, and what is not known is a dash."""

from __future__ import annotations

import json

from app_tests import AppTest


def _page() -> None:
    import pandas as pd  # noqa: PLC0415 - Streamlit runs this body alone

    from geo_merge.ui import state, tables  # noqa: PLC0415

    state.start()
    table = pd.DataFrame({
        "a": ["x", "y", "z"], "b": [333_842.13, 2.0, 1.0], "c": [-0.0021, None, 12.5],
        "d": [1, 2, 3],
    })  # fmt: skip
    tables.show(table, changes=("c",), column_config={"a": {"width": 330}})


def test_a_column_of_numbers_is_as_wide_as_its_longest_one() -> None:
    test = AppTest.from_function(_page, default_timeout=60).run()
    assert not test.exception
    (shown,) = test.dataframe
    assert shown.proto.placeholder == "–"
    width = {name: each.get("width") for name, each in json.loads(shown.proto.columns).items()}
    assert width["a"] == 330
    assert width["b"] >= 7 * len("333.842,13")  # pixels of a digit
    assert width["d"] < width["c"] < width["b"]


def test_a_change_that_two_decimals_do_not_show_is_no_zero() -> None:
    test = AppTest.from_function(_page, default_timeout=60).run()
    (shown,) = test.dataframe
    texts = shown.proto.arrow_data.styler.display_values
    assert "−0,0021".encode() in texts
    assert b"+12,50" in texts
