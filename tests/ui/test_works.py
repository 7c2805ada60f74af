"""Work that outlives its session: its folders, their limits, and what is kept in them."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pandas as pd
import pytest

from geo_merge.errors import UsageError
from geo_merge.mending import RepairOptions
from geo_merge.system.works import FOLDER, HOURS, MEGABYTES, Works, works
from geo_merge.ui import work


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Works:
    monkeypatch.setenv(FOLDER, str(tmp_path / "works"))
    monkeypatch.setenv(HOURS, "2")
    monkeypatch.setenv(MEGABYTES, "1")
    return works()


def unused(folder: Path, hours: float) -> None:
    """Let work have been used last so many hours ago."""
    then = time.time() - 3600 * hours
    os.utime(folder / "work", (then, then))


def test_work_has_a_folder_of_its_own_under_a_name_that_nobody_can_guess(kept: Works) -> None:
    folders = [kept.begin() for _ in range(50)]
    assert len({folder.name for folder in folders}) == 50
    assert all(len(folder.name) == 22 for folder in folders)
    if os.name == "posix":
        for folder in (kept.root, folders[0]):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert kept.find(folders[0].name) == folders[0]


@pytest.mark.parametrize("name", ["", ".", "..", "../works", "a" * 21, "a" * 22, "a" * 23,
                                  "/etc/passwd", "a" * 20 + "/x", "\0" * 22, "%2e%2e%2f" + "a" * 13])  # fmt: skip
def test_no_other_name_leads_anywhere(kept: Works, name: str) -> None:
    kept.begin()
    assert kept.find(name) is None


def test_work_goes_some_hours_after_its_last_use(kept: Works) -> None:
    old, used, young = (kept.begin() for _ in range(3))
    unused(old, 2.1)
    unused(used, 1.9)
    assert kept.find(used.name) == used  # and with that it is used again
    assert kept.find(old.name) is None
    assert old.exists()
    unused(young, 0.5)
    kept.sweep()
    assert {folder.name for folder in kept.root.iterdir()} == {used.name, young.name}


def test_too_much_work_goes_from_the_one_unused_longest(kept: Works) -> None:
    folders = [kept.begin() for _ in range(4)]
    for hours, folder in enumerate(folders):
        (folder / "content").write_bytes(b"x" * 400_000)
        unused(folder, 0.1 * hours)
    kept.sweep()
    assert [folder.exists() for folder in folders] == [True, True, False, False]
    (folders[1] / "content").write_bytes(b"x" * 900_000)
    kept.sweep(spared=folders[1])
    assert folders[1].exists()


def test_what_is_not_ours_stays(kept: Works) -> None:
    kept.begin()
    for name in ("mine", "b" * 22):
        (kept.root / name).mkdir()
        (kept.root / name / "plan.dwg").write_text("mine")
        os.utime(kept.root / name, (0, 0))
    kept.sweep()
    assert (kept.root / "mine" / "plan.dwg").exists()
    assert (kept.root / ("b" * 22) / "plan.dwg").exists()


@pytest.mark.parametrize("limit", ["0", "-1", "many", "nan", "inf"])
def test_a_limit_that_is_none_is_told(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOURS, limit)
    with pytest.raises(UsageError, match="give a number over 0"):
        works()


def shapefile(folder: Path, stem: str, content: str = "") -> Path:
    """Write what looks like a Shapefile and return its path."""
    folder.mkdir(exist_ok=True)
    for ending in (".shp", ".shx", ".dbf", ".prj"):
        (folder / f"{stem}{ending}").write_text(content)
    return folder / f"{stem}.shp"


def test_files_are_kept_by_their_role_and_parts_with_their_layer(
    kept: Works, tmp_path: Path
) -> None:
    mine = work.begin()
    mine.take("layers", [shapefile(tmp_path / "a", "one"), shapefile(tmp_path / "a", "two")])
    mine.take("reference", [shapefile(tmp_path / "b", "one", "reference")])
    assert [path.name for path in mine.files("layers")] == ["one.shp", "two.shp"]
    (reference,) = mine.files("reference")
    assert reference.name == "one_2.shp"
    assert reference.with_suffix(".dbf").read_text() == "reference"
    again = work.find(mine.name)
    assert again is not None
    assert again.job().old == tuple(mine.files("layers"))
    again.remove("layers", mine.files("layers")[:1])
    assert sorted(p.name for p in (mine.folder / "files").glob("*.shp")) == ["one_2.shp", "two.shp"]
    assert not (mine.folder / "files" / "one.dbf").exists()
    mine.take("layers", [shapefile(tmp_path / "c", "two", "newer")])
    (layer,) = mine.files("layers")
    assert layer.read_text() == "newer"
    mine.delete()
    assert work.find(mine.name) is None
    assert list(kept.root.iterdir()) == []


@pytest.mark.usefixtures("kept")
def test_a_corrected_table_goes_with_the_one_it_was_made_of(tmp_path: Path) -> None:
    mine = work.begin()
    given = tmp_path / "quy đổi.xlsx"
    given.write_bytes(b"x")
    mine.take("crosswalk", [given])
    assert mine.crosswalk == mine.files("crosswalk")[0]
    (given,) = mine.files("crosswalk")
    assert mine.given_as(given) == given
    mine.correct(pd.DataFrame({"old_code": ["007"], "old_name": ["=SUM(A1)"]}))
    assert mine.crosswalk != given
    assert mine.given_as(mine.crosswalk) == given  # a heading names what was given
    assert mine.crosswalk is not None
    assert mine.crosswalk.name == "quy đổi.csv"
    assert mine.crosswalk.read_text() == "old_code,old_name\n007,=SUM(A1)\n"
    (tmp_path / "new.csv").write_text("a")
    mine.take("crosswalk", [tmp_path / "new.csv"])
    assert mine.crosswalk.name == "new.csv"
    assert not mine.is_corrected


@pytest.mark.usefixtures("kept")
def test_what_was_made_is_kept_for_its_inputs_alone() -> None:
    mine = work.begin()
    mine.keep("result", "key", {"units": 99})
    assert mine.kept("result", "key") == mine.kept("result") == {"units": 99}
    assert mine.kept("result", "other") is None
    (mine.folder / "result").write_bytes(b"\x80\x05broken")
    assert mine.kept("result") is None
    assert mine.kept("nothing") is None


@pytest.mark.usefixtures("kept")
def test_choices_become_options_of_the_job() -> None:
    mine = work.begin()
    mine.choose({"code_field": "MA", "district": "HUYEN", "crs": "9214", "country": "none"})
    job = mine.job()
    assert (job.code_field, job.name_field, job.crs) == ("MA", None, "9214")
    assert job.fields == {"district": "HUYEN"}
    assert job.country.code == ""
    mine.choose({"country": ""})  # the others stay
    job = mine.job()
    assert (job.country.code, job.code_field) == ("VN", "MA")


@pytest.mark.usefixtures("kept")
def test_what_a_merger_is_told_is_found_again_by_whoever_has_the_address(tmp_path: Path) -> None:
    mine = work.begin()
    mine.choose({"rules": {"DanSo": "max"}, "limits": {"far": 1234567.25}, "below": "Khu",
                 "repair": {"on": True, "tolerance": 3.0, "snap": 0.0}})  # fmt: skip
    mine.take("divide", [shapefile(tmp_path / "a", "one")])
    mine.take("enclave", [shapefile(tmp_path / "b", "one")])
    mine.decide({"decisions": {"layers": {"gap-1": ["waive", "hồ"]}}})
    again = work.find(mine.name)
    assert again is not None
    job = again.job()
    assert (job.rules, job.limits, job.below) == ({"DanSo": "max"}, ("far=1234567.25",), "Khu")
    assert job.repair == RepairOptions(tolerance=3.0, snap=0.0)
    assert job.divide == mine.folder / "files" / "one.shp"
    assert job.enclave == (str(mine.folder / "files" / "one_2.shp"),)
    assert (job.outline, job.water) == (None, None)
    assert again.decided == {"decisions": {"layers": {"gap-1": ["waive", "hồ"]}}}
    again.choose({"repair": {"on": False}})
    assert mine.job().repair is None
