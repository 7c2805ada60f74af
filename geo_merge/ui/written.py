"""The result in a folder that ``geo-merge build`` wrote: its map at once, all else when asked for.

The map and the figures above it stand in ``map.html`` and ``summary.json``: a country is on show
before its polygons are read.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock, Timer
from typing import Any

import orjson

from geo_merge.errors import GeoMergeError
from geo_merge.maps.display import Display, drawn
from geo_merge.maps.embedded import display_in
from geo_merge.merging.result import MergeResult
from geo_merge.results.files import load_result
from geo_merge.results.required import require_result
from geo_merge.system.memory import give_back

_MAP, _SUMMARY = "map.html", "summary.json"
_MADE_WITH = ("new_units.geojson", "old_units.geojson", "findings.geojson", _SUMMARY)
_APART = 60.0  # seconds that may lie between files of one run: more, and one was changed since
_AHEAD = 3.0  # seconds after which the rest is read: the map goes to the browser first


class Written:
    """A result in its folder, for all sessions.

    Attributes
    ----------
    shown
        What its map shows; None if ``map.html`` is of another version, or older than the rest.
    summary
        Of the result.

    Raises
    ------
    ExportError
        If the folder holds no complete result.
    """

    def __init__(self, directory: Path) -> None:
        require_result(directory)
        self._directory = directory
        self._lock = Lock()
        self._result: MergeResult | None = None
        self._begun = False
        self.shown = _map_in(directory)
        if self.shown is None:
            self.summary: dict[str, Any] = self.read().summary
        else:
            self.summary = orjson.loads((directory / _SUMMARY).read_bytes())

    @property
    def is_read(self) -> bool:
        """Whether the rest of it is in memory."""
        return self._result is not None

    def read(self) -> MergeResult:
        """Return all of it, read once.

        Raises
        ------
        ExportError
            If a file of it cannot be read.
        """
        with self._lock:
            if self._result is None:
                result = load_result(self._directory)
                self._result = (
                    drawn(result)
                    if self.shown is None
                    else replace(result, drawing=self.shown.drawing)
                )
                give_back()
            return self._result

    def read_ahead(self) -> None:
        """Read the rest in a while, for whoever asks for it then."""
        if self._begun or self.is_read:
            return
        self._begun = True
        timer = Timer(_AHEAD, self._read_quietly)
        timer.daemon = True
        timer.start()

    def _read_quietly(self) -> None:
        with suppress(GeoMergeError):  # whoever asks for it is told
            self.read()


def _map_in(directory: Path) -> Display | None:
    """Return what the map of a folder shows, if it was made with the rest."""
    path = directory / _MAP
    try:
        made = path.stat().st_mtime
        last = max((directory / name).stat().st_mtime for name in _MADE_WITH)
        return display_in(path.read_text("utf-8")) if last <= made + _APART else None
    except (OSError, UnicodeDecodeError, orjson.JSONDecodeError):
        return None
