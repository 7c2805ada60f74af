"""The plan that a session works on: its layer, what was done to it, and what changed when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd

from geo_merge.errors import PlanError
from geo_merge.geometry.rings import Floats
from geo_merge.maps.plan_map import Ground
from geo_merge.planning.check import check_plan, whole_of
from geo_merge.planning.distances import Distances, StraightLine
from geo_merge.planning.figures import PlanFigures, figures_of
from geo_merge.planning.history import History
from geo_merge.planning.inputs import Inputs
from geo_merge.planning.layer import PlanLayer
from geo_merge.planning.operations import operation_of
from geo_merge.planning.plan import About, Plan
from geo_merge.planning.standards import Standard
from geo_merge.planning.store import LayerSource
from geo_merge.planning.verdicts import Judgement


@dataclass
class File:
    """A file that somebody gave, as the page keeps it: it is on the disk while it is read."""

    name: str
    content: bytes

    def getbuffer(self) -> memoryview:
        """Return its bytes, as an upload does."""
        return memoryview(self.content)


@dataclass(frozen=True)
class Base:
    """A layer to plan with; it does not change while one does.

    Attributes
    ----------
    key
        Hash of the files and options.
    files
        The files of the layer; none if it is that of a result, whose units are read already.
    options
        As `units.layers.read_units` takes them; of a result, with how it was repaired.
    frame
        The old units.
    layer
        The same, measured.
    ground
        The same, drawn.
    source
        Where they are, for the folder of a plan beside them: of a result, the files it came from.
    """

    key: str
    files: tuple[File, ...]
    options: Mapping[str, Any]
    frame: gpd.GeoDataFrame
    layer: PlanLayer
    ground: Ground
    source: LayerSource


@dataclass(frozen=True)
class Holding:
    """What a plan is held against: a standard, and what is known of the units.

    Attributes
    ----------
    table, declared_in
        The files that told of single units, and of declared figures; blank if there was none.
    """

    standard: Standard
    inputs: Inputs = field(default_factory=Inputs)
    settled: Mapping[str, bool] = field(default_factory=dict)
    declared: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    table: str = ""
    declared_in: str = ""


@dataclass(frozen=True)
class Ways:
    """How far people are from a seat: where they travel from, and along what.

    Attributes
    ----------
    key
        Hash of the files; blank for the middles of the units and straight lines.
    positions
        Longitude and latitude of each unit, NaN where unknown, shape (units, 2); None for middles.
    distances
        How distances are measured.
    positions_in, roads_in
        The files; blank if there was none.
    """

    key: str = ""
    positions: Floats | None = None
    distances: Distances = field(default_factory=StraightLine)
    positions_in: str = ""
    roads_in: str = ""


@dataclass
class Work:
    """A plan at work.

    Attributes
    ----------
    base
        Its layer.
    histories, at
        What was done since a plan was opened, imported or proposed, for each of these in turn, and
        which of them is on show.
    holding
        What it is held against.
    ways
        How distances to the seats are measured.
    layer
        That of the base, with the positions that people travel from.
    figures, standing, whole
        Those of the plan, and what the standard says of each new unit, by code, and of all.
    revision
        Counts the changes.
    moved, changed
        The revision at which each old unit (by position) and each new unit changed last.
    done
        The last operation of the browser that was done or refused.
    refused
        Why the last operations were refused; blank if they were not.
    certificates
        By history, that of a plan that was proposed.
    """

    base: Base
    histories: tuple[History, ...]
    at: int = 0
    holding: Holding | None = None
    ways: Ways = field(default_factory=Ways)
    layer: PlanLayer = field(init=False)
    figures: PlanFigures = field(init=False)
    standing: dict[str, Judgement] = field(default_factory=dict)
    whole: Judgement | None = None
    revision: int = 0
    moved: list[int] = field(default_factory=list)
    changed: dict[str, int] = field(default_factory=dict)
    done: int = 0
    refused: tuple[str, ...] = ()
    certificates: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Compute the figures of the first plan."""
        self._measure(self.ways)
        self.moved = [0] * len(self.plan.old)
        self.changed = dict.fromkeys(self.plan.new, 0)
        self._judge(tuple(self.plan.new))

    def _measure(self, ways: Ways) -> None:
        base, there = self.base.layer, ways.positions
        layer = base if there is None else replace(base, positions=there)
        self.figures = figures_of(self.plan, layer, distances=ways.distances)
        self.ways, self.layer = ways, layer

    @property
    def history(self) -> History:
        """What was done to the plan on show."""
        return self.histories[self.at]

    @property
    def plan(self) -> Plan:
        """The plan as it is now."""
        return self.history.plan

    @property
    def certificate(self) -> Mapping[str, Any] | None:
        """That of the plan on show, if it was proposed and nothing was changed since."""
        return None if self.history.done else self.certificates.get(self.at)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return self.history.done > 0 or self.at > 0

    @property
    def can_redo(self) -> bool:
        """Whether something that was undone can be done again."""
        return self.history.undone > 0 or self.at + 1 < len(self.histories)

    def do(self, queue: Sequence[Mapping[str, Any]]) -> None:
        """Do what the browser tells, each once; what cannot be done changes nothing and is told."""
        self.refused = ()
        for told in queue:
            number, operation = told["id"], {k: v for k, v in told.items() if k != "id"}
            if number <= self.done:
                continue
            self.done = number
            try:
                self._do(operation)
            except PlanError as error:
                self.refused += tuple(error.problems)
        self._follow()

    def _do(self, operation: Mapping[str, Any]) -> None:
        name = operation.get("operation")
        if name == "undo":
            if self.history.done:
                self._replace(self.history.undo())
            elif self.at:
                self.at -= 1
        elif name == "redo":
            if self.history.undone:
                self._replace(self.history.redo())
            elif self.at + 1 < len(self.histories):
                self.at += 1
        else:
            one = operation_of({**operation, "operation": str(name)})
            self.histories = (*self.histories[: self.at], self.history.do(one))

    def _replace(self, history: History) -> None:
        self.histories = (*self.histories[: self.at], history, *self.histories[self.at + 1 :])

    def open(self, history: History, certificate: Mapping[str, Any] | None = None) -> None:
        """Go on with another plan of the same layer; undo leads back to the one before."""
        self.histories = (*self.histories[: self.at + 1], history)
        self.at += 1
        self.certificates = {k: c for k, c in self.certificates.items() if k < self.at}
        if certificate is not None:
            self.certificates[self.at] = certificate
        self.refused = ()
        self._follow()

    def hold(self, holding: Holding | None) -> None:
        """Hold the plan against something else."""
        if holding == self.holding:
            return
        self.holding = holding
        self.revision += 1
        self.changed = dict.fromkeys(self.plan.new, self.revision)
        self._judge(tuple(self.plan.new))

    def go(self, ways: Ways) -> None:
        """Measure distances in another way.

        Raises
        ------
        UsageError
            If what it needs is not installed; nothing changes then.
        """
        self._measure(ways)
        self.revision += 1
        self.changed = dict.fromkeys(self.plan.new, self.revision)

    def _follow(self) -> None:
        """Compute what changed since the figures were computed, and note it."""
        before, plan = self.figures, self.plan
        if before.plan is plan:
            return
        self.revision += 1
        self.figures = figures_of(plan, self.layer, before=before, distances=self.ways.distances)
        for row, code in enumerate(plan.old):
            if before.plan.home[code] != plan.home[code]:
                self.moved[row] = self.revision
        other = tuple(code for code in plan.new if self._differs(before, code))
        self.changed = {code: self.changed.get(code, 0) for code in plan.new}
        self.changed.update(dict.fromkeys(other, self.revision))
        self._judge(other)

    def _differs(self, before: PlanFigures, code: str) -> bool:
        about = About("new", code)
        then, now = before.plan, self.plan
        return (
            before.units.get(code) is not self.figures.units[code]
            or then.new.get(code) != now.new[code]
            or (about in then.locks) != (about in now.locks)
            or then.notes.get(about) != now.notes.get(about)
        )

    def _judge(self, codes: Sequence[str]) -> None:
        """Hold some units against the standard; the others are as they were."""
        if self.holding is None:
            self.standing, self.whole = {}, None
            return
        some = replace(self.figures, units={code: self.figures.units[code] for code in codes})
        held = self.holding
        checked = check_plan(some, self.layer, held.standard, held.inputs, settled=held.settled,
                             declared=held.declared)  # fmt: skip
        kept = {c: j for c, j in self.standing.items() if c in self.plan.new and c not in codes}
        self.standing = {**kept, **{j.subject.code: j for j in checked.units}}
        self.whole = whole_of(self.figures, held.standard, held.inputs, settled=held.settled,
                              declared=held.declared)  # fmt: skip
