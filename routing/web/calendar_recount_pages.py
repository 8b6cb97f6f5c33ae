"""After a change of the calendar: which due dates would move, and counting anew at once instead of within a minute."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from routing.domain.people import Action
from routing.office import Office
from routing.web.calendar_recounting import recount_some
from routing.web.rendering import show, wording_of
from routing.web.timeline import moved_in_words
from routing.web.visitors import OfficeHere, OwnForm, SignedIn, Staff

router = APIRouter(prefix="/calendar/recompute", include_in_schema=False)

#: So many applications are named on the page; the others are counted.
_NAMED = 100


@router.get("")
def what_would_move(request: Request, office: OfficeHere, staff: SignedIn) -> HTMLResponse:
    """What is due at another time by the calendar in force; nothing is written."""
    return _page(request, office, staff, is_written=False)


@router.post("")
def count_anew(request: Request, office: OfficeHere, staff: SignedIn, _form: OwnForm) -> HTMLResponse:
    """Counts now. Sent again it finds nothing left to do."""
    return _page(request, office, staff, is_written=True)


def _page(request: Request, office: Office, staff: Staff, *, is_written: bool) -> HTMLResponse:
    staff.require(Action.KEEP_CALENDAR)
    found, wording = recount_some(office, dry_run=not is_written), wording_of(request)
    rows = [
        (one.after.number, [moved_in_words(each, wording) for each in one.moved]) for one in found.moved[:_NAMED]
    ]  # fmt: skip
    return show(
        request,
        "staff/calendar_recount.html",
        here="/calendar/recompute" if is_written else None,
        found=found,
        rows=rows,
        is_written=is_written,
        may_see=staff.may(Action.SEE_APPLICATION),
    )
