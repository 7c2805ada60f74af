"""What a person accepts: findings that judge what is plausible, and are right all the same.

Which checks these are stands with their sentences (``acceptable``): a hole in the land is a fact, a
layer far from where its CRS is used a guess that a person can know better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from geo_merge.errors import UsageError
from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.sentence import Sentence, row_of, sentence


def as_accepted(ids: Iterable[str]) -> frozenset[str]:
    """Return ids of checks as they are written.

    Raises
    ------
    UsageError
        If one is no check, or none that can be accepted; the message lists those that can.
    """
    wanted = [check.strip().upper() for check in ids]
    if not wanted:
        return frozenset()
    # The sentences of all checks take a tenth of the time that the program needs to start.
    from geo_merge.vocabulary.catalogue import ACCEPTABLE, CHECKS  # noqa: PLC0415

    for check in wanted:
        if check not in ACCEPTABLE:
            kind = "words.no_check" if check not in CHECKS else "words.not_acceptable"
            raise UsageError(sentence(kind, check=check, checks=sorted(ACCEPTABLE)))
    return frozenset(wanted)


def is_accepted(told: str, accept: Collection[str]) -> bool:
    """Tell whether what a sentence says is accepted: its check is named, and it judges."""
    kind = told.kind if isinstance(told, Sentence) else ""
    check = kind.partition(".")[0]
    return check in accept and bool(row_of(kind).get("acceptable"))


def as_note(finding: Finding) -> Finding:
    """Return a finding as a note that says that it was accepted."""
    told = sentence("words.accepted", told=finding.message, check=finding.check)
    return replace(finding, severity=Severity.INFO, message=told, hint="")


def accepted(findings: Iterable[Finding], accept: Collection[str]) -> list[Finding]:
    """Return findings with those that are accepted as notes, whatever they weighed."""
    return [
        as_note(f) if f.severity != Severity.INFO and is_accepted(f.message, accept) else f
        for f in findings
    ]


def told_accepted(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return what was accepted, for the manifest: check, how often, and the first message."""
    notes = [f for f in findings if getattr(f.message, "kind", "") == "words.accepted"]
    counts = Counter(f.check for f in notes)
    first = {f.check: str(f.message.values["told"]) for f in reversed(notes)}  # type: ignore[attr-defined]
    return [{"check": check, "findings": n, "first": first[check]}
            for check, n in sorted(counts.items())]  # fmt: skip
