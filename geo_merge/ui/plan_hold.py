"""Choosing on the page what a plan is held against, and saying what the law asks of its units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import streamlit as st

from geo_merge.planning.check import declared_figures
from geo_merge.planning.inputs import Inputs, inputs_of_table, wanted_inputs
from geo_merge.planning.standard_files import known_standards, read_standard
from geo_merge.planning.standards import Exemption, Input, Reduction, Standard
from geo_merge.planning.tables import clause, said
from geo_merge.planning.verdicts import Judgement
from geo_merge.reading.tables import read_table
from geo_merge.system.scratch import scratch
from geo_merge.texts import TEXTS, number
from geo_merge.ui import plan_kept, state, uploads
from geo_merge.ui.plan_work import Holding, Work
from geo_merge.ui.state import t
from geo_merge.ui.tables import small

_UNKNOWN, _YES, _NO, _OTHER = "unknown", "yes", "no", "other"
_KEY = "plan_hold_"  # of widgets
Told = Mapping[str, Mapping[str, Input]]


def show(work: Work) -> None:
    """Draw the choices, and hold the plan against what was chosen."""
    before = work.holding
    _as_it_was(before)
    laws = dict(_laws())
    if before is not None:
        laws.setdefault(before.standard.id, before.standard)  # her own, given before a reload
    name = st.selectbox(t("planning.standard"), ["", *laws], key=f"{_KEY}standard",
                        format_func=lambda n: laws[n].law[state.language()] if n
                        else t("planning.no_standard"))  # fmt: skip
    own = st.file_uploader(t("planning.own_standard"), ["toml"], key=f"{_KEY}file")
    law = laws.get(name) if own is None else _own(own)
    holding = None if law is None else _holding(law, work)
    if holding != before:
        work.hold(holding)
        plan_kept.save(work)
    if work.whole is not None:
        _whole(work.whole, work)


def _whole(judgement: Judgement, work: Work) -> None:
    """Say what the standard asks of the plan as a whole: of a province, or of a city."""
    if work.holding is None:
        return
    for one in judgement.classes:
        rows = [
            [t("planning.line", quantity=_quantity(line.threshold.quantity),
               value=_figure(line.value), standard=_figure(line.standard),
               percent=_figure(line.percent, 1)),
             said(line.verdict, state.language()),
             clause(work.holding.standard, line.threshold.article, state.language())]
            for line in one.lines
        ]  # fmt: skip
        title = one.unit_class.names[state.language()]
        small(t("planning.whole", title=title, verdict=said(one.verdict, state.language()),
                belongs="" if one.belongs else t("planning.whole_unknown")))  # fmt: skip
        for told, verdict, text in rows:
            small(f"{told}: {verdict} ({text})")


def _quantity(name: str) -> str:
    kind = name.removeprefix("share:")
    return t("planning.share", type=kind) if kind != name else t(f"plan.quantity_{name}")


def _figure(value: float | None, digits: int | None = None) -> str:
    if value is None:
        return t("planning.unknown")
    return number(value, state.language(), _digits(value) if digits is None else digits)


def _digits(value: float) -> int:
    return 0 if value == round(value) else 1


@cache
def _laws() -> dict[str, Standard]:
    return {name: read_standard(name) for name in known_standards()}


def _as_it_was(holding: Holding | None) -> None:
    """Begin with the answers of a plan that was held against a standard before a reload."""
    session = st.session_state
    if f"{_KEY}standard" in session or holding is None:
        return
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
    held = work.holding
    old, new, table = _told_of_units(law, work, held)
    declared, declared_in = _declared(work, held)
    return Holding(law, Inputs(every, old, new), settled, declared, table, declared_in)


def _told_of_units(
    law: Standard, work: Work, held: Holding | None
) -> tuple[Told, Told, str]:  # fmt: skip
    """Return what a table tells of old and of new units; that of before while none is given."""
    table = st.file_uploader(t("planning.inputs"), uploads.TABLE_TYPES, key=f"{_KEY}inputs",
                             help=t("planning.inputs_help"))  # fmt: skip
    if table is not None:
        with scratch() as folder:
            read = read_table(uploads.put(folder, table))
        given = inputs_of_table(read, work.plan, law, table.name)
        return given.old, given.new, table.name
    if held is None or not held.table or held.standard != law or _drop("inputs", held.table):
        return {}, {}, ""
    return held.inputs.old, held.inputs.new, held.table


def _declared(
    work: Work, held: Holding | None
) -> tuple[Mapping[str, Mapping[str, float]], str]:  # fmt: skip
    """Return the declared figures of new units; those of before while no table is given."""
    table = st.file_uploader(t("planning.declared"), uploads.TABLE_TYPES, key=f"{_KEY}declared",
                             help=t("planning.declared_help"))  # fmt: skip
    if table is not None:
        with scratch() as folder:
            read = read_table(uploads.put(folder, table))
        return declared_figures(read, work.plan), table.name
    if held is None or not held.declared_in or _drop("declared", held.declared_in):
        return {}, ""
    return held.declared, held.declared_in


def _drop(what: str, name: str) -> bool:
    """Say which table is in use, and tell whether it is to be put away."""
    small(t("planning.in_use", file=name))
    return st.button(t("planning.put_away"), key=f"{_KEY}drop_{what}")


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
