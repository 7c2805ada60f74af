"""Decisions of people on defects and findings, each with its reason, so that runs can repeat."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
import shapely

from geo_merge.errors import TableError
from geo_merge.geometry.rings import Geometries
from geo_merge.vocabulary.codes import clean_code, clean_text
from geo_merge.vocabulary.fields import fold_field
from geo_merge.vocabulary.memory import sources_of
from geo_merge.vocabulary.sentence import sentence

COLUMNS = ("id", "decision", "reason")
# Bytes of an id: two of ten thousand defects share one in one run of a hundred.
_ID_BYTES = 4


# Ids of findings begin with their check, those of defects with their kind.
_OF_FINDING = re.compile(r"[A-Z]\d\d-")


class Choice(StrEnum):
    """What was decided on a defect or a finding."""

    ACCEPT = "accept"
    REJECT = "reject"
    WAIVE = "waive"
    MEND = "mend"


@dataclass(frozen=True)
class Decision:
    """One decision.

    Attributes
    ----------
    choice
        ``accept``: repair it, however wide it is; a finding: it is known, and stays what it is.
        ``reject``: do not repair it, it stays a finding. ``waive``: it is right as it is (a lake,
        disputed land); a gap or an overlap is no longer an error. ``mend``: it is to be mended in
        the source, and stays a finding until then.
    reason
        Why; a waiver needs one.
    row
        Row of the table, for messages.
    """

    choice: Choice
    reason: str
    row: object


def as_decisions(table: pd.DataFrame) -> dict[str, Decision]:
    """Return the decisions of a table by the id of the defect or finding.

    Parameters
    ----------
    table
        ``id``, ``decision`` (accept, reject, waive, mend, or blank where the rule shall decide)
        and ``reason``, which only waivers need; further columns are not read. The case of letters
        in ids does not matter.

    Raises
    ------
    TableError
        With all problems: columns that are missing (W07), unknown decisions, waivers without a
        reason, ids with two different decisions (W03).
    """
    source = next((str(s["source"]) for s in sources_of(table)), "decisions")
    by_fold = {fold_field(str(c)): c for c in table.columns}
    missing = [name for name in COLUMNS[:2] if name not in by_fold]
    if missing:
        raise TableError(sentence("W07.decisions", source=source, missing=", ".join(missing),
                                  columns=", ".join(map(str, table.columns))))  # fmt: skip
    result: dict[str, Decision] = {}
    problems = []
    blank = [""] * len(table)
    cells = [table[by_fold[name]] if name in by_fold else blank for name in COLUMNS]
    for row, defect, choice, reason in zip(table.index, *cells, strict=True):
        key, word, why = _id(_text(defect)), _text(choice).casefold(), _text(reason)
        where = {"source": source, "row": str(row)}
        if not word:
            continue
        if not key:
            problems.append(sentence("M05.no_id", **where))
        elif word not in list(Choice):
            problems.append(sentence("M05.unknown", word=word, choices=list(Choice), **where))
        elif word == Choice.WAIVE and not why:
            problems.append(sentence("M05.no_reason", defect=key, **where))
        elif key in result and result[key].choice != word:
            problems.append(sentence("M05.twice", defect=key, other=str(result[key].row), **where))
        else:
            result.setdefault(key, Decision(Choice(word), why, row))
    if problems:
        raise TableError(problems)
    return result


def _id(text: str) -> str:
    """Return an id as runs write it: only the letter of a check is a capital."""
    low = clean_code(text).casefold()
    return f"{low[0].upper()}{low[1:]}" if is_of_finding(low[:1].upper() + low[1:]) else low


def _text(value: object) -> str:
    return "" if value is None or value != value else clean_text(str(value))  # noqa: PLR0124 - NaN


def is_of_finding(key: str) -> bool:
    """Tell whether a decision is on a finding, and not on a defect."""
    return _OF_FINDING.match(key) is not None


def defect_ids(
    kinds: Iterable[str], units: Iterable[tuple[str, ...]], geometries: Geometries
) -> list[str]:
    """Return ids that stay the same from run to run, whatever else changes in the layer.

    An id is a hash of the kind, the units and the centre to the metre. Defects that agree in all
    of this are numbered from west to east.
    """
    centres = shapely.centroid(geometries)
    xy = np.column_stack([shapely.get_x(centres), shapely.get_y(centres)])
    result = []
    for kind, codes, (x, y) in zip(kinds, units, xy, strict=True):
        text = "|".join([kind, *sorted(codes), f"{x:.0f}", f"{y:.0f}"])
        digest = hashlib.blake2s(text.encode(), digest_size=_ID_BYTES).hexdigest()
        result.append(f"{kind}-{digest}")
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    for k, name in zip(order, numbered([result[k] for k in order]), strict=True):
        result[k] = name
    return result


def numbered(names: Iterable[str]) -> list[str]:
    """Return names of which no two are the same: the second of a name gets a 2, and so on."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return result


def decisions_table(repairs: pd.DataFrame, decisions: Mapping[str, Decision]) -> pd.DataFrame:
    """Return the decisions on all defects of a run, blank where none was taken, to be filled in.

    Decisions on defects that this run did not meet are kept at the end.
    """
    known = [decisions.get(str(i)) for i in repairs["id"]]
    table = pd.DataFrame(
        {
            "id": repairs["id"].to_numpy(),
            "decision": ["" if d is None else str(d.choice) for d in known],
            "reason": ["" if d is None else d.reason for d in known],
            "units": repairs["units"].to_numpy(),
            "area_m2": repairs["area_m2"].to_numpy(),
            "width_m": repairs["width_m"].to_numpy(),
        }
    )
    rest = [(i, d) for i, d in decisions.items() if i not in set(repairs["id"])]
    more = pd.DataFrame(
        [{"id": i, "decision": str(d.choice), "reason": d.reason, "units": []} for i, d in rest],
        columns=table.columns,
    )
    return pd.concat([table, more], ignore_index=True) if rest else table
