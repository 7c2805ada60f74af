"""The thresholds of standards as classes of a map."""

from __future__ import annotations

from geo_merge.planning.scales import scale_of, scales_of
from geo_merge.planning.standard_files import parse_standard

OWN = """
id = "own"
law = "Our own"
source = "us"
sure = "original"
[[class]]
id = "town"
name = { en = "town", vi = "phường" }
[[class.threshold]]
quantity = "population"
least = 1000
percent = 200
[[class]]
id = "village"
name = { en = "village", vi = "xã" }
[[class.threshold]]
quantity = "population"
least = 500
[[class]]
id = "other"
name = { en = "other", vi = "khác" }
[[class.threshold]]
quantity = "population"
least = 2000
[[class]]
id = "whole"
level = "province"
name = { en = "province", vi = "tỉnh" }
[[class.threshold]]
quantity = "area_km2"
least = 9
"""


def test_each_threshold_stands_once_with_those_who_ask_for_it() -> None:
    scale = scale_of(parse_standard(OWN, "own.toml"))
    people = [
        (at["from"], [c["en"] for c in at["classes"]]) for at in scale["limits"]["population"]
    ]
    assert people == [(500.0, ["village"]), (2000.0, ["town", "other"])]
    assert scale["limits"]["area_km2"] == []
    assert scale["sure"]


def test_a_country_has_its_own_laws_alone() -> None:
    known = {scale["id"]: scale for scale in scales_of("VN")}
    assert set(known) == {"vn-76-2025", "vn-112-2025"}
    least = [at["from"] for at in known["vn-76-2025"]["limits"]["area_km2"]]
    assert least == [5.5, 30.0, 100.0]
    assert not known["vn-76-2025"]["sure"]
    assert scales_of(None) == []
    assert scales_of("XX") == []
