"""Sheets as files: PDF and SVG as lines, PNG of 300 dots an inch."""

from __future__ import annotations

from pathlib import Path

from geo_merge.dossier.content import Figure
from geo_merge.dossier.typesetting import page, pictures
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import sentence
from geo_merge.writing.files import whole_file

KINDS = ("pdf", "svg", "png")


def sheet_bytes(figure: Figure, kind: str) -> bytes:
    """Return a sheet as a file of a kind.

    Raises
    ------
    UsageError
        If typst, which PDF and PNG need, is not installed.
    """
    if kind == "svg":
        return figure.svg.encode()
    return page(figure) if kind == "pdf" else next(pictures([figure]))


def check_out(out: Path) -> str:
    """Return the kind of file that a name asks for.

    Raises
    ------
    UsageError
        If it is none of `KINDS`.
    """
    kind = out.suffix.lower().lstrip(".")
    if kind not in KINDS:
        raise UsageError(sentence("usage.sheet_kind", out=out))
    return kind


def write_sheet(figure: Figure, out: Path) -> None:
    """Write a sheet, whole or not at all."""
    data = sheet_bytes(figure, check_out(out))
    with whole_file(out) as temporary:
        temporary.write_bytes(data)
