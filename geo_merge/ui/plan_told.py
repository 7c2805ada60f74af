"""What the browser is told of a plan: all that changed since a revision that it has."""

from __future__ import annotations

from typing import Any

import orjson

from geo_merge.planning.figures import UnitFigures
from geo_merge.planning.plan import About
from geo_merge.planning.tables import clause
from geo_merge.planning.verdicts import Judgement, Verdict
from geo_merge.texts import Language
from geo_merge.ui.plan_work import Work


def told(work: Work, has: int, refused: str, language: Language) -> str:
    """Return as JSON what has changed in a plan since a revision.

    Parameters
    ----------
    work
        The plan.
    has
        The revision that the browser has; before the first it has none (-1).
    refused
        Why operations were refused, in words.
    language
        Of names of classes and laws.
    """
    plan = work.plan
    since = has if has <= work.revision else -1
    return orjson.dumps({
        "since": since,
        "revision": work.revision,
        "done": work.done,
        "refused": refused,
        "homes": [[row, plan.home[code]] for row, code in enumerate(plan.old)
                  if work.moved[row] > since],
        "news": [_unit(work, code, language) for code in plan.new if work.changed[code] > since],
        "order": list(plan.new),
        "locked": [work.base.layer.at[a.code] for a in plan.locks if a.side == "old"],
    }).decode()  # fmt: skip


def _unit(work: Work, code: str, language: Language) -> dict[str, Any]:
    unit, figures, about = work.plan.new[code], work.figures.units[code], About("new", code)
    judgement = work.standing.get(code)
    return {
        "code": code,
        "name": unit.name,
        "type": unit.unit_type,
        "seat": unit.seat,
        "seat_outside": figures.seat_outside,
        "locked": about in work.plan.locks,
        "note": work.plan.notes.get(about, ""),
        "count": figures.member_count,
        "pieces": len(figures.pieces),
        "km2": round(figures.area_km2, 6),
        "people": figures.population,
        "unknown": figures.population_unknown,
        "density": figures.density,
        "compactness": figures.compactness,
        "distance": figures.distance_km,
        "parts": figures.parts,
        "islands": figures.islands,
        "verdict": _verdict(judgement, figures),
        "bars": [] if judgement is None else _bars(judgement),
        "lines": [] if judgement is None else _lines(work, judgement, language),
    }


def _verdict(judgement: Judgement | None, figures: UnitFigures) -> str:
    return "" if judgement is None or not figures.members else judgement.verdict.name.lower()


def _bars(judgement: Judgement) -> list[list[Any]]:
    """Return per cent of each quantity: the least and the most of all classes that may hold."""
    if judgement.verdict is Verdict.EXEMPT:
        return []
    found: dict[str, list[float | None]] = {}
    for one in judgement.classes:
        for line in one.lines:
            found.setdefault(line.threshold.quantity, []).append(line.percent)
    return [
        [quantity, *((None, None) if None in values else (min(values), max(values)))]  # type: ignore[type-var]
        for quantity, values in found.items()
    ]


def _lines(work: Work, judgement: Judgement, language: Language) -> list[list[Any]]:
    """Return class, quantity, value, standard, per cent, verdict and clause of each threshold."""
    if work.holding is None:
        return []
    return [
        [one.unit_class.names[language], line.threshold.quantity, line.value, line.standard,
         line.percent, (Verdict.EXEMPT if one.exemption else line.verdict).name.lower(),
         clause(work.holding.standard, line.threshold.article, language)]
        for one in judgement.classes
        for line in one.lines
    ]  # fmt: skip
