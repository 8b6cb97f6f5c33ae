"""At the counter: the day, a new application with its receipt, a repaired file taken back, a withdrawal."""

from __future__ import annotations

import secrets

import segno
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.responses import Response

from routing.actions.submit import Registration, submit
from routing.actions.withdraw import withdraw
from routing.domain.charging import bill
from routing.domain.errors import Kind, Refusal, UnknownService
from routing.domain.facts import guard_facts
from routing.domain.identifiers import region_is_known
from routing.domain.people import Action, Place
from routing.domain.workflow import Workflow
from routing.office import Office
from routing.reading.application_file import decisions_at
from routing.reading.catalogue import services_in_force
from routing.reading.counter_today import counter_day
from routing.reading.log_receipts import receipts_of
from routing.reading.who_applies import open_twins
from routing.web.application_view import see_application
from routing.web.numbers_in_addresses import ApplicationHere, application_number
from routing.web.posted_form import PostedForm
from routing.web.receipt_pages import receipt_qr
from routing.web.registration import problems_of, registration_form, submission_of
from routing.web.rendering import go_to, show, wants_json, wording_of
from routing.web.visitors import OfficeHere, OwnForm, SignedIn, Staff

router = APIRouter(prefix="/counter", include_in_schema=False)

_LONGEST_KEY = 100


@router.get("")
def counter_page(request: Request, office: OfficeHere, staff: SignedIn) -> HTMLResponse:
    """The counter's day."""
    _require_counter(staff)
    services = [one for one in services_in_force(office) if _intake_desks(staff, one)]
    return show(request, "counter/today.html", day=counter_day(office, staff.counters), services=services)


@router.get("/new/{service}")
def registration_page(request: Request, office: OfficeHere, staff: SignedIn, service: str) -> HTMLResponse:
    """An empty form; its key makes a double click one application."""
    return _registration_form(request, office, staff, service, PostedForm(), secrets.token_urlsafe(16))


@router.post("/new/{service}")
def register(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm, service: str) -> Response:
    """Registers the application; a refused form is shown again as it was filled in."""
    workflow = _service(office, service)
    refusals = list(problems_of(workflow, form, staff.at))
    if not refusals and not form.text("check"):
        key = f"web:{staff.person.id}:{form.text('key')[:_LONGEST_KEY]}" if form.text("key") else None
        submission = submission_of(workflow, form)
        registration = Registration(service=service, submission=submission, person_id=staff.person.id, key=key)
        try:
            application = submit(office, registration)
        except Refusal as refusal:
            if refusal.kind not in (Kind.MALFORMED, Kind.TOO_LARGE):
                raise
            refusals = [refusal]
        else:
            return go_to(f"/counter/receipts/{application.number}")
    if wants_json(request) and refusals:
        raise refusals[0]
    return _registration_form(request, office, staff, service, form, form.text("key"), *refusals)


@router.get("/receipts/{number}")
def receipt_page(request: Request, office: OfficeHere, staff: SignedIn, number: str) -> HTMLResponse:
    """The receipt: the tracking code, large, and as a QR code. Printed as often as it is lost."""
    _require_counter(staff)
    view = see_application(office, staff, application_number(number))
    # The oldest is that of the registration itself.
    given = receipts_of(office, view.file.application.number)[-1].receipt
    address = str(request.base_url).rstrip("/") + f"/t/{view.file.application.tracking_code}"
    return show(
        request,
        "counter/receipt.html",
        view=view,
        file=view.file,
        address=address,
        qr=_qr(address),
        log_receipt=given,
        log_qr=receipt_qr(given.text, scale=2),
        bill=bill(view.file.workflow.fees, guard_facts(view.file.workflow, view.file.application)),
        twins=open_twins(office, view.file.application),
        warns_of_region=view.who is not None and not region_is_known(view.who.nik),
    )


@router.get("/withdrawals/{number}")
def withdrawal_page(request: Request, office: OfficeHere, staff: SignedIn, number: str) -> HTMLResponse:
    """Asks once more, and for the reason."""
    return _withdrawal_form(request, office, staff, application_number(number), "")


@router.post("/withdrawals/{number}")
def withdraw_here(
    request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm, number: ApplicationHere
) -> Response:
    """Records that the applicant takes the application back."""
    try:
        withdraw(
            office,
            number,
            desk=form.text("desk"),
            reason=form.text("reason"),
            person_id=staff.person.id,
        )
    except Refusal as refusal:
        if wants_json(request) or refusal.kind not in (Kind.MALFORMED, Kind.TOO_LARGE):
            raise
        return _withdrawal_form(request, office, staff, number, form.text("reason"), refusal)
    return go_to("/counter", told="withdrawn", number=number)


def _registration_form(
    request: Request,
    office: Office,
    staff: Staff,
    service: str,
    form: PostedForm,
    key: str,
    *refusals: Refusal,
) -> HTMLResponse:
    workflow = _service(office, service)
    step = workflow.intake[0]
    desks = _intake_desks(staff, workflow)
    if not desks:
        intake = workflow.steps[step]
        staff.require(Action.REGISTER, Place(desks=intake.desks, roles=intake.roles))
    return show(
        request,
        "counter/registration.html",
        refusals=refusals,
        here=f"/counter/new/{service}",
        workflow=workflow,
        desks=desks,
        decisions=decisions_at(office.rule_book(workflow.content_hash), step),
        form=form,
        filled=registration_form(workflow, form, wording_of(request), staff.at.date()),
        is_complete=form.was_sent and not refusals,
        key=key,
    )


def _withdrawal_form(
    request: Request, office: Office, staff: Staff, number: str, reason: str, *refusals: Refusal
) -> HTMLResponse:
    view = see_application(office, staff, number)
    intake = view.file.workflow.steps[view.file.workflow.intake[0]]
    if view.withdraws_at is None:
        staff.require(Action.WITHDRAW, Place(desks=intake.desks, roles=intake.roles))
    return show(
        request,
        "counter/withdrawal.html",
        refusals=refusals,
        here=f"/counter/withdrawals/{number}",
        view=view,
        file=view.file,
        desk=view.withdraws_at,
        reason=reason,
    )


def _service(office: Office, code: str) -> Workflow:
    for workflow in services_in_force(office):
        if workflow.service == code:
            return workflow
    known = ", ".join(workflow.service for workflow in services_in_force(office))
    raise UnknownService(service=code[:100], known=known or "-")


def _intake_desks(staff: Staff, workflow: Workflow) -> tuple[str, ...]:
    """The counters at which this person can register for the service."""
    intake = workflow.steps[workflow.intake[0]]
    places = ((desk, Place(desks=(desk,), roles=intake.roles)) for desk in intake.desks)
    return tuple(desk for desk, place in places if staff.may(Action.REGISTER, place))


def _require_counter(staff: Staff) -> None:
    """Raises NotAllowed for whoever sits at no counter."""
    staff.require(Action.SEE_PARTICULARS, Place(desks=staff.directory.counters or ("-",)))


def _qr(address: str) -> Markup:
    """In capitals it takes a smaller code, and the address is found in either spelling."""
    code = segno.make(address.upper(), error="m", micro=False)
    return Markup(code.svg_inline(scale=4, border=2, omitsize=True))  # noqa: S704 - drawn by us, from our own address
