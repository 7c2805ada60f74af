"""Everything to take away; a file is made when it is asked for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import streamlit as st

from geo_merge.dossier.material import Outside
from geo_merge.dossier.of_result import papers_of
from geo_merge.dossier.offices.tables import has_seats
from geo_merge.maps.page import map_html
from geo_merge.merging.result import MergeResult
from geo_merge.planning.scales import scales_of
from geo_merge.reading.tables import read_table
from geo_merge.results.contract import CONTRACT, ContractFile
from geo_merge.results.digits import with_digits
from geo_merge.results.files import sha256, write
from geo_merge.results.formats import WRITERS
from geo_merge.system import worker
from geo_merge.system.progress import Progress
from geo_merge.system.scratch import scratch
from geo_merge.system.turns import turns
from geo_merge.texts import Language
from geo_merge.ui import around_section, sheet_section, state
from geo_merge.ui.state import t
from geo_merge.ui.steps import steps
from geo_merge.ui.store import Loaded, current, current_work
from geo_merge.ui.tables import small
from geo_merge.ui.work import Work
from geo_merge.vietnam.country import VIETNAM

_EPOCH = (1980, 1, 1, 0, 0, 0)  # fixed, so that the same result gives the same bytes
_FORMATS = {  # file: format
    "new_units.shp.zip": "shp",
    "new_units.gpkg": "gpkg",
    "new_units.fgb": "fgb",
    "new_units.parquet": "parquet",
    "new_units.csv": "csv",
    "new_units.xlsx": "xlsx",
}
_ALL = "geo_merge.zip"
# Papers, and what makes each: Word has typst draw its maps.
_PAPERS = {"dossier.docx": ("docx", "typst"), "dossier.pdf": ("typst",)}

_MADE = "papers_made"  # of the session: what each of the papers was made of, and its bytes


def show() -> None:
    """Draw the page."""
    loaded = current()
    result = loaded.result
    allowed = False
    if result.has_errors:
        st.error(t("ui.has_errors", count=state.figure(result.errors)), icon=":material/error:")
        allowed = st.checkbox(t("ui.allow_errors"), key="allow_errors")
    st.header(t("ui.everything"), anchor=False)
    _offer(_ALL, partial(everything, loaded, state.language(), allow_errors=allowed), primary=True)
    outside = around_section.show(loaded)
    makes = [name for name, needs in _PAPERS.items() if all(map(find_spec, needs))]
    seats = declared_seats(loaded, current_work()) if makes else None
    for name in makes:
        paper = papers(loaded, state.language(), name, outside, seats=seats, allow_errors=allowed)
        around = "" if outside is None else outside.inputs
        _offer_papers(name, f"{loaded.key} {state.language()} {around} {seats} {allowed}", paper,
                      disabled=result.has_errors and not allowed)  # fmt: skip
    if not makes:
        small(t("ui.no_papers"))
    sheet_section.show(loaded, outside, disabled=result.has_errors and not allowed)
    st.header(t("ui.single_files"), anchor=False)
    for name, make in files(loaded, state.language()).items():
        needs_result = name.startswith(("new_units", "map"))
        _offer(name, make, disabled=needs_result and result.has_errors and not allowed)


def _offer(
    name: str, make: Callable[[], bytes], *, disabled: bool = False, primary: bool = False
) -> None:
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.text(t(f"file.{name}"))
    right.download_button(
        name, make, name, key=f"file_{name}", on_click="ignore", disabled=disabled,
        icon=":material/download:", width="stretch", type="primary" if primary else "secondary",
    )  # fmt: skip


def _offer_papers(
    name: str, key: str, make: Callable[[Progress], bytes], *, disabled: bool
) -> None:
    """Offer papers that are made, else to make them: that takes a minute, and can be stopped."""
    made = st.session_state.setdefault(_MADE, {})
    if made.get(name, ("", b""))[0] == key:
        _offer(name, lambda: made[name][1], disabled=disabled, primary=True)
        return
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.text(t(f"file.{name}"))
    if right.button(t("ui.make_papers", file=name), key=f"make_{name}", disabled=disabled,
                    icon=":material/edit_document:", width="stretch"):  # fmt: skip
        with (
            steps(t("ui.making_papers"), stop="papers_stop") as (tell, queued),
            turns().take(queued),
        ):
            made[name] = key, worker.run(make, tell)
        st.rerun()


def files(loaded: Loaded, language: Language) -> dict[str, Callable[[], bytes]]:
    """Return what makes each single file: those of the contract, then the other formats."""
    result = with_digits(loaded.result)
    contract = {
        file.name: partial(single, result, file, language)
        for file in CONTRACT
        if file.is_in(result)
    }
    others = {name: partial(in_format, result, kind, name) for name, kind in _FORMATS.items()}
    return {
        **contract,
        "map.html": lambda: map_html(
            result,
            language=language,
            standards=scales_of(loaded.result.summary.get("country")),
        ).encode(),
        **others,
    }


def single(result: MergeResult, file: ContractFile, language: Language) -> bytes:
    """Return a file of the contract, as the command line writes it."""
    with scratch() as folder:
        path = folder / file.name
        file.write(result, path, language)
        return path.read_bytes()


def in_format(result: MergeResult, kind: str, name: str) -> bytes:
    """Return the new units in a format, as the command line writes them."""
    with scratch() as folder:
        WRITERS[kind](result, folder)
        return (folder / name).read_bytes()


def declared_seats(loaded: Loaded, opened: Work | None) -> Path | None:
    """Return the declared table of the work, if the result was made with it and it has seats."""
    for path in () if opened is None else opened.files("declared"):
        ours = loaded.inputs.get(path.name) == sha256(path)
        if ours and has_seats(read_table(path, country=VIETNAM)):
            return path
    return None


def papers(
    loaded: Loaded, language: Language, name: str = "dossier.docx", outside: Outside | None = None,
    *, seats: Path | None = None, allow_errors: bool,
) -> Callable[[Progress], bytes]:  # fmt: skip
    """Return what makes the papers of a result, in whatever process.

    Parameters
    ----------
    loaded, language, allow_errors
        The result, the language of the papers, and whether they are made in spite of errors.
    name
        What the file is called, by whose ending it is written.
    outside
        Units that lie around the land.
    seats
        The declared table with seats of the new units; a plan that was merged has its own.
    """
    return partial(
        papers_of, loaded.result, name, language, country=VIETNAM, outside=outside,
        plan=loaded.plan, seats=seats, inputs=loaded.inputs, options=loaded.options,
        allow_errors=allow_errors,
    )  # fmt: skip


def everything(loaded: Loaded, language: Language, *, allow_errors: bool) -> bytes:
    """Return all files of the contract in one zip; a session's language is not known here."""
    buffer = io.BytesIO()
    with scratch() as folder:
        paths = write(
            loaded.result, folder, allow_errors=allow_errors, inputs=loaded.inputs,
            options={**loaded.options, "formats": [], "allow_errors": allow_errors},
            language=language,
        )  # fmt: skip
        with zipfile.ZipFile(buffer, "w") as archive:
            for path in paths:
                entry = zipfile.ZipInfo(path.name, _EPOCH)
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
