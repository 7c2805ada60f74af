"""The checks by id: what each is about, and findings counted by check."""

from __future__ import annotations

import pandas as pd

# Ids that findings and messages carry, in [brackets] where an error stops the run.
CHECKS = {
    "F01": "content is not what the name says",
    "F02": "part of a file missing",
    "F03": "file not whole: damaged, cut off or a part",
    "F04": "parts of a file disagree",
    "F05": "encoding",
    "F06": "several layers or sheets",
    "F07": "no features",
    "R01": "no coordinate system",
    "R02": "coordinates contradict the coordinate system",
    "R03": "outside the expected area",
    "R04": "rounded coordinates",
    "R05": "plane to work in",
    "R06": "on both sides of 180°",
    "R07": "straight edges curved in the plane",
    "G01": "no geometry",
    "G02": "vertex that is no number",
    "G03": "not a polygon",
    "G04": "invalid geometry",
    "G05": "no area, or a crumb",
    "G06": "outside the rest",
    "G07": "spike",
    "G08": "tiny part",
    "G09": "ring order",
    "G11": "new unit in several parts",
    "G12": "far from its parent",
    "C01": "sliver gap",
    "C02": "gap or hole",
    "C03": "sliver overlap",
    "C04": "overlap",
    "C05": "border drawn with different vertices",
    "C06": "differs from reference or outline",
    "C07": "inlet at the outer edge",
    "C08": "land that lies in another unit",
    "K01": "code or its field missing",
    "K02": "code normalised",
    "K03": "code doubled",
    "K04": "unknown old unit",
    "K05": "unit without a row",
    "K06": "name doubled within a parent",
    "K07": "code of another form",
    "K08": "name or district disagrees",
    "K09": "code of another vintage",
    "W01": "new code or name blank",
    "W02": "row repeated",
    "W03": "names and codes in conflict",
    "W04": "shares",
    "W05": "divided unit",
    "W06": "code reused",
    "W07": "headings or content of a table",
    "W08": "row malformed",
    "W09": "merged cells or hidden rows",
    "W10": "new unit in two provinces",
    "W11": "cell of another kind",
    "X04": "odd characters in names",
    "A01": "rules of the fields",
    "A02": "field with gaps",
    "A03": "population of 0",
    "A04": "figures that are no numbers of people",
    "A05": "denser than any place",
    "A06": "people of several counts",
    "A07": "numbers that may be no counts",
    "A08": "stored area differs from the drawn",
    "D01": "declared figure differs",
    "D02": "code on one side only",
    "D03": "declared areas of two neighbours differ by the same land",
    "D04": "declared people differ",
    "D05": "stated neighbours differ",
    "D06": "stated figures do not add up",
    "M01": "repaired",
    "M02": "emptied or moved too far by a repair",
    "M03": "decision on a defect that is not there",
    "M04": "cut into parts by a repair",
    "M05": "decision that cannot be used",
    "M06": "does not fit after a repair",
    "L01": "unit of a plan that left the layer",
    "L02": "unit that is new in the layer of a plan",
    "L03": "unit called otherwise in a plan",
    "L04": "file of a plan's layer that changed",
    "L05": "position outside its unit",
    "P01": "input not used once",
    "P02": "area or count not kept",
    "P03": "result is no coverage, or reads back different",
    "P04": "drawing on the map",
    "S01": "path in an archive",
    "S02": "inflates too much",
    "S03": "content that stands in other files",
    "S04": "view or virtual table",
    "S05": "too large",
    "S06": "reading stopped: time, memory or a crash",
}


def count_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """Count findings by severity and check, the heaviest first.

    Returns
    -------
    pandas.DataFrame
        ``severity, check, title, count, total, unit_of_value``; the total is the sum of the
        values.
    """
    groups = findings.groupby(["severity", "check", "unit_of_value"], sort=False)
    table = groups["value"].agg(["size", "sum"]).reset_index()
    table = table.rename(columns={"size": "count", "sum": "total"})
    table["title"] = table["check"].map(CHECKS).fillna("")
    return table[["severity", "check", "title", "count", "total", "unit_of_value"]]
