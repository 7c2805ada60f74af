"""Plans as folders: ``crosswalk.csv``, which a merger takes, and ``plan.json`` with the rest.

What is saved and read again is the same plan, and saved again the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

import orjson
import pandas as pd

from geo_merge.errors import ExportError, PlanError
from geo_merge.planning.plan import NewUnit, OldUnit, Plan, about_of
from geo_merge.reading.tables import read_table
from geo_merge.units.crosswalk import as_crosswalk
from geo_merge.vocabulary.cells import csv_bytes, harmless
from geo_merge.vocabulary.codes import clean_code, code_key
from geo_merge.vocabulary.no_values import no_value
from geo_merge.vocabulary.sentence import sentence
from geo_merge.writing.files import publish, recover, staging

CROSSWALK, DOCUMENT = "crosswalk.csv", "plan.json"
_FORMAT = "geo_merge plan 1"
_KEYS = ("format", "layer", "new", "locks", "notes")
_UNIT = ("code", "name", "type", "seat")
# Of `units.layers.read_units`: what a person says of a layer, and no more of what reads it.
OPTIONS = ("code_field", "crs", "encoding", "fields", "layer", "name_field", "parent_fields",
           "population_field", "type_field")  # fmt: skip


@dataclass(frozen=True)
class LayerFile:
    """A file of the layer that a plan is of.

    Attributes
    ----------
    path
        Where it is, seen from the folder of the plan.
    sha256
        Its content, and that of the files that belong with it, by name.
    """

    path: str
    sha256: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LayerSource:
    """The layer that a plan is of, and how it is read.

    Attributes
    ----------
    files
        In the order in which they are read.
    options
        As `units.layers.read_units` takes them: ``crs, encoding, code_field``, ...
    """

    files: tuple[LayerFile, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SavedPlan:
    """A plan and where its layer is."""

    plan: Plan
    source: LayerSource = field(default_factory=LayerSource)


def crosswalk_bytes(plan: Plan) -> bytes:
    """Return the crosswalk of a plan; a row of an old unit without a place names no new one."""
    rows = []
    for code, old in plan.old.items():
        home = plan.home[code]
        new = NewUnit("", "") if home is None else plan.new[home]
        rows.append({
            "old_code": "" if old.is_piece else code, "old_name": old.name,
            "old_type": old.unit_type, "old_district_code": old.district_code,
            "old_district": old.district, "old_province_code": old.province_code,
            "old_province": old.province, "new_code": new.code, "new_name": new.name,
            "new_type": new.unit_type,
        })  # fmt: skip
    names = list(rows[0]) if rows else ["old_code", "new_code", "new_name"]
    return csv_bytes({name: [row[name] for row in rows] for name in names})


def document_of(saved: SavedPlan) -> dict[str, Any]:
    """Return what ``plan.json`` holds, as plain data."""
    plan, source = saved.plan, saved.source
    return {
        "format": _FORMAT,
        "layer": {
            "files": [
                {"path": f.path, "sha256": dict(sorted(f.sha256.items()))} for f in source.files
            ],
            "options": dict(sorted(source.options.items())),
        },
        "new": [
            {"code": u.code, "name": u.name, "type": u.unit_type, "seat": u.seat}
            for u in plan.new.values()
        ],
        "locks": [str(about) for about in sorted(plan.locks)],
        "notes": {str(about): plan.notes[about] for about in sorted(plan.notes)},
    }


def files_of_plan(saved: SavedPlan) -> dict[str, bytes]:
    """Return the content of the files of a plan, by name."""
    text = orjson.dumps(document_of(saved), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return {CROSSWALK: crosswalk_bytes(saved.plan), DOCUMENT: text}


def save(
    saved: SavedPlan, directory: Path, more: Mapping[str, bytes] = MappingProxyType({})
) -> None:
    """Write a plan to a folder, whole or not at all, with more files beside it.

    Raises
    ------
    ExportError
        If the folder cannot be written, or holds a crosswalk that is not of a plan.
    """
    check_target(directory)
    with staging(directory) as folder:
        for name, content in {**files_of_plan(saved), **more}.items():
            (folder / name).write_bytes(content)
        publish(folder, directory, seal=DOCUMENT)


def check_target(directory: Path) -> None:
    """Refuse a folder in which another file than a plan's stands in the way; ExportError."""
    if (directory / CROSSWALK).exists() and not is_plan(directory):
        raise ExportError(sentence("planning.in_the_way", file=directory / CROSSWALK))
    if directory.exists() and not directory.is_dir():
        raise ExportError(sentence("planning.is_file", folder=directory))


def is_plan(path: Path) -> bool:
    """Tell whether a path is the folder of a plan."""
    return (path / DOCUMENT).is_file()


def load(directory: Path) -> SavedPlan:
    """Read the plan that was saved to a folder, without its layer.

    Raises
    ------
    PlanError
        If the folder holds no plan, or its two files contradict each other.
    TableError
        If the crosswalk cannot be read.
    """
    recover(directory)
    if not is_plan(directory):
        raise PlanError(sentence("planning.no_plan", folder=directory, file=DOCUMENT))
    return read_files((directory / DOCUMENT).read_bytes(), directory / CROSSWALK)


