"""What planners add: the seats of new units, and the offices that there are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from geo_merge.errors import TableError
from geo_merge.vocabulary.codes import clean_code, same_codes
from geo_merge.vocabulary.fields import fold_field
from geo_merge.vocabulary.memory import sources_of
from geo_merge.vocabulary.sentence import sentence
from geo_merge.vocabulary.written import read_numbers

_SEATS = {
    "code": ("newcode", "code", "mamoi", "maxamoi", "maxa", "ma"),
    "seat": ("seat", "truso", "noidattruso", "diachitruso"),
    "member": ("seatoldcode", "oldcode", "maxacu", "macu"),
    "lon": ("lon", "lng", "longitude", "kinhdo"), "lat": ("lat", "latitude", "vido"),
}  # fmt: skip
_OFFICES = {
    "name": ("name", "office", "ten", "tentruso", "coquan", "donvi"),
    "code": ("oldcode", "unitcode", "code", "maxacu", "maxa", "madonvi", "ma"),
    "lon": _SEATS["lon"], "lat": _SEATS["lat"],
    "kind": ("kind", "type", "loai", "cap"),
    "address": ("address", "diachi"),
    "land_m2": ("landm2", "land", "dientichdat", "dientichdatm2"),
    "built_m2": ("builtm2", "built", "dientichxaydung", "dientichxaydungm2"),
    "floor_m2": ("floorm2", "floor", "dientichsan", "dientichsanm2", "dientichsanxaydung"),
    "use": ("use", "presentuse", "hientrang", "hientrangsudung", "hientrangsudungnhadat"),
    "proposal": ("proposal", "phuongan", "phuonganxuly", "phuongansapxep"),
}  # fmt: skip
AREAS = ("land_m2", "built_m2", "floor_m2")
# What a kind says: words of levels, without accents.
_KINDS = {
    "district": ("district", "huyen", "quan", "thixa", "thanhpho", "city"),
    "commune": ("commune", "ward", "xa", "phuong", "thitran", "ubnd", "municipality"),
}  # fmt: skip
_DEGREES = {"lon": 180.0, "lat": 90.0}


def as_seats(table: pd.DataFrame, codes: Iterable[str]) -> pd.DataFrame:
    """Return the seats of a table by new code: ``seat, member, lon, lat``, blank where not said.

    Raises
    ------
    TableError
        If it has no codes or says nothing of seats, a code is unknown or stands twice, or a place
        is none.
    """
    found, name = _found(table, _SEATS), _name(table, "seats")
    if "code" not in found or not {"seat", "member", "lon"} & set(found):
        raise TableError(
            sentence("W07.seats", name=name, columns=", ".join(map(str, table.columns)))
        )
    known = set(codes)
    result = _texts(table, found, _SEATS)
    problems: list[str] = []
    same = same_codes(result["code"], known)
    result["code"] = [same.get(c, c) for c in result["code"]]
    for row, code, again in zip(
        table.index, result["code"], result["code"].duplicated(), strict=True
    ):
        if code not in known:
            problems.append(sentence("K04.no_new_code", name=name, row=str(row),
                                     code=code or sentence("K04.blank")))  # fmt: skip
        elif again:
            problems.append(sentence("K03.seat_twice", name=name, row=row, code=code))
    problems += _place(result, name)
    if problems:
        raise TableError(problems)
    return result.set_index("code")


def has_seats(table: pd.DataFrame) -> bool:
    """Tell whether a table has codes of units and texts of their seats."""
    return {"code", "seat"} <= set(_found(table, _SEATS))


def as_offices(table: pd.DataFrame, codes: Iterable[str]) -> pd.DataFrame:
    """Return the offices of a table, in its order, with the columns of `_OFFICES`.

    ``kind`` is ``commune``, ``district`` or ``other``; areas are in square metres.

    Raises
    ------
    TableError
        If it names no offices, or neither units nor points; a unit is unknown, a figure is none.
    """
    found, name = _found(table, _OFFICES), _name(table, "offices")
    if "name" not in found or not {"code", "lon"} & set(found):
        raise TableError(
            sentence("W07.offices", name=name, columns=", ".join(map(str, table.columns)))
        )
    known = set(codes)
    result = _texts(table, found, _OFFICES)
    read = result["code"].tolist()
    same = same_codes([c for c in read if c], known)
    result["code"] = own = [same.get(c, c) for c in read]
    problems: list[str] = [
        sentence("K04.no_old_code", name=name, row=row, code=code)
        for row, code in zip(result.index, own, strict=True)
        if code and code not in known
    ]
    problems += _place(result, name)
    problems += [
        sentence("K01.no_place", name=name, row=row)
        for row, code, nowhere in zip(result.index, own, result["lon"].isna(), strict=True)
        if not code and nowhere
    ]
    for column in AREAS:
        problems += _numbers(result, column, found.get(column, column), name)
    result["kind"] = [_kind(text) for text in result["kind"].tolist()]
    if problems:
        raise TableError(problems)
    return result


def _kind(text: str) -> str:
    folded = fold_field(text)
    if not folded:
        return "commune"
    return next((k for k, words in _KINDS.items() if any(w in folded for w in words)), "other")


def _found(table: pd.DataFrame, roles: dict[str, tuple[str, ...]]) -> dict[str, str]:
    by_fold = {fold_field(str(c)): str(c) for c in table.columns}
    named = {
        role: next((by_fold[n] for n in names if n in by_fold), None)
        for role, names in roles.items()
    }
    return {role: column for role, column in named.items() if column is not None}


def _name(table: pd.DataFrame, otherwise: str) -> str:
    return next((str(s["source"]) for s in sources_of(table)), otherwise)


def _texts(
    table: pd.DataFrame, found: dict[str, str], roles: dict[str, tuple[str, ...]]
) -> pd.DataFrame:
    """Return the columns that were found, those that were not blank; codes cleaned."""
    result = pd.DataFrame(index=table.index)
    for role in roles:
        if role not in found:
            result[role] = ""
            continue
        cells = table[found[role]]
        texts = [
            "" if nothing else str(cell).strip()
            for cell, nothing in zip(cells.tolist(), cells.isna(), strict=True)
        ]
        result[role] = [clean_code(t) for t in texts] if role in ("code", "member") else texts
    return result


def _numbers(result: pd.DataFrame, column: str, heading: str, name: str) -> list[str]:
    """Turn a column into numbers, NaN where it is blank, and return what is none."""
    texts = result[column].tolist()
    read = read_numbers(texts, whole=False)
    values = np.array(read.values, dtype=float)
    result[column] = values
    wrong = {*read.wrong, *np.flatnonzero(values < 0).tolist()}
    return [
        sentence("W11.no_area", name=name, row=result.index[k], heading=heading, text=texts[k])
        for k in sorted(wrong)
    ]


def _place(result: pd.DataFrame, name: str) -> list[str]:
    """Turn lon and lat into degrees, and return what is none."""
    problems: list[str] = []
    for column, most in _DEGREES.items():
        texts = result[column].tolist()
        values = pd.to_numeric(result[column].str.replace(",", "."), errors="coerce")
        values = values.where(values.abs() <= most)
        problems += [
            sentence("W11.no_degrees", name=name, row=row, column=column, text=text)
            for row, text, nothing in zip(result.index, texts, values.isna(), strict=True)
            if text and nothing
        ]
        result[column] = values
    one = result["lon"].isna() != result["lat"].isna()
    one &= not problems  # else the other is the one that is wrong
    problems += [sentence("W11.half_place", name=name, row=row) for row in result.index[one]]
    return problems
