"""How a body is read: JSON that says so, of a bounded size. Attachments are no JSON and take a route of their own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from routing.domain.errors import BodyTooLarge
from routing.web.api.refusals import NotJson

#: Most bytes of a body: an application is a page of text.
MOST_BYTES = 262_144


class JsonRoute(APIRoute):
    """Reads the body before FastAPI does, which would read any."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind the reading."""
        answer = super().get_route_handler()

        async def read_first(request: Request) -> Response:
            if request.method == "POST":
                await _read(request)
            return await answer(request)

        return read_first


async def _read(request: Request) -> None:
    """Raises BodyTooLarge, NotJson."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise BodyTooLarge(most=MOST_BYTES)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/json":
        raise NotJson
    # Where Starlette itself keeps a body that has been read.
    request._body = bytes(body)  # noqa: SLF001 - see above
