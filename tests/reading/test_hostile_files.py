"""Files that mean harm end in a sentence, or are read because they do none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hostile import (  # noqa: F401 - they register files
    archives,
    databases,
    documents,
    outlines,
    papers,
    tables,
)
from hostile.files import FILES, READ, SIZES, frame

from geo_merge.errors import GeoMergeError
from geo_merge.merging.merge import merge, validate
from geo_merge.units.crosswalk import read_crosswalk
from geo_merge.units.layers import read_units
from geo_merge.vietnam.resolutions.compositions import plan_from_resolution

_TABLES = (".csv", ".xlsx", ".ods")
_PAPERS = (".docx", ".pdf")


def outcome(path: Path) -> tuple[str, ...]:
    """Read a file as build does; return the sentences that it ends in, none if it is read."""
    try:
        if path.suffix in _TABLES:
            merge(frame().set_index("code"), read_crosswalk(path, sizes=SIZES))
        elif path.suffix in _PAPERS:
            plan_from_resolution(path)
        else:
            found = validate(read_units(path, sizes=SIZES))
            errors = found[found["severity"] == "error"]
            told = zip(errors["check"], errors["message"], strict=True)
            return tuple(f"[{check}] {message}" for check, message in told)
    except GeoMergeError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_ends_in_a_sentence(tmp_path: Path, name: str) -> None:
    hostile = FILES[name]
    problems = outcome(hostile.write(tmp_path))
    if hostile.ends == READ:
        assert problems == (), problems
        return
    assert problems
    assert all(problem.strip().endswith(".") and "\n" not in problem for problem in problems)
    ids = rf"\[({'|'.join(hostile.ends.split())})\]" if hostile.ends[0].isupper() else hostile.ends
    assert re.search(ids, problems[0]), problems[0]
    assert len(problems[0]) < 1_000
