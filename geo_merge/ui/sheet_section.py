"""The map on a sheet of paper: chosen, drawn to scale, looked at, taken away or printed."""

from __future__ import annotations

import base64
from datetime import datetime
from functools import partial
from html import escape
from importlib.util import find_spec

import streamlit as st
from babel.dates import format_date

from geo_merge.dossier.content import Figure
from geo_merge.dossier.form import A3, A4, Paper
from geo_merge.dossier.material import Outside
from geo_merge.dossier.sheet_drawn import sheet_drawn
from geo_merge.dossier.sheet_files import KINDS, sheet_bytes
from geo_merge.dossier.sheets.atlas import Side
from geo_merge.dossier.sheets.view import View, view_on
from geo_merge.maps.classes import BASES, METHODS
from geo_merge.maps.themes import Theme, subject
from geo_merge.system import worker
from geo_merge.system.turns import turns
from geo_merge.texts import Language, say
from geo_merge.ui import tables
from geo_merge.ui.state import Key, language, t
from geo_merge.ui.steps import steps
from geo_merge.ui.store import Loaded

_PAPERS = (A4, A4.across, A3, A3.across)
_DRAWN = "sheet_drawn"  # of the session: key of what is drawn, and the figure
# The browser's own print gives the sheet alone, on its paper.
_PRINT = """<style>
@page {{size: {width:g}mm {height:g}mm; margin: 0}}
.gm-sheet {{max-width: 100%; border: 1px solid #999}}
@media print {{
  html, body {{height: {height:g}mm !important; overflow: hidden !important}}
  body * {{visibility: hidden}}
  .gm-sheet, .gm-sheet * {{visibility: visible}}
  .gm-sheet {{position: fixed; left: 0; top: 0; width: {width:g}mm; height: {height:g}mm;
    max-width: none; border: 0; z-index: 9999}}
}}
</style><img class="gm-sheet" alt="{title}" src="data:image/svg+xml;base64,{data}">"""


def show(loaded: Loaded, outside: Outside | None = None, *, disabled: bool = False) -> None:
    """Ask what goes on the sheet, and offer it; with what lies around the land, if it is known."""
    st.header(t("on_paper.title"), anchor=False)
    tables.small(t("on_paper.help"))
    view = _asked(loaded)
    around = "" if outside is None else outside.inputs
    key = f"{loaded.key} {language()} {view} {around}"
    if st.button(t("on_paper.draw"), key="sheet_draw", disabled=disabled,
                 icon=":material/print:"):  # fmt: skip
        with (
            steps(t("on_paper.drawing"), stop="sheet_stop") as (tell, queued),
            turns().take(queued),
        ):
            spoken = language()
            work = partial(sheet_drawn, loaded.result, outside, view, spoken=spoken,
                           day=_today(spoken))  # fmt: skip
            st.session_state[_DRAWN] = key, worker.run(work, tell)
    known, figure = st.session_state.get(_DRAWN, ("", None))
    if figure is not None and known == key and not disabled:
        _offer(figure)


def _asked(loaded: Loaded) -> View:
    themes = {str(theme["id"]): theme for theme in
              loaded.display.settings["themes"]}  # fmt: skip
    session = st.session_state
    columns = st.columns(3)
    side: Side = columns[0].selectbox(t("on_paper.side"), ("after", "before", "both"),
                                      key="sheet_side",
                                      format_func=lambda s: t(f"on_paper.title_{s}"))  # fmt: skip
    begin = list(themes).index(session[Key.THEME]) if session.get(Key.THEME) in themes else 0
    theme = columns[1].selectbox(
        t("on_paper.theme"), list(themes), index=begin, key="sheet_theme",
        format_func=lambda name: _theme(themes[name]),
    )  # fmt: skip
    west, south, east, north = loaded.result.old.total_bounds
    paper = columns[2].selectbox(t("on_paper.paper"), _PAPERS, key="sheet_paper",
                                 index=int(east - west > north - south),
                                 format_func=_paper_name)  # fmt: skip
    columns = st.columns(3)
    method, basis = METHODS[0], BASES[0]
    if theme != "units":
        method = columns[0].selectbox(t("map.classes"), METHODS, key="sheet_method",
                                      format_func=lambda m: t(f"map.method_{m}"))  # fmt: skip
        basis = columns[1].selectbox(t("map.basis"), BASES, key="sheet_basis",
                                     format_func=lambda b: t(f"map.basis_{b}"))  # fmt: skip
    last = columns[0 if theme == "units" else 2]
    title = last.text_input(t("on_paper.own_title"), key="sheet_title")
    centre, scale = _extent(paper)
    return View(side=side, theme=str(theme), method=str(method), basis=str(basis), centre=centre,
                scale=scale, paper=paper, title=title.strip())  # fmt: skip


def _extent(paper: Paper) -> tuple[tuple[float, float] | None, float | None]:
    """Ask whether the whole land is shown, or what the map shows now."""
    seen = str(st.session_state.get(Key.VIEW) or "").split("/")
    try:
        zoom, lat, lon = map(float, seen)
    except ValueError:  # the map was not moved yet
        return None, None
    choices = ("whole", "view")
    chosen = st.radio(t("on_paper.extent"), choices, key="sheet_extent", horizontal=True,
                      format_func=lambda name: t(f"on_paper.extent_{name}"))  # fmt: skip
    return view_on(lon, lat, zoom, paper) if chosen == "view" else (None, None)


def _theme(theme: Theme) -> str:
    return t("map.theme_units") if theme["id"] == "units" else subject(theme, t)


def _paper_name(paper: Paper) -> str:
    held = "landscape" if paper.lies_across else "portrait"
    return f"{paper.name}, {t(f'on_paper.{held}')}"


def _today(spoken: Language) -> str:
    return str(format_date(datetime.now().astimezone().date(), say("dossier.day", spoken), spoken))


def _offer(figure: Figure) -> None:
    with st.container(horizontal=True):
        for kind in KINDS if find_spec("typst") else ("svg",):
            st.download_button(
                kind.upper(), partial(sheet_bytes, figure, kind), f"map_sheet.{kind}",
                key=f"sheet_{kind}", on_click="ignore", icon=":material/download:",
            )  # fmt: skip
    tables.small(t("on_paper.print_help"))
    data = base64.b64encode(figure.svg.encode()).decode()
    st.html(_PRINT.format(width=figure.width, height=figure.height, data=data,
                          title=escape(figure.title)))  # fmt: skip
