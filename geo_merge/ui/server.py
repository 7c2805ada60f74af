"""The server of the page: whom it answers, and what it does before the first one asks."""

from __future__ import annotations

import asyncio
import gc
import os
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from geo_merge.errors import GeoMergeError
from geo_merge.jobs.sample import RESULT_VARIABLE
from geo_merge.system.scratch import sweep
from geo_merge.system.works import works
from geo_merge.ui import pages
from geo_merge.ui.icons import Icons

PAGE = Path(__file__).with_name("page.py")
_TEXTS = (".js", ".css")
_FIRST = 5.0  # seconds in which the first map goes to the browser
_LEVEL = 5  # of gzip: those above take twice the time for a hundredth less


class Compressed:
    """Compress scripts and style sheets of the page; downloads go as they are, most are zipped."""

    def __init__(self, app: ASGIApp) -> None:
        self.plain = app
        self.compressed = GZipMiddleware(app, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        is_text = scope["type"] == "http" and scope["path"].endswith(_TEXTS)
        await (self.compressed if is_text else self.plain)(scope, receive, send)


def middleware() -> list[Middleware]:
    """Compress what browsers read as text, and refuse requests that name another host.

    Such a request comes from a page elsewhere whose name leads to this machine.

    Streamlit's ``server.allowedHosts`` says which names are ours; Streamlit itself looks at it when
    a session begins, and not when a file is asked for.
    """
    hosts = list(st.get_option("server.allowedHosts")) or ["*"]
    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
        Middleware(Compressed),
        Middleware(Icons),
    ]


def get_ready() -> None:
    """Load what draws the map, and read what it shows, while the first browser finds its way here.

    Who asks for what fails is told.
    """
    pages.load_map()
    from geo_merge.ui import store  # noqa: PLC0415 - the server answers before it is there

    if os.environ.get(RESULT_VARIABLE):
        with suppress(GeoMergeError):
            store.read_directory()
    gc.freeze()  # what is imported stays: Streamlit looks for garbage after each click


def get_all_ready() -> None:
    """Load what draws the pages beside the map."""
    pages.load_all()
    gc.freeze()


@asynccontextmanager
async def serving(_app: st.App) -> AsyncIterator[None]:
    """Remove what servers that were killed have left, and open the page in a browser."""
    sweep()
    works().sweep()
    loop = asyncio.get_running_loop()
    loop.run_in_executor(None, get_ready)
    loop.call_later(_FIRST, loop.run_in_executor, None, get_all_ready)
    if not st.get_option("server.headless"):
        address = f"http://{st.get_option('server.address')}:{st.get_option('server.port')}"
        loop.run_in_executor(None, webbrowser.open, address)
    yield
