"""Numbers of things in words: ``1 error``, ``1,718 errors``."""

from __future__ import annotations

from collections.abc import Sized


def counted(things: int | Sized, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 unit``, ``2,000 units``, ``2 geometries``.

    Parameters
    ----------
    things
        How many there are, or the things themselves.
    noun
        What one of them is called.
    plural
        What several are called; with an s behind by default.
    """
    number = things if isinstance(things, int) else len(things)
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def agree(things: int | Sized, one: str, several: str) -> str:
    """Return the word that agrees with a number: ``is`` or ``are``."""
    number = things if isinstance(things, int) else len(things)
    return one if number == 1 else several
