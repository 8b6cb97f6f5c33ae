"""The whole log, filtered, for the auditor: as JSON in pages, or as CSV to the end."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from routing.domain.people import Action
from routing.office import Office
from routing.reading.audit_search import LogFilter, LogPage, search_log
from routing.reading.history import Event
from routing.web.api.applications import After, Limit
from routing.web.api.cursors import Cursors
from routing.web.api.problems import says
from routing.web.api.shapes import At, Entries, at_text, entry_shape
from routing.web.api.who_calls import TheCaller
from routing.web.log_questions import ask_for_export, ask_log
from routing.web.visitors import OfficeHere, Staff

router = APIRouter(prefix="/audit", tags=["audit"])

ROWS_AT_ONCE = 500
#: Nothing is older or younger, and further out the calendar has no room for a time zone.
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
#: A spreadsheet would take what begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = (
    "number", "seq", "at", "kind", "desk", "actor", "actor_name", "role", "step", "decision", "sent_to", "version",
    "reason_digest", "hash",
)  # fmt: skip

_Text = Annotated[str, Query(max_length=200)]
When = Annotated[
    AwareDatetime | date | None,
    Query(description="A moment (RFC 3339, with its offset) or a day of the office's calendar."),
]


class FacetCount(BaseModel):
    """A value, and how many entries have it."""

    value: str
    count: int


class FacetsShape(BaseModel):
    """What was found, counted; bounded in number and in time."""

    count: int | None = Field(description="How many entries fit; null: counting took too long, narrow the time.")
    more: bool = Field(description="There are more; `count` and `facets` speak of the newest.")
    complete_at: At | None = Field(description="Whatever was written before is found; null: the index is being built.")
    facets: dict[str, list[FacetCount]] | None = Field(
        description="By service, unit, desk, kind, decision, outcome, reason, channel, actor; the most frequent first."
    )


def wanted(
    office: OfficeHere,
    number: _Text = "",
    kind: _Text = "",
    desk: _Text = "",
    actor: _Text = "",
    service: _Text = "",
    unit: _Text = "",
    decision: _Text = "",
    outcome: Annotated[str, Query(max_length=200, description="How the application ended with the entry.")] = "",
    reason: Annotated[str, Query(max_length=200, description="The code of a reason that was chosen.")] = "",
    channel: _Text = "",
    since: When = None,
    until: When = None,
) -> LogFilter:
    """What is looked for; everything absent: all of it. ``until`` is exclusive, but a day counts as a whole."""
    return LogFilter(
        number=_plain(number).upper(),
        kind=_plain(kind),
        desk=_plain(desk),
        actor=_plain(actor),
        service=_plain(service),
        unit=_plain(unit),
        decision=_plain(decision),
        outcome=_plain(outcome),
        reason=_plain(reason),
        channel=_plain(channel),
        since=moment_of(office, since),
        until=moment_of(office, until, a_day_later=True),
    )


def the_auditor(staff: TheCaller) -> Staff:
    """The caller, who may read the whole log. Raises NotAllowed."""
    staff.require(Action.SEE_AUDIT_LOG)
    return staff


TheAuditor = Annotated[Staff, Depends(the_auditor)]
Wanted = Annotated[LogFilter, Depends(wanted)]


@router.get("", responses=says(403, 503))
@router.get(".json", responses=says(403, 503), operation_id="see_log_json")
def see_log(office: OfficeHere, staff: TheAuditor, found_by: Wanted, after: After = None, limit: Limit = 50) -> Entries:
    """The log, newest first. Reasons stay where they are; their digests are shown. The question is an entry itself."""
    cursors = Cursors(staff.session.token_hash, "audit", found_by)
    place = cursors.read(after)
    cursor = str(place[0]) if place is not None else ""
    page = ask_log(office, staff, found_by, cursor, way="api", most=limit, counts=not cursor).page
    following = cursors.write((page.next,)) if page.next is not None else None
    return Entries(items=[entry_shape(event) for event in page.events], next=following)


@router.get("/facets", responses=says(403, 503))
def count_log(office: OfficeHere, staff: TheAuditor, found_by: Wanted) -> FacetsShape:
    """What the entries that fit are, counted among the newest 10,000 of them. The question is an entry itself."""
    answer = ask_log(office, staff, found_by, way="api", most=1)
    facets, complete_at = answer.facets, answer.index.complete_at
    counted = {
        name: [FacetCount(value=value, count=count) for value, count in values]
        for name, values in (facets.values if facets is not None else {}).items()
    }
    return FacetsShape(
        count=facets.count if facets is not None else None,
        more=facets is not None and facets.is_more,
        complete_at=at_text(complete_at) if complete_at is not None else None,
        facets=counted if facets is not None else None,
    )


@router.get(
    ".csv",
    response_class=StreamingResponse,
    responses=says(403, 503)
    | {200: {"description": "One line an entry.", "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def see_log_as_csv(office: OfficeHere, staff: TheAuditor, found_by: Wanted) -> Response:
    """All of it, newest first, streamed. What a spreadsheet would take for a formula begins with an apostrophe."""
    return csv_answer(office, found_by, ask_for_export(office, staff, found_by, way="api", most=ROWS_AT_ONCE))


def csv_answer(office: Office, found_by: LogFilter, first: LogPage) -> Response:
    """All of it from the first page on, which was read before anything is said: a refusal can still be one."""
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(_lines(office, found_by, first), headers=headers, media_type="text/csv")


def defused(cell: object) -> str:
    """The cell as a spreadsheet shows it and does not run it."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def moment_of(office: Office, said: date | None, *, a_day_later: bool = False) -> datetime | None:
    """The moment somebody means by a moment or a day; ``a_day_later``: of a day the end."""
    if said is None:
        return None
    if isinstance(said, datetime):
        # Compared by their years alone: near the ends of the calendar an offset has no room.
        return said if _FIRST.year < said.year < _LAST.year else _FIRST if said.year <= _FIRST.year else _LAST
    day = min(max(said, _FIRST.date()), _LAST.date())
    midnight = datetime.combine(day, time(), tzinfo=office.time_zone)
    return midnight + timedelta(days=1) if a_day_later else midnight


def _lines(office: Office, found_by: LogFilter, page: LogPage) -> Iterator[str]:
    yield _csv([_COLUMNS])
    while True:
        yield _csv(_cells(event) for event in page.events)
        if page.next is None:
            return
        page = search_log(office, found_by, page.next, ROWS_AT_ONCE)


def _cells(event: Event) -> Iterator[object]:
    said = {"at": at_text(event.at), "step": event.step_code, "decision": event.decision_code, "hash": event.hash.hex()}
    said["sent_to"] = " ".join(event.sent_to)
    return (said[name] if name in said else getattr(event, name) for name in _COLUMNS)


def _csv(rows: Iterable[Iterable[object]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue()


def _plain(text: str) -> str:
    """No column holds a NUL or half a sign, so nothing is found by one."""
    return text.replace("\0", "").encode(errors="ignore").decode()
