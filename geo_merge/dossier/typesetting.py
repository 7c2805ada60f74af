"""Typesetting with typst: the PDF, and the maps as pictures for Word.

What is typeset is handed over as data beside a template that never changes: a name with ``#`` or
``$`` in it is text, and no text of a planner is source.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from typing import Any, Literal, cast

import orjson

from geo_merge.dossier.content import (
    Block,
    Document,
    Figure,
    Heading,
    PageBreak,
    Paragraph,
    Table,
)
from geo_merge.dossier.form import BODY, BOTTOM, CELL, LEFT, RIGHT, SMALL, TOP
from geo_merge.errors import ExportError, UsageError
from geo_merge.system.scratch import scratch
from geo_merge.vocabulary.sentence import sentence

# Comes with typst and has every letter of Vietnamese, which Liberation Serif has not.
FONT = "Libertinus Serif"
DPI = 300
# What the font has: other scripts are set in fonts of the machine, if it has them.
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")


def pdf(document: Document) -> bytes:
    """Return a paper as PDF, its maps as lines and its fonts embedded."""
    maps = {id(figure): f"map-{k}.svg" for k, figure in enumerate(document.figures)}
    content = {
        "language": document.language, "title": document.title, "subtitle": document.subtitle,
        "date": document.date, "page": document.page, "head": document.head,
        "signatures": document.signatures, "front": document.has_front,
        "sections": list(_sheets(document, maps)),
        "form": {"font": FONT, "body": BODY, "cell": CELL, "small": SMALL, "top": TOP,
                 "bottom": BOTTOM, "left": LEFT, "right": RIGHT},
    }  # fmt: skip
    return _compiled("dossier.typ", content, document.figures, "pdf")[0]


def page(figure: Figure) -> bytes:
    """Return a map as a PDF of its own size, as lines and with its fonts embedded."""
    content = {"width": figure.width, "height": figure.height, "file": "map-0.svg"}
    return _compiled("map.typ", content, [figure], "pdf")[0]


def pictures(figures: Sequence[Figure]) -> Iterator[bytes]:
    """Yield maps as PNG of 300 dots an inch, in order: all at once would fill the memory."""
    for figure in figures:
        content = {"width": figure.width, "height": figure.height, "file": "map-0.svg"}
        yield from _compiled("map.typ", content, [figure], "png")


def _compiled(
    template: str,
    content: Any,  # noqa: ANN401 - whatever JSON knows
    figures: Sequence[Figure],
    kind: Literal["pdf", "png"],
) -> list[bytes]:
    try:
        import typst  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(sentence("usage.typst")) from error
    data = orjson.dumps(content)
    with scratch() as folder:
        for k, figure in enumerate(figures):
            (folder / f"map-{k}.svg").write_text(figure.svg, "utf-8")
        (folder / "content.json").write_bytes(data)
        source = folder / "paper.typ"
        source.write_bytes((files("geo_merge.dossier") / template).read_bytes())
        fonts_here = not _is_in_font([data.decode(), *(f.svg for f in figures)])
        try:
            made: Any = typst.compile(
                source, root=folder, format=kind, ppi=DPI, timestamp=0,
                ignore_system_fonts=not fonts_here,
            )  # fmt: skip
        except typst.TypstError as error:
            raise ExportError(sentence("write.typesetting", reason=error)) from error
    return [made] if isinstance(made, bytes) else list(made)


def _is_in_font(texts: Iterable[str]) -> bool:
    """Tell whether all letters are of scripts that the embedded font has."""
    letters = {c for text in texts for c in set(text) if c.isalpha()}
    return all(unicodedata.name(c, "").startswith(_SCRIPTS) for c in letters)


def _sheets(document: Document, maps: dict[int, str]) -> Iterator[dict[str, Any]]:
    """Yield runs of sections on the same paper: only another paper begins a new page."""
    run: dict[str, Any] | None = None
    for section in document.sections:
        size = {"width": section.paper.width, "height": section.paper.height}
        if run is None or any(run[side] != value for side, value in size.items()):
            if run is not None:
                yield run
            run = {**size, "parts": []}
        run["parts"].append(
            {"title": section.title, "blocks": [_block(block, maps) for block in section.blocks]}
        )
    if run is not None:
        yield run


def _block(block: Block, maps: dict[int, str]) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "text": block.text, "level": block.level}
        case Paragraph():
            return {"kind": "paragraph", "text": block.text, "style": block.style}
        case Table():
            columns = [vars(column) for column in block.columns]
            return {"kind": "table", "columns": columns, "rows": block.rows, "total": block.total,
                    "caption": block.caption, "titles": block.has_titles}  # fmt: skip
        case Figure():
            return {"kind": "figure", "file": maps[id(block)], "width": block.width,
                    "height": block.height, "title": block.title}  # fmt: skip
        case PageBreak():
            return {"kind": "break"}
    return cast("dict[str, Any]", block)
