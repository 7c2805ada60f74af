"""What a frame remembers of its reading: findings, sources and ledger rows, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

import pandas as pd

from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.ledger import LedgerRow

_KEY = "geo_merge"
Frame = TypeVar("Frame", bound=pd.DataFrame)


def attach(
    frame: Frame,
    *,
    findings: Iterable[Finding] = (),
    sources: Sequence[dict[str, Any]] = (),
    ledger: Iterable[LedgerRow] = (),
    grid: float = 0.0,
) -> Frame:
    """Return the frame with a memory that survives copies and can be written as JSON.

    The findings of reading have no geometry; their place is the file and the row. `grid` is the
    coarsest grid, in metres, that the coordinates of a unit lie on; 0 if none is known.
    """
    frame.attrs[_KEY] = {
        "findings": [{**asdict(f), "units": list(f.units), "geometry": None} for f in findings],
        "sources": list(sources),
        "ledger": [[getattr(r, f.name) for f in fields(r)] for r in ledger],
        "grid": grid,
    }
    return frame


def remember(frame: Frame, findings: Iterable[Finding], ledger: Iterable[LedgerRow]) -> Frame:
    """Return the frame with more in its memory."""
    return attach(
        frame, findings=[*findings_of(frame), *findings], sources=sources_of(frame),
        ledger=[*ledger_of(frame), *ledger], grid=grid_of(frame),
    )  # fmt: skip


def _memory(frame: pd.DataFrame) -> dict[str, Any]:
    memory: dict[str, Any] = frame.attrs.get(_KEY, {})
    return memory


def findings_of(frame: pd.DataFrame) -> list[Finding]:
    """Return the findings of the reading."""
    return [
        Finding(**{**f, "units": tuple(f["units"]), "severity": Severity(f["severity"])})
        for f in _memory(frame).get("findings", [])
    ]


def sources_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return which files were read, and how."""
    return list(_memory(frame).get("sources", []))


def ledger_of(frame: pd.DataFrame) -> list[LedgerRow]:
    """Return what reading moved."""
    return [LedgerRow(*row) for row in _memory(frame).get("ledger", [])]


def grid_of(frame: pd.DataFrame) -> float:
    """Return the coarsest grid that coordinates of the source lie on, in metres; 0 if unknown."""
    return float(_memory(frame).get("grid", 0.0))


def without_memory(frame: Frame) -> Frame:
    """Return the frame without its memory: pandas copies it with every look at a row."""
    result = frame.copy(deep=False)
    result.attrs = {}
    return result
