"""Lines of about 2010, from a copy of their repository: what closes, and what is missing."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from commands import run

from geo_merge.errors import FetchError
from geo_merge.vietnam import gazetteer, lines

PROVINCE, NEW = "67", "68"  # Đắk Nông, which became part of Lâm Đồng


@pytest.fixture(scope="module")
def communes() -> pd.DataFrame:
    old = gazetteer.old_communes()
    return old[old["province_code"] == PROVINCE].reset_index(drop=True)


def kmz(path: Path, rows: list[tuple[str, str, shapely.Polygon]]) -> None:
    """Write a file in the form of the repository."""

    def ring(shape: shapely.Polygon) -> str:
        return " ".join(f"{x:.9f},{y:.9f},0" for x, y in shape.exterior.coords)

    marks = "".join(
        f"<Placemark><name>{escape(name)}</name><ExtendedData><SchemaData schemaUrl='#t'>"
        f"<SimpleData name='Quan'>{escape(district)}</SimpleData></SchemaData></ExtendedData>"
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring(shape)}</coordinates>"
        "</LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for name, district, shape in rows
    )
    text = ("<?xml version='1.0' encoding='UTF-8'?><kml xmlns='http://www.opengis.net/kml/2.2'>"
            "<Document><name>doc</name><Schema name='t' id='t'>"
            "<SimpleField type='xsd:string' name='Quan'/></Schema>"
            f"<Folder><name>f</name>{marks}</Folder></Document></kml>")  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", text)


def drawn(communes: pd.DataFrame) -> list[tuple[str, str, shapely.Polygon]]:
    """A cell around the position of each commune."""
    points = shapely.points(communes[["lon", "lat"]].to_numpy(float))
    around = shapely.box(106.5, 11.5, 108.5, 13)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points),
                                                       extend_to=around, ordered=True))  # fmt: skip
    names = communes["unit_type"] + " " + communes["name"]
    return list(zip(names, communes["district"], shapely.intersection(cells, around), strict=True))


def carried(
    tmp_path: Path, communes: pd.DataFrame, rows: list[tuple[str, str, shapely.Polygon]],
    lineage: pd.DataFrame | None = None,
) -> lines.Carried:  # fmt: skip
    kmz(tmp_path / "x.kmz", rows)
    return lines.carry(lines.read_lines(tmp_path / "x.kmz"), communes, lineage)


def test_every_province_has_its_file() -> None:
    known = lines.sources()
    assert len(known) == 63
    assert all(len(source.digest) == len("sha256:") + 64 for source in known.values())
    assert {s.code for s in lines.sources_of(NEW)} == {"60", "67", "68"}


def test_names_close_whatever_their_spelling(tmp_path: Path, communes: pd.DataFrame) -> None:
    rows = drawn(communes)
    changed = communes.index[communes["name"] == "Buôn Choáh"][0]
    rows[changed] = ("Xã Buôn Choah", *rows[changed][1:])
    done = carried(tmp_path, communes, rows)
    assert done.closes
    assert "for all of its 71 communes" in done.told("Tỉnh Đắk Nông")
    made = lines.communes_of(done, communes)
    assert len(made) == 71
    assert (made["approx"] == 1).all()
    assert shapely.coverage_is_valid(np.asarray(made.geometry.values))
    there = gpd.GeoSeries(gpd.points_from_xy(communes["lon"], communes["lat"]), crs=lines.CRS)
    points = there.to_crs(made.crs).set_axis(communes["code"])
    assert made.set_index("code").geometry.contains(points).all()


def test_what_does_not_close_is_said_and_a_lineage_closes_it(
    tmp_path: Path, communes: pd.DataFrame
) -> None:
    rows = drawn(communes)
    name, district, shape = rows[5]
    west, south, east, north = shape.bounds
    half = shapely.box(west, south, (west + east) / 2, north)
    rows[5] = (name, district, shape.difference(half))
    rows.append(("Xã Cũ Xưa", district, shape.intersection(half)))
    done = carried(tmp_path, communes, rows)
    assert not done.closes
    told = done.told("Tỉnh Đắk Nông")
    assert f"1 line is of a commune of another name since (Xã Cũ Xưa ({district}))" in told
    lineage = pd.DataFrame(
        {"district": [district], "name": ["Xã Cũ Xưa"], "code": [communes["code"][5]]}
    )
    done = carried(tmp_path, communes, rows, lineage)
    assert done.closes
    made = lines.communes_of(done, communes).set_index("code").to_crs(lines.CRS)
    assert made.geometry[communes["code"][5]].area == pytest.approx(shape.area, rel=1e-4)


def test_a_name_in_another_place_is_another_commune(tmp_path: Path, communes: pd.DataFrame) -> None:
    rows = drawn(communes)
    (a, at, here), (b, also, there) = rows[0], rows[-1]
    rows[0], rows[-1] = (a, at, there), (b, also, here)
    done = carried(tmp_path, communes, rows)
    assert len(done.missing) == len(done.left) == 2


def test_a_file_that_is_not_the_published_one_is_not_used(
    tmp_path: Path, communes: pd.DataFrame
) -> None:
    source = lines.sources()[PROVINCE]
    kmz(tmp_path / "copy" / "data" / "kml" / source.path, drawn(communes))
    with pytest.raises(FetchError, match="not the published one"):
        lines.fetch_source(source, mirror=str(tmp_path / "copy"), cache=tmp_path / "cache")


def test_lines_and_crosswalk_of_a_province_that_closes_are_built(
    tmp_path: Path, communes: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = lines.sources()[PROVINCE]
    file = tmp_path / "copy" / "data" / "kml" / source.path
    kmz(file, drawn(communes))
    known = lines.Source(PROVINCE, source.name, source.path,
                         f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}")  # fmt: skip
    monkeypatch.setattr(lines, "sources_of", lambda _: [known])
    said: list[str] = []
    layer, table = lines.write_closing(
        NEW, tmp_path / "lam_dong.gpkg", mirror=str(tmp_path / "copy"), cache=tmp_path / "cache",
        say=said.append,
    )  # fmt: skip
    assert layer.name == "lam_dong_67_lines.gpkg"
    assert len(said) == 1
    rows = pd.read_csv(table, dtype=str)
    assert set(rows["old_code"]) == set(communes["code"])
    done = run("build", layer, "--crosswalk", table, "--out", tmp_path / "out", "--allow-errors")
    told = done.out + done.err
    divided = rows["old_code"].duplicated(keep=False)
    if divided.any():
        assert "W05" in told
    else:
        assert f"71 -> {rows['new_code'].nunique()}" in told
