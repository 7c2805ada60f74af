"""A piece of work: the files that were given for it, what was chosen, and what was made of them.

It has a folder of its own (`system.works`), whose name is in the address of the page.
"""

from __future__ import annotations

import hashlib
import pickle
import platform
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import orjson
import pandas as pd

from geo_merge.jobs.job import Job
from geo_merge.mending import RepairOptions
from geo_merge.reading import kinds
from geo_merge.reading.containers import files_of
from geo_merge.system.scratch import scratch
from geo_merge.system.works import discard, works
from geo_merge.units.unlisted import Unlisted
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vocabulary.country import PLAIN
from geo_merge.writing.files import whole_file

Role = Literal["layers", "crosswalk", "reference", "declared", "text", "outline", "divide", "water",
               "enclave", "table", "around"]  # fmt: skip
LAND: tuple[Role, ...] = ("outline", "divide", "water", "enclave")
_SEVERAL = {
    "layers",
    "reference",
}  # roles that more files are added to; of others one replaces the last
_OF_PARTS = {"layers", "reference", "around", *LAND}  # files that may have parts
_CHUNK = 2**20
_ABOUT, _DECIDED, _FILES, _TABLE = "work.json", "decided.json", "files", "table"
# What is kept of a run is read again by the same programs alone.
_PACKAGES = ("geo-merge", "geopandas", "pandas", "shapely", "pyproj")
_BROKEN = (OSError, pickle.UnpicklingError, AttributeError, ImportError, EOFError, IndexError,
           KeyError, TypeError, ValueError)  # fmt: skip
# Choices that are options of a job; the fields of parents go by their roles.
_OPTIONS = ("code_field", "name_field", "population_field", "reference_code_field",
            "reference_name_field", "divide_code_field", "crs", "encoding")  # fmt: skip
FIELDS = ("unit_type", "district_code", "district", "province_code", "province")


