"""Every text that the pages of plans ask for is there, and none stands there unused."""

from __future__ import annotations

import re

from conftest import ROOT

from geo_merge.planning.compare import Change
from geo_merge.planning.propose import Objective
from geo_merge.planning.verdicts import Verdict
from geo_merge.texts import TEXTS

WEB = ROOT / "geo_merge" / "maps" / "web" / "plan"
# Whose last part is a value.
MADE = {
    "planning": [
        *(f"objective_{o}" for o in Objective), *(f"table_{n}" for n in ("summary", "units", "moved")),
        *(f"input_{n}" for n in ("mountain", "island", "region", "border", "city", "sandy_coast_poor")),
        "unknown", "yes", "no", "other", "as_opened", "a_file",
    ],
    "plan": [
        *(f"tool_{n}{h}" for n in ("click", "brush", "rectangle", "look") for h in ("", "_help")),
        *(f"{k}_{n}" for n in ("apart", "seat", "short", "empty") for k in ("chip", "fault")), "chip_nowhere",
        *(f"verdict_{v.name.lower()}" for v in Verdict), "quantity_population", "quantity_area_km2",
        "moved", "moved_one", "held", "held_one", "undo", "undo_help", "redo", "redo_help", "communes", "new_units", "km2", "people", "reached",
        "new_unit", "code", "name", "type", "density", "compactness", "distance",
    ],
    "difference": [*(f"change_{c}" for c in Change), "dual", "curtain"],
}  # fmt: skip
ZOOMS = {"zoom_in", "zoom_out"}  # which dom.js asks for, for every map


def asked(group: str) -> set[str]:
    """Return the names of a group that scripts or modules name, and those that they make."""
    if group == "planning":
        ui = ROOT / "geo_merge" / "ui"
        files = [*ui.glob("plan_*.py"), ui / "headline.py"]
        found = r"""\bt\(\s*["']planning\.(\w+)["']"""
    else:
        name = "difference.js" if group == "difference" else "*.js"
        files = (p for p in WEB.glob(name) if group == "difference" or p.name != "difference.js")
        found = r'\bt\("(\w+)"'
    texts = "\n".join(path.read_text("utf-8") for path in files)
    more = {"planning": set(), "plan": ZOOMS, "difference": {"title", *ZOOMS}}[group]
    return {*re.findall(found, texts), *MADE[group], *more}


def test_texts_of_plans_are_those_that_are_asked_for() -> None:
    for group in MADE:
        there = {key.partition(".")[2] for key in TEXTS if key.startswith(f"{group}.")}
        assert there == asked(group), group
