"""The icons of the page: browsers get a font of those that it can show, a fifth of Streamlit's."""

from __future__ import annotations

import asyncio
import hashlib
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from geo_merge.errors import GeoMergeError
from geo_merge.maps import cache
from geo_merge.system import worker
from geo_merge.ui.icon_font import reduced

_STREAMLIT, _OWN = Path(st.__file__).parent, Path(__file__).parent
FONT = next(_STREAMLIT.glob("static/static/media/MaterialSymbols*.woff2"), None)
_ALL = "material_icon_names.py"  # Streamlit's list of those that there are
_FIRST = 5.0  # seconds in which the first map goes to the browser: making takes two of a processor
_WAIT = 0.3  # seconds for what is in the cache; else the whole font goes out this time


class Icons:
    """Answer requests for the font of icons with the smaller one, once that is made.

    It is made once a version, in a process of its own, and kept in the cache; without a cache it is
    not made.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._making: asyncio.Future[bytes | None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        content = None
        if FONT is not None and scope["type"] == "http" and scope["path"].endswith(f"/{FONT.name}"):
            if self._making is None:
                self._making = asyncio.get_running_loop().run_in_executor(None, _made, FONT)
            with suppress(TimeoutError):
                content = await asyncio.wait_for(asyncio.shield(self._making), _WAIT)
        if content is None:
            await self._app(scope, receive, send)
            return
        # Its address is that of the whole font, which another version may need: so it is asked for.
        mark = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
        headers = {"ETag": mark, "Cache-Control": "no-cache"}
        if Request(scope).headers.get("if-none-match") == mark:
            response = Response(status_code=304, headers=headers)
        else:
            response = Response(content, media_type="font/woff2", headers=headers)
        await response(scope, receive, send)


def programs() -> list[Path]:
    """Return the sources that name icons: ours and Streamlit's."""
    theirs = [*_STREAMLIT.glob("static/**/*.js"), *_STREAMLIT.rglob("*.py")]
    return [*sorted(_OWN.rglob("*.py")), *sorted(p for p in theirs if p.name != _ALL)]


def _made(font: Path) -> bytes | None:
    """Return the smaller font; None if it cannot be made or kept."""
    if cache.is_off():
        return None
    work = partial(reduced, font, programs())

    def make() -> bytes:
        time.sleep(_FIRST)
        # Once a version: no process is to stay in memory for it.
        return worker.run(work, lambda _: None, copied=False)

    with suppress(GeoMergeError, OSError):
        return cache.kept("icons", partial(_key, font), make)
    return None


def _key(font: Path) -> str:
    digest = hashlib.sha256(f"{st.__version__} {font.name}".encode())
    for path in sorted(_OWN.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
