"""The ledger: quantities before and after a merger, each with what it may differ by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class LedgerRow:
    """One quantity before and after; ``ok`` if they agree within the tolerance."""

    quantity: str
    before: float
    after: float
    tolerance: float = 0.0

    @property
    def difference(self) -> float:
        """After minus before."""
        return self.after - self.before

    @property
    def ok(self) -> bool:
        """Whether nothing was lost."""
        return abs(self.difference) <= self.tolerance


LEDGER_COLUMNS = ("quantity", "before", "after", "difference", "tolerance", "ok")


def ledger_frame(rows: Iterable[LedgerRow]) -> pd.DataFrame:
    """Return the ledger as a frame with the columns of the contract."""
    return pd.DataFrame(
        [{name: getattr(row, name) for name in LEDGER_COLUMNS} for row in rows],
        columns=list(LEDGER_COLUMNS),
    )
