"""XML made harmless before a library sees it: no definitions of its own, no schema elsewhere."""

from __future__ import annotations

import re

from geo_merge.errors import LayerError
from geo_merge.reading.encodings import known_codec, marked_codec
from geo_merge.vocabulary.sentence import sentence

_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_ENCODING = re.compile(rb"^\s*<\?xml\b[^>]*\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_INSTRUCTION = re.compile(r"<\?.*?\?>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SCHEMA = re.compile(
    r"\s[\w.-]*:?(?:schemaLocation|noNamespaceSchemaLocation)\s*=\s*(?:\"[^\"]*\"|'[^']*')"
)


def read_xml(name: str, data: bytes) -> str:
    """Return the text of an XML file without comments, instructions and places of schemas.

    Raises
    ------
    LayerError
        S03 if it defines entities or names a DTD, F05 if its encoding is unknown or wrong.
    """
    encoding = marked_codec(data) or ""
    if not encoding:
        declared = _ENCODING.match(data)
        said = declared[1].decode() if declared else "utf-8"
        encoding = known_codec(said) or ""
        if not encoding:
            raise LayerError(sentence("F05.xml_encoding", name=name, said=said))
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise LayerError(sentence("F05.xml_invalid", name=name, codec=encoding.upper(),
                                  byte=error.object[error.start])) from None  # fmt: skip
    text = _COMMENT.sub("", _DECLARATION.sub("", text))
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise LayerError(sentence("S03.entities", name=name))
    return _SCHEMA.sub("", _INSTRUCTION.sub("", text))


def as_xml(text: str) -> bytes:
    """Return a text as a UTF-8 file."""
    return b'<?xml version="1.0" encoding="UTF-8"?>' + text.strip().encode()
