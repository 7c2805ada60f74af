"""Which province each of the 63 became part of on 12 June 2025 (Resolution 202/2025/QH15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from geo_merge.errors import UsageError
from geo_merge.vietnam.names import name_key, split_type
from geo_merge.vocabulary.fields import fold_field
from geo_merge.vocabulary.sentence import sentence

IN_FORCE = date(2025, 7, 1)  # of the communes, wards and special zones that they are divided into
# Old code, old name, new code, new name.
PROVINCES = (
    ("01", "Thành phố Hà Nội", "01", "Thành phố Hà Nội"),
    ("02", "Tỉnh Hà Giang", "08", "Tỉnh Tuyên Quang"),
    ("04", "Tỉnh Cao Bằng", "04", "Tỉnh Cao Bằng"),
    ("06", "Tỉnh Bắc Kạn", "19", "Tỉnh Thái Nguyên"),
    ("08", "Tỉnh Tuyên Quang", "08", "Tỉnh Tuyên Quang"),
    ("10", "Tỉnh Lào Cai", "15", "Tỉnh Lào Cai"),
    ("11", "Tỉnh Điện Biên", "11", "Tỉnh Điện Biên"),
    ("12", "Tỉnh Lai Châu", "12", "Tỉnh Lai Châu"),
    ("14", "Tỉnh Sơn La", "14", "Tỉnh Sơn La"),
    ("15", "Tỉnh Yên Bái", "15", "Tỉnh Lào Cai"),
    ("17", "Tỉnh Hòa Bình", "25", "Tỉnh Phú Thọ"),
    ("19", "Tỉnh Thái Nguyên", "19", "Tỉnh Thái Nguyên"),
    ("20", "Tỉnh Lạng Sơn", "20", "Tỉnh Lạng Sơn"),
    ("22", "Tỉnh Quảng Ninh", "22", "Tỉnh Quảng Ninh"),
    ("24", "Tỉnh Bắc Giang", "24", "Tỉnh Bắc Ninh"),
    ("25", "Tỉnh Phú Thọ", "25", "Tỉnh Phú Thọ"),
    ("26", "Tỉnh Vĩnh Phúc", "25", "Tỉnh Phú Thọ"),
    ("27", "Tỉnh Bắc Ninh", "24", "Tỉnh Bắc Ninh"),
    ("30", "Tỉnh Hải Dương", "31", "Thành phố Hải Phòng"),
    ("31", "Thành phố Hải Phòng", "31", "Thành phố Hải Phòng"),
    ("33", "Tỉnh Hưng Yên", "33", "Tỉnh Hưng Yên"),
    ("34", "Tỉnh Thái Bình", "33", "Tỉnh Hưng Yên"),
    ("35", "Tỉnh Hà Nam", "37", "Tỉnh Ninh Bình"),
    ("36", "Tỉnh Nam Định", "37", "Tỉnh Ninh Bình"),
    ("37", "Tỉnh Ninh Bình", "37", "Tỉnh Ninh Bình"),
    ("38", "Tỉnh Thanh Hóa", "38", "Tỉnh Thanh Hóa"),
    ("40", "Tỉnh Nghệ An", "40", "Tỉnh Nghệ An"),
    ("42", "Tỉnh Hà Tĩnh", "42", "Tỉnh Hà Tĩnh"),
    ("44", "Tỉnh Quảng Bình", "44", "Tỉnh Quảng Trị"),
    ("45", "Tỉnh Quảng Trị", "44", "Tỉnh Quảng Trị"),
    ("46", "Thành phố Huế", "46", "Thành phố Huế"),
    ("48", "Thành phố Đà Nẵng", "48", "Thành phố Đà Nẵng"),
    ("49", "Tỉnh Quảng Nam", "48", "Thành phố Đà Nẵng"),
    ("51", "Tỉnh Quảng Ngãi", "51", "Tỉnh Quảng Ngãi"),
    ("52", "Tỉnh Bình Định", "52", "Tỉnh Gia Lai"),
    ("54", "Tỉnh Phú Yên", "66", "Tỉnh Đắk Lắk"),
    ("56", "Tỉnh Khánh Hòa", "56", "Tỉnh Khánh Hòa"),
    ("58", "Tỉnh Ninh Thuận", "56", "Tỉnh Khánh Hòa"),
    ("60", "Tỉnh Bình Thuận", "68", "Tỉnh Lâm Đồng"),
    ("62", "Tỉnh Kon Tum", "51", "Tỉnh Quảng Ngãi"),
    ("64", "Tỉnh Gia Lai", "52", "Tỉnh Gia Lai"),
    ("66", "Tỉnh Đắk Lắk", "66", "Tỉnh Đắk Lắk"),
    ("67", "Tỉnh Đắk Nông", "68", "Tỉnh Lâm Đồng"),
    ("68", "Tỉnh Lâm Đồng", "68", "Tỉnh Lâm Đồng"),
    ("70", "Tỉnh Bình Phước", "75", "Tỉnh Đồng Nai"),
    ("72", "Tỉnh Tây Ninh", "80", "Tỉnh Tây Ninh"),
    ("74", "Tỉnh Bình Dương", "79", "Thành phố Hồ Chí Minh"),
    ("75", "Tỉnh Đồng Nai", "75", "Tỉnh Đồng Nai"),
    ("77", "Tỉnh Bà Rịa - Vũng Tàu", "79", "Thành phố Hồ Chí Minh"),
    ("79", "Thành phố Hồ Chí Minh", "79", "Thành phố Hồ Chí Minh"),
    ("80", "Tỉnh Long An", "80", "Tỉnh Tây Ninh"),
    ("82", "Tỉnh Tiền Giang", "82", "Tỉnh Đồng Tháp"),
    ("83", "Tỉnh Bến Tre", "86", "Tỉnh Vĩnh Long"),
    ("84", "Tỉnh Trà Vinh", "86", "Tỉnh Vĩnh Long"),
    ("86", "Tỉnh Vĩnh Long", "86", "Tỉnh Vĩnh Long"),
    ("87", "Tỉnh Đồng Tháp", "82", "Tỉnh Đồng Tháp"),
    ("89", "Tỉnh An Giang", "91", "Tỉnh An Giang"),
    ("91", "Tỉnh Kiên Giang", "91", "Tỉnh An Giang"),
    ("92", "Thành phố Cần Thơ", "92", "Thành phố Cần Thơ"),
    ("93", "Tỉnh Hậu Giang", "92", "Thành phố Cần Thơ"),
    ("94", "Tỉnh Sóc Trăng", "92", "Thành phố Cần Thơ"),
    ("95", "Tỉnh Bạc Liêu", "96", "Tỉnh Cà Mau"),
    ("96", "Tỉnh Cà Mau", "96", "Tỉnh Cà Mau"),
)
_AFTER = {(code, name_key(name)): (new, new_name) for code, name, new, new_name in PROVINCES}


# Other spellings and former names that stand in tables and on maps, without accents.
_ALSO = {
    "thuathienhue": "46", "hcm": "79", "hcmc": "79", "saigon": "79", "baccan": "06", "daclac": "66",
    "dacnong": "67", "darlac": "66",
}  # fmt: skip
_TYPES = ("thanhpho", "thudo", "tinh", "tp")


@dataclass(frozen=True)
class Province:
    """One of the 34 provinces, and how it was named.

    Attributes
    ----------
    code, name
        Those since 12 June 2025, the name without its type.
    formerly
        The old province that was named, if that is not the name of a new one; else empty.
    """

    code: str
    name: str
    formerly: str = ""

    @property
    def note(self) -> str:
        """What to say of a province that was named as it is no longer."""
        if not self.formerly:
            return ""
        return sentence("K04.province", formerly=self.formerly, name=self.name, code=self.code)


def find_province(text: str) -> Province:
    """Return the province that a code or name means, new or old, with or without accents and type.

    Raises
    ------
    UsageError
        If there is none; the message lists all.
    """
    known, name = _known(), split_type(text)[1]
    folded = fold_field(split_type(name)[1])
    keys = [text.strip().zfill(2), folded, *(folded.removeprefix(kind) for kind in _TYPES)]
    for key in keys:
        if key in known:
            return known[key]
    listed = ", ".join(sorted({f"{p.code} {p.name}" for p in known.values()}))
    raise UsageError(sentence("usage.province", text=text, provinces=listed))


def is_province(code: str, name: str) -> bool:
    """Tell whether a code and a name, or one of them, are those of a province, new or old."""
    if not name:
        return code.zfill(2) in _known()
    return fold_field(split_type(name)[1]) in _known()


def written_out(text: str) -> str:
    """Return a province's short or former name (``TP.HCM``, ``Sài Gòn``) as the usual one."""
    folded = fold_field(split_type(text)[1])
    for key in (folded, *(folded.removeprefix(kind) for kind in _TYPES)):
        if key in _ALSO:
            return next(name for code, name, _, _ in PROVINCES if code == _ALSO[key])
    return text


@cache
def _known() -> dict[str, Province]:
    """Return provinces by what may name them; a new name or code goes before an old one."""
    now = {new: Province(new, split_type(name)[1]) for _, _, new, name in PROVINCES}
    known = {fold_field(province.name): province for province in now.values()} | now
    for old, name, new, _ in PROVINCES:
        bare = split_type(name)[1]
        was = Province(new, now[new].name, bare)
        known.setdefault(fold_field(bare), was)
        known.setdefault(old, was)
    by_old_code = {old: known[fold_field(split_type(name)[1])] for old, name, _, _ in PROVINCES}
    return known | {also: by_old_code[old] for also, old in _ALSO.items()}


def province_after(code: str, name: str) -> tuple[str, str] | None:
    """Return code and name of the province that an old one became part of; None if unknown.

    Both code and name must agree, so that a province of another country is never taken for one.
    """
    return _AFTER.get((code, name_key(name)))
