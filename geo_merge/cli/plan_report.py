"""What the commands on plans print and write: lines for people, tables, JSON."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo_merge.cli.options import say
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import and_more, sentence

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo_merge.planning.check import Checked
    from geo_merge.planning.compare import Comparison
    from geo_merge.planning.figures import PlanFigures
    from geo_merge.planning.layer import PlanLayer
    from geo_merge.planning.plan import Plan
    from geo_merge.planning.standards import Standard
    from geo_merge.texts import Language

_NAMED = 10  # units without a place that a headline names


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table row by row, for JSON; what is not known is null."""
    return [
        {str(k): None if isinstance(v, float) and v != v else v for k, v in row.items()}  # noqa: PLR0124
        for row in table.to_dict("records")
    ]


def write_tables(
    tables: dict[str, pd.DataFrame], out: tuple[Path, ...], language: Language
) -> None:
    """Write tables to a workbook, for people, or each to a CSV of its own, for programs."""
    from geo_merge.planning.tables import headed
    from geo_merge.results.formats import write_csv, write_workbook
    from geo_merge.writing.files import whole_file

    for path in out:
        if path.suffix.lower() == ".xlsx":
            with whole_file(path) as temporary:
                write_workbook(headed(tables, language), temporary)
            say(sentence("done.wrote", path=path))
        elif path.suffix.lower() == ".csv":
            for name, table in tables.items():
                target = path.with_name(f"{path.stem}_{name}.csv")
                with whole_file(target) as temporary:
                    write_csv(table, temporary)
                say(sentence("done.wrote", path=target))
        else:
            raise UsageError(sentence("command.table", path=path))


def write_standards(checked: Checked, plan: Plan, result: Path, language: Language) -> None:
    """Write ``standards.csv`` to a result that was made of the plan; papers read it there.

    Raises
    ------
    UsageError
        If the folder holds no result, or that of another plan.
    """
    from geo_merge.planning.tables import standards_table
    from geo_merge.reading.tables import read_table
    from geo_merge.results.files import write_beside
    from geo_merge.results.formats import write_csv

    if not (result / "manifest.json").is_file() or not (result / "crosswalk.csv").is_file():
        raise UsageError(sentence("command.not_built", folder=result))
    used = read_table(result / "crosswalk.csv", encoding="utf-8")
    built = dict(zip(used["old_code"], used["new_code"], strict=True))
    planned = {c: plan.home[c] or "" for c, unit in plan.old.items() if not unit.is_piece}
    other = sorted(code for code in {*built, *planned} - {""}
                   if built.get(code) != planned.get(code))  # fmt: skip
    if other:
        raise UsageError(
            sentence("command.other_plan", folder=result, n=len(other), units=other[:10])
        )
    table = standards_table(checked, language)
    write_beside(result, "standards.csv", lambda path: write_csv(table, path))
    say(sentence("done.wrote", path=result / "standards.csv"))


def write_map(
    comparison: Comparison, layer: gpd.GeoDataFrame, titles: tuple[str, str], path: Path,
    language: Language,
) -> None:  # fmt: skip
    """Write the map of the differences of two plans; UsageError if the file is no page."""
    from geo_merge.planning.difference import difference_html
    from geo_merge.writing.files import whole_file

    if path.suffix.lower() not in (".html", ".htm"):
        raise UsageError(sentence("command.map", path=path))
    with whole_file(path) as temporary:
        temporary.write_text(difference_html(comparison, layer, titles, language), "utf-8")
    say(sentence("done.wrote", path=path))


def headline(made: Plan) -> list[str]:
    """Return how many units a plan has, and which have no place."""
    left = made.without_place
    pieces = sum(unit.is_piece for unit in made.old.values())
    land = sentence("planning.and_land", n=pieces) if pieces else ""
    lines: list[str] = [
        sentence("planning.headline", n=len(made.old) - pieces, land=land, new=len(made.new))
    ]
    if left:
        first = ", ".join(str(made.old[code]) for code in left[:_NAMED])
        told = and_more(first, len(left) - _NAMED)
        lines.append(sentence("planning.without_place", n=len(left), told=told))
    return lines


