"""What is to be planned, as arrays: figures, distances, borders; and what a plan of it breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo_merge.errors import UsageError
from geo_merge.geometry.connected import connected
from geo_merge.geometry.rings import Bools, Floats, Ints
from geo_merge.planning.conditions import MEMBERS, Condition, joined
from geo_merge.planning.groups import Groups
from geo_merge.vocabulary.sentence import and_more, sentence

Partition = tuple[tuple[int, ...], ...]
_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Old units to be put together.

    Attributes
    ----------
    codes
        Of the units, which are numbered in this order.
    people
        Who travels from each unit; shape (units,).
    fields
        Figures that add up, none of them negative; shape (units,) each.
    km
        How far it is from the position of one unit to that of another; shape (units, units).
    borders
        Pairs of units with a common border; shape (borders, 2).
    parents
        The former district of each unit; empty if none is known.
    """

    codes: tuple[str, ...]
    people: Floats
    fields: Mapping[str, Floats]
    km: Floats
    borders: Ints
    parents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse figures that are missing or negative: sums of them prove nothing."""
        problems = []
        for name, values in (*self.fields.items(), (sentence("planning.people"), self.people)):
            for kind, bad in (("planning.figures_unknown", ~np.isfinite(values)),
                              ("planning.figures_negative", values < 0)):  # fmt: skip
                if bad.any():
                    units = listed(self.codes, np.flatnonzero(bad))
                    problems.append(sentence(kind, name=name, units=units))
        lost = np.flatnonzero(~np.isfinite(np.diag(self.km)))
        if len(lost):
            problems.append(sentence("planning.no_positions", units=listed(self.codes, lost)))
        if problems:
            raise UsageError(problems)

    @property
    def size(self) -> int:
        """How many units there are."""
        return len(self.codes)

    def only(self, at: Ints) -> Problem:
        """Return some of the units as a problem of their own, numbered in the order given."""
        row = np.full(self.size, -1)
        row[at] = np.arange(len(at))
        pairs = row[self.borders].reshape(-1, 2)
        return Problem(
            codes=tuple(self.codes[k] for k in at.tolist()),
            people=self.people[at],
            fields={name: values[at] for name, values in self.fields.items()},
            km=self.km[np.ix_(at, at)],
            borders=pairs[(pairs >= 0).all(axis=1)],
            parents=tuple(self.parents[k] for k in at.tolist()) if self.parents else (),
        )

    def totals_of(self, field: str) -> Floats:
        """Return what each unit adds to a field.

        Raises
        ------
        UsageError
            If it is no field of the layer.
        """
        if field == MEMBERS and field not in self.fields:
            return np.ones(self.size)
        if field not in self.fields:
            known = [*self.fields, MEMBERS]
            raise UsageError(sentence("planning.no_field", name=field, known=known))
        return self.fields[field]

    def neighbours(self, *, contiguous: bool = True, within_parents: bool = False) -> Bools:
        """Return which units may be put together next to each other; shape (units, units)."""
        may = np.full((self.size, self.size), fill_value=not contiguous)
        if contiguous:
            a, b = self.borders.T
            may[a, b] = may[b, a] = True
        if within_parents and self.parents:
            parents = np.array(self.parents)
            may &= parents[:, None] == parents[None, :]
        np.fill_diagonal(may, val=False)
        return may

    def groups(self, plan: Sequence[Sequence[int]]) -> Bools:
        """Return a plan as the members of its new units; shape (new units, units)."""
        members = np.zeros((len(plan), self.size), dtype=bool)
        for row, group in enumerate(plan):
            members[row, list(group)] = True
        return members

    def travel(self, groups: Groups) -> tuple[Floats, Ints]:
        """Return the way of all people of each group to its best placed member, and which it is.

        Person-kilometres, shape (groups,), and the number of the unit; the first of equal ones.
        """
        way = self.people[:, None] * self.km
        best, seats = np.empty(len(groups)), np.empty(len(groups), dtype=np.int64)
        step = 2**16
        for k in range(0, len(groups), step):
            members = groups.take(slice(k, k + step)).members()  # type: ignore[arg-type]
            sums = np.where(members, members @ way, np.inf)
            seats[k : k + step] = sums.argmin(axis=1)
            best[k : k + step] = sums.min(axis=1)
        return best, seats

    def broken(self, parts: Iterable[Condition], plan: Sequence[Sequence[int]]) -> list[str]:
        """Return the conditions that a plan does not meet, by looking at the plan alone.

        Parameters
        ----------
        parts
            Those of `Conditions.parts`.
        plan
            The members of each new unit.
        """
        used = sorted(k for group in plan for k in group)
        if used != list(range(self.size)):
            return ["every old unit is in one new unit"]
        return [part.text for part in parts if not self._meets(part, plan)]

    def _meets(self, part: Condition, plan: Sequence[Sequence[int]]) -> bool:
        conditions = joined([part])
        members = self.groups(plan)
        where = {k: row for row, group in enumerate(plan) for k in group}
        if conditions.units is not None:
            return conditions.units[0] <= len(plan) <= conditions.units[1]
        if conditions.contiguous:
            links = self.borders[[where[a] == where[b] for a, b in self.borders.tolist()]]
            return len(set(connected(self.size, links).tolist())) == len(plan)
        if conditions.within_parents:
            return all(len({self.parents[k] for k in group}) == 1 for group in plan)
        for requirement in conditions.requirements:
            totals = {name: members @ self.totals_of(name) for name in requirement.fields}
            return bool(requirement.met(totals).all())
        return all(len({where[k] for k in some}) == 1 for some in conditions.together) and all(
            where[a] != where[b] for a, b in conditions.apart
        )


def listed(codes: Sequence[str], chosen: Ints) -> str:
    """Return the codes of the chosen units, the first ones by name."""
    names = [codes[k] for k in chosen.tolist()]
    return and_more(", ".join(names[:_SHOWN]), len(names) - _SHOWN)
