"""Which numbers of a layer can be added up: counts, and nothing else.

A field is told by its name first (codes, years, levels and the like before counts, for
``population_class`` is a class), then by its values.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum, auto

import numpy as np
import pandas as pd

from geo_merge.vocabulary.fields import fold_field, population_year


class Kind(Enum):
    """What a field of numbers means."""

    COUNT = auto()
    AREA_RATE = auto()  # so much per km², or a height: weighted by area
    PEOPLE_RATE = auto()
    LABEL = auto()  # codes, years, levels, coordinates: listed
    NOTHING = auto()  # means nothing for a merged unit
    UNKNOWN = auto()


_AREA_RATE = re.compile(
    r"densit|densid|dichte|matdo|elevation|docao|rainfall|altitude|luongmua|"
    r"^dens|dens[0-9]*$|^(pop|popn|population)den$|"
    r"(pop|popn|population|people|persons|inhab|inhabitants|nguoi|households|"
    r"(?<![a-z])(?:inh|hab|ew|dan|hh))"
    r"(per|par|je|por|tren)?(sq)?(km|km2|kmsq|mi|mile|miles|ha|hectare)$"
)
_PEOPLE_RATE = re.compile(
    r"rate$|rate[0-9]|ratio|percent|prozent|pourcent|porcent|pct|tyle|tile|tysuat|average|avg|"
    r"mean|median|binhquan|trungbinh|perca|proportion|anteil|taux|tasa|tasso|andel|quote|^share|"
    r"share$|indice|index$|chiso|score|income|thunhap|gini|hdi$|growth|tangtruong|nangsuat"
)
_RATE_WORDS = frozenset(
    ("rate", "per", "share", "tl", "bq", "index", "idx", "yield", "age", "tuoi")
)
NOTHING = re.compile(
    r"^(objectid[0-9]*|fid[0-9]*|gid|ogcfid|id|stt|idx|rowid|rownum|shapele[a-z]*|perimet[a-z]*|chuvi|"
    r"lencrs|lenkm|starealength|stlength|shapestlength|shapestlen|umfang|perimetre|perimetro)$"
)
# Words of names, and ends of names written as one word.
_LABEL_WORDS = frozenset(
    ("id", "ids", "fid", "gid", "oid", "pid", "uid", "code", "codes", "cod", "codigo", "codice",
     "kode", "kod", "ma", "nr", "no", "num", "number", "nummer", "numero", "insee", "geoid",
     "fips", "fp", "nis", "nuts", "lau", "istat", "cd", "pcode", "psgc", "key", "pk", "uuid", "stt",
     "order", "rank", "ranking", "level", "lvl", "cap", "class", "type", "kind", "loai", "category",
     "cat", "group", "zone", "mui", "kttt", "srid", "epsg", "year", "yr", "annee", "jahr", "anno",
     "ano", "date", "ngay", "thang", "month", "day", "lat", "latitude", "lon", "long", "lng",
     "longitude", "x", "y", "z", "kinhdo", "vido", "easting", "northing", "version", "status",
     "flag", "grade", "hang", "phone", "tel", "zip", "postal", "postcode", "plz", "mcode", "scheme",
     "sohieu", "namtl", "stato", "scale", "minzoom", "maxzoom", "labelrank", "scalerank")
)  # fmt: skip
_LABEL_ENDS = re.compile(
    r"(code|codes|fp|fips|geoid|pcode|psgc|istat|insee|nummer|numer|numero|level|rank|zone|year|class|type|"
    r"objectid|[a-z]id|[a-z]nr|[a-z]cd|kod|kood|latitude|longitude|coord|order|flag|status|nis[0-9]*)[0-9]*$"
    r"|^ma(tinh|huyen|xa|px|ph|dv|quan|qh|tp|vung|kv|don|so|buu|thon|to|khu|dinhdanh)"
    r"|^(nam(tl|thanhlap|ban|sx|cap|dl|so)|cap[a-z]*|kinhtuyen|muichieu|sohieu|soqd|toado)"
    r"|^(insee|istat|nuts|lau|geocode|statefp|countyfp)|^n03[0-9]+$"
)
_YEAR_WORDS = frozenset(("nam", "year", "yr", "annee", "jahr", "anno", "ano"))
_YEAR_OF = re.compile(r"nam(tl|thanhlap|ban|sx|cap|so|tk|dt)?$")
_COUNT_WORDS = frozenset(
    ("population", "pop", "popn", "people", "persons", "nguoi", "khau", "ho", "hh", "hhs",
     "households", "household", "male", "males", "female", "females", "men", "women", "nu",
     "births", "deaths",
     "workers", "labour", "students", "pupils", "teachers", "schools", "hospitals", "clinics",
     "beds", "voters", "votes", "jobs", "employees", "housing", "dwellings", "houses", "homes",
     "buildings", "families", "children", "area", "areas", "acres", "hectares", "ha", "hectare",
     "km2", "sqkm", "sqmi", "m2", "aland", "awater", "land", "water", "count", "counts", "cnt",
     "total", "tong", "tot", "sum", "sl", "quantity", "amount", "cases", "budget", "revenue",
     "livestock", "cattle", "production", "tonnes", "tons", "villages", "thon", "einwohner",
     "haushalte", "wohnungen", "menages", "logements", "habitants", "superficie", "surface",
     "flaeche", "areal", "poblacion", "habitantes", "hogares", "viviendas", "familias",
     "domicilios", "popolazione", "famiglie", "abitazioni", "befolkning", "folkmangd", "setai",
     "jinko", "trau", "bo", "lon", "sanluong", "inwoners", "bevolking", "inw", "oppervlakte",
     "penduduk", "jumlah", "jml", "luas", "nufus", "hane", "ludnosc", "powierzchnia", "obyvatel",
     "rozloha", "lakossag", "vaesto", "enrolment", "enrollment")
)  # fmt: skip
_COUNT_PARTS = re.compile(
    r"danso|sodan|nhankhau|songuoi|sokhau|hogiadinh|sohocsinh|hocsinh|giaovien|laodong|cutri|"
    r"dientich|tongso|soluong|populat|household|dwelling|shapearea|shapestar|starea|areasq|"
    r"areakm|areaha|aream2|sqkm|einwohner|haushalt|flaeche|superfici|poblacion|popolaz|"
    r"^so(ho|thon|dan|truong|lop|hs|xa|phuong|huyen|benh|giuong|can|dang|con|trau|bo|xe|dn)"
    r"|^(pop|num|cnt|count|total|tong|tot|area)[a-z0-9]*$|(area|count|total|pop)[0-9]*$"
)
# What is so much, not so many: fractions of it are as good as whole numbers.
_MEASURE = re.compile(
    r"area|aland|awater|^land|^water|dientich|km2|sqkm|sqmi|acre|hectare|^ha$|ha$|superfic|surface|"
    r"flaeche|areal|oppervlakte|luas|powierzchnia|rozloha|tonnes|tons|production|sanluong|budget|"
    r"revenue|amount|quantity"
)
# What makes a number of something else of it: the price of land, the size of a household.
_OF_SOMETHING = frozenset(
    ("price", "prices", "cost", "value", "rent", "gia", "use", "cover", "dist", "distance", "temp",
     "temperature", "quality", "source", "src", "fertility", "depth", "height", "width", "speed",
     "min", "max", "minimum", "maximum")
)  # fmt: skip
_PER_SO_MANY = re.compile(r"(?<![0-9])1(0{3,6}|0*k)$|persons?per|peopleper")
_HOUSEHOLD = re.compile(
    r"(^|[^a-z])(hh|household|family|ho)s?_?size|nguoi_?(tren|moi|per)?_?ho$", re.IGNORECASE
)
_CHANGE = re.compile(r"change|diff|net|migra|balance|biendong|tanggiam|delta|saldo")
_YEARS = (1800, 2100)
_MOST = 0.5
_PERCENT = 100  # fractions up to this are shares and means, not estimates of counts
_FOUR_NINES = 9999.0  # as large a number may well be two that are counted
_SMALL = 20  # counts as small repeat by chance


def kind_of(name: str, values: pd.Series, parents: Iterable[object] | None = None) -> Kind:
    """Return what a field of numbers means.

    Parameters
    ----------
    name
        Of the field.
    values
        Numbers, one a unit.
    parents
        The parent of each unit: a number that is one within each of several is the parent's.
    """
    folded, words = fold_field(name), set(_words(name))
    known = values.dropna()
    if known.empty or NOTHING.match(folded):
        return Kind.NOTHING if NOTHING.match(folded) else Kind.LABEL
    if _are_years(known) and (words & _YEAR_WORDS or _YEAR_OF.match(folded)):
        return Kind.LABEL  # before the rates: NamTL is a year, TL alone a share
    if _AREA_RATE.search(folded):
        return Kind.AREA_RATE
    if _PEOPLE_RATE.search(folded) or words & _RATE_WORDS:
        return Kind.PEOPLE_RATE
    return _counted_kind(name, values, parents)


def _counted_kind(name: str, values: pd.Series, parents: Iterable[object] | None) -> Kind:
    folded, words, known = fold_field(name), set(_words(name)), values.dropna()
    is_people = population_year(name) is not None
    counted = is_people or bool(words & _COUNT_WORDS or _COUNT_PARTS.search(folded))
    # "num" and "no" may number things or count them: num_households.
    label = words & (_LABEL_WORDS - {"num", "no", "number"} if counted else _LABEL_WORDS)
    if not is_people and (label or _LABEL_ENDS.search(folded)):
        return Kind.LABEL
    if words & {"num", "no", "number"} and _numbers_rows(known):
        return Kind.LABEL
    if words & {"nam"} and not _are_years(known):
        counted = True  # male; or else a year
    if not counted:
        return Kind.LABEL if _is_label(known) else Kind.UNKNOWN
    if not is_people and _is_of_something(name, known_counts(known).dropna()):
        return Kind.UNKNOWN
    if (known_counts(known).dropna() < 0).any() and not _CHANGE.search(folded):
        return Kind.UNKNOWN
    return Kind.LABEL if parents is not None and _of_parents(values, parents) else Kind.COUNT


def _is_of_something(name: str, known: pd.Series) -> bool:
    """Tell whether a number is only called as a count: the price of land, people per household."""
    words = _words(name)
    if _OF_SOMETHING.intersection(words) or words[-1:] in (["no"], ["num"], ["number"]):
        return True
    if _PER_SO_MANY.search(fold_field(name)) or _HOUSEHOLD.search(name):
        return True
    fractions = bool((known % 1 != 0).mean() > _MOST) and bool(known.between(0, _PERCENT).all())
    return fractions and not _MEASURE.search(fold_field(name))


def counts_things(name: str, values: pd.Series) -> bool:
    """Tell whether a field counts what is whole: people and households, not land or tonnes."""
    return kind_of(name, values) is Kind.COUNT and not _MEASURE.search(fold_field(name))


def known_counts(values: pd.Series) -> pd.Series:
    """Return numbers without those that stand for nothing: -9999, -32768, 999999, infinity.

    The whole numbers of a column that has none of these stay integers.
    """
    if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        return values
    nothing = stands_for_nothing(values.to_numpy(float, na_value=np.nan))
    return values.astype(float).mask(nothing) if nothing.any() else values


def stands_for_nothing(
    numbers: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which numbers of a column are those that programs write where they know none."""
    known = numbers[np.isfinite(numbers)]
    nothing = np.isinf(numbers) | (np.abs(np.nan_to_num(numbers)) > 1e30)  # noqa: PLR2004
    nines = [float("9" * n) for n in range(2, 13)]
    lowest = [-1.0, -9.0, *(-n for n in nines), *(-(2.0**n) for n in (15, 31, 63)), -(2.0**31) + 1]
    is_low = np.isin(numbers, lowest)
    others = known[~np.isin(known, lowest)]
    if not (others < 0).any():  # else they may be numbers as the others
        nothing |= is_low
    usual = float(np.median(others)) if len(others) else 0.0
    highest = float(known.max()) if len(known) else 0.0
    for top in (*nines[2:], 2.0**31 - 1, 2.0**32 - 1, 2.0**63):
        same = numbers == top
        several = same.sum() > 1 and (top > _FOUR_NINES or top == highest)
        if several or (same.any() and _FOUR_NINES < top > 10 * max(usual, 1.0)):
            nothing |= same
    return nothing


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    text = plain.encode("ascii", "ignore").decode()
    found = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+", text)
    return [word.lower() for word in found] + ["km2"] * ("km2" in text.lower())


