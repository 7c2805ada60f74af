"""The thresholds of standards as classes of figures, for maps."""

from __future__ import annotations

from typing import Any

from geo_merge.planning.standard_files import known_standards, read_standard
from geo_merge.planning.standards import Standard, Sure

_QUANTITIES = ("population", "area_km2")


def scales_of(country: str | None) -> list[dict[str, Any]]:
    """Return what the standards of a country ask of single units.

    Parameters
    ----------
    country
        Code of the country, as ``VN``; None for one that is not known, which has none.

    Returns
    -------
    list of dict
        ``id``, ``law`` by language, ``sure`` (whether all was read in the text of the law), and
        ``limits``: by quantity (people, km²), each threshold
        with the classes that ask for it, by language; without reductions, the least first.
    """
    start = f"{(country or '?').lower()}-"
    return [scale_of(read_standard(name)) for name in known_standards() if name.startswith(start)]


def scale_of(standard: Standard) -> dict[str, Any]:
    """Return what a standard asks of single units; see `scales_of`."""
    sure = True
    limits: dict[str, dict[float, list[dict[str, str]]]] = {name: {} for name in _QUANTITIES}
    for unit_class in standard.of_level("unit"):
        for threshold in unit_class.thresholds:
            if threshold.quantity in limits:
                classes = limits[threshold.quantity].setdefault(threshold.required, [])
                classes.append(unit_class.names)
                sure &= threshold.source.sure == Sure.ORIGINAL
    return {
        "id": standard.id,
        "law": standard.law,
        "sure": sure,
        "limits": {
            name: [{"from": at, "classes": classes} for at, classes in sorted(found.items())]
            for name, found in limits.items()
        },
    }
