"""How often outlines of different polygons cross, told before they are noded.

Every crossing becomes a node and a face, which take some kilobytes and 30 µs: two combs of 2,000
teeth, a file of 300 kB, make sixteen million of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from geo_merge.errors import LayerError
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints, Runs, is_polygonal
from geo_merge.wording.sentence import sentence

# Crossings, beside one an edge. The census of 2009 of the whole country, drawn with overlaps all
# over, has 55,000 on 177,000 edges that do not match.
_MOST = 100_000
# Lines that divide units: each crossing makes a piece, which is looked at by itself.
_MOST_OF_LINES = 10_000

# Edges to a stretch, of which only those whose boxes meet are looked at; of very many edges longer
# ones, so that there are not many more than these.
_SHORT, _LONG, _STRETCHES = 16, 64, 50_000
_AT_ONCE = 256
# Pairs of stretches that are found, and of edges that are looked at: a few percent exact.
_PAIRS, _SAMPLE = 500_000, 1_000_000
_SEED = 0


@dataclass(frozen=True)
class Crossings:
    """How often edges cross, or end on one another, and the two owners of which most do."""

    n: int
    one: int
    two: int


def refuse_tangled(runs: Runs, unit: Callable[[int], str]) -> None:
    """Refuse outlines that cross more often than any borders do, before they are noded.

    Parameters
    ----------
    runs
        The edges of valid polygons, or those of them that do not match.
    unit
        What an owner of edges is called.

    Raises
    ------
    LayerError
        C04 with about how often, and the two units that do so most.
    """
    found = crossings(runs, _MOST + len(runs.xy))
    if found is not None:
        a, b = unit(found.one), unit(found.two)
        raise LayerError(sentence("C04.tangled", n=_about(found.n), a=a, b=b))


def refuse_tangled_lines(shapes: Geometries, source: str) -> None:
    """Refuse what divides units if its lines cross more often than any borders do, or themselves.

    Parameters
    ----------
    shapes
        Lines, or polygons for their outlines; shape (n,).
    source
        The file.

    Raises
    ------
    LayerError
        W05 with about how often.
    """
    areal = is_polygonal(shapes)
    lines = shapely.get_parts(np.concatenate([shapes[~areal], shapely.boundary(shapes[areal])]))
    xy, of = shapely.get_coordinates(lines, return_index=True)
    start = np.append(np.flatnonzero(np.diff(of, prepend=-1)), len(xy))
    n = len(start) - 1
    runs = Runs(xy, start, np.arange(n), np.zeros(n, dtype=bool))
    found = crossings(runs, _MOST_OF_LINES + len(xy), themselves=True)
    if found is not None:
        raise LayerError(sentence("W05.tangled", source=source, n=_about(found.n)))


def _about(n: int) -> int:
    """Return an estimate with the two digits that mean something."""
    return round(n, 2 - len(str(n)))


def crossings(runs: Runs, enough: int, *, themselves: bool = False) -> Crossings | None:
    """Estimate how often the edges of different owners cross; None if surely not so often.

    Stretches of edges whose boxes meet are counted. Where these could cross more than `enough`
    times, a sample of them is looked at edge by edge.

    Parameters
    ----------
    runs
        Edges of valid polygons, which do not cross themselves.
    enough
        Up to so many crossings need no estimate.
    themselves
        Whether the edges are of lines, which may cross themselves: then stretches stand for owners.
    """
    edges = int(np.clip(len(runs.xy) // _STRETCHES, _SHORT, _LONG))
    first, last, owner = _stretches(runs, edges)
    owner = np.arange(len(first)) if themselves else owner
    one, two, pairs = _meeting(runs.xy, first, last, owner)
    if pairs * edges**2 <= enough:
        return None
    some = np.random.default_rng(_SEED).permutation(len(one))[: _SAMPLE // edges**2]
    one, two = one[some], two[some]
    found = _crossing(*(_ends(runs.xy, first[k], last[k], edges) for k in (one, two)))
    n = int(found.mean() * pairs)
    if n <= enough:
        return None
    owners = np.sort(np.column_stack([owner[one], owner[two]]), axis=1)
    both, at = np.unique(owners, axis=0, return_inverse=True)
    most = both[np.argmax(np.bincount(at.ravel(), found))]
    return Crossings(n, int(most[0]), int(most[1]))


def _stretches(runs: Runs, edges: int) -> tuple[Ints, Ints, Ints]:
    """Return the first and the last vertex of each stretch of edges, and its owner."""
    n = np.diff(runs.start) - 1
    count = -(-n // edges)
    run = np.repeat(np.arange(len(n)), count)
    within = np.arange(len(run)) - np.repeat(np.cumsum(count) - count, count)
    first = runs.start[run] + within * edges
    return first, np.minimum(first + edges, runs.start[run + 1] - 1), runs.owner[run]


def _meeting(xy: Floats, first: Ints, last: Ints, owner: Ints) -> tuple[Ints, Ints, float]:
    """Return pairs of stretches of different owners whose boxes meet, and how many there are.

    Of very many, those of stretches drawn at random.
    """
    ends = np.column_stack([first, last + 1]).ravel()
    padded = np.append(xy, xy[-1:], axis=0)  # so that the end is an index as well
    low, high = np.minimum.reduceat(padded, ends)[::2], np.maximum.reduceat(padded, ends)[::2]
    boxes = shapely.box(*low.T, *high.T)
    tree, order = shapely.STRtree(boxes), np.random.default_rng(_SEED).permutation(len(boxes))
    found: list[Ints] = []
    n = done = 0
    while done < len(order) and n < _PAIRS:
        some = order[done : done + _AT_ONCE]
        at, other = tree.query(boxes[some])
        at = some[at]
        apart = owner[at] != owner[other]
        found.append(np.stack([at[apart], other[apart]]))
        n, done = n + int(apart.sum()), done + len(some)
    one, two = np.concatenate([np.empty((2, 0), dtype=np.int64), *found], axis=1)
    return one, two, n / 2 * len(order) / max(done, 1)


def _ends(xy: Floats, first: Ints, last: Ints, edges: int) -> Floats:
    """Return where the edges of stretches begin and end; shape (stretches, edges, 2, 2).

    Stretches of fewer edges are filled up with edges that are nowhere.
    """
    edge = first[:, None] + np.arange(edges)
    there = edge < last[:, None]
    edge = np.where(there, edge, 0)
    ends = np.stack([xy[edge], xy[np.minimum(edge + 1, len(xy) - 1)]], axis=2)
    ends[~there] = np.nan
    return ends


def _crossing(one: Floats, two: Floats) -> Ints:
    """Count for each pair of stretches how often their edges cross or end on one another."""
    (low, high), (lowest, highest) = (
        (np.minimum(a, b), np.maximum(a, b)) for a, b in (np.moveaxis(e, 2, 0) for e in (one, two))
    )
    meet = np.ones((len(one), one.shape[1], two.shape[1]), dtype=bool)
    with np.errstate(invalid="ignore"):
        for axis in (0, 1):
            meet &= low[:, :, None, axis] <= highest[:, None, :, axis]
            meet &= lowest[:, None, :, axis] <= high[:, :, None, axis]
    pair, edge, other = np.nonzero(meet)
    (a, b), (c, d) = (e.transpose(1, 0, 2) for e in (one[pair, edge], two[pair, other]))
    across = (_side(a, b, c) * _side(a, b, d) <= 0) & (_side(c, d, a) * _side(c, d, b) <= 0)
    joined = _same(a, c) | _same(a, d) | _same(b, c) | _same(b, d)
    return np.bincount(pair[across & ~joined], minlength=len(one))


def _side(a: Floats, b: Floats, point: Floats) -> Floats:
    """Return on which side of edges points lie: 1, -1, or 0 on the line."""
    way, to = b - a, point - a
    return np.asarray(np.sign(way[..., 0] * to[..., 1] - way[..., 1] * to[..., 0]))


def _same(a: Floats, b: Floats) -> Bools:
    return np.asarray((a == b).all(axis=-1))
