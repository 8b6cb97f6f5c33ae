"""From one version of a route to another: which step is which, who has spoken already, what a visit becomes.

What an application's crossing comes to as a whole is ``migration``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from routing.domain.due_dates import limited
from routing.domain.errors import Refusal
from routing.domain.facts import with_steps_renamed
from routing.domain.fields import Fact
from routing.domain.ledger import Interval
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import Step


class NoPlace(Refusal):
    """Application {number} has no place in the new version: {problem}. It stays with its own version; map its step to
    another one, or decide on it first.
    """

    code = "no_place"


class UnknownStep(Refusal):
    """{service} has no step {step} in {version}. Steps of that version: {known}."""

    code = "unknown_step"


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """The way from the old version to the new one."""

    old: RuleBook
    new: RuleBook
    #: old code of a step, new code; codes that are not among them stand for themselves
    mapping: Mapping[str, str] = field(default_factory=dict)

    def step(self, code: str) -> str | None:
        """The step of the new version; None: it has none for this one."""
        found = self.mapping.get(code, code)
        return found if found in self.new.workflow.steps else None

    @cached_property
    def told(self) -> dict[str, str]:
        """What of the mapping applies to the old version, for the log."""
        return {was: now for was, now in self.mapping.items() if was in self.old.workflow.steps and was != now}

    def facts(self, facts: Mapping[str, Fact]) -> dict[str, Fact]:
        """The facts with opinions counted under the steps' new codes, where those still are opinions."""

        def renamed(was: str, decision: str) -> str | None:
            now = self.step(was)
            return now if now is not None and is_opinion(self.new.workflow.steps[now], decision) else None

        return with_steps_renamed(facts, renamed)

    def past(self, closed: Sequence[Visit]) -> tuple[Visit, ...]:
        """The visits that are over and whose step has another code now: who decided where must still be known."""
        renamed = []
        for visit in closed:
            now = self.step(visit.step)
            origin = self.step(visit.origin_step) if visit.origin_step is not None else None
            if (now or visit.step, origin or visit.origin_step) != (visit.step, visit.origin_step):
                renamed.append(replace(visit, step=now or visit.step, origin_step=origin or visit.origin_step))
        return tuple(renamed)

    def visit(self, visit: Visit, *, at: datetime, version: int, ledger: Sequence[Interval] = ()) -> Visit | None:
        """The open visit under the new version, at its desk, with its claim; None: the desk is none of the step's.

        Where it goes back to is not seen to here.
        """
        now = self.step(visit.step)
        step = self.new.workflow.steps[now] if now is not None else None
        if now is None or step is None or visit.desk not in step.every_desk:
            return None
        was, kept = self.old.workflow.steps[visit.step], replace(visit, step=now, version=version)
        # What the applicant has been given they keep.
        if step.deadline is None or step.deadline != was.deadline:
            kept = limited(step, kept, self.new.calendar, ledger)
        if _program_at(was, visit.desk) == _program_at(step, visit.desk):
            return kept
        # Another program, or none: what the former one met is over.
        runs = _program_at(step, visit.desk) is not None and visit.has_arrived
        act_at = (visit.lease_until if visit.holder is not None else at) if runs else None
        return replace(kept, attempts=0, act_at=act_at, trouble=None, needs_attention=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Who sits where at a step at which several desks work at once, since it was last begun."""

    #: the desk of the step each visit stands for: its own, the one it stands in for, the one that returned it
    of_visit: Mapping[int, str]
    #: what each desk said that has spoken, in the order in which they spoke
    spoken: Mapping[str, str]


def seats_at(step_code: str, step: Step, visits: Sequence[Visit]) -> Seats:
    """``visits``: all of the application, in their order; those of the step's last beginning are looked at."""
    began = len(visits)
    while began and step_code in (visits[began - 1].step, visits[began - 1].origin_step):
        began -= 1
    of_visit: dict[int, str] = {}
    standing: dict[str, str] = {}
    last: dict[str, Visit] = {}
    for place, visit in enumerate(visits[began:], start=began):
        desk = visit.desk if visit.step == step_code else visit.origin_desk or visit.desk
        seat = standing.get(desk)
        if seat is None:
            handed = (one for one in visits[began:place] if desk in step.stand_in and _was_handed_on(one, visit))
            seat = next((of_visit[one.no] for one in handed), desk)
        standing[desk] = of_visit[visit.no] = seat
        last[seat] = visit
    spoken = [
        (visit.closed_at, visit.no, seat, visit.decision)
        for seat, visit in last.items()
        if visit.step == step_code
        and visit.closed_at is not None
        and visit.decision is not None
        and is_opinion(step, visit.decision)
    ]
    return Seats(of_visit=of_visit, spoken={seat: decision for _, _, seat, decision in sorted(spoken)})


def is_opinion(step: Step, decision: str, desk: str | None = None) -> bool:
    """Whether that is one of the opinions the step waits for (said at that desk)."""
    rule = step.decisions.get(decision)
    if step.join is None or rule is None or not rule.opinion:
        return False
    return desk is None or not rule.desks or desk in rule.desks


def _was_handed_on(earlier: Visit, later: Visit) -> bool:
    return earlier.decision is None and earlier.closed_at == later.sent_at and earlier.step == later.step


def _program_at(step: Step, desk: str) -> str | None:
    return step.automatic if desk in step.desks else None