def read_files(document: bytes, crosswalk: Path) -> SavedPlan:
    """Return the plan of a ``plan.json`` and the crosswalk beside it; see `load`."""
    content = _document(document)
    rows = as_crosswalk(read_table(crosswalk, encoding="utf-8"))
    texts = pd.DataFrame({name: [_read_cell(v) for v in rows[name]] for name in rows},
                         index=rows.index)  # fmt: skip
    try:
        new = _listed(content["new"])
        source = content.get("layer", {})
        files = tuple(LayerFile(f["path"], dict(f["sha256"])) for f in source.get("files", ()))
        options = _options({**source.get("options", {})})
        locks = frozenset(map(about_of, content.get("locks", ())))
        notes = {about_of(about): _text(text, about)
                 for about, text in content.get("notes", {}).items()}  # fmt: skip
    except (KeyError, TypeError, AttributeError) as error:
        raise PlanError(sentence("planning.not_as_written", file=DOCUMENT, reason=error)) from error
    old, home = _units(texts)
    new = {**new, **_founded_by_hand(texts, new)}
    plan = Plan(old, new, home, locks, notes)
    return SavedPlan(plan, LayerSource(files, options))


def _listed(units: Sequence[Mapping[str, Any]]) -> dict[str, NewUnit]:
    """Return the new units of ``plan.json`` by their codes; each stands there once."""
    found: dict[str, NewUnit] = {}
    for each in units:
        texts = {"type": "", "seat": "", **_known({**each}, _UNIT)}
        unit = NewUnit(*(_text(texts[name], name) for name in _UNIT))
        if not unit.code or unit.code != clean_code(unit.code):
            raise PlanError(sentence("planning.no_code", file=DOCUMENT, name=unit.name,
                                     code=unit.code))  # fmt: skip
        if unit.code in found:
            raise PlanError(sentence("planning.listed_twice", file=DOCUMENT, unit=unit))
        found[unit.code] = unit
    return found


def _text(value: object, name: str) -> str:
    """Return what a person wrote, if it is a text: codes that are numbers have lost their zeros."""
    if not isinstance(value, str):
        raise PlanError(sentence("planning.no_text", file=DOCUMENT, name=name, value=str(value)))
    return value


def _options(read: dict[str, Any]) -> dict[str, Any]:
    """Return how a layer is read, if a person can say it so."""
    if wrong := [name for name, value in read.items() if not _is_option(value)]:
        raise TypeError(", ".join(wrong))
    return _known(read, OPTIONS)


def _is_option(value: object) -> bool:
    """Tell whether a value is one that a person can say: a name, or several."""
    if isinstance(value, dict):
        value = list(value.values())
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    )


def _document(content: bytes) -> dict[str, Any]:
    try:
        read = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise PlanError(sentence("planning.no_json", file=DOCUMENT, reason=error)) from error
    if not isinstance(read, dict) or read.get("format") != _FORMAT or "new" not in read:
        raise PlanError(sentence("planning.no_format", file=DOCUMENT, format=_FORMAT))
    return _known(read, _KEYS)


def _known(read: dict[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """Return what was read if it has no other keys."""
    unknown = sorted(set(read) - set(keys))
    if unknown:
        raise PlanError(sentence("planning.no_key", file=DOCUMENT, name=unknown[0], known=[*keys]))
    return read


def _read_cell(text: str) -> str:
    """Return a cell as it was before it was made harmless."""
    return text[1:] if text.startswith("'") and harmless(text[1:]) == text else text


def _units(rows: pd.DataFrame) -> tuple[dict[str, OldUnit], dict[str, str | None]]:
    """Return the old units of a plan's crosswalk, and the new unit of each."""
    old: dict[str, OldUnit] = {}
    home: dict[str, str | None] = {}
    pieces = 0
    problems = []
    names = ("old_name", "old_type", "old_district_code", "old_district", "old_province_code",
             "old_province")  # fmt: skip
    for row, code, new, *texts in zip(
        rows.index, rows["old_code"], rows["new_code"], *(rows[n] for n in names), strict=True
    ):
        pieces += not code
        unit = OldUnit(*(code or f"piece {pieces}", *texts, not code))
        if unit.code in old:
            problems.append(sentence("planning.twice", file=CROSSWALK, row=str(row), unit=unit))
        old[unit.code], home[unit.code] = unit, new or None
    if problems:
        raise PlanError(problems)
    return old, home


def _founded_by_hand(rows: pd.DataFrame, known: Mapping[str, NewUnit]) -> dict[str, NewUnit]:
    """Return new units that only the crosswalk has: somebody wrote them into it.

    Raises
    ------
    PlanError
        If a unit is called otherwise than in ``plan.json``, or in two ways, or its code is none
        or lost its zeros.
    """
    found: dict[str, NewUnit] = {}
    problems = []
    keys = {code_key(code): code for code in known}
    columns = (rows[name] for name in ("new_code", "new_name", "new_type"))
    for row, code, name, kind in zip(rows.index, *columns, strict=True):
        if not code:
            continue
        other = code if code in known else keys.get(code_key(code), code)
        if other != code or (code not in known and no_value(code) is not None):
            which = "planning.two_codes" if other != code else "planning.row_code"
            problems.append(sentence(which, file=CROSSWALK, row=str(row), code=code, other=other,
                                     name=name, document=DOCUMENT))  # fmt: skip
            continue
        unit = known.get(code) or found.setdefault(code, NewUnit(code, name, kind))
        if normalize("NFC", f"{unit.unit_type}|{unit.name}") != normalize("NFC", f"{kind}|{name}"):
            problems.append(sentence(
                "planning.two_names", file=CROSSWALK, row=str(row), code=code,
                told=f"{kind} {name}", other=f"{unit.unit_type} {unit.name}",
            ))  # fmt: skip
        if not unit.name:
            problems.append(sentence("planning.row_name", file=CROSSWALK, row=str(row), code=code))
    if problems:
        raise PlanError(problems)
    return found
