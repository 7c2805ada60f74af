"""The commands on plans: geo-merge plan new, show, check, compare."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo_merge.cli import options as shared
from geo_merge.cli.jobs import parse_rules
from geo_merge.cli.options import (
    FINDINGS,
    OK,
    PATH,
    answer,
    country_of,
    language_of,
    options,
    print_json,
    say,
    say_findings,
)
from geo_merge.cli.plan_report import (
    check_lines,
    comparison_lines,
    headline,
    records,
    summary_lines,
    write_map,
    write_standards,
    write_tables,
)
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    import geopandas as gpd

    from geo_merge.planning.check import Checked
    from geo_merge.planning.figures import PlanFigures
    from geo_merge.planning.layer import PlanLayer
    from geo_merge.planning.opening import OpenPlan
    from geo_merge.planning.plan import Plan
    from geo_merge.planning.standards import Standard
    from geo_merge.vocabulary.country import Country

units_option = click.option(
    "--units", "layers", type=PATH, multiple=True,
    help="The old units, if no longer where the plan says; repeatable.",
)  # fmt: skip
measuring = options(
    units_option,
    click.option("--positions", type=PATH, help="Table of where people travel from: "
                 "old_code, lon, lat; by default the middle of each unit."),
    click.option("--roads", type=PATH, help="Layer of lines: distances along roads, not straight."),
    click.option("--border", type=float, default=10.0,
                 help="Metres from which on a common border makes neighbours."),
    click.option("--rule", "rules", multiple=True,
                 help="FIELD=sum|area|population|list|drop; repeatable."),
    shared.country,
)  # fmt: skip
_holding = options(
    click.option("--standard", help="Standard by its id, as vn-112-2025, or a TOML file."),
    click.option("--inputs", type=PATH, help="Table of what the standard asks of units: old_code "
                 "or new_code, and mountain, island, region, ..."),
    click.option("--input", "inputs_of_all", multiple=True,
                 help="NAME=VALUE that holds for all units, as region=red-river-delta; "
                 "repeatable."),
    click.option("--hold", "settled", multiple=True,
                 help="ID=yes|no: whether a reduction or exemption that is not certain holds; "
                 "repeatable."),
    shared.declared,
)  # fmt: skip
_out = click.option("--out", "out", type=PATH, multiple=True,
                    help="FILE.xlsx or FILE.csv to write the tables to; repeatable.")  # fmt: skip


@click.group()
def plan() -> None:
    """Plans before they are law: make, change, check and compare them.

    A plan is a folder: crosswalk.csv, which build takes, and plan.json.
    """


@plan.command()
@click.argument("old", metavar="LAYER...", nargs=-1, type=PATH)
@click.option("--out", type=PATH, required=True, help="Folder for the plan.")
@click.option(
    "--crosswalk",
    type=PATH,
    help="Crosswalk, or another plan, to begin with; without one no unit has a place.",
)
@click.option(
    "--seats", type=PATH, help="Table of seats: new_code, and seat (an old code) or lon, lat."
)
@shared.lang
@shared.reading
def new(
    *, old: tuple[Path, ...], out: Path, crosswalk: Path | None, seats: Path | None,
    reading: dict[str, Any],
) -> int:  # fmt: skip
    """Make a plan of the old units in LAYER; without any, those of the embedded sample."""
    from geo_merge.planning.opening import source_of
    from geo_merge.planning.places import with_seats
    from geo_merge.planning.plan import unassigned
    from geo_merge.planning.store import SavedPlan, check_target, is_plan, save
    from geo_merge.reading.tables import read_table
    from geo_merge.units.layers import read_units
    from geo_merge.vocabulary.memory import findings_of

    check_target(out)
    if is_plan(out):
        raise UsageError(sentence("command.plan_there", folder=out))
    if not old:
        from geo_merge.jobs.sample import sample_files

        old = tuple(sample_files()[0])
    country, encoding = reading["country"], reading["encoding"]
    units = read_units(*old, **reading)
    made, found = unassigned(units), tuple(findings_of(units))
    if crosswalk is not None:
        made, more = _of_table(crosswalk, units, country, encoding)
        found += more
    if seats is not None:
        table = read_table(seats, encoding=encoding, country=country)
        made, unsettled = with_seats(made, table, seats.name)
        if unsettled:
            say(sentence("done.warned", warning=sentence(
                "done.seats_open", file=seats.name, n=len(unsettled), codes=unsettled[:10]
            )))  # fmt: skip
    say_findings(found)
    how = {name: value for name, value in reading.items() if name != "country"}
    save(SavedPlan(made, source_of(old, out, how)), out)
    answer(*headline(made))
    say(sentence("done.wrote_plan", folder=out))
    return OK


def _of_table(
    path: Path,
    units: gpd.GeoDataFrame,
    country: Country,
    encoding: str | None,
) -> tuple[Plan, tuple[Any, ...]]:
    """Return the plan of a crosswalk, or of another plan with its seats, notes and locks."""
    from geo_merge.planning.adopt import plan_of_crosswalk
    from geo_merge.planning.fit import fit
    from geo_merge.planning.plan import old_units_of
    from geo_merge.planning.store import is_plan, load
    from geo_merge.units.crosswalk import read_crosswalk

    if is_plan(path):
        return fit(load(path).plan, old_units_of(units))
    table = read_crosswalk(path, encoding=encoding, country=country)
    return plan_of_crosswalk(units, table, country=country)


@plan.command()
@click.argument("directory", metavar="PLAN", type=PATH)
@measuring
@_out
@shared.lang
@shared.as_json
def show(
    *, directory: Path, out: tuple[Path, ...], as_json: bool,
    **measuring: Any,  # noqa: ANN401
) -> int:  # fmt: skip
    """Print the figures of PLAN: its units, what has no place, what does not hang together."""
    from geo_merge.planning.figures import summary_of
    from geo_merge.planning.tables import lines_of_table, members_table, units_table

    opened, layer, figures = opened_figures(directory, measuring)
    units = units_table(figures)
    write_tables({"units": units, "members": members_table(figures, layer)}, out, language_of())
    if as_json:
        print_json({**summary_of(figures, layer), "units": records(units)})
        return OK
    language = language_of()
    answer(*headline(opened.plan), *summary_lines(figures, layer))
    columns = ["code", "name", "unit_type", "member_count", "area_km2", "population", "density",
               "compactness", "parts", "distance_km"]  # fmt: skip
    answer(*lines_of_table(units[columns], "units", language))
    return OK


@plan.command()
@click.argument("directory", metavar="PLAN", type=PATH)
@_holding
@measuring
@_out
@click.option("--result", type=PATH, help="Folder that build wrote of this plan: standards.csv "
              "goes there, for its papers.")  # fmt: skip
@shared.lang
@shared.as_json
def check(
    *, directory: Path, standard: str | None, out: tuple[Path, ...], result: Path | None,
    as_json: bool, **chosen: Any,  # noqa: ANN401
) -> int:  # fmt: skip
    """Hold PLAN against a standard; exit status 1 if a unit falls short or has no place.

    Value, standard, per cent, verdict and clause of every unit; what is not known is said to be
    so. Without --standard, the standards are listed.
    """
    from geo_merge.planning.standard_files import known_standards, read_standard
    from geo_merge.planning.tables import lines_of_table, units_table, verdicts_table

    if standard is None:
        for name in known_standards():
            law = read_standard(name)
            answer(sentence("done.standard", name=name, law=law.law[language_of()],
                            inputs=list(law.inputs)))  # fmt: skip
        return OK
    law = read_standard(standard)
    opened, layer, figures = opened_figures(directory, chosen)
    checked = held(figures, layer, law, chosen)
    table = verdicts_table(checked, "en" if as_json else language_of())
    write_tables({"verdicts": table, "units": units_table(figures)}, out, language_of())
    if result is not None:
        write_standards(checked, opened.plan, result, language_of())
    if as_json:
        print_json({"standard": law.id, "figures_from": checked.figures_from,
                    "count": checked.count(), "verdicts": records(table),
                    "without_place": list(opened.plan.without_place)})  # fmt: skip
    else:
        language = language_of()
        answer(*headline(opened.plan), *check_lines(checked, law, language))
        columns = ["code", "name", "class", "belongs", "quantity", "value", "required", "percent",
                   "verdict"]  # fmt: skip
        answer(*lines_of_table(table[columns], "verdicts", language))
    apart = [c for c, u in figures.units.items() if not u.contiguous]
    if apart:
        told = sentence("done.apart", n=len(apart), codes=apart[:10])
        say(sentence("done.warned", warning=told))
    outside = [c for c, u in figures.units.items() if u.seat_outside]
    if outside:
        told = sentence("done.seats_outside", n=len(outside), codes=outside[:10])
        say(sentence("done.warned", warning=told))
    short = checked.count().get("not met", 0)
    return FINDINGS if short or apart or not opened.plan.finished else OK


@plan.command()
@click.argument("one", metavar="PLAN", type=PATH)
@click.argument("two", metavar="OTHER", type=PATH)
@_holding
@measuring
@_out
@click.option("--map", "page", type=PATH, help="FILE.html for a map of the differences.")
@shared.lang
@shared.as_json
def compare(
    *, one: Path, two: Path, standard: str | None, out: tuple[Path, ...], page: Path | None,
    as_json: bool, **chosen: Any,  # noqa: ANN401
) -> int:  # fmt: skip
    """Say how OTHER, a plan or a crosswalk (the law), differs from PLAN.

    Units that are the same, grown or split, old units that moved, people and land that change
    company, standards met on each side, distances. A plan with itself: nothing.
    """
    from geo_merge.planning.compare import compare as compare_plans
    from geo_merge.planning.compare import comparison_tables
    from geo_merge.planning.figures import figures_of
    from geo_merge.planning.standard_files import read_standard

    law = None if standard is None else read_standard(standard)
    opened, layer, figures = opened_figures(one, chosen)
    other, found = _of_table(two, opened.layer, country_of(chosen["country"]), None)
    say_findings(found)
    both = figures, figures_of(other, layer, before=figures, distances=distances_of(chosen))
    checked = None if law is None else (
        held(both[0], layer, law, chosen), held(both[1], layer, law, chosen))  # fmt: skip
    comparison = compare_plans(opened.plan, other, layer)
    tables = comparison_tables(comparison, layer, both, checked)
    write_tables(tables, out, language_of())
    if page is not None:
        write_map(comparison, opened.layer, (one.name, two.name), page, language_of())
    if as_json:
        print_json({"count": comparison.count(),
                    **{name: records(table) for name, table in tables.items()}})  # fmt: skip
        return OK
    answer(*comparison_lines(comparison, tables, language_of()))
    return OK


def opened_figures(
    directory: Path, chosen: dict[str, Any]
) -> tuple[OpenPlan, PlanLayer, PlanFigures]:
    """Open a plan, measure its layer, and return its figures; say what was found."""
    from geo_merge.planning.figures import figures_of
    from geo_merge.planning.layer import measure
    from geo_merge.planning.opening import open_plan
    from geo_merge.planning.places import positions_of
    from geo_merge.reading.tables import read_table

    country = country_of(chosen["country"])
    opened = open_plan(directory, layers=chosen["layers"], country=country)
    found, positions = opened.findings, None
    if (table := chosen["positions"]) is not None:
        positions, more = positions_of(read_table(table, country=country), opened.layer, table.name)
        found += more
    say_findings(found)
    layer = measure(opened.layer, rules=parse_rules(chosen["rules"]), positions=positions,
                    shortest_border=chosen["border"])  # fmt: skip
    bad = [code for code, good in zip(layer.codes, layer.usable, strict=True) if not good]
    if bad:
        told = sentence("done.no_polygon", n=len(bad), codes=bad[:10])
        say(sentence("done.warned_of", check="G04", warning=told))
    return opened, layer, figures_of(opened.plan, layer, distances=distances_of(chosen))


def distances_of(chosen: dict[str, Any]) -> Any:  # noqa: ANN401 - planning.distances.Distances
    """Return how distances are measured: along the roads that were given, else straight."""
    from geo_merge.planning.distances import StraightLine
    from geo_merge.planning.roads import Roads
    from geo_merge.reading.sources import open_layer

    if chosen["roads"] is None:
        return StraightLine()
    return Roads(open_layer(chosen["roads"]).frame)


def held(
    figures: PlanFigures, layer: PlanLayer, standard: Standard, chosen: dict[str, Any]
) -> Checked:
    """Hold a plan against a standard, as the options of a command say."""
    from geo_merge.planning.check import check_plan, declared_figures
    from geo_merge.planning.inputs import Inputs, inputs_of_table, parse_inputs
    from geo_merge.reading.tables import read_table

    every = parse_inputs(chosen["inputs_of_all"], standard)
    inputs = Inputs(every)
    if (path := chosen["inputs"]) is not None:
        told = inputs_of_table(read_table(path), figures.plan, standard, path.name)
        inputs = Inputs(every, told.old, told.new)
    declared = None
    if (path := chosen["declared"]) is not None:
        declared = declared_figures(read_table(path), figures.plan)
    return check_plan(figures, layer, standard, inputs, declared=declared,
                      settled=settled_of(chosen["settled"]))  # fmt: skip


def settled_of(texts: tuple[str, ...]) -> dict[str, bool]:
    """Return what ``ID=yes`` and ``ID=no`` say."""
    result = {}
    for text in texts:
        name, _, value = text.partition("=")
        if value not in {"yes", "no"}:
            raise UsageError(sentence("command.hold", text=text))
        result[name] = value == "yes"
    return result
