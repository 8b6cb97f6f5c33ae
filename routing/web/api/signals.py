"""Integrity signals: how many of each, the entries behind them, and the answers to them."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from routing.actions.answer_signal import answer_signal_once
from routing.domain.integrity_signals import signal_named
from routing.domain.people import Action
from routing.domain.signal_answers import Said
from routing.domain.signal_definitions import DEFINITIONS, Definition
from routing.reading.integrity_signals import (
    SignalCount,
    SignalFilter,
    SignalRow,
    signal_counts,
    signal_page,
    thresholds_of,
)
from routing.reading.signal_answers import Answer
from routing.reading.signal_entries import Place
from routing.web.api.applications import After, Limit
from routing.web.api.audit_log import When, moment_of
from routing.web.api.bodies import SignalAnswerBody
from routing.web.api.cursors import Cursors
from routing.web.api.headers import IdempotencyKey, once, receipt_answer
from routing.web.api.json_route import JsonRoute
from routing.web.api.labels import Name, name_of
from routing.web.api.problems import says
from routing.web.api.shapes import At, ReceiptShape, at_text
from routing.web.api.who_calls import TheCaller
from routing.web.log_questions import note_signals
from routing.web.numbers_in_addresses import application_number
from routing.web.visitors import OfficeHere, Staff

router = APIRouter(prefix="/audit/signals", tags=["audit"], route_class=JsonRoute)

_Text = Annotated[str, Query(max_length=200)]


class SignalShape(BaseModel):
    """A signal, its definition, and how many entries of the period raised it."""

    signal: str = Field(examples=["queue-jumped"])
    name: Name
    meaning: Name
    formula: str
    thresholds: dict[str, float]
    source: Name
    is_never: bool = Field(description="The program itself refuses it: an honest office raises none.")
    found: int
    is_at_least: bool = Field(description="The period holds more entries than were looked at.")
    looked_at: int = Field(description="Entries of the log (or marks) that were looked at, newest first.")
    unanswered: int


class Signals(BaseModel):
    """Every signal there is."""

    items: list[SignalShape]


class SignalAnswerShape(BaseModel):
    """One answer, oldest first."""

    seq: int = Field(description="The entry that tells of it.")
    status: str
    at: At
    by: str
    by_name: str
    text: str | None = Field(description="Null: destroyed with the application's personal data.")
    is_own: bool = Field(description="Whoever did what the signal is about answered themselves.")


class SignalEntryShape(BaseModel):
    """An entry that raised a signal."""

    number: str
    seq: int = Field(description="The entry in the application's history.")
    service: str
    service_name: Name
    at: At
    kind: str = Field(examples=["decided"])
    desks: list[str]
    actor: str
    actor_name: str
    shows: Name = Field(description="What it shows, in a sentence.")
    facts: dict[str, str | int]
    answers: list[SignalAnswerShape]


class SignalEntries(BaseModel):
    """A page of entries, newest first; it may be empty and go on."""

    items: list[SignalEntryShape]
    next: str | None = Field(description="The cursor of the next page; null: the period holds no further entries.")


def who_sees_signals(staff: TheCaller) -> Staff:
    """The caller, who may see the signals. Raises NotAllowed."""
    staff.require(Action.SEE_SIGNALS)
    return staff


TheOverseer = Annotated[Staff, Depends(who_sees_signals)]


def wanted(
    office: OfficeHere,
    unit: _Text = "",
    desk: _Text = "",
    service: _Text = "",
    since: When = None,
    until: When = None,
) -> SignalFilter:
    """Where is looked; absent: everywhere, in the last thirty days. ``until`` as in the log."""
    return SignalFilter(
        since=moment_of(office, since),
        until=moment_of(office, until, a_day_later=True),
        unit=_plain(unit),
        desk=_plain(desk),
        service=_plain(service),
    )


Wanted = Annotated[SignalFilter, Depends(wanted)]


@router.get("", responses=says(403))
def see_signals(office: OfficeHere, staff: TheOverseer, found_by: Wanted) -> Signals:
    """Every integrity signal with its definition and its count; what the program itself refuses comes first."""
    note_signals(office, staff, found_by, way="api")
    limits = thresholds_of(office)
    return Signals(
        items=[_signal_shape(one, one.definition.threshold_values(limits)) for one in signal_counts(office, found_by)]
    )


@router.get("/{code}", responses=says(403, 404))
def see_entries_of_a_signal(
    office: OfficeHere, staff: TheOverseer, code: str, found_by: Wanted, after: After = None, limit: Limit = 50
) -> SignalEntries:
    """The entries that raised it, newest first, each with its answers."""
    signal = signal_named(code)
    note_signals(office, staff, found_by, signal, way="api")
    cursors = Cursors(staff.session.token_hash, "signals", signal, found_by)
    page = signal_page(office, signal, found_by, cast("Place | None", cursors.read(after)), limit)
    items = [_entry_shape(row, DEFINITIONS[signal], staff) for row in page.rows]
    return SignalEntries(items=items, next=cursors.write(page.next))


@router.post("/{code}/answers", response_model=ReceiptShape, responses=says(400, 403, 404, 409, 413, 415))
def answer(
    request: Request, office: OfficeHere, staff: TheOverseer, code: str, key: IdempotencyKey, body: SignalAnswerBody
) -> Response:
    """Answers a signal; the application's log tells that it was answered, and not in which words."""
    said = Said(signal=code, about=body.entry, status=body.status, text=body.text)
    done = answer_signal_once(office, application_number(body.number), said, once=once(request, staff, key, body))
    return receipt_answer(done)


def _signal_shape(one: SignalCount, thresholds: dict[str, float]) -> SignalShape:
    definition = one.definition
    return SignalShape(
        signal=definition.signal.value,
        name=name_of(definition.name),
        meaning=name_of(definition.meaning),
        formula=definition.formula,
        thresholds=thresholds,
        source=name_of(definition.source),
        is_never=definition.is_never,
        found=one.found,
        is_at_least=one.is_at_least,
        looked_at=one.looked_at,
        unanswered=one.found - one.answered,
    )


def _entry_shape(row: SignalRow, definition: Definition, staff: Staff) -> SignalEntryShape:
    said = {one: definition.sentence(row.facts, one, staff.directory.names(one)) for one in ("id", "en")}
    return SignalEntryShape(
        number=row.number,
        seq=row.seq,
        service=row.service,
        service_name=name_of(row.service_name),
        at=at_text(row.at),
        kind=row.kind,
        desks=list(row.desks),
        actor=row.actor,
        actor_name=row.actor_name,
        shows=Name(**said),
        facts={name: fact if isinstance(fact, str | int) else fact.en for name, fact in row.facts.items()},
        answers=[_answer_shape(one) for one in row.answers],
    )


def _answer_shape(one: Answer) -> SignalAnswerShape:
    return SignalAnswerShape(
        seq=one.seq,
        status=one.status.value,
        at=at_text(one.at),
        by=one.by,
        by_name=one.by_name,
        text=one.text,
        is_own=one.is_own,
    )


def _plain(text: str) -> str:
    """No column holds a NUL or half a sign, so nothing is found by one."""
    return text.replace("\0", "").encode(errors="ignore").decode()
