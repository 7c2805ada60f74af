"""The scripts of the map: small, all in use, and what needs no browser tested by node."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from pyproj import Geod

from geo_merge.maps.assets import PLACE_SCRIPTS, SCRIPTS
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


def test_no_two_scripts_share_a_name() -> None:
    """Both maps of the app stand on one page, and share one object."""
    given: dict[str, str] = {}
    for name in {*SCRIPTS, *PLACE_SCRIPTS}:
        text = (WEB / name).read_text("utf-8")
        for names in re.findall(r"Object\.assign\(geo, \{([^}]*)\}\)", text):
            for each in re.findall(r"(\w+)(?=\s*[,:}]|\s*$)", re.sub(r":[^,]*", "", names)):
                assert given.setdefault(each, name) == name, each


def _eslint(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Let eslint read scripts by the rules of the map's."""
    eslint = TESTS.parent / "node_modules" / ".bin" / "eslint"
    if not eslint.exists():
        if os.environ.get("GEO_MERGE_SKIP_NOTHING"):
            pytest.fail("eslint is not installed")
        pytest.skip("eslint is not installed: npm install --prefix tests/maps")
    config = TESTS.with_name("eslint.config.mjs")
    base = paths[0] if paths[0].is_dir() else paths[0].parent
    return subprocess.run(
        [str(eslint), "--max-warnings=0", "--config", str(config), *map(str, paths)], check=False,
        capture_output=True, text=True, timeout=120, cwd=base,
    )  # fmt: skip


def test_eslint_finds_nothing_wrong() -> None:
    done = _eslint(WEB)
    assert done.returncode == 0, done.stdout + done.stderr


def test_eslint_finds_what_is_wrong(tmp_path: Path) -> None:
    script = tmp_path / "wrong.js"
    script.write_text("var a = 1;\nif (a == 2) { nobody(); }\n", "utf-8")
    found = _eslint(script).stdout
    assert {"no-var", "eqeqeq", "no-undef", "no-implicit-globals"} <= set(found.split())


def test_node_finds_nothing_wrong() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    tests = sorted(map(str, TESTS.glob("*.test.mjs")))
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", *tests],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    asked = sum(Path(path).read_text("utf-8").count("\ntest(") for path in tests)
    assert f"# pass {asked}\n" in done.stdout


def test_what_is_measured_is_what_proj_measures() -> None:
    """From fields of some metres to provinces of some hundred kilometres, at all latitudes."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    random = np.random.default_rng(1)
    rings = []
    for size in (1e-4, 0.01, 0.5, 3.0):
        for latitude in (-60.0, 0.0, 10.5, 21.3, 70.0):
            turns = np.sort(random.uniform(0, 2 * np.pi, 9))
            reach = size * random.uniform(0.3, 1, 9)
            ring = np.column_stack([106 + reach * np.cos(turns), latitude + reach * np.sin(turns)])
            rings.append(ring.tolist())
    script = (
        f"require({json.dumps(str(WEB / 'geodesy.js'))}); const geo = globalThis.geoMerge;"
        "console.log(JSON.stringify(JSON.parse(process.argv[1])"
        ".map((r) => [geo.areaOf(r), geo.lengthOf([...r, r[0]])])));"
    )
    done = subprocess.run(
        [node, "-e", script, json.dumps(rings)], check=True, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    geod = Geod(ellps="WGS84")
    for ring, (area, length) in zip(rings, json.loads(done.stdout), strict=True):
        wanted, around = geod.polygon_area_perimeter(*np.array(ring).T)
        assert length == pytest.approx(around, rel=1e-9, abs=1e-3)
        assert area == pytest.approx(abs(wanted), rel=2e-5, abs=0.01)
