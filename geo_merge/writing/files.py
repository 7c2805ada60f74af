"""Writing files so that a broken run leaves no half of one, and no old one is touched too soon.

What is written stands first in a hidden folder in the target's own folder: there the user may
write, and it is the same disk. The folder holds a file that says whose it is, locked while the run
lives; the next run on the same target removes folders of runs that were killed, and brings back
what stood there if one was killed in the middle of publishing.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from geo_merge.errors import ExportError
from geo_merge.system import locks
from geo_merge.system.owned import abandoned, clear, discard, own
from geo_merge.vocabulary.sentence import sentence
from geo_merge.wording.failures import reason_of
from geo_merge.writing.swap import NEW, PLAN, swap, undo

_PREFIX = ".geo_merge_"


def _none() -> set[str]:
    return set()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, which takes its place once all is written.

    Raises
    ------
    ExportError
        If the disk is full or the folder cannot be written; `path` is as it was.
    """
    with whole_files(path) as (temporary,):
        yield temporary


@contextmanager
def whole_files(*paths: Path) -> Iterator[tuple[Path, ...]]:
    """Give temporary paths; those of one folder take their places together once all are written.

    What was not written is left as it is.

    Raises
    ------
    ExportError
        As for `whole_file`.
    """
    with ExitStack() as stack:
        folders = dict.fromkeys(path.parent for path in paths)
        staged = {folder: stack.enter_context(staging(folder)) for folder in folders}
        yield tuple(staged[path.parent] / path.name for path in paths)
        for folder, temporary in staged.items():
            publish(temporary, folder)


@contextmanager
def staging(directory: Path) -> Iterator[Path]:
    """Give a temporary folder within `directory`, gone in the end whatever happens.

    `directory` is made if need be, and removed again if nothing was published.
    """
    try:
        made = [p for p in (directory, *directory.parents) if not p.exists()]
        directory.mkdir(parents=True, exist_ok=True)
        with locks.locked(directory):
            _sweep(directory)
            workspace, owner = _workspace(directory)
    except OSError as error:
        raise ExportError(
            sentence("write.folder", directory=directory, why=reason_of(error))
        ) from error
    try:
        yield workspace / NEW
    except OSError as error:
        raise ExportError(
            sentence("write.failed", directory=directory, why=reason_of(error))
        ) from error
    finally:
        os.close(owner)
        if not (workspace / PLAN).exists():
            discard(workspace)
        with suppress(OSError):  # not empty
            for folder in made:
                folder.rmdir()


def publish(
    folder: Path, directory: Path, *, seal: str | None = None,
    stale: Callable[[], set[str]] = _none,
) -> None:  # fmt: skip
    """Move all files of a staging folder into `directory`, or none; one process at a time.

    Parameters
    ----------
    folder, directory
        As `staging` gave and got them.
    seal
        The file that leaves `directory` first and comes last: where it is, all is there.
    stale
        Returns the files of an earlier run that are to go; asked when no other run can write.

    Raises
    ------
    ExportError
        If a file cannot be replaced; all are as they were.
    """
    with locks.locked(directory):
        written = {path.name for path in folder.iterdir()}
        swap(folder.parent, directory, seal=seal, gone=sorted(stale() - written))


def recover(directory: Path) -> None:
    """Bring a folder into one state, the old or the new, if a run was killed while publishing."""
    if any(directory.glob(f"{_PREFIX}*")):
        with locks.locked(directory):
            _sweep(directory)


def _workspace(directory: Path) -> tuple[Path, int]:
    """Make a workspace, and return it with the open file that is locked while we live."""
    workspace = directory / f"{_PREFIX}{secrets.token_hex(8)}"
    workspace.mkdir()  # not mkdtemp: colleagues who share the folder may have to clear it
    owner = own(workspace)
    (workspace / NEW).mkdir()
    return workspace, owner


def _sweep(directory: Path) -> None:
    """Remove the workspaces of runs that live no more; only what says that it is one."""
    for workspace in directory.glob(f"{_PREFIX}*"):
        try:
            with abandoned(workspace) as left:
                if left:
                    undo(workspace, directory)
        except PermissionError:  # another user's; one that is half published has to be his
            if (workspace / PLAN).exists():
                raise
            continue
        clear(workspace, left=left)
