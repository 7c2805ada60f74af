"""The ways to call one unit: with its type before its name, and without."""

from __future__ import annotations

from collections.abc import Iterable

from geo_merge.vocabulary.country import NameKey


def keys_of(name: str, unit_type: str, key: NameKey) -> set[str]:
    """Return a unit's name for comparing: as it is, without its type, and with it.

    ``Phường Thọ Xương`` of one table and ``Thọ Xương`` with the type ``Phường`` of another have
    keys in common; ``Xã Thọ Xương`` has none of ``Thọ Xương`` that is a ``Phường``.
    """
    bare = name[len(unit_type) :].strip() if _is_typed(name, unit_type) else name
    return {key(name), key(bare), key(f"{unit_type} {bare}".strip())} - {""}


def full_name(name: str, unit_type: str) -> str:
    """Return a name with its type before it, once: ``Phường Thọ Xương`` has it already."""
    return name if _is_typed(name, unit_type) else f"{unit_type} {name}".strip()


def full_names(names: Iterable[str], unit_types: Iterable[str]) -> list[str]:
    """Return `full_name` of each."""
    return [full_name(*pair) for pair in zip(names, unit_types, strict=True)]


def _is_typed(name: str, unit_type: str) -> bool:
    return bool(unit_type) and name.casefold().startswith(f"{unit_type.casefold()} ")
