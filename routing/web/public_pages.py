"""For everybody: what is offered, and where an application stands. Nothing personal is shown and nothing kept."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.domain.errors import UnknownService, UnknownTrackingCode
from routing.domain.identifiers import check_tracking_code
from routing.reading.application_file import number_with_code
from routing.reading.catalogue import directory, services_in_force
from routing.reading.log_receipts import receipts_with_code
from routing.reading.public_status import Turn, public_status
from routing.reading.whereabouts import for_the_public, whereabouts
from routing.web.clock_view import ClockView, public_clock_view
from routing.web.receipt_pages import receipt_qr
from routing.web.rendering import go_to, show, wants_json, wording_of
from routing.web.service_page import service_page
from routing.web.visitors import OfficeHere, limits_of

router = APIRouter(include_in_schema=False)


@router.get("/")
def start(request: Request, office: OfficeHere) -> HTMLResponse:
    """The box for the tracking code, and the services with what they ask for."""
    return _start(request, office)


@router.get("/services/{code}")
def service(request: Request, office: OfficeHere, code: str) -> HTMLResponse:
    """What one service asks, costs and promises: the part of its standard that has to be public."""
    known = {workflow.service: workflow for workflow in services_in_force(office)}
    if code not in known:
        raise UnknownService(service=code[:100], known=", ".join(known) or "-")
    page = service_page(known[code], wording_of(request), office.now().date())
    with office.reading() as connection:
        unit = directory(connection).units.get(known[code].unit)
    return show(request, "public/service.html", page=page, unit=unit)


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
        number = number_with_code(connection, found.tracking_code)
    why = for_the_public(whereabouts(office, number)) if number is not None else None
    clock = public_clock_view(why, wording_of(request), office.time_zone) if why is not None else ClockView()
    receipts = receipts_with_code(office, found.tracking_code)
    page = show(
        request,
        "public/status.html",
        status_of=found,
        unit=unit,
        turns=Turn,
        clock=clock,
        receipts=receipts,
        log_qr=receipt_qr(receipts[0].receipt.text, scale=2),
    )
    page.headers["X-Robots-Tag"] = "noindex"
    return page


def _start(request: Request, office: OfficeHere, *refusals: UnknownTrackingCode, typed: str = "") -> HTMLResponse:
    services, today = services_in_force(office), office.now().date()
    return show(request, "public/start.html", refusals=refusals, here="/", services=services, typed=typed, today=today)
