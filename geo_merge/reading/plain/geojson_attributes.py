"""Attributes of GeoJSON as the file has them: no dates, numbers or lists are guessed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from geo_merge.errors import LayerError
from geo_merge.reading.json_values import doubled, members, plain
from geo_merge.reading.plain.geojson import Collected
from geo_merge.reading.plain.ragged import require
from geo_merge.vocabulary.attributes import Attributes
from geo_merge.vocabulary.fields import free_name
from geo_merge.vocabulary.sentence import sentence

_SHOWN = 5


@dataclass(frozen=True)
class Properties:
    """What is known of the features of a collection.

    Attributes
    ----------
    names
        Of all properties, in the order in which they come.
    own
        Properties and id of each feature, as JSON knows them; only properties that were wanted.
    """

    names: tuple[str, ...]
    own: Attributes

    @property
    def id_name(self) -> str:
        """What the ids are called as a column: ``id``, unless a property is called so."""
        return free_name("id", self.names)

    @property
    def all_names(self) -> tuple[str, ...]:
        """Names of all columns, that of the ids among them."""
        return self.names if self.own.ids is None else (*self.names, self.id_name)

    def column(self, name: str) -> list[Any]:
        """Return a property of all features, None where one lacks it, or their ids."""
        if self.own.ids is not None and name == self.id_name:
            return list(self.own.ids)
        return [row.get(name) for row in self.own.rows]


def read_attributes(
    collected: Collected, source: str, wanted: Collection[str] | None = None
) -> Properties:
    """Return the attributes of a collection, or only some of them.

    Raises
    ------
    LayerError
        If a feature has a property twice (F03): only one of the two could be kept.
    """
    names: dict[str, None] = {}
    rows: list[dict[str, Any]] = []
    twice: dict[str, int] = {}
    for k, feature in enumerate(collected.features):
        properties = feature.get("properties")
        keys = () if properties is None else members(properties)
        names.update(dict.fromkeys(keys))
        name = doubled(properties)
        if name is not None:
            twice.setdefault(name, k + 1)
        if properties is None:
            rows.append({})
        elif wanted is None:
            rows.append(plain(properties))
        else:
            rows.append({n: plain(properties[n]) for n in keys if n in wanted})
    if twice:
        where = [sentence("F03.in_row", name=n, row=k) for n, k in list(twice.items())[:_SHOWN]]
        raise LayerError(sentence("F03.properties", source=source, where=where))
    ids = [plain(feature.get("id")) for feature in collected.features]
    known = any(i is not None for i in ids)
    return Properties(tuple(names), Attributes(rows, ids if known else None))


def crs_name(collected: Collected) -> str:
    """Return the CRS that the collection names, WGS 84 if it does not (RFC 7946).

    Raises
    ------
    NotPlainError
        If it names one by anything else but a code of EPSG or CRS84.
    """
    crs = collected.about.get("crs")
    if crs is None:
        return "EPSG:4326"
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name")) if isinstance(properties, dict) else ""
    if name in {"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84"}:
        return "EPSG:4326"
    code = re.fullmatch(r"(?:urn:ogc:def:crs:EPSG::|EPSG:)([0-9]+)", name)
    require(code, "a CRS of EPSG")
    return f"EPSG:{code[1]}" if code else ""
