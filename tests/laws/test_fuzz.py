"""Random files of all formats, sound, odd or damaged: each ends in a result or in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzzing import trial

# Some seconds each; `python tests/fuzzing.py SEED COUNT` goes on with others.
_SEEDS, _BATCH = range(30), 10


@pytest.mark.parametrize("first", _SEEDS[::_BATCH])
def test_every_file_ends_in_a_result_or_in_a_sentence(tmp_path: Path, first: int) -> None:
    for seed in range(first, first + _BATCH):
        folder = tmp_path / str(seed)
        folder.mkdir()
        trial(seed, folder)
