"""What the columns of a person's own table hold, as she says it on the page."""

from __future__ import annotations

from pathlib import Path

from app_tests import AppTest
from streamlit.util import calc_hash

from geo_merge.texts import say
from geo_merge.ui import work
from geo_merge.ui.server import PAGE

TABLE = """ma_xa,ten_xa
07216,Mỹ Độ
07201,Lệ Viễn
99999,Không Có
"""  # by its code and by its name the second is another; the third is nowhere


def test_what_a_column_holds_can_be_changed(tmp_path: Path) -> None:
    (tmp_path / "truong.csv").write_text(TABLE, "utf-8")
    mine = work.begin()
    mine.take("table", [tmp_path / "truong.csv"])
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    test.query_params["table"] = mine.name
    test._page_hash = calc_hash("recode")
    test.run()
    for count in (2, 1):
        test.button("recode_run").click().run()
        assert not test.exception
        (told,) = (one.value for one in test.warning)
        assert told.startswith(say("recode.left", "vi", count=count))
        (names,) = (one for one in test.selectbox if one.label == "ten_xa")
        names.set_value("").run()  # by code alone
