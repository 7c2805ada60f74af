"""Uploaded files: their names are never paths, and what is too large is refused."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from geo_merge.errors import LayerError
from geo_merge.ui.uploads import Folder, check_size, put_all


@dataclass
class Given:
    """A file as Streamlit hands it over."""

    name: str
    content: bytes = b"x"

    def getbuffer(self) -> memoryview:
        return memoryview(self.content)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\boot.ini", "/abs/olute.zip", "..", ".", "", "a/..", "C:\\x.zip",
     "<script>.gpkg", "=cmd.csv", "lệ viễn.zip"],
)  # fmt: skip
def test_a_name_never_leads_out_of_the_folder(name: str) -> None:
    folder = Folder()
    path = folder.put(Given(name))
    assert path.parent == folder.path
    assert path.read_bytes() == b"x"


def test_files_of_one_name_are_both_kept() -> None:
    folder = Folder()
    first, second = put_all(folder, [Given("a.zip", b"1"), Given("a.zip", b"2")])
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    assert second.suffix == ".zip"


def test_the_folder_goes_with_what_holds_it() -> None:
    folder = Folder()
    path = folder.put(Given("a.zip"))
    del folder
    assert not path.exists()


def test_what_is_too_large_together_is_refused() -> None:
    files = [Given("a.zip", b"x" * 600_000), Given("b.zip", b"x" * 600_000)]
    check_size(files, 1_200_000)
    with pytest.raises(LayerError, match=r"1 MB together, more than 1 MB \[S05\]"):
        check_size(files, 1_199_999)
