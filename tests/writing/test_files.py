"""Publishing: all files of a state or all of the other, whenever and however it is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import WARNINGS, run

from geo_merge.errors import ExportError
from geo_merge.jobs.sample import sample_files
from geo_merge.maps import cache
from geo_merge.system import locks
from geo_merge.writing.files import publish, recover, staging, whole_file, whole_files

SEAL = "manifest.json"
# As an earlier run left them, with a file of the user; and as the next one writes them.
FOREIGN = {"notes.txt": "mine"}
OLD = {"a.csv": "old a", "b.csv": "old b", "gone.csv": "old only", SEAL: "old"}
NEW = {"a.csv": "new a", "b.csv": "new b", "c.csv": "new only", SEAL: "new"}
STEPS = range(8)  # moves of a swap: four old files away, four new ones in
PUBLISH = """
import os, pathlib, signal, sys
from geo_merge.writing import files
steps, real = int(sys.argv[2]), pathlib.Path.replace
def replace(self, target):
    global steps
    if self.name != "plan.json.half":
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        steps -= 1
    return real(self, target)
pathlib.Path.replace = replace
"""
WRITE = """
with files.staging(directory) as folder:
    for name, text in new.items():
        (folder / name).write_text(text)
    files.publish(folder, directory, seal="manifest.json", stale=lambda: {"gone.csv"})
"""
# What Windows' C runtime does: _commit wants a descriptor that may write.
WINDOWS_FSYNC = """
import errno, fcntl, os, sys
real = os.fsync
def fsync(descriptor):
    if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise OSError(errno.EBADF, "Bad file descriptor")
    real(descriptor)
os.fsync = fsync
from geo_merge.cli.main import main
main()
"""


def fill(directory: Path, texts: dict[str, str]) -> None:
    directory.mkdir(exist_ok=True)
    for name, text in texts.items():
        (directory / name).write_text(text)


def content(directory: Path) -> dict[str, str]:
    """Return all that stands in a folder, hidden or not."""
    return {path.name: path.read_text() for path in directory.iterdir()}


def write(directory: Path, texts: dict[str, str] = NEW) -> None:
    with staging(directory) as folder:
        fill(folder, texts)
        publish(folder, directory, seal=SEAL, stale=lambda: {"gone.csv"})


def python(code: str, *arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *WARNINGS, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=300, **options,  # type: ignore[call-overload]
    )  # fmt: skip


def killed_at(step: int, directory: Path) -> None:
    code = f"{PUBLISH}\ndirectory, new = pathlib.Path(sys.argv[1]), {NEW!r}\n{WRITE}"
    assert python(code, directory, step).returncode == -signal.SIGKILL


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """Return a folder with an earlier result in it, and a file of the user."""
    fill(tmp_path / "out", OLD | FOREIGN)
    return tmp_path / "out"


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Path]:
    """Return a home of user 65534, whose parent is not his."""
    if os.name == "nt" or os.getuid() != 0:
        pytest.skip("needs root, to become another user")
    home = tmp_path / "homes" / "planner"
    home.mkdir(parents=True)
    home.parent.chmod(0o755)
    os.chown(home, 65534, 65534)
    above = [p for p in home.parent.parents if p.owner() == "root" and not p.stat().st_mode & 1]
    modes = {path: path.stat().st_mode for path in above}
    for path, mode in modes.items():
        path.chmod(mode | 0o111)
    yield home
    for path, mode in modes.items():
        path.chmod(mode)


def test_a_new_result_takes_the_place_of_the_old(result: Path) -> None:
    write(result)
    assert content(result) == NEW | FOREIGN


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_next_look_finds_the_old_result(result: Path, step: int) -> None:
    killed_at(step, result)
    seal = result / SEAL
    if seal.exists():  # only ever above whole results
        assert {n: t for n, t in content_of_files(result).items() if n in OLD} == OLD
    recover(result)
    assert content(result) == OLD | FOREIGN


def content_of_files(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir() if path.is_file()}


@pytest.mark.parametrize("step", [1, 4, 7])
def test_killed_at_any_step_the_next_run_publishes_whole(result: Path, step: int) -> None:
    killed_at(step, result)
    write(result)
    assert content(result) == NEW | FOREIGN


@pytest.mark.parametrize("step", [3, 6])
@pytest.mark.parametrize("again", range(4))
def test_recovery_may_be_killed_too(result: Path, step: int, again: int) -> None:
    killed_at(step, result)
    code = f"{PUBLISH}\nfiles.recover(pathlib.Path(sys.argv[1]))"
    python(code, result, again)
    recover(result)
    assert content(result) == OLD | FOREIGN


@pytest.mark.parametrize("step", STEPS)
def test_a_file_that_cannot_be_replaced_changes_nothing(
    result: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows refuses it while Excel has the file open."""
    fail_at(step, monkeypatch)
    with pytest.raises(ExportError, match=r"out/.*: cannot be replaced .*Nothing was changed"):
        write(result)
    assert content(result) == OLD | FOREIGN


