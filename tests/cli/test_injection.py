"""Harmful texts in every name, field and file name, and every surface that they reach.

Every command that writes is run on them, and every file that it writes is looked at by its kind: a
new file is in the test without being named, a new command fails it until it says how it is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import geopandas as gpd
import harmless
import pandas as pd
import pytest
from harmless import FIELD, FILE, HARM
from playwright.sync_api import Browser

from geo_merge.cli.main import app
from geo_merge.errors import GeoMergeError
from geo_merge.vocabulary.problems import problems_in

Grid = Callable[..., gpd.GeoDataFrame]
LAYER, TABLE, PEOPLE = f"{FILE}.gpkg", f"{FILE}.csv", f"{FILE} people.xlsx"
BUILT = ("build", LAYER, "--crosswalk", TABLE, "--out", "result")
PLANNED = ("plan", "new", LAYER, "--crosswalk", TABLE, "--out", "plan")
# Commands by what must be there first, and how each is run. What a command writes lies below `out`.
RUNS: dict[str, tuple[tuple[str, ...], ...]] = {
    "build": (("build", LAYER, "--crosswalk", TABLE, "--declared", "declared.csv", "--out", "out",
               "--repair"),),
    "validate": (("validate", LAYER, "--crosswalk", TABLE, "--out", "out", "--lang", "vi"),),
    "stats": (BUILT, ("stats", "result")),
    "export": (("build", LAYER, "--crosswalk", TABLE, "--out", "out"),
               ("export", "out", *(f"--format={f}" for f in ("gpkg", "shp", "fgb", "parquet",
                                                             "xlsx", "csv")))),
    "convert": (("convert", LAYER, "out/l.geojson"),),
    "dissolve": (("dissolve", LAYER, "out/l.geojson", "--by", "district", "--keep-agreeing",
                  "--findings", "out/f.csv"),),
    "crosswalk from-compositions": (("crosswalk", "from-compositions", "compositions.csv", "--province",
                                     "24", "--out", "out/c.csv"),
                                    ("crosswalk", "from-compositions", "compositions.csv",
                                     "--province", "24")),
    "crosswalk from-text": (("crosswalk", "from-text", "resolution.txt", "--province", "24",
                             "--out", "out/c.csv"),
                            ("crosswalk", "from-text", "resolution.txt", "--province", "24")),
    "crosswalk to-text": (("crosswalk", "to-text", TABLE, "--out", "out/t.txt"),
                          ("crosswalk", "to-text", TABLE, "--out", "out/t.md")),
    "crosswalk check-text": (("crosswalk", "check-text", "resolution.txt", "--layer", LAYER,
                              "--out", "out/f.csv"),),
    "lookup": (*(("lookup", text) for text in HARM if not text.startswith("-")), ("lookup", "--table", PEOPLE, "--out", "out/l.csv")),
    "dossier": (BUILT, *(("dossier", "result", "--lang", lang, "--out", f"out/{lang}.{kind}")
                         for lang, kind in (("vi", "docx"), ("en", "pdf"), ("vi", "html")))),
    "sheet": (BUILT, *(("sheet", "result", "--side", side, "--out", f"out/{side}.{kind}")
                       for side in ("old", "new") for kind in ("pdf", "svg", "png"))),
    "lineage": (("lineage", "changes.csv", "--from", "2025-06-30", "--to", "2025-07-02",
                 "--layer", LAYER, "--out", "out/c.csv"),),
    "borders": (BUILT, ("borders", "result", "--out", "out")),
    "plan new": (("plan", "new", LAYER, "--crosswalk", TABLE, "--out", "out"),),
    "plan show": (PLANNED, ("plan", "show", "plan", "--out", "out/f.xlsx"),
                  ("plan", "show", "plan", "--out", "out/f.csv")),
    "plan check": (PLANNED, ("plan", "check", "plan", "--standard", "vn-112-2025", "--out",
                             "out/c.xlsx")),
    "plan compare": (PLANNED, ("plan", "rename", "plan", "N1", HARM[0], "--out", "other"),
                     ("plan", "compare", "plan", "other", "--out", "out/c.xlsx")),
    "plan propose": (("plan", "new", LAYER, "--out", "plan"),
                     ("plan", "propose", "plan", "--number", "4", "--people", "population",
                      "--seconds", "5", "--out", "out")),
    **{f"plan {change}": (PLANNED, ("plan", change, "plan", *words, "--out", "out"))
       for change, words in {
           "assign": ("00001", "--to", "N2"), "release": ("00001",),
           "join": ("N1", "--into", "N2"), "found": ("X1", HARM[1], "--member", "00001"),
           "dissolve": ("N1",), "rename": ("N1", HARM[8]), "retype": ("N1", HARM[9]),
           "seat": ("N1", "00002"), "lock": ("--old", "00001"), "note": (HARM[12], "--old", "00001"),
       }.items()},
    "plan redo": (PLANNED, ("plan", "rename", "plan", "N1", HARM[0]), ("plan", "undo", "plan"),
                  ("plan", "redo", "plan", "--out", "out")),
    "plan undo": (PLANNED, ("plan", "rename", "plan", "N1", HARM[0]),
                  ("plan", "undo", "plan", "--out", "out")),
    "plan apply": (PLANNED, ("plan", "apply", "plan", "operations.json", "--out", "out")),
    "recode": (("recode", PEOPLE, "--crosswalk", TABLE, "--out", "out/r.xlsx"),
               ("recode", PEOPLE, "--crosswalk", TABLE, "--out", "out/r.csv"),
               ("recode", PEOPLE, "--crosswalk", TABLE, "--aggregate", "--out", "out/a.xlsx")),
}  # fmt: skip
# They read nothing that a stranger wrote, or are tested as a server (tests/ui, tests/browser).
OTHERS = {"limits", "sample", "fetch", "app"}


def commands(group: click.Group, *path: str) -> Iterator[str]:
    """Yield the names of all commands, those of groups with the name of the group."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield " ".join((*path, name))


