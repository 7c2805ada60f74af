"""A result in words, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd

from geo_merge.merging.statistics import UNKNOWN_TYPE
from geo_merge.texts import TEXTS, Language, change, say
from geo_merge.vocabulary.catalogue import count_findings
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.fields import DRAWN
from geo_merge.vocabulary.finding import Severity
from geo_merge.vocabulary.findings_frame import read_in
from geo_merge.vocabulary.limits import describe
from geo_merge.vocabulary.memory import sources_of
from geo_merge.vocabulary.part_of import is_land
from geo_merge.vocabulary.sentence import Sentence, said, sentence, titles, with_words
from geo_merge.vocabulary.unit_words import called_in_layer, called_of, word_of_layer
from geo_merge.wording.calling import Called

_SHOWN = 20


def headline(summary: Mapping[str, Any]) -> Sentence:
    """Return ``313 -> 99 units (-68.37 %)``."""
    before, after = summary["before"]["count"], summary["after"]["count"]
    return _fell_or_grew("report.units", before, after, n=after)


def _fell_or_grew(kind: str, before: int, after: int, **more: int) -> Sentence:
    told = change(before, after, "en")
    if not told:
        return sentence(kind, before=before, after=after, **more)
    value = abs(100 * (after - before) / before)
    percent = sentence("report.percent", sign=told[0], value=value)
    return sentence(f"{kind}_by", before=before, after=after, percent=percent, **more)


def _types(by_type: Mapping[str, int]) -> list[Sentence]:
    """Return how many units there are of each type: just how many, where none has one."""
    untyped = "report.of_unknown_type" if len(by_type) > 1 else "report.layer"
    return [
        sentence(untyped, n=n)
        if name == UNKNOWN_TYPE
        else sentence("report.type", count=n, name=name)
        for name, n in by_type.items()
    ]


def summary_lines(summary: Mapping[str, Any], language: Language = "en") -> Iterator[str]:
    """Yield the figures before and after in a language."""
    called = called_of(summary.get("called"))
    yield said(with_words(headline(summary), called), language)
    for line in _of_a_part(summary):
        yield f"  {said(with_words(line, called), language)}"
    for group in summary["groups"]:
        told = _fell_or_grew("report.fell", group["before"], group["after"])
        yield f"  {group['name']}: {said(told, language)}"
    for line in _figures(summary):
        yield said(with_words(line, called), language)


def _figures(summary: Mapping[str, Any]) -> Iterator[Sentence]:
    for when in ("before", "after"):
        figures = summary[when]
        called = called_of(summary.get("called"))
        side = called.before if when == "before" else called.after
        types = with_words(_types(figures["by_type"]), Called(side, side))
        yield sentence(f"report.{when}", types=types,
                       km2=figures["area_km2"], people=_people(figures, summary))  # fmt: skip
    before, after = summary["before"], summary["after"]
    if before["districts"] and "districts" in after:
        yield sentence("report.districts", before=before["districts"], after=after["districts"])
    spread = after.get("unit_area_km2")
    if spread:
        low, high = spread["smallest"], spread["largest"]
        yield sentence("report.sizes", low=low["value"], smallest=low["name"], high=high["value"],
                       largest=high["name"], median=spread["median"])  # fmt: skip
    if "reference" in summary:
        yield _against(summary["reference"])
    yield sentence("report.findings", told=of_severities(summary["findings"]))
    if summary.get("country", "") is None:
        yield sentence("report.no_country")
    for how in DRAWN.values():
        if summary.get(how):
            yield sentence("report.how", how=sentence(f"report.{how}"))


def _of_a_part(summary: Mapping[str, Any]) -> Iterator[Sentence]:
    """Yield what is said of units that a reform of a part leaves as they are, or inside others."""
    if "kept" in summary:
        changed = summary["changed"]
        told = _fell_or_grew("report.fell", changed["before"], changed["after"])
        yield sentence("report.kept", n=summary["kept"], told=told)
    if summary.get("below"):
        types = [sentence("report.type", count=n, name=name)
                 for name, n in summary["below"].items()]  # fmt: skip
        yield sentence("report.below", types=types)


def counted_units(layer: gpd.GeoDataFrame, country: Country = PLAIN) -> Sentence:
    """Return ``313 units and 1 piece of land``; outside a country that is known, as they say."""
    pieces = int(is_land(layer).sum())
    kind = "report.layer_pieces" if pieces else "report.layer"
    told = sentence(kind, n=len(layer) - pieces, parts=pieces)
    word = None if country.of(layer).code else word_of_layer(layer, sources_of(layer))
    counted: Sentence = with_words(told, called_in_layer(word))
    return counted


def _against(reference: Mapping[str, Any]) -> Sentence:
    """Return how far apart the reference is drawn."""
    shift = reference["shift_m"]
    sides = {} if shift is None else {"east": shift["east"], "north": shift["north"]}
    names = {"east": ("east", "west"), "north": ("north", "south")}
    where = [sentence(f"C09.{names[axis][metres < 0]}", metres=abs(metres))
             for axis, metres in sides.items()]  # fmt: skip
    return sentence("report.shifted" if where else "report.reference", where=where,
                    metres=reference["distance_m"], width=reference["drawing_m"])  # fmt: skip


def of_severities(counts: Mapping[str, int]) -> Sentence:
    """Return ``1 error, 23 warnings, 0 notes``."""
    kinds = {"error": "report.errors", "warning": "report.warnings", "info": "report.notes"}
    told = [sentence(kind, n=counts[severity]) for severity, kind in kinds.items()]
    return sentence("report.severities", told=told)


def _people(figures: Mapping[str, Any], summary: Mapping[str, Any]) -> Sentence | str:
    """Return how many people there are, of which year if known, and how many units lack theirs."""
    if "population" not in figures:
        return ""
    count = figures["population"]
    year, unknown = summary.get("population_year"), figures.get("population_unknown")
    notes: list[str] = [str(year)] if year else []
    notes += [sentence("report.units_unknown", n=unknown)] if unknown and count is not None else []
    kind = "report.unknown" if count is None else "report.people"
    values = {} if count is None else {"n": count}
    if notes:
        return sentence(f"{kind}_noted", notes=notes, **values)
    return sentence(kind, **values)


def finding_lines(
    findings: gpd.GeoDataFrame, *, notes: bool = False, language: Language = "en"
) -> Iterator[str]:
    """Yield the findings, the heaviest first; notes (severity info) only on request.

    What to do is said with the first of those that follow on one another and ask for the same.
    """
    shown = findings if notes else findings[findings["severity"] != "info"]
    first = shown.head(_SHOWN)
    told = read_in(first, language)
    before = ""
    for row in first[["severity", "check"]].join(told).itertuples():
        hint = f" {row.hint}" if row.hint and row.hint != before else ""
        yield f"{_severity(row.severity, language)} {row.check}: {row.message}{hint}"
        before = row.hint
    if len(shown) > _SHOWN:
        yield said(sentence("report.more", n=len(shown) - _SHOWN), language)


def count_lines(findings: gpd.GeoDataFrame, language: Language = "en") -> Iterator[str]:
    """Yield how many findings there are of each check, and their sum."""
    for row in count_findings(findings).to_dict("records"):
        about = f"{_severity(row['severity'], language):8}{row['check']}  "
        title = titles().get(row["check"], {}).get(language, "")
        kind = "report.of_check_in_all" if row["unit_of_value"] else "report.of_check"
        key = f"measure.{row['unit_of_value']}"
        unit = say(key, language, n=row["total"]) if key in TEXTS else row["unit_of_value"]
        told = sentence(kind, title=title, count=row["count"], total=row["total"], unit=unit)
        yield about + said(told, language)


def limit_lines(language: Language) -> Iterator[str]:
    """Yield the thresholds of the checks and the sizes of input: name, default, unit, meaning."""
    for name, default, unit, meaning in describe():
        value = said(sentence("report.number", value=default), language)
        yield f"{name:16}{value:>12} {said(unit, language):12}{said(meaning, language)}"


def _severity(severity: str, language: Language) -> str:
    return said(Severity(severity).word, language)
