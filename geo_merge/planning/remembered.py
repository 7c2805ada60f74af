"""What was done to a saved plan, kept beside it: so that it can be undone another day."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from geo_merge.errors import PlanError
from geo_merge.planning.history import History, history_of
from geo_merge.planning.plan import NewUnit, Plan, about_of

HISTORY = "history.json"
_FORMAT = "geo_merge history 1"


def history_bytes(history: History) -> bytes:
    """Return the content of ``history.json``: the plan before all operations, and these."""
    document = {"format": _FORMAT, "first": _decisions(history.first), **history.as_document()}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def recalled(content: bytes, plan: Plan) -> History:
    """Return what was done to a plan; a history that begins with it if the file tells of another.

    A plan that was written by hand since, or whose layer has changed, is no longer what the
    operations lead to: nothing of them can be undone then.

    Parameters
    ----------
    content
        Of ``history.json``.
    plan
        The plan beside it, of the units that its layer has now.
    """
    try:
        document = orjson.loads(content)
        history = history_of(_first(document["first"], plan), document)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, PlanError):
        return History(plan)
    return history if same(history.plan, plan) else History(plan)


def recall(directory: Path, plan: Plan) -> History:
    """Return what was done to the plan of a folder; see `recalled`."""
    path = directory / HISTORY
    return recalled(path.read_bytes(), plan) if path.is_file() else History(plan)


def same(one: Plan, other: Plan) -> bool:
    """Tell whether two plans are the same, in the order of their new units too."""
    return one == other and tuple(one.new) == tuple(other.new)


def _decisions(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain data, without what its layer knows."""
    return {
        "new": [[u.code, u.name, u.unit_type, u.seat] for u in plan.new.values()],
        "home": dict(plan.home),
        "locks": [str(about) for about in sorted(plan.locks)],
        "notes": {str(about): plan.notes[about] for about in sorted(plan.notes)},
    }


def _first(document: Mapping[str, Any], plan: Plan) -> Plan:
    return Plan(
        plan.old,
        {unit[0]: NewUnit(*unit) for unit in document["new"]},
        document["home"],
        frozenset(map(about_of, document["locks"])),
        {about_of(about): text for about, text in document["notes"].items()},
    )
