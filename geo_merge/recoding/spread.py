"""Recoding a table in pieces on Dask's workers: the same rows and ledger as on one machine."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from geo_merge.cluster.connect import connect, in_order
from geo_merge.errors import UsageError
from geo_merge.reading.parquet_pieces import Piece
from geo_merge.recoding.joined import Joined, check_out, piece
from geo_merge.recoding.outcome import Recoded, refuse_left
from geo_merge.recoding.plan import Plan
from geo_merge.recoding.request import Request
from geo_merge.recoding.run import Run, aggregate_of, sheets_of
from geo_merge.recoding.tally import Tally
from geo_merge.recoding.writing import stale
from geo_merge.system.progress import Progress
from geo_merge.texts import Language
from geo_merge.vocabulary.sentence import sentence
from geo_merge.writing.files import publish, staging


@dataclass(frozen=True)
class _Asked:
    """What a worker needs to know, told apart by its token."""

    token: str
    request: Request = field(compare=False)
    rules: Sequence[str] | None = field(compare=False)
    language: Language = field(compare=False)
    folder: Path = field(compare=False)  # in which pieces are written
    as_csv: bool = field(compare=False)


def write(
    request: Request,
    how: Plan,
    out: Path,
    *,
    rules: Sequence[str] | None = None,
    strict: bool = False,
    language: Language = "en",
    progress: Progress = lambda _: None,
    scheduler: str | None = None,
    **cluster: Any,  # noqa: ANN401 - those of connect
) -> tuple[Recoded, list[Path]]:
    """Recode a table in pieces, and write a folder of Parquet, or a CSV.

    The client holds what is kept of rows, never the rows; a worker holds a block of a piece.

    Parameters
    ----------
    request
        What was asked for; workers plan for themselves, and read the table and the crosswalk under
        the paths that it has here.
    how
        Its plan; see `Request.plan`.
    out
        Ends in ``.csv``; else it is the folder. Other sheets are CSV files beside it.
    rules, strict, language, progress
        See `run.write`.
    scheduler, **cluster
        See `cluster.connect.connect`.

    Raises
    ------
    UsageError
        If the table is no Parquet, `out` cannot be written in pieces, or see `run.write`.
    ClusterError
        If the cluster does not answer or its workers fail.
    """
    if not how.table.pieces:
        raise UsageError(sentence("recoding.engine_table", file=how.table.name))
    check_out(out)
    aggregate = aggregate_of(how, rules)
    headings = sheets_of(how, aggregate)
    with staging(out.parent) as folder:
        aside = folder.parent.resolve() / "pieces"
        aside.mkdir()
        asked = _Asked(secrets.token_hex(8), _from_root(request), rules, language, aside,
                       out.suffix.lower() == ".csv")  # fmt: skip
        sheets = Joined(folder / out.name, headings)
        try:
            run = Run(how, sheets, aggregate, language)
            progress("Starting workers")
            with connect(scheduler, **cluster) as client:
                done_pieces = in_order(client, partial(_recode, asked=asked), how.table.pieces)
                for tally, its in done_pieces:
                    run.tally.take_in(tally)
                    sheets.take(its)
                    progress(sentence("progress.recoding", n=run.tally.ledger.rows_in))
            done = run.conclude()
            refuse_left(done, how, strict=strict)
        finally:
            sheets.close()
        written = sorted(out.parent / path.name for path in folder.iterdir())
        publish(folder, out.parent, stale=lambda: stale(out, headings))
    return done, written


def _from_root(request: Request) -> Request:
    """Return a request whose files are named from the root, wherever a worker runs."""
    origin = request.origin
    origin = replace(
        origin,
        crosswalks=tuple(path.resolve() for path in origin.crosswalks),
        result=origin.result and origin.result.resolve(),
        layer=origin.layer and origin.layer.resolve(),
    )
    return replace(request, table=request.table.resolve(), origin=origin)


def _recode(its: Piece, asked: _Asked) -> tuple[Tally, Path]:
    """Recode a piece into a folder of its own: one that is done again disturbs nobody."""
    planned = _planned(asked)
    how = replace(planned, table=planned.table.of_piece(its), decisions=planned.decisions.anew())
    aggregate = aggregate_of(how, asked.rules)
    folder = asked.folder / f"{its.first}_{secrets.token_hex(8)}"
    folder.mkdir()
    headings = sheets_of(how, aggregate)
    with piece(folder, headings, how.table.types, as_csv=asked.as_csv) as sheets:
        run = Run(how, sheets, aggregate, asked.language)
        run.rows()
    return run.tally, folder


@lru_cache(1)
def _planned(asked: _Asked) -> Plan:
    """Return the plan of a table, made once by each worker."""
    return asked.request.plan()
