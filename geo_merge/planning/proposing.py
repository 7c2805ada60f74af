"""A plan that is searched for, with its certificate: work that a page gives to a worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo_merge.planning.blame import blame
from geo_merge.planning.certificate import certificate_of
from geo_merge.planning.distances import Distances
from geo_merge.planning.layer import PlanLayer
from geo_merge.planning.plan import Plan
from geo_merge.planning.propose import Objective, Status, propose
from geo_merge.planning.store import LayerSource
from geo_merge.planning.tasks import Wishes, proposed, task_of
from geo_merge.system.progress import Progress

SPARE_SECONDS = 120.0  # to measure, to say why there is none, to check


def found_of(
    plan: Plan, layer: PlanLayer, source: LayerSource, wishes: Wishes, say: Progress, *,
    distances: Distances, objective: Objective, seconds: float, version: str,
) -> tuple[Plan | None, Mapping[str, Any]]:  # fmt: skip
    """Return the plan that is proposed, None if there is none, and the certificate.

    Raises
    ------
    GeoMergeError
        If what is asked for cannot be solved; see `tasks.task_of`.
    """
    say("Measuring distances")
    task = task_of(plan, layer, distances, wishes)
    say("Searching")
    best = propose(task.problem, task.conditions, objective, seconds=seconds)
    made, blamed = None, None
    if best.partition:
        made = proposed(plan, task, best.partition, best.seats)
    elif best.status is Status.INFEASIBLE:
        say("Finding out why there is none")
        blamed = blame(task.problem, task.conditions, seconds=SPARE_SECONDS / 2)
    people = layer.population_field if wishes.people == "population" else wishes.people
    content = certificate_of(task, best, layer, people=people, method=distances.method,
                             source=source, plan=made, blamed=blamed,
                             version=version)  # fmt: skip
    return made, content
