"""The server of the page: whom it answers, and what it does before the first one asks."""

from __future__ import annotations

import asyncio
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from geo_merge.system.scratch import sweep

PAGE = Path(__file__).with_name("page.py")


def middleware() -> list[Middleware]:
    """Refuse requests that name another host: a page elsewhere whose name leads to this machine.

    Streamlit's ``server.allowedHosts`` says which names are ours; Streamlit itself looks at it when
    a session begins, and not when a file is asked for.
    """
    hosts = list(st.get_option("server.allowedHosts")) or ["*"]
    return [Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)]


@asynccontextmanager
async def serving(_app: st.App) -> AsyncIterator[None]:
    """Remove what servers that were killed have left, and open the page in a browser."""
    sweep()
    if not st.get_option("server.headless"):
        address = f"http://{st.get_option('server.address')}:{st.get_option('server.port')}"
        asyncio.get_running_loop().run_in_executor(None, webbrowser.open, address)
    yield
