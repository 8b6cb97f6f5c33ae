"""For the auditor: what to look at, without searching."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from routing.domain.errors import MalformedField, Refusal
from routing.domain.marks import Mark
from routing.domain.people import Action
from routing.office import Office
from routing.reading.catalogue import services_in_force
from routing.reading.marks import MarkFilter, MarksPage, mark_named, mark_place_in, mark_place_text, marks_page
from routing.web.rendering import show, wants_json
from routing.web.timeline import KIND_NAMES
from routing.web.typed_days import from_until
from routing.web.visitors import OfficeHere, SignedIn
from routing.web.wording import N_

router = APIRouter(prefix="/audit", include_in_schema=False)

_LONGEST_FILTER = 200
#: What each mark is called.
MARKS = {
    Mark.LATE_RETURN: N_("returned late"),
    Mark.LATE_PAUSE: N_("stopped late"),
    Mark.REPEATED_RETURN: N_("returned again for what lay there before"),
    Mark.RESTART: N_("the promise was counted anew"),
    Mark.TAKEN_BACK: N_("the answer was taken back"),
    Mark.MOVED_LIMIT: N_("a new version of the route gives it more time"),
    Mark.GRANTED_PAUSE: N_("a pause was granted"),
    Mark.DEEMED: N_("deemed granted by law"),
    Mark.LIMIT_PASSED: N_("the legal limit has passed"),
}


@router.get("/marks")
def list_of_marks(
    request: Request,
    office: OfficeHere,
    staff: SignedIn,
    mark: str = "",
    service: str = "",
    since: str = "",
    until: str = "",
    behind: str = "",
) -> HTMLResponse:
    """The marks, newest first. The address holds the filter, so that it can be kept and sent on."""
    staff.require(Action.SEE_AUDIT_LOG)
    typed = {"mark": mark, "service": service, "since": since, "until": until}
    typed = {name: value.strip().replace("\0", "")[:_LONGEST_FILTER] for name, value in typed.items()}
    refusals: tuple[Refusal, ...] = ()
    try:
        page = marks_page(office, _filter(office, typed), mark_place_in(behind))
    except MalformedField as refusal:
        if wants_json(request):
            raise
        page, refusals = MarksPage(rows=(), next=None), (refusal,)
    return show(
        request,
        "auditor/marks.html",
        refusals=refusals,
        page=page,
        next=mark_place_text(page.next),
        is_first=not behind,
        typed=typed,
        marks=MARKS,
        kinds=KIND_NAMES,
        services=services_in_force(office),
    )


def _filter(office: Office, typed: dict[str, str]) -> MarkFilter:
    """Raises MalformedField for a mark or a date that is none."""
    since, until = from_until(office, typed["since"], typed["until"])
    return MarkFilter(
        mark=mark_named(typed["mark"]),
        service=typed["service"],
        since=since,
        until=until,
    )
