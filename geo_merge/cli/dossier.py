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
@click.argument("directory", metavar="RESULT", type=PATH)
@click.option("--out", type=PATH, required=True, help="The paper: .docx, .pdf or .html.")
@click.option("--lang", type=click.Choice(["vi", "en"]), help="Language of the paper; by default "
              "that of the system.")  # fmt: skip
@click.option("--section", "names", multiple=True, help="Write this section alone; repeatable.")
@click.option("--scale", type=click.FloatRange(min=100), help="Scale of the maps of the whole "
              "land, as 250000, on the paper it needs; by default A4 and A3.")  # fmt: skip
@click.option("--date", "dated", type=click.DateTime(["%Y-%m-%d"]), help="Day that the paper "
              "bears; by default that of the result.")  # fmt: skip
@shared.country
def dossier(
    *, directory: Path, out: Path, lang: str | None, names: tuple[str, ...], scale: float | None,
    dated: datetime | None, country: str | None,
) -> int:  # fmt: skip
    """Write the papers of RESULT, a folder that build wrote: tables, maps to scale, sheets."""
    from geo_merge.dossier.document import check_path, document_of, write_document
    from geo_merge.dossier.material import read_material

    check_path(out)
    material = read_material(
        directory, language_of(lang), dated=dated.date() if dated else None,
        country=country_of(country),
    )  # fmt: skip
    write_document(document_of(material, names=names, scale=scale), out)
    answer(str(out))
    return OK
