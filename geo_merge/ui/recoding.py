"""A person's table, looked at and recoded in a process of its own."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from geo_merge.errors import GeoMergeError
from geo_merge.reading.table_stream import Table, first_rows, open_table
from geo_merge.recoding.columns import Columns
from geo_merge.recoding.decisions import Open
from geo_merge.recoding.matching import Outcome
from geo_merge.recoding.outcome import Recoded
from geo_merge.recoding.plan import Plan
from geo_merge.recoding.request import Request
from geo_merge.recoding.run import write
from geo_merge.recoding.vintage import Vintage
from geo_merge.system import worker
from geo_merge.system.progress import Progress
from geo_merge.system.scratch import scratch
from geo_merge.system.turns import Queued, turns
from geo_merge.texts import Language
from geo_merge.vocabulary.places import Unit

FORMATS = ("xlsx", "csv", "parquet")
_EXAMPLES = 3
_EPOCH = (1980, 1, 1, 0, 0, 0)  # fixed, so that the same table gives the same bytes


@dataclass(frozen=True)
class Looked:
    """What was recognised in a table, or why it cannot be recoded as it is.

    Attributes
    ----------
    headings, examples
        Each column, and the first cells of it.
    columns, vintages
        What they hold, and of which side the codes are; None and empty if that is not clear.
    told
        Sentences on the crosswalk and the table.
    problems
        What a person has to say or mend before it can be recoded.
    """

    headings: tuple[str, ...]
    examples: tuple[tuple[str, ...], ...]
    columns: Columns | None = None
    vintages: tuple[Vintage, ...] = ()
    told: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Done:
    """What became of a table.

    Attributes
    ----------
    name, data
        The file: a workbook, or a zip where there are several.
    rows, ledger
        How many rows became what, and the ledger.
    still
        What is open.
    units
        The units that open rows may be, by key; `targets` all of them.
    headings
        Of the table, for its rows that are open.
    unused
        Decisions that no row asked for.
    """

    name: str
    data: bytes
    rows: Counter[Outcome]
    ledger: Sequence[Mapping[str, Any]]
    still: Sequence[Open]
    targets: Mapping[str, Unit]
    headings: tuple[str, ...]
    settled: int = 0
    unused: tuple[str, ...] = field(default=())

    @property
    def left(self) -> int:
        """Rows that became no one unit."""
        return self.rows[Outcome.AMBIGUOUS] + self.rows[Outcome.NOT_FOUND]


def look(request: Request, say: Progress, queued: Queued) -> Looked:
    """Look into a table, in a process of its own, when it is our turn."""
    with turns().take(queued):
        return worker.run(partial(_look, request), say)


def _look(request: Request, say: Progress) -> Looked:
    say("Reading")
    country = request.origin.country
    table = open_table(
        request.table, encoding=request.encoding, sizes=request.sizes, country=country
    )
    examples = _examples(table)
    try:
        how = request.plan()
    except GeoMergeError as error:
        return Looked(table.headings, examples, problems=tuple(error.problems))
    return Looked(table.headings, examples, how.columns, how.vintages, tuple(how.hints))


def _examples(table: Table) -> tuple[tuple[str, ...], ...]:
    _, rows = first_rows(table, 200)
    return tuple(
        tuple(list(dict.fromkeys(row[k] for row in rows if row[k].strip()))[:_EXAMPLES])
        for k in range(len(table.headings))
    )


def recode(
    request: Request, kind: str, rules: Sequence[str] | None, language: Language,
    *, say: Progress, queued: Queued,
) -> Done:  # fmt: skip
    """Recode a table into a file of a kind, in a process of its own, when it is our turn."""
    with turns().take(queued):
        return worker.run(partial(_recode, request, kind, rules, language), say)


def _recode(
    request: Request, kind: str, rules: Sequence[str] | None, language: Language, say: Progress
) -> Done:
    say("Reading")
    how = request.plan()
    with scratch() as folder:
        out = folder / f"{request.table.stem}_recoded.{kind}"
        done, _ = write(how, out, rules=rules, language=language, progress=say)
        files = sorted(folder.iterdir())
        if len(files) == 1:
            name, data = out.name, out.read_bytes()
        else:
            name = f"{out.stem}.zip"
            data = _zipped({path.name: path.read_bytes() for path in files})
    return _done(name, data, done, how)


def _done(name: str, data: bytes, done: Recoded, how: Plan) -> Done:
    unused = tuple(f"{d.says} ({d.line})" for d in how.decisions.unused())
    return Done(
        name, data, done.ledger.rows, done.table, done.still, how.reform.units[how.target],
        how.columns.headings, sum(how.decisions.used.values()), unused,
    )  # fmt: skip


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
