"""What files hold, and what in them does not match, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import pandas as pd

from geo_merge.compare.declared import as_declared
from geo_merge.errors import CrosswalkError, GeoMergeError, SeveralLayersError
from geo_merge.jobs.job import Job, ReadLayer
from geo_merge.merging import conclude
from geo_merge.system.progress import Progress
from geo_merge.units import attributes, crosswalk
from geo_merge.units.layers import read_units
from geo_merge.vocabulary.accepting import is_accepted
from geo_merge.vocabulary.catalogue import ACCEPTABLE
from geo_merge.vocabulary.codes import same_codes
from geo_merge.vocabulary.fields import OWN, with_unit_columns
from geo_merge.vocabulary.memory import findings_of, sources_of
from geo_merge.vocabulary.part_of import is_land
from geo_merge.vocabulary.sentence import Sentence, sentence


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
    choices
        The layers of each file that has several, of which none was named.
    rules
        By which rule each field of numbers becomes one of the new units, if none is set.
    wrong
        What is wrong with the files beside layers and crosswalk, by their names; also a problem.
    """

    layers: list[dict[str, Any]]
    fields: list[str]
    notes: list[str]
    problems: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def unlisted(self) -> bool:
        """Whether the table does not name all units, so that it has to be said what they become."""
        told = (*self.problems, *self.notes)
        return any(getattr(one, "kind", "") in {"K05.unlisted", "K05.kept"} for one in told)

    @property
    def doubts(self) -> frozenset[str]:
        """The checks of what was said that a person can accept; those accepted are not said."""
        told = (one for one in (*self.problems, *self.notes) if is_accepted(one, ACCEPTABLE))
        return frozenset(one.kind.partition(".")[0] for one in told if isinstance(one, Sentence))


def look(job: Job, say: Progress = lambda _: None) -> Preview:
    """Read the files of a job and match the crosswalk."""
    return look_with_units(job, say)[0]


def look_with_units(
    job: Job, say: Progress = lambda _: None, *, read_layer: ReadLayer = read_units
) -> tuple[Preview, gpd.GeoDataFrame | None]:
    """Look into the files of a job; return its layer too, None if it cannot be read as one.

    `read_layer` is what reads its units, and those of a reference; see `Job.read`.
    """
    say("Reading")
    problems: tuple[str, ...] = ()
    units: gpd.GeoDataFrame | None
    try:
        units, table = job.read(read_layer)
    except GeoMergeError as error:
        units, table, problems = _units_alone(job, read_layer), None, error.problems
    wrong: dict[Path, GeoMergeError] = {}
    if units is None:
        told, wrong = _opened(job, (*job.old, *job.reference, *job.land))
        return _with_others(Preview([], told, [], problems), wrong), None
    sources = sources_of(units)
    land = is_land(units)
    there, pieces = (units.loc[which, "source_file"].value_counts() for which in (~land, land))
    layers = [
        {"file": Path(source["file"]).name, "units": int(there.get(source["source"], 0)),
         **({"pieces": int(pieces.get(source["source"], 0))} if land.any() else {}),
         "crs": source["crs"], "encoding": source["encoding"].upper(),
         **{f"field_{role}": column for role, column in source["fields"].items()}}
        for source in sources
    ]  # fmt: skip
    roles = dict.fromkeys(c for source in sources for c in source["fields"].values())
    fields = list({**roles, **dict.fromkeys(str(c) for c in units.columns if c not in OWN)})
    notes = [finding.message for finding in findings_of(units)]
    new: pd.Index | None = None
    if table is not None:
        say("Matching the crosswalk")
        try:
            units, table = job.divided(units, table)
            country = job.country.of(units)
            resolved = crosswalk.resolve(with_unit_columns(units), table, country=country,
                                         unlisted=job.unlisted)  # fmt: skip
            new = pd.Index(resolved.rows["new_code"].unique())
            notes += [finding.message for finding in resolved.findings]
        except CrosswalkError as error:
            problems = error.problems
            if job.divide is not None and all(_of_cutters(each) for each in problems):
                wrong[job.divide] = error
        except GeoMergeError as error:  # of what divides
            wrong[cast("Path", job.divide)] = error
    if job.reference or job.declared or job.land:
        say("Reading the other files")
    wrong |= _wrong_others(job, units, table, new, read_layer)
    found = Preview(layers, fields, notes, problems, rules=rules_of(units))
    return _with_others(found, wrong), units


