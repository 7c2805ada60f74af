"""What a frame remembers of its reading: findings, sources and ledger rows, as plain data."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.ledger import LedgerRow

Floats = npt.NDArray[np.float64]
_KEY = "geo_merge"
Frame = TypeVar("Frame", bound=pd.DataFrame)


def attach(
    frame: Frame,
    *,
    findings: Iterable[Finding] = (),
    sources: Sequence[dict[str, Any]] = (),
    ledger: Iterable[LedgerRow] = (),
    grid: float = 0.0,
    only_plane: Floats | None = None,
) -> Frame:
    """Return the frame with a memory that survives copies and can be written as JSON.

    The findings of reading have no geometry; their place is the file and the row. `grid` is the
    coarsest grid, in metres, that the coordinates of a unit lie on; 0 if none is known.
    `only_plane` are vertices that edges have for the plane of the layer alone, as `rows` of
    `PlaneVertices`; they are kept as a text, of which pandas makes no copies.
    """
    bits = np.empty((0, 3)) if only_plane is None else np.ascontiguousarray(only_plane)
    frame.attrs[_KEY] = {
        "findings": [{**asdict(f), "units": list(f.units), "geometry": None} for f in findings],
        "sources": list(sources),
        "ledger": [[getattr(r, f.name) for f in fields(r)] for r in ledger],
        "grid": grid,
        "only_plane": b64encode(bits.astype("<f8").tobytes()).decode(),
    }
    return frame


def remember(
    frame: Frame,
    findings: Iterable[Finding],
    ledger: Iterable[LedgerRow],
    only_plane: Floats | None = None,
) -> Frame:
    """Return the frame with more in its memory."""
    vertices = only_plane_of(frame) if only_plane is None else only_plane
    return attach(
        frame, findings=[*findings_of(frame), *findings], sources=sources_of(frame),
        ledger=[*ledger_of(frame), *ledger], grid=grid_of(frame), only_plane=vertices,
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


def only_plane_of(frame: pd.DataFrame) -> Floats:
    """Return the vertices that edges of the layer have for its plane alone; shape (n, 3)."""
    bits = b64decode(_memory(frame).get("only_plane", ""))
    return np.frombuffer(bits, dtype="<f8").astype(np.float64).reshape(-1, 3)


def without_memory(frame: Frame) -> Frame:
    """Return the frame without its memory: pandas copies it with every look at a row."""
    result = frame.copy(deep=False)
    result.attrs = {}
    return result
