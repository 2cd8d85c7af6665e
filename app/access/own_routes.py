"""Which addresses of our own are there, behind the gate?

``/access/still`` says whether the session goes on, ``/access/still.js`` asks it and clears the
screen when it does not. What other rooms offer (files to take away) is taken from them.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

_SCRIPT = Path(__file__).resolve().parent.parent / "static" / "still.js"


def our_routes() -> list[BaseRoute]:
    """Give our own addresses; the gate decides who may ask them."""
    routes: list[BaseRoute] = [
        Route("/access/still", _still),
        Route("/access/still.js", _script),
    ]
    if find_spec("components.downloads") is not None:
        routes += import_module("components.downloads").routes()
    return routes


async def _still(_request: Request) -> Response:
    return Response(status_code=204)


async def _script(_request: Request) -> Response:
    return FileResponse(_SCRIPT, media_type="text/javascript")
