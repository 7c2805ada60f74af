"""Official lists of changes: read by their headings, followed day by day, written as crosswalks."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from commands import run
from conftest import CRS, square
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_merge import read_crosswalk
from geo_merge.errors import TableError
from geo_merge.reading.change_days import read_day
from geo_merge.reading.change_lists import read_changes
from geo_merge.units.changes import changes_in, understood
from geo_merge.units.lineage import chain
from geo_merge.units.list_crosswalk import list_crosswalk
from geo_merge.units.one_day import Change
from geo_merge.vocabulary.memory import findings_of

INSEE = (
    "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,"
    "TYPECOM_AP,COM_AP,TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP"
)


def insee(*rows: tuple[str, str, str, str, str, str, str, str]) -> str:
    """Rows of MOD, day, and of each side kind, code and name."""
    lines = [
        f"{mod},{day},{kind},{code},0,{name.upper()},{name},{name},{kind2},{code2},0,{name2.upper()},{name2},{name2}"
        for mod, day, kind, code, name, kind2, code2, name2 in rows
    ]  # fmt: skip
    return "\n".join([INSEE, *lines]) + "\n"


def cantal() -> str:
    """Neussargues en Pinatelle: five communes merged in December 2016, and parted again in 2025."""
    members = {"15141": "Neussargues-Moissac", "15031": "Celles", "15035": "Chalinargues",
               "15044": "Chavagnac", "15171": "Sainte-Anastasie"}  # fmt: skip
    merged = ("15141", "Neussargues en Pinatelle")
    one = [("32", "2016-12-01", "COM", c, n, "COM", *merged) for c, n in members.items()]
    below = [("32", "2016-12-01", "COM", c, n, "COMD", c, n) for c, n in members.items()]
    parted = [("21", "2025-01-01", "COM", *merged, "COM", c, n) for c, n in members.items()]
    return insee(*one, *below, *parted)


NORWAY = """oldCode,oldName,oldShortName,newCode,newName,newShortName,changeOccurred
1504,Ålesund,,1507,Ålesund,,2020-01-01
1523,Ørskog,,1507,Ålesund,,2020-01-01
1529,Skodje,,1507,Ålesund,,2020-01-01
1534,Haram,,1507,Ålesund,,2020-01-01
1546,Sandøy,,1507,Ålesund,,2020-01-01
1507,Ålesund,,1508,Ålesund,,2024-01-01
1507,Ålesund,,1580,Haram,,2024-01-01
"""
SWISS = """MutationNumber,MutationDate,InitialHistoricalCode,InitialCode,InitialName,InitialParentHistoricalCode,InitialParentName,InitialStep,TerminalHistoricalCode,TerminalCode,TerminalName,TerminalParentHistoricalCode,TerminalParentName,TerminalStep
2790,01.01.2011,11201,1607,Ennenda,10088,Glarus,29,15001,1632,Glarus,10088,Glarus,21
2790,01.01.2011,11203,1609,Glarus,10088,Glarus,29,15001,1632,Glarus,10088,Glarus,21
3710,01.01.2018,13299,132,Hirzel,10078,Bezirk Horgen,29,16999,295,Horgen,10078,Bezirk Horgen,21
3710,01.01.2018,13300,133,Horgen,10078,Bezirk Horgen,29,16999,295,Horgen,10078,Bezirk Horgen,21
"""
JAPAN = """標準地域コード,都道府県,政令市･郡･支庁･振興局等,政令市･郡･支庁･振興局等（ふりがな）,市区町村,市区町村（ふりがな）,廃置分合等施行年月日,改正事由
08211,茨城県,,,水海道市,みつかいどうし,2006-01-01,石下町(08523)が水海道市(08211)に編入
08523,茨城県,結城郡,ゆうきぐん,石下町,いしげまち,2006-01-01,石下町(08523)が水海道市(08211)に編入
47214,沖縄県,,,宮古島市,みやこじまし,2005-10-01,"城辺町(47371)、下地町(47372)が合併し、宮古島市(47214)を新設"
27140,大阪府,堺市,さかいし,,,2006-04-01,"堺市(27201)の堺市(27140)への政令指定都市施行
堺区(27141)、中区(27142)の新設"
08000,茨城県,,,,,,
"""
MIC = """都道府県名,改正前コード,改正前市区町村名,改正区分,改正年月日,改正後コード,改正後市区町村名
静岡県,222208,浜北市,欠番,平成17年7月1日,222020,浜松市
静岡県,222020,浜松市,変更,平成17年7月1日,222020,浜松市
"""


def listed(folder: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def ways(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(frame["old_code"], frame["new_code"], strict=True))


def crosswalk(path: Path, since: str, as_of: str, **options: object) -> pd.DataFrame:
    days = date.fromisoformat(since), date.fromisoformat(as_of)
    table = read_changes(path, between=days)
    units = options.get("units")
    changes = changes_in(table, known=units or (), since=days[0])  # type: ignore[arg-type]
    return list_crosswalk(changes, *days, source=path.name, **options)  # type: ignore[arg-type]


def kinds(frame: pd.DataFrame) -> list[str]:
    return sorted(f.message.kind for f in findings_of(frame))  # type: ignore[attr-defined]


def test_a_merger_undone_gives_the_communes_back(tmp_path: Path) -> None:
    path = listed(tmp_path, cantal())
    merged = crosswalk(path, "2016-01-01", "2020-01-01")
    assert ways(merged) == {(c, "15141") for c in ("15141", "15031", "15035", "15044", "15171")}
    assert set(merged["new_name"]) == {"Neussargues en Pinatelle"}
    parted = crosswalk(path, "2020-01-01", "2025-01-01")
    assert ways(parted) == {("15141", c) for _, c in [(0, c) for c in merged["old_code"]]}
    assert kinds(parted).count("W20.divided") == 1
    both = crosswalk(path, "2016-01-01", "2025-01-01")
    assert ways(both) == {(c, c) for c in merged["old_code"]}
    assert both.set_index("old_code").at["15031", "new_name"] == "Celles"
    assert kinds(both).count("W20.again") == 4
    assert "W20.divided" not in kinds(both)


def test_norway_2019_to_2024(tmp_path: Path) -> None:
    path = listed(tmp_path, NORWAY)
    found = crosswalk(path, "2019-12-31", "2024-01-01")
    assert ways(found) == {("1504", "1508"), ("1523", "1508"), ("1529", "1508"), ("1546", "1508"),
                           ("1534", "1580")}  # fmt: skip
    divided = crosswalk(path, "2020-01-01", "2024-01-01")
    assert ways(divided) == {("1507", "1508"), ("1507", "1580")}
    content = pd.read_csv(path, dtype=str, keep_default_na=False).to_dict("records")
    as_json = tmp_path / "changes.json"
    as_json.write_text(json.dumps({"codeChanges": content}), encoding="utf-8")
    pd.testing.assert_frame_equal(
        read_changes(as_json).drop(columns="row"), read_changes(path).drop(columns="row")
    )


def test_a_column_for_each_version_in_an_old_encoding(tmp_path: Path) -> None:
    """As Klass tells the changes between two versions: no-break spaces, cp1252, one cell a unit."""
    path = tmp_path / "endringer.csv"
    rows = ["kommuner_2017;kommuner_2018", "0722 - Nøtterøy;0729 - Færder",
            "0723 - Tjøme;0729 - Færder", "1613 - Snillfjord;5012 - Snillfjord"]  # fmt: skip
    path.write_bytes("\r\n".join(rows).replace(" - ", "\xa0-\xa0").encode("cp1252"))
    changes = read_changes(path)
    assert changes["on"].eq(date(2018, 1, 1)).all()
    assert changes[["old_code", "old_name", "new_code", "new_name"]].to_numpy().tolist() == [
        ["0722", "Nøtterøy", "0729", "Færder"],
        ["0723", "Tjøme", "0729", "Færder"],
        ["1613", "Snillfjord", "5012", "Snillfjord"],
    ]
    assert "a column for each version" in findings_of(changes)[-1].message


@pytest.mark.parametrize("cell", ["Halden", "0101", "0101 -", "- Halden"])
def test_cells_that_are_no_units_are_no_version(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"kommuner_2019,kommuner_2020\n0101 - Halden,3001 - Halden\n{cell},x 1 - y\n")
    with pytest.raises(TableError, match="no list of changes"):
        read_changes(path)


def test_switzerland_names_only_what_changed(tmp_path: Path) -> None:
    path = listed(tmp_path, SWISS)
    found = crosswalk(path, "2010-01-01", "2020-01-01")
    assert ways(found) == {("1607", "1632"), ("1609", "1632"), ("132", "295"), ("133", "295")}
    assert "W20.unlisted" in kinds(found)
    layer = {"132": "Hirzel", "133": "Horgen", "1": "Aeugst am Albis"}
    all_of_it = crosswalk(path, "2010-01-01", "2020-01-01", units=layer)
    assert ways(all_of_it) == {("132", "295"), ("133", "295"), ("1", "1")}
    assert all_of_it["new_name"].tolist() == ["Horgen", "Horgen", "Aeugst am Albis"]
    assert "W20.outside" in kinds(all_of_it)


def test_japan_tells_its_changes_in_words(tmp_path: Path) -> None:
    path = listed(tmp_path, JAPAN)
    table = read_changes(path)
    assert ways(table) == {
        ("08523", "08211"), ("08211", "08211"), ("47371", "47214"), ("47372", "47214"),
        ("27201", "27140"),
    }  # fmt: skip
    found = crosswalk(path, "2005-01-01", "2007-01-01")
    assert found.set_index("old_code").at["47371", "new_name"] == "宮古島市"
    odd = JAPAN.replace("が水海道市(08211)に編入", "と水海道市(08211)の何か")
    assert "W20.unread" in [
        f.message.kind for f in findings_of(read_changes(listed(tmp_path, odd)))
    ]  # type: ignore[attr-defined]
    codes = crosswalk(listed(tmp_path, MIC, "mic.csv"), "2005-01-01", "2006-01-01")
    assert ways(codes) == {("222208", "222020"), ("222020", "222020")}


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("甲町(01301)の一部が乙市(01201)に編入", {("01301", "01301"), ("01301", "01201"), ("01201", "01201")}),
        ("甲町(01301)から丙村(01303)を分立", {("01301", "01301"), ("01301", "01303")}),
        ("甲町(01301)を丙村(01303)、丁村(01304)に分割", {("01301", "01303"), ("01301", "01304")}),
        ("甲町(01301)が甲市(01202)に市制施行", {("01301", "01202")}),
        ("甲村(01301)が乙村(01302)に名称変更", {("01301", "01302")}),
    ],
)  # fmt: skip
def test_words_of_japanese_changes(
    tmp_path: Path, reason: str, expected: set[tuple[str, str]]
) -> None:
    head = JAPAN.splitlines()[0]
    path = listed(tmp_path, f"{head}\n01301,北海道,,,甲町,こうちょう,2001-01-01,{reason}\n")
    assert ways(read_changes(path)) == expected


@pytest.mark.parametrize(
    ("text", "day"),
    [("2020-01-01", (2020, 1, 1)), ("20200101", (2020, 1, 1)), ("01.02.2020", (2020, 2, 1)),
     ("1/1/2020", (2020, 1, 1)), ("平成17年7月1日", (2005, 7, 1)), ("令和元年5月1日", (2019, 5, 1)),
     ("H17.7.1", (2005, 7, 1)), ("2020-01-01 00:00:00", (2020, 1, 1)), ("01/01/19", (2019, 1, 1)), ("31/12/43", (1943, 12, 31)), ("01-02-2020", (2020, 2, 1)), ("01.01.19", None),
     ("2020-13-01", None), ("", None)],
)  # fmt: skip
def test_days_as_lists_write_them(text: str, day: tuple[int, int, int] | None) -> None:
    assert read_day(text) == (None if day is None else date(*day))


def days(*rows: tuple[str, str, str]) -> list[Change]:
    return [Change(date.fromisoformat(on), old, new, row=k + 2) for k, (on, old, new) in enumerate(rows)]  # fmt: skip


def test_a_code_given_again_is_another_unit() -> None:
    """A becomes B; four years later C takes the code A, and becomes D."""
    changes = understood(
        days(("2010-01-01", "A", "B"), ("2014-01-01", "C", "A"), ("2018-01-01", "A", "D"))
    )
    assert not changes.findings
    since = date(2000, 1, 1)
    assert ways(changes.lineage.links(since, date(2020, 1, 1))) == {("A", "B"), ("C", "D")}
    assert ways(changes.lineage.links(since, date(2015, 1, 1))) == {("A", "B"), ("C", "A")}


def test_what_joins_a_unit_that_is_there_makes_no_new_one() -> None:
    rows = days(("2010-01-01", "B", "A"), ("2014-01-01", "A", "C"))
    links = understood(rows, known=["A", "B"], since=date(2000, 1, 1)).lineage.links
    assert ways(links(date(2000, 1, 1), date(2012, 1, 1))) == {("A", "A"), ("B", "A")}
    assert ways(links(date(2000, 1, 1), date(2020, 1, 1))) == {("A", "C"), ("B", "C")}


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([("2010-01-01", "A", "B"), ("2014-01-01", "A", "C")], "W20.ended"),
        ([("2010-01-01", "A", "B"), ("2010-01-01", "C", "B"), ("2014-01-01", "A", "D"), ("2014-01-01", "D", "A")], "W20.circle"),
        ([("2010-01-01", "A", "B"), ("2010-01-01", "B", "A")], "W20.exchanged"),
        ([("2010-01-01", "", "A")], "W20.nowhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_found(rows: list[tuple[str, str, str]], kind: str) -> None:
    found = understood(days(*rows)).findings
    assert {f.message.kind for _, f in found} == {kind}  # type: ignore[attr-defined]


def test_two_changes_on_one_day_are_followed_through() -> None:
    changes = understood(days(("2010-01-01", "A", "B"), ("2010-01-01", "X", "B"), ("2010-01-01", "B", "C")))  # fmt: skip
    assert ways(changes.lineage.links(date(2000, 1, 1), date(2020, 1, 1))) == {("A", "C"), ("X", "C")}  # fmt: skip
    assert not changes.findings


YEARS = [date(2000 + k, 1, 1) for k in range(1, 7)]


@st.composite
def histories(draw: st.DrawFn, *, divisions: bool) -> tuple[list[Change], list[dict[int, str]]]:
    """Random changes of five units, a kind a year, and which unit each of 20 cells is in."""
    cells = {k: "ABCDE"[k % 5] for k in range(20)}
    states, changes, fresh = [dict(cells)], [], iter(f"N{k}" for k in range(99))
    free: list[str] = []
    for day in YEARS:
        units = sorted(set(cells.values()))
        kind = draw(st.sampled_from(["merge", "join", "renumber", "again", *(["split", "part"] if divisions else [])]))  # fmt: skip
        one = draw(st.sampled_from(units))
        rest = [u for u in units if u != one]
        goes = {one: {one}}
        if kind in {"merge", "join"} and rest:
            two = draw(st.sampled_from(rest))
            new = next(fresh) if kind == "merge" else two
            cells = {k: new if u in {one, two} else u for k, u in cells.items()}
            goes = {one: {new}, two: {new}}
        elif kind == "renumber" or (kind == "again" and free):
            new = next(fresh) if kind == "renumber" else free.pop()
            cells = {k: new if u == one else u for k, u in cells.items()}
            goes = {one: {new}}
        elif kind in {"split", "part"}:
            own = [k for k, u in cells.items() if u == one]
            given = draw(st.sets(st.sampled_from(own), min_size=1))
            new = next(fresh) if kind == "split" or not rest else draw(st.sampled_from(rest))
            cells = {k: new if k in given else u for k, u in cells.items()}
            goes = {one: {new} | ({one} if len(given) < len(own) else set())}
            goes |= {new: {new}} if new in units else {}
        free += [u for u in units if u not in cells.values()]
        changes += [Change(day, old, new) for old, news in goes.items() for new in sorted(news)]
        states.append(dict(cells))
    return changes, states


def truth(before: dict[int, str], after: dict[int, str]) -> dict[str, set[str]]:
    result: dict[str, set[str]] = defaultdict(set)
    for cell, unit in before.items():
        result[unit].add(after[cell])
    return result


def traces(
    changes: list[Change], states: list[dict[int, str]], start: int, stop: int
) -> Iterator[tuple[pd.DataFrame, set[str]]]:
    """Yield where each unit goes between two years by its trace, and where its land goes."""
    start, stop = min(start, stop - 1), max(start + 1, stop)
    lineage = understood(changes).lineage
    since, as_of = date(2000 + start, 6, 1), date(2000 + stop, 6, 1)
    for unit, goes in truth(states[start], states[stop]).items():
        yield lineage.trace(unit, since, as_of), goes


@settings(max_examples=30)
@given(histories(divisions=False), st.integers(0, 5), st.integers(1, 6))
def test_law_without_divisions_every_unit_goes_where_its_land_goes(
    history: tuple[list[Change], list[dict[int, str]]], start: int, stop: int
) -> None:
    for traced, goes in traces(*history, start, stop):
        assert set(traced["new_code"]) == goes
        assert traced["share"].tolist() == [1.0]


@settings(max_examples=30)
@given(histories(divisions=True), st.integers(0, 5), st.integers(1, 6))
def test_law_no_land_goes_where_the_links_do_not(
    history: tuple[list[Change], list[dict[int, str]]], start: int, stop: int
) -> None:
    for traced, goes in traces(*history, start, stop):
        assert goes <= set(traced["new_code"])


@settings(max_examples=30)
@given(histories(divisions=True), st.integers(1, 5))
def test_law_two_ways_one_after_the_other_are_the_whole_way(
    history: tuple[list[Change], list[dict[int, str]]], stop: int
) -> None:
    changes, states = history
    lineage = understood(changes).lineage
    first, middle, last = date(2000, 6, 1), date(2000 + stop, 6, 1), date(2006, 6, 1)
    whole = lineage.links(first, last)
    both = chain(lineage.links(first, middle), lineage.links(middle, last))
    there = set(states[0].values())
    pd.testing.assert_frame_equal(
        whole[whole["old_code"].isin(there)].drop(columns="evidence").reset_index(drop=True),
        both[both["old_code"].isin(there)].drop(columns="evidence").reset_index(drop=True),
    )


def test_the_command_writes_a_crosswalk_for_build(tmp_path: Path) -> None:
    units = {"1504": "Ålesund", "1534": "Haram", "1529": "Skodje", "1523": "Ørskog",
             "1546": "Sandøy", "1547": "Aukra"}  # fmt: skip
    layer = gpd.GeoDataFrame(
        {"code": list(units), "name": list(units.values())},
        geometry=[square(k, 0) for k in range(len(units))], crs=CRS,
    )  # fmt: skip
    layer.to_file(tmp_path / "2019.gpkg")
    listing = listed(tmp_path, NORWAY)
    out = tmp_path / "crosswalk.csv"
    done = run("lineage", listing, "--from", "2019-12-31", "--to", "2024-01-01",
               "--layer", tmp_path / "2019.gpkg", "--out", out, "--country", "none", "--lang", "en")  # fmt: skip
    assert done.code == 0, done.err
    assert "1580 (Haram) is a part of 1507" in done.err
    table = read_crosswalk(out)
    assert len(table) == 6
    assert ways(table) >= {("1534", "1580"), ("1547", "1547")}
    built = run("build", tmp_path / "2019.gpkg", "--crosswalk", out, "--out", tmp_path / "out",
                "--country", "none")  # fmt: skip
    assert built.code == 0, built.err
    new = gpd.read_file(tmp_path / "out" / "new_units.geojson")
    assert sorted(new["code"]) == ["1508", "1547", "1580"]


def test_of_several_lists_each_row_says_in_which_it_stands(tmp_path: Path) -> None:
    for year, rows in (
        ("2018", "0722 - Nøtterøy,0729 - Færder"),
        ("2020", "0729 - Færder,3811 - Færder"),
    ):
        text = f"kommuner_{int(year) - 1},kommuner_{year}\n{rows}\n"
        (tmp_path / f"{year}.csv").write_text(text, "utf-8")
    done = run("lineage", "2018.csv", "2020.csv", "--from", "2017-01-01", "--to", "2020-01-01",
               "--out", "x.csv", cwd=tmp_path)  # fmt: skip
    assert done.code == 0, done.err
    (way,) = read_crosswalk(tmp_path / "x.csv").itertuples()
    assert (way.old_code, way.new_code) == ("0722", "3811")
    assert way.evidence == "2018-01-01 2018.csv row 2; 2020-01-01 2020.csv row 2"


def test_what_the_command_refuses(tmp_path: Path) -> None:
    listing = listed(tmp_path, NORWAY)
    backwards = run(
        "lineage", listing, "--from", "2024-01-01", "--to", "2019-01-01", "--lang", "en"
    )
    assert (backwards.code, "exchange them" in backwards.err) == (2, True)
    odd = run("lineage", listing, "--from", "gestern", "--to", "2019-01-01", "--lang", "en")
    assert (odd.code, "write the day as 2020-01-01" in odd.err) == (2, True)
    with pytest.raises(TableError, match="no list of changes that is known"):
        read_changes(listed(tmp_path, "a,b\n1,2\n", "other.csv"))
    with pytest.raises(TableError, match=r"row 2: gestern is no day.*\n.*row 3: a blank"):
        read_changes(listed(tmp_path, "date,old_code,new_code\ngestern,A,B\n,A,B\n", "days.csv"))
    ended = listed(tmp_path, "date,old_code,new_code,new_name\n2010-01-01,A,B,Be\n2014-01-01,A,C,Ce\n", "e.csv")  # fmt: skip
    done = run("lineage", ended, "--from", "2000-01-01", "--to", "2020-01-01", "--lang", "en")
    assert (done.code, "A is changed on 2014-01-01, but it had become B" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        (
            ["Muudatuse kuupäev;Vana kood;Vana nimetus;Uus kood;Uus nimetus",
             "01.11.2017;0192;Halliste vald;0480;Mulgi vald"],
            [("2017-11-01", "0192", "Halliste vald", "0480", "Mulgi vald")],
        ),
        (
            ["Date,Ancien code INS,Ancienne commune,Nouveau code INS,Nouvelle commune",
             "01/01/2019,12030,Puurs,12041,Puurs-Sint-Amands"],
            [("2019-01-01", "12030", "Puurs", "12041", "Puurs-Sint-Amands")],
        ),
        (
            ["CD_REFNIS_OLD,TX_DESCR_OLD,CD_REFNIS_NEW,TX_DESCR_NEW,DT_VLDT_START",
             "12034,Sint-Amands,12041,Puurs-Sint-Amands,2019-01-01"],
            [("2019-01-01", "12034", "Sint-Amands", "12041", "Puurs-Sint-Amands")],
        ),
        (
            ["Country,Year,LAU code old,LAU name old,LAU code new,LAU name new,Type of change",
             "FI,2020,911,Valtimo,541,Nurmes,merger", "FI,2021,90,Heinävesi,91,Heinävesi,code"],
            [("2020-01-01", "911", "Valtimo", "541", "Nurmes"),
             ("2021-01-01", "90", "Heinävesi", "91", "Heinävesi")],
        ),
    ],
    ids=["Estonia", "Belgium in French", "Belgium", "LAU"],
)  # fmt: skip
def test_lists_under_headings_of_their_own_are_read_by_words(
    tmp_path: Path, lines: list[str], rows: list[tuple[str, ...]]
) -> None:
    """Made in the words of EHAK, Statbel and Eurostat, whose own lists were not to be had."""
    (tmp_path / "list.csv").write_text("\n".join(lines) + "\n", "utf-8")
    read = read_changes(tmp_path / "list.csv")
    columns = ["old_code", "old_name", "new_code", "new_name"]
    found = read.assign(on=[str(day) for day in read["on"]])[["on", *columns]]
    assert list(found.itertuples(index=False, name=None)) == rows
    assert any("by the words of their headings" in f.message for f in findings_of(read))


@pytest.mark.parametrize(
    "head",
    ["valid_from_day,valid_to_day,Vana kood,Uus kood", "Vana kood,Uus kood,Liik,Nimi"],
    ids=["two days", "no day"],
)
def test_lists_whose_day_is_in_doubt_are_refused(tmp_path: Path, head: str) -> None:
    row = {"valid_from_day": "2019-01-01", "valid_to_day": "2020-01-01"}
    cells = [row.get(name, "A1") for name in head.split(",")]
    (tmp_path / "list.csv").write_text(f"{head}\n{','.join(cells)}\n", "utf-8")
    with pytest.raises(TableError, match="no list of changes that is known"):
        read_changes(tmp_path / "list.csv")
