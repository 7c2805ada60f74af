"""The command on a person's own tables: geo-merge recode."""

# Heavy imports wait until a command needs them: --help must not.
# ruff: noqa: PLC0415
from __future__ import annotations

import io
import sys
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from geo_merge.cli import options as shared
from geo_merge.cli.options import FINDINGS, OK, PATH, answer, complain, progress, say
from geo_merge.errors import UsageError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo_merge.recoding.matching import AtPoint
    from geo_merge.recoding.plan import Plan
    from geo_merge.recoding.reform import Reform
    from geo_merge.recoding.run import Recoded
    from geo_merge.vocabulary.country import Country
    from geo_merge.vocabulary.places import Places, Side


@click.command()
@click.argument("table", type=PATH)
@click.option(
    "--crosswalk",
    "crosswalks",
    type=PATH,
    multiple=True,
    help="CSV or XLSX: old_code, new_code, new_name, ...; several follow one another.",
)
@click.option("--province", help="One of the 34 provinces of Vietnam: code or name, as 24.")
@click.option("--result", type=PATH, help="A folder that build wrote: its crosswalk and polygons.")
@click.option("--to", type=click.Choice(["new", "old"]), help="Where to go.  [default: new]")
@click.option(
    "--out", type=PATH, help="FILE.xlsx, or FILE.csv and others beside it; else rows are printed."
)
@click.option("--column", "columns", multiple=True, metavar="ROLE=COLUMN",
              help="What a column holds, if it is taken for something else: code, name, unit_type, "
              "district, province, address, lon, lat, figures or labels; repeatable.")  # fmt: skip
@click.option("--vintage", type=click.Choice(["old", "new"]),
              help="Of which side the units of the table surely are.")  # fmt: skip
@click.option("--as-of", help="A day on which the units of the table existed: 2025-06-30.")
@click.option("--aggregate", is_flag=True, help="Also add rows up by new units.")
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="FIELD=RULE",
    help="For --aggregate: sum, area, population, mean:WEIGHT, list, largest, mixed, keep or drop; "
    "repeatable.",
)
@click.option("--weights", help="Column of the crosswalk whose figures divide the divided units.")
@click.option("--layer", type=PATH, help="Polygons of the units to go to; points settle rows.")
@click.option("--strict", is_flag=True, help="Write nothing if rows are left.")
@shared.encoding
@shared.limits
@shared.country
def recode(*, table: Path, out: Path | None, strict: bool, **given: Any) -> int:  # noqa: ANN401
    """Bring a table from old units to new ones, or back, with every row accounted for.

    TABLE is CSV, XLSX, Parquet or a folder of Parquet, with codes, names, addresses or points.
    Without --crosswalk, --province or --result, the communes of Vietnam of July 2025.
    """
    from geo_merge.recoding.run import lines_of, problems_of, write

    how, rules = _plan(table, given)
    say(*how.told)
    stream: IO[str] = sys.stdout if out is None else io.StringIO()
    with progress() as tell:
        done, written = write(how, out or stream, rules=rules, strict=strict, progress=tell)
    say(*lines_of(done, how))
    for outcome, whys in problems_of(done).items():
        say(*(f"{str(outcome).capitalize()}: {why}" for why in whys))
    _report(done, how)
    answer(*map(str, written))
    return FINDINGS if done.left else OK


def _plan(table: Path, given: dict[str, Any]) -> tuple[Plan, list[str] | None]:
    """Return how the table will be recoded, and the rules by which it is added up."""
    from geo_merge.reading.table_stream import open_table
    from geo_merge.recoding.plan import plan
    from geo_merge.vocabulary.limits import parse
    from geo_merge.vocabulary.places import Side

    if given["rules"] and not given["aggregate"]:
        raise UsageError("--rule says how rows are added up; name --aggregate too.")
    country = shared.country_of(given["country"])
    _, sizes = parse(given["limits"])
    reform, at_point = _reform(given, country)
    opened = open_table(table, encoding=given["encoding"], sizes=sizes, country=country)
    target = Side(given["to"] or "new")
    how = plan(
        opened,
        reform,
        _places(reform, country),
        target,
        columns=given["columns"],
        vintage=_vintage(given["vintage"], given["as_of"], given),
        at_point=_points(given["layer"]) if given["layer"] else at_point[target],
    )
    say(*(f"{finding.message}" for finding in (*reform.findings, *opened.findings)))
    return how, list(given["rules"]) if given["aggregate"] else None


