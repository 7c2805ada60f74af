"""Seams between files whose polygons are with workers: what `units.joining` does in one place.

Only polygons at an outline that another file comes near can change. These are brought together,
joined as whole layers are, and given back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import shapely
from distributed import Client, Future

from geo_merge.cluster.remote import as_wkb, from_wkb
from geo_merge.geometry.edge_ends import among, ends, unpaired
from geo_merge.geometry.edges import cancel
from geo_merge.geometry.rings import Floats, Ints, flatten
from geo_merge.geometry.seam import TOLERANCE, Seam, box_about, join_sides, reaching, side_of
from geo_merge.units.joining import can_be_joined, tell_seam
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.ledger import LedgerRow

# Metres about a file in which outlines of others are looked at: its own may move before they are.
_AROUND = 50 * TOLERANCE


@dataclass(frozen=True)
class _Touched:
    """The polygons of a part that a seam can touch.

    Attributes
    ----------
    rows
        Their positions in the part.
    polygons
        The polygons as WKB.
    box
        The box of the others.
    """

    rows: Ints
    polygons: pa.Array
    box: Floats


_Changed = tuple[Ints, pa.Array]


def close_seams(
    client: Client, polygons: Sequence[Future[pa.Array]], file_of: Sequence[int]
) -> tuple[list[Future[pa.Array]], list[Finding], list[LedgerRow]]:
    """Let files share their borders.

    Parameters
    ----------
    client
        The cluster.
    polygons
        Those of each part of the files, in one plane.
    file_of
        The number of the file that each part is of, ascending.
    """
    if len(set(file_of)) < 2:  # noqa: PLR2004
        return list(polygons), [], []
    boxes = client.gather(client.map(_box, polygons, pure=False))
    near = [[_around(boxes, file_of, other) for other in sorted({*file_of} - {file})]
            for file in file_of]  # fmt: skip
    parts = client.map(_outline, polygons, near, pure=False)
    outlines = {
        file: client.submit(_of_file, [p for p, f in zip(parts, file_of, strict=True) if f == file],
                            pure=False)
        for file in sorted(set(file_of))
    }  # fmt: skip
    touched = client.map(_touched, polygons, [outlines[f] for f in file_of], pure=False)
    joined = client.submit(_join, touched, list(outlines.values()), list(file_of), pure=False)
    seamed = client.submit(_seam, joined, pure=False).result()
    closed = [client.submit(_closed, each, joined, k, pure=False)
              for k, each in enumerate(polygons)]  # fmt: skip
    findings, ledger = tell_seam(seamed)
    return closed, findings, ledger


def _box(polygons: pa.Array) -> Floats:
    shapes = from_wkb(polygons)
    return box_about(shapely.bounds(shapes[can_be_joined(shapes)]))


def _around(boxes: Sequence[Floats], file_of: Sequence[int], file: int) -> Floats:
    """Return the box of all parts of a file."""
    return box_about(np.array([box for box, f in zip(boxes, file_of, strict=True) if f == file]))


def _outline(polygons: pa.Array, near: Sequence[Floats]) -> Floats:
    """Return the edges of a part that no other of it shares, where another file is near."""
    shapes = from_wkb(polygons)
    shapes = shapes[can_be_joined(shapes)]
    if not len(shapes):
        return np.empty((0, 4))
    rings = flatten(shapes)
    edges = cancel(rings)
    some = np.unique(np.concatenate([reaching(rings, edges, box, _AROUND) for box in near]))
    return ends(rings, some)


def _of_file(parts: Sequence[Floats]) -> Floats:
    return unpaired(np.concatenate(parts))


def _touched(polygons: pa.Array, outline: Floats) -> _Touched:
    shapes = from_wkb(polygons)
    usable = np.flatnonzero(can_be_joined(shapes))
    xy, of = shapely.get_coordinates(shapes[usable], return_index=True)
    here = np.unique(of[among(xy, outline.reshape(-1, 2))])
    rest = np.delete(usable, here)
    rows = usable[here]
    return _Touched(rows, as_wkb(shapes[rows]), box_about(shapely.bounds(shapes[rest])))


def _join(
    touched: Sequence[_Touched], outlines: Sequence[Floats], file_of: Sequence[int]
) -> tuple[Seam, list[_Changed]]:
    """Return what became of the seams, and the polygons of each part that changed."""
    sides, shapes = [], [from_wkb(part.polygons) for part in touched]
    for outline, file in zip(outlines, sorted(set(file_of)), strict=True):
        mine = [k for k, f in enumerate(file_of) if f == file]
        box = box_about(np.array([touched[k].box for k in mine]))
        sides.append(side_of(np.concatenate([shapes[k] for k in mine]), outline, box))
    seamed = join_sides(sides)
    after = np.split(np.concatenate(seamed.layers), np.cumsum([len(s) for s in shapes])[:-1])
    changed = []
    for part, before, now in zip(touched, shapes, after, strict=True):
        other = np.flatnonzero(~shapely.equals_identical(before, now))
        changed.append((part.rows[other], as_wkb(now[other])))
    return replace(seamed, layers=()), changed


def _seam(joined: tuple[Seam, list[_Changed]]) -> Seam:
    return joined[0]


def _closed(polygons: pa.Array, joined: tuple[Seam, list[_Changed]], part: int) -> pa.Array:
    rows, changed = joined[1][part]
    if not len(rows):
        return polygons
    place = np.arange(len(polygons))
    place[rows] = len(polygons) + np.arange(len(rows))
    return pa.concat_arrays([polygons, changed]).take(pa.array(place))
