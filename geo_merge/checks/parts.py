"""New units in several parts, and which members make which (G11)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geo_merge.checks.labels import label
from geo_merge.geometry.rings import Geometries
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import Sentence, sentence


def check_parts(frame: gpd.GeoDataFrame, inside: gpd.GeoSeries | None = None) -> list[Finding]:
    """Find new units in several parts, and say which members make which part (G11).

    Parameters
    ----------
    frame
        New units; the codes of their members in ``members``.
    inside
        A point of each member, by its new unit and its code, to say which of them lies where.
    """
    geometries = np.asarray(frame.geometry.values)
    counts = shapely.get_num_geometries(geometries)
    findings = []
    for k in np.flatnonzero(counts > 1):
        code = str(frame.index[k])
        parts = shapely.get_parts(geometries[k])
        parts = parts[np.argsort(-shapely.area(parts), kind="stable")]
        small = parts[1:]
        findings.append(
            Finding.of(
                sentence("G11.parts", unit=label(frame, code), n=int(counts[k]),
                         who=_who(frame, code, parts, inside)),
                units=(code,),
                value=float(counts[k]),
                unit_of_value="parts",
                geometry=shapely.multipolygons(small) if len(small) > 1 else small[0],
            )
        )  # fmt: skip
    return findings


def _who(
    frame: gpd.GeoDataFrame, code: str, parts: Geometries, inside: gpd.GeoSeries | None
) -> Sentence:
    """Say which members do not touch the others; of one in parts itself just the members."""
    codes = [str(m) for m in frame.at[code, "members"]] if "members" in frame else []
    if not codes:
        return sentence("G11.unlisted")
    if inside is None:
        return sentence("G11.members", codes=codes)
    at = shapely.intersects(parts[:, None], np.asarray(inside[code][codes].values)[None, :])
    groups = [[c for c, here in zip(codes, row, strict=True) if here] for row in at]
    if sum(bool(g) for g in groups) < 2:  # noqa: PLR2004 - all members are in one part
        return sentence("G11.members", codes=codes)
    return sentence("G11.apart", groups=[", ".join(g) for g in groups if g])
