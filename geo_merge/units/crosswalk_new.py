"""The new units of a crosswalk: one code and one name each, however they are written."""

from __future__ import annotations

import re
from collections import Counter

import geopandas as gpd
import pandas as pd

from geo_merge.units.crosswalk_report import SHOWN, Report, named, ranges
from geo_merge.vocabulary.codes import (
    code_key,
    fold_accents,
    fold_name,
    has_odd_characters,
    look_key,
)
from geo_merge.vocabulary.country import Country, NameKey
from geo_merge.vocabulary.sentence import Sentence, sentence

# The parents of a new unit, where a table says.
PARENTS_AFTER = ("new_district_code", "new_district", "new_province_code", "new_province")
# The type with which an old unit lives on inside the new one.
BELOW = "below_type"
_SHOWN = 10
_COMMON = 0.75  # share of the new codes that must have one form for the others to be odd
_LEVELS = 3  # digits; codes as short are a digit shorter from level to level


def settled_new(
    rows: pd.DataFrame,
    old: gpd.GeoDataFrame,
    report: Report,
    country: Country,
    *,
    lost_zeros: bool,
) -> pd.DataFrame:
    """Return the rows with one spelling of each new code and name; report what is not one unit.

    Parameters
    ----------
    rows
        Cleaned (`crosswalk_cells.cleaned`).
    old
        The old units: how many digits their codes have.
    report
        Gets W01, W03 and what was restored (K02).
    country
        In which the layer lies, if it is one that is known: the form in which its names are
        compared; a type that no row states is the one that is written in the names.
    lost_zeros
        Whether the old codes of the table had lost leading zeros.
    """
    name_key = country.name_key
    rows = rows.assign(new_code=_with_zeros(rows["new_code"], report))
    _check_likeness(rows, report, name_key)
    rows = _spelled_once(rows, report, name_key)
    if not rows["new_type"].any():
        rows = rows.assign(new_type=[country.split_type(name)[0] for name in rows["new_name"]])
    _note_odd(rows, report)
    _note_forms(rows, report)
    _check_names(rows, report, name_key)
    _check_parents(rows, report, name_key)
    _note_short(rows["new_code"], old, report, lost_zeros=lost_zeros)
    return rows


def _with_zeros(codes: pd.Series, report: Report) -> pd.Series:
    """Restore zeros that part of the codes lost: the others tell how many digits there are."""
    there = set(codes.tolist()) - {""}
    if not all(c.isdigit() for c in there):
        return codes
    widths = {len(c) for c in there if c.startswith("0")}
    longest = max(map(len, there), default=0)
    short = {c for c in there if len(c) < longest}
    if widths != {longest} or not short:
        return codes
    told = sentence("K02.new_zeros", source=report.source, n=len(short),
                    codes=sorted(short)[:_SHOWN], digits=longest)  # fmt: skip
    report.note(told, value=float(len(short)), unit_of_value="codes")
    return codes.map(lambda c: c.zfill(longest) if c else c)


def _check_likeness(rows: pd.DataFrame, report: Report, name_key: NameKey) -> None:
    """Report new codes that are one but for zeros, case or letters that look alike."""
    coded = rows[rows["new_code"] != ""]
    looks = coded["new_code"].map(look_key)
    alike = coded["new_code"].groupby(looks).transform("nunique") > 1
    for _, group in coded[alike].groupby(looks[alike], sort=True):
        codes = sorted(set(group["new_code"]))
        told = [
            sentence(
                "W03.code_rows",
                code=code,
                names=sorted(set(some["new_name"])),
                rows=ranges(some.index),
            )
            for code, some in group.groupby("new_code", sort=True)
        ]
        names = {fold_accents(name_key(n)) for n in group["new_name"]}
        if len(names) == 1 or len({code_key(c) for c in codes}) == 1:
            report.wrong("W03.alike", codes=told)
        else:
            alike_names = sentence("W03.alike_names", source=report.source, codes=told)
            report.note(alike_names, units=tuple(codes))
    _check_decorated(coded[~alike], report, name_key)


def _check_decorated(coded: pd.DataFrame, report: Report, name_key: NameKey) -> None:
    """Report codes with something beside them, where the code alone has the same name.

    That is a mark of a footnote, a bracket, the name itself: ``09010*``, ``(09010)``, ``09010¹``.
    """
    pairs = coded.drop_duplicates("new_code")
    forms = Counter(map(_form, pairs["new_code"]))
    for _, group in pairs.groupby(pairs["new_name"].map(name_key), sort=True):
        codes = sorted(group["new_code"], key=len)
        for k, code in enumerate(codes):
            around = [c for c in codes[k + 1 :] if _is_around(c, code, forms)]
            if around:
                both = coded[coded["new_code"].isin([code, *around])]
                told = [
                    sentence("W03.code_rows", code=c, names=sorted(set(some["new_name"])),
                             rows=ranges(some.index))
                    for c, some in both.groupby("new_code", sort=True)
                ]  # fmt: skip
                report.wrong("W03.decorated", codes=told)


def _is_around(longer: str, code: str, forms: Counter[tuple[str, int]]) -> bool:
    """Tell whether a code is another one with something beside it, by how common its form is."""
    if len(code) < _LEVELS or code not in longer:
        return False
    times = 1 if _outline(longer) != _outline(code) else 4
    return times * forms[_form(longer)] <= forms[_form(code)]


