"""Plans as tables: figures of the units, members, and what a standard says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isnan
from numbers import Real
from typing import Any

import pandas as pd

from geo_merge.planning.check import Checked
from geo_merge.planning.figures import PlanFigures, UnitFigures
from geo_merge.planning.layer import PlanLayer
from geo_merge.planning.standards import Standard
from geo_merge.planning.verdicts import ClassVerdict, Judgement, Line, Verdict
from geo_merge.texts import TEXTS, Language, number, say
from geo_merge.vocabulary.cells import LIST_SEPARATOR

VERDICT_COLUMNS = ("standard", "code", "name", "unit_type", "class", "belongs", "quantity", "value",
                   "required", "percent", "verdict", "reduction", "exemption", "clause", "sure",
                   "source")  # fmt: skip
STANDARDS_COLUMNS = ("code", "measure", "value", "standard", "percent", "verdict", "clause")
# Columns of a comparison whose heading is another's.
_BOTH = {"members": "member_count"}
# Decimals of figures: km² to 1 m², metres of ways, per cent to two.
_DIGITS = {"area_km2": 6, "density": 2, "compactness": 4, "distance_km": 3, "longest_km": 3}


def headed(tables: Mapping[str, pd.DataFrame], language: Language) -> dict[str, pd.DataFrame]:
    """Return tables for people: names of sheets, headings and words of cells in a language.

    Fields of the layer keep their own names.
    """
    return {
        say(f"plan_sheet.{name}", language): _worded(table, language).rename(
            columns={c: _heading(str(c), language) for c in table}
        )
        for name, table in tables.items()
    }


def _worded(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table with its changes, verdicts and quantities in words of a language."""
    words: dict[str, Callable[[Any], str]] = {
        "change": lambda c: say(f"difference.change_{c}", language),
        "quantity": lambda q: quantity_said(str(q), language),
        "verdict_1": lambda v: said(Verdict(v), language) if v else "",
        "verdict_2": lambda v: said(Verdict(v), language) if v else "",
    }
    told = {name: table[name].map(word, na_action="ignore")
            for name, word in words.items() if name in table}  # fmt: skip
    return table.assign(**told)


def quantity_said(quantity: str, language: Language) -> str:
    """Return what a row of a comparison, or a threshold, counts in words."""

    def t(key: str, **values: object) -> str:
        return say(key, language, **values)

    for front, key in (("verdict ", "verdict"), ("new units ", "new_units_that"),
                       ("share:", "share")):  # fmt: skip
        rest = quantity.removeprefix(front)
        if rest == quantity:
            continue
        if key == "verdict":
            return t("plan_quantity.verdict", verdict=said(Verdict(rest), language))
        if key == "share":
            return t("plan_quantity.share", type=rest)
        return t("plan_quantity.new_units_that", change=t(f"difference.change_{rest}"))
    key = f"plan_quantity.{quantity.replace(' ', '_')}"
    return t(key) if key in TEXTS else quantity


def lines_of_table(table: pd.DataFrame, name: str, language: Language) -> list[str]:
    """Return a table for a terminal: headings, words and numbers in a language.

    Numbers have the decimals that their column needs, two at most; what is not known is blank.
    """
    if not len(table):
        return []
    (shown,) = headed({name: table}, language).values()
    is_mixed = "quantity" in table  # a column holds people and km²
    for column in shown:
        whole = not is_mixed and all(map(_is_whole, shown[column]))
        shown[column] = [
            _cell(v, language, whole=_is_whole(v) if is_mixed else whole) for v in shown[column]
        ]
    return list(shown.to_string(index=False, max_colwidth=30).splitlines())


def _is_whole(value: Any) -> bool:  # noqa: ANN401 - a cell
    return not isinstance(value, Real) or isnan(value) or float(value).is_integer()


def _cell(value: Any, language: Language, *, whole: bool) -> str:  # noqa: ANN401 - a cell
    if isinstance(value, Real) and not isinstance(value, bool):
        return "" if isnan(value) else number(float(value), language, 0 if whole else 2)
    return "" if value is None else str(value)


def _heading(column: str, language: Language) -> str:
    if f"plan_column.{column}" in TEXTS:
        return say(f"plan_column.{column}", language)
    name, _, side = column.rpartition("_")
    if side in {"1", "2"} and (key := _BOTH.get(name, name)) and f"plan_column.{key}" in TEXTS:
        heading = say(f"plan_column.{key}", language)
        return say("plan_side.side", language, name=heading, n=side)
    return column


def units_table(figures: PlanFigures) -> pd.DataFrame:
    """Return one row a new unit, in the order of the plan."""
    return pd.DataFrame([_unit_row(code, u, figures) for code, u in figures.units.items()])


