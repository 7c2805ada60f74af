"""Fixtures of tests in a browser: the page, a browser without a network, a tab that notes errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browsing import Tab
    from playwright.sync_api import Browser

# Playwright is imported by the tests that need it alone.
_OPEN: list[Browser] = []
_UNTIL = ExitStack()
_FILES: set[Path] = set()


@pytest.fixture(scope="session")
def server(_work: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of the page, which can fetch nothing."""
    from browsing import serving  # noqa: PLC0415

    with serving(GEO_MERGE_MIRROR=str(tmp_path_factory.mktemp("mirror") / "none")) as address:
        yield address


@pytest.fixture(scope="module")
def browser(chromium: str) -> Browser:
    """Give the browser of this process, which stays open for the next files that need one."""
    from browsing import browsing  # noqa: PLC0415

    if not _OPEN:
        _OPEN.append(_UNTIL.enter_context(browsing(chromium)))
    return _OPEN[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files that need a browser follow each other."""
    _FILES.update(item.path for item in items if "browser" in getattr(item, "fixturenames", ()))
    items.sort(key=lambda item: item.path not in _FILES)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Close the browser before files that need none: Playwright's loop is in the way of others."""
    if item.path not in _FILES:
        _close()


def pytest_sessionfinish() -> None:
    """Close the browser with the last test."""
    _close()


def _close() -> None:
    _OPEN.clear()
    _UNTIL.close()


@pytest.fixture
def tab(browser: Browser, server: str, shot: Callable[[], Path | None]) -> Iterator[Tab]:
    """Give a tab that may ask nobody but the page, and must not raise an error."""
    from browsing import opened  # noqa: PLC0415

    with opened(browser, home=server, shot=shot) as it:
        yield it
        assert it.wrong == []
