"""The command line: geo-merge build, validate, stats, export, sample, fetch, app."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_merge import cli_layers, cli_vietnam
from geo_merge.errors import GeoMergeError, UsageError

if TYPE_CHECKING:
    import geopandas as gpd

    from geo_merge.job import Job
    from geo_merge.mending import RepairOptions
    from geo_merge.models import MergeResult

_COUNTED = ("errors", "warnings", "notes")
# Tells the page which result to open with.
RESULT_VARIABLE = "GEO_MERGE_RESULT"
OK, FINDINGS, CANNOT_RUN, INTERRUPTED = 0, 1, 2, 130
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Merge administrative units: new boundaries, and the proof that nothing was lost.",
)

Crosswalk = Annotated[
    Path | None,
    typer.Option("--crosswalk", help="CSV or XLSX: old_code, new_code, new_name, new_type, ..."),
]
Reference = Annotated[
    Path | None, typer.Option("--reference", help="Published boundaries of the new units.")
]
Declared = Annotated[
    Path | None,
    typer.Option("--declared", help="CSV or XLSX of published new_code, area_km2, population."),
]
Outline = Annotated[
    Path | None, typer.Option("--outline", help="Polygons that the units should fill together.")
]
LimitOption = Annotated[
    list[str] | None,
    typer.Option("--limit", help="NAME=VALUE of a threshold or size; repeatable; see limits."),
]
CrsOption = Annotated[
    str | None, typer.Option("--crs", help="CRS of the files that name none, as 9214.")
]
EncodingOption = Annotated[
    str | None, typer.Option("--encoding", help="Encoding of Shapefiles and CSV, as cp1258.")
]
CodeField = Annotated[
    str | None, typer.Option("--code-field", help="Field with the codes, if not found by itself.")
]
NameField = Annotated[
    str | None, typer.Option("--name-field", help="Field with the names, if not found by itself.")
]
LayerOption = Annotated[
    str | None, typer.Option("--layer", help="Layer to read from a file with several.")
]
Divide = Annotated[
    Path | None,
    typer.Option(
        "--divide",
        help="Layer that cuts units that go to several new ones: pieces, new boundaries or lines.",
    ),
]
FormatOption = Annotated[
    list[str] | None,
    typer.Option("--format", help="Also write gpkg, shp, fgb, parquet, csv or xlsx; repeatable."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
Rules = Annotated[
    list[str] | None,
    typer.Option("--rule", help="FIELD=sum|area|population|list|drop; repeatable."),
]
Repair = Annotated[
    bool, typer.Option("--repair", help="Mend edges, gaps and overlaps of the layer, on record.")
]
RepairRule = Annotated[
    str | None,
    typer.Option(
        "--repair-rule",
        help="Who gets a gap or an overlap: longest-edge (default), largest-neighbour, layer:FILE.",
    ),
]
RepairTolerance = Annotated[
    float | None,
    typer.Option("--repair-tolerance", help="Metres that a border may move; 250 by default."),
]
RepairSnap = Annotated[
    float | None,
    typer.Option("--repair-snap", help="Metres within which edges are matched; 0.1 by default."),
]
Engine = Annotated[
    str,
    typer.Option("--engine", help="local, or dask: a folder or files too large for one machine."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler", help="Address of a Dask scheduler; without it, workers are started here."
    ),
]
Decisions = Annotated[
    Path | None,
    typer.Option("--decisions", help="Table of decisions; decisions.csv of --out by default."),
]
Mirror = Annotated[
    str | None,
    typer.Option("--mirror", help="Folder or address to fetch from instead of the internet."),
]
cli_layers.register(app)
cli_vietnam.register(app)


@app.command()
def build(
    old: Annotated[
        list[Path] | None,
        typer.Argument(help="Layers of the old units; without any, the embedded sample."),
    ] = None,
    *,
    crosswalk: Crosswalk = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path(
        "geo_merge_out"
    ),
    reference: Reference = None,
    declared: Declared = None,
    outline: Outline = None,
    divide: Divide = None,
    formats: FormatOption = None,
    crs: CrsOption = None,
    encoding: EncodingOption = None,
    code_field: CodeField = None,
    name_field: NameField = None,
    layer: LayerOption = None,
    rule: Rules = None,
    limit: LimitOption = None,
    repair: Repair = False,
    repair_rule: RepairRule = None,
    repair_tolerance: RepairTolerance = None,
    repair_snap: RepairSnap = None,
    decisions: Decisions = None,
    allow_errors: Annotated[
        bool, typer.Option("--allow-errors", help="Write the new units in spite of errors.")
    ] = False,
    engine: Engine = "local",
    scheduler: Scheduler = None,
    json: JsonOption = False,
) -> None:
    """Merge old units to new ones: boundaries, statistics, findings, ledger and map."""
    from geo_merge.export import check_formats, write
    from geo_merge.job import Job

    wanted = check_formats(_split(formats))
    rules = _rules(rule)
    files = list(old or [])
    if not files:
        from geo_merge.sample import sample_files

        files, sample_crosswalk = sample_files()
        crosswalk = crosswalk or sample_crosswalk
    mending = _mending(
        repair=repair, rule=repair_rule, tolerance=repair_tolerance, snap=repair_snap,
        decisions=decisions, out=out, encoding=encoding,
    )  # fmt: skip
    job = Job(old=tuple(files), crosswalk=crosswalk, reference=reference, declared=declared,
              outline=outline, divide=divide, limits=tuple(limit or ()), crs=crs,
              encoding=encoding, code_field=code_field, name_field=name_field, layer=layer,
              rules=rules, repair=mending)  # fmt: skip
    with _progress() as say, _merged(job, say, engine, scheduler) as result:
        say("Writing")
        options = {**job.options, "formats": wanted, "allow_errors": allow_errors,
                   **({} if engine == "local" else {"engine": engine})}  # fmt: skip
        inputs = [*job.inputs, *([] if decisions is None else [decisions])]
        written = write(result, out, formats=wanted, allow_errors=allow_errors, inputs=inputs,
                        options=options)  # fmt: skip
    _report_result(result, as_json=json)
    _say_on_stderr([f"Wrote {len(written)} files to {out}"])
    if result.has_errors:
        left_out = "" if allow_errors else "; new_units and map.html were not written"
        _say_on_stderr([f"Errors were found{left_out} (see findings.csv)."])
        raise typer.Exit(FINDINGS)


@app.command()
def validate(
    old: Annotated[list[Path], typer.Argument(metavar="LAYER", help="Layers to check.")],
    *,
    crosswalk: Crosswalk = None,
    reference: Reference = None,
    declared: Declared = None,
    outline: Outline = None,
    limit: LimitOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for findings.geojson, .csv and .xlsx.")
    ] = None,
    crs: CrsOption = None,
    encoding: EncodingOption = None,
    code_field: CodeField = None,
    name_field: NameField = None,
    layer: LayerOption = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Also write what a repair would do, to decide on it.")
    ] = False,
    repair_rule: RepairRule = None,
    repair_tolerance: RepairTolerance = None,
    repair_snap: RepairSnap = None,
    decisions: Decisions = None,
    json: JsonOption = False,
) -> None:
    """Check a layer for gaps, overlaps, invalid geometries and disagreements."""
    from geo_merge.export import write_findings
    from geo_merge.job import Job
    from geo_merge.pipeline import validate as check
    from geo_merge.report import count_lines, finding_lines

    mending = _mending(
        repair=repair, rule=repair_rule, tolerance=repair_tolerance, snap=repair_snap,
        decisions=decisions, out=out, encoding=encoding,
    )  # fmt: skip
    job = Job(old=tuple(old), crosswalk=crosswalk, reference=reference, declared=declared,
              outline=outline, limits=tuple(limit or ()), crs=crs, encoding=encoding,
              code_field=code_field, name_field=name_field, layer=layer)  # fmt: skip
    with _progress() as say:
        say("Reading")
        units, table = job.read()
        say("Checking")
        findings = check(units, crosswalk=table, **job.others(units))
        if out is not None:
            write_findings(findings, out)
        if mending is not None:
            say("Trying the repair")
            _preview(units, mending, out)
    counts = {str(k): int(v) for k, v in findings["severity"].value_counts().items()}
    counts = {s: counts.get(s, 0) for s in ("error", "warning", "info")}
    if json:
        _print_json({"units": len(units), "findings": counts})
    else:
        _print(finding_lines(findings, notes=True))
        _print(count_lines(findings))
        told = ", ".join(f"{n} {word}" for n, word in zip(counts.values(), _COUNTED, strict=True))
        _print([f"{len(units):,} units: {told}"])
    if counts["error"]:
        raise typer.Exit(FINDINGS)


@app.command()
def limits() -> None:
    """List the thresholds of the checks and the sizes of input, which --limit changes."""
    from geo_merge.limits import describe

    _print(
        f"{name:16}{value:>12,g} {unit:12}{meaning}" for name, value, unit, meaning in describe()
    )


@app.command()
def stats(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that build wrote.")],
    *,
    json: JsonOption = False,
) -> None:
    """Print the figures of a result again."""
    from geo_merge.export import load_result

    result = load_result(directory)
    _report_result(result, as_json=json, findings=False)
    if not json:
        columns = [c for c in ("name", "unit_type", "member_count", "area_km2", "population",
                               "density") if c in result.statistics]  # fmt: skip
        table = result.statistics[columns].round(2)
        _print(table.to_string(max_colwidth=30).splitlines())


@app.command()
def export(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that build wrote.")],
    *,
    formats: FormatOption = None,
) -> None:
    """Write the new units of a result in further formats."""
    from geo_merge.export import FORMATS, check_formats, load_result, write_formats

    wanted = check_formats(_split(formats))
    if not wanted:
        raise UsageError(f"Name a format with --format: {', '.join(FORMATS[1:])}.")
    written = write_formats(load_result(directory), directory, wanted)
    _print(str(path) for path in written)


@app.command()
def sample(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the sample.")],
) -> None:
    """Write the embedded sample (Bắc Giang and Bắc Ninh, schematic boundaries) to a folder."""
    from geo_merge.sample import copy_sample

    _print(str(path) for path in copy_sample(directory))


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="Province: name or code, as bac_ninh or 24.")],
    *,
    mirror: Mirror = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="GeoPackage to write; NAME.gpkg by default.")
    ] = None,
    before: Annotated[
        bool,
        typer.Option("--before", help="Also write an approximate layer of the communes before."),
    ] = False,
) -> None:
    """Fetch the official boundaries of one of the 34 provinces."""
    from geo_merge.vietnam.official import fetch_province, find_province, write_before

    province = find_province(name)
    target = out or Path(f"{province.slug}.gpkg")
    with _progress() as say:
        say(f"Fetching {province.name}")
        path = fetch_province(province, target, mirror=mirror, progress=say)
        paths = [path, *(write_before(province, path) if before else [])]
    _print(str(p) for p in paths)


@app.command(name="app")
def run_app(
    directory: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Folder that build wrote; without it, the sample."),
    ] = None,
    *,
    port: Annotated[int, typer.Option("--port", help="Port of the page.")] = 8501,
) -> None:
    """Open the page in a browser."""
    import subprocess

    from geo_merge.export import load_result
    from geo_merge.sample import app_file

    environment = dict(os.environ)
    if directory is not None:
        load_result(directory)
        environment[RESULT_VARIABLE] = str(directory.resolve())

    command = [sys.executable, "-m", "streamlit", "run", str(app_file()),
               "--server.port", str(port), "--server.address", "127.0.0.1",
               "--browser.gatherUsageStats", "false"]  # fmt: skip
    done = subprocess.run(command, check=False, env=environment)  # noqa: S603 - our own page
    raise typer.Exit(done.returncode)


def _merged(
    job: Job, say: Callable[[str], None], engine: str, scheduler: str | None
) -> AbstractContextManager[MergeResult]:
    """Run a job on this machine or a cluster."""
    if engine == "dask":
        from geo_merge.cluster import merged

        return merged(job, say, scheduler=scheduler)
    if engine != "local":
        raise UsageError(f"--engine {engine}: unknown; give local or dask.")
    if scheduler is not None:
        raise UsageError("--scheduler is the address of a Dask scheduler; add --engine dask.")
    return nullcontext(job.run(say))


def _split(formats: Iterable[str] | None) -> list[str]:
    return [name for text in formats or () for name in text.split(",") if name]


def _rules(texts: Iterable[str] | None) -> dict[str, str]:
    from geo_merge.attributes import Rule

    rules = {}
    for text in texts or ():
        field, _, rule = text.rpartition("=")
        if not field or rule not in list(Rule):
            raise UsageError(f"--rule {text}: write FIELD=RULE with one of {', '.join(Rule)}.")
        rules[field] = rule
    return rules


def _mending(
    *,
    repair: bool,
    rule: str | None,
    tolerance: float | None,
    snap: float | None,
    decisions: Path | None,
    out: Path | None,
    encoding: str | None,
) -> RepairOptions | None:
    """Return how to repair, with the decisions of the table or of the run before; None if not."""
    given = {"rule": rule, "tolerance": tolerance, "snap": snap}
    if not repair:
        if decisions is not None or any(value is not None for value in given.values()):
            raise UsageError(
                "--decisions, --repair-rule, --repair-tolerance and --repair-snap say how to "
                "repair; add --repair."
            )
        return None
    from geo_merge.export import DECISIONS
    from geo_merge.mending import RepairOptions
    from geo_merge.tables import read_table

    before = None if out is None else out / DECISIONS
    path = decisions or (before if before is not None and before.is_file() else None)
    table = None if path is None else read_table(path, encoding=encoding)
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return RepairOptions(decisions=table, **chosen)


def _preview(units: gpd.GeoDataFrame, mending: RepairOptions, out: Path | None) -> None:
    """Say what a repair would do; the layer stays as it is."""
    from geo_merge.export import write_repairs
    from geo_merge.mending import repair

    repaired = repair(units, **vars(mending))
    if out is not None:
        write_repairs(repaired, out)
    applied = int(repaired.repairs["applied"].sum())
    waiting = len(repaired.repairs) - applied
    _say_on_stderr([
        *(f"{f.severity} {f.check}: {f.message}" for f in repaired.findings),
        f"A repair would mend {applied} places; {waiting} wait for a decision.",
    ])  # fmt: skip


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
        _print(summary_lines(summary_of(result)))
    if findings:
        _say_on_stderr(finding_lines(result.findings))


def _print_json(content: Any) -> None:  # noqa: ANN401 - whatever JSON knows
    import orjson

    print(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY).decode())  # noqa: T201


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)  # noqa: T201 - results go to stdout


def _say_on_stderr(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201 - messages go to stderr


def main() -> None:
    """Run the command line; errors are sentences, and no traceback reaches a user."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except GeoMergeError as error:
        _say_on_stderr(f"Error: {problem}" for problem in error.problems)
        sys.exit(CANNOT_RUN)
    except KeyboardInterrupt:
        _say_on_stderr(["Interrupted; nothing was changed."])
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(OK)
    except Exception as error:
        if os.environ.get("GEO_MERGE_DEBUG"):
            raise
        _say_on_stderr(
            [
                f"Error: geo-merge failed unexpectedly ({type(error).__name__}: {error}).",
                "Please report it with your input; GEO_MERGE_DEBUG=1 shows where.",
            ]
        )
        sys.exit(CANNOT_RUN)
