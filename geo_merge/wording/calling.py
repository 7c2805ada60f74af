"""What the units of a layer are called: communes, kommuner, counties; plain units if nothing tells.

Sentences and texts are written with "unit" (đơn vị). Where it is known what the units before and
after are, the word is put there before anything else is filled in, so that names and codes stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# Not in braces, where it names a value; not in names of files as new_units.geojson; and not where
# others are meant: the units above, those of measure.
_ENGLISH = re.compile(
    r"(?<![\w{/])(?<!year or )(?:(?P<article>an?) )?(?P<before>old )?(?P<after>new )?"
    r"(?:administrative )?(?P<word>units?)(?!\w|\.\w|-| above| of value)",
    re.IGNORECASE,
)
_VIETNAMESE = re.compile(
    r"(?<!cơ quan, )(?<!cơ quan và )(?P<word>đơn vị)(?: hành chính)?"
    r"(?! (?:cấp trên|tính|đo|nghìn|sự nghiệp|là \{))(?P<before> cũ| trước)?(?P<after> mới| sau)?",
    re.IGNORECASE,
)
_THEN = re.compile(r" (?P<before>before)| (?P<after>after)")
_BECOME = re.compile(r" become")


@dataclass(frozen=True)
class UnitWord:
    """What a unit is called: one and several in English, and in Vietnamese."""

    one: str
    several: str
    vi: str


@dataclass(frozen=True)
class Called:
    """What units are called before and after; None where nothing tells."""

    before: UnitWord | None = None
    after: UnitWord | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is known."""
        return self.before is not None or self.after is not None

    def in_text(self, text: str, language: str) -> str:
        """Return a text, its values not yet filled in, with the words of these units."""
        return _in_text(self, text, language) if self else text

    def of(self, told: re.Match[str]) -> UnitWord | None:
        """Return the word that fits a place: what is of both sides needs one word for both."""
        if told["before"]:
            return self.before
        if told["after"]:
            return self.after
        then = _THEN.match(told.string, told.end())
        if then is not None:
            return self.before if then["before"] else self.after
        if _BECOME.match(told.string, told.end()):
            return self.before
        return self.before if self.before == self.after else None


UNITS = Called()


@cache
def _in_text(called: Called, text: str, language: str) -> str:
    pattern, put = (_VIETNAMESE, _vietnamese) if language == "vi" else (_ENGLISH, _english)

    def replaced(told: re.Match[str]) -> str:
        word = called.of(told)
        return told[0] if word is None else put(told, word)

    return pattern.sub(replaced, text)


def _english(told: re.Match[str], word: UnitWord) -> str:
    name = _cased(word.several if told["word"].lower().endswith("s") else word.one, told)
    adjective = told["before"] or told["after"] or ""
    article = told["article"]
    if article and not adjective:
        vowel = name[0].lower() in "aeiou"
        article = article[0] + ("n" if vowel else "")
    return f"{article} {adjective}{name}" if article else f"{adjective}{name}"


def _vietnamese(told: re.Match[str], word: UnitWord) -> str:
    return _cased(word.vi, told) + (told["before"] or "") + (told["after"] or "")


def _cased(name: str, told: re.Match[str]) -> str:
    """Return a word as the one it stands for is written: in capitals, or with one."""
    there = told["word"]
    if there.isupper():
        return name.upper()
    return name[0].upper() + name[1:] if there[0].isupper() else name
