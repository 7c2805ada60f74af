"""The commands that take a layer as it is: geo-merge convert and geo-merge dissolve."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

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
    crs: Crs = None,
    encoding: Encoding = None,
    layer_name: LayerName = None,
    precision: Precision = 7,
) -> None:
    """Write one polygon for all of a layer that have the same value in a field."""
    from geo_merge.lean import Reading
    from geo_merge.lean import dissolve as run

    reading = Reading(crs=crs, encoding=encoding, layer=layer_name)
    written = run(layer, out, by, reading=reading, precision=precision)
    _say(*written.notes, *(f"{f.severity} {f.check}: {f.message}" for f in written.errors))
    if written.errors:
        _say(f"Errors were found; {out} was not written.")
        raise typer.Exit(_FINDINGS)
    _say(f"Dissolved {written.read:,} features to {written.written:,} in {out}")


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201 - messages go to stderr
