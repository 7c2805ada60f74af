"""Choosing on the page what a plan is held against, and saying what the law asks of its units."""

from __future__ import annotations

from functools import cache

import streamlit as st

from geo_merge.planning.inputs import Inputs, inputs_of_table, wanted_inputs
from geo_merge.planning.standard_files import known_standards, read_standard
from geo_merge.planning.standards import Exemption, Input, Reduction, Standard
from geo_merge.reading.tables import read_table
from geo_merge.system.scratch import scratch
from geo_merge.texts import TEXTS
from geo_merge.ui import plan_kept, state, uploads
from geo_merge.ui.plan_work import Holding, Work
from geo_merge.ui.state import t
from geo_merge.ui.tables import small

_UNKNOWN, _YES, _NO, _OTHER = "unknown", "yes", "no", "other"
_KEY = "plan_hold_"  # of widgets


def show(work: Work) -> None:
    """Draw the choices, and hold the plan against what was chosen."""
    _as_it_was(work.holding)
    laws = _laws()
    name = st.selectbox(t("planning.standard"), ["", *laws], key=f"{_KEY}standard",
                        format_func=lambda n: laws[n].law[state.language()] if n
                        else t("planning.no_standard"))  # fmt: skip
    own = st.file_uploader(t("planning.own_standard"), ["toml"], key=f"{_KEY}file")
    law = laws.get(name) if own is None else _own(own)
    holding = None if law is None else _holding(law, work)
    if holding != work.holding:
        work.hold(holding)
        plan_kept.save(work)


@cache
def _laws() -> dict[str, Standard]:
    return {name: read_standard(name) for name in known_standards()}


def _as_it_was(holding: Holding | None) -> None:
    """Begin with the answers of a plan that was held against a standard before a reload."""
    session = st.session_state
    if f"{_KEY}standard" in session or holding is None:
        return
    if holding.standard.id in _laws():
        session[f"{_KEY}standard"] = holding.standard.id
    answers = {True: _YES, False: _NO}
    for name, value in holding.inputs.every.items():
        session[f"{_KEY}input_{name}"] = (
            answers.get(value, value) if isinstance(value, bool) else value
        )
    for rule, value in holding.settled.items():
        session[f"{_KEY}rule_{rule}"] = answers[value]


def _own(upload: uploads.Upload) -> Standard:
    with scratch() as folder:
        return read_standard(uploads.put(folder, upload))


def _holding(law: Standard, work: Work) -> Holding:
    """Ask what the law asks for; what is not answered is not known."""
    if law.remarks:
        small(law.remarks[state.language()])
    every: dict[str, Input] = {}
    for name, kind in sorted(wanted_inputs(law).items()):
        chosen = _ask(name, kind, law)
        if chosen is not None:
            every[name] = chosen
    settled: dict[str, bool] = {}
    rules: tuple[Reduction | Exemption, ...] = (*law.reductions, *law.exemptions)
    for rule in rules:
        if not rule.certain:
            label = t("planning.holds", rule=rule.id)
            answer = _choice(label, f"{_KEY}rule_{rule.id}", rule.source.text)
            settled |= {} if answer is None else {rule.id: answer}
    table = st.file_uploader(t("planning.inputs"), ["csv", "xlsx"], key=f"{_KEY}inputs",
                             help=t("planning.inputs_help"))  # fmt: skip
    inputs = Inputs(every)
    if table is not None:
        with scratch() as folder:
            read = read_table(uploads.put(folder, table))
        given = inputs_of_table(read, work.plan, law, table.name)
        inputs = Inputs(every, given.old, given.new)
    return Holding(law, inputs, settled)


def _ask(name: str, kind: type, law: Standard) -> Input | None:
    label = t(f"planning.input_{name}") if f"planning.input_{name}" in TEXTS else name
    if kind is bool:
        return _choice(label, f"{_KEY}input_{name}")
    chosen = st.selectbox(label, [_UNKNOWN, *_values(name, law), _OTHER],
                          key=f"{_KEY}input_{name}",
                          format_func=lambda v: t(f"planning.{v}") if v in (_UNKNOWN, _OTHER)
                          else v)  # fmt: skip
    return None if chosen == _UNKNOWN else chosen


def _values(name: str, law: Standard) -> list[str]:
    rules = [c.condition for c in law.classes]
    rules += [r.condition for r in law.reductions] + [e.condition for e in law.exemptions]
    return sorted({str(v) for rule in rules for n, v in (*rule.every, *rule.some) if n == name})


def _choice(label: str, key: str, source: str | None = None) -> bool | None:
    answer = st.radio(label, [_UNKNOWN, _YES, _NO], key=key, horizontal=True, help=source,
                      format_func=lambda v: t(f"planning.{v}"))  # fmt: skip
    return {_YES: True, _NO: False}.get(answer)
