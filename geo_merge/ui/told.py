"""Sentences of findings and errors as the page shows them: in its language, with its buttons."""

from __future__ import annotations

import re

import pandas as pd

from geo_merge.texts import TEXTS
from geo_merge.ui.state import language, t
from geo_merge.vocabulary.findings_frame import in_language, read_in
from geo_merge.vocabulary.sentence import said

# An option of the command line, with the value that a sentence gives it; a command.
_OPTION = re.compile(r"--([a-z][a-z-]*[a-z])(?: keep\b| [A-Z]\d\d| [^=.;,()]{1,40}=[\w|]+)?")
_COMMAND = re.compile(
    r"geo-merge(?! failed) [a-z]+(?: from-[a-z]+)?(?: [A-Z]+\b)*(?: --by .+? --keep-agreeing)?"
)


def on_page(text: str) -> str:
    """Return a sentence that names what the page has for options of the command line."""
    return _OPTION.sub(_pressed, _COMMAND.sub(lambda _: t("option.other"), text))


def findings(frame: pd.DataFrame) -> pd.DataFrame:
    """Return message and hint of findings in the language of the page; indexed as they are."""
    told = read_in(frame, language())
    return told.map(on_page)


def explained(reconciliation: pd.DataFrame) -> pd.DataFrame:
    """Return a reconciliation whose explanation is in the language of the page, and in no other."""
    others = [c for c in reconciliation if str(c).startswith("explanation_")]
    own = in_language("explanation", language())
    column = own if own in others else "explanation"
    return reconciliation.assign(explanation=reconciliation[column]).drop(columns=others)


def problem(text: str) -> str:
    """Return what stops a run in the language of the page."""
    return on_page(said(text, language()))


def _pressed(option: re.Match[str]) -> str:
    key = f"option.{option[1]}"
    return t(key if key in TEXTS else "option.other")
