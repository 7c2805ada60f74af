"""Islands and exclaves are what is usual in a layer, not what lies within one distance."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from conftest import CRS
from shapely.affinity import translate

from geo_merge.merging.merge import merge, validate

Grid = Callable[..., gpd.GeoDataFrame]
SIDE = 1000.0


def squares(**places: tuple[float, float]) -> gpd.GeoDataFrame:
    """Units of 1 km² by their corners in km."""
    shapes = [shapely.box(0, 0, SIDE, SIDE)] * len(places)
    moved = [translate(s, 400_000 + SIDE * x, 2_350_000 + SIDE * y)
             for s, (x, y) in zip(shapes, places.values(), strict=True)]  # fmt: skip
    return gpd.GeoDataFrame(
        {"name": list(places), "unit_type": "kommune"}, geometry=moved, crs=CRS,
        index=pd.Index(places, name="code"),
    )  # fmt: skip


def found(frame: gpd.GeoDataFrame, check: str, **new: str) -> list[tuple[str, list[str]]]:
    if new:
        table = pd.DataFrame({"old_code": list(new), "new_code": list(new.values())})
        findings = merge(frame, table.assign(new_name=table["new_code"])).findings
    else:
        findings = validate(frame)
    chosen = findings[findings["check"] == check]
    return list(zip(chosen["severity"], chosen["units"], strict=True))


MAINLAND = {"a": (0, 0), "b": (1, 0), "c": (2, 0), "d": (3, 0)}


def test_an_island_that_joins_the_nearest_unit_is_a_note() -> None:
    layer = squares(**MAINLAND, island=(3, 3))
    joined = {"a": "A", "b": "A", "c": "C", "d": "C", "island": "C"}
    assert found(layer, "G11", **joined) == [("info", ["C"])]


@pytest.mark.parametrize("place", [(3, 3), (4, 0)])
def test_a_member_nearer_to_another_unit_is_a_warning(place: tuple[float, float]) -> None:
    """Across water, or as an exclave."""
    layer = squares(**MAINLAND, other=place)
    joined = {"a": "A", "b": "A", "c": "C", "d": "C", "other": "A"}
    assert found(layer, "G11", **joined) == [("warning", ["A"])]


def test_parts_that_members_had_are_one_note() -> None:
    layer = squares(**MAINLAND)
    for code in ("a", "d"):
        island = translate(layer.geometry[code], 0, 5_000)
        layer.loc[[code], "geometry"] = [shapely.multipolygons([layer.geometry[code], island])]
    joined = {"a": "A", "b": "A", "c": "C", "d": "C"}
    assert found(layer, "G11", **joined) == [("info", ["A", "C"])]


def test_an_exclave_that_a_member_had_is_no_warning() -> None:
    """Like Baarle: the part of a lies between c and d, as it did before."""
    layer = squares(**{**MAINLAND, "d": (4, 0)})
    layer.loc[["a"], "geometry"] = [
        shapely.multipolygons([layer.geometry["a"], translate(layer.geometry["a"], 3_000, 0)])]  # fmt: skip
    assert found(layer, "G11", a="A", b="A", c="C", d="D") == [("info", ["A"])]


def test_one_island_is_asked_and_many_are_a_note() -> None:
    assert found(squares(**MAINLAND, i=(0, 9)), "G06") == [("warning", ["i"])]
    many = {f"i{k}": (3.0 * k, 9) for k in range(6)}
    assert found(squares(**MAINLAND, **many), "G06") == [("info", sorted(many))]


def test_one_far_beyond_the_others_is_asked_still() -> None:
    many = {f"i{k}": (3.0 * k, 9) for k in range(6)}
    layer = squares(**MAINLAND, **many, gone=(400, 0))
    assert found(layer, "G06") == [("warning", ["gone"]), ("info", sorted(many))]


def test_where_all_islands_lie_far_out_they_are_usual() -> None:
    """Sixty to a hundred kilometres from each other: an archipelago in the ocean."""
    many = {f"i{k}": (70.0 * (k + 1), 0) for k in range(6)}
    assert found(squares(**MAINLAND, **many), "G06") == [("info", sorted(many))]


def test_an_island_is_far_from_its_parent_only_where_others_are_nearer() -> None:
    layer = squares(**MAINLAND, i=(0, 15)).assign(district=["P", "P", "Q", "Q", "P"])
    assert found(layer, "G12") == []
    wrong = layer.assign(district=["P", "Q", "Q", "Q", "Q"]).drop(index="b")
    wrong.loc["i", "geometry"] = translate(wrong.geometry["a"], -15_000, 0)
    assert found(wrong, "G12") == [("warning", ["i"])]


def test_many_units_in_parts_are_told_worst_first_and_the_rest_once() -> None:
    """Of 23 units with a member in the next row but one, those with the most land apart."""
    pairs = {f"m{k}": (4 * k, 0) for k in range(23)} | {
        f"n{k}": (4 * k + 1.5, 0) for k in range(23)
    }
    between = {f"o{k}": (4 * k + 1.25, 0) for k in range(23)}
    layer = squares(**pairs, **between)
    narrow = [translate(shapely.box(0, 0, SIDE / 4 if c[0] == "o" else SIDE, SIDE), x, y)
              for c, (x, y) in zip(layer.index, layer.geometry.bounds[["minx", "miny"]].to_numpy(),
                                   strict=True)]  # fmt: skip
    layer = layer.set_geometry(gpd.GeoSeries(narrow, index=layer.index, crs=CRS))
    # n0 has more land than the others.
    layer.loc["n0", "geometry"] = layer.loc["n0", "geometry"].union(
        translate(layer.loc["n0", "geometry"], SIDE, 0)
    )
    joined = {f"{c}{k}": f"{'M' if c != 'o' else 'O'}{k}" for c in "mno" for k in range(23)}
    findings = merge(layer, pd.DataFrame(
        {"old_code": list(joined), "new_code": list(joined.values()),
         "new_name": list(joined.values())})).findings  # fmt: skip
    told = findings[findings["check"] == "G11"]
    assert told["severity"].tolist() == ["warning"] * 21
    assert sorted(map(len, told["units"])) == [1] * 20 + [3]
    assert sorted(chain.from_iterable(told["units"])) == sorted({f"M{k}" for k in range(23)})
    assert ["M0"] in told["units"].tolist()
    (rest,) = (row for row in told.itertuples() if len(row.units) == 3)
    one_each = shapely.get_parts(rest.geometry)
    assert len(one_each) == 3
    for unit, point in zip(rest.units, one_each, strict=True):
        assert layer.geometry[unit.replace("M", "n")].contains(point) or (
            layer.geometry[unit.replace("M", "m")].contains(point)
        )
