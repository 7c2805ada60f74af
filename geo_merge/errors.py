"""The named errors of geo_merge, under one base class.

Every message is for a planner: what was found, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable


class GeoMergeError(Exception):
    """Base of all errors that geo_merge raises on purpose.

    Parameters
    ----------
    problems
        One sentence, or all the sentences of one run: a planner mends ten rows in one go.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class LayerError(GeoMergeError):
    """A layer cannot be read: file, geometry type, fields or codes."""


class SeveralLayersError(LayerError):
    """A file has several layers, and none was named; `layers` has their names."""

    def __init__(self, problems: str | Iterable[str], layers: Iterable[str]) -> None:
        super().__init__(problems)
        self.layers = tuple(layers)


class CRSError(LayerError):
    """The coordinate reference system is missing, or the coordinates contradict it."""


class TableError(GeoMergeError):
    """A table (crosswalk, declared figures) cannot be read."""


class CrosswalkError(GeoMergeError):
    """The crosswalk does not say of every old unit, once, what became of it."""


class GeometryError(GeoMergeError):
    """Geometries that cannot be dissolved: null, empty or invalid."""


class ExportError(GeoMergeError):
    """A result cannot be written."""


class FetchError(GeoMergeError):
    """Published boundaries cannot be fetched."""


class UsageError(GeoMergeError):
    """Options that contradict each other or name nothing."""


class PlanError(GeoMergeError):
    """A plan cannot be read, or what is asked of it cannot be done."""


class StandardError(GeoMergeError):
    """A file of standards cannot be read."""


class ClusterError(GeoMergeError):
    """A Dask scheduler does not answer, or its workers fail."""