class Work:
    """A piece of work in its folder; everything is read from there, and written at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        """What it is called in the address."""
        return self.folder.name

    def files(self, role: Role) -> list[Path]:
        """Return the files given in a role, in the order in which they came; of layers no parts."""
        return [self.folder / _FILES / name for name in self._about()["files"].get(role, [])]

    def take(self, role: Role, paths: Iterable[Path]) -> None:
        """Move files in, with those that belong with them: beside the others, or in their place."""
        groups = [files_of(path) if role in _OF_PARTS else [path] for path in paths]
        if role in _SEVERAL:
            given = {path.name for group in groups for path in group}
            self.remove(role, [p for p in self.files(role) if p.name in given])
        else:
            self.remove(role, self.files(role))
        folder = self.folder / _FILES
        folder.mkdir(exist_ok=True)
        names = []
        for group in groups:
            stem = _free_stem(folder, group)
            for path in group:
                shutil.move(path, folder / _under(stem, path))
            main = next(p for p in group if p.suffix.lower() not in kinds.PART_OF)
            names.append(_under(stem, main))
        about = self._about()
        about["files"][role] = [*about["files"].get(role, []), *names]
        self._write(about)

    def copy(self, role: Role, paths: Iterable[Path]) -> None:
        """Take copies of files in, which stay where they are."""
        with scratch() as folder:
            self.take(role, [Path(shutil.copy2(path, folder)) for path in paths])

    def remove(self, role: Role, paths: Iterable[Path]) -> None:
        """Remove files of a role; the table that was made of a crosswalk goes with it."""
        gone = [path.name for path in paths]
        about = self._about()
        about["files"][role] = [n for n in about["files"].get(role, []) if n not in gone]
        self._write(about)
        for name in gone:
            path = self.folder / _FILES / name
            for part in files_of(path) if path.exists() and role != "text" else [path]:
                part.unlink(missing_ok=True)
        if role == "crosswalk" and gone:
            shutil.rmtree(self.folder / _TABLE, ignore_errors=True)
            self.choose({"columns": {}})

    @property
    def crosswalk(self) -> Path | None:
        """The table to merge by: as it was mapped and corrected, else as it was given."""
        made = sorted((self.folder / _TABLE).glob("*.csv"))
        return next(iter(made or self.files("crosswalk")), None)

    @property
    def is_corrected(self) -> bool:
        """Whether the table is no longer the file that was given."""
        return any((self.folder / _TABLE).glob("*.csv"))

    def given_as(self, path: Path) -> Path:
        """Return the file that somebody gave for one that the merger reads."""
        if path.parent != self.folder / _TABLE:
            return path
        return next(iter(self.files("crosswalk")), path)

    def correct(self, table: pd.DataFrame) -> None:
        """Put a table of our own headings in the place of the crosswalk that was given."""
        (given,) = self.files("crosswalk")
        folder = self.folder / _TABLE
        folder.mkdir(exist_ok=True)
        with whole_file(folder / f"{given.stem}.csv") as temporary:
            table.to_csv(temporary, index=False, lineterminator="\n")

    @property
    def choices(self) -> dict[str, Any]:
        """What was chosen by hand: fields, CRS, encoding, rules, limits, a repair, and more."""
        chosen: dict[str, Any] = self._about()["choices"]
        return chosen

    def choose(self, choices: Mapping[str, Any]) -> None:
        """Remember what was chosen, beside what else was; what is blank is chosen no longer."""
        about = self._about()
        chosen = {
            name: value
            for name, value in {**about["choices"], **choices}.items()
            if value not in (None, "", [], {})
        }
        if about["choices"] != chosen:
            self._write({**about, "choices": chosen})

    @property
    def decided(self) -> dict[str, Any]:
        """What was decided on findings and defects; see `ui.decided`."""
        return _read(self.folder / _DECIDED, {})

    def decide(self, decided: Mapping[str, Any]) -> None:
        """Remember all that was decided."""
        with whole_file(self.folder / _DECIDED) as temporary:
            temporary.write_bytes(orjson.dumps(decided))

    def job(self) -> Job:
        """Return the merger of this work."""
        return with_choices(
            Job(
                old=tuple(self.files("layers")),
                crosswalk=self.crosswalk,
                reference=tuple(self.files("reference")),
                declared=next(iter(self.files("declared")), None),
                outline=next(iter(self.files("outline")), None),
                divide=next(iter(self.files("divide")), None),
                water=next(iter(self.files("water")), None),
                enclave=tuple(map(str, self.files("enclave"))),
                columns={} if self.is_corrected else self.choices.get("columns", {}),
            ),
            self.choices,
        )

    def keep(self, what: str, key: str, content: Any) -> None:  # noqa: ANN401 - whatever was made
        """Keep what was made of inputs with a key, so that it need not be made again."""
        with whole_file(self.folder / what) as temporary:
            temporary.write_bytes(pickle.dumps((_versions(), key, content)))
        works().sweep(spared=self.folder)

    def kept(self, what: str, key: str | None = None) -> Any:  # noqa: ANN401 - whatever was made
        """Return what was kept, of these inputs if a key is given; None if there is none.

        Nobody but this user may write to the folder, so that it may be unpickled.
        """
        try:
            versions, its, content = pickle.loads((self.folder / what).read_bytes())  # noqa: S301
        except _BROKEN:
            return None
        return content if versions == _versions() and key in {None, its} else None

    def delete(self) -> None:
        """Remove everything at once."""
        discard(self.folder)

    def _about(self) -> dict[str, Any]:
        return _read(self.folder / _ABOUT, {"files": {}, "choices": {}})

    def _write(self, about: Mapping[str, Any]) -> None:
        with whole_file(self.folder / _ABOUT) as temporary:
            temporary.write_bytes(orjson.dumps(about))


def begin() -> Work:
    """Begin a piece of work; see `Works.begin`."""
    return Work(works().begin())


def find(name: str) -> Work | None:
    """Return work by its name in the address; None if it is gone."""
    folder = works().find(name)
    return None if folder is None else Work(folder)


def with_choices(job: Job, choices: Mapping[str, Any]) -> Job:
    """Return a job with what was chosen by hand."""
    layers = choices.get("layers", {})
    options: dict[str, Any] = {name: choices.get(name) or None for name in _OPTIONS}
    return replace(
        job,
        **options,
        fields={role: choices[role] for role in FIELDS if choices.get(role)},
        layers={path: layers[path.name] for path in job.inputs if layers.get(path.name)},
        unlisted=Unlisted(choices.get("unlisted") or Unlisted.REFUSE),
        accept=frozenset(choices.get("accept", ())),
        rules=choices.get("rules", {}),
        limits=tuple(f"{name}={value:.12g}" for name, value in choices.get("limits", {}).items()),
        below=choices.get("below"),
        repair=_repair(choices.get("repair", {})),
        country=PLAIN if choices.get("country") == "none" else VIETNAM,
    )


def _repair(chosen: Mapping[str, Any]) -> RepairOptions | None:
    """Return the repair that was chosen; None if it was not switched on."""
    told = {name: chosen[name] for name in ("rule", "tolerance", "snap") if name in chosen}
    return RepairOptions(**told) if chosen.get("on") else None


def _read(path: Path, blank: dict[str, Any]) -> dict[str, Any]:
    """Return what a file of ours says; what is blank if there is none."""
    try:
        content: dict[str, Any] = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        content = blank
    return content


def _versions() -> tuple[str, ...]:
    return (platform.python_version(), *map(version, _PACKAGES))


def _free_stem(folder: Path, group: Iterable[Path]) -> str:
    """Return the stem under which files that belong together take no other's name."""
    paths = list(group)
    first, number = paths[0].stem, 1
    stem = first
    while any((folder / _under(stem, path)).exists() for path in paths):
        number += 1
        stem = f"{first}_{number}"
    return stem


def _under(stem: str, path: Path) -> str:
    return f"{stem}{path.suffix}"


def content_key(paths: list[Path], options: Mapping[str, Any]) -> str:
    """Return a hash of the names and bytes of files, and of options."""
    digest = hashlib.sha256(repr(sorted(options.items())).encode())
    for path in paths:
        digest.update(path.name.encode())
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()[:24]
