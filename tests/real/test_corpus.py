"""Bad and odd inputs, each with what its manifest says must come of it.

The corpus is made once a session for each base; see its README. Bắc Ninh is tried with all, Huế,
which is of other land, with what is about land, codes and names: how a file is packed, cut off or
made to harm is the same there. ``CORPUS_BASES=hue,census pytest tests/real/test_corpus.py`` tries
bases that it names with all; else Huế is in a file of its own, for another process.
"""

from __future__ import annotations

import csv
import functools
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pytest
import shapely
from conftest import DATA, ROOT

from geo_merge.api import read_units
from geo_merge.cli.main import main
from geo_merge.mending import repair

MAKER = ROOT.parent / "shared" / "corpus" / "make_corpus.py"
# Areas of the manifest are those of a plane (UTM), ours are true.
PLANE = 2e-3
# Cases whose right result cannot be had from the input, and why.
NO_TRUTH = {
    "datum_shift": "the layer is 150 m off, and so is the result: the finding says so",
    "shp_dbf_resorted": "the table is of another order than the shapes; no rule tells which",
    "codes_swapped": "two units have exchanged codes; only the user can say that the names are right",
}  # fmt: skip
# Refused by the manifest, read by us, and told: the new units are those of the sound files.
READ = {
    "cw_thousands": "each old code without its point is one of the layer, so what was meant is sure",
}
# The manifest asks for a warning, a note is right: what it must say is held all the same.
NOTED = {
    "jitter_mm": "borders 0.1 mm apart are the rounding of two writers: one note (C05) tells them all",
    "tjunction_all": "what rounding leaves between vertices of one side alone is under a millimetre",
}
# Where the manifest is wrong for a base: what must come of the case there, and why.
_SOUND = {"expect": "accept", "must_mention": [], "counts": {}, "truth": "_base/truth.gpkg"}
INSTEAD: dict[tuple[str, str], tuple[dict[str, Any], str]] = {
    **{
        (base, case): (_SOUND, "no code begins with a zero, so the numbers lost nothing")
        for base in ("hue", "census") for case in ("code_int", "code_float", "cw_stripped_zero")
    },
    **{
        (base, "cw_vn_headers"): (_SOUND, "headings in Vietnamese are read by their words, with a note")
        for base in ("bac_ninh", "hue", "census")
    },
    ("hue", "code_letter_o"): (_SOUND, "the three codes have no zero: the layer is the sound one"),
    ("hue", "vertex_removed"): ({"expect": "error"}, "vertices lie some 60 m apart: a hole, no sliver"),
    ("hue", "rounded_5dec"): (
        {"counts": {}},
        "between two parts that touch in two points lies a gap (208 m²) that is no hole of the union",
    ),
}  # fmt: skip
# Cases of the app: not for the command line.
ELSEWHERE = {"sec_upload_names"}
# Cases that cannot be made of a base: no vertex there is one of two units alone.
UNMADE = {"census": {"vertex_removed"}}
CHOSEN = os.environ.get("CORPUS_BASES")
WHOLE = "bac_ninh"
# Groups of cases of which any base tells the same.
OF_FILES = {"control", "file", "zip", "security", "cwformat"}


@dataclass(frozen=True)
class Run:
    """What ``geo-merge build`` did with a case."""

    code: int
    said: str
    findings: list[dict[str, str]]
    new_units: Path


def case_ids(base: str) -> list[str]:
    """Ids of the cases of a base, without making them."""
    if not MAKER.is_file():
        return []
    heads = [line.split('"') for line in MAKER.read_text("utf-8").splitlines() if line.startswith('@case("')]  # fmt: skip
    leave = UNMADE.get(base, set())
    return [
        head[1] for head in heads
        if head[1] not in leave and (CHOSEN or base == WHOLE or head[3] not in OF_FILES)
    ]  # fmt: skip


@functools.cache
def _manifest(folder: Path) -> dict[str, Any]:
    content = orjson.loads((folder / "manifest.json").read_bytes())
    return {case["id"]: case for case in content["cases"]}


