"""Surveys: what the checks need to know of the outlines of many units, block by block.

Most edges of a layer are shared by two units and matter to no check. A survey of a block of units
holds what is left, so the full geometry of the whole layer need never be in one place: blocks are
surveyed one by one, in threads or on other machines, and their surveys are joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from geo_merge.geometry.edges import Matches, Unmatched, hash_vertices, match, take_runs
from geo_merge.geometry.rings import Ints, Rings, Runs


@dataclass(frozen=True)
class Survey:
    """The outlines of some units of a layer.

    Attributes
    ----------
    units
        Their positions in the layer; shape (units,).
    n_parts
        How many polygons each of them has; shape (units,).
    unmatched
        The edges that no two units of the block share; `owner` is the position in the layer.
    links
        Polygons of the block that share an edge, as unit, part, unit, part; shape (pairs, 4).
    """

    units: Ints
    n_parts: Ints
    unmatched: Unmatched
    links: Ints

    @cached_property
    def part_owner(self) -> Ints:
        """The unit of each polygon; shape (polygons,)."""
        return np.repeat(self.units, self.n_parts)

    def number(self, unit: Ints, part: Ints) -> Ints:
        """Return the numbers of polygons in a survey of the whole layer."""
        return (np.cumsum(self.n_parts) - self.n_parts)[unit] + part

    def touching(self) -> Ints:
        """Return which polygons touch, as pairs of their numbers, the lower first.

        Polygons that share an edge, and those that share a vertex of the unmatched edges: of two
        that meet in any other vertex, both are joined there by the polygons between them.
        """
        edge = np.column_stack(
            [self.number(*self.links[:, :2].T), self.number(*self.links[:, 2:].T)]
        )
        left = self.unmatched
        part = np.repeat(self.number(left.owner, left.part), np.diff(left.start))
        hashes = hash_vertices(left.xy)
        order = np.argsort(hashes, kind="stable")
        hashes, part = hashes[order], part[order]
        shared = np.flatnonzero((hashes[1:] == hashes[:-1]) & (part[1:] != part[:-1]))
        corner = np.column_stack([part[shared], part[shared + 1]])
        return np.unique(np.sort(np.concatenate([edge, corner]), axis=1), axis=0)


def survey(rings: Rings, units: Ints, groups: Ints | None = None) -> Survey:
    """Survey a block of units.

    Parameters
    ----------
    rings
        Their rings; see `rings.flatten`.
    units
        Their positions in the layer; shape (units,).
    groups
        The group of each unit, if edges of different groups are to stay apart: then the survey is
        what those of the groups are, one after the other. Shape (units,), ascending.
    """
    part = rings.part
    kin = None if groups is None else groups[rings.owner]
    rings = replace(rings, owner=units[rings.owner])
    pairs = match(rings, kin)
    n_parts = np.diff(rings.geometry_start)
    return Survey(units, n_parts, take_runs(rings, part, pairs.left), _links(rings, part, pairs))


def combine(surveys: Sequence[Survey], n_units: int) -> Survey:
    """Join the surveys of all blocks to that of a layer of so many units."""
    n_parts = np.zeros(n_units, dtype=np.int64)
    for block in surveys:
        n_parts[block.units] = block.n_parts
    runs, links = _joined([s.unmatched for s in surveys]), [s.links for s in surveys]
    pairs = match(runs)
    links.append(_links(runs, runs.part, pairs))
    runs = take_runs(runs, runs.part, pairs.left)
    return Survey(np.arange(n_units), n_parts, runs, np.concatenate(links))


_NOTHING = Unmatched(
    np.empty((0, 2)), np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64),
    np.empty(0, dtype=bool), np.empty(0, dtype=np.int64),
)  # fmt: skip


def _joined(several: Sequence[Unmatched]) -> Unmatched:
    several = [*several] or [_NOTHING]
    ends = np.cumsum([0, *(len(u.xy) for u in several)])
    starts = [u.start[:-1] + end for u, end in zip(several, ends[:-1], strict=True)]
    return Unmatched(
        np.concatenate([u.xy for u in several]),
        np.concatenate([*starts, ends[-1:]]),
        np.concatenate([u.owner for u in several]),
        np.concatenate([u.interior_left for u in several]),
        np.concatenate([u.part for u in several]),
    )


def _links(runs: Runs, part: Ints, pairs: Matches) -> Ints:
    """Return which polygons share an edge, each two once."""
    n = np.diff(runs.start)
    run = np.repeat(np.arange(len(n), dtype=np.int32), n)
    across = np.full(len(runs.xy), -1, dtype=np.int32)  # the run beyond each edge
    across[pairs.one], across[pairs.two] = run[pairs.two], run[pairs.one]
    # Along a border the two sides are the same edge after edge: where they change is enough.
    change = across[1:] != across[:-1]
    change |= run[1:] != run[:-1]
    at = np.flatnonzero(np.append(True, change) & (across >= 0))
    one, two = run[at], across[at]
    found = np.column_stack([runs.owner[one], part[one], runs.owner[two], part[two]])
    return np.unique(found[(found[:, :2] != found[:, 2:]).any(axis=1)], axis=0)
