"""The commands that know Vietnam: geo-merge crosswalk and geo-merge lookup."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

import sys
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