@pytest.fixture
def folder(grid: Grid, tmp_path: Path) -> Path:
    """A layer and tables with harm in every text that is theirs."""
    old = grid(4, 4)
    old["name"], old["unit_type"], old["district"] = HARM, HARM[::-1], HARM
    old["population"], old[FIELD], old["=1+1\"'<b>"] = range(100, 116), HARM, HARM
    old.reset_index().to_file(tmp_path / LAYER, layer="units")
    codes = [f"N{k // 2 + 1}" for k in range(16)]
    names = [HARM[k // 2 * 2] for k in range(16)]
    table = pd.DataFrame({"old_code": old.index, "old_name": HARM, "new_code": codes,
                          "new_name": names, "new_type": HARM[3], "clause": HARM})  # fmt: skip
    table.to_csv(tmp_path / TABLE, index=False)
    pd.DataFrame({"new_code": codes[::2], "new_name": names[::2], "area_km2": 2,
                  "population": 200, "seat": HARM[::2]}).to_csv(
        tmp_path / "declared.csv", index=False
    )  # fmt: skip
    pd.DataFrame({"code": old.index, "name": HARM, FIELD: HARM, "people": 1}).to_excel(
        tmp_path / PEOPLE, index=False, sheet_name="<b>s"
    )
    pd.DataFrame({"new_code": ["00001"], "new_name": [HARM[0]], "new_type": ["Xã"],
                  "composition": [", ".join(HARM[:3])]}).to_csv(
        tmp_path / "compositions.csv", index=False
    )  # fmt: skip
    pd.DataFrame({"date": "2025-07-01", "old_code": old.index, "old_name": HARM, "new_code": codes,
                  "new_name": names}).to_csv(tmp_path / "changes.csv", index=False)  # fmt: skip
    clause = (
        "Sắp xếp toàn bộ diện tích tự nhiên, quy mô dân số của {} thành xã mới có tên gọi là xã {}."
    )
    (tmp_path / "resolution.txt").write_text(
        "Điều 1. Sắp xếp\n" + "".join(
            f"{k}. {clause.format(f'xã {a} và xã {b}', a)}\n"
            for k, (a, b) in enumerate(zip(HARM[::2], HARM[1::2], strict=True), 1)
        ), "utf-8",
    )  # fmt: skip
    (tmp_path / "operations.json").write_text(
        '[{"operation": "rename", "unit": "N1", "unit_name": "<script>window.hit=1</script>"}]',
        "utf-8",
    )
    (tmp_path / "out").mkdir()
    return tmp_path


def test_every_command_is_run_here() -> None:
    assert set(commands(app)) == {*RUNS, *OTHERS}


@pytest.mark.parametrize("name", RUNS)
def test_harm_stays_text(
    name: str, folder: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(folder)
    for arguments in RUNS[name]:
        problems: list[str] = []
        try:
            app(list(arguments), standalone_mode=False)
        except GeoMergeError as error:
            problems = problems_in(error, "en")
        said = capsys.readouterr()
        harmless.terminal(said.out + said.err)
        assert problems == [], arguments
    for path in (p for p in Path("out").resolve().rglob("*") if p.is_file()):
        harmless.check(path, browser)
