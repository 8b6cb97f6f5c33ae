"""At a desk: what lies here, take it, read it, decide, and back to the queue."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.actions.attend import retry
from routing.actions.claim import claim, reassign, release
from routing.domain.desks import Desk
from routing.domain.errors import (
    HeldByAnother,
    NotAtThisDesk,
    UnknownDesk,
    UnknownTrackingCode,
)
from routing.domain.identifiers import check_tracking_code
from routing.domain.people import Action, Place
from routing.office import Office
from routing.reading.application_file import number_with_code
from routing.reading.desk_queue import Place as QueuePlace
from routing.reading.desk_queue import QueueRow, desk_counts, queue, untaken
from routing.reading.whereabouts import whereabouts
from routing.web.application_view import see_application, see_timeline
from routing.web.clock_view import clock_view
from routing.web.file_facts import file_facts
from routing.web.numbers_in_addresses import ApplicationHere, application_number, visit_number
from routing.web.paper_view import see_papers
from routing.web.rendering import go_to, show, wording_of
from routing.web.visitors import OfficeHere, OwnForm, SignedIn, Staff

router = APIRouter(include_in_schema=False)

#: So many documents are looked at for one that this person can take, before giving up.
_LOOKED_THROUGH = 200


@router.get("/desks")
def desks_page(request: Request, office: OfficeHere, staff: SignedIn) -> HTMLResponse:
    """The person's desks with what lies there; a manager sees every desk."""
    shown = tuple(
        desk for code, desk in staff.directory.desks.items() if staff.may(Action.SEE_QUEUE, Place(desks=(code,)))
    )
    counts = desk_counts(office, [desk.code for desk in shown])
    return show(request, "desk/desks.html", desks=shown, counts=counts)


@router.get("/desks/{code}")
def queue_page(request: Request, office: OfficeHere, staff: SignedIn, code: str, behind: str = "") -> HTMLResponse:
    """The desk's queue, most urgent first."""
    desk = _desk(staff, code)
    page = queue(office, code, _place(behind))
    counts = desk_counts(office, [code])[code]
    may_find_one = code in staff.desks and counts.here > 0
    return show(
        request,
        "desk/queue.html",
        desk=desk,
        page=page,
        counts=counts,
        behind=behind,
        next=_cursor(page.next),
        takeable={row.place for row in page.rows if _is_free(row) and _may_take(staff, code, row)},
        takes_next=may_find_one and any(_takeable(office, staff, code)),
    )


@router.post("/desks/{code}/next")
def take_next(office: OfficeHere, staff: SignedIn, _form: OwnForm, code: str) -> Response:
    """Takes the document that is due first."""
    _desk(staff, code)
    for row in _takeable(office, staff, code):
        try:
            claim(office, row.number, visit=row.visit, person_id=staff.person.id)
        except (HeldByAnother, NotAtThisDesk):
            continue
        return go_to(f"/applications/{row.number}", told="taken", number=row.number)
    return go_to(f"/desks/{code}", told="nothing-to-take")


@router.get("/find")
def find(office: OfficeHere, _staff: SignedIn, q: str = "") -> Response:
    """From a number or a tracking code, typed or scanned, to the application."""
    typed = q.strip().rsplit("/", 1)[-1]
    try:
        code = check_tracking_code(typed)
    except UnknownTrackingCode:
        return go_to(f"/applications/{application_number(typed)}")
    with office.reading() as connection:
        number = number_with_code(connection, code)
    if number is None:
        raise UnknownTrackingCode(code=typed)
    return go_to(f"/applications/{number}")


