"""The commands that merge and check: geo-merge build, validate, limits."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geo_merge.cli import options as shared
from geo_merge.cli.jobs import (
    names_in,
    parse_columns,
    parse_rules,
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


@click.command()
@click.argument("old", nargs=-1, type=PATH)
@shared.crosswalk
@shared.unlisted
@shared.below
@click.option("--out", type=PATH, default="geo_merge_out", help="Folder for the results.")
@shared.reference
@shared.declared
@shared.outline
@shared.water
@shared.enclave
@shared.dividing
@shared.formats
@shared.lang
@shared.reading
@shared.rule
@shared.limits
@shared.accept
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
    unlisted: str,
    below: str | None,
    out: Path,
    reference: tuple[Path, ...],
    declared: Path | None,
    outline: Path | None,
    water: Path | None,
    enclave: tuple[str, ...],
    divide: Path | None,
    divide_code_field: str | None,
    formats: tuple[str, ...],
    lang: str | None,
    reading: dict[str, Any],
    reference_code_field: str | None,
    reference_name_field: str | None,
    columns: tuple[str, ...],
    rules: tuple[str, ...],
    limits: tuple[str, ...],
    accept: tuple[str, ...],
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
    from geo_merge.jobs.job import Job
    from geo_merge.maps.display import drawn
    from geo_merge.results.files import check_formats, check_target, write
    from geo_merge.units.unlisted import Unlisted
    from geo_merge.vocabulary.accepting import as_accepted

    wanted = check_formats(names_in(formats))
    compared = bool(reference) or declared is not None
    check_target(out, wanted, compared=compared, repaired=repair, below=bool(below))
    if not old:
        from geo_merge.jobs.sample import sample_files

        layers, sample_crosswalk = sample_files()
        old, crosswalk = tuple(layers), crosswalk or sample_crosswalk
    mending = repair_options(
        repair=repair, rule=repair_rule, tolerance=repair_tolerance, snap=repair_snap,
        decisions=decisions if repair else None, out=out, encoding=reading["encoding"],
    )  # fmt: skip
    job = Job(old=old, crosswalk=crosswalk, reference=reference, declared=declared,
              decisions=None if repair else decisions,
              outline=outline, water=water, enclave=enclave, divide=divide, limits=limits,
              reference_code_field=reference_code_field,
              reference_name_field=reference_name_field, divide_code_field=divide_code_field,
              columns=parse_columns(columns), rules=parse_rules(rules),
              unlisted=Unlisted(unlisted), accept=as_accepted(accept), below=below,
              repair=mending, **reading)  # fmt: skip
    with progress() as tell, run_job(job, tell, engine, scheduler) as result:
        if allow_errors or not result.has_errors:
            tell("Drawing")
            result = drawn(result)  # noqa: PLW2901 - with what was found
        tell("Writing")
        options = {**job.options, "formats": wanted, "allow_errors": allow_errors,
                   **({} if engine == "local" else {"engine": engine})}  # fmt: skip
        inputs = list(dict.fromkeys([*job.inputs, *([] if decisions is None else [decisions])]))
        written = write(result, out, formats=wanted, allow_errors=allow_errors, inputs=inputs,
                        options=options, language=language_of(lang))  # fmt: skip
    report_result(result, as_json=as_json, language=language_of(lang))
    say(sentence("done.wrote_files", n=len(written), folder=out))
    if not result.has_errors:
        return OK
    complain(sentence("done.allowed" if allow_errors else "done.withheld", n=result.errors))
    return FINDINGS


@click.command()
@click.argument("old", metavar="LAYER...", nargs=-1, required=True, type=PATH)
@shared.crosswalk
@shared.unlisted
@shared.reference
@shared.declared
@shared.outline
@shared.water
@shared.enclave
@shared.dividing
@shared.rule
@shared.limits
@shared.accept
@click.option("--out", type=PATH, help="Folder for findings.geojson, .csv and .xlsx.")
@shared.lang
@shared.reading
@click.option("--repair", is_flag=True, help="Also write what a repair would do, to decide on it.")
@shared.repairing
@shared.as_json
def validate(
    *,
    old: tuple[Path, ...],
    crosswalk: Path | None,
    unlisted: str,
    reference: tuple[Path, ...],
    declared: Path | None,
    outline: Path | None,
    water: Path | None,
    enclave: tuple[str, ...],
    divide: Path | None,
    divide_code_field: str | None,
    rules: tuple[str, ...],
    limits: tuple[str, ...],
    accept: tuple[str, ...],
    out: Path | None,
    lang: str | None,
    reading: dict[str, Any],
    reference_code_field: str | None,
    reference_name_field: str | None,
    columns: tuple[str, ...],
    repair: bool,
    repair_rule: str | None,
    repair_tolerance: float | None,
    repair_snap: float | None,
    decisions: Path | None,
    as_json: bool,
) -> int:
    """Check layers for gaps, overlaps, invalid geometries and disagreements."""
    from geo_merge.jobs.job import Job
    from geo_merge.merging.merge import validate as check
    from geo_merge.results.files import check_findings_target, write_findings
    from geo_merge.results.report import (
        count_lines,
        counted_units,
        finding_lines,
        of_severities,
    )
    from geo_merge.vocabulary.accepting import as_accepted
    from geo_merge.vocabulary.part_of import is_land

    if divide is not None and crosswalk is None:
        raise UsageError(sentence("command.divide_alone"))
    if out is not None:
        check_findings_target(out, repaired=repair)
    mending = repair_options(
        repair=repair, rule=repair_rule, tolerance=repair_tolerance, snap=repair_snap,
        decisions=decisions, out=out, encoding=reading["encoding"],
    )  # fmt: skip
    job = Job(old=old, crosswalk=crosswalk, reference=reference, declared=declared,
              outline=outline, water=water, enclave=enclave, divide=divide, limits=limits,
              reference_code_field=reference_code_field,
              reference_name_field=reference_name_field, divide_code_field=divide_code_field,
              columns=parse_columns(columns), rules=parse_rules(rules),
              accept=as_accepted(accept), **reading)  # fmt: skip
    with progress() as tell:
        tell("Reading")
        units, table = job.read()
        if table is not None:
            units, table = job.divided(units, table)
        tell("Checking")
        findings = check(units, crosswalk=table, unlisted=unlisted, rules=job.rules,
                         accept=job.accept, country=job.country,
                         **job.others(units, table))  # fmt: skip
        if out is not None:
            write_findings(findings, out, job.country.of(units).language)
        if mending is not None:
            tell("Trying the repair")
            preview_repair(units, mending, out)
    counts = {str(k): int(v) for k, v in findings["severity"].value_counts().items()}
    counts = {s: counts.get(s, 0) for s in ("error", "warning", "info")}
    if as_json:
        pieces = int(is_land(units).sum())
        figures = {"units": len(units) - pieces, **({"pieces": pieces} if pieces else {})}
        print_json({**figures, "findings": counts})
    else:
        language = language_of(lang)
        answer(*finding_lines(findings, notes=True, language=language))
        answer(*count_lines(findings, language))
        answer(
            sentence(
                "done.checked", what=counted_units(units, job.country), found=of_severities(counts)
            )
        )
    return FINDINGS if counts["error"] else OK


@click.command()
@shared.lang
def limits(*, lang: str | None) -> None:
    """List the thresholds of the checks and the sizes of input, which --limit changes."""
    from geo_merge.results.report import limit_lines

    answer(*limit_lines(language_of(lang)))
