"""A paper as DOCX, which planners edit and sign: real tables, page numbers, maps as pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from geo_merge.dossier.colours import with_few_colours
from geo_merge.dossier.content import (
    Block,
    Column,
    Document,
    Figure,
    Heading,
    PageBreak,
    Paragraph,
    Section,
    Table,
)
from geo_merge.dossier.form import BODY, BOTTOM, CELL, LEFT, RIGHT, SERIF, SMALL, TOP, Paper
from geo_merge.dossier.typesetting import pictures
from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import sentence

# Fixed, so that the same content gives the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_WRITTEN = datetime(1980, 1, 1, tzinfo=UTC)
_TWIPS = 1440 / 25.4  # a millimetre
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_ALIGN = {"left": "left", "right": "right", "centre": "center"}
_STYLES = {"body": "Normal", "note": "Note", "lead": "Lead", "warning": "Warning"}


def docx(document: Document) -> bytes:
    """Return a paper as DOCX.

    Raises
    ------
    UsageError
        If python-docx or typst, which draws the maps, is not installed.
    """
    try:
        from docx import Document as Word  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(sentence("usage.docx")) from error
    word = Word()
    _set_styles(word, document)
    maps = map(with_few_colours, pictures(document.figures))
    if document.has_front:
        _write_front(word, document)
    for k, section in enumerate(document.sections):
        _turn_to(word, section.paper, first=k == 0)
        _write_section(word, section, maps)
    _write_signatures(word, document)
    _write_foot(word, document.page)
    buffer = io.BytesIO()
    word.save(buffer)
    return _without_times(buffer.getvalue())


def _set_styles(word: Any, document: Document) -> None:  # noqa: ANN401 - python-docx is untyped
    """Set type and spacing, and who and when wrote it to nobody and never."""
    from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt, RGBColor  # noqa: PLC0415

    for name in ("Note", "Lead", "Warning"):
        word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = word.styles["Normal"]
    sizes = {"Normal": BODY, "Note": SMALL, "Lead": BODY, "Warning": BODY, "Title": BODY + 1,
             "Heading 1": BODY + 1, "Heading 2": BODY, "Heading 3": BODY}  # fmt: skip
    for name, size in sizes.items():
        style = word.styles[name]
        style.font.size, style.font.name = Pt(size), SERIF
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before = Pt(0)
        style.paragraph_format.space_after = Pt(6)
        style.paragraph_format.line_spacing = 1.0
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            if key.endswith("Theme"):
                del fonts.attrib[key]
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), SERIF)
    for name in ("Lead", "Heading 1", "Heading 2", "Heading 3", "Title"):
        word.styles[name].font.bold = True
    rule = word.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if rule is not None:
        word.styles["Title"].element.pPr.remove(rule)
    properties = word.core_properties
    properties.title, properties.language = document.title, document.language
    properties.author, properties.comments = "", ""
    properties.created = properties.modified = _WRITTEN


def _write_front(word: Any, document: Document) -> None:  # noqa: ANN401
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415

    lines = [(line, "Lead") for line in document.head]
    lines += [(document.title, "Title"), (document.subtitle, "Normal"), (document.date, "Normal")]
    for text, style in lines:
        word.add_paragraph(text, style).alignment = WD_ALIGN_PARAGRAPH.CENTER


def _turn_to(word: Any, paper: Paper, *, first: bool) -> None:  # noqa: ANN401
    """Go on with a section of Word on this paper; the same as before needs none."""
    from docx.enum.section import WD_ORIENT, WD_SECTION  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    now = word.sections[-1]
    if not first and (now.page_width, now.page_height) == (Mm(paper.width), Mm(paper.height)):
        return
    section = now if first else word.add_section(WD_SECTION.NEW_PAGE)
    section.page_width, section.page_height = Mm(paper.width), Mm(paper.height)
    section.orientation = WD_ORIENT.LANDSCAPE if paper.lies_across else WD_ORIENT.PORTRAIT
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.footer_distance = Mm(10)


def _write_section(word: Any, section: Section, maps: Iterator[bytes]) -> None:  # noqa: ANN401
    if section.title:
        word.add_heading(section.title, 1)
    turn = False  # a page break is said of the paragraph after it: one alone would be a blank page
    for block in section.blocks:
        if isinstance(block, PageBreak):
            turn = True
            continue
        first = _write(word, block, section.paper, maps)
        first.paragraph_format.page_break_before = turn or None
        turn = False


def _write(word: Any, block: Block, paper: Paper, maps: Iterator[bytes]) -> Any:  # noqa: ANN401
    """Write a block, and return its first paragraph."""
    from docx.shared import Mm, Pt  # noqa: PLC0415

    match block:
        case Heading():
            return word.add_heading(block.text, min(block.level, 3))
        case Paragraph():
            return word.add_paragraph(block.text, _STYLES[block.style])
        case Table():
            before = word.add_paragraph(block.caption, "Note")
            before.paragraph_format.keep_with_next = True
            if not block.caption:
                before.paragraph_format.space_after = Pt(0)
                before.paragraph_format.line_spacing = Pt(6)
            _append(word, _table(block, paper.inner[0]))
            return before
        case Figure():
            picture = word.add_picture(io.BytesIO(next(maps)), Mm(block.width), Mm(block.height))
            picture._inline.docPr.set("descr", block.title)  # noqa: SLF001 - no other way
            word.paragraphs[-1].paragraph_format.space_after = Pt(0)
            return word.paragraphs[-1]
    raise TypeError(block)


def _append(word: Any, xml: str) -> None:  # noqa: ANN401
    """Put a table at the end: cell by cell, python-docx takes minutes for thousands of cells."""
    from docx.oxml import parse_xml  # noqa: PLC0415

    word.element.body.insert_element_before(parse_xml(xml), "w:sectPr")


def _table(table: Table, width: float) -> str:
    """Return a table of Word over so many millimetres, its headings repeated on each page."""
    part = width * _TWIPS / sum(column.width for column in table.columns)
    grid = [round(column.width * part) for column in table.columns]
    heads = [_row(table.columns, [c.title for c in table.columns], grid, head=True)]
    last = len(table.rows) - 1
    rows = [
        _row(table.columns, row, grid, bold=table.total and k == last)
        for k, row in enumerate(table.rows)
    ]
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="777777"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'<w:tbl xmlns:w="{_WORD}"><w:tblPr><w:tblW w:w="{sum(grid)}" w:type="dxa"/>'
        f'<w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>'
        + "".join(f'<w:gridCol w:w="{w}"/>' for w in grid)
        + f"</w:tblGrid>{''.join([*(heads if table.has_titles else []), *rows])}</w:tbl>"
    )


def _row(
    columns: tuple[Column, ...], texts: Any, grid: list[int], *,  # noqa: ANN401 - texts, in order
    head: bool = False, bold: bool = False,
) -> str:  # fmt: skip
    style = f'<w:rPr>{"<w:b/>" if head or bold else ""}<w:sz w:val="{round(2 * CELL)}"/></w:rPr>'
    fill = '<w:shd w:val="clear" w:color="auto" w:fill="EEEEEE"/>' if head else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{fill}</w:tcPr><w:p><w:pPr>'
        '<w:spacing w:before="20" w:after="20"/>'
        f'<w:jc w:val="{"center" if head else _ALIGN[column.align]}"/></w:pPr>'
        f'<w:r>{style}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
        for column, text, width in zip(columns, texts, grid, strict=True)
    )
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{cells}</w:tr>"


def _write_signatures(word: Any, document: Document) -> None:  # noqa: ANN401
    """Leave places for signatures."""
    if not document.signatures:
        return
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415

    table = word.add_table(rows=1, cols=len(document.signatures))
    for cell, text in zip(table.rows[0].cells, document.signatures, strict=True):
        cell.paragraphs[0].text = text
        cell.paragraphs[0].style = word.styles["Lead"]
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER


def _write_foot(word: Any, text: str) -> None:  # noqa: ANN401
    """Write ``{page}`` and ``{pages}`` as fields that Word fills in, on every page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.oxml import parse_xml  # noqa: PLC0415

    foot = word.sections[0].footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, _, rest = text.partition("{page}")
    between, _, after = rest.partition("{pages}")
    for words, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
        if words:
            foot.add_run(words)
        if field:
            foot._p.append(  # noqa: SLF001 - no other way
                parse_xml(
                    f'<w:fldSimple xmlns:w="{_WORD}" w:instr="{field}"><w:r><w:t>1</w:t></w:r>'
                    "</w:fldSimple>"
                )
            )


def _without_times(data: bytes) -> bytes:
    """Return a zip whose files are all of one time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as read, zipfile.ZipFile(buffer, "w") as written:
        for name in read.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            written.writestr(entry, read.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
