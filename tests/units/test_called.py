"""The ways to call one unit."""

from __future__ import annotations

from geo_merge.dossier.sheets.labels import title_of
from geo_merge.units.called import full_names


def test_a_name_that_has_its_type_is_not_given_it_twice() -> None:
    names = ["Phường Trần Phú", "phường Trần Phú", "Trần Phú", "Xãng", "TB1"]
    types = ["Phường", "Phường", "Phường", "Xã", ""]
    called = ["Phường Trần Phú", "phường Trần Phú", "Phường Trần Phú", "Xã Xãng", "TB1"]
    assert full_names(names, types) == called
    paired = [{"name": name, "unit_type": kind} for name, kind in zip(names, types, strict=True)]
    assert [title_of(unit) for unit in paired] == called  # on paper
    assert title_of({"name": "Halden"}) == "Halden"
