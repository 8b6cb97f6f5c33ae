"""For the auditor: every transition, filtered and followed back, and the proof that nothing was changed."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.domain.errors import MalformedField, Refusal
from routing.domain.people import Action
from routing.office import Office
from routing.reading.audit_search import LogFilter, LogPage, search_log
from routing.reading.chains import verify_chains
from routing.web.api.proofs import proof_file
from routing.web.application_view import see_application, see_timeline
from routing.web.numbers_in_addresses import application_number
from routing.web.rendering import show, wants_json, wording_of
from routing.web.timeline import KIND_NAMES, told
from routing.web.typed_days import from_until
from routing.web.visitors import OfficeHere, SignedIn

router = APIRouter(prefix="/audit", include_in_schema=False)

_LONGEST_FILTER = 200


@router.get("")
def log_page(
    request: Request,
    office: OfficeHere,
    staff: SignedIn,
    number: str = "",
    kind: str = "",
    desk: str = "",
    actor: str = "",
    since: str = "",
    until: str = "",
    cursor: str = "",
) -> HTMLResponse:
    """The log, newest first. The address holds the filter, so that it can be kept and sent on."""
    staff.require(Action.SEE_AUDIT_LOG)
    typed = {"number": number, "kind": kind, "desk": desk, "actor": actor, "since": since, "until": until}
    typed = {name: value.strip()[:_LONGEST_FILTER] for name, value in typed.items()}
    refusals: tuple[Refusal, ...] = ()
    try:
        found = search_log(office, _filter(office, typed), cursor[:_LONGEST_FILTER])
    except MalformedField as refusal:
        if wants_json(request):
            raise
        found, refusals = LogPage(events=(), next=None), (refusal,)
    wording = wording_of(request)
    rows = told(found.events, wording, staff.directory.names(wording.language))
    return show(
        request,
        "auditor/log.html",
        refusals=refusals,
        rows=rows,
        next=found.next,
        typed=typed,
        kinds=KIND_NAMES,
        is_first=not cursor,
    )


@router.get("/applications/{number}")
def chain_page(request: Request, office: OfficeHere, staff: SignedIn, number: str, before: str = "") -> HTMLResponse:
    """One application's entries with their hashes, recomputed just now."""
    staff.require(Action.SEE_AUDIT_LOG)
    view = see_application(office, staff, application_number(number))
    timeline = see_timeline(request, office, staff, view, before)
    report = verify_chains(office, number=view.file.application.number)
    return show(
        request,
        "auditor/chain.html",
        view=view,
        file=view.file,
        timeline=timeline,
        kinds=KIND_NAMES,
        entries=report.entries,
        broken=report.breaks[0] if report.breaks else None,
    )


@router.get("/applications/{number}/proof")
def proof(office: OfficeHere, staff: SignedIn, number: str) -> Response:
    """The proof bundle, to be handed to whoever doubts."""
    staff.require(Action.SEE_AUDIT_LOG)
    return proof_file(office, application_number(number))


def _filter(office: Office, typed: dict[str, str]) -> LogFilter:
    """Raises MalformedField for a date that is none."""
    known = {name: typed[name].replace("\0", "") for name in ("kind", "desk", "actor")}
    since, until = from_until(office, typed["since"], typed["until"])
    return LogFilter(
        number=typed["number"].upper().replace("\0", ""),
        **known,
        since=since,
        until=until,
    )
