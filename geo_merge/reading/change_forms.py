"""The forms in which agencies publish lists of changes, told by their headings."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace


def fold(name: str) -> str:
    """Return a heading for comparing: width, case, blanks and underscores folded."""
    return re.sub(r"[\s_·・･]", "", unicodedata.normalize("NFKC", name)).casefold()


def first(names: tuple[str, ...], columns: dict[str, str]) -> str:
    """Return, folded, the first of some headings that a table has; blank if it has none."""
    return next((fold(name) for name in names if fold(name) in columns), "")


@dataclass(frozen=True)
class Form:
    """The headings of a list, as they are published.

    Attributes
    ----------
    name
        Whose list it is.
    on
        The day; of several headings the first that the list has, here and below.
    old_code, old_name, new_code, new_name
        The units.
    kind
        Headings of the kind of unit before and after, where the list has several.
    units
        The kind that is a unit; others are levels below.
    reason
        A text that tells the change in words, instead of codes in columns.
    action
        What happens to the unit that ``old_code`` names, as a sign of `ACTIONS`: the unit in
        ``new_code`` takes part in it.
    year
        The year, for rows without a day.
    """

    name: str
    on: tuple[str, ...]
    old_code: tuple[str, ...] = ()
    old_name: tuple[str, ...] = ()
    new_code: tuple[str, ...] = ()
    new_name: tuple[str, ...] = ()
    kind: tuple[str, str] | None = None
    units: str = ""
    reason: str = ""
    action: str = ""
    year: str = ""

    def fits(self, columns: dict[str, str]) -> bool:
        """Tell whether a table with these folded headings is such a list."""
        needed = [self.on, *(() if self.reason else (self.old_code, self.new_code))]
        more = [n for n in (self.reason, self.action, *(self.kind or ())) if n]
        return all(first(names, columns) for names in needed) and all(
            fold(name) in columns for name in more
        )


# Of a row of Istat's list with unit and other, which ways it tells: (old, new) as their places.
_TO, _FROM, _UNIT_STAYS, _OTHER_STAYS = (0, 1), (1, 0), (0, 0), (1, 1)
ACTIONS: dict[str, tuple[tuple[int, int], ...]] = {
    "CS": (_FROM,),  # costituzione: a new unit of the other
    "ES": (_TO,),  # estinzione
    "CD": (_TO,),  # cambio di denominazione
    "AP": (_TO,),  # cambio di appartenenza alla provincia, with another code
    "AQES": (_UNIT_STAYS,),  # acquisizione after an estinzione, which has a row itself
    "CECS": (_UNIT_STAYS,),  # cessione for a costituzione, which has a row itself
    "AQ": (_FROM, _UNIT_STAYS, _OTHER_STAYS),  # acquisizione di territorio
    "CE": (_TO, _UNIT_STAYS, _OTHER_STAYS),  # cessione di territorio
}

FORMS = (
    Form("INSEE, mouvements des communes", ("DATE_EFF",), ("COM_AV",),
         ("LIBELLE_AV", "NCCENR_AV", "NCC_AV"), ("COM_AP",),
         ("LIBELLE_AP", "NCCENR_AP", "NCC_AP"), kind=("TYPECOM_AV", "TYPECOM_AP"), units="COM"),
    Form("BFS, Mutationen der Gemeinden", ("MutationDate",), ("InitialCode",), ("InitialName",),
         ("TerminalCode",), ("TerminalName",)),
    Form("SSB, Klass changes", ("changeOccurred",), ("oldCode",), ("oldName",), ("newCode",),
         ("newName",)),
    Form("e-Stat, 廃置分合等情報", ("廃置分合等施行年月日", "施行年月日"), reason="改正事由"),
    Form("総務省, 市区町村コードの改正", ("改正年月日", "変更年月日", "施行年月日", "合併年月日"),
         ("改正前コード", "変更前コード", "旧コード", "合併前コード", "旧団体コード"),
         ("改正前市区町村名", "変更前市区町村名", "旧市区町村名", "合併前市区町村名", "旧団体名"),
         ("改正後コード", "変更後コード", "新コード", "合併後コード", "新団体コード"),
         ("改正後市区町村名", "変更後市区町村名", "新市区町村名", "合併後市区町村名", "新団体名")),
    Form("Istat, Variazioni amministrative e territoriali",
         ("Data decorrenza validità amministrativa",),
         ("Codice Comune formato alfanumerico", "Codice Istat del Comune"),
         ("Denominazione Comune",),
         ("Codice del Comune associato alla variazione o nuovo codice Istat del Comune",
          "Codice Istat del Comune associato alla variazione o nuovo codice Istat del Comune"),
         ("Denominazione Comune associata alla variazione o nuova denominazione",),
         action="Tipo variazione", year="Anno"),
    Form("any", ("date", "on", "valid_from", "in_force", "effective_date", "date_of_change"),
         ("old_code",), ("old_name",), ("new_code",), ("new_name",)),
)  # fmt: skip
ROLES = ("date", "old_code", "old_name", "new_code", "new_name")
BY_COLUMNS = replace(FORMS[-1], name="SSB, Klass, a column for each version")
REGISTER = replace(FORMS[-1], name="BFS, historisiertes Gemeindeverzeichnis (eCH-0071)")
