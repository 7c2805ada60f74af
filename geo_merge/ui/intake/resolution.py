"""A resolution as the table: its text or file, and what was read from each of its clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from geo_merge.errors import TableError
from geo_merge.system.progress import Progress
from geo_merge.system.scratch import scratch
from geo_merge.ui import tables, told, uploads
from geo_merge.ui.intake import files, running, taking
from geo_merge.ui.state import figure, t
from geo_merge.ui.tables import plain, small
from geo_merge.ui.work import Work
from geo_merge.units.called import full_names
from geo_merge.vietnam.official import provinces
from geo_merge.vietnam.resolutions.compositions import plan_from_resolution
from geo_merge.vietnam.resolutions.resolution import FORMATS

_READ = "resolution"  # what is kept in the work
_PASTED = "nghi_quyet.txt"
_LINES = 76  # pixels of a row with three lines: what a clause founds stands at its end
_CLAUSES = 400  # of the table


@dataclass(frozen=True)
class Read:
    """What was read from a resolution.

    Attributes
    ----------
    source
        The name of its file.
    crosswalk
        The rows, each with ``clause`` and ``words``.
    problems, notes
        What was not understood, and what was settled otherwise than a reader may expect.
    """

    source: str
    crosswalk: pd.DataFrame
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def ask(work: Work | None) -> None:
    """Ask for a resolution, and make the crosswalk of it.

    Raises
    ------
    GeoMergeError
        If it cannot be read.
    """
    with st.expander(t("intake.resolution"), icon=":material/gavel:"):
        small(t("intake.resolution_help"))
        given = st.file_uploader(t("intake.resolution_file"), [f.lstrip(".") for f in FORMATS],
                                 key=files.key_of("upload_resolution"))  # fmt: skip
        text = st.text_area(t("intake.resolution_text"), key=files.key_of("resolution_text"),
                            height=120)  # fmt: skip
        names = {province.code: province.name for province in provinces()}
        code = st.selectbox(
            t("ui.province"), ["", *names], key="resolution_province",
            format_func=lambda c: names[c] if c else t("intake.as_it_says"),
        )  # fmt: skip
        # A text is told when its field is left, as by pressing this: it is never out of reach.
        wanted = st.button(t("intake.read_resolution"), key="read_resolution",
                           icon=":material/menu_book:")  # fmt: skip
        if (read := _kept(work)) is not None:
            told_of = t("intake.was_read", file=read.source, count=len(by_clause(read.crosswalk)),
                        left=len(read.problems))  # fmt: skip
            st.success(plain(told_of), icon=":material/check_circle:")
    if wanted and given is None and not text.strip():
        st.error(t("intake.no_resolution"), icon=":material/error:")
    elif wanted:
        _take(work, given, text, code or None)


def _take(work: Work | None, given: uploads.Upload | None, text: str, province: str | None) -> None:
    with scratch() as folder:
        if given is None:
            path = folder / _PASTED
            path.write_text(text, encoding="utf-8")
        else:
            path = uploads.put(folder, given)
        with running.steps(t("intake.reading"), running.ALONE, "resolution") as (say, queued):
            read = uploads.in_turn(partial(read_from, path, province), say, queued)
        if read.crosswalk.empty:
            raise TableError(read.problems or (t("intake.nothing_read", file=path.name),))
        table = folder / f"{path.stem}_crosswalk.csv"
        read.crosswalk.to_csv(table, index=False, lineterminator="\n")
        target = taking.into(work, {"text": (path,), "crosswalk": (table,)})
        target.keep(_READ, "", read)
    st.rerun()


def read_from(path: Path, province: str | None, _say: Progress) -> Read:
    """Read a resolution; see `plan_from_resolution`."""
    plan = plan_from_resolution(path, province=province)
    return Read(path.name, plan.crosswalk, tuple(plan.problems), tuple(plan.notes))


def _kept(work: Work | None) -> Read | None:
    """Return what was read from the resolution of a work, if there is one."""
    return work.kept(_READ) if work is not None and work.files("text") else None


def show(work: Work) -> None:
    """Show each clause beside what was read from it, and what was not understood."""
    read = _kept(work)
    if read is None:
        return
    st.subheader(plain(t("intake.clauses", file=read.source)), anchor=False)
    if read.problems:
        st.warning(t("intake.not_understood", count=figure(len(read.problems))),
                   icon=":material/warning:")  # fmt: skip
        tables.show(_sentences(read.problems), height="content" if len(read.problems) < 8 else 280)  # noqa: PLR2004
    clauses = by_clause(read.crosswalk)
    named = {"clause": t("ui.clause"), "words": t("ui.words"), "read": t("intake.read")}
    tables.show(clauses.rename(columns=named), height=_CLAUSES, row_height=_LINES,
                column_config={t("ui.clause"): {"width": "small"},
                               t("ui.words"): {"width": "large"},
                               t("intake.read"): {"width": "large"}})  # fmt: skip
    if read.notes:
        with st.expander(f"{t('ui.notes')} ({figure(len(read.notes))})"):
            for note in read.notes:
                st.text(told.problem(note))


def _sentences(problems: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({t("ui.problem"): list(map(told.problem, problems))})


def by_clause(crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Return each clause with its words and what was read from it: the units, and what they form.

    Returns
    -------
    pandas.DataFrame
        ``clause, words, read``, a row for each new unit of a clause, in the order of the text.
    """
    rows = crosswalk.astype(str)
    for side in ("old", "new"):
        names = pd.Series(full_names(rows[f"{side}_name"], rows[f"{side}_type"]), index=rows.index)
        codes = rows[f"{side}_code"].where(rows[f"{side}_code"] != "", t("intake.no_code"))
        rows[side] = names + " (" + codes + ")"
    joined = rows.groupby(["clause", "words", "new"], sort=False)["old"]
    table = joined.agg(" + ".join).reset_index()
    table["read"] = table["old"] + " → " + table["new"]
    table["clause"] = table["clause"].str.removeprefix("clause ")  # in the page's own words
    number = pd.to_numeric(table["clause"].str.extract(r"(\d+)")[0], errors="coerce")
    order = number.sort_values(kind="stable").index
    return table.loc[order, ["clause", "words", "read"]].reset_index(drop=True)
