"""What a program that is at work says it is doing, in the language of whoever waits."""

from __future__ import annotations

from geo_merge.texts import TEXTS, Language, say
from geo_merge.vocabulary.sentence import said


def step_in(step: str, language: Language) -> str:
    """Return what a step is called in a language: a text of ``[step]``, or a sentence."""
    key = f"step.{step}"
    return say(key, language) if key in TEXTS else said(step, language)
