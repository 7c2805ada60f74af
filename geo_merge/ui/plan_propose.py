"""Proposing a plan on the page: what is asked for, the solver at work, the plan it found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec
from itertools import combinations
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo_merge import __version__
from geo_merge.errors import UsageError
from geo_merge.planning.certificate import files_of_certificate
from geo_merge.planning.certificate_text import lines_of
from geo_merge.planning.conditions import parse_requirement, parse_units
from geo_merge.planning.history import History
from geo_merge.planning.propose import Objective
from geo_merge.planning.proposing import SPARE_SECONDS, found_of
from geo_merge.planning.tasks import Wishes, asked
from geo_merge.system import worker
from geo_merge.system.turns import turns
from geo_merge.ui import plan_files, plan_kept, state
from geo_merge.ui.plan_work import Work
from geo_merge.ui.state import t
from geo_merge.ui.steps import steps
from geo_merge.ui.tables import small
from geo_merge.vocabulary.sentence import sentence

_MOST_SECONDS = 600
_FOUND = "plan_proposed"  # the last certificate of the session


def show(work: Work, place: DeltaGenerator) -> None:
    """Draw the questions; a plan that is found is opened, with its certificate to take away."""
    if find_spec("highspy") is None:
        st.info(t("planning.no_solver"), icon=":material/info:")
        return
    small(t("planning.propose_help"))
    with st.form("plan_propose", border=False):
        objective = st.selectbox(t("planning.objective"), list(Objective), key="plan_objective",
                                 format_func=lambda o: t(f"planning.objective_{o}"))  # fmt: skip
        chosen = _standing(work)
        require = st.text_input(t("planning.require"), key="plan_require",
                                placeholder="population >= 16000")  # fmt: skip
        number = st.text_input(t("planning.number"), key="plan_number", placeholder="3, 4-6")
        districts = sorted({u.district for u in work.plan.old.values() if u.district})
        district = st.selectbox(t("planning.district"), ["", *districts], key="plan_district",
                                format_func=lambda d: d or t("planning.all_units"))  # fmt: skip
        together = st.text_input(t("planning.together"), key="plan_together",
                                 placeholder="07201+07207, 07213+07231")  # fmt: skip
        apart = st.text_input(t("planning.apart"), key="plan_apart", placeholder="07201+07207")
        within = st.checkbox(t("planning.within"), key="plan_within")
        seconds = st.number_input(t("planning.seconds"), 5, _MOST_SECONDS, 60, key="plan_seconds")
        pressed = st.form_submit_button(t("planning.propose_now"), icon=":material/lightbulb:")
    if pressed:
        held = work.holding
        by_law = () if held is None or not chosen else (asked(held.standard, chosen, held.settled),)
        own = tuple(parse_requirement(text) for text in require.split(",") if text.strip())
        wishes = Wishes(
            requirements=(*by_law, *own), units=parse_units(number) if number.strip() else None,
            within_districts=within, district=district, together=_sets(together, "--together"),
            apart=tuple(pair for some in _sets(apart, "--apart") for pair in combinations(some, 2)),
        )  # fmt: skip
        _run(work, wishes, objective or Objective.TRAVEL, float(seconds), place)
    _certificate()


def _sets(text: str, option: str) -> tuple[tuple[str, ...], ...]:
    """Return the sets of codes in a text like ``07201+07207, 07213+07231``."""
    sets = [tuple(dict.fromkeys(code.strip() for code in part.split("+") if code.strip()))
            for part in text.split(",") if part.strip()]  # fmt: skip
    for some in sets:
        if len(some) < 2:  # noqa: PLR2004 - a pair
            raise UsageError(
                sentence("command.two_units", option=option, text=text, example="07201+07207")
            )
    return tuple(sets)


def _standing(work: Work) -> list[str]:
    """Ask which classes of the standard new units are to meet."""
    if work.holding is None:
        small(t("planning.choose_standard"))
        return []
    names = {c.id: c.names[state.language()] for c in work.holding.standard.of_level("unit")}
    chosen: list[str] = st.multiselect(
        t("planning.classes"), list(names), key="plan_classes", format_func=lambda c: names[c]
    )
    return chosen


def _run(
    work: Work, wishes: Wishes, objective: Objective, seconds: float, place: DeltaGenerator
) -> None:
    found = partial(
        found_of, work.plan, work.layer, work.base.source, wishes, distances=work.ways.distances,
        objective=objective, seconds=seconds, version=__version__,
    )  # fmt: skip
    with place, steps(t("planning.proposing")) as (say, queued), turns().take(queued):
        plan, content = worker.run(found, say, seconds=seconds + SPARE_SECONDS)
    st.session_state[_FOUND] = content
    if plan is not None:
        work.open(History(plan), content)
        plan_kept.save(work)


def _certificate() -> None:
    """Show what was found last, and offer its certificate."""
    content: Mapping[str, Any] | None = st.session_state.get(_FOUND)
    if content is None:
        return
    language = state.language()
    st.text("\n".join(lines_of(content, language)))
    st.download_button(
        t("planning.certificate"),
        lambda: plan_files.zipped(files_of_certificate(content, language), "certificate"),
        "certificate.zip",
        "application/zip", key="plan_certificate", on_click="ignore", icon=":material/download:",
    )  # fmt: skip
