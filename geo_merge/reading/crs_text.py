"""Texts that stand for a coordinate reference system, and the files that they may not name."""

from __future__ import annotations

import re

from geo_merge.errors import CRSError
from geo_merge.vocabulary.sentence import sentence

# What makes PROJ or GDAL open a file: grids of a datum, by whatever notation, and lists of
# definitions. The grid "null", which stands in every Web Mercator, is none; init=epsg:... is a
# code.
_FILE = re.compile(
    r"""(?:nad|geoid|xyz)grids["'\s]*[=,:]["'\s]*(?!@?null\b)@?(?P<grid>[^\s"',\]]*)
    | \binit["'\s]*=\s*(?!epsg:\d)(?P<init>[^\s"',\]]*)
    | PROJ4_GRIDS"\s*,\s*"(?!@?null")(?P<old>[^"]*)
    | PARAMETERFILE\s*\[\s*"[^"]*"\s*,\s*"(?!@?null")(?P<parameter>[^"]*)
    | \+(?:catalog|grids|file)\s*=\s*(?P<more>[^\s"',\]]*)
    | ^\s*(?P<path>(?:/|\.{1,2}/|~|\\\\|[a-z]:[\\/])\S*)
    | ^\s*(?P<address>(?:https?|ftp|file)://(?!(?:www\.)?opengis\.net/)\S*)""",
    re.IGNORECASE | re.VERBOSE,
)


def names_file(text: str) -> str:
    """Return the file or address that a text for a CRS names; empty if it names none."""
    found = _FILE.search(text)
    if found is None:
        return ""
    return next((part for part in found.groups() if part), found.group())


def refuse_files(text: str, source: str) -> None:
    """Refuse a text for a CRS that would make a library open a file or an address.

    Raises
    ------
    CRSError
        R01, with what the text names.
    """
    named = names_file(text)
    if named:
        raise CRSError(sentence("R01.names_file", source=source, named=named[:80]))
