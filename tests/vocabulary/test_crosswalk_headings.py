"""Crosswalks under the headings of an office of another country."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run

from geo_merge.errors import TableError
from geo_merge.units.crosswalk import as_crosswalk, read_crosswalk
from geo_merge.vocabulary.crosswalk_headings import is_heading, told_by_headings
from geo_merge.vocabulary.heading_words import heading
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
        ("GKZ alt", "Gemeinde alt", "GKZ neu", "Gemeinde neu"),
        (
            "Alte Gemeindekennzahl",
            "Alter Gemeindename",
            "Neue Gemeindekennzahl",
            "Neuer Gemeindename",
        ),
        ("옛 코드", "옛 이름", "새 코드", "새 이름"),
        (
            "행정구역코드(변경전)",
            "행정구역명(변경전)",
            "행정구역코드(변경후)",
            "행정구역명(변경후)",
        ),
        ("原代码", "原名称", "现代码", "现名称"),
        ("Старый код", "Старое название", "Новый код", "Новое название"),
        ("Παλαιός κωδικός", "Παλαιός δήμος", "Νέος κωδικός", "Νέος δήμος"),
        ("Eski kod", "Eski adı", "Yeni kod", "Yeni adı"),
        ("Mã xã cũ", "Tên xã cũ", "Mã xã mới", "Tên xã mới"),
    ],
    ids=lambda headings: headings[0],
)
def test_headings_of_offices_are_understood(headings: tuple[str, ...]) -> None:
    roles = ("old_code", "old_name", "new_code", "new_name")
    beside = ("Fylke", "Số xã mới", "Code postal nouveau", "新都道府県名", "Kanton alt")
    told = told_by_headings((*beside, *headings))
    assert told.columns == dict(zip(roles, headings, strict=True))
    assert not told.unclear


# Old and new code, old and new name, what type and which districts and provinces, as offices write.
VIETNAMESE = [
    "Mã xã cũ | Tên xã cũ | Mã xã mới | Tên xã mới | Loại hình:new_type",
    "MA XA CU | TEN XA CU | MA XA MOI | TEN XA MOI | LOAI HINH:new_type",
    "maxacu | tenxacu | maxamoi | tenxamoi | loai:new_type",
    "MaXaCu | TenXaCu | MaXaMoi | TenXaMoi | LoaiMoi:new_type | LoaiCu:old_type",
    "ma_xa_cu | ten_xa_cu | ma_xa_moi | ten_xa_moi | ma_huyen:old_district_code",
    "Mã số ĐVHC cũ | Tên ĐVHC cũ | Mã số ĐVHC mới | Tên ĐVHC mới | Thuộc huyện:old_district",
    "Mã cũ | Xã, phường cũ | Mã mới | Xã, phường mới | Ghi chú: | STT:",
    ("Mã đơn vị hành chính cũ | Đơn vị hành chính cũ | Mã đơn vị hành chính mới | "
    "Đơn vị hành chính mới | Tỉnh:old_province"),
    "Mã ĐVHC trước sắp xếp | Tên ĐVHC trước sắp xếp | Mã ĐVHC sau sắp xếp | Tên ĐVHC sau sắp xếp",
    "Trước sắp xếp Mã số | Trước sắp xếp Tên xã | Sau sắp xếp Mã số | Sau sắp xếp Tên xã",
    "Mã xã trước sáp nhập | Xã trước sáp nhập | Mã xã sau sáp nhập | Xã sau sáp nhập",
    ("Mã phường/xã cũ | Tên phường/xã cũ | Mã phường/xã mới | Tên phường/xã mới | "
    "Quận/huyện:old_district | Tỉnh/thành phố:old_province"),
    ("Mã xã | Tên xã | Mã xã mới | Tên xã mới | Mã tỉnh mới:new_province_code | "
    "Tỉnh mới:new_province"),
    ("Mã ĐVHC cấp xã cũ | Tên ĐVHC cấp xã cũ | Mã ĐVHC cấp xã mới | Tên ĐVHC cấp xã mới | "
    "Tên ĐVHC cấp huyện cũ:old_district | Mã ĐVHC cấp tỉnh cũ:old_province_code"),
    "Mã cũ | Tên cũ | Mã mới | Tên mới | Cấp mới:new_type | Tỷ lệ (%):share | Nghị quyết:evidence",
    "mã xã (cũ) | tên xã (cũ) | mã xã (mới) | tên xã (mới) | loại ĐVHC (mới):new_type",
    "MÃ XÃ CŨ | TÊN XÃ CŨ | MÃ XÃ MỚI | TÊN XÃ MỚI | HUYỆN CŨ:old_district | TỈNH CŨ:old_province",
    "macu | tencu | mamoi | tenmoi | huyen:old_district | tinh:old_province | khoan:clause",
    "MADVHCCU | TENDVHCCU | MADVHCMOI | TENDVHCMOI | CAPMOI:new_type",
    ("Mã xã/phường/thị trấn cũ | Tên xã/phường/thị trấn cũ | Mã xã/phường/đặc khu mới | "
    "Tên xã/phường/đặc khu mới | Thuộc thành phố:"),
    "Code_old | Name_old | Code_new | Name_new | Type_new:new_type | District:old_district",
    "oldid | nameold | newid | namenew | province:old_province",
    "Mã số cũ | Tên gọi cũ | Mã số mới | Tên gọi mới | Trích dẫn:words | Diện tích cũ (km2):",
    "Mã của xã cũ | Tên của xã cũ | Mã của xã mới | Tên của xã mới | Dân số xã mới:",
    "Mã đơn vị cũ | Đơn vị cũ | Mã đơn vị mới | Đơn vị mới | Quận, huyện, thị xã:old_district",
    "Mã thị trấn cũ | Tên thị trấn cũ | Mã thị trấn mới | Tên thị trấn mới | Tình trạng:",
    "Mã xã trước | Tên xã trước | Mã xã sau | Tên xã sau | Mã quận, huyện:old_district_code",
    "Mã xã 2024 | Tên xã 2024 | Mã xã 2025 | Tên xã 2025 | Loại hình sắp xếp: | Trụ sở mới:",
    "Ma so DVHC cu | Ten DVHC cu | Ma so DVHC moi | Ten DVHC moi | Cap:new_type | Ghi chu:",
    "mã_xã_cũ | xã_cũ | mã_xã_mới | xã_mới | số_nghị_quyết:evidence | Phương án sắp xếp:",
]  # fmt: skip


@pytest.mark.parametrize("written", VIETNAMESE)
def test_headings_of_vietnamese_offices_are_understood(written: str) -> None:
    fields = [field.partition(":") for field in written.split(" | ")]
    roles = ["old_code", "old_name", "new_code", "new_name", *(role for *_, role in fields[4:])]
    columns = [text for text, *_ in fields]
    told = told_by_headings(columns)
    right = {role: text for role, text in zip(roles, columns, strict=True) if role}
    assert told.columns == right
    assert not told.unclear


@pytest.mark.parametrize(
    ("headings", "role", "both"),
    [
        (["Mã xã cũ", "Mã cũ", "Mã mới", "Tên mới"], "old_code", ["Mã xã cũ", "Mã cũ"]),
        (
            ["Mã cũ", "Mã xã mới", "Mã ĐVHC mới", "Tên mới"],
            "new_code",
            ["Mã xã mới", "Mã ĐVHC mới"],
        ),
        (["Xã cũ", "Tên cũ", "Mã mới", "Tên mới"], "old_name", ["Xã cũ", "Tên cũ"]),
        (["Mã", "Mã số", "Mã mới", "Tên mới"], "old_code", ["Mã", "Mã số"]),
        (["Mã cũ", "Loại", "Mã mới", "Tên mới"], "new_type", ["Loại"]),
    ],
)
def test_what_headings_leave_open_is_asked_for(
    headings: list[str], role: str, both: list[str], tmp_path: Path
) -> None:
    told = told_by_headings(headings)
    assert role not in told.columns
    assert told.unclear == {role: both}
    path = tmp_path / "table.csv"
    cells = ["00001", "00002", "00003", "Mới"]
    path.write_text("\n".join([";".join(headings), ";".join(cells)]), "utf-8")
    if role != "new_type":
        with pytest.raises(TableError, match=rf"could each be {role} \[W07\].*--column {role}="):
            read_crosswalk(path)
        read_crosswalk(path, columns={role: both[1]})
        return
    (left,) = (f for f in findings_of(read_crosswalk(path)) if "not read" in f.message)
    assert left.severity == "info"
    assert "Loại was not read" in left.message


@pytest.mark.parametrize("told", ["", "Xã An Cư và một phần xã Mới"])
def test_two_rows_of_headings_and_notes_are_read(told: str, tmp_path: Path) -> None:
    rows = [
        ["DANH SÁCH SẮP XẾP"],
        ["STT", "Trước sắp xếp", "", "Thuộc huyện", "Sau sắp xếp", "", "Ghi chú"],
        ["", "Mã số ĐVHC", "Tên ĐVHC", "", "Mã số ĐVHC", "Tên ĐVHC", ""],
        ["1", "00001", "Xã Đa Mai", "Việt Yên", "00009", "Xã Mới", told],
        ["2", "00002", "Xã Cũ", "Việt Yên", "00009", "Xã Mới", told],
    ]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(";".join(row) for row in rows), "utf-8")
    read = read_crosswalk(path)
    columns = ["old_code", "old_name", "old_district", "new_code", "new_name"]
    assert read[columns].to_numpy().tolist() == [
        ["00001", "Xã Đa Mai", "Việt Yên", "00009", "Xã Mới"],
        ["00002", "Xã Cũ", "Việt Yên", "00009", "Xã Mới"],
    ]


def test_a_table_of_compositions_is_named(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    for headings in ("Mã xã mới;Tên xã mới;Xã cũ", "Mã;Tên xã;Thành phần"):
        path.write_text(f"{headings}\n00001;Xã Mới;Xã A, xã B và xã C\n", "utf-8")
        with pytest.raises(TableError, match="has a row for each new unit"):
            read_crosswalk(path)


def test_of_two_that_tell_the_same_neither_is_taken() -> None:
    told = told_by_headings(["Ancien code", "Ancien code INSEE", "Nouveau code", "Nouveau nom"])
    assert told.columns == {"new_code": "Nouveau code", "new_name": "Nouveau nom"}
    assert told.unclear == {"old_code": ["Ancien code", "Ancien code INSEE"]}
    assert "new_code" not in told_by_headings(["code", "name", "code 2"]).columns


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


@pytest.mark.parametrize("text", ["maxa" * 50_000, "mã xã cũ " * 50_000, "a" * 200_000])
def test_a_text_without_end_is_no_heading(text: str) -> None:
    """It was taken apart letter by letter: minutes for what one cell may hold."""
    told = heading(text)
    assert (told.tells, told.understood) == (frozenset(), False)
    assert not is_heading(text)


def test_a_long_heading_is_one_all_the_same() -> None:
    assert is_heading("Mã xã cũ, " * 20)


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
