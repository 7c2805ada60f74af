"""Codes of a crosswalk as people and spreadsheets write them: old ones and new ones alike."""

from __future__ import annotations

import pandas as pd
import pytest
from small_crosswalks import WHOLE, Grid, table, units

from geo_merge.errors import CrosswalkError
from geo_merge.units.crosswalk import resolve


@pytest.mark.parametrize(
    ("old", "check"),
    [
        ("1", "K02"),
        (" 00001", "K02"),
        ("00001\u00a0", "K02"),
        ("0000\u200b1", "K02"),
        ("０0001", "K02"),
        ("٠٠٠٠١", "K02"),
        ("๐๐๐๐๑", "K02"),
        ("00-001", "K02"),
        ("00.001", "K02"),
    ],
    ids=[
        "zeros lost",
        "blank",
        "no-break space",
        "zero width",
        "full width",
        "Arabic",
        "Thai",
        "dash",
        "point",
    ],
)
def test_codes_are_normalised_with_a_finding(grid: Grid, old: str, check: str) -> None:
    resolved = resolve(units(grid), table((old, "N1", "Một"), *WHOLE[1:]))
    assert resolved.rows["new_code"].tolist() == ["N1", "N1", "N2", "N2"]
    assert [f.check for f in resolved.findings] == [check]


def test_the_layer_gets_its_zeros_back(grid: Grid) -> None:
    old = units(grid).rename(index=lambda c: c.lstrip("0"))
    resolved = resolve(old, table(*WHOLE))
    assert resolved.codes == {str(k): f"{k:05d}" for k in range(1, 5)}
    assert resolved.rows.index.tolist() == ["00001", "00002", "00003", "00004"]


@pytest.mark.parametrize(
    ("here", "there"),
    [("0500000US{}", "{}"), ("PH{}", "{}"), ("GM-{}", "{}"), ("{}", "NO{}")],
    ids=["GEO_ID", "P-code", "dash", "in the table"],
)
def test_what_all_codes_of_one_side_begin_with_is_no_part_of_the_other(
    grid: Grid, here: str, there: str
) -> None:
    old = units(grid).rename(index=here.format)
    rows = table(*[(there.format(code), *new) for code, *new in WHOLE])
    resolved = resolve(old, rows)
    assert resolved.rows.index.tolist() == list(old.index)
    assert resolved.rows["new_code"].tolist() == ["N1", "N1", "N2", "N2"]
    assert [f.message.kind for f in resolved.findings] == ["K02.lead"]


@pytest.mark.parametrize(
    ("here", "there"), [("FR{}", "BE{}"), ("FR{}", "0{}9")], ids=["two countries", "other numbers"]
)
def test_codes_that_begin_otherwise_are_other_codes(grid: Grid, here: str, there: str) -> None:
    old = units(grid).rename(index=here.format)
    with pytest.raises(CrosswalkError, match="K04"):
        resolve(old, table(*[(there.format(code), *new) for code, *new in WHOLE]))


def test_marks_of_a_person_are_no_codes_of_the_layer(grid: Grid) -> None:
    """Two and more units that are called x1 and x2 in the table are not 00001 and 00002."""
    rows = table(*[(f"x{k}", *new) for k, (_, *new) in enumerate(WHOLE, start=1)])
    with pytest.raises(CrosswalkError, match="K04"):
        resolve(units(grid), rows)


def test_a_stripped_code_is_not_guessed_among_several(grid: Grid) -> None:
    old = units(grid).rename(index={"00002": "001"})
    with pytest.raises(CrosswalkError, match="old_code 1 is not in the layer"):
        resolve(
            old, table(("1", "N1", "Một"), ("001", "N1", "Một"), ("00001", "N1", "Một"), *WHOLE[2:])
        )


def coded(*new: str, names: str = "AABB") -> pd.DataFrame:
    return table(*[(o, n, x) for (o, _, _), n, x in zip(WHOLE, new, names, strict=True)])


