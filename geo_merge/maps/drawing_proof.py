"""Proof of a drawing, before it is sent: what a browser will draw of it is what the files say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pyproj import CRS

from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints, flatten, is_polygonal
from geo_merge.geometry.scanlines import Crossings, Lines, Paths
from geo_merge.maps.drawn import Arcs, Sums

# Of the area of a unit: so much may differ if it is more than a pixel along its outline.
_SHARE = 0.01
_LINES = 32  # through each unit
_BLOCK = 2_000  # units whose crossings are sorted at once


@dataclass(frozen=True)
class Claim:
    """Units that a map shows: old ones, or what is joined from them.

    Attributes
    ----------
    group
        Which of the units each old one belongs to, less than 0 for none; shape (old,).
    shapes
        Their polygons as the files have them; None where only the members are known. Shape
        (units,).
    """

    group: Ints
    shapes: Geometries


class Proof:
    """What the drawing of some units has to show.

    A unit is drawn as it is if each of its rings closes, and none of them leads around the world;
    if the area that they go around is that of its members; and if, along lines through it, the
    places that are drawn are those of its polygon: none of it is empty, none of it elsewhere. Both
    within 1 % of its area, or a pixel along its outline.

    Parameters
    ----------
    claim
        The units.
    old
        Polygons of the old units, in a plane; others are not drawn. Shape (old,).
    """

    def __init__(self, claim: Claim, old: Geometries) -> None:
        self.group, self.units = claim.group, len(claim.shapes)
        mine = np.flatnonzero((claim.group >= 0) & is_polygonal(old))
        self.area = np.bincount(claim.group[mine], shapely.area(old[mine]), minlength=self.units)
        self.outline = np.full(self.units, np.inf)
        self.known = np.flatnonzero(is_polygonal(claim.shapes))
        shapes = claim.shapes[self.known]
        self.outline[self.known] = shapely.length(shapes)
        # By block, so that sorting takes no more room for a country than for a province.
        self.blocks = [_Block.of(first, shapes[first : first + _BLOCK])
                       for first in range(0, len(shapes), _BLOCK)]  # fmt: skip

    def fails(self, sums: Sums, arcs: Arcs, *, crs: CRS, pixel: float) -> Bools:
        """Tell which units are not drawn as they are.

        Parameters
        ----------
        sums
            What is drawn of the units.
        arcs
            Of the topology that is sent, or of its details.
        crs
            The CRS of the polygons.
        pixel
            What a pixel of the drawing measures in it.

        Returns
        -------
        numpy.ndarray
            Shape (units,).
        """
        if not len(sums.group):
            return self.area > 0
        wrong = sums.not_closed(arcs, self.units)
        wrong[sums.group[arcs.around_the_world()[sums.arc]]] = True
        drawn = sums.paths(arcs.placed(crs), arcs.start)
        outline = np.minimum(self.outline, drawn.lengths(self.units))
        allowed = np.maximum(_SHARE * self.area, pixel * outline)
        wrong |= np.abs(drawn.areas(self.units) - self.area) > allowed
        wrong[self.known] |= self._apart(drawn) > allowed[self.known]
        return np.asarray(wrong)

    def _apart(self, drawn: Paths) -> Floats:
        """Return the area of each known unit that is only drawn or only there."""
        apart = np.empty(len(self.known))
        for block in self.blocks:
            units = self.known[block.rows]
            number = np.full(self.units, -1)
            number[units] = np.arange(len(units))
            mine = np.flatnonzero(number[drawn.unit] >= 0)
            across = block.lines.across(drawn.take(mine, number))
            apart[block.rows] = block.lines.differing(across, block.there)
        return apart


@dataclass(frozen=True)
class _Block:
    """Some units, lines through them, and where their polygons cross these."""

    rows: slice
    lines: Lines
    there: Crossings

    @classmethod
    def of(cls, first: int, shapes: Geometries) -> _Block:
        """Return the block of some polygons, the first of which has a number."""
        bounds = shapely.bounds(shapes)
        lines = Lines(bounds[:, 1], bounds[:, 3], _LINES)
        there = lines.across(Paths.around(flatten(shapes)))
        return cls(slice(first, first + len(shapes)), lines, there)


def unproven(
    proofs: Sequence[Proof],
    topology: Mapping[str, Any],
    detail: Mapping[str, Any],
    *,
    crs: CRS,
    pixels: tuple[float, float],
) -> list[Bools]:
    """Tell for each proof which units are not drawn as they are.

    Parameters
    ----------
    proofs
        What has to be shown.
    topology, detail
        TopoJSON as it is sent, and its details; see `topology.topojson`.
    crs
        The CRS of the polygons.
    pixels
        What a pixel of the map and of its details measures in it.
    """
    levels = [Arcs.of(topology), Arcs.of(detail)]
    result = []
    for proof in proofs:
        sums = Sums.of(topology, proof.group)
        failed = [
            proof.fails(sums, arcs, crs=crs, pixel=pixel)
            for arcs, pixel in zip(levels, pixels, strict=True)
        ]
        result.append(failed[0] | failed[1])
    return result
