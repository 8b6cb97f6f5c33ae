"""Everything that changes an application. Each is done once for its Idempotency-Key, and answered with a receipt.

An attachment is no JSON: its route is in ``attachments``.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from routing.actions.claim import claim_once, release_once
from routing.actions.decide import decide_once
from routing.actions.hand_in import hand_in_once
from routing.actions.resubmit import Resubmission, resubmit_once
from routing.actions.resume import Resumption, resume_once
from routing.actions.submit import Registration, submit_once
from routing.actions.withdraw import Withdrawal, withdraw_once
from routing.domain.application import Particulars, Submission
from routing.domain.decision import Decision
from routing.domain.defects import Defect
from routing.domain.workflow import Channel, Workflow
from routing.office import Office
from routing.web.api.applications import Number
from routing.web.api.bodies import (
    DecisionBody,
    HandInBody,
    NewApplication,
    ResubmissionBody,
    ResumptionBody,
    StayBody,
    WithdrawalBody,
)
from routing.web.api.headers import IdempotencyKey, IfMatch, once, receipt_answer, seen
from routing.web.api.json_route import JsonRoute
from routing.web.api.meanwhile import telling_meanwhile
from routing.web.api.problems import says
from routing.web.api.shapes import ReceiptShape
from routing.web.api.who_calls import TheReader
from routing.web.numbers_in_addresses import application_number
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/applications", tags=["applications"], route_class=JsonRoute)

_MOVE = says(400, 403, 404, 409, 413, 415)
_SEEN_MOVE = says(400, 403, 404, 409, 413, 415, 428)


@router.post("", status_code=201, response_model=ReceiptShape, responses=_MOVE)
def register(
    request: Request, office: OfficeHere, staff: TheReader, body: NewApplication, key: IdempotencyKey
) -> Response:
    """Registers an application at a counter; its document is on its way afterwards."""
    registration = Registration(service=body.service, submission=_submission(office, body), person_id=staff.person.id)
    done = submit_once(office, registration, once=once(request, staff, key, body))
    return receipt_answer(done, 201)


@router.post("/{number}/claim", response_model=ReceiptShape, responses=_MOVE)
def claim(
    request: Request,
    office: OfficeHere,
    staff: TheReader,
    number: Number,
    key: IdempotencyKey,
    body: StayBody | None = None,
) -> Response:
    """Takes the document from the desk's queue, so that nobody else decides on it meanwhile."""
    number, same = application_number(number), once(request, staff, key, body)
    with telling_meanwhile(request, office, number):
        return receipt_answer(claim_once(office, number, visit=body.visit if body else None, once=same))


@router.post("/{number}/release", response_model=ReceiptShape, responses=_MOVE)
def release(
    request: Request,
    office: OfficeHere,
    staff: TheReader,
    number: Number,
    key: IdempotencyKey,
    body: StayBody | None = None,
) -> Response:
    """Gives the document back to the desk's queue."""
    number, same = application_number(number), once(request, staff, key, body)
    with telling_meanwhile(request, office, number):
        return receipt_answer(release_once(office, number, visit=body.visit if body else None, once=same))


@router.post("/{number}/decisions", response_model=ReceiptShape, responses=_SEEN_MOVE)
def decide(
    request: Request,
    office: OfficeHere,
    staff: TheReader,
    number: Number,
    key: IdempotencyKey,
    if_match: IfMatch,
    body: DecisionBody,
) -> Response:
    """Decides. If the application has moved on since the version that was seen, 409 tells how."""
    number, version = application_number(number), seen(if_match)
    said = Decision(
        decision=body.decision,
        visit=body.visit,
        reason=body.reason,
        reasons=tuple(dict.fromkeys(body.reasons)),
        requirements=tuple(dict.fromkeys(body.requirements)),
        defects=tuple(Defect(**one.model_dump()) for one in body.defects),
        findings=body.findings,
        next_desk=body.next_desk,
        seen_version=version,
    )
    with telling_meanwhile(request, office, number, version):
        return receipt_answer(decide_once(office, number, said, once=once(request, staff, key, body)))


@router.post("/{number}/resubmit", response_model=ReceiptShape, responses=_SEEN_MOVE)
def resubmit(
    request: Request,
    office: OfficeHere,
    staff: TheReader,
    number: Number,
    key: IdempotencyKey,
    if_match: IfMatch,
    body: ResubmissionBody | None = None,
) -> Response:
    """Takes in what the applicant repaired; it goes to the desk that asked for it."""
    number, version = application_number(number), seen(if_match)
    given = body or ResubmissionBody()
    said = Resubmission(visit=given.visit, reason=given.reason, seen_version=version)
    with telling_meanwhile(request, office, number, version):
        return receipt_answer(resubmit_once(office, number, said, once=once(request, staff, key, body)))


@router.post("/{number}/hand-in", response_model=ReceiptShape, responses=_MOVE)
def hand_in(
    request: Request, office: OfficeHere, staff: TheReader, number: Number, key: IdempotencyKey, body: HandInBody
) -> Response:
    """Records what the applicant brought on paper; files are sent to `attachments`."""
    number = application_number(number)
    with telling_meanwhile(request, office, number):
        return receipt_answer(hand_in_once(office, number, body.papers, once=once(request, staff, key, body)))


@router.post("/{number}/withdraw", response_model=ReceiptShape, responses=_SEEN_MOVE)
def withdraw(
    request: Request,
    office: OfficeHere,
    staff: TheReader,
    number: Number,
    key: IdempotencyKey,
    if_match: IfMatch,
    body: WithdrawalBody,
) -> Response:
    """Records that the applicant takes the application back; it ends."""
    number, version = application_number(number), seen(if_match)
    said = Withdrawal(desk=body.desk, reason=body.reason, seen_version=version)
    with telling_meanwhile(request, office, number, version):
        return receipt_answer(withdraw_once(office, number, said, once=once(request, staff, key, body)))


@router.post("/{number}/resume", response_model=ReceiptShape, responses=_SEEN_MOVE)
def resume(
    request: Request,
    office: OfficeHere,
    staff: TheReader,
    number: Number,
    key: IdempotencyKey,
    if_match: IfMatch,
    body: ResumptionBody | None = None,
) -> Response:
    """Takes up again what was stopped, while its time lasts; the route's end says where it goes on."""
    number, version = application_number(number), seen(if_match)
    given = body or ResumptionBody()
    said = Resumption(desk=given.desk, reason=given.reason, seen_version=version)
    with telling_meanwhile(request, office, number, version):
        return receipt_answer(resume_once(office, number, said, once=once(request, staff, key, body)))


def _submission(office: Office, body: NewApplication) -> Submission:
    """Raises UnknownService."""
    workflow = office.book_in_force(body.service).workflow
    return Submission(
        desk=body.desk,
        decision=body.decision or next(iter(workflow.steps[workflow.intake[0]].decisions)),
        next_desk=body.next_desk,
        papers=tuple(dict.fromkeys(body.papers)),
        particulars=Particulars(
            name=body.applicant.name,
            nik=body.applicant.nik,
            phone=body.applicant.phone,
        ),
        applicant_kind=body.applicant.kind,
        form=dict(body.form),
        channel=(body.channel or _usual_channel(workflow)).value,
    )


def _usual_channel(workflow: Workflow) -> Channel:
    """How a program hands in, where it does not say."""
    is_online = Channel.ONLINE in workflow.channels or not workflow.channels
    return Channel.ONLINE if is_online else workflow.channels[0]
