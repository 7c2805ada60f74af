"""New units of one name: the most often used names one by one, the others once."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely
from conftest import CRS

from geo_merge.merging.merge import merge


def test_many_names_of_several_units_are_told_once() -> None:
    names = [f"San {k // 2}" for k in range(48)] + ["San 0"]
    codes = [f"{k:02d}" for k in range(49)]
    squares = [shapely.box(4e5 + 1e3 * k, 2.3e6, 4e5 + 1e3 * (k + 1), 2.301e6) for k in range(49)]
    layer = gpd.GeoDataFrame({"name": names, "unit_type": ""}, geometry=squares, crs=CRS,
                             index=pd.Index(codes, name="code"))  # fmt: skip
    table = pd.DataFrame({"old_code": codes, "new_code": codes, "new_name": names})
    findings = merge(layer, table).findings
    told = findings[findings["check"] == "W03"]
    assert len(told) == 21
    (last,) = told[told["unit_of_value"] == "names"].itertuples()
    assert last.value == 4
    assert "4 more names are those of several new units (8 in all): San" in last.message
    most = told[told["units"].map(len) == 3]
    assert most["units"].tolist() == [["00", "01", "48"]]
    assert sorted(code for units in told["units"] for code in units) == codes
