"""Connected components: what hangs together by links, named by its lowest number."""

from __future__ import annotations

import numpy as np

from geo_merge.geometry.rings import Ints


def connected(n: int, links: Ints) -> Ints:
    """Give each of n things the lowest number that it can reach by links.

    Parameters
    ----------
    n
        How many things there are, numbered from 0.
    links
        Pairs of numbers; shape (links, 2).

    Returns
    -------
    numpy.ndarray
        Shape (n,): the same number for all that hangs together.
    """
    number = np.arange(n)
    while True:
        lowest = number.copy()
        ends = number[links]
        np.minimum.at(lowest, ends[:, 0], ends[:, 1])
        np.minimum.at(lowest, ends[:, 1], ends[:, 0])
        lowest = lowest[number]
        lowest = lowest[lowest]
        if (lowest == number).all():
            return number
        number = lowest
