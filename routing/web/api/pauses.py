"""Time on purpose: a pause that a manager grants and ends, and the obstacle a desk reports."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from routing.actions.grant_pause import PauseEnd, PauseGrant, end_pause_once, grant_pause_once
from routing.actions.raise_obstacle import Obstacle, raise_obstacle_once
from routing.web.api.applications import Number
from routing.web.api.bodies import ContinuationBody, ObstacleBody, PauseBody
from routing.web.api.headers import IdempotencyKey, IfMatch, once, receipt_answer, seen
from routing.web.api.json_route import JsonRoute
from routing.web.api.meanwhile import telling_meanwhile
from routing.web.api.problems import says
from routing.web.api.shapes import ReceiptShape
from routing.web.api.who_calls import TheReader
from routing.web.numbers_in_addresses import application_number
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/applications", tags=["applications"], route_class=JsonRoute)


@router.post("/{number}/pause", response_model=ReceiptShape, responses=says(400, 403, 404, 409, 413, 415, 428))
def pause(
    request: Request,
    office: OfficeHere,
    staff: TheReader,
    number: Number,
    key: IdempotencyKey,
    if_match: IfMatch,
    body: PauseBody,
) -> Response:
    """Lets the promise stand still, for a reason. The auditor is shown it; what can be decided stays possible."""
    number, version = application_number(number), seen(if_match)
    said = PauseGrant(pause=body.pause, reason=body.reason, instrument=body.instrument, seen_version=version)
    with telling_meanwhile(request, office, number, version):
        return receipt_answer(grant_pause_once(office, number, said, once=once(request, staff, key, body)))


@router.post("/{number}/continue", response_model=ReceiptShape, responses=says(400, 403, 404, 409, 413, 415, 428))
def go_on(
    request: Request,
    office: OfficeHere,
    staff: TheReader,
    number: Number,
    key: IdempotencyKey,
    if_match: IfMatch,
    body: ContinuationBody,
) -> Response:
    """Ends the pause that was granted. Every open visit gets its days back."""
    number, version = application_number(number), seen(if_match)
    said = PauseEnd(reason=body.reason, seen_version=version)
    with telling_meanwhile(request, office, number, version):
        return receipt_answer(end_pause_once(office, number, said, once=once(request, staff, key, body)))


@router.post("/{number}/obstacles", response_model=ReceiptShape, responses=says(400, 403, 404, 409, 413, 415))
def report(
    request: Request, office: OfficeHere, staff: TheReader, number: Number, key: IdempotencyKey, body: ObstacleBody
) -> Response:
    """Tells the desk's supervisor and the head, before the desk's time is over, that something is in its way."""
    number = application_number(number)
    said = Obstacle(visit=body.visit, reason=body.reason)
    with telling_meanwhile(request, office, number):
        return receipt_answer(raise_obstacle_once(office, number, said, once=once(request, staff, key, body)))
