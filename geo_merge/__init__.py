"""Merge administrative units: new boundaries, and the proof that nothing was lost."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo_merge.api import merge, read_crosswalk, read_table, read_units, validate
    from geo_merge.errors import GeoMergeError
    from geo_merge.maps.page import before_after_map
    from geo_merge.mending import Repaired, RepairOptions, repair
    from geo_merge.merging.result import MergeResult
    from geo_merge.results.files import load_result, write
    from geo_merge.units.crosswalk import resolve
    from geo_merge.vocabulary.finding import Finding, Severity
    from geo_merge.vocabulary.ledger import LedgerRow
    from geo_merge.writing.geojson import write_geojson

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
    "Finding": "vocabulary.finding",
    "GeoMergeError": "errors",
    "LedgerRow": "vocabulary.ledger",
    "MergeResult": "merging.result",
    "RepairOptions": "mending",
    "Repaired": "mending",
    "Severity": "vocabulary.finding",
    "before_after_map": "maps.page",
    "load_result": "results.files",
    "merge": "api",
    "read_crosswalk": "api",
    "read_table": "api",
    "read_units": "api",
    "repair": "mending",
    "resolve": "units.crosswalk",
    "validate": "api",
    "write": "results.files",
    "write_geojson": "writing.geojson",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the names above
    """Import a name when it is first used, so that ``geo-merge --help`` need not wait."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - as above

        return version("geo-merge")
    if name not in _HOME:
        raise AttributeError(f"module 'geo_merge' has no attribute {name!r}")
    return getattr(import_module(f"geo_merge.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """Return what there is to use."""
    return sorted([*__all__, "__version__"])
