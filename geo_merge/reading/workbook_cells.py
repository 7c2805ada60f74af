"""Cells of workbooks as they are shown, and what workbooks hide or merge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from geo_merge.errors import TableError
from geo_merge.reading.table_rows import Row, Sheet, refuse_wide
from geo_merge.reading.workbook_scan import Scan, cell_name, clipped, column_letters
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

# Number formats of codes: zeros, perhaps with a locale before, and literals around or among them,
# as 00"-"000. What a spreadsheet shows without quotes: ECMA-376, part 1, 18.8.31.
# A comma between zeros is one between thousands, which codes have not.
_LITERAL = r'"[^"]*"|\\.|[-+/():!^&\'~{}<>= ]'
_ZEROS = re.compile(rf"(?:\[\$[^\]]*\])?((?:{_LITERAL}|0)+)(?:_.)?")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # ECMA-376, part 1, 22.9.2.19
# Digits that a format writes before a number: "0"0, \\0#.
_LED = re.compile(r'((?:"[0-9]+"|\\[0-9])+)(?:0|#+0?)')


def used_sheet(name: str, sheets: Iterable[tuple[str, Any, Scan]]) -> tuple[str, Any, Scan]:
    """Return the one sheet with values of a workbook, among titles, sheets and what they hold."""
    used = [each for each in sheets if each[2].last != (0, 0) or each[2].unvalued]
    if len(used) != 1:
        names = ", ".join(title for title, _, _ in used) or sentence("F06.none")
        raise TableError(sentence("F06.sheets", name=name, names=names))
    return used[0]


def row_texts(
    number: int, cells: Sequence[tuple[object, str]]
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return values, each with its format, as texts, and the numbers that are shown with zeros."""
    texts = [cell_text(value, number_format) for value, number_format in cells]
    shown = [
        (cell_name(number, column), text)
        for column, ((value, _), text) in enumerate(zip(cells, texts, strict=True), start=1)
        if isinstance(value, int | float) and text != cell_text(value)
    ]
    return texts, shown


def as_sheet(
    name: str, rows: list[Row], shown: list[tuple[str, str]], scan: Scan, sizes: Sizes
) -> Sheet:
    """Return the rows with merged cells filled, and what is to be told of them."""
    findings = [*_fill_merged(rows, scan, name, sizes), *_hidden(scan, name)]
    return Sheet(name, rows, [*findings, *_formatted(shown, name)])


def check_scan(scan: Scan, name: str, sizes: Sizes) -> None:
    """Refuse formulas without values, and tables that are large because of a cell far away."""
    if scan.unvalued:
        raise TableError(sentence("W01.formulas", name=name, n=len(scan.unvalued),
                                  cells=", ".join(scan.unvalued[:10])))  # fmt: skip
    rows, columns = scan.last
    refuse_wide(name, columns, sizes)
    if rows * columns > sizes.xlsx_cells:
        far = scan.farthest[rows < columns]
        raise TableError(sentence("S05.far", name=name, far=far, rows=rows, columns=columns,
                                  most=sizes.xlsx_cells, asked=rows * columns))  # fmt: skip


def _formatted(shown: list[tuple[str, str]], name: str) -> list[Finding]:
    """Say which numbers were read as their number format shows them."""
    if not shown:
        return []
    (where, example), count = shown[0], len(shown)
    return [
        Finding.of(
            sentence("K02.shown_zeros", name=name, n=count, example=example, where=where),
            value=float(count),
            unit_of_value="cells",
        )
    ]


def _hidden(scan: Scan, name: str) -> list[Finding]:
    """Say which rows and columns of the table are hidden, and were read all the same."""
    findings = []
    last, width = scan.last
    rows = [str(row) for row in scan.hidden if row <= last]
    if rows:
        findings.append(Finding.of(sentence("W09.hidden", name=name, rows=", ".join(rows[:10]))))
    columns = [column_letters(column) for column in range(1, width + 1)
               if any(first <= column <= end for first, end in scan.hidden_columns)]  # fmt: skip
    if columns:
        told = ", ".join(columns[:10])
        findings.append(Finding.of(sentence("W09.hidden_columns", name=name, columns=told)))
    return findings


def _fill_merged(rows: list[Row], scan: Scan, name: str, sizes: Sizes) -> list[Finding]:
    """Write the value of merged cells into each of them, as the eye reads them."""
    spans = list(clipped(scan.merged, scan.last))
    filled = sum((bottom - top + 1) * (right - left + 1) for (top, left), (bottom, right) in spans)
    if filled > sizes.xlsx_cells:
        raise TableError(sentence("W09.over", name=name, n=len(spans), filled=filled))
    for (top, left), (bottom, right) in spans:
        value = rows[top - 1][1][left - 1]
        for _, texts in rows[top - 1 : bottom]:
            texts[left - 1 : right] = [value] * (right - left + 1)
    if not spans:
        return []
    told = sorted(f"{cell_name(*first)}:{cell_name(*last)}" for first, last in scan.merged)
    return [
        Finding.of(
            sentence("W09.merged", name=name, told=", ".join(told[:10])),
            value=float(len(told)),
            unit_of_value="ranges",
        )
    ]


def cell_text(value: object, number_format: str = "General") -> str:
    """Return a cell as text, as it is shown where that matters: zeros, dates, truth values."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value)
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, str):  # as Excel writes characters that XML has not: _x000D_
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _number_text(value, number_format) if isinstance(value, int) else str(value)


def _number_text(value: int, number_format: str) -> str:
    """Return a whole number with the zeros that its format shows."""
    shown = re.sub("(?<=0),(?=0)", "", number_format.split(";", maxsplit=1)[0])
    led = _LED.fullmatch(shown)
    if value > 0 and led:
        return "".join(re.findall("[0-9]", led[1])) + str(value)
    padded = _ZEROS.fullmatch(shown)
    if value >= 0 and padded:
        return _padded(value, re.findall(rf"{_LITERAL}|0", padded[1]))
    return str(value)


def _padded(value: int, parts: list[str]) -> str:
    r"""Return a number as a format of zeros and literals (``"N"``, ``\\N``) shows it."""
    places = parts.count("0")
    if places < 2:  # noqa: PLR2004 - one zero is how any number is shown
        return str(value)
    digits = f"{value:0{places}}"
    more = len(digits) - places  # the first place takes all that has none
    left = [digits[: more + 1], *digits[more + 1 :]][::-1]
    return "".join(left.pop() if part == "0" else part.strip('"').lstrip("\\") for part in parts)
