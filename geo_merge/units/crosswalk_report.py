"""What is wrong in a crosswalk, and what was noticed, all at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from geo_merge.vocabulary.finding import Finding, Severity

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

    def errors(self, told: Sequence[tuple[Hashable, str]], rest: str) -> None:
        """Report rows one by one, and those beyond `SHOWN` together."""
        for row, text in told[:SHOWN]:
            self.error(row, text)
        more = [row for row, _ in told[SHOWN:]]
        if more:
            self.problems.append(f"{self.source}: {len(more)} more rows ({ranges(more)}) {rest}.")

    def warn(self, check: str, message: str, *, units: tuple[str, ...] = (), hint: str = "",
             value: float | None = None, unit_of_value: str = "") -> None:  # fmt: skip
        """Note what was found, and what was made of it."""
        self.findings.append(
            Finding(check=check, severity=Severity.WARNING, message=f"{self.source}: {message}",
                    units=units, hint=hint, value=value, unit_of_value=unit_of_value)
        )  # fmt: skip


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
    more = len(units) - _NAMED
    return ", ".join(units[:_NAMED]) + (f" and {more} more" if more > 0 else "")
