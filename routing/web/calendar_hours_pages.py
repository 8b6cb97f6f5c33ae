"""When the office, its counters and its seasons are open: the administrator's forms, one subject on one page."""

from __future__ import annotations

from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.domain.calendar_changes import CalendarChange
from routing.domain.calendar_days import read_day
from routing.domain.calendar_hours import RemoveSeason, SetCounterHours, SetOfficeHours, SetSeason
from routing.domain.errors import Refusal
from routing.domain.people import Action
from routing.domain.phrases import Phrase
from routing.office import Office
from routing.reading.calendars import calendar_page, counters
from routing.web.calendar_keeping import (
    is_week_typed,
    problem_beside,
    refused,
    week_as_typed,
    week_to_type,
    week_typed,
)
from routing.web.calendar_view import hours_in_words
from routing.web.posted_form import PostedForm
from routing.web.rendering import go_to, show, wording_of
from routing.web.visitors import OfficeHere, OwnForm, SignedIn
from routing.web.wording import N_

router = APIRouter(prefix="/calendar/hours", include_in_schema=False)

_PAGE = "/calendar/hours"
_HOW = N_("A day left empty is closed. Write 07.30-12.00 13.00-16.00.")


@router.get("")
def opening_hours(request: Request, office: OfficeHere, staff: SignedIn, counter: str = "") -> HTMLResponse:
    """The hours as they are, and the forms that change them; ``counter``: whose form is shown."""
    staff.require(Action.KEEP_CALENDAR)
    return _page(request, office, counter=counter)


@router.post("/office")
def set_office_hours(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm) -> Response:
    """The office's week."""

    def change() -> CalendarChange:
        return SetOfficeHours(hours=week_typed(form))

    refusal = refused(request, office, staff, form, change)
    return _answer(request, office, form, "office", refusal)


@router.post("/counter")
def set_counter_hours(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm) -> Response:
    """A counter's own week, or none of its own."""

    def change() -> CalendarChange:
        hours = None if form.text("open") == "usual" else week_typed(form)
        return SetCounterHours(counter=form.text("counter"), hours=hours)

    refusal = refused(request, office, staff, form, change)
    return _answer(request, office, form, "counter", refusal)


@router.post("/season")
def set_season(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm) -> Response:
    """Ramadan, or another time of the year."""

    def change() -> CalendarChange:
        return SetSeason(
            name=form.text("name"),
            since=read_day(Phrase("Date"), form.text("day")),
            until=read_day(Phrase("Last day"), form.text("until")),
            hours=week_typed(form) if is_week_typed(form) else None,
        )

    refusal = refused(request, office, staff, form, change)
    return _answer(request, office, form, "season", refusal)


@router.post("/season-off")
def remove_season(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm) -> Response:
    """The office keeps its usual hours then."""

    def change() -> CalendarChange:
        return RemoveSeason(day=read_day(Phrase("Date"), form.text("day")))

    refusal = refused(request, office, staff, form, change)
    return _answer(request, office, form, "season-off", refusal)


def _answer(request: Request, office: Office, form: PostedForm, what: str, refusal: Refusal | None) -> Response:
    counter = form.text("counter")
    if refusal is not None:
        return _page(request, office, counter=counter, what=what, form=form, refusal=refusal)
    return go_to(_PAGE, told="calendar-changed", **({"counter": counter} if counter else {}))


def _page(
    request: Request,
    office: Office,
    *,
    counter: str,
    what: str = "",
    form: PostedForm | None = None,
    refusal: Refusal | None = None,
) -> HTMLResponse:
    calendar, wording, form = calendar_page(office).calendar, wording_of(request), form or PostedForm()
    known = counters(office)
    chosen = counter if counter in known or counter in calendar.counters else ""
    today = calendar.local(office.now()).date()
    coming = [one for one in calendar.seasons if one.until >= today]
    weeks = {
        "office": calendar.hours,
        "counter": calendar.counters.get(chosen, calendar.hours),
        "season": None,
    }
    typed = {name: week_as_typed(form) if name == what else week_to_type(week, wording) for name, week in weeks.items()}
    return show(
        request,
        "staff/calendar_hours.html",
        refusals=(refusal,) if refusal is not None else (),
        here=_PAGE if what else None,
        calendar=calendar,
        seasons=coming,
        coming=[list(alike) for _, alike in groupby(coming, key=lambda one: (one.name, one.hours))],
        counters=sorted({*known, *calendar.counters}),
        counter=chosen,
        hours=lambda week: list(hours_in_words(week, wording)),
        how=wording.text(_HOW),
        typed=typed,
        wrong=problem_beside(what, refusal, form, wording),
        what=what,
        form=form,
    )
