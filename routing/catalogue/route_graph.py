"""Where one can get from where on a route: what several rules of the checker ask. Finds nothing wrong by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from routing.domain.workflow import ORIGIN, Workflow


class RouteGraph:
    """The ways of one route. Whatever names a step that is not there is left out by who asks."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self._after: dict[str, set[str]] = {}

    @cached_property
    def leads_to(self) -> dict[str, list[str]]:
        """From every step, where its decisions can take a document; where a step is left out, past it."""
        return {
            code: [place for rule in step.decisions.values() if rule.to != ORIGIN for place in self.lands_at(rule.to)]
            for code, step in self.workflow.steps.items()
        }

    def lands_at(self, target: str) -> list[str]:
        """The target, and what it is left out for in turn."""
        places = [target]
        while (step := self.workflow.steps.get(places[-1])) is not None:
            if step.otherwise is None or step.otherwise in places:
                break
            places.append(step.otherwise)
        return places

    @cached_property
    def came_from(self) -> dict[str, list[str]]:
        """From every step or end, the steps before it."""
        return turned(self.leads_to)

    @cached_property
    def onward(self) -> dict[str, list[str]]:
        """As ``leads_to``, and out of a stop that can be taken up again or ends in time."""
        stops = {code: end.resume for code, end in self.workflow.ends.items() if end.resume is not None}
        later = {code: [how.then] if how.then is not None else [] for code, how in stops.items()}
        return self.leads_to | {code: [*self.lands_at(how.to), *later[code]] for code, how in stops.items()}

    @cached_property
    def with_returns(self) -> dict[str, list[str]]:
        """As ``onward``, with the ways back to where a document came from."""
        ways = {code: list(targets) for code, targets in self.onward.items()}
        for code, step in self.workflow.steps.items():
            if any(rule.to == ORIGIN for rule in step.decisions.values()):
                ways[code] += self.came_from.get(code, [])
        return ways

    @cached_property
    def reached(self) -> set[str]:
        """The steps and ends an application can get to without its applicant giving up."""
        return spread(self.begins, self.with_returns)

    @cached_property
    def begins(self) -> tuple[str, ...]:
        """Where one comes to without a decision: the intake, and where the law takes what it deems granted."""
        limit = self.workflow.legal_limit
        if limit is None or limit.to is None or limit.to not in self.workflow.steps:
            return self.workflow.intake
        return (*self.workflow.intake, limit.to)

    def after(self, step: str) -> set[str]:
        """Everything an application may come to once it has left this step."""
        known = self._after.get(step)
        if known is None:
            known = self._after[step] = spread(self.with_returns.get(step, ()), self.with_returns)
        return known


def turned(leads_to: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The same ways, backwards."""
    came_from: dict[str, list[str]] = defaultdict(list)
    for code, targets in leads_to.items():
        for target in dict.fromkeys(targets):
            came_from[target].append(code)
    return came_from


def spread(start: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that can be reached from ``start``, itself among it."""
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        code = waiting.pop()
        if code not in reached:
            reached.add(code)
            waiting.extend(edges.get(code, ()))
    return reached
