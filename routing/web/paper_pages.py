"""Papers of an application: sent to it, and handed out to whoever may see who applies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse
from starlette.responses import Response

from routing.actions.attach import attach
from routing.actions.hand_in import hand_in
from routing.domain.people import Action
from routing.reading.application_file import application_file
from routing.reading.papers import paper_file
from routing.web.numbers_in_addresses import ApplicationHere, application_here, application_number, small_number
from routing.web.paper_view import where_attached
from routing.web.rendering import go_to
from routing.web.security import require_own_form
from routing.web.uploads import Sending, received
from routing.web.visitors import OfficeHere, OwnForm, SignedIn

router = APIRouter(include_in_schema=False)

#: A paper is saved, not shown; a browser that shows it all the same lets nothing in it run.
_SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


async def _own_sending(request: Request, office: OfficeHere, staff: SignedIn, number: str) -> AsyncIterator[Sending]:
    """What the form brings, sent from a page shown to this person, who may attach something here."""

    def may_attach() -> None:
        staff.require(Action.SEE_APPLICATION)
        where_attached(staff, application_file(office, application_here(request, number)))

    def check_token(sent: str) -> None:
        require_own_form(request, sent, staff.session.form_token)

    async with received(request, office, check_token=check_token, before=may_attach) as sending:
        yield sending


@router.post("/applications/{number}/papers")
def attach_here(
    office: OfficeHere, staff: SignedIn, sending: Annotated[Sending, Depends(_own_sending)], number: str
) -> Response:
    """Attaches the files: all of them, or none."""
    number = application_number(number)
    attach(office, number, sending.papers, person_id=staff.person.id)
    return go_to(f"/applications/{number}", told="attached", number=number)


@router.post("/applications/{number}/hand-in")
def hand_in_here(office: OfficeHere, staff: SignedIn, form: OwnForm, number: ApplicationHere) -> Response:
    """Records what the applicant brought on paper."""
    hand_in(office, number, form.all("paper"), person_id=staff.person.id)
    return go_to(f"/applications/{number}", told="handed-in", number=number)


@router.get("/applications/{number}/papers/{no}")
def hand_out(office: OfficeHere, staff: SignedIn, number: str, no: str) -> Response:
    """The paper, byte for byte as it was attached."""
    found = paper_file(
        office,
        application_number(number),
        small_number(no),
        person=staff.person,
        counters=tuple(staff.directory.counters),
        at=staff.at,
    )
    return FileResponse(
        found.path,
        media_type=found.paper.media_type,
        filename=found.name,
        headers={"content-security-policy": _SANDBOX},
    )
