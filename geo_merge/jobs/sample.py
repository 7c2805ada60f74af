"""The embedded sample, wherever geo_merge is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

from geo_merge.errors import ExportError
from geo_merge.vocabulary.sentence import sentence
from geo_merge.wording.failures import reason_of

_PACKAGE = Path(__file__).parents[1]


def _installed_or_beside(inside: str, beside: str) -> Path:
    """Return a file or folder of the project: inside the package if installed, else beside it."""
    installed = _PACKAGE / inside
    return installed if installed.exists() else _PACKAGE.parent / beside


def shapes_folder() -> Path:
    """Return the folder with the sample."""
    return _installed_or_beside("shapes", "shapes")


def app_file() -> Path:
    """Return the page that ``geo-merge app`` opens.

    Streamlit lets a script import what lies beside it before anything else, so that it has a
    folder of its own: no module of the package hides one of Python's.
    """
    return _installed_or_beside("page/app.py", "app.py")


def sample_files() -> tuple[list[Path], Path]:
    """Return the layers of the sample and their crosswalk."""
    folder = shapes_folder()
    return sorted(folder.glob("*.shp")), folder / "crosswalk.csv"


def copy_sample(directory: Path) -> list[Path]:
    """Copy the sample to a folder and return the copies."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return [
            Path(shutil.copy2(path, directory / path.name))
            for path in sorted(shapes_folder().iterdir())
            if path.is_file()
        ]
    except OSError as error:
        raise ExportError(
            sentence("write.folder", directory=directory, why=reason_of(error))
        ) from error


# Tells the page which result to open with.
RESULT_VARIABLE = "GEO_MERGE_RESULT"
# Names a copy of the official boundaries, for servers without internet.
MIRROR_VARIABLE = "GEO_MERGE_MIRROR"
