"""Standards: files of them, verdicts by hand, and the figures of Bắc Ninh."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import geo_merge
from geo_merge.errors import PlanError, StandardError, UsageError
from geo_merge.planning.adopt import plan_of_crosswalk
from geo_merge.planning.check import check_plan, declared_figures
from geo_merge.planning.figures import figures_of
from geo_merge.planning.inputs import Inputs, inputs_of_table, parse_inputs
from geo_merge.planning.layer import measure
from geo_merge.planning.operations import Found
from geo_merge.planning.plan import unassigned
from geo_merge.planning.standard_files import known_standards, parse_standard, read_standard
from geo_merge.planning.standards import Standard, Sure
from geo_merge.planning.tables import verdicts_table
from geo_merge.planning.verdicts import Subject, Verdict, judge

LAW = """
id = "law"
law = "The law"
source = "a report"
sure = "reported"

[[class]]
id = "low"
name = { en = "lowland", vi = "đồng bằng" }
types = ["Xã"]
when = { mountain = false }

[[class.threshold]]
quantity = "population"
least = 50
percent = 200
article = "5"

[[class]]
id = "high"
name = "mountain"
types = ["Xã"]
when = { mountain = true }

[[class.threshold]]
quantity = "area_km2"
least = 10

[[reduction]]
id = "delta"
classes = ["low"]
quantity = "population"
percent = 70
when = { region = "delta" }

[[reduction]]
id = "maybe"
classes = ["high"]
quantity = "area_km2"
percent = 50
certain = false
source = "our reading"
sure = "reading"

