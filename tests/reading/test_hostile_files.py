"""Files that mean harm end in a sentence, or are read because they do none."""

from __future__ import annotations

import re
from pathlib import Path
from zlib import crc32

import pytest
from commands import run
from hostile.all import ANY, FILES, READ, SIZES, frame, prepare
from hostile.given import commands, preparing

from geo_merge.errors import GeoMergeError
from geo_merge.merging.merge import merge, validate
from geo_merge.units.crosswalk import read_crosswalk
from geo_merge.units.layers import read_units
from geo_merge.vietnam.resolutions.compositions import plan_from_resolution

# Of other roles the command is run, as its user does; of those that may end in any way one in
# sixteen, `tests/benchmarks/harm.py` runs all.
_ROLES = ("layer", "table", "paper")
_LONGEST = 5_000  # characters
_TRIED = [name for name, each in FILES.items() if each.ends != ANY or not crc32(name.encode()) % 16]


def outcome(path: Path, role: str) -> tuple[str, ...]:
    """Read a file as build does; return the sentences that it ends in, none if it is read."""
    try:
        if role == "table":
            merge(frame().set_index("code"), read_crosswalk(path, sizes=SIZES))
        elif role == "paper":
            plan_from_resolution(path)
        else:
            found = validate(read_units(path, sizes=SIZES))
            errors = found[found["severity"] == "error"]
            told = zip(errors["check"], errors["message"], strict=True)
            return tuple(f"[{check}] {message}" for check, message in told)
    except GeoMergeError as error:
        return error.problems
    return ()


def _pattern(ends: str) -> str:
    """Return what is looked for: one of several checks, or words."""
    return rf"\[({'|'.join(ends.split())})\]" if ends[0].isupper() else ends


@pytest.mark.parametrize("name", [name for name in _TRIED if FILES[name].role in _ROLES])
def test_a_hostile_file_ends_in_a_sentence(tmp_path: Path, name: str) -> None:
    hostile = FILES[name]
    problems = outcome(hostile.write(tmp_path), hostile.role)
    if hostile.ends == READ:
        assert problems == (), problems
        return
    assert problems or hostile.ends == ANY
    assert all(problem.strip().endswith(".") and "\n" not in problem for problem in problems)
    assert all(len(problem) < _LONGEST for problem in problems)
    if hostile.ends == ANY:
        return
    ids = _pattern(hostile.ends)
    assert re.search(ids, problems[0]), problems[0]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result, a plan and what they were made of."""
    folder = prepare(tmp_path_factory.mktemp("sound"))
    assert [run(*arguments).code for arguments in preparing(folder)] == [0, 0]
    return folder


@pytest.mark.parametrize("name", [name for name in _TRIED if FILES[name].role not in _ROLES])
def test_a_hostile_file_ends_a_command_in_a_sentence(
    tmp_path: Path, name: str, sound: Path
) -> None:
    hostile = FILES[name]
    out = tmp_path / "out"
    out.mkdir()
    ids = re.compile("" if hostile.ends in {ANY, READ} else _pattern(hostile.ends))
    for command, arguments in commands(hostile.write(tmp_path), hostile.role, sound, out):
        ran = run(*arguments)
        errors = [line for line in ran.err.splitlines() if line.startswith("Error: ")]
        assert ran.code in ({1, 2} if errors else {0, 1}), ran
        assert all(line.endswith(".") and len(line) < _LONGEST for line in errors), errors
        assert ids.search(ran.err), (command, ran.err)
        assert "geo_merge_" not in "".join(each.name for each in out.iterdir()), ran


@pytest.mark.parametrize("name", ["fgb_index.fgb", "fgb_sizes.fgb", "fgb_head_in_itself.fgb"])
def test_what_arrow_stumbles_over_is_a_damaged_file(tmp_path: Path, name: str) -> None:
    (told,) = outcome(FILES[name].write(tmp_path), "layer")
    assert re.fullmatch(rf"{name} cannot be read \(.*\) \[F03\]; copy or export it again\.", told)


@pytest.mark.parametrize("name", ["mif_transform.mif", "mif_coordsys_file.mif"])
def test_children_say_nothing_to_users(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    """What GDAL warns of is told by what reads the file, not by the child that goes through it."""
    outcome(FILES[name].write(tmp_path), "layer")
    assert capfd.readouterr().err == ""
