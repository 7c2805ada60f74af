"""Layers that GDAL reads, with its doors shut and its counts checked."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from geo_merge.errors import CRSError, LayerError, SeveralLayersError
from geo_merge.reading.apart import check_layer
from geo_merge.reading.exact import exact_columns, read_frame
from geo_merge.reading.library_words import said_by_library
from geo_merge.reading.parts import is_odd
from geo_merge.reading.raw import RawLayer, refuse_larger
from geo_merge.system.closed import closed
from geo_merge.system.scratch import scratch
from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import hint_of, sentence

Source = Path | bytes
_POLYGONS = ("Polygon", "Surface", "Unknown", "GeometryCollection")
# A text that is no JSON where GDAL expected some stays a text.
_PARSED = "Could not parse column"
# What pyogrio says of the data: of itself, and of what will change in libraries, it says otherwise.
_OF_DATA = (RuntimeWarning, UserWarning)
# What GDAL warns of, by a word of its warning, and the check that it is.
_GDAL_CHECKS = {"winding": "G09", "geometry": "G03", "closed": "G04", "ring": "G04"}


class OgrLayer(NamedTuple):
    """What GDAL reads; see `raw.RawLayer` for each. Findings are what it warned of."""

    frame: gpd.GeoDataFrame
    closed: tuple[int, ...]
    findings: list[Finding]
    exact: dict[str, list[Any]]


def read_ogr(source: Source, name: str, **options: str) -> OgrLayer:
    """Read a layer by GDAL.

    Parameters
    ----------
    source
        A file, or the content of one.
    name
        What to call it in messages.
    options
        Of `pyogrio.read_dataframe`.
    """
    closed_rings: tuple[int, ...] = ()
    with _opened(source) as opened, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            frame = read_frame(opened, **options)
        except shapely.GEOSException:  # a ring that is not closed
            strict = read_frame(opened, on_invalid="ignore", **options)
            frame = read_frame(opened, on_invalid="fix", **options)
            mended = strict.geometry.isna() & frame.geometry.notna()
            closed_rings = tuple(int(k) for k in np.flatnonzero(mended))
        except UnboundLocalError as error:  # how pyogrio fails at a CRS that GDAL cannot write
            raise CRSError(sentence("R01.unreadable", name=name)) from error
        exact = exact_columns(opened, frame, **options)
    for warning in said:
        if not issubclass(warning.category, _OF_DATA):
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
    texts = dict.fromkeys(str(w.message) for w in said if issubclass(w.category, _OF_DATA))
    findings = [
        _said(name, text)
        for text in texts
        if "invalid value" not in text and not text.startswith(_PARSED)
    ]
    return OgrLayer(frame, closed_rings, findings, exact)


def _said(name: str, text: str) -> Finding:
    """Return what GDAL says of a file as a finding of the check that it is about."""
    reason = said_by_library((text.splitlines() or [""])[0], name)
    told = sentence("F03.reader", name=name, reason=reason)
    check = next((c for word, c in _GDAL_CHECKS.items() if word in text), "F03")
    return Finding(check=check, severity=Severity.WARNING, message=told, hint=hint_of(told))


@contextmanager
def _opened(source: Source) -> Iterator[str | bytes]:
    """Give what pyogrio opens, with the doors of GDAL shut.

    That is a path from the root, so that no name is taken for a driver's prefix, or a link under
    a name of our own.
    """
    with closed():
        if isinstance(source, bytes):
            yield source
        elif is_odd(source) or (source.is_dir() and source.suffix.lower() != ".gdb"):
            with scratch() as folder:
                ending = ".gdb" if source.is_dir() else source.suffix.lower()
                link = folder / f"layer{ending}"
                link.symlink_to(source.absolute(), target_is_directory=source.is_dir())
                yield str(link)
        else:
            yield str(source.absolute())


def list_layers(source: Source) -> list[tuple[str, str | None]]:
    """Return the layers of a file with the kind of their geometry, None without geometry."""
    with (
        _opened(source) as opened,
        warnings.catch_warnings(),
    ):  # reading says the same again, and is heard then
        warnings.simplefilter("ignore")
        return [(str(name), kind) for name, kind in pyogrio.list_layers(opened)]


def filled(source: Source, layers: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Return the layers that have features; all if none has."""
    return [each for each in layers if count_rows(source, each[0])] or layers


