"""Names that were cut at the width of a field, as Shapefiles and old databases do."""

from __future__ import annotations

from collections.abc import Iterable

from geo_merge.vocabulary.codes import fold_name

# Letters of which fewer are no width of a field, but a short name.
_NARROWEST = 5
# Bytes of a letter: one that does not fit as a whole is left out.
_LETTER = 4


def width_of(names: Iterable[str]) -> tuple[int, int]:
    """Return how long names are at most, in letters and in bytes of UTF-8: their field's width."""
    texts = list(map(str, names))
    letters = max(map(len, texts), default=0)
    return letters, max((len(text.encode()) for text in texts), default=0)


def is_cut(short: str, whole: str, width: tuple[int, int]) -> bool:
    """Tell whether a name is the beginning of another, and ends where its field does.

    Parameters
    ----------
    short, whole
        The names.
    width
        Of the field of the short one; see `width_of`.
    """
    letters, octets = width
    begins = len(short) < len(whole) and fold_name(whole).startswith(fold_name(short))
    # Words at the width lose the blank behind them: one letter less is the width too.
    full = len(short) >= letters - 1 or len(short.encode()) > octets - _LETTER
    return begins and full and letters >= _NARROWEST
