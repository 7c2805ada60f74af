"""Layers without or with a false CRS: placed by the names of their communes, or refused."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from geo_merge import read_units
from geo_merge.errors import CRSError
from geo_merge.vietnam.files import coordinates, zones
from geo_merge.vocabulary.memory import findings_of

LAYERS = {"bac_giang": 9214, "bac_ninh": 9209}
# Zones that lie within 1 km of another system on the ground: positions cannot tell them apart.
TWINS = {4756: 4326, 3405: 32648, 3406: 32649, 5897: 3405}


def communes(folder: Path, name: str) -> gpd.GeoDataFrame:
    layer = gpd.read_file(folder / f"{name}_communes.shp")
    return layer.set_geometry(layer.simplify(100))


def save(frame: gpd.GeoDataFrame, folder: Path, prj: str | None) -> Path:
    """Write a Shapefile whose .prj says something else than the truth, or which has none."""
    path = folder / "xa.shp"
    frame.to_file(path, encoding="UTF-8")
    path.with_suffix(".prj").unlink(missing_ok=True)
    if prj is not None:
        path.with_suffix(".prj").write_text(prj)
    return path


def esri(code: int) -> str:
    return CRS.from_epsg(code).to_wkt("WKT1_ESRI")


def over_wgs84(code: int) -> str:
    return esri(code).replace("D_Vietnam_2000", "D_WGS_1984")


@pytest.mark.parametrize("zone", zones.VN2000)
@pytest.mark.parametrize("name", LAYERS)
def test_without_prj_a_layer_is_placed_right_or_refused(
    bac_ninh: Path, tmp_path: Path, name: str, zone: int
) -> None:
    path = save(communes(bac_ninh, name).to_crs(zone), tmp_path, None)
    if zone in TWINS:
        with pytest.raises(CRSError, match=rf"\[R01\].*EPSG:{TWINS[zone]} .*--crs") as raised:
            read_units(path)
        assert f"EPSG:{zone} " in str(raised.value)
    else:
        units = read_units(path)
        (finding,) = [f for f in findings_of(units) if f.check == "R01"]
        assert f"EPSG:{zone} " in finding.message
        assert units.crs == CRS.from_epsg(zone)


@pytest.mark.parametrize("zone", [z for z in zones.VN2000 if z != 4756])
def test_vn2000_over_wgs84_gets_its_datum_back(bac_ninh: Path, tmp_path: Path, zone: int) -> None:
    frame = communes(bac_ninh, "bac_ninh").to_crs(zone)
    units = read_units(save(frame, tmp_path, over_wgs84(zone)))
    assert units.crs == CRS.from_epsg(zone)
    (finding,) = [f for f in findings_of(units) if f.check == "R02"]
    assert finding.value == pytest.approx(224, abs=2)
    assert "VN-2000" in finding.message


def test_degrees_of_vn2000_over_wgs84_get_their_datum_back(bac_ninh: Path, tmp_path: Path) -> None:
    frame = communes(bac_ninh, "bac_ninh").to_crs(4756)
    path = save(frame, tmp_path, esri(4756).replace("D_Vietnam_2000", "D_WGS_1984"))
    units = read_units(path)
    truth = frame.to_crs(units.crs).union_all().centroid
    assert units.union_all().centroid.distance(truth) < 0.01


@pytest.mark.parametrize(
    "crs",
    [
        "+proj=tmerc +lon_0=105.5 +k=0.9999 +x_0=500000 +ellps=WGS84 +units=m",
        CRS.from_wkt(over_wgs84(9209)),
    ],
    ids=["no datum", "wrong datum"],
)
def test_the_repaired_zone_is_the_official_one(crs: object) -> None:
    assert coordinates.repaired(CRS.from_user_input(crs)) == CRS.from_epsg(9209)


def test_a_meridian_of_its_own_keeps_it() -> None:
    repaired = coordinates.repaired(CRS.from_wkt(over_wgs84(9209).replace("105.5", "103.25")))
    assert repaired is not None
    assert repaired.datum == CRS.from_epsg(4756).datum
    x, y = Transformer.from_crs(repaired, 4756, always_xy=True).transform(500_000, 2_350_000)
    assert (round(x, 9), round(y)) == (103.25, 21)


@pytest.mark.parametrize("code", [4326, 32648, 32649, 3857, 2154, 9214, 3405, 4756])
def test_sound_systems_are_left_alone(code: int) -> None:
    assert coordinates.repaired(CRS.from_epsg(code)) is None


def test_a_datum_with_its_own_shift_is_left_alone() -> None:
    shifted = CRS.from_wkt(
        CRS.from_epsg(9209)
        .to_wkt("WKT1_GDAL")
        .replace(
            'AUTHORITY["EPSG","6756"]', "TOWGS84[-191.9,-39.3,-111.5,0.009,-0.02,0.004,0.25]", 1
        )
    )
    assert shifted.is_bound
    assert coordinates.repaired(shifted) is None


@pytest.mark.parametrize(
    ("name", "label", "away"), [("bac_ninh", 9214, "155.8"), ("bac_giang", 9209, "155.6")]
)
def test_a_wrong_central_meridian_names_the_likely_zone(
    bac_ninh: Path, tmp_path: Path, name: str, label: int, away: str
) -> None:
    path = save(communes(bac_ninh, name), tmp_path, esri(label))
    with pytest.raises(CRSError, match=rf"{away} km.*\[R02\].*in EPSG:{LAYERS[name]} "):
        read_units(path)


@pytest.mark.parametrize("code", [4326, 9209])
def test_swapped_coordinates_are_called_so(bac_ninh: Path, tmp_path: Path, code: int) -> None:
    frame = communes(bac_ninh, "bac_ninh").to_crs(code)
    turned = shapely.transform(np.asarray(frame.geometry.values), lambda xy: xy[:, ::-1])
    frame = frame.set_geometry(gpd.GeoSeries(turned, crs=frame.crs))
    with pytest.raises(CRSError, match=r"swapped \[R02\]"):
        read_units(save(frame, tmp_path, esri(code)))
    with pytest.raises(CRSError, match=rf"swapped \[R01\].*EPSG:{code} "):
        read_units(save(frame, tmp_path, None))


@pytest.mark.parametrize(("truth", "label"), [(4326, 32648), (9209, 4326)])
def test_degrees_and_metres_mixed_up(
    bac_ninh: Path, tmp_path: Path, truth: int, label: int
) -> None:
    path = save(communes(bac_ninh, "bac_ninh").to_crs(truth), tmp_path, esri(label))
    with pytest.raises(CRSError, match=rf"degree.*\[R02\].*EPSG:{truth} "):
        read_units(path)


def test_places_of_other_countries_prove_nothing(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"code": ["1", "2", "3"], "name": ["Évreux", "Béziers", "Lyon"]},
        geometry=[shapely.Point(p).buffer(0.4) for p in ((1, 49), (3, 43), (5, 46))],
        crs=4326,
    ).to_crs(2154)
    assert re.match("RGF93", read_units(save(frame, tmp_path, esri(2154))).crs.name)
    with pytest.raises(CRSError, match=r"xa.prj is missing.*\[R01\]"):
        read_units(save(frame, tmp_path, None))


def test_millimetres_are_nowhere_on_earth(tmp_path: Path) -> None:
    shapes = [shapely.box(4e8 + 1e6 * k, 2.35e9, 4e8 + 1e6 * (k + 1), 2.351e9) for k in range(2)]
    frame = gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=shapes, crs="EPSG:9214")
    with pytest.raises(CRSError, match=r"400000000\.0, 2350000000\.0 are nowhere .*\[R03\]"):
        read_units(save(frame, tmp_path, esri(9214)))


@pytest.mark.parametrize("code", [32748, 3857])
def test_units_called_as_those_of_the_country_lie_in_it(tmp_path: Path, code: int) -> None:
    """Names that nobody knows, in metres of zone 48 north that call themselves another system."""
    x, y = np.meshgrid(400_000.0 + 1000 * np.arange(3), 2_350_000.0 + 1000 * np.arange(2))
    squares = shapely.box(x.ravel(), y.ravel(), x.ravel() + 1000, y.ravel() + 1000)
    layer = gpd.GeoDataFrame(
        {"MaXa": [f"0000{k}" for k in range(6)], "TenXa": [f"Thử {k}" for k in range(6)],
         "LoaiXa": ["Xã", "Phường"] * 3}, geometry=squares, crs=32648)  # fmt: skip
    path = save(layer, tmp_path, esri(code))
    with pytest.raises(CRSError, match=r"are called Phường, Xã, as those of Vietnam.*\[R03\]"):
        read_units(path)
    assert len(read_units(path, accept={"R03"})) == 6
    assert len(read_units(save(layer, tmp_path, esri(32648)))) == 6


def test_the_whole_country_lies_in_it_though_its_middle_does_not() -> None:
    """Of the mainland, from Lũng Cú to Đất Mũi and A Pa Chải to Mũi Đôi, the middle is in Laos."""
    mainland = [(105.3, 23.3), (104.8, 8.6), (102.2, 22.4), (109.4, 12.6), (105.8, 21.0), (107.6, 16.5)]  # fmt: skip
    laos = [(102.6, 18.0), (102.1, 19.9), (105.9, 15.1), (104.8, 16.6)]

    def layer(places: list[tuple[float, float]]) -> gpd.GeoDataFrame:
        squares = [shapely.box(x, y, x + 0.1, y + 0.1) for x, y in places]
        return gpd.GeoDataFrame(geometry=squares, crs=4326)

    assert coordinates.is_here(layer(mainland))
    assert coordinates.is_here(layer(mainland).to_crs(3405))
    assert not coordinates.is_here(layer(laos))
    assert not coordinates.is_here(layer([*laos, *mainland[:3]]))
