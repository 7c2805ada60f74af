"""The command on official lists of changes: geo-merge lineage."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo_merge.cli import options as shared
from geo_merge.cli.options import (
    FINDINGS,
    OK,
    PATH,
    answer,
    complain,
    country_of,
    say,
    say_findings,
    spare,
)
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    import pandas as pd

    from geo_merge.vocabulary.finding import Finding


@click.command()
@click.argument("lists", metavar="LIST...", nargs=-1, required=True, type=PATH)
@click.option("--from", "since", required=True, help="A day of the old units: 2019-12-31.")
@click.option("--to", "as_of", required=True, help="A day of the new units: 2024-01-01.")
@click.option("--layer", type=PATH, help="Layer of the old units: all are named, with its codes.")
@shared.code_field
@shared.name_field
@shared.encoding
@shared.country
@click.option(
    "--column", "columns", multiple=True,
    help="ROLE=HEADING of a column of LIST, as date=EffectiveDate; repeatable.",
)  # fmt: skip
@click.option("--out", type=PATH, help="CSV to write; to the standard output by default.")
@shared.lang
def lineage(
    *,
    lists: tuple[Path, ...],
    since: str,
    as_of: str,
    layer: Path | None,
    code_field: str | None,
    name_field: str | None,
    encoding: str | None,
    country: str | None,
    columns: tuple[str, ...],
    out: Path | None,
) -> int:
    """Write the crosswalk between two days that an official list of changes tells.

    LIST is a list of mergers, splits, renamings and renumberings as INSEE, BFS, SSB or e-Stat
    publish it, Istat's, or a table with the columns date, old_code, old_name, new_code, new_name;
    --column names these in any other list.
    """
    import pandas as pd

    from geo_merge.api import read_units
    from geo_merge.cli.jobs import parse_columns
    from geo_merge.reading.change_forms import ROLES
    from geo_merge.reading.change_lists import read_changes
    from geo_merge.units.changes import changes_in
    from geo_merge.units.check_digits import as_the_layer
    from geo_merge.units.list_crosswalk import list_crosswalk
    from geo_merge.vocabulary.finding import Severity
    from geo_merge.vocabulary.memory import attach, findings_of

    spare(out, layer, *lists)
    first, last = _days(since, as_of)
    where = country_of(country)
    headings = parse_columns(columns, ROLES)
    read = partial(read_changes, encoding=encoding, country=where, headings=headings)
    tables = [read(path, between=(first, last)) for path in lists]
    source = ", ".join(path.name for path in lists)
    rows_of = [one.assign(source=path.name) for path, one in zip(lists, tables, strict=True)]
    table = attach(pd.concat(rows_of, ignore_index=True), sources=[{"source": source}])
    units: dict[str, str] | None = None
    alike: list[Finding] = []
    if layer is not None:
        frame = read_units(layer, code_field=code_field, name_field=name_field, country=where)
        units = {str(code): str(name) for code, name in frame["name"].items()}
        table, alike = as_the_layer(table, units)
    changes = changes_in(table, known=units or (), since=first)
    rows = list_crosswalk(changes, first, last, units=units, source=source)
    found = [*(f for read in (*tables, rows) for f in findings_of(read)), *alike]
    say_findings(sorted(found, key=lambda f: list(Severity).index(f.severity)))
    _write(rows, out)
    errors = [finding for finding in found if finding.severity == Severity.ERROR]
    say(sentence("done.lineage", rows=len(rows), old=rows["old_code"].nunique(),
                 new=rows["new_code"].nunique()))  # fmt: skip
    if errors:
        complain(sentence("done.lacking", n=len(errors)))
    return FINDINGS if errors else OK


def _days(since: str, as_of: str) -> tuple[date, date]:
    from geo_merge.reading.change_days import read_day

    days = []
    for option, text in (("--from", since), ("--to", as_of)):
        day = read_day(text)
        if day is None:
            raise UsageError(
                sentence("command.day", option=option, text=text, example="2020-01-01")
            )
        days.append(day)
    if days[0] >= days[1]:
        raise UsageError(sentence("command.forward", since=days[0], until=days[1]))
    return days[0], days[1]


def _write(frame: pd.DataFrame, out: Path | None) -> None:
    from geo_merge.results.formats import write_csv
    from geo_merge.writing.files import whole_file

    if out is None:
        answer(frame.to_csv(index=False, lineterminator="\n").rstrip("\n"))
        return
    with whole_file(out) as temporary:
        write_csv(frame, temporary)
    answer(str(out))
