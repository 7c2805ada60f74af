"""The papers of a result that lies in no folder yet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo_merge.dossier.document import document_of, write_document
from geo_merge.dossier.material import Outside, added, read_material, with_outside
from geo_merge.dossier.of_plan import with_plan
from geo_merge.merging.result import MergeResult
from geo_merge.planning.plan import Plan
from geo_merge.results.files import write
from geo_merge.system.progress import Progress
from geo_merge.system.scratch import scratch
from geo_merge.texts import Language
from geo_merge.vocabulary.country import Country


def papers_of(
    result: MergeResult, name: str, language: Language, say: Progress, *, country: Country,
    outside: Outside | None, plan: Plan | None, seats: Path | None, inputs: Mapping[str, str],
    options: Mapping[str, Any], allow_errors: bool,
) -> bytes:  # fmt: skip
    """Return the papers of a result, as the command line writes them from its folder.

    Parameters
    ----------
    result, inputs, options, allow_errors
        What would be written into a folder of results.
    name
        What the file is called, by whose ending it is written.
    language, country
        The language of the papers, and the country whose knowledge applies.
    say
        Called with the name of each step.
    outside
        Units that lie around the land.
    plan
        The plan that was merged, with its seats and notes.
    seats
        A table with seats of the new units.
    """
    with scratch() as folder:
        say("Writing")
        write(result, folder, allow_errors=allow_errors, inputs=inputs, options=options,
              language=language)  # fmt: skip
        material = read_material(folder, language, country=country)
        if outside is not None:
            material = with_outside(material, outside)
        if plan is not None:
            material = with_plan(material, plan)
        material = added(material, seats=seats, offices=None, agencies=None)
        say("Drawing")
        document = document_of(material)
        say("Writing")
        write_document(document, folder / name)
        return (folder / name).read_bytes()
