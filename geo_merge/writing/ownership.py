"""Which files in a folder of results are ours to replace, told before any work is done."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import orjson

from geo_merge.errors import ExportError
from geo_merge.vocabulary.sentence import sentence

MANIFEST = "manifest.json"
_HEAD = 2**16  # bytes
_SHOWN = 10
# Of workbooks, which are written with a fixed day: see formats.
_OUR_DAY = b"1980-01-01T"


def of_manifest(directory: Path) -> set[str]:
    """Return the files that earlier runs wrote to a folder, by its manifest."""
    manifest = directory / MANIFEST
    if not manifest.is_file():
        return set()
    try:
        content = orjson.loads(manifest.read_bytes())
        files = [*content["files"], MANIFEST] if "geo-merge" in content["versions"] else []
    except (orjson.JSONDecodeError, KeyError, TypeError):  # another program's
        return set()
    return {name for name in files if isinstance(name, str) and Path(name).name == name}


def refuse_foreign(directory: Path, names: Iterable[str]) -> set[str]:
    """Refuse to write files of these names where others wrote one; return those that are ours.

    Without a manifest, what ``validate`` writes is known by its content.

    Raises
    ------
    ExportError
        In one sentence, with all of them.
    """
    known = of_manifest(directory)
    there = [name for name in names if os.path.lexists(directory / name)]
    foreign = sorted(name for name in there if name not in known and not _is_ours(directory / name))
    if foreign:
        told = ", ".join(foreign[:_SHOWN]) + (", ..." if len(foreign) > _SHOWN else "")
        kind = "write.foreign_one" if len(foreign) == 1 else "write.foreign"
        raise ExportError(sentence(kind, path=directory / told))
    return known


def _is_ours(path: Path) -> bool:
    """Tell by its content whether ``validate``, or a preview of repairs, wrote a file."""
    look = _LOOKS.get(path.name)
    if look is None or not path.is_file() or path.is_symlink():
        return False
    with path.open("rb") as file:
        return look(file.read(_HEAD), path)


def _columns(*names: bytes) -> Callable[[bytes, Path], bool]:
    def look(head: bytes, path: Path) -> bool:  # noqa: ARG001 - as the others
        first = head.partition(b"\n")[0].lower()
        return all(name in first for name in names)

    return look


def _properties(*names: bytes) -> Callable[[bytes, Path], bool]:
    def look(head: bytes, path: Path) -> bool:  # noqa: ARG001 - as the others
        empty = b'"features":[]' in head.replace(b" ", b"").replace(b"\n", b"")
        return b'"FeatureCollection"' in head and (
            empty or all(b'"' + name + b'"' in head for name in names)
        )

    return look


def _workbook(head: bytes, path: Path) -> bool:  # noqa: ARG001 - as the others
    try:
        with zipfile.ZipFile(path) as book:
            return _OUR_DAY in book.read("docProps/core.xml")
    except (zipfile.BadZipFile, KeyError):
        return False


_LOOKS: dict[str, Callable[[bytes, Path], bool]] = {
    "findings.csv": _columns(b"check", b"severity", b"units", b"message"),
    "findings.geojson": _properties(b"check", b"severity"),
    "findings.xlsx": _workbook,
    "repairs.csv": _columns(b"id", b"kind", b"applied", b"obstacle"),
    "repairs.geojson": _properties(b"kind", b"applied"),
    "decisions.csv": _columns(b"id", b"decision", b"reason"),
}
