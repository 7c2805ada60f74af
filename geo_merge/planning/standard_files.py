"""Files of standards: what stands in them, and where, in a file, something is wrong."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from geo_merge.errors import StandardError
from geo_merge.planning.standards import (
    Condition,
    Exemption,
    Input,
    Reduction,
    Source,
    Standard,
    Sure,
    Threshold,
    UnitClass,
)
from geo_merge.vocabulary.sentence import Sentence, sentence

_FOLDER = "standards"
# Bytes; those that come with the package have 3,000.
_LARGEST = 1_000_000
# In a key: each is a table in a table, of which the parser remembers all names on the way.
_DOTS = 32
_STRINGS = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|#.*")
_LANGUAGES = ("en", "vi")
_QUANTITY = re.compile(r"population|area_km2|share:.+")
_HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.\-\"]+)\s*\]\]?\s*(#.*)?$")
_NUMBER = re.compile(r"\[\d+\]")
_KEY = re.compile(r"^\s*([\w\-\"]+)\s*=")
# Keys of each table, and whether they must be there.
_SOURCED = {"article": False, "source": False, "sure": False}
_TABLES: dict[str, dict[str, bool]] = {
    "": {"id": True, "law": True, "adopted": False, "in_force": False, "population_as_of": False,
         "source": True, "sure": True, "remarks": False, "class": True, "reduction": False,
         "exemption": False},
    "class": {"id": True, "name": True, "level": False, "types": False, "when": False,
              "when_any": False, "threshold": True, **_SOURCED},
    "class.threshold": {"quantity": True, "least": True, "percent": False, **_SOURCED},
    "reduction": {"id": True, "classes": False, "quantity": True, "percent": True, "when": False,
                  "when_any": False, "certain": False, **_SOURCED},
    "exemption": {"id": True, "classes": False, "least_members": True, "when": False,
                  "when_any": False, "certain": False, **_SOURCED},
}  # fmt: skip
Value = TypeVar("Value")


def known_standards() -> dict[str, Any]:
    """Return the files of the standards that come with the package, by id."""
    folder = files("geo_merge.planning") / _FOLDER
    there = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    return {file.name.removesuffix(".toml"): file for file in sorted(there, key=lambda f: f.name)}


def read_standard(name: str | Path) -> Standard:
    """Read a standard: one that comes with the package by its id, or a planner's own file.

    Raises
    ------
    StandardError
        With every key that is unknown, missing or no value of its kind, by file and line.
    """
    known = known_standards()
    if str(name) in known:
        return parse_standard(known[str(name)].read_text("utf-8"), f"{name}.toml")
    path = Path(name)
    if not path.is_file():
        raise StandardError(sentence("planning.no_standard", name=name, known=list(known)))
    if (size := path.stat().st_size) > _LARGEST:
        raise StandardError(sentence("planning.standard_large", file=path.name, mb=size / 1e6))
    try:
        return parse_standard(path.read_text("utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        raise StandardError(sentence("planning.standard_encoding", file=path.name)) from error


def parse_standard(text: str, file: str) -> Standard:
    """Return the standard that a text of TOML describes; see `read_standard`."""
    plain = _STRINGS.sub("", text)
    if any(line.count(".") > _DOTS for line in plain.splitlines()):
        reason = f"more than {_DOTS} dots in a key"
        raise StandardError(sentence("planning.standard_toml", file=file, reason=reason))
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # thousands of digits, of brackets in brackets
        raise StandardError(sentence("planning.standard_toml", file=file, reason=error)) from error
    reader = _Reader(file, _lines_of(text))
    standard = reader.standard(content)
    if reader.problems:
        raise StandardError(reader.problems)
    return standard


def _lines_of(text: str) -> dict[str, int]:
    """Return the line of each table and key, as ``class[2].threshold[0].least``."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            above, _, own = header[2].rpartition(".")
            parent = f"{above}[{counts.get(above, 0)}]." if above else ""
            table = f"{parent}{own}"
            if header[1] == "[[":
                counts[header[2]] = counts.get(header[2], -1) + 1
                counts = {k: n for k, n in counts.items() if not k.startswith(f"{header[2]}.")}
                table += f"[{counts[header[2]]}]"
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault(f"{table}.{key[1].strip(chr(34))}".lstrip("."), number)
    return lines


