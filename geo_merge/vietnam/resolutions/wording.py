"""The words of Article 1: what a clause says of a new unit, of its members and its neighbours."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geo_merge.texts import number
from geo_merge.vietnam.names import bare_key
from geo_merge.vietnam.resolutions.figures import Figures, Stated
from geo_merge.vietnam.resolutions.sentences import Mode
from geo_merge.vocabulary.sentence import sentence

_LAND, _PEOPLE = "diện tích tự nhiên", "quy mô dân số"
_EXTENTS = {
    Mode.WHOLE: ("toàn bộ", "", True), Mode.AREA: ("toàn bộ", "", False),
    Mode.PART: ("một phần", "", True), Mode.PART_AREA: ("một phần", "", False),
    Mode.PART_ALL_PEOPLE: ("một phần", "toàn bộ ", True),
}  # fmt: skip
PARTS = frozenset({Mode.PART, Mode.PART_AREA, Mode.PART_ALL_PEOPLE, Mode.REST})
_NEIGHBOUR_PROVINCES = "[tên tỉnh, thành phố liền kề]"


@dataclass(frozen=True)
class Member:
    """An old unit or a part of one, as a clause names it."""

    code: str
    unit_type: str
    name: str
    district: str
    mode: Mode
    elsewhere: tuple[int, ...] = ()

    def __str__(self) -> str:
        """Return its name, with the district that it needs to be told from others."""
        return f"{self.name} ({lower(self.district)})" if self.district else self.name


@dataclass(frozen=True)
class Clause:
    """A new unit, and what it is made of."""

    code: str
    unit_type: str
    name: str
    members: tuple[Member, ...]

    @property
    def named(self) -> str:
        """Return type and name within a sentence."""
        return f"{lower(self.unit_type)} {self.name}"

    @property
    def stays(self) -> bool:
        """Whether the unit is what it was."""
        only = self.members[0]
        same = bare_key(only.name) == bare_key(self.name) and only.unit_type == self.unit_type
        return len(self.members) == 1 and only.mode == Mode.WHOLE and same


def lower(text: str) -> str:
    """Return a text for the middle of a sentence."""
    return text[:1].lower() + text[1:]


def sentences(clause: Clause, figures: Figures | None, notes: list[str]) -> str:
    """Say what becomes a new unit; with figures also its land, people and neighbours.

    What is not known is left out, and added to the notes.
    """
    groups = [
        _group(mode, list(own), figures)
        for mode, own in itertools.groupby(clause.members, key=lambda m: _run(m, figures))
    ]
    kind = lower(clause.unit_type)
    first = f"Sắp xếp {_joined(groups)} thành {kind} mới có tên gọi là {clause.named}."
    return " ".join([first, *_figures(clause, figures, notes)])


def _run(member: Member, figures: Figures | None) -> object:
    """Return what members of one list have in common; the rest of a unit stands alone."""
    alone = member.mode == Mode.REST or figures is not None
    return (member.mode, member.code, member.name) if alone else member.mode


def _group(run: object, members: list[Member], figures: Figures | None) -> str:
    del run
    mode = members[0].mode
    listed = _listed(members)
    if mode == Mode.REST:
        return f"phần còn lại của {listed}{_references(members[0].elsewhere)}"
    land, people, has_people = _EXTENTS[mode]
    stated = (
        figures.of(members[0].code or members[0].name) if figures and mode not in PARTS else None
    )
    said = f"{land} {_LAND}{_area(stated)}"
    if has_people:
        said += f", {people}{_PEOPLE}{_count(stated)}"
    return f"{said} của {listed}"


def _area(stated: Stated | None) -> str:
    return f" là {number(stated.area_km2, 'vi', 2)} km2" if stated else ""


def _count(stated: Stated | None) -> str:
    return f" là {number(stated.people, 'vi')} người" if stated and stated.people else ""


def _references(clauses: tuple[int, ...]) -> str:
    if not clauses:
        return ""
    listed = _joined([str(k) for k in clauses], ", ")
    many = "các " if len(clauses) > 1 else ""
    return f" sau khi sắp xếp theo quy định tại {many}khoản {listed} Điều này"


def _joined(texts: Sequence[str], between: str = ", ") -> str:
    return texts[0] if len(texts) == 1 else f"{between.join(texts[:-1])} và {texts[-1]}"


def _listed(members: Iterable[Member]) -> str:
    """Name units, those of one type together: ``thị trấn Chờ và các xã Long Châu, Đông Tiến``."""
    by_type: dict[str, list[str]] = {}
    for member in members:
        by_type.setdefault(member.unit_type, []).append(str(member))
    return _of_types(by_type)


def _of_types(by_type: dict[str, list[str]]) -> str:
    alone = len(by_type) == 1
    groups = [
        f"{'các ' * (len(names) > 1)}{lower(kind)} {_joined(names) if alone else ', '.join(names)}"
        for kind, names in by_type.items()
    ]
    return _joined([group.strip() for group in groups])


def _figures(clause: Clause, figures: Figures | None, notes: list[str]) -> list[str]:
    """Say how large the new unit is, and what it borders."""
    unit = figures.new.get(clause.code) if figures else None
    if figures is None or unit is None:
        return []
    members = [figures.of(m.code or m.name) for m in clause.members]
    whole = all(m.mode not in PARTS for m in clause.members)
    known = [m for m in members if m is not None]
    if whole and len(known) == len(members):  # what the sentence before adds up to
        unit = unit.summed(known)
    if not unit.people:
        notes.append(sentence("draft.no_people", unit=clause.named))
    people = f" và {_PEOPLE} là {number(unit.people, 'vi')} người" if unit.people else ""
    area = f"{number(unit.area_km2, 'vi', 2)} km2"
    said = [f"Sau khi sắp xếp, {clause.named} có {_LAND} là {area}{people}."]
    by_type: dict[str, list[str]] = {}
    for kind, name in unit.neighbours:
        by_type.setdefault(kind, []).append(name)
    borders = _of_types(by_type) if by_type else ""
    if unit.reaches_outside:
        notes.append(sentence("draft.edge", unit=clause.named))
        borders = " và ".join(filter(None, [borders, _NEIGHBOUR_PROVINCES]))
    if borders and clause.unit_type == "Đặc khu":
        said[0] = f"{said[0][:-1]}, giáp {borders}."
    elif borders:
        said.append(f"{clause.unit_type} {clause.name} giáp {borders}.")
    return said


def closing(made: Sequence[Clause], staying: Sequence[Clause], province: str) -> str:
    """Say how many units there are, and which stay as they were."""
    every = _counted([*made, *staying])
    total = f"{len(made) + len(staying):02d} đơn vị hành chính cấp xã"
    said = f"Sau khi sắp xếp, {province} có {total}, gồm {_joined(every)}"
    if not made:
        return f"{said}; trong đó có {_staying(staying)}."
    formed = ", ".join(_counted(made))
    said += f"; trong đó có {formed} hình thành sau sắp xếp quy định tại Điều này"
    return f"{said} và {_staying(staying)}." if staying else f"{said}."


def _staying(units: Sequence[Clause]) -> str:
    by_type: dict[str, list[str]] = {}
    for unit in units:
        by_type.setdefault(unit.unit_type, []).append(str(unit.members[0]))
    counted = ", ".join(_counted(units))
    return f"{counted} không thực hiện sắp xếp là {_of_types(by_type)}"


def _counted(units: Sequence[Clause]) -> list[str]:
    kinds = Counter(unit.unit_type for unit in units)
    return [f"{n:02d} {lower(kind)}" for kind, n in kinds.items()]
