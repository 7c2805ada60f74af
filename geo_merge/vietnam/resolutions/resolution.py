"""Reading Article 1 of a resolution: its clauses, and what each says becomes of which unit."""

from __future__ import annotations

import logging
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile
from pathlib import Path

from geo_merge.errors import TableError
from geo_merge.reading.encodings import marked_codec
from geo_merge.vietnam.files.encodings import CANDIDATES, register
from geo_merge.vietnam.resolutions.blanks import put_back
from geo_merge.vietnam.resolutions.copied import cleaned
from geo_merge.vietnam.resolutions.grammar import NotUnderstoodError, read_sentence
from geo_merge.vietnam.resolutions.sentences import Sentence
from geo_merge.vocabulary.sentence import sentence

FORMATS = (".txt", ".md", ".docx", ".pdf")
# Bytes of all parts of a Word document, and of its text: a resolution of 200 pages has some 4 MB.
_MOST_PARTS, _MOST_TEXT = 200 * 2**20, 10 * 2**20
_OLE = b"\xd0\xcf\x11\xe0"  # Word before 2007
_ARTICLE = re.compile(r"^\W*Điều\s+1\b[.:]?", re.MULTILINE)
_NEXT_ARTICLE = re.compile(r"^\W*Điều\s+2\b", re.MULTILINE)
_VERBS = "Sắp xếp|Nhập|Sáp nhập|Thành lập|Điều chỉnh|Đổi tên|Sau khi|Sau sắp xếp"
# A number before a verb needs no point or blank ("10.Sắp xếp", "10 Sắp xếp"), and may be written
# in other ways ("(10) Sắp xếp", "Khoản 10. Sắp xếp", "I0. Sắp xếp"). A clause whose number a list
# of Word kept for itself begins with its verb.
_MARKER = re.compile(
    rf"^[ ]*(?:(?P<number>\d{{1,3}})\s*[.)]\s+(?=\S)|"
    rf"[-–•·(]?[ ]*(?:Khoản\s+)?(?P<before>(?=[IlO]*\d)[\dIlO]{{1,3}})\s*[.)/:–-]?\s*(?={_VERBS})|"
    rf"(?P<letter>[a-zđ])\s*\)\s*(?=\S)|[-–•·]?[ ]*(?={_VERBS}))",
    re.MULTILINE,
)
_AS_DIGITS = str.maketrans("IlO", "110")
_SAYS_WHAT = re.compile(r"diện\s+tích|dân\s+số")
_VERB_HERE = re.compile(_VERBS)
# A clause that a copy put behind the one before it: "... là xã Xuân Lương. 2. Sắp xếp ...".
_IN_LINE = re.compile(rf"(?<=[.;:])\s*(?=\d{{1,3}}\s*[.)]\s*(?:{_VERBS}))")
# The end of a sentence: not of a number (1.748) nor of an abbreviation (TP. Huế); wards are
# numbered in Roman digits (Phường IV). A semicolon may stand for a comma.
_END = re.compile(
    rf"(?<![A-HJ-UWYZĐ]{{2}}\.)(?<=\.)\s+(?=[A-ZĐ])|(?<=;)\s+(?={_VERBS}|Xã|Phường|Thị trấn|Huyện)"
)
_PROVINCE = re.compile(
    r"cấp xã(?:\s+thuộc|\s+của)\s+(?:tỉnh|thành phố|thủ đô)\s+(.+?)(?=\s+năm\b|\s*\(|\s*$|\s+giai)",
    re.IGNORECASE | re.MULTILINE,
)
_DISTRICT = re.compile(r"thuộc\s+((?:huyện|quận|thị xã|thành phố)\s.+?)\s+như sau", re.IGNORECASE)


@dataclass(frozen=True)
class Statement:
    """A sentence of a clause, with the words that say it.

    Attributes
    ----------
    clause
        Number of the clause, as ``5`` or ``2 a``.
    words
        The sentence as written.
    sentence
        What it says.
    district
        The district that the clause is about, where one is named for several clauses.
    """

    clause: str
    words: str
    sentence: Sentence
    district: str = ""


@dataclass(frozen=True)
class Resolution:
    """What Article 1 says, and what of it was not understood (one sentence each)."""

    source: str
    province: str
    statements: tuple[Statement, ...]
    problems: tuple[str, ...]

    @property
    def is_of_2025(self) -> bool:
        """Whether it makes the units of July 2025, rather than changing communes before."""
        return any(s.sentence.kind == "arranged" and _NEW_FORM in s.words for s in self.statements)


_NEW_FORM = "có tên gọi là"
_SAYS = frozenset({"arranged", "joined"})  # what becomes of whom


def read_resolution(path: Path) -> Resolution:
    """Read Article 1 of a resolution from a text, Word or PDF file.

    Raises
    ------
    TableError
        If the file is no such file, has no text, or no Article 1.
    """
    if not path.is_file():
        raise TableError(sentence("F01.no_table", path=path))
    return parse_resolution(_text_of(path), path.name)


def parse_resolution(text: str, source: str) -> Resolution:
    """Read Article 1 from the text of a resolution; see `read_resolution`."""
    text = cleaned(text)
    start = _ARTICLE.search(text)
    if start is None:
        raise TableError(sentence("W07.no_article", source=source))
    after = _NEXT_ARTICLE.search(text, start.end())
    article = put_back(text[start.end() : after.start() if after else len(text)])
    article = _IN_LINE.sub("\n", article)
    found = _PROVINCE.search(" ".join(text[: start.end()].split())) or _PROVINCE.search(article)
    statements: list[Statement] = []
    problems: list[str] = []
    district = ""
    for clause, words in _clauses(article):
        for part in _END.split(words):
            try:
                said = read_sentence(part)
            except NotUnderstoodError as error:
                problems.append(sentence("resolution.clause", source=source, clause=clause,
                                         begin=str(error), part=part))  # fmt: skip
                continue
            if said.kind == "heading":
                named = _DISTRICT.search(part)
                district = named.group(1) if named else ""
            elif clause.isdecimal():  # a district's clauses are lettered
                district = ""
            statements.append(Statement(clause, part, said, district))
    if not problems and all(s.sentence.kind not in _SAYS for s in statements):
        raise TableError(sentence("W07.no_clauses", source=source))
    province = found.group(1).strip(" .") if found else ""
    return Resolution(source, province, tuple(statements), tuple(problems))


