"""Fetching official boundaries, from a server on this machine."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from conftest import square

from geo_merge.errors import FetchError
from geo_merge.vietnam import gazetteer
from geo_merge.vietnam.official import (
    Province,
    approximate_before,
    fetch_province,
    find_boundaries,
    provinces,
)


def unit(code: str, name: str, shape: shapely.Polygon) -> bytes:
    degrees = gpd.GeoSeries([shape], crs=9214).to_crs(4326)[0]
    return orjson.dumps({"type": "FeatureCollection", "features": [{
        "type": "Feature", "id": code, "geometry": shapely.geometry.mapping(degrees),
        "properties": {"code": code, "name": name, "fullName": f"Xã {name}", "areaKm2": 1.0}}]})  # fmt: skip


@pytest.fixture
def mirror(tmp_path: Path) -> tuple[Path, Province]:
    """A copy of the repository with a province of two communes."""
    registry = {}
    for k, name in enumerate(("Lệ Viễn", "An Lạc")):
        data = unit(f"0000{k}", name, square(k, 0))
        path = f"99_thu/wards/0000{k}.geojson"
        file = tmp_path / "copy" / "json" / "geojson" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        registry[path] = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return tmp_path / "copy", Province("99", "thu", "Tỉnh Thử", registry)


@pytest.fixture
def server(mirror: tuple[Path, Province]) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, directory=str(mirror[0] / "json" / "geojson"), **kwargs)

        def log_message(self, *_: object) -> None:
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}", asked
        httpd.shutdown()
        thread.join()


def test_from_a_server_into_the_cache(
    server: tuple[str, list[str]], mirror: tuple[Path, Province], tmp_path: Path
) -> None:
    address, asked = server
    steps: list[str] = []
    for _ in range(2):  # the second time nothing is asked for
        path = fetch_province(mirror[1], tmp_path / "out.gpkg", mirror=address,
                              cache=tmp_path / "cache", progress=steps.append)  # fmt: skip
    assert len(set(asked)) == 2
    assert steps[-1] == "Fetching Tỉnh Thử: 2 of 2"
    units = gpd.read_file(path)
    assert units["name"].tolist() == ["Lệ Viễn", "An Lạc"]
    assert units["unit_type"].tolist() == ["Xã", "Xã"]
    assert units.crs.to_epsg() == 4326
    assert shapely.coverage_is_valid(np.asarray(units.geometry.values))


@pytest.mark.parametrize("inner", ["", "json/geojson"])
def test_from_a_folder(mirror: tuple[Path, Province], tmp_path: Path, inner: str) -> None:
    path = fetch_province(
        mirror[1], tmp_path / "o.gpkg", mirror=str(mirror[0] / inner), cache=tmp_path / "c"
    )
    assert len(gpd.read_file(path)) == 2


def test_a_file_that_is_not_the_published_one(
    mirror: tuple[Path, Province], tmp_path: Path
) -> None:
    changed = next((mirror[0] / "json").rglob("*.geojson"))
    changed.write_bytes(changed.read_bytes() + b" ")
    with pytest.raises(FetchError, match="not the published one"):
        fetch_province(mirror[1], tmp_path / "o.gpkg", mirror=str(mirror[0]), cache=tmp_path / "c")
    assert not (tmp_path / "o.gpkg").exists()


def test_a_file_that_the_copy_lacks(
    server: tuple[str, list[str]], mirror: tuple[Path, Province], tmp_path: Path
) -> None:
    next((mirror[0] / "json").rglob("*.geojson")).unlink()
    for source in (str(mirror[0]), server[0]):
        with pytest.raises(FetchError, match="--mirror"):
            fetch_province(mirror[1], tmp_path / "o.gpkg", mirror=source, cache=tmp_path / "c")


def test_without_an_answer(mirror: tuple[Path, Province], tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="127.0.0.1:9 does not answer; without internet"):
        fetch_province(
            mirror[1], tmp_path / "o.gpkg", mirror="http://127.0.0.1:9", cache=tmp_path / "c"
        )


def test_the_registry_is_complete() -> None:
    known = provinces()
    assert len(known) == 34
    assert sum(len(p.registry) for p in known) == 3321
    assert len({path for p in known for path in p.registry}) == 3321
    assert all(d.startswith(("sha256:", "md5:")) for p in known for d in p.registry.values())


@pytest.mark.parametrize(
    "text", ["24", "bac_ninh", "Bắc Ninh", "Tỉnh Bắc Ninh", "BAC NINH", "bac-ninh"]
)
def test_provinces_are_found(text: str) -> None:
    assert find_boundaries(text).code == "24"


def test_the_registry_is_that_of_the_reference_data(bac_ninh: Path) -> None:
    official = gpd.read_file(bac_ninh / "official_units_2025.gpkg")
    codes = {path.split("/")[-1][:5] for path in find_boundaries("24").registry}
    assert codes == set(official["code"])


def test_an_approximate_layer_before(bac_ninh: Path) -> None:
    official = gpd.read_file(bac_ninh / "official_units_2025.gpkg").set_index("code")
    frame, table = approximate_before(official, gazetteer.crosswalk("24"))
    assert len(frame) == 313
    assert (frame["schematic"] == 1).all()
    assert shapely.coverage_is_valid(np.asarray(frame.geometry.values))
    given = pd.read_csv(bac_ninh / "crosswalk.csv", dtype=str).dropna(subset="old_code")
    expected = given.set_index("old_code")["new_code"]
    assert table.set_index("old_code")["new_code"].to_dict() == expected.to_dict()
    whole = official.to_crs(frame.crs)
    for code in ("07210", "07537", "09529"):
        members = frame.geometry[(table["new_code"] == code).to_numpy()]
        assert (
            shapely.union_all(members.to_numpy()).symmetric_difference(whole.geometry[code]).area
            < 1
        )
