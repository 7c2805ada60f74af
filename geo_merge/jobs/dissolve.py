"""Dissolving a layer by a field: some groups are read, dissolved and made ready by one thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.checks.stacked import refuse_piled, refuse_woven
from geo_merge.errors import LayerError
from geo_merge.geometry.crossings import refuse_tangled
from geo_merge.geometry.dissolve import dissolve_valid
from geo_merge.geometry.edges import cancel, runs_of
from geo_merge.geometry.faces import Faces, containing, faces_of
from geo_merge.geometry.longitudes import cut_at_180
from geo_merge.geometry.polygons import Polygons
from geo_merge.geometry.rings import Geometries, Ints, Rings, is_polygonal
from geo_merge.jobs.convert import (
    Reading,
    Written,
    crs_of,
    read_frame,
    way_to_wgs84,
    write_blocks,
)
from geo_merge.jobs.keys import agreeing, group_rows, nearly_alike, spelled_differently
from geo_merge.jobs.seen import Seen
from geo_merge.reading.plain.plain import WGS84, read_plain
from geo_merge.reading.plain.ragged import NotPlainError, RaggedLayer, require
from geo_merge.vocabulary.attributes import Attributes
from geo_merge.vocabulary.fields import free_name
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import and_more, sentence
from geo_merge.writing.files import whole_files
from geo_merge.writing.geojson_stream import Block, ahead, cuts, polygon_block
from geo_merge.writing.rounding import Project

if TYPE_CHECKING:
    from geo_merge.reading.raw import RawLayer

# Bundles at work before the first of them is written, since some are much larger than others.
_AHEAD = 16
# Rows that a sentence names; the finding has all of them.
_SEVERAL = 2
_SHOWN = 10


class _BadMembersError(Exception):
    """Members cannot be dissolved: what was written must not stay."""


@dataclass(frozen=True)
class _Group:
    """The rows with one value: dissolved, or what is wrong with them."""

    key: Any
    rows: Ints
    findings: tuple[Finding, ...]
    whole: BaseGeometry | None = None
    faces: Faces | None = None


@dataclass(frozen=True)
class _Bundle:
    """Some groups and, if all of them could be dissolved, what is to be written of them."""

    groups: tuple[_Group, ...]
    block: Block | None = None


def dissolve(
    path: Path,
    out: Path,
    field: str,
    *,
    reading: Reading,
    keep_agreeing: bool = False,
    precision: int = 7,
    findings: Path | None = None,
) -> Written:
    """Write one polygon for all that have the same value in a field, with that and their number.

    Values that a reader cannot tell apart are one; see `keys.reader_key`. Groups come in the order
    of their first rows. With `keep_agreeing`, also fields are written whose values agree within
    every group. Findings are errors if members cannot be dissolved, and then nothing is written;
    gaps and overlaps within a group are warnings. The CSV or GeoJSON `findings` lists them in any
    case; in the folder of `out` it takes its place together with that.

    Raises
    ------
    LayerError
        If the layer cannot be read, has no such field, has rows without a value in it, or rows of
        one value that lie over one another by the thousand and are no copies (C04).
    """
    with whole_files(out, *([] if findings is None else [findings])) as (temporary, *others):
        try:
            columns = None if keep_agreeing else [field]
            layer = read_plain(
                path, columns=columns, encoding=reading.encoding, country=reading.country
            )
            written = _dissolve(
                layer, path.name, temporary, field,
                reading=reading, keep=keep_agreeing, precision=precision,
            )  # fmt: skip
        except NotPlainError:
            raw, notes = read_frame(path, reading)
            written = _dissolve(
                _ragged(raw), path.name, temporary, field,
                reading=Reading(), keep=keep_agreeing, notes=notes, precision=precision,
                placed=True,
            )  # fmt: skip
        for told in others:
            from geo_merge.jobs.findings import write_findings  # noqa: PLC0415 - pyproj is slow to load

            write_findings(written.findings, written.crs, told)
    return written


def _dissolve(
    layer: RaggedLayer,
    source: str,
    out: Path,
    field: str,
    *,
    reading: Reading,
    keep: bool,
    notes: tuple[str, ...] = (),
    precision: int,
    placed: bool = False,
) -> Written:
    groups = _groups(layer, field, source)
    crs = crs_of(layer.crs, reading)
    chosen, left_out = _choose(layer, field, groups, keep=keep)
    notes += left_out
    seen = None if placed else Seen(crs, len(layer))
    make = partial(_bundle, layer, source, chosen, seen=seen, project=way_to_wgs84(crs),
                   precision=precision)  # fmt: skip
    done: list[_Group] = []

    def blocks() -> Iterator[Block]:
        for bundle in ahead(make, _bundles([*groups.values()], layer.vertices), most=_AHEAD):
            done.extend(bundle.groups)
            if bundle.block is not None:
                yield bundle.block
        if seen is not None:
            seen.require_places(layer, reading.country)
        if any(group.whole is None for group in done):
            raise _BadMembersError

    try:
        write_blocks(out, blocks())
    except _BadMembersError:
        out.unlink()
        errors = tuple(f for group in done if group.whole is None for f in group.findings)
        return Written(len(layer), 0, notes, errors, crs)
    if seen is not None:
        notes += seen.strays(reading.far)
    spelled = (
        *spelled_differently(chosen.values, groups, field),
        *nearly_alike(groups, field),
    )
    findings = (*spelled, *(f for group in done for f in group.findings), *_gaps(done))
    return Written(len(layer), len(done), notes, findings, crs)


def _groups(layer: RaggedLayer, field: str, source: str) -> dict[str, Ints]:
    """Return the rows of each value, in the order of the first rows."""
    if field not in layer.names:
        known = list(layer.names) or sentence("words.none")
        raise LayerError(sentence("K01.no_field", source=source, field=field, fields=known))
    return group_rows(layer.column(field), field, source)


@dataclass(frozen=True)
class _Chosen:
    """The field that is dissolved by, and those that are kept since they agree, with all values."""

    field: str
    values: Sequence[Any]
    kept: Mapping[str, Sequence[Any]]

    def attributes(self, groups: Sequence[Ints]) -> Attributes:
        """Return what the dissolved polygons of groups of rows have: a field of ours too."""
        columns = {self.field: self.values, **self.kept}
        count = free_name("member_count", columns)
        return Attributes(
            [{n: v[rows[0]] for n, v in columns.items()} | {count: len(rows)} for rows in groups]
        )


def _choose(
    layer: RaggedLayer, field: str, groups: Mapping[str, Ints], *, keep: bool
) -> tuple[_Chosen, tuple[str, ...]]:
    """Return the fields to write, and what to say of those that are left out."""
    values = layer.column(field)
    if not keep:
        return _Chosen(field, values, {}), ()
    columns = {name: layer.column(name) for name in layer.names if name != field}
    agree = agreeing(columns, groups)
    left = ", ".join(name for name in columns if name not in agree)
    note = sentence("K01.left_out", left=left) if left else ""
    kept = {name: values for name, values in columns.items() if name in agree}
    return _Chosen(field, values, kept), (note,) if note else ()


def _bundles(groups: Sequence[Ints], vertices: Ints) -> list[Sequence[Ints]]:
    """Divide groups of rows, in their order, among bundles: each takes milliseconds by itself."""
    total = np.array([vertices[rows].sum() for rows in groups], dtype=np.int64)
    return [groups[begin:end] for begin, end in cuts(total)]


def _bundle(
    layer: RaggedLayer,
    source: str,
    chosen: _Chosen,
    groups: Sequence[Ints],
    *,
    seen: Seen | None,
    project: Project | None,
    precision: int,
) -> _Bundle:
    numbers = np.concatenate(groups)
    polygons, there = layer.read(numbers)
    if seen is not None:
        seen.add(numbers[there], polygons.rings)
        require(seen.crs != WGS84 or not cut_at_180(polygons.rings), "polygons within 180°")
    shapes = polygons.geometries()
    valid = shapely.is_valid(shapes)
    plain = polygons.single & (shapely.get_num_interior_rings(shapes) == 0)
    done: list[_Group] = []
    end = row = 0
    for rows in groups:
        key, found = chosen.values[rows[0]], there[row : row + len(rows)]
        begin, end, row = end, end + int(found.sum()), row + len(rows)
        if not (found.all() and valid[begin:end].all()):
            defects = tuple(_defects(key, rows, rows[found], shapes[begin:end]))
            done.append(_Group(key, rows, defects))
        elif len(rows) == 1 and plain[begin]:  # nothing can lie between its edges
            done.append(_Group(key, rows, (), shapes[begin]))
        else:
            first, of = refuse_woven(shapes[begin:end], source, rows)
            rings = polygons.take(begin + first).rings
            done.append(_joined(key, rows, rings, shapes[begin + first], of))
    if any(group.whole is None for group in done):
        return _Bundle(tuple(done))
    whole = Polygons.of(np.array([group.whole for group in done], dtype=object))
    there, own = np.ones(len(done), dtype=bool), chosen.attributes(groups)
    return _Bundle(tuple(done), polygon_block(whole, there, own, project, precision=precision))


def _joined(key: Any, rows: Ints, rings: Rings, shapes: Geometries, of: Ints) -> _Group:  # noqa: ANN401
    """Dissolve the valid polygons of a group; `of` says which of them each row has."""
    left = runs_of(rings, cancel(rings))
    refuse_tangled(left, lambda k: sentence("K01.row", row=str(int(rows[np.argmax(of == k)]) + 1)))
    one = dissolve_valid(shapes, left)
    faces = one.faces or faces_of(left, float(np.sum(shapely.area(shapes))))
    return _Group(key, rows, tuple(_overlaps(key, rows, faces, shapes, of)), one.geometry, faces)


def _defects(key: Any, rows: Ints, there: Ints, shapes: Geometries) -> Iterator[Finding]:  # noqa: ANN401
    """Yield what cannot be dissolved: rows without a polygon, and invalid ones."""
    for row in np.setdiff1d(rows, there):
        yield _error("G03.row", row, key)
    for k in np.flatnonzero(~shapely.is_valid(shapes)):
        row, reason = there[k], shapely.is_valid_reason(shapes[k])
        yield _error("G04.row", row, key, geometry=shapes[k], reason=reason)


def _error(kind: str, row: int, key: Any, *, geometry: Any = None, reason: str = "") -> Finding:  # noqa: ANN401
    unit = sentence("K01.row_first", row=str(row + 1))
    told = sentence(kind, unit=unit, key=str(key), reason=reason)
    return Finding.of(told, units=(f"row {row + 1}",), geometry=geometry)


def _overlaps(
    key: Any,  # noqa: ANN401
    rows: Ints,
    faces: Faces,
    shapes: Geometries,
    of: Ints,
) -> Iterator[Finding]:
    """Yield the land that several members claim, with those that do.

    Where two draw one border with different vertices, in degrees above all, the last bits of these
    make faces of some 1e-14 degrees: they are no land, and nobody could be named.
    """
    claims = faces.claims
    if len(shapes) < len(rows):
        claims = _with_copies(faces, shapes, np.bincount(of))
    twice, claims = faces.geometry[claims > 1], claims[claims > 1]
    if not len(twice):
        return
    inside = shapely.get_coordinates(shapely.point_on_surface(twice))
    drawn = np.split(rows[np.argsort(of, kind="stable")], np.cumsum(np.bincount(of))[:-1])

    def claimant(k: int) -> str:
        members = containing(shapes, inside[[k]])[1]
        row = min((int(drawn[m].min()) for m in members), default=int(rows[0]))
        return sentence("K01.row", row=str(row + 1))

    refuse_piled(claims, claims, len(rows), claimant)
    face, member = containing(shapes, inside)
    members = np.split(member, np.searchsorted(face, np.arange(1, len(twice))))
    for geometry, own in zip(twice, members, strict=True):
        claimants = sorted(row for m in own for row in drawn[m])
        if len(claimants) < _SEVERAL:  # so thin that its own middle is in no two of them
            continue
        units = [sentence("K01.row", row=str(row + 1)) for row in claimants]
        named = and_more(units[:_SHOWN], len(units) - _SHOWN, "rows")
        told = sentence("C04.in_group", units=named, key=str(key))
        yield Finding.of(told, units=tuple(map(str, units)), geometry=geometry)


def _with_copies(faces: Faces, shapes: Geometries, copies: Ints) -> Ints:
    """Return how many rows claim each face, of which some have the same polygon."""
    inside = shapely.get_coordinates(shapely.point_on_surface(faces.geometry))
    face, shape = containing(shapes, inside)
    return np.bincount(face, copies[shape], len(inside)).astype(np.int64)


def _gaps(groups: Sequence[_Group]) -> Iterator[Finding]:
    """Yield the land inside each group that belongs to nobody, nor to another group."""
    whole = np.array([group.whole for group in groups], dtype=object)
    found = [
        (group.key, face)
        for group in groups
        if group.faces is not None
        for face in group.faces.geometry[group.faces.claims == 0]
    ]
    faces = np.array([face for _, face in found], dtype=object)
    taken = np.zeros(len(faces), dtype=bool)
    if len(faces):
        inside = shapely.get_coordinates(shapely.point_on_surface(faces))
        taken[containing(whole, inside)[0]] = True
    for (key, face), others in zip(found, taken, strict=True):
        if not others:
            yield Finding.of(sentence("C02.in_group", key=key), units=(str(key),), geometry=face)


def _ragged(raw: RawLayer) -> RaggedLayer:
    """Return a layer that is not plain, by the rows that are asked for."""
    frame = raw.frame
    shapes = np.asarray(frame.geometry.values)

    def read(rows: Ints) -> tuple[Polygons, Any]:
        there = is_polygonal(shapes[rows])
        return Polygons.of(shapes[rows][there]), there

    return RaggedLayer(
        names=tuple(map(str, frame.columns.drop(frame.geometry.name))),
        columns=raw.columns(),
        vertices=shapely.get_num_coordinates(shapes),
        read=read,
        crs=frame.crs.to_wkt(),
    )
