"""A pause that somebody grants: the applicant asked for it, or nobody could have worked; and the end of it.

Every other pause comes and goes with the steps of a route. These two make a promise longer because one person said so,
so they take a reason, and each is marked for the auditor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from routing.domain.acting import acting_facts, check_letter_number
from routing.domain.application import Application
from routing.domain.audit_chain import Entry, keyed_digest
from routing.domain.due_dates import counts_from, first_warning, given_back
from routing.domain.errors import Kind, Refusal
from routing.domain.late_stops import late_marks
from routing.domain.ledger import Interval, granted_pause, open_interval
from routing.domain.marks import Mark
from routing.domain.move import Move, Note, chained, entry_of
from routing.domain.people import OFFICE, Action, Assignment, Person, require
from routing.domain.preconditions import reason_text, require_not_own, require_open, require_seen
from routing.domain.promise_clock import Turn, turn
from routing.domain.state_machine import RuleBook
from routing.domain.time_limits import GRANTED, Pause
from routing.domain.visits import Visit
from routing.domain.workflow import Reason

#: What can be granted, in the order in which it is offered.
GRANTABLE = tuple(one for one in Pause if one in GRANTED)


class NotGrantable(Refusal):
    """{pause} is no pause that somebody grants. Choose one of: {known}."""

    code = "not_grantable"
    kind = Kind.MALFORMED


class PauseReasonMissing(Refusal):
    """A pause is granted, and ended, for a reason that is kept. Write in a few words why."""

    code = "pause_reason_missing"
    kind = Kind.MALFORMED


class PausedAlready(Refusal):
    """The time of {number} stands still since {since} already, because {who} granted that. Let it go on first."""

    code = "paused_already"


class NothingToPause(Refusal):
    """The time of {number} does not run: the office has answered, or nobody has declared the file complete yet. There
    is nothing to pause.
    """

    code = "nothing_to_pause"


class NotPaused(Refusal):
    """Nobody has granted {number} a pause that could be ended. What its route waits for ends by itself."""

    code = "not_paused"


def grant(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    *,
    ledger: Sequence[Interval],
    pause: str,
    reason: str,
    instrument: str = "",
    person: Person,
    at: datetime,
    digest_key: bytes,
    seen_version: int | None = None,
) -> Move:
    """The promise stands still from now on, and no desk is warned of its own time. What can be decided stays possible.

    ``instrument``: the number of the letter it rests on, if there is one.
    Raises NotAllowed, ApplicationEnded, StaleVersion, OwnApplication, NothingToPause, PausedAlready, NotGrantable,
    PauseReasonMissing, TextTooLong, MalformedField.
    """
    held = _require(book, application, person, at, seen_version)
    if application.calendar is not None and open_interval(ledger) is None:
        raise NothingToPause(number=application.number)
    lasting = granted_pause(ledger)
    if lasting is not None:
        since = book.calendar.local(lasting.since)
        raise PausedAlready(number=application.number, since=since, who=lasting.granted_by)
    if pause not in GRANTABLE:
        raise NotGrantable(pause=pause[:100] or "-", known=", ".join(GRANTABLE))
    text = _reason(reason)
    letter = check_letter_number(instrument) if instrument.strip() else None
    turned = turn(book, application, open_visits, ledger, at=at, by=person.code, granted=Pause(pause))
    marks = (Mark.GRANTED_PAUSE, *late_marks(book, ledger, turned, at))
    facts = {
        "step": application.step,
        "pause": pause,
        "role": held.role,
        **acting_facts(held.acting),
        # Not "instrument": that is the letter by which somebody stands in.
        "letter": letter,
        "reason": keyed_digest(digest_key, text),
        "clock": turned.facts,
        "marks": [str(mark) for mark in marks],
    }
    entry = entry_of(application, at=at, kind="paused", desk=None, actor=person.code, facts=facts)
    # Not a new version of the visits: whoever is about to decide has seen all there is to see.
    unwarned = tuple(replace(one, warn_at=None) for one in open_visits if one.warn_at is not None)
    move = _move(application, turned, unwarned, entry, text, at)
    return replace(move, marks=tuple((entry.seq, mark) for mark in marks))


def go_on(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    *,
    ledger: Sequence[Interval],
    reason: str,
    person: Person,
    at: datetime,
    digest_key: bytes,
    seen_version: int | None = None,
) -> Move:
    """The pause that somebody granted is over: the promise runs again, unless the route itself waits for something.

    A desk is not charged with the time in which nothing was to be done, nor is an applicant who repairs: the due date
    of every open visit moves by the working days (or open minutes) that went by in the pause, as
    ``due_dates.given_back`` counts them, and its warnings with it.
    Raises NotAllowed, ApplicationEnded, StaleVersion, OwnApplication, NotPaused, PauseReasonMissing, TextTooLong.
    """
    held = _require(book, application, person, at, seen_version)
    lasting = granted_pause(ledger)
    if lasting is None:
        raise NotPaused(number=application.number)
    text = _reason(reason)
    turned = turn(book, application, open_visits, ledger, at=at, by=person.code, goes_on=True)
    facts = {
        "step": application.step,
        "pause": str(lasting.pause),
        "role": held.role,
        **acting_facts(held.acting),
        "reason": keyed_digest(digest_key, text),
        "clock": turned.facts,
        "marks": [str(Mark.RESTART)] if turned.is_restart else None,
    }
    entry = entry_of(application, at=at, kind="continued", desk=None, actor=person.code, facts=facts)
    visits = tuple(_given_back(book, one, (lasting.since, at)) for one in open_visits)
    changed = tuple(now for was, now in zip(open_visits, visits, strict=True) if was != now)
    move = _move(application, turned, changed, entry, text, at)
    return replace(move, marks=((entry.seq, Mark.RESTART),)) if turned.is_restart else move


def _require(
    book: RuleBook, application: Application, person: Person, at: datetime, seen_version: int | None
) -> Assignment:
    held = require(person, Action.GRANT_PAUSE, OFFICE, at)
    require_open(book.workflow, application)
    require_seen(application, seen_version)
    require_not_own(person, application.applicant_index, application.number)
    return held


def _reason(reason: str) -> str:
    text = reason_text(reason, Reason.OPTIONAL, "")
    if not text:
        raise PauseReasonMissing
    return text


def _given_back(book: RuleBook, visit: Visit, paused: tuple[datetime, datetime]) -> Visit:
    step, since = book.workflow.steps[visit.step], counts_from(visit)
    due = given_back(step, visit.desk, since, visit.due_at, paused=paused, calendar=book.calendar)
    return replace(visit, due_at=due, warn_at=first_warning(step, visit.desk, since, due, book.calendar))


def _move(
    application: Application, turned: Turn, visits: tuple[Visit, ...], entry: Entry, text: str, at: datetime
) -> Move:
    after = replace(
        chained(application, entry),
        version=application.version + 1,
        changed_at=at,
        promise_due=turned.dues.promise,
        legal_due=turned.dues.legal,
        wake_at=turned.wake_at,
        answered_at=turned.answered_at,
    )
    return Move(
        at=at,
        before=application,
        after=after,
        visits=visits,
        entries=(entry,),
        note=Note(seq=entry.seq, text=text),
        intervals=turned.intervals,
    )
