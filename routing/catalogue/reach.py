"""Whether every step and end can be reached, an end from every step, and an origin is known where it is said."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from routing.catalogue.findings import Finding, Path, Say, shown
from routing.catalogue.route_graph import RouteGraph, spread, turned
from routing.domain.workflow import ORIGIN, Workflow


def check_reach(graph: RouteGraph, say: Say) -> Iterator[Finding]:
    """Steps and ends nobody comes to, steps nobody leaves, and origins nobody knows."""
    yield from _reach(graph, say)
    yield from _ways_out(graph, say)
    yield from _origins(graph, say)
    for code, need in graph.workflow.requirements.items():
        if need.due in graph.workflow.intake:
            problem = f"{shown(code)} is due for {shown(need.due or '')}, where it is handed in anyway."
            yield say(("requirements", code, "due"), "due-at-intake", problem, "Leave due out.")


def _reach(graph: RouteGraph, say: Say) -> Iterator[Finding]:
    """Every step and every end can be reached."""
    workflow = graph.workflow
    reached = spread(graph.begins, graph.onward)
    if workflow.withdrawal is not None and reached.intersection(workflow.withdrawal.from_steps):
        reached.add(workflow.withdrawal.to)
    for code in workflow.steps:
        if code not in reached:
            problem = f"No decision leads to the step {shown(code)}."
            yield say(("steps", code), "unreachable-step", problem, "Lead there, or remove it.")
    for code in workflow.ends:
        if code not in reached:
            problem = f"No application can end as {shown(code)}."
            yield say(("ends", code), "unreachable-end", problem, "Lead there, or remove it.")
    if workflow.withdrawal is not None:
        for place, code in enumerate(workflow.withdrawal.from_steps):
            if code in workflow.intake and workflow.imported_from is None:
                problem = f"At {shown(code)} nothing has been handed in yet that could be taken back."
                path: Path = ("withdrawal", "from_steps", place)
                yield say(path, "withdrawal-at-intake", problem, "Leave it out.")


def _ways_out(graph: RouteGraph, say: Say) -> Iterator[Finding]:
    """From every step that can be reached, some end can; that the applicant may give up is not enough."""
    ending = spread(graph.workflow.ends, turned(graph.with_returns))
    for code in graph.workflow.steps:
        if code in graph.reached and code not in ending:
            problem = f"From the step {shown(code)} no end can be reached, whatever is decided."
            yield say(("steps", code), "dead-end", problem, "Add a decision that leads on.")


def _origins(graph: RouteGraph, say: Say) -> Iterator[Finding]:
    """``origin`` is said only where it stays known which desk asked."""
    for code, step in graph.workflow.steps.items():
        for decision, rule in step.decisions.items():
            if rule.to != ORIGIN:
                continue
            wrong = _wrong_origin(graph.workflow, code, graph.came_from.get(code, []))
            if wrong is not None:
                path: Path = ("steps", code, "decisions", decision, "to")
                problem = f"{shown(decision)} leads back to {ORIGIN}, but {wrong[0]}."
                yield say(path, "origin-without-return", problem, wrong[1])


def _wrong_origin(workflow: Workflow, code: str, before: Collection[str]) -> tuple[str, str] | None:
    """Why nothing would be known of an origin at this step, and the way out."""
    if workflow.steps[code].waits_for != "applicant":
        way_out = "Name the step it goes to, or write waits_for: applicant."
        return f"{shown(code)} does not wait for the applicant", way_out
    if not any(other != code for other in before):
        return f"no other step sends documents to {shown(code)}", "Name the step it goes to."
    if any(workflow.steps[step].waits_for == "applicant" for step in before):
        way_out = "Then it is not known any more which desk asked: make one step of it, without a loop."
        return f"{shown(code)} is also reached from a step that waits for the applicant", way_out
    if any(step.otherwise == code for step in workflow.steps.values()):
        way_out = "Then no desk asked for anything: name the step it goes to."
        return f"{shown(code)} is also come to where another step is left out", way_out
    return None
