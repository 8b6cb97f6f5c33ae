"""Time on purpose: a manager lets a promise stand still and go on; a desk reports what is in its way.

A form that is refused for what was typed is shown again as it was, with what is wrong beside its input.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.actions.grant_pause import PauseEnd, PauseGrant, end_pause, grant_pause
from routing.actions.raise_obstacle import Obstacle, raise_obstacle
from routing.domain.errors import Kind, MalformedField, NotUtf8, Refusal, TextTooLong
from routing.domain.granted_pauses import GRANTABLE, NotGrantable
from routing.domain.people import Action, Place
from routing.domain.phrases import Phrase
from routing.domain.visits import visit_named
from routing.office import Office
from routing.web.application_view import see_application
from routing.web.limits_told import PAUSES
from routing.web.numbers_in_addresses import ApplicationHere, application_number, visit_number
from routing.web.posted_form import PostedForm
from routing.web.rendering import go_to, show, wants_json, wording_of
from routing.web.visitors import OfficeHere, OwnForm, SignedIn, Staff

router = APIRouter(prefix="/applications/{number}", include_in_schema=False)


@router.get("/pause")
def pause_page(request: Request, office: OfficeHere, staff: SignedIn, number: str) -> HTMLResponse:
    """Asks why the time stands still, and by which letter."""
    return _pause_form(request, office, staff, application_number(number), PostedForm())


@router.post("/pause")
def pause_here(
    request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm, number: ApplicationHere
) -> Response:
    """The promise stands still from now on."""
    said = PauseGrant(
        pause=form.text("pause"),
        reason=form.text("reason"),
        instrument=form.text("instrument"),
        seen_version=form.number("version"),
    )
    try:
        grant_pause(office, number, said, person_id=staff.person.id)
    except Refusal as refusal:
        if _is_for_a_page_of_its_own(request, refusal):
            raise
        return _pause_form(request, office, staff, number, form, refusal)
    return go_to(f"/applications/{number}", told="pause-granted", number=number)


@router.get("/continue")
def continue_page(request: Request, office: OfficeHere, staff: SignedIn, number: str) -> HTMLResponse:
    """Asks why the pause is over."""
    return _continue_form(request, office, staff, application_number(number), PostedForm())


@router.post("/continue")
def continue_here(
    request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm, number: ApplicationHere
) -> Response:
    """The promise runs again."""
    said = PauseEnd(reason=form.text("reason"), seen_version=form.number("version"))
    try:
        end_pause(office, number, said, person_id=staff.person.id)
    except Refusal as refusal:
        if _is_for_a_page_of_its_own(request, refusal):
            raise
        return _continue_form(request, office, staff, number, form, refusal)
    return go_to(f"/applications/{number}", told="pause-ended", number=number)


@router.get("/visits/{visit}/obstacle")
def obstacle_page(request: Request, office: OfficeHere, staff: SignedIn, number: str, visit: str) -> HTMLResponse:
    """Asks what is in the way."""
    return _obstacle_form(request, office, staff, application_number(number), visit_number(visit), PostedForm())


@router.post("/visits/{visit}/obstacle")
def report_here(
    request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm, number: ApplicationHere, visit: str
) -> Response:
    """Supervisor and head are told of it."""
    said = Obstacle(visit=visit_number(visit), reason=form.text("reason"))
    try:
        raise_obstacle(office, number, said, person_id=staff.person.id)
    except Refusal as refusal:
        if _is_for_a_page_of_its_own(request, refusal):
            raise
        return _obstacle_form(request, office, staff, number, visit_number(visit), form, refusal)
    return go_to(f"/applications/{number}", told="obstacle-reported", number=number)


def _pause_form(
    request: Request, office: Office, staff: Staff, number: str, form: PostedForm, *refusals: Refusal
) -> HTMLResponse:
    view = see_application(office, staff, number)
    staff.require(Action.GRANT_PAUSE)
    return show(
        request,
        "manager/pause.html",
        refusals=refusals,
        here=f"/applications/{number}/pause",
        file=view.file,
        form=form,
        pauses={one.value: PAUSES[one] for one in GRANTABLE},
        wrong=_wrong(request, refusals),
    )


def _continue_form(
    request: Request, office: Office, staff: Staff, number: str, form: PostedForm, *refusals: Refusal
) -> HTMLResponse:
    view = see_application(office, staff, number)
    staff.require(Action.GRANT_PAUSE)
    return show(
        request,
        "manager/continue.html",
        refusals=refusals,
        here=f"/applications/{number}/continue",
        file=view.file,
        form=form,
        why=PAUSES[view.file.paused.pause] if view.file.paused is not None and view.file.paused.pause else None,
        wrong=_wrong(request, refusals),
    )


def _obstacle_form(
    request: Request, office: Office, staff: Staff, number: str, no: int, form: PostedForm, *refusals: Refusal
) -> HTMLResponse:
    view = see_application(office, staff, number)
    visit = visit_named(number, view.file.open_visits, no)
    staff.require(Action.CLAIM, Place(desks=(visit.desk,), roles=view.file.workflow.steps[visit.step].roles))
    return show(
        request,
        "desk/obstacle.html",
        refusals=refusals,
        here=f"/applications/{number}/visits/{no}/obstacle",
        file=view.file,
        visit=visit,
        form=form,
        wrong=_wrong(request, refusals),
    )


def _is_for_a_page_of_its_own(request: Request, refusal: Refusal) -> bool:
    """Whether nothing in the form can be mended."""
    return wants_json(request) or refusal.kind not in (Kind.MALFORMED, Kind.TOO_LARGE)


def _wrong(request: Request, refusals: Sequence[Refusal]) -> dict[str, str]:
    """What is wrong with each input; empty: nothing."""
    sound = dict.fromkeys(("pause", "reason", "instrument"), "")
    return sound | {_input_of(one): wording_of(request).sentence(one) for one in refusals}


def _input_of(refusal: Refusal) -> str:
    if isinstance(refusal, NotGrantable):
        return "pause"
    is_text = isinstance(refusal, MalformedField | TextTooLong | NotUtf8)
    of_reason = not is_text or refusal.facts["field"] == Phrase("reason")
    return "reason" if of_reason else "instrument"
