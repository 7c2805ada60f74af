"""The command that draws the map on a sheet of paper: geo-merge sheet."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo_merge.cli import options as shared
from geo_merge.cli.options import OK, PATH, answer, country_of, language_of, say
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    from geo_merge.dossier.sheets.atlas import Side

_SIDES: dict[str, Side] = {"old": "before", "new": "after", "both": "both"}


@click.command()
@click.argument("directory", metavar="RESULT", type=PATH)
@click.option("--out", type=PATH, required=True, help="The sheet: .pdf, .svg or .png.")
@click.option("--side", type=click.Choice(list(_SIDES)), default="new",
              help="Old units, new units, or new ones with the borders of the old.")  # fmt: skip
@click.option("--theme", default="units", help="What units are coloured by: units, members, area, "
              "population, density, growth, ..., as on the map.")  # fmt: skip
@click.option("--classes", "method", type=click.Choice(["natural", "quantiles", "equal"]),
              default="natural", help="How classes of figures are made.")  # fmt: skip
@click.option(
    "--basis",
    type=click.Choice(["own", *_SIDES]),
    default="own",
    help="The side whose figures make the classes; own: the one that is drawn.",
)
@click.option("--paper", type=click.Choice(["A4", "A3", "A2", "A1", "A0"]), default="A4")
@click.option("--landscape", is_flag=True, help="The long side of the paper below.")
@click.option("--scale", type=click.FloatRange(min=100), help="As 250000; by default the largest "
              "round one at which the whole land fits.")  # fmt: skip
@click.option("--centre", metavar="LON,LAT", help="The middle of the sheet, in degrees; by default "
              "that of the land.")  # fmt: skip
@click.option("--title", default="", help="The title; by default what the sheet shows.")
@click.option("--date", "dated", type=click.DateTime(["%Y-%m-%d"]), help="Day that the sheet "
              "bears; by default that of the result.")  # fmt: skip
@shared.around
@shared.encoding
@shared.lang
@shared.country
def sheet(
    *, directory: Path, out: Path, dated: datetime | None, country: str | None,
    around: Path | None, encoding: str | None,
    **given: Any,  # noqa: ANN401
) -> int:  # fmt: skip
    """Draw the map of RESULT, a folder that build wrote, to scale on a sheet of paper."""
    from geo_merge.dossier.drawn import atlas_of
    from geo_merge.dossier.form import PAPERS
    from geo_merge.dossier.material import read_material, with_around
    from geo_merge.dossier.sheet_files import check_out, write_sheet
    from geo_merge.dossier.sheets.view import View, sheet_of

    check_out(out)
    paper = next(paper for paper in PAPERS if paper.name == given["paper"])
    view = View(
        side=_SIDES[given["side"]], theme=given["theme"], method=given["method"],
        basis=_SIDES.get(given["basis"], "own"), centre=_centre(given["centre"]),
        scale=given["scale"], paper=paper.across if given["landscape"] else paper,
        title=given["title"],
    )  # fmt: skip
    material = read_material(
        directory, language_of(), dated=dated.date() if dated else None,
        country=country_of(country),
    )  # fmt: skip
    if around is not None:
        material = with_around(material, around, encoding=encoding)
    figure, missed = sheet_of(atlas_of(material, borders=False), view)
    write_sheet(figure, out)
    if missed:
        say(material.t("no_place", names="; ".join(missed)))
    answer(str(out))
    return OK


def _centre(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        lon, lat = map(float, text.split(","))
    except ValueError:
        lon = lat = float("nan")
    if not (abs(lon) <= 180 and abs(lat) < 90):  # noqa: PLR2004 - degrees
        raise UsageError(sentence("command.centre", text=text))
    return lon, lat
