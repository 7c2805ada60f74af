"""The plan that a session works on: operations of the browser, undo, files, and the merger of it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from commands import run

from geo_merge import merge
from geo_merge.errors import GeoMergeError, PlanError
from geo_merge.jobs.job import Job
from geo_merge.jobs.sample import RESULT_VARIABLE
from geo_merge.planning.distances import StraightLine
from geo_merge.planning.figures import figures_of
from geo_merge.planning.history import History
from geo_merge.planning.inputs import Inputs
from geo_merge.planning.plan import unassigned
from geo_merge.planning.propose import Objective
from geo_merge.planning.proposing import found_of
from geo_merge.planning.standard_files import read_standard
from geo_merge.planning.store import crosswalk_bytes
from geo_merge.planning.tasks import Wishes
from geo_merge.results.files import sha256
from geo_merge.ui import plan_base, store, uploads
from geo_merge.ui.download_page import everything, papers
from geo_merge.ui.plan_base import open_layers
from geo_merge.ui.plan_files import plan_files, plan_of_file, zipped
from geo_merge.ui.plan_layer import base_of
from geo_merge.ui.plan_told import told
from geo_merge.ui.plan_work import Base, File, Holding, Work
from geo_merge.ui.store import Loaded
from geo_merge.vietnam.country import VIETNAM

Grid = Callable[..., gpd.GeoDataFrame]
FOUND = {"operation": "found", "code": "N1", "unit_name": "Một", "unit_type": "Xã"}


def quiet(_: object) -> None:
    """Say nothing of steps."""


def numbered(*operations: dict[str, object], start: int = 1) -> list[dict[str, object]]:
    """Number operations as the browser does."""
    return [{"id": k, **operation} for k, operation in enumerate(operations, start)]


def put(units: list[str], to: str) -> dict[str, object]:
    return {"operation": "assign", "units": units, "to": to}


@pytest.fixture(scope="module")
def layer(grid: Grid, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six squares of 1 km² in two rows, with people."""
    path = tmp_path_factory.mktemp("layer") / "communes.gpkg"
    grid(3, 2, population=[10, 20, 30, 40, 50, 60]).reset_index().to_file(path)
    return path


