"""The deadline board: what is due, where it lies, what stands still."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from routing.domain.due_window import DueBy
from routing.domain.errors import Kind, Refusal
from routing.domain.time_limits import Pause
from routing.reading.catalogue import services_in_force
from routing.reading.deadline_board import SOON_DAYS, due_counts, due_page, is_more, unit_counts
from routing.reading.due_places import place_in, place_text
from routing.reading.due_queries import MOST_COUNTED, DueFilter
from routing.web.due_view import desks_seen_by, due_seen_by
from routing.web.rendering import show, wants_json
from routing.web.visitors import OfficeHere, SignedIn
from routing.web.wording import N_

router = APIRouter(include_in_schema=False)

_LONGEST_FILTER = 200
#: What the lists are called.
LISTS = {
    DueBy.PROMISE: N_("Promise"),
    DueBy.LEGAL: N_("Legal limit"),
    DueBy.DESK: N_("Time of the desk"),
    DueBy.STILL: N_("Standing still"),
}
#: Why a promise stands still.
PAUSES = {
    Pause.REPAIR: N_("the applicant repairs what was returned"),
    Pause.PAYMENT: N_("the applicant pays"),
    Pause.OUTSIDE_AGENCY: N_("an agency outside this office has it"),
    Pause.APPLICANT_REQUEST: N_("the applicant asked for it"),
    Pause.FORCE_MAJEURE: N_("force majeure"),
}
_WINDOWS = {"": N_("any time"), "0d": N_("today"), "1d": N_("1 working day"), "3d": N_("3 working days"),
            "5d": N_("5 working days"), "10d": N_("10 working days")}  # fmt: skip


@router.get("/due")
def due_board(
    request: Request,
    office: OfficeHere,
    staff: SignedIn,
    by: str = "",
    desk: str = "",
    unit: str = "",
    service: str = "",
    within: str = "",
    overdue: str = "",
    behind: str = "",
) -> HTMLResponse:
    """What is due first, first. The address holds the filter, so that it can be kept and sent on."""
    asked = {"by": by, "desk": desk, "unit": unit, "service": service, "within": within}
    asked = {name: value.strip()[:_LONGEST_FILTER] for name, value in asked.items()}
    typed = {**asked, "overdue": "1" if overdue else ""}
    seen = desks_seen_by(staff)
    refusals: tuple[Refusal, ...] = ()
    try:
        wanted = due_seen_by(office, staff, **asked, overdue=bool(overdue))
    except Refusal as refusal:
        if wants_json(request) or refusal.kind not in (Kind.MALFORMED, Kind.UNKNOWN):
            raise
        wanted, refusals = DueFilter(desks=()), (refusal,)
    is_whole = seen is None and wanted.desks is None and wanted.service is None
    page = due_page(office, wanted, place_in(behind))
    desks = tuple(code for code in staff.directory.desks if seen is None or code in seen)
    return show(
        request,
        "desk/due.html",
        refusals=refusals,
        page=page,
        counts=due_counts(office, wanted),
        is_more=is_more,
        most=MOST_COUNTED,
        soon_days=SOON_DAYS,
        units=unit_counts(office, staff.directory) if is_whole else (),
        wanted=wanted,
        typed=typed,
        next=place_text(page.next),
        is_first=not behind,
        now=office.now(),
        lists=LISTS,
        pauses=PAUSES,
        windows=_WINDOWS if typed["within"] in _WINDOWS else {**_WINDOWS, typed["within"]: typed["within"]},
        services=services_in_force(office),
        desks=desks,
        units_of_desks=sorted({staff.directory.desks[code].unit for code in desks}),
    )
