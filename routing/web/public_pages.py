"""For everybody: what is offered, and where an application stands. Nothing personal is shown and nothing kept."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.domain.errors import UnknownTrackingCode
from routing.domain.identifiers import check_tracking_code
from routing.reading.catalogue import directory, services_in_force
from routing.reading.public_status import Turn, public_status
from routing.web.rendering import go_to, show, wants_json
from routing.web.visitors import OfficeHere, limits_of

router = APIRouter(include_in_schema=False)


@router.get("/")
def start(request: Request, office: OfficeHere) -> HTMLResponse:
    """The box for the tracking code, and the services with what they ask for."""
    return _start(request, office)


@router.get("/track")
def track(request: Request, office: OfficeHere, code: str = "") -> Response:
    """From the box to the page of the application."""
    limits_of(request).tracking(request)
    try:
        return go_to(f"/t/{check_tracking_code(code)}")
    except UnknownTrackingCode as refusal:
        if wants_json(request):
            raise
        return _start(request, office, refusal, typed=code[:40])


# A QR code in capitals is smaller, so both spellings lead here.
@router.get("/t/{code}")
@router.get("/T/{code}")
def status(request: Request, office: OfficeHere, code: str) -> Response:
    """Where the application stands and whose turn it is."""
    limits_of(request).tracking(request)
    try:
        found = public_status(office, code)
    except UnknownTrackingCode as refusal:
        if wants_json(request):
            raise
        return _start(request, office, refusal, typed=code[:40])
    with office.reading() as connection:
        unit = directory(connection).units.get(found.unit)
    page = show(request, "public/status.html", status_of=found, unit=unit, turns=Turn)
    page.headers["X-Robots-Tag"] = "noindex"
    return page


def _start(request: Request, office: OfficeHere, *refusals: UnknownTrackingCode, typed: str = "") -> HTMLResponse:
    services = services_in_force(office)
    return show(request, "public/start.html", refusals=refusals, here="/", services=services, typed=typed)
