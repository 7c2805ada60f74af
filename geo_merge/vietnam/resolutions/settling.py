"""Which unit a clause means where its name alone does not say it: what the rest of the text tells.

Two communes of a province may share a name, and names of minorities are spelled in several ways.
Each step takes a unit only if one is left to take, and the row says by which step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from geo_merge.vietnam.matching import Match, Units, are_similar
from geo_merge.vietnam.resolutions.claims import SPELLING, Claim
from geo_merge.vocabulary.places import Unit


def settle(claims: Sequence[Claim], old: Units, *, says_parts: bool) -> None:
    """Decide claims that have several candidates, or none but units with a like name.

    Parameters
    ----------
    claims
        All claims of a text; `match` is replaced where one unit is left.
    old
        The old units that the text is about.
    says_parts
        Whether a unit that is divided is said to be: then one that is joined as a whole to one new
        unit is none of the candidates elsewhere.
    """
    steps: list[tuple[Callable[[Claim], Sequence[Unit]], str]] = [
        (_InPlaces(claims, "district_code"), "the district of the others in the clause"),
        (_InPlaces(claims, "province_code"), "the former province of the others in the clause"),
        (_the_one_whose_code_lives_on, "the code of the new unit"),
    ]
    if says_parts:
        steps.insert(1, (_NotTaken(claims), "the others of that name being joined elsewhere"))
    while _decide_one_step(claims, steps):
        pass
    spelled = [_spell(claim, claims, old) for claim in claims]
    if any(spelled):  # which may decide others
        settle(claims, old, says_parts=says_parts)


def _decide_one_step(
    claims: Sequence[Claim], steps: Iterable[tuple[Callable[[Claim], Sequence[Unit]], str]]
) -> bool:
    """Decide all that the first step which decides anything can; a later one may build on it."""
    for left, why in steps:
        open_claims = [c for c in claims if c.match.unit is None and c.match.candidates]
        decided = [(c, units[0]) for c in open_claims if len(units := left(c)) == 1]
        for claim, unit in decided:
            claim.match = Match(unit, f"name and {why}")
        if decided:
            return True
    return False


class _InPlaces:
    """Candidates in the districts, or provinces, of the units that are named with them."""

    def __init__(self, claims: Sequence[Claim], attribute: str) -> None:
        self._others = {k: list(g) for k, g in groupby(claims, key=lambda c: c.clause)}
        self._attribute = attribute

    def __call__(self, claim: Claim) -> Sequence[Unit]:
        places = self.of(claim)
        return [u for u in claim.match.candidates if getattr(u, self._attribute) in places]

    def of(self, claim: Claim) -> set[str]:
        """Return the districts, or provinces, of the units that are named with one."""
        others = self._others[claim.clause]
        return {getattr(c.match.unit, self._attribute) for c in others if c.match.unit}


class _NotTaken:
    """Candidates that are not joined to a new unit as a whole."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._claims = claims

    def __call__(self, claim: Claim) -> Sequence[Unit]:
        taken = {c.match.unit.code for c in self._claims if c.match.unit and c.is_whole}
        return [u for u in claim.match.candidates if u.code not in taken]


def _the_one_whose_code_lives_on(claim: Claim) -> Sequence[Unit]:
    """Return the candidate that handed its code to the new unit, as one of the members does."""
    return [u for u in claim.match.candidates if claim.target and u.code == claim.target.code]


def _spell(claim: Claim, claims: Sequence[Claim], old: Units) -> bool:
    """Take the one unit left over in the districts of the clause whose name is much alike."""
    if claim.match.unit is not None or claim.match.how:
        return False
    named = {c.match.unit.code for c in claims if c.match.unit}
    alike = [u for u in _near(claim, claims, old) if u.code not in named and _is_like(claim, u)]
    if len(alike) == 1:
        claim.match = Match(alike[0], SPELLING)
    return len(alike) == 1


def _near(claim: Claim, claims: Sequence[Claim], old: Units) -> Iterator[Unit]:
    places = _InPlaces(claims, "district_code").of(claim)
    for unit in old.all:
        hands_on = claim.target is not None and unit.code == claim.target.code
        if unit.unit_type == claim.member.unit_type and (unit.district_code in places or hands_on):
            yield unit


def _is_like(claim: Claim, unit: Unit) -> bool:
    return are_similar(claim.member.name, unit.name)
