"""The pages by Streamlit's own test: each of them, in both languages, with and without data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from app_tests import AppTest
from conftest import ROOT, square
from streamlit.util import calc_hash

from geo_merge.api import merge
from geo_merge.jobs.sample import sample_files
from geo_merge.results.files import write
from geo_merge.results.formats import WRITERS
from geo_merge.texts import LANGUAGES, TEXTS, Language, change, map_texts, number, say
from geo_merge.ui import plan_kept
from geo_merge.ui.download_page import files
from geo_merge.ui.headline import counted
from geo_merge.ui.server import PAGE
from geo_merge.ui.state import Key
from geo_merge.ui.store import Loaded, first
from geo_merge.vocabulary.catalogue import CHECKS
from geo_merge.vocabulary.sentence import title_of, titles

PAGES = ("map", "statistics", "checks", "data", "download")


def opened(page: str, **address: str) -> AppTest:
    """Open a page as its address would."""
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    for name, value in address.items():
        test.query_params[name] = value
    test._page_hash = calc_hash(page)
    return test.run()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_in_both_languages(page: str, language: Language) -> None:
    test = opened(page, lang=language)
    assert not test.exception
    assert not test.error
    words = " ".join(m.value for m in test.markdown)
    assert say("ui.sample", language) in words
    assert say("map.approximate", language) in words
    scripts = [h.proto.body for h in test.get("html")]
    assert any(f"document.documentElement.lang = '{language}';" in one for one in scripts)


def headline(test: AppTest) -> dict[str, tuple[str, str]]:
    """Return the figures of the strip over the map by name: figure and change."""
    (strip,) = [h.proto.body for h in test.get("html") if 'class="gm-strip"' in h.proto.body]
    cells = re.findall(r"<span><b>(.*?)</b> (.*?) <small>(.*?)</small></span>", strip)
    return {name: (figure, change) for name, figure, change in cells}


def test_the_headline_is_that_of_the_resolution() -> None:
    told = list(headline(opened("map")).values())
    assert [figure for figure, _ in told][:4] == ["313 → 99", "192 → 58", "121 → 41", "18 → 0"]
    assert [change for _, change in told][:3] == ["−68,37 %", "−69,79 %", "−66,12 %"]
    english = list(headline(opened("map", lang="en")).values())
    assert [change for _, change in english][:3] == ["−68.37 %", "−69.79 %", "−66.12 %"]


@pytest.mark.parametrize("side", ["after", "before"])
def test_a_link_opens_on_a_unit(side: str) -> None:
    test = opened("map", unit=f"{side}:07210")
    assert not test.warning
    assert test.session_state[Key.SHOWN]["selected"] == {"side": side, "code": "07210"}
    assert test.query_params["unit"] in (f"{side}:07210", [f"{side}:07210"])


@pytest.mark.parametrize("unit", ["after:99999", "before:99999", "after:<script>"])
def test_a_link_to_a_unit_that_the_data_does_not_have_says_so(unit: str) -> None:
    test = opened("map", unit=unit)
    assert not test.exception
    (told,) = test.warning
    assert unit.split(":")[1].strip("<>") in told.value
    assert "unit" not in test.query_params


@pytest.mark.parametrize("unit", ["before:", "nonsense"])
def test_a_link_to_no_unit_opens_the_map(unit: str) -> None:
    test = opened("map", unit=unit)
    assert not test.exception
    assert not test.warning


def test_the_language_switch_stays() -> None:
    test = opened("statistics")
    assert test.header[0].value == "Trước và sau"
    test.segmented_control("language_switch").select("en").run()
    assert test.header[0].value == "Before and after"
    assert test.query_params["lang"] == "en"


def test_the_statistics_can_be_filtered_and_ranked() -> None:
    test = opened("statistics", lang="en")
    counts = test.dataframe[0].value
    assert counts.set_index("").loc["All units"].to_list() == [313, 99, -68.37]
    assert counts.set_index("").loc["Districts", ["Before", "After"]].to_list() == [18, 0]
    assert counts.set_index("").loc["Type: Xã", ["Before", "After"]].to_list() == [209, 66]
    assert len(test.dataframe[-1].value) == 99
    test.text_input("table_search").set_value("le vien").run()
    shown = test.dataframe[-1].value
    assert 0 < len(shown) < 5
    assert shown["Names of members"].str.contains("Lệ Viễn").all()
    test.text_input("table_search").set_value("").run()
    test.multiselect("table_types").set_value(["Phường"]).run()
    assert len(test.dataframe[-1].value) == 33
    test.selectbox("ranking_measure").set_value("member_count").run()
    assert not test.exception


def test_the_checks_page_has_findings_and_the_ledger() -> None:
    test = opened("checks", lang="en")
    findings, ledger = test.dataframe[0].value, test.dataframe[-1].value
    assert findings["Check"].str.startswith("G11").any()
    assert ledger["OK"].all()
    assert {"Units", "Area (m²)"} <= set(ledger["Quantity"])


def test_a_result_of_the_command_line_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from commands import run  # noqa: PLC0415

    assert run("build", "--out", tmp_path).code == 0
    monkeypatch.setenv("GEO_MERGE_RESULT", str(tmp_path))
    for page in PAGES:
        test = opened(page, unit="after:07210")
        assert not test.exception
        assert tmp_path.name in " ".join(m.value for m in test.markdown).replace("\\", "")


def test_every_single_file_is_the_one_of_the_command_line(tmp_path: Path) -> None:
    from commands import run  # noqa: PLC0415

    kinds = [argument for kind in WRITERS for argument in ("--format", kind)]
    assert run("build", "--lang", "vi", "--out", tmp_path, *kinds).code == 0
    offered = files(first(), "vi")
    assert set(offered) == {path.name for path in tmp_path.iterdir()} - {"manifest.json"}
    for name, make in offered.items():
        assert make() == (tmp_path / name).read_bytes(), name


def test_the_map_that_is_taken_by_itself_has_the_figures_of_the_whole(
    grid: Callable[..., gpd.GeoDataFrame], tmp_path: Path
) -> None:
    """Two thousandths of a per cent less than declared are 0.00, not -0.00."""
    old = grid(2, 1)
    table = pd.DataFrame({"old_code": old.index, "new_code": "N", "new_name": "Một"})
    km2 = float(merge(old, table).new["area_km2"].iloc[0])
    declared = pd.DataFrame({"new_code": ["N"], "area_km2": [f"{km2 * 1.00002:.8f}"]})
    result = merge(old, table, declared=declared)
    write(result, tmp_path, language="vi")
    made = files(Loaded("key", "title", result, {}, {}), "vi")["map.html"]().decode()
    assert '"declared_percent":0.0' in made
    assert made == (tmp_path / "map.html").read_text("utf-8")


def test_a_folder_without_a_result_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEO_MERGE_RESULT", str(tmp_path))
    test = opened("map")
    assert not test.exception
    assert "không có kết quả đầy đủ" in test.error[0].value.replace("\\", "")


def test_a_result_that_was_written_again_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from commands import run  # noqa: PLC0415

    monkeypatch.setenv("GEO_MERGE_RESULT", str(tmp_path))
    assert run("build", "--out", tmp_path).code == 0
    assert next(iter(headline(opened("map")).values()))[0] == "313 → 99"
    crosswalk = pd.read_csv(sample_files()[1], dtype=str)
    crosswalk[["new_code", "new_name", "new_type"]] = ["1", "One", "Xã"]
    crosswalk.to_csv(tmp_path / "other.csv", index=False)
    layers, _ = sample_files()
    assert run("build", *layers, "--crosswalk", tmp_path / "other.csv", "--out", tmp_path).code == 0
    assert next(iter(headline(opened("map")).values()))[0] == "313 → 1"


def test_no_text_is_missing_in_either_language() -> None:
    for key, texts in TEXTS.items():
        assert len(texts) == len(LANGUAGES), key
        assert all(text.strip() for text in texts), key
        names = [set(re.findall(r"\{(\w+)\}", text)) for text in texts]
        assert names[0] == names[1], key


def test_every_text_that_is_asked_for_exists_and_every_other_is_gone() -> None:
    code = "\n".join(
        p.read_text("utf-8") for p in [*(ROOT / "geo_merge" / "ui").rglob("*.py"), ROOT / "app.py"]
    )
    web = ROOT / "geo_merge" / "maps" / "web"
    script = "\n".join(p.read_text("utf-8") for p in sorted(web.glob("*.js")))
    asked = set(re.findall(r'"((?:ui|map|page|intake)\.[a-z_0-9]+)"', code))
    asked |= {f"map.{k}" for k in re.findall(r'(?:this|live)\.t\("([a-z_0-9]+)"', script)}
    asked -= {"map.html", "page.py", "ui.upload"}  # files, and how keys begin
    assert asked - set(TEXTS) == set()
    # Keys that are put together while running: layers, modes, themes, sides, facts, units.
    words = set(re.findall(r'"([a-z_0-9]+)"', script)) | {
        "before",
        "after",
        "before_title",
        "after_title",
    }
    made = {
        k
        for k in TEXTS
        if k.startswith(
            (
                "map.theme_",
                "map.legend_",
                "map.from_",
                "map.method_",
                "map.basis_",
                "map.bars_",
                "map.line_",
                "map.old_",
                "map.map_",
                "map.severity_",
                "ledger.",
                "file.",
                "step.",
                "intake.country_",
                "intake.column_",
                "intake.go_",
                "verdict.",
            )
        )
    }
    made |= {k for k in TEXTS if k.startswith("map.") and k.removeprefix("map.") in words}
    columns = {k for k in TEXTS if k.startswith("ui.") and k not in asked}
    source = code + "".join(p.read_text("utf-8") for p in (ROOT / "geo_merge").rglob("*.py"))
    unused = {k for k in columns if not re.search(rf"\b{k.removeprefix('ui.').removeprefix('field_')}\b", source)
              and k.removeprefix("ui.") not in {"population_difference", "population_difference_percent", "declared_population"}}  # fmt: skip
    assert unused == set()
    assert {k for k in TEXTS if k.startswith(("map.", "page.", "intake."))} - asked - made == {
        "map.people",
        "map.percent",
        "map.times",
        "map.per_km2",
        "map.km2",
    } - asked - made
    assert set(map_texts()) == set(LANGUAGES)
    words = [
        (ROOT / "geo_merge" / "texts" / f"{language}.toml").read_text("utf-8")
        for language in LANGUAGES
    ]
    one, other = ({(g, k) for g, texts in tomllib.loads(w).items() for k in texts} for w in words)
    assert one == other


def test_every_check_means_one_thing_in_both_languages() -> None:
    told = {check: tuple(title_of(check, one) for one in LANGUAGES) for check in titles()}
    assert {check: english for check, (_, english) in told.items()} == {
        check: title[0].upper() + title[1:] for check, title in CHECKS.items()
    }
    for several in zip(*told.values(), strict=True):
        assert len(set(several)) == len(CHECKS)


@pytest.mark.parametrize(
    ("before", "after", "vi", "en"),
    [
        (313, 99, "−68,37 %", "−68.37 %"),
        (3, 5, "+66,67 %", "+66.67 %"),
        (7, 7, "±0,00 %", "±0.00 %"),
        (1_000_000, 1_000_001, "±0,00 %", "±0.00 %"),
        (0, 4, "", ""),
        (2, 0, "−100,00 %", "−100.00 %"),
        (1, 41, "+4.000,00 %", "+4,000.00 %"),
    ],
)
def test_what_grows_has_a_plus(before: float, after: float, vi: str, en: str) -> None:
    assert change(before, after, "vi") == vi
    assert change(before, after, "en") == en


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_merger_with_errors_says_so_in_red(
    grid: Callable[..., gpd.GeoDataFrame], language: Language
) -> None:
    old = grid(2, 1)
    old.loc["00001", "geometry"] = square(0, 0).difference(square(0, 0).centroid.buffer(50))
    rows = {"old_code": old.index, "new_code": "N", "new_name": "New", "new_type": "Xã"}
    result = merge(old, pd.DataFrame(rows))
    assert result.errors == 1
    for page in PAGES:
        test = AppTest.from_file(str(PAGE), default_timeout=120)
        test.query_params["lang"] = language
        test.session_state[Key.LOADED] = Loaded("torn", "torn.gpkg", result, {}, {})
        test.session_state[Key.MERGED] = True
        test._page_hash = calc_hash(page)
        test.run()
        assert not test.exception
        assert not any(say("ui.merged", language) in told.value for told in test.success)
        badges = [m.value for m in test.markdown if "red-badge" in m.value]
        assert [say("ui.errors_stand", language, count=1) in badge for badge in badges] == [True]
        told = [e.value for e in test.error]
        wanted = say("ui.has_errors", language, count=1)
        assert told == ([wanted] if page in {"data", "download"} else [])


def test_plans_are_headed_as_plans_and_begin_with_the_result_on_show(
    grid: Callable[..., gpd.GeoDataFrame],
) -> None:
    old = grid(2, 1)
    rows = {"old_code": old.index, "new_code": ["N", "N"], "new_name": "New", "new_type": "Xã"}
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    test.session_state[Key.LOADED] = Loaded(
        "two", "two.gpkg", merge(old, pd.DataFrame(rows)), {}, {}
    )
    test._page_hash = calc_hash("plan")
    test.run()
    headings = [block.value for block in test.markdown]
    assert any(say("planning.title", "vi") in heading for heading in headings)
    assert not any("two.gpkg" in heading for heading in headings)
    button = test.button(key="plan_of_result")
    assert "two.gpkg" in button.label.replace("\\", "")
    button.click().run()
    assert not test.exception
    assert list(test.session_state[plan_kept.WORK].plan.home.values()) == ["N", "N"]
    assert "plan_of_result" not in {each.key for each in test.button}


def test_numbers_are_written_as_the_language_does() -> None:
    assert number(4718.61, "vi", 2) == "4.718,61"
    assert number(4718.61, "en", 2) == "4,718.61"


def test_the_headline_names_all_former_provinces_or_none() -> None:
    """The first four of 63 would hide area and people, and stand for nothing."""

    def named(provinces: int) -> list[str]:
        groups = [{"name": f"P{k}", "before": 3, "after": 1} for k in range(provinces)]
        totals = {"count": 9, "districts": 0, "area_km2": 1.0}
        summary = {"before": totals, "after": totals, "groups": groups}
        return [name for name, _, _ in counted(summary) if name.startswith("P")]

    assert named(4) == ["P0", "P1", "P2", "P3"]
    assert named(5) == []
