"""``offices.csv``, ``offices.geojson`` and ``offices.xlsx``, beside the paper."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np

from geo_merge.dossier.material import Material
from geo_merge.dossier.offices.after import Offices
from geo_merge.dossier.offices_section import form_01
from geo_merge.errors import ExportError
from geo_merge.results.formats import csv_bytes, write_workbook
from geo_merge.vocabulary.sentence import sentence
from geo_merge.writing.files import publish, staging
from geo_merge.writing.geojson import write_geojson

FILES = ("offices.csv", "offices.geojson", "offices.xlsx")
_SHEET = "form_01_sheet"


def write_offices(m: Material, offices: Offices, directory: Path) -> list[Path]:
    """Write the offices as a table, as points, and in the columns of Form 01: all, or none.

    Raises
    ------
    ExportError
        If a file stands there that was not written here, or the folder cannot be written.
    """
    table = offices.table
    refuse_foreign(offices, directory)
    places = np.asarray(gpd.points_from_xy(table["lon"], table["lat"]))
    places[table["lon"].isna().to_numpy()] = None
    layer = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=places, crs=4326)
    with staging(directory) as folder:
        (folder / FILES[0]).write_bytes(csv_bytes(table))
        write_geojson(layer, folder / FILES[1])
        write_workbook({m.t(_SHEET): form_01(m, offices)}, folder / FILES[2])
        publish(folder, directory)
    return [directory / name for name in FILES]


def refuse_foreign(offices: Offices, directory: Path) -> None:
    """Refuse to write over files of others: ours are known by the headings of the table.

    Raises
    ------
    ExportError
        If there are any.
    """
    headings = csv_bytes(offices.table.head(0)).split(b"\n", 1)[0]
    there = [name for name in FILES if (directory / name).exists()]
    ours = (directory / FILES[0]).is_file() and (
        (directory / FILES[0]).read_bytes().split(b"\n", 1)[0].strip() == headings.strip()
    )
    if there and not ours:
        raise ExportError(
            sentence("write.not_dossier", directory=directory, files=", ".join(there))
        )
