"""A merger from files to result: what the command line and the page both run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_merge.errors import GeoMergeError, LayerError, UsageError
from geo_merge.mending import RepairOptions
from geo_merge.merging.assigned import Prepare, prepare
from geo_merge.merging.merge import merge
from geo_merge.merging.result import MergeResult
from geo_merge.reading.containers import files_of
from geo_merge.reading.encodings import texts_of
from geo_merge.reading.kinds import is_table
from geo_merge.reading.raw import RawLayer
from geo_merge.reading.sources import open_layer
from geo_merge.reading.tables import read_table
from geo_merge.system.progress import Progress
from geo_merge.units.crosswalk import read_crosswalk
from geo_merge.units.divide import divide
from geo_merge.units.layers import read_units
from geo_merge.units.other_layers import (
    read_cutters,
    read_polygons,
    refuse_apart,
    refuse_no_cutters,
)
from geo_merge.units.unlisted import Unlisted
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.limits import parse
from geo_merge.vocabulary.sentence import sentence

ReadLayer = Callable[..., gpd.GeoDataFrame]


@dataclass(frozen=True, kw_only=True)
class Job:
    """Files and options of a merger; see `layers.read_units` and `pipeline.merge` for each."""

    old: tuple[Path, ...]
    crosswalk: Path | None = None
    reference: tuple[Path, ...] = ()
    declared: Path | None = None
    outline: Path | None = None
    water: Path | None = None
    enclave: tuple[str, ...] = ()  # a layer, or codes of units
    divide: Path | None = None
    crs: str | None = None
    encoding: str | None = None
    code_field: str | None = None
    name_field: str | None = None
    population_field: str | None = None
    type_field: str | None = None
    parent_fields: tuple[str, ...] = ()
    reference_code_field: str | None = None
    reference_name_field: str | None = None
    divide_code_field: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)  # of the crosswalk
    fields: Mapping[str, str] = field(default_factory=dict)  # of other roles
    layer: str | None = None
    layers: Mapping[Path, str] = field(default_factory=dict)  # of single files
    rules: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    unlisted: Unlisted = Unlisted.REFUSE
    accept: frozenset[str] = frozenset()
    below: str | None = None
    repair: RepairOptions | None = None
    decisions: Path | None = None
    country: Country = PLAIN

    @property
    def inputs(self) -> list[Path]:
        """All files that are read."""
        more = (self.crosswalk, *self.reference, self.declared, *self.land, self.decisions)
        return [*self.old, *(path for path in more if path is not None)]

    @property
    def land(self) -> list[Path]:
        """The layers that are neither units nor what these are compared with."""
        layers = (self.outline, self.water, self._enclaves, self.divide)
        return [path for path in layers if path is not None]

    @property
    def _enclaves(self) -> Path | None:
        """The layer of land of others, if one is named rather than units."""
        return Path(self.enclave[0]) if self.enclave and Path(self.enclave[0]).exists() else None

    @property
    def files(self) -> dict[str, Path]:
        """All files that are read, those that belong with a layer among them, by name."""
        return {file.name: file for path in self.inputs for file in files_of(path)}

    @property
    def options(self) -> dict[str, Any]:
        """What the manifest says of the options."""
        by_file = {path.name: layer for path, layer in self.layers.items()}
        one = set(by_file.values())
        told = ("rule", "tolerance", "snap")
        mending = self.repair and {name: getattr(self.repair, name) for name in told}
        more = {"fields": dict(self.fields)} if self.fields else {}
        return {**more, "crs": self.crs, "encoding": self.encoding, "code_field": self.code_field,
                "name_field": self.name_field, "population_field": self.population_field,
                "type_field": self.type_field, "parent_fields": list(self.parent_fields),
                "reference_code_field": self.reference_code_field,
                "reference_name_field": self.reference_name_field,
                "divide_code_field": self.divide_code_field, "columns": dict(self.columns),
                "layer": one.pop() if len(one) == 1 else by_file or self.layer,
                "rules": dict(self.rules), "limits": list(self.limits),
                "enclave": [self._enclaves.name] if self._enclaves else list(self.enclave),
                "unlisted": str(self.unlisted),
                "accept": sorted(self.accept),
                "below": self.below,
                "repair": mending}  # fmt: skip

    def read(
        self, read_layer: ReadLayer = read_units
    ) -> tuple[gpd.GeoDataFrame, pd.DataFrame | None]:
        """Read the layer, with this function if need be, and the crosswalk.

        Raises
        ------
        GeoMergeError
            With the problems of both together.
        """
        self._refuse_tables()
        units = table = None
        problems: list[str] = []
        _, sizes = parse(self.limits)
        try:
            if self.crosswalk is not None:
                table = read_crosswalk(self.crosswalk, encoding=self.encoding, sizes=sizes,
                                       columns=self.columns, country=self.country)  # fmt: skip
        except GeoMergeError as error:
            problems += error.problems
        expected = {} if table is None else _called(table, "old")
        try:
            units = read_layer(
                *self.old, code_field=self.code_field, name_field=self.name_field,
                population_field=self.population_field, type_field=self.type_field,
                parent_fields=self.parent_fields,
                layer=self.layers or self.layer, crs=self.crs, encoding=self.encoding, sizes=sizes,
                expected=expected, country=self.country, accept=self.accept,
                fields=self.fields,
            )  # fmt: skip
        except GeoMergeError as error:
            problems = [*error.problems, *problems]
        if problems or units is None:
            raise GeoMergeError(problems)
        return units, table

    def open(self, path: Path) -> RawLayer:
        """Read a layer of the job as its file has it.

        Raises
        ------
        LayerError
            See `reading.sources.open_layer`; G03, if units cannot be divided by it.
        """
        layer = self.layers.get(path, self.layer if path in self.old else None)
        texts = texts_of(self.country, self.encoding)
        raw = open_layer(path, layer=layer, texts=texts, sizes=parse(self.limits)[1])
        if path == self.divide:
            refuse_no_cutters(raw)
        return raw

    def others(self, units: gpd.GeoDataFrame, table: pd.DataFrame | None = None) -> dict[str, Any]:
        """Read what units are compared with, and ``limits``, under the names of `merge`.

        The crosswalk tells the codes and names that the reference should have.

        Raises
        ------
        GeoMergeError
            With the problems of all files together.
        """
        read, wrong = self.read_others(units, table)
        if len(wrong) == 1:
            raise next(iter(wrong.values()))
        if wrong:
            raise GeoMergeError([told for error in wrong.values() for told in error.problems])
        return read

    def read_others(
        self, units: gpd.GeoDataFrame, table: pd.DataFrame | None = None,
        read_layer: ReadLayer = read_units,
    ) -> tuple[dict[str, Any], dict[Path, GeoMergeError]]:  # fmt: skip
        """Return what `others` reads, None for what cannot be read, and what is wrong by file.

        `read_layer` is what reads the reference; see `read`.
        """
        readers: dict[str, tuple[Path | None, Callable[[Path], Any]]] = {
            "reference": (next(iter(self.reference), None),
                          lambda _: self._read_reference(units, table, read_layer)),
            "declared": (self.declared, self._read_table),
            "outline": (self.outline, partial(self._read_land, units, "outline")),
            "water": (self.water, partial(self._read_land, units, "water")),
            "enclaves": (self._enclaves, partial(self._read_land, units, "enclave")),
        }  # fmt: skip
        read: dict[str, Any] = {"limits": parse(self.limits)[0]}
        wrong: dict[Path, GeoMergeError] = {}
        for name, (path, reader) in readers.items():
            try:
                read[name] = None if path is None else reader(path)
            except GeoMergeError as error:
                read[name], wrong[cast("Path", path)] = None, error
        if self._enclaves is None:
            read["enclaves"] = self.enclave or None
        return read, wrong

    def land_layers(self, units: gpd.GeoDataFrame) -> dict[str, Any]:
        """Read what says which land belongs to no unit, under the names of `merge`."""
        read = replace(self, reference=(), declared=None).others(units)
        return {name: read[name] for name in ("outline", "water", "enclaves")}

    def _read_reference(
        self, units: gpd.GeoDataFrame, table: pd.DataFrame | None, read_layer: ReadLayer
    ) -> gpd.GeoDataFrame:
        reference = read_layer(
            *self.reference, code_field=self.reference_code_field,
            name_field=self.reference_name_field, code_option="--reference-code-field",
            layer=self.layers, crs=self.crs, overrule_crs=False, target_crs=units.crs,
            sizes=parse(self.limits)[1], evidence={} if table is None else _called(table, "new"),
            country=self.country, accept=self.accept)  # fmt: skip
        refuse_apart(np.asarray(reference.geometry.values), units,
                     [path.name for path in self.reference], option="reference",
                     holds_units=True)  # fmt: skip
        return reference

    def _read_land(self, units: gpd.GeoDataFrame, option: str, path: Path) -> gpd.GeoDataFrame:
        """Read polygons that need no codes, in the CRS of the units."""
        land = read_polygons(path, units.crs, option=option, layer=self.layers.get(path),
                             crs=self.crs, country=self.country, sizes=parse(self.limits)[1],
                             accept=self.accept)  # fmt: skip
        refuse_apart(np.asarray(land.geometry.values), units, [path.name], option=option,
                     holds_units=option == "outline")  # fmt: skip
        return land

    def _read_table(self, path: Path) -> pd.DataFrame:
        return read_table(path, encoding=self.encoding, sizes=parse(self.limits)[1],
                          country=self.country)  # fmt: skip

    def run(
        self,
        say: Progress = lambda _: None,
        *,
        read_layer: ReadLayer = read_units,
        prepare: Prepare = prepare,
    ) -> MergeResult:
        """Read everything and merge; how layers are read and prepared is the engine's business.

        Raises
        ------
        GeoMergeError
            If an input cannot be used; see `divide.divide` and `pipeline.merge`.
        """
        self._refuse_tables()
        if self.crosswalk is None:  # before reading, which can take minutes
            raise UsageError(sentence("W07.no_crosswalk"))
        say("Reading")
        units, read = self.read(read_layer)
        table = cast("pd.DataFrame", read)
        units, table = self.divided(units, table)
        decisions = self.decided()
        repair = self.repair
        if repair is not None and decisions is not None:
            repair = replace(repair, decisions=decisions)
        others = self.others(units, table)
        return merge(units, table, rules=self.rules, repair=repair, decisions=decisions,
                     unlisted=self.unlisted, accept=self.accept, below=self.below,
                     progress=say, country=self.country, prepare=prepare, **others)  # fmt: skip

    def _refuse_tables(self) -> None:
        """Refuse tables that are given among the layers, with what to give them as."""
        told = [sentence("F01.table_among", file=p.name) for p in self.old if is_table(p.suffix)]
        if told:
            raise LayerError(told)

    def divided(
        self, units: gpd.GeoDataFrame, table: pd.DataFrame
    ) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
        """Return units and crosswalk after the layer that divides units, if there is one.

        Raises
        ------
        GeoMergeError
            See `read_cutters` and `divide.divide`; W05, if the crosswalk divides no unit.
        """
        if self.divide is None:
            return units, table
        cutters = read_cutters(
            self.divide, units.crs, code_field=self.divide_code_field, crosswalk=table,
            layer=self.layers.get(self.divide), crs=self.crs, encoding=self.encoding,
            sizes=parse(self.limits)[1], country=self.country, accept=self.accept,
        )  # fmt: skip
        refuse_apart(np.array(list(cutters.geometry.values())), units, [self.divide.name],
                     option="divide", holds_units=False)  # fmt: skip
        whole = units
        units, table = divide(units, table, cutters, rules=self.rules, country=self.country)
        if units is whole:
            raise LayerError(sentence("W05.idle", source=self.divide.name, option="--divide"))
        return units, table

    def decided(self) -> pd.DataFrame | None:
        """Return the table of decisions, if there is one."""
        return None if self.decisions is None else self._read_table(self.decisions)


def _called(table: pd.DataFrame, side: str) -> dict[str, str]:
    """Return the names of a crosswalk's old or new units by their codes."""
    codes, names = (table[f"{side}_{what}"].tolist() for what in ("code", "name"))
    return dict(zip(codes, names, strict=True))
