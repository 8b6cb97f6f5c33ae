"""Which decisions lead an application on, and not back or out: what somebody has to be able to say at a place."""

from __future__ import annotations

from collections.abc import Sequence

from routing.domain.workflow import ORIGIN, Outcome, Workflow

#: Ends that answer what was asked for; every other one is a way out.
_ANSWERS = frozenset({Outcome.GRANTED, Outcome.CLOSED, Outcome.REFERRED})


def decisions_asked_for(workflow: Workflow, step: str, origin: str | None, possible: Sequence[str]) -> tuple[str, ...]:
    """Of the possible decisions those without which the application can only be sent back or refused.

    They are the ones that bring it nearer to an answer. Where none of these takes other eyes, but another one does (a
    refusal that is signed), it is that one. Where none does, they are all.
    """
    rules = workflow.steps[step].decisions
    distances = _distances(workflow)
    here = distances.get(step)
    targets = {code: origin if rules[code].to == ORIGIN else rules[code].to for code in possible}
    onward = [code for code in possible if here is not None and distances.get(targets[code] or "", here) < here]
    if any(rules[code].not_by for code in onward):
        return tuple(onward)
    return tuple(code for code in possible if rules[code].not_by) or tuple(possible)


def _distances(workflow: Workflow) -> dict[str, int]:
    """How many decisions lie between each step and the nearest answer; a step without a way there is not in it."""
    found = {code: 0 for code, end in workflow.ends.items() if end.outcome in _ANSWERS}
    reached, count = set(found), 0
    while reached:
        count += 1
        reached = {code for code in workflow.steps.keys() - found.keys() if _leads_to(workflow, code) & reached}
        found |= dict.fromkeys(reached, count)
    return found


def _leads_to(workflow: Workflow, code: str) -> set[str]:
    step = workflow.steps[code]
    targets = {rule.to for rule in step.decisions.values()} | ({step.otherwise} if step.otherwise else set())
    return (targets - {ORIGIN}) | (set(workflow.origins_of(code)) if ORIGIN in targets else set())
