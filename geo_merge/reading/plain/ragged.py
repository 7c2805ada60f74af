"""A layer of polygons as ragged arrays: what the fast readers make of a plain file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from geo_merge.geometry.polygons import Polygons
from geo_merge.geometry.rings import Bools, Ints
from geo_merge.vocabulary.attributes import Attributes, rows_of


class NotPlainError(Exception):
    """A file is not as plain as a fast reader wants it: GDAL reads it, and says what is wrong."""


def require(plain: Any, what: str) -> None:  # noqa: ANN401 - also numpy's truth values
    """Raise NotPlainError unless something holds; `what` says what should."""
    if not plain:
        raise NotPlainError(what)


@dataclass(frozen=True)
class RaggedLayer:
    """A layer of polygons that is read as it is needed.

    Attributes
    ----------
    names
        All attributes of the file.
    columns
        Those that were read, by name, as JSON knows them.
    vertices
        About how many vertices each row has; shape (rows,).
    read
        Reads some rows, given by their positions: the polygons of those that have one, and which
        of the rows these are. Raises NotPlainError for what GDAL should read. Threads may call it
        at the same time.
    crs
        ``EPSG:4326`` or any other CRS; empty if the file names none.
    own
        Attributes row by row, where rows have different ones or ids; else all have the columns.
    """

    names: tuple[str, ...]
    columns: dict[str, list[Any]]
    vertices: Ints
    read: Callable[[Ints], tuple[Polygons, Bools]]
    crs: str
    own: Attributes | None = None

    def column(self, name: str) -> list[Any]:
        """Return an attribute of all rows that was read; None where a row has none."""
        if name in self.columns or self.own is None:
            return self.columns[name]
        return [row.get(name) for row in self.own.rows]

    def attributes(self, begin: int, end: int) -> Attributes:
        """Return the attributes of some rows."""
        if self.own is not None:
            return self.own.take(begin, end)
        return Attributes(rows_of(self.columns, begin, end))

    def __len__(self) -> int:
        return len(self.vertices)
