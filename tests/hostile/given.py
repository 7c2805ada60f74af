"""Which commands are given a hostile file, by the part that it plays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

TABLES, PAPERS = {".csv", ".xlsx", ".ods"}, {".docx", ".pdf"}
_PLAN = ("--units", "{units}")
# {path} is the file; {units}, {table}, {seats}, {result} and {plan} are sound ones, {out} an empty folder.
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "layer": (
        ("build", "{path}", "--crosswalk", "{table}", "--out", "{out}/o"),
        ("validate", "{path}"),
        ("convert", "{path}", "{out}/c.geojson"),
        ("dissolve", "{path}", "{out}/d.geojson", "--by", "code"),
    ),
    "table": (
        ("build", "{units}", "--crosswalk", "{path}", "--out", "{out}/o"),
        ("validate", "{units}", "--crosswalk", "{path}"),
        ("crosswalk", "from-compositions", "{path}", "--out", "{out}/c.csv"),
    ),
    "paper": (("crosswalk", "from-text", "{path}", "--out", "{out}/c.csv"),),
    "recode": (("recode", "{path}", "--crosswalk", "{table}", "--out", "{out}/r.csv"),),
    "recoded": (
        ("recode", "{recoded}", "--crosswalk", "{table}", "--decisions", "{path}",
         "--out", "{out}/r.csv"),
    ),
    "list": (
        ("lineage", "{path}", "--from", "2019-12-31", "--to", "2024-01-01", "--out", "{out}/l.csv"),
    ),
    "lookup": (("lookup", "--table", "{path}", "--out", "{out}/l.csv"),),
    "decisions": (
        ("build", "{units}", "--crosswalk", "{table}", "--repair", "--decisions", "{path}",
         "--out", "{out}/o"),
    ),
    "declared": (
        ("build", "{units}", "--crosswalk", "{table}", "--declared", "{path}", "--out", "{out}/o"),
    ),
    "outline": (("validate", "{units}", "--outline", "{path}"),),
    "water": (("validate", "{units}", "--water", "{path}"),),
    "divide": (
        ("build", "{units}", "--crosswalk", "{table}", "--divide", "{path}", "--out", "{out}/o"),
    ),
    "reference": (
        ("build", "{units}", "--crosswalk", "{table}", "--reference", "{path}",
         "--out", "{out}/o"),
    ),
    "around": (("sheet", "{result}", "--around", "{path}", "--out", "{out}/s.svg"),),
    "seats": (("dossier", "{result}", "--seats", "{path}", "--out", "{out}/d.html"),),
    "offices": (
        ("dossier", "{result}", "--seats", "{seats}", "--offices", "{path}", "--out",
         "{out}/d.html"),
    ),
    "agencies": (("dossier", "{result}", "--agencies", "{path}", "--out", "{out}/d.html"),),
    "standard": (("plan", "check", "{plan}", *_PLAN, "--standard", "{path}"),),
    "inputs": (
        ("plan", "check", "{plan}", *_PLAN, "--standard", "vn-112-2025", "--inputs", "{path}"),
    ),
    "positions": (("plan", "show", "{plan}", *_PLAN, "--positions", "{path}"),),
    "roads": (("plan", "show", "{plan}", *_PLAN, "--roads", "{path}"),),
    "operations": (("plan", "apply", "{plan}", "{path}", *_PLAN, "--out", "{out}/p"),),
    "plan-of": (("plan", "show", "{path}", *_PLAN),),
    "plan": (
        ("plan", "show", "{path}", *_PLAN),
        ("build", "{units}", "--crosswalk", "{path}", "--out", "{out}/o"),
    ),
    "result": (
        ("stats", "{path}"),
        ("export", "{path}", "--format", "csv"),
        ("sheet", "{path}", "--out", "{out}/s.svg"),
        ("dossier", "{path}", "--out", "{out}/d.html"),
    ),
}  # fmt: skip


def role_of(name: str) -> str:
    """Return the part that a file plays by its ending."""
    suffix = Path(name).suffix
    return "paper" if suffix in PAPERS else "table" if suffix in TABLES else "layer"


def commands(path: Path, role: str, sound: Path, out: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield what a file is given to, by the command's name.

    Parameters
    ----------
    path, role
        The file, and the part that it plays.
    sound
        A folder of what is sound (`prepare`).
    out
        Where results go.
    """
    places = {"path": path, "out": out, "units": sound / "units.gpkg", "table": sound / "table.csv",
              "recoded": sound / "recoded.csv", "result": sound / "result", "plan": sound / "plan",
              "seats": sound / "seats.csv"}  # fmt: skip
    for words in COMMANDS[role]:
        yield words[0], [word.format(**places) for word in words]


def preparing(sound: Path) -> Sequence[list[str]]:
    """Return the commands that make a result and a plan of the units."""
    units, table = f"{sound / 'units.gpkg'}", f"{sound / 'table.csv'}"
    return (["build", units, "--crosswalk", table, "--out", f"{sound / 'result'}"],
            ["plan", "new", units, "--crosswalk", table, "--out", f"{sound / 'plan'}"])  # fmt: skip