@dataclass
class _Reader:
    """Makes a standard of what a file holds, and collects what is wrong."""

    file: str
    lines: Mapping[str, int]

    def __post_init__(self) -> None:
        self.problems: list[str] = []
        self.default = Source("", Sure.OWN)

    def wrong(self, where: str, fault: Sentence) -> None:
        """Note a problem at a table or key, or at the nearest table above that the file names."""
        at = where
        while at and at not in self.lines:
            at = at.rpartition(".")[0]
        key = where.rpartition(".")[2]
        line = str(self.lines.get(at, 1))
        self.problems.append(
            sentence("planning.standard_line", file=self.file, line=line, key=key, fault=fault)
        )

    def standard(self, content: Mapping[str, Any]) -> Standard:
        self.check("", content)
        self.default = self.source("", content)
        get = self.getter("", content)
        classes = tuple(self.unit_class(*item) for item in self.tables("class", content))
        ids = [c.id for c in classes]
        reductions = tuple(self.reduction(*i, ids) for i in self.tables("reduction", content))
        exemptions = tuple(self.exemption(*i, ids) for i in self.tables("exemption", content))
        self.once([*ids, *(r.id for r in reductions), *(e.id for e in exemptions)])
        return Standard(
            id=get("id", _text, ""), law=get("law", _by_language, {}),
            adopted=get("adopted", _day, ""), in_force=get("in_force", _day, ""),
            population_as_of=get("population_as_of", _day, ""),
            remarks=get("remarks", _by_language, {}),
            classes=classes, reductions=reductions, exemptions=exemptions, file=self.file,
        )  # fmt: skip

    def once(self, ids: Iterable[str]) -> None:
        seen: set[str] = set()
        for name in ids:
            if name in seen:
                self.wrong("class", sentence("planning.standard_twice", name=name))
            seen.add(name)

    def unit_class(self, where: str, table: Mapping[str, Any]) -> UnitClass:
        get = self.getter(where, table)
        return UnitClass(
            id=get("id", _text, ""), names=get("name", _by_language, {}),
            level=get("level", _level, "unit"), types=get("types", _texts, ()),
            condition=self.condition(where, table),
            thresholds=tuple(
                self.threshold(f"{where}.{path}", inner)
                for path, inner in self.tables("threshold", table, where)
            ),
        )  # fmt: skip

    def threshold(self, where: str, table: Mapping[str, Any]) -> Threshold:
        get = self.getter(where, table)
        return Threshold(
            quantity=get("quantity", _quantity, ""), base=get("least", _positive, 1.0),
            percent=get("percent", _positive, 100.0), article=get("article", _text, ""),
            source=self.source(where, table),
        )  # fmt: skip

    def reduction(self, where: str, table: Mapping[str, Any], classes: Iterable[str]) -> Reduction:
        get = self.getter(where, table)
        return Reduction(
            id=get("id", _text, ""), classes=self.classes(where, table, classes),
            quantity=get("quantity", _quantity, ""), percent=get("percent", _positive, 100.0),
            condition=self.condition(where, table), certain=get("certain", _truth, True),
            article=get("article", _text, ""), source=self.source(where, table),
        )  # fmt: skip

    def exemption(self, where: str, table: Mapping[str, Any], classes: Iterable[str]) -> Exemption:
        get = self.getter(where, table)
        return Exemption(
            id=get("id", _text, ""), classes=self.classes(where, table, classes),
            least_members=get("least_members", _count, 1), certain=get("certain", _truth, True),
            condition=self.condition(where, table), article=get("article", _text, ""),
            source=self.source(where, table),
        )  # fmt: skip

    def classes(
        self, where: str, table: Mapping[str, Any], known: Iterable[str]
    ) -> tuple[str, ...]:
        known = list(known)
        chosen: tuple[str, ...] = self.getter(where, table)("classes", _texts, ())
        for name in chosen:
            if name not in known:
                told = sentence("planning.standard_class", name=name, known=known)
                self.wrong(f"{where}.classes", told)
        return chosen

    def condition(self, where: str, table: Mapping[str, Any]) -> Condition:
        get = self.getter(where, table)
        return Condition(get("when", _inputs, ()), get("when_any", _inputs, ()))

    def source(self, where: str, table: Mapping[str, Any]) -> Source:
        get = self.getter(where, table)
        return Source(
            get("source", _text, self.default.text), get("sure", _sure, self.default.sure)
        )

    def tables(
        self, name: str, content: Mapping[str, Any], where: str = ""
    ) -> Iterable[tuple[str, Mapping[str, Any]]]:
        """Yield the tables of a name with their paths, after their keys were checked."""
        inner = content.get(name, [])
        if not isinstance(inner, list) or not all(isinstance(t, dict) for t in inner):
            self.wrong(
                f"{where}.{name}".lstrip("."), sentence("planning.standard_tables", name=name)
            )
            return
        kind = _NUMBER.sub("", f"{where}.{name}").lstrip(".")
        for k, table in enumerate(inner):
            self.check(f"{where}.{name}[{k}]".lstrip("."), table, kind)
            yield f"{name}[{k}]", table

    def check(self, where: str, table: Mapping[str, Any], kind: str = "") -> None:
        """Note keys that a table may not have, and those that it lacks."""
        keys = _TABLES[kind]
        for key in table:
            if key not in keys:
                told = sentence("planning.standard_key", known=list(keys))
                self.wrong(f"{where}.{key}".lstrip("."), told)
        for key, needed in keys.items():
            if needed and key not in table:
                self.wrong(where or key, sentence("planning.standard_missing", key=key))

    def getter(self, where: str, table: Mapping[str, Any]) -> Callable[..., Any]:
        """Return what gives the value of a key, or a default where it is missing or wrong."""

        def get(key: str, read: Callable[[Any], Value], default: Value) -> Value:
            if key not in table:
                return default
            try:
                return read(table[key])
            except _FaultError as error:
                told = sentence("planning.standard_value", value=repr(table[key]), fault=error.told)
                self.wrong(f"{where}.{key}".lstrip("."), told)
                return default

        return get


