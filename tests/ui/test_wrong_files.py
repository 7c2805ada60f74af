"""Files that are not what they are given for: told when they are given, before any merger."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import shapely.affinity

from geo_merge.errors import GeoMergeError
from geo_merge.jobs.job import Job
from geo_merge.jobs.preview import Preview, look
from geo_merge.texts import LANGUAGES, say
from geo_merge.ui import told, work
from geo_merge.vocabulary.sentence import said

Grid = Callable[..., gpd.GeoDataFrame]
AROUND = 100_000.0  # metres


@pytest.fixture
def job(grid: Grid, tmp_path: Path) -> Job:
    """Four squares, one of which goes to both new units."""
    old = grid(2, 2)
    old.reset_index().to_file(tmp_path / "old.gpkg")
    whole = old.geometry.union_all()
    middle = old.geometry.iloc[0].centroid
    layers: dict[str, Any] = {
        "points": old.geometry.centroid,
        "lines": old.geometry.boundary,
        "elsewhere": old.geometry.translate(AROUND, AROUND),
        "whole": [whole],
        "pond": [middle.buffer(10)],
        "across": [shapely.LineString([(middle.x, middle.y - 1e4), (middle.x, middle.y + 1e4)])],
    }
    for name, shapes in layers.items():
        frame = gpd.GeoDataFrame(geometry=list(shapes), crs=old.crs)
        codes = ["N", "M", "O", "P"][: len(frame)]
        frame.assign(new_code=codes, name=codes).to_file(tmp_path / f"{name}.gpkg")
    new = old.geometry.iloc[:2].set_axis(["8", "9"]).rename_axis("new_code")
    gpd.GeoDataFrame(geometry=new).reset_index().to_file(tmp_path / "other_codes.gpkg")
    gpd.GeoDataFrame(geometry=new.set_axis(["N", "M"]).rename_axis("new_code")
                     ).reset_index().to_file(tmp_path / "new.gpkg")  # fmt: skip
    rows = {"old_code": [*old.index, old.index[0]], "new_code": [*"NNMMM"], "new_name": [*"NNMMM"]}
    table = pd.DataFrame(rows)
    table.to_csv(tmp_path / "divided.csv", index=False)
    table.head(4).to_csv(tmp_path / "table.csv", index=False)
    for name, codes in (("declared", [*"NM"]), ("of_others", [*"XY"])):
        figures = pd.DataFrame({"new_code": codes, "area_km2": ["1", "2"]})
        figures.to_csv(tmp_path / f"{name}.csv", index=False)
    return Job(old=(tmp_path / "old.gpkg",), crosswalk=tmp_path / "table.csv")


def given(job: Job, role: str, name: str) -> Preview:
    """Look into a job with one more file."""
    path = job.old[0].with_name(name)
    many: dict[str, Any] = {"reference": (path,), "enclave": (str(path),)}
    if role == "divide":
        job = replace(job, crosswalk=path.with_name("divided.csv"))
    return look(replace(job, **{role: many.get(role, path)}))


WRONG = [
    *((role, "points.gpkg", "G03") for role in ("reference", "outline", "water", "enclave", "divide")),
    *((role, "elsewhere.gpkg", "R02") for role in ("reference", "outline", "water", "enclave", "divide")),
    *((role, "lines.gpkg", "G03") for role in ("reference", "outline", "water", "enclave")),
    ("reference", "other_codes.gpkg", "D02"),
    ("declared", "table.csv", "W07"),
    ("declared", "of_others.csv", "D02"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "name", "check"), WRONG)
def test_a_file_that_is_not_what_it_is_given_for_is_told_before_the_merger(
    job: Job, role: str, name: str, check: str
) -> None:
    found = given(job, role, name)
    (problem,) = found.wrong[name]
    assert found.problems == (problem,)
    assert problem.startswith(name)
    for language in LANGUAGES:
        sentence = told.on_page(said(problem, language))
        assert f"[{check}]" in sentence
        assert "--" not in sentence
        assert say("option.other", language) not in sentence
    assert found.layers  # what the other files hold is shown all the same


@pytest.mark.parametrize(("role", "name"), [
    ("reference", "new.gpkg"), ("outline", "whole.gpkg"), ("water", "pond.gpkg"),
    ("enclave", "pond.gpkg"), ("divide", "across.gpkg"), ("declared", "declared.csv"),
])  # fmt: skip
def test_a_file_that_is_what_it_is_given_for_is_no_problem(job: Job, role: str, name: str) -> None:
    found = given(job, role, name)
    assert found.wrong == {}
    assert found.problems == ()


def test_a_reference_may_come_in_several_files(job: Job) -> None:
    """As on the command line: one a province."""
    whole = gpd.read_file(job.old[0].with_name("new.gpkg"))
    mine = work.begin()
    for k in range(len(whole)):
        part = job.old[0].with_name(f"part{k}.gpkg")
        whole.iloc[[k]].to_file(part)
        mine.take("reference", [part])
    assert [path.name for path in mine.job().reference] == [
        f"part{k}.gpkg" for k in range(len(whole))
    ]
    together = replace(job, reference=mine.job().reference)
    assert look(together).problems == ()
    one = replace(job, reference=(job.old[0].with_name("new.gpkg"),))
    both = [each.run(lambda _: None).reconciliation for each in (together, one)]
    assert both[0] is not None
    assert len(both[0]) == len(whole) > 1
    pd.testing.assert_frame_equal(*both)


@pytest.mark.parametrize("here", [True, False])
def test_a_line_that_leads_nowhere_is_told_in_a_sentence(job: Job, *, here: bool) -> None:
    ends = [1e300, *([22.0] if here else [])]
    lines = [{"type": "LineString", "coordinates": [[106.0, 21.0], [106.0, end]]} for end in ends]
    features = [{"type": "Feature", "properties": {}, "geometry": line} for line in lines]
    job.old[0].with_name("far.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features}), "utf-8"
    )
    found = given(job, "divide", "far.geojson")
    assert all(problem.endswith(".") for problem in found.problems)
    assert any("[R02]" in problem for problem in found.problems), found.problems


def test_every_wrong_file_is_told_at_once(job: Job) -> None:
    here = job.old[0].parent
    found = look(replace(job, declared=here / "table.csv", outline=here / "elsewhere.gpkg",
                         water=here / "points.gpkg", crosswalk=None))  # fmt: skip
    assert {*found.wrong} == {"table.csv", "elsewhere.gpkg", "points.gpkg"}


def test_the_layer_of_any_file_with_several_can_be_chosen(job: Job) -> None:
    both = job.old[0].with_name("both.gpkg")
    for name in ("whole", "pond"):
        gpd.read_file(both.with_name(f"{name}.gpkg")).to_file(both, layer=name)
    for role in ("reference", "outline", "water", "enclave", "divide"):
        found = given(job, role, both.name)
        assert {name: {*layers} for name, layers in found.choices.items()} == {
            both.name: {"pond", "whole"}
        }, role
    chosen = replace(job, outline=both, layers={both: "whole"})
    assert look(chosen).problems == ()


def test_an_outline_of_units_that_lie_about_it_is_theirs(grid: Grid, tmp_path: Path) -> None:
    """A unit with a bay has its middle beyond its own land."""
    old = grid(1, 1)
    (square,) = old.geometry
    bay = shapely.affinity.scale(square, 0.8, 0.8)
    old.geometry = [square - bay]
    old.reset_index().to_file(tmp_path / "old.gpkg")
    old.to_file(tmp_path / "outline.gpkg")
    found = look(Job(old=(tmp_path / "old.gpkg",), outline=tmp_path / "outline.gpkg"))
    assert found.problems == ()


@pytest.mark.parametrize(("at", "check"), [((6.5, 6.5), "R02"), ((1.5, 6.5), ""), ((0.5, 6.5), "")])
def test_water_that_touches_no_unit_is_told_though_it_lies_among_them(
    grid: Grid, tmp_path: Path, at: tuple[float, float], check: str
) -> None:
    """Units along two sides of a box of 9 km: ponds in its far corner, beside one, in one."""
    old = grid(9, 9)
    middles = old.geometry.centroid
    west, south = middles.x.min(), middles.y.min()
    old[(middles.x < west + 500) | (middles.y < south + 500)].reset_index().to_file(
        tmp_path / "old.gpkg"
    )
    pond = shapely.Point(west + 1000 * (at[0] - 0.5), south + 1000 * (at[1] - 0.5)).buffer(100)
    gpd.GeoDataFrame(geometry=[pond], crs=old.crs).to_file(tmp_path / "pond.gpkg")
    job = Job(old=(tmp_path / "old.gpkg",))
    for role, value in (
        ("water", tmp_path / "pond.gpkg"),
        ("enclave", (str(tmp_path / "pond.gpkg"),)),
    ):
        found = look(replace(job, **{role: value}))
        told_of = [(name, problem) for name, told_ in found.wrong.items() for problem in told_]
        assert [name for name, _ in told_of] == ["pond.gpkg"] * bool(check)
        assert all("5.4 km" in problem and f"[{check}]" in problem for _, problem in told_of)


def test_a_layer_that_divides_nothing_is_told_at_its_place(job: Job) -> None:
    """The crosswalk divides no unit; or it does, and the lines leave the unit whole."""
    here = job.old[0].parent
    idle = look(replace(job, divide=here / "across.gpkg"))
    (problem,) = idle.wrong["across.gpkg"]
    assert problem.startswith("across.gpkg (--divide): the crosswalk divides no unit")
    assert idle.problems == (problem,)
    with pytest.raises(GeoMergeError, match="divides no unit"):
        replace(job, divide=here / "across.gpkg").run()
    whole = gpd.read_file(here / "across.gpkg")
    whole.geometry = whole.geometry.translate(1000)  # through the next unit
    whole.to_file(here / "beside.gpkg")
    uncut = given(job, "divide", "beside.gpkg")
    (problem,) = uncut.wrong["beside.gpkg"]
    assert uncut.problems == (problem,)
    assert "[W05]" in problem


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson"])
@pytest.mark.parametrize("crosswalk", [True, False])
def test_points_divide_nothing_whatever_their_format(
    job: Job, ending: str, *, crosswalk: bool
) -> None:
    points = job.old[0].with_name(f"points.{ending}")
    gpd.read_file(job.old[0].with_name("points.gpkg")).to_file(points)
    table = job.old[0].with_name("divided.csv") if crosswalk else None
    found = look(replace(job, divide=points, crosswalk=table))
    (problem,) = found.wrong[points.name]
    assert "[G03]" in problem
    assert "lines" in problem
