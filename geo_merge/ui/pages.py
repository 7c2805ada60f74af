"""The pages beside the map: what draws one is loaded when it is gone to, or while nobody waits.

Charts, papers and repairs take as long to load as all that the first map needs.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

_BESIDE = ("statistics_page", "checks_page", "plan_page", "data_page", "recode_page",
           "download_page")  # fmt: skip


def shown_by(module: str) -> Callable[[], None]:
    """Return what draws the page of a module."""

    def show() -> None:
        import_module(f"geo_merge.ui.{module}").show()

    return show


def load_map() -> None:
    """Load what draws the page that opens first."""
    import_module("geo_merge.ui.map_page")


def load_all() -> None:
    """Load what draws all pages."""
    for module in _BESIDE:
        import_module(f"geo_merge.ui.{module}")
