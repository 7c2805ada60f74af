"""From the options of a command to a job, and to what is asked before it runs."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo_merge.cli.options import say, say_findings
from geo_merge.errors import UsageError
from geo_merge.system.progress import Progress
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo_merge.jobs.job import Job
    from geo_merge.mending import RepairOptions
    from geo_merge.merging.result import MergeResult


def run_job(
    job: Job, tell: Progress, engine: str, scheduler: str | None
) -> AbstractContextManager[MergeResult]:
    """Run a job on this machine or a cluster."""
    if engine == "dask":
        from geo_merge.cluster import merged

        return merged(job, tell, scheduler=scheduler)
    if engine != "local":
        raise UsageError(sentence("command.engine", engine=engine))
    if scheduler is not None:
        raise UsageError(sentence("command.scheduler"))
    return nullcontext(job.run(tell))


def names_in(formats: Iterable[str]) -> list[str]:
    """Return the formats of options that may be repeated, or name several with commas."""
    return [name for text in formats for name in text.split(",") if name]


def parse_rules(texts: Iterable[str]) -> dict[str, str]:
    """Return the rule of each field that was named.

    Raises
    ------
    UsageError
        If one is unknown.
    """
    from geo_merge.units.attributes import Rule

    rules = {}
    for text in texts:
        field, _, rule = text.rpartition("=")
        if not field or rule not in list(Rule):
            raise UsageError(sentence("recoding.rule", text=text, rules=list(map(str, Rule))))
        rules[field] = rule
    return rules


def parse_columns(texts: Iterable[str], roles: Sequence[str] = ()) -> dict[str, str]:
    """Return the heading of each column that was named, of a crosswalk if no `roles` are given.

    Raises
    ------
    UsageError
        If one is no column of such a table.
    """
    from geo_merge.units.crosswalk import COLUMNS

    known = list(roles or COLUMNS)
    columns = {}
    for text in texts:
        role, _, heading = text.partition("=")
        if not heading or role not in known:
            raise UsageError(sentence("command.column", text=text, roles=known))
        columns[role] = heading
    return columns


# Options of a command that a job has under the same names.
_OF_JOB = ("crosswalk", "reference", "declared", "outline", "water", "enclave", "divide", "limits",
           "reference_code_field", "reference_name_field", "divide_code_field")  # fmt: skip


def job_of(old: tuple[Path, ...], given: Mapping[str, Any], **more: Any) -> Job:  # noqa: ANN401
    """Return the job that the options of a command ask for; `more` are further fields of it."""
    from geo_merge.jobs.job import Job
    from geo_merge.units.unlisted import Unlisted
    from geo_merge.vocabulary.accepting import as_accepted

    return Job(
        old=old,
        **{name: given[name] for name in _OF_JOB},
        columns=parse_columns(given["columns"]),
        rules=parse_rules(given["rules"]),
        unlisted=Unlisted(given["unlisted"]),
        accept=as_accepted(given["accept"]),
        **more,
        **given["reading"],
    )


def repair_options(
    given: Mapping[str, Any], *, repair: bool, decisions: Path | None, out: Path | None
) -> RepairOptions | None:
    """Return how to repair, with the decisions of the table or of the run before; None if not."""
    asked = {name: given[f"repair_{name}"] for name in ("rule", "tolerance", "snap")}
    if not repair:
        if decisions is not None or any(value is not None for value in asked.values()):
            raise UsageError(sentence("command.repair"))
        return None
    from geo_merge.mending import RepairOptions
    from geo_merge.reading.tables import read_table
    from geo_merge.results.contract import DECISIONS

    before = None if out is None else out / DECISIONS
    path = decisions or (before if before is not None and _has_rows(before) else None)
    table = None if path is None else read_table(path, encoding=given["reading"]["encoding"])
    chosen: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    return RepairOptions(decisions=table, **chosen)


def _has_rows(table: Path) -> bool:
    """Tell whether a table of an earlier run has more than its headings: a sound layer has none."""
    return table.is_file() and len(table.read_bytes().splitlines()) > 1


def preview_repair(
    units: gpd.GeoDataFrame, mending: RepairOptions, nobodys: BaseGeometry, out: Path | None
) -> None:
    """Say what a repair would do; the layer stays as it is."""
    from geo_merge.mending import repair
    from geo_merge.results.files import write_repairs

    repaired = repair(units, **vars(mending), nobodys=nobodys)
    if out is not None:
        write_repairs(repaired, out)
    applied = int(repaired.repairs["applied"].sum())
    waiting = len(repaired.repairs) - applied
    say_findings(repaired.findings)
    say(sentence("done.preview", n=applied, waiting=waiting))
