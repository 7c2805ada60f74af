"""The commands that change a plan, one an operation: geo-merge plan assign, join, found, ..."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo_merge.cli.options import (
    OK,
    PATH,
    answer,
    country_of,
    lang,
    options,
    say,
    say_findings,
)
from geo_merge.cli.plan_report import headline
from geo_merge.cli.planning import plan, units_option
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_merge.planning.history import History
    from geo_merge.planning.operations import Operation

__all__ = ["plan"]  # with its changes

_changing = options(
    click.argument("directory", metavar="PLAN", type=PATH),
    click.option("--out", type=PATH, help="Folder for the changed plan; PLAN itself by default."),
    units_option,
    lang,
)  # fmt: skip
_codes = click.argument("codes", metavar="CODE...", nargs=-1, required=True)
_unit = click.argument("unit", metavar="NEW_CODE")
_times = click.option("--times", type=click.IntRange(min=1), default=1, help="How many changes.")


def _change(
    directory: Path, out: Path | None, layers: tuple[Path, ...], *operations: Operation
) -> int:
    """Do operations to a plan, all or none of them, and save it."""

    def done(history: History) -> History:
        for operation in operations:
            history = history.do(operation)
        return history

    return _saved(directory, out, layers, done)


def _saved(
    directory: Path, out: Path | None, layers: tuple[Path, ...],
    change: Callable[[History], History],
) -> int:  # fmt: skip
    """Open a plan with what was done to it, change that, and save both."""
    from geo_merge.planning.opening import open_plan, save_plan
    from geo_merge.planning.remembered import recall
    from geo_merge.planning.store import check_target

    target = out or directory
    check_target(target)
    opened = open_plan(directory, layers=layers, country=country_of(None))
    say_findings(f for f in opened.findings if f.check.startswith("L"))
    history = change(recall(directory, opened.plan))
    save_plan(opened, history.plan, target, directory, history)
    answer(*headline(history.plan))
    say(sentence("done.wrote_plan", folder=target))
    return OK


@plan.command()
@_changing
@_codes
@click.option("--to", required=True, help="The new unit that they join.")
def assign(
    *, directory: Path, out: Path | None, layers: tuple[Path, ...], codes: tuple[str, ...], to: str
) -> int:
    """Put old units into a new one."""
    from geo_merge.planning.operations import Assign

    return _change(directory, out, layers, Assign(codes, to))


@plan.command()
@_changing
@_codes
def release(
    *, directory: Path, out: Path | None, layers: tuple[Path, ...], codes: tuple[str, ...]
) -> int:
    """Take old units out of their new ones: they have no place until they get another."""
    from geo_merge.planning.operations import Release

    return _change(directory, out, layers, Release(codes))


@plan.command()
@_changing
@_codes
@click.option("--into", required=True, help="The new unit that stays.")
def join(
    *, directory: Path, out: Path | None, layers: tuple[Path, ...], codes: tuple[str, ...],
    into: str,
) -> int:  # fmt: skip
    """Join new units: the members of all go to one of them."""
    from geo_merge.planning.operations import Join

    return _change(directory, out, layers, Join(codes, into))


@plan.command()
@_changing
@click.argument("code", metavar="NEW_CODE")
@click.argument("name")
@click.option("--type", "unit_type", default="", help="Type of the unit, as Xã.")
@click.option("--seat", default="", help="Code of an old unit, or LON, LAT.")
@click.option("--member", "members", multiple=True, help="Old unit that joins it; repeatable.")
def found(
    *, directory: Path, out: Path | None, layers: tuple[Path, ...], code: str, name: str,
    unit_type: str, seat: str, members: tuple[str, ...],
) -> int:  # fmt: skip
    """Found a new unit."""
    from geo_merge.planning.operations import Found

    return _change(directory, out, layers, Found(code, name, unit_type, seat, members))


@plan.command()
@_changing
@_unit
def dissolve(*, directory: Path, out: Path | None, layers: tuple[Path, ...], unit: str) -> int:
    """Give up a new unit: its members have no place until they get another."""
    from geo_merge.planning.operations import Dissolve

    return _change(directory, out, layers, Dissolve(unit))


@plan.command()
@_changing
@_unit
@click.argument("name")
def rename(
    *, directory: Path, out: Path | None, layers: tuple[Path, ...], unit: str, name: str
) -> int:
    """Give a new unit another name."""
    from geo_merge.planning.operations import Rename

    return _change(directory, out, layers, Rename(unit, name))


@plan.command()
@_changing
@_unit
@click.argument("unit_type", metavar="TYPE")
def retype(
    *, directory: Path, out: Path | None, layers: tuple[Path, ...], unit: str, unit_type: str
) -> int:
    """Give a new unit another type."""
    from geo_merge.planning.operations import Retype

    return _change(directory, out, layers, Retype(unit, unit_type))


@plan.command()
@_changing
@_unit
@click.argument("place", metavar="SEAT")
def seat(
    *, directory: Path, out: Path | None, layers: tuple[Path, ...], unit: str, place: str
) -> int:
    """Say where a new unit is governed from: the code of an old unit, LON, LAT, or ''."""
    from geo_merge.planning.operations import SetSeat

    return _change(directory, out, layers, SetSeat(unit, place))


@plan.command()
@_changing
@click.option("--old", multiple=True, help="Old unit that stays where it is; repeatable.")
@click.option("--new", multiple=True, help="New unit whose members stay; repeatable.")
@click.option("--off", is_flag=True, help="Unlock them.")
def lock(
    *, directory: Path, out: Path | None, layers: tuple[Path, ...], old: tuple[str, ...],
    new: tuple[str, ...], off: bool,
) -> int:  # fmt: skip
    """Lock units, so that no change moves them, or unlock them."""
    from geo_merge.planning.operations import Lock

    abouts = (*(f"old {code}" for code in old), *(f"new {code}" for code in new))
    return _change(directory, out, layers, Lock(abouts, not off))


@plan.command()
@_changing
@click.argument("text")
@click.option("--old", help="Old unit that the note is about.")
@click.option("--new", help="New unit that the note is about; without both, the whole plan.")
def note(
    *, directory: Path, out: Path | None, layers: tuple[Path, ...], text: str, old: str | None,
    new: str | None,
) -> int:  # fmt: skip
    """Say why something was decided; an empty text takes the note away."""
    from geo_merge.planning.operations import Note

    about = f"old {old}" if old else f"new {new}" if new else "plan"
    return _change(directory, out, layers, Note(about, text))


@plan.command()
@_changing
@_times
def undo(*, directory: Path, out: Path | None, layers: tuple[Path, ...], times: int) -> int:
    """Take the last change back, also another day."""
    return _saved(directory, out, layers, lambda history: _undone(history, times))


@plan.command()
@_changing
@_times
def redo(*, directory: Path, out: Path | None, layers: tuple[Path, ...], times: int) -> int:
    """Do again what was undone."""
    return _saved(directory, out, layers, lambda history: _done_again(history, times))


def _undone(history: History, times: int) -> History:
    from geo_merge.errors import PlanError

    if times > history.done:
        raise PlanError(sentence("command.not_undone", n=times, done=history.done))
    for _ in range(times):
        history = history.undo()
    return history


def _done_again(history: History, times: int) -> History:
    from geo_merge.errors import PlanError

    if times > history.undone:
        raise PlanError(sentence("command.not_redone", n=times, undone=history.undone))
    for _ in range(times):
        history = history.redo()
    return history


@plan.command()
@_changing
@click.argument("operations", metavar="FILE", type=PATH)
def apply(*, directory: Path, out: Path | None, layers: tuple[Path, ...], operations: Path) -> int:
    """Do what FILE lists, all or nothing.

    FILE is JSON: [{"operation": "assign", "units": ["07654"], "to": "07660"}, ...].
    """
    import orjson

    from geo_merge.errors import PlanError
    from geo_merge.planning.operations import operation_of

    if not operations.is_file():
        raise PlanError(sentence("command.no_file", file=operations))
    try:
        read = orjson.loads(operations.read_bytes())
    except orjson.JSONDecodeError as error:
        raise PlanError(sentence("command.no_json", file=operations.name, reason=error)) from error
    listed = read.get("operations") if isinstance(read, dict) else read
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise PlanError(sentence(
            "command.operations", file=operations.name, example='[{"operation": ...}]'
        ))  # fmt: skip
    return _change(directory, out, layers, *map(operation_of, listed))
