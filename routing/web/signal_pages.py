"""For auditors and the head: what the log finds by itself, the entries behind it, and the answers to them.

A form that is refused for what was typed is shown again as it was, with what is wrong beside its input.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.actions.answer_signal import answer_signal
from routing.domain.errors import Kind, MalformedField, Refusal
from routing.domain.integrity_signals import Signal, signal_named
from routing.domain.people import Action
from routing.domain.signal_answers import STATUS_WORDS, AnswerStatusUnknown, Said
from routing.domain.signal_definitions import DEFINITIONS, Definition
from routing.office import Office
from routing.reading.catalogue import services_in_force
from routing.reading.integrity_signals import (
    USUAL_PERIOD,
    SignalFilter,
    SignalPage,
    signal_at,
    signal_counts,
    signal_page,
    signal_place_in,
    signal_place_text,
    thresholds_of,
)
from routing.web.log_questions import note_signals
from routing.web.numbers_in_addresses import application_number, small_number
from routing.web.posted_form import PostedForm
from routing.web.rendering import go_to, show, wants_json, wording_of
from routing.web.timeline import KIND_NAMES
from routing.web.typed_days import from_until
from routing.web.visitors import OfficeHere, OwnForm, SignedIn, Staff
from routing.web.wording import N_

router = APIRouter(prefix="/audit/signals", include_in_schema=False)

_LONGEST_FILTER = 200
#: What each threshold is called.
THRESHOLDS = {
    "fast_seconds": N_("seconds from taking to deciding"),
    "queue_hours": N_("hours by which the other was due earlier"),
    "pair_applications": N_("applications of one applicant"),
    "pair_days": N_("days in which they are counted"),
    "grace_minutes": N_("minutes outside the hours that are nothing"),
}


@router.get("")
def overview(
    request: Request, office: OfficeHere, staff: SignedIn, since: str = "", until: str = "", unit: str = "",
    desk: str = "", service: str = "",
) -> HTMLResponse:  # fmt: skip
    """Every signal with its definition and its count. The address holds the filter, so that it can be sent on."""
    staff.require(Action.SEE_SIGNALS)
    typed = _typed(office, since=since, until=until, unit=unit, desk=desk, service=service)
    wanted, refusals = _filter(request, office, typed)
    if wanted is not None:
        note_signals(office, staff, wanted, way="page")
    return show(
        request,
        "auditor/signals.html",
        refusals=refusals,
        counts=signal_counts(office, wanted) if wanted is not None else (),
        asked=urlencode(typed),
        limits=thresholds_of(office),
        **_choices(office, staff, typed),
    )


@router.get("/{code}")
def list_of_entries(
    request: Request, office: OfficeHere, staff: SignedIn, code: str, since: str = "", until: str = "", unit: str = "",
    desk: str = "", service: str = "", behind: str = "",
) -> HTMLResponse:  # fmt: skip
    """The entries that raised one signal, newest first, with what was answered."""
    staff.require(Action.SEE_SIGNALS)
    signal = signal_named(code)
    typed = _typed(office, since=since, until=until, unit=unit, desk=desk, service=service)
    wanted, refusals = _filter(request, office, typed)
    page = SignalPage(rows=(), next=None)
    if wanted is not None:
        note_signals(office, staff, wanted, signal, way="page")
        page = signal_page(office, signal, wanted, signal_place_in(behind))
    return show(
        request,
        "auditor/signal.html",
        refusals=refusals,
        page=page,
        next=signal_place_text(page.next),
        is_first=not behind,
        limits=thresholds_of(office),
        kinds=KIND_NAMES,
        **_told(request, staff, DEFINITIONS[signal]),
        **_choices(office, staff, typed),
    )


@router.get("/{code}/{number}/{seq}")
def answer_page(
    request: Request, office: OfficeHere, staff: SignedIn, code: str, number: str, seq: str
) -> HTMLResponse:
    """One entry that raised a signal, and what is to be said to it."""
    return _answer_form(request, office, staff, signal_named(code), application_number(number), seq, PostedForm())


@router.post("/{code}/{number}/{seq}")
def answer_here(
    request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm, code: str, number: str, seq: str
) -> Response:
    """Keeps the answer; the application's log tells that there is one."""
    number, about = application_number(number), small_number(seq)
    said = Said(signal=code, about=about, status=form.text("status"), text=form.text("reason"))
    try:
        answer_signal(office, number, said, person_id=staff.person.id)
    except Refusal as refusal:
        if wants_json(request) or refusal.kind not in (Kind.MALFORMED, Kind.TOO_LARGE):
            raise
        return _answer_form(request, office, staff, signal_named(code), number, seq, form, refusal)
    return go_to(f"/audit/signals/{code}/{number}/{about}", told="signal-answered", number=number)


def _answer_form(
    request: Request,
    office: Office,
    staff: Staff,
    signal: Signal,
    number: str,
    seq: str,
    form: PostedForm,
    *refusals: Refusal,
) -> HTMLResponse:
    staff.require(Action.SEE_SIGNALS)
    wrong = dict.fromkeys(("status", "reason"), "")
    wrong |= {_input_of(one): wording_of(request).sentence(one) for one in refusals}
    return show(
        request,
        "auditor/signal_answer.html",
        refusals=refusals,
        here=f"/audit/signals/{signal}/{number}/{small_number(seq)}",
        number=number,
        seq=small_number(seq),
        row=signal_at(office, signal, number, small_number(seq)),
        form=form,
        wrong=wrong,
        may_answer=staff.may(Action.ANSWER_SIGNAL),
        kinds=KIND_NAMES,
        **_told(request, staff, DEFINITIONS[signal]),
    )


def _input_of(refusal: Refusal) -> str:
    return "status" if isinstance(refusal, AnswerStatusUnknown) else "reason"


def _told(request: Request, staff: Staff, definition: Definition) -> dict[str, Any]:
    """The signal in the reader's language."""
    language = wording_of(request).language
    names = staff.directory.names(language)
    return {
        "definition": definition,
        "shown": lambda row: definition.sentence(row.facts, language, names),
        "statuses": {status.value: name for status, name in STATUS_WORDS.items()},
    }


def _choices(office: Office, staff: Staff, typed: dict[str, str]) -> dict[str, Any]:
    return {
        "typed": typed,
        "units": staff.directory.units.values(),
        "desks": staff.directory.desks.values(),
        "services": services_in_force(office),
        "thresholds": THRESHOLDS,
    }


def _typed(office: Office, **typed: str) -> dict[str, str]:
    """As it was typed; where no beginning was, the one that is meant stands in its field."""
    typed = {name: value.strip().replace("\0", "")[:_LONGEST_FILTER] for name, value in typed.items()}
    if not typed["since"] and not typed["until"]:
        typed["since"] = (office.now() - USUAL_PERIOD + timedelta(days=1)).date().isoformat()
    return typed


def _filter(request: Request, office: Office, typed: dict[str, str]) -> tuple[SignalFilter | None, Sequence[Refusal]]:
    """What is looked for; None: a date is none, and that is told above the form."""
    try:
        since, until = from_until(office, typed["since"], typed["until"])
    except MalformedField as refusal:
        if wants_json(request):
            raise
        return None, (refusal,)
    return SignalFilter(since=since, until=until, unit=typed["unit"], desk=typed["desk"], service=typed["service"]), ()
