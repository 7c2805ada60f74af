"""What Streamlit says by itself where something failed that nobody expected."""

from __future__ import annotations

import re
import tomllib

import pytest
from conftest import ROOT
from streamlit.elements import exception


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_failure_is_told_in_the_language_of_the_page(language: str) -> None:
    words = tomllib.loads((ROOT / "geo_merge/ui/streamlit_words.toml").read_text("utf-8"))
    said = exception._GENERIC_UNCAUGHT_EXCEPTION_TEXT
    forms = [".+?".join(map(re.escape, key.split("{}"))) for key in words[language]]
    assert any(re.fullmatch(form, said) for form in forms)


def test_a_failure_leads_to_nobody_elses_pages() -> None:
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
    assert settings["client"]["showErrorLinks"] is False
