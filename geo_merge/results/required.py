"""What a folder must hold to be a result, told without reading it, and without what reads it."""

from __future__ import annotations

import os
from pathlib import Path

import orjson

from geo_merge.errors import ExportError
from geo_merge.vocabulary.sentence import sentence
from geo_merge.writing.ownership import MANIFEST

_NEEDED = ("summary.json", "new_units.geojson", "old_units.geojson", "parents.geojson",
           "findings.geojson", "crosswalk.csv", "ledger.csv", "statistics.csv")  # fmt: skip


def require_result(directory: str | os.PathLike[str]) -> None:
    """Refuse a folder that cannot hold a result, without reading it: that may take a while.

    Raises
    ------
    ExportError
        If a file of a result is missing, or the manifest is none.
    """
    folder = Path(directory)
    try:
        orjson.loads((folder / MANIFEST).read_bytes())
        missing = [name for name in _NEEDED if not (folder / name).is_file()]
        why = sentence("write.without", files=", ".join(missing)) if missing else ""
    except (OSError, orjson.JSONDecodeError) as error:
        why = str(error)
    if why:
        raise ExportError(sentence("write.no_result", directory=folder, reason=why))
