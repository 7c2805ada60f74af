"""A plan at work is on the disk: another session, and another server, go on with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_tests import AppTest

from geo_merge.system.works import FOLDER
from geo_merge.ui import plan_kept
from geo_merge.ui.state import Key


def _plan() -> None:
    import streamlit as st  # noqa: PLC0415 - Streamlit runs this body alone

    from geo_merge.ui import plan_base, plan_kept, state  # noqa: PLC0415

    state.start()
    st.text(str(plan_kept.is_lost()))
    plan = plan_kept.load()
    if plan is None:
        plan = plan_base.sample_work()
        plan.do([{"id": 1, "operation": "assign", "units": ["07216"], "to": "07210"}])
        plan_kept.save(plan)


def session(name: str = "") -> AppTest:
    test = AppTest.from_function(_plan, default_timeout=60)
    if name:
        test.query_params["plan"] = name
    test.run()
    assert not test.exception
    return test


def test_a_plan_is_found_again_by_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    first = session()
    name = first.session_state[Key.PLAN]
    assert (tmp_path / name).is_dir()
    again = session(name)
    plan = again.session_state[plan_kept.WORK]
    assert plan.plan.home["07216"] == "07210"
    assert plan.can_undo
    assert again.text[0].value == "False"
    plan.do([{"id": 1, "operation": "undo"}])  # another browser begins to count anew
    assert plan.plan.home["07216"] == "07228"


def test_a_plan_that_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    assert session("AAAAAAAAAAAAAAAAAAAAAA").text[0].value == "True"
