"""The commands that take a layer as it is: geo-merge convert and geo-merge dissolve."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo_merge.cli import options as shared
from geo_merge.cli.options import (
    FINDINGS,
    OK,
    PATH,
    complain,
    country_of,
    say,
    say_findings,
    spare,
)
from geo_merge.errors import UsageError
from geo_merge.vocabulary.limits import any_size, parse
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    from geo_merge.jobs.convert import Reading

_layer_and_out = shared.options(
    click.argument("path", metavar="LAYER", type=PATH),
    click.argument("out", type=PATH),
)
_reading = shared.options(
    shared.crs,
    shared.encoding,
    shared.layer,
    shared.limits,
    shared.accept,
    shared.country,
    shared.lang,
    click.option(
        "--precision",
        type=click.IntRange(0, 15),
        default=7,
        help="Decimals of a degree; 7 is 1 cm.",
    ),
)


def _as_reading(
    *, crs: str | None, encoding: str | None, layer: str | None, limits: tuple[str, ...],
    accept: tuple[str, ...], country: str | None,
) -> Reading:  # fmt: skip
    """Return how to read the layer, as the options say."""
    from geo_merge.jobs.convert import Reading
    from geo_merge.vocabulary.accepting import as_accepted

    checks, sizes = parse(limits, any_size())
    return Reading(crs=crs, encoding=encoding, layer=layer, sizes=sizes, far=checks.far,
                   country=country_of(country), accept=as_accepted(accept))  # fmt: skip


@click.command()
@_layer_and_out
@_reading
def convert(
    *,
    path: Path,
    out: Path,
    crs: str | None,
    encoding: str | None,
    layer: str | None,
    limits: tuple[str, ...],
    accept: tuple[str, ...],
    country: str | None,
    precision: int,
) -> None:
    """Write LAYER as GeoJSON to OUT, with its attributes."""
    from geo_merge.jobs.convert import convert as run

    spare(out, path)
    reading = _as_reading(crs=crs, encoding=encoding, layer=layer, limits=limits, accept=accept,
                          country=country)  # fmt: skip
    written = run(path, out, reading=reading, precision=precision)
    say(*written.notes, sentence("done.wrote_features", n=written.written, path=out))


@click.command()
@_layer_and_out
@click.option("--by", required=True, help="Field whose values are dissolved to one each.")
@click.option(
    "--keep-agreeing", is_flag=True, help="Keep the other fields whose values agree in each group."
)
@click.option("--findings", type=PATH, help="CSV or GeoJSON of gaps, overlaps and invalid members.")
@_reading
def dissolve(
    *,
    path: Path,
    out: Path,
    by: str,
    keep_agreeing: bool,
    findings: Path | None,
    crs: str | None,
    encoding: str | None,
    layer: str | None,
    limits: tuple[str, ...],
    accept: tuple[str, ...],
    country: str | None,
    precision: int,
) -> int:
    """Write one polygon for all of LAYER that have the same value in a field to OUT."""
    from geo_merge.jobs.dissolve import dissolve as run

    if findings is not None and findings.suffix.lower() not in {".csv", ".geojson"}:
        raise UsageError(sentence("command.findings", file=findings))
    spare(out, path)
    spare(findings, path, out)
    reading = _as_reading(crs=crs, encoding=encoding, layer=layer, limits=limits, accept=accept,
                          country=country)  # fmt: skip
    written = run(path, out, by, reading=reading, keep_agreeing=keep_agreeing,
                  precision=precision, findings=findings)  # fmt: skip
    errors = [f for f in written.findings if f.severity == "error"]
    spelled = [] if errors else [f for f in written.findings if f.check == "K02"]
    say(*written.notes)
    say_findings([*errors, *spelled])
    if errors:
        complain(sentence("done.not_written", n=len(errors), path=out))
        return FINDINGS
    found = Counter(f.check for f in written.findings)
    if found["C02"] or found["C04"]:
        where = sentence("done.see", path=findings) if findings else sentence("done.listed_by")
        say(sentence("done.within", gaps=found["C02"], overlaps=found["C04"], where=where))
    say(sentence("done.dissolved", read=written.read, written=written.written, path=out))
    return OK
