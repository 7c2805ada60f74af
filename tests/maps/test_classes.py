"""The classes of maps on paper are those of the page."""

from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from geo_merge.maps.classes import METHODS, Classes, classified, colours, limits
from geo_merge.maps.themes import SEQUENTIAL

SCRIPT = ROOT / "geo_merge" / "maps" / "web" / "classes.js"
ASK = """
require(process.argv[1]);
const cases = JSON.parse(require("fs").readFileSync(0, "utf-8"));
const { limits, colours } = globalThis.geoMerge;
console.log(JSON.stringify(cases.map(([method, figures, classes]) =>
  [limits(method, figures, classes), colours(["a", "b", "c", "d", "e", "f"], classes)])));
"""
NEEDED = ("classes", "frame", "standards", "words", "legend", "themes")
WORDS = """
globalThis.L = {};
process.argv.slice(1).forEach((path) => require(path));
const [theme, figures] = JSON.parse(require("fs").readFileSync(0, "utf-8"));
const { classified, classes, number } = globalThis.geoMerge;
const units = figures.map((x) => ({ x: x }));
const made = classified(theme, { before: units, after: units }, "natural", "after", []);
console.log(JSON.stringify(classes(made, "", (value, digits) => number(value, "vi", digits))));
"""


def test_limits_and_colours_are_those_of_the_page() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    random = np.random.default_rng(7)
    lists = [
        *(random.lognormal(8, 1.5, n).round(d).tolist() for n in (2, 3, 7, 40, 333) for d in (0, 2)),
        *(random.integers(0, 6, n).tolist() for n in (3, 20, 100)),
        *(random.normal(-2, 5, n).round(1).tolist() for n in (5, 50)),
        [1.0, 1.0, 1.0], [0.0, 1e-5], [5e6, 5e6 + 1, 5e6 + 2, 9e6],
    ]  # fmt: skip
    cases = [[m, its, k] for m in METHODS for its in lists for k in (2, 3, 6)]
    done = subprocess.run([node, "-e", ASK, str(SCRIPT)], input=json.dumps(cases), text=True,
                          capture_output=True, check=True, timeout=60)  # fmt: skip
    for (method, its, k), (theirs, shades) in zip(cases, json.loads(done.stdout), strict=True):
        assert limits(method, its, k) == pytest.approx(theirs, rel=1e-12), (method, its, k)
        assert colours("abcdef", k) == shades


def made(theme: dict[str, object], after: list[float | None]) -> Classes:
    frame = pd.DataFrame({"x": after})
    return classified({"field": "x", "digits": 0, "palette": SEQUENTIAL, **theme}, frame, frame)


def test_zero_and_no_figure_are_no_classes() -> None:
    found = made({"zero": True}, [0, None, 10, 20, 1000])
    assert found.fill(0) == "#ffffff"
    assert found.fill(None) == "#bdbdbd"
    assert found.fill(10) == SEQUENTIAL[0]
    assert found.fill(1000) == SEQUENTIAL[-1]
    words = [word for _, word in found.rows("vi")]
    assert (words[0], words[-1]) == ("0", "Không có số liệu")  # nothing is less than some
    assert words[1].startswith("< ")


def test_whole_numbers_are_told_as_such() -> None:
    found = made({"breaks": [2.0, 3.0, 4.0, 5.0, 7.0], "whole": True}, [1, 2, 6, 9])
    assert [word for _, word in found.rows("en")] == ["1", "2", "3", "4", "5 – 6", "≥ 7"]


@pytest.mark.parametrize(
    ("figures", "on_paper", "on_page"),
    [
        ([1.0, 1.0001, 1.7], "1,00", "1"),
        ([1.0, 1.008, 1.7], "1,00 – < 1,01", "1 – < 1,01"),
        ([0.4, 1.0, 1.7], "0,40 – < 1,01", "0,4 – < 1,01"),
        ([1.2, 1.7], "< 1,01", "< 1,01"),
    ],
)
def test_a_class_of_units_that_stay_as_they_were_says_so(
    figures: list[float], on_paper: str, on_page: str
) -> None:
    theme = {"breaks": [1.01, 2.0], "begun": True, "digits": 2}
    found = made(theme, list(figures))
    assert [word for _, word in found.rows("vi")] == [on_paper, "1,01 – < 2,00", "≥ 2,00"]
    node = shutil.which("node")
    if node is None:
        return
    done = subprocess.run([node, "-e", WORDS, *(str(SCRIPT.with_name(f"{n}.js")) for n in NEEDED)],
                          input=json.dumps([{**theme, "field": "x", "palette": SEQUENTIAL}, figures]),
                          text=True, capture_output=True, check=True, timeout=60)  # fmt: skip
    assert json.loads(done.stdout)[0] == on_page
