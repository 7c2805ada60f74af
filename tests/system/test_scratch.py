"""Temporary folders of the system: those of killed runs go, those of others stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from geo_merge.errors import ExportError
from geo_merge.system.scratch import scratch, sweep

KILLED = """
import os, signal
from geo_merge.system.scratch import scratch
with scratch() as folder:
    (folder / "layer.gpkg").write_text("half")
    (folder / "layer.gdb").mkdir()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_nothing_is_left_of_what_ends(place: Path) -> None:
    with scratch() as folder:
        assert folder.is_relative_to(place)
        assert list(folder.iterdir()) == []
        assert folder.parent.stat().st_mode & 0o077 == 0
        (folder / "a").write_text("a")
    assert list(place.iterdir()) == []


def test_folders_of_killed_runs_go_and_those_of_the_living_and_of_others_stay(place: Path) -> None:
    mine = place / "geo_merge_mine"
    mine.mkdir()
    (mine / "owner").write_text("me")
    (place / "geo_merge_plan.dwg").write_text("mine")
    (place / "geo_merge_link").symlink_to(mine, target_is_directory=True)
    (place / "geo_merge_empty").mkdir()  # killed before it was marked
    for name, age in (
        ("geo_merge_half", 100),
        ("geo_merge_new", 0),
    ):  # killed at the mark; making it
        (place / name).mkdir()
        (place / name / "owner").touch()
        os.utime(place / name / "owner", (time.time() - age,) * 2)
    foreign = {"geo_merge_new", "geo_merge_mine", "geo_merge_plan.dwg", "geo_merge_link"}
    for _ in range(2):
        env = {**os.environ, "TMPDIR": str(place)}
        done = subprocess.run([sys.executable, "-c", KILLED], env=env, check=False)
        assert done.returncode == -signal.SIGKILL
    with scratch() as living:
        names = {path.name for path in place.iterdir()}
        assert names == foreign | {living.parent.name}
        sweep()
        assert living.is_dir()
    assert {path.name for path in place.iterdir()} == foreign
    assert (mine / "owner").read_text() == "me"


def test_a_place_that_cannot_be_written_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(place / "none"))
    with pytest.raises(ExportError, match="Temporary files cannot be written .*TMPDIR"), scratch():
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no full device")
def test_a_full_disk_is_told(place: Path) -> None:
    def fill() -> None:
        with scratch(), Path("/dev/full").open("wb") as full:
            full.write(b"x")

    with pytest.raises(ExportError, match="No space left on device.*TMPDIR"):
        fill()
    assert list(place.iterdir()) == []
