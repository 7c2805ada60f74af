"""Units that lie over one another by the hundred: refused before they take the machine."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import orjson
import pytest
import shapely
from conftest import CRS, ORIGIN

from geo_merge.api import validate
from geo_merge.checks.stacked import refuse_stacked, refuse_woven
from geo_merge.errors import LayerError
from geo_merge.geometry.dissolve import dissolve
from geo_merge.geometry.edges import unmatched
from geo_merge.jobs.convert import Reading
from geo_merge.jobs.dissolve import dissolve as dissolve_file


def nearly(n: int) -> np.ndarray:
    """Squares of 1 km², each a metre north-east of the last: two edges of each pair cross twice."""
    step = np.arange(float(n))
    x, y = ORIGIN
    return shapely.box(x + step, y + step, x + 1000 + step, y + 1000 + step)


def layer(shapes: np.ndarray) -> gpd.GeoDataFrame:
    codes = [f"{k:05d}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"name": codes, "g": "A"}, geometry=shapes, index=codes, crs=CRS)


def test_copies_have_the_edges_of_one() -> None:
    one = shapely.Point(ORIGIN).buffer(500, quad_segs=100)
    copies = np.array([one, one.reverse(), one] * 300, dtype=object)
    assert len(unmatched(copies).lines()) == 1
    whole = dissolve(copies)
    assert whole.method == "edges"
    assert whole.faces is not None
    assert whole.faces.claims.tolist() == [900]
    assert whole.geometry.area == pytest.approx(one.area)


def test_copies_of_a_value_are_dissolved_and_told(tmp_path: Path) -> None:
    """As many as `build` refuses (C04), since what overlaps is what dissolving is for."""
    n = 400
    layer(np.repeat(nearly(1), n)).to_file(tmp_path / "l.gpkg")
    done = dissolve_file(tmp_path / "l.gpkg", tmp_path / "o.geojson", "g", reading=Reading())
    assert (done.read, done.written) == (n, 1)
    (overlap,) = done.findings
    assert overlap.check == "C04"
    assert len(overlap.units) == n
    assert "row 10 and 390 more (A) overlap" in overlap.message
    (feature,) = orjson.loads((tmp_path / "o.geojson").read_bytes())["features"]
    assert feature["properties"] == {"g": "A", "member_count": n}
    with pytest.raises(LayerError, match=r"400 of 400 rows lie where row \d+ does \[C04\]"):
        refuse_stacked(np.repeat(nearly(1), n), "l.gpkg")


def test_copies_of_two_that_overlap_are_each_counted(tmp_path: Path) -> None:
    """Of 250 and 250 rows, every second one: what one has, what both have, and what the other has."""
    shapes = np.tile(nearly(2), 250)
    layer(shapes).to_file(tmp_path / "l.gpkg")
    done = dissolve_file(tmp_path / "l.gpkg", tmp_path / "o.geojson", "g", reading=Reading())
    found = {round(f.geometry.area): f for f in done.findings if f.geometry is not None}
    assert sorted(len(f.units) for f in done.findings) == [250, 250, 500]
    assert len(found[999 * 999].units) == 500
    alone = [f for f in done.findings if len(f.units) == 250]
    first, second = sorted(alone, key=lambda f: f.units[0] != "row 1")
    assert first.units == tuple(f"row {k}" for k in range(1, 501, 2))
    assert second.units == tuple(f"row {k}" for k in range(2, 501, 2))


def test_hundreds_that_nearly_coincide_are_refused(tmp_path: Path) -> None:
    layer(nearly(300)).to_file(tmp_path / "l.gpkg")
    with pytest.raises(
        LayerError, match=r"l\.gpkg: 300 of 300 rows lie where row \d+ does \[C04\]"
    ):
        dissolve_file(tmp_path / "l.gpkg", tmp_path / "o.geojson", "g", reading=Reading())
    assert not (tmp_path / "o.geojson").exists()


def test_overlaps_in_more_pieces_than_can_be_told_are_refused(tmp_path: Path) -> None:
    """Of n such squares n² - 3n + 3 pieces are claimed by several: 1 of two, 3 of three."""
    piled = r"70 of 70 units lie where 00000 \(00000\) does, on 4,693 pieces of land \[C04\]"
    with pytest.raises(LayerError, match=piled):
        validate(layer(nearly(70)))
    layer(nearly(100)).to_file(tmp_path / "l.gpkg")
    with pytest.raises(LayerError, match=r"100 of 100 units lie where row 1 does, on 9,703 pieces"):
        dissolve_file(tmp_path / "l.gpkg", tmp_path / "o.geojson", "g", reading=Reading())


def test_scattered_units_are_not_stacked() -> None:
    """Each of 250 units has a part in the south-west and one in the north-east: all boxes meet."""
    x, y = ORIGIN
    at = np.arange(250) * 10.0
    west = shapely.box(x + at, y, x + at + 10, y + 10)
    east = shapely.box(x + at, y + 5000, x + at + 10, y + 5010)
    shapes = np.array([shapely.multipolygons(pair) for pair in zip(west, east[::-1], strict=True)])
    refuse_stacked(shapes, "l.gpkg")
    refuse_woven(shapes, "l.gpkg", np.arange(250))


def fan(n: int) -> np.ndarray:
    """Slivers around one point, each with an edge of both neighbours: all boxes of a quarter meet."""
    turn = np.linspace(0, np.pi / 2, n + 1)
    rim = np.column_stack([np.cos(turn), np.sin(turn)]) * 20_000 + ORIGIN
    return np.array([shapely.Polygon([ORIGIN, *pair]) for pair in pairwise(rim)])


def nested(n: int) -> np.ndarray:
    """Rings within rings: all boxes meet, and around one there are all others."""
    rings = [shapely.Point(ORIGIN).buffer(50.0 * k, quad_segs=4).exterior for k in range(1, n + 1)]
    around = [shapely.Polygon(out, [into]) for into, out in pairwise(rings)]
    return np.array([shapely.Polygon(rings[0]), *around])


@pytest.mark.parametrize("shapes", [fan(300), nested(300)], ids=["fan", "rings"])
def test_units_that_share_corners_or_edges_are_not_stacked(
    shapes: np.ndarray, tmp_path: Path
) -> None:
    assert shapely.STRtree(shapes).query(shapes).shape[1] == 300**2
    assert validate(layer(shapes)).empty
    layer(shapes).to_file(tmp_path / "l.gpkg")
    done = dissolve_file(tmp_path / "l.gpkg", tmp_path / "o.geojson", "g", reading=Reading())
    assert done.findings == ()
    gone = np.array([None, shapely.Polygon()])
    refuse_stacked(np.concatenate([gone, shapely.multipolygons(shapes[:, None])]), "l.gpkg")
    with pytest.raises(LayerError, match=r"l\.gpkg: 30\d of 600 rows lie where row \d+ does"):
        refuse_stacked(np.concatenate([shapes, np.repeat(nearly(1), 300)]), "l.gpkg")


def test_of_very_many_that_could_lie_on_one_another_some_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("geo_merge.checks.stacked._LOOKED", 1000)
    refuse_stacked(fan(300), "l.gpkg")
    with pytest.raises(LayerError, match="300 of 300 rows"):
        refuse_stacked(nearly(300), "l.gpkg")


def test_polygons_that_are_nowhere_are_left_to_the_check_of_coordinates() -> None:
    """Of boxes that reach to infinity nobody can tell what lies in them."""
    endless = shapely.Polygon([(np.inf, 1e308), (np.inf, np.inf), *[(np.inf, 1e308)] * 2])
    refuse_stacked(np.repeat(endless, 2_000), "a.geojson")
