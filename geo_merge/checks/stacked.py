"""Units that lie over one another a thousandfold: a layer that no check could go through."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import numpy as np
import shapely

from geo_merge.errors import LayerError
from geo_merge.geometry.rings import Geometries, Ints
from geo_merge.vocabulary.sentence import sentence

# Pairs of units whose boxes meet: a commune has some ten neighbours, and everything that checks
# and dissolves looks at each pair, and at the faces between their edges, as many again.
_MOST, _MOST_EACH = 40_000, 30
_AT_ONCE = 64
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
    """Return which polygon overlaps most others, and how many, if pairs are beyond all measure.

    Where boxes of polygons meet so often, it is those of their parts that count: units that are
    scattered over the land of all others overlap none.
    """
    found = _crowded(geometries)
    if found is None or (shapely.get_num_geometries(geometries) == 1).all():
        return found
    parts, of = shapely.get_parts(geometries, return_index=True)
    found = _crowded(parts)
    return None if found is None else (int(of[found[0]]), found[1])


def _crowded(geometries: Geometries) -> tuple[int, int] | None:
    """Return which geometry's box meets most others, and how many, if pairs are too many."""
    tree = shapely.STRtree(geometries)
    most = _MOST + _MOST_EACH * len(geometries)
    pairs = 0
    for begin in range(0, len(geometries), _AT_ONCE):
        inner, _ = tree.query(geometries[begin : begin + _AT_ONCE])
        pairs += len(inner)
        if pairs > most:
            counts = np.bincount(inner)
            row = int(np.argmax(counts))
            return begin + row, int(counts[row])
    return None
