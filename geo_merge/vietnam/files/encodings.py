"""The encodings of Vietnamese text before Unicode, and which of them a file is in.

Sources: TCVN 5712:1993 (VN1; TCVN3 or ABC is its part without accented capitals), RFC 1456
(VISCII), and the rule by which VNI writes a vowel and its marks one after the other. The tables of
the package viparse agree with these, but lack the capitals and one letter of VNI.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from geo_merge.reading.encodings import Columns, Scores, Texts, plain_decode
from geo_merge.vietnam.names import PARENT_TYPES, UNIT_TYPES, bare_key, split_type
from geo_merge.vietnam.places import spellings
from geo_merge.vocabulary.codes import clean_text

CANDIDATES = ("utf-8", "tcvn3", "vni", "viscii", "cp1258")
_ALIASES = {"tcvn": "tcvn3", "abc": "tcvn3", "tcvn5712": "tcvn3", "vni-windows": "vni"}
_SMALL = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
_LETTERS = _SMALL + _SMALL.upper()
_BYTES = {
    "tcvn3": "b5b8b6b7b9a8bbbebcbdc6a9c7cac8c9cbccd0cecfd1aad2d5d3d4d6d7ddd8dcdedfe3e1e2e4abe5e8e6"
    "e7e9aceaedebeceeeff3f1f2f4adf5f8f6f7f9fafdfbfcfeae8083818284a1afc0babf85a2c1c4c2c386"
    "878a88898ba3c5dacdd98c8d908e8f919295939496a4dbffe0f097a5989b999a9c9d019e9f02a6041105"
    "06121316141517a7",
    "viscii": "e0e1e4e3d5e5a2a1c6c7a3e2a5a4a6e7a7e8e9eba8a9eaabaaacadaeecedefeeb8f2f3f6f5f7f4b0afb1"
    "b2b5bdb6beb7defef9fafcfbf8dfd7d1d8e6f1cffdd6dbdcf0c0c1c4c380c58281020583c28584860687"
    "c8c9cb8889ca8b8a8c8d8ecccd9bce98d2d399a09ad4908f919293b4969597b394d9da9c9d9ebfbbbabc"
    "ffb99fdd14191ed0",
}
_ABOVE = "\u0300\u0301\u0309\u0303\u0323"  # grave, acute, hook, tilde, dot
# Bytes of TCVN 5712 that are marks of their own.
_TCVN_MARKS = dict(zip(range(0xB0, 0xB5), "\u0300\u0309\u0303\u0301\u0323", strict=True))
# VNI: single letters, and marks behind a vowel (tones alone, with a circumflex, with a breve).
_VNI_SINGLE = dict(zip("ñòæóôöîÑÒÆÓÔÖÎ", "địỉĩơưỵĐỊỈĨƠƯỴ", strict=True))
_VNI_MARKS = {
    **dict(zip("øùûõï", _ABOVE, strict=True)),
    **dict(zip("âàáåãä", ["\u0302", *(f"\u0302{t}" for t in _ABOVE)], strict=True)),
    **dict(zip("êèéúüë", ["\u0306", *(f"\u0306{t}" for t in _ABOVE)], strict=True)),
}
_VNI = re.compile("(?P<vowel>[aeiouyôö])(?P<mark>[øùûõïâàáåãäêèéúüë])|[ñòæóôöî]", re.IGNORECASE)
# Values compared per column: enough to tell encodings apart, however large the file.
_MOST_VALUES = 2000
_SHOUTED = 3  # capitals of ASCII, and no small letter: the whole text is in capitals
_HIGH = re.compile(rb"[\x01-\x08\x0e-\x1f\x80-\xff]")
_TYPES = frozenset(t.lower() for t in (*UNIT_TYPES, *PARENT_TYPES))


def texts(asked: str | None = None) -> Texts:
    """Return how to read the texts of Vietnamese files; `asked` is the encoding that one names."""
    register()
    return Texts(asked, detect, decode)


@cache
def register() -> None:
    """Let Python know these encodings, so that ``bytes.decode("tcvn3")`` works."""
    codecs.register(_find)


def _find(name: str) -> codecs.CodecInfo | None:
    name = name.replace("_", "-")
    name = _ALIASES.get(name, name)
    if name == "vni":
        return codecs.CodecInfo(
            lambda text, errors="strict": _vni_encode(text, errors),
            lambda data, errors="strict": _vni_decode(bytes(data), errors),
            name=name,
        )
    if name not in _BYTES:
        return None
    table = _decoding_table(name)
    encoding = codecs.charmap_build(table)
    return codecs.CodecInfo(
        lambda text, errors="strict": codecs.charmap_encode(text, errors, encoding),
        lambda data, errors="strict": codecs.charmap_decode(bytes(data), errors, table),
        name=name,
    )


def _decoding_table(name: str) -> str:
    table = dict(enumerate(map(chr, range(256))))
    if name == "tcvn3":
        table |= _TCVN_MARKS
    table |= dict(zip(bytes.fromhex(_BYTES[name]), _LETTERS, strict=True))
    return "".join(table.values())


def _vni_decode(data: bytes, errors: str) -> tuple[str, int]:
    text, length = codecs.latin_1_decode(data, errors)
    return _VNI.sub(_vni_letter, text), length


def _vni_letter(match: re.Match[str]) -> str:
    vowel, mark = match["vowel"], match["mark"]
    if vowel is None:
        return _VNI_SINGLE[match[0]]
    letter = unicodedata.normalize("NFC", _VNI_SINGLE.get(vowel, vowel) + _VNI_MARKS[mark.lower()])
    return letter if len(letter) == 1 else match[0]


@cache
def _vni_pairs() -> dict[str, str]:
    """Return how VNI writes each letter; a capital has capital marks."""
    pairs = {letter: single for single, letter in _VNI_SINGLE.items()}
    for vowel in "aeiouyôö":
        for mark in _VNI_MARKS:
            letter = _VNI.sub(_vni_letter, vowel + mark)
            if len(letter) == 1:
                pairs.setdefault(letter, vowel + mark)
                pairs.setdefault(letter.upper(), (vowel + mark).upper())
    return pairs


def _vni_encode(text: str, errors: str) -> tuple[bytes, int]:
    pairs = _vni_pairs()
    written = "".join(pairs.get(c, c) for c in unicodedata.normalize("NFC", text))
    return codecs.latin_1_encode(written, errors)[0], len(text)


def with_capitals(text: str) -> str:
    """Write a name with the capitals that TCVN3 does not have: its fonts drew them.

    ``THä X¦¥NG`` is a name in capitals; ``¸i Quèc`` a name that is known as Ái Quốc.
    """
    ascii_letters = [c for c in text if c.isascii() and c.isalpha()]
    if len(ascii_letters) >= _SHOUTED and all(map(str.isupper, ascii_letters)):
        return text.upper()
    rest = split_type(text)[1]
    known = spellings().get(bare_key(rest), "")
    if known.casefold() != rest.casefold():
        return text
    letters = (k if k.isupper() else r for k, r in zip(known, rest, strict=True))
    return text[: len(text) - len(rest)] + "".join(letters)


def decode(data: bytes, encoding: str) -> str:
    """Decode a text and compose it to NFC.

    Raises
    ------
    UnicodeDecodeError
        If the bytes cannot be text in this encoding.
    """
    text = plain_decode(data, encoding)
    return with_capitals(text) if codecs.lookup(encoding).name == "tcvn3" else text


def detect(columns: Columns, also: Sequence[str] = ()) -> Scores:
    """Return, for each encoding that can decode all texts, the share of names that are known.

    The names are those of the column with the most known names in any encoding. A wrong decoder
    leaves nearly none of them.

    Parameters
    ----------
    columns
        The texts of each column as bytes.
    also
        Further encodings to try, such as the one that a file declares.
    """
    accented = [_accented(values) for values in columns]
    hits: dict[str, list[int]] = {}
    decoded: dict[str, tuple[str, ...]] = {}
    for encoding in dict.fromkeys((*CANDIDATES, *also)):
        try:
            read = [[decode(value, encoding) for value in values] for values in accented]
        except UnicodeDecodeError:
            continue
        hits[encoding] = [sum(map(_is_known, values)) for values in read]
        decoded[encoding] = tuple(text for values in read for text in values)
    best = max(
        range(len(accented)),
        key=lambda k: (max((h[k] for h in hits.values()), default=0), len(accented[k])),
    )
    total = len(accented[best])
    shares = {encoding: h[best] / max(total, 1) for encoding, h in hits.items()}
    return Scores(shares, decoded, total, frozenset((*CANDIDATES, *also)))


def _accented(values: Sequence[bytes]) -> list[bytes]:
    """Return the different texts that are not plain ASCII."""
    found = dict.fromkeys(value.strip() for value in values if _HIGH.search(value))
    return list(found)[:_MOST_VALUES]


def _is_known(text: str) -> bool:
    text = clean_text(text)
    return bare_key(text) in spellings() or text.lower() in _TYPES
