"""Units that lie over one another a thousandfold: a layer that no check could go through."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import numpy as np
import shapely

from geo_merge.errors import LayerError
from geo_merge.geometry.rings import Geometries, Ints, somewhere
from geo_merge.vocabulary.sentence import sentence

# Pairs of units whose boxes meet: a commune has some ten neighbours, and everything that checks
# and dissolves looks at each pair, and at the faces between their edges, as many again.
_MOST, _MOST_EACH = 40_000, 30
_AT_ONCE = 64
# Points looked at whether they are inside of a polygon in whose box they are: a microsecond each.
_LOOKED = 4_000_000
_SEED = 0
# Pairs of units, counted for each piece of land that they share, and `_MOST_EACH` more a unit. The
# census of 2009 of the whole country, drawn with overlaps all over, has 40,343 on 11,163 units.
# Each is an overlay: 200,000 take some ten seconds.
_MOST_TOLD = 200_000


def refuse_stacked(geometries: Geometries, source: str) -> None:
    """Refuse units that overlap so many others that they can only be copies.

    Raises
    ------
    LayerError
        C04 with a row and how many rows lie where it does.
    """
    found = _stacked(geometries)
    if found is not None:
        raise LayerError(_told(found, source, len(geometries), np.arange(len(geometries))))


def refuse_woven(geometries: Geometries, source: str, rows: Ints) -> tuple[Ints, Ints]:
    """Refuse the same of what is dissolved, where copies do no harm: their edges are one.

    Where many lie over one another, they are told apart from their copies.

    Parameters
    ----------
    geometries, rows
        Polygons that are to be one, and the row of each in its file; shape (n,).
    source
        What the file is called.

    Returns
    -------
    first, of
        The polygons of which the others are copies, ascending, and which of them each is.

    Raises
    ------
    LayerError
        See `refuse_stacked`.
    """
    if _stacked(geometries) is None:
        return np.arange(len(geometries)), np.arange(len(geometries))
    same = [blake2b(shapely.to_wkb(each)).hexdigest() for each in geometries]
    _, first, of = np.unique(same, return_index=True, return_inverse=True)
    order = np.argsort(first)
    first, of = first[order], np.argsort(order)[of]
    found = _stacked(geometries[first])
    if found is not None:
        raise LayerError(_told(found, source, len(first), rows[first]))
    return first, of


def refuse_piled(claims: Ints, told: Ints, every: int, unit: Callable[[int], str]) -> None:
    """Refuse overlaps of more units, in more pieces, than anybody could be told of.

    Parameters
    ----------
    claims, told
        How many units claim each piece of land, and how much there is to tell of it (pairs of
        units, or units); shape (pieces,).
    every
        Of how many units they are.
    unit
        What a unit is called that claims the piece at this position.

    Raises
    ------
    LayerError
        C04 with a unit of the piece that most claim.
    """
    if int(told.sum()) <= _MOST_TOLD + _MOST_EACH * every:
        return
    k = int(np.argmax(claims))
    raise LayerError(
        sentence("C04.piled", unit=unit(k), n=int(claims[k]), all=every, pieces=len(claims))
    )


def _told(found: tuple[int, int], source: str, every: int, rows: Ints) -> str:
    """Return the sentence for a position and how many lie there."""
    at, n = found
    return sentence("C04.stacked", source=source, n=n, all=every, row=str(rows[at] + 1))


def _stacked(geometries: Geometries) -> tuple[int, int] | None:
    """Return on which polygon most units lie, and how many, if pairs are beyond all measure.

    Boxes are looked at first. Where too many meet, as those of slivers around one point and of
    rings within rings do, units lie on one another if a point inside of one is inside of the other.
    """
    if not _crowded(geometries):
        return None
    if (shapely.get_num_geometries(geometries) == 1).all():
        return _lying(geometries, np.arange(len(geometries)))
    return _lying(*shapely.get_parts(geometries, return_index=True))


def _crowded(geometries: Geometries) -> bool:
    """Tell whether more boxes of geometries meet than those of neighbours do."""
    tree, most = shapely.STRtree(geometries), _MOST + _MOST_EACH * len(geometries)
    pairs = 0
    for begin in range(0, len(geometries), _AT_ONCE):
        pairs += tree.query(geometries[begin : begin + _AT_ONCE]).shape[1]
        if pairs > most:
            return True
    return False


def _lying(parts: Geometries, of: Ints) -> tuple[int, int] | None:
    """Return on which unit most others lie, and how many, if pairs of them are too many.

    Parts are looked at in random order: of very many points in their boxes, those of some.

    Parameters
    ----------
    parts, of
        Polygons, and the unit that each is a part of; shape (n,).
    """
    there = somewhere(parts)  # other checks tell of coordinates that are nowhere
    parts, enough, of = parts[there], _MOST + _MOST_EACH * int(of[-1] + 1), of[there]
    inside = shapely.point_on_surface(parts)
    x, y, tree = shapely.get_x(inside), shapely.get_y(inside), shapely.STRtree(inside)
    pairs = looked = at = most = 0
    order = np.random.default_rng(_SEED).permutation(len(parts))
    for done, k in enumerate(order, start=1):
        near = tree.query(parts[k])
        units = np.unique(of[near[shapely.contains_xy(parts[k], x[near], y[near])]])
        shapely.destroy_prepared(parts[k])
        pairs, looked = pairs + len(units), looked + len(near)
        if len(units) > most:
            at, most = int(of[k]), len(units)
        if pairs > enough or (looked > _LOOKED and pairs / done * len(order) > enough):
            return at, most
        if looked > _LOOKED:
            return None
    return None
