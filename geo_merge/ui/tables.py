"""Tables of the page: figures as the language writes them, texts as text, and their files."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Container, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from geo_merge.results.formats import csv_bytes, flat, write_workbook
from geo_merge.texts import TEXTS
from geo_merge.ui.state import figure, t

_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]()<>#+-.!|~:$"})
# Addresses of pages and people become links even so, unless something stands in them.
_ADDRESS = re.compile(r"(?<=//)|(?<=@)|(?<=www)(?=\.)", re.IGNORECASE)
_WORD_JOINER = "\u2060"  # no width, no break
_LETTER, _BESIDE = 7.6, 20  # pixels: of a letter, and beside a text in its cell
_LARGE = 1e5  # square metres from which on land is told in square kilometres
_SMALL = 0.005  # what two decimals do not show
MOST = 5_000  # rows on a page; files have all
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def plain(text: str) -> str:
    """Return a text for a label that Streamlit reads as Markdown: nothing in it is markup."""
    return _ADDRESS.sub(_WORD_JOINER, text).translate(_MARKDOWN)


def small(text: str, place: Any = st) -> None:  # noqa: ANN401 - Streamlit, or a part of the page
    """Show a text in small letters, dark enough to be read: captions are too pale for many."""
    place.markdown(f":small[{plain(text)}]")


def show(
    table: pd.DataFrame,
    *,
    changes: Container[str] = (),
    measures: Mapping[str, pd.Series] | None = None,
    column_config: Mapping[str, Any] | None = None,
    **options: Any,  # noqa: ANN401 - Streamlit's
) -> Any:  # noqa: ANN401 - Streamlit's
    """Show a table; its numbers sort as numbers and read as the language writes them.

    Numbers in the columns of `changes` have a sign, and those of `measures` the unit of their row.
    """
    shown = flat(table.head(MOST)).reset_index(drop=True)
    if len(table) > MOST:
        small(t("ui.rows_shown", count=figure(MOST), all=figure(len(table))))
    numbers = list(shown.select_dtypes("number"))
    styled: Any = shown.style if numbers else shown
    widths: dict[str, Any] = {}
    for column, units in (measures or {}).items():
        numbers.remove(column)
        of_rows = units.head(MOST).reset_index(drop=True)
        for unit in of_rows.unique():
            styled = styled.format(partial(measured, unit=unit),
                                   subset=(of_rows.index[of_rows == unit], [column]))  # fmt: skip
    for name in numbers:
        read = _with_sign if name in changes else _formatter(shown[name])
        styled = styled.format(read, subset=[name])
        widths[str(name)] = st.column_config.Column(
            width=_wide([str(name), *map(read, shown[name])])
        )
    return st.dataframe(styled, width="stretch", hide_index=True, placeholder="–",
                        column_config={**widths, **(column_config or {})}, **options)  # fmt: skip


def measured(value: float, unit: str) -> str:
    """Return a value with its unit in the language of the session; much land in km²."""
    if unit == "m²" and abs(value) >= _LARGE:
        value, unit = value / 1e6, "km²"
    digits = 2 if unit in {"m²", "km²"} or value != value // 1 else 0
    key = f"measure.{unit}"
    return figure(value, digits, t(key, n=value) if key in TEXTS else unit)


def _wide(texts: Sequence[str]) -> int:
    """Return the pixels in which the longest text is seen whole.

    Streamlit would measure numbers as they are without separators, and cut off their first digits.
    """
    return _BESIDE + math.ceil(_LETTER * max(map(len, texts)))


def _with_sign(value: Any) -> str:  # noqa: ANN401 - a number or nothing
    sign = "−" if value < 0 else "+" if value > 0 else ""
    return f"{sign}{figure(abs(value), 4 if 0 < abs(value) < _SMALL else 2)}"


def _formatter(column: pd.Series) -> Callable[[Any], str]:
    """Return how a column reads: counts without decimals, also among measures."""
    digits = 4 if column.abs().max() <= 1 else 2

    def read(value: Any) -> str:  # noqa: ANN401 - a number or nothing
        return figure(value, 0 if value == value // 1 else digits)

    return read


def downloads(table: pd.DataFrame, name: str) -> None:
    """Offer a table as CSV and XLSX; the files are made when asked for."""
    with st.container(horizontal=True):
        st.download_button(
            f"{t('ui.download')} CSV", lambda: csv_bytes(table), f"{name}.csv", "text/csv",
            key=f"{name}_csv", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            f"{t('ui.download')} XLSX", lambda: xlsx_bytes({name: table}), f"{name}.xlsx", _XLSX,
            key=f"{name}_xlsx", on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def xlsx_bytes(sheets: dict[str, pd.DataFrame]) -> bytes:
    """Return tables as a workbook, a sheet each."""
    buffer = io.BytesIO()
    write_workbook(sheets, buffer)
    return buffer.getvalue()
