"""Cookies, forged forms and response headers: what every page has, so that no page has to think of it."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routing.domain.errors import RequestForged

SESSION_COOKIE = "satuatap"
#: Ties the forms of a visitor who has not signed in to their browser.
VISITOR_COOKIE = "satuatap-visitor"
LANGUAGE_COOKIE = "satuatap-language"

_POLICY = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    # Not "no-referrer": a browser would then send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_UNDER_TLS = {"strict-transport-security": "max-age=31536000"}


class SecurityHeaders:
    """Puts the headers on every response, whoever wrote it. Caches keep what is in ``/static`` and drawings."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and completes what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    # A response may have a policy of its own: it knows better what it is.
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.update(_UNDER_TLS)
                # Addresses of static files carry their content's hash.
                is_static = scope["path"].startswith("/static/") and message["status"] in (200, 304)
                if is_static:
                    headers["cache-control"] = "public, max-age=31536000, immutable"
                # A drawing of a route is everybody's: it may be kept, if it is asked about each time.
                elif headers.get("cache-control") != "no-cache" or "etag" not in headers:
                    headers["cache-control"] = "no-store"
            await send(message)

        await self.app(scope, receive, complete)


def cookie(request: Request, name: str) -> str | None:
    """The cookie's value."""
    return request.cookies.get(_full_name(request, name))


def set_cookie(request: Request, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Sets a cookie scripts cannot read; under TLS it never travels in the open, and only we can have set it."""
    response.set_cookie(
        _full_name(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=_is_tls(request),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Makes the browser forget the cookie."""
    response.delete_cookie(_full_name(request, name), path="/", secure=_is_tls(request), httponly=True, samesite="lax")


def require_own_form(request: Request, sent: str, expected: str | None) -> None:
    """The form came from a page that we showed to this very visitor. Raises RequestForged."""
    if not expected or not hmac.compare_digest(sent.encode(), expected.encode()) or _is_foreign(request):
        raise RequestForged


def travels_in_the_open(request: Request, *, everywhere: bool) -> bool:
    """Whether others on the network can read along: plain HTTP, ``everywhere`` or not within one machine."""
    if everywhere or _is_tls(request):
        return not _is_tls(request)
    host = request.url.hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def local_path(wanted: str | None) -> str:
    """The path if it is one of ours, else the start: nobody is sent elsewhere by a link that begins here."""
    is_ours = bool(wanted) and wanted is not None and wanted.startswith("/") and wanted[1:2] not in ("/", "\\")
    return wanted if is_ours and wanted is not None and wanted.isprintable() and "\\" not in wanted else "/staff"


def _is_foreign(request: Request) -> bool:
    """What the browser itself says of where the form stood."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _is_tls(request: Request) -> bool:
    return request.url.scheme == "https"


def _full_name(request: Request, name: str) -> str:
    return f"__Host-{name}" if _is_tls(request) else name