[[exemption]]
id = "three"
least_members = 3
"""


def law(text: str = LAW) -> Standard:
    return parse_standard(text, "law.toml")


def verdict(inputs: dict[str, Any], settled: dict[str, bool] | None = None, **given: Any) -> Any:
    figures = {"population": given.pop("people", 100), "area_km2": given.pop("km2", 10)}
    subject = Subject("1", "Một", given.pop("kind", "Xã"), given.pop("members", 2), figures, inputs)
    assert not given
    return judge(law(), [subject], settled)[0].verdict


@pytest.mark.parametrize(
    ("inputs", "given", "expected"),
    [
        ({"mountain": False, "region": ""}, {"people": 100}, Verdict.MET),  # 200 % of 50
        ({"mountain": False, "region": ""}, {"people": 99}, Verdict.NOT_MET),
        ({"mountain": False, "region": "delta"}, {"people": 70}, Verdict.MET),
        ({"mountain": False, "region": "delta"}, {"people": 69}, Verdict.NOT_MET),
        ({"mountain": False}, {"people": 99}, Verdict.UNKNOWN),  # region: 70 or 100
        ({"mountain": False}, {"people": 69}, Verdict.NOT_MET),  # in any region
        ({"mountain": False}, {"people": None}, Verdict.UNKNOWN),
        ({"mountain": False}, {"people": 1, "members": 3}, Verdict.EXEMPT),
        ({"mountain": False}, {"people": 1, "members": None}, Verdict.UNKNOWN),
        ({}, {"people": 100, "km2": 10}, Verdict.MET),  # as either
        ({}, {"people": 100, "km2": 1}, Verdict.UNKNOWN),
        ({}, {"people": 1, "km2": 1}, Verdict.NOT_MET),
        ({"mountain": True}, {"km2": 5}, Verdict.UNKNOWN),  # the reduction is not certain
        ({"mountain": True}, {"km2": 4.9}, Verdict.NOT_MET),
        ({}, {"kind": "Đặc khu"}, Verdict.NONE),
    ],
)
def test_verdicts_by_hand(inputs: dict[str, Any], given: dict[str, Any], expected: Verdict) -> None:
    assert verdict(inputs, **given) is expected


def test_what_is_not_certain_can_be_settled() -> None:
    assert verdict({"mountain": True}, {"maybe": True}, km2=5) is Verdict.MET
    assert verdict({"mountain": True}, {"maybe": False}, km2=5) is Verdict.NOT_MET


def test_one_of_several_inputs() -> None:
    text = LAW.replace(
        "when = { mountain = true }", "when_any = { mountain = true, border = true }"
    )
    for inputs, belongs in (({"border": True}, True), ({"border": False}, None), ({}, None)):
        found = judge(law(text), [Subject("1", "", "Xã", 1, {}, inputs)])[0].classes
        assert [c.belongs for c in found if c.unit_class.id == "high"] == [belongs]
    neither = Subject("1", "", "Xã", 1, {}, {"border": False, "mountain": False})
    assert [c.unit_class.id for c in judge(law(text), [neither])[0].classes] == ["low"]


@pytest.mark.parametrize("name", sorted(known_standards()))
def test_every_figure_of_a_law_says_where_it_comes_from(name: str) -> None:
    standard = read_standard(name)
    assert standard.id == name
    rules = [t for c in standard.classes for t in c.thresholds]
    for rule in (*rules, *standard.reductions, *standard.exemptions):
        assert rule.source.text
        assert rule.source.sure in {Sure.REPORTED, Sure.READING}  # no text of a law was at hand


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("least_members = 3", "least_member = 3", "line 47: least_member: unknown key"),
        ('quantity = "area_km2"\nleast', 'quantity = "areas"\nleast', "line 26: quantity: 'areas'"),
        ("least = 50", 'least = "50"', "line 15: least: '50' is no number above 0"),
        ('classes = ["high"]', 'classes = ["hi"]', "line 38: classes: 'hi' is no class"),
        ("certain = false", "certain = 0", "line 41: certain: 0 is neither true nor false"),
        ('sure = "reading"', 'sure = "very"', "line 43: sure: 'very' is none of original, "),
        ("percent = 200", "percent = -2", "line 16: percent: -2"),
        ("when = { mountain = true }", "when = { mountain = 1 }", "line 23: when"),
        ('law = "The law"', "", "line 1: law: law is missing"),
        ("least = 10", "", "threshold[0]: least is missing"),
        ('id = "delta"', 'id = "low"', "'low' is the id of two tables"),
        ("[[exemption]]", "[exemption]", "line 45: exemption: write each as [[exemption]]"),
        ("least = 50", "least = ", "law.toml is no TOML"),
    ],
)
def test_a_wrong_file_names_key_and_line(old: str, new: str, message: str) -> None:
    assert old in LAW
    with pytest.raises(StandardError) as error:
        law(LAW.replace(old, new))
    assert message in error.value.problems[0]
    assert error.value.problems[0].startswith("law.toml ")


@pytest.mark.parametrize(
    "harmful",
    [
        "x = " + "[" * 20_000 + "]" * 20_000,
        "x = " + "{a=" * 20_000 + "1" + "}" * 20_000,
        "x = " + "9" * 5_000,
        ".".join("a" * 5_000) + " = 1",  # four gigabytes of names with ten times as many
        "[" + ".".join("a" * 5_000) + "]",
        "x = {" + ".".join("a" * 5_000) + " = 1}",
    ],
)
def test_a_file_made_to_harm_ends_in_one_sentence(harmful: str) -> None:
    with pytest.raises(StandardError, match=r"law\.toml is no TOML") as error:
        law(f"{harmful}\n{LAW}")
    assert len(error.value.problems) == 1


def test_a_file_too_large_for_a_standard_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(f"{LAW}\n# {'x' * 1_000_000}", "utf-8")
    with pytest.raises(StandardError, match=r"own\.toml has 1\.0 MB, too many for a standard"):
        read_standard(tmp_path / "own.toml")


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = LAW.replace("least = 50", "lest = 50").replace("percent = 70", "percent = 0")
    with pytest.raises(StandardError) as error:
        law(text)
    assert len(error.value.problems) == 3  # unknown, missing, no number


def test_a_planners_own_file(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(LAW, "utf-8")
    assert read_standard(tmp_path / "own.toml").id == "law"
    with pytest.raises(StandardError, match="nonsense: no such standard; give .*vn-112-2025"):
        read_standard("nonsense")


def plan_on_a_grid(grid: Callable[..., gpd.GeoDataFrame]) -> Any:
    layer = grid(3, 2, population=[40, 60, 30, 20, 50, 50])
    plan = unassigned(layer)
    plan = Found("A", "Một", "Xã", "", ("00001", "00002")).on(plan)
    plan = Found("B", "Hai", "Xã", "", ("00003", "00004")).on(plan)
    measured = measure(layer)
    return plan, measured, figures_of(plan, measured)


def table(rows: dict[str, list[str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, dtype=object)
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
    return frame


def test_a_plan_against_a_law_with_inputs_of_its_members(
    grid: Callable[..., gpd.GeoDataFrame],
) -> None:
    plan, measured, figures = plan_on_a_grid(grid)
    said = ["Không", "no", "có", "", "có"]  # blank cells and rows that say the same are no matter
    told = table({"old_code": ["00001", "00002", "00003", "00001", "00003"], "mountain": said})
    inputs = inputs_of_table(told, plan, law(), "t.csv")
    assert inputs.of(plan, "A", ("00001", "00002")) == {"mountain": False}
    assert inputs.of(plan, "B", ("00003", "00004")) == {}  # of one it is not known
    every = Inputs(parse_inputs(["region=north"], law()), inputs.old)
    checked = check_plan(figures, measured, law(), every)
    assert [j.verdict for j in checked.units] == [Verdict.MET, Verdict.NOT_MET]
    rows = verdicts_table(checked, "vi")
    first = rows.iloc[0]
    assert (first["class"], first["value"], first["required"], first["percent"]) == (
        "đồng bằng", 100, 100, 100.0,
    )  # fmt: skip
    assert first["clause"] == "The law, Điều 5"
    assert rows["belongs"].tolist() == ["đúng", "chưa rõ", "chưa rõ"]
    assert rows["verdict"].tolist() == ["đạt", "không đạt", "không đạt"]
    assert verdicts_table(checked, "en")["verdict"].tolist() == ["met", "not met", "not met"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"old_code": ["9"], "mountain": ["yes"]}, "t.csv row 2: the plan has no old_code '9'"),
        ({"old_code": ["00001"], "mountain": ["maybe"]}, "row 2: mountain is 'maybe'; write yes"),
        ({"code": ["00001"], "mountain": ["yes"]}, "needs one column of codes"),
        (
            {"old_code": ["00001", "00001"], "mountain": ["yes", "no"]},
            "row 3: mountain of 00001 is 'no', which is not what a row above says",
        ),
    ],
)
def test_inputs_that_are_none(
    grid: Callable[..., gpd.GeoDataFrame], rows: dict[str, list[str]], message: str
) -> None:
    plan, _, _ = plan_on_a_grid(grid)
    with pytest.raises(PlanError, match=message):
        inputs_of_table(table(rows), plan, law(), "t.csv")


def test_options_that_a_law_does_not_ask_for(grid: Callable[..., gpd.GeoDataFrame]) -> None:
    _, measured, figures = plan_on_a_grid(grid)
    with pytest.raises(UsageError, match="law asks for mountain, region"):
        parse_inputs(["island=yes"], law())
    with pytest.raises(UsageError, match="write mountain=yes or mountain=no"):
        parse_inputs(["mountain=perhaps"], law())
    with pytest.raises(
        PlanError, match="no reduction or exemption 'x'; it has delta, maybe, three"
    ):
        check_plan(figures, measured, law(), Inputs(), settled={"x": True})


def test_a_province_counts_what_has_no_place(grid: Callable[..., gpd.GeoDataFrame]) -> None:
    _, measured, figures = plan_on_a_grid(grid)
    text = LAW + (
        '[[class]]\nid = "p"\nname = "province"\nlevel = "province"\n'
        '[[class.threshold]]\nquantity = "population"\nleast = 250\n'
        '[[class.threshold]]\nquantity = "share:Phường"\nleast = 30\n'
    )
    whole = check_plan(figures, measured, law(text), Inputs()).province
    assert whole is not None
    assert [line.value for line in whole.classes[0].lines] == [250, 0.0]


@pytest.fixture(scope="module")
def declared(bac_ninh: Path) -> Any:
    """The enacted plan of Bắc Ninh with its declared figures."""
    old = geo_merge.read_units(
        bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp"
    )
    plan, _ = plan_of_crosswalk(old, geo_merge.read_crosswalk(bac_ninh / "crosswalk.csv"))
    given = declared_figures(geo_merge.read_table(bac_ninh / "official_statistics_2025.csv"), plan)
    measured = measure(old)
    return figures_of(plan, measured), measured, given


def checked_by(declared: Any, name: str, settled: dict[str, bool], **every: Any) -> Any:
    figures, measured, given = declared
    return check_plan(figures, measured, read_standard(name), Inputs(every), settled=settled,
                      declared=given)  # fmt: skip


def met(checked: Any, *classes: str) -> int:
    found = Counter(j.as_class(*classes) for j in checked.units)
    return found[Verdict.MET] + found[Verdict.EXEMPT]


LOW, HIGH = "lowland-commune", "mountain-commune"


@pytest.mark.parametrize(
    ("region", "settled", "expected"),
    [
        ("none", {}, (34, 7, 39)),
        ("red-river-delta", {"delta-mountain-area": False}, (43, 7, 48)),
        ("red-river-delta", {"delta-mountain-area": True}, (43, 20, 53)),
    ],
)
def test_bac_ninh_by_resolution_112(
    declared: Any, region: str, settled: dict[str, bool], expected: tuple[int, int, int]
) -> None:
    checked = checked_by(
        declared, "vn-112-2025", settled, region=region, island=False, sandy_coast_poor=False
    )
    assert met(checked, "ward") == 33
    assert (met(checked, LOW), met(checked, HIGH), met(checked, LOW, HIGH)) == expected
    assert checked.figures_from == "declared figures of 99 units"


def test_bac_ninh_by_resolution_76(declared: Any) -> None:
    checked = checked_by(declared, "vn-76-2025", {})
    short = [j for j in checked.units if j.as_class(LOW, HIGH) is Verdict.NOT_MET]
    assert met(checked, LOW, HIGH) == 55
    assert {j.subject.name for j in short} == {
        "Tân Sơn", "Sa Lý", "Vân Sơn", "Yên Định", "Tuấn Đạo", "Tam Giang", "Yên Trung",
        "Chi Lăng", "Tân Chi", "Cao Đức", "Đại Lai",
    }  # fmt: skip
    assert [j for j in short if j.verdict is not Verdict.NOT_MET] == []


def test_bac_ninh_as_a_city(declared: Any) -> None:
    whole = checked_by(declared, "vn-112-2025", {}, city=True).province
    lines = {line.threshold.quantity: line for line in whole.classes[0].lines}
    assert whole.verdict is Verdict.MET
    assert lines["population"].value == 3_619_442
    assert lines["area_km2"].value == pytest.approx(4718.61)
    assert lines["share:Phường"].value == pytest.approx(100 / 3)
