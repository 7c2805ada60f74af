"""Archives and Shapefiles that mean harm."""

from __future__ import annotations

import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

from hostile.files import READ, SIZES, hostile, many, packed, parts, zipped

ZIP_MB = int(SIZES.archive_mb * 2**20)
_SHP = parts("shp")
GOOD = [(f"a.{ending}", data) for ending, data in _SHP.items()]


def changed(ending: str, change: Callable[[bytes], bytes]) -> list[tuple[str, bytes]]:
    """Return the parts of the Shapefile, one of them changed."""
    return [(n, change(b) if n.endswith(ending) else b) for n, b in GOOD]


def _linked(mode: int) -> list[tuple[str | zipfile.ZipInfo, bytes]]:
    entries: list[tuple[str | zipfile.ZipInfo, bytes]] = []
    for name, data in GOOD:
        info = zipfile.ZipInfo(name)
        is_link = name.endswith("prj")
        info.external_attr = (mode | 0o777) << 16 if is_link else 0
        entries.append((info, b"/etc/passwd" if is_link and mode == stat.S_IFLNK else data))
    return entries


def _grids(wkt: bytes) -> bytes:
    return wkt.replace(b"SPHEROID[", b'EXTENSION["PROJ4_GRIDS","/etc/passwd"],SPHEROID[', 1)


ZIPS: dict[str, tuple[str, Callable[[], list]]] = {
    "zip_ok.zip": (READ, lambda: GOOD),
    "zip_bomb_dbf.zip": ("S02", lambda: changed("dbf", lambda b: b + bytes(ZIP_MB))),
    "zip_traversal.zip": ("S01", lambda: [(f"../../evil{n[1:]}", b) for n, b in GOOD]),
    "zip_absolute.zip": ("S01", lambda: [(f"/evil{n[1:]}", b) for n, b in GOOD]),
    "zip_backslash.zip": ("S01", lambda: [(f"..\\..\\evil{n[1:]}", b) for n, b in GOOD]),
    "zip_drive.zip": ("S01", lambda: [(f"C:\\evil{n[1:]}", b) for n, b in GOOD]),
    "zip_symlink.zip": ("S01", lambda: _linked(stat.S_IFLNK)),
    "zip_device.zip": (READ, lambda: _linked(stat.S_IFCHR)),
    "zip_entries.zip": ("S05", lambda: GOOD + [(f"{k}.txt", b"") for k in range(many(100, 100_000))]),
    "zip_prj_huge.zip": ("F03 R01", lambda: changed("prj", lambda _: b"PROJCS[" * 200_000 + b"]" * 200_000)),
    "zip_prj_grids.zip": ("R01", lambda: changed("prj", _grids)),
    "zip_prj_path.zip": ("R01", lambda: changed("prj", lambda _: b"/etc/passwd")),
    "zip_prj_init.zip": ("R01", lambda: changed("prj", lambda _: b"+init=/etc/passwd:root")),
    "zip_prj_pipeline.zip": ("R01", lambda: changed("prj", lambda _: b"+proj=pipeline +step +proj=hgridshift +grids=/etc/passwd")),
    "zip_prj_noise.zip": ("R01 F03", lambda: changed("prj", lambda _: bytes(range(256)) * 400)),
    "dbf_4g_records.zip": ("F04", lambda: changed("dbf", lambda b: b[:4] + b"\xff" * 4 + b[8:])),
    "dbf_width_zero.zip": ("F03", lambda: changed("dbf", lambda b: b[:10] + bytes(2) + b[12:])),
    "dbf_width_one.zip": ("F03", lambda: changed("dbf", lambda b: b[:10] + b"\1\0" + b[12:])),
    "dbf_header_zero.zip": ("F03", lambda: changed("dbf", lambda b: b[:8] + bytes(2) + b[10:])),
    "dbf_header_max.zip": ("F03", lambda: changed("dbf", lambda b: b[:8] + b"\xff\xff" + b[10:])),
    "dbf_header_short.zip": ("F03", lambda: changed("dbf", lambda b: b[:8] + b"\x21\0" + b[10:])),
    "dbf_field_zero.zip": ("F03", lambda: changed("dbf", lambda b: b[:48] + b"\0" + b[49:])),
    "dbf_field_255.zip": ("F03", lambda: changed("dbf", lambda b: b[:48] + b"\xff" + b[49:])),
    "dbf_memo.zip": (READ, lambda: changed("dbf", lambda b: b[:43] + b"M" + b[44:])),
    "dbf_kind_nul.zip": (READ, lambda: changed("dbf", lambda b: b[:43] + b"\0" + b[44:])),
    "dbf_empty.zip": ("F03", lambda: changed("dbf", lambda _: b"")),
}  # fmt: skip
for _codec in ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "rot13", "base64", "zip",
               "bz2", "hex", "uu", "quopri", "utf-7", "undefined", "mbcs", "charmap", "x" * 9_000,
               "../../etc/passwd", "\0"):  # fmt: skip
    _label = _codec if _codec.isprintable() and len(_codec) < 40 else f"odd_{len(_codec)}"
    ZIPS[f"cpg_{_label.replace('/', '_')}.zip"] = (
        READ, lambda codec=_codec: changed("cpg", lambda _: codec.encode()),
    )  # fmt: skip
