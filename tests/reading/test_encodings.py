"""Texts in the encodings of Vietnam before Unicode: found by the names, read back exactly."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_merge import read_table, read_units
from geo_merge.errors import LayerError, TableError
from geo_merge.reading.encodings import is_surely_utf8
from geo_merge.vietnam.files import encodings
from geo_merge.vocabulary.memory import findings_of, sources_of

encodings.register()
LETTERS = encodings._LETTERS
OLD = ("tcvn3", "vni", "viscii", "cp1258")
FIELDS = ("TenXa", "LoaiXa", "TenHuyen", "TenTinh")


def write_cp1258(text: str) -> bytes:
    """Encode as Vietnamese editors do: the vowel composed, its tone behind it."""
    parts = []
    for letter in unicodedata.normalize("NFC", text):
        marks = unicodedata.normalize("NFD", letter)
        tones = "".join(c for c in marks if c in encodings._ABOVE)
        rest = unicodedata.normalize("NFC", "".join(c for c in marks if c not in encodings._ABOVE))
        parts.append((rest + tones).encode("cp1258"))
    return b"".join(parts)


def encode(text: str, encoding: str) -> bytes:
    return write_cp1258(text) if encoding == "cp1258" else text.encode(encoding)


def recode(source: Path, folder: Path, encoding: str, cpg: str | None) -> Path:
    """Copy a Shapefile in UTF-8, its texts in another encoding."""
    folder.mkdir(exist_ok=True)
    for part in source.parent.glob(f"{source.stem}.*"):
        (folder / part.name).write_bytes(part.read_bytes())
    path = folder / source.name
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    header, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    records = int.from_bytes(data[4:8], "little")
    at, position = 32, 1
    while data[at] != 0x0D:
        size = data[at + 16]
        for row in range(records if data[at + 11] == ord("C") else 0):
            start = header + row * width + position
            text = bytes(data[start : start + size]).rstrip(b" \0").decode()
            data[start : start + size] = encode(text, encoding)[:size].ljust(size)
        position += size
        at += 32
    path.with_suffix(".dbf").write_bytes(data)
    return path


def small(folder: Path, names: list[str]) -> Path:
    """Write a Shapefile of discs with these names, small enough for edges that no plane bends."""
    folder.mkdir(exist_ok=True)
    frame = gpd.GeoDataFrame(
        {"code": [f"{k:05d}" for k in range(len(names))], "TenXa": names},
        geometry=[shapely.Point(105 + k / 100, 20).buffer(0.004) for k in range(len(names))],
        crs=4326,
    )
    frame.to_file(folder / "xa.shp", encoding="UTF-8")
    return folder / "xa.shp"


@pytest.mark.parametrize("cpg", [None, "UTF-8", "1252"], ids=["no cpg", "cpg utf-8", "cpg 1252"])
@pytest.mark.parametrize("encoding", [*OLD, "utf-8"])
def test_the_313_names_read_back_exactly(
    bac_ninh: Path, tmp_path: Path, encoding: str, cpg: str | None
) -> None:
    read = 0
    for name in ("bac_giang", "bac_ninh"):
        source = bac_ninh / f"{name}_communes.shp"
        units = read_units(recode(source, tmp_path / name, encoding, cpg))
        written = gpd.read_file(source)
        for field in FIELDS:
            assert units[field].fillna("").tolist() == written[field].fillna("").tolist()
        assert [source["encoding"] for source in sources_of(units)] == [encoding]
        messages = [f.message for f in findings_of(units) if f.check == "F05"]
        if (encoding, cpg) == ("utf-8", "UTF-8"):
            assert messages == []
        else:
            assert len(messages) == 1
            assert f"encoding {encoding.upper()}:" in messages[0]
        read += int((~units["is_piece"]).sum())
    assert read == 313


@pytest.mark.parametrize("encoding", OLD)
def test_an_old_encoding_can_be_named(tmp_path: Path, encoding: str) -> None:
    path = recode(small(tmp_path / "a", ["Bảo Đài", "Ẳng Nưa"]), tmp_path / "b", encoding, None)
    units = read_units(path, encoding=encoding)
    assert units["name"].tolist() == ["Bảo Đài", "Ẳng Nưa"]
    assert findings_of(units) == []


def test_a_wrongly_named_encoding_is_noted(tmp_path: Path) -> None:
    names = ["Bảo Đài", "Lục Sơn", "Đèo Gia", "Sơn Động"]
    path = recode(small(tmp_path / "a", names), tmp_path / "b", "tcvn3", None)
    (finding,) = findings_of(read_units(path, encoding="cp1252"))
    assert finding.check == "F05"
    assert "as asked; tcvn3 fits better" in finding.message


def test_field_names_are_decoded_too(tmp_path: Path) -> None:
    path = recode(small(tmp_path / "a", ["Bảo Đài", "Lục Sơn"]), tmp_path / "b", "tcvn3", None)
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"TenXa\0\0", "Tên xã\0".encode("tcvn3"), 1))
    assert "Tên xã" in read_units(path).columns


def test_names_that_nobody_knows_are_not_guessed(tmp_path: Path) -> None:
    path = recode(small(tmp_path / "a", ["Zzặc", "Qqưở"]), tmp_path / "b", "tcvn3", None)
    with pytest.raises(LayerError, match=r"not UTF-8.*\[F05\].*tried .*viscii 0%.*--encoding"):
        read_units(path)


def test_letters_that_two_encodings_share_need_no_decision(tmp_path: Path) -> None:
    """Every letter of these names has the same byte in VISCII and Windows-1258."""
    path = recode(small(tmp_path / "a", ["Tân Sơn", "An Hà"]), tmp_path / "b", "cp1258", None)
    assert read_units(path)["name"].tolist() == ["Tân Sơn", "An Hà"]


def test_capitals_that_tcvn3_does_not_have_come_back() -> None:
    assert encodings.decode("xã ái Quốc".encode("tcvn3"), "tcvn3") == "xã Ái Quốc"
    assert encodings.decode("THị TRấN CHỜ".encode("tcvn3"), "tcvn3") == "THỊ TRẤN CHỜ"
    assert encodings.decode("ái mộ".encode("tcvn3"), "tcvn3") == "ái mộ"


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
@pytest.mark.parametrize("name", ["xa.gpkg", "xa.geojson"])
def test_old_bytes_taken_for_letters_are_mended(tmp_path: Path, encoding: str, name: str) -> None:
    names = ["Bảo Đài", "Lục Sơn", "Đèo Gia", "Sơn Động"]
    frame = gpd.read_file(small(tmp_path / "a", names))
    frame["TenXa"] = [n.encode(encoding).decode("cp1252") for n in names]
    frame.to_file(tmp_path / name)
    units = read_units(tmp_path / name)
    assert units["name"].tolist() == names
    assert [f.check for f in findings_of(units)] == ["F05"]


def test_other_languages_stay_as_they_are(tmp_path: Path) -> None:
    names = ["Évreux", "Saint-Étienne", "Béziers"]
    assert read_units(small(tmp_path / "a", names))["name"].tolist() == names


@pytest.mark.parametrize("encoding", OLD)
def test_a_table_is_decoded(bac_ninh: Path, tmp_path: Path, encoding: str) -> None:
    text = (bac_ninh / "crosswalk.csv").read_text("utf-8")
    path = tmp_path / "crosswalk.csv"
    path.write_bytes(encode(text, encoding))
    table = read_table(path)
    assert table["old_name"].tolist() == read_table(bac_ninh / "crosswalk.csv")["old_name"].tolist()
    assert [f.check for f in findings_of(table)] == ["F05"]


def test_a_table_of_unclear_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\n1,\xe3\n")
    with pytest.raises(TableError, match=r"row 2: not UTF-8 .*\[F05\].* tried .*--encoding"):
        read_table(tmp_path / "t.csv")


@pytest.mark.parametrize(("encoding", "oracle"), [("tcvn3", "TCVN5712-1"), ("viscii", "VISCII")])
def test_tables_agree_with_iconv(encoding: str, oracle: str) -> None:
    if shutil.which("iconv") is None:
        pytest.skip("iconv is not installed")
    done = subprocess.run(
        ["iconv", "-f", "UTF-8", "-t", oracle],
        input=LETTERS.encode(),
        capture_output=True,
        check=True,
    )
    assert LETTERS.encode(encoding) == done.stdout


def test_vni_agrees_with_viparse() -> None:
    """And has what viparse lacks: ẳ, and ỵ as the one letter that VNI makes of it."""
    tables = pytest.importorskip("viparse.normalize.encodings")
    pairs = tables.CHARMAPS["vni"].pairs
    assert len(pairs) > 130
    assert [(k, v) for k, v in pairs if k.encode("iso-8859-1").decode("vni") != v] == []


@given(st.sampled_from(["tcvn3", "vni", "viscii"]), st.text(alphabet=LETTERS + "bcdg hnpt"))
def test_what_is_written_is_read(encoding: str, text: str) -> None:
    written = text.encode(encoding)
    if encoding == "vni":  # two letters side by side may look like one with a mark
        assert written.decode("vni").encode("vni") == written
    else:
        assert written.decode(encoding) == text


def test_what_is_utf8_beyond_doubt_needs_no_names() -> None:
    """Of 24 letters with marks, a single byte that is no UTF-8 is enough to look closer."""
    names = ["Đồng Kỳ", "Xuân Lương", "Bố Hạ", "Nhã Nam"] * 3
    assert is_surely_utf8([[name.encode() for name in names]])
    assert not is_surely_utf8([[name.encode() for name in names], [b"Qu\xe8c"]])
    assert not is_surely_utf8([[b"Bac Giang", "Bố Hạ".encode()]])
    for encoding in OLD:
        assert not is_surely_utf8([[encode(name, encoding) for name in names]])


def test_one_name_is_no_evidence_against_unicode(tmp_path: Path) -> None:
    """Hå in Norway is Hồ in TCVN3."""
    small(tmp_path, ["Hå", "Klepp", "Time"])
    frame = gpd.read_file(tmp_path / "xa.shp")
    frame.to_file(tmp_path / "xa.geojson")
    units = read_units(tmp_path / "xa.geojson")
    assert units["name"].tolist() == ["Hå", "Klepp", "Time"]
    assert findings_of(units) == []


@pytest.mark.parametrize("codec", ["latin1", "cp1252", "cp932"])
def test_western_layers_need_a_name_for_their_encoding(tmp_path: Path, codec: str) -> None:
    names = ["東京", "大阪"] if codec == "cp932" else ["Hå", "Glarus Süd"]
    path = recode_as(small(tmp_path / "a", names), names, codec)
    with pytest.raises(LayerError, match=r"no encoding is clear .*cp1252 in western Europe"):
        read_units(path)
    assert read_units(path, encoding=codec)["name"].tolist() == names


@pytest.mark.parametrize("asked", ["tcvn3", "latin1", "cp1258"])
def test_a_shapefile_in_utf8_stays_so(tmp_path: Path, asked: str) -> None:
    units = read_units(small(tmp_path, ["Bảo Đài", "Lục Sơn"]), encoding=asked)
    assert units["name"].tolist() == ["Bảo Đài", "Lục Sơn"]
    (finding,) = findings_of(units)
    assert "is in UTF-8 and was read so" in finding.message


def recode_as(path: Path, names: list[str], codec: str) -> Path:
    """Write the names of a Shapefile in another encoding, without a .cpg."""
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    data = table.read_bytes()
    for name in names:
        old, new = name.encode(), name.encode(codec)
        data = data.replace(old, new.ljust(len(old)))
    table.write_bytes(data)
    return path
