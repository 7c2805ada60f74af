"""Rows that lie far from all others."""

from __future__ import annotations

import numpy as np
import pytest

from geo_merge.geometry.apart import far_rows, unusual

UNITS = np.array([[k, 0, k + 1, 1] for k in range(4)]) * 1000.0


def test_rows_that_lie_together_are_told_together_with_their_distance_from_the_rest() -> None:
    moved = UNITS.copy()
    moved[[1, 2]] += [0, 60_000, 0, 60_000]
    ((rows, away),) = far_rows(moved[[0, 1, 2, 3, 0]], 50_000, 1.0)
    assert (rows.tolist(), away) == ([1, 2], 59_000)


@pytest.mark.parametrize(("reach", "told"), [(58_999, 1), (59_000, 0)])
def test_how_far_is_far_is_the_limit(reach: float, told: int) -> None:
    moved = np.vstack([UNITS, UNITS[0] + [0, 60_000, 0, 60_000]])
    assert len(far_rows(moved, reach, 1.0)) == told
    assert len(far_rows(moved / 1000, reach, 1000.0)) == told


def test_rows_without_a_place_lie_nowhere() -> None:
    assert far_rows(np.full((3, 4), np.nan), 50_000, 1.0) == []
    assert far_rows(np.empty((0, 4)), 50_000, None) == []
    holed = np.vstack([np.full(4, np.nan), UNITS, UNITS[0] + 1e6])
    assert [rows.tolist() for rows, _ in far_rows(holed, 50_000, 1.0)] == [[5]]


def test_180_degrees_are_no_border() -> None:
    fiji = np.array([[178, -18, 179, -17], [179, -18, 180, -17], [-180, -18, -179, -17]])
    assert far_rows(fiji.astype(float), 50_000, None) == []
    ((rows, away),) = far_rows(np.vstack([fiji, [-176, -18, -175, -17]]), 50_000, None)
    assert rows.tolist() == [3]
    assert away == pytest.approx(3 * 111_320 * np.cos(np.radians(17.5)), rel=0.01)


def test_where_islands_are_usual_only_those_further_out_are_told() -> None:
    assert unusual(np.array([60.0, 61, 62]), 50).tolist() == [True] * 3
    assert unusual(np.array([60.0, 61, 62, 500]), 50).tolist() == [False] * 3 + [True]
