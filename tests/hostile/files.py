"""Files that mean harm: what each is called, how it is made, and the check that it ends in.

Small ones hold the same as those that take a machine, and are read with limits as small; with
``GEO_MERGE_HOSTILE=big`` they are as large as the default limits let them be.
"""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import geopandas as gpd
import shapely
from hostile.given import role_of

from geo_merge.vocabulary.limits import Sizes

BIG = os.environ.get("GEO_MERGE_HOSTILE") == "big"
SMALL = Sizes(file_mb=10, features=2_000, fields=200, layers=50, archive_mb=10, table_mb=1,
              table_rows=1_000, table_columns=100, xlsx_mb=1, xlsx_cells=4_000,
              xlsx_entries=50)  # fmt: skip
SIZES = Sizes() if BIG else SMALL
READ = ""  # it does no harm, and is read
ANY = "*"  # read, with findings or without, or refused: whatever it is, in a sentence
Make = Callable[[Path], None]


@dataclass(frozen=True)
class Hostile:
    """A file: how to make it, the checks one of which refuses it (`READ`: none), and its part."""

    name: str
    make: Make
    ends: str
    role: str

    def write(self, folder: Path) -> Path:
        """Make the file, and return what to name on the command line."""
        path = folder / self.name
        self.make(path)
        return path


FILES: dict[str, Hostile] = {}


def hostile(name: str, ends: str, role: str = "") -> Callable[[Make], Make]:
    """Register what makes a file.

    `ends` are ids of checks, separated by blanks; `role` is the part that it plays for a command,
    by its ending unless given (`given.COMMANDS`).
    """

    def add(make: Make) -> Make:
        assert name not in FILES, name
        FILES[name] = Hostile(name, make, ends, role or role_of(name))
        return make

    return add


def many(small: int, big: int) -> int:
    """Return how many of something a file has."""
    return big if BIG else small


@cache
def frame() -> gpd.GeoDataFrame:
    """Return twelve squares of 9 km², the units that all files are made of."""
    places = [(x, y) for y in range(3) for x in range(4)]
    shapes = [
        shapely.box(
            400_000 + 3000 * x, 2_350_000 + 3000 * y, 403_000 + 3000 * x, 2_353_000 + 3000 * y
        )
        for x, y in places
    ]
    columns = {
        "code": [f"{k:05d}" for k in range(100, 112)],
        "name": [f"Xã {k}" for k in range(12)],
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=9214)


@cache
def parts(kind: str) -> Mapping[str, bytes]:
    """Return the files of the units in a format, by ending."""
    drivers = {"kml": "LIBKML", "gml": "GML", "mif": "MapInfo File", "tab": "MapInfo File"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{kind}"
        if kind == "parquet":
            frame().to_parquet(path)
        else:
            degrees = kind in {"geojson", "kml"}
            (frame().to_crs(4326) if degrees else frame()).to_file(path, driver=drivers.get(kind))
        return {p.suffix[1:]: p.read_bytes() for p in Path(folder).iterdir()}


TABLE = "old_code,new_code,new_name\n" + "".join(
    f"{k:05d},{k % 2 + 90000},Mới {k % 2}\n" for k in range(100, 112)
)


def zipped(
    path: Path, entries: Iterable[tuple[str | zipfile.ZipInfo, bytes]],
    method: int = zipfile.ZIP_DEFLATED,
) -> None:  # fmt: skip
    """Write an archive."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)


def packed(**entries: bytes) -> bytes:
    """Return an archive of files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return file.getvalue()


def prepare(folder: Path) -> Path:
    """Write what is sound: units, a crosswalk, a table to be recoded, seats; return the folder."""
    folder.mkdir(exist_ok=True)
    (folder / "units.gpkg").write_bytes(parts("gpkg")["gpkg"])
    (folder / "table.csv").write_text(TABLE, "utf-8")
    rows = "".join(f"{k:05d},{k}\n" for k in range(100, 113))  # of which one is no unit's
    (folder / "recoded.csv").write_text(f"code,people\n{rows}", "utf-8")
    seats = "new_code,seat_old_code\n90000,00100\n90001,00101\n"
    (folder / "seats.csv").write_text(seats, "utf-8")
    return folder