def _of_cutters(problem: str) -> bool:
    """Tell whether a problem is that what divides does not cut a unit as the crosswalk asks."""
    return isinstance(problem, Sentence) and problem.kind == "W05.no_part"


def _wrong_others(
    job: Job,
    units: gpd.GeoDataFrame,
    table: pd.DataFrame | None,
    new: pd.Index | None,
    read_layer: ReadLayer,
) -> dict[Path, GeoMergeError]:
    """Return what is wrong with the files that are no layer of units and no crosswalk.

    Whether codes are those of new units is told where these are known; by a crosswalk it is known
    which field has them.
    """
    unread: dict[Path, GeoMergeError] = {}
    if table is None:
        _, unread = _opened(job, [*job.reference, *([] if job.divide is None else [job.divide])])
        job = replace(job, reference=())
    others, wrong = job.read_others(units, table, read_layer)
    files = {"declared": job.declared, "reference": next(iter(job.reference), None)}
    for name, path in files.items():
        frame = others[name]
        if path is None or frame is None:
            continue
        try:
            codes = frame.index if name == "reference" else as_declared(frame, pd.Index([])).index
        except GeoMergeError as error:
            wrong[path] = error
        else:
            if new is not None and not same_codes(codes, new):
                wrong[path] = GeoMergeError(_no_code(path, codes, new, name))
    return wrong | unread


def _no_code(path: Path, theirs: pd.Index, ours: pd.Index, name: str) -> Sentence:
    return sentence("D02.no_code", source=path.name, option=f"--{name}",
                    theirs=[str(code) for code in theirs[:3]],
                    ours=[str(code) for code in ours[:3]])  # fmt: skip


def _with_others(found: Preview, wrong: Mapping[Path, GeoMergeError]) -> Preview:
    """Return what was found with what is wrong with the other files."""
    told = {path.name: error.problems for path, error in wrong.items()}
    several = {path.name: error.layers for path, error in wrong.items()
               if isinstance(error, SeveralLayersError)}  # fmt: skip
    news = [each for problems in told.values() for each in problems if each not in found.problems]
    return replace(found, problems=(*found.problems, *news), wrong=told, choices=several)


def rules_of(units: gpd.GeoDataFrame) -> dict[str, str]:
    """Return the rule that each field of numbers has by itself; see `attributes.rules_for`."""
    known, _ = conclude.rules_of(units, sources_of(units), {})
    roles = attributes.roles_of(sources_of(units))
    numbers = [
        name
        for name in known
        if name not in {*roles, "population"} and attributes.is_number(units[name])
    ]
    return {name: str(known[name]) for name in numbers}


def _units_alone(job: Job, read_layer: ReadLayer) -> gpd.GeoDataFrame | None:
    """Return the layer of a job whose crosswalk cannot be read."""
    if job.crosswalk is None:
        return None
    try:
        return replace(job, crosswalk=None).read(read_layer)[0]
    except GeoMergeError:
        return None  # said already


def _opened(job: Job, paths: Iterable[Path]) -> tuple[list[str], dict[Path, GeoMergeError]]:
    """Return the fields of the old layers that can be read, and what is wrong with layers."""
    fields: dict[str, None] = {}
    wrong: dict[Path, GeoMergeError] = {}
    for path in paths:
        try:
            frame = job.open(path).frame
        except GeoMergeError as error:
            wrong[path] = error
        else:
            if path in job.old:
                fields |= dict.fromkeys(map(str, frame.columns.drop(frame.geometry.name)))
    return list(fields), wrong
