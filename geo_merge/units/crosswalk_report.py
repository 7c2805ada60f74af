"""What is wrong in a crosswalk, and what was noticed, all at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import Sentence, and_more, sentence

SHOWN = 20  # sentences of one kind; the rest is told in one
_NAMED = 200  # units that one sentence names


class Report:
    """All problems and findings of one crosswalk, so that a planner mends them in one go."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.problems: list[str] = []
        self.findings: list[Finding] = []

    def error(self, row: Hashable, text: str) -> None:
        """Report what is wrong in a row."""
        self.problems.append(f"{self.source} row {row}: {text}")

    def wrong(self, kind: str, /, **values: Any) -> None:  # noqa: ANN401 - as `sentence`
        """Report what is wrong, as a sentence of a kind."""
        self.problems.append(sentence(kind, source=self.source, **values))

    def wrong_in(self, row: Hashable, kind: str, /, **values: Any) -> None:  # noqa: ANN401
        """Report what is wrong in a row, as a sentence of a kind."""
        self.wrong(kind, row=str(row), **values)

    def note(
        self, told: Sentence, *, units: tuple[str, ...] = (), value: float | None = None,
        unit_of_value: str = "",
    ) -> None:  # fmt: skip
        """Note what was found, and what was made of it."""
        self.findings.append(
            Finding.of(told, units=units, value=value, unit_of_value=unit_of_value)
        )


def ranges(rows: Iterable[Hashable]) -> str:
    """Return row numbers for messages, as ``2-5, 9``."""
    parts: list[list[int]] = []
    for row in sorted(int(str(row)) for row in rows):
        if parts and row == parts[-1][1] + 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in parts)


def named(units: Sequence[str]) -> str:
    """Return units for messages, and how many more there are than can be named."""
    return and_more(", ".join(units[:_NAMED]), len(units) - _NAMED)
