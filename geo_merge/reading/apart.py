"""Reading files through once in a process of its own, where nothing else bounds what they become.

A GeoParquet file of some kilobytes can stand for gigabytes (a text once in a dictionary, and its
number 50,000 times), and the tables of FlatGeobuf, MapInfo and file geodatabases can point to one
shape again and again. What they say of their own size is not to be believed, and the libraries
that read them know no limit. So a child goes through them first, batch by batch, held to limits of
memory and time that grow with the file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from geo_merge.errors import GeoMergeError, LayerError
from geo_merge.system import worker
from geo_merge.system.closed import closed
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

_ROWS = 256  # of a batch
# What a child may take beyond the libraries that it loads.
_MEMORY, _MEMORY_PER_BYTE = 512 * 2**20, 4
_SECONDS, _SECONDS_PER_MB = 10, 0.5  # of the processor
_PATIENCE = 60  # times as long by the clock, for machines that do other work
_SMALL = 2**16  # bytes below which a ratio means nothing
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
    work = partial(_within, tuple(paths), batches, library, most)
    wall = _PATIENCE * _seconds(held)
    try:
        total: int = worker.run(
            work, lambda _: None, seconds=wall, memory=sys.maxsize, copied=False
        )
    except GeoMergeError as error:
        if "[S06]" not in str(error):
            raise LayerError(error.problems) from error
        raise LayerError(sentence("S06.too_much", name=name, mb=held / 2**20)) from error
    if total > most:
        raise LayerError(sentence("S02.read_grows", name=name, held=held, most=most))


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
    say: worker.Progress,
) -> int:
    """Count the bytes that files become, up to so many; called in the child."""
    del say
    # As if they were not there.
    sys.modules.update(dict.fromkeys(_LEFT))  # type: ignore[arg-type]
    import_module(library)  # takes memory by the number of cores
    _limit(sum(map(_size, paths)))
    total: int = 0
    for path in paths:
        for batch in batches(path):
            total += int(batch.nbytes)
            if total > most:
                return total
    return total


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


def _parquet_batches(path: Path) -> Iterable[Any]:
    import pyarrow as pa  # noqa: PLC0415 - in the child alone
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(_ROWS, use_threads=False)
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError):
        return  # what is wrong is told by what reads it


def _gdal_batches(path: Path, layer: str) -> Iterable[Any]:
    import pyogrio  # noqa: PLC0415 - in the child alone

    errors = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
              pyogrio.errors.FeatureError, pyogrio.errors.GeometryError)  # fmt: skip
    options = {"layer": layer, "batch_size": _ROWS, "use_pyarrow": True}
    with closed(), suppress(*errors), pyogrio.raw.open_arrow(path, **options) as (_, batches):
        yield from batches  # what is wrong is told by what reads it
