"""A font of icons with those alone that a page can show: Streamlit's own has four thousand."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

    from geo_merge.system.progress import Progress

# What an icon's name may be. Most words of a program are none, and few more icons cost little.
_WORD = re.compile(r"[a-z][a-z0-9_]*[a-z0-9]")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"
_LIGATURE, _EXTENSION = 4, 7  # kinds of lookups of GSUB


def words_of(programs: Iterable[Path]) -> set[str]:
    """Return the words of programs, among them the names of all icons that they show."""
    return {word for path in programs for word in _WORD.findall(path.read_text("utf-8"))}


def reduced(font: Path, programs: Iterable[Path], _say: Progress | None = None) -> bytes:
    """Return a font, as WOFF2, with those icons alone that programs name.

    Parameters
    ----------
    font
        In which the name of an icon is a ligature, as in Google's Material Symbols.
    programs
        Sources in UTF-8.
    """
    from fontTools.subset import Options, Subsetter  # noqa: PLC0415 - half a second
    from fontTools.ttLib import TTFont as Font  # noqa: PLC0415

    whole = Font(font)
    icons = icons_of(whole)
    shown = sorted(words_of(programs) & icons.keys())
    subsetter = Subsetter(Options(layout_closure=False, layout_features=["*"]))
    subsetter.populate(glyphs=[icons[name] for name in shown], text=_LETTERS)
    subsetter.subset(whole)
    whole.flavor = "woff2"
    written = io.BytesIO()
    whole.save(written)
    return written.getvalue()


def icons_of(font: TTFont) -> dict[str, str]:
    """Return the glyph of each icon by its name."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    found = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            rules = table.ExtSubTable if table.LookupType == _EXTENSION else table
            if rules.LookupType != _LIGATURE:
                continue
            for first, ligatures in rules.ligatures.items():
                for each in ligatures:
                    glyphs = (first, *each.Component)
                    found["".join(letters.get(g, "?") for g in glyphs)] = each.LigGlyph
    return found
