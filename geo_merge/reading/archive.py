"""Zip archives, unpacked without trusting them: one layer, under names of our own."""

from __future__ import annotations

import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from geo_merge.errors import LayerError
from geo_merge.reading import kinds
from geo_merge.reading.choose import choose
from geo_merge.reading.parts import find_parts, refuse_missing
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

# Bytes below which the ratio means nothing.
_SMALL = 2**16
_CHUNK = 2**20
# How much is read at once of packings that inflate all that was read, however much is asked for.
_SMALLEST = 2**10
_BOUNDED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# A file geodatabase is a folder of many files for each of its tables.
_GEODATABASE_ENTRIES = 20  # times as many as others may have
_GEODATABASE_FILE = re.compile(r"(?:a[0-9a-f]{8}\.\w+|gdb|timestamps)", re.IGNORECASE)
# What zipfile raises on damaged archives (found by fuzzing): it checks little by itself.
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError, EOFError, OSError,
          NotImplementedError, RuntimeError, ValueError)  # fmt: skip
Entries = dict[PurePosixPath, zipfile.ZipInfo]


def extract(
    archive: Path, into: Path, layer: str | None, sizes: Sizes
) -> tuple[Path, str, str | None]:
    """Unpack the one layer of a zip archive, or the one that was named, under a fixed name.

    Only the files of the layer are copied, counted byte by byte; no path of the archive is used.

    Returns
    -------
    Path, str, str or None
        The layer, its name in the archive, and the layer to read of it.

    Raises
    ------
    LayerError
        If the archive is damaged, encrypted or hostile, or holds no or several layers.
    """
    with _opened(archive, sizes) as (opened, entries):
        chosen, inner = choose(archive.name, list(entries), layer)
        if chosen.suffix.lower() == ".zip":
            raise LayerError(sentence("F02.nested", name=archive.name, inner=chosen.name))
        target = into / f"layer{chosen.suffix.lower()}"
        budget = _budget(archive, sizes)
        for to, entry in _files(archive, entries, chosen, target).items():
            to.parent.mkdir(exist_ok=True)
            budget -= _copy(opened, entry, to, budget, archive)
    return target, chosen.name, inner


def read_member(archive: Path, ending: str, sizes: Sizes) -> bytes:
    """Return the content of the one file of an archive that ends so.

    Raises
    ------
    LayerError
        See `extract`.
    """
    with _opened(archive, sizes) as (opened, entries):
        found = [path for path in entries if path.suffix.lower() == ending]
        chosen, _ = choose(archive.name, found, None)
        budget = _budget(archive, sizes)
        return b"".join(_chunks(opened, entries[chosen], budget, archive))


@contextmanager
def _opened(archive: Path, sizes: Sizes) -> Iterator[tuple[zipfile.ZipFile, Entries]]:
    """Open an archive whose entries are harmless; give them by path, without hidden ones."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [e for e in opened.infolist() if not e.is_dir()]
            _check_entries(archive, entries, sizes)
            paths = {PurePosixPath(e.filename.replace("\\", "/")): e for e in entries}
            yield opened, {path: e for path, e in paths.items() if not _is_hidden(path)}
    except BROKEN as error:
        raise LayerError(sentence("F03.damaged_copy", name=archive.name, reason=error)) from error


def _is_hidden(path: PurePosixPath) -> bool:
    return path.name.startswith("._") or "__MACOSX" in path.parts


def _budget(archive: Path, sizes: Sizes) -> float:
    """Return the bytes that an archive may inflate to."""
    return min(sizes.archive_mb * 2**20, sizes.archive_ratio * max(archive.stat().st_size, _SMALL))


def _check_entries(archive: Path, entries: list[zipfile.ZipInfo], sizes: Sizes) -> None:
    in_geodatabase = sum(".gdb/" in e.filename.replace("\\", "/").lower() for e in entries)
    most = sizes.archive_entries
    if len(entries) - in_geodatabase > most or in_geodatabase > most * _GEODATABASE_ENTRIES:
        raise LayerError(sentence("S05.entries", name=archive.name, n=len(entries), most=most))
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or ":" in name:
            raise LayerError(sentence("S01.outside", name=archive.name, entry=entry.filename))
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise LayerError(sentence("S01.link", name=archive.name, entry=entry.filename))
        if entry.flag_bits & 0x1:
            raise LayerError(sentence("F03.encrypted", name=archive.name))
    total = sum(e.file_size for e in entries)
    if total > _budget(archive, sizes):
        raise LayerError(
            sentence("S02.grows", name=archive.name, size=archive.stat().st_size, total=total)
        )


def _files(
    archive: Path, entries: Entries, chosen: PurePosixPath, target: Path
) -> dict[Path, zipfile.ZipInfo]:
    """Return where to copy which entries."""
    kind = kinds.kind_of(chosen.name, chosen.suffix)
    if kind is kinds.GEODATABASE:
        return {
            target / path.name.lower(): entry
            for path, entry in entries.items()
            if path.parent == chosen and _GEODATABASE_FILE.fullmatch(path.name)
        }
    beside = [path for path in entries if path.parent == chosen.parent]
    found = find_parts(chosen, beside, kind)
    refuse_missing(f"{archive.name}/{chosen.name}", chosen.stem, found, kind)
    return {target.with_suffix(ending): entries[path] for ending, path in found.items()}


def _copy(
    opened: zipfile.ZipFile, entry: zipfile.ZipInfo, to: Path, budget: float, archive: Path
) -> int:
    written = 0
    with to.open("wb") as target:
        for chunk in _chunks(opened, entry, budget, archive):
            written += target.write(chunk)
    return written


def _chunks(
    opened: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: float, archive: Path
) -> Iterator[bytes]:
    """Yield the content of an entry.

    Raises
    ------
    LayerError
        S02 if it is larger than it may be, F03 if it is damaged.
    """
    left = budget
    try:
        with opened.open(entry) as source:
            while chunk := source.read(_CHUNK if entry.compress_type in _BOUNDED else _SMALLEST):
                left -= len(chunk)
                if left < 0:
                    raise LayerError(sentence("S02.entry", name=archive.name, entry=entry.filename))
                yield chunk
    except BROKEN as error:
        raise LayerError(
            sentence("F03.entry_damaged", name=archive.name, entry=entry.filename, reason=error)
        ) from error
