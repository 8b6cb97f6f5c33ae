"""An application as it stands, and what happened to it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from routing.reading.history import history
from routing.reading.whereabouts import whereabouts
from routing.web.api.clock_shape import ClockShape, clock_shape
from routing.web.api.cursors import LONGEST, Cursors
from routing.web.api.headers import etag
from routing.web.api.problems import says
from routing.web.api.shapes import ApplicationShape, Entries, application_shape, entry_shape
from routing.web.api.who_calls import TheReader
from routing.web.application_view import see_application
from routing.web.numbers_in_addresses import application_number
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/applications", tags=["applications"])

Number = Annotated[str, Path(max_length=200, description="As on the receipt.", examples=["SIP-DOKTER-2026-000001-8"])]
After = Annotated[str | None, Query(max_length=LONGEST, description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Items on a page.")]


@router.get("/{number}", responses=says(403, 404))
def see(office: OfficeHere, staff: TheReader, number: Number, response: Response) -> ApplicationShape:
    """The application, its open visits, and what the caller can do there. The ETag is its version."""
    view = see_application(office, staff, application_number(number))
    response.headers["ETag"] = etag(view.file.application.version)
    return application_shape(staff, view)


@router.get("/{number}/history", responses=says(403, 404))
def see_history(
    office: OfficeHere, staff: TheReader, number: Number, after: After = None, limit: Limit = 50
) -> Entries:
    """What happened to it, newest first."""
    view = see_application(office, staff, application_number(number))
    application = view.file.application
    cursors = Cursors(staff.session.token_hash, "history", application.id)
    place = cursors.read(after)
    page = history(
        office,
        application.id,
        before=int(str(place[0])) if place is not None else None,
        with_notes=view.shows_notes,
        most=limit,
    )
    following = cursors.write((page.next,)) if page.next is not None else None
    return Entries(items=[entry_shape(event) for event in page.events], next=following)


@router.get("/{number}/clock", responses=says(403, 404))
def see_clock(request: Request, office: OfficeHere, staff: TheReader, number: Number) -> ClockShape:
    """Why is it here: whose turn, since when, what it waits for, and how each due date came about, day by day."""
    found = whereabouts(office, application_number(number))
    return clock_shape(found, request.app.state.wordings, staff.directory, office.time_zone)
