"""Whether a service's clock and the limit of the law beside it make sense: nothing without effect, nothing unkeepable.

What follows when time is over is not looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from routing.catalogue.findings import Finding, Path, Say, shown
from routing.domain.time_limits import Clock, LegalLimit, Pause
from routing.domain.workflow import Workflow

_WEEK, _WORKED = 7, 5
#: Offices open at half past seven (Perpres 21/2023, article 4).
_OPENS = time(7, 30)
#: The keys of a clock that say how days are counted.
_OF_DAYS = ("day_one", "received_until", "counts", "pauses", "most_paused")
#: Those that only a case of the past can have.
_OF_LOGS = ("due_fact", "began_fact", "ended_fact")


def check_how_time_counts(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Everything wrong with how the promise and the legal limit are counted."""
    yield from _without_effect(workflow, say)
    yield from _unlike_the_custom(workflow, say)
    if workflow.legal_limit is not None:
        yield from _limit(workflow, workflow.legal_limit, say)
    yield from _applicants_time(workflow, say)


def _without_effect(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """What is said of the clock changes something."""
    clock = workflow.clock
    for key in _said(clock, _OF_DAYS):
        if workflow.minutes is not None or (workflow.working_days is None and workflow.legal_limit is None):
            what = "promises minutes" if workflow.minutes is not None else "promises nothing"
            problem = f"{shown(key)} says how days are counted, but the service {what}."
            yield say(("clock", key), "clock-without-effect", problem, "Promise working_days, or leave it out.")
    if clock.pauses == "extend-once" and clock.most_paused is not None:
        problem = "A promise that is extended once goes on during a pause, so most_paused limits nothing."
        yield say(("clock", "most_paused"), "clock-without-effect", problem, "Leave it out, or write pauses: pause.")
    if clock.received_until is not None and clock.received_until <= _OPENS:
        problem = f"Nothing could come in before {clock.received_until:%H:%M}, when the office has not opened yet."
        way_out = "Write the time after which it counts as the next day, or day_one: next."
        yield say(("clock", "received_until"), "received-before-opening", problem, way_out)
    if workflow.imported_from is None:
        for key in _said(clock, _OF_LOGS):
            problem = f"{shown(key)} names what a log tells of its cases, and this service has no log."
            yield say(("clock", key), "clock-of-a-log", problem, "Leave it out: the office counts for itself.")


def _unlike_the_custom(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Whoever counts otherwise than everybody says by what right."""
    if workflow.sources or workflow.choices:
        return
    for key in _said(workflow.clock, ("counts", "pauses")):
        problem = f"{shown(key)} is not how promises are counted by custom, and nothing tells where it comes from."
        way_out = "Name the law under sources, or the office's own decision under choices."
        yield say(("clock", key), "custom-without-source", problem, way_out)


def _limit(workflow: Workflow, limit: LegalLimit, say: Say) -> Iterator[Finding]:
    if not limit.basis.strip():
        problem = "A limit that no article sets is no limit of the law."
        yield say(("legal_limit", "basis"), "limit-without-basis", problem, "Name the law and its article.")
    if not limit.pauses and limit.most_suspended is not None:
        problem = "This limit stands still for nothing, so most_suspended limits nothing."
        yield say(("legal_limit", "most_suspended"), "clock-without-effect", problem, "Leave it out.")
    if limit.pauses and limit.most_suspended is None:
        problem = "A pause that somebody grants would stop the limit of the law for as long as it lasts."
        way_out = (
            "Write most_suspended, the days it may be stopped by what is not the applicant's turn; or pauses: false."
        )
        yield say(("legal_limit",), "limit-without-bound", problem, way_out)
    if workflow.working_days is None:
        return
    promised, allowed = workflow.working_days, limit.working_days
    is_calendar = limit.counts == "calendar-days"
    if workflow.clock.counts == "calendar-days":
        promised = promised if is_calendar else _worked_in(promised)
    elif is_calendar:
        allowed = _worked_in(allowed)
    if promised > allowed:
        kind = "calendar" if is_calendar else "working"
        problem = f"The service promises {workflow.working_days} days; the law allows {limit.working_days} {kind} days."
        yield say(("working_days",), "promise-beyond-limit", problem, "Promise less, or correct legal_limit.")


def _applicants_time(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """While the applicant may take their time, the office's own does not run out."""
    limit, clock = workflow.legal_limit, workflow.clock
    for code, step in workflow.steps.items():
        if step.deadline is None or step.pause not in (Pause.REPAIR, Pause.PAYMENT):
            continue
        path: Path = ("steps", code, "deadline", "working_days")
        days = step.deadline.working_days
        if limit is not None and not limit.pauses and limit.counts == "working-days" and days >= limit.working_days:
            problem = f"At {shown(code)} the applicant has {days} working days, and the legal limit of "
            problem += f"{limit.working_days} goes on meanwhile."
            yield say(path, "deadline-too-long", problem, "Give the applicant less, or let legal_limit pause.")
        elif clock.most_paused is not None and days > clock.most_paused and clock.pauses != "extend-once":
            problem = f"At {shown(code)} the applicant has {days} working days, but after {clock.most_paused} paused "
            problem += "days the promise goes on."
            yield say(path, "deadline-too-long", problem, "Give the applicant less, or raise most_paused.")


def _said(clock: Clock, keys: tuple[str, ...]) -> list[str]:
    """Which of these keys say something else than what is the custom."""
    custom = Clock()
    return [key for key in keys if getattr(clock, key) != getattr(custom, key)]


def _worked_in(calendar_days: int) -> int:
    """The most working days so many days can have."""
    weeks, rest = divmod(calendar_days, _WEEK)
    return weeks * _WORKED + min(rest, _WORKED)
