"""The commands that take a layer as it is: geo-merge convert and geo-merge dissolve."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo_merge.errors import UsageError

if TYPE_CHECKING:
    from geo_merge.lean import Written

_FINDINGS = 1
Layer = Annotated[Path, typer.Argument(metavar="LAYER", help="Layer of polygons.")]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="GeoJSON to write.")]
Crs = Annotated[str | None, typer.Option("--crs", help="CRS of a file that names none, as 9214.")]
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="Encoding of a Shapefile, as cp1258.")
]
LayerName = Annotated[
    str | None, typer.Option("--layer", help="Layer to read from a file with several.")
]
Precision = Annotated[
    int, typer.Option("--precision", min=0, max=15, help="Decimals of a degree; 7 is 1 cm.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(convert)
    app.command()(dissolve)


def convert(
    layer: Layer,
    out: Out,
    *,
    crs: Crs = None,
    encoding: Encoding = None,
    layer_name: LayerName = None,
    precision: Precision = 7,
) -> None:
    """Write a layer as GeoJSON, with its attributes."""
    from geo_merge.lean import Reading
    from geo_merge.lean import convert as run

    reading = Reading(crs=crs, encoding=encoding, layer=layer_name)
    written = run(layer, out, reading=reading, precision=precision)
    _say(*written.notes, f"Wrote {written.written:,} features to {out}")


def dissolve(
    layer: Layer,
    out: Out,
    *,
    by: Annotated[str, typer.Option("--by", help="Field whose values are dissolved to one each.")],
    findings: Annotated[
        Path | None,
        typer.Option("--findings", help="CSV or GeoJSON of gaps, overlaps and invalid members."),
    ] = None,
    crs: Crs = None,
    encoding: Encoding = None,
    layer_name: LayerName = None,
    precision: Precision = 7,
) -> None:
    """Write one polygon for all of a layer that have the same value in a field."""
    from geo_merge.lean import Reading
    from geo_merge.lean_dissolve import dissolve as run

    if findings is not None and findings.suffix.lower() not in {".csv", ".geojson"}:
        raise UsageError(f"--findings {findings}: name a .csv or a .geojson file.")
    reading = Reading(crs=crs, encoding=encoding, layer=layer_name)
    written = run(layer, out, by, reading=reading, precision=precision)
    if findings is not None:
        _write_findings(written, findings)
    errors = [f for f in written.findings if f.severity == "error"]
    _say(*written.notes, *(f"{f.severity} {f.check}: {f.message}" for f in errors))
    if errors:
        _say(f"Errors were found; {out} was not written.")
        raise typer.Exit(_FINDINGS)
    found = Counter(f.check for f in written.findings)
    if found:
        where = f"see {findings}" if findings else "--findings FILE lists them"
        _say(f"Within groups: {found['C02']} gaps, {found['C04']} overlaps ({where}).")
    _say(f"Dissolved {written.read:,} features to {written.written:,} in {out}")


def _write_findings(written: Written, path: Path) -> None:
    """Write what was found, with the area of each place on the ellipsoid."""
    import numpy as np
    import shapely

    from geo_merge.areas import areas
    from geo_merge.export import FINDING_DECIMALS
    from geo_merge.files import whole_file
    from geo_merge.formats import findings_table, write_csv
    from geo_merge.geojson import write_geojson
    from geo_merge.models import findings_frame
    from geo_merge.projection import parse_crs

    crs = parse_crs(written.crs)
    places = np.array([f.geometry for f in written.findings], dtype=object)
    places[~shapely.is_valid(places)] = None  # an invalid polygon has no area to speak of
    m2 = areas(places, crs).tolist()
    measured = [
        replace(f, value=a, unit_of_value="m²") if a else f
        for f, a in zip(written.findings, m2, strict=True)
    ]
    frame = findings_frame(measured, crs)
    if path.suffix.lower() == ".csv":
        with whole_file(path) as temporary:
            write_csv(findings_table(frame), temporary)
    else:
        write_geojson(frame, path, precision=FINDING_DECIMALS, vanishing="point")


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201 - messages go to stderr
