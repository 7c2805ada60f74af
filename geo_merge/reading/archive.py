"""Zipped Shapefiles, unpacked without trusting the archive."""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from geo_merge.errors import LayerError
from geo_merge.limits import Sizes

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
# Bytes below which the ratio means nothing.
_SMALL = 2**16
_CHUNK = 2**20
# What zipfile raises on damaged archives (found by fuzzing): it checks little by itself.
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError, EOFError, OSError,
          NotImplementedError, RuntimeError, ValueError)  # fmt: skip


def extract_shapefile(archive: Path, into: Path, sizes: Sizes) -> Path:
    """Unpack the one Shapefile of a zip archive under a fixed name.

    Only the parts of a Shapefile are copied, counted byte by byte; no path of the archive is used.

    Raises
    ------
    LayerError
        If the archive is damaged, encrypted or hostile, or holds no or several Shapefiles.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [e for e in opened.infolist() if not e.is_dir()]
            _check_entries(archive, entries, sizes)
            chosen = _choose(archive, entries)
            budget = _budget(archive, sizes)
            for extension, entry in chosen.items():
                budget -= _copy(opened, entry, into / f"layer{extension}", budget, archive)
    except BROKEN as error:
        raise LayerError(
            f"{archive.name} is damaged ({error}) [F03]; copy or download it again."
        ) from error
    return into / "layer.shp"


def _budget(archive: Path, sizes: Sizes) -> float:
    """Return the bytes that an archive may inflate to."""
    return min(sizes.archive_mb * 2**20, sizes.archive_ratio * max(archive.stat().st_size, _SMALL))


def _check_entries(archive: Path, entries: list[zipfile.ZipInfo], sizes: Sizes) -> None:
    if len(entries) > sizes.archive_entries:
        raise LayerError(
            f"{archive.name} has {len(entries)} entries, more than {sizes.archive_entries:.0f} "
            "[S02]; zip only the parts of one Shapefile."
        )
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or ":" in name:
            raise LayerError(
                f"{archive.name}: the entry {entry.filename!r} points outside the archive (.. or "
                "an absolute path) [S01]; zip the files again."
            )
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise LayerError(
                f"{archive.name}: the entry {entry.filename!r} is a symbolic link [S01]; zip the "
                "files themselves."
            )
        if entry.flag_bits & 0x1:
            raise LayerError(f"{archive.name} is encrypted [F03]; zip it without a password.")
    total = sum(e.file_size for e in entries)
    if total > _budget(archive, sizes):
        raise LayerError(
            f"{archive.name} would grow from {archive.stat().st_size} to {total} bytes [S02]; "
            "that is no Shapefile."
        )


def _choose(archive: Path, entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    layers: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        hidden = path.name.startswith("._") or "__MACOSX" in path.parts
        if path.suffix.lower() in PARTS and not hidden:
            layers.setdefault(str(path.with_suffix("")), {})[path.suffix.lower()] = entry
    complete = {stem: parts for stem, parts in layers.items() if ".shp" in parts}
    if not complete:
        raise LayerError(
            f"{archive.name} holds no .shp [F02]; zip all parts of one Shapefile "
            "(.shp, .shx, .dbf, .prj, .cpg)."
        )
    if len(complete) > 1:
        names = ", ".join(sorted(complete))
        raise LayerError(
            f"{archive.name} holds several Shapefiles ({names}) [F06]; zip the one to be read."
        )
    stem, parts = next(iter(complete.items()))
    missing = [f"{stem}{ext}" for ext in (".shx", ".dbf") if ext not in parts]
    if missing:
        raise LayerError(
            f"{archive.name}: {' and '.join(missing)} missing [F02]; zip all parts of the "
            "Shapefile."
        )
    return parts


def _copy(
    opened: zipfile.ZipFile, entry: zipfile.ZipInfo, to: Path, budget: float, archive: Path
) -> int:
    written = 0
    try:
        with opened.open(entry) as source, to.open("wb") as target:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > budget:
                    raise LayerError(
                        f"{archive.name}: {entry.filename} inflates to more than it says [S02]; "
                        "that is no Shapefile."
                    )
                target.write(chunk)
    except BROKEN as error:
        raise LayerError(
            f"{archive.name}: {entry.filename} is damaged ({error}) [F03]; copy it again."
        ) from error
    return written
