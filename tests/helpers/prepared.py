"""Pieces of work as the page keeps them: opened by their address, no file need be given by hand."""

from __future__ import annotations

from pathlib import Path

from geo_merge.maps.display import drawn
from geo_merge.results.files import sha256
from geo_merge.ui import store, work
from geo_merge.ui.work import Role, Work, content_key


def given(**files: Path) -> Work:
    """Begin work with a copy of each file, by the role that it is given in."""
    roles: dict[Role, Path] = files  # type: ignore[assignment]
    mine = work.begin()
    for role, path in roles.items():
        mine.copy(role, [path])
    return mine


def merged(mine: Work) -> Work:
    """Merge the files of work, and keep the result as the page does."""
    job = mine.job()
    key = content_key(list(job.files.values()), job.options)
    inputs = {name: sha256(path) for name, path in job.files.items()}
    title = ", ".join(inputs)
    mine.keep(store.RESULT, key, store.Loaded(key, title, drawn(job.run()), inputs, job.options))
    return mine