def summary_lines(figures: PlanFigures, layer: PlanLayer) -> list[str]:
    """Return the figures of a plan in all."""
    from geo_merge.planning.figures import summary_of

    total = summary_of(figures, layer)
    people, field = total["population"], total["population_field"]
    lines: list[str] = [sentence(
        "planning.fewer", old=total["before"]["count"], new=total["after"]["count"],
        percent=total["reduction_percent"], km2=total["area_km2"],
        people="" if people is None else sentence("planning.and_people", n=people, field=field),
    )]  # fmt: skip
    if total["distance_km"] is not None:
        lines.append(sentence("planning.to_the_seat", mean=total["distance_km"],
                              longest=total["longest_km"]))  # fmt: skip
    if not layer.population_field:
        lines.append(sentence("planning.people_unknown"))
    elif lacking := total["without_distance"]:
        lines.append(sentence("planning.distance_unknown", n=len(lacking), told=lacking[:10]))
    apart = [c for c, u in figures.units.items() if not u.contiguous]
    if apart:
        lines.append(sentence("planning.not_contiguous", told=apart))
    outside = [c for c, u in figures.units.items() if u.seat_outside]
    if outside:
        lines.append(sentence("planning.seats_outside", told=outside))
    islands = [sentence("planning.islands_of", told=list(u.islands), code=c)
               for c, u in figures.units.items() if u.islands]  # fmt: skip
    if islands:
        lines.append(sentence("planning.islands", told=islands))
    if total["empty"]:
        lines.append(sentence("planning.empty", told=list(total["empty"])))
    return lines


def check_lines(checked: Checked, law: Standard, language: Language) -> list[str]:
    """Return how many units have which verdict, and on what that rests."""
    from geo_merge.planning.tables import said
    from geo_merge.planning.verdicts import Verdict
    from geo_merge.texts import number, say

    counts = ", ".join(f"{number(n, language)} {said(Verdict(v), language)}"
                       for v, n in checked.count().items())  # fmt: skip
    lines = [f"{law.law[language]}: {counts}",
             sentence("planning.figures_from", told=checked.figures_from)]  # fmt: skip
    for one in checked.province.classes if checked.province else ():
        unknown = "" if one.belongs else say("planning.whole_unknown", language)
        lines.append(sentence("planning.as_a_whole", title=one.unit_class.names[language],
                              belongs=unknown, verdict=said(one.verdict, language)))  # fmt: skip
    if law.population_as_of:
        lines.append(sentence("planning.as_of", date=_day(str(law.population_as_of), language)))
    if law.remarks:
        lines.append(law.remarks[language])
    return lines


def _day(text: str, language: Language) -> str:
    """Return a day as a language writes it: 31/12/2024 or 2024-12-31."""
    parts = text.split("-")
    return "/".join(reversed(parts)) if language == "vi" and len(parts) == 3 else text  # noqa: PLR2004


def comparison_lines(
    comparison: Comparison, tables: dict[str, pd.DataFrame], language: Language
) -> list[str]:
    """Return how two plans differ; one line if they do not."""
    from geo_merge.planning.tables import lines_of_table
    from geo_merge.texts import number
    from geo_merge.texts import say as text

    if not comparison.differences and not comparison.moved:
        return [sentence("planning.no_difference", n=len(comparison.pairs))]
    counts = ", ".join(f"{number(n, language)} {text(f'difference.change_{change}', language)}"
                       for change, n in comparison.count().items())  # fmt: skip
    lines = [f"{text('plan_quantity.new_units', language)}: {counts}"]
    for name in ("summary", "units", "moved"):
        table = tables[name]
        wide = ["joined", "left", "members_1", "members_2", "area_km2_1", "area_km2_2"]
        shown = lines_of_table(table.drop(columns=wide, errors="ignore"), name, language)
        if shown:
            lines += ["", text(f"plan_sheet.{name}", language), *shown]
    return lines
