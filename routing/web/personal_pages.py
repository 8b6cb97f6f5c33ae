"""Personal data on purpose: what is masked, shown once for a reason; and an applicant's applications, by their NIK.

A NIK is posted and never stands in an address; no page that shows one is kept by the browser.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.actions.reveal import reveal
from routing.domain.errors import Kind, Refusal
from routing.domain.identifiers import check_nik, masked_nik
from routing.domain.people import Action, Place
from routing.domain.revealing import Masked, NothingKept, masked_fields
from routing.office import Office
from routing.reading.who_applies import applications_of
from routing.web.application_view import see_application
from routing.web.numbers_in_addresses import ApplicationHere, application_number
from routing.web.posted_form import PostedForm
from routing.web.rendering import show, wants_json
from routing.web.timeline import FIELDS
from routing.web.visitors import OfficeHere, OwnForm, SignedIn, Staff

router = APIRouter(include_in_schema=False)


@router.get("/applications/{number}/reveal")
def reveal_page(request: Request, office: OfficeHere, staff: SignedIn, number: str) -> HTMLResponse:
    """Asks what is to be shown, and why."""
    return _reveal_form(request, office, staff, application_number(number), PostedForm())


@router.post("/applications/{number}/reveal")
def reveal_here(
    request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm, number: ApplicationHere
) -> HTMLResponse:
    """Shows it, this once; the log tells who looked."""
    wanted = [one for one in Masked if one.value in form.all("field")]
    try:
        shown = reveal(office, number, wanted, reason=form.text("reason"), person_id=staff.person.id)
    except Refusal as refusal:
        if wants_json(request) or refusal.kind not in (Kind.MALFORMED, Kind.TOO_LARGE):
            raise
        return _reveal_form(request, office, staff, number, form, refusal)
    view = see_application(office, staff, number)
    said = [(FIELDS[one], text) for one, text in shown.items()]
    return show(request, "desk/revealed.html", here=request.state.back, view=view, file=view.file, shown=said)


@router.post("/counter/find")
def find_by_nik(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm) -> Response:
    """What the person at the counter has applied for, by the NIK on their card."""
    staff.require(Action.SEE_PARTICULARS, Place(desks=staff.directory.counters or ("-",)))
    request.state.back = "/counter"
    nik = check_nik(form.text("nik"))
    return show(
        request,
        "counter/found.html",
        here="/counter",
        nik=masked_nik(nik),
        found=applications_of(office, nik),
    )


def _reveal_form(
    request: Request, office: Office, staff: Staff, number: str, form: PostedForm, *refusals: Refusal
) -> HTMLResponse:
    view = see_application(office, staff, number)
    if not view.shows_who:
        staff.require(Action.SEE_PARTICULARS, Place(desks=(*view.file.desks, *staff.directory.counters)))
    if view.who is None:
        raise NothingKept(number=number)
    return show(
        request,
        "desk/reveal.html",
        refusals=refusals,
        here=f"/applications/{number}/reveal",
        view=view,
        file=view.file,
        form=form,
        fields=[
            (one.value, name)
            for one, name in FIELDS.items()
            if one is not Masked.FORM or masked_fields(view.file.workflow, view.who)
        ],
    )
