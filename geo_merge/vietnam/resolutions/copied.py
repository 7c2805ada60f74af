"""What copies of a text leave in it that its author did not write, taken out before it is read.

Pages of a gazette, of a browser and of a PDF file; marks of Word, Markdown and HTML; letters and
marks that look like others.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from geo_merge.vietnam.names import LOOKALIKES

_LINE_ENDS = re.compile("\r\n?|[\v\u0085\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n\f]")
# Written for the eye alone: soft hyphens (with the line's end that they are for), joiners.
_UNSEEN = re.compile("\u00ad\n?|[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# A word that is parted at the end of a line; a name with a hyphen goes on with a capital.
_PARTED = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011]\n[ ]*(?=([^\W\d_]))")
_TAG = re.compile(r"</?[a-z][^<>\n]*>", re.IGNORECASE)
_MARKUP = re.compile(r"\*+|\\(?=[^\w\s])|\\$", re.MULTILINE)
# Marks before the lines of another's text, in mail and Markdown; and the rows of a table there.
_QUOTED = re.compile(r"^ *(?:[>|\u2502\u2503\u258c] *)+", re.MULTILINE)
_ROW = re.compile(r"^(?: *> *)* *\|.*\| *$", re.MULTILINE)
_RULE = re.compile(r"^[ |:-]*--[ |:-]*$", re.MULTILINE)
_QUOTES = re.compile('["\u201c-\u201f\u00ab\u00bb]')  # those within names are others (Ch’ơm)
# A note at a word, not the square of km².
_FOOTNOTE = re.compile(r"\[\d{1,3}\]|(?<=[^\W\d_])(?<!\bkm)(?<!\bm)[¹²³⁰⁴-⁹]+")
_WRITTEN_OTHERWISE = str.maketrans(
    {"（": "(", "）": ")", "，": ", ", "、": ", ", "；": "; ", "．": ".",
     "：": ":", "…": "."}
)  # fmt: skip
_AND = re.compile(r"\s*&\s*")
# What stands between the pages of a copy; a number alone only between blank lines.
_PAGE = re.compile(
    r"^[ \f]*(?:[-–—]+[ ]*\d{1,3}[ ]*[-–—]+|(?:Trang|Page)[ ]+\d{1,3}(?:[ ]*/[ ]*\d+)?|"
    r"\d{1,3}[ ]*/[ ]*\d{1,3}|"
    r"Nghị quyết số[^\n ]*[ ]?\d+/[^\s]+|"
    r"(?![^\n]*(?:diện tích|dân số|tên gọi))(?:(?:\d{1,3}[ ]+)?CÔNG BÁO\b|"
    r"\d{1,2}/\d{1,2}/\d{4},?[ ]+\d{1,2}:\d\d\b|[^\n]*(?:https?://|\bwww\.))[^\n]*)[ ]*$|"
    r"(?<=\n\n)[ \f]*\d{1,3}[ ]*(?=\n\s*\n)",
    re.MULTILINE | re.IGNORECASE,
)
_NUMBER_ALONE = re.compile(r"^[ ]*(\d{1,3})[ ]*$", re.MULTILINE)
_FEWEST_PAGES = 3  # whose numbers tell that they are those of pages
_LINES_OF_A_HEAD = 2
_DIGITS = re.compile(r"\d+")


def cleaned(text: str) -> str:
    """Return a text with nothing in it but what was written, in lines that end alike."""
    text = _LINE_ENDS.sub("\n", html.unescape(text)).translate(LOOKALIKES)
    text = _UNSEEN.sub("", _BLANKS.sub(" ", unicodedata.normalize("NFC", text)))
    text = _QUOTED.sub("", _ROW.sub(_cells, text))
    text = _QUOTES.sub("", _FOOTNOTE.sub("", _MARKUP.sub("", _TAG.sub("", text))))
    text = _AND.sub(" và ", text.translate(_WRITTEN_OTHERWISE))
    text = _without_page_numbers(_PAGE.sub("", _without_page_heads(text)))
    return _PARTED.sub(_joined, text)


def _cells(match: re.Match[str]) -> str:
    """Return the texts of a row's cells, one behind the other; of the line below a head nothing."""
    row = match.group()
    return "" if _RULE.match(row.lstrip(" >")) else row.replace("|", " ")


def _without_page_heads(text: str) -> str:
    """Leave out lines that most pages begin or end with, the same but for their numbers."""
    pages = [page.split("\n") for page in text.split("\f")]
    ends = [_ends(lines) for lines in pages]
    pages_with = Counter(key for lines, at in zip(pages, ends, strict=True)
                         for key in {_key(lines[k]) for k in at})  # fmt: skip
    most = max(_FEWEST_PAGES - 1, len(pages) / 2)
    return "\n".join(
        line
        for lines, at in zip(pages, ends, strict=True)
        for k, line in enumerate(lines)
        if k not in at or pages_with[_key(line)] <= most
    )


def _ends(lines: Sequence[str]) -> set[int]:
    written = [k for k, line in enumerate(lines) if line.strip()]
    return {*written[:_LINES_OF_A_HEAD], *written[-_LINES_OF_A_HEAD:]}


def _key(line: str) -> str:
    return _DIGITS.sub("#", "".join(line.split()))


def _without_page_numbers(text: str) -> str:
    """Leave out numbers that stand alone on their lines, if they count on from one to the next."""
    found = [int(match.group(1)) for match in _NUMBER_ALONE.finditer(text)]
    counts = found == list(range(found[0], found[0] + len(found))) if found else False
    return _NUMBER_ALONE.sub("", text) if counts and len(found) >= _FEWEST_PAGES else text


def _joined(match: re.Match[str]) -> str:
    return "-" if match.group(1).isupper() else ""