@pytest.mark.parametrize(
    ("new", "codes"),
    [
        (("09010.0", "09010.0", "09020.0", "09020.0"), ["09010", "09020"]),
        (("9010.0", "9010.00", "9020.0", "9020"), ["9010", "9020"]),
        (("09010", "9010", "09020", "9020"), ["09010", "09020"]),
        (("'09010", "09010", "09020", "\u200b09020"), ["09010", "09020"]),
        (('="09010"', "09010", "０9020", "09 020"), ["09010", "09020"]),
        (("VN–1", "VN-1", "VN—2", "VN-2"), ["VN-1", "VN-2"]),
    ],
    ids=["float", "floats of some", "zeros of some", "apostrophe", "formula", "dashes"],
)
def test_new_codes_get_the_care_of_old_ones(
    grid: Grid, new: tuple[str, ...], codes: list[str]
) -> None:
    resolved = resolve(units(grid), coded(*new))
    assert sorted(set(resolved.rows["new_code"])) == codes
    assert {f.check for f in resolved.findings} == {"K02"}


@pytest.mark.parametrize(
    "new", [("n1", "N1", "M", "M"), ("O1", "01", "M", "M"), ("Al", "A1", "M", "M"),
            ("\u0410" + "7", "A7", "M", "M"), ("7", "007", "M", "M")],
)  # fmt: skip
def test_new_codes_that_look_alike_are_one_unit_or_an_error(
    grid: Grid, new: tuple[str, ...]
) -> None:
    with pytest.raises(CrosswalkError, match=r"rows? 2.* rows? 3.*look alike \[W03\]|W03"):
        resolve(units(grid), coded(*new))


@pytest.mark.parametrize(
    "odd",
    ["09010*", "(09010)", "09010.", "+09010", '"09010"', "09010[1]", "09010 - Một", "mã 09010"],
)
def test_a_code_with_something_beside_it_is_no_other_unit(grid: Grid, odd: str) -> None:
    with pytest.raises(
        CrosswalkError, match=r"in rows? 3.*one code stands within the other \[W03\]"
    ):
        resolve(units(grid), coded("09010", odd, "09020", "09020"))
    other = resolve(units(grid), coded("09010", odd, "09020", "09020", names="ABCC"))
    assert "W03" not in {f.check for f in other.findings}


def test_a_footnote_that_became_a_digit_is_no_other_unit(grid: Grid) -> None:
    codes = ("09010", "09010\u00b9", "09020", "09030")
    units_of_one_name = coded(*codes, names="AABC")
    many = pd.concat([units_of_one_name, table(("x", "09040", "D"), ("y", "09050", "E"))])
    with pytest.raises(CrosswalkError, match=r"090101 .*one code stands within the other"):
        resolve(units(grid), many.reset_index(drop=True))


def test_longer_codes_of_one_name_are_units_of_their_own(grid: Grid) -> None:
    resolved = resolve(units(grid), coded("301", "3301", "302", "3302", names="ABAB"))
    assert {f.check for f in resolved.findings} == {"W03"}


@pytest.mark.parametrize("odd", ["O9040", "TẠM", "..", "\u0661A"])
def test_a_new_code_of_another_form_is_told(grid: Grid, odd: str) -> None:
    resolved = resolve(units(grid), coded("09010", "09020", "09030", odd, names="ABCD"))
    assert "K07" in {f.check for f in resolved.findings}
    assert resolved.rows["new_code"].tolist()[:3] == ["09010", "09020", "09030"]


def test_new_codes_of_as_many_forms_as_there_are_is_nothing_to_tell(grid: Grid) -> None:
    codes = ("N1", "9", "N10", "12")
    assert resolve(units(grid), coded(*codes, names="ABCD")).findings == ()


def test_new_codes_that_all_lack_a_digit_may_have_lost_a_zero(grid: Grid) -> None:
    short = resolve(units(grid), coded("9010", "9010", "9020", "9020"))
    assert [(f.check, f.value) for f in short.findings] == [("K02", 2.0)]
    provinces = resolve(units(grid), coded("24", "24", "27", "27"))
    assert provinces.findings == ()


