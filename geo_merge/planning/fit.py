"""A saved plan and the layer as it is now: what still fits, and what no longer does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from geo_merge.planning.plan import About, OldUnit, Plan
from geo_merge.vocabulary.codes import code_key
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

Key = TypeVar("Key")


def fit(plan: Plan, old: Mapping[str, OldUnit]) -> tuple[Plan, tuple[Finding, ...]]:
    """Return a plan for the units of a layer, and what no longer fits.

    Units keep their place by their code (zeros in front aside), pieces of land by name and
    district. Units that are new have no place yet; what was decided of units that are gone is
    told, for nothing else remembers it.

    Parameters
    ----------
    plan
        A plan of the layer as it was.
    old
        The units of the layer as it is; see `plan.old_units_of`.
    """
    if dict(plan.old) == dict(old):
        if tuple(plan.old) == tuple(old):
            return plan, ()
        return plan.with_(old=old), ()  # the same in another order
    before = _partners(plan.old.values(), old)
    now = {b: a for a, b in before.items()}
    home = {code: plan.home[before[code]] if code in before else None for code in old}
    gone = [code for code in plan.old if code not in now]
    units = {
        code: replace(unit, seat=now.get(unit.seat, "" if unit.seat in gone else unit.seat))
        for code, unit in plan.new.items()
    }

    def moved(about: About) -> About | None:
        if about.side != "old":
            return about
        return About("old", now[about.code]) if about.code in now else None

    fitted = Plan(
        old, units, home,
        frozenset(a for about in plan.locks if (a := moved(about)) is not None),
        {a: text for about, text in plan.notes.items() if (a := moved(about)) is not None},
    )  # fmt: skip
    return fitted, (*_gone(plan, gone), *_new(fitted, before), *_renamed(plan, fitted, before))


def _partners(then: Iterable[OldUnit], now: Mapping[str, OldUnit]) -> dict[str, str]:
    """Return the code that each unit of a layer had before, if it was there."""
    then = list(then)
    coded = {unit.code for unit in then if not unit.is_piece}
    by_key = _once((code_key(code), code) for code in coded)
    land = _once(((u.name, u.district), u.code) for u in then if u.is_piece)
    result: dict[str, str] = {}
    for code, unit in now.items():
        if unit.is_piece:
            found = land.get((unit.name, unit.district))
        else:
            found = code if code in coded else by_key.get(code_key(code))
        if found is not None and found not in result.values():
            result[code] = found
    return result


def _once(pairs: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    """Return what stands for one thing only."""
    found: dict[Key, set[str]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return {key: values.pop() for key, values in found.items() if len(values) == 1}


def _gone(plan: Plan, gone: Iterable[str]) -> Iterator[Finding]:
    """Tell of units that the layer has no more, and of everything that was decided of them."""
    for code in gone:
        home, about = plan.home[code], About("old", code)
        told = [
            sentence("L01.nowhere") if home is None
            else sentence("L01.home", home=str(plan.new[home])),
            *([sentence("L01.locked")] if about in plan.locks else []),
            *([sentence("L01.note", note=plan.notes[about])] if about in plan.notes else []),
            *(sentence("L01.seat", home=str(u)) for u in plan.new.values() if u.seat == code),
        ]  # fmt: skip
        gone_unit = sentence("L01.gone", unit=str(plan.old[code]), told=told)
        yield Finding.of(gone_unit, units=(code,))


def _new(fitted: Plan, before: Mapping[str, str]) -> Iterator[Finding]:
    for code, unit in fitted.old.items():
        if code not in before:
            yield Finding.of(sentence("L02.new", unit=str(unit)), units=(code,))


def _renamed(plan: Plan, fitted: Plan, before: Mapping[str, str]) -> Iterator[Finding]:
    for code, then in before.items():
        old, new = plan.old[then], fitted.old[code]
        if (old.name, old.unit_type) != (new.name, new.unit_type):
            now, before_it = (f"{unit.unit_type} {unit.name}".strip() for unit in (new, old))
            told = sentence("L03.renamed", code=code, new=now, old=before_it)
            yield Finding.of(told, units=(code,))
