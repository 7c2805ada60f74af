"""The page of text of a certificate, in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from geo_merge.planning.propose import Status
from geo_merge.texts import Language, number, say

CHECKER = "check_certificate.py"
_DIGITS = 6  # that mean something, of a value


def lines_of(content: Mapping[str, Any], language: Language = "en") -> Iterator[str]:
    """Yield the page of text of a certificate.

    Parameters
    ----------
    content
        See `certificate.certificate_of`.
    language
        Of the page.
    """
    t = partial(_say, language)
    data = content["data"]
    yield t("title")
    yield ""
    yield t("asked", what=t(f"asked_{content['objective']}"))
    yield from (f"  - {text};" for text in conditions_in_words(content["conditions"], language))
    yield f"  - {t('every')}"
    yield ""
    yield t("found", sentence=sentence(content, language))
    if content["blamed"]:
        yield t("why", text=_blamed(content, language))
    yield ""
    for unit in content["plan"]:
        yield "  " + t("unit", code=unit["code"], seat=unit["seat"],
                       members=", ".join(unit["members"]),
                       figures=", ".join(f"{name} {_figure(total, language)}"
                                         for name, total in unit["figures"].items()))  # fmt: skip
    if content["plan"]:
        yield ""
    yield t("data", n=number(len(content["units"]), language), people=data["people"])
    methods = {"straight line": t("straight"), "roads": t("roads")}
    method = methods.get(data["distances"], data["distances"])
    yield t("distances", method=method, metres=_figure(data["shortest_border_m"], language))
    for file in data["files"]:
        yield from (
            t("digest", name=name, digest=digest) for name, digest in file["sha256"].items()
        )
    yield t("solver", solver=content["solver"], version=content["geo_merge"],
            n=number(content["groups_looked_at"], language))  # fmt: skip
    yield t("check", checker=CHECKER)


def _say(language: Language, key: str, **values: object) -> str:
    return say(f"certificate.{key}", language, **values)


def _figure(value: float, language: Language) -> str:
    """Return a number with the digits that it has."""
    text = f"{value:.10g}"
    digits = len(text.partition(".")[2]) if "e" not in text else 0
    return number(value, language, digits)


def _rounded(value: float, language: Language) -> str:
    return _figure(float(f"{value:.{_DIGITS}g}"), language)


def conditions_in_words(conditions: Mapping[str, Any], language: Language) -> list[str]:
    """Return the conditions of a certificate one by one, in the order of its ``in_words``."""
    t = partial(_say, language)
    told = [t(name) for name in ("contiguous", "within_districts") if conditions[name]]
    for name in ("apart", "together"):
        told += [t(name, names=", ".join(codes)) for codes in conditions[name]]
    told += [t("each", requirement=_requirement(r, language)) for r in conditions["requirements"]]
    if conditions["units"] is not None:
        least, most = (number(n, language) for n in conditions["units"])
        told.append(t("units", n=least) if least == most else t("range", least=least, most=most))
    return told


def _requirement(alternatives: Iterable[Sequence[Sequence[Any]]], language: Language) -> str:
    both, either = (f" {_say(language, word)} " for word in ("and", "or"))
    return either.join(
        both.join(f"{name} {sign} {_figure(value, language)}" for name, sign, value in some)
        for some in alternatives
    )


def _blamed(content: Mapping[str, Any], language: Language) -> str:
    """Return which conditions contradict each other, and what sums say of them."""
    if language == "en":
        return str(content["blamed"]["text"])
    words = conditions_in_words(content["conditions"], language)
    known = dict(zip(content["in_words"], words, strict=True))
    told = (known.get(part["text"], part["text"]) for part in content["blamed"]["conditions"])
    told_why = _say(language, "blamed", told="; ".join(told))
    return f"{told_why} {content['blamed']['reason'][language]}".strip()


def sentence(content: Mapping[str, Any], language: Language = "en") -> str:
    """Return in one sentence what was found, and what is proven."""
    t = partial(_say, language)
    status = Status(content["status"])
    if status in (Status.INFEASIBLE, Status.OPEN):
        return t(status.value)
    people = sum(unit["people"] for unit in content["units"])
    travel = sum(unit["person_km"] for unit in content["plan"])
    mean = t("mean", km=number(travel / people, language, 3)) if people else ""
    told = t("told", n=number(len(content["plan"]), language), mean=mean,
             value=_rounded(content["value"], language),
             what=t(f"of_{content['objective']}"))  # fmt: skip
    if status is Status.OPTIMAL:
        return t("optimal", told=told)
    if content["bound"] is None or content["better_at_most_percent"] is None:
        return t("unbounded", told=told)
    return t("bounded", told=told, percent=number(content["better_at_most_percent"], language, 2))