def test_signs_in_codes_part_them_where_the_layer_has_such(grid: Grid) -> None:
    old = units(grid).rename(index={"00001": "1-11", "00002": "11-1"})
    with pytest.raises(CrosswalkError, match=r"old_code 111 is not in the layer"):
        resolve(old, table(("111", "N1", "Một"), *WHOLE[1:]))


def test_codes_with_decimals_that_mean_something_stay(grid: Grid) -> None:
    resolved = resolve(units(grid), coded("1.0", "1.1", "2.0", "2.1", names="ABCD"))
    assert resolved.rows["new_code"].tolist() == ["1.0", "1.1", "2.0", "2.1"]


@pytest.mark.parametrize(
    ("code", "written"),
    [("BN.1_A", "Bn.1_a"), ("00001", "1.0"), ("00001", "'00001")],
)
def test_old_codes_are_found_but_for_their_looks(grid: Grid, code: str, written: str) -> None:
    old = units(grid).rename(index={"00001": code})
    resolved = resolve(old, table((written, "N1", "Một"), *WHOLE[1:]))
    assert resolved.rows.index.tolist()[0] == code
    assert {f.check for f in resolved.findings} == {"K02"}


def test_a_letter_in_place_of_a_digit_is_an_error(grid: Grid) -> None:
    """It is another code: which of the two is right, nobody knows but who wrote them."""
    old = units(grid).rename(index={"00001": "O0001"})
    with pytest.raises(CrosswalkError, match=r"old_code 00001 is not in the layer \[K04\]"):
        resolve(old, table(*WHOLE))


@pytest.mark.parametrize("separator", [",", ".", "'"])
def test_new_codes_lose_what_stands_between_thousands(grid: Grid, separator: str) -> None:
    new = [f"9{separator}010", "9010", f"19{separator}020", f"19{separator}020"]
    rows = [(old, code, name) for (old, _, name), code in zip(WHOLE, new, strict=True)]
    resolved = resolve(units(grid), table(*rows))
    assert resolved.rows["new_code"].tolist() == ["9010", "9010", "19020", "19020"]
    assert [(f.check, f.value) for f in resolved.findings] == [("K02", 3.0)]


def test_points_in_codes_that_are_no_numbers_stay(grid: Grid) -> None:
    rows = [(o, {"N1": "9.010", "N2": "11.01.02"}[n], name) for o, n, name in WHOLE]
    assert set(resolve(units(grid), table(*rows)).rows["new_code"]) == {"9.010", "11.01.02"}


def test_looks_are_not_guessed_among_several(grid: Grid) -> None:
    old = units(grid).rename(index={"00001": "AO1", "00002": "Ao1"})
    with pytest.raises(CrosswalkError, match="old_code A01 is not in the layer"):
        resolve(old, table(("A01", "N1", "Một"), ("Ao1", "N1", "Một"), *WHOLE[2:]))


def test_numbers_in_old_and_new_codes_are_noted(grid: Grid) -> None:
    resolved = resolve(units(grid), table(*[(o.lstrip("0"), f"90{n[1]}", x) for o, n, x in WHOLE]))
    messages = [f.message for f in resolved.findings]
    assert "2 new codes have fewer than 5 digits (901, ...)" in messages[1]


def test_a_letter_for_a_digit_is_pointed_at(grid: Grid) -> None:
    with pytest.raises(CrosswalkError) as raised:
        resolve(units(grid), table(*WHOLE[:3], ("0OOO4", "N2", "Hai")))
    (told,) = raised.value.problems
    assert "row 5: old_code 0OOO4 is not in the layer [K04], but 00004 is" in told


def test_a_code_beyond_those_of_the_layer_may_be_of_another_province(grid: Grid) -> None:
    with pytest.raises(CrosswalkError, match="run from 00001 to 00004: is it a unit of another"):
        resolve(units(grid), table(*WHOLE, ("27001", "N2", "Hai")))
