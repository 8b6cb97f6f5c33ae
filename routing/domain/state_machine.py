"""Where a decision leads: the only file that knows ``transitions``.

One machine is built for each workflow version and shared by all its applications and threads; it is never told about
a document (``add_model`` leaks 12 KiB each) and never queues (a shared queue hands one clerk's trigger to another's
thread). What the library says no to becomes our own refusal, in ``moves``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from transitions import Event, EventData, Machine, MachineError

from routing.domain.workflow import ORIGIN, Workflow

_WITHDRAW = "@withdraw"


@dataclass(slots=True)
class _Document:
    """What the machine moves: the state it changes, and the origin its conditions look at."""

    at_step: str
    origin: str | None


class RuleBook:
    """The state machine of one workflow version."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        # A version never changes, so what a decision leads to once it always does; asking the machine takes ten times
        # as long. As many as the route has decisions.
        self._known: dict[tuple[str, str, str | None], str | None] = {}
        self._machine = Machine(
            model=None,
            states=[*workflow.steps, *workflow.ends],
            transitions=_transitions(workflow),
            initial=workflow.intake[0],
            # No trigger may be called as this attribute is: with its underscore it is no decision's code.
            model_attribute="at_step",
            auto_transitions=False,
            send_event=True,
            queued=False,
        )

    def lead(self, step: str, decision: str, origin: str | None = None) -> str | None:
        """The step or end the decision leads to; None where it is not possible from there."""
        event = self._machine.events.get(decision)
        if event is None:
            return None
        asked = (step, decision, origin)
        if asked not in self._known:
            self._known[asked] = self._ask(event, step, origin)
        return self._known[asked]

    def _ask(self, event: Event, step: str, origin: str | None) -> str | None:
        document = _Document(at_step=step, origin=origin)
        try:
            moved = event.trigger(document)
        except MachineError:
            return None
        # A refused condition returns False without a word.
        return document.at_step if moved else None

    def lead_withdrawn(self, step: str) -> str | None:
        """The end a withdrawal leads to, or None where it is too late for one."""
        return self.lead(step, _WITHDRAW)

    def possible(self, step: str, origin: str | None = None, desk: str | None = None) -> tuple[str, ...]:
        """The decisions that lead somewhere from there (said at that desk), in the order the workflow lists them."""
        rules = self.workflow.steps[step].decisions if step in self.workflow.steps else {}
        return tuple(
            code
            for code, rule in rules.items()
            if (desk is None or not rule.desks or desk in rule.desks) and self.lead(step, code, origin) is not None
        )


def _transitions(workflow: Workflow) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for code, step in workflow.steps.items():
        for decision, rule in step.decisions.items():
            if rule.to != ORIGIN:
                rows.append({"trigger": decision, "source": code, "dest": rule.to})
                continue
            for origin in workflow.origins_of(code):
                came_from = _came_from(origin)
                rows.append({"trigger": decision, "source": code, "dest": origin, "conditions": came_from})
    if workflow.withdrawal is not None:
        source = list(workflow.withdrawal.from_steps)
        rows.append({"trigger": _WITHDRAW, "source": source, "dest": workflow.withdrawal.to})
    return rows


def _came_from(origin: str) -> object:
    def condition(event: EventData) -> bool:
        document = cast("_Document", event.model)
        return document.origin == origin

    return condition
