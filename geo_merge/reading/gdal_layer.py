"""Layers that GDAL reads: GeoPackage, FlatGeobuf, GeoJSON, and Shapefiles that are not plain."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from geo_merge.encodings import Texts
from geo_merge.errors import LayerError
from geo_merge.finding import Finding, Severity
from geo_merge.limits import Sizes
from geo_merge.reading.geopackage import curves, refuse_views
from geo_merge.reading.raw import RawLayer, refuse_larger

_POLYGONS = ("Polygon", "Surface", "Unknown", "GeometryCollection")
# What GDAL warns of, by a word of its warning, and the check that it is.
_GDAL_CHECKS = {"winding": "G09", "geometry": "G03", "closed": "G04", "ring": "G04"}


def read_ogr(path: Path, **options: str) -> tuple[gpd.GeoDataFrame, tuple[int, ...], list[Finding]]:
    """Read a layer by GDAL; return also the rows whose rings were closed, and GDAL's warnings."""
    closed: tuple[int, ...] = ()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            frame = pyogrio.read_dataframe(path, **options)
        except shapely.GEOSException:  # a ring that is not closed
            strict = pyogrio.read_dataframe(path, on_invalid="ignore", **options)
            frame = pyogrio.read_dataframe(path, on_invalid="fix", **options)
            mended = strict.geometry.isna() & frame.geometry.notna()
            closed = tuple(int(k) for k in np.flatnonzero(mended))
    texts = dict.fromkeys(str(w.message) for w in said if "invalid value" not in str(w.message))
    findings = [
        Finding(
            check=next((c for word, c in _GDAL_CHECKS.items() if word in text), "F03"),
            severity=Severity.WARNING,
            message=f"{path.name}: the reader says: {text.splitlines()[0]}",
            hint="Look at the layer in a GIS.",
        )
        for text in texts
    ]
    return frame, closed, findings


def read_gdal(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read the layer of polygons of a file, or the layer that was named."""
    del texts
    if path.suffix.lower() == ".gpkg":
        refuse_views(path)
    with warnings.catch_warnings():  # reading says the same again, and is heard then
        warnings.simplefilter("ignore")
        layers = pyogrio.list_layers(path)
    polygons = [n for n, kind in layers if kind and any(word in kind for word in _POLYGONS)]
    if not polygons:  # lines to cut by, perhaps
        polygons = [n for n, kind in layers if kind and "LineString" in kind]
    findings: tuple[Finding, ...] = ()
    if layer is not None:
        if layer not in [name for name, _ in layers]:
            names = ", ".join(name for name, _ in layers)
            raise LayerError(f"{path.name} has no layer {layer!r}; it has {names}.")
        polygons = [layer]
    elif len(polygons) > 1:
        raise LayerError(
            f"{path.name} holds several polygon layers ({', '.join(polygons)}) [F06]; "
            "name one with --layer."
        )
    elif not polygons:
        kinds = ", ".join(f"{name}: {kind or 'no geometry'}" for name, kind in layers)
        raise LayerError(f"{path.name} holds no polygons ({kinds}) [G03]; give polygon layers.")
    elif len(layers) > 1:
        findings = (
            Finding(
                check="F06",
                severity=Severity.WARNING,
                message=f"{path.name} holds {len(layers)} layers; {polygons[0]}, the only one of "
                "polygons, was read.",
                hint="Name the layer with --layer to be sure.",
            ),
        )
    if path.suffix.lower() in {".gpkg", ".fgb"}:  # of GeoJSON, counting means reading it all
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            features = pyogrio.read_info(path, layer=polygons[0])["features"]
        refuse_larger(path, "features", features, sizes.features, "features")
    frame, closed, noted = read_ogr(path, layer=polygons[0])
    curved = curves(path, polygons[0]) if path.suffix.lower() == ".gpkg" else ()
    source = path.name if len(layers) == 1 else f"{path.name}/{polygons[0]}"
    hint = f"{source} names no CRS"
    return RawLayer(frame, source, (*findings, *noted), hint, closed, curved)
