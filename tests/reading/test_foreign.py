"""A picture, a document or a web page under the name of a layer or a table is called what it is."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from geo_merge.errors import LayerError, TableError
from geo_merge.reading.foreign import foreign
from geo_merge.reading.sources import open_layer
from geo_merge.reading.tables import read_table
from geo_merge.vocabulary.sentence import sentence
from geo_merge.wording.sentence import said


def zipped(*names: str, mimetype: str = "") -> bytes:
    """A zip with files of these names, the way that programs of offices write it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "<x/>")
    return content.getvalue()


DOCX = zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
FILES = {
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(40),
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(40),
    "gif": b"GIF89a" + bytes(40),
    "tiff": b"II*\0" + bytes(40),
    "pdf": b"%PDF-1.7\n1 0 obj <<>> endobj\n",
    "office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40),
    "rtf": b"{\\rtf1 Danh s\\'e1ch}",
    "docx": DOCX,
    "pptx": zipped("[Content_Types].xml", "ppt/presentation.xml"),
    "xlsx": XLSX,
    "odf": zipped("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
    "html": b"\xef\xbb\xbf\n<!-- login --><!DOCTYPE html>\n<html><body>old_code,new_code</body></html>",
    "gzip": gzip.compress(b"old_code,new_code\n"),
    "rar": b"Rar!\x1a\x07\x01\0" + bytes(40),
    "seven": b"7z\xbc\xaf\x27\x1c" + bytes(40),
}
MEANT = {
    "zip of something else": zipped("readme.txt", "keyword/a.shp"),
    "text": b"old_code,new_code\n1,2\n",
    "text about PDF": b"a,b\n%PDF-1.7,\n",
    "KML": b"<?xml version='1.0'?><kml><Document/></kml>",
    "UTF-16": "old_code,new_code".encode("utf-16"),
    "a word that begins alike": b"<htmlish/>",
    "nothing": b"",
}
LAYERS = (".gpkg", ".shp", ".geojson", ".parquet", ".fgb", ".kml", ".tab", ".zip")
TABLES = (".csv", ".xlsx", ".parquet", ".txt")
ARCHIVES = {"gzip", "rar", "seven"}


def test_each_is_known_and_nothing_else() -> None:
    assert {kind: foreign(content) for kind, content in FILES.items()} == {k: k for k in FILES}
    assert {foreign(content) for content in MEANT.values()} == {""}


@pytest.mark.parametrize("kind", FILES)
def test_a_layer_that_is_none(kind: str, tmp_path: Path) -> None:
    for ending in LAYERS:
        (path := tmp_path / f"ward{ending}").write_bytes(FILES[kind])
        with pytest.raises(LayerError) as told:
            open_layer(path)
        told_of = sentence(f"F01.{kind}" if kind in ARCHIVES else f"F01.is_{kind}")
        assert str(told.value).startswith(f"ward{ending} is {told_of}")
        if kind not in ARCHIVES:
            assert "not a layer [F01]" in str(told.value)


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind != "xlsx"])
def test_a_table_that_is_none(kind: str, tmp_path: Path) -> None:
    # An old document may be a workbook under another ending (test_table_xls).
    for ending in sorted({*TABLES} - ({".xlsx"} if kind == "office" else set())):
        (path := tmp_path / f"crosswalk{ending}").write_bytes(FILES[kind])
        with pytest.raises(TableError, match=r"not a table \[F01\]") as told:
            read_table(path)
        (problem,) = told.value.problems
        what = sentence(f"F01.{kind}" if kind in ARCHIVES else f"F01.is_{kind}")
        assert said(problem, "vi").startswith(f"crosswalk{ending} là {said(what, 'vi')}, ")


def test_what_may_be_a_table_is_told_of_as_a_table(tmp_path: Path) -> None:
    for name, content in (("a.csv", MEANT["text"]), ("a.xlsx", XLSX), ("a.xls", FILES["office"]),
                          ("a.ods", FILES["odf"])):  # fmt: skip
        (path := tmp_path / name).write_bytes(content)
        with pytest.raises(LayerError, match="is a table without boundaries"):
            open_layer(path)
    (path := tmp_path / "picture.csv").write_bytes(FILES["png"])
    with pytest.raises(LayerError, match=r"picture.csv is a picture \(PNG\), not a layer"):
        open_layer(path)


@pytest.mark.parametrize("name", ["l.gml", "l.geojson", "l.kml"])
@pytest.mark.parametrize(
    "text",
    [
        (
            '<ows:ExceptionReport version="2.0.0"><ows:Exception exceptionCode="Late">'
            "<ows:ExceptionText>Too\n slow</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
        ),
        (
            "<ServiceExceptionReport><ServiceException><![CDATA[ Too slow ]]></ServiceException>"
            "</ServiceExceptionReport>"
        ),
    ],
)
def test_what_a_service_says_of_its_failure_is_told(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(f'<?xml version="1.0"?>{text}', "utf-8")
    with pytest.raises(LayerError, match=r"of a service that refused: Too slow \[F03\]"):
        open_layer(tmp_path / name)
