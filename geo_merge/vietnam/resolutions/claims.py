"""The units that clauses name, new and old, looked up one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo_merge.vietnam.matching import Match, Units
from geo_merge.vietnam.names import PARENT_TYPES, bare_key, name_key
from geo_merge.vietnam.resolutions.sentences import Member, Mode
from geo_merge.vocabulary.places import Unit
from geo_merge.vocabulary.sentence import sentence

WHOLE = frozenset({Mode.WHOLE, Mode.AREA})
PIECE = "land that is no unit"
DISTRICT = "a whole district"
SPELLING = "a like spelling"


def clause_told(clause: str) -> str:
    """Return the clause of a text, or the row of a table, as a sentence names it."""
    what, _, number = clause.partition(" ")
    kind = {"clause": "resolution.clause_n", "row": "resolution.row_n"}.get(what)
    return sentence(kind, n=number) if kind else clause


@dataclass(frozen=True)
class Statement:
    """One new unit and what it is made of, as a text or a row of a table says.

    Attributes
    ----------
    clause
        Where it is said: a clause, or a row.
    words
        What is said, word for word.
    unit_type, name, code
        The new unit; the code is empty if it is not said.
    members
        What it is made of; none means that it stayed as it was.
    district
        The district that the members are in, if that is said for all of them.
    """

    clause: str
    words: str
    unit_type: str
    name: str
    code: str = ""
    members: tuple[Member, ...] = ()
    district: str = ""


@dataclass
class Claim:
    """A member of a new unit, as a clause names it, and the old unit that it is found to be.

    Attributes
    ----------
    clause
        Index of the statement; claims of one statement decide for each other.
    member
        What is named.
    target
        The new unit, if it is known.
    match
        What was found so far.
    """

    clause: int
    member: Member
    target: Unit | None
    match: Match

    @property
    def is_whole(self) -> bool:
        """Whether the old unit can be named nowhere else."""
        return self.member.mode in WHOLE

    @property
    def wanted(self) -> str:
        """The member as written."""
        return f"{self.member.unit_type} {self.member.name} {self.member.district}".strip()


def find_new(statements: Sequence[Statement], new: Units) -> list[Match]:
    """Find the new units; one that the list spells otherwise is the one left over that is alike."""
    found = [_new_unit(statement, new) for statement in statements]
    named = {match.unit.code for match in found if match.unit}
    for k, (statement, match) in enumerate(zip(statements, found, strict=True)):
        alike = [
            u
            for u in match.suggestions
            if u.code not in named and u.unit_type == statement.unit_type
        ]
        if len(alike) == 1:
            found[k] = Match(alike[0], SPELLING)
            named.add(alike[0].code)
    return found


def _new_unit(statement: Statement, new: Units) -> Match:
    if statement.code and statement.code in new.by_code:
        unit = new.by_code[statement.code]
        if bare_key(unit.name) == bare_key(statement.name):
            return Match(unit, "code")
    return new.find(statement.name, unit_type=statement.unit_type)


def find_old(
    statements: Sequence[Statement], targets: Sequence[Match], old: Units
) -> list[list[Claim]]:
    """Return the claims of each statement, found as far as the name of the member tells."""
    return [
        [
            Claim(k, member, target.unit, _old_unit(member, statement, target.unit, old))
            for member in statement.members or (_itself(statement),)
        ]
        for k, (statement, target) in enumerate(zip(statements, targets, strict=True))
    ]


def matches_of(claim: Claim, old: Units) -> list[Match]:
    """Return what a claim means: of a district all its communes, where it has any."""
    if claim.match.how != DISTRICT:
        return [claim.match]
    wanted = name_key(f"{claim.member.unit_type} {claim.member.name}")
    within = [unit for unit in old.all if name_key(unit.district) == wanted]
    return [Match(unit, DISTRICT) for unit in within] or [claim.match]


def _itself(statement: Statement) -> Member:
    return Member(statement.unit_type, statement.name)


def _old_unit(member: Member, statement: Statement, target: Unit | None, old: Units) -> Match:
    if member.is_piece:
        return Match(None, PIECE)
    if member.unit_type in PARENT_TYPES:
        return Match(None, DISTRICT)
    if not statement.members and target is not None:
        same = old.by_code.get(target.code)  # who stays keeps name and code
        if same is not None and bare_key(same.name) == bare_key(member.name):
            return Match(same, "unchanged: code and name")
    return old.find(
        member.name,
        unit_type=member.unit_type,
        parents=(member.district,),
        behind=member.behind or statement.district,
    )
