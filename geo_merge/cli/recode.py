"""The command on a person's own tables: geo-merge recode."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from geo_merge.cli import options as shared
from geo_merge.cli.options import FINDINGS, OK, PATH, answer, complain, progress, say
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import said, sentence

if TYPE_CHECKING:
    from geo_merge.recoding.outcome import Recoded
    from geo_merge.recoding.plan import Plan
    from geo_merge.recoding.request import Request
    from geo_merge.vocabulary.country import Country
    from geo_merge.vocabulary.places import Side


@click.command()
@click.argument("table", type=PATH)
@click.option(
    "--crosswalk",
    "crosswalks",
    type=PATH,
    multiple=True,
    help="CSV, XLSX or Parquet: old_code, new_code, new_name, ...; several follow one another.",
)
@click.option("--province", help="One of the 34 provinces of Vietnam: code or name, as 24.")
@click.option("--result", type=PATH, help="A folder that build wrote: its crosswalk and polygons.")
@click.option("--to", type=click.Choice(["new", "old"]), help="Where to go.  [default: new]")
@click.option(
    "--out",
    type=PATH,
    help="FILE.xlsx; or FILE.csv or .parquet, and others beside it; else rows are printed.",
)
@click.option("--column", "columns", multiple=True, metavar="ROLE=COLUMN",
              help="What a column holds, if it is taken for something else: code, name, unit_type, "
              "district, province, address, lon, lat, figures or labels; repeatable.")  # fmt: skip
@click.option("--vintage", type=click.Choice(["old", "new"]),
              help="Of which side the units of the table surely are.")  # fmt: skip
@click.option("--as-of", help="A day on which the units of the table existed: 2025-06-30.")
@click.option("--aggregate", is_flag=True, help="Also add rows up by new units.")
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="FIELD=RULE",
    help="For --aggregate: sum, area, population, mean:WEIGHT, list, largest, mixed, keep or drop; "
    "repeatable.",
)
@click.option("--weights", help="Column of the crosswalk whose figures divide the divided units.")
@click.option("--layer", type=PATH, help="Polygons of the units to go to; points settle rows.")
@click.option("--decisions", type=PATH, help="What was decided on rows before: the decisions that "
              "a run wrote, with choices filled in.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Write nothing if rows are left.")
@click.option("--engine", default="local", help="local, or dask: a folder of Parquet too large for "
              "one machine; --out is a folder of Parquet then, or a CSV.")  # fmt: skip
@click.option(
    "--scheduler", help="Address of a Dask scheduler; without it, workers are started here."
)
@shared.encoding
@shared.limits
@shared.country
@shared.lang
def recode(
    *, table: Path, out: Path | None, strict: bool, engine: str,
    scheduler: str | None, **given: Any,  # noqa: ANN401
) -> int:  # fmt: skip
    """Bring a table from old units to new ones, or back, with every row accounted for.

    TABLE is CSV, XLSX, Parquet or a folder of Parquet, with codes, names, addresses or points.
    Without --crosswalk, --province or --result, the communes of Vietnam of July 2025.
    """
    from geo_merge.recoding.outcome import lines_of, problems_of, sheet_title

    language = shared.language_of()
    write = _engine(engine, scheduler, out, given)
    request = _request(table, given)
    _spare(out, [table, *given["crosswalks"], *filter(None, [given["layer"]])])
    how = request.plan()
    say(*how.notes, *how.told)
    rules = list(given["rules"]) if given["aggregate"] else None
    with progress() as tell:
        done, written = write(request, how, rules=rules, strict=strict, language=language,
                              progress=tell)  # fmt: skip
    say(*lines_of(done, how))
    for outcome, whys in problems_of(done).items():
        title = sheet_title(outcome, language)
        say(*(f"{title[:1].upper()}{title[1:]}: {said(why, language)}" for why in whys))
    _report(done, how)
    answer(*map(str, written))
    return FINDINGS if done.left else OK


def _engine(
    engine: str, scheduler: str | None, out: Path | None, given: dict[str, Any]
) -> Callable[..., tuple[Recoded, list[Path]]]:
    """Return what recodes a table as it is planned, here or on Dask's workers."""
    if engine not in {"local", "dask"}:
        raise UsageError(sentence("command.engine", engine=engine))
    if engine == "local":
        if scheduler is not None:
            raise UsageError(sentence("command.scheduler"))
        return partial(_here, out=out)
    if out is None:
        raise UsageError(sentence("recoding.engine_out"))
    if given["encoding"] is not None:
        raise UsageError(sentence("recoding.engine_encoding"))
    from geo_merge.cluster import check_installed
    from geo_merge.recoding.joined import check_out

    check_installed()
    check_out(out)
    from geo_merge.recoding import spread

    return partial(spread.write, out=out, scheduler=scheduler)


