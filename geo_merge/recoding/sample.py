"""The first rows of a person's table, from which its columns are recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo_merge.errors import UsageError
from geo_merge.vocabulary.fields import listed, same_field
from geo_merge.vocabulary.sentence import sentence

# Shares of the cells of a column: what most of them, nearly all and more than a few hold.
MOST = 0.5
NEARLY = 0.9
FEW = 0.1


@dataclass(frozen=True)
class Sample:
    """The first rows of a table, column by column.

    Attributes
    ----------
    source
        The file, for messages.
    numbers
        The number of each row.
    cells
        The cells of each column.
    """

    source: str
    headings: tuple[str, ...]
    numbers: Sequence[int]
    cells: Sequence[Sequence[str]]

    def at(self, heading: str, option: str = "--column") -> int:
        """Return the position of a column that an option names."""
        found = same_field(self.headings, heading)
        if found is None:
            raise UsageError(sentence(
                "recoding.no_such_column", option=option, column=heading, file=self.source,
                columns=listed(self.headings),
            ))  # fmt: skip
        return self.headings.index(found)
