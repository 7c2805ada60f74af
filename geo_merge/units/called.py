"""The ways to call one unit: with its type before its name, and without."""

from __future__ import annotations

from geo_merge.vocabulary.country import NameKey


def keys_of(name: str, unit_type: str, key: NameKey) -> set[str]:
    """Return a unit's name for comparing: as it is, without its type, and with it.

    ``Phường Thọ Xương`` of one table and ``Thọ Xương`` with the type ``Phường`` of another have
    keys in common; ``Xã Thọ Xương`` has none of ``Thọ Xương`` that is a ``Phường``.
    """
    typed = bool(unit_type) and name.casefold().startswith(f"{unit_type.casefold()} ")
    bare = name[len(unit_type) :].strip() if typed else name
    return {key(name), key(bare), key(f"{unit_type} {bare}".strip())} - {""}
