"""Where the headings of a table stand: below its title, in one row or two."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from geo_merge.errors import TableError
from geo_merge.reading.table_rows import Row, Sheet
from geo_merge.vocabulary.codes import clean_text
from geo_merge.vocabulary.crosswalk_headings import is_heading
from geo_merge.vocabulary.fields import HEADINGS, fold_field
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

SEARCHED = 30  # rows from the top in which headings are looked for
_SURE = 2  # headings that are known make a row that of the headings
_SHOWN = 80  # characters of a title
_COUNTED = 5  # columns numbered without brackets: fewer could be codes
_COUNTED_APART = 3  # the same where a column holds other things in all rows below
_IN_BRACKETS = re.compile(r"\(.*\)|\[.*\]")
_FORMULA = re.compile(r"(?<=\d)\s*=.*")  # 4=2+3, as sums are numbered
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV")


def known(cells: Sequence[str]) -> int:
    """Count the different cells that are surely headings."""
    return len({fold_field(cell) for cell in cells if is_heading(cell)})


def find_headings(sheet: Sheet) -> tuple[int, list[str], list[Row]]:
    """Return the row of the headings, the headings, and the rows below them.

    What stands above or was left out is told among the findings of the sheet.

    Raises
    ------
    TableError
        If the table is empty, or several columns have one heading (W07).
    """
    filled = [(number, cells) for number, cells in sheet.rows if any(c.strip() for c in cells)]
    if not filled:
        raise TableError(sentence("W07.empty", name=sheet.name))
    at = _heading_row(filled)
    number, headings = filled[at]
    body = filled[at + 1 :]
    joined = _joined(headings, body[0][1]) if body else None
    if joined is not None and known(joined) > max(known(headings), known(body[0][1])):
        _tell(sheet, "W07.two_rows", one=str(number), other=str(body[0][0]))
        (number, _), headings, body = body[0], joined, body[1:]
    if at:
        above = " / ".join(" ".join(dict.fromkeys(filter(None, cells))) for _, cells in filled[:at])
        _tell(sheet, "W07.found_in", row=str(number), above=clean_text(above)[:_SHOWN])
    while body and _is_no_data(headings, body[0][1], [cells for _, cells in body[1:]]):
        told = " | ".join(body[0][1])[:_SHOWN]
        _tell(sheet, "W07.numbered", row=str(body[0][0]), told=told)
        body = body[1:]
    if at and _doubled(headings) and not _doubled(_joined(filled[at - 1][1], headings)):
        headings = _joined(filled[at - 1][1], headings)
    columns = [clean_text(h) for h in headings]
    while columns and not columns[-1] and not any(c[len(columns) - 1 :] for _, c in body):
        columns.pop()
    doubled = _doubled(columns)
    if doubled:
        raise TableError(
            sentence("W07.doubled", name=sheet.name, row=number, columns=", ".join(doubled))
        )
    return number, columns, body


def _doubled(columns: Sequence[str]) -> list[str]:
    return sorted(c for c, n in Counter(columns).items() if c and n > 1)


def _heading_row(filled: list[Row]) -> int:
    """Return which row holds the headings: the first, or a later one that surely does."""
    top = [cells for _, cells in filled[:SEARCHED]]
    scores = [known(cells) for cells in top]
    if scores[0] < _SURE:
        for k, cells in enumerate(top):
            below = _joined(cells, top[k + 1]) if k + 1 < len(top) else []
            if scores[k] >= _SURE:
                return k
            if known(below) >= _SURE:  # groups above headings that are known by themselves
                return k + 1 if scores[k + 1] >= known(below) else k
    wide = max(_texts(cells) for cells in top)
    titles = 0  # a title stands alone, or in all cells that were merged for it
    while wide > 2 and titles + 1 < len(top) and _texts(top[titles]) == 1:  # noqa: PLR2004
        titles += 1
    return titles


def _texts(cells: Sequence[str]) -> int:
    return len({cell.strip() for cell in cells} - {""})


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """Join two rows of headings, as ``old`` above ``code`` and ``name``.

    A cell that is blank above belongs to the group on its left; one that is blank below, or says
    the same because it was merged, to the row above alone.
    """
    result, group = [], ""
    for k in range(max(len(above), len(below))):
        upper, lower = (row[k].strip() if k < len(row) else "" for row in (above, below))
        group = upper or group
        result.append(group if not lower or lower == group else f"{group} {lower}".strip())
    return result


def _is_no_data(headings: Sequence[str], cells: Sequence[str], below: list[list[str]]) -> bool:
    """Tell whether the row below the headings counts the columns, or says more of them."""
    texts = [cell.strip() for cell in cells if cell.strip()]
    if len(texts) < _SURE:
        return False
    folded = [fold_field(text) for text in texts]
    if all(text in HEADINGS for text in folded) or folded == [fold_field(h) for h in headings if h]:
        return True
    if all(_IN_BRACKETS.fullmatch(text) for text in texts):  # (1) (2), or (code) (name)
        return True
    counted = list(map(_counted, texts))
    if not _counts(counted):
        return False
    mixed = counted[0].isalpha() and not counted[-1].isalpha()  # A 1 2 could be a row of figures
    few = _COUNTED_APART + mixed
    return len(texts) >= _COUNTED or (len(texts) >= few and _holds_others(cells, below))


def _counted(text: str) -> str:
    """Return what a cell counts, without the marks around a number: ``-1-``, ``2.``, ``4=2+3``."""
    return _FORMULA.sub("", text).strip("()[]-. ").upper()


def _counts(texts: Sequence[str]) -> bool:
    """Tell whether texts are ``A B 1 2 3``, in order: letters, then numbers; or ``I II III``."""
    if list(texts) == [*_ROMAN[: len(texts)]]:
        return True
    letters = [text for text in texts if text.isalpha()]
    first = 0 if "0" in texts else 1
    numbers = [str(k + first) for k in range(len(texts) - len(letters))]
    return list(texts) == [*"ABCDEFGHIJKLMN"[: len(letters)], *numbers]


def _holds_others(cells: Sequence[str], below: list[list[str]]) -> bool:
    """Tell whether a column that is counted holds neither numbers nor letters in any row below."""
    for k, cell in enumerate(cells):
        column = [text for row in below if (text := row[k].strip() if k < len(row) else "")]
        if cell.strip() and column and not any(t.isdecimal() or len(t) == 1 for t in column):
            return True
    return False


def _tell(sheet: Sheet, kind: str, **values: str) -> None:
    sheet.findings.append(Finding.of(sentence(kind, name=sheet.name, **values)))
