"""What files hold, and what in them does not match, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyogrio

from geo_merge import crosswalk
from geo_merge.errors import CrosswalkError, GeoMergeError
from geo_merge.job import Job, Progress
from geo_merge.prepared import with_unit_columns
from geo_merge.provenance import findings_of, sources_of
from geo_merge.vietnam.names import name_key


@dataclass(frozen=True)
class Preview:
    """What was recognised in the files, and what does not match.

    Attributes
    ----------
    layers
        A row a file: name, units, CRS, encoding, and the field taken for each role.
    fields
        All fields of the layers.
    notes
        What was decided in reading, as sentences.
    problems
        What keeps the merger from being computed, as sentences.
    """

    layers: list[dict[str, Any]]
    fields: list[str]
    notes: list[str]
    problems: tuple[str, ...]


def look(job: Job, say: Progress = lambda _: None) -> Preview:
    """Read the files of a job and match the crosswalk."""
    say("Reading")
    fields = _fields(job.old)
    try:
        units, table = job.read()
    except GeoMergeError as error:
        return Preview([], fields, [], error.problems)
    layers = [
        {"file": Path(source["file"]).name, "units": source["features"], "crs": source["crs"],
         "encoding": source["encoding"].upper(),
         **{f"field_{role}": column for role, column in source["fields"].items()}}
        for source in sources_of(units)
    ]  # fmt: skip
    notes = [finding.message for finding in findings_of(units)]
    problems: tuple[str, ...] = ()
    if table is not None:
        say("Matching the crosswalk")
        try:
            resolved = crosswalk.resolve(with_unit_columns(units), table, name_key=name_key)
            notes += [finding.message for finding in resolved.findings]
        except CrosswalkError as error:
            problems = error.problems
    return Preview(layers, fields, notes, problems)


def _fields(paths: Iterable[Path]) -> list[str]:
    """Return all fields of layers that can be asked without reading them."""
    names: dict[str, None] = {}
    for path in paths:
        info = _info(path)
        names.update(dict.fromkeys(map(str, info.get("fields", ()))))
    return list(names)


def _info(path: Path) -> dict[str, Any]:
    target = f"/vsizip/{path}" if path.suffix.lower() == ".zip" else path
    try:
        return dict(pyogrio.read_info(target))
    except pyogrio.errors.DataSourceError:
        return {}  # read by another library, as GeoParquet may be
