"""Land that no unit needs to have: water, land of others, and what lies beyond the outline."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.checks.labels import labels
from geo_merge.geometry.areas import areas
from geo_merge.geometry.rings import Floats, Geometries, is_polygonal
from geo_merge.geometry.widths import is_narrow
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import DRAWING, Limits
from geo_merge.vocabulary.sentence import Sentence, sentence

# Share of a hole that may be left over where two drawings of its shore differ.
_LEFT = 0.1
_FEW = 3  # holes of a reason that are told one by one
_LARGEST = 5  # holes that are named where there are more


@dataclass(frozen=True)
class Known:
    """What is known of land that belongs to no unit; polygons in the CRS of the layer.

    Attributes
    ----------
    outline
        What the units should fill; what it does not claim is nobody's.
    water, enclaves
        Lakes and the sea; land of others.
    of_others
        Codes of units whose holes are land of others, where no layer has it.
    reference
        New units as somebody else published them: land that they surround, and none of them has,
        is nobody's there too.
    """

    outline: gpd.GeoDataFrame | None = None
    water: gpd.GeoDataFrame | None = None
    enclaves: gpd.GeoDataFrame | None = None
    of_others: frozenset[str] = frozenset()
    reference: gpd.GeoDataFrame | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is known."""
        layers = (self.outline, self.water, self.enclaves, self.reference)
        return bool(self.of_others) or any(layer is not None for layer in layers)

    def in_crs(self, crs: object) -> Known:
        """Return the same in the CRS of a layer."""

        def there(layer: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
            return layer if layer is None or layer.crs == crs else layer.to_crs(crs)

        return Known(there(self.outline), there(self.water), there(self.enclaves), self.of_others,
                     there(self.reference))  # fmt: skip

    @property
    def nobodys(self) -> BaseGeometry:
        """Return water and land of others as one."""
        shapes = [np.asarray(layer.geometry.values)
                  for layer in (self.water, self.enclaves) if layer is not None]  # fmt: skip
        return shapely.union_all(np.concatenate(shapes)) if shapes else shapely.Polygon()

    def free(self, extent: BaseGeometry) -> BaseGeometry:
        """Return water, land of others, and what of an extent the outline does not claim."""
        if self.outline is None:
            return self.nobodys
        claimed = shapely.union_all(np.asarray(self.outline.geometry.values))
        return shapely.union(self.nobodys, shapely.difference(extent, claimed))


@dataclass(frozen=True)
class Right:
    """A hole that is right: why, and the land in it that this does not explain."""

    why: str
    left: BaseGeometry


def reasons(
    gaps: Geometries, around: Collection[Collection[str]], known: Known, limits: Limits
) -> dict[int, Right]:
    """Return which holes are right: those that water, others, the outline or reference explain.

    What is left of a hole may be nowhere wider than two drawings of a shore differ
    (``limits.drawing``), and a tenth of it; less than ``limits.narrow`` is nothing at all. The
    reference explains holes alone, wider than ``limits.hole``, that all else leaves: land beside
    them that it has is told where it is compared, however wide.

    Parameters
    ----------
    gaps
        Land of nobody; shape (n,).
    around
        Codes of the units around each.
    known, limits
        What is known, and the widths that count.
    """
    if not known:
        return {}
    found = {
        k: Right("enclave", shapely.Polygon())
        for k, codes in enumerate(around)
        if codes and set(codes) <= known.of_others
    }
    left = gaps.copy()
    taken: dict[str, Floats] = {}
    for why, layer in (("in_outline", known.outline), ("water", known.water),
                       ("enclave", known.enclaves)):  # fmt: skip
        if layer is None:
            continue
        land = shapely.union_all(np.asarray(layer.geometry.values))
        shapely.prepare(land)
        is_outline = why == "in_outline"
        before = shapely.area(left)
        left = shapely.intersection(left, land) if is_outline else shapely.difference(left, land)
        taken[why] = before - shapely.area(left)
    for k, rest in _explained(gaps, left, limits) if taken else ():
        why = max(taken, key=lambda reason, k=k: float(taken[reason][k]))  # type: ignore[misc]
        found[k] = Right(why, rest)
    holes = ~is_narrow(gaps, limits.hole)
    others = np.array([k for k in np.flatnonzero(holes) if k not in found], dtype=np.int64)
    if known.reference is not None and len(others):
        beside = _land(shapely.difference(gaps[others], _surrounded(known.reference)))
        little = shapely.area(beside) <= _LEFT * shapely.area(gaps[others])
        found |= {int(others[k]): Right("in_reference", beside[k]) for k in np.flatnonzero(little)}
    return found


def _explained(
    gaps: Geometries, left: Geometries, limits: Limits
) -> Iterator[tuple[int, BaseGeometry]]:
    """Yield gaps of which next to nothing is left, and that rest: empty if it is nothing at all."""
    left = _land(left)
    little = shapely.area(left) <= _LEFT * shapely.area(gaps)
    nothing = shapely.is_empty(shapely.buffer(left, -limits.narrow / 2))
    drawing = DRAWING if limits.drawing is None else limits.drawing
    for k in np.flatnonzero(little & (nothing | is_narrow(left, drawing))):
        yield int(k), shapely.Polygon() if nothing[k] else left[k]


def _surrounded(reference: gpd.GeoDataFrame) -> BaseGeometry:
    """Return the land that units of a reference surround, and none of them has.

    One of the new units alone surrounds little, and so says nothing of what stays as it is.
    """
    shapes = np.asarray(reference.geometry.values)
    land = shapely.union_all(shapes[is_polygonal(shapes) & shapely.is_valid(shapes)])
    parts = shapely.get_parts(land)
    return shapely.union_all([shapely.Polygon(ring) for part in parts for ring in part.interiors])


def _land(shapes: Geometries) -> Geometries:
    """Return what of geometries is land: lines and points, where two shores touch, are none."""
    result = shapes.copy()
    for k in np.flatnonzero(~is_polygonal(shapes)):
        parts = shapely.get_parts(shapes[k])
        result[k] = shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
    return result


def notes(
    frame: gpd.GeoDataFrame,
    gaps: Geometries,
    m2: Floats,
    around: Collection[Collection[str]],
    right: Mapping[int, Right],
) -> Iterator[Finding]:
    """Yield what is said of holes that are right: many of one reason once, the largest first."""
    codes = list(around)
    by_reason: dict[str, list[int]] = {}
    for k in sorted(right, key=lambda k: -m2[k]):
        by_reason.setdefault(right[k].why, []).append(k)
    for why, holes in by_reason.items():
        left = areas(np.array([right[k].left for k in holes], dtype=object), frame.crs)
        if len(holes) <= _FEW:
            for k, rest in zip(holes, left, strict=True):
                told = sentence(f"C02.{why}", m2=m2[k], units=labels(frame, tuple(codes[k])),
                                left=_left(rest))  # fmt: skip
                yield Finding.of(told, units=tuple(codes[k]), value=float(m2[k]),
                                 unit_of_value="m²", geometry=gaps[k])  # fmt: skip
            continue
        units = tuple(sorted({code for k in holes for code in codes[k]}))
        largest = [sentence("C02.one", m2=m2[k], units=labels(frame, tuple(codes[k])))
                   for k in holes[:_LARGEST]]  # fmt: skip
        total = float(m2[holes].sum())
        told = sentence(f"C02.many_{why}", n=len(holes), m2=total, largest=largest,
                        left=_left(float(left.sum())))  # fmt: skip
        all_of_them = shapely.multipolygons(shapely.get_parts(gaps[holes]))
        yield Finding.of(told, units=units, value=total, unit_of_value="m²", geometry=all_of_them)


def _left(m2: float) -> Sentence | str:
    return sentence("C02.left", m2=m2) if m2 > 0 else ""
