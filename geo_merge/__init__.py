"""Merge administrative units: new boundaries, and the proof that nothing was lost."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo_merge.crosswalk import resolve
    from geo_merge.errors import GeoMergeError
    from geo_merge.export import load_result, write
    from geo_merge.geojson import write_geojson
    from geo_merge.layers import read_units
    from geo_merge.maps import before_after_map
    from geo_merge.mending import Repaired, RepairOptions, repair
    from geo_merge.models import Finding, LedgerRow, MergeResult, Severity
    from geo_merge.pipeline import merge, validate
    from geo_merge.tables import read_crosswalk, read_table

__all__ = [
    "Finding",
    "GeoMergeError",
    "LedgerRow",
    "MergeResult",
    "RepairOptions",
    "Repaired",
    "Severity",
    "before_after_map",
    "load_result",
    "merge",
    "read_crosswalk",
    "read_table",
    "read_units",
    "repair",
    "resolve",
    "validate",
    "write",
    "write_geojson",
]

_HOME = {
    "Finding": "models",
    "GeoMergeError": "errors",
    "LedgerRow": "models",
    "MergeResult": "models",
    "RepairOptions": "mending",
    "Repaired": "mending",
    "Severity": "models",
    "before_after_map": "maps",
    "load_result": "export",
    "merge": "pipeline",
    "read_crosswalk": "tables",
    "read_table": "tables",
    "read_units": "layers",
    "repair": "mending",
    "resolve": "crosswalk",
    "validate": "pipeline",
    "write": "export",
    "write_geojson": "geojson",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the names above
    """Import a name when it is first used, so that ``geo-merge --help`` need not wait."""
    if name not in _HOME:
        raise AttributeError(f"module 'geo_merge' has no attribute {name!r}")
    return getattr(import_module(f"geo_merge.{_HOME[name]}"), name)
