"""Units that lie over one another a thousandfold: a layer that no check could go through."""

from __future__ import annotations

import numpy as np
import shapely

from geo_merge.errors import LayerError
from geo_merge.geometry.rings import Geometries
from geo_merge.vocabulary.sentence import sentence

# Pairs of units whose boxes meet: a commune has some ten neighbours, and everything that checks
# and dissolves looks at each pair.
_MOST, _MOST_EACH = 200_000, 30
_AT_ONCE = 64


def refuse_stacked(geometries: Geometries, source: str) -> None:
    """Refuse units that overlap so many others that they can only be copies.

    Raises
    ------
    LayerError
        C04 with a row and how many rows lie where it does.
    """
    tree = shapely.STRtree(geometries)
    most = _MOST + _MOST_EACH * len(geometries)
    pairs = 0
    for begin in range(0, len(geometries), _AT_ONCE):
        inner, _ = tree.query(geometries[begin : begin + _AT_ONCE])
        pairs += len(inner)
        if pairs > most:
            counts = np.bincount(inner)
            row = int(np.argmax(counts))
            raise LayerError(
                sentence("C04.stacked", source=source, n=int(counts[row]), all=len(geometries),
                         row=str(begin + row + 1))
            )  # fmt: skip
