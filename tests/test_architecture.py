"""The rules of the project that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import geo_merge
from geo_merge.cli.main import app
from geo_merge.vocabulary.catalogue import CHECKS

PACKAGE = ROOT / "geo_merge"
CORE = ("code_column", "edges", "faces", "dissolve", "areal_scale", "areas", "attributes", "checks", "codes", "compare", "cutters", "conclude", "connected", "crosswalk", "crosswalk_cells", "crosswalk_match", "crosswalk_new", "crosswalk_report", "crosswalk_unmatched", "no_values", "difference",
        "divide", "encodings", "errors", "exchange", "fields", "finding", "findings", "cells", "limits", "lineage", "models", "moved", "neighbourhoods", "new_units", "parents", "part_of",
        "pipeline", "prepared", "proof", "provenance", "reconcile", "rings", "seam", "spots", "statistics", "survey", "tessellate", "thinning", "winding",
        *(f"coverage/{path.stem}" for path in sorted((PACKAGE / "coverage").glob("*.py"))))  # fmt: skip
OUTSIDE = {"reading", "layers", "other_layers", "placing", "joining", "tables", "table_csv", "table_headings", "table_rows", "table_xlsx", "workbook_scan", "files", "locks", "swap",
           "geojson", "geojson_rings", "geojson_stream", "export", "formats", "maps", "report", "sample", "cli",
           "cli_vietnam", "ui", "display", "texts", "job", "preview", "worker", "cluster", "drawing", "read_back", "topology",
           "cache", "lean", "lean_dissolve", "lean_findings",
           "cli_layers", "cli_options"}  # fmt: skip
CORE += tuple(f"mending/{path.stem}" for path in sorted((PACKAGE / "mending").glob("*.py")))
LIBRARIES = {"click", "rich", "folium", "branca", "streamlit", "pyogrio", "openpyxl", "xlsxwriter", "pooch", "requests", "orjson",
             "altair", "babel", "dask", "distributed", "platformdirs", "simdjson"}  # fmt: skip


def imports(path: Path) -> set[str]:
    """Return what a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("module", CORE)
def test_the_core_knows_no_files_maps_or_pages(module: str) -> None:
    used = imports(PACKAGE / f"{module}.py")
    assert {name.split(".")[0] for name in used} & LIBRARIES == set()
    inner = {name.split(".")[1] for name in used if name.startswith("geo_merge.")}
    assert inner & OUTSIDE == set()


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, geo_merge.cli.main; print([m for m in ('geopandas', 'numpy', 'folium', 'streamlit') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", geo_merge.__all__)
def test_every_public_name_exists_and_is_documented(name: str) -> None:
    assert getattr(geo_merge, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        geo_merge.nonsense  # noqa: B018


@pytest.mark.parametrize("command", sorted(app.commands))
def test_every_command_has_help_and_is_in_the_readme(command: str) -> None:
    assert app.commands[command].help
    assert f"geo-merge {command}" in (ROOT / "README.md").read_text("utf-8")


def test_every_check_has_a_title() -> None:
    """What a finding or message calls a check is in the list of checks, and the reverse."""
    texts = [p.read_text("utf-8") for p in PACKAGE.rglob("*.py") if p.name != "checks.py"]
    used = {i for t in texts for i in re.findall(r'"([A-Z][01][0-9])"|\[([A-Z][0-9]{2})\]', t)}
    assert {a or b for a, b in used} - set(CHECKS) == set()


def test_errors_are_in_the_readme() -> None:
    tree = ast.parse((PACKAGE / "errors.py").read_text("utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in names if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_each_dependency_is_held_at_a_version_that_its_bounds_allow(python: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [text for texts in project["optional-dependencies"].values() for text in texts]
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    held = [Requirement(line) for line in lines if not line.startswith("#")]
    machine = {"python_version": python, "python_full_version": f"{python}.0"}
    here = [h for h in held if h.marker is None or h.marker.evaluate(machine)]
    versions = {canonicalize_name(h.name): str(h.specifier).removeprefix("==") for h in here}
    assert len(versions) == len(here)
    for needed in map(Requirement, [*project["dependencies"], *extras]):
        if needed.name != project["name"]:
            assert versions[canonicalize_name(needed.name)] in needed.specifier, needed


def test_a_stranger_sets_up_with_the_first_commands_of_the_readme() -> None:
    block = (ROOT / "README.md").read_text("utf-8").split("```sh\n")[1].split("```")[0]
    first, second = block.splitlines()
    setup = "python3 -m venv .venv && . .venv/bin/activate && pip install -c constraints.txt -e "
    assert first == f"{setup}. && geo-merge build"
    assert second == f'{setup}".[test]" && pytest'


def test_only_what_belongs_stands_at_the_top() -> None:
    done = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in done.stdout.splitlines()}
    plain = {name for name in top if not name.startswith(".")}
    assert plain <= {
        "geo_merge",
        "app.py",
        "shapes",
        "tests",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "constraints.txt",
        "docs",
    }
