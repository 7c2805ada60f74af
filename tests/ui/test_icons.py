"""The font of icons: those that the page can show, as Streamlit draws them, and no others."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from browsing import serving
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from geo_merge.ui.icon_font import icons_of, reduced
from geo_merge.ui.icons import FONT


def outline(font: TTFont, name: str) -> list[object]:
    pen = RecordingPen()
    font.getGlyphSet()[icons_of(font)[name]].draw(pen)
    return pen.value


def test_a_reduced_font_has_the_icons_that_programs_name(tmp_path: Path) -> None:
    assert FONT is not None
    (tmp_path / "page.py").write_text('page("Bản đồ", icon=":material/map:", back="chevron_left")')
    (tmp_path / "small.woff2").write_bytes(reduced(FONT, [tmp_path / "page.py"]))
    whole, small = TTFont(FONT), TTFont(tmp_path / "small.woff2")
    # Two names, one icon.
    assert set(icons_of(small)) == {"map", "chevron_left", "navigate_before"}
    for name in ("map", "chevron_left"):
        assert outline(small, name) == outline(whole, name) != []


def test_browsers_are_given_the_reduced_font_once_it_is_made(tmp_path: Path) -> None:
    assert FONT is not None
    with serving(GEO_MERGE_CACHE=str(tmp_path)) as address:
        asked = urllib.request.Request(f"{address}/static/media/{FONT.name}")  # noqa: S310
        end = time.monotonic() + 120
        while True:
            with urllib.request.urlopen(asked) as answer:  # noqa: S310
                font, mark = answer.read(), answer.headers["ETag"]
            if len(font) < FONT.stat().st_size or time.monotonic() > end:
                break
            assert font == FONT.read_bytes()
            time.sleep(0.5)
        assert len(font) < FONT.stat().st_size / 4
        assert answer.headers["Cache-Control"] == "no-cache"
        (tmp_path / "small.woff2").write_bytes(font)
        assert {"map", "download", "keyboard_arrow_down"} <= icons_of(
            TTFont(tmp_path / "small.woff2")
        ).keys()
        asked.add_header("If-None-Match", mark)
        with pytest.raises(urllib.error.HTTPError) as again, urllib.request.urlopen(asked):  # noqa: S310
            pass
        assert again.value.code == 304
        again.value.close()
    assert len(list((tmp_path / "icons").iterdir())) == 1
