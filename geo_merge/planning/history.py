"""A plan with what was done to it, so that it can be undone and done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from geo_merge.errors import PlanError
from geo_merge.planning.operations import Operation, as_document, operation_of
from geo_merge.planning.plan import Plan
from geo_merge.vocabulary.sentence import sentence


@dataclass(frozen=True)
class History:
    """A plan, and the operations that made it from the first one.

    Plans along the way are not kept but made again: a country's plan takes a tenth of a
    millisecond an operation, and memory does not grow with every click.

    Attributes
    ----------
    first
        The plan before all operations.
    operations
        Those that were done, and after them those that were undone.
    done
        How many of them hold.
    """

    first: Plan
    operations: tuple[Operation, ...] = ()
    done: int = 0

    @property
    def undone(self) -> int:
        """How many operations can be done again."""
        return len(self.operations) - self.done

    @cached_property
    def plan(self) -> Plan:
        """The plan as it is now."""
        plan = self.first
        for operation in self.operations[: self.done]:
            plan = operation.on(plan)
        return plan

    def do(self, operation: Operation) -> History:
        """Return the history with one more operation; those that were undone are forgotten.

        Raises
        ------
        PlanError
            If it cannot be done.
        """
        after = operation.on(self.plan)
        history = History(self.first, (*self.operations[: self.done], operation), self.done + 1)
        history.__dict__["plan"] = after  # known already
        return history

    def undo(self) -> History:
        """Return the history without its last operation; the same if there is none."""
        return History(self.first, self.operations, max(self.done - 1, 0))

    def redo(self) -> History:
        """Return the history with the next operation that was undone; the same if there is none."""
        return History(self.first, self.operations, min(self.done + 1, len(self.operations)))

    def as_document(self) -> dict[str, Any]:
        """Return the operations as plain data; the first plan is kept as its own files."""
        return {"operations": [as_document(o) for o in self.operations], "done": self.done}


def history_of(first: Plan, document: Mapping[str, Any]) -> History:
    """Return the history that plain data describe, from a first plan.

    Raises
    ------
    PlanError
        If an operation is unknown or cannot be done.
    """
    operations = tuple(operation_of(o) for o in document.get("operations", ()))
    done = document.get("done", len(operations))
    if not isinstance(done, int) or not 0 <= done <= len(operations):
        raise PlanError(sentence("planning.too_many_done", done=str(done), all=len(operations)))
    history = History(first, operations, done)
    _ = history.plan  # what cannot be done is told now
    return history
