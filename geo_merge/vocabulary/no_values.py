"""Texts of cells that are no values: failed formulas, words for nothing, dates, "as above", fates.

The errors are Excel's (``#N/A``, ``#REF!``, ``#SPILL!``, in any language, also without their sign)
and LibreOffice's (``Err:502``); the words are what databases, pandas and people write. ``NA`` is a
text: it is the code of Namibia; Err is a place. A day, a time or a truth value is what a
spreadsheet made of a name or code. A fate says what becomes of a unit where its new name is wanted:
``Giữ nguyên`` in thirty rows is no unit of that name.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from geo_merge.vocabulary.codes import clean_text
from geo_merge.wording.sentence import Sentence, sentence

_REMEMBERED = 100_000  # texts
_WORDS = frozenset((
    "null", "(null)", "[null]", "<null>", "nan", "-nan", "none", "n/a", "n.a.", "n.a", "<na>",
    "nat", "nil", "\\n", "undefined", "(blank)", "(empty)", "không có", "không rõ", "chưa có",
    "không", "chưa rõ", "chưa xác định", "chưa đặt tên", "chưa có tên", "chưa có mã", "(trống)",
    "tbd", "tba", "tbc", "unknown", "unnamed", "no data", "nodata", "missing", "void", "n.d.",
    "not available", "not applicable", "khuyết", "để trống", "bỏ trống", "chưa biết",
    "chưa cập nhật", "đang cập nhật", "cập nhật sau", "không xác định", "không có dữ liệu",
    "unbekannt", "inconnu", "sans objet", "keine angabe", "k. a.", "k.a.", "ukjent", "okänd",
    "desconocido", "sin datos", "нет данных", "неизвестно",
))  # fmt: skip
# Signs for nothing. One dot, or two, is a code, if a bad one, and others may be a name.
_SIGNS = re.compile(r"[-‐‑‒–—―−_?*\s]+|…|\.{3,}|/{1,2}")
_ERROR = re.compile(
    r"#(?:N/A.*|GETTING_DATA|[¡¿]?[^\W_][\w/ ]*[!?]|[^\W\d_]+(?:[/_][^\W\d_]+)*|#*)|ERR:\d+"
    r"|(?:VALUE|REF|NUM|NULL|DIV/0|SPILL|CALC|WERT|BEZUG|VALEUR|VALOR|ERROR|LỖI)!|NAME\?|#?LỖI|ERROR",
    re.IGNORECASE,
)
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|[Tt]hg ?[0-9]{1,2})"
_DAY = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}(?: \d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,3}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?"
    rf"|\d{{1,2}}-{_MONTH}(?:-\d{{2,4}})?|{_MONTH}-\d{{2}}"
)
# Marks for what stands in the row above, as people set them: nt, như trên, do., ditto, ", 〃, ↑.
_QUOTES = "\"'\u2018\u2019\u201c\u201d\u201e\u2032\u2033\u3003\u00ab\u00bb\u00b4`"
_MARK = re.compile(
    rf"(?=.*[{_QUOTES}])[-–—,. {_QUOTES}]+"
    r"|[-(\"' ]*(?:n\.t\.?|nt\.|như trên|như dòng trên|ditto|[ií]dem|ibidem|ibid\.?"
    r"|as above|same as above|siehe oben|wie oben|s\. ?o\.|dto\.|comme ci-dessus|come sopra"
    r"|c\. ?s\.|jak wyżej|j\. ?w\.|viz výše|dtto|mint fent|sama dengan di atas|s\. ?d\. ?a\."
    r"|то же|как выше|同上|同前|仝上|々|상동|위와 같음)[-)\"' ]*"
    r"|[-(\"' ]+nt[-)\"' ]+|-?(?:do|id)\.|-do-|[\^↑⇑⬆▲]+",
    re.IGNORECASE,
)
# In small letters: Do may be a name, NT is the code of a territory and ID that of a state.
_SMALL_MARKS = frozenset(("do", "id", "nt"))
# What becomes of a unit, where its new name is wanted: texts as a whole, no parts of a name.
_FATES = (
    r"(?:(?:được|vẫn|tiếp tục|đề nghị) )*(?:giữ|để) nguyên\b.*", r"(?:giữ )?nguyên trạng",
    r"như (?:cũ|hiện nay|hiện trạng)", r"giải thể",
    r"không (?:thay đổi|đổi|sắp xếp|sáp nhập|nhập|điều chỉnh|biến động|thực hiện|thuộc diện)\b.*",
    r"(?:(?:sáp|hợp) )?nhập (?:vào|về|với|cùng)\b.*",
    r"(?:hợp nhất|chuyển) (?:vào|về|với|sang|thành)\b.*",
    r"thành lập (?:mới|xã|phường|thị trấn|đặc khu)\b.*",
    r"unchanged|no changes?|not (?:changed|merged|affected)|unaffected|same as before",
    r"(?:remains?|stays?|keeps?|kept) (?:unchanged|as (?:it )?(?:is|was)|its .*|the same)",
    r"as (?:it )?(?:is|was|before)|(?:is )?merged? (?:in)?to .*|joined to .*",
    r"inchangée?s?|(?:sans|pas de|aucun) changements?|non concernée?s?",
    r"unverändert|keine (?:ver)?änderung(?:en)?|bleibt(?: (?:bestehen|unverändert))?",
    r"uendre[td]|uendra|uændret|ingen [eæ]ndring(?:er)?|videreføres",
    r"oförändra[dt]|ingen (?:för)?ändring(?:ar)?|ei muuto(?:sta|ksia)|muutumatu|ei muutu",
    r"ongewijzigd|geen wijziging(?:en)?|invariat[oa]|(?:nessuna|senza) (?:variazion|modific)[aei]",
    r"sin (?:cambios?|modificaci(?:ón|ones))|sem (?:alteraç(?:ão|ões)|mudanças?)|inalterad[oa]",
    r"bez zmian|beze změny|bez zmeny|bez promjen[ae]|változatlan|neschimbat[ăa]?|değişmedi",
    r"değişiklik yok|без изменений|без змін|tidak berubah|walang pagbabago",
    r"変更(?:なし|無し)|変わらず|現状のまま|変化なし|변[동경] ?없음",
    r"(?:保持|[维維]持)?不[变變]|[无無][变變]化",
)  # fmt: skip
_FATE = re.compile(rf"[-(\[\"' ]*(?:{'|'.join(_FATES)})[-)\]\"' .]*", re.IGNORECASE)
# Also as Excel writes them in its other languages; Faux and Sai may be places.
_TRUTH = frozenset(("TRUE", "FALSE", "True", "False", "true", "false", "ĐÚNG", "VRAI", "WAHR",
                    "FALSCH", "VERDADERO", "VERDADEIRO", "WAAR", "ONWAAR", "PRAWDA", "FAŁSZ",
                    "ИСТИНА", "ЛОЖЬ"))  # fmt: skip


class NoValue(StrEnum):
    """Why a text is no value, in words for messages."""

    ERROR = "a failed formula"
    NOTHING = "no value"
    DAY = "a date or time"
    TRUTH = "a truth value"
    ABOVE = "a mark for what stands above"
    FATE = "words on what becomes of a unit"

    @property
    def told(self) -> Sentence:
        """The same in any language."""
        return sentence(_TOLD[self])


_TOLD = {NoValue.ERROR: "words.failed_formula", NoValue.NOTHING: "words.no_value",
         NoValue.DAY: "words.day", NoValue.TRUTH: "words.truth",
         NoValue.ABOVE: "words.as_above", NoValue.FATE: "words.fate"}  # fmt: skip

_FORMS = {NoValue.ERROR: _ERROR, NoValue.DAY: _DAY, NoValue.FATE: _FATE}


@lru_cache(_REMEMBERED)
def no_value(text: str) -> NoValue | None:
    """Return why the text of a cell cannot be a name or code; None if it can.

    A blank cell says nothing and is no matter of this.
    """
    written = clean_text(text)
    text = clean_text(unicodedata.normalize("NFKC", text))
    if not text:
        return None
    for kind, pattern in _FORMS.items():
        if pattern.fullmatch(text):
            return kind
    if _MARK.fullmatch(written) or written in _SMALL_MARKS:
        return NoValue.ABOVE
    if text.casefold() in _WORDS or _SIGNS.fullmatch(text):
        return NoValue.NOTHING
    return NoValue.TRUTH if text in _TRUTH else None


def may_be_a_place(text: str) -> bool:
    """Tell whether a word for nothing is written as a name: None in Piedmont, Nan in Thailand."""
    return text.isalpha() and text.istitle()