class _FaultError(ValueError):
    """What is wrong with a value."""

    def __init__(self, fault: str, **values: Any) -> None:  # noqa: ANN401 - as `sentence`
        self.told = sentence(fault, **values)
        super().__init__(self.told)


def _text(value: Any) -> str:  # noqa: ANN401 - what TOML holds
    if not isinstance(value, str):
        raise _FaultError("planning.standard_text")
    return value


def _by_language(value: Any) -> dict[str, str]:  # noqa: ANN401 - what TOML holds
    if isinstance(value, str):
        return dict.fromkeys(_LANGUAGES, value)
    if not isinstance(value, dict) or not value or set(value) - set(_LANGUAGES):
        raise _FaultError("planning.standard_languages")
    first = next(iter(value.values()))
    return {language: _text(value.get(language, first)) for language in _LANGUAGES}


def _day(value: Any) -> str:  # noqa: ANN401 - what TOML holds
    if not isinstance(value, date):
        raise _FaultError("planning.standard_day")
    return value.isoformat()


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - what TOML holds
    if not isinstance(value, list):
        raise _FaultError("planning.standard_list", example='["Xã"]')
    return tuple(map(_text, value))


def _level(value: Any) -> str:  # noqa: ANN401 - what TOML holds
    if value not in {"unit", "province"}:
        raise _FaultError("planning.standard_level")
    return str(value)


def _quantity(value: Any) -> str:  # noqa: ANN401 - what TOML holds
    if not _QUANTITY.fullmatch(_text(value)):
        raise _FaultError("planning.standard_quantity")
    return str(value)


def _positive(value: Any) -> float:  # noqa: ANN401 - what TOML holds
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value <= sys.float_info.max:
        raise _FaultError("planning.standard_positive")
    return float(value)


def _count(value: Any) -> int:  # noqa: ANN401 - what TOML holds
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _FaultError("planning.standard_count")
    return value


def _truth(value: Any) -> bool:  # noqa: ANN401 - what TOML holds
    if not isinstance(value, bool):
        raise _FaultError("planning.standard_truth")
    return value


def _sure(value: Any) -> Sure:  # noqa: ANN401 - what TOML holds
    if value not in list(Sure):
        raise _FaultError("planning.standard_sure", known=list(map(str, Sure)))
    return Sure(value)


def _inputs(value: Any) -> tuple[tuple[str, Input], ...]:  # noqa: ANN401 - what TOML holds
    if not isinstance(value, dict) or not all(isinstance(v, str | bool) for v in value.values()):
        raise _FaultError("planning.standard_inputs")
    return tuple(value.items())
