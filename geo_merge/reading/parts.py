"""The files of one layer, whatever the case and the Unicode form of their names."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TypeVar

from geo_merge.errors import LayerError
from geo_merge.reading.kinds import Kind
from geo_merge.vocabulary.sentence import sentence

AnyPath = TypeVar("AnyPath", Path, PurePosixPath)
# What a part holds, in sentences.
_WHAT = {".shx": "F02.index", ".dbf": "F02.attributes", ".dat": "F02.attributes",
         ".map": "F02.shapes", ".id": "F02.index", ".mid": "F02.attributes"}  # fmt: skip


def same_name(name: str) -> str:
    """Return what two spellings of a file name have in common: systems differ in both."""
    return unicodedata.normalize("NFC", name).casefold()


def find_parts(path: AnyPath, files: Iterable[AnyPath], kind: Kind) -> dict[str, AnyPath]:
    """Return the files of a layer among others, by ending; itself under its own.

    Where several would do, the one whose name is spelled like the layer's goes first.
    """
    stem = same_name(path.stem)
    found = {path.suffix.lower(): path}
    own = sorted(files, key=lambda p: (p.stem != path.stem, p.suffix != p.suffix.lower(), p.name))
    for file in own:
        if same_name(file.stem) == stem and file.suffix.lower() in kind.parts:
            found.setdefault(file.suffix.lower(), file)
    return found


def beside(path: Path, kind: Kind) -> dict[str, Path]:
    """Return the files of a layer that stand beside one another, by ending.

    Raises
    ------
    LayerError
        F02 for each that is missing.
    """
    found = find_parts(path, (p for p in path.parent.iterdir() if p.is_file()), kind)
    refuse_missing(path.name, path.stem, found, kind)
    return found


def refuse_missing(name: str, stem: str, found: Iterable[str], kind: Kind) -> None:
    """Raise LayerError (F02) for each file that a layer cannot be read without."""
    there = set(found)
    missing = [ending for ending in kind.needed if ending not in there]
    if missing:
        raise LayerError(
            sentence(
                "F02.missing",
                source=name,
                file=f"{stem}{ending}",
                what=sentence(_WHAT[ending]),
                format=kind.name,
                parts=list(kind.parts),
            )
            for ending in missing
        )


def spelled_alike(found: dict[str, Path]) -> bool:
    """Tell whether GDAL finds the parts: one stem, and all endings in small or in capitals."""
    if any(map(is_odd, found.values())):
        return False
    stems = {path.stem for path in found.values()}
    endings = {path.suffix for path in found.values()}
    return len(stems) == 1 and (all(map(str.islower, endings)) or all(map(str.isupper, endings)))


def is_odd(path: Path) -> bool:
    """Tell a path that pyogrio takes apart: it looks for addresses and archives in them."""
    if os.name == "nt":  # there it takes what begins with a drive as it is
        return False
    return "!" in str(path) or ";" in path.name or path.name.endswith("?")
