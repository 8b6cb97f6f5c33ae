"""The working calendar: its days off, its versions, when a promise is due, and changes by an administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from routing.actions.keep_calendar import keep_calendar_once
from routing.domain.calendar_days import read_day
from routing.domain.calendar_grounds import OutsideCalendar
from routing.domain.due_days import MOST_WORKING_DAYS, due_day
from routing.domain.phrases import Phrase
from routing.reading.calendars import VERSIONS_ON_A_PAGE, calendar_page, calendar_versions_told
from routing.web.api.applications import Limit
from routing.web.api.calendar_bodies import CalendarChangeBody, DayText
from routing.web.api.calendar_shapes import (
    CalendarReceiptShape,
    CalendarShape,
    DueShape,
    VersionsShape,
    calendar_shape,
    due_shape,
    version_shape,
)
from routing.web.api.headers import IdempotencyKey, once
from routing.web.api.json_route import JsonRoute
from routing.web.api.problems import says
from routing.web.api.who_calls import TheCaller
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/calendar", tags=["calendar"], route_class=JsonRoute)

_Number = Annotated[int | None, Query(ge=1, lt=2**31)]


@router.get("", responses=says(404, 409))
def see_calendar(
    office: OfficeHere,
    _staff: TheCaller,
    year: Annotated[int | None, Query(ge=1900, le=2999, description="Absent: all years.", examples=[2026])] = None,
    version: Annotated[_Number, Query(description="Absent: the one in force.")] = None,
) -> CalendarShape:
    """Days off by name and kind, hours, seasons and hours of counters."""
    page = calendar_page(office, version)
    known = page.calendar
    if year is not None and not known.first_year <= year <= known.last_year:
        raise OutsideCalendar(day=year, first=known.first_year, last=known.last_year)
    return calendar_shape(page, year)


@router.get("/versions", responses=says())
def see_versions(
    office: OfficeHere,
    _staff: TheCaller,
    before: Annotated[_Number, Query(description="Only versions with a smaller number.")] = None,
    limit: Limit = VERSIONS_ON_A_PAGE,
) -> VersionsShape:
    """Who changed it, when, why, by which decree, and what; newest first."""
    steps = calendar_versions_told(office, before=before, most=limit)
    last = steps[-1].version.number if len(steps) == limit else 1
    return VersionsShape(items=[version_shape(one) for one in steps], next=last if last > 1 else None)


@router.get("/due", responses=says(409))
def see_due_day(
    office: OfficeHere,
    _staff: TheCaller,
    start: Annotated[DayText, Query(alias="from", description="The day the file was complete: not counted itself.")],
    working_days: Annotated[int, Query(ge=0, le=MOST_WORKING_DAYS, examples=[5])],
) -> DueShape:
    """The date on which so many working days are over, and every day that does not count, by name."""
    calendar = office.calendar()
    return due_shape(due_day(calendar, read_day(Phrase("Date"), start), working_days), calendar.number)


@router.post("/changes", response_model=CalendarReceiptShape, responses=says(400, 403, 404, 409, 413, 415))
def change_calendar(
    request: Request,
    office: OfficeHere,
    staff: TheCaller,
    body: Annotated[CalendarChangeBody, Body()],
    key: IdempotencyKey,
) -> Response:
    """Makes a new version, for a reason. Open applications are counted anew within a minute."""
    same = once(request, staff, key, body)
    answer = keep_calendar_once(office, body.change(), body.grounds(), once=same)
    return Response(answer, media_type="application/json")