@pytest.fixture(scope="session")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder with all cases, made of one of the bases when it is first asked for."""

    @functools.cache
    def made(base: str) -> Path:
        folder = tmp_path_factory.mktemp(base)
        BASES[base](folder)
        made = ["--only", ",".join(case_ids(base))]
        _maker(
            "build", folder / "layer.gpkg", folder / "crosswalk.csv", "-o", folder / "out", *made
        )
        return folder / "out"

    return made


def _maker(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, MAKER, *arguments], check=True, capture_output=True)


def old_bac_ninh(folder: Path) -> None:
    """121 communes with old and new codes of five digits, some the same, and names of people."""
    source = DATA / "bac_ninh"
    units = gpd.read_file(source / "bac_ninh_communes.shp").rename(
        columns={"MaXa": "code", "TenXa": "name"}
    )[["code", "name", "geometry"]]
    units.to_crs(4326).to_file(folder / "layer.gpkg")
    with (source / "crosswalk.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["old_code"] in set(units["code"])]
    with (folder / "crosswalk.csv").open("w", encoding="utf-8", newline="") as file:
        columns = ["old_code", "old_name", "new_code", "new_name"]
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def hue(folder: Path) -> None:
    """40 official units, islands and a lagoon among them, joined to new ones of other codes."""
    units = gpd.read_parquet(DATA / "vietnam" / "official_units_2026.parquet")
    units = units[units["province_code"] == "46"].to_crs(32648)
    drawn = shapely.coverage_simplify(units.geometry.values, 60.0)
    layer = gpd.GeoDataFrame(units[["code", "name"]], geometry=drawn, crs=32648)
    layer.to_crs(4326).to_file(folder / "layer.gpkg")
    _maker("crosswalk", folder / "layer.gpkg", "-o", folder / "crosswalk.csv")


def mended_census(folder: Path) -> None:
    """356 communes of the census of 2009, of which repair has closed every gap and overlap."""
    mended = repair(read_units(DATA / "bac_ninh" / "census_communes_2009.gpkg")).layer
    layer = mended.reset_index()[["code", "name", "geometry"]].to_crs(4326)
    layer.to_file(folder / "layer.gpkg")
    _maker("crosswalk", folder / "layer.gpkg", "-o", folder / "crosswalk.csv")


BASES = {"bac_ninh": old_bac_ninh, "hue": hue, "census": mended_census}


def build(case: dict[str, Any], corpus: Path, out: Path, capsys: Any, monkeypatch: Any) -> Run:
    """Run ``geo-merge build`` on a case, in this process."""
    outline = ["--outline", corpus / case["outline"]] if case.get("outline") else []
    column = ["--code-field", case["code_col"]] if case["code_col"] else []
    arguments = ["geo-merge", "build", corpus / case["layer"], "--crosswalk",
                 corpus / case["crosswalk"], *outline, *column, "--out", out]  # fmt: skip
    monkeypatch.setattr(sys, "argv", list(map(str, arguments)))
    code: Any = 0
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    said = capsys.readouterr().err
    assert "unexpectedly" not in said, said
    findings = []
    if (out / "findings.csv").exists():
        with (out / "findings.csv").open(encoding="utf-8", newline="") as file:
            findings = list(csv.DictReader(file))
    return Run(int(code), said, findings, out / "new_units.geojson")


def each_case(*bases: str) -> pytest.MarkDecorator:
    """Give a test each case of bases."""
    cases = [(base, name) for base in bases for name in case_ids(base) if name not in ELSEWHERE]
    absent = pytest.param("absent", marks=pytest.mark.skip("the corpus is absent"))
    return pytest.mark.parametrize("planted", cases or [absent], ids="-".join if cases else None)


@each_case(*(CHOSEN or WHOLE).split(","))
def test_corpus(
    planted: tuple[str, str],
    corpora: Callable[[str], Path],
    tmp_path: Path,
    capsys: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base, name = planted
    corpus = corpora(base)
    case = _manifest(corpus)[name] | INSTEAD.get(planted, ({},))[0]
    if name in READ:
        case |= {"expect": "warning", "truth": _SOUND["truth"]}
    ran = build(case, corpus, tmp_path / "out", capsys, monkeypatch)
    told = nfc(ran.said + " ".join(f["message"] for f in ran.findings))
    missing = [w for w in case["must_mention"] if nfc(w) not in told]
    assert missing == [], ran.said
    if case["expect"] == "error":
        assert ran.code in (1, 2), ran.said
        assert not ran.new_units.exists()
    else:
        assert ran.code == 0, ran.said
        if name in NOTED:
            borders = {(f["check"], f["severity"]) for f in ran.findings if f["check"] != "G11"}
            assert borders == {("C05", "info")}  # Huế has islands (G11) in the sound layer too
        elif case["expect"] == "warning":
            assert "warning" in {f["severity"] for f in ran.findings}
        if case["truth"] and name not in NO_TRUTH:
            compare(ran, corpus / case["truth"])
    if "marker" in case:
        assert not any(case["marker"].encode() in p.read_bytes() for p in tmp_path.rglob("*.*"))
    check_numbers(case["counts"], ran)


def nfc(text: object) -> str:
    return " ".join(unicodedata.normalize("NFC", str(text)).split())


def compare(ran: Run, path: Path) -> None:
    """Compare the new units with the truth: codes, names, and land but for what was reported."""
    truth = gpd.read_file(path).set_index("new_code")
    ours = gpd.GeoDataFrame.from_features(orjson.loads(ran.new_units.read_bytes()), crs=4326)
    ours = ours.to_crs(truth.crs).set_index("code")
    assert set(ours.index) == set(truth.index)
    truth = truth.loc[ours.index]
    assert [nfc(n) for n in ours["name"]] == [nfc(n) for n in truth["new_name"]]
    a, b = np.asarray(ours.geometry.values), np.asarray(truth.geometry.values)
    reported = max(values(ran, "m²", "C03", "C04", "C06"), default=0.0)
    rounded = max(values(ran, "m", "R04"), default=0.0) * shapely.length(b)
    allowed = np.maximum(1.0, 1e-4 * shapely.area(b)) + reported + rounded
    assert (shapely.area(shapely.symmetric_difference(shapely.make_valid(a), b)) <= allowed).all()


def values(ran: Run, unit: str, *checks: str) -> list[float]:
    return [
        float(f["value"]) for f in ran.findings
        if f["check"] in checks and f["unit_of_value"] == unit and f["value"]
    ]  # fmt: skip


def check_numbers(counts: dict[str, Any], ran: Run) -> None:
    """Compare what was found with the numbers that a validator must report."""
    if not ran.findings:
        return
    for key, checks in (("gap", ("C01", "C02")), ("overlap", ("C03", "C04"))):
        found = values(ran, "m²", *checks)
        rounding = sum(values(ran, "m²", "C05"))  # of gaps and overlaps together
        if f"{key}_area_m2" in counts:
            assert sum(found) <= counts[f"{key}_area_m2"] * (1 + PLANE)
            assert sum(found) + rounding >= counts[f"{key}_area_m2"] * (1 - PLANE)
        assert counts.get(f"{key}s", 99) > 1 or len(found) == counts[f"{key}s"]
        assert counts.get(f"{key}_pairs", len(found)) == len(found)
    check_place(counts, ran)
    for key, check, unit in (("codes_padded", "K02", "codes"), ("codes_changed", "K02", "codes"),
                             ("duplicate_rows", "W02", "rows")):  # fmt: skip
        if key in counts and ran.code == 0:
            assert counts[key] + (unit == "rows") in values(ran, unit, check)
    for key, words in (("uncovered_m2", "missing"), ("outside_m2", "too much")):
        if key in counts:
            found = [float(f["value"]) for f in ran.findings
                     if f["check"] == "C06" and words in f["message"]]  # fmt: skip
            assert sum(found) == pytest.approx(counts[key], rel=PLANE)


def check_place(counts: dict[str, Any], ran: Run) -> None:
    """Compare the pair of units and the place of a planted gap or overlap."""
    planted = [f for f in ran.findings if f["check"] in {"C01", "C02", "C03", "C04"}]
    if "pair" in counts:
        assert any(set(counts["pair"]) <= set(f["units"].split("; ")) for f in planted)
    if "lon" in counts:
        (place,) = planted
        assert float(place["lon"]) == pytest.approx(counts["lon"], abs=1e-3)
        assert float(place["lat"]) == pytest.approx(counts["lat"], abs=1e-3)
