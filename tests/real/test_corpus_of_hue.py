"""Bad and odd inputs made of Huế, in a file of its own so that another process can take them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_corpus import CHOSEN, corpora, each_case
from test_corpus import test_corpus as hold

__all__ = ["corpora"]  # a fixture


@each_case(*([] if CHOSEN else ["hue"]))
def test_corpus_of_hue(
    planted: tuple[str, str],
    corpora: Callable[[str], Path],
    tmp_path: Path,
    capsys: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hold(planted, corpora, tmp_path, capsys, monkeypatch)
