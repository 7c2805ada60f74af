"""Files of one result agree: a file that was changed or swapped since is found by the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2
from geo_merge.merging.result import MergeResult
from geo_merge.vocabulary.part_of import unit_codes
from geo_merge.vocabulary.sentence import Sentence, and_more, sentence

_SHOWN = 5  # codes
_OLD, _NEW = "old_units.geojson", "new_units.geojson"
_CROSSWALK, _STATISTICS = "crosswalk.csv", "statistics.csv"
_LEDGER, _SUMMARY = "ledger.csv", "summary.json"
# By what a figure in a file is rounded at most, and the share by which a sum may differ besides.
_ROUNDED, _SHARE = 1.0, 1e-6


def disagreements(result: MergeResult) -> Iterator[Sentence]:
    """Yield which files of a result that was read cannot be of one run, and why."""
    old, new, table = result.old, result.new, result.crosswalk
    yield from _apart(_OLD, _pairs(unit_codes(old), old["new_code"]),
                      _CROSSWALK, _pairs(table["old_code"], table["new_code"]))  # fmt: skip
    yield from _apart(_NEW, Counter(map(str, new.index)),
                      _CROSSWALK, Counter(set(table["new_code"])))  # fmt: skip
    yield from _apart(_NEW, Counter(map(str, new.index)),
                      _STATISTICS, Counter(map(str, result.statistics.index)))  # fmt: skip
    yield from _apart(_NEW, _members(new), _CROSSWALK, _pairs(table["new_code"], table["old_code"]))
    units = int(unit_codes(old).replace("", pd.NA).nunique())
    ledger = result.ledger.drop_duplicates("quantity").set_index("quantity")
    for one, figure, other, counted in (
        (_LEDGER, _figure(ledger, "units", "before"), _OLD, units),
        (_LEDGER, _figure(ledger, "crosswalk_rows", "before"), _CROSSWALK, len(table)),
        (_SUMMARY, result.summary["before"]["count"], _OLD, int((~old["is_piece"]).sum())),
    ):
        if figure is not None and int(figure) != counted:
            yield _told(one, other, sentence("write.other_count", n=int(figure), m=counted))
    yield from _sums(ledger, result)


def _figure(ledger: pd.DataFrame, quantity: str, side: str) -> Any:  # noqa: ANN401 - int or float
    return ledger.at[quantity, side] if quantity in ledger.index else None


def _pairs(codes: Iterable[Any], new: Iterable[Any]) -> Counter[tuple[str, str]]:
    """Count old units by their code and new unit; those without a code are counted, too."""
    return Counter((_text(a), _text(b)) for a, b in zip(codes, new, strict=True))


def _members(new: pd.DataFrame) -> Counter[tuple[str, str]]:
    """Count members by new unit, and pieces of land as units without a code."""
    return Counter(
        (str(code), str(one))
        for column in ("members", "pieces") if column in new
        for code, each in new[column].items()
        for one in (each if column == "members" else [""] * len(each))
    )  # fmt: skip


def _text(value: Any) -> str:  # noqa: ANN401 - a cell
    return value if isinstance(value, str) else ""


def _apart(one: str, first: Counter[Any], other: str, second: Counter[Any]) -> Iterator[Sentence]:
    """Yield that two files have other units, with some of them."""
    odd = [*(first - second), *(second - first)]
    if odd:
        codes = list(dict.fromkeys(" → ".join(k) if isinstance(k, tuple) else k for k in odd))
        named = and_more(", ".join(codes[:_SHOWN]), len(codes) - _SHOWN)
        yield _told(one, other, sentence("write.other_units", codes=named))


def _sums(ledger: pd.DataFrame, result: MergeResult) -> Iterator[Sentence]:
    """Yield sums of the figures of units that are not what the ledger has."""
    for quantity, after in ledger["after"].items():
        named = f"{quantity}_source"  # a field that is called as a figure of ours
        column = "area_km2" if quantity == "area_m2" else named if named in result.new else quantity
        scale = SQUARE_METRES_PER_KM2 if quantity == "area_m2" else 1.0
        for name, frame in ((_STATISTICS, result.statistics), (_NEW, result.new)):
            if column not in frame or not pd.api.types.is_numeric_dtype(frame[column]):
                continue
            total = float(np.nansum(frame[column].to_numpy(float, na_value=np.nan))) * scale
            if abs(total - float(after)) > _ROUNDED * len(frame) + _SHARE * abs(float(after)):
                told = sentence("write.other_sum", quantity=quantity, a=float(after), b=total)
                yield _told(_LEDGER, name, told)


def _told(one: str, other: str, told: Sentence) -> Sentence:
    return sentence("write.apart", one=one, other=other, told=told)
