"""What stops a run, as it is shown: in a language, and not more than anyone reads."""

from __future__ import annotations

from geo_merge.errors import GeoMergeError
from geo_merge.vocabulary.sentence import said, sentence

_SHOWN = 100  # sentences; a file can be made to earn millions


def problems_in(error: GeoMergeError, language: str) -> list[str]:
    """Return the sentences of an error in a language, the last of which may count the others."""
    more = len(error.problems) - _SHOWN
    rest = [sentence("words.more_problems", n=more)] if more > 0 else []
    return [said(problem, language) for problem in (*error.problems[:_SHOWN], *rest)]