for _name, (_ends, _entries) in ZIPS.items():
    hostile(_name, _ends)(lambda path, entries=_entries: zipped(path, entries()))


@hostile("zip_lies.zip", "F03 S02")
def _lies(path: Path) -> None:
    """Its list says that the table has a few bytes."""
    more = ZIP_MB // 4
    zipped(path, changed("dbf", lambda b: b + bytes(more)))
    said, true = len(_SHP["dbf"]), len(_SHP["dbf"]) + more
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", true), struct.pack("<I", said)))


@hostile("zip_bzip2_lies.zip", "F03 S02")
def _bzip2_lies(path: Path) -> None:
    """As above, packed so that a kilobyte becomes megabytes whatever is asked for."""
    more = ZIP_MB // 16
    zipped(path, changed("dbf", lambda b: b + bytes(more)), zipfile.ZIP_BZIP2)
    said, true = len(_SHP["dbf"]), len(_SHP["dbf"]) + more
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", true), struct.pack("<I", said)))


@hostile("zip_lzma.zip", READ)
def _lzma(path: Path) -> None:
    zipped(path, GOOD, zipfile.ZIP_LZMA)


def _nested(levels: int) -> bytes:
    data = packed(x=bytes(many(100_000, 50_000_000)))
    for _ in range(levels):
        data = packed(**{f"{k}.zip": data for k in range(16)})
    return data


@hostile("zip_nested.zip", "F02 F06 F01")
def _in_archives(path: Path) -> None:
    path.write_bytes(_nested(3))


@hostile("zip_nested_beside.zip", READ)
def _beside(path: Path) -> None:
    zipped(path, [*GOOD, ("more.zip", _nested(3))])


@hostile("zip_cut.zip", "F01 F03")
def _cut(path: Path) -> None:
    zipped(path, GOOD)
    path.write_bytes(path.read_bytes()[:-30])


def _record(shp: bytes, at: int, form: str, value: float) -> bytes:
    return shp[: 108 + at] + struct.pack(form, value) + shp[108 + at + struct.calcsize(form) :]


SHP = {
    "shp_parts_max": ("G01 G03 F03 F04", 36, "<i", 2**31 - 1),
    "shp_parts_negative": ("G01 G03 F03 F04", 36, "<i", -5),
    "shp_points_max": ("G01 G03 F03 F04", 40, "<i", 2**31 - 1),
    "shp_part_begins_behind": ("G01 G03 F03 F04 G04", 44, "<i", 2**30),
    "shp_nan": ("G02 G01 G03 R02", 48, "<d", float("nan")),
    "shp_inf": ("G02 G01 G03 R02", 48, "<d", float("inf")),
    "shp_1e308": ("G02 G04 R02 R03", 48, "<d", 1e308),
    "shp_kind_99": ("G01 G03 F03 F04", 0, "<i", 99),
}
for _name, (_ends, _at, _form, _value) in SHP.items():
    hostile(f"{_name}.zip", _ends)(
        lambda path, args=(_at, _form, _value): zipped(
            path, changed("shp", lambda b: _record(b, *args))
        )
    )


@hostile("shp_records_within_records.zip", "F04")
def _overlapping(path: Path) -> None:
    """Each record holds all that come after it: the whole is as large as the square of the file."""
    records = many(30, 3_000)
    content = struct.pack("<i4dii", 5, 400_000, 2_350_000, 403_000, 2_353_000, 1, 5) + bytes(4)
    size = 8 + len(content) + 80
    body, index = b"", b""
    for k in range(records):
        words = ((records - k) * size - 8) // 2
        body += struct.pack(">ii", 0, words) + content + _SHP["shp"][156:236]
        index += struct.pack(">ii", (100 + k * size) // 2, words)
    shp = _SHP["shp"][:24] + struct.pack(">i", (100 + len(body)) // 2) + _SHP["shp"][28:100] + body
    shx = (
        _SHP["shx"][:24] + struct.pack(">i", (100 + len(index)) // 2) + _SHP["shx"][28:100] + index
    )
    dbf = _SHP["dbf"]
    header, width = struct.unpack("<HH", dbf[8:12])
    row = dbf[header : header + width]
    dbf = dbf[:4] + struct.pack("<I", records) + dbf[8:header] + row * records
    changes = {"a.shp": shp, "a.shx": shx, "a.dbf": dbf}
    zipped(path, [(name, changes.get(name, data)) for name, data in GOOD])


@hostile("shp_index_negative.zip", "F03 F04")
def _negative(path: Path) -> None:
    zipped(path, changed("shx", lambda b: b[:100] + struct.pack(">i", -50) + b[104:]))


def _twice(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in (*GOOD, ("a.shp", _SHP["shp"][:200])):
            archive.writestr(name, data)


hostile("zip_duplicate_names.zip", "F01 F03 F04")(_twice)


@hostile("shp_prj_is_a_link", "S01 R01")
def _link(path: Path) -> None:
    """A folder whose .prj is a link to another file."""
    path.mkdir()
    for name, data in GOOD:
        if name.endswith("prj"):
            (path / name).symlink_to("/etc/passwd")
        else:
            (path / name).write_bytes(data)
