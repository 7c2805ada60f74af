"""The commands that merge and check: geo-merge build, validate, limits."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo_merge.cli import options as shared
from geo_merge.cli.jobs import (
    job_of,
    names_in,
    preview_repair,
    repair_options,
    run_job,
)
from geo_merge.cli.options import (
    FINDINGS,
    OK,
    PATH,
    answer,
    complain,
    language_of,
    print_json,
    progress,
    say,
)
from geo_merge.cli.results import report_result
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    import geopandas as gpd

    from geo_merge.texts import Language
    from geo_merge.vocabulary.country import Country


# What both commands are given of layers and tables, and how they are read and checked.
_given = shared.options(
    shared.crosswalk, shared.unlisted, shared.reference, shared.declared, shared.outline,
    shared.water, shared.enclave, shared.dividing, shared.lang, shared.reading, shared.rule,
    shared.limits, shared.accept, shared.repairing, shared.as_json,
)  # fmt: skip


@click.command()
@click.argument("old", nargs=-1, type=PATH)
@click.option("--out", type=PATH, default="geo_merge_out", help="Folder for the results.")
@_given
@shared.below
@shared.formats
@click.option(
    "--repair", is_flag=True, help="Mend edges, gaps and overlaps of the layer, on record."
)
@click.option("--allow-errors", is_flag=True, help="Write the new units in spite of errors.")
@click.option(
    "--engine", default="local", help="local, or dask: a folder or files too large for one machine."
)
@click.option(
    "--scheduler", help="Address of a Dask scheduler; without it, workers are started here."
)
def build(
    *, old: tuple[Path, ...], out: Path, formats: tuple[str, ...], repair: bool,
    allow_errors: bool, engine: str, scheduler: str | None, as_json: bool,
    **given: Any,  # noqa: ANN401
) -> int:  # fmt: skip
    """Merge old units to new ones: boundaries, statistics, findings, ledger and map.

    OLD are layers of the old units; without any, the embedded sample.
    """
    from geo_merge.maps.display import drawn
    from geo_merge.results.files import check_formats, check_target, write

    wanted = check_formats(names_in(formats))
    compared = bool(given["reference"]) or given["declared"] is not None
    check_target(out, wanted, compared=compared, repaired=repair, below=bool(given["below"]))
    if not old:
        from geo_merge.jobs.sample import sample_files

        layers, crosswalk = sample_files()
        old, given["crosswalk"] = tuple(layers), given["crosswalk"] or crosswalk
    decisions = given["decisions"]
    mending = repair_options(given, repair=repair, decisions=decisions if repair else None, out=out)
    job = job_of(old, given, below=given["below"], repair=mending,
                 decisions=None if repair else decisions)  # fmt: skip
    with progress() as tell, run_job(job, tell, engine, scheduler) as result:
        if allow_errors or not result.has_errors:
            tell("Drawing")
            result = drawn(result)  # noqa: PLW2901 - with what was found
        options = {**job.options, "formats": wanted, "allow_errors": allow_errors,
                   **({} if engine == "local" else {"engine": engine})}  # fmt: skip
        inputs = list(dict.fromkeys([*job.inputs, *([] if decisions is None else [decisions])]))
        written = write(result, out, formats=wanted, allow_errors=allow_errors, inputs=inputs,
                        options=options, language=language_of(), say=tell)  # fmt: skip
    report_result(result, as_json=as_json, language=language_of())
    say(sentence("done.wrote_files", n=len(written), folder=out))
    if not result.has_errors:
        return OK
    complain(sentence("done.allowed" if allow_errors else "done.withheld", n=result.errors))
    return FINDINGS


@click.command()
@click.argument("old", metavar="LAYER...", nargs=-1, required=True, type=PATH)
@click.option("--out", type=PATH, help="Folder for findings.geojson, .csv and .xlsx.")
@_given
@click.option("--repair", is_flag=True, help="Also write what a repair would do, to decide on it.")
def validate(
    *, old: tuple[Path, ...], out: Path | None, repair: bool, as_json: bool,
    **given: Any,  # noqa: ANN401
) -> int:  # fmt: skip
    """Check layers for gaps, overlaps, invalid geometries and disagreements."""
    from geo_merge.merging.merge import land_of_nobody
    from geo_merge.merging.merge import validate as check
    from geo_merge.results.files import check_findings_target, write_findings

    if given["divide"] is not None and given["crosswalk"] is None:
        raise UsageError(sentence("command.divide_alone"))
    if out is not None:
        check_findings_target(out, repaired=repair)
    mending = repair_options(given, repair=repair, decisions=given["decisions"], out=out)
    job = job_of(old, given)
    with progress() as tell:
        tell("Reading")
        units, table = job.read()
        if table is not None:
            units, table = job.divided(units, table)
        tell("Checking")
        others = job.others(units, table)
        findings = check(units, crosswalk=table, unlisted=given["unlisted"], rules=job.rules,
                         accept=job.accept, country=job.country, **others)  # fmt: skip
        if out is not None:
            write_findings(findings, out, job.country.of(units).language)
        if mending is not None:
            tell("Trying the repair")
            nobodys = land_of_nobody(units, outline=others["outline"], water=others["water"],
                                     enclaves=others["enclaves"])  # fmt: skip
            preview_repair(units, mending, nobodys, out)
    return _report_checked(units, findings, job.country, as_json=as_json,
                           language=language_of())  # fmt: skip


def _report_checked(
    units: gpd.GeoDataFrame, findings: gpd.GeoDataFrame, country: Country, *, as_json: bool,
    language: Language,
) -> int:  # fmt: skip
    """Print what was found in layers, and return the exit status."""
    from geo_merge.results.report import (
        count_lines,
        counted_units,
        finding_lines,
        of_severities,
    )
    from geo_merge.vocabulary.part_of import is_land

    counts = {str(k): int(v) for k, v in findings["severity"].value_counts().items()}
    counts = {s: counts.get(s, 0) for s in ("error", "warning", "info")}
    if as_json:
        pieces = int(is_land(units).sum())
        figures = {"units": len(units) - pieces, **({"pieces": pieces} if pieces else {})}
        print_json({**figures, "findings": counts})
    else:
        answer(*finding_lines(findings, notes=True, language=language))
        answer(*count_lines(findings, language))
        answer(sentence("done.checked", what=counted_units(units, country),
                        found=of_severities(counts)))  # fmt: skip
    return FINDINGS if counts["error"] else OK


@click.command()
@shared.lang
def limits() -> None:
    """List the thresholds of the checks and the sizes of input, which --limit changes."""
    from geo_merge.results.report import limit_lines

    answer(*limit_lines(language_of()))
