"""The command that proposes a plan with a certificate: geo-merge plan propose."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo_merge.cli import options as shared
from geo_merge.cli import planning
from geo_merge.cli.options import (
    FINDINGS,
    OK,
    PATH,
    answer,
    complain,
    language_of,
    options,
    print_json,
    say,
)
from geo_merge.cli.plan_changes import plan
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_merge.planning.tasks import Task, Wishes

__all__ = ["plan"]  # with its changes, and this command

_asking = options(
    click.option("--require", "requirements", multiple=True,
                 help="What each new unit must have, as 'population >= 16000', 'area_km2 >= 70 % "
                 "of 30 or members >= 3'; repeatable."),
    click.option("--standard", help="Standard by its id, as vn-112-2025, or a TOML file; its "
                 "thresholds are required."),
    click.option("--class", "classes", multiple=True,
                 help="Class of the standard that new units are to meet; with several, one of "
                 "them; repeatable."),
    click.option("--hold", "settled", multiple=True,
                 help="ID=yes|no: whether a reduction or exemption of the standard holds; "
                 "repeatable."),
    click.option("--number", help="How many new units: 5, or 4-6; any number by default."),
    click.option("--within-districts", is_flag=True,
                 help="No new unit has members of two former districts."),
    click.option("--district", default="", help="Plan this former district alone."),
    click.option("--together", multiple=True, help="CODE,CODE,... in one unit; repeatable."),
    click.option("--apart", multiple=True, help="CODE,CODE not in one unit; repeatable."),
    click.option("--people", default="population", help="Field of those who travel."),
)  # fmt: skip


@plan.command()
@click.argument("directory", metavar="PLAN", type=PATH)
@click.option("--out", type=PATH, required=True, help="Folder for the proposed plan.")
@click.option("--objective", type=click.Choice(["travel", "fewest", "most", "even"]),
              default="travel",
              help="Least travel, fewest or most units, or people most even.")  # fmt: skip
@_asking
@click.option("--seconds", type=click.FloatRange(min=0), default=600.0,
              help="After which the best plan so far is taken, with a bound.")  # fmt: skip
@planning.measuring
@shared.lang
@shared.as_json
def propose(
    *, directory: Path, out: Path, objective: str, seconds: float, as_json: bool,
    **chosen: Any,  # noqa: ANN401
) -> int:  # fmt: skip
    """Propose the best of all plans that meet conditions, or prove that there is none.

    PLAN says which units there are and what is locked: locked old units stay in their new ones,
    locked new units as they are. OUT gets the plan, certificate.json and certificate.txt. Where
    there is no plan, the fewest conditions that contradict each other are named: exit status 1.
    """
    from geo_merge import __version__
    from geo_merge.planning.blame import blame
    from geo_merge.planning.certificate import (
        certificate_of,
        check_target,
        write_certificate,
    )
    from geo_merge.planning.opening import paths_of, save_plan, source_of
    from geo_merge.planning.partition import solver_version
    from geo_merge.planning.propose import Objective, Status
    from geo_merge.planning.propose import propose as run
    from geo_merge.planning.store import check_target as check_folder
    from geo_merge.planning.tasks import proposed, task_of

    solver_version()
    check_folder(out)
    check_target(out)
    wishes = _wishes(chosen)
    opened, layer, _ = planning.opened_figures(directory, chosen)
    distances = planning.distances_of(chosen)
    task = task_of(opened.plan, layer, distances, wishes)
    people = layer.population_field if wishes.people == "population" else wishes.people
    _say_task(task, people)
    found = run(task.problem, task.conditions, Objective(objective), seconds=seconds)
    made, blamed = None, None
    if found.partition:
        made = proposed(opened.plan, task, found.partition, found.seats)
        save_plan(opened, made, out, directory)
    elif found.status is Status.INFEASIBLE:
        blamed = blame(task.problem, task.conditions, seconds=max(60.0, seconds / 2))
    files = source_of(paths_of(opened.source, directory), out, opened.source.options)
    content = certificate_of(task, found, layer, people=people, method=distances.method,
                             source=files, plan=made, blamed=blamed,
                             version=__version__)  # fmt: skip
    write_certificate(content, out, language_of())
    _print(content, as_json=as_json)
    if made is None:
        complain(sentence("done.no_plan", folder=out))
        return FINDINGS
    say(sentence("done.wrote_proposal", folder=out))
    return OK


def _say_task(task: Task, people: str) -> None:
    """Say who travels, and what stays as it is."""
    say(sentence("done.travellers", field=people, n=float(task.problem.people.sum()),
                 units=task.problem.size))  # fmt: skip
    if task.kept:
        say(sentence("done.locked", codes=list(task.kept)))


def _print(certificate: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a certificate, as JSON or in words."""
    from geo_merge.planning.certificate_text import lines_of

    if as_json:
        print_json(certificate)
    else:
        answer(*lines_of(certificate, language_of()))


def _wishes(chosen: dict[str, Any]) -> Wishes:
    from geo_merge.planning.conditions import parse_requirement, parse_units
    from geo_merge.planning.standard_files import read_standard
    from geo_merge.planning.tasks import Wishes, asked

    requirements = [parse_requirement(text) for text in chosen["requirements"]]
    if chosen["standard"] is not None:
        settled = planning.settled_of(chosen["settled"])
        requirements.append(asked(read_standard(chosen["standard"]), chosen["classes"], settled))
    elif chosen["classes"] or chosen["settled"]:
        raise UsageError(sentence("command.standard"))
    pairs = [_codes(text, "--apart") for text in chosen["apart"]]
    return Wishes(
        requirements=tuple(requirements),
        units=None if chosen["number"] is None else parse_units(chosen["number"]),
        within_districts=chosen["within_districts"],
        together=tuple(_codes(text, "--together") for text in chosen["together"]),
        apart=tuple((a, b) for some in pairs for k, a in enumerate(some) for b in some[k + 1 :]),
        people=chosen["people"],
        district=chosen["district"],
    )


def _codes(text: str, option: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(code for part in text.split(",") if (code := part.strip())))
    if len(codes) < 2:  # noqa: PLR2004 - a pair
        raise UsageError(
            sentence("command.two_units", option=option, text=text, example="07201,07207")
        )
    return codes
