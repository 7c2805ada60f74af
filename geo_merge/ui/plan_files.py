"""Plans as files that are given and taken away: the folder of a plan in a ZIP, or a crosswalk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from geo_merge.errors import PlanError
from geo_merge.planning.adopt import plan_of_crosswalk
from geo_merge.planning.certificate import files_of_certificate
from geo_merge.planning.fit import fit
from geo_merge.planning.history import History
from geo_merge.planning.opening import of_other_files
from geo_merge.planning.plan import old_units_of
from geo_merge.planning.remembered import HISTORY, history_bytes, recalled
from geo_merge.planning.store import CROSSWALK, DOCUMENT, SavedPlan, files_of_plan, read_files
from geo_merge.reading.archive import BROKEN
from geo_merge.system.scratch import scratch
from geo_merge.ui import uploads
from geo_merge.ui.plan_work import Base, Work
from geo_merge.units.crosswalk import read_crosswalk
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

_EPOCH = (1980, 1, 1, 0, 0, 0)  # fixed, so that the same plan gives the same bytes
_MOST = 50_000_000  # bytes of a file in a ZIP: a plan of the country has two million
_WANTED = (CROSSWALK, DOCUMENT, HISTORY)


def plan_files(work: Work) -> dict[str, bytes]:
    """Return the files of the folder of a plan, and of its certificate if it was proposed."""
    files = files_of_plan(SavedPlan(work.plan, work.base.source))
    files[HISTORY] = history_bytes(work.history)
    if work.certificate is not None:
        files.update(files_of_certificate(work.certificate))
    return files


def zipped(files: dict[str, bytes], folder: str) -> bytes:
    """Return files in a folder of a ZIP; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", _EPOCH)
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def plan_of_file(upload: uploads.Upload, base: Base) -> tuple[History, tuple[Finding, ...]]:
    """Return the plan of a ZIP or a crosswalk for a layer, and what no longer fits.

    Raises
    ------
    PlanError
        If the ZIP holds no plan.
    GeoMergeError
        If the crosswalk cannot be read, or names no units of the layer.
    """
    with scratch() as folder:
        if upload.name.lower().endswith(".zip"):
            return _of_zip(bytes(upload.getbuffer()), upload.name, folder, base)
        table = read_crosswalk(uploads.put(folder, upload), country=VIETNAM)
        plan, found = plan_of_crosswalk(base.frame, table, country=VIETNAM)
        return History(plan), found


def _of_zip(
    content: bytes, name: str, folder: Path, base: Base
) -> tuple[History, tuple[Finding, ...]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = _wanted(archive)
    except BROKEN as error:
        raise PlanError(sentence("command.not_unpacked", file=name, reason=error)) from error
    if not {CROSSWALK, DOCUMENT} <= set(files):
        raise PlanError(sentence("command.no_plan", file=name))
    (folder / CROSSWALK).write_bytes(files[CROSSWALK])
    saved = read_files(files[DOCUMENT], folder / CROSSWALK)
    plan, found = fit(saved.plan, old_units_of(base.frame))
    history = recalled(files[HISTORY], plan) if HISTORY in files else History(plan)
    return history, (*of_other_files(saved.source, base.source), *found)


def _wanted(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Return the files of a plan in an archive, of whichever folder they are in."""
    found: dict[str, bytes] = {}
    for entry in _of_first_folder(archive.infolist()):
        if entry.file_size > _MOST:
            raise PlanError(
                sentence("command.large_plan", file=entry.filename, mb=entry.file_size / 1e6)
            )
        with archive.open(entry) as file:
            found[Path(entry.filename).name] = file.read(_MOST)
    return found


def _of_first_folder(entries: Iterable[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return the files of a plan in the first folder that holds one, each name once."""
    known = [e for e in entries if Path(e.filename).name in _WANTED]
    folders = [e.filename.rpartition("/")[0] for e in known if e.filename.endswith(DOCUMENT)]
    own = [e for e in known if folders and e.filename.rpartition("/")[0] == folders[0]]
    return list({Path(e.filename).name: e for e in own}.values())
