"""Which field of a layer or table is which: code, name, type, parents, population."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from geo_merge.vocabulary.sentence import Sentence, and_more

if TYPE_CHECKING:
    import geopandas as gpd

# Fields that say how a layer is drawn, so that every map made of it says so: schematically (by the
# maker of `geo-merge fetch --before`), or approximately (the embedded sample).
DRAWN = {"schematic": "schematic", "approx": "approximate"}
# Headings of columns that say what a new unit was made of, folded.
COMPOSITION = ("composition", "ghichu", "thanhphan", "sapnhaptu", "cacdonvisapnhap")
# Headings that tables have besides, folded: of crosswalks, decisions, places, compositions.
# Vietnamese: cu (old), moi (new), dien tich (area), cap (type), ghi chu (note), thanh phan (made
# of), kinh do and vi do (longitude and latitude).
_OF_TABLES = (
    "share", "clause", "words", "evidence", "oldprovincecode", "decision", "reason", "lon", "lat",
    "areakm2", "area", "dientich", "dientichkm2", "dansonguoi", "cap", "tenmoi", "mamoi",
    "tencu", "macu",
    "maxacu", "maxamoi", "tenxacu", "tenxamoi", "loaicu", "loaimoi", "newprovince", "tinhthanhpho",
    "newprovincecode", "newdistrict", "newdistrictcode",
    "kinhdo", "vido", "how", "matchedby",
)  # fmt: skip
# Fields of all people, folded, without the year of their census.
_PEOPLE = re.compile(
    r"(tot|total|tong|sum|resident|estimated|est|jumlah|jml|aantal|aant|pocet|nb|no)?"
    r"(population|populatio|populatn|popul|popn|pop|danso|tongdanso|sodan|dansonguoi|nhankhau|"
    r"einwohner|einwohnerzahl|ewz|bevoelkerung|habitants|hab|pmun|ptot|poblacion|popolazione|"
    r"populacao|befolkning|folketall|folkmangd|innbyggere|rahvaarv|inhabitants|habitantes|jinko|"
    r"inwoners|inw|bevolking|penduduk|nufus|ludnosc|obyvatel|obyvatelstvo|lakossag|vaesto|vakiluku)"
    r"(tot|total|tong|sum|census|est|nguoi|trungbinh|tb|people|count)?"
)
_INSEE = re.compile(r"p([0-9]{2})pop")  # P19_POP: the census of 2019
# The same in other scripts, without blanks, digits and underscores.
_PEOPLE_IN_SCRIPTS = frozenset(
    ("人口", "人口数", "人口數", "总人口", "總人口", "総人口", "常住人口", "인구",
     "인구수", "총인구",
     "население", "населениевсего", "численностьнаселения", "насељење", "становништво", "населення",
     "πληθυσμοσ", "ประชากร", "จำนวนประชากร", "السكان", "عددالسكان", "جمعیت", "אוכלוסייה",
     "जनसंख्या",
     "জনসংখ্যা")
)  # fmt: skip
_LISTED = 40  # names of fields in a message
_DBF_NAME = 10  # letters of the name of a field in a Shapefile
_DBF_LEAST = 8  # of these that must be no signs for it to be told by its beginning
_CENTURY = 40  # two digits up to this are years of this century
PARENTS = ("district_code", "district", "province_code", "province")
_ONE_OF = re.compile(r"\[([0-9]+)\]")
# What geo_merge itself writes beside the source's attributes.
OWN = ("code", "name", "unit_type", *PARENTS, "population", "is_piece", "source_file", "source_row",
       "new_code", "new_name", "part_of", "part_share", "geometry")  # fmt: skip


def fold_field(name: str) -> str:
    """Return a field name for comparing: no accents, case, blanks or punctuation."""
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return re.sub(r"[^a-z0-9]", "", plain.encode("ascii", "ignore").decode().lower())


def _usual_names() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the usual names of the fields of each role by who uses them, folded."""
    file = files("geo_merge.vocabulary").joinpath("roles.toml")
    return {
        role: {who: every_name(names) for who, names in usual.items()}
        for role, usual in tomllib.loads(file.read_text("utf-8")).items()
    }


