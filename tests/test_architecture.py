"""The rules of the project that a machine can check."""

from __future__ import annotations

import ast
import re
import shutil
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
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]


def contracts_kept(folder: Path) -> bool:
    """Tell whether the rule of imports in pyproject.toml holds for the package in a folder."""
    code = (
        f"import sys; sys.path.insert(0, {str(folder)!r}); from importlinter.cli import lint_imports; "
        f"sys.exit(lint_imports(config_filename={str(ROOT / 'pyproject.toml')!r}, no_cache=True))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts" in done.stdout, done.stdout + done.stderr
    return done.returncode == 0


def test_a_room_knows_only_those_below_it() -> None:
    assert contracts_kept(ROOT)


@pytest.mark.parametrize(
    ("module", "wrong"),
    [
        ("geometry/rings.py", "import pandas"),
        ("geometry/rings.py", "import geo_merge.vocabulary.finding"),
        ("checks/gaps.py", "import geo_merge.vietnam.names"),
        ("units/layers.py", "import geo_merge.results.files"),
        ("merging/merge.py", "import streamlit"),
        ("cli/options.py", "import geo_merge.ui.state"),
    ],
)
def test_the_rule_of_imports_can_be_broken(tmp_path: Path, module: str, wrong: str) -> None:
    shutil.copytree(PACKAGE, tmp_path / "geo_merge", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "geo_merge" / module
    path.write_text(f"{path.read_text('utf-8')}\n{wrong}\n", "utf-8")
    assert not contracts_kept(tmp_path)


def test_few_modules_stand_outside_the_rooms() -> None:
    loose = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert loose <= {"api.py", "errors.py", "texts.py"}


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
def test_every_command_has_help_and_is_in_the_guide(command: str) -> None:
    assert app.commands[command].help
    assert f"geo-merge {command}" in (DOCS / "guide.en.md").read_text("utf-8")


def test_every_check_has_a_title() -> None:
    """What a finding or message calls a check is in the list of checks, and the reverse."""
    texts = [p.read_text("utf-8") for p in PACKAGE.rglob("*.py") if p.name != "checks.py"]
    used = {i for t in texts for i in re.findall(r'"([A-Z][01][0-9])"|\[([A-Z][0-9]{2})\]', t)}
    assert {a or b for a, b in used} - set(CHECKS) == set()


def test_checks_md_lists_the_checks_and_their_titles() -> None:
    rows = re.findall(
        r"^\| ([A-Z]\d\d) \| (.*) \|$", (DOCS / "checks.md").read_text("utf-8"), re.MULTILINE
    )
    assert dict(rows) == CHECKS


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_what_a_page_points_to_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([^)#:]+)[^):]*\)", text)
    # A path begins at the top, or, as for short, in the package: `reading/kinds.py`.
    paths = re.findall(r"`([\w.-]+(?:/[\w.-]+)+/?|(?:geo_merge|tests|docs|shapes)/)`", text)
    tops = (ROOT, PACKAGE, ROOT / "tests", PACKAGE / "vocabulary")
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert [path for path in paths if not any((top / path).exists() for top in tops)] == []


def test_the_readme_is_a_door_not_a_hall() -> None:
    most_words = 800
    assert len((ROOT / "README.md").read_text("utf-8").split()) < most_words


def test_errors_are_in_the_guide() -> None:
    tree = ast.parse((PACKAGE / "errors.py").read_text("utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    guide = (DOCS / "guide.en.md").read_text("utf-8")
    assert [name for name in names if f"`{name}`" not in guide] == []


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
    assert second == f'{setup}".[test]" && pytest -n auto'


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
