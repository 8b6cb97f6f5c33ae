"""How due dates came about, in sentences: what was promised, what the law wants, which days did not count and why.

Every sentence is a phrase, so that each door says it in its reader's language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from routing.domain.clock_explained import DayTold, Explained, Later, Verdict
from routing.domain.forecast import Expected
from routing.domain.ledger import Interval
from routing.domain.limits_explained import Limit
from routing.domain.phrases import Listed, Phrase
from routing.domain.time_limits import Pause

#: Why a promise stands still.
PAUSES = {
    Pause.REPAIR: Phrase("the applicant repairs what was returned"),
    Pause.PAYMENT: Phrase("the applicant's payment is waited for"),
    Pause.OUTSIDE_AGENCY: Phrase("an agency outside this office is waited for"),
    Pause.APPLICANT_REQUEST: Phrase("the applicant asked for it"),
    Pause.FORCE_MAJEURE: Phrase("nobody could have worked (force majeure)"),
}


def promise_told(limit: Limit, zone: ZoneInfo) -> Iterator[Phrase]:
    """What was promised, whether it is kept, and how its date came about."""
    facts: dict[str, object] = {"count": limit.promised, "due": due_told(limit, zone)}
    if limit.due_at is None:
        yield _without_date(limit)
    elif limit.promised is None:
        yield Phrase("It was due on {due}, as the log it came from counted.", **facts)
    elif limit.is_minutes:
        yield Phrase("Promised within {count} minute(s): due on {due}.", **facts)
    elif limit.in_calendar_days:
        yield Phrase("Promised within {count} calendar day(s): due on {due}.", **facts)
    else:
        yield Phrase("Promised within {count} working day(s): due on {due}.", **facts)
    if limit.is_late:
        yield Phrase("That promise was broken.")
    if limit.explained is not None:
        yield from _how(limit.explained)


def _without_date(limit: Limit) -> Phrase:
    if limit.pause is not None:
        return Phrase("The promise stands still and has no date until it goes on: {why}.", why=PAUSES[limit.pause])
    if limit.is_incomplete:
        return Phrase("Its time begins once the file has been declared complete.")
    return Phrase("The promise has no date: it stood still when the application ended, or was never counted.")


def legal_told(limit: Limit, zone: ZoneInfo) -> Iterator[Phrase]:
    """What the law wants."""
    facts: dict[str, object] = {"count": limit.promised, "due": due_told(limit, zone), "basis": limit.basis}
    if limit.is_incomplete:
        yield Phrase("The limit of the law ({basis}) begins with the promise.", **facts)
    elif limit.due_at is None:
        yield Phrase("The limit of the law ({basis}) stands still with the promise.", **facts)
    elif limit.in_calendar_days:
        yield Phrase("The law wants it decided within {count} calendar day(s), by {due} ({basis}).", **facts)
    else:
        yield Phrase("The law wants it decided within {count} working day(s), by {due} ({basis}).", **facts)
    if limit.is_late:
        yield Phrase("That limit has passed.")
    if limit.explained is not None:
        yield from skipped_told(limit.explained)


def _how(explained: Explained) -> Iterator[Phrase]:
    """How the date came about."""
    yield received_told(explained)
    counted = explained.counted
    if counted and not explained.is_minutes:
        yield Phrase("Day 1 is {first}; counted so far: {used} of {count}.",
                     first=counted[0].day, used=explained.used, count=explained.promised)  # fmt: skip
    for at in explained.restarts:
        yield Phrase("All was counted anew from {at}, after a repair.", at=at)
    if explained.extended_by:
        yield Phrase("A pause has made it longer by {count} working day(s), once.", count=explained.extended_by)
    if explained.cap_used_up is not None:
        yield Phrase("From {day} on a pause stops nothing any more: the most that may be paused is used up.",
                     day=explained.cap_used_up)  # fmt: skip
    yield from skipped_told(explained)


def received_told(explained: Explained) -> Phrase:
    """From when it is counted, and why from a later day."""
    facts: dict[str, object] = {"since": explained.since, "received": explained.received}
    if explained.later is Later.AFTER_CLOSING:
        return Phrase("It was complete on {since}, after closing time, and counts as received on {received}.", **facts)
    if explained.later is Later.NO_WORKING_DAY:
        return Phrase("It was complete on {since}, no working day, and counts as received on {received}.", **facts)
    return Phrase("It was complete on {since}, and counts from there.", **facts)


def skipped_told(explained: Explained) -> Iterator[Phrase]:
    """The days that do not count: each by its name, weekends and pauses by their number, in one sentence."""
    weekends = sum(one.verdict is Verdict.WEEKEND for one in explained.skipped)
    paused = sum(one.verdict is Verdict.PAUSED for one in explained.skipped)
    parts = [day_off(one) for one in explained.skipped if one.verdict is Verdict.DAY_OFF]
    if weekends:
        parts.append(Phrase("Saturdays and Sundays ({count})", count=weekends))
    if paused:
        parts.append(Phrase("working days on which it stood still ({count})", count=paused))
    if parts:
        yield Phrase("Not counted: {days}.", days=Listed(parts))
    if explained.is_provisional:
        yield Phrase("A day off in that time is an estimate, or not known yet: the date may still change.")


def day_off(one: DayTold) -> Phrase:
    """The day with its name."""
    name = one.off.name if one.off is not None else ""
    if one.off is not None and one.off.is_estimated:
        return Phrase("{day} ({name}, estimated)", day=one.day, name=name)
    return Phrase("{day} ({name})", day=one.day, name=name)


def intervals_told(ledger: Sequence[Interval], names: dict[str, str]) -> Iterator[Phrase]:
    """When the promise ran and stood still, and whose move it was."""
    for one in ledger:
        who: dict[str, object] = {"name": names.get(one.granted_by, one.granted_by), "since": one.since}
        if one.pause is None and one.until is None:
            yield Phrase("The promise has been running since {since} ({name}).", **who)
        elif one.pause is None:
            yield Phrase("The promise ran from {since} ({name}) to {until}.", until=one.until, **who)
        elif one.until is None:
            yield Phrase("It has stood still since {since} ({name}): {why}.", why=PAUSES[one.pause], **who)
        else:
            yield Phrase("It stood still from {since} ({name}) to {until}: {why}.",
                         why=PAUSES[one.pause], until=one.until, **who)  # fmt: skip


def expected_told(said: Expected | None) -> Iterator[Phrase]:
    """When an answer can be expected, going by earlier cases."""
    if said is None:
        return
    if not said.is_told:
        yield Phrase("Too few earlier cases ({cases}) to say when an answer can be expected.", cases=said.cases)
    elif said.earliest is None or said.latest is None:
        yield Phrase("It has taken longer than nine in ten of the {cases} latest cases; no date can be expected.",
                     cases=said.cases)  # fmt: skip
    else:
        yield Phrase("Going by the {cases} latest cases an answer can be expected from {earliest} to {latest}: half of "
                     "them were answered by the first date, nine in ten by the last.",
                     cases=said.cases, earliest=said.earliest, latest=said.latest)  # fmt: skip


def due_told(limit: Limit, zone: ZoneInfo) -> datetime | date | None:
    """Where days are counted it is due on a day, and not at its last second."""
    return limit.due_at if limit.is_minutes or limit.due_at is None else day_of(limit.due_at, zone)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The date of a moment, where the office is."""
    return at.astimezone(zone).date()