@pytest.fixture(scope="module")
def built(layer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a Shapefile, with a crosswalk of another name and what ``build`` makes of them."""
    folder = tmp_path_factory.mktemp("built")
    gpd.read_file(layer).to_file(folder / "wards.shp", encoding="utf-8")
    new = list("AABBCC")
    rows = {"old_code": [f"0000{k}" for k in range(1, 7)], "new_code": new,
            "new_name": [f"{code} Mới" for code in new], "new_type": "Xã"}  # fmt: skip
    pd.DataFrame(rows).to_csv(folder / "change.csv", index=False)
    made = run("build", "wards.shp", "--crosswalk", "change.csv", "--out", "r", cwd=folder)
    assert made.code == 0, made.err
    return folder


@pytest.mark.parametrize("is_read_back", [False, True])
def test_a_plan_of_a_result_names_the_files_that_the_result_came_from(
    built: Path, monkeypatch: pytest.MonkeyPatch, is_read_back: bool
) -> None:
    if is_read_back:
        monkeypatch.setenv(RESULT_VARIABLE, str(built / "r"))
        loaded = store.read_directory()
    else:
        job = Job(old=(built / "wards.shp",), crosswalk=built / "change.csv", country=VIETNAM)
        loaded = uploads.merge(job, "wards.shp", quiet, quiet)
    work = plan_base.of_result(loaded, quiet, quiet)
    assert list(work.plan.home.values()) == list("AABBCC")
    assert work.figures.units["C"].population == 110
    assert plan_base.title_of(work) == "wards.shp"
    assert not plan_base.is_sample(work)
    parts = {f"wards{end}": sha256(built / f"wards{end}") for end in (".cpg", ".dbf", ".prj", ".shp", ".shx")}  # fmt: skip
    document = json.loads(plan_files(work)["plan.json"])
    assert document["layer"]["files"] == [{"path": "../wards.shp", "sha256": parts}]
    assert "old_units" not in json.dumps(document)

    again = plan_base.merged(work, "plan", quiet, quiet)
    table = crosswalk_bytes(work.plan)
    digest = hashlib.sha256(table).hexdigest()
    assert again.inputs == {**parts, "crosswalk.csv": digest}
    with zipfile.ZipFile(io.BytesIO(everything(again, "en", allow_errors=False))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    same = ("old_units.geojson", "new_units.geojson", "statistics.csv")
    for name in same[: 0 if is_read_back else 3]:  # what is read back is rounded
        assert files[name] == (built / "r" / name).read_bytes(), name  # nothing else has changed
    old = [unit["properties"] for unit in json.loads(files["old_units.geojson"])["features"]]
    assert [unit["source_file"] for unit in old] == ["wards.shp"] * 6
    assert [unit["source_row"] for unit in old] == [1, 2, 3, 4, 5, 6]
    assert not [field for field in old[0] if field.endswith("_source")]
    (source,) = json.loads(files["manifest.json"])["sources"]
    first = json.loads((built / "r" / "manifest.json").read_bytes())["sources"][0]
    assert {**source, "file": ""} == {**first, "file": ""}
    assert source["file"] == "wards.shp"
    third = plan_base.of_result(again, quiet, quiet)  # and so on
    assert third.base.source == work.base.source


def test_a_result_that_divides_units_is_no_plan(grid: Grid) -> None:
    old = grid(3, 2)
    rows = pd.DataFrame({"old_code": old.index, "new_code": list("AABBCC"),
                         "new_name": list("XXYYZZ"), "new_type": "Xã"})  # fmt: skip
    halves = rows.assign(share=1.0)
    halves = pd.concat([halves, halves.tail(1).assign(new_code="D", new_name="T")])
    halves["share"] = [*[1.0] * 5, 0.5, 0.5]
    divided = replace(merge(old, rows), crosswalk=halves)
    with pytest.raises(GeoMergeError):
        plan_base.of_result(Loaded("halves", "h.gpkg", divided, {}, {}), quiet, quiet)


@pytest.fixture(scope="module")
def base(layer: Path) -> Base:
    return base_of((File(layer.name, layer.read_bytes()),), {}, (layer,))


@pytest.fixture
def work(base: Base) -> Work:
    """A plan of them in which nothing has a place."""
    return Work(base, (History(unassigned(base.frame)),))


def heard(work: Work, has: int) -> dict[str, object]:
    return json.loads(told(work, has, "", "en"))


def test_the_browser_gets_what_changed_and_no_more(work: Work) -> None:
    first = heard(work, -1)
    assert len(first["homes"]) == 6
    assert (first["news"], first["order"]) == ([], [])
    work.do(numbered(FOUND, {**FOUND, "code": "N2"}, put(["00001", "00003"], "N1")))
    second = heard(work, first["revision"])
    assert second["homes"] == [[0, "N1"], [2, "N1"]]
    assert [u["code"] for u in second["news"]] == ["N1", "N2"]
    assert second["done"] == 3
    unit = second["news"][0]
    assert (unit["count"], unit["people"], unit["parts"]) == (2, 40, [["00001"], ["00003"]])
    work.do(numbered(put(["00002"], "N1"), start=4))
    third = heard(work, second["revision"])
    assert third["homes"] == [[1, "N1"]]
    assert [(u["code"], len(u["parts"])) for u in third["news"]] == [("N1", 1)]
    assert heard(work, third["revision"])["homes"] == []
    assert len(heard(work, third["revision"] + 1)["homes"]) == 6  # of a server that began anew


def test_what_is_told_twice_is_done_once_and_what_is_refused_changes_nothing(work: Work) -> None:
    queue = numbered(FOUND, put(["00001"], "N1"))
    work.do(queue)
    work.do([*queue, *numbered(put(["00002"], "N9"), put(["00003"], "N1"), start=3)])
    assert work.history.done == 3
    assert work.plan.members() == {"N1": ("00001", "00003")}
    assert work.refused == ("There is no new unit N9 in the plan; found it, or check the code.",)
    assert work.done == 4


def test_fifty_operations_are_undone_to_the_first_bytes_and_done_again(work: Work) -> None:
    work.do(numbered(FOUND, {**FOUND, "code": "N2"}, put(["00001", "00002"], "N1")))
    work.open(History(work.plan))
    first = plan_files(work)
    changes = [put([f"{1 + k % 6:05d}"], ("N1", "N2")[k % 2]) for k in range(50)]
    work.do(numbered(*changes, start=4))
    last = plan_files(work)
    work.do(numbered(*[{"operation": "undo"}] * 50, start=54))
    assert last["crosswalk.csv"] != first["crosswalk.csv"]
    for name in ("crosswalk.csv", "plan.json"):
        assert plan_files(work)[name] == first[name]
    work.do(numbered(*[{"operation": "redo"}] * 50, start=104))
    assert plan_files(work) == last
    assert work.figures == figures_of(work.plan, work.base.layer)


def test_undo_goes_back_beyond_a_plan_that_was_opened(work: Work) -> None:
    work.do(numbered(FOUND, put(["00001"], "N1")))
    before = work.plan
    work.open(History(unassigned(work.base.frame)), {"objective": "travel"})
    assert work.certificate is not None
    work.do(numbered({"operation": "undo"}, start=3))
    assert work.plan == before
    assert work.certificate is None
    work.do(numbered({"operation": "redo"}, start=4))
    assert work.plan.new == {}
    work.do(numbered({"operation": "undo"}, {"operation": "undo"}, start=5))
    assert work.plan.members() == {"N1": ()}


def test_units_are_held_against_the_standard_as_they_change(work: Work) -> None:
    law = read_standard("vn-112-2025")
    work.do(numbered(FOUND, put(["00001"], "N1")))
    work.hold(Holding(law, Inputs({"mountain": False, "island": False})))
    (unit,) = heard(work, 0)["news"]
    assert unit["verdict"] == "not_met"
    people, area = unit["bars"]
    assert people == ["population", 10 / 160, 10 / 160]
    assert area == [
        "area_km2",
        pytest.approx(100 / 30, rel=1e-3),
        pytest.approx(100 / 30, rel=1e-3),
    ]
    work.do(numbered(put(["00002"], "N1"), start=3))
    (unit,) = heard(work, work.revision - 1)["news"]
    assert unit["bars"][0][1] == 30 / 160
    work.hold(Holding(law))  # as lowland, as mountain, as an island: who knows
    (unit,) = heard(work, work.revision - 1)["news"]
    assert unit["bars"][0][1:] == [pytest.approx(3000 / 16000), pytest.approx(3000 / 2500)]
    work.hold(None)
    assert heard(work, work.revision - 1)["news"][0]["lines"] == []


def test_a_plan_is_taken_away_and_comes_back_with_its_history(work: Work) -> None:
    work.do(numbered(FOUND, put(["00001"], "N1"), {"operation": "undo"}))
    content = zipped(plan_files(work), "plan")
    assert content == zipped(plan_files(work), "plan")
    history, found = plan_of_file(File("plan.zip", content), work.base)
    assert (history, found) == (work.history, ())
    history, _ = plan_of_file(File("x.csv", crosswalk_bytes(history.redo().plan)), work.base)
    assert history.plan.members() == {"N1": ("00001",)}


def test_a_plan_of_another_layer_opens_with_what_no_longer_fits(
    work: Work, grid: Grid, tmp_path: Path
) -> None:
    work.do(numbered(FOUND, put(["00001", "00006"], "N1")))
    content = zipped(plan_files(work), "plan")
    path = tmp_path / "other.gpkg"
    grid(5, 1, population=1).reset_index().to_file(path)
    other = open_layers([File(path.name, path.read_bytes())], {}, quiet, quiet)
    history, found = plan_of_file(File("plan.zip", content), other.base)
    assert [f.check for f in found] == ["L04", "L01"]
    assert "communes.gpkg: the plan was made with another file" in found[0].message
    assert history.plan.members() == {"N1": ("00001",)}


def _zip(method: int = zipfile.ZIP_STORED, **files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def _damaged() -> bytes:
    """A ZIP whose compressed bytes are none."""
    content = bytearray(_zip(zipfile.ZIP_DEFLATED, plan_json=b"{}" * 999, crosswalk_csv=b"x"))
    at = content.index(b"plan.json") + len("plan.json")
    content[at : at + 4] = b"\xff" * 4
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK nothing", "cannot be unpacked"),
        (_damaged(), "cannot be unpacked"),
        (_zip(readme_txt=b"x"), "holds no plan"),
        (_zip(plan_json=b"{}"), "holds no plan"),
        (_zip(plan_json=b"{", crosswalk_csv=b"old_code,new_code\n1,2\n"), "plan.json is no JSON"),
    ],
)
def test_what_is_no_plan_is_refused_in_one_sentence(work: Work, content: bytes, said: str) -> None:
    with pytest.raises(PlanError, match=said) as caught:
        plan_of_file(File("plan.zip", content), work.base)
    assert len(caught.value.problems) == 1
    assert str(caught.value).endswith((".", ")"))


def test_a_plan_of_the_page_is_built_on_the_command_line_to_the_same_bytes(
    work: Work, layer: Path, tmp_path: Path
) -> None:
    queue = numbered(
        FOUND, {**FOUND, "code": "N2", "unit_name": "Hai"}, put(["00001", "00002", "00003"], "N1"),
        put(["00004", "00005", "00006"], "N2"), {"operation": "lock", "units": ["new N1"]},
    )  # fmt: skip
    work.do(queue)
    with zipfile.ZipFile(io.BytesIO(zipped(plan_files(work), "plan"))) as archive:
        archive.extractall(tmp_path)
    built = run("build", layer, "--crosswalk", "plan", "--out", "r", "--lang", "en", cwd=tmp_path)
    assert built.code == 0, built.err
    loaded = plan_base.merged(work, "plan", quiet, quiet)
    with zipfile.ZipFile(io.BytesIO(everything(loaded, "en", allow_errors=False))) as archive:
        page = {name: archive.read(name) for name in archive.namelist()}
    there = {path.name: path.read_bytes() for path in (tmp_path / "r").iterdir() if path.is_file()}
    assert set(page) == set(there)
    assert "new_units.geojson" in page
    for name in set(page) - {"manifest.json"}:
        assert page[name] == there[name], name
    again = run("plan", "undo", "plan", "--units", layer, "--out", "undone", cwd=tmp_path)
    assert again.code == 0, again.err
    assert json.loads((tmp_path / "undone" / "plan.json").read_bytes())["locks"] == []


def test_papers_of_a_merged_plan_have_its_seats_and_notes_as_those_of_the_command_line(
    work: Work, layer: Path, tmp_path: Path
) -> None:
    work.do(numbered(
        FOUND, {**FOUND, "code": "N2", "unit_name": "Hai"}, put(["00001", "00002", "00003"], "N1"),
        put(["00004", "00005", "00006"], "N2"),
        {"operation": "set_seat", "unit": "N1", "seat": "00002"},
        {"operation": "set_seat", "unit": "N2", "seat": "00001"},
        *({"operation": "note", "about": about, "text": text}
          for about, text in (("plan", "bản 3"), ("new N2", "ven sông"), ("old 00004", "đông dân"))),
    ))  # fmt: skip
    folder = tmp_path / "plan"
    folder.mkdir()
    for name, content in plan_files(work).items():
        (folder / name).write_bytes(content)
    document = json.loads((folder / "plan.json").read_bytes())
    document["layer"]["files"][0]["path"] = str(layer)
    (folder / "plan.json").write_text(json.dumps(document), "utf-8")
    ran = run("dossier", folder, "--out", tmp_path / "p.html", "--lang", "vi")
    assert ran.code == 0, ran.err
    loaded = plan_base.merged(work, "plan", quiet, quiet)
    page = papers(loaded, "vi", "dossier.html", allow_errors=False)(str).decode()
    for paper in (page, (tmp_path / "p.html").read_text("utf-8")):
        assert "Ghi chú của phương án: bản 3" in paper
        assert re.search(r"ven sông; [^<]+: đông dân", paper)
        assert "1 đơn vị mới có trụ sở nằm ngoài địa giới của mình" in paper
        assert "Theo mã trong bảng trụ sở" in paper
        assert "Chưa có số liệu về trụ sở" not in paper


def test_an_unfinished_plan_is_not_merged(work: Work) -> None:
    work.do(numbered(FOUND, put(["00001"], "N1")))
    with pytest.raises(GeoMergeError, match=r"\[W01\]"):
        plan_base.merged(work, "plan", quiet, quiet)


def test_a_proposal_comes_with_its_certificate_or_the_reason_why_there_is_none(work: Work) -> None:
    base = work.base
    plan, certificate = found_of(
        work.plan, base.layer, base.source, Wishes(units=(2, 2)), quiet, distances=StraightLine(),
        objective=Objective.EVEN, seconds=30.0, version="1",
    )  # fmt: skip
    assert plan is not None
    work.open(History(plan), certificate)
    assert certificate["status"] == "optimal"
    assert {u.population for u in work.figures.units.values()} == {100, 110}
    assert {"certificate.json", "check_certificate.py"} <= set(plan_files(work))
    work.do(numbered({"operation": "dissolve", "unit": next(iter(plan.new))}))
    assert "certificate.json" not in plan_files(work)  # it is of another plan
    plan, certificate = found_of(
        work.plan, base.layer, base.source, Wishes(units=(7, 7)), quiet, distances=StraightLine(),
        objective=Objective.TRAVEL, seconds=30.0, version="1",
    )  # fmt: skip
    assert plan is None
    assert certificate["status"] == "infeasible"
    assert certificate["blamed"]["text"]