def _unit_row(code: str, unit: UnitFigures, figures: PlanFigures) -> dict[str, Any]:
    plan = figures.plan
    about = {a.code: text for a, text in plan.notes.items() if a.side == "new"}
    row: dict[str, Any] = {
        "code": code,
        "name": plan.new[code].name,
        "unit_type": plan.new[code].unit_type,
        "seat": plan.new[code].seat,
        "seat_outside": unit.seat_outside,
        "locked": any(a.side == "new" and a.code == code for a in plan.locks),
        "member_count": unit.member_count,
        "members": LIST_SEPARATOR.join(unit.members),
        "member_names": LIST_SEPARATOR.join(plan.old[m].name for m in unit.members),
        "pieces": LIST_SEPARATOR.join(plan.old[m].name for m in unit.pieces),
        "area_km2": unit.area_km2,
        "population": unit.population,
        "population_unknown": unit.population_unknown,
        "density": unit.density,
        "compactness": unit.compactness,
        "parts": len(unit.parts),
        "islands": LIST_SEPARATOR.join(unit.islands),
        "distance_km": unit.distance_km,
        "longest_km": unit.longest_km,
        "farthest": unit.farthest,
        "without_distance": LIST_SEPARATOR.join(unit.without_distance),
        "note": about.get(code, ""),
    }
    values = {name: v for name, v in unit.fields.items() if name not in row}
    return {k: _rounded(k, v) for k, v in {**row, **values}.items()}


def _rounded(name: str, value: Any) -> Any:  # noqa: ANN401 - a cell
    return round(value, _DIGITS[name]) if name in _DIGITS and value is not None else value


def members_table(figures: PlanFigures, layer: PlanLayer) -> pd.DataFrame:
    """Return one row an old unit with its place in the plan; those without one as well."""
    plan = figures.plan
    notes = {a.code: text for a, text in plan.notes.items() if a.side == "old"}
    locked = {a.code for a in plan.locks if a.side == "old"}
    rows = []
    for k, (code, old) in enumerate(plan.old.items()):
        home = plan.home[code]
        people = layer.people[k]
        rows.append({
            "old_code": code, "old_name": old.name, "old_type": old.unit_type,
            "district": old.district, "province": old.province,
            "new_code": home or "", "new_name": "" if home is None else plan.new[home].name,
            "area_km2": round(float(layer.m2[k]) / 1e6, 6),
            "population": None if pd.isna(people) else float(people),
            "locked": code in locked, "note": notes.get(code, ""),
        })  # fmt: skip
    return pd.DataFrame(rows)


def verdicts_table(checked: Checked, language: Language) -> pd.DataFrame:
    """Return one row a unit, class and figure: value, standard, per cent, verdict, clause."""
    whole = () if checked.province is None else (checked.province,)
    rows = [row for j in (*checked.units, *whole) for row in _verdict_rows(checked, j, language)]
    return pd.DataFrame(rows, columns=VERDICT_COLUMNS)


def _verdict_rows(
    checked: Checked, judgement: Judgement, language: Language
) -> Iterator[dict[str, Any]]:
    subject, standard = judgement.subject, checked.standard
    front = {"standard": standard.id, "code": subject.code, "name": subject.name,
             "unit_type": subject.unit_type}  # fmt: skip
    if not judgement.classes:
        yield {**front, "verdict": said(Verdict.NONE, language), "clause": standard.law[language]}
    for one in judgement.classes:
        for line in one.lines:
            yield {
                **front, "class": one.unit_class.names[language],
                "belongs": say(f"standing.{'belongs' if one.belongs else 'unknown'}", language),
                "quantity": line.threshold.quantity, "value": line.value,
                "required": line.standard,
                "percent": None if line.percent is None else round(line.percent, 2),
                "verdict": said(_verdict(one, line), language),
                "reduction": "" if line.reduction is None else line.reduction.id,
                "exemption": "" if one.exemption is None else one.exemption.id,
                "clause": clause(standard, line.threshold.article, language),
                "sure": str(line.threshold.source.sure), "source": line.threshold.source.text,
            }  # fmt: skip


def standards_table(checked: Checked, language: Language) -> pd.DataFrame:
    """Return one row a unit, class and figure, as papers read them from ``standards.csv``.

    A unit that may belong to several classes has rows of each, which their clauses name.
    """
    rows = [
        {
            "code": judgement.subject.code,
            "measure": line.threshold.quantity.removesuffix("_km2"),
            "value": _rounded(line.threshold.quantity, line.value),
            "standard": line.standard,
            "percent": None if line.percent is None else round(line.percent, 2),
            "verdict": _verdict(one, line).name.lower(),
            "clause": f"{clause(checked.standard, line.threshold.article, language)} "
                      f"({one.unit_class.names[language]})",
        }
        for judgement in checked.units
        for one in judgement.classes
        for line in one.lines
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=STANDARDS_COLUMNS)


def said(verdict: Verdict, language: Language) -> str:
    """Return a verdict in words."""
    return say(f"standing.{verdict.name.lower()}", language)


def _verdict(one: ClassVerdict, line: Line) -> Verdict:
    """Return what is said of one figure: of an exempt unit nothing is asked."""
    return Verdict.EXEMPT if one.exemption is not None else line.verdict


def clause(standard: Standard, article: str, language: Language) -> str:
    """Return the law and the article that something rests on, as far as these are known."""
    if not article:
        return standard.law[language]
    return f"{standard.law[language]}, {'Điều' if language == 'vi' else 'Article'} {article}"
