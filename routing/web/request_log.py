"""One line of the log a request, and an id that every other line said meanwhile carries.

The line names the route and not the address: tracking codes and one-time links are secrets that stand in addresses.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routing.domain.errors import Refusal
from routing.telemetry import with_ids
from routing.web.numbers_in_addresses import application_number

HEADER = "x-request-id"
#: What a proxy's id may look like to be taken over; anything else could forge a line of the log.
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"})

_log = logging.getLogger(__name__)

#: Told of each request: method, route, status, seconds.
Watcher = Callable[[str, str, int, float], None]


class RequestLog:
    """Gives each request its id, says what became of it, and tells the watcher the same."""

    def __init__(self, app: ASGIApp, watched: Watcher) -> None:
        self.app, self.watched = app, watched

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope).get(HEADER, "")
        request = asked if _WELL_FORMED.fullmatch(asked) else secrets.token_hex(8)
        began, status = time.perf_counter(), 500

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request
            await send(message)

        with with_ids(request=request):
            try:
                await self.app(scope, receive, answered)
            finally:
                seconds = time.perf_counter() - began
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self.watched(method, route_of(scope), status, seconds)
                said = {"method": method, "route": route_of(scope), "status": status, "ms": round(seconds * 1000, 1)}
                _log.info("request", extra=said | _application(scope))


def route_of(scope: Scope) -> str:
    """The route's template, ``/desks/{code}`` for one; ``-`` for an address that is none of ours."""
    path = getattr(scope.get("route"), "path", None)
    if path:
        return str(path)
    return "/static" if scope["path"].startswith("/static/") else "-"


def _application(scope: Scope) -> dict[str, str]:
    """The application the address names, if it names one and names it well."""
    named = scope.get("path_params", {}).get("number")
    if named is None:
        return {}
    try:
        return {"application": application_number(named)}
    except Refusal:
        return {}
