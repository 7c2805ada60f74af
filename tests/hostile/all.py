"""All hostile files: these modules register them."""

from hostile import (  # noqa: F401
    archives,
    beside,
    databases,
    documents,
    outlines,
    papers,
    parquet_tables,
    tables,
)
from hostile.files import ANY, FILES, READ, SIZES, frame, prepare

__all__ = ["ANY", "FILES", "READ", "SIZES", "frame", "prepare"]
