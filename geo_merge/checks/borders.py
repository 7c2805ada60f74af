"""Borders that two units draw differently (C05), and inlets between them (C07)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.checks.known import Known, reasons
from geo_merge.checks.labels import label
from geo_merge.checks.surveyed import Surveyed
from geo_merge.geometry.areas import areas
from geo_merge.geometry.edges import Unmatched
from geo_merge.geometry.faces import Faces, containing
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints
from geo_merge.geometry.widths import is_narrow, widest
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import RESOLUTION, Limits
from geo_merge.vocabulary.sentence import Sentence, sentence

# Cosine of the angle from which two edges run opposite ways (25°).
_OPPOSITE = -0.9
# An inlet is so many times longer than wide; anything else is the shape of the coast.
_ELONGATED = 10.0
# Edges that are looked at together first.
_STRETCH = 16
# Boxes that are made to be asked about at once: each is an object of 300 bytes.
_AT_ONCE = 2**16
# A border is mismatched along at least so many times the tolerance: less is where edges meet.
_LONGER = 10.0


@dataclass(frozen=True)
class Facing:
    """Pairs of unmatched edges of two units that run beside each other.

    Attributes
    ----------
    owner
        The two units, the smaller position first; shape (pairs, 2).
    ends
        Where the stretch beside each other begins and ends on the one edge, and across from there
        on the other; shape (pairs, 4, 2).
    apart
        How far apart they are there, signed: positive on the land's side of the one; shape
        (pairs, 2).
    opposite
        Whether they have their land on opposite sides, as neighbours do; shape (pairs,).
    alike
        Whether both edges have the same two ends; shape (pairs,).
    """

    owner: Ints
    ends: Floats
    apart: Floats
    opposite: Bools
    alike: Bools

    def take(self, chosen: Bools) -> Facing:
        """Return some of the pairs."""
        return Facing(self.owner[chosen], self.ends[chosen], self.apart[chosen],
                      self.opposite[chosen], self.alike[chosen])  # fmt: skip

    @property
    def length(self) -> Floats:
        """Length of the stretches in metres; shape (pairs,)."""
        return np.asarray(np.hypot(*(self.ends[:, 1] - self.ends[:, 0]).T))

    def by_pair(self) -> Iterator[tuple[int, int, Ints]]:
        """Yield each two units, and which of the pairs are theirs."""
        if not len(self.owner):
            return
        units, pair = np.unique(self.owner, axis=0, return_inverse=True)
        order = np.argsort(pair.ravel(), kind="stable")
        splits = np.flatnonzero(np.diff(pair.ravel()[order])) + 1
        for (a, b), chosen in zip(units, np.split(order, splits), strict=True):
            yield int(a), int(b), chosen


def facing_edges(unmatched: Unmatched, width: float) -> Facing:
    """Return the unmatched edges of different units that run at most `width` apart, in metres."""
    xy, edges = unmatched.xy, unmatched.edges()
    run = unmatched.run_of(edges)
    owner, side = unmatched.owner[run], unmatched.interior_left[run]
    first = np.where(side, edges, edges + 1)  # the land is on the left
    second = np.where(side, edges + 1, edges)
    a, b = xy[first], xy[second]
    one, two = _near(a, b, owner, width)
    along, length = b[one] - a[one], np.hypot(*(b[one] - a[one]).T)
    along /= np.maximum(length, 1e-300)[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    t = [np.einsum("ij,ij->i", p[two] - a[one], along) for p in (a, b)]
    s = [np.einsum("ij,ij->i", p[two] - a[one], across) for p in (a, b)]
    low = np.maximum(np.minimum(*t), 0.0)
    high = np.minimum(np.maximum(*t), length)
    slope = (s[1] - s[0]) / np.where(t[1] == t[0], np.inf, t[1] - t[0])
    apart = np.column_stack([s[0] + (low - t[0]) * slope, s[0] + (high - t[0]) * slope])
    here = [a[one] + along * at[:, None] for at in (low, high)]
    there = [p + across * far[:, None] for p, far in zip(here, apart.T, strict=True)]
    alike = ((a[one] == a[two]) & (b[one] == b[two])).all(axis=1)
    alike |= ((a[one] == b[two]) & (b[one] == a[two])).all(axis=1)
    turn = (t[1] - t[0]) / np.maximum(np.hypot(*(b[two] - a[two]).T), 1e-300)
    facing = Facing(
        np.column_stack([owner[one], owner[two]]),
        np.stack([*here, *there], axis=1), apart, turn < _OPPOSITE, alike,
    )  # fmt: skip
    return facing.take((high > low) & (np.abs(apart) <= width).all(axis=1))


def _near(a: Floats, b: Floats, owner: Ints, width: float) -> tuple[Ints, Ints]:
    """Return pairs of edges of different owners whose boxes are at most `width` apart.

    Most edges are of the outer outline, where no other unit is near: boxes around stretches of
    edges leave these out at little cost.
    """
    low, high = np.minimum(a, b), np.maximum(a, b)
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    within = np.arange(len(owner)) - np.repeat(first, np.diff(np.r_[first, len(owner)]))
    first = np.flatnonzero(within % _STRETCH == 0)
    stretch = np.repeat(np.arange(len(first)), np.diff(np.r_[first, len(owner)]))
    one, two = _boxes_near(
        np.minimum.reduceat(low, first), np.maximum.reduceat(high, first), owner[first], width
    )
    beside = np.zeros(len(first), dtype=bool)
    beside[one] = beside[two] = True
    edges = np.flatnonzero(beside[stretch])
    one, two = _boxes_near(low[edges], high[edges], owner[edges], width)
    return edges[one], edges[two]


def _boxes_near(low: Floats, high: Floats, owner: Ints, width: float) -> tuple[Ints, Ints]:
    """Return pairs of boxes at most `width` apart, that of the lower owner first."""
    nothing = np.empty(0, dtype=np.int64)
    pairs = [(nothing, nothing)]
    for some in _at_once(np.arange(len(low))):
        tree = shapely.STRtree(_diagonals(low[some], high[some]))
        apart = (low > high[some].max(axis=0) + width) | (high < low[some].min(axis=0) - width)
        for near in _at_once(np.flatnonzero(~apart.any(axis=1))):
            one, two = tree.query(_diagonals(low[near] - width, high[near] + width))
            one, two = near[one], some[two]
            chosen = owner[one] < owner[two]
            pairs.append((one[chosen], two[chosen]))
    one, two = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return one, two


def _at_once(edges: Ints) -> list[Ints]:
    return [edges[k : k + _AT_ONCE] for k in range(0, len(edges), _AT_ONCE)]


def _diagonals(low: Floats, high: Floats) -> Geometries:
    """Return lines with the bounds of boxes, which are made more quickly than these."""
    return np.asarray(shapely.linestrings(np.stack([low, high], axis=1)))


def check_rounding(
    layer: Surveyed, hairlines: Geometries, facing: Facing, limits: Limits
) -> list[Finding]:
    """Note what is nowhere wider than ``limits.rounding_width``: two drawings of one border (C05).

    Gaps and overlaps so thin, and borders that two units draw with different vertices so close,
    are one note with the number, area and geometry of all.

    Parameters
    ----------
    hairlines
        What is so thin of overlaps that are wider elsewhere.
    """
    frame, width = layer.frame, limits.rounding_width
    thin = layer.faces.geometry[layer.faces.claims != 1]
    thin = np.concatenate([thin[is_narrow(thin, width)], shapely.get_parts(hairlines)])
    close = (np.abs(facing.apart) <= width).all(axis=1) & ~facing.alike
    beside = facing.take(close & (facing.length > width))
    pairs = [
        (a, b, at) for a, b, at in beside.by_pair() if beside.length[at].sum() > _LONGER * width
    ]
    if not len(thin) and not pairs:
        return []
    drawn = beside.take(np.concatenate([np.empty(0, dtype=np.int64), *(at for _, _, at in pairs)]))
    metres, m2 = float(drawn.length.sum()), float(areas(thin, frame.crs).sum())
    told = []
    if len(thin):
        told.append(
            sentence("C05.thin", n=len(thin), limit=_millimetres(width),
                     widest=_millimetres(widest(thin)), m2=m2)
        )  # fmt: skip
    if pairs:
        told.append(sentence("C05.drawn", n=len(pairs), metres=metres))
    return [
        Finding.of(
            sentence("C05.rounding", told=told),
            units=tuple(sorted({str(frame.index[k]) for a, b, _ in pairs for k in (a, b)})),
            value=m2 if len(thin) else metres,
            unit_of_value="m²" if len(thin) else "m",
            geometry=shapely.multipolygons(thin)
            if len(thin)
            else shapely.multilinestrings(shapely.linestrings(drawn.ends[:, :2])),
        )
    ]


def _millimetres(metres: float) -> Sentence:
    if metres < RESOLUTION:
        return sentence("C05.under", mm=RESOLUTION * 1000)
    return sentence("C05.millimetres", mm=metres * 1000)


def check_inlets(
    frame: gpd.GeoDataFrame, faces: Faces, facing: Facing, limits: Limits,
    known: Known | None = None,
) -> list[Finding]:  # fmt: skip
    """Find narrow inlets between two units at the outer edge of the layer (C07).

    A gap that is open to the outside encloses nothing: it shows in edges of two neighbours that
    face each other over land that is nobody's. Those that are known to be right are one note.
    """
    over = facing.apart.mean(axis=1)
    open_water = facing.opposite & (over < -limits.rounding_width) & (over >= -limits.inlet)
    inlets = facing.take(open_water)
    inlets = inlets.take(_outside(inlets.ends.mean(axis=1), faces.geometry))
    findings = []
    for a, b, chosen in inlets.by_pair():
        quads = shapely.convex_hull(shapely.multipoints(inlets.ends[chosen]))
        for water, length in _clusters(quads, inlets.length[chosen], limits.inlet):
            width = water.area / length
            if length < max(_ELONGATED * width, limits.inlet):
                continue
            codes = tuple(sorted((str(frame.index[a]), str(frame.index[b]))))
            m2 = float(areas(np.array([water], dtype=object), frame.crs)[0])
            one, two = (label(frame, code) for code in codes)
            told = sentence("C07.inlet", m2=m2, length=length, width=width, a=one, b=two)
            findings.append(
                Finding.of(told, units=codes, value=m2, unit_of_value="m²", geometry=water)
            )
    return _without_known(findings, known or Known(), limits)


def _without_known(inlets: list[Finding], known: Known, limits: Limits) -> list[Finding]:
    """Return inlets with one note for all of those that water or the outline explains."""
    if not (inlets and known):
        return inlets
    shapes = np.array([inlet.geometry for inlet in inlets], dtype=object)
    surely = replace(known, reference=None)  # which surrounds no inlet of the outer edge
    right = reasons(shapes, [() for _ in inlets], surely, limits)
    if not right:
        return inlets
    chosen = [inlets[k] for k in right]
    m2 = float(sum(inlet.value or 0.0 for inlet in chosen))
    note = Finding.of(
        sentence("C07.known", n=len(chosen), m2=m2), value=m2, unit_of_value="m²",
        units=tuple(sorted({code for inlet in chosen for code in inlet.units})),
        geometry=shapely.multipolygons(shapely.get_parts(shapes[list(right)])),
    )  # fmt: skip
    return [*(inlet for k, inlet in enumerate(inlets) if k not in right), note]


def _outside(xy: Floats, faces: Geometries) -> Bools:
    """Tell which points lie in no face: neither on land nor in a gap."""
    outside = np.ones(len(xy), dtype=bool)
    if len(xy):
        outside[containing(faces, xy)[0]] = False
    return outside


def _clusters(
    quads: Geometries, lengths: Floats, reach: float
) -> Iterator[tuple[BaseGeometry, float]]:
    """Join quadrilaterals that are at most `reach` apart; yield each water and its length."""
    flat = shapely.get_dimensions(quads) == 2  # noqa: PLR2004 - polygons
    quads, lengths = quads[flat], lengths[flat]
    if not len(quads):
        return
    near = shapely.get_parts(shapely.union_all(shapely.buffer(quads, reach / 2)))
    quad, cluster = shapely.STRtree(near).query(
        shapely.point_on_surface(quads), predicate="intersects"
    )
    for k in np.unique(cluster):
        members = quad[cluster == k]
        yield shapely.union_all(quads[members]), float(lengths[members].sum())
