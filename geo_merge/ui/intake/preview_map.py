"""A small map of the layers as they were given: Leaflet as a component of the page."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import streamlit as st

from geo_merge.maps.assets import leaflet_sources
from geo_merge.ui.state import t

_STYLE = """
.gm-preview {height: 320px; border-radius: .5rem; background: transparent;
  outline: 1px solid color-mix(in srgb, currentColor 20%, transparent)}
@media (max-width: 640px) {.gm-preview {height: 240px}}"""


def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer
    script, style = leaflet_sources()
    own = Path(__file__).with_name("preview.js").read_text("utf-8")
    return st.components.v2.component(
        "geo_merge_preview", html='<div class="gm-preview"></div>', css=f"{style}\n{_STYLE}",
        js=f"{script}\n{own}", isolate_styles=True,
    )  # fmt: skip


_RENDER = _component()


def show(outlines: str) -> None:
    """Draw units that `looking.outlines` made."""
    key = hashlib.sha256(outlines.encode()).hexdigest()[:16]
    data = {"key": key, "outlines": outlines, "label": t("intake.map"),
            **{way: t(f"map.{way}") for way in ("zoom_in", "zoom_out")}}  # fmt: skip
    _RENDER(key="preview_map", data=data)
