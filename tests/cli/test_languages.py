"""Every command speaks the language that is asked for, also of how it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import geopandas as gpd
import pytest
from click.testing import CliRunner
from commands import run

from geo_merge.cli.arguments import told
from geo_merge.cli.main import app
from geo_merge.results.report import limit_lines
from geo_merge.vocabulary.sentence import said

Grid = Callable[..., gpd.GeoDataFrame]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Yield every command, with the words that call it."""
    for name, command in group.commands.items():
        yield " ".join([*path, name]), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_every_command_has_the_option_of_the_language() -> None:
    groups = {"plan"}  # does nothing by itself
    without = {
        name
        for name, command in commands(app)
        if not any("--lang" in parameter.opts for parameter in command.params)
    }
    assert without == groups


@pytest.mark.parametrize(
    ("arguments", "english", "vietnamese"),
    [
        (["bild"], "did you mean build?", "có phải là build?"),
        (["nothing-alike"], "give one of build, validate", "hãy chọn một trong build, validate"),
        (["build", "--fromat", "x"], "did you mean --format", "có phải là --format"),
        (["build", "--qqqq"], "leave it out", "hãy bỏ đi"),
        (["dossier"], "RESULT|PLAN is missing", "Còn thiếu RESULT|PLAN"),
        (["fetch", "24", "b"], "b: more than", "b: lệnh không nhận thêm"),
        (["borders", "r", "--out"], "--out stands without", "--out chưa có giá trị"),
        (["build", "--json=3"], "--json takes no value", "--json không nhận giá trị"),
        (
            ["app", "--port", "x"],
            "--port x: give a whole number",
            "--port x: hãy ghi một số nguyên",
        ),
        (["borders", "r", "--out", "o", "--distance", "x"], "give a number.", "hãy ghi một số."),
        (["convert", "a", "b", "--precision", "77"], "from 0 to 15", "từ 0 đến 15"),
        (
            ["sheet", "r", "--out", "o", "--scale", "1"],
            "a number from 100",
            "một số từ 100 trở lên",
        ),
        (["sheet", "r", "--out", "o", "--paper", "B4"], "one of A4, A3", "một trong A4, A3"),
        (["dossier", "r", "--out", "o", "--date", "x"], "the day as", "hãy ghi ngày như"),
        (["--lang", "vi"], "COMMAND is missing", "Còn thiếu COMMAND"),
    ],
)
def test_what_is_wrong_with_a_command_is_told_in_both(
    arguments: list[str], english: str, vietnamese: str
) -> None:
    with pytest.raises(click.ClickException) as caught:
        app(arguments, standalone_mode=False)
    lines = told(caught.value)
    assert english in "\n".join(lines)
    assert vietnamese in "\n".join(said(line, "vi") for line in lines)


def test_the_language_of_a_wrong_command_is_the_one_it_asks_for() -> None:
    done = run("dossier", "--lang", "vi")
    assert (done.code, done.out) == (2, "")
    usage, wrong, more = done.err.splitlines()
    assert usage.startswith("Cách dùng: ")
    assert usage.endswith("geo_merge dossier [OPTIONS] RESULT|PLAN")
    assert wrong == "Lỗi: Còn thiếu RESULT|PLAN; hãy bổ sung."
    assert more.endswith("geo_merge dossier --help.")
    assert "Error: RESULT|PLAN is missing" in run("--lang=en", "dossier").err
    assert "Lỗi: " in run("--lang", "vi", "stats", "nowhere").err


def test_what_commands_print_is_told_in_the_language(grid: Grid, tmp_path: Path) -> None:
    layer, table, out = tmp_path / "a.gpkg", tmp_path / "c.csv", tmp_path / "o"
    grid(2, 1).reset_index().to_file(layer)
    table.write_text("old_code,new_code,new_name\n00001,N,Một\n00002,N,Một\n", "utf-8")
    vi = ("--lang", "vi")
    done = run("build", layer, "--crosswalk", table, "--out", out, *vi)
    assert f"Đã ghi 12 tệp vào {out}" in done.err
    assert "\nTrước: 2 Xã" in done.out
    done = run("validate", layer, *vi)
    assert done.out.splitlines()[-1] == "2 đơn vị: 0 lỗi, 0 cảnh báo, 0 ghi chú"
    done = run("borders", out, "--out", tmp_path / "b", "--no-sheets", *vi)
    assert done.out.startswith("0 tuyến địa giới giữa hai đơn vị: 1 đoạn")
    done = run("convert", layer, tmp_path / "a.geojson", *vi)
    assert done.err.splitlines()[-1] == f"Đã ghi 2 đối tượng vào {tmp_path / 'a.geojson'}"
    done = run("plan", "new", layer, "--crosswalk", table, "--out", tmp_path / "p", *vi)
    assert done.err.splitlines()[-1] == f"Đã ghi phương án vào {tmp_path / 'p'}"
    done = run("plan", "rename", tmp_path / "p", "N", "Hai", *vi)
    assert done.err.splitlines()[-1] == f"Đã ghi phương án vào {tmp_path / 'p'}"


def test_limits_are_explained_in_both() -> None:
    english, vietnamese = (list(limit_lines(language)) for language in ("en", "vi"))
    assert len(english) == len(vietnamese) == 29
    assert "xlsx_cells         1,000,000 cells " in english[-2]
    assert "xlsx_cells         1.000.000 ô " in vietnamese[-2]
    shown = CliRunner().invoke(app, ["limits", "--lang", "vi"]).output
    assert shown.splitlines() == [line.rstrip() for line in vietnamese]
