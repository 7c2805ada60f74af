"""How far people are, as the page is told: positions from a table, ways along roads, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_merge.errors import PlanError
from geo_merge.planning.history import History
from geo_merge.planning.inputs import Inputs
from geo_merge.planning.plan import NewUnit, unassigned
from geo_merge.planning.standard_files import read_standard
from geo_merge.ui.plan_layer import base_of
from geo_merge.ui.plan_ways import ways_of
from geo_merge.ui.plan_work import Base, File, Holding, Ways, Work

Grid = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def base(grid: Grid, tmp_path_factory: pytest.TempPathFactory) -> Base:
    """Two squares of 1 km² side by side."""
    path = tmp_path_factory.mktemp("layer") / "communes.gpkg"
    grid(2, 1, population=[10, 30]).reset_index().to_file(path)
    return base_of((File(path.name, path.read_bytes()),), {}, (path,))


@pytest.fixture
def work(base: Base) -> Work:
    """A plan of them in one unit, with its seat in the first."""
    plan = unassigned(base.frame)
    unit = NewUnit("N1", "Một", "Phường", seat="00001")
    plan = plan.with_(new={"N1": unit}, home=dict.fromkeys(plan.home, "N1"))
    return Work(base, (History(plan),))


def mean_km(work: Work) -> float | None:
    return work.figures.units["N1"].distance_km


def test_a_table_of_positions_replaces_the_middles_and_what_it_lacks_is_not_known(
    work: Work,
) -> None:
    assert mean_km(work) == pytest.approx(30 * 1.0 / 40, rel=1e-3)
    (x, y), (there, _) = work.base.layer.positions.tolist()
    half = (x + there) / 2 + (there - x) / 10  # 400 m nearer, in its own square
    table = f"old_code,lon,lat\n00001,{x},{y}\n00002,{half},{y}\n"
    ways, found = ways_of(work, File("places.csv", table.encode()), [])
    work.go(ways)
    assert found == ()
    assert mean_km(work) == pytest.approx(30 * 0.6 / 40, rel=1e-2)
    ways, _ = ways_of(work, File("one.csv", f"old_code,lon,lat\n00001,{x},{y}\n".encode()), [])
    work.go(ways)
    assert work.figures.units["N1"].without_distance == ("00002",)
    assert np.isnan(work.layer.positions[1]).all()
    work.go(Ways())
    assert mean_km(work) == pytest.approx(30 * 1.0 / 40, rel=1e-3)


def test_positions_outside_their_units_are_told_and_those_of_no_unit_refused(work: Work) -> None:
    (x, y), _ = work.base.layer.positions.tolist()
    table = f"old_code,lon,lat\n00002,{x},{y}\n"
    _, found = ways_of(work, File("places.csv", table.encode()), [])
    assert [f.check for f in found] == ["L05"]
    with pytest.raises(PlanError, match="99999"):
        ways_of(work, File("places.csv", f"old_code,lon,lat\n99999,{x},{y}\n".encode()), [])


def test_a_layer_of_roads_makes_ways_longer_and_is_followed_after_a_change(
    work: Work, tmp_path: Path
) -> None:
    pytest.importorskip("networkx")
    (x, y), (there, _) = work.base.layer.positions.tolist()
    up = y + (there - x)
    line = shapely.LineString([(x, y), (x, up), (there, up), (there, y)])
    path = tmp_path / "roads.geojson"
    gpd.GeoDataFrame(geometry=[line], crs=4326).to_file(path)
    ways, _ = ways_of(work, None, [File(path.name, path.read_bytes())])
    straight = mean_km(work)
    work.go(ways)
    assert straight is not None
    assert (mean_km(work) or 0) > 2.5 * straight
    work.do([{"id": 1, "operation": "set_seat", "unit": "N1", "seat": "00002"}])
    assert work.figures.units["N1"].farthest == "00001"
    assert work.figures.units["N1"].longest_km == pytest.approx(4 * straight, rel=0.05)


def test_the_plan_as_a_whole_is_held_against_what_is_asked_of_a_city(work: Work) -> None:
    law = read_standard("vn-112-2025")
    work.hold(Holding(law, Inputs({"city": True}), declared={"N1": {"population": 2_600_000.0}}))
    assert work.whole is not None
    (city,) = work.whole.classes
    values = {line.threshold.quantity: (line.value, str(line.verdict)) for line in city.lines}
    assert values["population"] == (2_600_000.0, "met")
    assert values["share:Phường"] == (100.0, "met")
    assert values["area_km2"][1] == "not met"
    work.do([{"id": 1, "operation": "retype", "unit": "N1", "unit_type": "Xã"}])
    assert work.whole.classes[0].lines[2].value == 0.0
    work.hold(None)
    assert work.whole is None
