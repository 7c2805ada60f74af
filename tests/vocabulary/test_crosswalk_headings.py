"""Crosswalks under the headings of an office of another country."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run

from geo_merge.errors import TableError
from geo_merge.units.crosswalk import as_crosswalk, read_crosswalk
from geo_merge.vocabulary.crosswalk_headings import told_by_headings
from geo_merge.vocabulary.memory import findings_of

DATA = Path(__file__).parents[1] / "countries" / "data"


@pytest.mark.parametrize(
    "headings",
    [
        ("DepComA", "NomCA", "DepComN", "NomCN"),
        ("COM_AV", "LIBELLE_AV", "COM_AP", "LIBELLE_AP"),
        ("InitialCode", "InitialName", "TerminalCode", "TerminalName"),
        ("sourceCode", "sourceName", "targetCode", "targetName"),
        ("Code INS ancien", "Ancienne commune", "Code INS nouveau", "Nouvelle commune"),
        ("Codice Comune", "Denominazione", "Codice nuovo", "Denominazione nuova"),
        ("Kommunenr. 2019", "Kommunenavn 2019", "Kommunenr. 2020", "Kommunenavn 2020"),
        ("Gammelt kommunenr", "Gammelt navn", "Nytt kommunenr", "Nytt navn"),
        ("Vana kood", "Vana nimi", "Uus kood", "Uus nimi"),
        ("Alte Gemeindenummer", "Alter Name", "Neue Gemeindenummer", "Neuer Name"),
        ("NIS-code oud", "Gemeente oud", "NIS-code nieuw", "Gemeente nieuw"),
        ("ADM4_PCODE", "ADM4_EN", "new_code", "new_name"),
        ("改正前コード", "改正前市区町村名", "改正後コード", "改正後市区町村名"),
        ("旧コード", "旧市町村名", "新コード", "新市町村名"),
        ("Mã xã cũ", "Tên xã cũ", "Mã xã mới", "Tên xã mới"),
    ],
    ids=lambda headings: headings[0],
)
def test_headings_of_offices_are_understood(headings: tuple[str, ...]) -> None:
    roles = ("old_code", "old_name", "new_code", "new_name")
    beside = ("Fylke", "Mã huyện mới", "Code postal nouveau", "新都道府県名", "Kanton alt")
    assert told_by_headings((*beside, *headings)) == dict(zip(roles, headings, strict=True))


def test_of_two_that_tell_the_same_neither_is_taken() -> None:
    told = told_by_headings(["Ancien code", "Ancien code INSEE", "Nouveau code", "Nouveau nom"])
    assert told == {"new_code": "Nouveau code", "new_name": "Nouveau nom"}
    assert "new_code" not in told_by_headings(["code", "name", "code 2"])


def test_what_was_read_is_told_and_what_is_missing_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("DepComA;NomCA;DepComN;NomCN\n01001;A;01002;B\n", "utf-8")
    rows = read_crosswalk(path)
    assert rows[["old_code", "old_name", "new_code", "new_name"]].to_numpy().tolist() == [
        ["01001", "A", "01002", "B"]
    ]
    (told,) = (f for f in findings_of(rows) if f.check == "W07")
    assert told.severity == "info"
    assert "old_code=DepComA, old_name=NomCA, new_code=DepComN, new_name=NomCN" in told.message
    path.write_text("county_fips,county,state_fips,state\n01001,Autauga,01,Alabama\n", "utf-8")
    with pytest.raises(TableError, match=r"new_code, new_name are missing.*--column new_code="):
        read_crosswalk(path)
    asked = read_crosswalk(path, columns={"new_code": "state_fips", "new_name": "state"})
    assert asked["old_code"].tolist() == ["01001"]


def test_our_own_headings_need_no_words(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old_code,new_code,new_name,ancien code\n1,2,B,9\n", "utf-8")
    rows = as_crosswalk(read_crosswalk(path))
    assert rows["old_code"].tolist() == ["1"]
    assert not findings_of(rows)


def test_a_layer_is_built_by_such_a_table(tmp_path: Path) -> None:
    table = tmp_path / "no.csv"
    rows = (DATA / "norway_2019.csv").read_text("utf-8").splitlines()[1:]
    table.write_text("\n".join(["Kommunenr. 2019;Kommunenr. 2020;Kommunenavn 2020",
                                *(row.replace(",", ";") for row in rows)]), "utf-8")  # fmt: skip
    done = run("build", DATA / "norway_2019.geojson", "--crosswalk", table, "--out", tmp_path / "o",
               "--lang", "en")  # fmt: skip
    assert done.code == 0, done.err
    assert "7 -> 4 kommuner" in done.out
