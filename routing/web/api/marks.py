"""What the auditor should look at."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from routing.reading.marks import MarkFilter, MarkPlace, MarkRow, marks_page
from routing.web.api.applications import After, Limit
from routing.web.api.audit_log import TheAuditor, When, moment_of
from routing.web.api.cursors import Cursors
from routing.web.api.labels import Name, name_of
from routing.web.api.problems import says
from routing.web.api.shapes import At, at_text
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/audit/marks", tags=["audit"])

_Mark = Literal[
    "late-return", "late-pause", "repeated-return", "restart", "taken-back", "moved-limit", "granted-pause", "deemed",
    "limit-passed",
]  # fmt: skip


class MarkShape(BaseModel):
    """A mark, and the entry that tells of it."""

    number: str
    service: str
    service_name: Name
    mark: _Mark
    at: At
    actor: str
    actor_name: str
    desk: str | None
    seq: int = Field(description="The entry in the application's history.")
    kind: str = Field(examples=["decided"])


class Marks(BaseModel):
    """A page of marks, newest first."""

    items: list[MarkShape]
    next: str | None = Field(description="The cursor of the next page; null: this is the last.")


@router.get("", responses=says(403))
def see_marks(
    office: OfficeHere,
    staff: TheAuditor,
    mark: _Mark | None = None,
    service: Annotated[str, Query(max_length=200)] = "",
    since: When = None,
    until: When = None,
    after: After = None,
    limit: Limit = 50,
) -> Marks:
    """Late and repeated returns, restarts, granted pauses, deemed approvals, passed limits; `until` as in the log."""
    wanted = MarkFilter(
        mark=mark or "",
        service=service.replace("\0", "").encode(errors="ignore").decode(),
        since=moment_of(office, since),
        until=moment_of(office, until, a_day_later=True),
    )
    cursors = Cursors(staff.session.token_hash, "marks", wanted)
    page = marks_page(office, wanted, cast("MarkPlace | None", cursors.read(after)), limit)
    return Marks(items=[_shape(row) for row in page.rows], next=cursors.write(page.next))


def _shape(row: MarkRow) -> MarkShape:
    return MarkShape(
        number=row.number,
        service=row.service,
        service_name=name_of(row.service_name),
        mark=row.mark.value,
        at=at_text(row.at),
        actor=row.actor,
        actor_name=row.actor_name,
        desk=row.desk,
        seq=row.seq,
        kind=row.kind,
    )
