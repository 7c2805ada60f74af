"""Everything that a paper is made from: a result, the files beside it, and what planners add."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import orjson
import pandas as pd
from babel.dates import format_date

from geo_merge.dossier.agencies import Agencies, as_agencies
from geo_merge.dossier.borders import common_borders
from geo_merge.dossier.content import MOST_ROWS
from geo_merge.dossier.offices.after import Offices, offices_of
from geo_merge.dossier.offices.tables import as_offices, as_seats, has_seats
from geo_merge.dossier.sheets.around import units_outside
from geo_merge.errors import TableError, UsageError
from geo_merge.merging.result import MergeResult
from geo_merge.reading.tables import ENDINGS, read_table
from geo_merge.results.files import load_result, sha256, with_sidecars
from geo_merge.results.reading_back import read_table_back
from geo_merge.texts import TEXTS, Language, number, say
from geo_merge.units.called import full_name
from geo_merge.units.crosswalk_new import BELOW
from geo_merge.units.layers import read_units
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.memory import sources_of
from geo_merge.vocabulary.part_of import unit_codes
from geo_merge.vocabulary.sentence import sentence
from geo_merge.vocabulary.unit_words import called_of
from geo_merge.wording.calling import Called
from geo_merge.writing.ownership import MANIFEST

NOTHING = "–"
_TABLES = ("reconciliation", "repairs", "decisions", "standards")
_MOST_OFFICES = 30_000  # nine of each commune that the country has


@dataclass(frozen=True)
class Material:
    """What a paper is made from.

    Attributes
    ----------
    result
        The result, as it was written.
    manifest
        Its inputs, versions and options.
    tables
        Further tables of the folder by name, every cell as text: ``reconciliation, repairs,
        decisions, standards``; those that are not there are missing.
    language
        Of the paper.
    dated
        The day that it bears.
    country
        What is known of the country that the units lie in.
    offices, agencies
        What planners added; None if nothing.
    outside
        Units that lie around the land, for its maps; None if they are not known.
    planned_seats
        Seats that the plan names which the result was made of, as a table; None if there is none.
    notes
        What the plan notes of each new unit and its members, by new code, and of itself under a
        blank code.
    """

    result: MergeResult
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    language: Language
    dated: date
    country: Country = PLAIN
    offices: Offices | None = None
    agencies: Agencies | None = None
    outside: gpd.GeoDataFrame | None = None
    planned_seats: pd.DataFrame | None = None
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def borders(self) -> pd.DataFrame:
        """Common borders of the new units; see `common_borders`."""
        return common_borders(self.result.new)

    @cached_property
    def neighbours(self) -> dict[str, list[str]]:
        """Codes of the units around each new one, the longest border first."""
        return {str(code): list(rows["other"]) for code, rows in self.borders.groupby("one")}

    @cached_property
    def below(self) -> dict[str, str]:
        """The types by which old units live on inside new ones, by code."""
        old = self.result.old
        types = old[BELOW].fillna("") if BELOW in old else pd.Series(dtype=str)
        return {str(code): str(kind) for code, kind in types.items() if kind}

    def t(self, key: str, **values: object) -> str:
        """Return a text of papers in the language."""
        return say(f"dossier.{key}", self.language, self.called, **values)

    def word(self, group: str, key: str, **values: object) -> str:
        """Return the word for a value of the result, as of a check; itself if there is none."""
        text = f"{group}.{key}"
        return say(text, self.language, self.called, **values) if text in TEXTS else key

    @cached_property
    def called(self) -> Called:
        """What the units before and after are called."""
        return called_of(self.result.summary.get("called"))

    def n(self, value: Any, digits: int = 0) -> str:  # noqa: ANN401 - whatever a cell holds
        """Return a number as the language writes it, a dash where there is none."""
        known = value if isinstance(value, float | int) else pd.to_numeric(value, errors="coerce")
        return NOTHING if pd.isna(known) else number(float(known), self.language, digits)

    def percent(self, value: Any, digits: int = 2) -> str:  # noqa: ANN401
        """Return a share with its sign: ``−1,20 %``, a dash where there is none."""
        known = pd.to_numeric(value, errors="coerce")
        if pd.isna(known):
            return NOTHING
        sign = "+" if known > 0 else "−" if known < 0 else ""
        return f"{sign}{number(abs(float(known)), self.language, digits)} %"

    def listed(self, names: object) -> str:
        """Return names of a cell as one text: ``Thọ Xương, Ngô Quyền``, a dash if it has none."""
        return ", ".join(map(str, names)) or NOTHING if isinstance(names, list) else NOTHING

    @cached_property
    def date(self) -> str:
        """The day as the language writes it."""
        return str(format_date(self.dated, self.t("day"), self.language))

    @cached_property
    def people_of(self) -> str:
        """What the people on the map are counted by: ``Dân số 2009 (người)``."""
        year = self.result.summary.get("population_year")
        return self.t("people_of", year=year) if year else self.t("people")

    def name_of(self, code: str) -> str:
        """Return type and name of a new unit."""
        if code not in self.result.new.index:
            return code
        row = self.result.new.loc[code]
        return full_name(str(row["name"]), str(row.get("unit_type") or ""))


def read_material(
    directory: Path, language: Language, *,
    dated: date | None = None, country: Country = PLAIN,
) -> Material:  # fmt: skip
    """Read a result and what stands beside it.

    Parameters
    ----------
    directory
        A folder that ``geo-merge build`` wrote.
    language
        Of the paper.
    dated
        The day that it bears; that of the result by default, so that the same result gives the same
        paper.
    country
        What is known of the country, if the units lie in it.

    Raises
    ------
    ExportError
        If the folder holds no complete result.
    """
    result = load_result(directory)
    manifest = orjson.loads((directory / MANIFEST).read_bytes())
    tables = {
        name: read_table_back(path)
        for name in _TABLES
        if (path := directory / f"{name}.csv").is_file()
    }
    day = dated or date.fromisoformat(manifest["time"][:10])
    return Material(result, manifest, tables, language, day, country.of(result.old))


def added(
    m: Material, *, seats: Path | None, offices: Path | None, agencies: Path | None,
    encoding: str | None = None,
) -> Material:  # fmt: skip
    """Return the material with what planners add in tables.

    Parameters
    ----------
    m
        The result.
    seats
        Seats of the new units; by default those that the plan names, else those of the declared
        table that the result was made with, if it is still where it was, unchanged.
    offices
        Offices that there are; by default one for each old unit and district.
    agencies
        Agencies before and after.
    encoding
        Of tables that do not say.

    Raises
    ------
    TableError
        If a table lacks a column, names a unit that is not there, does not add up, or has more
        rows than papers take.
    UsageError
        If there are offices, but nothing is known of seats.
    """

    def read(path: Path, most: float = math.inf) -> pd.DataFrame:
        table = read_table(path, encoding=encoding, country=m.country)
        if len(table) > most:
            raise TableError(sentence("S05.paper_rows", name=path.name, n=len(table), most=most))
        return table

    listed = None if agencies is None else as_agencies(read(agencies, MOST_ROWS))
    known = m.planned_seats if seats is None else read(seats)
    if known is None and (declared := _declared_seats(m)) is not None:
        known = read(declared)
    if known is None:
        if offices is not None:
            raise UsageError(sentence("usage.no_seats"))
        return replace(m, agencies=listed)
    given = (
        None
        if offices is None
        else as_offices(read(offices, _MOST_OFFICES), unit_codes(m.result.old))
    )
    table = as_seats(known, m.result.new.index)
    return replace(m, agencies=listed, offices=offices_of(m.result, table, given, m.country))


@dataclass(frozen=True)
class Outside:
    """The units around the land, and where they are from.

    Attributes
    ----------
    units
        See `around.units_outside`.
    inputs, sources
        Their files with SHA-256, and what was read in them, as a manifest has both.
    """

    units: gpd.GeoDataFrame
    inputs: list[dict[str, str]]
    sources: list[dict[str, Any]]


def read_outside(
    path: Path, new: gpd.GeoDataFrame, *, encoding: str | None = None, country: Country = PLAIN
) -> Outside:
    """Return the units of a layer that lie around the new units of a result.

    Raises
    ------
    LayerError
        If the layer cannot be read.
    UsageError
        If none of its units lies beside the land.
    """
    layer = read_units(path, encoding=encoding, country=country)
    files = [{"file": str(file), "sha256": sha256(file)} for file in with_sidecars([path])]
    return Outside(units_outside(layer, new), files, sources_of(layer))


def with_around(m: Material, path: Path, *, encoding: str | None = None) -> Material:
    """Return the material with the units of a layer that lie around the land."""
    return with_outside(m, read_outside(path, m.result.new, encoding=encoding, country=m.country))


def with_outside(m: Material, outside: Outside) -> Material:
    """Return the material with the units around the land, and their layer among the sources."""
    more = {"inputs": outside.inputs, "sources": outside.sources}
    manifest = {**m.manifest, **{k: [*m.manifest.get(k, []), *v] for k, v in more.items()}}
    return replace(m, manifest=manifest, outside=outside.units)


def _declared_seats(m: Material) -> Path | None:
    """Return the declared table that the result was made with, if it has seats."""
    for source in m.manifest.get("inputs", []):
        path = Path(source["file"])
        if path.suffix.lower() not in ENDINGS or not path.is_file():
            continue
        if sha256(path) == source["sha256"] and has_seats(read_table(path, country=m.country)):
            return path
    return None
