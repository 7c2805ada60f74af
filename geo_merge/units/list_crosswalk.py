"""A crosswalk for a merger from a list of changes: the units of one day, and of a later one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from geo_merge.units.changes import Changes
from geo_merge.units.lineage import LINKS
from geo_merge.units.undone import Restored
from geo_merge.vocabulary.codes import same_codes
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.memory import attach
from geo_merge.vocabulary.sentence import sentence

COLUMNS = ("old_code", "old_name", "new_code", "new_name", "share", "evidence")
# Units that a sentence names.
_NAMED = 5


def list_crosswalk(
    changes: Changes,
    since: date,
    as_of: date,
    *,
    units: Mapping[str, str] | None = None,
    source: str = "the list",
) -> pd.DataFrame:
    """Return the crosswalk between two days that a list of changes tells.

    Parameters
    ----------
    changes
        See `changes.changes_in`.
    since, as_of
        The days of the old and of the new units.
    units
        Names of all old units by their codes, as a layer has them; without them, only units that
        change are known.
    source
        Whose list it is, for messages.

    Returns
    -------
    pandas.DataFrame
        The columns of `COLUMNS`, and findings (W20) in its memory. A divided unit has a row for
        each part, all with its old code; its share is blank where it is not known.
    """
    links, restored = changes.lineage.followed(since, as_of)
    found = [finding for on, finding in changes.findings if since < on <= as_of]
    before, after = changes.lineage.names(since), changes.lineage.names(as_of)
    if links.empty:
        found.append(Finding.of(sentence("W20.none", source=source, since=str(since),
                                         as_of=str(as_of))))  # fmt: skip
    if units is None:
        codes = {code: code for code in dict.fromkeys(links["old_code"])}
        found.append(Finding.of(sentence("W20.unlisted", n=len(codes)), value=float(len(codes))))
    else:
        codes = same_codes(units, links["old_code"])
        outside = [code for code in dict.fromkeys(links["old_code"]) if code not in codes.values()]
        if outside:
            kind = "W20.outside" if len(codes) else "W20.elsewhere"
            told = sentence(kind, source=source, n=len(outside), units=_some(outside),
                            there=_some(list(units)))  # fmt: skip
            found.append(Finding.of(told, units=tuple(outside), value=float(len(outside))))
    by_old = dict(iter(links.groupby("old_code", sort=False)))
    as_written = same_codes(links["new_code"], units or ())
    rows = []
    for code in units if units is not None else codes:
        name = (units or {}).get(code) or before.get(codes.get(code, code), "")
        ways = by_old.get(codes.get(code, ""))
        if ways is None:
            rows.append((code, name, code, name, "", ""))
            continue
        divided = len(ways) > 1
        for new, share, evidence in zip(*(ways[c] for c in LINKS[1:]), strict=True):
            same = new == codes[code]
            called = after.get(new) or (name if same else "")
            written = code if same else as_written.get(new, new)
            told_share = f"{share:.6g}" if divided and share == share else ""  # noqa: PLR0124 - NaN
            rows.append((code, name, written, called, told_share, evidence))
    frame = _one_name(pd.DataFrame(rows, columns=list(COLUMNS)))
    found += [*_again(restored, before, after, source), *_open(frame, source)]
    return attach(frame, findings=found, sources=[{"source": source}])


def _one_name(frame: pd.DataFrame) -> pd.DataFrame:
    """Call a new unit alike in all rows: as the list does, before what the layer calls it."""
    listed = frame[frame["evidence"] != ""].drop_duplicates("new_code")
    names = dict(zip(listed["new_code"], listed["new_name"], strict=True))
    called = [names.get(code) or name
              for code, name in zip(frame["new_code"], frame["new_name"], strict=True)]  # fmt: skip
    return frame.assign(new_name=called)


def _again(
    restored: Sequence[Restored], before: Mapping[str, str], after: Mapping[str, str], source: str
) -> list[Finding]:
    return [
        Finding.of(
            sentence("W20.again", source=source, part=_label(r.part, after),
                     merged=r.merged, unit=_label(r.member, before), by=sentence(f"W20.{r.by}")),
            units=(r.member,),
        )
        for r in restored
    ]  # fmt: skip


def _open(frame: pd.DataFrame, source: str) -> list[Finding]:
    """Find what a planner has to add: names, and how units are divided."""
    found = []
    nameless = list(dict.fromkeys(frame.loc[frame["new_name"] == "", "new_code"]))
    if nameless:
        told = sentence("W20.unnamed", source=source, n=len(nameless), units=_some(nameless))
        found.append(Finding.of(told, units=tuple(nameless), value=float(len(nameless))))
    several = frame["old_code"].duplicated(keep=False) & (frame["share"] == "")
    divided = list(dict.fromkeys(frame.loc[several, "old_code"]))
    if divided:
        told = sentence("W20.divided", n=len(divided), units=_some(divided))
        found.append(Finding.of(told, units=tuple(divided), value=float(len(divided))))
    return found


def _label(code: str, names: Mapping[str, str]) -> str:
    return f"{code} ({names[code]})" if names.get(code) else code


def _some(codes: Sequence[str]) -> list[str]:
    return [*codes[:_NAMED], *(["…"] if len(codes) > _NAMED else [])]
