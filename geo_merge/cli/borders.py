"""The command that writes boundary records: geo-merge borders."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo_merge.cli import options as shared
from geo_merge.cli.options import (
    OK,
    PATH,
    answer,
    language_of,
    print_json,
    progress,
    say_findings,
)
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from geo_merge.vocabulary.country import Country


@click.command()
@click.argument("source", metavar="RESULT|LAYER", type=PATH)
@click.option("--out", type=PATH, required=True, help="Folder for tables, GeoPackage and sheets.")
@click.option(
    "--distance",
    type=float,
    default=5.0,
    help="Metres by which the line through the points may differ from the border.",
)
@click.option("--plane", help="CRS of the points, as 9214; by default that of the layer.")
@click.option("--sheets/--no-sheets", default=True, help="Write a sheet for each two neighbours.")
@shared.lang
@shared.reading
@shared.as_json
def borders(
    *,
    source: Path,
    out: Path,
    distance: float,
    plane: str | None,
    sheets: bool,
    reading: dict[str, Any],
    as_json: bool,
) -> int:
    """Write the boundary records of new units: of a folder that build wrote, or of a layer.

    For each border between two units: nodes, characteristic points, length, a description,
    and a sheet on which both confirm it.
    """
    from geo_merge.dossier.border_files import write_records
    from geo_merge.dossier.border_records import border_records
    from geo_merge.dossier.border_sheets import sheet
    from geo_merge.geometry.characteristic_points import SHORTEST
    from geo_merge.results.files import sha256, with_sidecars
    from geo_merge.vocabulary.memory import findings_of

    if not SHORTEST <= distance < float("inf"):
        raise UsageError(sentence("command.distance", distance=distance, least=SHORTEST))
    if source.resolve() == out.resolve():
        raise UsageError(sentence("command.same_folder", out=out))
    chosen = reading["country"]
    with progress() as tell:
        tell("Reading")
        units = read_new_units(source, plane, reading)
        tell("Tracing borders")
        records = border_records(units, distance)
        tell("Writing")
        language = language_of()
        head = chosen.of(units).letterhead if language == "vi" else ()
        inputs = [source / "new_units.geojson"] if source.is_dir() else with_sidecars([source])
        written = write_records(
            records, out, language=language,
            sheet=partial(sheet, letterhead=head) if sheets else None,
            inputs={path.name: sha256(path) for path in inputs},
            options={"distance": distance, "plane": plane, "sheets": sheets, "lang": language},
        )  # fmt: skip
    say_findings(f for f in findings_of(units) if f.severity != "info")
    say_findings(records.findings)
    if as_json:
        print_json(records.proof)
    else:
        told = records.proof
        answer(
            sentence("done.borders", n=told["borders"], lines=told["lines"], nodes=told["nodes"],
                     points=told["points"], metres=told["deviation_m"]),
            sentence("done.wrote_files", n=len(written), folder=out),
        )  # fmt: skip
    return OK


def read_new_units(source: Path, plane: str | None, reading: dict[str, Any]) -> gpd.GeoDataFrame:
    """Read the units, in the plane that was named or that of their file.

    Raises
    ------
    UsageError
        If no plane is named, and the file has none.
    """
    from geo_merge.geometry.projection import describe, parse_crs
    from geo_merge.results.files import load_result
    from geo_merge.units.layers import read_units
    from geo_merge.vocabulary.memory import sources_of

    target: CRS | None = None if plane is None else parse_crs(plane)
    if source.is_dir() and (source / "manifest.json").is_file():
        result = load_result(source)
        units, sources = result.new, result.provenance["sources"]
        if target is not None:
            units = units.to_crs(target)
    else:
        units = read_units(source, target_crs=target, **reading)
        sources = sources_of(units)
    if target is None and describe(units.crs) not in {s["crs"] for s in sources}:
        raise UsageError(sentence("command.no_plane", file=source.name, crs=str(sources[0]["crs"])))
    return _with_types(units, reading["country"])


def _with_types(units: gpd.GeoDataFrame, country: Country) -> gpd.GeoDataFrame:
    """Take types that are not in a field of their own from one with full names (``Xã Kép``)."""
    from geo_merge.vocabulary.fields import fold_field

    full = next((c for c in units.columns if fold_field(str(c)) in {"fullname", "tendaydu"}), None)
    if full is None or (units["unit_type"].fillna("") != "").any():
        return units
    parts = [country.split_type(str(text)) for text in units[full]]
    if [rest for _, rest in parts] != units["name"].tolist():
        return units
    return units.assign(unit_type=[kind for kind, _ in parts])
