"""GDAL and PROJ closed: what a file names is never opened, neither on this machine nor elsewhere.

Three walls stand one behind the other. The content of a file is compared with what its name says
before any library sees it; texts that name files or addresses are refused (`crs_text`); and GDAL
itself gets an environment in which it can open neither.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Drivers that open what a text names, of the local disk or of the network.
SKIPPED = ("OGR_VRT", "GDALG", "HTTP", "WFS", "OAPIF", "OGCAPI", "CSW", "Carto", "AmigoCloud",
           "Elasticsearch", "NGW", "PLSCENES", "EEDA", "GTFS", "MapML", "GPSBabel", "ADBC", "KML",
           "GeoRSS", "GPX", "LVBAG", "MVT", "MBTiles", "PMTiles")  # fmt: skip
# No request leaves the machine: the proxy that it would go through does not exist.
_NOWHERE = "http://127.0.0.1:0"
_OPTIONS: dict[str, str | None] = {
    "GDAL_HTTP_PROXY": _NOWHERE,
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    # GML: no schema, neither beside the file nor from where it says; no elements by reference.
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "GML_GFS_TEMPLATE": None,
    "GML_FIELDTYPES": "ALWAYS_STRINGS",
    "LIBKML_RESOLVE_STYLE": "NO",
    # Holes of Shapefiles are told from their place: some programs wind every ring the wrong way.
    "OGR_ORGANIZE_POLYGONS": "DEFAULT",
}


def close_process() -> None:
    """Leave out, in a process of our own, the drivers that open what a text names.

    GDAL registers its drivers once, when pyogrio is imported: call this before. In a process that
    is not ours (a notebook) the other walls stand alone, and GDAL keeps its drivers.
    """
    os.environ["PROJ_NETWORK"] = "OFF"
    if "pyogrio" not in sys.modules:
        os.environ["GDAL_SKIP"] = ",".join(SKIPPED)


@contextmanager
def closed() -> Iterator[None]:
    """Let GDAL read with its doors shut, and give a caller's options back afterwards."""
    import pyogrio  # noqa: PLC0415 - the environment must be set before it is loaded

    before = {name: pyogrio.get_gdal_config_option(name) for name in _OPTIONS}
    pyogrio.set_gdal_config_options(_OPTIONS)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
