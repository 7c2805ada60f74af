"""Folders and zip archives as layers: the one layer that is in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from geo_merge.errors import LayerError, SeveralLayersError
from geo_merge.reading import archive, kinds
from geo_merge.reading.choose import choose
from geo_merge.reading.encodings import Texts
from geo_merge.reading.geodatabase import is_geodatabase
from geo_merge.reading.parquet import is_partitioned, part_files
from geo_merge.reading.parts import find_parts
from geo_merge.reading.raw import RawLayer
from geo_merge.system.scratch import scratch
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import reworded

Open = Callable[[Path, str | None, Texts, Sizes], RawLayer]


def layer_in_folder(folder: Path, layer: str | None) -> tuple[Path, str | None]:
    """Return the one layer of a folder, or the one that was named, and the layer to read of it.

    A file geodatabase is returned as it is.

    Raises
    ------
    LayerError
        If it holds no layer, or several.
    """
    if folder.suffix.lower() == ".gdb" or is_geodatabase(folder):
        return folder, layer
    beside = [p for p in folder.iterdir() if not p.name.startswith((".", "_"))]
    files = [p for p in beside if p.is_file()]
    tables = [table for p in beside if is_geodatabase(p) for table in p.iterdir()]
    inside = [f.relative_to(folder) for f in (*files, *tables)]
    chosen, inner = choose(folder.name, inside, layer)
    return folder / chosen, inner


def files_of(path: Path) -> list[Path]:
    """Return all files that a layer is read from; see `sources.open_layer`."""
    if is_partitioned(path):
        return part_files(path)
    if path.is_dir():
        path, _ = layer_in_folder(path, None)
    if path.is_dir():
        return sorted(p for p in path.iterdir() if p.is_file())
    kind = kinds.BY_ENDING.get(path.suffix.lower())
    if kind is None or not kind.needed:
        return [path]
    return sorted(find_parts(path, path.parent.iterdir(), kind).values())


def read_zip(
    path: Path, layer: str | None, texts: Texts, sizes: Sizes, open_layer: Open
) -> RawLayer:
    """Read the one layer of a zip archive, or the one that was named."""
    with scratch() as folder:
        inner, name, layer = archive.extract(path, folder, layer, sizes)
        known = f"{path.name}/{Path(name).stem}"

        def own(text: str) -> str:
            return re.sub(rf"(?<![\w-]){inner.stem}\.", lambda _: f"{known}.", text)

        def told(text: str) -> str:
            sentence: str = reworded(text, own)
            return sentence

        try:
            raw = open_layer(inner, layer, texts, sizes)
        except SeveralLayersError as error:
            raise SeveralLayersError(map(told, error.problems), error.layers) from error
        except LayerError as error:
            raise type(error)(map(told, error.problems)) from error
    within = raw.source.removeprefix(inner.name)  # the layer, where the file has several
    findings = tuple(replace(f, message=told(f.message)) for f in raw.findings)
    return replace(raw, source=f"{path.name}{within}", findings=findings,
                   crs_hint=told(raw.crs_hint))  # fmt: skip
