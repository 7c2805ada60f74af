"""Options that several commands take, and how all of them speak."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

import errno
import locale
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from geo_merge.errors import UsageError
from geo_merge.system.progress import Progress
from geo_merge.vocabulary.sentence import ENGLISH, LANGUAGES, said, sentence
from geo_merge.vocabulary.shown import on_terminal

_SHOWN = 80  # characters of a name that is too long
OK, FINDINGS, CANNOT_RUN, INTERRUPTED = 0, 1, 2, 130  # exit codes


class _Path(click.Path):
    """A path that the system can hold: names of thousands of letters are told, not tried."""

    def convert(
        self, value: str | PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:  # fmt: skip
        """Return the path."""
        path = cast("Path", super().convert(value, param, ctx))
        try:
            path.lstat()
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                shown = str(path)[:_SHOWN]
                raise UsageError(sentence("command.long_name", file=shown)) from error
        return path


PATH = _Path(path_type=Path)
if TYPE_CHECKING:
    from geo_merge.texts import Language
    from geo_merge.vocabulary.country import Country
    from geo_merge.vocabulary.finding import Finding

Command = TypeVar("Command", bound=Callable[..., int | None])


def options(*chosen: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Return what adds several options to a command, in the order of its help."""

    def add(command: Command) -> Command:
        for option in reversed(chosen):
            command = option(command)
        return command

    return add