def every_name(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of fields, those with digits in brackets once for each of these."""
    return tuple(each for name in names for each in _each(name))


def _each(name: str) -> list[str]:
    """Return a name once for each digit in brackets, in their order."""
    there = _ONE_OF.search(name)
    if there is None:
        return [name]
    head, tail = name[: there.start()], name[there.end() :]
    return [each for digit in there[1] for each in _each(f"{head}{digit}{tail}")]


_USUAL = _usual_names()
# The usual names of the fields of each role, folded (see `fold_field`), the surest first.
ROLES: dict[str, Sequence[str]] = {
    role: tuple(dict.fromkeys(name for names in usual.values() for name in names))
    for role, usual in _USUAL.items()
}
# Names of fields that may hold the codes of units, or anything else.
UNSURE = frozenset((*_USUAL["code"]["anybody"], *_USUAL["code"]["last"]))
HEADINGS = frozenset(
    (*_OF_TABLES, *COMPOSITION, *(name for names in ROLES.values() for name in names))
)


def without_accents(name: str) -> str:
    """Return a name in small letters; marks of scripts that need them stay."""
    plain = unicodedata.normalize("NFD", name.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in plain if not "\u0300" <= c <= "\u036f"))


def listed(columns: Sequence[str]) -> Sentence | str:
    """Return the names of fields for a message, of very many only the first."""
    return and_more(", ".join(columns[:_LISTED]), len(columns) - _LISTED, "fields")


def population_year(name: str) -> int | None:
    """Return the year of a field of all people, 0 if its name tells none; None for other fields."""
    folded = fold_field(name)
    years = re.findall(r"(?:19|20)[0-9]{2}", folded)
    if re.sub(r"[\s\d_.()-]+", "", without_accents(name)) in _PEOPLE_IN_SCRIPTS:
        return int(years[-1]) if years else 0
    if insee := _INSEE.fullmatch(folded):
        folded = f"pop{insee[1]}"
    stem = re.sub(r"(?:19|20)[0-9]{2}", "", folded)
    if years:
        year = int(years[-1])
    else:
        short = re.search(r"(?<![0-9])[0-9]{2}$", stem)
        stem = stem[: short.start()] if short else stem
        year = 0 if short is None else int(short[0]) + (2000 if int(short[0]) < _CENTURY else 1900)
    return year if _PEOPLE.fullmatch(stem) else None


def population_fields(columns: Iterable[str]) -> list[str]:
    """Return the fields of all people, the one to be used first.

    That is the one called so in full, else the newest that is no forecast, else one without a year.
    """
    years = {c: y for c in columns if (y := population_year(str(c))) is not None}
    today = datetime.now(UTC).year

    def order(column: str) -> tuple[bool, bool, int]:
        year = years[column]
        forecast = year > today
        return fold_field(column) != "population", forecast, year if forecast else -year

    return sorted(years, key=order)


def usual_fields(columns: Iterable[str], role: str) -> list[str]:
    """Return the columns whose names are usual for a role, the surest first."""
    if role == "population":
        return population_fields(columns)
    folded: dict[str, str] = {}
    for column in columns:
        folded.setdefault(fold_field(str(column)), column)
    found = [folded[name] for name in ROLES[role] if name in folded]
    return [*found, *_cut_to(folded, role)]


def _cut_to(folded: dict[str, str], role: str) -> list[str]:
    """Return columns whose names a Shapefile cut to ten letters, of the names of one role alone."""
    return [
        column
        for name, column in folded.items()
        if len(str(column)) == _DBF_NAME
        and len(name) >= _DBF_LEAST
        and {r for r, names in ROLES.items() if any(_longer(n, name) for n in names)} == {role}
    ]


def _longer(name: str, start: str) -> bool:
    return name != start and name.startswith(start)


def find_field(columns: Iterable[str], role: str) -> str | None:
    """Return the column that plays a role, or None; the surest name wins."""
    return next(iter(usual_fields(columns, role)), None)


def find_fields(columns: Iterable[str], known: Collection[str] = ()) -> dict[str, str]:
    """Return the columns that play each role but the known ones, every column once at most."""
    left = list(columns)
    found: dict[str, str] = {}
    for role in (*ROLES, "population"):
        column = None if role in known else find_field(left, role)
        if column is not None:
            found[role] = column
            left.remove(column)
    return found


def same_field(columns: Iterable[str], wanted: str) -> str | None:
    """Return the column called `wanted`, exactly or but for case; None if none or several are."""
    columns = list(columns)
    if wanted in columns:
        return wanted
    close = [column for column in columns if str(column).casefold() == wanted.casefold()]
    return close[0] if len(close) == 1 else None


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name that no other has, also not in other case: ``name``, ``name_2``, ..."""
    folded = {str(other).casefold() for other in taken}
    number, free = 1, name
    while free.casefold() in folded:
        number += 1
        free = f"{name}_{number}"
    return free


def with_unit_columns(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer with all columns of unit layers, blank where the source has none."""
    blank: dict[str, Any] = {
        column: ""
        for column in (
            "name",
            "unit_type",
            "district_code",
            "district",
            "province_code",
            "province",
        )
        if column not in frame
    }
    if "is_piece" not in frame:
        blank["is_piece"] = False
    return frame.assign(**blank) if blank else frame
