"""The promise clock of an application on the wire: the same document at the API and from the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from routing.domain.audit_chain import rfc3339
from routing.domain.clock_explained import DayTold
from routing.domain.forecast import Expected
from routing.domain.ledger import Interval
from routing.domain.limits_explained import Limit
from routing.domain.phrases import Phrase
from routing.reading.catalogue import Directory
from routing.reading.whereabouts import PublicWhereabouts, Waiting, Whereabouts
from routing.web.api.labels import Name, name_of
from routing.web.why_here import for_anybody, for_the_staff
from routing.web.wording import Wording

_At = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-23T02:05:00.000000Z"])]
_Day = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2026-11-23"])]


class DayShape(BaseModel):
    """A day, and what became of it."""

    day: _Day
    verdict: str = Field(
        examples=["day-off"],
        description="counted, received, too-late, weekend, day-off, paused, stopped (it had ended) or closed.",
    )
    number: int | None = Field(description="Which of the promised days it is.")
    minutes: float | None = Field(description="Where minutes were promised: how many of them went by on it.")
    name: str | None = Field(examples=["Hari Suci Nyepi"], description="What the day off is called.")
    estimated: bool = Field(description="The day off has not been decreed yet.")
    pause: str | None = Field(examples=["repair"], description="Why it stood still.")


class LimitShape(BaseModel):
    """By when, and how that date came about."""

    due_at: _At | None = Field(description="Null: it stands still.")
    promised: int | None = Field(description="What the rules say; null: a log it came from counted.")
    unit: str = Field(examples=["working-days"], description="working-days, calendar-days or minutes.")
    basis: str | None = Field(description="The article that sets it.")
    late: bool
    pause: str | None = Field(examples=["repair"], description="Why it stands still.")
    received: _Day | None = Field(description="The day on which it counts as received.")
    later: str | None = Field(description="Why that is a later day: after-closing or no-working-day.")
    used: int | None = Field(description="How much of it has been counted.")
    extended_by: int = Field(description="Days by which a pause has extended it.")
    restarts: list[_At] = Field(description="When all was counted anew.")
    provisional: bool = Field(description="It rests on a day off that is estimated or not known yet.")
    days: list[DayShape]


class IntervalShape(BaseModel):
    """A time in which the promise ran or stood still."""

    pause: str | None = Field(description="Null: it ran.")
    since: _At
    until: _At | None
    by: str = Field(description="The account whose move began it.")


class WaitingShape(BaseModel):
    """An open visit, and who is waited for there."""

    visit: int
    step: str
    step_name: Name
    desk: str
    turn: str = Field(examples=["office"], description="courier, office, program, applicant or outside.")
    since: _At
    holder: str | None
    roles: list[str]
    decisions: list[str] = Field(description="What can be decided there, by anybody who may.")
    to_repair: list[Name]
    limit: LimitShape | None


class JoinedShape(BaseModel):
    """Several desks at once."""

    needed: int
    given: int
    spoken: list[str]
    silent: list[str]


class ExpectedShape(BaseModel):
    """When an answer can be expected, going by earlier cases."""

    cases: int
    enough: bool = Field(description="Below ten cases nothing is said.")
    earliest: _Day | None = Field(description="Half of the earlier cases were answered by then.")
    latest: _Day | None = Field(description="Nine in ten were; null: it has taken longer already.")


class ClockShape(BaseModel):
    """Why is it here?"""

    number: str
    sentences: list[Name] = Field(description="The whole answer in words, in both languages.")
    waiting: list[WaitingShape]
    joined: JoinedShape | None
    owed: list[Name] = Field(description="What still has to be handed in.")
    promise: LimitShape | None
    legal: LimitShape | None
    answered_at: _At | None = Field(
        description="When the office answered; null: it has not, or its route does not say."
    )
    ledger: list[IntervalShape]
    expected: ExpectedShape | None


class PublicClockShape(BaseModel):
    """The same in plain words, without names."""

    stage: Name
    turn: str | None
    sentences: list[Name]
    due_at: _At | None
    expected: ExpectedShape | None


def clock_shape(
    found: Whereabouts, wordings: Mapping[str, Wording], directory: Directory, zone: ZoneInfo
) -> ClockShape:
    """The clock for the staff."""
    answered_at = found.file.application.answered_at
    return ClockShape(
        number=found.file.application.number,
        sentences=_in_both(for_the_staff(found, zone), wordings, directory),
        waiting=[_waiting(one) for one in found.waiting],
        joined=JoinedShape(
            needed=found.joined.needed,
            given=found.joined.given,
            spoken=list(found.joined.spoken),
            silent=list(found.joined.silent),
        )
        if found.joined is not None
        else None,
        owed=[name_of(label) for label in found.owed],
        promise=_limit(found.promise),
        legal=_limit(found.legal),
        answered_at=rfc3339(answered_at) if answered_at is not None else None,
        ledger=[_interval(one) for one in found.ledger],
        expected=_expected(found.expected),
    )


def public_clock_shape(found: PublicWhereabouts, wordings: Mapping[str, Wording], zone: ZoneInfo) -> PublicClockShape:
    """The clock for anybody."""
    due = found.promise.due_at if found.promise is not None else None
    return PublicClockShape(
        stage=name_of(found.stage),
        turn=found.whose,
        sentences=_in_both(for_anybody(found, zone), wordings, None),
        due_at=rfc3339(due) if due is not None else None,
        expected=_expected(found.expected),
    )


def _in_both(said: Sequence[Phrase], wordings: Mapping[str, Wording], directory: Directory | None) -> list[Name]:
    names = {code: directory.names(code) if directory is not None else {} for code in ("id", "en")}
    return [Name(**{code: wordings[code].phrase(one, names[code]) for code in names}) for one in said]


def _waiting(one: Waiting) -> WaitingShape:
    return WaitingShape(
        visit=one.visit.no,
        step=one.visit.step,
        step_name=name_of(one.step.label),
        desk=one.visit.desk,
        turn=one.whose,
        since=rfc3339(one.since),
        holder=one.visit.holder,
        roles=list(one.roles),
        decisions=[decision.code for decision in one.possible],
        to_repair=[name_of(label) for label in one.to_repair],
        limit=_limit(one.limit),
    )


def _limit(limit: Limit | None) -> LimitShape | None:
    if limit is None:
        return None
    told = limit.explained
    return LimitShape(
        due_at=rfc3339(limit.due_at) if limit.due_at is not None else None,
        promised=limit.promised,
        unit="minutes" if limit.is_minutes else "calendar-days" if limit.in_calendar_days else "working-days",
        basis=limit.basis or None,
        late=limit.is_late,
        pause=limit.pause,
        received=told.received.isoformat() if told is not None else None,
        later=told.later if told is not None else None,
        used=told.used if told is not None else None,
        extended_by=told.extended_by if told is not None else 0,
        restarts=[rfc3339(at) for at in told.restarts] if told is not None else [],
        provisional=told is not None and told.is_provisional,
        days=[_day(one) for one in told.days] if told is not None else [],
    )


def _day(one: DayTold) -> DayShape:
    return DayShape(
        day=one.day.isoformat(),
        verdict=one.verdict,
        number=one.number,
        minutes=one.minutes,
        name=one.off.name if one.off is not None else None,
        estimated=one.off is not None and one.off.is_estimated,
        pause=one.pause,
    )


def _interval(one: Interval) -> IntervalShape:
    until = rfc3339(one.until) if one.until is not None else None
    return IntervalShape(pause=one.pause, since=rfc3339(one.since), until=until, by=one.granted_by)


def _expected(said: Expected | None) -> ExpectedShape | None:
    if said is None:
        return None
    return ExpectedShape(
        cases=said.cases,
        enough=said.is_told,
        earliest=said.earliest.isoformat() if said.earliest is not None else None,
        latest=said.latest.isoformat() if said.latest is not None else None,
    )
