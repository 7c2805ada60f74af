"""The command line: geo-merge build, validate, stats, export, sample, fetch, app."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo_merge import cli_layers, cli_vietnam
from geo_merge import cli_options as shared
from geo_merge.cli_jobs import names_in, parse_rules, preview_repair, repair_options, run_job
from geo_merge.cli_options import (
    CANNOT_RUN,
    FINDINGS,
    INTERRUPTED,
    OK,
    PATH,
    answer,
    complain,
    say,
)
from geo_merge.counting import counted
from geo_merge.errors import GeoMergeError, UsageError, shown, unexpected
from geo_merge.reading.closed import close_process

if TYPE_CHECKING:
    from geo_merge.models import MergeResult

# Tells the page which result to open with.
RESULT_VARIABLE = "GEO_MERGE_RESULT"


class _InOrder(click.Group):
    """Commands, listed in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        """Return the names of the commands."""
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"show_default": True})
def app() -> None:
    """Merge administrative units: new boundaries, and the proof that nothing was lost."""


@app.command()
@click.argument("old", nargs=-1, type=PATH)
@shared.crosswalk
@click.option("--out", type=PATH, default="geo_merge_out", help="Folder for the results.")
@shared.reference
@shared.declared
@shared.outline
@click.option(
    "--divide",
    type=PATH,
    help="Layer that cuts units that go to several new ones: pieces, new boundaries or lines.",
)
@shared.formats
@shared.reading
@click.option(
    "--rule",
    "rules",
    multiple=True,
    help="FIELD=sum|area|population|list|drop; repeatable.",
)
@shared.limits
@click.option(
    "--repair", is_flag=True, help="Mend edges, gaps and overlaps of the layer, on record."
)
@shared.repairing
@click.option("--allow-errors", is_flag=True, help="Write the new units in spite of errors.")
@click.option(
    "--engine", default="local", help="local, or dask: a folder or files too large for one machine."
)
@click.option(
    "--scheduler", help="Address of a Dask scheduler; without it, workers are started here."
)
@shared.as_json
def build(
    *,
    old: tuple[Path, ...],
    crosswalk: Path | None,
    out: Path,
    reference: Path | None,
    declared: Path | None,
    outline: Path | None,
    divide: Path | None,
    formats: tuple[str, ...],
    crs: str | None,
    encoding: str | None,
    code_field: str | None,
    name_field: str | None,
    population_field: str | None,
    reference_code_field: str | None,
    layer: str | None,
    rules: tuple[str, ...],
    limits: tuple[str, ...],
    repair: bool,
    repair_rule: str | None,
    repair_tolerance: float | None,
    repair_snap: float | None,
    decisions: Path | None,
    allow_errors: bool,
    engine: str,
    scheduler: str | None,
    as_json: bool,
) -> int:
    """Merge old units to new ones: boundaries, statistics, findings, ledger and map.

    OLD are layers of the old units; without any, the embedded sample.
    """
    from geo_merge.display import drawn
    from geo_merge.export import check_formats, check_target, write
    from geo_merge.job import Job

    wanted = check_formats(names_in(formats))
    compared = reference is not None or declared is not None
    check_target(out, wanted, compared=compared, repaired=repair)
    if not old:
        from geo_merge.sample import sample_files

        layers, sample_crosswalk = sample_files()
        old, crosswalk = tuple(layers), crosswalk or sample_crosswalk
    mending = repair_options(
        repair=repair, rule=repair_rule, tolerance=repair_tolerance, snap=repair_snap,
        decisions=decisions, out=out, encoding=encoding,
    )  # fmt: skip
    job = Job(old=old, crosswalk=crosswalk, reference=reference, declared=declared,
              outline=outline, divide=divide, limits=limits, crs=crs, encoding=encoding,
              code_field=code_field, name_field=name_field, layer=layer,
              population_field=population_field, reference_code_field=reference_code_field,
              rules=parse_rules(rules), repair=mending)  # fmt: skip
    with _progress() as tell, run_job(job, tell, engine, scheduler) as result:
        if allow_errors or not result.has_errors:
            tell("Drawing")
            result = drawn(result)  # noqa: PLW2901 - with what was found
        tell("Writing")
        options = {**job.options, "formats": wanted, "allow_errors": allow_errors,
                   **({} if engine == "local" else {"engine": engine})}  # fmt: skip
        inputs = [*job.inputs, *([] if decisions is None else [decisions])]
        written = write(result, out, formats=wanted, allow_errors=allow_errors, inputs=inputs,
                        options=options)  # fmt: skip
    _report_result(result, as_json=as_json)
    say(f"Wrote {counted(len(written), 'file')} to {out}")
    if not result.has_errors:
        return OK
    but = (
        "new_units and map.html were written all the same (--allow-errors)"
        if allow_errors
        else "new_units and map.html were not written"
    )
    complain(f"{counted(result.errors, 'error')} found: {but}; see findings.csv.")
    return FINDINGS


