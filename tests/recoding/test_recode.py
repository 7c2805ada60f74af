"""A person's own tables: what is recognised, matched, written, and that nothing is lost."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from recoded import CROSSWALK, recode
from vietnamadminunits import ParseMode, convert_address, parse_address

from geo_merge.vietnam import gazetteer
from geo_merge.vocabulary.codes import fold_accents


@pytest.fixture
def crosswalk(tmp_path: Path) -> Path:
    path = tmp_path / "crosswalk.csv"
    path.write_text(CROSSWALK, encoding="utf-8")
    return path


def table(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sheets(path: Path) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_letters_and_leading_zeros_by_a_crosswalk_of_ones_own(
    tmp_path: Path, crosswalk: Path
) -> None:
    given = table(tmp_path, "commune;people\n01A;10\n01B;20\n0003;5\n")
    code, _ = recode(given, tmp_path / "out.csv", "--crosswalk", crosswalk)
    assert code == 0
    found = rows(tmp_path / "out.csv")
    assert [r["commune"] for r in found] == ["01A", "01B", "0003"]
    assert [r["new_code"] for r in found] == ["01A", "01A", "02B"]
    assert [r["share"] for r in found] == ["1", "1", "1"]
    assert set(found[0]) == {
        "commune",
        "people",
        "new_code",
        "new_name",
        "new_type",
        "how",
        "share",
    }


def test_divided_units_keep_all_candidates_and_are_added_up_by_share(
    tmp_path: Path, crosswalk: Path
) -> None:
    given = table(tmp_path, "code,people,area_km2,density\n01A,10,1,10\n01B,21,3,7\n02A,7,2,3.5\n")
    code, told = recode(
        given, tmp_path / "out.xlsx", "--crosswalk", crosswalk, "--aggregate"
    )  # fmt: skip
    assert code == 1
    assert "3 rows in = 2 converted, 1 ambiguous, 0 not found, 0 excluded" in told
    found = sheets(tmp_path / "out.xlsx")
    assert [(r[5], r[9]) for r in found["ambiguous"][1:]] == [("02A", 0.75), ("02B", 0.25)]
    heads, *units = found["new units"]
    by_code = {u[0]: dict(zip(heads, u, strict=True)) for u in units}
    # 7 people in shares of 0.75 and 0.25 are 5.25 and 1.75: whole people, the larger rest first.
    assert [by_code[c]["people"] for c in ("01A", "02A", "02B")] == [31, 5, 2]
    assert by_code["01A"]["density"] == pytest.approx((10 * 1 + 7 * 3) / 4)
    ledger = {r[0]: dict(zip(found["ledger"][0], r, strict=True)) for r in found["ledger"][1:]}
    assert ledger["people"]["before"] == ledger["people"]["after"] == 38
    assert all(row["ok"] for row in ledger.values())


def test_strict_writes_nothing_where_rows_are_left(tmp_path: Path, crosswalk: Path) -> None:
    given = table(tmp_path, "code,people\n01A,10\n02A,7\n")
    code, told = recode(given, tmp_path / "out.csv", "--crosswalk", crosswalk, "--strict")
    assert code == 2
    assert "1 row became no one unit" in told
    assert not (tmp_path / "out.csv").exists()


def test_a_running_number_is_no_code_unless_names_agree(tmp_path: Path) -> None:
    lines = ["id,ten_xa,huyen,people"]
    old = gazetteer.old_communes()
    some = old[old["district"] == "Huyện Sơn Động"].head(6)
    lines += [
        f"{k},{name},{district},{k}0"
        for k, (name, district) in enumerate(zip(some["name"], some["district"], strict=True), 1)
    ]
    given = table(tmp_path, "\n".join(lines))
    code, told = recode(given, tmp_path / "out.csv", "--province", "24")
    assert code == 0
    assert "codes: " not in told.splitlines()[0]
    expected = gazetteer.crosswalk("24").set_index("old_code")["new_code"]
    assert [r["new_code"] for r in rows(tmp_path / "out.csv")] == list(expected[some["code"]])


def test_code_and_name_that_disagree_are_reported_with_both(tmp_path: Path) -> None:
    given = table(
        tmp_path,
        "ma_xa,ten_xa,people\n07654,Lệ Viễn,1\n07201,Ngô Quyền,2\n07207,Ngô Quyền,3\n",
    )  # fmt: skip
    code, told = recode(given, tmp_path / "out.csv", "--province", "24")
    assert code == 1
    assert "code and name disagree [K08]: the code is 07201 Phường Thọ Xương" in told
    found = rows(tmp_path / "out.csv")
    assert [r["new_code"] for r in found] == ["07654", "", "07210"]
    assert found[1]["how"].startswith("ambiguous")


def test_the_country_of_old_codes(tmp_path: Path) -> None:
    old = gazetteer.old_communes()
    given = tmp_path / "old.csv"
    old.assign(people=range(1, len(old) + 1))[["code", "people"]].to_csv(given, index=False)
    code, told = recode(given, tmp_path / "out.csv")
    assert code == 1
    found = rows(tmp_path / "out.csv")
    assert len(found) == len(old) == 10_035
    ambiguous = rows(tmp_path / "out_ambiguous.csv")
    assert len(ambiguous) == 1_033
    assert len({r["code"] for r in ambiguous}) == 471
    assert "10,035 rows in = 9,564 converted, 471 ambiguous, 0 not found, 0 excluded" in told
    ledger = {r["quantity"]: r for r in rows(tmp_path / "out_ledger.csv")}
    people = ledger["people"]
    assert int(people["before"]) == sum(range(1, len(old) + 1))
    assert int(people["after"]) == sum(int(r["people"]) for r in found if r["new_code"])
    assert int(people["after"]) + int(people["unallocated"]) == int(people["before"])
    truth = pd.concat(gazetteer.crosswalk(f"{k:02}") for k in PROVINCES).groupby("old_code")
    whole = {code: set(its) for code, its in truth["new_code"]}
    assert all({r["new_code"]} == whole[r["code"]] for r in found if r["new_code"])


PROVINCES = (1, 4, 8, 11, 12, 14, 15, 19, 20, 22, 24, 25, 31, 33, 37, 38, 40, 42, 44, 46, 48, 51,
             52, 56, 66, 68, 75, 79, 80, 82, 86, 91, 92, 96)  # fmt: skip


def test_new_codes_given_as_old_are_refused_with_the_count(tmp_path: Path) -> None:
    given = tmp_path / "new.csv"
    gazetteer.new_units()[["code"]].to_csv(given, index=False)
    code, told = recode(given, tmp_path / "out.csv")
    assert code == 2
    assert "3,316 of 3,321" in told
    assert not (tmp_path / "out.csv").exists()


def test_there_and_back_gives_the_start(tmp_path: Path) -> None:
    """By the code beside the new one exactly, and by the new code alone among the members."""
    old = gazetteer.crosswalk("24")
    given = tmp_path / "old.csv"
    old[["old_code", "old_name"]].to_csv(given, index=False)
    assert recode(given, tmp_path / "there.csv", "--province", "24")[0] == 0
    code, _ = recode(
        tmp_path / "there.csv", tmp_path / "back.csv", "--province", "24", "--to", "old"
    )
    assert code == 0
    back = rows(tmp_path / "back.csv")
    assert [r["old_code_2"] for r in back] == list(old["old_code"])
    alone = table(tmp_path, "\n".join(["new_code", *(r["new_code"] for r in back)]), "alone.csv")
    recode(alone, tmp_path / "members.csv", "--province", "24", "--to", "old", "--vintage", "new")
    members = {(r["row"], r["old_code"]) for r in rows(tmp_path / "members_ambiguous.csv")}
    settled = {(str(k), r["old_code"]) for k, r in enumerate(rows(tmp_path / "members.csv"), 2)}
    start = {(str(k), code) for k, code in enumerate(old["old_code"], 2)}
    assert start <= members | settled


def test_a_cell_that_begins_with_an_equals_sign_stays_text(tmp_path: Path, crosswalk: Path) -> None:
    given = table(tmp_path, 'code,note,change\n01A,=cmd|x,-5\n01B,"=1+1",-7.5\n')
    recode(given, tmp_path / "out.xlsx", "--crosswalk", crosswalk)
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    cell = book["converted"]["B2"]
    assert (cell.value, cell.data_type) == ("=cmd|x", "s")
    assert [c.value for c in book["converted"]["C"][1:]] == [-5, -7.5]
    recode(given, tmp_path / "out.csv", "--crosswalk", crosswalk)
    assert [r["note"][0] for r in rows(tmp_path / "out.csv")] == ["'", "'"]
    assert [r["change"] for r in rows(tmp_path / "out.csv")] == ["-5", "-7.5"]


@pytest.mark.parametrize(
    ("text", "exit_code", "said"),
    [
        ("a,b\n01A,01B\n01B,0003\n", 2, "a (100% of its cells are codes of units) and b (100%"),
        ("code,people\n", 2, "has headings (code, people) but no rows [W07]"),
        ("", 2, "is empty [W07]"),
        ("code,people\n77777,1\n88888,2\n", 2, "none of its 2 codes is that of a unit of cross"),
        ("code,people\n01A,1\n2025-03-01,2\n", 1, "its code 2025-03-01 is a date or time [W11]"),
        ("code,people\n01A,1\n7.21E+03,2\n", 1, "7.21E+03 is a number in scientific notation"),
        ("colour,people\nred,1\n", 2, "no column names a unit by code, name, address"),
        ("code,name\n01A,Xa\n01B,Yb\n0003,Zc\n", 2, "none of its 3 names in name is that of the"),
    ],
)
def test_bad_input_is_one_sentence_and_loses_nothing(
    tmp_path: Path, crosswalk: Path, text: str, exit_code: int, said: str
) -> None:
    given = table(tmp_path, text)
    code, told = recode(given, tmp_path / "out.csv", "--crosswalk", crosswalk)
    assert said in told
    assert code == exit_code
    assert "Traceback" not in told
    if exit_code == 1:
        found = rows(tmp_path / "out.csv")
        assert len(found) == 2
        assert found[1]["how"].startswith("not found")


def test_same_names_within_one_new_unit(tmp_path: Path) -> None:
    given = table(
        tmp_path,
        "code,thon\n07201,Thanh Bình\n07207,Thanh Bình\n07210,thanh bình\n07654,Thanh Bình\n",
    )  # fmt: skip
    recode(given, tmp_path / "out.xlsx", "--province", "24")
    heads, *found = sheets(tmp_path / "out.xlsx")["same names"]
    assert len(found) == 1
    named = dict(zip(heads, found[0], strict=True))
    assert (named["code"], named["same_name"], named["times"]) == ("07210", "Thanh Bình", 3)


def test_flows_are_recoded_at_both_ends(tmp_path: Path, crosswalk: Path) -> None:
    given = table(tmp_path, "a,b,people\n01A,01B,4\n01B,0003,2\n02A,0003,8\n")
    columns = ("--column", "code=a", "--column", "code=b")
    code, _ = recode(
        given, tmp_path / "out.xlsx", "--crosswalk", crosswalk, "--aggregate", *columns
    )  # fmt: skip
    assert code == 1
    found = sheets(tmp_path / "out.xlsx")
    heads, *pairs = found["new units"]
    at = [heads.index(h) for h in ("a_new_code", "b_new_code", "people")]
    assert [tuple(p[k] for k in at) for p in pairs] == [
        ("01A", "01A", 4), ("01A", "02B", 2), ("02A", "02B", 6), ("02B", "02B", 2)
    ]  # fmt: skip


def test_crosswalks_follow_one_another(tmp_path: Path, crosswalk: Path) -> None:
    later = table(tmp_path, "old_code,new_code,new_name\n01A,Z1,Zed\n02A,Z1,Zed\n", "later.csv")
    given = table(tmp_path, "code\n01A\n02A\n0003\n")
    code, _ = recode(given, tmp_path / "out.csv", "--crosswalk", crosswalk, "--crosswalk", later)
    assert code == 1
    assert [r["new_code"] for r in rows(tmp_path / "out.csv")] == ["Z1", "", "02B"]
    shares = [(r["new_code"], r["share"]) for r in rows(tmp_path / "out_ambiguous.csv")]
    assert shares == [("02B", "0.25"), ("Z1", "0.75")]


SHORT = {"Phường ": "P. ", "Xã ": "X. ", "Thị trấn ": "TT. ", "Huyện ": "H. ", "Thành phố ": "TP. ",
         "Thị xã ": "TX. ", "Tỉnh ": "T. "}  # fmt: skip


def shortened(name: str) -> str:
    kind = next(kind for kind in SHORT if name.startswith(kind))
    return SHORT[kind] + name.removeprefix(kind)


FORMS: dict[str, Callable[[str, str, str, str], str]] = {
    "old with district and province": lambda old, _, district, province: (
        f"{old}, {district}, {province}"
    ),
    "new with old district": lambda _, new, district, __: f"{new}, {district}, Tỉnh Bắc Ninh",
    "old with new province": lambda old, _, district, __: f"{old}, {district}, Tỉnh Bắc Ninh",
    "new alone": lambda _, new, __, ___: f"{new}, Tỉnh Bắc Ninh",
    "street": lambda old, _, district, province: (
        f"Số 12 đường Lê Lợi, {old}, {district}, {province}"
    ),
    "village": lambda old, _, district, province: f"Thôn Thanh Bình, {old}, {district}, {province}",
    "without district": lambda old, _, __, province: f"{old}, {province}",
    "abbreviations": lambda old, _, district, province: ", ".join(
        map(shortened, (old, district, province))
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_addresses_of_all_communes_in_eight_forms(tmp_path: Path, form: str) -> None:
    """As many right as the package vietnamadminunits or more, and none wrong."""
    known = gazetteer.crosswalk("24")
    texts = [
        FORMS[form](f"{r.old_type} {r.old_name}", f"{r.new_type} {r.new_name}", r.old_district,
                    r.old_province)
        for r in known.itertuples()
    ]  # fmt: skip
    lines = ["stt,dia_chi", *(f'{k},"{text}"' for k, text in enumerate(texts, 1))]
    code, _ = recode(table(tmp_path, "\n".join(lines)), tmp_path / "out.csv", "--province", "24")
    found = [r["new_code"] for r in rows(tmp_path / "out.csv")]
    right = list(known["new_code"])
    assert [f for f, r in zip(found, right, strict=True) if f not in {"", r}] == []
    # Xã Đồng Tiến is in two districts of the old Bắc Giang.
    assert found.count("") == (2 if form == "without district" else 0)
    assert code == (1 if form == "without district" else 0)
    assert len(found) - found.count("") >= max(theirs(texts, right))


def theirs(texts: list[str], right: list[str]) -> tuple[int, int]:
    """How many the package finds as old and as new addresses."""
    scores = []
    for find, options in (
        (convert_address, {}), (parse_address, {"mode": ParseMode.FROM_2025})
    ):  # fmt: skip
        count = 0
        for text, code in zip(texts, right, strict=True):
            with contextlib.suppress(Exception):  # it raises what it likes
                count += find(text, **options).ward_code == code
        scores.append(count)
    return scores[0], scores[1]


def test_points_settle_divided_units_and_rows_without_a_name(
    tmp_path: Path, crosswalk: Path
) -> None:
    layer = tmp_path / "new.geojson"
    units = gpd.GeoDataFrame(
        {"code": ["01A", "02A", "02B"], "name": ["Ay-le-Neuf", "Cy", "Dy"]},
        geometry=[shapely.box(k, 45, k + 1, 46) for k in (0, 1, 2)], crs=4326,
    )  # fmt: skip
    units.to_file(layer)
    given = table(
        tmp_path, "code,lon,lat,n\n02A,2.5,45.5,1\n02A,0.5,45.5,2\n02A,,,3\n,1.5,45.5,4\n,9,9,5\n"
    )
    code, _ = recode(given, tmp_path / "out.csv", "--crosswalk", crosswalk, "--layer", layer)
    assert code == 1
    found = rows(tmp_path / "out.csv")
    assert [r["new_code"] for r in found] == ["02B", "", "", "02A", ""]
    assert "its point lies in another, 01A" in found[1]["how"]
    assert found[4]["how"].startswith("not found: no unit of the layer lies at its point")


def test_a_long_table_is_read_in_blocks(tmp_path: Path, crosswalk: Path) -> None:
    count = 30_000
    lines = ["code,people,note", *(f"01{'AB'[k % 2]},{k},{'x' * 400}" for k in range(count))]
    given = table(tmp_path, "\n".join(lines))
    assert given.stat().st_size > 10 * 2**20
    assert recode(given, tmp_path / "out.csv", "--crosswalk", crosswalk)[0] == 0
    ledger = {r["quantity"]: r for r in rows(tmp_path / "out_ledger.csv")}
    assert int(ledger["rows"]["after"]) == count
    assert int(ledger["people"]["after"]) == count * (count - 1) // 2


def test_titles_and_merged_headings_of_a_workbook(tmp_path: Path, crosswalk: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["People of 2024"], [], ["Unit", "", "Number"], ["code", "name", "people"],
                ["01A", "Ay", 10], ["0003", "Ey", 5]):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    book.save(tmp_path / "given.xlsx")
    code, _ = recode(tmp_path / "given.xlsx", tmp_path / "out.xlsx", "--crosswalk", crosswalk)
    assert code == 0
    found = sheets(tmp_path / "out.xlsx")["converted"]
    assert [(r[0], r[2], r[3]) for r in found[1:]] == [("01A", 10, "01A"), ("0003", 5, "02B")]


def test_parquet_keeps_codes_and_figures(tmp_path: Path, crosswalk: Path) -> None:
    pd.DataFrame({"code": ["01A", "0003"], "people": [10, 5]}).to_parquet(tmp_path / "t.parquet")
    code, _ = recode(tmp_path / "t.parquet", tmp_path / "out.csv", "--crosswalk", crosswalk)
    assert code == 0
    assert [r["new_code"] for r in rows(tmp_path / "out.csv")] == ["01A", "02B"]


def test_thousands_of_people_and_headings_of_vietnamese_offices(tmp_path: Path) -> None:
    given = table(
        tmp_path,
        'thon,xa,huyen,tinh,so_dan\nA,Lệ Viễn,Sơn Động,Bắc Giang,"1.234"\n'
        'B,Lệ Viễn,Sơn Động,Bắc Giang,"2.000"\n',
    )  # fmt: skip
    assert recode(given, tmp_path / "out.csv", "--province", "24")[0] == 0
    assert [r["new_code"] for r in rows(tmp_path / "out.csv")] == ["07654", "07654"]
    ledger = {r["quantity"]: r for r in rows(tmp_path / "out_ledger.csv")}
    assert int(ledger["so_dan"]["after"]) == 3234


def test_a_city_called_as_its_province_is_the_city(tmp_path: Path) -> None:
    given = table(
        tmp_path,
        'dia_chi\n"Xã Vĩnh Quang, Thành phố Cao Bằng, Tỉnh Cao Bằng"\n"Lam Sơn, Thanh Hóa, Thanh Hóa"\n',
    )
    assert recode(given, tmp_path / "out.csv")[0] == 0
    assert [r["new_code"] for r in rows(tmp_path / "out.csv")] == ["01279", "14797"]


def test_a_row_of_totals_is_excluded_wherever_it_says_so(tmp_path: Path, crosswalk: Path) -> None:
    given = table(tmp_path, "code,name,people\n01A,Ay,1\nTổng cộng:,,9\n,TOTAL,9\nTotal,,9\n")
    assert recode(given, tmp_path / "out.csv", "--crosswalk", crosswalk)[0] == 0
    assert len(rows(tmp_path / "out_excluded.csv")) == 3
    ledger = {r["quantity"]: r for r in rows(tmp_path / "out_ledger.csv")}
    assert (ledger["people"]["after"], ledger["people"]["excluded"]) == ("1", "27")


def test_what_nothing_weighs_is_told_and_land_is_divided_to_the_metre(
    tmp_path: Path, crosswalk: Path
) -> None:
    given = table(tmp_path, "code,area_km2,rate\n02A,1,4\n0003,,2\n0004,3,6\n")
    code, told = recode(given, tmp_path / "out.csv", "--crosswalk", crosswalk, "--aggregate",
                        "--rule", "rate=mean:area_km2")  # fmt: skip
    assert code == 1
    assert "rate: 1 cell has no number in area_km2 beside it and counts for nothing" in told
    found = {r["new_code"]: r for r in rows(tmp_path / "out_new_units.csv")}
    assert [float(found[c]["area_km2"]) for c in ("02A", "02B")] == [0.75, 3.25]
    assert float(found["02B"]["rate"]) == pytest.approx((4 * 0.25 + 6 * 3) / 3.25)


def test_what_is_left_is_told_with_column_and_row(tmp_path: Path, crosswalk: Path) -> None:
    """Of two columns of codes, that which is the matter; a column with a bad cell is added up."""
    given = table(tmp_path, "a,b,people\n01A,01B,4\n01B,7E+02,x\n01b,01/02/2025,8\n02A,01A,1\n")
    code, told = recode(given, tmp_path / "out.csv", "--crosswalk", crosswalk,
                        "--column", "code=a", "--column", "code=b")  # fmt: skip
    assert code == 1
    assert "Not found: b row 3: its code 7E+02 is a number in scientific notation" in told
    assert "Not found: b row 4: its code 01/02/2025 is a date or time [W11]; write the code" in told
    assert "Ambiguous: a row 5: code; divided between 2 units" in told
    assert "people: 1 cell is no number (row 3: x) [A04]" in told
    found = rows(tmp_path / "out.csv")
    assert [r["a_new_code"] for r in found] == ["01A", "01A", "01A", ""]  # 01b is 01B
    ledger = {r["quantity"]: r for r in rows(tmp_path / "out_ledger.csv")}
    assert (ledger["people"]["before"], ledger["people"]["after"]) == ("13", "4")


def test_no_file_that_is_read_is_written_over(tmp_path: Path, crosswalk: Path) -> None:
    given = table(tmp_path, "code,people\n01A,1\nzz,2\n", "t_not_found.csv")
    before = given.read_bytes(), crosswalk.read_bytes()
    for out in (given, crosswalk, tmp_path / "t.csv"):  # t.csv has t_not_found.csv beside it
        code, told = recode(given, out, "--crosswalk", crosswalk)
        assert code == 2
        assert "would be written over" in told
    assert (given.read_bytes(), crosswalk.read_bytes()) == before


def test_what_was_written_is_taken_back_by_what_was_written(tmp_path: Path) -> None:
    """The columns that a run adds lead back, whatever the columns of the old units are called."""
    old = gazetteer.old_communes()
    some = old[old["province_code"] == "24"][["code", "name", "district"]]
    given = tmp_path / "old.csv"
    some.to_csv(given, index=False)
    assert recode(given, tmp_path / "there.csv", "--province", "24")[0] == 0
    code, told = recode(
        tmp_path / "there.csv", tmp_path / "back.csv", "--province", "24", "--to", "old"
    )
    assert code == 0, told
    assert "codes: new_code; name: new_name; type: new_type; codes beside them: code" in told
    assert [r["old_code"] for r in rows(tmp_path / "back.csv")] == list(some["code"])


def test_addresses_typed_without_accents(tmp_path: Path) -> None:
    """Names that begin as a type does (Huyền Sơn, Phượng Mao), and one that is literally elsewhere."""
    known = gazetteer.crosswalk("24")
    texts = [
        fold_accents(f"{r.old_type} {r.old_name}, {r.old_district}, {r.old_province}").lower()
        for r in known.itertuples()
    ]
    lines = ["stt,dia_chi", *(f'{k},"{text}"' for k, text in enumerate(texts, 1))]
    code, told = recode(table(tmp_path, "\n".join(lines)), tmp_path / "out.csv", "--province", "24")
    assert code == 0, told
    assert [r["new_code"] for r in rows(tmp_path / "out.csv")] == list(known["new_code"])