def _here(
    request: Request, how: Plan, *, out: Path | None, **options: Any,  # noqa: ANN401 - of write
) -> tuple[Recoded, list[Path]]:  # fmt: skip
    from geo_merge.recoding.run import write

    del request
    stream: IO[str] = sys.stdout if out is None else io.StringIO()
    return write(how, out or stream, **options)


def _spare(out: Path | None, given: Sequence[Path]) -> None:
    """Refuse to write over a file that is read."""
    from geo_merge.recoding.run import SHEETS
    from geo_merge.recoding.writing import beside

    if out is None:
        return
    out = out.resolve()
    targets = {out, *(beside(out, sheet) for sheet in SHEETS)}
    for path in given:
        if path.resolve() in targets or (path.is_dir() and path.resolve() in out.parents):
            raise UsageError(sentence("recoding.out_is_read", out=out, file=path))


def _request(table: Path, given: dict[str, Any]) -> Request:
    """Return what is asked for."""
    from geo_merge.reading.tables import read_table
    from geo_merge.recoding.origin import Origin
    from geo_merge.recoding.request import Request
    from geo_merge.vocabulary.limits import parse
    from geo_merge.vocabulary.places import Side

    if given["rules"] and not given["aggregate"]:
        raise UsageError(sentence("command.aggregate"))
    country = shared.country_of(given["country"])
    _, sizes = parse(given["limits"])
    target = Side(given["to"] or "new")
    vintage = _vintage(given["vintage"], given["as_of"], given, country)
    origin = Origin(
        country=country, crosswalks=given["crosswalks"], province=given["province"],
        result=given["result"], layer=given["layer"], weights=given["weights"],
    )  # fmt: skip
    decided = given["decisions"] and read_table(given["decisions"], country=country)
    return Request(
        table=table, origin=origin, target=target, columns=given["columns"], vintage=vintage,
        encoding=given["encoding"], sizes=sizes, decided=decided,
    )  # fmt: skip


def _vintage(
    said: str | None, as_of: str | None, given: dict[str, Any], country: Country
) -> Side | None:
    from geo_merge.vocabulary.places import Side

    if as_of is None:
        return None if said is None else Side(said)
    if given["crosswalks"] or given["result"] or country.since is None:
        raise UsageError(sentence("command.no_reform_day"))
    try:
        day = date.fromisoformat(as_of)
    except ValueError:
        raise UsageError(
            sentence("command.day", option="--as-of", text=as_of, example="2025-06-30")
        ) from None
    found = Side.NEW if day >= country.since else Side.OLD
    if said is not None and Side(said) is not found:
        kind = "command.vintages_old" if found is Side.OLD else "command.vintages_new"
        raise UsageError(sentence(kind, text=as_of, said=said))
    return found


def _report(done: Recoded, how: Plan) -> None:
    """Print what the ledger says, and loudly if it does not add up."""
    for row in done.table:
        named = row["quantity"]
        quantity = sentence("done.of_rows") if named == "rows" else named
        say(sentence("done.ledger", quantity=quantity, before=row["before"], after=row["after"],
                     rest=row["unallocated"]))  # fmt: skip
        if not row["ok"]:
            complain(sentence("done.problem", problem=sentence(
                "done.does_not_add_up", quantity=quantity, file=how.table.name,
                difference=row["difference"],
            )))  # fmt: skip
