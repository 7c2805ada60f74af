"""What the map of a result claims to show, and what is said where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from geo_merge.geometry.rings import Bools, is_polygonal
from geo_merge.maps.drawing import Drawing
from geo_merge.maps.drawing_proof import Claim
from geo_merge.merging.parents_after import LEVELS, parents_before
from geo_merge.merging.result import MergeResult
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import and_more, sentence

_NAMED = 10


def joined(result: MergeResult, km2: pd.Series) -> list[Claim]:
    """Return what is joined from old units on the map: new units, districts, provinces.

    Parameters
    ----------
    result
        The result.
    km2
        The area of each old unit; 0 for what has no usable polygon. Such a one is drawn, but not
        in the polygons of the files, so that what it belongs to is held against its members alone.
    """
    old = result.old
    usable = km2.to_numpy() > 0
    crumbs = is_polygonal(np.asarray(old.geometry.values)) & ~usable
    claims = [_claim(result.new.index, result.new, old["new_code"], crumbs)]
    for level in LEVELS:
        parents = result.parents
        parents = parents[(parents["level"] == level) & (parents["when"] == "before")]
        was = parents_before(old, level)
        index = pd.Index(np.unique(was.labels[was.known & usable]))  # in the order of the parents
        claims.append(_claim(index, parents, pd.Series(was.labels), crumbs))
    return claims


def _claim(index: pd.Index, frame: pd.DataFrame, labels: pd.Series, crumbs: Bools) -> Claim:
    group = index.get_indexer(pd.Index(labels))
    shapes = np.asarray(frame["geometry"].values).copy()
    shapes[np.unique(group[crumbs & (group >= 0)])] = None
    return Claim(group, shapes)


def notes(result: MergeResult, drawing: Drawing) -> Iterator[Finding]:
    """Yield what was found in drawing a result."""
    if drawing.whole:
        codes = tuple(map(str, result.old.index[drawing.whole]))
        kind = "P04.whole_one" if len(codes) == 1 else "P04.whole"
        yield Finding.of(sentence(kind, n=len(codes), units=_first(codes)), units=codes)
    old, new, *parents = drawing.unproven
    labels = [("old_unit", result.old.index[old]), ("new_unit", result.new.index[new])]
    names = result.parents[result.parents["when"] == "before"]
    for level, wrong in zip(LEVELS, parents, strict=True):
        labels.append((level, names[names["level"] == level]["name"].iloc[wrong]))
    for what, which in labels:
        if len(which):
            codes = tuple(map(str, which))
            of = {"old_unit": "old", "new_unit": "new"}.get(what, "parent")
            some = "one" if len(codes) == 1 else "several"
            listed = sentence(f"P04.{some}_{what}", n=len(codes), units=_first(codes))
            told = sentence(f"P04.{of}", what=listed)
            yield Finding.of(told, units=() if of == "parent" else codes)


def _first(codes: Sequence[str]) -> str:
    return and_more(", ".join(codes[:_NAMED]), len(codes) - _NAMED)
