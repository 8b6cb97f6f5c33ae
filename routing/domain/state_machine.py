"""Where a decision leads: the only file that knows ``transitions``.

One machine is built for each workflow version and shared by all its applications and threads; it is never told about
a document (``add_model`` leaks 12 KiB each) and never queues (a shared queue hands one clerk's trigger to another's
thread). What the library says no to becomes our own refusal, in ``moves``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, cast

from transitions import Event, EventData, Machine, MachineError

from routing.domain.guards import compiled
from routing.domain.workflow import ORIGIN, DecisionRule, Workflow
from routing.domain.working_calendar import WorkingCalendar

_WITHDRAW = "@withdraw"
_Condition = Callable[[EventData], bool]


@dataclass(slots=True)
class _Document:
    """What the machine moves: the state it changes, and the origin its conditions look at."""

    at_step: str
    origin: str | None
    #: what conditions are judged by; None: they are taken to hold
    facts: Mapping[str, Any] | None = None


class RuleBook:
    """The state machine of one workflow version."""

    def __init__(self, workflow: Workflow, calendar: WorkingCalendar | None = None) -> None:
        """``calendar``: what its days are counted by; whoever only reads the route needs none."""
        self.workflow = workflow
        self._calendar = calendar
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

    @property
    def calendar(self) -> WorkingCalendar:
        """What its days are counted by."""
        if self._calendar is None:
            message = f"the rules of {self.workflow.service} were opened to be read, and something is to be counted"
            raise RuntimeError(message)
        return self._calendar

    def counted_by(self, calendar: WorkingCalendar) -> RuleBook:
        """The same rules, with this calendar; the machine is shared."""
        book = copy(self)
        book._calendar = calendar  # noqa: SLF001 - its own kind
        return book

    def lead(
        self, step: str, decision: str, origin: str | None = None, facts: Mapping[str, Any] | None = None
    ) -> str | None:
        """The step or end the decision leads to; None where it is not possible from there, as the facts are."""
        event = self._machine.events.get(decision)
        if event is None:
            return None
        if facts is not None and self._has_condition(step, decision):
            return self._ask(event, step, origin, facts)
        asked = (step, decision, origin)
        if asked not in self._known:
            self._known[asked] = self._ask(event, step, origin, None)
        return self._known[asked]

    def _has_condition(self, step: str, decision: str) -> bool:
        """Whether where it leads depends on more than the way it came."""
        here = self.workflow.steps.get(step)
        rule = here.decisions.get(decision) if here is not None else None
        return rule is not None and rule.only_if is not None

    def _ask(self, event: Event, step: str, origin: str | None, facts: Mapping[str, Any] | None) -> str | None:
        document = _Document(at_step=step, origin=origin, facts=facts)
        try:
            moved = event.trigger(document)
        except MachineError:
            return None
        # A refused condition returns False without a word.
        return document.at_step if moved else None

    def looks_back(self, decision: str) -> bool:
        """Whether it must be known who decided earlier to say this."""
        rules = (step.decisions.get(decision) for step in self.workflow.steps.values())
        return any(rule is not None and rule.not_by for rule in rules)

    def lead_withdrawn(self, step: str) -> str | None:
        """The end a withdrawal leads to, or None where it is too late for one."""
        return self.lead(step, _WITHDRAW)

    def possible(
        self,
        step: str,
        origin: str | None = None,
        desk: str | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> tuple[str, ...]:
        """The decisions that lead somewhere from there (said at that desk), in the order the workflow lists them."""
        rules = self.workflow.steps[step].decisions if step in self.workflow.steps else {}
        return tuple(
            code
            for code, rule in rules.items()
            if (desk is None or not rule.desks or desk in rule.desks)
            and self.lead(step, code, origin, facts) is not None
        )


def _transitions(workflow: Workflow) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for code, step in workflow.steps.items():
        for decision, rule in step.decisions.items():
            when = [_holds(rule.only_if)] if rule.only_if is not None else []
            targets = workflow.origins_of(code) if rule.to == ORIGIN else (rule.to,)
            rows.extend(_row(code, decision, rule, target, when) for target in targets)
    if workflow.withdrawal is not None:
        source = list(workflow.withdrawal.from_steps)
        rows.append({"trigger": _WITHDRAW, "source": source, "dest": workflow.withdrawal.to})
    return rows


def _row(step: str, decision: str, rule: DecisionRule, target: str, when: list[_Condition]) -> dict[str, object]:
    conditions = [_came_from(target), *when] if rule.to == ORIGIN else when
    return {"trigger": decision, "source": step, "dest": target, "conditions": conditions}


def _came_from(origin: str) -> _Condition:
    def condition(event: EventData) -> bool:
        document = cast("_Document", event.model)
        return document.origin == origin

    return condition


def _holds(source: str) -> _Condition:
    def condition(event: EventData) -> bool:
        facts = cast("_Document", event.model).facts
        return facts is None or compiled(source).judge(facts).holds

    return condition
