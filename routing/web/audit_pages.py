"""For the auditor: every transition, filtered, counted and followed back, and the proof that nothing was changed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.responses import Response

from routing.domain.errors import MalformedField, Refusal
from routing.domain.people import Action
from routing.office import Office
from routing.reading.audit_search import LogFilter, LogPage, SearchTooWide
from routing.reading.catalogue import services_in_force
from routing.reading.chains import verify_chains
from routing.web.api.audit_log import ROWS_AT_ONCE, csv_answer
from routing.web.api.proofs import proof_file
from routing.web.api.shapes import at_text, entry_shape
from routing.web.application_view import see_application, see_timeline
from routing.web.conditions import CHANNELS
from routing.web.facets_told import OUTCOMES, chosen, facets_told, log_address, names_of_values
from routing.web.log_questions import Answer, ask_for_export, ask_log, note_application
from routing.web.numbers_in_addresses import application_number, small_number
from routing.web.rendering import show, wants_json, wording_of
from routing.web.timeline import KIND_NAMES, told
from routing.web.typed_days import from_until
from routing.web.visitors import OfficeHere, SignedIn, Staff

router = APIRouter(prefix="/audit", include_in_schema=False)

_LONGEST_FILTER = 200
#: So many entries may have come since a permalink was made before its page begins above it.
_ABOVE = 100


def typed_filter(
    number: str = "",
    service: str = "",
    unit: str = "",
    desk: str = "",
    actor: str = "",
    kind: str = "",
    decision: str = "",
    outcome: str = "",
    reason: str = "",
    channel: str = "",
    since: str = "",
    until: str = "",
) -> dict[str, str]:
    """What was typed into the filter, or stands in the address."""
    typed = {
        "number": number.upper(), "service": service, "unit": unit, "desk": desk, "actor": actor, "kind": kind,
        "decision": decision, "outcome": outcome, "reason": reason, "channel": channel, "since": since, "until": until,
    }  # fmt: skip
    return {name: plain(value) for name, value in typed.items()}


def plain(value: str) -> str:
    """What was typed, as far as a database can look for it."""
    return value.strip().replace("\0", "").encode(errors="ignore").decode()[:_LONGEST_FILTER]


Typed = Annotated[dict[str, str], Depends(typed_filter)]


@router.get("")
def log_page(request: Request, office: OfficeHere, staff: SignedIn, typed: Typed, cursor: str = "") -> HTMLResponse:
    """The log, newest first. The address holds the question, so that it can be kept and sent on."""
    staff.require(Action.SEE_AUDIT_LOG)
    answer: Answer | None = None
    refusals: tuple[Refusal, ...] = ()
    try:
        answer = ask_log(office, staff, _filter(office, typed), cursor[:_LONGEST_FILTER], way="page")
    except (MalformedField, SearchTooWide) as refusal:
        if wants_json(request):
            raise
        refusals = (refusal,)
    return _shown(request, office, staff, typed, answer, refusals, is_first=not cursor)


@router.get(".json")
def log_as_json(office: OfficeHere, staff: SignedIn, typed: Typed, cursor: str = "") -> Response:
    """The same question's answer for programs."""
    staff.require(Action.SEE_AUDIT_LOG)
    answer = ask_log(office, staff, _filter(office, typed), cursor[:_LONGEST_FILTER], way="json")
    facets, complete_at = answer.facets, answer.index.complete_at
    counted = {name: [list(one) for one in values] for name, values in facets.values.items()} if facets else None
    return JSONResponse(
        {
            "items": [entry_shape(event).model_dump() for event in answer.page.events],
            "next": answer.page.next,
            "count": facets.count if facets else None,
            "more": facets.is_more if facets else None,
            "facets": counted,
            "complete_at": at_text(complete_at) if complete_at is not None else None,
        }
    )


@router.get(".csv")
def log_as_csv(office: OfficeHere, staff: SignedIn, typed: Typed) -> Response:
    """All of it, newest first, streamed."""
    staff.require(Action.SEE_AUDIT_LOG)
    wanted = _filter(office, typed)
    return csv_answer(office, wanted, ask_for_export(office, staff, wanted, way="csv", most=ROWS_AT_ONCE))


@router.get("/applications/{number}")
def chain_page(request: Request, office: OfficeHere, staff: SignedIn, number: str, before: str = "") -> HTMLResponse:
    """One application's entries with their hashes, recomputed just now."""
    staff.require(Action.SEE_AUDIT_LOG)
    view = see_application(office, staff, application_number(number))
    note_application(office, staff, view.file.application.number, way="page")
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
    return proof_file(office, staff, application_number(number), way="page")


@router.get("/applications/{number}/entries/{seq}")
def permalink(staff: SignedIn, number: str, seq: str) -> RedirectResponse:
    """Where an entry stands among its neighbours, however many came after it."""
    staff.require(Action.SEE_AUDIT_LOG)
    known, place = application_number(number), max(small_number(seq), 0)
    return RedirectResponse(f"/audit/applications/{known}?before={place + _ABOVE}#entry-{place}", status_code=303)


def _shown(
    request: Request,
    office: Office,
    staff: Staff,
    typed: dict[str, str],
    answer: Answer | None,
    refusals: tuple[Refusal, ...],
    *,
    is_first: bool,
) -> HTMLResponse:
    page = answer.page if answer is not None else LogPage(events=(), next=None)
    facets = answer.facets if answer is not None else None
    wording = wording_of(request)
    actors = {typed["actor"], *(code for code, _ in (facets.values.get("actor", ()) if facets else ()))}
    called = names_of_values(office, staff, wording, iter(actors))
    return show(
        request,
        "auditor/log.html",
        refusals=refusals,
        answer=answer,
        counted=facets,
        facets=facets_told(facets, typed, called) if facets is not None else [],
        chosen=chosen(typed, called),
        rows=told(page.events, wording, staff.directory.names(wording.language)),
        older=log_address(typed, cursor=page.next) if page.next else None,
        newest=None if is_first else log_address(typed),
        as_json=log_address(typed, "/audit.json"),
        as_csv=log_address(typed, "/audit.csv"),
        typed=typed,
        kinds=KIND_NAMES,
        outcomes={one.value: name for one, name in OUTCOMES.items()},
        channels=CHANNELS,
        services=services_in_force(office),
    )


def _filter(office: Office, typed: dict[str, str]) -> LogFilter:
    """Raises MalformedField for a date that is none."""
    since, until = from_until(office, typed["since"], typed["until"])
    named = {name: value for name, value in typed.items() if name not in {"since", "until"}}
    return LogFilter(**named, since=since, until=until)
