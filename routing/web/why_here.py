"""Why is it here, in sentences: for the staff with desks and colleagues, for the public in plain words without names.

What is said is ``reading``'s; how due dates came about is told by ``limits_told``.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from routing.domain.limits_explained import Limit
from routing.domain.phrases import Called, Listed, Phrase
from routing.reading.whereabouts import Joined, PublicWhereabouts, Waiting, Whereabouts, Whose
from routing.web.limits_told import (
    PAUSES,
    day_of,
    due_told,
    expected_told,
    intervals_told,
    legal_told,
    promise_told,
    received_told,
    skipped_told,
)
from routing.web.troubles import trouble_of

#: The version of a route, as far as anybody reads it out.
_VERSION = 12


def for_the_staff(found: Whereabouts, zone: ZoneInfo) -> tuple[Phrase, ...]:
    """The whole answer, in the order in which somebody would ask."""
    return tuple(_to_the_staff(found, zone))


def for_anybody(found: PublicWhereabouts, zone: ZoneInfo) -> tuple[Phrase, ...]:
    """The answer for the applicant, and whoever else has the tracking code."""
    return tuple(_to_anybody(found, zone))


def _to_the_staff(found: Whereabouts, zone: ZoneInfo) -> Iterator[Phrase]:
    workflow = found.file.workflow
    yield from _of_the_end(found)
    for one in found.waiting:
        yield _of_a_turn(one)
        yield from _of_what_is_waited_for(one)
        if one.limit is not None and one.limit.due_at is not None:
            yield from _of_a_desk(one, one.limit)
    if found.joined is not None:
        yield from _of_several(found.joined)
    if found.owed:
        yield Phrase("Still to be handed in: {papers}.", papers=Listed(Called(one) for one in found.owed))
    yield Phrase("It follows the route of {service}, version {version}.",
                 service=Called(workflow.label), version=workflow.content_hash[:_VERSION])  # fmt: skip
    if found.promise is None:
        yield Phrase("Nothing is promised for this service.")
    else:
        yield from promise_told(found.promise, zone)
        yield from intervals_told(found.ledger, found.names)
    if found.legal is not None:
        yield from legal_told(found.legal, zone)
    yield from _of_the_answer(found)
    if found.file.application.deemed_at is not None:
        yield Phrase("By law it is deemed granted since {at}, because nobody had decided in time.",
                     at=found.file.application.deemed_at)  # fmt: skip
    yield from expected_told(found.expected)


def _of_the_answer(found: Whereabouts) -> Iterator[Phrase]:
    answered_at = found.file.application.answered_at
    if answered_at is not None:
        yield Phrase("The office answered on {at}: from then on nothing is due but what the desks have to do.",
                     at=answered_at)  # fmt: skip


def _of_the_end(found: Whereabouts) -> Iterator[Phrase]:
    if found.ended_at is not None:
        end = Called(found.file.workflow.label_of(found.file.application.step))
        yield Phrase("It ended on {at}: {end}. Nobody has to do anything.", at=found.ended_at, end=end)
    if found.resumable_until is not None:
        yield Phrase("It was stopped, and can be taken up again until {at}.", at=found.resumable_until)


def _of_a_turn(one: Waiting) -> Phrase:
    facts: dict[str, object] = {"desk": one.visit.desk, "step": Called(one.step.label), "since": one.since}
    if one.whose is Whose.COURIER:
        return Phrase("It has been on its way to {desk} since {since}, for the step “{step}”.", **facts)
    if one.whose is Whose.APPLICANT:
        return Phrase("It is the applicant's turn since {since}: “{step}”, taken in at {desk}.", **facts)
    if one.whose is Whose.OUTSIDE:
        return Phrase("An agency outside this office is waited for since {since}: “{step}”, followed by {desk}.",
                      **facts)  # fmt: skip
    if one.whose is Whose.PROGRAM:
        return Phrase("A program is at it at {desk} since {since}, at the step “{step}”.", **facts)
    if one.holder_name is not None:
        return Phrase("It is the turn of {desk} at the step “{step}”; it has lain there since {since}, and {name} has "
                      "taken it.", name=one.holder_name, **facts)  # fmt: skip
    return Phrase("It is the turn of {desk} at the step “{step}”; it has lain there since {since}, and nobody has "
                  "taken it. Who may: {roles}.", roles=", ".join(one.roles), **facts)  # fmt: skip


def _of_what_is_waited_for(one: Waiting) -> Iterator[Phrase]:
    trouble = trouble_of(one.visit)
    if trouble is not None:
        yield Phrase(trouble.template(), **trouble.facts)
    if one.visit.obstacle_at is not None:
        yield Phrase("{desk} has said on {at} that something is in its way.",
                     desk=one.visit.desk, at=one.visit.obstacle_at)  # fmt: skip
    if one.to_repair:
        yield Phrase("To be repaired: {papers}.", papers=Listed(Called(label) for label in one.to_repair))
    if one.possible:
        said = Listed(Called(decision.rule.label) for decision in one.possible)
        yield Phrase("What can be decided there: {decisions}.", decisions=said)


def _of_several(joined: Joined) -> Iterator[Phrase]:
    yield Phrase("Several desks look at it at once; {given} of {needed} opinions are given.",
                 given=joined.given, needed=joined.needed)  # fmt: skip
    if joined.spoken:
        yield Phrase("Have spoken: {desks}.", desks=", ".join(joined.spoken))
    yield Phrase("Have not spoken yet: {desks}.", desks=", ".join(joined.silent) or "-")


def _of_a_desk(one: Waiting, limit: Limit) -> Iterator[Phrase]:
    facts: dict[str, object] = {"desk": one.visit.desk, "count": limit.promised, "due": limit.due_at}
    if one.whose is Whose.APPLICANT:
        yield Phrase("The applicant is given {count} working day(s) for it, until {due}.", **facts)
    elif limit.is_minutes:
        yield Phrase("{desk} has {count} minute(s) for it, until {due}.", **facts)
    else:
        yield Phrase("{desk} has {count} working day(s) for it, until {due}.", **facts)
    if limit.explained is not None:
        yield from skipped_told(limit.explained)
    if limit.is_late:
        yield Phrase("That time is over.")


def _to_anybody(found: PublicWhereabouts, zone: ZoneInfo) -> Iterator[Phrase]:
    stage, since = Called(found.stage), found.since.astimezone(zone).date()
    if found.whose is None:
        return
    if found.whose is Whose.APPLICANT:
        yield Phrase("It is your turn since {since}: {stage}.", since=since, stage=stage)
    elif found.whose is Whose.OUTSIDE:
        yield Phrase("An agency outside this office is waited for since {since}: {stage}.", since=since, stage=stage)
    else:
        yield Phrase("It is the office's turn since {since}: {stage}.", since=since, stage=stage)
    if found.pause is not None and found.promise is not None and found.promise.due_at is None:
        yield Phrase("The promised time stands still since {since}: {why}. It goes on as soon as that is over.",
                     since=day_of(found.paused_since or found.since, zone), why=PAUSES[found.pause])  # fmt: skip
    if found.promise is not None:
        yield from _promised_to_anybody(found.promise, zone)
    if found.answered_at is not None:
        yield Phrase("The office answered on {at}.", at=found.answered_at)
    elif found.legal is not None and found.legal.due_at is not None:
        yield Phrase("By law ({basis}) it has to be decided by {due}.",
                     basis=found.legal.basis, due=due_told(found.legal, zone))  # fmt: skip
    yield from expected_told(found.expected)


def _promised_to_anybody(limit: Limit, zone: ZoneInfo) -> Iterator[Phrase]:
    facts: dict[str, object] = {"count": limit.promised, "due": due_told(limit, zone)}
    if limit.due_at is None:
        if limit.is_incomplete:
            yield Phrase("Its time begins once the file has been declared complete.")
        return
    if limit.promised is None:
        yield Phrase("It was due on {due}.", **facts)
    elif limit.is_minutes:
        yield Phrase("The office answers within {count} minute(s): by {due}.", **facts)
    elif limit.in_calendar_days:
        yield Phrase("The office answers within {count} calendar day(s): by {due}.", **facts)
    else:
        yield Phrase("The office answers within {count} working day(s): by {due}.", **facts)
    if limit.is_late:
        yield Phrase("The office has not kept that date, and is late.")
    if limit.explained is not None:
        yield received_told(limit.explained)
        yield from skipped_told(limit.explained)
