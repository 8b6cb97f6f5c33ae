"""Open applications counted anew by the calendar in force: what would move, and what has."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from routing.actions.recount import only_once
from routing.domain.audit_chain import rfc3339
from routing.domain.people import Action
from routing.domain.recounting import MovedDue, Recount
from routing.web.api.headers import IdempotencyKey, once
from routing.web.api.json_route import JsonRoute
from routing.web.api.problems import says
from routing.web.api.shapes import At
from routing.web.api.who_calls import TheCaller
from routing.web.calendar_recounting import Recounted, recount_some
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/calendar/recompute", tags=["calendar"], route_class=JsonRoute)


class MovedDueShape(BaseModel):
    """A due date that is another now."""

    what: str = Field(description="promise, legal, or the number of a visit.", examples=["promise"])
    before: At | None = Field(description="Null: there was none, or it stood still.")
    after: At | None = Field(description="Null: there is none, or it stands still.")


class MovedApplicationShape(BaseModel):
    """An application with its due dates that moved."""

    number: str
    due: list[MovedDueShape]


class RecountShape(BaseModel):
    """What was looked at, and what moved."""

    version: int = Field(description="The calendar they are counted by.")
    looked_at: int = Field(description="Open applications that were counted by an older one; 1,000 or so at once.")
    is_all: bool = Field(description="Whether none can be left. The beat counts what is left within a minute.")
    is_written: bool
    items: list[MovedApplicationShape]


@router.get("", responses=says(403))
def see_what_would_move(office: OfficeHere, staff: TheCaller) -> RecountShape:
    """What is due at another time by the calendar in force; nothing is written."""
    staff.require(Action.KEEP_CALENDAR)
    return _shape(recount_some(office, dry_run=True), is_written=False)


@router.post("", response_model=RecountShape, responses=says(400, 403))
def count_anew(request: Request, office: OfficeHere, staff: TheCaller, key: IdempotencyKey) -> Response:
    """Counts now. Sent again under another key it goes on with what is left, and in the end finds nothing."""
    staff.require(Action.KEEP_CALENDAR)

    def counted() -> str:
        return _shape(recount_some(office, dry_run=False), is_written=True).model_dump_json()

    answer = only_once(office, once(request, staff, key, None), counted)
    return Response(answer, media_type="application/json")


def _shape(found: Recounted, *, is_written: bool) -> RecountShape:
    return RecountShape(
        version=found.version,
        looked_at=found.looked_at,
        is_all=found.is_all,
        is_written=is_written,
        items=[_application(one) for one in found.moved],
    )


def _application(one: Recount) -> MovedApplicationShape:
    return MovedApplicationShape(number=one.after.number, due=[_due(each) for each in one.moved])


def _due(moved: MovedDue) -> MovedDueShape:
    before, after = (rfc3339(at) if at is not None else None for at in (moved.before, moved.after))
    return MovedDueShape(what=moved.about, before=before, after=after)
