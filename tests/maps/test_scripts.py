"""The scripts of the map: small, all in use, and what needs no browser tested by node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

from geo_merge.maps.page import PLACE_SCRIPTS, SCRIPTS
from geo_merge.maps.plan_map import COMPARING, EDITING, PAINTING

WEB = ROOT / "geo_merge" / "maps" / "web"
TESTS = Path(__file__).with_name("scripts")
LONGEST = 300  # lines


def test_every_script_is_part_of_the_map_and_short() -> None:
    found = {path.name for path in WEB.glob("*.js")}
    assert found == {*SCRIPTS, *PLACE_SCRIPTS, "component.js", "place_component.js"}
    assert len(SCRIPTS) == len(set(SCRIPTS))
    for name in found:
        assert len((WEB / name).read_text("utf-8").splitlines()) <= LONGEST, name


def test_every_script_of_plans_is_used_and_short() -> None:
    found = {path.name for path in (WEB / "plan").glob("*.js")}
    assert found == {*PAINTING, *EDITING, COMPARING, "component.js"}
    for name in found:
        assert len((WEB / "plan" / name).read_text("utf-8").splitlines()) <= LONGEST, name


def test_node_finds_nothing_wrong() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    tests = sorted(map(str, TESTS.glob("*.test.mjs")))
    done = subprocess.run(
        [node, "--test", *tests], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    asked = sum(Path(path).read_text("utf-8").count("\ntest(") for path in tests)
    assert f"# pass {asked}\n" in done.stdout
