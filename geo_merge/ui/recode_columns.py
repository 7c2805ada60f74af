"""What was recognised in a person's table: shown column by column, and changeable."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import streamlit as st

from geo_merge.recoding.columns import ROLE_NAMES
from geo_merge.recoding.request import Request
from geo_merge.recoding.vintage import Vintage
from geo_merge.ui import tables, told
from geo_merge.ui.recode_kept import ROLES
from geo_merge.ui.recoding import Looked
from geo_merge.ui.state import figure, t
from geo_merge.vocabulary.places import Side

_MOST = 60  # columns that are asked for one by one
_A_LINE = 3
_SHOWN = 40  # letters of an example
_NO_MARKUP = re.compile(r"[^\W_]+(?:[ _]+[^\W_]+)*")
_ROLES = ("", *ROLE_NAMES)


def said(request: Request, columns: tuple[str, ...], decided: pd.DataFrame | None) -> Request:
    """Return a request with what a person says of the table."""
    vintage = st.session_state.get("recode_vintage")
    return replace(
        request, columns=columns, vintage=Side(vintage) if vintage else None, decided=decided
    )


def chosen() -> tuple[str, ...]:
    """Return the roles of columns as a person changed them; nothing if nobody did."""
    made: tuple[str, ...] = st.session_state.get(ROLES, ())
    return made


def show(key: str, looked: Looked) -> None:
    """Show columns with what they hold, examples, and the vintage of the codes."""
    st.subheader(t("ui.recognised"), anchor=False)
    for vintage in looked.vintages:
        st.markdown(tables.plain(_fits(vintage)))
    columns = st.columns(_A_LINE)
    for k, heading in enumerate(looked.headings[:_MOST]):
        if k and k % _A_LINE == 0:  # line by line, so that a phone has them in their order
            columns = st.columns(_A_LINE)
        role = _role(looked, k)
        columns[k % _A_LINE].selectbox(
            _label(heading), _ROLES, index=_ROLES.index(role),
            key=f"recode_role_{key}_{k}_{role}", format_func=_named,
            placeholder=t("recode.role_none"), on_change=_change, args=(key, looked),
        )  # fmt: skip
        examples = " · ".join(cell[:_SHOWN] for cell in looked.examples[k])
        tables.small(examples or "–", columns[k % _A_LINE])
    st.selectbox(
        t("recode.vintage"), ["", *map(str, Side)], key="recode_vintage",
        format_func=lambda s: t(f"recode.side_{s}") if s else t("ui.by_itself"),
    )  # fmt: skip
    if looked.told:
        with st.expander(f"{t('ui.notes')} ({len(looked.told)})"):
            for note in looked.told:
                st.text(told.problem(note))


def _role(looked: Looked, k: int) -> str:
    role = "" if looked.columns is None else looked.columns.role_of(k)
    return role if role in _ROLES else ""


def _label(heading: str) -> str:
    """Return a heading as a label: as it stands if nothing in it is markup, for screen readers."""
    return heading if _NO_MARKUP.fullmatch(heading) else tables.plain(heading)


def _named(role: str) -> str:
    return t(f"recode.role_{role or 'none'}")


def _change(key: str, looked: Looked) -> None:
    """Note the roles of all columns once one was changed."""
    state = st.session_state
    roles = {k: state.get(f"recode_role_{key}_{k}_{_role(looked, k)}", _role(looked, k))
             for k in range(len(looked.headings))}  # fmt: skip
    given = tuple(f"{role}={looked.headings[k]}" for k, role in roles.items() if role)
    open_ = set(ROLE_NAMES) - set(roles.values())
    state[ROLES] = (*given, *(f"{role}=" for role in sorted(open_)))


def _fits(vintage: Vintage) -> str:
    old, new = vintage.fits
    most = max(vintage.codes, 1)
    return t(
        "recode.fits", codes=figure(vintage.codes), old=figure(old), new=figure(new),
        old_percent=figure(100 * old / most, 1), new_percent=figure(100 * new / most, 1),
        both=figure(vintage.both), side=t(f"recode.side_{vintage.side or 'unknown'}"),
    )  # fmt: skip
