"""Texts as they can be shown: what has no shape is spelt out, and turns no line around."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"\s+")
# Unicode: control and format characters, surrogates, private use, not assigned, ends of lines.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown(text: str) -> str:
    """Return a text of one line that can be shown and signed: what has no shape is spelt out.

    A control character becomes its number, as ``[U+0007]``; so does what turns the direction of
    reading, by which a name can look like another.
    """
    return _spelt(_BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip())


def on_terminal(text: str) -> str:
    """Return lines that move no cursor, colour nothing and are read in one direction."""
    return "\n".join(_spelt(line.replace("\t", " ")) for line in text.split("\n"))


def _spelt(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(f"[U+{ord(c):04X}]" if unicodedata.category(c) in _UNSEEN else c for c in line)
