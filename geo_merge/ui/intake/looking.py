"""What the page shows of files before anything is computed, found in a process of its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely

from geo_merge.errors import GeoMergeError
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import is_polygonal
from geo_merge.jobs import preview
from geo_merge.jobs.job import Job
from geo_merge.jobs.preview import Preview
from geo_merge.maps.drawing import simplified
from geo_merge.reading.containers import files_of
from geo_merge.reading.tables import read_table
from geo_merge.system.progress import Progress
from geo_merge.ui.work import Work, content_key
from geo_merge.units.called import full_names
from geo_merge.units.layers import read_units
from geo_merge.vocabulary.fields import with_unit_columns
from geo_merge.vocabulary.limits import parse

PIXELS = 1_500  # of the map of what was given
_DECIMALS = 5  # degrees; about a metre
# What is kept under: units and those of the reference as they were read, and outlines.
UNITS_READ, REFERENCE_READ, OUTLINES = "units", "reference", "outlines"
KEPT = (UNITS_READ, REFERENCE_READ, OUTLINES)
UNITS = ("name", "unit_type", "district", "province", "population")


@dataclass(frozen=True)
class Looked:
    """What was recognised in the files of a job.

    Attributes
    ----------
    preview
        Layers, fields, notes and what does not match.
    units
        The units by code: ``name, unit_type, district, province``, and ``population`` if known;
        empty if the layers cannot be read as units.
    outlines
        GeoJSON of the units in WGS 84, simplified to a map of `PIXELS`; each has the ``code`` and
        a ``label``.
    country
        Code of the country that the layer lies in, as far as one is known; else empty.
    table
        The crosswalk as its file has it, under its own headings; None if it cannot be read.
    """

    preview: Preview
    units: pd.DataFrame
    outlines: str
    country: str
    table: pd.DataFrame | None

    @property
    def recognised(self) -> bool:
        """Whether at least one layer could be opened."""
        found = self.preview
        return bool(found.layers or found.fields or found.choices)


def look(job: Job, say: Progress = lambda _: None, memory: Work | None = None) -> Looked:
    """Look into the files of a job, and draw its layers.

    Without a layer, the crosswalk alone is read. What was read of the same layers in the same way
    is taken from the memory, if there is one, so that another file does not read them again.
    """
    table: pd.DataFrame | None = None
    problems: tuple[str, ...] = ()
    if job.crosswalk is not None:
        try:
            table = read_table(job.crosswalk, encoding=job.encoding, sizes=parse(job.limits)[1],
                               country=job.country)  # fmt: skip
        except GeoMergeError as error:
            problems = error.problems
    if not job.old:
        return Looked(Preview([], [], [], problems), pd.DataFrame(columns=list(UNITS)), "", "",
                      table)  # fmt: skip
    read = read_units if memory is None else partial(_read, memory)
    seen, units = preview.look_with_units(job, say, read_layer=read)
    if units is None:
        return Looked(seen, pd.DataFrame(columns=list(UNITS)), "", "", table)
    say("Drawing")
    units = with_unit_columns(units)
    known = pd.DataFrame(units[[c for c in UNITS if c in units]])
    country = job.country.of(units).code
    return Looked(seen, known[~units["is_piece"]], _drawn(memory, units), country, table)


def _read(memory: Work, *paths: Path, **options: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Return the units of files; those that were read before of the same bytes and options."""
    layer = options["layer"]
    chosen = {p.name: name for p, name in layer.items()} if isinstance(layer, dict) else layer
    target = options.get("target_crs")  # which a reference alone has
    told = {**options, "layer": chosen, "country": options["country"].code,
            "accept": sorted(options["accept"]),
            "target_crs": target and target.to_wkt()}  # fmt: skip
    key = content_key([file for path in paths for file in files_of(path)], told)
    what = REFERENCE_READ if target else UNITS_READ
    known: gpd.GeoDataFrame | None = memory.kept(what, key)
    if known is None:
        known = read_units(*paths, **options)
        memory.keep(what, key, known)
    return known


def _drawn(memory: Work | None, units: gpd.GeoDataFrame) -> str:
    """Return the outlines of units; those that were drawn before of the same."""
    if memory is None:
        return outlines(units)
    told = {"crs": str(units.crs), "names": full_names(units["name"], units["unit_type"]),
            "codes": units.index.tolist(), "shapes": _digest(units)}  # fmt: skip
    key = content_key([], told)
    known: str | None = memory.kept(OUTLINES, key)
    if known is None:
        known = outlines(units)
        memory.keep(OUTLINES, key, known)
    return known


def _digest(units: gpd.GeoDataFrame) -> str:
    digest = hashlib.sha256()
    for geometry in shapely.to_wkb(np.asarray(units.geometry.values)).tolist():
        digest.update(geometry or b"-")
    return digest.hexdigest()


def outlines(units: gpd.GeoDataFrame) -> str:
    """Return units as GeoJSON for a small map; see `Looked`."""
    shapes = np.asarray(units.geometry.values)
    there = np.flatnonzero(is_polygonal(shapes))
    west, south, east, north = units.total_bounds
    thin = simplified(shapes[there], float(max(east - west, north - south)) / PIXELS)
    degrees = gpd.GeoSeries(thin, crs=units.crs).to_crs(WGS84)
    geometries = shapely.to_geojson(shapely.set_precision(
        np.asarray(degrees.values), 10.0**-_DECIMALS, mode="pointwise"))  # fmt: skip
    labels = full_names(units["name"], units["unit_type"])
    features = [
        {"type": "Feature",
         "properties": {"code": str(units.index[k]), "label": labels[k]},
         "geometry": orjson.Fragment(geometry)}
        for k, geometry in zip(there.tolist(), geometries.tolist(), strict=True)
    ]  # fmt: skip
    return orjson.dumps({"type": "FeatureCollection", "features": features}).decode()
