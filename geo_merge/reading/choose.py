"""The layer among several files: in a folder, or in an archive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath, PurePosixPath
from typing import TypeVar

from geo_merge.errors import LayerError, SeveralLayersError
from geo_merge.reading import kinds
from geo_merge.vocabulary.sentence import sentence

AnyPath = TypeVar("AnyPath", Path, PurePosixPath)
_OFTEN_ABOUT = ".json"  # more often tells of a layer than is one


def layers_among(files: Iterable[AnyPath]) -> list[AnyPath]:
    """Return the files that are layers, and the folders that are file geodatabases.

    Archives are looked into only where there is nothing else.
    """
    found: dict[AnyPath, None] = {}
    archives = []
    for file in files:
        folder = next((p for p in file.parents if p.suffix.lower() == ".gdb"), None)
        if folder is not None:
            found[folder] = None
        elif file.suffix.lower() in kinds.ZIP.endings:
            archives.append(file)
        elif file.suffix.lower() in kinds.BY_ENDING:
            found[file] = None
    sure = [path for path in found if path.suffix.lower() != _OFTEN_ABOUT]
    return sorted(sure or found or archives)


def choose(name: str, files: Sequence[AnyPath], layer: str | None) -> tuple[AnyPath, str | None]:
    """Return the one layer among files, or the one that was named, and the layer to read of it.

    Raises
    ------
    LayerError
        F02 if there is none, SeveralLayersError (F06) if there are several.
    """
    layers = layers_among(files)
    if not layers:
        _refuse_orphans(name, files)
        raise LayerError(sentence("F01.no_layer", file=name, formats=kinds.accepted()))
    labels = _labels(layers)
    if layer in labels:
        return layers[labels.index(layer)], None
    if len(layers) > 1:
        raise SeveralLayersError(
            sentence("F06.layers", file=name, layers=labels),
            labels,
        )
    return layers[0], layer


def _refuse_orphans(name: str, files: Iterable[PurePath]) -> None:
    """Raise LayerError (F02) for files of a layer whose main file is not there."""
    for file in sorted(files):
        kind = kinds.PART_OF.get(file.suffix.lower())
        if kind is not None:
            main = f"{file.stem}{kind.endings[0]}"
            raise LayerError(
                sentence("F02.orphan", source=name, main=main, file=file.name, format=kind.name,
                         parts=list(kind.parts))
            )  # fmt: skip


def _labels(layers: Sequence[PurePath]) -> list[str]:
    """Return what to call each layer: as short as tells them apart."""
    for labels in ([p.stem for p in layers], [p.name for p in layers]):
        if len(set(labels)) == len(layers):
            return labels
    return [path.as_posix() for path in layers]
