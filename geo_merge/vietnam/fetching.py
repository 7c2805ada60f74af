"""Files of public repositories: fetched one by one, checked by hash, kept in the user's cache."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

import pooch
import requests

from geo_merge.errors import FetchError
from geo_merge.vocabulary.sentence import sentence

_AT_ONCE = 8
_TIMEOUT = 30  # seconds without an answer
# Called with how many files are there, and of how many.
Count = Callable[[int, int], None]


@dataclass(frozen=True)
class Repository:
    """A folder of a repository on GitHub, at one commit."""

    name: str
    commit: str
    folder: str

    @property
    def source(self) -> str:
        """The address that its files lie below."""
        return f"https://raw.githubusercontent.com/{self.name}/{self.commit}/{self.folder}/"


def fetch_files(
    repository: Repository,
    registry: Mapping[str, str],
    *,
    mirror: str | None = None,
    cache: Path | None = None,
    count: Count = lambda _n, _all: None,
) -> list[Path]:
    """Fetch files, and return where they are.

    Parameters
    ----------
    repository
        Where they are published.
    registry
        The hash of each, by its path.
    mirror
        A folder or address with a copy of the repository, or of its folder.
    cache
        Where fetched files are kept; a folder of the user's cache by default.
    count
        Called after each file.

    Raises
    ------
    FetchError
        If a file cannot be had, or is not the published one.
    """
    folder = cache or Path(pooch.os_cache("geo_merge")) / repository.commit[:8]
    base, downloader = _source(repository, mirror)
    store = pooch.create(path=folder, base_url=base, registry=dict(registry), retry_if_failed=1)
    pooch.get_logger().setLevel("WARNING")
    for parent in {(folder / path).parent for path in registry}:
        parent.mkdir(parents=True, exist_ok=True)  # pooch's own attempt races between threads

    def fetch(path: str) -> Path:
        return Path(store.fetch(path, downloader=downloader))

    result = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        futures = [pool.submit(fetch, path) for path in registry]
        try:
            for done, future in enumerate(futures, start=1):
                result.append(future.result())
                count(done, len(futures))
        except (requests.RequestException, OSError, ValueError) as error:
            pool.shutdown(cancel_futures=True)
            raise _explained(error, base) from error
    return result


def _explained(error: Exception, base: str) -> FetchError:
    if isinstance(error, requests.ConnectionError | requests.Timeout):
        host = urlparse(base).netloc
        return FetchError(sentence("fetch.silent", host=host))
    if isinstance(error, requests.HTTPError):
        return FetchError(sentence("fetch.refused", reason=error))
    if isinstance(error, ValueError):  # pooch: the hash differs
        return FetchError(sentence("fetch.other", reason=error))
    return FetchError(sentence("fetch.incomplete", base=base, reason=error))


def _source(
    repository: Repository, mirror: str | None
) -> tuple[str, Callable[[str, str, object], None]]:
    if mirror is None:
        return repository.source, _download
    if urlparse(mirror).scheme in {"http", "https"}:
        return mirror.rstrip("/") + "/", _download
    folder = Path(mirror)
    if not folder.is_dir():
        raise FetchError(sentence("fetch.no_folder", mirror=mirror))
    inner = folder / repository.folder
    return f"{inner if inner.is_dir() else folder}/", _copy


def _download(url: str, output: str, pooch_: object) -> None:
    """Fetch a file from a server; an answer that is none leaves no connection open."""
    try:
        pooch.HTTPDownloader(timeout=_TIMEOUT)(url, output, pooch_)
    except requests.HTTPError as error:
        if error.response is not None:
            error.response.close()
        raise


def _copy(url: str, output: str, pooch_: object) -> None:
    """Copy a file of a mirror: the downloader of folders."""
    del pooch_
    shutil.copyfile(url, output)
