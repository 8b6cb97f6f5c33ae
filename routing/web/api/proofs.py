"""The proof of one application's entries, for the auditor to hand on: checked without this office, by anybody."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from routing.actions.note_reading import note_reading
from routing.domain.log_reading import DOWNLOADED, Reading
from routing.reading.proof_bundle import proof_bundle
from routing.web.api.applications import Number
from routing.web.api.audit_log import TheAuditor
from routing.web.api.problems import says
from routing.web.numbers_in_addresses import application_number
from routing.web.visitors import OfficeHere, Staff

router = APIRouter(prefix="/applications", tags=["audit"])

_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file, as it is.", "content": {"application/json": {"schema": {"type": "object"}}}}
}


@router.get("/{number}/proof", response_class=Response, responses=says(403, 404, 409) | _FILE)
def get_proof(office: OfficeHere, staff: TheAuditor, number: Number) -> Response:
    """A proof bundle (`satuatap-bundle/1`), for satuatap-verify or the page at /verify. Nothing personal is in it."""
    return proof_file(office, staff, application_number(number), way="api")


def proof_file(office: OfficeHere, staff: Staff, number: str, *, way: str) -> Response:
    """The bundle as a file to be kept. Raises UnknownApplication, NotSealedYet, ReadingNotNoted."""
    made = proof_bundle(office, number)
    question = {"list": "bundle"}
    reading = Reading(kind=DOWNLOADED, actor=staff.person.code, way=way, question=question, number=number)
    note_reading(office, reading)
    headers = {"Content-Disposition": f'attachment; filename="{number}.proof.json"'}
    return Response(made.bundle.bytes(), headers=headers, media_type="application/json")
