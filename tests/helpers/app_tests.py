"""Streamlit's own test of pages, which need not look through all that is installed for each page."""

from __future__ import annotations

from functools import cache

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

__all__ = ["AppTest"]
# Of some hundred packages it reads who they are: four fifths of what a page took.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