@router.get("/applications/{number}")
def application_page(
    request: Request, office: OfficeHere, staff: SignedIn, number: str, before: str = ""
) -> HTMLResponse:
    """The file: what it is, where it lies, what this person can do next, what happened."""
    view = see_application(office, staff, application_number(number))
    timeline = see_timeline(request, office, staff, view, before)
    wording = wording_of(request)
    papers = see_papers(office, staff, view, wording)
    facts = file_facts(view, wording, office.time_zone)
    found = whereabouts(office, view.file.application.number)
    clock = clock_view(found, wording, staff.directory.names(wording.language), office.time_zone)
    return show(
        request,
        "desk/application.html",
        view=view,
        file=view.file,
        timeline=timeline,
        papers=papers,
        facts=facts,
        clock=clock,
    )


@router.post("/applications/{number}/visits/{visit}/claim")
def claim_here(office: OfficeHere, staff: SignedIn, _form: OwnForm, number: ApplicationHere, visit: str) -> Response:
    """Takes the document."""
    claim(office, number, visit=visit_number(visit), person_id=staff.person.id)
    return go_to(f"/applications/{number}", told="taken", number=number)


@router.post("/applications/{number}/visits/{visit}/release")
def release_here(office: OfficeHere, staff: SignedIn, _form: OwnForm, number: ApplicationHere, visit: str) -> Response:
    """Gives the document back to the queue."""
    release(office, number, visit=visit_number(visit), person_id=staff.person.id)
    return go_to(f"/applications/{number}", told="released", number=number)


@router.post("/applications/{number}/visits/{visit}/retry")
def retry_here(office: OfficeHere, staff: SignedIn, _form: OwnForm, number: ApplicationHere, visit: str) -> Response:
    """Lets the program of the desk try again."""
    retry(office, number, visit=visit_number(visit), person_id=staff.person.id)
    return go_to(f"/applications/{number}", told="retried", number=number)


@router.post("/applications/{number}/visits/{visit}/reassign")
def reassign_here(office: OfficeHere, staff: SignedIn, form: OwnForm, number: ApplicationHere, visit: str) -> Response:
    """Passes the document to another desk of the step."""
    desk = form.choice("next_desk") or ""
    reassign(office, number, visit=visit_number(visit), desk=desk, person_id=staff.person.id)
    return go_to(f"/applications/{number}", told="reassigned", number=number)


def _takeable(office: Office, staff: Staff, desk: str) -> Iterator[QueueRow]:
    """What nobody holds and this person can take, oldest first."""
    return (row for row in untaken(office, desk, _LOOKED_THROUGH) if _may_take(staff, desk, row))


def _is_free(row: QueueRow) -> bool:
    return row.holder is None or row.has_lapsed


def _may_take(staff: Staff, desk: str, row: QueueRow) -> bool:
    """Whether it waits for this person; what waits for the applicant is not taken but handed in."""
    return row.step.waits_for != "applicant" and staff.may(Action.CLAIM, Place(desks=(desk,), roles=row.step.roles))


def _desk(staff: Staff, code: str) -> Desk:
    """The desk, if this person may see what lies there. Raises UnknownDesk, NotAllowed."""
    desk = staff.directory.desks.get(code)
    if desk is None:
        raise UnknownDesk(desk=code[:100], known=", ".join(staff.directory.desks))
    staff.require(Action.SEE_QUEUE, Place(desks=(code,)))
    return desk


def _cursor(place: QueuePlace | None) -> str | None:
    if place is None:
        return None
    said = [place[0].isoformat(), place[1].isoformat(), place[2]]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


def _place(cursor: str) -> QueuePlace | None:
    """A cursor nobody gave out begins at the oldest."""
    try:
        due, since, application_id = json.loads(base64.urlsafe_b64decode(cursor))
        due_at, arrived_at = datetime.fromisoformat(due), datetime.fromisoformat(since)
        place = (due_at.astimezone(UTC), arrived_at.astimezone(UTC), int(application_id))
    except (ValueError, TypeError, OverflowError, binascii.Error):
        return None
    has_zone = due_at.tzinfo is not None and arrived_at.tzinfo is not None
    return place if has_zone and abs(place[2]) < 2**63 else None
