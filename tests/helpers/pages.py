"""Fixtures of tests in a browser: the page, a browser without a network, a tab that notes errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browsing import Tab
    from playwright.sync_api import Browser

# Playwright is imported by the tests that need it alone.


@pytest.fixture(scope="session")
def server(_work: None) -> Iterator[str]:
    """Give the address of the page."""
    from browsing import serving  # noqa: PLC0415

    with serving() as address:
        yield address


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Give a browser."""
    from browsing import browsing  # noqa: PLC0415

    with browsing(chromium) as started:
        yield started


@pytest.fixture
def tab(browser: Browser, server: str, shot: Callable[[], Path | None]) -> Iterator[Tab]:
    """Give a tab that may ask nobody but the page, and must not raise an error."""
    from browsing import LONG, opened  # noqa: PLC0415

    with opened(browser, home=server, shot=shot) as it:
        it.page.set_default_timeout(LONG)  # machines may do much else meanwhile
        yield it
        assert it.wrong == []
