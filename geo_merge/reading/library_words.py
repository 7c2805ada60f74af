"""What libraries say of a file, as a planner can read it."""

from __future__ import annotations

import re
import tempfile

from geo_merge.system.scratch import PREFIX

_LONGEST = 300  # characters
_SOURCES = re.compile(r"Error occurred in \S+ at line \d+")  # of a library
_ADVICE = re.compile(r"[;.]?\s*It might help to specify .*", re.DOTALL)  # for programmers


def said_by_library(said: object, name: str) -> str:
    """Return what a library says of a file in a line, without where a copy of it of ours lay."""
    copies = rf"{re.escape(tempfile.gettempdir())}[/\\]{PREFIX}\w+(?:[/\\][^\s'\";,:]*\w)?"
    text = _SOURCES.sub("its structure is damaged", " ".join(f"{said}".split()))
    text = _ADVICE.sub("", re.sub(copies, lambda _: name, text))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
