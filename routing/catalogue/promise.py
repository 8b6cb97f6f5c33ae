"""Whether the promise can be kept: the longest way through the desks takes no longer than the service promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from routing.catalogue.findings import Finding, Path, Say, shown
from routing.catalogue.route_graph import RouteGraph
from routing.domain.workflow import Step

#: How long a step takes at most.
_Length = Callable[[Step], int]


def check_promise(graph: RouteGraph, say: Say) -> Iterator[Finding]:
    """The desks' own days add up to no more than the promise, and likewise the minutes.

    A way that leads back to a step it has been at is a return and adds nothing; what waits for the applicant, or
    pauses, does not count; of desks that work at once those count that the join waits for.
    """
    workflow = graph.workflow
    if workflow.working_days is not None:
        yield from _too_long(graph, _days, workflow.working_days, "working_days", "working days", say)
    elif workflow.minutes is not None:
        yield from _too_long(graph, _minutes, workflow.minutes, "minutes", "minutes", say)
        for code, step in workflow.steps.items():
            if _days(step):
                problem = f"{shown(code)} has {_days(step)} working days, but the service promises minutes."
                path: Path = ("steps", code, "working_days")
                yield say(path, "promise-too-short", problem, "Give the step minutes, or promise working days.")


def _too_long(graph: RouteGraph, length: _Length, promised: int, key: str, unit: str, say: Say) -> Iterator[Finding]:
    workflow = graph.workflow

    def counted(code: str) -> int:
        # What comes before the file is declared complete is promised to nobody.
        return 0 if code in workflow.before_complete else length(workflow.steps[code])

    longest, way = max((_longest(ways, counted, code) for ways in [_ways_without_returns(graph)]
                        for code in workflow.intake), key=lambda found: found[0])  # fmt: skip
    if longest > promised:
        parts = " + ".join(f"{code} {counted(code)}" for code in way if counted(code))
        problem = f"The desks take up to {longest} {unit} ({parts}), and the service promises {promised}."
        yield say((key,), "promise-too-short", problem, "Promise more, or give single desks less.")


def _days(step: Step) -> int:
    if step.waits_for == "applicant" or step.pause is not None:
        return 0
    days = sorted(step.working_days_at.get(desk, step.working_days or 0) for desk in step.desks)
    # The slowest, where it is not known which desks are asked.
    needed = step.opinions_needed if step.join is not None and not step.only_if_at else len(days)
    return days[min(needed, len(days)) - 1]


def _minutes(step: Step) -> int:
    return 0 if step.waits_for == "applicant" or step.pause is not None else step.minutes or 0


def _ways_without_returns(graph: RouteGraph) -> dict[str, list[str]]:
    """From every step the steps after it, without what leads back; steps are looked at in the order of the file."""
    order = {code: place for place, code in enumerate(graph.workflow.steps)}
    onward = {
        code: sorted({target for target in targets if target in order}, key=order.__getitem__)
        for code, targets in graph.leads_to.items()
    }
    ways: dict[str, list[str]] = {code: [] for code in onward}
    done: set[str] = set()
    for start in graph.workflow.intake:
        under_way = {start: iter(onward[start])} if start not in done else {}
        while under_way:
            code = next(reversed(under_way))
            target = next(under_way[code], None)
            if target is None:
                done.add(code)
                del under_way[code]
            elif target not in under_way:
                ways[code].append(target)
                if target not in done:
                    under_way[target] = iter(onward[target])
    return ways


def _longest(ways: dict[str, list[str]], counted: Callable[[str], int], start: str) -> tuple[int, list[str]]:
    """The longest way from ``start``, which never comes round: how long, and its steps."""
    best: dict[str, tuple[int, list[str]]] = {}
    waiting = [start]
    while waiting:
        code = waiting[-1]
        open_ = [target for target in ways[code] if target not in best]
        if open_:
            waiting += open_
            continue
        waiting.pop()
        after = max((best[target] for target in ways[code]), key=lambda found: found[0], default=(0, []))
        best[code] = (counted(code) + after[0], [code, *after[1]])
    return best[start]