def count_rows(source: Source, layer: str) -> int:
    """Return how many rows a layer gives when it is read through to its end.

    Readers ask a file for its count of features, and stop there; this does not.
    """
    with _opened(source) as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"columns": [], "read_geometry": False, "return_fids": True}
        return int(pyogrio.read_arrow(opened, layer=layer, **options)[1].num_rows)


def _count_fields(source: Source, layer: str) -> int:
    with _opened(source) as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(pyogrio.read_info(opened, layer=layer)["fields"])


def refuse_other_count(name: str, read: int, there: int) -> None:
    """Raise LayerError (F04) if not all rows of a file were read."""
    if read != there:
        raise LayerError(sentence("F04.features", name=name, read=read, there=there))


def choose_layer(
    name: str, layers: Sequence[tuple[str, str | None]], layer: str | None
) -> tuple[str, tuple[Finding, ...]]:
    """Return the layer that was named, or the only one of polygons (of lines, if there is none).

    Raises
    ------
    LayerError
        If there is no such layer, or there are several (F06).
    """
    if layer is not None:
        if layer not in [each for each, _ in layers]:
            names = ", ".join(each for each, _ in layers)
            raise LayerError(sentence("F06.no_such_layer", name=name, layer=layer, names=names))
        return layer, ()
    several = "F06.polygon_layers"
    chosen = [n for n, kind in layers if kind and any(word in kind for word in _POLYGONS)]
    if not chosen:  # lines to cut by, perhaps
        several = "F06.line_layers"
        chosen = [n for n, kind in layers if kind and "LineString" in kind]
    if len(chosen) > 1:
        raise SeveralLayersError(sentence(several, name=name, layers=", ".join(chosen)), chosen)
    if not chosen:
        kinds = [
            sentence("G03.layer" if kind else "G03.layer_bare", name=each, kind=kind)
            for each, kind in layers
        ]
        raise LayerError(sentence("G03.no_polygons", name=name, kinds=kinds))
    if len(layers) == 1:
        return chosen[0], ()
    finding = Finding.of(sentence("F06.one", file=name, n=len(layers), layer=chosen[0]))
    return chosen[0], (finding,)


def read_layer(
    source: Source,
    name: str,
    layer: str | None,
    sizes: Sizes,
    *,
    apart: bool = False,
    **options: str,
) -> RawLayer:
    """Read the layer of polygons, or the layer that was named, from a file or its content.

    Parameters
    ----------
    source, name, layer, sizes, options
        See `read_ogr` and `choose_layer`.
    apart
        Whether to go through the file in a process of its own first; see `apart`.

    Raises
    ------
    LayerError
        See `choose_layer`; F04 if the file has other rows than it says.
    """
    layers = list_layers(source)
    refuse_larger(name, "layers", len(layers), sizes.layers, "layers")
    if isinstance(source, bytes):
        layers = filled(source, layers)
    chosen, findings = choose_layer(name, layers, layer)
    if apart:
        with _opened(source) as opened:
            check_layer(name, Path(str(opened)), chosen, sizes)
    there = count_rows(source, chosen)
    refuse_larger(name, "features", there, sizes.features, "features")
    refuse_larger(name, "fields", _count_fields(source, chosen), sizes.fields, "fields")
    read = read_ogr(source, name, layer=chosen, **options)
    refuse_other_count(name, len(read.frame), there)
    whole = name if len(layers) == 1 else f"{name}/{chosen}"
    return RawLayer(
        read.frame, whole, (*findings, *read.findings), sentence("R01.none", file=whole),
        read.closed, exact=read.exact,
    )  # fmt: skip
