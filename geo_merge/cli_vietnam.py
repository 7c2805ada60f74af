"""The commands that know Vietnam: geo-merge crosswalk and geo-merge lookup."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo_merge.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

_FINDINGS = 1
crosswalk_app = typer.Typer(
    no_args_is_help=False,
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Write a crosswalk: of a province, from a resolution's text, or from compositions.",
)
Province = Annotated[
    str | None, typer.Option("--province", help="One of the 34 provinces: code or name, as 24.")
]
Out = Annotated[
    Path | None, typer.Option("--out", help="CSV to write; to the standard output by default.")
]
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="Encoding of a CSV, if not found by itself.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(crosswalk_app, name="crosswalk")
    app.command()(lookup)


@crosswalk_app.callback()
def crosswalk(context: typer.Context, *, province: Province = None, out: Out = None) -> None:
    """Write the crosswalk of one of the 34 provinces (needs the extra vietnam)."""
    if context.invoked_subcommand is not None:
        if province is not None or out is not None:
            raise UsageError(f"Name --province and --out behind {context.invoked_subcommand}.")
        return
    from geo_merge.vietnam.gazetteer import crosswalk as published
    from geo_merge.vietnam.plan import find_province

    if province is None:
        raise UsageError(
            "Name a province with --province (as 24), or use from-text or from-compositions."
        )
    _write(published(find_province(province)), out)


@crosswalk_app.command(name="from-text")
def from_text(
    file: Annotated[Path, typer.Argument(help="A resolution as .txt, .docx or .pdf with text.")],
    *,
    province: Province = None,
    out: Out = None,
) -> None:
    """Read Article 1 of a resolution on the arrangement of communes."""
    from geo_merge.vietnam.compositions import plan_from_resolution

    plan = plan_from_resolution(file, province=province)
    _report(plan.crosswalk, plan.problems, out)


@crosswalk_app.command(name="from-compositions")
def from_compositions(
    table: Annotated[Path, typer.Argument(help="CSV or XLSX of new units and their members.")],
    *,
    province: Province = None,
    out: Out = None,
    encoding: Encoding = None,
) -> None:
    """Read what each new unit was made of from a table of compositions."""
    from geo_merge.vietnam.compositions import plan_from_compositions

    plan = plan_from_compositions(table, province=province, encoding=encoding)
    _report(plan.crosswalk, plan.problems, out)


def _report(frame: pd.DataFrame, problems: list[str], out: Path | None) -> None:
    _write(frame, out)
    for problem in problems:
        _say(f"Error: {problem}")
    _say(f"{len(frame):,} rows, {len(problems):,} problems")
    if problems:
        raise typer.Exit(_FINDINGS)


def _write(frame: pd.DataFrame, out: Path | None) -> None:
    from geo_merge.files import whole_file
    from geo_merge.formats import write_csv

    if out is None:
        print(frame.to_csv(index=False, lineterminator="\n"), end="")  # noqa: T201
        return
    with whole_file(out) as temporary:
        write_csv(frame, temporary)


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 - messages go to stderr


def lookup(
    text: Annotated[
        str | None, typer.Argument(help="A name (xã Lệ Viễn, Sơn Động), a code, or LON,LAT.")
    ] = None,
    *,
    table: Annotated[
        Path | None, typer.Option("--table", help="CSV or XLSX of many names, codes or points.")
    ] = None,
    layer: Annotated[
        Path | None, typer.Option("--layer", help="Outlines of units, to look a point up in.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="A day on which the unit existed: 2025-06-30.")
    ] = None,
    out: Out = None,
    encoding: Encoding = None,
) -> None:
    """Say what became of a commune on 1 July 2025, or what a unit since then was made of."""
    from geo_merge.layers import read_units
    from geo_merge.tables import read_table
    from geo_merge.vietnam.lookup import look_up
    from geo_merge.vietnam.lookup_table import look_up_table

    if (text is None) == (table is None):
        raise UsageError("Name one thing to look up: a name, a code, LON,LAT, or a --table.")
    day = _day(as_of)
    units = None if layer is None else read_units(layer)
    if table is not None:
        frame, problems = look_up_table(
            read_table(table, encoding=encoding), as_of=day, layer=units
        )
        _report(frame, [f"{table.name} {problem}" for problem in problems], out)
        return
    answers = look_up(text or "", as_of=day, layer=units)
    for answer in answers:
        if answer.unit is None:
            _say(*answer.lines())
        else:
            print("\n".join(answer.lines()))  # noqa: T201 - results go to stdout
    if any(answer.unit is None for answer in answers):
        raise typer.Exit(_FINDINGS)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of {text}: write the day as 2025-06-30.") from None
