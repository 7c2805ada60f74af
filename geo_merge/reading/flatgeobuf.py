"""FlatGeobuf: its features are counted one by one, whatever its header says."""

from __future__ import annotations

import mmap
from pathlib import Path

from geo_merge.errors import LayerError
from geo_merge.reading.encodings import Texts
from geo_merge.reading.gdal import read_layer, refuse_other_count
from geo_merge.reading.raw import RawLayer
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

_MAGIC = 8  # bytes
# Of the table of the header (FlatGeobuf 3.0, header.fbs): where each field is told, and what holds
# if it is not.
_COUNT, _NODE_SIZE = 8, 9
_DEFAULT_NODE_SIZE = 16
_NODE = 40  # bytes of a node of the index


def read_flatgeobuf(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a FlatGeobuf file that is whole.

    Raises
    ------
    LayerError
        F03 if it is cut off, F04 if it has other features than it says.
    """
    del texts
    _check_count(path)
    return read_layer(path, path.name, layer, sizes, apart=True)


def _check_count(path: Path) -> None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        size, start = 0, _MAGIC + 4
        try:
            size = _number(data, _MAGIC, 4)
            said, node_size = _header(data, start)
        except (IndexError, ValueError):
            said, node_size = -1, 0
        if said < 0 or start + size > len(data):
            raise LayerError(sentence("F03.header", name=path.name))
        at = start + size + (_index_size(said, node_size) if said and node_size > 1 else 0)
        there = 0
        while at + 4 <= len(data):
            at += 4 + _number(data, at, 4)
            there += at <= len(data)
        if said:  # 0: not counted
            refuse_other_count(path.name, said, there)
        if at != len(data):
            raise LayerError(sentence("F03.ends_in_feature", name=path.name, there=there))


def _number(data: mmap.mmap, at: int, size: int) -> int:
    if not 0 <= at <= len(data) - size:
        raise IndexError(at)
    return int.from_bytes(data[at : at + size], "little")


def _header(data: mmap.mmap, start: int) -> tuple[int, int]:
    """Return the features that a header counts (0 for unknown), and the size of index nodes."""
    table = start + _number(data, start, 4)
    distance = _number(data, table, 4)  # back to where the fields are told; signed
    fields = table - (distance - 2**32 if distance >= 2**31 else distance)
    told = _number(data, fields, 2)

    def field(number: int, size: int, default: int) -> int:
        place = 4 + 2 * number
        offset = _number(data, fields + place, 2) if place < told else 0
        return _number(data, table + offset, size) if offset else default

    return field(_COUNT, 8, 0), field(_NODE_SIZE, 2, _DEFAULT_NODE_SIZE)


def _index_size(features: int, node_size: int) -> int:
    """Return the bytes of a packed R-tree: all levels, from the features to the root."""
    nodes = level = features
    while level > 1:
        level = -(-level // node_size)
        nodes += level
    return nodes * _NODE