def _vintage(said: str | None, as_of: str | None, given: dict[str, Any]) -> Side | None:
    from geo_merge.vietnam.lookup.answers import IN_FORCE
    from geo_merge.vocabulary.places import Side

    if as_of is None:
        return None if said is None else Side(said)
    if given["crosswalks"] or given["result"]:
        raise UsageError("--as-of knows the day of Vietnam's reform alone; say --vintage instead.")
    try:
        day = date.fromisoformat(as_of)
    except ValueError:
        raise UsageError(f"--as-of {as_of}: write the day as 2025-06-30.") from None
    found = Side.NEW if day >= IN_FORCE else Side.OLD
    if said is not None and Side(said) is not found:
        raise UsageError(f"--as-of {as_of} is a day of {found} units, and --vintage says {said}.")
    return found


def _reform(given: dict[str, Any], country: Country) -> tuple[Reform, dict[Side, AtPoint | None]]:
    """Return the units and what became of them, and the polygons of a result."""
    from geo_merge.recoding.chain import chained
    from geo_merge.recoding.reform import reform_of
    from geo_merge.vocabulary.places import Side

    named = [n for n in ("crosswalks", "province", "result") if given[n]]
    if len(named) > 1:
        raise UsageError("Name one of --crosswalk, --province and --result.")
    points: dict[Side, AtPoint | None] = dict.fromkeys(Side)
    tables = [_read_crosswalk(path, country) for path in given["crosswalks"]]
    if given["result"]:
        from geo_merge.results.files import load_result

        load_result(given["result"])
        tables = [_read_crosswalk(given["result"] / "crosswalk.csv", country)]
        points = {side: _points(given["result"] / f"{side}_units.geojson") for side in Side}
    if not tables:
        tables = [_published(given["province"])]
    reforms = [
        reform_of(frame, weights=given["weights"], province_after=country.province_after)
        for frame in tables
    ]
    return chained(reforms), points


def _read_crosswalk(path: Path, country: Country) -> pd.DataFrame:
    from geo_merge.api import read_table

    return read_table(path, country=country)


def _published(province: str | None) -> pd.DataFrame:
    """Return the crosswalk of a province of Vietnam, or of all."""
    import pandas as pd

    from geo_merge.vietnam.gazetteer import crosswalk
    from geo_merge.vietnam.provinces import PROVINCES, find_province
    from geo_merge.vocabulary.memory import attach

    if province is not None:
        found = find_province(province)
        say(*filter(None, [found.note]))
        name, frame = found.name, crosswalk(found.code)
    else:
        codes = dict.fromkeys(new for _, _, new, _ in PROVINCES)
        name, frame = "Vietnam", pd.concat(map(crosswalk, codes), ignore_index=True)
    return attach(frame, sources=[{"source": f"the crosswalk of {name}"}])


def _places(reform: Reform, country: Country) -> Places:
    """Return how names are understood: those of Vietnam if the units are its, else as they are."""
    from geo_merge.recoding.plain import PlainPlaces
    from geo_merge.vietnam.country import VIETNAM
    from geo_merge.vietnam.lookup.places import VietnamPlaces, are_ours
    from geo_merge.vietnam.matching import Unit, Units
    from geo_merge.vocabulary.places import Side

    sides = {
        side: Units(
            Unit(key, u.name, u.unit_type, u.district_code, u.district, u.province_code, u.province)
            for key, u in reform.units[side].items()
        )
        for side in Side
    }
    if country.code != VIETNAM.code or not are_ours(sides[Side.OLD]):
        return PlainPlaces(reform)
    members = {
        key: [part.key for part in reform.parts(Side.NEW, key)] for key in reform.units[Side.NEW]
    }
    return VietnamPlaces(sides[Side.OLD], sides[Side.NEW], members)


def _points(path: Path) -> AtPoint:
    """Return what finds the unit of a layer at longitude and latitude."""
    import shapely

    from geo_merge.api import read_units

    layer: gpd.GeoDataFrame = read_units(path).to_crs(4326)
    tree = shapely.STRtree(layer.geometry.to_numpy())

    def at(lon: float, lat: float) -> str | None:
        found = tree.query(shapely.Point(lon, lat), predicate="covered_by")
        return str(layer.index[found[0]]) if len(found) == 1 else None

    return at


def _report(done: Recoded, how: Plan) -> None:
    """Print what the ledger says, and loudly if it does not add up."""
    for row in done.table:
        told = ", ".join(f"{name} {row[name]:,}" for name in ("before", "after", "unallocated"))
        say(f"{row['quantity']}: {told}")
        if not row["ok"]:
            complain(f"Error: {row['quantity']} of {how.table.name} does not add up by "
                     f"{row['difference']:,} [P01]; please report it.")  # fmt: skip
