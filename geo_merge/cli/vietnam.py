"""The commands that know Vietnam: geo-merge crosswalk and geo-merge lookup."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo_merge.cli.options import (
    FINDINGS,
    OK,
    PATH,
    answer,
    lang,
    language_of,
    progress,
    say,
    say_notes,
    say_problems,
    spare,
)
from geo_merge.errors import FetchError, UsageError
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    import pandas as pd

_province = click.option(
    "--province", help="One of the 34 provinces: code or name, as 24 or bac_ninh."
)
_out = click.option("--out", type=PATH, help="CSV to write; to the standard output by default.")
_encoding = click.option("--encoding", help="Encoding of a CSV, if not found by itself.")


@click.group(invoke_without_command=True)
@_province
@_out
@lang
@click.pass_context
def crosswalk(context: click.Context, *, province: str | None, out: Path | None) -> None:
    """Write a crosswalk: of a province, from a resolution's text, or from compositions.

    That of a province needs the extra vietnam.
    """
    if context.invoked_subcommand is not None:
        if province is not None or out is not None:
            raise UsageError(sentence("command.behind", command=context.invoked_subcommand))
        return
    from geo_merge.vietnam.gazetteer import crosswalk as published
    from geo_merge.vietnam.provinces import find_province

    if province is None:
        raise UsageError(sentence("command.which_province"))
    wanted = find_province(province)
    if wanted.note:
        say(wanted.note)
    _write(published(wanted.code), out)


@crosswalk.command(name="from-text")
@click.argument("file", type=PATH)
@_province
@_out
@lang
def from_text(*, file: Path, province: str | None, out: Path | None) -> int:
    """Read Article 1 of a resolution on the arrangement of communes.

    FILE is a resolution as .txt, .docx or .pdf with text.
    """
    from geo_merge.vietnam.resolutions.compositions import plan_from_resolution

    spare(out, file)
    plan = plan_from_resolution(file, province=province)
    say_notes(plan.notes)
    return _report(plan.crosswalk, plan.problems, out)


@crosswalk.command(name="from-compositions")
@click.argument("table", type=PATH)
@_province
@_out
@_encoding
@lang
def from_compositions(
    *, table: Path, province: str | None, out: Path | None, encoding: str | None
) -> int:
    """Read what each new unit was made of from a table of compositions.

    TABLE is a CSV, XLSX or Parquet of new units and their members.
    """
    from geo_merge.vietnam.resolutions.compositions import plan_from_compositions

    spare(out, table)
    plan = plan_from_compositions(table, province=province, encoding=encoding)
    say_notes(plan.notes)
    return _report(plan.crosswalk, plan.problems, out)


def _report(frame: pd.DataFrame, problems: list[str], out: Path | None) -> int:
    _write(frame, out)
    say_problems(problems)
    say(sentence("done.rows", rows=len(frame), n=len(problems)))
    return FINDINGS if problems else OK


def _write(frame: pd.DataFrame, out: Path | None) -> None:
    from geo_merge.results.formats import write_csv
    from geo_merge.writing.files import whole_file

    if out is None:
        from geo_merge.vocabulary.cells import csv_bytes

        columns = {str(name): frame[name].tolist() for name in frame}
        answer(csv_bytes(columns).decode().rstrip("\n"))
        return
    with whole_file(out) as temporary:
        write_csv(frame, temporary)


@click.command()
@click.argument("text", required=False)
@click.option("--table", type=PATH, help="CSV, XLSX or Parquet of many names, codes or points.")
@click.option("--layer", type=PATH, help="Outlines of units, to look a point up in.")
@click.option("--as-of", help="A day on which the unit existed: 2025-06-30.")
@_out
@_encoding
@lang
def lookup(
    *,
    text: str | None,
    table: Path | None,
    layer: Path | None,
    as_of: str | None,
    out: Path | None,
    encoding: str | None,
) -> int:
    """Say what became of a commune on 1 July 2025, or what a unit since then was made of.

    TEXT is a name (xã Lệ Viễn, Sơn Động), a code, or LON,LAT.
    """
    from geo_merge.api import read_table, read_units
    from geo_merge.vietnam.lookup.answers import look_up
    from geo_merge.vietnam.lookup.table import look_up_table

    if (text is None) == (table is None):
        raise UsageError(sentence("command.look_up"))
    spare(out, table, layer)
    day = _day(as_of)
    units = None if layer is None else read_units(layer)
    if table is not None:
        frame, problems = look_up_table(
            read_table(table, encoding=encoding), as_of=day, layer=units
        )
        told: list[str] = [
            sentence("lookup.in_table", table=table.name, problem=each) for each in problems
        ]
        return _report(_told(frame), told, out)
    answers = look_up(text or "", as_of=day, layer=units)
    for found in answers:
        tell = say if found.unit is None else answer
        tell(*found.lines())
    return FINDINGS if any(found.unit is None for found in answers) else OK


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with how and by what evidence in the language of the command."""
    from geo_merge.vocabulary.sentence import said

    spoken = {"how", "evidence"} & set(frame)
    return frame.assign(**{c: [said(text, language_of()) for text in frame[c]] for c in spoken})


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            sentence("command.day", option="--as-of", text=text, example="2025-06-30")
        ) from None


@click.command()
@click.argument("name")
@click.option("--mirror", help="Folder or address to fetch from instead of the internet.")
@click.option("--out", type=PATH, help="GeoPackage to write; NAME.gpkg by default.")
@click.option(
    "--before", is_flag=True, help="Also write an approximate layer of the communes before."
)
@click.option("--lines", help="Folder or address with a copy of the lines of about 2010.")
@click.option(
    "--lineage",
    type=PATH,
    help="CSV, XLSX or Parquet of district, name, code: what became of communes of about 2010.",
)
@lang
def fetch(
    *,
    name: str,
    mirror: str | None,
    out: Path | None,
    before: bool,
    lines: str | None,
    lineage: Path | None,
) -> None:
    """Fetch the official boundaries of one of the 34 provinces.

    NAME is its name or code, as bac_ninh or 24; an old province means the one it is part of. With
    --before, real lines of about 2010 are written too for each old province where they close.
    """
    from geo_merge.vietnam.official import fetch_province, find_boundaries, write_before
    from geo_merge.vietnam.provinces import find_province

    if note := find_province(name).note:
        say(note)
    province = find_boundaries(name)
    target = out or Path(f"{province.slug}.gpkg")
    with progress() as tell:
        tell(sentence("progress.starting_to_fetch", province=province.name))
        path = fetch_province(province, target, mirror=mirror, progress=tell)
        paths = [path, *(write_before(province, path) if before else [])]
    if before:
        paths += _lines(province.code, path, mirror=lines or mirror, lineage=lineage)
    answer(*map(str, paths))


def _lines(province: str, path: Path, *, mirror: str | None, lineage: Path | None) -> list[Path]:
    """Write the lines of about 2010 that close, and say of all others why they do not."""
    from geo_merge.reading.tables import read_table
    from geo_merge.vietnam.lines import LINEAGE, write_closing

    table = None if lineage is None else read_table(lineage)
    if table is not None and not set(LINEAGE) <= set(table):
        raise UsageError(sentence("fetch.lineage", source=lineage, columns=list(LINEAGE)))
    try:
        return write_closing(province, path, mirror=mirror, lineage=table, say=say)
    except FetchError as error:
        say(sentence("fetch.no_lines", reason=error.args[0]))
        return []
