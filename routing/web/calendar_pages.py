"""The working calendar, for everybody who works here; its administrator changes it, and counts nothing anew by that."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.domain.calendar_changes import CalendarChange
from routing.domain.calendar_days import (
    AddDaysOff,
    AddYears,
    ConfirmDayOff,
    RemoveDayOff,
    check_last_day,
    read_day,
    read_kind,
    read_year,
)
from routing.domain.calendar_grounds import OutsideCalendar
from routing.domain.calendar_hours import SetSeason
from routing.domain.due_days import MOST_WORKING_DAYS, DueDay, due_day, read_working_days
from routing.domain.errors import Refusal
from routing.domain.people import Action
from routing.domain.phrases import Phrase
from routing.domain.working_calendar import WorkingCalendar
from routing.office import Office
from routing.reading.calendars import VERSIONS_ON_A_PAGE, CalendarPage, calendar_page, calendar_versions_told
from routing.web.calendar_keeping import problem_beside, refused
from routing.web.calendar_view import KINDS, hours_in_words, input_of, year_view
from routing.web.numbers_in_addresses import small_number
from routing.web.posted_form import PostedForm
from routing.web.rendering import go_to, show, wording_of
from routing.web.statuses import status_of
from routing.web.visitors import OfficeHere, OwnForm, SignedIn, Staff

router = APIRouter(prefix="/calendar", include_in_schema=False)


@router.get("")
def calendar_of_a_year(
    request: Request,
    office: OfficeHere,
    staff: SignedIn,
    year: str = "",
    start: str = "",
    working_days: str = "",
    version: str = "",
    before: str = "",
) -> HTMLResponse:
    """The days off of a year by name, hours, versions; and when a promise that begins on a day is due."""
    page = calendar_page(office, small_number(version) if version else None)
    return _page(
        request,
        office,
        staff,
        _year(office, page.calendar, _plain(year)),
        page=page,
        asked={"start": _plain(start), "working_days": _plain(working_days)},
        before=small_number(before) if before else None,
    )


@router.post("/add")
def add_days(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm) -> Response:
    """A day, or several, on which the office does not work."""
    return _keep(
        request,
        office,
        staff,
        form,
        "add",
        lambda: AddDaysOff(
            since=read_day(Phrase("Date"), form.text("day")),
            until=check_last_day(form.text("until")),
            name=form.text("name"),
            kind=read_kind(form.text("kind")),
        ),
    )


@router.post("/entry")
def change_entry(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm) -> Response:
    """A day on the list is taken off it, or confirmed by its decree."""

    def change() -> CalendarChange:
        day = read_day(Phrase("Date"), form.text("day"))
        return ConfirmDayOff(day=day) if form.text("act") == "confirm" else RemoveDayOff(day=day)

    return _keep(request, office, staff, form, "entry", change)


@router.post("/ramadan")
def set_ramadan(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm) -> Response:
    """The real first and last day of Ramadan; its hours stay."""
    return _keep(
        request,
        office,
        staff,
        form,
        "ramadan",
        lambda: SetSeason(
            since=read_day(Phrase("Date"), form.text("day")), until=read_day(Phrase("Last day"), form.text("until"))
        ),
    )


@router.post("/years")
def add_years(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm) -> Response:
    """The calendar reaches further ahead."""
    return _keep(request, office, staff, form, "years", lambda: AddYears(last_year=read_year(form.text("last_year"))))


def _keep(
    request: Request,
    office: Office,
    staff: Staff,
    form: PostedForm,
    what: str,
    change: Callable[[], CalendarChange],
) -> Response:
    """Makes the change and shows its year, or the form again with what is wrong beside its inputs."""
    year = _year_typed(office, form)
    refusal = refused(request, office, staff, form, change)
    if refusal is not None:
        return _page(request, office, staff, year, what=what, form=form, refusal=refusal)
    return go_to("/calendar", year=str(year), told="calendar-changed")


def _page(
    request: Request,
    office: Office,
    staff: Staff,
    year: int,
    *,
    page: CalendarPage | None = None,
    asked: Mapping[str, str] | None = None,
    before: int | None = None,
    what: str = "",
    form: PostedForm | None = None,
    refusal: Refusal | None = None,
) -> HTMLResponse:
    page, wording = page or calendar_page(office), wording_of(request)
    versions = calendar_versions_told(office, before=before)
    found, unclear = _count(page.calendar, asked or {})
    form = form or PostedForm()
    wrong = dict(problem_beside(what, refusal, form, wording))
    if unclear is not None:
        wrong["due.start" if input_of(unclear) == "day" else "due.working_days"] = wording.sentence(unclear)
    return show(
        request,
        "staff/calendar.html",
        status=status_of(unclear) if unclear is not None else 200,
        refusals=(refusal,) if refusal is not None else (),
        here=f"/calendar?year={year}" if what else None,
        calendar=page.calendar,
        made=page.version,
        is_in_force=page.is_in_force,
        view=year_view(page.calendar, year),
        versions=versions,
        older=versions[-1].version.number if len(versions) == VERSIONS_ON_A_PAGE else None,
        may_keep=staff.may(Action.KEEP_CALENDAR),
        kinds=KINDS,
        hours=lambda week: list(hours_in_words(week, wording)),
        asked=asked or {"start": "", "working_days": ""},
        due=found,
        most=MOST_WORKING_DAYS,
        wrong=wrong,
        what=what,
        form=form,
    )


def _count(calendar: WorkingCalendar, asked: Mapping[str, str]) -> tuple[DueDay | None, Refusal | None]:
    """What was counted, or why it could not be; neither: nothing was asked."""
    if not any(asked.values()):
        return None, None
    try:
        start = read_day(Phrase("Date"), asked["start"])
        return due_day(calendar, start, read_working_days(asked["working_days"])), None
    except Refusal as refusal:
        return None, refusal


def _plain(typed: str) -> str:
    return typed[:40].replace("\0", "")


def _year(office: Office, calendar: WorkingCalendar, typed: str) -> int:
    """The year in the address; this one, where there is none. Raises OutsideCalendar."""
    year = small_number(typed) if typed else office.now().year
    if not calendar.first_year <= year <= calendar.last_year:
        raise OutsideCalendar(day=typed[:20], first=calendar.first_year, last=calendar.last_year)
    return year


def _year_typed(office: Office, form: PostedForm) -> int:
    """The year of the day that was typed, if it is one the calendar knows; else this one."""
    calendar, beginning = office.calendar(), form.text("day").strip()[:4]
    year = int(beginning) if beginning.isascii() and beginning.isdecimal() else 0
    return year if calendar.first_year <= year <= calendar.last_year else office.now().year
