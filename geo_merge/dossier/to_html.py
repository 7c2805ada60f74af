"""A paper as one HTML file, which opens and prints without internet and runs no script."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from geo_merge.dossier.content import (
    Block,
    Document,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
)
from geo_merge.dossier.form import BODY, BOTTOM, CELL, LEFT, PAPERS, RIGHT, SERIF, SMALL, TOP

# No script, nothing from elsewhere: whatever a name may hold, nothing runs.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = f"""
body {{ font: {BODY}pt/1.4 "{SERIF}", "Libertinus Serif", "DejaVu Serif", serif; color: #111;
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
header, .signatures {{ text-align: center; }}
h1 {{ font-size: 1.4em; }} h2 {{ font-size: 1.15em; margin-top: 2.5em; }} h3 {{ font-size: 1em; }}
table {{ border-collapse: collapse; width: 100%; font-size: {CELL}pt; margin: .6em 0 1.2em; }}
caption {{ text-align: left; font-style: italic; }}
th, td {{ border: 1px solid #777; padding: .15em .4em; vertical-align: top; text-align: left;
  overflow-wrap: anywhere; }}
th {{ background: #eee; }} .right {{ text-align: right; }} .centre {{ text-align: center; }}
tr.total {{ font-weight: bold; }} .note {{ font-size: {SMALL}pt; color: #444; }}
.lead {{ font-weight: bold; }} .warning {{ border-left: 4px solid #b00; padding-left: .6em; }}
.wide {{ overflow-x: auto; }} figure {{ margin: 1em 0; overflow-x: auto; }}
.signatures {{ display: flex; justify-content: space-around; margin: 3em 0 6em; }}
@media print {{ body {{ max-width: none; margin: 0; padding: 0; }} .wide, figure {{ overflow: visible; }}
  thead {{ display: table-header-group; }} tr, figure {{ break-inside: avoid; }}
  .break, section {{ break-before: page; }} section:first-of-type {{ break-before: auto; }} }}
"""  # noqa: E501 - a rule a line


def html(document: Document) -> bytes:
    """Return a paper as one HTML file."""
    body = "\n".join([*_head(document), *map(_section, document.sections), *_signed(document)])
    return (
        f'<!DOCTYPE html>\n<html lang="{document.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(document.title)}</title>\n<style>{_STYLE}{_pages()}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    ).encode()


def _pages() -> str:
    """Return a rule for each size of paper."""
    margins = f"margin: {TOP}mm {RIGHT}mm {BOTTOM}mm {LEFT}mm;"
    return "".join(
        f"@page {paper.name}{'l' if paper.lies_across else ''} "
        f"{{ size: {paper.width}mm {paper.height}mm; {margins} }}\n"
        for size in PAPERS
        for paper in (size, size.across)
    )


def _head(document: Document) -> Iterator[str]:
    if not document.has_front:
        return
    yield "<header>"
    yield from (f"<p><b>{escape(line)}</b></p>" for line in document.head)
    yield f"<h1>{escape(document.title)}</h1>"
    yield f"<p>{escape(document.subtitle)}</p><p>{escape(document.date)}</p></header>"


def _signed(document: Document) -> Iterator[str]:
    if document.signatures:
        places = "".join(f"<div>{escape(text)}</div>" for text in document.signatures)
        yield f'<div class="signatures">{places}</div>'


def _section(section: Section) -> str:
    page = section.paper.name + ("l" if section.paper.lies_across else "")
    title = f"<h2>{escape(section.title)}</h2>" if section.title else ""
    blocks = "\n".join(map(_block, section.blocks))
    return f'<section data-section="{section.key}" style="page: {page}">\n{title}\n{blocks}\n</section>'  # noqa: E501


def _block(block: Block) -> str:
    match block:
        case Heading():
            level = min(block.level + 1, 6)
            return f"<h{level}>{escape(block.text)}</h{level}>"
        case Paragraph():
            return f'<p class="{block.style}">{escape(block.text)}</p>'
        case Table():
            return f'<div class="wide">{_table(block)}</div>'
        case Figure():
            return f'<figure role="img" aria-label="{escape(block.title)}">{block.svg}</figure>'
    return '<div class="break"></div>'


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    heads = "".join(f'<th scope="col">{escape(c.title)}</th>' for c in table.columns)
    head = f"<thead><tr>{heads}</tr></thead>" if table.has_titles else ""
    last = len(table.rows) - 1
    rows = "".join(
        ('<tr class="total">' if table.total and k == last else "<tr>")
        + "".join(
            f'<td class="{c.align}">{escape(cell)}</td>'
            for c, cell in zip(table.columns, row, strict=True)
        )
        + "</tr>"
        for k, row in enumerate(table.rows)
    )
    return f"<table>{caption}{head}<tbody>{rows}</tbody></table>"
