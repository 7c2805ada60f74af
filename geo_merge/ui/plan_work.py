"""The plan that a session works on: its layer, what was done to it, and what changed when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd

from geo_merge.errors import PlanError
from geo_merge.maps.plan_map import Ground
from geo_merge.planning.check import check_plan
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
        The files of the layer.
    options
        As `units.layers.read_units` takes them.
    frame
        The old units.
    layer
        The same, measured.
    ground
        The same, drawn.
    source
        Where they are, for the folder of a plan beside them.
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
    """What a plan is held against: a standard, and what is known of the units."""

    standard: Standard
    inputs: Inputs = field(default_factory=Inputs)
    settled: Mapping[str, bool] = field(default_factory=dict)


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
    figures, standing
        Those of the plan, and what the standard says of each new unit, by code.
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
    figures: PlanFigures = field(init=False)
    standing: dict[str, Judgement] = field(default_factory=dict)
    revision: int = 0
    moved: list[int] = field(default_factory=list)
    changed: dict[str, int] = field(default_factory=dict)
    done: int = 0
    refused: tuple[str, ...] = ()
    certificates: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Compute the figures of the first plan."""
        self.figures = figures_of(self.plan, self.base.layer)
        self.moved = [0] * len(self.plan.old)
        self.changed = dict.fromkeys(self.plan.new, 0)
        self._judge(tuple(self.plan.new))

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

    def _follow(self) -> None:
        """Compute what changed since the figures were computed, and note it."""
        before, plan = self.figures, self.plan
        if before.plan is plan:
            return
        self.revision += 1
        self.figures = figures_of(plan, self.base.layer, before=before)
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
            self.standing = {}
            return
        some = replace(self.figures, units={code: self.figures.units[code] for code in codes})
        held = self.holding
        checked = check_plan(
            some, self.base.layer, held.standard, held.inputs, settled=held.settled
        )
        kept = {c: j for c, j in self.standing.items() if c in self.plan.new and c not in codes}
        self.standing = {**kept, **{j.subject.code: j for j in checked.units}}
