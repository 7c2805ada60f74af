"""Laws that hold for every coverage and crosswalk, tried on many."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from strategies import SIDE, Defect, coverages, crosswalks, defects

from geo_merge.api import merge, validate
from geo_merge.checks.layer import check_layer
from geo_merge.errors import CrosswalkError
from geo_merge.writing.geojson import write_geojson

RUNS = settings(max_examples=8, suppress_health_check=list(HealthCheck))


@RUNS
@given(coverages())
def test_a_clean_layer_gives_nothing(layer: gpd.GeoDataFrame) -> None:
    assume(shapely.is_valid(layer.geometry.values).all())
    assert validate(layer)["message"].tolist() == []


@RUNS
@given(defects())
def test_every_planted_defect_is_found(defect: Defect) -> None:
    found = [f for f in check_layer(defect.layer) if f.check in {"C01", "C02", "C03", "C04"}]
    assert {f.check for f in found} == {defect.check}
    assert sum(f.value or 0.0 for f in found) == pytest.approx(defect.area, rel=0.01)
    for finding in found:
        assert defect.units <= set(finding.units)
        assert finding.geometry is not None
        assert finding.message
        assert finding.hint
        assert finding.unit_of_value == "m²"


@RUNS
@given(st.data())
def test_area_is_kept_and_neither_order_nor_vertices_matter(data: st.DataObject) -> None:
    layer = data.draw(coverages())
    table = data.draw(crosswalks(layer.index))
    order = data.draw(st.permutations(range(len(layer))))
    start = data.draw(st.integers(0, 3))
    one = merge(layer, table)
    turned = layer.iloc[order]
    turned = turned.set_geometry(
        gpd.GeoSeries([_turn(g, start) for g in turned.geometry], index=turned.index, crs=layer.crs)
    )
    two = merge(turned, table.sample(frac=1, random_state=start))
    assert one.ledger["ok"].all()
    assert two.ledger["ok"].all()
    assert one.new["area_km2"].sum() * 1e6 == pytest.approx(layer.area.sum(), rel=2e-4)
    assert one.new["area_km2"].tolist() == pytest.approx(two.new["area_km2"].tolist(), rel=1e-12)
    for a, b in zip(one.new.geometry, two.new.geometry, strict=True):
        assert a.normalize().equals(b.normalize())


def _turn(polygon: shapely.Polygon, start: int) -> shapely.Polygon:
    """The same polygon from another vertex, and the other way round."""
    ring = list(polygon.exterior.coords)[:-1]
    ring = ring[start:] + ring[:start]
    return shapely.Polygon(ring[::-1] if start % 2 else ring)


@RUNS
@given(st.data())
def test_what_is_written_reads_back_equal(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    layer = data.draw(coverages())
    path = Path(tmp_path_factory.mktemp("law")) / "new.geojson"
    new = merge(layer, data.draw(crosswalks(layer.index))).new
    write_geojson(new, path)
    read = gpd.read_file(path).set_index("code").to_crs(layer.crs)
    assert read.index.tolist() == new.index.tolist()
    assert read.geometry.is_valid.all()
    moved = shapely.hausdorff_distance(
        np.asarray(read.geometry.values), np.asarray(new.geometry.values)
    )
    assert moved.max() <= 0.02
    assert orjson.loads(path.read_bytes())["type"] == "FeatureCollection"


@RUNS
@given(defects(), st.permutations(range(12)))
def test_ids_of_findings_last(defect: Defect, order: list[int]) -> None:
    """The order of rows makes no other finding; another place does."""
    layer = defect.layer
    ids = validate(layer)["id"]
    assert ids.is_unique
    assert sorted(validate(layer.iloc[order])["id"]) == sorted(ids)
    far = layer.set_geometry(translate_all(layer, 30 * SIDE))
    assert not set(validate(far)["id"]) & set(ids)


def translate_all(layer: gpd.GeoDataFrame, by: float) -> gpd.GeoSeries:
    return gpd.GeoSeries(
        [translate(g, by) for g in layer.geometry], index=layer.index, crs=layer.crs
    )


@RUNS
@given(coverages(), st.integers(0, 11))
def test_a_unit_without_a_row_stops_the_run(layer: gpd.GeoDataFrame, k: int) -> None:
    table = pd.DataFrame({"old_code": layer.index, "new_code": "N1", "new_name": "Một"})
    with pytest.raises(CrosswalkError, match=rf"1 of \d+ units.*K05.*{layer.index[k]}"):
        merge(layer, table.drop(index=k))
