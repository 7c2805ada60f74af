"""The commands on what there is: geo-merge stats, export, sample, app."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo_merge.cli import options as shared
from geo_merge.cli.jobs import names_in
from geo_merge.cli.options import OK, PATH, answer, say
from geo_merge.errors import UsageError

if TYPE_CHECKING:
    from geo_merge.merging.result import MergeResult
    from geo_merge.texts import Language
from geo_merge.cli.options import print_json
from geo_merge.jobs.sample import MIRROR_VARIABLE, RESULT_VARIABLE
from geo_merge.vocabulary.sentence import sentence


@click.command()
@click.argument("directory", metavar="DIR", type=PATH)
@shared.lang
@shared.as_json
def stats(*, directory: Path, as_json: bool) -> None:
    """Print the figures of DIR, a folder that build wrote, again."""
    from geo_merge.results.files import load_result
    from geo_merge.texts import say as text

    result = load_result(directory)
    language = shared.language_of()
    report_result(result, as_json=as_json, findings=False, language=language)
    if not as_json:
        columns = [c for c in ("name", "unit_type", "member_count", "area_km2", "population",
                               "density") if c in result.statistics]  # fmt: skip
        table = result.statistics[columns].round(2)
        table = table.rename(columns={c: text(f"ui.{c}", language) for c in columns})
        answer(*table.to_string(max_colwidth=30).splitlines())


@click.command()
@click.argument("directory", metavar="DIR", type=PATH)
@shared.formats
@shared.lang
def export(*, directory: Path, formats: tuple[str, ...]) -> None:
    """Write the new units of DIR, a folder that build wrote, in further formats."""
    from geo_merge.results.files import FORMATS, check_formats, load_result, write_formats

    wanted = check_formats(names_in(formats))
    if not wanted:
        raise UsageError(sentence("command.formats", formats=list(FORMATS[1:])))
    written = write_formats(load_result(directory), directory, wanted)
    answer(*map(str, written))


@click.command()
@click.argument("directory", metavar="DIR", type=PATH)
@shared.lang
def sample(*, directory: Path) -> None:
    """Write the embedded sample (Bắc Giang and Bắc Ninh, lines of about 2010) to DIR."""
    from geo_merge.jobs.sample import copy_sample

    answer(*map(str, copy_sample(directory)))


@click.command(name="app")
@click.argument("directory", metavar="[DIR]", type=PATH, required=False)
@click.option("--port", type=int, default=8501, help="Port of the page.")
@click.option("--work", type=PATH, help="Folder in which the page keeps work (GEO_MERGE_WORK).")
@click.option("--work-hours", type=float, help="Hours until unused work goes; 72 by default.")
@click.option("--work-mb", type=float, help="Megabytes of all work together; 4000 by default.")
@click.option("--mirror", help="Folder or address from which the page fetches boundaries.")
@shared.lang
def run_app(
    *,
    directory: Path | None,
    port: int,
    work: Path | None,
    work_hours: float | None,
    work_mb: float | None,
    mirror: str | None,
) -> int:
    """Open the page in a browser: on DIR, a folder that build wrote, or on the sample."""
    from streamlit.web.cli import main as streamlit

    from geo_merge.jobs.sample import app_file
    from geo_merge.results.required import require_result
    from geo_merge.system.turns import most_workers
    from geo_merge.system.works import FOLDER, HOURS, MEGABYTES, works

    chosen = {FOLDER: work and work.resolve(), HOURS: work_hours, MEGABYTES: work_mb,
              MIRROR_VARIABLE: mirror}  # fmt: skip
    os.environ |= {name: str(value) for name, value in chosen.items() if value is not None}
    most_workers()  # settings that are none are told here
    works()
    if directory is not None:
        require_result(directory)
        os.environ[RESULT_VARIABLE] = str(directory.resolve())
    # In this process, so that who ends the command ends the page. All other settings are in the
    # .streamlit folder beside the page.
    command = ["run", str(app_file()), "--server.port", str(port)]
    with suppress(click.Abort):  # that is how one ends it
        streamlit(command, prog_name="streamlit", standalone_mode=False)
    return OK


def report_result(
    result: MergeResult, *, as_json: bool, findings: bool = True, language: Language = "en"
) -> None:
    """Print the figures of a result, and what was found to the standard error."""
    from geo_merge.results.contract import summary_of
    from geo_merge.results.report import finding_lines, summary_lines

    if as_json:
        print_json(summary_of(result))
    else:
        answer(*summary_lines(summary_of(result), language))
    if findings:
        say(*finding_lines(result.findings, language=language))