def fail_at(step: int, monkeypatch: pytest.MonkeyPatch, *, for_ever: bool = False) -> None:
    real, left = Path.replace, [step]

    def replace(self: Path, target: Path) -> Path:
        if self.name != "plan.json.half":
            left[0] -= 1
            if left[0] == -1 or (for_ever and left[0] < 0):
                raise PermissionError(13, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)


def write_two(directory: Path) -> None:
    with whole_files(directory / "a.csv", directory / "b.csv") as both:
        for path in both:
            path.write_text("new", "utf-8")


@pytest.mark.parametrize("step", range(4))
def test_two_files_of_a_folder_take_their_places_together(
    result: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(step, monkeypatch)
    with pytest.raises(ExportError):
        write_two(result)
    assert content(result) == OLD | FOREIGN


def test_files_of_two_folders_are_written_and_what_was_not_stays(result: Path) -> None:
    with whole_files(result / "a.csv", result / "b.csv", result / "more" / "c.csv") as paths:
        for path in paths[1:]:
            path.write_text("new", "utf-8")
    assert content_of_files(result) == OLD | FOREIGN | {"b.csv": "new"}
    assert content(result / "more") == {"c.csv": "new"}


def test_what_cannot_be_put_back_is_told_kept_and_put_back_later(result: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fail_at(5, patch, for_ever=True)
        with pytest.raises(ExportError, match="the next run on .* puts them back"):
            write(result)
    assert SEAL not in content_of_files(result)
    recover(result)
    assert content(result) == OLD | FOREIGN


def test_an_interrupt_changes_nothing(result: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, left = Path.replace, [6]

    def replace(self: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        write(result)
    assert content(result) == OLD | FOREIGN


def test_a_folder_in_the_place_of_a_file_stays(result: Path) -> None:
    (result / "c.csv").mkdir()
    (result / "c.csv" / "plan.dwg").write_text("mine")
    with pytest.raises(ExportError, match=r"c\.csv: a folder stands"):
        write(result)
    assert content(result / "c.csv") == {"plan.dwg": "mine"}
    assert (result / "a.csv").read_text() == "old a"


def test_a_folder_that_was_made_for_nothing_goes(tmp_path: Path) -> None:
    def broken() -> None:
        with staging(tmp_path / "new" / "out"):
            raise OSError(28, "No space left on device")

    with pytest.raises(ExportError, match="No space left on device.*nothing was changed"):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_two_runs_at_once_leave_one_result(result: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One is slow at its moves, the other comes meanwhile."""
    real = Path.replace

    def slow(self: Path, target: Path) -> Path:
        time.sleep(0.02)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", slow)
    kinds = [{name: f"{name} of {n}" for name in NEW} for n in range(4)]
    threads = [threading.Thread(target=write, args=(result, kind)) for kind in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert content(result) in [kind | FOREIGN for kind in kinds]


def test_folders_of_killed_runs_go_and_those_of_others_stay(tmp_path: Path) -> None:
    code = """
import os, pathlib, sys
from geo_merge.writing.files import staging
with staging(pathlib.Path(sys.argv[1])) as folder:
    (folder / "half.geojson").write_text("half")
    os.kill(os.getpid(), 9)
"""
    assert python(code, tmp_path).returncode == -signal.SIGKILL
    (killed,) = tmp_path.glob(".geo_merge_*")
    foreign = tmp_path / ".geo_merge_mine"
    fill(foreign, {"owner": "me"})
    with staging(tmp_path) as living, whole_file(tmp_path / "a.txt") as temporary:
        assert not killed.exists()
        assert living.is_dir()
        temporary.write_text("whole")
    assert content(foreign) == {"owner": "me"}
    assert sorted(p.name for p in tmp_path.iterdir()) == [".geo_merge_mine", "a.txt"]


def test_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    code = """
import os, pathlib, sys
from geo_merge.system.locks import locked
with locked(pathlib.Path(sys.argv[1])):
    os.kill(os.getpid(), 9)
"""
    assert python(code, tmp_path).returncode == -signal.SIGKILL
    with locks.locked(tmp_path):
        assert list(tmp_path.iterdir()) == []


def test_the_target_may_be_a_link(result: Path) -> None:
    link = result.parent / "link"
    link.symlink_to(result, target_is_directory=True)
    write(link)
    assert link.is_symlink()
    assert content(result) == NEW | FOREIGN


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="needs a second disk")  # noqa: S108
def test_the_target_may_be_a_link_to_another_disk(
    result: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Path(f"/dev/shm/{tmp_path_factory.getbasetemp().name}-{os.getpid()}")  # noqa: S108
    fill(other, OLD | FOREIGN)
    try:
        (result.parent / "link").symlink_to(other, target_is_directory=True)
        write(result.parent / "link")
        assert content(other) == NEW | FOREIGN
    finally:
        for path in other.iterdir():
            path.unlink()
        other.rmdir()


def as_another_user(work: Callable[[], None]) -> int:
    """Run work as user 65534 in a process of its own, and return 0 if it did not fail."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_who_owns_only_his_home_writes_there(homes: Path) -> None:
    def work() -> None:
        with whole_file(homes / "o.geojson") as temporary:
            temporary.write_text("whole")
        write(homes)
        write(homes / "result")

    assert as_another_user(work) == 0
    assert {path.name for path in homes.iterdir()} == {"o.geojson", "result", *NEW}
    assert content(homes / "result") == NEW


def test_what_may_not_be_written_stays(homes: Path) -> None:
    def work() -> None:
        write(homes.parent)

    fill(homes.parent, OLD)
    assert as_another_user(work) == 1
    assert content_of_files(homes.parent) == OLD


@pytest.mark.parametrize(
    "arguments",
    [["build", "--out", "out"], ["convert", "{old}", "c.geojson"], ["sample", "sample"],
     ["dissolve", "{old}", "d.geojson", "--by", "MaHuyen"], ["validate", "{old}", "--out", "found"],
     ["crosswalk", "--province", "24", "--out", "c.csv"]],
)  # fmt: skip
def test_files_are_flushed_as_windows_demands(tmp_path: Path, arguments: list[str]) -> None:
    assert run("sample", tmp_path / "s").code == 0
    old = next((tmp_path / "s").glob("*.shp"))
    done = python(WINDOWS_FSYNC, *(a.format(old=old) for a in arguments), cwd=tmp_path)
    assert "descriptor" not in done.stderr
    assert done.returncode in {0, 1}, done.stderr


def test_a_console_of_an_old_code_page_is_no_error(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "LC_ALL": "C"}
    command = [sys.executable, "-m", "geo_merge", "build", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, check=False, env=env, timeout=300)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr


def test_a_cache_in_a_folder_of_others_loses_only_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    monkeypatch.setattr(cache, "MOST_ENTRIES", 2)
    plans = {f"plan_{number}.dwg": f"plan {number}" for number in range(40)}
    fill(tmp_path / "kind", plans)
    (tmp_path / "kind" / "folder").mkdir()
    (tmp_path / "kind" / "link").symlink_to(tmp_path / "kind" / "plan_0.dwg")
    os.mkfifo(tmp_path / "kind" / "pipe")
    for key in ("a", "b", "c"):
        assert cache.kept("kind", lambda key=key: key, lambda: b"content") == b"content"
    there = {path.name for path in (tmp_path / "kind").iterdir()}
    assert there - {"a", "b", "c"} == {*plans, "folder", "link", "pipe"}
    assert len(there & {"a", "b", "c"}) == 2


def test_an_entry_that_is_a_pipe_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    (tmp_path / "kind").mkdir()
    os.mkfifo(tmp_path / "kind" / "a")
    assert cache.kept("kind", lambda: "a", lambda: b"content") == b"content"


@pytest.mark.parametrize("name", [SEAL, "crosswalk.csv", "map.html", "new_units.geojson",
                                  "findings.csv", "findings.geojson"])  # fmt: skip
def test_a_build_overwrites_no_file_of_others(tmp_path: Path, name: str) -> None:
    """A crosswalk, a page or another program's manifest that stands where --out points to."""
    text = '{"files": ["notes.txt"]}'
    fill(tmp_path, {name: text, "notes.txt": "mine"})
    ran = run("build", "--out", tmp_path)
    assert ran.code == 2
    assert f"{name}: stands there, and geo-merge build did not write it" in ran.err
    assert content(tmp_path) == {name: text, "notes.txt": "mine"}


def test_files_of_others_are_told_before_the_work(tmp_path: Path) -> None:
    """All in one sentence, and before the layer is read: it is not there."""
    mine = {"new_units.gpkg": "mine", "findings.csv": "id;note\n1;x\n", "decisions.csv": "a,b\n"}
    fill(tmp_path, mine)
    ran = run("build", tmp_path / "no.gpkg", "--crosswalk", tmp_path / "no.csv", "--repair",
              "--format", "gpkg", "--out", tmp_path)  # fmt: skip
    assert ran.code == 2
    (line,) = ran.err.splitlines()
    assert "decisions.csv, findings.csv, new_units.gpkg: stand there" in line
    ran = run("validate", tmp_path / "no.gpkg", "--out", tmp_path)
    assert (ran.code, "findings.csv: stands there" in ran.err) == (2, True)
    assert content(tmp_path) == mine


def test_what_our_commands_wrote_is_replaced(tmp_path: Path) -> None:
    """The findings of validate, decisions that were filled in, and formats that export added."""
    layers, _ = sample_files()
    out = tmp_path / "o"
    for _ in range(2):
        assert run("validate", *layers, "--repair", "--out", out).code == 0
    text = (out / "decisions.csv").read_text("utf-8")
    (out / "decisions.csv").write_text(f"\ufeff{text}".replace(",", ";"), "utf-8")
    assert run("build", "--out", out).code == 0
    for _ in range(2):
        done = run("export", out, "--format", "csv")
        assert done.code == 0, done.err
    assert "new_units.csv" in json.loads((out / SEAL).read_text("utf-8"))["files"]
    (out / "new_units.fgb").write_text("mine", "utf-8")
    done = run("export", out, "--format", "fgb")
    assert (done.code, "new_units.fgb: stands there" in done.err) == (2, True)
    assert (out / "new_units.fgb").read_text("utf-8") == "mine"
