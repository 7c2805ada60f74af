"""What is kept on disk: found by its content, whole or made anew, bounded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from geo_merge.maps import cache


class Maker:
    """Makes an entry, and counts how often."""

    def __init__(self, content: bytes = b"content") -> None:
        self.content, self.made = content, 0

    def __call__(self) -> bytes:
        self.made += 1
        return self.content


def kept(key: str, make: Maker) -> bytes:
    return cache.kept("kind", lambda: key, make)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "kind"


def test_what_was_made_once_is_read(folder: Path) -> None:
    make = Maker()
    assert [kept("a", make) for _ in range(3)] == [b"content"] * 3
    assert make.made == 1
    assert [path.name for path in folder.iterdir()] == ["a"]


def test_another_key_is_another_entry(folder: Path) -> None:
    assert kept("a", Maker(b"one")) == b"one"
    assert kept("b", Maker(b"two")) == b"two"
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("broken", [b"", b"short", b"\0" * 39])
def test_a_broken_entry_is_made_anew(folder: Path, broken: bytes) -> None:
    make = Maker()
    kept("a", make)
    (folder / "a").write_bytes(broken)
    assert kept("a", make) == b"content"
    assert kept("a", make) == b"content"
    assert make.made == 2


def test_half_an_entry_is_made_anew(folder: Path) -> None:
    make = Maker(b"0123456789")
    kept("a", make)
    (folder / "a").write_bytes((folder / "a").read_bytes()[:-4])
    assert kept("a", make) == b"0123456789"
    assert make.made == 2


def test_the_entries_used_last_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_ENTRIES", 2)
    for age, key in enumerate("abc"):
        kept(key, Maker())
        os.utime(folder / key, (age, age))
    assert sorted(path.name for path in folder.iterdir()) == ["b", "c"]
    kept("b", Maker())  # used: now the newest
    kept("d", Maker())
    assert sorted(path.name for path in folder.iterdir()) == ["b", "d"]


def test_the_size_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 300)
    for age, key in enumerate("abc"):
        kept(key, Maker(b"x" * 80))
        os.utime(folder / key, (age, age))
    assert sorted(path.name for path in folder.iterdir()) == ["b", "c"]


def test_off_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, "off")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    make = Maker()
    assert [kept("a", make) for _ in range(2)] == [b"content"] * 2
    assert make.made == 2
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file" / "cache"))
    make = Maker()
    assert [kept("a", make) for _ in range(2)] == [b"content"] * 2
    assert make.made == 2
