"""Who is told that a promise, a limit of the law or a desk's own time is near or over; each level is told once.

What time does beyond telling (a deadline, an end, a deemed approval) is in modules of its own. Two sweeps, a clock
that jumps and days of silence all come to the same, because what was told already is asked for and never guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.domain.application import Application
from routing.domain.audit_chain import Entry
from routing.domain.ledger import Interval
from routing.domain.move import Move, chained, entry_of
from routing.domain.notices import HEAD, INSPECTORATE, LEGAL, PROMISE, Notice, desk, supervisor
from routing.domain.state_machine import RuleBook
from routing.domain.stays import at_the_visit
from routing.domain.visits import Visit
from routing.domain.warning_times import Level, newest_gone, warning_times
from routing.domain.workflow import Workflow

#: The actor of what nobody but the time decides.
CLOCK = "auto.clock"
#: The role in which it does.
AUTOMATIC = "automatic"
#: What has been told: about, level, due, addressee.
Given = Collection[tuple[str, str, datetime, str]]

#: Whoever answers at the very moment it is due is in time.
_JUST_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Warning:
    """What is to be told about one thing that is due."""

    about: str
    due: datetime
    levels: tuple[Level, ...]


def warn(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    *,
    ledger: Sequence[Interval] = (),
    given: Given,
    since: datetime,
    until: datetime,
    at: datetime,
) -> Move | None:
    """The application, its promise and its legal limit warned of as far as that is due; None: nobody is to be told.

    Due is what lies between the look that was planned (``since``) and ``until``; and what was newest at that look,
    because a due date may have been set after the moment of its warning. What lay before the promise began to run was
    never to be warned of. Of a limit of the law that has passed more follows than a warning (``deemed_approval``).
    """
    entries: list[Entry] = []
    notices: list[Notice] = []
    head = application
    begun = ledger[0].since if ledger else None
    for warning in _warnings(book, application, given, begun, (since, until)):
        told = _notices(book.workflow, application, open_visits, warning, at)
        if told:
            facts = {"step": application.step, **warning_facts(book, warning.about, warning.due, told)}
            entry = entry_of(head, at=at, kind="warned", desk=None, actor=CLOCK, facts=facts)
            head = chained(head, entry)
            entries.append(entry)
            notices += told
    if not entries:
        return None
    # Not ``changed_at``: who is told something, and when, moves nothing.
    after = replace(head, version=application.version + 1, wake_at=next_look(book, application, at))
    return Move(at=at, before=application, after=after, visits=(), entries=tuple(entries), notices=tuple(notices))


def warn_visit(
    book: RuleBook, application: Application, visit: Visit, *, given: Given, until: datetime, at: datetime
) -> Move | None:
    """The desk is told that its own time is near, and with its supervisor that it is over; None: nothing is to be told.

    ``until``: what comes after that is not told yet. Not while the document is on its way: the desk is charged with the
    time it has it. Where the applicant is waited for nobody is warned.
    """
    if visit.warn_at is None or visit.warn_at > until or not visit.has_arrived:
        return None
    if book.workflow.steps[visit.step].waits_for != "office":
        return None
    about = str(visit.no)
    near = [Level.NEAR] if visit.warn_at < visit.due_at else []
    passed = [Level.PASSED] if visit.due_at < until else []
    levels = [level for level in (*near, *passed) if not _is_told(given, about, level, visit.due_at)]
    if not levels:
        return None
    told = [
        Notice(application_id=application.id, about=about, level=str(level), due=visit.due_at, addressee=one, at=at)
        for level in levels
        for one in ([desk(visit.desk)] if level is Level.NEAR else [desk(visit.desk), supervisor(visit.desk)])
    ]
    facts = warning_facts(book, about, visit.due_at, told)
    later = replace(visit, warn_at=next_look_at(visit, until))
    move = at_the_visit(application, later, "warned", actor=CLOCK, at=at, facts=facts)
    # Whoever is about to decide has seen all there is to see: a warning is no reason to look again.
    unchanged = tuple(replace(one, version=visit.version) for one in move.visits)
    unmoved = replace(move.after, changed_at=application.changed_at)
    return replace(move, after=unmoved, visits=unchanged, notices=tuple(told))


def next_look(book: RuleBook, application: Application, at: datetime) -> datetime | None:
    """When there is something to tell of the application next; None: all has been told, or it stands still."""
    moments = (
        moment + _JUST_AFTER if level is Level.PASSED else moment
        for about, due in _dues(application)
        for level, moment in _times(book, about, due)
    )
    return min((one for one in moments if one > at), default=None)


def next_look_at(visit: Visit, at: datetime) -> datetime | None:
    """The same of a visit, once its desk has been told whatever was to be told by then."""
    return visit.due_at + _JUST_AFTER if at <= visit.due_at else None


def passed_notices(
    book: RuleBook, application: Application, open_visits: Sequence[Visit], due: datetime, at: datetime
) -> tuple[Notice, ...]:
    """What everybody is told once the limit of the law has passed."""
    warning = _Warning(about=LEGAL, due=due, levels=(Level.PASSED,))
    return tuple(_notices(book.workflow, application, open_visits, warning, at))


def is_passed_told(given: Given, due: datetime) -> bool:
    """Whether it has been told that the limit of the law passed at that moment."""
    return _is_told(given, LEGAL, Level.PASSED, due)


def warning_facts(book: RuleBook, about: str, due: datetime, told: Iterable[Notice]) -> dict[str, object]:
    """What an entry says of a warning."""
    notices = list(told)
    return {
        "about": about,
        "due": book.calendar.local(due).isoformat(),
        "levels": list(dict.fromkeys(one.level for one in notices)),
        "told": list(dict.fromkeys(one.addressee for one in notices)),
        "role": AUTOMATIC,
    }


def _warnings(
    book: RuleBook, application: Application, given: Given, begun: datetime | None, between: tuple[datetime, datetime]
) -> Iterator[_Warning]:
    since, until = between
    for about, due in _dues(application):
        times = _times(book, about, due)
        newest = newest_gone(times, begun, since) if begun is not None else None
        come = [one for one, moment in times[:-1] if one is newest or since <= moment <= until]
        if about != LEGAL and due < until:
            come.append(Level.PASSED)
        levels = tuple(level for level in come if not _is_told(given, about, level, due))
        if levels:
            yield _Warning(about=about, due=due, levels=levels)


def _dues(application: Application) -> Iterator[tuple[str, datetime]]:
    """What is due and when; what stands still is not, nor what has been answered."""
    if application.answered_at is not None:
        return
    if application.promise_due is not None:
        yield PROMISE, application.promise_due
    if application.legal_due is not None and application.deemed_at is None:
        yield LEGAL, application.legal_due


def _times(book: RuleBook, about: str, due: datetime) -> tuple[tuple[Level, datetime], ...]:
    return warning_times(book.calendar, due, minutes=book.workflow.minutes if about == PROMISE else None)


def _is_told(given: Given, about: str, level: Level, due: datetime) -> bool:
    """Whether anybody was told: who comes to have the document later finds that in its history."""
    return any((told, how, when) == (about, str(level), due) for told, how, when, _ in given)


def _notices(
    workflow: Workflow, application: Application, open_visits: Sequence[Visit], warning: _Warning, at: datetime
) -> list[Notice]:
    desks = _desks(workflow, open_visits)
    return [
        Notice(
            application_id=application.id, about=warning.about, level=str(level), due=warning.due, addressee=one, at=at
        )
        for level in warning.levels
        for one in _addressees(warning.about, level, desks)
    ]


def _desks(workflow: Workflow, open_visits: Iterable[Visit]) -> list[str]:
    """The desks of the office that have the document; one at which somebody else is waited for can do nothing."""
    return list(dict.fromkeys(one.desk for one in open_visits if workflow.steps[one.step].waits_for == "office"))


def _addressees(about: str, level: Level, desks: Sequence[str]) -> tuple[str, ...]:
    """Three days before, the desk; then its supervisor with it; then the head; a law that was broken goes further."""
    at_desks = tuple(desk(one) for one in desks)
    if level is Level.THREE_DAYS:
        return at_desks
    supervised = (*at_desks, *(supervisor(one) for one in desks))
    if level is Level.ONE_DAY:
        return supervised
    told = (*supervised, HEAD)
    return (*told, INSPECTORATE) if about == LEGAL and level is Level.PASSED else told
