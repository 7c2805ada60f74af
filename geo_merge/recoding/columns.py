"""What the columns of a person's table hold: told by headings and by cells, or said by option."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geo_merge.errors import TableError, UsageError
from geo_merge.recoding.cells import Form, code_of
from geo_merge.recoding.code_columns import code_columns
from geo_merge.recoding.figures import columns_of_figures
from geo_merge.recoding.reform import Reform
from geo_merge.recoding.sample import MOST, NEARLY, Sample
from geo_merge.recoding.villages import is_of_villages
from geo_merge.vocabulary.fields import ROLES, fold_field, listed
from geo_merge.vocabulary.no_values import no_value
from geo_merge.vocabulary.places import Places, Side
from geo_merge.vocabulary.sentence import sentence

# Roles that an option may give; of code, figures and labels several columns may be.
ROLE_NAMES = ("code", "name", "unit_type", "district", "province", "address", "lon", "lat",
              "figures", "labels", "village")  # fmt: skip
_HEADINGS = {
    "address": ("diachi", "address", "addr", "adresse", "direccion", "noio", "diachithuongtru",
                "diachithutructuyen", "noicutru", "diadiem", "anschrift", "fulladdress"),
    "lon": ("lon", "lng", "long", "longitude", "kinhdo"),
    "lat": ("lat", "latitude", "vido"),
}  # fmt: skip
_LABEL = re.compile(r"thon|village|lang$|^ten|name|todanpho|tdp|ban$|truong|school|duong|street|"
                    r"label|nom$|lieudit|ort$|hamlet|ap$")  # fmt: skip
# Headings of names, unless the cells are codes.
_UNITS = ("xa", "phuong", "xaphuong", "phuongxa", "xaphuongthitran", "commune", "ward", "donvi",
          "donvihanhchinh", "municipality", "gemeinde")  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """Which column plays which role, by position; None where none does.

    Attributes
    ----------
    codes
        The column with the codes; two where a row says where from and where to.
    hint
        The column with codes of the target side, as an earlier recoding wrote them.
    figures
        Columns of numbers, with how they are written.
    labels
        Columns with names of what lies in the units: villages, schools, streets.
    village
        The column with villages, by which divided units may be settled.
    district
        That of `parents` which holds districts.
    """

    headings: tuple[str, ...]
    codes: tuple[int, ...] = ()
    name: int | None = None
    unit_type: int | None = None
    parents: tuple[int, ...] = ()
    address: int | None = None
    lon: int | None = None
    lat: int | None = None
    hint: int | None = None
    figures: Mapping[int, Form] = field(default_factory=dict)
    labels: tuple[int, ...] = ()
    village: int | None = None
    district: int | None = None

    def role_of(self, at: int) -> str:
        """Return the role of a column, one of `ROLE_NAMES` or ``hint``; empty if it has none."""
        roles = {
            "code": self.codes, "name": (self.name,), "unit_type": (self.unit_type,),
            "district": (self.district,), "province": self.parents, "address": (self.address,),
            "lon": (self.lon,), "lat": (self.lat,), "hint": (self.hint,),
            "figures": tuple(self.figures), "village": (self.village,), "labels": self.labels,
        }  # fmt: skip
        return next((role for role, its in roles.items() if at in its), "")

    def telling(self, k: int) -> str:
        """Return the heading of the column that names units: of several with codes, the k-th."""
        first = (*self.codes[k : k + 1], self.name, self.address, self.lon)
        return next((self.headings[at] for at in first if at is not None), "")

    @property
    def named(self) -> set[int]:
        """The columns that say which unit a row is of."""
        its = (*self.codes, self.name, self.unit_type, *self.parents, self.address, self.lon,
               self.lat, self.hint)  # fmt: skip
        return {at for at in its if at is not None}

    @property
    def found_by(self) -> bool:
        """Whether any column can name a unit."""
        point = self.lon is not None and self.lat is not None
        return bool(self.codes) or self.name is not None or self.address is not None or point


def parse_columns(texts: Sequence[str], sample: Sample) -> dict[str, list[int]]:
    """Read what ``--column ROLE=COLUMN`` says; without a column, no column plays the role."""
    said: dict[str, list[int]] = {}
    for text in texts:
        role, _, heading = text.partition("=")
        if role not in ROLE_NAMES or "=" not in text:
            raise UsageError(sentence("recoding.column_role", text=text, roles=list(ROLE_NAMES)))
        said.setdefault(role, [])
        if heading:
            said[role].append(sample.at(heading))
    return said


def recognise(
    sample: Sample, reform: Reform, places: Places, target: Side, said: Mapping[str, list[int]]
) -> Columns:
    """Tell what each column holds.

    Parameters
    ----------
    sample
        The first rows.
    reform, places
        The units that they may name.
    target
        The side to which rows shall go.
    said
        Roles that a person gave; see `parse_columns`.

    Raises
    ------
    TableError
        If two columns could hold the codes, or none names a unit.
    """
    said = {**_of_earlier_run(sample, reform, target), **said} if "code" not in said else said
    taken = {at for columns in said.values() for at in columns}
    roles = _by_heading(sample, said, taken, target)
    free = [at for at, heading in enumerate(sample.headings)
            if at not in taken | set(roles.values()) and not _is_of(heading, target)]  # fmt: skip
    codes = (
        tuple(said["code"]) if "code" in said
        else code_columns(sample, reform, places, among=free, name=roles.get("name"))
    )  # fmt: skip
    names = roles.pop("name", None)
    if names is None and not codes and "name" not in said and roles.get("address") is None:
        names = _by_content(sample, places, taken | set(roles.values()), target)
    used = {*codes, *([] if names is None else [names]), *roles.values(), *taken}
    hint = _hint(sample, reform, target, used)
    used |= {hint} if hint is not None else set()
    figures = columns_of_figures(sample, said.get("figures"), used)
    labels = tuple(said["labels"]) if "labels" in said else _labels(sample, used | set(figures))
    parents = tuple(roles[r] for r in ("district", "province") if r in roles)
    village = said["village"][:1] if "village" in said else _villages(sample, labels)
    found = Columns(
        sample.headings, codes, names, roles.get("unit_type"), parents, roles.get("address"),
        roles.get("lon"), roles.get("lat"), hint, figures, labels, next(iter(village), None),
        roles.get("district"),
    )  # fmt: skip
    if not found.found_by:
        raise TableError(
            sentence("recoding.no_column", file=sample.source, columns=listed(sample.headings))
        )
    return found


def _of_earlier_run(sample: Sample, reform: Reform, target: Side) -> dict[str, list[int]]:
    """Return the roles of the columns that a run to new units wrote, if it is to be taken back.

    What stands beside them, as code, name and district, is of the old units.
    """
    folded = [fold_field(heading) for heading in sample.headings]
    if target is not Side.OLD or "newcode" not in folded:
        return {}
    codes = {cell for cell in sample.cells[folded.index("newcode")] if cell.strip()}
    fits = sum(reform.find(Side.NEW, code_of(code)[0]) is not None for code in codes)
    if not codes or fits < NEARLY * len(codes):
        return {}
    roles = {"code": "newcode", "name": "newname", "unit_type": "newtype"}
    found = {role: [folded.index(name)] if name in folded else [] for role, name in roles.items()}
    return found | {"district": [], "province": [], "address": []}


def _by_heading(
    sample: Sample, said: Mapping[str, list[int]], taken: set[int], target: Side
) -> dict[str, int]:
    """Return the columns that headings tell, but those of codes; options go first."""
    folded = {fold_field(h): k for k, h in reversed(list(enumerate(sample.headings)))
              if k not in taken and not _is_of(h, target)}  # fmt: skip
    roles: dict[str, int] = {}
    known = {r: ROLES[r] for r in ("name", "unit_type", "district", "province")} | _HEADINGS
    known["district"] = (*known["district"], *ROLES["district_code"])
    known["province"] = (*known["province"], *ROLES["province_code"])
    for role, names in known.items():
        if role in said:
            roles |= {role: said[role][0]} if said[role] else {}
            continue
        at = next((folded[n] for n in names if n in folded and folded[n] not in roles.values()),
                  None)  # fmt: skip
        if at is not None and any(cell.strip() for cell in sample.cells[at]):
            roles[role] = at
    if "name" not in roles and "name" not in said:
        named = [folded[n] for n in _UNITS if n in folded and folded[n] not in roles.values()]
        named = [at for at in named[:1] if not _mostly_codes(sample.cells[at])]
        roles |= {"name": named[0]} if named else {}
    if not {"lon", "lat"} <= roles.keys():
        roles.pop("lon", None), roles.pop("lat", None)
    if "address" not in roles and "address" not in said:
        like = [k for name, k in folded.items() if re.search(r"diachi|address|adresse", name)]
        roles |= {"address": like[0]} if len(like) == 1 and like[0] not in roles.values() else {}
    return roles


def _mostly_codes(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return sum(cell[0].isdigit() for cell in filled) >= MOST * len(filled)


def _is_of(heading: str, side: Side) -> bool:
    """Tell whether a heading says that its column is of a side, as ``new_code`` does."""
    folded = fold_field(heading)
    begin, end = ("new", "moi") if side is Side.NEW else ("old", "cu")
    return folded.startswith(begin) or (folded.endswith(end) and folded.startswith(("ma", "ten")))


def _by_content(sample: Sample, places: Places, used: set[int], target: Side) -> int | None:
    """Return the column most of whose cells are names of units, where no heading tells."""
    for at, cells in enumerate(sample.cells):
        distinct = list(dict.fromkeys(c for c in cells if c.strip()))[:50]
        if at in used or not distinct or all(no_value(c) or c.isdigit() for c in distinct):
            continue
        named = sum(
            bool(places.named(c, "", (), target.other) or places.addressed(c)) for c in distinct
        )
        if named >= MOST * len(distinct):
            return at
    return None


def _hint(sample: Sample, reform: Reform, target: Side, used: set[int]) -> int | None:
    """Return the column with codes of the target side, by its heading and its cells."""
    usual = {f"{target}code", "code"} if target is Side.OLD else {"newcode"}
    for at, heading in enumerate(sample.headings):
        if at in used or fold_field(heading) not in usual:
            continue
        codes = {code for cell in sample.cells[at] if (code := code_of(cell)[0])}
        if codes and sum(reform.find(target, c) is not None for c in codes) >= NEARLY * len(codes):
            return at
    return None


def _villages(sample: Sample, labels: tuple[int, ...]) -> list[int]:
    return [at for at in labels if is_of_villages(sample.headings[at])]


def _labels(sample: Sample, used: set[int]) -> tuple[int, ...]:
    return tuple(
        at for at, heading in enumerate(sample.headings)
        if at not in used and _LABEL.search(fold_field(heading))
        and any(cell.strip() for cell in sample.cells[at])
    )  # fmt: skip
