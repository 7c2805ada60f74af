"""The command that writes papers: geo-merge dossier."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from geo_merge.cli import options as shared
from geo_merge.cli.options import OK, PATH, answer, country_of, language_of


@click.command()
@click.argument("directory", metavar="RESULT|PLAN", type=PATH)
@click.option("--out", type=PATH, required=True, help="The paper: .docx, .pdf or .html.")
@click.option("--seats", type=PATH, help="Table of new_code and seat, seat_old_code or lon, "
              "lat; by default the declared table of the result, if it has seats.")  # fmt: skip
@click.option("--offices", type=PATH, help="Table of name, old_code or lon, lat, kind, land, "
              "floor, proposal; by default one for each old unit and district.")  # fmt: skip
@click.option("--agencies", type=PATH, help="Table of level, body, name, before, after.")
@shared.around
@click.option("--section", "names", multiple=True, help="Write this section alone; repeatable.")
@click.option("--scale", type=click.FloatRange(min=100), help="Scale of the maps of the whole "
              "land, as 250000, on the paper it needs; by default A4 and A3.")  # fmt: skip
@click.option("--date", "dated", type=click.DateTime(["%Y-%m-%d"]), help="Day that the paper "
              "bears; by default that of the result.")  # fmt: skip
@shared.encoding
@shared.lang
@shared.country
def dossier(
    *, directory: Path, out: Path, seats: Path | None, offices: Path | None,
    agencies: Path | None, around: Path | None, names: tuple[str, ...], scale: float | None,
    dated: datetime | None, encoding: str | None, country: str | None,
) -> int:  # fmt: skip
    """Write the papers of RESULT, a folder that build wrote, or of PLAN: tables, maps, sheets.

    A plan is merged first, as build would, and the seats that it names are its seats. With seats,
    offices.csv, .geojson and .xlsx are written beside the paper.
    """
    from geo_merge.dossier.document import check_request, document_of, write_document
    from geo_merge.dossier.material import added, read_material, with_around
    from geo_merge.dossier.of_plan import material_of_plan
    from geo_merge.dossier.offices_files import refuse_foreign, write_offices
    from geo_merge.planning.store import is_plan

    check_request(out, names)
    read = material_of_plan if is_plan(directory) else read_material
    material = added(
        read(
            directory, language_of(), dated=dated.date() if dated else None,
            country=country_of(country),
        ),
        seats=seats, offices=offices, agencies=agencies, encoding=encoding,
    )  # fmt: skip
    if around is not None:
        material = with_around(material, around, encoding=encoding)
    beside = material.offices if not names or "offices" in names else None
    if beside is not None:
        refuse_foreign(beside, out.parent)
    write_document(document_of(material, names=names, scale=scale), out)
    written = [out]
    if beside is not None:
        written += write_offices(material, beside, out.parent)
    answer(*map(str, written))
    return OK
