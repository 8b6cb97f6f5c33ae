"""The signed receipts of an application's entries, and how far the log has gone with each."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from routing.reading.log_receipts import GivenReceipt, receipts_of
from routing.web.api.applications import Number
from routing.web.api.problems import says
from routing.web.api.shapes import At, at_text
from routing.web.api.who_calls import TheReader
from routing.web.application_view import see_application
from routing.web.numbers_in_addresses import application_number
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/applications", tags=["applications"])


class LogReceiptShape(BaseModel):
    """A receipt of an entry."""

    seq: int = Field(examples=[1])
    kind: str = Field(examples=["submitted"])
    at: At
    receipt: str = Field(description="The whole of it, one line that begins with SA1.")
    short: str = Field(examples=["3K9M-QWXF-7T2B-0HZC"], description="To be compared with paper; no proof.")
    leaf: int | None = Field(description="Its place in the log's tree; null: it has not been put in line yet.")
    sealed_size: int | None = Field(description="The size of the first checkpoint that covers it; null: not sealed.")
    sealed_at: str | None = Field(description="When that was made.")


class LogReceipts(BaseModel):
    """What the applicant and the office said, each with its receipt, the newest first."""

    items: list[LogReceiptShape]


@router.get("/{number}/receipts", responses=says(403, 404))
def see_receipts(office: OfficeHere, staff: TheReader, number: Number) -> LogReceipts:
    """The receipts of its submission and of every decision."""
    view = see_application(office, staff, application_number(number))
    return LogReceipts(items=[_shape(one) for one in receipts_of(office, view.file.application.number)])


def _shape(given: GivenReceipt) -> LogReceiptShape:
    return LogReceiptShape(
        seq=given.receipt.seq,
        kind=given.kind,
        at=at_text(given.receipt.at),
        receipt=given.receipt.text,
        short=given.receipt.short,
        leaf=given.leaf,
        sealed_size=given.sealed_size,
        sealed_at=at_text(given.sealed_at) if given.sealed_at is not None else None,
    )
