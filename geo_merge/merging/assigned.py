"""The old units with what every later step needs of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.checks.blocks import Block, Fetch
from geo_merge.checks.surveyed import Surveyed, join_blocks, take_blocks
from geo_merge.errors import GeometryError
from geo_merge.geometry.dissolve import Dissolved, dissolve_groups
from geo_merge.geometry.faces import Faces
from geo_merge.geometry.neighbourhoods import bundle
from geo_merge.geometry.rings import Bools, Floats, Ints
from geo_merge.merging.parents import Dissolve
from geo_merge.units.crosswalk import Resolved
from geo_merge.vocabulary.fields import with_unit_columns
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.part_of import PART_OF
from geo_merge.vocabulary.sentence import sentence


@dataclass(frozen=True)
class Prepared:
    """The old units, where each of them goes, and what is known of their geometry.

    Attributes
    ----------
    surveyed
        The unit layer with ``new_code`` and ``new_name``, measured and surveyed.
    rows
        The crosswalk in the order of the units.
    groups
        The new unit of each old one, as a position in `new_codes`.
    new_codes
        Codes of the new units, in order.
    dissolved
        The usable members of each new unit as one; None where there are none.
    again
        Square metres that the members of each new unit claim more than once.
    dissolve
        Dissolves units, given by position, in other groups: districts and provinces.
    """

    surveyed: Surveyed
    rows: pd.DataFrame
    groups: Ints
    new_codes: tuple[str, ...]
    dissolved: Sequence[Dissolved | None]
    again: Floats
    dissolve: Dissolve

    @property
    def frame(self) -> gpd.GeoDataFrame:
        """The unit layer."""
        return self.surveyed.frame

    @property
    def areas(self) -> Floats:
        """Square metres of each unit; 0 where the polygon cannot be used."""
        return self.surveyed.measures.m2

    @property
    def usable(self) -> Bools:
        """Which polygons can be dissolved."""
        return self.surveyed.measures.usable

    @property
    def faces(self) -> Faces:
        """The faces of those."""
        return self.surveyed.faces

    def drawn_areas(self) -> Floats:
        """Return the areas of all polygons, unusable ones too: what is lost must show."""
        return np.where(self.usable, self.areas, self.surveyed.measures.drawn)


Prepare = Callable[[gpd.GeoDataFrame, Resolved, Limits], Prepared]


@dataclass(frozen=True)
class Assigned:
    """The old units with their rows of the crosswalk, before their geometry is looked at.

    Attributes are those of `Prepared`.
    """

    frame: gpd.GeoDataFrame
    rows: pd.DataFrame
    groups: Ints
    new_codes: tuple[str, ...]


def assign(old: gpd.GeoDataFrame, resolved: Resolved) -> Assigned:
    """Join the old units with their rows of the crosswalk."""
    frame = with_unit_columns(old).rename(index=resolved.codes)
    if PART_OF in frame:
        frame[PART_OF] = frame[PART_OF].replace(resolved.codes)
    rows = resolved.rows
    new_codes, groups = np.unique(rows["new_code"].to_numpy(str), return_inverse=True)
    frame = frame.assign(new_code=rows["new_code"].to_numpy(), new_name=rows["new_name"].to_numpy())
    frame.index.name = "code"
    return Assigned(frame, rows, groups, tuple(map(str, new_codes)))


def prepare(old: gpd.GeoDataFrame, resolved: Resolved, limits: Limits) -> Prepared:
    """Survey and dissolve old units that are all in memory, new unit by new unit.

    Raises
    ------
    GeometryError
        If no unit has a polygon that can be used.
    """
    assigned = assign(old, resolved)
    groups, geometries = assigned.groups, np.asarray(assigned.frame.geometry.values)
    bundles = bundle(groups, shapely.get_num_coordinates(geometries))
    blocks = take_blocks(assigned.frame, bundles, limits, groups=groups)

    def dissolve(units: Ints, groups: Ints) -> Sequence[Dissolved]:
        return dissolve_groups(geometries[units], groups)

    return put_together(assigned, blocks, geometries.__getitem__, dissolve)


def put_together(
    assigned: Assigned, blocks: Sequence[Block], fetch: Fetch, dissolve: Dissolve
) -> Prepared:
    """Put the layer together from blocks that have each new unit once, in their order.

    Raises
    ------
    GeometryError
        If no unit has a polygon that can be used.
    """
    if all(block.survey is None for block in blocks):
        raise GeometryError(sentence("geometry.no_unit"))
    merged = [new for block in blocks for new in block.merged]
    return Prepared(
        surveyed=join_blocks(assigned.frame, blocks, fetch),
        rows=assigned.rows,
        groups=assigned.groups,
        new_codes=assigned.new_codes,
        dissolved=[new.dissolved for new in merged],
        again=np.array([new.again for new in merged]),
        dissolve=dissolve,
    )
