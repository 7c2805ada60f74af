"""Work that outlives its session: folders under names that nobody can guess, kept for some time.

What is in a folder is read by whoever knows its name, and listed to nobody. Work goes when it was
not used for some hours; if all of it together becomes too large, the one unused longest goes first.

``GEO_MERGE_WORK`` names the folder that they are in, ``GEO_MERGE_WORK_HOURS`` and
``GEO_MERGE_WORK_MB`` the limits.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_state_path

from geo_merge.errors import ExportError, UsageError
from geo_merge.system import owned
from geo_merge.wording.failures import reason_of
from geo_merge.wording.sentence import sentence

FOLDER, HOURS, MEGABYTES = "GEO_MERGE_WORK", "GEO_MERGE_WORK_HOURS", "GEO_MERGE_WORK_MB"
DEFAULT_HOURS, DEFAULT_MEGABYTES = 72.0, 4_000.0
_BYTES_OF_NAME = 16  # 128 bits: 22 letters
_NAME = re.compile(r"[A-Za-z0-9_-]{22}")
_MARK = "work"  # a file that says whose the folder is, and by its time when it was used last
_TOUCHED = 60.0  # seconds within which a use need not be noted again
_OURS = 0o700
_HOUR = 3600.0


@dataclass(frozen=True)
class Works:
    """The folder of all work, and how long and how large it may become.

    Attributes
    ----------
    root
        The folder.
    hours
        After its last use, until work goes.
    megabytes
        Of all work together.
    """

    root: Path
    hours: float
    megabytes: float

    def begin(self) -> Path:
        """Make a folder for new work, which nobody else on this machine may read.

        Raises
        ------
        ExportError
            If it cannot be made.
        """
        self.sweep()
        folder = self.root / secrets.token_urlsafe(_BYTES_OF_NAME)
        try:
            self.root.mkdir(mode=_OURS, parents=True, exist_ok=True)
            folder.mkdir(mode=_OURS)
            (folder / _MARK).touch()
        except OSError as error:
            raise ExportError(
                sentence("write.no_work", folder=self.root, why=reason_of(error), variable=FOLDER)
            ) from error
        return folder

    def find(self, name: str) -> Path | None:
        """Return the folder of work by its name, and note that it is used; None if it is gone."""
        if not _NAME.fullmatch(name):
            return None
        folder = self.root / name
        age = _age(folder)
        if age is None or age > self.hours * _HOUR:
            return None
        if age > _TOUCHED:
            with suppress(OSError):
                os.utime(folder / _MARK)
        return folder

    def sweep(self, *, spared: Path | None = None) -> None:
        """Remove work that is too old, and what is too much, the one unused longest first."""
        found = sorted(
            ((age, folder) for folder in self._all() if (age := _age(folder)) is not None),
            key=lambda each: each[0],
        )
        room = self.megabytes * 1e6
        for age, folder in found:
            room -= _size(folder)
            if folder != spared and (age > self.hours * _HOUR or room < 0):
                discard(folder)

    def _all(self) -> Iterator[Path]:
        with suppress(OSError):
            yield from (
                folder
                for folder in self.root.iterdir()
                if _NAME.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink()
            )


def works() -> Works:
    """Return where work is kept, as the environment says.

    Raises
    ------
    UsageError
        If a limit is no number over 0.
    """
    root = os.environ.get(FOLDER, "").strip()
    return Works(
        Path(root) if root else user_state_path("geo_merge") / "work",
        _limit(HOURS, DEFAULT_HOURS),
        _limit(MEGABYTES, DEFAULT_MEGABYTES),
    )


def discard(folder: Path) -> None:
    """Remove work, its mark last: if stopped, it is too old for whoever comes next."""
    with suppress(OSError):
        os.utime(folder / _MARK, (0, 0))
    owned.discard(folder, _MARK)


def _limit(variable: str, default: float) -> float:
    chosen = os.environ.get(variable, "").strip()
    if not chosen:
        return default
    try:
        limit = float(chosen)
    except ValueError:
        limit = 0.0
    if not 0 < limit < float("inf"):
        raise UsageError(sentence("usage.work_limit", variable=variable, chosen=chosen))
    return limit


def _age(folder: Path) -> float | None:
    """Return the seconds since work was used; None if it is none."""
    try:
        return time.time() - (folder / _MARK).stat().st_mtime
    except OSError:
        return None


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size
    return total
