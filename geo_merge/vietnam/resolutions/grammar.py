"""Reading sentences of resolutions and compositions: what becomes of which unit."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput

from geo_merge.vietnam.resolutions.sentences import Member, Mode, Sentence
from geo_merge.vocabulary.codes import clean_text

# Land, then people: toàn bộ (True), một phần (False), not mentioned (None).
_MODES = {
    (True, True): Mode.WHOLE, (True, None): Mode.AREA, (False, False): Mode.PART,
    (False, None): Mode.PART_AREA, (False, True): Mode.PART_ALL_PEOPLE,
}  # fmt: skip


class NotUnderstoodError(ValueError):
    """A sentence that the grammar does not cover; says from which words on."""


def read_sentence(text: str) -> Sentence:
    """Read one sentence of a resolution.

    Raises
    ------
    NotUnderstoodError
        If the grammar does not cover it.
    """
    return _read(text, "sentence")


def read_composition(text: str) -> tuple[Member, ...]:
    """Read what a new unit was made of, as ``Xã A (huyện X), Phường B (phần còn lại)``.

    No members mean that the unit stayed as it was.

    Raises
    ------
    NotUnderstoodError
        If the grammar does not cover it.
    """
    return _read(text, "composition").members


@cache
def _parser() -> Lark:
    grammar = files("geo_merge.vietnam.resolutions").joinpath("resolution.lark").read_text("utf-8")
    return Lark(
        grammar,
        parser="lalr",
        start=["sentence", "composition"],
        maybe_placeholders=False,
        transformer=_Meaning(),
    )


def _read(text: str, start: str) -> Sentence:
    text = clean_text(unicodedata.normalize("NFC", text)).rstrip(" .;")
    try:
        result: Any = _parser().parse(text, start=start)
    except UnexpectedInput as error:
        at = error.pos_in_stream if error.pos_in_stream is not None else len(text)
        raise NotUnderstoodError(text[max(at, 0) :][:60] or "its end") from None
    sentence: Sentence = result
    return sentence


@dataclass(frozen=True)
class _Header:
    mode: Mode


@dataclass(frozen=True)
class _Qualifier:
    district: str = ""
    mode: Mode | None = None
    note: str = ""


@dataclass(frozen=True)
class _Element:
    member: Member
    many: bool
    own_type: bool
    after: str


class _Meaning(Transformer[Token, Any]):
    """Turn the tree of a sentence into what it says."""

    def arranged(self, parts: list[Any]) -> Sentence:
        place = next(p for p in parts if isinstance(p, Member))
        members = next(p for p in parts if isinstance(p, tuple))
        return Sentence("arranged", place.unit_type, place.name, members)

    founded = arranged

    def joined(self, parts: list[Any]) -> Sentence:
        return replace(self.arranged(parts), kind="joined")

    def closing(self, parts: list[Any]) -> Sentence:
        members = next((p for p in parts if isinstance(p, tuple)), ())
        return Sentence("closing", name=str(parts[0]), members=members)

    def heading(self, parts: list[Any]) -> Sentence:
        return Sentence("heading", name=str(parts[0]))

    def note(self, parts: list[Any]) -> Sentence:
        return Sentence("note", name=str(parts[0]))

    def unchanged(self, parts: list[Any]) -> Sentence:
        del parts
        return Sentence("arranged")

    def made_of(self, parts: list[Any]) -> Sentence:
        return Sentence("arranged", members=parts[0])

    def place(self, parts: list[Any]) -> Member:
        return Member(_type(parts[0]), parts[1])

    def group(self, parts: list[Any]) -> tuple[Member, ...]:
        return _members(parts)

    elements = group

    def unit(self, parts: list[Any]) -> _Element:
        types = [_type(p) for p in parts if isinstance(p, Token) and p.type in _TYPES]
        name = next(p for p in parts if isinstance(p, str) and not isinstance(p, Token))
        many = any(isinstance(p, Token) and p.type == "MANY" for p in parts)
        # "phường Phường 4": the last type belongs to the name.
        member = Member(types[-1] if types else "", name)
        return _Element(_qualified(member, parts), many, bool(types), _after(parts))

    def piece(self, parts: list[Any]) -> _Element:
        member = Member("", str(parts[0]), is_piece=True)
        return _Element(
            _qualified(member, parts[1:]), many=False, own_type=True, after=_after(parts)
        )

    def header(self, parts: list[Any]) -> _Header:
        return _Header(parts[0])

    def land(self, parts: list[Any]) -> Mode:
        extents = [p for p in parts if isinstance(p, bool)]
        land = extents[0] if extents and isinstance(parts[0], bool) else True
        if not any(isinstance(p, Token) and p.type == "PEOPLE" for p in parts):
            return _MODES[land, None]
        people = extents[-1] if extents else land
        return _MODES.get((land, people), Mode.PART)

    def people(self, parts: list[Any]) -> Mode:
        return Mode.WHOLE if parts[0] is not False else Mode.PART

    def rest(self, parts: list[Any]) -> Mode:
        del parts
        return Mode.REST

    def extent(self, parts: list[Token]) -> bool:
        return parts[0].type == "WHOLE"

    def qualifier(self, parts: list[Any]) -> _Qualifier:
        if isinstance(parts[0], _Qualifier):
            return parts[0] if len(parts) == 1 else replace(parts[0], note=parts[1].district)
        return _Qualifier(note=str(parts[0]))

    def parent(self, parts: list[Any]) -> _Qualifier:
        return _Qualifier(district=f"{_type(parts[0])} {parts[1]}")

    def remainder(self, parts: list[Any]) -> _Qualifier:
        return _Qualifier(mode=Mode.REST, note=", ".join(parts[1:]))

    def new_place(self, parts: list[str]) -> str:
        return " ".join(parts)

    def part(self, parts: list[Any]) -> _Qualifier:
        people = any(isinstance(p, Token) and p.type == "PEOPLE" for p in parts)
        return _Qualifier(mode=Mode.PART if people or len(parts) == 1 else Mode.PART_AREA)

    def name(self, parts: list[Token]) -> str:
        return str.__str__(parts[0]).rstrip(".")


_TYPES = frozenset({"TYPE", "DISTRICT"})


def _type(token: str) -> str:
    return " ".join(token.split()).capitalize()


def _after(parts: list[Any]) -> str:
    return next((str(p) for p in parts if isinstance(p, Token) and p.type == "AFTER"), "")


def _qualified(member: Member, parts: list[Any]) -> Member:
    for q in parts:
        if isinstance(q, _Qualifier):
            member = replace(
                member,
                district=q.district or member.district,
                mode=q.mode or member.mode,
                note=q.note or member.note,
            )
    return member


def _members(parts: list[Any]) -> tuple[Member, ...]:
    """Give each unit the mode and the type that run on to it, and the parent named behind it."""
    result: list[Member] = []
    mode, list_type, start_of_mode = Mode.WHOLE, "", 0
    for part in parts:
        if isinstance(part, _Header):
            mode, list_type, start_of_mode = part.mode, "", len(result)
            continue
        member = part.member
        if part.own_type:
            list_type = member.unit_type if part.many else ""
        elif list_type:
            member = replace(member, unit_type=list_type)
        if member.mode == Mode.WHOLE != mode:
            member = replace(member, mode=mode)
        result.append(member)
        if part.after:
            result[start_of_mode:] = [
                replace(m, note=m.note or part.after) for m in result[start_of_mode:]
            ]
    behind = ""
    for k in range(len(result) - 1, -1, -1):
        if result[k].district:
            behind = result[k].district
        elif behind:
            result[k] = replace(result[k], behind=behind)
    return tuple(result)