def _clauses(article: str) -> Iterator[tuple[str, str]]:
    """Yield number and text of each clause."""
    cuts = _numbered(list(_cuts(article)), article)
    ends = [*(cut.start for cut in cuts[1:]), len(article)][: len(cuts)]
    for cut, end in zip(cuts, ends, strict=True):
        words = " ".join(article[cut.end : end].split())
        if words:
            yield cut.label, words


@dataclass(frozen=True)
class _Cut:
    """Where a clause begins: its mark from `start` to `end`; no label if it has no number."""

    start: int
    end: int
    label: str = ""


def _cuts(article: str) -> Iterator[_Cut]:
    number = 0
    for match in _MARKER.finditer(article):
        begins = _VERB_HERE.match(article, match.end()) is not None
        written = match["number"] or (match["before"] or "").translate(_AS_DIGITS)
        if written:
            if int(written) == number + 1 or begins:
                number = int(written)
                yield _Cut(*match.span(), str(number))
        elif not match["letter"]:
            yield _Cut(*match.span())
        elif number:
            yield _Cut(*match.span(), f"{number} {match['letter']}")


def _numbered(cuts: Sequence[_Cut], article: str) -> list[_Cut]:
    """Give numbers to the clauses that lost them, where those around leave no doubt.

    Otherwise what begins with a verb on a line of its own is one more sentence of the clause
    before; what stands before all clauses and says nothing of land or people is the title.
    """
    result: list[_Cut] = []
    for labelled, run in groupby(cuts, key=lambda cut: bool(cut.label)):
        found = list(run)
        if labelled:
            result += found
            continue
        behind = cuts[k].label if (k := cuts.index(found[-1]) + 1) < len(cuts) else ""
        if not result:
            found = _without_title(found, cuts, article)
        before = result[-1].label if result else "0"
        fits = before.isdecimal() and behind == str(int(before) + len(found) + 1)
        if fits or not result:
            result += [replace(c, label=str(int(before) + n)) for n, c in enumerate(found, 1)]
    return result


def _without_title(found: list[_Cut], cuts: Sequence[_Cut], article: str) -> list[_Cut]:
    ends = [*(cut.start for cut in cuts[1:]), len(article)]
    titles = takewhile(lambda k: not _SAYS_WHAT.search(article, found[k].end, ends[k]),
                       range(len(found)))  # fmt: skip
    return found[len(list(titles)) :]


def _text_of(path: Path) -> str:
    data = path.read_bytes()
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise TableError(sentence("F01.text_format", file=path.name, ending=path.suffix))
    if not data.strip():
        raise TableError(sentence("F01.text_empty", file=path.name))
    if data.startswith(_OLE):
        raise TableError(sentence("F01.old_word", file=path.name))
    if suffix == ".docx":
        return _docx(path)
    if suffix == ".pdf":
        return _pdf(path, data)
    if data.startswith((b"PK\x03\x04", b"%PDF")):
        raise TableError(sentence("F01.no_text", file=path.name))
    return _plain(path, data)


def _plain(path: Path, data: bytes) -> str:
    """Decode a text: in the right encoding it says ``Điều 1``."""
    register()
    for encoding in (marked_codec(data) or "utf-8-sig", *CANDIDATES):
        try:
            text = unicodedata.normalize("NFC", data.decode(encoding))
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8-sig" or _ARTICLE.search(text):
            return text
    raise TableError(sentence("F05.no_article", file=path.name, tried=", ".join(CANDIDATES)))


def _docx(path: Path) -> str:
    try:
        import docx  # noqa: PLC0415 - an extra
        from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415
    except ImportError:
        raise TableError(sentence("usage.word", file=path.name)) from None
    try:
        _refuse_inflating(path)
        document = docx.Document(str(path))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise TableError(sentence("F01.no_word", file=path.name)) from error
    except SyntaxError as error:  # that of lxml: too deep, too long, entities that grow
        raise TableError(sentence("F03.word", file=path.name)) from error
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def _refuse_inflating(path: Path) -> None:
    """Refuse a Word document that becomes larger than any text is (S02)."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    text = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    whole = sum(part.file_size for part in parts)
    if text > _MOST_TEXT or whole > _MOST_PARTS:
        mb = (text if text > _MOST_TEXT else whole) / 2**20
        raise TableError(sentence("S02.word", file=path.name, mb=mb))


def _pdf(path: Path, data: bytes) -> str:
    try:
        import pypdf  # noqa: PLC0415 - an extra
    except ImportError:
        raise TableError(sentence("usage.pdf", file=path.name)) from None
    if not data.startswith(b"%PDF"):
        raise TableError(sentence("F01.no_pdf", file=path.name))
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it says on stderr what is said below
    try:
        pages = [page.extract_text() for page in pypdf.PdfReader(path).pages]
    except (pypdf.errors.PyPdfError, RecursionError) as error:  # arrays in arrays without end
        raise TableError(sentence("F03.pdf", file=path.name)) from error
    text = "\f".join(pages)
    if not text.strip():
        raise TableError(sentence("F01.scanned", file=path.name))
    return text
