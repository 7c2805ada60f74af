"""The formats that layers come in: one table for the readers, the page, messages and guide."""

from __future__ import annotations

from dataclasses import dataclass

from geo_merge.errors import LayerError
from geo_merge.vocabulary.sentence import Sentence, sentence


@dataclass(frozen=True)
class Kind:
    """A format.

    Attributes
    ----------
    name
        What people call it.
    endings
        Of its files, with the dot, in small letters; the first is the usual one.
    needed, more
        Endings of the files of the same name that belong with it, and of those that may.
    """

    name: str
    endings: tuple[str, ...]
    needed: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """What people call it, for sentences in any language."""
        return sentence(_CALLED[self.name]) if self.name in _CALLED else self.name

    @property
    def parts(self) -> tuple[str, ...]:
        """Endings of all files of a layer that is several."""
        return (self.endings[0], *self.needed, *self.more) if self.needed else ()


SHAPEFILE = Kind("Shapefile", (".shp",), (".shx", ".dbf"), (".prj", ".cpg"))
GEOPACKAGE = Kind("GeoPackage", (".gpkg",))
GEOJSON = Kind("GeoJSON", (".geojson", ".json", ".geojsonl", ".geojsons", ".geojsonseq", ".ndjson",
                           ".topojson"))  # fmt: skip
FLATGEOBUF = Kind("FlatGeobuf", (".fgb",))
GEOPARQUET = Kind("GeoParquet", (".parquet", ".geoparquet"))
TAB = Kind("MapInfo TAB", (".tab",), (".dat", ".map", ".id"), (".ind",))
MIF = Kind("MapInfo MIF", (".mif",), (".mid",))
GEODATABASE = Kind("file geodatabase", (".gdb",))
KML = Kind("KML", (".kml", ".kmz"))
GML = Kind("GML", (".gml",))
ZIP = Kind("zip archive", (".zip",))
KINDS = (SHAPEFILE, GEOPACKAGE, GEOJSON, FLATGEOBUF, GEOPARQUET, TAB, MIF, GEODATABASE, KML, GML,
         ZIP)  # fmt: skip
BY_ENDING = {ending: kind for kind in KINDS for ending in kind.endings}
# Files that are no layer by themselves, by the layer that they belong with.
PART_OF = {ending: kind for kind in KINDS for ending in (*kind.needed, *kind.more)}
# Names that are words, not those of programs.
_CALLED = {"zip archive": "F01.zip", "file geodatabase": "F01.geodatabase"}
# What people have instead, and what it is.
_OTHERS = {".dxf": "F01.autocad", ".dwg": "F01.autocad",
           ".dgn": "F01.microstation", ".sqlite": "F01.sqlite",
           ".db": "F01.database", ".mdb": "F01.access", ".accdb": "F01.access",
           ".gpx": "F01.gps", ".osm": "F01.osm", ".pbf": "F01.osm",
           ".e00": "F01.arcinfo", ".xml": "F01.xml", ".qgz": "F01.qgis",
           ".qgs": "F01.qgis", ".mxd": "F01.arcmap", ".aprx": "F01.arcgis",
           ".lyr": "F01.style", ".wor": "F01.workspace",
           ".pdf": "F01.document", ".mpk": "F01.map_package",
           ".rar": "F01.rar", ".7z": "F01.seven", ".gz": "F01.gzip",
           ".docx": "F01.document", ".doc": "F01.document"}  # fmt: skip
_TABLES = {".csv", ".tsv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
_PACKED = {".rar", ".7z", ".gz"}


def accepted() -> list[Sentence]:
    """Return the formats with their endings, for messages."""
    return [
        sentence("F01.format", name=kind.called, endings=", ".join(kind.endings)) for kind in KINDS
    ]


def kind_of(name: str, ending: str) -> Kind:
    """Return the format of a file by the ending of its name.

    Raises
    ------
    LayerError
        With what the file is, and the way from it to a layer.
    """
    ending = ending.lower()
    if ending in BY_ENDING:
        return BY_ENDING[ending]
    if ending in PART_OF:
        kind = PART_OF[ending]
        raise LayerError(sentence("F02.part", file=name, format=kind.name, main=kind.endings[0]))
    if ending in _PACKED:
        raise LayerError(sentence("F01.packed", file=name, what=sentence(_OTHERS[ending])))
    if is_table(ending):
        raise LayerError(sentence("F01.table", file=name))
    if ending in _OTHERS:
        raise LayerError(sentence("F01.other", file=name, what=sentence(_OTHERS[ending])))
    raise LayerError(sentence("F01.unknown", file=name, ending=ending, formats=accepted()))


def is_table(ending: str) -> bool:
    """Tell whether files of this ending are tables, which have no boundaries."""
    return ending.lower() in _TABLES
