"""Charts of a result: what each bar tells a screen reader, in the language of the page."""

from __future__ import annotations

import re

import altair as alt
import pandas as pd

from geo_merge.texts import say
from geo_merge.ui import charts


def told(chart: alt.Chart) -> list[str]:
    """Return what a chart tells of itself and of its bars, of which some have no size."""
    return re.findall(r'aria-label="([^"]*)"', charts.picture(chart, "svg").decode())


def test_bars_tell_what_they_are_in_the_language_and_nothing_else_is_told() -> None:
    unit, when, kind = (say(f"ui.{name}", "vi") for name in ("units", "when", "type"))
    before, after = (say(f"map.{name}", "vi") for name in ("before", "after"))
    by_type = {"before": {"by_type": {"Xã": 5}}, "after": {"by_type": {"Xã": 2}}}
    assert sorted(told(charts.by_type(by_type))) == [
        f"{kind}: Xã; {unit}: 2; {when}: {after}", f"{kind}: Xã; {unit}: 5; {when}: {before}",
    ]  # fmt: skip
    table = pd.DataFrame({"name": ["Đồng Kỳ"], "km2": [1286.467499738]}, index=["07282"])
    (bar,) = told(charts.ranking(table, "km2", "Diện tích"))
    assert bar == f"Diện tích: 1.286,47; {say('ui.name', 'vi')}: Đồng Kỳ (07282)"
    values = pd.DataFrame({"when": [before, after], "value": [3.0, 4.0]})
    assert all(one.startswith("Diện tích: ") and f"{when}: " in one
               for one in told(charts.distribution(values, "Diện tích")))  # fmt: skip


def test_counts_of_units_have_no_ticks_between_whole_numbers() -> None:
    values = pd.DataFrame({"when": [say("map.before", "vi")] * 2, "value": [3.0, 4.0]})
    one = {"before": {"by_type": {"Xã": 1}}, "after": {"by_type": {"Xã": 1}}}
    for chart in (charts.distribution(values, "Diện tích"), charts.by_type(one)):
        svg = charts.picture(chart, "svg").decode()
        ticks = re.findall(r">([01][.,]?\d*)</text>", svg)
        assert {"0", "1"} <= set(ticks)
        assert not any("," in tick or "." in tick for tick in ticks)
