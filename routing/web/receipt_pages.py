"""The receipts of an application's entries, for whoever has its tracking code: one line each, to keep and to check."""

from __future__ import annotations

from typing import Any

import segno
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from routing.domain.errors import UnknownTrackingCode
from routing.domain.identifiers import check_tracking_code
from routing.reading.log_receipts import GivenReceipt, receipts_with_code
from routing.web.rendering import show
from routing.web.timeline import KIND_NAMES
from routing.web.visitors import OfficeHere, limits_of

router = APIRouter(include_in_schema=False)


@router.get("/t/{code}/receipts")
@router.get("/T/{code}/receipts")
def receipts_page(request: Request, office: OfficeHere, code: str) -> HTMLResponse:
    """All of them, the newest first."""
    given = _given(request, office, code)
    return _show(request, "public/receipts.html", given=given, code=check_tracking_code(code))


@router.get("/t/{code}/receipts/{seq}")
@router.get("/T/{code}/receipts/{seq}")
def receipt_page(request: Request, office: OfficeHere, code: str, seq: str) -> HTMLResponse:
    """One, with the QR code that holds the whole of it."""
    one = next((one for one in _given(request, office, code) if str(one.receipt.seq) == seq), None)
    if one is None:
        raise UnknownTrackingCode(code=code[:40])
    drawn = receipt_qr(one.receipt.text)
    return _show(request, "public/receipt.html", one=one, code=check_tracking_code(code), qr=drawn)


def receipt_qr(text: str, *, scale: int = 3) -> Markup:
    """The whole receipt as a QR code; not in capitals, for its hash tells large letters from small ones."""
    code = segno.make(text, error="l", micro=False)
    return Markup(code.svg_inline(scale=scale, border=2, omitsize=True))  # noqa: S704 - drawn by us, of our own text


def _given(request: Request, office: OfficeHere, code: str) -> list[GivenReceipt]:
    """Raises UnknownTrackingCode, the same for a slip and for a code nobody was given."""
    limits_of(request).tracking(request)
    given = receipts_with_code(office, check_tracking_code(code))
    if not given:
        raise UnknownTrackingCode(code=code[:40])
    return given


def _show(request: Request, template: str, **said: Any) -> HTMLResponse:
    page = show(request, template, kinds=KIND_NAMES, **said)
    page.headers["X-Robots-Tag"] = "noindex"
    return page
