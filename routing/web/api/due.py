"""What is due, and what stands still."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from routing.domain.days_left import DaysLeft
from routing.reading.deadline_board import DueRow, DueStay, due_page
from routing.reading.due_queries import Place
from routing.web.api.applications import After, Limit
from routing.web.api.cursors import Cursors
from routing.web.api.labels import Name, name_of
from routing.web.api.problems import says
from routing.web.api.shapes import At, at_text
from routing.web.api.who_calls import TheCaller
from routing.web.due_view import due_seen_by
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/due", tags=["due"])

_Code = Annotated[str, Query(max_length=200)]


class LeftShape(BaseModel):
    """How far off something due is."""

    due_at: At
    state: Literal["late", "today", "soon", "ample"] = Field(description="soon: by the next working day.")
    left: int = Field(description="How many are left; below 0: late by so many.")
    counted: Literal["working-days", "calendar-days", "minutes"]


class StayShape(BaseModel):
    """A desk at which it lies, or to which it is on its way."""

    visit: int
    desk: str
    step: str
    has_arrived: bool
    due: LeftShape | None = Field(description="The desk's own time; null: the step sets it no limit.")
    holder: str | None
    holder_name: str | None
    obstacle_at: At | None = Field(description="Since when the desk says that something is in its way.")


class StillShape(BaseModel):
    """Why a promise is paused."""

    pause: Literal["repair", "payment", "outside-agency", "applicant-request", "force-majeure"]
    since: At
    by: str = Field(description="The account whose move began it.")


class DueItem(BaseModel):
    """An open application with all that is due of it."""

    number: str
    service: str
    service_name: Name
    step: str
    step_name: Name
    visit: int | None = Field(description="The visit that is due; null: the list does not go by the desks' time.")
    desks: list[StayShape]
    promise: LeftShape | None = Field(description="Null: there is none, or it stands still.")
    legal: LeftShape | None
    standing_still: StillShape | None
    deemed_at: At | None = Field(description="When the law deemed it granted.")


class Due(BaseModel):
    """A page of what is due, what is due first, first."""

    items: list[DueItem]
    next: str | None = Field(description="The cursor of the next page; null: this is the last.")


@router.get("", responses=says(403, 404))
def see_due(
    office: OfficeHere,
    staff: TheCaller,
    desk: _Code = "",
    unit: _Code = "",
    service: _Code = "",
    within: Annotated[
        str, Query(max_length=10, examples=["3d"], description="Working days (3d), hours (4h) or minutes (30m).")
    ] = "",
    overdue: Annotated[bool, Query(description="Only what is late.")] = False,  # noqa: FBT002 - by name in an address
    by: Annotated[
        Literal["promise", "legal", "desk", "still"] | None,
        Query(
            description="The clock it goes by: the promise, the limit a law sets, the desks' own time; still: what "
            "stands still, longest first. Absent: desk where a desk or unit is named, else promise."
        ),
    ] = None,
    after: After = None,
    limit: Limit = 50,
) -> Due:
    """What is due, of all the caller may see: a manager the whole office, everybody else what lies at their desks."""
    wanted = due_seen_by(
        office, staff, by=by or "", desk=desk, unit=unit, service=service, within=within, overdue=overdue
    )
    cursors = Cursors(staff.session.token_hash, "due", wanted.by, desk, unit, service, within, overdue)
    # Nobody but us can have signed it, and this list's places are all alike.
    page = due_page(office, wanted, cast("Place | None", cursors.read(after)), limit)
    return Due(items=[_item(row) for row in page.rows], next=cursors.write(page.next))


def _item(row: DueRow) -> DueItem:
    still = row.still
    return DueItem(
        number=row.number,
        service=row.service,
        service_name=name_of(row.service_name),
        step=row.step,
        step_name=name_of(row.step_name),
        visit=row.visit,
        desks=[_stay(one) for one in row.stays],
        promise=_left(row.promise),
        legal=_left(row.legal),
        standing_still=StillShape(pause=still.pause.value, since=at_text(still.since), by=still.granted_by)
        if still is not None
        else None,
        deemed_at=at_text(row.deemed_at) if row.deemed_at is not None else None,
    )


def _stay(one: DueStay) -> StayShape:
    return StayShape(
        visit=one.visit,
        desk=one.desk,
        step=one.step_code,
        has_arrived=one.has_arrived,
        due=_left(one.left),
        holder=one.holder,
        holder_name=one.holder_name,
        obstacle_at=at_text(one.obstacle_at) if one.obstacle_at is not None else None,
    )


def _left(left: DaysLeft | None) -> LeftShape | None:
    if left is None:
        return None
    return LeftShape(
        due_at=at_text(left.due),
        state=left.nearness.value,
        left=-left.count if left.is_late else left.count,
        counted=left.counted.value,
    )
