"""Proof of a drawing, before it is sent: what a browser will draw of it is what the files say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import shapely
from pyproj import CRS

from geo_merge.geometry.rings import (
    Bools,
    Floats,
    Geometries,
    Ints,
    blocks,
    flatten,
    is_polygonal,
)
from geo_merge.geometry.scanlines import Lines, Paths
from geo_merge.maps.drawn import Arcs, Sums

# Of the area of a unit: so much may differ if it is more than a pixel along its outline.
_SHARE = 0.01
_LINES = 32  # through each unit


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
        self.shapes = claim.shapes[self.known]
        self.outline[self.known] = shapely.length(self.shapes)

    def fails(
        self, sums: Sums, levels: Sequence[Arcs], *, crs: CRS, pixels: Sequence[float]
    ) -> Bools:
        """Tell which units are not drawn as they are.

        Parameters
        ----------
        sums
            What is drawn of the units.
        levels
            The arcs of the topology that is sent, and of its details.
        crs
            The CRS of the polygons.
        pixels
            What a pixel of each level measures in it.

        Returns
        -------
        numpy.ndarray
            Shape (units,).
        """
        if not len(sums.group):
            return self.area > 0
        wrong = np.zeros(self.units, dtype=bool)
        drawn, allowed = [], []
        for arcs, pixel in zip(levels, pixels, strict=True):
            wrong |= sums.not_closed(arcs, self.units)
            wrong[sums.group[arcs.around_the_world()[sums.arc]]] = True
            paths = sums.paths(arcs.placed(crs), arcs.start)
            outline = np.minimum(self.outline, paths.lengths(self.units))
            most = np.maximum(_SHARE * self.area, pixel * outline)
            wrong |= np.abs(paths.areas(self.units) - self.area) > most
            drawn.append(paths)
            allowed.append(most[self.known])
        wrong[self.known] |= (self._apart(drawn) > allowed).any(axis=0)
        return np.asarray(wrong)

    def _apart(self, drawn: Sequence[Paths]) -> Floats:
        """Return the area of each known unit that is only drawn or only there; (drawn, known).

        By block, so that sorting takes no more room for a country than for a province.
        """
        apart = np.empty((len(drawn), len(self.known)))
        for begin, until in blocks(shapely.get_num_coordinates(self.shapes)):
            here = slice(begin, until)
            shapes = self.shapes[here]
            bounds = shapely.bounds(shapes)
            lines = Lines(bounds[:, 1], bounds[:, 3], _LINES)
            there = lines.across(Paths.around(flatten(shapes)))
            number = np.full(self.units, -1)
            number[self.known[here]] = np.arange(len(shapes))
            for k, paths in enumerate(drawn):
                mine = np.flatnonzero(number[paths.unit] >= 0)
                across = lines.across(paths.take(mine, number))
                apart[k, here] = lines.differing(across, there)
        return apart


def unproven(
    proofs: Sequence[Proof],
    topology: bytes,
    detail: bytes,
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
    read = orjson.loads(topology)
    sums = [Sums.of(read, proof.group) for proof in proofs]
    levels = [Arcs.of(read)]
    del read  # lists of small lists: neither is kept while the other is read
    levels.append(Arcs.of(orjson.loads(detail)))
    return [
        proof.fails(drawn, levels, crs=crs, pixels=pixels)
        for proof, drawn in zip(proofs, sums, strict=True)
    ]