def _are_years(known: pd.Series) -> bool:
    return bool((known % 1 == 0).all() and known.between(*_YEARS).all())


def _is_label(known: pd.Series) -> bool:
    """Tell whether values are years, flags, or numbers of rows."""
    if not (known % 1 == 0).all():
        return False
    rows = known.is_unique and len(known) > 2 and known.max() - known.min() == len(known) - 1  # noqa: PLR2004
    return bool(_are_years(known) or rows or known.isin((0, 1)).all())


def _numbers_rows(known: pd.Series) -> bool:
    """Tell whether values are 1, 2, 3 … for as many rows, in any order."""
    return len(known) > 2 and sorted(known) == list(range(1, len(known) + 1))  # noqa: PLR2004


def _of_parents(values: pd.Series, parents: Iterable[object]) -> bool:
    """Tell whether numbers are one within each of several parents, and differ between them."""
    groups = pd.DataFrame({"value": values.to_numpy(), "parent": list(parents)})
    groups = groups[groups["value"].notna() & (groups["parent"] != "")]
    each = groups.groupby("parent")["value"].agg(["nunique", "size", "first"])
    several = each[each["size"] > 1]
    return bool(
        len(set(several["first"])) > 1
        and (several["nunique"] == 1).all()
        and several["first"].max() >= _SMALL
    )
