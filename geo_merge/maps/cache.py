"""What was computed once, kept on disk by the content that it was computed from.

An entry is a file that begins with a mark and the hash of the rest: what is broken or half written
is made anew, and only files with the mark are ever removed. ``GEO_MERGE_CACHE`` names another
folder, or is ``off``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_cache_path

from geo_merge.errors import ExportError
from geo_merge.writing.files import whole_file

VARIABLE = "GEO_MERGE_CACHE"
OFF = "off"
# What is kept, the newest first: a country takes 8 MB, a province 1.
MOST_ENTRIES = 20
MOST_BYTES = 200_000_000
_HASH = hashlib.sha256
_MARK = b"geo_merge cache\n"
_HEAD = len(_MARK) + _HASH().digest_size


def kept(kind: str, key: Callable[[], str], make: Callable[[], bytes]) -> bytes:
    """Return what `make` makes, from the cache where it is there.

    A folder that cannot be written is no cache, and no error: the result is the same.

    Parameters
    ----------
    kind
        What it is; entries of a kind are bounded together.
    key
        Returns a hash of all that `make` depends on, its version included; not called if the
        cache is off.
    make
        Called if there is no whole entry.
    """
    folder = _folder(kind)
    if folder is None:
        return make()
    path = folder / key()
    content = _read(path)
    if content is None:
        content = make()
        with contextlib.suppress(ExportError, OSError):
            with whole_file(path) as temporary:
                temporary.write_bytes(_head(content) + content)
            _prune(folder)
    return content


def is_off() -> bool:
    """Tell whether nothing is to be kept."""
    return os.environ.get(VARIABLE, "").lower() == OFF


def _folder(kind: str) -> Path | None:
    if is_off():
        return None
    chosen = os.environ.get(VARIABLE, "")
    return (Path(chosen) if chosen else user_cache_path("geo_merge", appauthor=False)) / kind


def _read(path: Path) -> bytes | None:
    """Return the content of a whole entry, and mark it as used."""
    try:
        if not _is_ours(path):
            return None
        found = path.read_bytes()
    except OSError:
        return None
    content = found[_HEAD:]
    if _head(content) != found[:_HEAD]:
        return None
    with contextlib.suppress(OSError):
        os.utime(path)
    return content


def _head(content: bytes) -> bytes:
    return _MARK + _HASH(content).digest()


def _is_ours(path: Path) -> bool:
    """Tell an entry from the files, folders, links and pipes of others."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_MARK)) == _MARK


def _prune(folder: Path) -> None:
    """Remove the entries that were not used for longest; another process may be doing the same."""
    entries = []
    for path in folder.iterdir():
        with contextlib.suppress(OSError):  # gone meanwhile, or not ours to read
            if _is_ours(path):
                entries.append((path.stat().st_mtime_ns, path.stat().st_size, path))
    total = 0
    for number, (_, size, path) in enumerate(sorted(entries, reverse=True)):
        total += size
        if number >= MOST_ENTRIES or total > MOST_BYTES:
            path.unlink(missing_ok=True)
