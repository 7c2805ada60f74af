"""Istat's list of variations (CC BY 4.0): rows of it as published, in cp1252; and any other list."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from commands import run
from conftest import CRS, square

from geo_merge import read_crosswalk
from geo_merge.reading.change_lists import read_changes
from geo_merge.units.changes import changes_in
from geo_merge.units.check_digits import as_the_layer, with_check_digit
from geo_merge.units.list_crosswalk import list_crosswalk
from geo_merge.vocabulary.memory import findings_of

HEAD = (
    "Anno;Tipo variazione;Codice Regione;Codice Unità territoriale sovracomunale;Codice Comune formato alfanumerico;"
    "Denominazione Comune;Codice Regione associato alla variazione;Codice Unità territoriale sovracomunale associato alla variazione;"
    "Codice del Comune associato alla variazione o nuovo codice Istat del Comune ;Denominazione Comune associata alla variazione o nuova denominazione;"
    "Provvedimento e Documento;Contenuto del provvedimento;Data decorrenza validità amministrativa;Flag_note"
)  # fmt: skip
ROWS = (
    "1991;CD;02;007;007064;Saint-Rhémy;02;007;007064;Saint-Rhémy-en-Bosses;L.R. 30 luglio 1991, n.27;Assunta la nuova denominazione, già così;;",
    "2009;AP;03;015;015149;Monza;03;108;108033;;Legge 11 giugno 2004, n. 146;Provincia è di Monza e Brianza;30/06/2009;",
    "2010;CE;03;016;016024;Bergamo;03;016;016150;Orio al Serio;L.R. 25 gennaio 2010, n. 2;Distacco di una zona, più in là;13/02/2010;",
    "2010;AQ;03;016;016150;Orio al Serio;03;016;016024;Bergamo;L.R. 25 gennaio 2010, n. 2;Aggregazione di una zona, sì;13/02/2010;",
    "2014;CS;03;020;020071;Borgo Virgilio;03;020;020069;Virgilio;L.R. 30 gennaio 2014, n. 9;Fusione;04/02/2014;",
    "2014;CS;03;020;020071;Borgo Virgilio;03;020;020005;Borgoforte;L.R. 30 gennaio 2014, n. 9;Fusione;04/02/2014;",
    "2014;ES;03;020;020069;Virgilio;03;020;020071;Borgo Virgilio;L.R. 30 gennaio 2014, n. 9;Soppresso;04/02/2014;",
    "2014;ES;03;020;020005;Borgoforte;03;020;020071;Borgo Virgilio;L.R. 30 gennaio 2014, n. 9;Soppresso;04/02/2014;",
    "2015;ES;03;014;014042;Menarola;03;014;014032;Gordona;L.R. 6 novembre 2015, n. 35;Soppresso, perciò aggregato;25/11/2015;",
    "2015;AQES;03;014;014032;Gordona;03;014;014042;Menarola;L.R. 6 novembre 2015, n. 35;Aggregazione;25/11/2015;",
    '2023;CD;01;005;005056;Grana;01;005;005056;Grana Monferrato;"D.G.C. 17 gennaio 2023, n 2, \r\npubblicata sul B.U. n. 50";Assunta la nuova denominazione;17/01/2023;',
)  # fmt: skip


def istat(folder: Path, *rows: str) -> Path:
    path = folder / "variazioni.csv"
    path.write_bytes("\r\n".join([HEAD, *(rows or ROWS), ""]).encode("cp1252"))
    return path


def kinds(frame: pd.DataFrame) -> list[str]:
    return [f.message.kind for f in findings_of(frame)]  # type: ignore[attr-defined]


def ways(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(frame["old_code"], frame["new_code"], strict=True))


def test_istat(tmp_path: Path) -> None:
    table = read_changes(istat(tmp_path))
    assert set(kinds(table)) >= {"W20.form", "W20.years"}
    assert "W20.years" not in kinds(
        read_changes(istat(tmp_path), between=(date(2014, 1, 1), date(2020, 1, 1)))
    )
    changes = changes_in(table)
    assert not changes.findings
    found = list_crosswalk(changes, date(1990, 1, 1), date(2024, 1, 1))
    assert ways(found) == {
        ("007064", "007064"), ("015149", "108033"), ("016024", "016024"), ("016024", "016150"),
        ("016150", "016024"), ("016150", "016150"), ("020069", "020071"), ("020005", "020071"),
        ("014042", "014032"), ("014032", "014032"), ("005056", "005056"),
    } - {("016150", "016024")}  # fmt: skip
    names = dict(zip(found["new_code"], found["new_name"], strict=True))
    assert names["007064"] == "Saint-Rhémy-en-Bosses"
    assert names["108033"] == "Monza"
    assert names["005056"] == "Grana Monferrato"


def test_a_kind_that_is_not_known_is_told(tmp_path: Path) -> None:
    path = istat(tmp_path, "2014;XX;03;020;020069;Virgilio;03;020;020071;Borgo Virgilio;;;04/02/2014;")  # fmt: skip
    assert "W20.unread" in kinds(read_changes(path))
    later = read_changes(path, between=(date(2015, 1, 1), date(2020, 1, 1)))
    assert "W20.unread" not in kinds(later)


def test_any_other_list_by_the_names_of_its_columns(tmp_path: Path) -> None:
    """As Destatis tells it: Namens-, Grenz- und Schlüsseländerungen."""
    path = tmp_path / "gebiet.csv"
    path.write_text(
        "lfd. Nr.;Gebiet 1;Text 1;Art;Gebiet 2;Text 2;juristisch wirksam\n"
        "1;16061001;Asbach-Sickenberg;1;16061118;Bad Sooden;01.01.2019\n", encoding="utf-8",
    )  # fmt: skip
    options = ("--from", "2018-12-31", "--to", "2019-01-01", "--out", tmp_path / "x.csv")
    asked = run("lineage", path, *options, "--lang", "en")
    assert (asked.code, "--column date=HEADING" in asked.err) == (2, True)
    columns = [f"--column={role}={heading}" for role, heading in (
        ("date", "juristisch wirksam"), ("old_code", "Gebiet 1"), ("old_name", "Text 1"),
        ("new_code", "Gebiet 2"), ("new_name", "Text 2"),
    )]  # fmt: skip
    done = run("lineage", path, *options, *columns, "--lang", "en")
    assert done.code == 0, done.err
    assert ways(read_crosswalk(tmp_path / "x.csv")) == {("16061001", "16061118")}
    wrong = run("lineage", path, *options, "--column=date=Tag", "--lang", "en")
    assert (wrong.code, "no column is called Tag" in wrong.err) == (2, True)


@pytest.mark.parametrize(
    ("code", "checked"), [("22202", "222020"), ("01100", "011002"), ("13101", "131016"),
                          ("47201", "472018")],
)  # fmt: skip
def test_check_digits_of_japan(code: str, checked: str) -> None:
    assert with_check_digit(code) == checked


def test_a_list_with_check_digits_and_a_layer_without(tmp_path: Path) -> None:
    layer = gpd.GeoDataFrame(
        {"code": ["22202", "22220"], "name": ["浜松市", "浜北市"]},
        geometry=[square(0, 0), square(1, 0)], crs=CRS,
    )  # fmt: skip
    layer.to_file(tmp_path / "old.gpkg")
    (tmp_path / "list.csv").write_text(
        "改正年月日,改正前コード,改正前市区町村名,改正後コード,改正後市区町村名\n"
        "平成17年7月1日,222208,浜北市,222020,浜松市\n", encoding="utf-8",
    )  # fmt: skip
    options = ("--from", "2005-01-01", "--to", "2006-01-01", "--layer", "old.gpkg", "--lang", "en")
    done = run("lineage", "list.csv", *options, "--out", "x.csv", cwd=tmp_path)
    assert done.code == 0, done.err
    assert ways(read_crosswalk(tmp_path / "x.csv")) == {("22202", "22202"), ("22220", "22202")}
    plain = pd.DataFrame({"old_code": ["22220", ""], "new_code": ["22202", "22202"]})
    assert as_the_layer(plain, ["222020", "222208"])[0]["old_code"].tolist() == ["222208", ""]
    assert as_the_layer(plain, ["222021"])[1] == []


def test_a_list_of_other_units_is_no_crosswalk_of_a_layer(tmp_path: Path) -> None:
    layer = gpd.GeoDataFrame({"code": ["A1", "A2"]}, geometry=[square(0, 0), square(1, 0)], crs=CRS)
    layer.to_file(tmp_path / "old.gpkg")
    path = istat(tmp_path)
    options = ("--layer", "old.gpkg", "--code-field", "code", "--out", "x.csv", "--lang", "en")
    other = run("lineage", path, "--from", "2013-01-01", "--to", "2016-01-01", *options, cwd=tmp_path)  # fmt: skip
    assert (other.code, "none of the 4 units that change" in other.err) == (1, True)
    empty = run("lineage", path, "--from", "2016-01-01", "--to", "2017-01-01", "--lang", "en", cwd=tmp_path)  # fmt: skip
    assert (empty.code, "has no change after 2016-01-01" in empty.err) == (1, True)


def test_a_commune_that_becomes_a_level_below_needs_a_unit_above(tmp_path: Path) -> None:
    head = "MOD,DATE_EFF,TYPECOM_AV,COM_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,LIBELLE_AP\n"
    alone = tmp_path / "v_mvt_commune.csv"
    alone.write_text(head + "32,01/01/16,COM,44060,Le Fresne,COMD,49382,Le Fresne\n", "utf-8")
    assert "W20.demoted" in kinds(read_changes(alone))
    assert "W20.short_years" in kinds(read_changes(alone))
    alone.write_text(
        head + "32,01/01/16,COM,44060,Le Fresne,COMD,49382,Le Fresne\n"
        "32,01/01/16,COM,44060,Le Fresne,COM,49160,Ingrandes\n", "utf-8",
    )  # fmt: skip
    table = read_changes(alone)
    assert "W20.demoted" not in kinds(table)
    assert table["on"].tolist() == [date(2016, 1, 1)]
