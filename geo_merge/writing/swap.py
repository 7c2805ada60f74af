"""Putting new files in the place of old ones, all or none, whenever the process is stopped.

In the workspace, a folder on the disk of the target, stand

- ``new/``: the files to publish, or folders of them, each until it is moved to the target,
- ``old/``: the files of the target that they replace, and those that go,
- ``plan.json``: the names of both; while it is there, and files in ``new/``, the target is between
  two states, and `undo` brings back the earlier one.

The move of the last file ends it. If a seal is named, it leaves first and comes last: where it
stands, all files are of one state.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from geo_merge.errors import ExportError
from geo_merge.vocabulary.sentence import sentence
from geo_merge.wording.failures import reason_of

NEW, OLD, PLAN = "new", "old", "plan.json"


def swap(workspace: Path, directory: Path, *, seal: str | None, gone: Iterable[str]) -> None:
    """Move the files of the workspace to `directory`, and the files called `gone` out of it.

    A folder takes the place of a folder; whether that may go, its caller knows.

    Raises
    ------
    ExportError
        If a file is open in a program that keeps it (Excel on Windows), or a folder is in its
        place; `directory` is as it was, or the sentence says that it is not.
    """
    new = workspace / NEW
    names = sorted((p.name for p in new.iterdir()), key=lambda name: (name == seal, name))
    gone = [name for name in gone if _stands(directory / name)]
    for name in (*names, *gone):
        if _is_folder(directory / name) and not (new / name).is_dir():
            raise ExportError(sentence("write.folder_stands", path=directory / name))
    for path in new.rglob("*"):
        if path.is_file():
            flush(path)
    if len(names) == 1 and not gone and not (new / names[0]).is_dir():  # one step of the system
        _move(new / names[0], directory / names[0], blamed=directory / names[0])
        flush_folder(directory)
        return
    _write_plan(workspace, {NEW: names, "gone": gone})
    try:
        leaving = [name for name in (*gone, *names) if _stands(directory / name)]
        for name in sorted(leaving, key=lambda name: name != seal):
            _move(directory / name, workspace / OLD / name, blamed=directory / name)
        for name in names:
            if name == seal:
                flush_folder(directory)
            _move(new / name, directory / name, blamed=directory / name)
    except BaseException as error:
        _undo_or_say(workspace, directory, error)
        raise
    flush_folder(directory)
    (workspace / PLAN).unlink()


def undo(workspace: Path, directory: Path) -> None:
    """Bring back what stood in `directory` before an unfinished swap; else change nothing.

    May be stopped and started again at any step.
    """
    plan = workspace / PLAN
    if not plan.exists():
        return
    content = json.loads(plan.read_text("utf-8"))
    if any((workspace / NEW).iterdir()):
        for name in map(_plain, (*content["gone"], *content[NEW])):
            kept = workspace / NEW / name
            if name in content[NEW] and not _stands(kept) and _stands(directory / name):
                (directory / name).replace(kept)
            if _stands(workspace / OLD / name):
                (workspace / OLD / name).replace(directory / name)
        flush_folder(directory)
    plan.unlink()


def flush(file: Path) -> None:
    """Bring what was written to the disk: on a descriptor that may write, as Windows demands."""
    with file.open("r+b") as handle:
        os.fsync(handle.fileno())


def flush_folder(folder: Path) -> None:
    """Bring the names of a folder to the disk, where the system can (Windows cannot)."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network disks refuse; the files themselves are flushed
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _move(source: Path, target: Path, *, blamed: Path) -> None:
    try:
        source.replace(target)
    except OSError as error:
        raise ExportError(sentence("write.replaced", path=blamed, why=reason_of(error))) from error


def _undo_or_say(workspace: Path, directory: Path, error: BaseException) -> None:
    try:
        undo(workspace, directory)
    except OSError as stuck:
        raise ExportError(sentence("write.kept", directory=directory, reason=error,
                                   why=reason_of(stuck),
                                   workspace=workspace)) from error  # fmt: skip


def _write_plan(workspace: Path, plan: dict[str, list[str]]) -> None:
    (workspace / OLD).mkdir()
    half = workspace / f"{PLAN}.half"
    half.write_text(json.dumps(plan), "utf-8", newline="\n")
    flush(half)
    half.replace(workspace / PLAN)
    flush_folder(workspace)


def _plain(name: str) -> str:
    """Return the last part of a name: a plan moves nothing between other folders."""
    return Path(name).name


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _stands(path: Path) -> bool:
    return os.path.lexists(path)
