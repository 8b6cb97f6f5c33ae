"""Papers over the API: sent as a form of files, listed, and handed out byte for byte to who may see who applies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response

from routing.actions.attach import attach_once, was_answered
from routing.domain.people import Action
from routing.reading.application_file import application_file
from routing.reading.papers import paper_file, papers_of
from routing.vault.passwords import kept
from routing.web.api.applications import Number
from routing.web.api.headers import IdempotencyKey, once, receipt_answer
from routing.web.api.meanwhile import telling_meanwhile
from routing.web.api.problems import says
from routing.web.api.shapes import At, ReceiptShape, at_text
from routing.web.api.who_calls import TheReader
from routing.web.numbers_in_addresses import application_number
from routing.web.paper_view import where_attached
from routing.web.uploads import Sending, received
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/applications", tags=["attachments"])

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "requirement": {"type": "string", "description": "What it is for; absent: another paper."},
                        "file": {
                            "description": "PDF, JPEG, PNG, TIFF or DOCX; at most five.",
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                        },
                    },
                }
            }
        },
    }
}


class AttachmentShape(BaseModel):
    """A paper of an application."""

    no: int = Field(examples=[1])
    requirement: str | None = Field(description="Null: another paper.", examples=["id-card"])
    media_type: str = Field(examples=["application/pdf"])
    bytes: int
    at: At
    by: str


class Attachments(BaseModel):
    """The papers of an application, in the order in which they were attached."""

    items: list[AttachmentShape]


class PaperRequest(BaseModel):
    """What makes a sending the same sending."""

    requirement: str | None
    #: SHA-256 of each file, in hex
    files: list[str]


async def _sending(request: Request, office: OfficeHere, staff: TheReader, number: Number) -> AsyncIterator[Sending]:
    """What is sent, by somebody who may attach something here."""

    def may_attach() -> None:
        key = request.headers.get("idempotency-key", "")
        if was_answered(office, staff.person.id, kept(key)):
            return
        where_attached(staff, application_file(office, application_number(number)))

    async with received(request, office, before=may_attach) as sending:
        yield sending


@router.post(
    "/{number}/attachments",
    response_model=ReceiptShape,
    responses=says(400, 403, 404, 409, 413),
    openapi_extra=_FORM,
)
def attach(
    request: Request,
    office: OfficeHere,
    staff: TheReader,
    number: Number,
    key: IdempotencyKey,
    sending: Annotated[Sending, Depends(_sending)],
) -> Response:
    """Attaches the files: all of them, or none. What is attached already changes nothing."""
    number, papers = application_number(number), sending.papers
    for paper in papers:
        paper.upload.finish()
    requirement = papers[0].requirement if papers else None
    asked = PaperRequest(requirement=requirement, files=[paper.upload.sha256 for paper in papers])
    with telling_meanwhile(request, office, number):
        return receipt_answer(attach_once(office, number, papers, once=once(request, staff, key, asked)))


@router.get("/{number}/attachments", responses=says(403, 404))
def list_attachments(office: OfficeHere, staff: TheReader, number: Number) -> Attachments:
    """What has been attached: kinds, sizes, times; nothing of what is in them."""
    staff.require(Action.SEE_APPLICATION)
    found = papers_of(office, application_file(office, application_number(number)).application)
    return Attachments(
        items=[
            AttachmentShape(
                no=one.no,
                requirement=one.requirement,
                media_type=one.media_type,
                bytes=one.bytes,
                at=at_text(one.at),
                by=one.by,
            )
            for one in found.papers
        ]
    )


@router.get(
    "/{number}/attachments/{no}",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}}}, **says(403, 404)},
)
def hand_out(
    office: OfficeHere, staff: TheReader, number: Number, no: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> Response:
    """The paper, byte for byte as it was attached."""
    found = paper_file(
        office,
        application_number(number),
        no,
        person=staff.person,
        counters=tuple(staff.directory.counters),
        at=staff.at,
    )
    return FileResponse(found.path, media_type="application/octet-stream", filename=found.name)