@app.command()
@click.argument("old", metavar="LAYER...", nargs=-1, required=True, type=PATH)
@shared.crosswalk
@shared.reference
@shared.declared
@shared.outline
@shared.limits
@click.option("--out", type=PATH, help="Folder for findings.geojson, .csv and .xlsx.")
@shared.reading
@click.option("--repair", is_flag=True, help="Also write what a repair would do, to decide on it.")
@shared.repairing
@shared.as_json
def validate(
    *,
    old: tuple[Path, ...],
    crosswalk: Path | None,
    reference: Path | None,
    declared: Path | None,
    outline: Path | None,
    limits: tuple[str, ...],
    out: Path | None,
    crs: str | None,
    encoding: str | None,
    code_field: str | None,
    name_field: str | None,
    population_field: str | None,
    reference_code_field: str | None,
    layer: str | None,
    repair: bool,
    repair_rule: str | None,
    repair_tolerance: float | None,
    repair_snap: float | None,
    decisions: Path | None,
    as_json: bool,
) -> int:
    """Check layers for gaps, overlaps, invalid geometries and disagreements."""
    from geo_merge.export import check_findings_target, write_findings
    from geo_merge.job import Job
    from geo_merge.pipeline import validate as check
    from geo_merge.report import count_lines, finding_lines, of_severities

    if out is not None:
        check_findings_target(out, repaired=repair)
    mending = repair_options(
        repair=repair, rule=repair_rule, tolerance=repair_tolerance, snap=repair_snap,
        decisions=decisions, out=out, encoding=encoding,
    )  # fmt: skip
    job = Job(old=old, crosswalk=crosswalk, reference=reference, declared=declared,
              outline=outline, limits=limits, crs=crs, encoding=encoding,
              code_field=code_field, name_field=name_field, layer=layer,
              population_field=population_field,
              reference_code_field=reference_code_field)  # fmt: skip
    with _progress() as tell:
        tell("Reading")
        units, table = job.read()
        tell("Checking")
        findings = check(units, crosswalk=table, **job.others(units))
        if out is not None:
            write_findings(findings, out)
        if mending is not None:
            tell("Trying the repair")
            preview_repair(units, mending, out)
    counts = {str(k): int(v) for k, v in findings["severity"].value_counts().items()}
    counts = {s: counts.get(s, 0) for s in ("error", "warning", "info")}
    if as_json:
        _print_json({"units": len(units), "findings": counts})
    else:
        answer(*finding_lines(findings, notes=True))
        answer(*count_lines(findings))
        answer(f"{counted(len(units), 'unit')}: {of_severities(counts)}")
    return FINDINGS if counts["error"] else OK


@app.command()
def limits() -> None:
    """List the thresholds of the checks and the sizes of input, which --limit changes."""
    from geo_merge.limits import describe

    for name, value, unit, meaning in describe():
        answer(f"{name:16}{value:>12,g} {unit:12}{meaning}")


@app.command()
@click.argument("directory", metavar="DIR", type=PATH)
@shared.as_json
def stats(*, directory: Path, as_json: bool) -> None:
    """Print the figures of DIR, a folder that build wrote, again."""
    from geo_merge.export import load_result

    result = load_result(directory)
    _report_result(result, as_json=as_json, findings=False)
    if not as_json:
        columns = [c for c in ("name", "unit_type", "member_count", "area_km2", "population",
                               "density") if c in result.statistics]  # fmt: skip
        table = result.statistics[columns].round(2)
        answer(*table.to_string(max_colwidth=30).splitlines())


