"""The classes of a theme for maps on paper: the same that the page makes (`web/classes.js`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise
from typing import Any

import pandas as pd

from geo_merge.texts import Language, number, say

METHODS = ("natural", "quantiles", "equal")
BASES = ("own", "after", "before", "both")  # own: of the side that is drawn
CLASSES = 6
NO_FIGURE, ZERO = "#bdbdbd", "#ffffff"
_SMALLEST = -12  # power of ten of a limit


@dataclass(frozen=True)
class Classes:
    """Where classes begin, their colours, and what is no class.

    Attributes
    ----------
    theme
        See `themes.themes`.
    breaks
        Where each class but the first begins.
    colours
        One a class.
    least
        The least figure.
    first
        The least and the largest figure of the first class, on both sides.
    zeros, missing
        Whether there are units with zero apart, and units without a figure.
    """

    theme: Mapping[str, Any]
    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    least: float
    first: tuple[float, float]
    zeros: bool
    missing: bool

    def fill(self, value: float | None) -> str:
        """Return the colour of a figure."""
        if value is None or math.isnan(value):
            return NO_FIGURE
        if self.zeros and value == 0:
            return ZERO
        return self.colours[sum(value >= limit for limit in self.breaks)]

    def rows(self, language: Language) -> Iterator[tuple[str, str]]:
        """Yield the colours of the legend with their words."""
        if self.zeros:  # before what is more
            yield ZERO, number(0, language)
        yield from zip(self.colours, self._words(language), strict=True)
        if self.missing:
            yield NO_FIGURE, say("map.no_figure", language)

    def _words(self, language: Language) -> Iterator[str]:
        if not self.breaks:
            yield say("map.all", language)
            return
        digits = int(self.theme["digits"])
        ends = [None, *self.breaks, None]
        for low, high in pairwise(ends):
            if self.theme.get("whole"):
                yield _whole(self.least if low is None else low, high, language)
            elif low is None and self.theme.get("begun") and math.isfinite(self.first[0]):
                yield _begun(*self.first, f"< {number(high or 0.0, language, digits)}",
                             partial(number, language=language, digits=digits))  # fmt: skip
            elif low is None or high is None:
                sign, limit = ("<", high) if low is None else ("≥", low)
                yield f"{sign} {number(limit or 0.0, language, digits)}"
            else:
                yield f"{number(low, language, digits)} – < {number(high, language, digits)}"


def _whole(low: float, high: float | None, language: Language) -> str:
    if high is None:
        return f"≥ {number(low, language)}"
    if low == high - 1:
        return number(low, language)
    return f"{number(low, language)} – {number(high - 1, language)}"


def _begun(least: float, most: float, end: str, told: Callable[[float], str]) -> str:
    """Return what a class holds: one figure if all of it read alike, else from the least on."""
    return told(least) if told(least) == told(most) else f"{told(least)} – {end}"


def classified(
    theme: Mapping[str, Any], before: pd.DataFrame, after: pd.DataFrame, *,
    method: str = METHODS[0], basis: str = "after",
) -> Classes:  # fmt: skip
    """Return the classes of a theme of figures.

    Parameters
    ----------
    theme
        See `themes.themes`.
    before, after
        What the map says of the units of both sides; see `display.units_shown`.
    method
        Natural breaks, quantiles or equal steps.
    basis
        The side whose figures make the classes.
    """
    sides = {"before": before, "after": after}
    named = ("before", "after") if basis == "both" else (basis,)

    def parts(names: Sequence[str]) -> list[float]:
        values = [v for n in names for v in figures_of(sides[n], str(theme["field"]))]
        return [v for v in values if not math.isnan(v) and not (theme.get("zero") and v == 0)]

    figures = parts(named) or parts(tuple(sides))
    breaks = tuple(theme.get("breaks") or limits(method, figures, CLASSES))
    everything = [v for frame in sides.values() for v in figures_of(frame, str(theme["field"]))]
    first = [v for v in parts(tuple(sides)) if not breaks or v < breaks[0]]
    return Classes(
        theme=theme,
        breaks=breaks,
        colours=tuple(colours(theme["palette"], len(breaks) + 1)),
        least=min(figures, default=math.inf),
        first=(min(first, default=math.inf), max(first, default=math.inf)),
        zeros=bool(theme.get("zero")) and 0 in everything,
        missing=any(map(math.isnan, everything)),
    )


def figures_of(frame: pd.DataFrame, field: str) -> list[float]:
    """Return the figures of units, NaN where there is none."""
    if field not in frame:
        return [math.nan] * len(frame)
    return [float(v) for v in pd.to_numeric(frame[field], errors="coerce")]


def limits(method: str, figures: Sequence[float], classes: int) -> list[float]:
    """Return the limits between classes: the roundest numbers that part the same figures."""
    ordered = sorted(v for v in figures if math.isfinite(v))
    wanted = min(classes, len(set(ordered)))
    if wanted < 2:  # noqa: PLR2004 - one class has no limits
        return []
    low, high = ordered[0], ordered[-1]
    steps = [(k + 1) / wanted for k in range(wanted - 1)]
    if method == "equal":
        near = (high - low) / wanted / 20
        middles = [low + share * (high - low) for share in steps]
        return sorted({_roundest(middle - near, middle + near) for middle in middles})
    starts = (
        [math.floor(share * len(ordered) + 0.5) for share in steps]
        if method == "quantiles" else _natural_starts(ordered, wanted)
    )  # fmt: skip
    firsts = [ordered.index(ordered[k]) for k in starts]  # equal figures stay together
    return sorted({_roundest(ordered[k - 1], ordered[k]) for k in firsts if k > 0})


def _roundest(low: float, high: float) -> float:
    """Return the roundest number above `low` that is not above `high`."""
    for power in range(math.ceil(math.log10(max(abs(low), abs(high)))), _SMALLEST, -1):
        for part in (5, 2, 1):
            step = part * 10.0 ** (power - 1)
            limit = float(f"{math.floor(high / step + 1e-9) * step:.12g}")
            if low < limit <= high:
                return limit
    return high


def _natural_starts(ordered: Sequence[float], classes: int) -> list[int]:
    """Return where classes begin so that they vary least (Fisher, Jenks).

    The best beginning of the last class moves on with the end of the list, so that each half of
    the ends needs to be tried within bounds only.
    """
    n, middle = len(ordered), ordered[len(ordered) // 2]
    values = [v - middle for v in ordered]  # figures far from zero would lose digits in squares
    total = [0.0, *accumulate(values)]
    squares = [0.0, *accumulate(v * v for v in values)]

    def spread(i: int, j: int) -> float:
        return squares[j] - squares[i] - (total[j] - total[i]) ** 2 / (j - i)

    best = [0.0, *(spread(0, k + 1) for k in range(n))]
    chosen: list[list[int]] = []
    for c in range(1, classes):
        following, start = [math.inf] * (n + 1), [0] * (n + 1)
        todo = [(c + 1, n, c, n - 1)]
        while todo:
            low, high, first, last = todo.pop()
            if low > high:
                continue
            end = (low + high) // 2
            for k in range(max(first, c), min(last, end - 1) + 1):
                cost = best[k] + spread(k, end)
                if cost < following[end]:
                    following[end], start[end] = cost, k
            todo += [(end + 1, high, start[end] or first, last),
                     (low, end - 1, first, start[end] or last)]  # fmt: skip
        chosen.append(start)
        best = following
    found, end = [], n
    for start in reversed(chosen):
        end = start[end]
        found.append(end)
    return found[::-1]


def colours(palette: Sequence[str], count: int) -> list[str]:
    """Return so many colours of a palette, the first and last among them."""
    last = len(palette) - 1
    return [
        palette[math.floor(k * last / (count - 1) + 0.5) if count > 1 else 0] for k in range(count)
    ]
