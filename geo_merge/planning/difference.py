"""The map of differences of two plans: units that are the same, grown or split, and what moved."""

from __future__ import annotations

from typing import Any

import geopandas as gpd

from geo_merge.maps.plan_map import ground, page_html
from geo_merge.planning.compare import Comparison
from geo_merge.texts import TEXTS, Language, number, say


def difference_html(
    comparison: Comparison, frame: gpd.GeoDataFrame, titles: tuple[str, str], language: Language
) -> str:
    """Return a page with both plans: two maps that move together, or one behind a curtain.

    Parameters
    ----------
    comparison
        See `compare.compare`.
    frame
        The old units, as `units.layers.read_units` reads them.
    titles
        What the page calls the two plans.
    language
        Of the page.

    Returns
    -------
    str
        HTML that opens without internet; the same plans give the same bytes.
    """
    names = (key for key in TEXTS if key.startswith("difference."))
    words = {key.removeprefix("difference."): say(key, language) for key in names}
    return page_html(words["title"], ground(frame), {
        "titles": titles,
        "homes": [list(plan.home.values()) for plan in (comparison.one, comparison.two)],
        "news": _news(comparison),
        "moved": _rows(comparison),
        "pairs": [[str(p.change), p.one, p.two] for p in comparison.differences],
        "count": {change: number(n, language) for change, n in comparison.count().items()},
        "words": words,
    }, language)  # fmt: skip


def _rows(comparison: Comparison) -> list[int]:
    at = {code: row for row, code in enumerate(comparison.one.old)}
    return [at[code] for code in comparison.moved]


def _news(comparison: Comparison) -> list[dict[str, Any]]:
    """Return name, type and change of the new units of each plan, by code."""
    sides: list[dict[str, Any]] = [{}, {}]
    for pair in comparison.pairs:
        for side, code, plan in zip(
            sides, (pair.one, pair.two), (comparison.one, comparison.two), strict=True
        ):
            if code is not None:
                unit = plan.new[code]
                side[code] = [unit.name, unit.unit_type, str(pair.change)]
    return sides
