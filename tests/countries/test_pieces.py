"""Real pieces of eight countries beside Vietnam, as they are published: merged, and held against geopandas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from commands import run

DATA = Path(__file__).parent / "data"
VIETNAMESE = ("Phường", "Thị trấn", "Đặc khu", "Tỉnh", "Xã ", "xã", "phường", "Vietnam", "VN-2000")


@dataclass(frozen=True)
class Piece:
    """What a layer is, and what comes out of it.

    Attributes
    ----------
    code
        The field by which geopandas dissolves it.
    before, after
        Units.
    options
        More than the layer and its crosswalk that the command takes.
    width
        Digits of codes that the file stores as numbers.
    """

    code: str
    before: int
    after: int
    options: tuple[str, ...] = ()
    width: int = 0


PIECES = {
    "norway_2019": Piece("kommunenummer", 7, 4, width=4),
    "agder_2019": Piece("kommunenummer", 4, 4, width=4),
    "glarus_2010": Piece("id", 25, 3, ("--reference", str(DATA / "glarus_2020.geojson"))),
    "belgium_2018": Piece("NIS5", 4, 2, ("--crs", "31370")),
    "estonia_2017": Piece("OKOOD", 26, 8),
    "islands_2017": Piece("OKOOD", 3, 3),
    "bacoor_2019": Piece("ADM4_PCODE", 73, 47,
                         ("--reference", str(DATA / "bacoor_2023.geojson"))),
    "rio_2015": Piece("id", 5, 2),
    "new_england_2017": Piece("id", 67, 6),
    "bangladesh": Piece("ADM2_EN", 16, 2),
}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return what builds a piece, once; nothing but a clean result will do."""

    @cache
    def build(name: str) -> Path:
        out = tmp_path_factory.mktemp(name) / "out"
        done = run("build", DATA / f"{name}.geojson", "--crosswalk", DATA / f"{name}.csv",
                   *PIECES[name].options, "--out", out)  # fmt: skip
        assert done.code == 0, done.err
        return out

    return build


def dissolved(name: str, piece: Piece) -> gpd.GeoSeries:
    """Return each new unit as geopandas dissolves it, in the CRS of the file."""
    layer = gpd.read_file(DATA / f"{name}.geojson")
    if name == "belgium_2018":
        layer = layer.set_crs(31370, allow_override=True)
    rows = pd.read_csv(DATA / f"{name}.csv", dtype=str)
    key = "old_name" if rows["old_code"].isna().all() else "old_code"
    codes = layer[piece.code].astype(str).str.zfill(piece.width)
    new = codes.map(dict(zip(rows[key], rows["new_code"], strict=True)))
    assert new.notna().all()
    return layer.assign(new=new, geometry=layer.make_valid()).dissolve("new").geometry


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_goes_through_as_it_is_published(name: str, built: Callable[[str], Path]) -> None:
    piece = PIECES[name]
    out = built(name)
    new = gpd.read_file(out / "new_units.geojson")
    assert len(new) == piece.after
    assert len(pd.read_csv(out / "crosswalk.csv")) == piece.before
    known = dissolved(name, piece)
    made = new.set_index("code").geometry[known.index].to_crs(known.crs)
    ratio = shapely.area(made.to_numpy()) / shapely.area(known.to_numpy())
    assert np.abs(ratio - 1).max() < 1e-6
    assert pd.read_csv(out / "ledger.csv")["ok"].all()


@pytest.mark.parametrize("name", PIECES)
def test_nothing_vietnamese_is_in_what_is_written(name: str, built: Callable[[str], Path]) -> None:
    out = built(name)
    for path in out.iterdir():
        if path.suffix in {".csv", ".geojson"} or path.name == "summary.json":
            text = path.read_text("utf-8")
            assert not [word for word in VIETNAMESE if word in text], path.name


@pytest.mark.parametrize(("name", "most"), [("glarus_2010", 0.03), ("bacoor_2019", 0.05)])
def test_a_reference_of_numbers_or_other_headings_is_compared(
    name: str, most: float, built: Callable[[str], Path]
) -> None:
    out = built(name)
    compared = pd.read_csv(out / "reconciliation.csv")
    assert compared["reference_area_km2"].notna().all()
    assert (1 - compared["iou"]).median() < most


def test_a_unit_whose_code_is_a_number_is_divided(tmp_path: Path) -> None:
    """Ålesund (1507) is 1508 and 1580 again; its layer has 1507 as a number."""
    done = run("build", DATA / "alesund_2023.geojson", "--crosswalk", DATA / "alesund_2023.csv",
               "--divide", DATA / "alesund_2024.geojson", "--reference",
               DATA / "alesund_2024.geojson", "--allow-errors", "--out", tmp_path / "o")  # fmt: skip
    assert "failed unexpectedly" not in done.err
    new = gpd.read_file(tmp_path / "o" / "new_units.geojson").set_index("code")
    assert set(new.index) == {"1508", "1532", "1580"}
    old = gpd.read_file(DATA / "alesund_2023.geojson")
    assert new.to_crs(old.crs).area.sum() == pytest.approx(old.area.sum(), rel=1e-6)
    compared = pd.read_csv(tmp_path / "o" / "reconciliation.csv")
    assert compared["iou"].min() > 0.97


def test_units_without_types_are_units(tmp_path: Path) -> None:
    done = run("build", DATA / "glarus_2010.geojson", "--crosswalk", DATA / "glarus_2010.csv",
               "--out", tmp_path / "o", "--lang", "en")  # fmt: skip
    assert "Before: 25 units; " in done.out
    assert "After: 3 units; " in done.out
    assert "unknown" not in done.out