@app.command()
@click.argument("directory", metavar="DIR", type=PATH)
@shared.formats
def export(*, directory: Path, formats: tuple[str, ...]) -> None:
    """Write the new units of DIR, a folder that build wrote, in further formats."""
    from geo_merge.export import FORMATS, check_formats, load_result, write_formats

    wanted = check_formats(names_in(formats))
    if not wanted:
        raise UsageError(f"Name a format with --format: {', '.join(FORMATS[1:])}.")
    written = write_formats(load_result(directory), directory, wanted)
    answer(*map(str, written))


@app.command()
@click.argument("directory", metavar="DIR", type=PATH)
def sample(*, directory: Path) -> None:
    """Write the embedded sample (Bắc Giang and Bắc Ninh, schematic boundaries) to DIR."""
    from geo_merge.sample import copy_sample

    answer(*map(str, copy_sample(directory)))


@app.command()
@click.argument("name")
@click.option("--mirror", help="Folder or address to fetch from instead of the internet.")
@click.option("--out", type=PATH, help="GeoPackage to write; NAME.gpkg by default.")
@click.option(
    "--before", is_flag=True, help="Also write an approximate layer of the communes before."
)
def fetch(*, name: str, mirror: str | None, out: Path | None, before: bool) -> None:
    """Fetch the official boundaries of one of the 34 provinces.

    NAME is its name or code, as bac_ninh or 24; an old province means the one it is part of.
    """
    from geo_merge.vietnam.official import fetch_province, find_boundaries, write_before
    from geo_merge.vietnam.provinces import find_province

    if note := find_province(name).note:
        say(note)
    province = find_boundaries(name)
    target = out or Path(f"{province.slug}.gpkg")
    with _progress() as tell:
        tell(f"Fetching {province.name}")
        path = fetch_province(province, target, mirror=mirror, progress=tell)
        paths = [path, *(write_before(province, path) if before else [])]
    answer(*map(str, paths))


@app.command(name="app")
@click.argument("directory", metavar="[DIR]", type=PATH, required=False)
@click.option("--port", type=int, default=8501, help="Port of the page.")
def run_app(*, directory: Path | None, port: int) -> int:
    """Open the page in a browser: on DIR, a folder that build wrote, or on the sample."""
    from streamlit.web.cli import main as streamlit

    from geo_merge.export import load_result
    from geo_merge.sample import app_file
    from geo_merge.ui.turns import most_workers

    most_workers()  # a setting that is none is told here
    if directory is not None:
        load_result(directory)
        os.environ[RESULT_VARIABLE] = str(directory.resolve())
    # In this process, so that who ends the command ends the page. All other settings are in the
    # .streamlit folder beside the page.
    command = ["run", str(app_file()), "--server.port", str(port)]
    with suppress(click.Abort):  # that is how one ends it
        streamlit(command, prog_name="streamlit", standalone_mode=False)
    return OK


app.add_command(cli_layers.convert)
app.add_command(cli_layers.dissolve)
app.add_command(cli_vietnam.crosswalk)
app.add_command(cli_vietnam.lookup)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show the step at work on a terminal; say nothing where stderr is a file or a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:
        yield lambda step: status.update(f"{step} …")


def _report_result(result: MergeResult, *, as_json: bool, findings: bool = True) -> None:
    from geo_merge.export import summary_of
    from geo_merge.report import finding_lines, summary_lines

    if as_json:
        _print_json(summary_of(result))
    else:
        answer(*summary_lines(summary_of(result)))
    if findings:
        say(*finding_lines(result.findings))


def _print_json(content: Any) -> None:  # noqa: ANN401 - whatever JSON knows
    from geo_merge.export import json_bytes

    answer(json_bytes(content).decode().rstrip("\n"))


def main() -> None:
    """Run the command line; errors are sentences, and no traceback reaches a user."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    close_process()
    try:
        sys.exit(app(standalone_mode=False) or OK)
    except GeoMergeError as error:
        say(*(f"Error: {problem}" for problem in shown(error)))
        sys.exit(CANNOT_RUN)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        say("Interrupted; nothing was changed.")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(OK)
    except Exception as error:
        if os.environ.get("GEO_MERGE_DEBUG"):
            raise
        say(f"Error: {unexpected(error)}", "GEO_MERGE_DEBUG=1 shows where.")
        sys.exit(CANNOT_RUN)
