"""What was asked, what was found and what is proven, so that others can check it without us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from geo_merge.errors import ExportError
from geo_merge.planning.blame import Blame
from geo_merge.planning.certificate_text import CHECKER, lines_of
from geo_merge.planning.conditions import Conditions
from geo_merge.planning.layer import PlanLayer
from geo_merge.planning.partition import solver_version
from geo_merge.planning.plan import Plan
from geo_merge.planning.problem import Problem
from geo_merge.planning.propose import Objective, Proposal
from geo_merge.planning.store import CROSSWALK, LayerSource, is_plan
from geo_merge.planning.store import DOCUMENT as PLAN
from geo_merge.planning.tasks import Task
from geo_merge.texts import Language
from geo_merge.vocabulary.sentence import LANGUAGES, said, sentence
from geo_merge.writing.files import publish, staging

DOCUMENT, TEXT = "certificate.json", "certificate.txt"
_FORMAT = "geo_merge certificate 1"
UNITS = {
    Objective.TRAVEL: "person-kilometres",
    Objective.FEWEST: "new units",
    Objective.MOST: "new units",
    Objective.EVEN: "sum of deviations from the mean / all people",
}


def certificate_of(
    task: Task, proposal: Proposal, layer: PlanLayer, *, people: str, method: str,
    source: LayerSource, plan: Plan | None = None, blamed: Blame | None = None, version: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Return a certificate as plain data.

    Parameters
    ----------
    task, proposal
        What was solved, and what came of it.
    layer
        The old units.
    people
        The field that counts those who travel, as the file calls it.
    method
        How distances were measured.
    source
        The files of the layer, with their SHA-256.
    plan
        The plan that was saved.
    blamed
        Why there is none.
    version
        Of geo_merge.
    """
    return {
        "format": _FORMAT,
        "status": proposal.status.value,
        "objective": proposal.objective.value,
        "value": _number(proposal.value),
        "bound": _number(proposal.bound),
        "unit_of_value": UNITS[proposal.objective],
        "better_at_most_percent": _number(round(100 * proposal.gap, 4)) if plan else None,
        "groups_looked_at": proposal.n_groups,
        "solver": solver_version(),
        "geo_merge": version,
        "data": {
            "files": [{"path": f.path, "sha256": dict(f.sha256)} for f in source.files],
            "options": dict(source.options),
            "people": people,
            "population": layer.population_field,
            "distances": method,
            "shortest_border_m": layer.shortest_border,
        },
        "conditions": conditions_of(task.conditions, task.problem),
        "in_words": [part.text for part in task.conditions.parts(task.problem.codes)],
        "units": _units(task, layer),
        "plan": [] if plan is None else _new_units(task, proposal, plan),
        "blamed": None if blamed is None else _blamed(blamed, task.problem),
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def conditions_of(conditions: Conditions, problem: Problem) -> dict[str, Any]:
    """Return conditions as plain data, units by their codes."""
    codes = problem.codes
    return {
        "requirements": [
            [[[t.field, t.sign, t.number] for t in some] for some in r.alternatives]
            for r in conditions.requirements
        ],
        "units": conditions.units,
        "contiguous": conditions.contiguous,
        "within_districts": conditions.within_parents,
        "together": [[codes[k] for k in some] for some in conditions.together],
        "apart": [[codes[k] for k in pair] for pair in conditions.apart],
    }


def _units(task: Task, layer: PlanLayer) -> list[dict[str, Any]]:
    """Return the figures of the old units as they were used."""
    problem = task.problem
    return [
        {
            "code": code,
            "file": str(layer.frame["source_file"].iloc[at]),
            "row": int(layer.frame["source_row"].iloc[at]),
            "people": float(problem.people[k]),
            "lon": float(layer.positions[at][0]),
            "lat": float(layer.positions[at][1]),
            "district": problem.parents[k],
            "figures": {name: float(values[k]) for name, values in problem.fields.items()},
        }
        for k, (code, at) in enumerate(zip(problem.codes, task.at.tolist(), strict=True))
    ]


def _new_units(task: Task, proposal: Proposal, plan: Plan) -> list[dict[str, Any]]:
    problem = task.problem
    codes = problem.codes
    rows = []
    for members, seat in zip(proposal.partition, proposal.seats, strict=True):
        some = list(members)
        rows.append({
            "code": plan.home[codes[some[0]]],
            "seat": codes[seat],
            "members": [codes[k] for k in some],
            "figures": {name: float(values[some].sum()) for name, values in problem.fields.items()},
            "person_km": float(problem.people[some] @ problem.km[some, seat]),
        })  # fmt: skip
    return rows


def _blamed(blamed: Blame, problem: Problem) -> dict[str, Any]:
    codes = problem.codes
    return {
        "text": blamed.text,
        "reason": {language: said(blamed.reason or "", language) for language in LANGUAGES},
        "is_smallest": blamed.is_smallest,
        "conditions": [
            {
                "text": part.text,
                "plan_without_it": None if plan is None else
                [[codes[k] for k in group] for group in plan],
            }
            for part, plan in zip(blamed.conditions, blamed.without, strict=True)
        ],
    }  # fmt: skip


def files_of_certificate(content: Mapping[str, Any], language: Language = "en") -> dict[str, bytes]:
    """Return the files of a certificate by name: data, a page of text, and what checks them."""
    document = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    checker = resources.files("geo_merge.planning").joinpath(CHECKER).read_bytes()
    page = "\n".join([*lines_of(content, language), ""])
    return {DOCUMENT: document.encode(), TEXT: page.encode(), CHECKER: checker}


def check_target(directory: Path) -> None:
    """Refuse the folder of a plan that somebody made: a proposal would take its place.

    Raises
    ------
    ExportError
        In one sentence.
    """
    if is_plan(directory) and not (directory / DOCUMENT).is_file():
        raise ExportError(sentence("planning.not_proposed", folder=directory))


def write_certificate(
    content: Mapping[str, Any], directory: Path, language: Language = "en"
) -> None:
    """Write a certificate to a folder, whole or not at all; ExportError if that fails.

    Where there is no plan, one that was proposed there before goes.
    """
    stale = set() if content["plan"] else {CROSSWALK, PLAN}
    with staging(directory) as folder:
        for name, text in files_of_certificate(content, language).items():
            (folder / name).write_bytes(text)
        publish(folder, directory, seal=DOCUMENT, stale=lambda: stale)
