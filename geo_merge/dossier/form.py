"""The form of papers: sizes, margins, type. Source: Vietnam's Decree 30/2020/NĐ-CP, Annex I.

It asks for A4, Times New Roman of 13 to 14 points, margins of 20-25 mm above and below, 30-35 mm to
the left, 15-20 mm to the right; tables may lie across. Other countries' rules are not stricter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

TOP, BOTTOM, LEFT, RIGHT = 20.0, 20.0, 30.0, 15.0  # millimetres
BODY, CELL, SMALL = 13.0, 11.0, 10.0  # points: text, tables, notes
SERIF = "Times New Roman"


@dataclass(frozen=True)
class Paper:
    """A sheet of paper.

    Attributes
    ----------
    name
        Of its size, ISO 216.
    width, height
        Millimetres, as it is held.
    """

    name: str
    width: float
    height: float

    @property
    def across(self) -> Paper:
        """The same paper, its long side below."""
        return replace(self, width=max(self.width, self.height),
                       height=min(self.width, self.height))  # fmt: skip

    @property
    def lies_across(self) -> bool:
        """Whether its long side is below."""
        return self.width > self.height

    @property
    def inner(self) -> tuple[float, float]:
        """Width and height within its margins, in millimetres."""
        return self.width - LEFT - RIGHT, self.height - TOP - BOTTOM


A4, A3, A2, A1, A0 = PAPERS = (
    Paper("A4", 210, 297), Paper("A3", 297, 420), Paper("A2", 420, 594), Paper("A1", 594, 841),
    Paper("A0", 841, 1189),
)  # fmt: skip
