"""File geodatabases: folders named .gdb."""

from __future__ import annotations

from pathlib import Path

from geo_merge.errors import LayerError
from geo_merge.reading.encodings import Texts
from geo_merge.reading.gdal import read_layer
from geo_merge.reading.raw import RawLayer, refuse_larger
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

_CATALOG = "a00000001.gdbtable"  # the list of tables, in every geodatabase


def is_geodatabase(folder: Path) -> bool:
    """Tell a file geodatabase from other folders, whatever their names."""
    return (folder / _CATALOG).is_file()


def read_geodatabase(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read the layer of polygons of a file geodatabase, or the layer that was named.

    Raises
    ------
    LayerError
        F01 if the folder is none.
    """
    del texts
    if not is_geodatabase(path):
        raise LayerError(sentence("F01.no_geodatabase", name=path.name, catalog=_CATALOG))
    megabytes = sum(file.stat().st_size for file in path.iterdir()) / 2**20
    refuse_larger(path, "mb", megabytes, sizes.file_mb, "file_mb")
    return read_layer(path, path.name, layer, sizes, apart=True)