def _spelled_once(rows: pd.DataFrame, report: Report, name_key: NameKey) -> pd.DataFrame:
    """Return the rows with the usual spelling of each name; report names that are not the same."""
    result = rows.copy()
    coded = rows[rows["new_code"] != ""]
    for column, written in (("new_name", "new_name_written"), ("new_type", "new_type")):
        spelled = coded.groupby("new_code")[[*{column, written}]].transform("nunique")
        for code, group in coded[(spelled > 1).any(axis=1)].groupby("new_code", sort=True):
            texts = [t for t in group[column] if t] if column == "new_name" else list(group[column])
            keys = {name_key(text) for text in texts}
            if len(keys) > 1:
                first: dict[str, Sentence] = {}
                for row, text in zip(group.index, group[column], strict=True):
                    if text or column != "new_name":
                        place = sentence("W03.in_row", row=str(row), text=text)
                        first.setdefault(name_key(text), place)
                kind = "W03.several_names" if column == "new_name" else "W03.several_types"
                report.wrong(kind, code=code, names=[*first.values()])
            elif len(spellings := sorted(set(group[written]))) > 1 and texts:
                chosen = Counter(texts).most_common(1)[0][0]
                result.loc[group.index, column] = chosen
                kind = "W03.spelled_name" if column == "new_name" else "W03.spelled_type"
                told = sentence(kind, source=report.source, code=code, n=len(spellings),
                                spellings=spellings, chosen=chosen)  # fmt: skip
                report.note(told, units=(str(code),), value=float(len(spellings)),
                            unit_of_value="spellings")  # fmt: skip
    return result


def _note_odd(rows: pd.DataFrame, report: Report) -> None:
    names = zip(rows["new_code"].tolist(), rows["new_name_written"].tolist(), strict=True)
    odd = sorted({code for code, name in names if code and has_odd_characters(name)})
    if odd:
        told = sentence("X04.new", source=report.source, n=len(odd), codes=odd[:_SHOWN])
        report.note(told, units=tuple(odd), value=float(len(odd)), unit_of_value="names")


def _check_names(rows: pd.DataFrame, report: Report, name_key: NameKey) -> None:
    """Warn of different new units that have one name."""
    coded = rows[(rows["new_code"] != "") & (rows["new_name"] != "")]
    pairs = coded.drop_duplicates("new_code")
    pairs = pairs.assign(key=pairs["new_name"].map(name_key), kind=pairs["new_type"].map(fold_name))
    doubled = pairs[pairs.duplicated(["key", "kind"], keep=False)]
    groups = [group for _, group in doubled.groupby(["key", "kind"], sort=True)]
    groups.sort(key=len, reverse=True)
    for group in groups[:SHOWN]:
        name, codes = group["new_name"].iloc[0], tuple(group["new_code"])
        told = sentence("W03.same_name", source=report.source, n=len(group), name=name, codes=codes)
        report.note(told, units=codes)
    rest = groups[SHOWN:]
    if rest:
        names = named([str(group["new_name"].iloc[0]) for group in rest])
        told = sentence("W03.same_names", source=report.source, n=len(rest),
                        units=sum(map(len, rest)), names=names)  # fmt: skip
        codes = tuple(code for group in rest for code in group["new_code"])
        report.note(told, units=codes, value=float(len(rest)), unit_of_value="names")


def _check_parents(rows: pd.DataFrame, report: Report, name_key: NameKey) -> None:
    """Report new units whose rows give them several districts or provinces."""
    for column in PARENTS_AFTER:
        if column not in rows:
            continue
        said = rows[(rows["new_code"] != "") & (rows[column] != "")]
        for code, texts in said[column].groupby(said["new_code"], sort=True):
            first = {name_key(text): sentence("W03.in_row", row=str(row), text=text)
                     for row, text in reversed(list(texts.items()))}  # fmt: skip
            if len(first) > 1:
                names = list(first.values())[::-1]
                report.wrong("W03.several_parents", code=code, column=column, names=names)


def _note_forms(rows: pd.DataFrame, report: Report) -> None:
    """Warn of new codes of another form than nearly all have: O9040 among digits, TBD."""
    codes = sorted(set(rows["new_code"].tolist()) - {""})
    forms = Counter(map(_outline, codes))
    if not forms:
        return
    usual, count = forms.most_common(1)[0]
    odd = [code for code in codes if _outline(code) != usual]
    if odd and count >= _COMMON * len(codes):
        example = next(c for c in codes if c not in odd)
        told = sentence("K07.new", source=report.source, n=len(odd), codes=odd[:_SHOWN],
                        usual=count, example=example)  # fmt: skip
        report.note(told, units=tuple(odd), value=float(len(odd)), unit_of_value="codes")


def _form(code: str) -> tuple[str, int]:
    return _outline(code), len(code)


def _outline(code: str) -> str:
    """Return where a code has digits and letters, however many."""
    return re.sub(r"[^\W\d_]+", "A", re.sub(r"\d+", "0", code))


def _note_short(
    codes: pd.Series, old: gpd.GeoDataFrame, report: Report, *, lost_zeros: bool
) -> None:
    """Warn of new codes that may have lost zeros, as numbers do.

    That is where the old codes of the table did, or where all new codes lack the one zero with
    which old ones begin.
    """
    widths = {len(str(c)) for c in old.index[~old["is_piece"]].tolist()}
    there = set(codes.tolist()) - {""}
    if len(widths) != 1 or not there:
        return
    width = widths.pop()
    short = sorted(c for c in there if c.isdigit() and len(c) < width)
    begins = any(str(c).startswith("0") for c in old.index.tolist())
    one_less = len(short) == len(there) and {len(c) for c in short} == {width - 1}
    if not short or not (lost_zeros or (begins and one_less and width > _LEVELS)):
        return
    why = sentence("K02.lost_too") if lost_zeros else ""
    told = sentence("K02.short", source=report.source, n=len(short), digits=width, first=short[0],
                    why=why)  # fmt: skip
    report.note(told, units=tuple(short), value=float(len(short)), unit_of_value="codes")
