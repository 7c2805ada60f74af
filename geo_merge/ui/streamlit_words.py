"""What Streamlit says by itself, which it has in English alone, in the language of the page."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path

import streamlit as st

from geo_merge.texts import Language

_HERE = Path(__file__).parent
# By language, then as Streamlit says it.
WORDS: dict[str, dict[str, str]] = tomllib.loads(
    (_HERE / "streamlit_words.toml").read_text("utf-8")
)


def show(language: Language) -> None:
    """Let the browser put the words of the page in the place of Streamlit's, now and later."""
    st.html(_script(language), unsafe_allow_javascript=True)


@cache
def _script(language: Language) -> str:
    """Return the script; what another language said on the page before is said anew."""
    own = WORDS[language]
    others = (pair for other, words in WORDS.items() if other != language for pair in words.items())
    back = [(said, own.get(english, english)) for english, said in others if said]
    pairs = [*own.items(), *(pair for pair in back if pair[0] not in own)]
    watching = (_HERE / "streamlit_words.js").read_text("utf-8")
    # Streamlit's own page says that it is English, whatever is on it.
    return (f"<script>{watching}\ngeoMergeWords({json.dumps(pairs, ensure_ascii=False)});\n"
            f"document.documentElement.lang = '{language}';</script>")  # fmt: skip