def _of_plan(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    """Return the crosswalk of a plan where its folder is given."""
    is_plan = path is not None and (path / "plan.json").is_file()
    return path / "crosswalk.csv" if path is not None and is_plan else path


_crosswalk = click.option(
    "--crosswalk", type=PATH, callback=_of_plan,
    help="CSV, XLSX or Parquet: old_code, new_code, new_name, new_type; or the folder of a plan.",
)  # fmt: skip
_reference = click.option(
    "--reference", multiple=True, type=PATH,
    help="Published boundaries of the new units; repeatable, for one in several files.",
)  # fmt: skip
declared = click.option(
    "--declared",
    type=PATH,
    help="CSV, XLSX or Parquet of published new_code, area_km2, population.",
)
outline = click.option("--outline", type=PATH, help="Polygons that the units should fill together.")
water = click.option(
    "--water", type=PATH, help="Lakes and the sea: holes in the land that are right."
)
enclave = click.option(
    "--enclave", multiple=True, metavar="CODE|LAYER",
    help="Unit whose holes are land of others (repeatable), or a layer of that land.",
)  # fmt: skip
limits = click.option(
    "--limit",
    "limits",
    multiple=True,
    help="NAME=VALUE of a threshold or size; repeatable; see limits.",
)
unlisted = click.option(
    "--unlisted", type=click.Choice(["refuse", "keep"]), default="refuse",
    help="Units without a row in the crosswalk: refuse them, or keep them as they are.",
)  # fmt: skip
below = click.option(
    "--below", metavar="TYPE",
    help='Keep merged units as a level below, as "commune déléguée": below.geojson, and the map.',
)  # fmt: skip
accept = click.option(
    "--accept", multiple=True, metavar="ID",
    help="Check whose doubt is known to be wrong, as R03: a note; repeatable.",
)  # fmt: skip
crs = click.option("--crs", help="CRS of files that name none or a wrong one, as 9214.")
encoding = click.option("--encoding", help="Encoding of Shapefiles and CSV, as cp1258.")
code_field = click.option("--code-field", help="Field with the codes, if not found by itself.")
name_field = click.option("--name-field", help="Field with the names, if not found by itself.")
population_field = click.option(
    "--population-field", help="Field with the people, if not found by itself."
)
type_field = click.option("--type-field", help="Field with the types, if not found by itself.")
parent_field = click.option(
    "--parent-field", "parent_fields", multiple=True,
    help="Field with the units above, if not found by itself; a second one with those above them.",
)  # fmt: skip
column = click.option(
    "--column", "columns", multiple=True,
    help="ROLE=HEADING of a column of the crosswalk, as old_code=kommunenr_2019; repeatable.",
)  # fmt: skip
reference_name_field = click.option(
    "--reference-name-field", help="Field with the names of --reference, if not found by itself."
)
dividing = options(
    click.option(
        "--divide", type=PATH,
        help="Layer that cuts units that go to several new ones: pieces, new boundaries or lines.",
    ),
    click.option(
        "--divide-code-field",
        help="Field with the new codes of --divide, if not found by itself.",
    ),
)  # fmt: skip
rule = click.option(
    "--rule", "rules", multiple=True, help="FIELD=sum|area|population|list|drop; repeatable."
)
reference_code_field = click.option(
    "--reference-code-field", help="Field with the codes of --reference, if not found by itself."
)
layer = click.option("--layer", help="Layer to read from a file with several.")
formats = click.option(
    "--format",
    "formats",
    multiple=True,
    help="Also write gpkg, shp, fgb, parquet, csv or xlsx; repeatable.",
)


# The language that a command is asked for, which its mistakes are told in too.
_LANG: ContextVar[str | None] = ContextVar("_LANG", default=None)
_META = "geo_merge.lang"


def _remember(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Keep the language for all that the command says."""
    if value is not None:
        context.meta[_META] = value
    return value


# No command takes it as a value: `language_of` knows it.
lang = click.option(
    "--lang", type=click.Choice(["vi", "en"]), is_eager=True, expose_value=False,
    callback=_remember,
    help="Language of what is said and of headings; by default that of the system.",
)  # fmt: skip
country = click.option(
    "--country",
    help="Country whose rules hold: vn, or none; by default, that of layers that lie in it.",
)
around = click.option(
    "--around", type=PATH, help="Layer of units outside the land, drawn pale and named on maps."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
repair_rule = click.option(
    "--repair-rule",
    help="Who gets a gap or an overlap: longest-edge (default), largest-neighbour, layer:FILE.",
)
repair_tolerance = click.option(
    "--repair-tolerance", type=float, help="Metres that a border may move; 250 by default."
)
repair_snap = click.option(
    "--repair-snap",
    type=float,
    help="Metres within which edges are matched; 0.1 by default, 0 for rounding only.",
)
decisions = click.option(
    "--decisions",
    type=PATH,
    help="Table of decisions; decisions.csv of --out by default.",
)

reference = options(_reference, reference_code_field, reference_name_field)
crosswalk = options(_crosswalk, column)
repairing = options(repair_rule, repair_tolerance, repair_snap, decisions)


def remember_language(arguments: Sequence[str]) -> None:
    """Keep the language that arguments ask for, before anything is wrong with the others."""
    _LANG.set(None)
    for option, value in pairwise([*arguments, ""]):
        name, _, behind = option.partition("=")
        if name == "--lang" and (behind or value) in LANGUAGES:
            _LANG.set(behind or value)


def language_of() -> Language:
    """Return the language that --lang names, else that of the system; English if it is another."""
    context = click.get_current_context(silent=True)
    asked = _LANG.get() if context is None else context.meta.get(_META)
    here = asked or (locale.getlocale()[0] or "")[:2].lower()
    return cast("Language", here if here in LANGUAGES else ENGLISH)


def country_of(text: str | None) -> Country:
    """Return the country that --country names, whose rules then hold wherever a layer lies.

    Raises
    ------
    UsageError
        If it is none of those that are known.
    """
    from geo_merge.vietnam.country import VIETNAM
    from geo_merge.vocabulary.country import PLAIN

    if text is None:
        return VIETNAM
    if text.lower() == VIETNAM.code.lower():
        return VIETNAM.everywhere()
    if text.lower() == "none":
        return PLAIN
    raise UsageError(sentence("command.country", text=text, code="vn", name=VIETNAM.name))


_reading = options(crs, encoding, code_field, name_field, population_field, type_field,
                   parent_field, layer, country)  # fmt: skip
_READING = ("crs", "encoding", "code_field", "name_field", "population_field", "type_field",
            "parent_fields", "layer", "country")  # fmt: skip


def reading(command: Callable[..., int | None]) -> Callable[..., int | None]:
    """Add the options of how a layer is read; a command gets them together, as `reading`.

    They have the names that `read_units` and `Job` have for them.
    """

    @wraps(command)
    def run(**given: Any) -> int | None:  # noqa: ANN401 - whatever options are
        how = {name: given.pop(name) for name in _READING}
        return command(reading={**how, "country": country_of(how["country"])}, **given)

    return _reading(run)


def spare(out: Path | None, *files: Path | None) -> None:
    """Refuse to write over a file that is read, or that is written as well."""
    for file in files:
        if out is not None and file is not None and _is_one(out, file):
            raise UsageError(sentence("command.same_file", out=out, file=file))


def _is_one(one: Path, other: Path) -> bool:
    if one.resolve() == other.resolve():
        return True
    return one.is_file() and other.is_file() and one.samefile(other)


def answer(*lines: str) -> None:
    """Print results, to the standard output."""
    for line in lines:
        print(_told(line))  # noqa: T201


def say(*lines: str) -> None:
    """Print messages, to the standard error."""
    for line in lines:
        print(_told(line), file=sys.stderr)  # noqa: T201


def complain(line: str) -> None:
    """Print that errors stand, in red on a terminal, to the standard error."""
    click.secho(_told(line), fg="red", bold=True, err=True)


def say_notes(notes: Iterable[str]) -> None:
    """Print what is worth knowing, to the standard error."""
    say(*(sentence("done.note", note=note) for note in notes))


def say_problems(problems: Iterable[str]) -> None:
    """Print what is wrong, to the standard error."""
    say(*(sentence("done.problem", problem=problem) for problem in problems))


def say_findings(found: Iterable[Finding]) -> None:
    """Print findings, with what to do once for all that follow and ask for the same."""
    before = ""
    for one in found:
        hint = _told(one.hint) if one.hint else ""
        line = sentence("done.finding", severity=one.severity.word, check=one.check,
                        message=one.message)  # fmt: skip
        say(_told(line) if hint == before else f"{_told(line)} {hint}".rstrip())
        before = hint


def _told(line: str) -> str:
    """Return a line in the language of the command, as it can be shown on a terminal."""
    return on_terminal(said(line, language_of()))


@contextmanager
def progress() -> Iterator[Progress]:
    """Show the step at work on a terminal; what the one before it freed is given back.

    Nothing is said where stderr is a file or a pipe.
    """
    from geo_merge.system.memory import give_back

    if not sys.stderr.isatty():
        yield lambda _: give_back()
        return
    from rich.console import Console

    from geo_merge.vocabulary.steps import step_in

    language = language_of()
    with Console(stderr=True).status(f"{step_in('Starting', language)} …") as status:

        def tell(step: str) -> None:
            status.update(f"{step_in(step, language)} …")
            give_back()

        yield tell


def print_json(content: Any) -> None:  # noqa: ANN401 - whatever JSON knows
    """Print content as JSON, to the standard output."""
    from geo_merge.results.contract import as_json

    answer(as_json(content).decode().rstrip("\n"))
