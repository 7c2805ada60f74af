"""A person's own table on the page: recognised, recoded, settled, taken away, and used again."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
from browsing import Tab, opened
from commands import run
from playwright.sync_api import Browser
from prepared import given

from geo_merge.texts import say
from geo_merge.vietnam import gazetteer


def table(folder: Path) -> Path:
    """Rows that can be recoded, one whose code and name disagree, and one of nowhere."""
    some = gazetteer.crosswalk("24").head(5)
    rows = pd.DataFrame({"ma_xa": some["old_code"], "ten_xa": some["old_name"], "so_truong": 2})
    odd = pd.DataFrame({"ma_xa": ["07201", "99999"], "ten_xa": ["Lệ Viễn", "Không Có"],
                        "so_truong": 7})  # fmt: skip
    path = folder / "truong.csv"
    pd.concat([rows, odd]).to_csv(path, index=False)
    return path


def give(tab: Tab, home: str, path: Path, lang: str) -> None:
    tab.page.goto(f"{home}/recode?lang={lang}")
    tab.page.locator("input[type=file]").first.wait_for(state="attached")
    tab.rest(1.0)
    tab.page.locator("input[type=file]").first.set_input_files(str(path))
    tab.page.get_by_text("07201 · ").first.wait_for(timeout=90_000)  # what was recognised
    tab.rest(1.0)


def press(tab: Tab, words: str, until: str) -> None:
    tab.page.get_by_role("button", name=words, exact=True).click()
    tab.page.get_by_text(until).first.wait_for(timeout=90_000)
    tab.rest(1.0)


def taken(tab: Tab, words: str, path: Path) -> Path:
    with tab.page.expect_download(timeout=60_000) as download:
        tab.page.get_by_role("button", name=words, exact=True).click()
    download.value.save_as(path)
    return path


def test_a_table_is_recoded_settled_and_its_decisions_hold_on_the_command_line(
    tab: Tab, server: str, tmp_path: Path
) -> None:
    path = table(tmp_path)
    give(tab, server, path, "en")
    press(tab, "Recode", "2 rows became no one unit.")
    assert "7 rows = converted: 5 · ambiguous: 1 · not found: 1" in tab.page.inner_text("body")
    for choice in ("07654 Xã An Lạc", say("recode.exclude", "en")):
        tab.page.get_by_text(choice).first.click()
        tab.rest(1.0)
        tab.page.get_by_role("button", name="Decide", exact=True).click()
        tab.rest(1.0)
    press(tab, "Recode", say("recode.all_done", "en"))
    book = taken(tab, "truong_recoded.xlsx", tmp_path / "page.xlsx")
    found = openpyxl.load_workbook(book)
    converted = list(found["converted"].iter_rows(values_only=True))
    assert len(converted) == 1 + 6
    tab.page.get_by_text(say("recode.decided", "en", count=2)).click()
    saved = taken(tab, "Save decisions (CSV)", tmp_path / "decisions.csv")
    done = run("recode", path, "--province", "24", "--decisions", saved, "--out",
               tmp_path / "line.xlsx", "--lang", "en")  # fmt: skip
    assert done.code == 0, done.err
    line = openpyxl.load_workbook(tmp_path / "line.xlsx")
    assert list(line["converted"].iter_rows(values_only=True)) == converted


def shown(tab: Tab) -> None:
    """See what was said of a table, chosen and decided, and what became of it."""
    page = tab.page
    page.get_by_text(say("recode.decided", "en", count=1)).wait_for(timeout=90_000)
    tab.rest()
    text = page.inner_text("body")
    assert "truong.csv" in text
    assert "7 rows = converted: 5 · ambiguous: 1 · not found: 1" in text
    role = page.get_by_role("combobox", name="so_truong").input_value()
    assert role == say("recode.role_none", "en")
    way = page.get_by_role("radio", name=say("recode.by_province", "en"), exact=True)
    assert way.is_checked()


def test_a_reload_the_link_and_another_page_bring_the_table_back(
    tab: Tab, server: str, browser: Browser, tmp_path: Path
) -> None:
    page = tab.page
    mine = given(table=table(tmp_path))
    page.goto(f"{server}/recode?lang=en&table={mine.name}")
    page.get_by_text("07201 · ").first.wait_for(timeout=90_000)
    tab.rest()
    page.get_by_text(say("recode.by_province", "en"), exact=True).click()
    tab.rest()
    tab.choose("so_truong", say("recode.role_none", "en"))
    page.wait_for_timeout(3000)
    tab.rest()
    press(tab, "Recode", "2 rows became no one unit.")
    page.get_by_text(say("recode.exclude", "en")).first.click()
    tab.rest()
    page.get_by_role("button", name="Decide", exact=True).click()
    tab.rest()
    shown(tab)
    page.reload()
    shown(tab)
    with opened(browser, home=server) as other:
        other.page.goto(page.url)
        shown(other)
        assert other.wrong == []
    page.get_by_role("link", name=say("page.checks", "en")).click()
    tab.wait_for_map()
    page.get_by_role("link", name=say("page.recode", "en")).click()
    shown(tab)


def test_back_and_forward_lead_from_table_to_table(tab: Tab, server: str, tmp_path: Path) -> None:
    def there(name: str) -> None:
        page.get_by_text(name, exact=True).first.wait_for(timeout=90_000)
        tab.rest()

    page = tab.page
    give(tab, server, table(tmp_path), "en")
    second = tmp_path / "other.csv"
    second.write_text("ma_xa,so_dan\n07207,5\n", encoding="utf-8")
    page.locator("input[type=file]").first.set_input_files(str(second))
    there("other.csv")
    assert "truong.csv" not in page.inner_text("body")
    page.go_back()
    there("truong.csv")
    page.go_back()
    page.get_by_text("truong.csv", exact=True).wait_for(state="detached", timeout=90_000)
    page.go_forward()
    there("truong.csv")
    page.go_forward()
    there("other.csv")
    page.locator(".st-key-recode_remove button").first.click()  # with all that was made of it
    page.get_by_text("other.csv", exact=True).wait_for(state="detached", timeout=90_000)
    tab.rest()
    page.go_back()
    page.get_by_text(say("recode.lost", "en")).wait_for(timeout=90_000)
