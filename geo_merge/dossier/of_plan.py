"""A plan as a result, merged as `build` merges it, so that papers can be made of it at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from geo_merge.dossier.material import Material, read_material
from geo_merge.errors import PlanError
from geo_merge.jobs.job import Job
from geo_merge.planning.opening import paths_of
from geo_merge.planning.plan import NewUnit, Plan
from geo_merge.planning.store import CROSSWALK, load
from geo_merge.results.files import with_sidecars, write
from geo_merge.system.scratch import scratch
from geo_merge.texts import Language
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.sentence import sentence

_SHOWN = 10


def material_of_plan(
    directory: Path, language: Language, *, dated: date | None = None, country: Country = PLAIN
) -> Material:
    """Merge a plan, and return what its papers are made from; see `material.read_material`.

    Raises
    ------
    PlanError
        If an old unit has no place yet, or the layer is gone.
    """
    saved = load(directory)
    plan = saved.plan
    if left := [str(plan.old[code]) for code in plan.without_place]:
        raise PlanError(sentence("planning.not_whole", n=len(left), units=left[:_SHOWN]))
    job = Job(
        old=tuple(paths_of(saved.source, directory)), crosswalk=directory / CROSSWALK,
        country=country, **saved.source.options,
    )  # fmt: skip
    result = job.run()
    with scratch() as folder:
        write(result, folder, allow_errors=True, inputs=with_sidecars(job.inputs),
              options=job.options)  # fmt: skip
        made = read_material(folder, language, dated=dated, country=country)
    # The hour of the merger is not the plan's: the same plan gives the same paper.
    manifest = {**made.manifest, "time": made.dated.isoformat()}
    return with_plan(replace(made, manifest=manifest), plan)


def with_plan(m: Material, plan: Plan) -> Material:
    """Return the material of a merged plan with the seats and notes that the plan has."""
    seats = [_seat(unit) for unit in plan.new.values() if unit.seat]
    notes: dict[str, tuple[str, ...]] = {}
    for about, text in sorted(plan.notes.items(), key=lambda note: note[0].side):  # new, old, plan
        code, told = about.code, text
        if about.side == "old":
            code, told = plan.home[about.code] or "", f"{plan.old[about.code].name}: {text}"
        notes[code] = (*notes.get(code, ()), told)
    return replace(m, planned_seats=pd.DataFrame(seats) if seats else None, notes=notes)


def _seat(unit: NewUnit) -> dict[str, str]:
    lon, point, lat = (part.strip() for part in unit.seat.partition(","))
    member = "" if point else unit.seat
    return {"new_code": unit.code, "seat_old_code": member, "lon": lon if point else "", "lat": lat}
