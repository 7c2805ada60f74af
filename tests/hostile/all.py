"""All hostile files: these modules register them."""

from hostile import (  # noqa: F401
    archives,
    databases,
    documents,
    outlines,
    papers,
    parquet_tables,
    tables,
)
from hostile.files import FILES, READ, SIZES, frame, prepare

__all__ = ["FILES", "READ", "SIZES", "frame", "prepare"]
