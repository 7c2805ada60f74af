"""Sentences of findings and errors as the page shows them: in its language, with its buttons."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.texts import TEXTS
from geo_merge.ui import store
from geo_merge.ui.state import language, t
from geo_merge.ui.tables import plain
from geo_merge.units.crosswalk import COLUMNS
from geo_merge.vocabulary.findings_frame import in_language, read_in
from geo_merge.vocabulary.sentence import said

# An option of the command line, with the value that a sentence gives it and others that it takes.
_OPTION = re.compile(
    r"--([a-z][a-z-]*[a-z])"
    r"(?: keep\b|=\w+| [A-Z]\d\d| [a-z]+_[a-z]+(?: (?:và|and) [a-z]+_[a-z]+)?(?![=\w])"
    r"| [^=.;,()]{1,40}=[\w|]+(?: \((?:hoặc )?area, [a-z, ]+\))?)?"
)
# A command.
_COMMAND = re.compile(
    r"geo-merge(?! failed) [a-z]+(?: from-[a-z]+)?(?: [A-Z]+\b)*(?: --by .+? --keep-agreeing)?"
)

# What stands in the table of decisions for a button that has just been named.
_WRITTEN = re.compile(r" \(“(?:accept|reject|waive|mend)”\)")

# Our headings, but for those that are words of a sentence too.
_OURS = re.compile(rf"\b({'|'.join(name for name in COLUMNS if '_' in name)})s?\b")


def on_page(text: str) -> str:
    """Return a sentence that names what the page has for options of the command line."""
    plain_words = _WRITTEN.sub("", _COMMAND.sub(lambda _: t("option.other"), text))
    return _OPTION.sub(_pressed, plain_words)


def _own_words() -> Callable[[str], str]:
    """Return what puts a person's own headings, and her file, in the place of ours.

    A table that was corrected on the page has the headings of the page.
    """
    work = store.current_work()
    if work is None or not (work.is_corrected or work.choices.get("columns")):
        return str
    chosen = {} if work.is_corrected else work.choices["columns"]
    used, given = work.crosswalk, work.files("crosswalk")

    def own(text: str) -> str:
        text = _OURS.sub(lambda m: f"“{chosen.get(m[1]) or t(f'intake.column_{m[1]}')}”", text)
        if work.is_corrected and used is not None and given:
            text = text.replace(used.name, t("intake.corrected", file=given[0].name))
        return text

    return own


def findings(frame: pd.DataFrame) -> pd.DataFrame:
    """Return message and hint of findings in the language of the page; indexed as they are."""
    told = read_in(frame, language())
    own = _own_words()
    return told.map(lambda text: own(on_page(text)))


def explained(reconciliation: pd.DataFrame) -> pd.DataFrame:
    """Return a reconciliation whose explanation is in the language of the page, and in no other."""
    others = [c for c in reconciliation if str(c).startswith("explanation_")]
    own = in_language("explanation", language())
    column = own if own in others else "explanation"
    return reconciliation.assign(explanation=reconciliation[column]).drop(columns=others)


def problem(text: str) -> str:
    """Return what stops a run in the language of the page."""
    return _own_words()(on_page(said(text, language())))


def show(error: GeoMergeError) -> None:
    """Show each problem of what cannot be used, as text."""
    for each in error.problems:
        st.error(plain(problem(each)), icon=":material/error:")


def _pressed(option: re.Match[str]) -> str:
    key = f"option.{option[1]}"
    return t(key if key in TEXTS else "option.other")
