"""The commands between crosswalks and the texts of resolutions: crosswalk to-text."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo_merge.cli.options import (
    FINDINGS,
    OK,
    PATH,
    answer,
    lang,
    say,
    say_findings,
    say_notes,
    say_problems,
    spare,
)
from geo_merge.cli.vietnam import crosswalk
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    import pandas as pd

    from geo_merge.vietnam.resolutions.figures import Figures

_province = click.option(
    "--province", help="One of the 34 provinces: code or name, as 24 or bac_ninh."
)
crosswalk_commands = crosswalk  # with those of this module
_TEXTS = (".txt", ".md")


@crosswalk.command(name="to-text")
@click.argument("source", metavar="CROSSWALK|RESULT", type=PATH)
@_province
@click.option("--out", type=PATH, help="Text (.txt); to the standard output by default.")
@click.option(
    "--figures",
    is_flag=True,
    help="State land, people and neighbours too, of RESULT, a folder that build wrote.",
)
@click.option("--year", type=int, default=2025, help="Year in the title.")
@click.option("--encoding", help="Encoding of a CSV, if not found by itself.")
@lang
def to_text(
    *,
    source: Path,
    province: str | None,
    out: Path | None,
    figures: bool,
    year: int,
    encoding: str | None,
) -> int:
    """Draft Article 1 of a resolution, in words that from-text reads back to the same crosswalk.

    In the form of June 2025; with --figures also what those up to 2024 state: the land and people
    of each member and new unit, and what it borders.
    """
    from geo_merge.vietnam.resolutions.draft import draft

    if out is not None and out.suffix.lower() not in _TEXTS:
        raise UsageError(sentence("command.text", out=out, endings=list(_TEXTS)))
    spare(out, source)
    table, known = _crosswalk(source, encoding, figures=figures)
    drafted = draft(table, province=province, figures=known, year=year)
    if out is None:
        answer(*drafted.text.splitlines())
    else:
        _write_text(drafted.text, out)
    say_notes(drafted.notes)
    say_problems(drafted.problems)
    kind = "done.other" if drafted.problems else "done.same"
    say(sentence(kind, n=len(drafted.problems)))
    return FINDINGS if drafted.problems else OK


def _crosswalk(
    source: Path, encoding: str | None, *, figures: bool
) -> tuple[pd.DataFrame, Figures | None]:
    """Read a crosswalk, and the figures of the result that it is part of if they are asked for."""
    from geo_merge.reading.tables import read_table
    from geo_merge.results.files import load_result
    from geo_merge.units.crosswalk import read_crosswalk
    from geo_merge.vietnam.country import VIETNAM
    from geo_merge.vietnam.resolutions.figures import figures_of

    if (source / "manifest.json").is_file():
        result = load_result(source)
        known = figures_of(result.old, result.new) if figures else None
        return result.crosswalk, known
    if figures:
        raise UsageError(sentence("command.figures", source=source))
    path = source / "crosswalk.csv" if source.is_dir() else source
    table = read_crosswalk(path, encoding=encoding, country=VIETNAM)
    raw = read_table(path, encoding=encoding, country=VIETNAM)
    return (table.assign(mode=raw["mode"]) if "mode" in raw else table), None


def _write_text(text: str, out: Path) -> None:
    from geo_merge.writing.files import whole_file

    with whole_file(out) as temporary:
        temporary.write_text(text, "utf-8", newline="\n")


@crosswalk.command(name="check-text")
@click.argument("file", type=PATH)
@click.option(
    "--layer",
    type=PATH,
    required=True,
    help="Units as they are afterwards: a layer, or a folder that build wrote.",
)
@click.option("--out", type=PATH, help="CSV of the findings; they are printed in any case.")
@click.option("--crs", help="CRS of the layer if it names none, as 9214.")
@click.option("--encoding", help="Encoding of a Shapefile, if not found by itself.")
@lang
def check_text(
    *, file: Path, layer: Path, out: Path | None, crs: str | None, encoding: str | None
) -> int:
    """Check land, people and neighbours that a resolution states against a layer.

    FILE is a resolution as .txt, .docx or .pdf with text.
    """
    from geo_merge.jobs.findings import write_findings
    from geo_merge.results.files import load_result
    from geo_merge.units.layers import read_units
    from geo_merge.vietnam.country import VIETNAM
    from geo_merge.vietnam.resolutions.resolution import read_resolution
    from geo_merge.vietnam.resolutions.stated import check_stated, claims_of
    from geo_merge.vocabulary.finding import Severity
    from geo_merge.writing.files import whole_file

    spare(out, file, layer)
    text = read_resolution(file)
    old = None
    if (layer / "manifest.json").is_file():
        result = load_result(layer)
        old, new = result.old, result.new
    else:
        new = read_units(layer, crs=crs, encoding=encoding, country=VIETNAM)
    found = check_stated(text, new, old)
    if out is not None:
        with whole_file(out) as temporary:
            write_findings(found, new.crs.to_string(), temporary)
    say_problems(text.problems)
    say_findings(found)
    wrong = [f for f in found if f.severity != Severity.INFO]
    stated = claims_of(text)[0]
    answer(sentence("done.stated", checked=len(stated), n=len(wrong)))
    return FINDINGS if wrong or text.problems else OK
