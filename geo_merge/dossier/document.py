"""The whole paper, from what it is made of to what each writer writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from geo_merge.dossier import drawn, sections
from geo_merge.dossier.agencies_section import agencies_section
from geo_merge.dossier.content import Document, Section
from geo_merge.dossier.material import Material
from geo_merge.dossier.offices_section import offices_section
from geo_merge.dossier.standards_section import standards_section
from geo_merge.dossier.to_docx import docx
from geo_merge.dossier.to_html import html
from geo_merge.dossier.typesetting import pdf
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import sentence
from geo_merge.vocabulary.shown import shown
from geo_merge.writing.files import whole_file

WRITERS: dict[str, Callable[[Document], bytes]] = {".docx": docx, ".pdf": pdf, ".html": html}
_TABLES: dict[str, Callable[[Material], Section]] = {
    "summary": sections.summary, "units": sections.new_units, "old": sections.old_units,
    "standards": standards_section, "offices": offices_section, "agencies": agencies_section,
    "findings": sections.findings,
    "reconciliation": sections.reconciliation, "ledger": sections.ledger,
    "sources": sections.sources, "glossary": sections.glossary,
}  # fmt: skip
# In the order of the paper.
SECTIONS = ("summary", "maps", "units", "old", "standards", "offices", "agencies", "sheets",
            "findings", "reconciliation", "ledger", "sources", "glossary")  # fmt: skip


def document_of(m: Material, *, names: Sequence[str] = (), scale: float | None = None) -> Document:
    """Return a paper.

    Parameters
    ----------
    m
        What it is made from.
    names
        Keys of the sections that it has (`SECTIONS`); all by default.
    scale
        Of the maps of the whole land; see `drawn.maps`.

    Raises
    ------
    UsageError
        If no paper is large enough for the scale.
    """
    bare = tuple(names) == ("maps",)  # sheets to hang up or to bind into another paper
    groups = ", ".join(group["name"] for group in m.result.summary["groups"])
    return Document(
        language=m.language,
        title=m.t("title"),
        subtitle=shown(groups),
        date=m.date,
        page=m.t("page"),
        head=m.country.letterhead if m.language == "vi" else (),
        signatures=() if bare else (m.t("signed_left"), m.t("signed_right")),
        has_front=not bare,
        sections=tuple(_sections(m, names, scale)),
    )


def _sections(m: Material, names: Sequence[str], scale: float | None) -> Iterator[Section]:
    atlas = drawn.atlas_of(m)
    for key in SECTIONS:
        if names and key not in names:
            continue
        if key == "maps":
            yield from drawn.maps(m, atlas, scale)
        elif key == "sheets":
            yield from drawn.unit_sheets(m, atlas)
        else:
            yield _TABLES[key](m)
        if key == "offices":
            yield from drawn.offices_map(m, atlas)


def check_request(path: Path, names: Sequence[str]) -> None:
    """Refuse a path whose ending names no kind of paper, and sections that there are not.

    Raises
    ------
    UsageError
        If there is something to refuse.
    """
    if path.suffix.lower() not in WRITERS:
        raise UsageError(sentence("usage.paper", name=path.name, endings=", ".join(WRITERS)))
    for name in names:
        if name not in SECTIONS:
            raise UsageError(sentence("usage.section", name=name, sections=", ".join(SECTIONS)))


def write_document(document: Document, path: Path) -> None:
    """Write a paper as what its path ends in, or nothing.

    Raises
    ------
    ExportError
        If it cannot be written; what was there stays.
    UsageError
        If what the kind of paper needs is not installed.
    """
    data = WRITERS[path.suffix.lower()](document)
    with whole_file(path) as temporary:
        temporary.write_bytes(data)
