"""Every group of neighbouring units that may become one unit, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo_merge.geometry.rings import Bools, Floats, Ints

Masks = np.ndarray[tuple[int, int], np.dtype[np.uint64]]
_WORD = 64
# Sizes of groups that are followed, where there are too many of each.
_SIZES = 10
# Groups whose members are looked at together: 64 MB a hundred units.
_CHUNK = 2**18


@dataclass(frozen=True)
class Cap:
    """A sum over the members of a group that must not grow beyond a number.

    Attributes
    ----------
    values
        What each unit adds, none of it negative; shape (units,).
    most
        The number.
    """

    values: Floats
    most: float


@dataclass(frozen=True)
class Groups:
    """Groups of units as sets of bits.

    Attributes
    ----------
    masks
        Bit k of a row tells whether unit k is a member; shape (groups, words).
    n_units
        How many units there are.
    """

    masks: Masks
    n_units: int

    def __len__(self) -> int:
        return len(self.masks)

    def members(self) -> Bools:
        """Return which units are members; shape (groups, units)."""
        little = np.ascontiguousarray(self.masks.astype("<u8")).view(np.uint8)
        bits = np.unpackbits(little, axis=1, count=self.n_units, bitorder="little")
        return bits.view(np.bool_)

    def sums(self, values: Floats) -> Floats:
        """Sum values over the members of each group.

        Parameters
        ----------
        values
            Shape (units, ...).
        """
        parts = [
            Groups(self.masks[k : k + _CHUNK], self.n_units).members() @ values
            for k in range(0, len(self), _CHUNK)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, *values.shape[1:]))

    def take(self, chosen: Bools | Ints) -> Groups:
        """Return some of the groups."""
        return Groups(self.masks[chosen], self.n_units)

    def among(self, places: Ints, n_units: int) -> Groups:
        """Return the same groups where unit k is number ``places[k]`` of more units."""
        members = np.zeros((len(self), n_units), dtype=np.uint8)
        members[:, places] = self.members()
        return Groups(_packed(members), n_units)


@dataclass(frozen=True)
class Enumeration:
    """The groups that were found, and the size up to which none is missing.

    Attributes
    ----------
    groups
        Sorted by size, then by members.
    is_complete
        Whether these are all; else all those of up to `size` members.
    size
        Members of the largest.
    """

    groups: Groups
    is_complete: bool
    size: int


def _packed(members: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Masks:
    n_bytes = -(-members.shape[1] // _WORD) * _WORD // 8
    packed = np.zeros((len(members), n_bytes), dtype=np.uint8)
    bits = np.packbits(members, axis=1, bitorder="little")
    packed[:, : bits.shape[1]] = bits
    return packed.view("<u8").astype(np.uint64)


def as_masks(sets: Sequence[Sequence[int]], n_units: int) -> Masks:
    """Return sets of unit numbers as bits; shape (sets, words)."""
    masks = np.zeros((len(sets), -(-n_units // _WORD)), dtype=np.uint64)
    for row, members in enumerate(sets):
        for k in members:
            masks[row, k // _WORD] |= np.uint64(1) << np.uint64(k % _WORD)
    return masks


def enumerate_groups(
    neighbours: Bools,
    *,
    caps: Sequence[Cap] = (),
    apart: Sequence[tuple[int, int]] = (),
    most: int,
    seed: int | None = None,
    order: Floats | None = None,
) -> Enumeration:
    """Enumerate all groups that hang together and keep within caps.

    Groups grow by one neighbour at a time; since caps only fill up, what has gone beyond one is
    not followed further, and every group within them is reached.

    Parameters
    ----------
    neighbours
        Which units share a border, symmetric; shape (units, units).
    caps
        What no group may exceed.
    apart
        Pairs of units of which a group has one at most.
    most
        Groups after which to stop; the last size is then left out as a whole.
    seed
        A unit that each group has among its members; by default none.
    order
        What each unit adds to the rank of a group; shape (units,). Where there are more than so
        many groups of a size, those of the lowest rank are followed further, and it is not
        complete. By default it stops there.
    """
    n = len(neighbours)
    around = as_masks([np.flatnonzero(row).tolist() for row in neighbours], n)
    alone = as_masks([[k] for k in range(n)], n)
    if order is not None:
        caps = [*caps, Cap(order, np.inf)]
    level = _Level(alone, around, [cap.values for cap in caps])
    if seed is not None:
        level = level.take(np.arange(n) == seed)
    enemies = as_masks(apart, n)
    found: list[Masks] = []
    total, is_complete = 0, True
    while len(level.masks):
        level = level.take(level.within(caps, enemies))
        total += len(level.masks)
        if order is not None and len(level.masks) > most:
            level = level.take(np.argsort(level.sums[-1], kind="stable")[:most])
            is_complete = False
            if total > _SIZES * most:
                break
        elif order is None and total > most:
            groups = np.concatenate(found) if found else level.masks[:0]
            return Enumeration(Groups(groups, n), is_complete=False, size=len(found))
        found.append(level.masks)
        bound = most if order is None else len(level.masks) * n
        if (grown := level.grow(alone, around, caps, bound)) is None:
            return Enumeration(Groups(np.concatenate(found), n), is_complete=False,
                               size=len(found))  # fmt: skip
        level = grown
    masks = np.concatenate(found) if found else alone[:0]
    return Enumeration(Groups(masks, n), is_complete=is_complete, size=len(found) - 1)


@dataclass(frozen=True)
class _Level:
    """Groups of one size, their neighbours and their sums, one array a cap."""

    masks: Masks
    around: Masks
    sums: list[Floats]

    def take(self, chosen: Bools | Ints) -> _Level:
        return _Level(self.masks[chosen], self.around[chosen], [s[chosen] for s in self.sums])

    def within(self, caps: Sequence[Cap], enemies: Masks) -> Bools:
        kept = np.ones(len(self.masks), dtype=bool)
        for cap, total in zip(caps, self.sums, strict=True):
            kept &= total <= cap.most
        for pair in enemies:
            kept &= ((self.masks & pair) != pair).any(axis=1)
        return kept

    def grow(self, alone: Masks, around: Masks, caps: Sequence[Cap], most: int) -> _Level | None:
        """Return all groups with one neighbour more; None if they are far too many."""
        free = self.around & ~self.masks
        pieces: list[_Level] = []
        total = 0
        for k in range(len(alone)):
            word, bit = divmod(k, _WORD)
            near = np.flatnonzero((free[:, word] >> np.uint64(bit)) & np.uint64(1))
            sums = [s[near] + cap.values[k] for s, cap in zip(self.sums, caps, strict=True)]
            piece = _Level(self.masks[near] | alone[k], self.around[near] | around[k], sums)
            pieces.append(piece.take(piece.within(caps, alone[:0])))
            total += len(pieces[-1].masks)
            if total > 8 * most:
                return None
        masks = np.concatenate([piece.masks for piece in pieces])
        first = _first_of_each(masks)
        return _Level(
            masks[first],
            np.concatenate([piece.around for piece in pieces])[first],
            [np.concatenate([p.sums[c] for p in pieces])[first] for c in range(len(caps))],
        )


def _first_of_each(masks: Masks) -> Ints:
    """Return where each different row stands first, in the order of the rows as numbers."""
    if masks.shape[1] == 1:
        return np.asarray(np.unique(masks[:, 0], return_index=True)[1])
    order = np.lexsort(masks.T)
    rows = masks[order]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    return np.asarray(order[new])
