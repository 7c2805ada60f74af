"""Two drawings of the same units: a common shift, noise, and land that really moved."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import CRS, ORIGIN
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo_merge.api import merge, validate
from geo_merge.geometry.drawings import apart
from geo_merge.merging.result import MergeResult
from geo_merge.results.digits import with_digits
from geo_merge.results.report import summary_lines
from geo_merge.vocabulary.limits import Limits

SIDE, STEP, CELLS = 3000.0, 60.0, 3
Points = NDArray[np.float64]


def moved(polygons: list[shapely.Polygon], by: Points) -> list[shapely.Polygon]:
    """Move every place where polygons have a vertex by a row of its own; shared ones together."""
    xy, ring = shapely.get_coordinates(np.array(polygons), return_index=True)
    _, place = np.unique(np.round(xy, 3), axis=0, return_inverse=True)
    xy = xy + by[place.ravel() % len(by)]
    return [shapely.make_valid(shapely.Polygon(xy[ring == k])) for k in range(len(polygons))]


def country(seed: int = 0) -> gpd.GeoDataFrame:
    """Units of 3 km whose borders wind, with a vertex about every 60 m."""
    squares = [
        shapely.segmentize(
            shapely.box(*(np.array([i, j, i + 1, j + 1]) * SIDE + np.tile(ORIGIN, 2))), STEP
        )
        for j in range(CELLS)
        for i in range(CELLS)
    ]
    wind = np.random.default_rng(seed).uniform(-20, 20, (997, 2))
    codes = pd.Index([f"{k:05}" for k in range(1, CELLS**2 + 1)], name="code")
    frame = gpd.GeoDataFrame(geometry=moved(squares, wind), index=codes, crs=CRS)
    return frame.assign(name=[f"Xã {k}" for k in codes], unit_type="Xã")


def against(old: gpd.GeoDataFrame, theirs: list[object], **options: object) -> MergeResult:
    table = pd.DataFrame({"old_code": old.index, "new_code": old.index, "new_name": old["name"]})
    reference = gpd.GeoDataFrame(geometry=theirs, index=old.index, crs=CRS)
    return merge(old, table, reference=reference, **options)


def noise(metres: float, seed: int) -> Points:
    return np.random.default_rng(seed).uniform(-metres, metres, (9973, 2))


def with_transfer(frame: gpd.GeoDataFrame) -> tuple[list[shapely.Geometry], shapely.Geometry]:
    """Give 800 x 1200 m of the middle unit to its eastern neighbour, in the reference."""
    theirs = list(frame.geometry)
    x, y = ORIGIN[0] + 2 * SIDE, ORIGIN[1] + 1.5 * SIDE
    land = theirs[4].intersection(shapely.box(x - 800, y - 600, x + 100, y + 600))
    land = shapely.segmentize(land, STEP)
    theirs[4], theirs[5] = theirs[4].difference(land), theirs[5].union(land)
    return theirs, land


SHIFTS = st.tuples(st.floats(-400, 400), st.floats(-400, 400))
LAW = settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])


@LAW
@given(SHIFTS)
def test_law_a_shift_is_found_and_is_no_land_moved(shift: tuple[float, float]) -> None:
    old = country()
    before = old.geometry.to_wkb().tolist()
    result = against(old, list(old.translate(*shift)))
    told = result.summary["reference"]["shift_m"]
    if np.hypot(*shift) > 0.2:  # a shift of less than 10 cm is none
        assert (told["east"], told["north"]) == pytest.approx(shift, abs=0.1)
    assert "C08" not in set(result.findings["check"])
    assert "moved land" not in set(result.reconciliation["verdict"])
    assert result.new.geometry.to_wkb().tolist() == before  # told and judged by, never applied


@LAW
@given(st.floats(1, 60), st.integers(0, 99))
def test_law_noise_is_no_land_moved(metres: float, seed: int) -> None:
    old = country()
    result = against(old, moved(list(old.geometry), noise(metres, seed)))
    assert "C08" not in set(result.findings["check"])
    assert result.summary["reference"]["shift_m"] is None


@LAW
@given(st.floats(5, 200))
def test_law_a_simplified_copy_is_no_land_moved(metres: float) -> None:
    old = country()
    theirs = old.geometry.simplify_coverage(metres)
    result = against(old, list(theirs))
    assert "C08" not in set(result.findings["check"])


@LAW
@given(SHIFTS, st.floats(0, 40), st.integers(0, 99))
def test_law_a_transfer_is_found_on_top(
    shift: tuple[float, float], metres: float, seed: int
) -> None:
    old = country()
    theirs, land = with_transfer(old)
    theirs = [g.buffer(0) for g in moved(theirs, noise(metres, seed) + shift)]
    result = against(old, theirs)
    (found,) = result.findings.query("check == 'C08'").itertuples()
    assert list(found.units) == ["00005", "00006"]
    assert found.value == pytest.approx(land.area, rel=0.05)
    assert found.geometry.intersection(land).area > 0.9 * land.area


def test_a_shift_is_one_sentence() -> None:
    old = country()
    result = against(old, list(old.translate(181.0, -114.0)))
    (found,) = result.findings.query("check == 'C09'").itertuples()
    assert found.severity == "warning"
    assert found.value == pytest.approx(np.hypot(181, 114), abs=0.1)
    assert "lies as a whole 181 m to the east, 114 m to the south of these units" in found.message
    explained = result.reconciliation["explanation"].iloc[0]
    assert "with the shift of the whole (181 m to the east, 114 m to the south) taken off" in explained  # fmt: skip
    told = with_digits(result).summary["reference"]
    assert "Reference: as a whole 181 m to the east, 114 m to the south; without that, borders 0 m apart in the median; land that differs up to 50 m wide is drawing" in summary_lines(result.summary)  # fmt: skip
    assert told == {"shift_m": {"east": 181.0, "north": -114.0}, "distance_m": 0.0,
                    "drawing_m": 50.0, "drawing_from": "the drawings"}  # fmt: skip
    assert set(validate(old, reference=old.set_geometry(old.translate(181.0, -114.0)))["check"]) == set(result.findings["check"])  # fmt: skip


def test_an_option_wins() -> None:
    old = country()
    theirs = moved(list(old.geometry), noise(60, 1))
    asked = against(old, theirs, limits=Limits(drawing=20.0))
    assert "C08" in set(asked.findings["check"])
    assert asked.summary["reference"]["drawing_m"] == 20.0
    assert asked.summary["reference"]["drawing_from"] == "the option"
    told = against(old, theirs).summary["reference"]
    assert told["drawing_m"] > 50
    assert told["drawing_from"] == "the drawings"


def test_the_outer_edge_is_no_land_between_units() -> None:
    """The reference ends at a shore that lies up to 700 m inside the units of the south."""
    old = country()
    x, y = ORIGIN
    sea = shapely.box(x - 500, y - 500, x + CELLS * SIDE + 500, y + 700)
    result = against(old, [g.difference(sea) for g in old.geometry])
    assert "C08" not in set(result.findings["check"])
    (found,) = result.findings.query("check == 'C10'").itertuples()
    assert sorted(found.units) == ["00001", "00002", "00003"]
    assert found.value == pytest.approx(700 * CELLS * SIDE, rel=0.02)
    assert result.reconciliation["verdict"].tolist() == ["outer edge differs"] * 3 + ["same"] * 6
    assert result.summary["reference"]["drawing_m"] == 50.0


def test_drawings_of_nothing_and_of_one() -> None:
    nothing = np.empty(0, dtype=object)
    assert apart(nothing, nothing).shift == (0.0, 0.0)
    one = np.array([shapely.box(0, 0, 1000, 1000)])
    found = apart(one, shapely.transform(one, lambda xy: np.add(xy, (30.0, 40.0))))
    assert found.shift == pytest.approx((30, 40), abs=1e-3)
    assert found.distance == pytest.approx(0, abs=1e-3)


@pytest.fixture(scope="module")
def jittered() -> list[shapely.Geometry]:
    return moved(list(country().geometry), noise(50, 3))


def test_units_that_are_only_drawn_otherwise_are_one_note(
    jittered: list[shapely.Geometry],
) -> None:
    found = against(country(), jittered).findings
    assert found["check"].value_counts().to_dict() == {"C06": 1, "C09": 1}
    assert set(found["severity"]) == {"info"}
    (note,) = found.query("check == 'C06'").itertuples()
    assert len(note.units) == CELLS**2
