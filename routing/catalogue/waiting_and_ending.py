"""Whether steps that wait and ends make sense: pauses, time-limits of the applicant, outcomes and what follows them."""

from __future__ import annotations

from collections.abc import Iterator

from routing.catalogue.findings import Finding, Path, Say, shown
from routing.domain.time_limits import Pause
from routing.domain.workflow import End, Outcome, Step, Workflow

#: Whom a document waits for at a step that pauses the promise.
_WAITS_FOR = {Pause.REPAIR: "applicant", Pause.PAYMENT: "applicant", Pause.OUTSIDE_AGENCY: "outside"}


def check_waiting_and_ending(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Everything wrong with where a document waits and how it ends."""
    for code, step in workflow.steps.items():
        at: Path = ("steps", code)
        if step.pause is not None and step.waits_for != _WAITS_FOR[step.pause]:
            wanted = _WAITS_FOR[step.pause]
            problem = f"{shown(code)} stops the clock for {shown(step.pause)}, but does not wait for that."
            way_out = f"Write waits_for: {wanted}, or leave pause out: desks of this office pause no promise."
            yield say((*at, "pause"), "pause-without-waiting", problem, way_out)
        if step.deadline is not None and step.waits_for != "applicant":
            problem = f"{shown(code)} has a deadline for the applicant, but does not wait for the applicant."
            yield say((*at, "deadline"), "deadline-without-applicant", problem,
                      "Write waits_for: applicant, or leave it out; a desk's own time is working_days.")  # fmt: skip
        if workflow.imported_from is None and step.waits_for != "applicant":
            yield from _taken_back(workflow, code, step, say)
    yield from _ends(workflow, say)
    yield from _withdrawal(workflow, say)


def _taken_back(workflow: Workflow, code: str, step: Step, say: Say) -> Iterator[Finding]:
    """Only the applicant takes an application back, and has a door of their own for it."""
    for decision, rule in step.decisions.items():
        if rule.to in workflow.ends and workflow.ends[rule.to].outcome is Outcome.WITHDRAWN:
            problem = f"{shown(decision)} at {shown(code)} ends as withdrawn, which the office cannot decide."
            way_out = 'Name the step in "withdrawal:" instead, or let it end otherwise.'
            yield say(("steps", code, "decisions", decision, "to"), "withdrawn-by-the-office", problem, way_out)


def _ends(workflow: Workflow, say: Say) -> Iterator[Finding]:
    for code, end in workflow.ends.items():
        at: Path = ("ends", code)
        if end.outcome is Outcome.CLOSED and workflow.imported_from is None:
            problem = f"{shown(code)} is closed without a word how; that is for imported cases only."
            yield say((*at, "outcome"), "closed-without-outcome", problem, "Say granted, refused or another outcome.")
        if code in set(Outcome) and code != end.outcome:
            problem = f"The end {shown(code)} counts as {end.outcome}: the record would say one thing and mean another."
            yield say((*at, "outcome"), "outcome-other-than-code", problem, "Change the outcome, or call it otherwise.")
        yield from _stop(at, code, end, say)
        yield from _referral(at, code, end, say)
        if end.refers_to == workflow.service:
            problem = f"{shown(code)} refers to this service itself."
            yield say((*at, "refers_to"), "referred-to-itself", problem, "Name another service.")


def _stop(at: Path, code: str, end: End, say: Say) -> Iterator[Finding]:
    if end.outcome is Outcome.STOPPED and end.resume is None:
        problem = f"{shown(code)} is stopped, and nothing tells how it is taken up again."
        way_out = 'Add "resume:" with days and to; an end for good is refused.'
        yield say((*at, "outcome"), "stopped-without-resume", problem, way_out)
    if end.outcome is not Outcome.STOPPED and end.resume is not None:
        problem = f"{shown(code)} can be taken up again, but is not stopped."
        yield say((*at, "resume"), "resume-not-stopped", problem, "Write outcome: stopped, or leave it out.")


def _referral(at: Path, code: str, end: End, say: Say) -> Iterator[Finding]:
    if end.outcome is Outcome.REFERRED and end.refers_to is None:
        problem = f"{shown(code)} is referred, and nothing tells to which service."
        yield say((*at, "outcome"), "referred-without-service", problem, 'Add "refers_to:" with its code.')
    if end.outcome is not Outcome.REFERRED and end.refers_to is not None:
        problem = f"{shown(code)} names another service, but does not refer to it."
        yield say((*at, "refers_to"), "service-not-referred", problem, "Write outcome: referred, or leave it out.")


def _withdrawal(workflow: Workflow, say: Say) -> Iterator[Finding]:
    if workflow.withdrawal is None or workflow.withdrawal.to not in workflow.ends:
        return
    to = workflow.withdrawal.to
    if workflow.ends[to].outcome is not Outcome.WITHDRAWN and workflow.imported_from is None:
        problem = f"Who takes an application back ends as {shown(to)}, which is {workflow.ends[to].outcome}."
        yield say(("withdrawal", "to"), "withdrawal-not-withdrawn", problem, "Name an end with outcome: withdrawn.")
