"""Which columns of a person's table hold figures, and how these are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from geo_merge.errors import UsageError
from geo_merge.recoding.cells import Form, figure_of
from geo_merge.recoding.code_columns import NUMBERS_OF_ROWS
from geo_merge.recoding.sample import MOST, Sample
from geo_merge.vocabulary.codes import is_running
from geo_merge.vocabulary.counts import Kind, counts_things, kind_of
from geo_merge.vocabulary.fields import fold_field, population_year
from geo_merge.vocabulary.sentence import Sentence, sentence
from geo_merge.vocabulary.written import (
    OF_KM2,
    OF_PEOPLE,
    Written,
    figure_and_word,
    read_figures,
)

_FIGURES = frozenset((Kind.COUNT, Kind.AREA_RATE, Kind.PEOPLE_RATE))


def columns_of_figures(
    sample: Sample, said: Sequence[int] | None, used: set[int]
) -> dict[int, Form]:
    """Return the columns of numbers, with how they are written.

    Parameters
    ----------
    sample
        The first rows.
    said
        The columns that a person gave, if any were.
    used
        Those that are something else.

    Raises
    ------
    UsageError
        If a column that a person gave has no numbers.
    """
    found = {}
    for at in said if said is not None else range(len(sample.headings)):
        if said is None and at in used:
            continue
        filled = _filled(sample, at)
        read = _read(sample.headings[at], filled)
        numbers = [v for v in read.values if v == v]  # noqa: PD011, PLR0124 - NaN is not itself
        zeros = any(len(c) > 1 and c[0] == "0" and c.isdigit() for c in filled)
        counts_rows = fold_field(sample.headings[at]) in NUMBERS_OF_ROWS
        counts_rows = counts_rows and is_running(filled)
        no_figures = not numbers or zeros or counts_rows
        if said is None and (no_figures or len(read.wrong) > MOST * len(filled)):
            continue
        if said is not None and not numbers:
            raise UsageError(sentence("recoding.figures", column=sample.headings[at]))
        form = Form(read.thousands, read.decimal, fold_field(read.word))
        if any(figure_of(c, *form) is not None for c in filled):
            found[at] = form
    return found


def on_words(sample: Sample, figures: Mapping[int, Form], used: set[int]) -> Iterator[Sentence]:
    """Yield how figures with a word after them are read, and of which columns they are not.

    Parameters
    ----------
    sample, figures
        The first rows, and their columns of numbers.
    used
        Columns that are something else.
    """
    for at, heading in enumerate(sample.headings):
        filled = _filled(sample, at)
        form = figures.get(at)
        if form is not None and form.word:
            figure = next(f for c in filled if (f := figure_of(c, *form)) is not None)
            text = next(c for c in filled if figure_of(c, *form) is not None)
            yield sentence("recoding.figures_with_word", file=sample.source, column=heading,
                           text=text.strip(), number=f"{figure:f}")  # fmt: skip
        elif form is None and at not in used:
            digits = [c.strip() for c in filled if any(map(str.isdecimal, c))]
            values = pd.Series([1.0] * len(filled))
            if 2 * len(digits) > len(filled) and kind_of(heading, values) in _FIGURES:
                by_word = {figure_and_word(c)[1]: c for c in reversed(digits)}
                yield sentence("recoding.figures_of_words", file=sample.source, column=heading,
                               texts=[*by_word.values()][:2])  # fmt: skip


def _filled(sample: Sample, at: int) -> list[str]:
    return [c for c in sample.cells[at] if c.strip()]


def _words(filled: Sequence[str]) -> list[str]:
    """Return what stands after figures, the most frequent first; blank where nothing does."""
    return [word for word, _ in Counter(figure_and_word(c)[1] for c in filled).most_common()]


def _read(heading: str, filled: Sequence[str]) -> Written:
    """Read a column as counts if its heading says so, or as other figures.

    Any word may stand after what its heading calls figures; after others only one of people or
    land, as 10A and 11A are classes of a school.
    """
    word = next((w for w in _words(filled) if w), "")
    words = {word: 1.0, **OF_PEOPLE}
    whole = read_figures(filled, whole=True, words=words)
    values = pd.Series(whole.values, dtype=float)
    is_figure = word in OF_PEOPLE or word in OF_KM2 or kind_of(heading, values) in _FIGURES
    words = words if is_figure else {}
    counted = population_year(heading) is not None or counts_things(heading, values)
    return read_figures(filled, whole=counted, words=words)
