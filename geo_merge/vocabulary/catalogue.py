"""The checks by id: what each is about, and findings counted by check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_merge.vocabulary.sentence import ENGLISH, kinds, row_of, titles

if TYPE_CHECKING:
    import pandas as pd

# Ids that findings and messages carry, in [brackets] where an error stops the run.
CHECKS = {check: title[ENGLISH] for check, title in titles().items()}

# Those that judge what is plausible, all or some of their sentences: a person may know better.
ACCEPTABLE = frozenset(
    check for check in CHECKS if any(row_of(k).get("acceptable") for k in (check, *kinds()[check]))
)


def count_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """Count findings by severity and check, the heaviest first.

    Returns
    -------
    pandas.DataFrame
        ``severity, check, title, count, total, unit_of_value``; the total is the sum of the
        values.
    """
    groups = findings.groupby(["severity", "check", "unit_of_value"], sort=False)
    table = groups["value"].agg(["size", "sum"]).reset_index()
    table = table.rename(columns={"size": "count", "sum": "total"})
    table["title"] = table["check"].map(CHECKS).fillna("")
    return table[["severity", "check", "title", "count", "total", "unit_of_value"]]
