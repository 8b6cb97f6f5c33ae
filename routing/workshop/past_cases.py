"""What was decided in the past, decided once more by the rules of another version: which moves would differ?

Each decision is judged by itself, from where the application really was then, so that one difference does not drag
everything behind it along. What the log keeps only as a digest (reasons in words) counts as given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from routing.domain.decision import Decision
from routing.domain.due_dates import due_at
from routing.domain.errors import Refusal
from routing.domain.facts import guard_facts
from routing.domain.moves import Voice, carry_out
from routing.domain.next_step import roles_for
from routing.domain.people import Person
from routing.domain.requirements import asked_for
from routing.domain.state_machine import RuleBook
from routing.domain.stays import reassignable
from routing.reading.past_walks import PastEntry, PastWalk
from routing.workshop.past_state import PastState

#: Stands for words the log does not have; it never leaves this file.
_SOME_WORDS = "-"
#: The role in which programs decide.
_AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A past move that would be another one, or none."""

    number: str
    at: datetime
    step: str
    desk: str | None
    decision: str
    #: ``step-gone``, ``elsewhere``, ``other-desks``, or the code of the refusal
    kind: str
    was: str
    would_be: str


def judged(entry: PastEntry) -> bool:
    """Whether an entry tells of something the rules of a version decide."""
    return entry.kind in _JUDGES


def differences(walk: PastWalk, new: RuleBook, rules_of: Callable[[str], RuleBook]) -> Iterator[Difference]:
    """The moves of this application that would differ, in their order. ``rules_of``: the version with that hash."""
    state = PastState(walk, rules_of)
    for entry in walk.entries:
        judge = _JUDGES.get(entry.kind)
        other = judge(state, new, entry) if judge is not None else None
        if other is not None:
            kind, would_be = other
            yield Difference(
                number=walk.application.number,
                at=entry.at,
                step=entry.said.get("step") or state.application.step,
                desk=entry.said.get("desk"),
                decision=entry.said.get("decision") or entry.kind,
                kind=kind,
                was=_led_to(entry, state.application.step),
                would_be=would_be,
            )
        state.after(entry)


def _submitted(state: PastState, new: RuleBook, entry: PastEntry) -> tuple[str, str] | None:
    """What would have been asked for at the registration, and was not there."""
    papers = tuple(entry.said.get("papers") or ())
    workflow = new.workflow
    facts = guard_facts(workflow, replace(state.application, papers=papers))
    asked = asked_for(workflow.requirements, facts, state.application.submitted_at.date())
    missing = [code for code, need in asked.items() if need.required and need.due is None and code not in papers]
    return ("requirement_missing", f"not registered without {', '.join(missing)}") if missing else None


def _decided(state: PastState, new: RuleBook, entry: PastEntry) -> tuple[str, str] | None:
    said, application = entry.said, state.application
    visit = state.open.get(said.get("visit", 0))
    if visit is None:
        return None
    step = new.workflow.steps.get(visit.step)
    if step is None:
        return "step-gone", f"there is no step {visit.step}"
    role = said.get("role")
    if role not in {_AUTOMATIC, None, *roles_for(step, said["decision"])}:
        return "not_allowed", f"not as {role}"
    visit = replace(visit, due_at=due_at(step, visit.desk, visit.sent_at, new.calendar))
    try:
        move = carry_out(
            new, application, tuple(state.open.values()), visit, _as_said(state, entry), _voice(entry),
            past=tuple(state.closed),
        )  # fmt: skip
    except Refusal as refusal:
        return refusal.code, str(refusal)
    target = said.get("to") or application.step
    opened = [one for one in move.visits if one.no > application.visit_count]
    would_be = _place(move.after.step, [one.desk for one in opened])
    if move.after.step != target:
        return "elsewhere", would_be
    before = sorted((one["step"], one["desk"]) for one in entry.sent)
    return ("other-desks", would_be) if before != sorted((one.step, one.desk) for one in opened) else None


def _withdrawn(state: PastState, new: RuleBook, entry: PastEntry) -> tuple[str, str] | None:
    step = state.application.step
    if step not in new.workflow.steps:
        return "step-gone", f"there is no step {step}"
    end = new.lead_withdrawn(step)
    if end is None:
        return "decision_not_possible", f"not to be withdrawn at {step}"
    return ("elsewhere", end) if end != entry.said.get("to") else None


def _resumed(_state: PastState, new: RuleBook, entry: PastEntry) -> tuple[str, str] | None:
    end = new.workflow.ends.get(entry.said.get("step") or "")
    if end is None or end.resume is None:
        return "not_stopped", f"not taken up again from {entry.said.get('step')}"
    return ("elsewhere", end.resume.to) if end.resume.to != entry.said.get("to") else None


def _reassigned(state: PastState, new: RuleBook, entry: PastEntry) -> tuple[str, str] | None:
    visit = state.open.get(entry.said.get("visit", 0))
    if visit is None:
        return None
    step = new.workflow.steps.get(visit.step)
    if step is None:
        return "step-gone", f"there is no step {visit.step}"
    offered = reassignable(step, visit)
    asked = [one["desk"] for one in entry.sent]
    return ("desk_not_offered", ", ".join(offered) or "no desk") if set(asked) - set(offered) else None


_JUDGES = {
    "submitted": _submitted,
    "decided": _decided,
    "withdrawn": _withdrawn,
    "resumed": _resumed,
    "reassigned": _reassigned,
}


def _as_said(state: PastState, entry: PastEntry) -> Decision:
    said = entry.said
    return Decision(
        decision=said["decision"],
        visit=said["visit"],
        reason=_SOME_WORDS if said.get("reason") else "",
        reasons=tuple(said.get("reasons") or ()),
        requirements=tuple(said.get("requirements") or ()),
        findings=said.get("findings") or {},
        next_desk=state.named_desk(entry),
    )


def _voice(entry: PastEntry) -> Voice:
    person = Person(id=0, code=entry.actor, name=entry.actor)
    return Voice(person=person, role=entry.said.get("role") or _AUTOMATIC, at=entry.at, digest_key=b"")


def _led_to(entry: PastEntry, step: str) -> str:
    if entry.kind == "submitted":
        return "registered"
    return _place(entry.said.get("to") or step, [one["desk"] for one in entry.sent])


def _place(step: str, desks: list[str]) -> str:
    return f"{step} ({', '.join(sorted(desks))})" if desks else step
