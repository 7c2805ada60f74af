"""Reading files through once in a process of its own, where nothing else bounds what they become.

A Parquet file of some kilobytes can stand for gigabytes (a text once in a dictionary, and its
number 50,000 times), or a damaged page in it says so; the tables of FlatGeobuf, MapInfo and file
geodatabases can point to one shape again and again. What they say of their own size is not to be
believed, and the libraries that read them know no limit. So a child goes through them first, batch
by batch, held to limits of memory and time that grow with the file.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from geo_merge.errors import GeoMergeError, LayerError, TableError
from geo_merge.system import worker
from geo_merge.system.closed import closed
from geo_merge.system.progress import Progress
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

_ROWS = 256  # of a batch
# Rows of a table that are looked at together, and bytes that they may be: 400 KB a row.
TABLE_ROWS, _TABLE_BYTES = 512, 200 * 2**20
# What a child may take beyond the libraries that it loads.
_MEMORY, _MEMORY_PER_BYTE = 512 * 2**20, 4
_SECONDS, _SECONDS_PER_MB = 10, 0.5  # of the processor
_PATIENCE = 60  # times as long by the clock, for machines that do other work
_SMALL = 2**16  # bytes below which a ratio means nothing
T = TypeVar("T")
# A file, its row groups (None: all), and columns of it.
Piece = tuple[Path, tuple[int, ...] | None, tuple[str, ...]]
# What pyogrio takes along where it is there: half a child's time, for nothing that it does.
_LEFT = ("geopandas", "pandas", "pyproj", "shapely")


def check_parquet(name: str, paths: Sequence[Path], sizes: Sizes) -> None:
    """Refuse GeoParquet files that become larger than they may.

    Raises
    ------
    LayerError
        S02 with their size, S06 if they take more memory or time than files of their size can.
    """
    _check(name, paths, sizes, _parquet_batches, "pyarrow.parquet")


def table_bytes(name: str, pieces: Sequence[Piece], most: float) -> tuple[int, int]:
    """Return what a table in Parquet becomes: bytes of its widest `TABLE_ROWS` rows, and of all.

    However long a table may be, no more of it than some rows is in memory at once.

    Parameters
    ----------
    name
        What the table is called.
    pieces
        Files, their row groups (None: all) and columns.
    most
        Bytes that all may be.

    Raises
    ------
    TableError
        S02 if it becomes larger, S06 if it takes more memory or time than tables of its size can.
    """
    held = sum(path.stat().st_size for path in {path for path, _, _ in pieces})
    try:
        widest, total = _apart(held, partial(_of_table, tuple(pieces), held, most))
    except _TooMuchError:
        widest, total = _TABLE_BYTES + 1, 0
    if widest > _TABLE_BYTES:
        raise TableError(sentence("S06.table", name=name, mb=held / 2**20))
    if total > most:
        raise TableError(sentence("S02.table_grows", name=name, held=held, most=most))
    return widest, total


def check_layer(name: str, path: Path, layer: str, sizes: Sizes) -> None:
    """Refuse a layer of which GDAL makes more than it may; see `check_parquet`."""
    _check(name, [path], sizes, partial(_gdal_batches, layer=layer), "pyogrio")


def _check(
    name: str,
    paths: Sequence[Path],
    sizes: Sizes,
    batches: Any,  # noqa: ANN401 - a function
    library: str,
) -> None:
    held = sum(map(_size, paths))
    most = min(sizes.archive_mb * 2**20, sizes.archive_ratio * max(held, _SMALL))
    if math.isinf(most):
        return
    try:
        total = _apart(held, partial(_within, tuple(paths), batches, library, most))
    except _TooMuchError as error:
        raise LayerError(sentence("S06.too_much", name=name, mb=held / 2**20)) from error
    if total > most:
        raise LayerError(sentence("S02.read_grows", name=name, held=held, most=most))


class _TooMuchError(GeoMergeError):
    """Files took more memory or time than files of their size can."""


def _apart(held: int, work: Callable[[Progress], T]) -> T:
    """Let a child go through files of so many bytes, and return what it counted."""
    wall = _PATIENCE * _seconds(held)
    try:
        return worker.run(work, lambda _: None, seconds=wall, memory=sys.maxsize, copied=False)
    except GeoMergeError as error:
        if "[S06]" not in str(error):
            raise LayerError(error.problems) from error
        raise _TooMuchError(error.problems) from error


def _size(path: Path) -> int:
    """Return the bytes of a layer, with the files beside it that belong with it."""
    beside = path.iterdir() if path.is_dir() else (
        file for file in path.parent.iterdir() if file.stem == path.stem and file.is_file()
    )  # fmt: skip
    return sum(file.stat().st_size for file in beside)


def _within(
    paths: tuple[Path, ...],
    batches: Any,  # noqa: ANN401 - a function
    library: str,
    most: float,
    say: Progress,
) -> int:
    """Count the bytes that files become, up to so many; called in the child."""
    del say
    _begin(library, sum(map(_size, paths)))
    total: int = 0
    for path in paths:
        for batch in batches(path):
            total += int(batch.nbytes)
            if total > most:
                return total
    return total


def _of_table(pieces: tuple[Piece, ...], held: int, most: float, say: Progress) -> tuple[int, int]:
    """Return the bytes of the largest batch of a table, and of all; called in the child."""
    del say
    _begin("pyarrow.parquet", held)
    widest = total = 0
    for path, groups, columns in pieces:
        for batch in _parquet_batches(path, TABLE_ROWS, row_groups=groups, columns=columns):
            widest, total = max(widest, int(batch.nbytes)), total + int(batch.nbytes)
            if widest > _TABLE_BYTES or total > most:
                return widest, total
    return widest, total


def _begin(library: str, held: int) -> None:
    """Load what reads, and hold this process to what files of so many bytes may take."""
    warnings.simplefilter("ignore")  # what is wrong is told by what reads it
    # As if they were not there.
    sys.modules.update(dict.fromkeys(_LEFT))  # type: ignore[arg-type]
    import_module(library)  # takes memory by the number of cores
    _limit(held)


def _limit(held: int) -> None:
    """Hold this process to what files of so many bytes may take from now on."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - Windows has no such limit

    status = Path("/proc/self/statm")  # pages; the sixth number is what RLIMIT_DATA counts
    pages = int(status.read_text("ascii").split()[5]) if status.exists() else 0
    memory = pages * resource.getpagesize() + _MEMORY + _MEMORY_PER_BYTE * held
    seconds = _seconds(held)
    for kind, most in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_CPU, seconds),
                       (resource.RLIMIT_CORE, 0)):  # fmt: skip
        resource.setrlimit(kind, (most, most))


def _seconds(held: int) -> int:
    return int(_SECONDS + _SECONDS_PER_MB * held / 2**20)


def _parquet_batches(path: Path, rows: int = _ROWS, **chosen: Any) -> Iterable[Any]:  # noqa: ANN401 - options
    import pyarrow as pa  # noqa: PLC0415 - in the child alone
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            yield from file.iter_batches(rows, use_threads=False, **chosen)
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError):
        return  # what is wrong is told by what reads it


def _gdal_batches(path: Path, layer: str) -> Iterable[Any]:
    import pyogrio  # noqa: PLC0415 - in the child alone

    errors = (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
        OSError,  # Arrow has its own for features that GDAL gives up on
        ValueError,
    )
    options = {"layer": layer, "batch_size": _ROWS, "use_pyarrow": True}
    with closed(), suppress(*errors), pyogrio.raw.open_arrow(path, **options) as (_, batches):
        yield from batches  # what is wrong is told by what reads it
